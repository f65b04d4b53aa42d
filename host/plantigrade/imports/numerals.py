"""Numbers as people and spreadsheets write them in any region: `0.5`, `0,5`, `1 234,5`, `1’234.5`, `١٫٥`.

A point or a comma is a decimal mark in one region and groups thousands in another. Which it is, is decided
from the whole file (`decimal_mark`): a cell such as `0,01` or `1.234,5` tells, `1,234` does not. A number
that does not fit the decided mark is no number; nothing is guessed cell by cell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError
from plantigrade.imports.table import LARGEST

POINT: Final = "."
COMMA: Final = ","
ARABIC: Final = "\u066b"
"""The decimal mark of Arabic and Persian numerals; nothing else looks like it."""
MARK_NAMES: Final = {POINT: "point", COMMA: "comma", ARABIC: "mark of Arabic"}
MARKS_BY_NAME: Final = {name: mark for mark, name in MARK_NAMES.items() if mark != ARABIC}
"""Those that somebody may state for a file."""

_MISSING: Final = """
    nan na n/a n.a. #n/a #na #nv #n/d n/d nd null none nil missing k.a. s/d - -- \u2013 \u2014 . .. ? <na>
    #value! #wert! #valor! #valeur! #valore! #waarde! #div/0! #num! #zahl! #ref! #bezug! #name? #null!
    1.#qnan 1.#snan 1.#ind -1.#ind -1.#qnan 1.#inf -1.#inf nan(ind) -nan(ind) -nan +nan
    inf +inf -inf infinity +infinity -infinity \u221e -\u221e +\u221e
"""
_MISSING_TEXTS: Final = frozenset(_MISSING.split()) | {""}
MISSING_SPELLINGS: Final = frozenset(
    spelt
    for text in _MISSING_TEXTS
    for spelt in (text, text.upper(), text.title(), text.replace("nan", "NaN"))
)
"""For parsers that compare cells letter by letter."""
_GROUPS: Final = " \u00a0\u202f\u2009'\u2019\u0092\u066c"
"""What groups thousands beside points and commas: spaces, apostrophes, the Arabic mark."""
_ASCII: Final = {0x2212: "-", 0xFF0B: "+", 0xFF0D: "-", 0xFF0E: ".", 0xFF0C: ","} | {
    first + digit: str(digit) for first in (0x0660, 0x06F0, 0xFF10, 0x0966) for digit in range(10)
}
_ONE_MARK = re.compile(r"[+-]?(\d*)([.,])(\d*)([eE][+-]?\d{1,3})?")
_BOTH_MARKS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?!\1)([.,])\d+(?:[eE][+-]?\d{1,3})?")
_TWO_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})+")
_INDIAN_GROUPS = re.compile(r"[+-]?[1-9]\d?(?:,\d{2})+,\d{3}(\.\d*)?")
_OTHER_GROUPS = re.compile(
    rf"[+-]?[1-9]\d{{0,2}}(?:([{_GROUPS}])\d{{3}})(?:\1\d{{3}})*(?:([.,{ARABIC}])\d*)?"
)


@dataclass(frozen=True)
class Evidence:
    """What a cell tells about the decimal mark of its file.

    Attributes:
        mark: the decimal mark that it proves; empty where it proves none.
        ambiguous: whether it is one number with a decimal point or comma and another with thousands.
    """

    mark: str = ""
    ambiguous: bool = False


_NOTHING: Final = Evidence()
_AMBIGUOUS: Final = Evidence(ambiguous=True)


def evidence(cell: str) -> Evidence:
    """What one cell tells about the decimal mark.

    Examples:
        >>> evidence("0,01").mark, evidence("1.234,5").mark, evidence("1.234.567").mark
        (',', ',', ',')
        >>> evidence("1,234"), evidence("1234")
        (Evidence(mark='', ambiguous=True), Evidence(mark='', ambiguous=False))
    """
    text = plain(cell)
    if ARABIC in text:
        return Evidence(ARABIC)
    if (found := _ONE_MARK.fullmatch(text)) is not None:
        integer, mark, after, exponent = found.groups()
        if not after:  # a mark at the end may be a separator
            return _NOTHING
        grouped = len(after) == 3 and 1 <= len(integer) <= 3 and integer[0] != "0" and not exponent
        return _AMBIGUOUS if grouped else Evidence(mark)
    for pattern in (_BOTH_MARKS, _OTHER_GROUPS):
        if (found := pattern.fullmatch(text)) is not None:
            return Evidence(found.group(2) or "")
    if (found := _TWO_GROUPS.fullmatch(text)) is not None:
        return Evidence(COMMA if found.group(1) == POINT else POINT)
    return Evidence(POINT) if _INDIAN_GROUPS.fullmatch(text) else _NOTHING


def plain(cell: str) -> str:
    """A cell without blanks around it, with ASCII digits and signs for those of other scripts."""
    text = cell.strip().strip("\ufeff\u200e\u200f\u061c")
    return text if text.isascii() else text.translate(_ASCII)


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no number: empty, NA and NaN in their spellings, infinities, errors
    of Excel."""
    return plain(cell).replace(" ", "").lower().replace(",#", ".#") in _MISSING_TEXTS


class NumberReader:
    """Reads cells of a file whose decimal mark is known.

    Args:
        decimal: `POINT`, `COMMA` or `ARABIC`.

    Examples:
        >>> read = NumberReader(COMMA)
        >>> read("0,5"), read("1.234,5"), read("1 234"), read("#NV")
        (0.5, 1234.5, 1234.0, nan)
        >>> read("0.5") is None, read("12.5") is None, read("walk") is None
        (True, True, True)
    """

    def __init__(self, decimal: str) -> None:
        self.decimal = decimal
        mark = re.escape(decimal)
        grouping = "".join(one for one in (POINT, COMMA) if one != decimal)
        self._plain = re.compile(rf"[+-]?(?:\d+(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d{{1,3}})?")
        self._grouped = re.compile(
            rf"[+-]?[1-9]\d{{0,2}}(?:([{re.escape(grouping)}{_GROUPS}])\d{{3}})(?:\1\d{{3}})*(?:{mark}\d*)?"
        )
        self._not_digits = re.compile(rf"[^\d+\-eE{mark}]")

    def __call__(self, cell: str) -> float | None:
        """The number; NaN where the cell says that there is none; None where it is no number."""
        text = plain(cell)
        if not self._plain.fullmatch(text):
            if self._grouped.fullmatch(text) or (self.decimal == POINT and _INDIAN_GROUPS.fullmatch(text)):
                text = self._not_digits.sub("", text)
            elif is_missing(text):
                return float("nan")
            else:
                return None
        value = float(text if self.decimal == POINT else text.replace(self.decimal, "."))
        return value if abs(value) <= LARGEST else float("nan")

    def is_grouped(self, cell: str) -> bool:
        """Whether a cell is a number with thousands."""
        text = plain(cell)
        indian = self.decimal == POINT and _INDIAN_GROUPS.fullmatch(text) is not None
        return indian or self._grouped.fullmatch(text) is not None

    def has_decimals(self, cell: str) -> bool:
        """Whether a number has digits behind a decimal mark."""
        return bool(cell.partition(self.decimal)[2].strip())

    def ends_with_mark(self, cell: str) -> bool:
        """Whether a number has a decimal mark and no digits behind it."""
        return plain(cell).endswith(self.decimal)


@dataclass(frozen=True)
class Sighting:
    """A cell that tells something about the decimal mark, and where it stands."""

    mark: str
    line: int
    cell: str

    def __str__(self) -> str:
        return f"line {self.line} has {self.cell!r}"


def alone(text: str) -> float | None:
    """A number that stands alone; None where it is none, or may be two.

    Examples:
        >>> alone("0,5"), alone("1,234"), alone("70")
        (0.5, None, 70.0)
    """
    found = evidence(text)
    return None if found.ambiguous else NumberReader(found.mark or POINT)(text)


def decided_mark(path: Path, cells: Iterable[tuple[int, str, bool]]) -> tuple[str, Sighting | None]:
    """The decimal mark of a file and the cell that proves it; a point where no number has a mark.

    Args:
        path: the file.
        cells: as in `decimal_mark`.

    Raises:
        FileError: nothing proves it, and there is a number that could be two.
    """
    proof, unclear = decimal_mark(cells)
    if proof is None and unclear is not None:
        point, comma = (NumberReader(mark)(unclear.cell) for mark in (POINT, COMMA))
        raise FileError(
            path,
            f"line {unclear.line}: {unclear.cell!r} may be {point:.10g} or {comma:.10g}, and no other "
            "number of the file tells which; give --decimal-mark point or --decimal-mark comma",
        )
    return (POINT if proof is None else proof.mark), proof


def decimal_mark(cells: Iterable[tuple[int, str, bool]]) -> tuple[Sighting | None, Sighting | None]:
    """The first cell that proves a decimal mark, looking no further than it; and the first ambiguous one
    before it.

    Args:
        cells: of the cells that hold numbers the line number, the text, and whether thousands are out of
            the question.
    """
    unclear: Sighting | None = None
    for line, cell, below_a_thousand in cells:
        if cell.isdigit():
            continue
        found = evidence(cell)
        if found.ambiguous and below_a_thousand:
            found = Evidence(COMMA if COMMA in cell else POINT)
        if found.mark:
            return Sighting(found.mark, line, cell.strip()), unclear
        if found.ambiguous and unclear is None:
            unclear = Sighting("", line, cell.strip())
    return None, unclear
