"""What a refused file comes nearest to: the format of which it has most marks, and those that it lacks."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from plantigrade.imports.source import Head

_WITHIN: Final = 20_000
"""Characters of the beginning in which marks are sought."""
_PLAIN_TITLES: Final = ("time_s", "left_force_n", "right_force_n", "left_footswitch", "right_footswitch")
_ALIKE: Final = 0.75
_LOADS = re.compile(r"force|press|load|grf|footswitch|_n\b|\[N\]", re.IGNORECASE)
_PLATE = re.compile(r"(^|,)\W*F[xyz]\b")
_CELL_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Mark:
    """One thing by which a format is known.

    Attributes:
        what: it is, as text that fits after "has" and "lacks".
        pattern: that finds it at the beginning of a file.
    """

    what: str
    pattern: re.Pattern[str]


def mark(what: str, pattern: str) -> Mark:
    """A mark whose pattern is sought line by line, whatever the case."""
    return Mark(what, re.compile(pattern, re.MULTILINE | re.IGNORECASE))


@dataclass(frozen=True)
class Likeness:
    """How much a file is like a format.

    Attributes:
        title: of the format.
        found, lacking: its marks, as text.
    """

    title: str
    found: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of its marks that were found."""
        return len(self.found) / max(1, len(self.found) + len(self.lacking))

    def __str__(self) -> str:
        text = f"{self.title}: it has {_listed(self.found)}"
        return f"{text} but lacks {_listed(self.lacking)}" if self.lacking else text


def likenesses(head: Head, formats: Iterable[tuple[str, tuple[Mark, ...]]]) -> list[Likeness]:
    """The formats of which a file has any mark, most alike first.

    Args:
        head: the beginning of the file.
        formats: titles and marks.
    """
    text = head.text[:_WITHIN]
    found: list[Likeness] = []
    for title, marks in formats:
        there = tuple(mark.what for mark in marks if mark.pattern.search(text))
        if there:
            lacking = tuple(mark.what for mark in marks if mark.what not in there)
            found.append(Likeness(title, there, lacking))
    return sorted(found, key=lambda one: -one.share)


def seen(head: Head) -> str:
    """What kind of text this is, for somebody who wonders why it was refused; empty when nothing tells."""
    lines = [line for line in head.lines(60) if not line.lstrip().startswith("#")]
    if len(lines) < 2:
        return ""
    separator = max("\t;,", key=lambda one: min(line.count(one) for line in lines[:2]))
    if not lines[0].count(separator) or not lines[0].strip(f" {separator}"):
        return ""
    rows = [[cell.strip().strip('"') for cell in line.split(separator)] for line in lines]
    first = rows[0]
    if all(_CELL_NUMBER.fullmatch(cell) for cell in first if cell):
        if len({len(row) for row in rows}) == 1 and not _has_time(rows):
            return (
                f"it is a grid of numbers, {len(first)} to a row, in which no column rises like time: "
                "a picture of pressures is no recording"
            )
        return f"it is a table of {len(first)} columns without titles; give each column a title"
    names = ", ".join(repr(title[:30]) for title in first[:6]) + (", ..." if len(first) > 6 else "")
    return f"it is a table with the columns {names}{_of_columns(first, rows[1])}"


def _of_columns(titles: list[str], second: list[str]) -> str:
    """What the titles of a table tell, as the end of a sentence."""
    heads = ",".join(titles + second)
    if re.search(r"acc|gyr", heads, re.IGNORECASE) and not _LOADS.search(heads):
        return ": motion without any force or pressure, which is not read alone"
    if _PLATE.search(heads):
        return ": forces of a plate under both feet; a recording has a column for each foot"
    alike = _nearest_title(titles)
    return f"; {alike}" if alike else ""


def _nearest_title(titles: list[str]) -> str:
    for title in titles:
        name = re.sub(r"\W+", "_", title.strip().lower()).strip("_")
        close = difflib.get_close_matches(name, _PLAIN_TITLES, 1, _ALIKE)
        if close and close[0] != title.strip().lower() and close[0] != "time_s":
            return f"{title[:30]!r} would be read as plain CSV if it were called {close[0]!r}"
    return ""


def _has_time(rows: list[list[str]]) -> bool:
    """Whether the first column rises throughout."""
    try:
        values = [float(row[0].replace(",", ".")) for row in rows]
    except ValueError:
        return False
    return all(later > earlier for earlier, later in pairwise(values))


def _listed(items: tuple[str, ...]) -> str:
    return " and ".join(items) if len(items) < 3 else f"{', '.join(items[:-1])} and {items[-1]}"
