"""Tables with titles as spreadsheets and statistics programs write them.

Understood: comma, semicolon, tab, `|` or one blank between cells, with or without a line `sep=;` before the
titles; quotes, with separators and line ends inside them; empty cells and blank rows at the end; row names
that have no title of their own; columns of words beside those that are asked for; numbers of any region
(`imports.numerals`).

The separator is that of the titles. The decimal mark is decided from the whole file before the first number
is read, so that a table is read one way throughout or refused with the line that does not fit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats
from plantigrade.imports.number_forms import NumberForms
from plantigrade.imports.numerals import COMMA, MARK_NAMES, POINT, NumberReader, decided_mark
from plantigrade.imports.source import Source
from plantigrade.imports.table import BLOCK_LINES, readable
from plantigrade.imports.table_rows import Lines, TableRows
from plantigrade.imports.table_titles import Titles

_MOST_KNOWN: Final = 1 << 16
"""Cells whose numbers are remembered: those of a table are often the same."""


class Spreadsheet:
    """The rows under a row of titles.

    Args:
        source: the file.
        titles: its titles.
        rows: of the same file.
        numbers: columns that hold numbers.
        texts: columns that hold words to be understood by the caller, such as dates.
        decimal: the decimal mark, where it is stated rather than found.
        time: a column of time among `numbers`; the others are forces.
        seconds: whether that time is in seconds: in whole thousands it would be no clock, so that `1.234`
            there has a decimal mark.

    Raises:
        FileError: the decimal mark cannot be told.
    """

    def __init__(
        self,
        source: Source,
        titles: Titles,
        rows: TableRows,
        numbers: Sequence[int],
        texts: Sequence[int] = (),
        *,
        decimal: str | None = None,
        time: int | None = None,
        seconds: bool = False,
    ) -> None:
        self._source = source
        self._titles = titles
        self._numbers = list(numbers)
        self._texts = list(texts)
        self._rows = rows
        rows.of_times([*texts, *([] if time is None else [time])])
        self._time = time
        self._seconds = time if seconds else None
        self._decimal, self._proof = (
            (decimal, None) if decimal else decided_mark(source.path, self._cells_of_numbers())
        )
        self._read_number = NumberReader(self._decimal)
        self._known: dict[str, tuple[float, bool]] = {}
        self._forms = [NumberForms(titles.names[index], force=index != time) for index in self._numbers]

    @property
    def decimal_mark(self) -> str:
        """The decimal mark of its numbers."""
        return self._decimal

    @property
    def notes(self) -> list[str]:
        """What is odd but readable, once the rows were read."""
        return self._rows.notes

    def blocks(self) -> Iterator[tuple[Floats, list[list[str]]]]:
        """Numbers (rows, len(numbers)) float64 with NaN where there is none, and the cells of the text
        columns by row.

        Raises:
            FileError: a row has another count of columns or a cell is no number; the message names the line.
        """
        lines = Lines(self._source, self._titles.line)
        waiting = 0  # blank rows, which are samples without numbers only if a row follows
        while block := lines.take(BLOCK_LINES):
            first = lines.number - len(block)
            done = self._fast(block) if not self._texts else None
            if done is not None:
                blank = np.full((waiting, done.shape[1]), np.nan)
                yield np.concatenate([blank, done]) if waiting else done, []
                waiting = 0
                continue
            rows: list[list[float]] = []
            cell_texts: list[list[str]] = []
            for line, cells in self._rows.records(block, first, lines):
                if not any(cell.strip() for cell in cells):
                    waiting += 1
                    continue
                rows += [[np.nan] * len(self._numbers)] * waiting
                cell_texts += [[""] * len(self._texts)] * waiting
                waiting = 0
                rows.append(self._row(line, cells))
                cell_texts.append([cells[self._rows.row_names + index] for index in self._texts])
            if rows:
                yield np.array(rows, np.float64).reshape(len(rows), len(self._numbers)), cell_texts
        self._check_all_rows()

    def _cells_of_numbers(self) -> Iterator[tuple[int, str, bool]]:
        lines = Lines(replace(self._source, on_progress=None), self._titles.line)
        while block := lines.take(BLOCK_LINES // 20):
            first = lines.number - len(block)
            for line, cells in self._rows.records(block, first, lines, checked=False):
                for index in self._numbers:
                    if self._rows.row_names + index >= len(cells):
                        continue
                    yield line, cells[self._rows.row_names + index], index == self._seconds

    def _row(self, line: int, cells: list[str]) -> list[float]:
        known, values = self._known, list[float]()
        for index, form in zip(self._numbers, self._forms, strict=True):
            cell = cells[self._rows.row_names + index]
            found = known.get(cell)
            if found is None:
                value = self._read_number(cell)
                if value is None:
                    raise FileError(self._source.path, self._no_number(line, index, cell))
                found = value, self._read_number.has_decimals(cell)
                if not form.add(line, cell, value, self._read_number) and len(known) < _MOST_KNOWN:
                    known[cell] = found
            form.decimals |= found[1]
            values.append(found[0])
        return values

    def _check_all_rows(self) -> None:
        """What single rows do not show.

        Raises:
            FileError: cells were shifted, or a number may be another one.
        """
        self._rows.check_widths()
        for form in self._forms:
            if (problem := form.problem()) is not None:
                raise FileError(self._source.path, problem)

    def _no_number(self, line: int, index: int, cell: str) -> str:
        shown = cell.strip()[:40]
        title = self._titles.names[index]
        for mark in (POINT, COMMA):
            other = NumberReader(mark)(cell) if mark != self._decimal else None
            if other is not None:
                why = f" as {self._proof}" if self._proof else ""
                return (
                    f"line {line}: {shown!r} in column {title!r} has a decimal {MARK_NAMES[mark]}, but the "
                    f"numbers of this file have a decimal {MARK_NAMES[self._decimal]}{why}; write all "
                    "in one way"
                )
        return f"line {line}: {shown!r} in column {title!r} is not a number"

    # -- the usual table, by NumPy's parser

    def _fast(self, block: list[str]) -> Floats | None:
        """A block without quotes, thousands and blank rows; None where it must be read cell by cell."""
        separator = self._titles.separator
        text = "".join(block)
        if self._decimal == COMMA and separator != COMMA and POINT not in text:
            text = text.replace(COMMA, POINT)
        elif self._decimal != POINT:
            return None
        if self._rows.row_names or self._rows.has_spacers or not self._is_plain(text, block):
            return None
        try:
            values = np.loadtxt(
                _filled(text, separator).split("\n")[:-1],
                dtype=np.float64,
                delimiter=separator,
                comments=None,
                usecols=self._numbers,
                ndmin=2,
            )
        except ValueError:
            return None
        if len(values) != len(block):
            return None
        filled = "\n" + text
        has_empty = any(f"{mark}{separator}" in filled for mark in (separator, "\n"))
        ends = [line.endswith(f"{separator}\n") for line in block]
        self._rows.add_rows(has_empty=has_empty or any(ends), ends_full=not all(ends))
        for form, uneven in zip(self._forms, np.any(values % 1.0 > 0.0, axis=0).tolist(), strict=True):
            form.decimals |= uneven
        return readable(values)

    def _is_plain(self, text: str, block: list[str]) -> bool:
        """Whether each line is a row of as many cells as there are titles, none of them in quotes."""
        separator, columns = self._titles.separator, self._rows.columns
        return (
            text.endswith("\n")
            and text.isascii()
            and '"' not in text
            and f"{POINT}{separator}" not in text
            and f"{POINT}\n" not in text
            and not text.startswith("\n")
            and "\n\n" not in text
            and f"\n{separator * (columns - 1)}\n" not in text
            and all(line.count(separator) == columns - 1 for line in block)
        )


def _filled(text: str, separator: str) -> str:
    """Empty cells as nan, for the parser."""
    if separator * 2 in text:
        text = text.replace(separator * 2, f"{separator}nan{separator}").replace(
            separator * 2, f"{separator}nan{separator}"
        )
    if f"\n{separator}" in text or text.startswith(separator):
        text = ("\n" + text).replace(f"\n{separator}", f"\nnan{separator}")[1:]
    return text.replace(f"{separator}\n", f"{separator}nan\n")
