"""What became of a table: read right, refused with a reason, or read wrong and nothing said."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats
from plantigrade.imports.registry import Formats, import_formats
from plantigrade.imports.source import open_source

from tools.fuzz_tables.damages import DAMAGES, SHIFTS_ROWS
from tools.fuzz_tables.tables import Table, table

TIME_OFF_S = 0.0012
"""Stamps rounded to milliseconds are straightened; nothing else may move a sample."""
NOT_READ = "not read, as their titles are not known"
LAST_NUMBER_DOUBTED = "its last number may be wrong"


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


def judged(random: Random, path: Path, *, damaged: bool) -> Verdict:
    """Draw a table, write it, damage it, read it and compare.

    Args:
        random: draws everything.
        path: a file to write.
        damaged: whether to damage it.
    """
    made = table(random)
    text, name = made.text(), ""
    if damaged:
        damage = random.choice([one for one in DAMAGES if made.kind != "rate" or one not in SHIFTS_ROWS])
        text, name = damage(random, made, text), damage.__name__
    content = made.encoded(text)
    path.write_bytes(content)
    try:
        source = open_source(path)
        walk = formats.detect(source, _known()).read(source, None)
    except FileError as error:
        return Verdict(Outcome.REFUSED, name, error.problem, content)
    problem = next(_differences(made, walk), "")
    return Verdict(Outcome.WRONG if problem else Outcome.RIGHT, name, problem, content)


@cache
def _known() -> Formats:
    """The formats, found once for all tables."""
    return import_formats()


def _differences(made: Table, walk: Walk) -> Iterator[str]:
    """What was read otherwise than it was written."""
    if abs(walk.sample_rate_hz / made.rate_hz - 1.0) > 0.02:
        yield f"rate {walk.sample_rate_hz:g} instead of {made.rate_hz:g} Hz"
    for foot in walk.feet:
        written = _columns_of(made, foot.foot)
        if written.shape[1] != foot.sensor_count and NOT_READ in walk.source.note:
            return
        if written.shape[1] != foot.sensor_count:
            yield f"{foot.foot.value} foot has {foot.sensor_count} columns instead of {written.shape[1]}"
            return
        known = np.flatnonzero(np.isfinite(foot.force_n).any(axis=1))
        if not len(known):
            continue
        last = int(known[-1]) + 1
        read = foot.force_n[:last].astype(np.float64)
        rows = _rows_of(made, foot.time_s[:last] - foot.time_s[0], read, written)
        if rows is None:
            yield f"{foot.foot.value} foot has samples at times that were not written"
            return
        expected = written[rows].astype(np.float32).astype(np.float64)
        differs = np.isfinite(read) & ~np.isclose(read, expected, rtol=1e-6, atol=1e-9)
        if LAST_NUMBER_DOUBTED in walk.source.note:
            differs[-1] = False
        for row, column in np.argwhere(differs)[:1].tolist():
            yield (
                f"{foot.foot.value} foot, sample {row + 1}: {read[row, column]:g} instead of "
                f"{expected[row, column]:g}"
            )


def _columns_of(made: Table, foot: Foot) -> np.ndarray:
    """(rows, columns) as written, in the order of the file."""
    titles = [title.lower() for title in made.titles if title.lower().startswith(f"{foot.value}_")]
    return np.array([made.columns[title] for title in titles]).T.reshape(len(made.times_s), len(titles))


def _rows_of(made: Table, time_s: np.ndarray, read: np.ndarray, written: np.ndarray) -> np.ndarray | None:
    """Which written row each sample is, by its time; the first may be lost. None where a time is no row's."""
    best: tuple[float, np.ndarray] | None = None
    for first in range(min(4, len(made.times_s))):
        number = np.rint(time_s * made.rate_hz).astype(int) + first
        off = np.abs(time_s - (number - first) / made.rate_hz)
        if off.max() > TIME_OFF_S or number.max() >= len(made.times_s) or np.any(np.diff(number) <= 0):
            continue
        same = float(np.isclose(read, written[number], rtol=1e-5, atol=1e-6, equal_nan=True).mean())
        if best is None or same > best[0]:
            best = same, number
    return best[1] if best else None
