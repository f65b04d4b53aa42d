"""Tables with titles as spreadsheets and statistics programs write them.

Understood: comma, semicolon, tab or `|` between cells, with or without a line `sep=;` before the titles;
quotes, with separators and line ends inside them; empty cells and blank rows at the end; row names that
have no title of their own; columns of words beside those that are asked for; numbers of any region
(`imports.numerals`).

The separator is that of the titles. The decimal mark is decided from the whole file before the first number
is read, so that a table is read one way throughout or refused with the line that does not fit.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats
from plantigrade.imports.numerals import (
    COMMA,
    MARK_NAMES,
    POINT,
    NumberReader,
    Sighting,
    decimal_mark,
)
from plantigrade.imports.source import Source
from plantigrade.imports.table import BLOCK_LINES, readable

MAX_COLUMNS: Final = 4096
SEPARATORS: Final = (";", "\t", ",", "|")
_SEPARATOR_LINE = re.compile(r"\s*[\"']?sep=(.)[\"']?\s*", re.IGNORECASE)
_NO_SEPARATOR: Final = "\x1f"
"""Of a table of one column: in no cell."""
_CUT_OFF: Final = "the last line is incomplete and was left out"
_NO_LINE_END: Final = "the last line has no line end: if the file was cut off, its last number may be wrong"


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
    best: tuple[int, list[str], str] = (-1, [], _NO_SEPARATOR)
    for mark in (separator,) if separator else (*SEPARATORS, _NO_SEPARATOR):
        try:
            row = next(csv.reader([text.lstrip("\ufeff").rstrip("\r\n")], delimiter=mark))
        except (csv.Error, StopIteration, TypeError, ValueError):
            continue
        names = [word.strip() for word in row]
        while names and not names[-1]:
            names.pop()
        score = sum(is_ours(name.lower()) for name in names)
        if score > best[0]:
            best = (score, names, mark)
    return best[1], best[2]


def first_cells(source: Source, titles: Titles, column: int, rows: int = 20) -> list[str]:
    """The first cells of a column that are not empty."""
    reader = csv.reader(
        islice(source.lines(), titles.line, titles.line + 5 * rows), delimiter=titles.separator
    )
    try:
        cells = [row[column].strip() for row in islice(reader, rows) if len(row) > column]
    except csv.Error:
        return []
    return [cell for cell in cells if cell]


class Spreadsheet:
    """The rows under a row of titles.

    Args:
        source: the file.
        titles: its titles.
        numbers: columns that hold numbers.
        texts: columns that hold words to be understood by the caller, such as dates.
        decimal: the decimal mark, where it is stated rather than found.
        seconds: a column of seconds among `numbers`: in whole thousands it would be no clock, so that
            `1.234` there has a decimal mark.

    Raises:
        FileError: too many columns; the decimal mark cannot be told, or the first block has a broken row.
    """

    def __init__(
        self,
        source: Source,
        titles: Titles,
        numbers: Sequence[int],
        texts: Sequence[int] = (),
        *,
        decimal: str | None = None,
        seconds: int | None = None,
    ) -> None:
        if len(titles.names) > MAX_COLUMNS:
            raise FileError(source.path, f"has {len(titles.names)} columns; at most {MAX_COLUMNS} are read")
        self._source = source
        self._quiet = replace(source, on_progress=None)
        self._titles = titles
        self._numbers = list(numbers)
        self._texts = list(texts)
        self._row_names = 0
        self._next_row_name: int | None = None
        self._proof: Sighting | None = None
        self._seconds = seconds
        self.notes: list[str] = []
        self._find_row_names()
        self._decimal = decimal or self._found_decimal()
        self._read_number = NumberReader(self._decimal)
        self._known: dict[str, float] = {}

    def blocks(self) -> Iterator[tuple[Floats, list[list[str]]]]:
        """Numbers (rows, len(numbers)) float64 with NaN where there is none, and the cells of the text
        columns by row.

        Raises:
            FileError: a row has another count of columns or a cell is no number; the message names the line.
        """
        lines = _Lines(self._source, self._titles.line)
        waiting = 0  # blank rows, which are samples without numbers only if a row follows
        while block := lines.take(BLOCK_LINES):
            first = lines.number - len(block)
            done = self._fast(block) if not self._texts else None
            if done is not None:
                yield from self._with_blank(done, [], waiting)
                waiting = 0
                continue
            rows: list[list[float]] = []
            words: list[list[str]] = []
            for line, cells in self._records(block, first, lines):
                if not any(cell.strip() for cell in cells):
                    waiting += 1
                    continue
                rows += [[np.nan] * len(self._numbers)] * waiting
                words += [[""] * len(self._texts)] * waiting
                waiting = 0
                rows.append(self._row(line, cells))
                words.append([cells[self._row_names + index] for index in self._texts])
            if rows:
                yield np.array(rows, np.float64).reshape(len(rows), len(self._numbers)), words

    @staticmethod
    def _with_blank(
        block: Floats, words: list[list[str]], waiting: int
    ) -> Iterator[tuple[Floats, list[list[str]]]]:
        if waiting:
            block = np.concatenate([np.full((waiting, block.shape[1]), np.nan), block])
        yield block, words

    # -- what is found out before the first row

    def _find_row_names(self) -> None:
        """Row names have no title of their own in what R's write.table makes: numbers from 1 in one more
        column."""
        lines = _Lines(self._source, self._titles.line)
        rows = [
            cells
            for _, cells in islice(self._records(lines.take(3), self._titles.line, lines, checked=False), 3)
        ]
        named = [cells for cells in rows if len(_stripped(cells)) == len(self._titles.names) + 1]
        if (
            len(rows) > 1
            and len(named) == len(rows)
            and [cells[0] for cells in rows] == [str(1 + i) for i in range(len(rows))]
        ):
            self._row_names, self._next_row_name = 1, 1

    def _found_decimal(self) -> str:
        """The decimal mark that the file proves; a point where no number has a mark.

        Raises:
            FileError: nothing proves it, and there is a number that could be two.
        """
        proof, unclear = decimal_mark(self._cells_of_numbers())
        self._proof = proof
        if proof is not None:
            return proof.mark
        if unclear is not None:
            point, comma = (NumberReader(mark)(unclear.cell) for mark in (POINT, COMMA))
            raise FileError(
                self._source.path,
                f"line {unclear.line}: {unclear.cell!r} may be {point:.10g} or {comma:.10g}, and no other "
                "number of the file tells which; give --decimal-mark point or --decimal-mark comma",
            )
        return POINT

    def _cells_of_numbers(self) -> Iterator[tuple[int, str, bool]]:
        lines = _Lines(self._quiet, self._titles.line)
        while block := lines.take(BLOCK_LINES // 20):
            first = lines.number - len(block)
            for line, cells in self._records(block, first, lines, checked=False):
                for index in self._numbers:
                    if self._row_names + index >= len(cells):
                        continue
                    yield line, cells[self._row_names + index], index == self._seconds

    # -- rows

    def _records(
        self, block: list[str], first: int, lines: "_Lines", *, checked: bool = True
    ) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of each row that begins in a block; lines without a character are no rows."""
        taken = _Block(block, lines)
        reader = csv.reader(taken, delimiter=self._titles.separator)
        while taken.count < len(block):
            line = first + taken.count + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FileError(self._source.path, f"line {line}: quotes do not end ({error})") from error
            if not cells or (len(cells) == 1 and not cells[0].strip()):
                continue
            if checked and not self._is_whole(line, cells, taken.latest):
                return
            yield line, cells

    def _is_whole(self, line: int, cells: list[str], text: str) -> bool:
        """Whether a row has a cell for each title; False for a last line that was cut off.

        Raises:
            FileError: it has not.
        """
        found = _stripped(cells) if len(cells) > self._columns else cells
        ends = text.endswith("\n")
        if len(found) != self._columns:
            if ends:
                raise FileError(self._source.path, self._wrong_count(line, len(found), cells))
            self.notes.append(_CUT_OFF)
            return False
        if not ends and not text.endswith('"'):
            self.notes.append(_NO_LINE_END)
        return True

    @property
    def _columns(self) -> int:
        return len(self._titles.names) + self._row_names

    def _wrong_count(self, line: int, found: int, cells: list[str]) -> str:
        text = f"line {line} has {found} columns instead of {self._columns}"
        commas = self._titles.separator == COMMA and found > self._columns
        if commas and all(cell.strip().lstrip("+-").isdigit() for cell in cells if cell.strip()):
            return (
                text
                + "; are these decimal commas? Then put semicolons between the columns, or numbers in quotes"
            )
        return text

    def _row(self, line: int, cells: list[str]) -> list[float]:
        self._check_row_name(line, cells)
        known, values = self._known, list[float]()
        for index in self._numbers:
            cell = cells[self._row_names + index]
            value = known.get(cell)
            if value is None:
                value = self._read_number(cell)
                if value is None:
                    raise FileError(self._source.path, self._no_number(line, index, cell))
                if len(known) < 1 << 16:
                    known[cell] = value
            values.append(value)
        return values

    def _check_row_name(self, line: int, cells: list[str]) -> None:
        if self._next_row_name is None:
            return
        if cells[0] != str(self._next_row_name):
            raise FileError(
                self._source.path,
                f"line {line} has one column more than there are titles, and {cells[0][:20]!r} in front is "
                f"no row name (expected {self._next_row_name}); give every column a title",
            )
        self._next_row_name += 1

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
        if self._row_names or not self._is_plain(text, block):
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
        return readable(values) if len(values) == len(block) else None

    def _is_plain(self, text: str, block: list[str]) -> bool:
        """Whether each line is a row of as many cells as there are titles, none of them in quotes."""
        separator, columns = self._titles.separator, self._columns
        return (
            text.endswith("\n")
            and text.isascii()
            and '"' not in text
            and not text.startswith("\n")
            and "\n\n" not in text
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


def _stripped(cells: list[str]) -> list[str]:
    """Without empty cells at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


class _Block:
    """Lines of a block, and those after it that a quoted cell goes on in.

    Attributes:
        count: of lines given out.
        latest: the last of them.
    """

    def __init__(self, block: list[str], lines: "_Lines") -> None:
        self._given = iter(block)
        self._more = lines
        self.count = 0
        self.latest = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._given, "") or "".join(self._more.take(1))
        if not line:
            raise StopIteration
        self.count, self.latest = self.count + 1, line
        return line


class _Lines:
    """The lines of a file after its row of titles.

    Attributes:
        number: of the last line taken.
    """

    def __init__(self, source: Source, after: int) -> None:
        self._lines = iter(source.lines())
        for _ in islice(self._lines, after):
            pass
        self.number = after
        self._ahead = next(self._lines, "")

    def take(self, count: int) -> list[str]:
        """The next lines; fewer at the end."""
        taken: list[str] = []
        while self._ahead and len(taken) < count:
            taken.append(self._ahead)
            self._ahead = next(self._lines, "")
        self.number += len(taken)
        return taken
