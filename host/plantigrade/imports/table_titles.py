"""The row of titles of a table, and what separates its cells."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

SEPARATORS: Final = (";", "\t", ",", "|", " ")
_SEPARATOR_LINE = re.compile(r"\s*[\"']?sep=(.)[\"']?\s*", re.IGNORECASE)
_NO_SEPARATOR: Final = "\x1f"
"""Of a table of one column: in no cell."""


@dataclass(frozen=True)
class Titles:
    """The row of titles.

    Attributes:
        names: in the order of the columns, without blanks around them; blank titles at the end are left out.
        separator: between cells.
        line: number of the row in the file, counted from 1.
    """

    names: tuple[str, ...]
    separator: str
    line: int


def separator_line(text: str) -> str | None:
    """The separator that a line `sep=;` names, as Excel writes it; None for any other line."""
    found = _SEPARATOR_LINE.fullmatch(text.lstrip("\ufeff").rstrip("\r\n"))
    return found.group(1) if found else None


def split_titles(
    text: str, is_ours: Callable[[str], bool], separator: str | None = None
) -> tuple[list[str], str]:
    """Titles of a row and the separator between them: that by which most of them are ours.

    Args:
        text: the row.
        is_ours: whether a title, in lower case, is one of those that are sought.
        separator: where the file names it.
    """
    best: tuple[tuple[int, bool], list[str], str] = ((-1, False), [], _NO_SEPARATOR)
    for mark in (separator,) if separator else (*SEPARATORS, _NO_SEPARATOR):
        try:
            row = next(csv.reader([text.lstrip("\ufeff").rstrip("\r\n")], delimiter=mark))
        except (csv.Error, StopIteration, TypeError, ValueError):
            continue
        names = [word.strip() for word in row]
        while names and not names[-1]:
            names.pop()
        score = sum(is_ours(name.lower()) for name in names), mark in text
        if score > best[0]:
            best = (score, names, mark)
    return best[1], best[2]


def separator_of_rows(rows: list[str]) -> str | None:
    """What separates the cells of rows under a single title: row names and numbers. None where nothing
    does; a comma may be a decimal mark and is not looked for."""
    return next((mark for mark in (";", "\t", "|") if rows and all(mark in row for row in rows)), None)
