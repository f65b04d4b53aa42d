"""Whether two analyses are the same to the last bit."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def differences(a: Any, b: Any, where: str = "analysis") -> list[str]:
    """Paths at which two results differ; NaN equals NaN, everything else must be identical."""
    if isinstance(a, np.ndarray):
        same = a.shape == b.shape and a.tobytes() == b.tobytes()
        return [] if same else [where]
    if is_dataclass(a) and not isinstance(a, type):
        found = [differences(getattr(a, f.name), getattr(b, f.name), f"{where}.{f.name}") for f in fields(a)]
        return [one for part in found for one in part]
    if isinstance(a, dict):
        if a.keys() != b.keys():
            return [where]
        return [one for key in a for one in differences(a[key], b[key], f"{where}[{key}]")]
    if isinstance(a, (tuple, list)):
        if len(a) != len(b):
            return [where]
        pairs = enumerate(zip(a, b, strict=True))
        return [one for i, (x, y) in pairs for one in differences(x, y, f"{where}[{i}]")]
    if isinstance(a, float) and a != a:
        return [] if b != b else [where]
    return [] if a == b else [where]
