"""Our own recordings: the folder that the library seals (docs/reference/journal.md), or a file inside it.

Counts become newtons by the nominal calibration, each sensor's baseline taken from the recording. Frames that
stand for several slots (quiet times are stored at a reduced rate) are spread over these slots, so that the
rate is one.
"""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.calibration.nominal import newtons
from plantigrade.errors import FileError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Floats, Foot, FootSignal, Gap, SourceInfo, Walk
from plantigrade.library.frames import NO_TIME, FootFrames, read_parquet
from plantigrade.library.recording import BOOKS_FILE, FootBooks, read_books

NAME: Final = "plantigrade"
RATE_HZ: Final = 100.0
_NANO: Final = 1e-9


def folder_of(path: Path) -> Path | None:
    """The recording that a path names: the folder, its books, or one of its feet; None for anything else."""
    folder = path if path.is_dir() else path.parent
    inside = path.is_dir() or path.name == BOOKS_FILE or path.suffix == ".parquet"
    return folder if inside and (folder / BOOKS_FILE).is_file() else None


def read(folder: Path, foot: Foot | None = None) -> Walk:
    """Read a recording.

    Args:
        folder: of the recording.
        foot: the side of an insole that was never told its side.

    Raises:
        FileError: books or frames are damaged, no insole with a side, or clocks that were never compared.
    """
    books = read_books(folder)
    notes = [
        "forces by the nominal calibration; the insoles' size is not known, so lengths are not in millimetres"
    ]
    feet: dict[Foot, tuple[FootBooks, FootFrames]] = {}
    for entry in books.feet:
        side = _side(entry, foot)
        if side is None:
            notes.append(
                f"insole {entry.insole.get('serial', '')!s} has no side and was left out (--foot names it)"
            )
        elif side in feet:
            raise FileError(folder, f"holds two {side.value} insoles")
        else:
            feet[side] = (entry, read_parquet(folder / f"{entry.foot}.parquet"))
    if not feet:
        raise FileError(folder, "holds no insole with a side; name it with --foot left or --foot right")
    start_ns = _start(folder, feet, books.start_utc_ns)
    signals = {side: _signal(side, entry, frames, start_ns, notes) for side, (entry, frames) in feet.items()}
    return Walk(
        left=signals.get(Foot.LEFT),
        right=signals.get(Foot.RIGHT),
        sample_rate_hz=RATE_HZ,
        source=SourceInfo(str(folder), NAME, "; ".join(notes)),
    )


def _side(entry: FootBooks, asked: Foot | None) -> Foot | None:
    try:
        return Foot(entry.foot)
    except ValueError:
        return asked


def _start(
    folder: Path, feet: dict[Foot, tuple[FootBooks, FootFrames]], start_utc_ns: int | None
) -> int | None:
    """UTC of second 0; None for a single foot without a clock, which then runs on the insole's own."""
    if start_utc_ns is not None:
        return start_utc_ns
    known = [
        int(f.host_ns[f.host_ns != NO_TIME].min()) for _, f in feet.values() if np.any(f.host_ns != NO_TIME)
    ]
    if known:
        return min(known)
    if len(feet) > 1:
        raise FileError(
            folder, "the clocks of the two insoles were never compared; analyse one foot at a time"
        )
    return None


def _signal(
    foot: Foot, entry: FootBooks, frames: FootFrames, start_ns: int | None, notes: list[str]
) -> FootSignal:
    counts, slots = frames.counts, frames.slots.astype(np.int64)
    if start_ns is None:
        time_s: Floats = (frames.device_us - frames.device_us[:1].sum()).astype(np.float64) * 1e-6
        notes.append(f"{foot.value} foot: times are on the insole's own clock")
    else:
        timed = frames.host_ns != NO_TIME
        if not timed.all():
            lost = int(slots[~timed].sum())
            notes.append(f"{foot.value} foot: {lost} slots have no time and were left out")
        counts, slots = counts[timed], slots[timed]
        time_s = (frames.host_ns[timed] - start_ns).astype(np.float64) * _NANO
    # Boots may overlap where a clock was badly known: what would run backwards is left out.
    rising = (
        np.concatenate([[True], np.diff(np.maximum.accumulate(time_s)) > 0]) if len(time_s) else time_s > 0
    )
    counts, slots, time_s = counts[rising], slots[rising], time_s[rising]
    spread_s = _spread(time_s, slots)
    force = newtons(counts)
    if len(spread_s) != len(force):
        force = np.repeat(force, slots, axis=0)
    gaps = tuple(
        Gap(gap.from_s, gap.to_s, gap.reason.replace("_", " "))
        for gap in entry.gaps
        if gap.from_s is not None and gap.to_s is not None
    )
    return FootSignal(foot, spread_s, force, own_layout(), "force", gaps)


def _spread(time_s: Floats, slots: npt.NDArray[np.int64]) -> Floats:
    """Time of every slot of every frame."""
    if not len(slots) or int(slots.max()) == 1:
        return time_s
    first = np.repeat(np.cumsum(slots) - slots, slots)
    within = np.arange(int(slots.sum())) - first
    return np.repeat(time_s, slots) + within / RATE_HZ
