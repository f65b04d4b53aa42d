"""Figures beside their bars."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        what: it is.
        found: its value, as text.
        bar: what it should be; "" where it only informs.
        held: whether it is.
    """

    what: str
    found: str
    bar: str = ""
    held: bool = True


def lines_of(rows: Sequence[Row]) -> list[str]:
    """A table for the terminal.

    >>> lines_of([Row("missing", "0", "0")])
    ['  missing  0  bar: 0']
    """
    width = max((len(row.what) for row in rows), default=0)
    wide = max((len(row.found) for row in rows), default=0)
    return [
        f"{' ' if row.held else '!'} {row.what:{width}}  {row.found:{wide}}"
        f"  {f'bar: {row.bar}' if row.bar else ''}".rstrip()
        for row in rows
    ]
