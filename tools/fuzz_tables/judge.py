"""What became of a table: read right, refused with a reason, or read wrong and nothing said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from plantigrade.errors import FileError
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.imports import formats
from plantigrade.imports.cells import N_PER_KPA_CM2
from plantigrade.imports.registry import Formats, described_format, import_formats
from plantigrade.imports.source import open_source

from tools.fuzz_tables.damages import DAMAGES
from tools.fuzz_tables.tables import table
from tools.fuzz_tables.written import Values, Written

Draw = Callable[[Random], Written]

RATE_OFF = 0.02
TIME_OFF_S = 0.0012
"""Stamps rounded to milliseconds are straightened; nothing else may move a sample."""
NOT_READ = "not read, as their titles are not known"
DOUBTED = ("do not add up to their stated force", "not calibrated: timing only")
"""What is said where the file itself shows that a number is wrong."""
LAST_NUMBER_DOUBTED = "its last number may be wrong"


def plain(random: Random) -> Written:
    """A plain CSV."""
    return table(random).written()


def spaced(random: Random) -> Written:
    """A plain CSV with a blank between cells, as R's write.table does."""
    made = table(random)
    while made.region.groups.isspace() or " " in "".join(made.titles):
        made = table(random)
    made.style.separator, made.style.names_line = " ", False
    return made.written()


class Outcome(StrEnum):
    """What became of a table."""

    RIGHT = "read right"
    REFUSED = "refused"
    WRONG = "wrong, nothing said"


@dataclass(frozen=True)
class Verdict:
    """Of one table.

    Attributes:
        outcome: what became of it.
        damage: what was done to it; empty for nothing.
        reason: the refusal, or what is wrong.
        content: of the file.
    """

    outcome: Outcome
    damage: str
    reason: str
    content: bytes


def judged(random: Random, folder: Path, *, damaged: bool, draw: Draw = plain) -> Verdict:
    """Draw a table, write it, damage it, read it and compare.

    Args:
        random: draws everything.
        folder: for its file.
        damaged: whether to damage it.
        draw: the kind of table.
    """
    made = draw(random)
    text, name = made.text, ""
    if damaged:
        damage = random.choice([one for one in DAMAGES if one.__name__ not in made.unseen])
        text, name = damage(random, made, text), damage.__name__
    path, description = made.store(folder, text)
    content = path.read_bytes()
    try:
        source = open_source(path)
        walk = formats.detect(source, _known(description)).read(source, None)
    except FileError as error:
        return Verdict(Outcome.REFUSED, name, error.problem, content)
    problem = next(_differences(made, walk), "")
    return Verdict(Outcome.WRONG if problem else Outcome.RIGHT, name, problem, content)


def _known(description: Path | None) -> Formats:
    """The formats that are tried: ours, and the described one last."""
    if description is None:
        return _found()
    described = described_format(description)
    return replace(_found(), files={**_found().files, described.name: described})


@cache
def _found() -> Formats:
    """Found once for all tables."""
    return import_formats()


def _differences(made: Written, walk: Walk) -> Iterator[str]:
    """What was read otherwise than it was written, and nothing said of it."""
    seconds = max(foot.time_s[-1] - foot.time_s[0] for foot in walk.feet)
    if abs(walk.sample_rate_hz / made.rate_hz - 1.0) > RATE_OFF + TIME_OFF_S / seconds:
        yield f"rate {walk.sample_rate_hz:g} instead of {made.rate_hz:g} Hz"
    if any(text in walk.source.note for text in DOUBTED):
        return
    for foot in walk.feet:
        written = made.feet.get(foot.foot, np.empty((made.count, 0)))
        if written.shape[1] == foot.sensor_count:
            yield from _differences_of(made, foot, written, walk.source.note)
        elif NOT_READ not in walk.source.note:
            yield f"{foot.foot.value} foot has {foot.sensor_count} columns instead of {written.shape[1]}"


def _differences_of(made: Written, foot: FootSignal, written: Values, note: str) -> Iterator[str]:
    """The same of a foot."""
    known = np.flatnonzero(np.isfinite(foot.force_n).any(axis=1))
    if not len(known):
        return
    last = int(known[-1]) + 1
    read = foot.force_n[:last].astype(np.float64)
    if made.pressures and foot.layout is not None:
        read = read / (foot.layout.area_cm2 * N_PER_KPA_CM2)
    rows = _rows_of(made, foot.time_s[:last] - foot.time_s[0], read, written)
    if rows is None:
        yield f"{foot.foot.value} foot has samples at times that were not written"
        return
    expected = written[rows].astype(np.float32).astype(np.float64)
    differs = np.isfinite(read) & ~np.isclose(read, expected, rtol=1e-6, atol=1e-9)
    if LAST_NUMBER_DOUBTED in note:
        differs[-1] = False
    for row, column in np.argwhere(differs)[:1].tolist():
        yield (
            f"{foot.foot.value} foot, sample {row + 1}: {read[row, column]:g} instead of "
            f"{expected[row, column]:g}"
        )


def _rows_of(made: Written, time_s: Values, read: Values, written: Values) -> npt.NDArray[np.int64] | None:
    """Which written row each sample is, by its time; the first may be lost. None where a time is no row's."""
    best: tuple[float, npt.NDArray[np.int64]] | None = None
    for first in range(min(4, made.count)):
        number = np.rint(time_s * made.rate_hz).astype(np.int64) + first
        off = np.abs(time_s - (number - first) / made.rate_hz)
        if off.max() > TIME_OFF_S or number.max() >= made.count or np.any(np.diff(number) <= 0):
            continue
        same = float(np.isclose(read, written[number], rtol=1e-5, atol=1e-6, equal_nan=True).mean())
        if best is None or same > best[0]:
            best = same, number
    return best[1] if best else None
