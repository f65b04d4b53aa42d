"""Counts of recorded walking for the protocol's benchmarks: recorded forces through the front end's model."""

import os
from array import array
from dataclasses import replace
from pathlib import Path

import numpy as np
from insole_protocol import block
from insole_protocol.codec import Encoder
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.twin.body import load_walk
from plantigrade.twin.electrical import FrontEnd

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDINGS = ("GaCo01_01", "GaCo10_01", "GaCo22_01", "GaPt03_01", "GaPt25_01")


def recordings() -> dict[str, Path | None]:
    """Name and file of five recorded walks, two of them of people with Parkinson's disease.

    Without the shared data only the walk that the package carries is left, and the name says so.
    """
    folder = Path(os.environ.get("PLANTIGRADE_SHARED_DATA", ROOT.parent / "shared" / "data")) / "gaitpdb"
    paths = {name: folder / f"{name}.txt.gz" for name in RECORDINGS}
    if all(path.is_file() for path in paths.values()):
        return dict(paths)
    return {"bundled walk (the shared data is not here)": None}


def counts(path: Path | None, noise_lsb: float | None = None) -> list[np.ndarray]:
    """(n, 16) uint16 of the left and the right foot; `noise_lsb` replaces the noise of one reading (1 SD)."""
    front = FrontEndParameters.load()
    if noise_lsb is not None:
        front = replace(front, noise_lsb=noise_lsb, oversample=1)
    walk = load_walk(path)
    feet = [foot for foot in (walk.left, walk.right) if foot is not None]
    return [FrontEnd(seed, front).counts(foot, walk.rate_hz) for seed, foot in enumerate(feet)]


def records(rows: np.ndarray, frames: int) -> list[bytes]:
    """All whole records of `frames` frames that the rows fill."""
    ring = array("H", np.ascontiguousarray(rows, "<u2").tobytes())
    encoder, out = Encoder(frames), bytearray(block.MAX_BYTES)
    made: list[bytes] = []
    for first in range(0, len(rows) - frames + 1, frames):
        n = encoder.encode(out, ring, first, frames, first, first * 10000, 1, 10000, 1, 1, 0)
        made.append(bytes(out[:n]))
    return made
