"""Speed, memory and live cost of the gait engine beside the straightforward NumPy/SciPy analysis.

Both analyse the same four made hours (the day's own shares of lying off, sitting, standing, walking), because
the straightforward one holds about ten copies of its data: 24 h of it would need some 9 GB. Ours also runs
the whole 24 h, in a process of its own, for its peak memory.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

import straightforward  # noqa: E402 - lies beside this file
from plantigrade.calibration.nominal import nominal  # noqa: E402
from plantigrade.calibration.stream import Calibrator  # noqa: E402
from plantigrade.gait.engine import Engine  # noqa: E402
from plantigrade.gait.results import Analysis  # noqa: E402
from plantigrade.gait.signals import Foot  # noqa: E402
from plantigrade.library.recordings.frames import read_parquet, write_parquet  # noqa: E402
from plantigrade.twin.electrical import FrontEnd  # noqa: E402
from synthetic_day import RATE_HZ, Piece, day  # noqa: E402

from tests.host.library.library_kit import frames_of  # noqa: E402
from tools.bench import Row  # noqa: E402

HOURS = 4.0
FULL_HOURS = 24.0
MATCH_S = 0.1
Floats = npt.NDArray[np.float64]


def warm_up() -> None:
    """Compile or load the kernels, so that neither side pays for it."""
    engine = Engine(sample_rate_hz=RATE_HZ)
    for piece in day(0.4):
        if piece.kind == "walking":
            engine.feed(piece.left, piece.right)
    engine.finish()


def run_ours(pieces: list[Piece]) -> tuple[float, Analysis]:
    """Seconds of CPU time and the result, fed in pieces as from a file."""
    engine = Engine(sample_rate_hz=RATE_HZ)
    start = time.process_time()
    for piece in pieces:
        engine.feed(piece.left, piece.right)
    analysis = engine.finish()
    return time.process_time() - start, analysis


def run_theirs(pieces: list[Piece]) -> tuple[float, dict[Foot, Floats]]:
    """Seconds of CPU time and stride rows of the straightforward version on the joined arrays."""
    layout = pieces[0].left.layout
    assert layout is not None
    rows: dict[Foot, Floats] = {}
    seconds = 0.0
    for foot in Foot:
        signals = [piece.left if foot is Foot.LEFT else piece.right for piece in pieces]
        times = np.concatenate([s.time_s for s in signals])
        force = np.concatenate([s.force_n for s in signals])
        start = time.process_time()
        rows[foot] = straightforward.analyse(times, force, layout.x_mm, layout.y_mm, RATE_HZ).rows
        seconds += time.process_time() - start
    return seconds, rows


def errors_ms(events: Floats, truth: Floats) -> tuple[float, float, float]:
    """Share of truth found (%), mean absolute error of those (ms), and events that are none (% of truth)."""
    places = np.clip(np.searchsorted(events, truth), 1, len(events) - 1)
    near = np.where(np.abs(events[places] - truth) < np.abs(events[places - 1] - truth), places, places - 1)
    error = np.abs(events[near] - truth)
    found = error < MATCH_S
    extra = len(events) - int(found.sum())
    return 100.0 * float(found.mean()), 1e3 * float(error[found].mean()), 100.0 * extra / len(truth)


def accuracy(pieces: list[Piece], analysis: Analysis, theirs: dict[Foot, Floats]) -> list[Row]:
    """Contacts, releases and false strides of both, against the known truth of the made day."""
    rows: list[Row] = []
    sums = {name: [0.0, 0.0] for name in ("contact", "release", "missed", "false")}
    for foot in analysis.feet:
        contact = np.concatenate([piece.contacts[foot.foot] for piece in pieces])
        release = np.concatenate([piece.releases[foot.foot] for piece in pieces])
        walked = foot.strides.bout >= 0
        ours = (foot.strides.initial_contact_s[walked], foot.strides.final_contact_s[walked])
        other = (theirs[foot.foot][:, 0], theirs[foot.foot][:, 1])
        for side, (starts, ends) in enumerate((ours, other)):
            found, error, extra = errors_ms(starts, contact)
            sums["contact"][side] += error / 2
            sums["missed"][side] += (100.0 - found) / 2
            sums["false"][side] += extra / 2
            sums["release"][side] += errors_ms(ends, release)[1] / 2
    units = {"contact": "ms", "release": "ms", "missed": "%", "false": "%"}
    texts = {
        "contact": "initial contact, mean absolute error",
        "release": "final contact, mean absolute error",
        "missed": "strides missed",
        "false": "strides that were none (sitting)",
    }
    for name, (mine, their) in sums.items():
        ratio = mine / their if their else (0.0 if not mine else 99.0)
        rows.append(Row(f"{texts[name]} / NumPy+SciPy", mine, their, units[name], ratio, "<= 1"))
    return rows


def peak_memory_mb() -> float:
    """Largest resident size of this process; Linux counts a parent's into ru_maxrss, so its own table is
    asked."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def full_day() -> dict[str, float]:
    """Analyse 24 h as they come; CPU seconds of the engine and peak memory of this process."""
    warm_up()
    engine = Engine(sample_rate_hz=RATE_HZ)
    seconds = read_s = 0.0
    for piece in day(FULL_HOURS):
        start = time.process_time()
        engine.feed(piece.left, piece.right)
        fed = time.process_time()
        piece.left.force_n.max(), piece.right.force_n.max()
        read_s += time.process_time() - fed
        seconds += fed - start
    start = time.process_time()
    analysis = engine.finish()
    seconds += time.process_time() - start
    peak_mb = peak_memory_mb()
    steps = analysis.both["steps"].value or 0.0
    return {"seconds": seconds, "read_s": read_s, "peak_mb": peak_mb, "steps": steps}


def from_counts(analysis_s: float) -> list[Row]:
    """What comes before the analysis of a recording of ours: its counts are read, and become newtons. From
    an hour of the day of one foot, for 24 h of two."""
    front, share = FrontEnd(seed=1), 2 * FULL_HOURS
    pieces = (front.counts(np.maximum(piece.left.force_n, 0), round(RATE_HZ)) for piece in day(1.0))
    frames = frames_of(np.concatenate(list(pieces)).astype(np.uint16))
    Calibrator(nominal(), RATE_HZ).feed(frames.counts[:10])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "left.parquet"
        write_parquet(path, frames)
        read_parquet(path)
        start = time.process_time()
        counts = read_parquet(path).counts
        read = time.process_time()
        Calibrator(nominal(), RATE_HZ).feed(counts)
        calibrated = time.process_time()
    name = "24 h, 2 x 16 channels / analysing them"
    found = (("read stored counts", read - start), ("counts to newtons", calibrated - read))
    return [
        Row(f"{what}, {name}", s * share, analysis_s, "s CPU", s * share / analysis_s) for what, s in found
    ]


def live_share() -> float:
    """Percent of one core for two feet at 100 Hz in pieces of five frames, walking."""
    walking = [piece for piece in day(1.0) if piece.kind == "walking"][:2]
    engine = Engine(sample_rate_hz=RATE_HZ)
    seconds = sum(len(piece.left) for piece in walking) / RATE_HZ
    start = time.process_time()
    for piece in walking:
        for row in range(0, len(piece.left), 5):
            engine.feed(piece.left.part(row, row + 5), piece.right.part(row, row + 5))
            engine.take_strides()
    return 100.0 * (time.process_time() - start) / seconds


def run() -> list[Row]:
    """Ratios, peak memory and live share."""
    warm_up()
    pieces = list(day(HOURS))
    ours, analysis = min((run_ours(pieces) for _ in range(3)), key=lambda result: result[0])
    theirs, strides = min((run_theirs(pieces) for _ in range(2)), key=lambda result: result[0])
    name = f"analyse {HOURS:.0f} h, 2 x 16 channels / NumPy+SciPy"
    rows = [Row(name, ours, theirs, "s CPU", theirs / ours, ">= 10")]
    rows += accuracy(pieces, analysis, strides)
    del pieces, analysis, strides
    command = [sys.executable, str(Path(__file__).resolve())]
    complete = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    rows.append(Row("analyse 24 h, 2 x 16 channels", complete["seconds"], None, "s CPU", None, "<= 0.5"))
    rows.append(
        Row(
            "analyse 24 h / reading its forces once",
            complete["seconds"],
            complete["read_s"],
            "s CPU",
            complete["seconds"] / complete["read_s"],
        )
    )
    rows.append(Row("peak memory of the 24 h process", complete["peak_mb"], None, "MB", None, "<= 500"))
    rows += from_counts(complete["seconds"])
    rows.append(
        Row("live: two feet, 100 Hz, 5 frames a piece", live_share(), None, "% of a core", None, "<= 5")
    )
    return rows


if __name__ == "__main__":
    print(json.dumps(full_day()))
