"""Bytes a frame of recorded walking beside 12-bit packing, delta-nibbles and entropy; encode time."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from insole_protocol import block

from tools.bench import Row

sys.path.insert(0, str(Path(__file__).parent))
from walking_counts import ROOT, counts, recordings, records

FRAMING = block.HEADER_BYTES + block.CRC_BYTES
DAILY, DAILY_SHORT, LIVE = 50, 40, 5


def entropy_bytes(rows: np.ndarray) -> float:
    """Empirical entropy of the delta residuals, summed over the sensors, in bytes a frame."""
    deltas = np.diff(rows.astype(np.int32), axis=0)
    total = 0.0
    for sensor in range(deltas.shape[1]):
        _, times = np.unique(deltas[:, sensor], return_counts=True)
        share = times / times.sum()
        total -= float((share * np.log2(share)).sum())
    return total / 8


def nibble_bytes(rows: np.ndarray, frames: int) -> float:
    """Bytes a frame of delta-nibbles in records like ours.

    A packed key frame, then a nibble for each residual of -7 to 7, a nibble and 12 bits for any other.
    """
    complete = len(rows) // frames * frames
    deltas = np.diff(rows[:complete].astype(np.int32).reshape(-1, frames, rows.shape[1]), axis=1)
    nibbles = np.where(np.abs(deltas) <= 7, 1, 4).sum(axis=(1, 2))
    return float((FRAMING + block.PACKED_FRAME_BYTES + (nibbles + 1) // 2).mean() / frames)


def size(feet: list[np.ndarray], frames: int) -> float:
    """Our bytes a frame, header and checksum included."""
    made = [record for foot in feet for record in records(foot, frames)]
    return sum(len(record) for record in made) / len(made) / frames


def size_rows(name: str, feet: list[np.ndarray]) -> list[Row]:
    """All comparisons of one walk."""
    entropy = float(np.mean([entropy_bytes(foot) for foot in feet]))
    rows: list[Row] = []
    for frames, texts, bar in ((DAILY, "daily", "<= 1.25"), (DAILY_SHORT, "daily", ""), (LIVE, "live", "")):
        ours, packed = size(feet, frames), block.needed_bytes(frames, False) / frames
        nibbles = float(np.mean([nibble_bytes(foot, frames) for foot in feet]))
        payload = ours - FRAMING / frames
        title = f"{name}, {texts} {frames} frames:"
        unit = "bytes/frame"
        rows.append(
            Row(f"{title} payload / residual entropy", payload, entropy, unit, payload / entropy, bar)
        )
        rows.append(Row(f"{title} record / residual entropy", ours, entropy, unit, ours / entropy))
        rows.append(Row(f"{title} record / 12-bit packing", ours, packed, unit, ours / packed, "<= 1"))
        rows.append(Row(f"{title} record / delta-nibbles", ours, nibbles, unit, ours / nibbles))
    return rows


def time_rows(rows: np.ndarray) -> list[Row]:
    """Encode time a frame on MicroPython beside `struct.pack_into` of 16 values, on recorded walking."""
    micropython = shutil.which("micropython", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if micropython is None:
        print("no micropython interpreter: encode time is not measured", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder) / "frames"
        frames.write_bytes(np.ascontiguousarray(rows[500:1000], "<u2").tobytes())
        script = ROOT / "tests" / "shared" / "encode_on_mpy.py"
        environment = os.environ | {"MICROPYPATH": f"{ROOT / 'shared'}:.frozen"}
        command = [micropython, "-X", "heapsize=4M", str(script), "time", str(frames)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=300
        )
    us = {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}
    theirs = us.pop("struct")
    made: list[Row] = []
    for name, ours in us.items():
        loops, frames_each = name.rsplit("-", 1)
        viper = loops == "codec_viper"
        title = f"encode {'viper' if viper else 'bytecode'}, {frames_each} frames / struct.pack_into of 16"
        bar = "<= 2" if viper else ""
        made.append(Row(title, ours, theirs, "us/frame", ours / theirs, bar))
    return made


def run() -> list[Row]:
    """Five walks at the front end's own noise, one more with 2 LSB, then the encoder's time."""
    found = recordings()
    rows: list[Row] = []
    for name, path in found.items():
        rows += size_rows(name, counts(path))
    first, path = next(iter(found.items()))
    rows += size_rows(f"{first} at 2 LSB noise", counts(path, 2.0))
    return rows + time_rows(counts(path)[0])
