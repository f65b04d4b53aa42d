"""Rows of numbers in text, parsed in blocks so that two days of samples never exist as text in memory."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats
from plantigrade.imports.source import Source

BLOCK_LINES = 20_000
LARGEST = 1e15
"""Beyond any sample and any time stamp (milliseconds of our century have 13 digits)."""
_AT_ROW = re.compile(r" at row (\d+)")
_ROW_NUMBERS = 3
_INCOMPLETE = "the last line is incomplete and was left out"


class NumberTable:
    """A table of numbers with a fixed count of columns.

    Args:
        source: the file, for messages.
        lines: its lines, line ends kept, from the first row of numbers on.
        first_line: number of that line in the file, counted from 1.
        columns: numbers in each row.
        delimiter: None for white space.
        decimal_comma: numbers are written 0,5 (and `delimiter` is not a comma).
    """

    def __init__(
        self,
        source: Source,
        lines: Iterator[str],
        *,
        first_line: int,
        columns: int,
        delimiter: str | None = None,
        decimal_comma: bool = False,
    ) -> None:
        self._source = source
        self._lines = lines
        self._line = first_line
        self._columns = columns
        self._delimiter = delimiter
        self._decimal_comma = decimal_comma
        self.notes: list[str] = []

    def blocks(self) -> Iterator[Floats]:
        """Blocks of (rows, columns) float64; NaN where the file says so.

        Raises:
            FileError: a row is not numbers or has another count of columns; the message names the line.
        """
        while lines := list(islice(self._lines, BLOCK_LINES)):
            numbers = [self._line + i for i, line in enumerate(lines) if line.strip()]
            retained = [line for line in lines if line.strip()]
            if retained and not retained[-1].endswith("\n") and self._fields(retained[-1]) != self._columns:
                # Only the very last line of a file lacks its line end.
                retained.pop()
                self.notes.append(_INCOMPLETE)
            if retained:
                yield self._parse(retained, numbers)
            self._line += len(lines)

    def _fields(self, line: str) -> int:
        return len(line.rstrip("\r\n").split(self._delimiter))

    def _parse(self, lines: list[str], numbers: list[int]) -> Floats:
        if self._decimal_comma:
            lines = [line.replace(",", ".") for line in lines]
        try:
            block = np.loadtxt(lines, dtype=np.float64, delimiter=self._delimiter, comments=None, ndmin=2)
        except ValueError as error:
            raise FileError(self._source.path, self._problem(lines, numbers, str(error))) from error
        if block.shape[1] != self._columns:
            where = f"line {numbers[0]} has {block.shape[1]} columns instead of {self._columns}"
            raise FileError(self._source.path, where)
        return readable(block)

    def _problem(self, lines: list[str], numbers: list[int], error: str) -> str:
        for line, number in zip(lines, numbers, strict=False):
            if (found := self._fields(line)) != self._columns:
                return f"line {number} has {found} columns instead of {self._columns}"
        at = _AT_ROW.search(error)
        row = min(int(at.group(1)), len(numbers) - 1) if at else 0
        return f"line {numbers[row]} is not a row of numbers: {lines[row].strip()[:60]!r}"


def number_in(word: str) -> float:
    """A number as programs write it, with a decimal point. Python's own `1_0` is a damaged one.

    Raises:
        ValueError: it is none.
    """
    if "_" in word:
        raise ValueError(f"{word!r} is no number")
    return float(word)


def numbers_in(texts: Sequence[str]) -> Floats:
    """(len(texts),) numbers; NaN for what no table of samples holds.

    Raises:
        ValueError: one is none.
    """
    if any("_" in word for word in texts):
        raise ValueError("one of them is no number")
    return readable(np.array(texts, dtype=np.float64))


def check_no_row(source: Source, lines: Sequence[str]) -> None:
    """Refuse a header that holds what looks like a row of the table behind it.

    Args:
        source: the file.
        lines: its first ones, up to the titles.

    Raises:
        FileError: a line is three numbers or more, and nothing else.
    """
    for line_number, line in enumerate(lines, start=1):
        texts = line.replace(",", ".").split()
        try:
            [number_in(word) for word in texts]
        except ValueError:
            continue
        if len(texts) >= _ROW_NUMBERS:
            raise FileError(
                source.path, f"line {line_number} looks like a row of samples, but stands before the titles"
            )


def readable(values: Floats) -> Floats:
    """The same numbers, with NaN for what no table of samples holds: infinities and damaged exponents."""
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def stack(blocks: Iterator[Floats], *, path_problem: FileError) -> Floats:
    """All blocks as one (rows, columns) float64 array.

    Raises:
        FileError: `path_problem`, when there is not a single row.
    """
    parts = list(blocks)
    if not parts:
        raise path_problem
    return np.concatenate(parts) if len(parts) > 1 else parts[0]
