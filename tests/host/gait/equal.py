"""Whether two analyses are the same to the last bit."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def differences(a: Any, b: Any) -> list[str]:
    """Paths at which two results differ; NaN equals NaN, everything else must be identical."""
    first, second = dict(leaves(a, "analysis")), dict(leaves(b, "analysis"))
    missing = sorted(first.keys() ^ second.keys())
    return missing + [path for path in first if path in second and not _same(first[path], second[path])]


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Everything that is not a container, with its path."""
    if is_dataclass(value) and not isinstance(value, type):
        children = [(f".{f.name}", getattr(value, f.name)) for f in fields(value)]
    elif isinstance(value, dict):
        children = [(f"[{key}]", child) for key, child in value.items()]
    elif isinstance(value, tuple | list):
        children = [(f"[{number}]", child) for number, child in enumerate(value)]
    else:
        yield path, value
        return
    for name, child in children:
        yield from leaves(child, path + name)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.tobytes() == b.tobytes()
    return a == b or (a != a and b != b)
