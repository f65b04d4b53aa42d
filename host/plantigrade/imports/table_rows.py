"""Rows of a table as cells of text: quotes, row names, empty cells at the end, and a last line that was cut
off."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from plantigrade.errors import FileError
from plantigrade.imports.numerals import COMMA
from plantigrade.imports.source import Source
from plantigrade.imports.table_titles import Titles

_CUT_OFF: Final = "the last line is incomplete and was left out"
_NO_LINE_END: Final = "the last line has no line end: if the file was cut off, its last number may be wrong"


class TableRows:
    """The rows under a row of titles.

    Attributes:
        row_names: 1 where the rows begin with a name that has no title, as those of R's write.table, else 0.
        columns: cells of a row.
        notes: what is odd but readable.

    Raises:
        FileError: row names cannot be told from numbers.
    """

    def __init__(self, source: Source, titles: Titles) -> None:
        self._source = source
        self._titles = titles
        self._widths = _Widths(titles.separator)
        self._next_name: int | None = None
        self._times: frozenset[int] = frozenset()
        self._untitled = [index for index, name in enumerate(titles.names) if index and not name]
        self.row_names = 0
        self.notes: list[str] = []
        self._find_row_names()

    @property
    def columns(self) -> int:
        """Cells of a row that have a title, and its name."""
        return len(self._titles.names) + self.row_names

    def first_cells(self, column: int, rows: int = 20) -> list[str]:
        """The first cells of a column that are not empty."""
        at = self.row_names + column
        lines = Lines(self._source, self._titles.line)
        found = self.records(lines.take(5 * rows), self._titles.line, lines, checked=False)
        return [
            cells[at].strip() for _, cells in islice(found, rows) if len(cells) > at and cells[at].strip()
        ]

    def records(
        self, block: list[str], first: int, lines: "Lines", *, checked: bool = True
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
            if self.columns > 1 and not any(cells[:1]) and len(cells) <= 1:
                continue
            if not checked and not taken.latest.endswith("\n"):
                return  # what may be cut off proves nothing
            if checked and any(cells) and not self._is_complete(line, cells, taken.latest):
                return
            yield line, cells

    def _is_complete(self, line: int, cells: list[str], text: str) -> bool:
        """Whether a row has a cell for each title; False for a last line that was cut off.

        Raises:
            FileError: it has not.
        """
        if _runs_over_lines(cells, self._titles.separator):
            raise FileError(
                self._source.path,
                f"line {line}: a cell in quotes runs over separators and line ends; is a quote missing?",
            )
        found = max(len(_stripped(cells)), min(len(cells), self.columns))
        ends = text.endswith("\n")
        if found != self.columns:
            if ends:
                raise FileError(self._source.path, self._wrong_count(line, found, cells))
            self.notes.append(_CUT_OFF)
            return False
        self._check_name(line, cells)
        self._check_untitled(line, cells)
        if not ends and not text.endswith('"'):
            if self.columns - 1 - self.row_names in self._times:
                self.notes.append(_CUT_OFF)
                return False
            self.notes.append(_NO_LINE_END)
        titled = cells[: self.columns]
        self._widths.add(
            line, len(cells), has_empty=not all(map(str.strip, titled)), ends_full=bool(titled[-1].strip())
        )
        return True

    def of_times(self, columns: Iterable[int]) -> None:
        """Name the columns of time: a time that may be cut off is no time."""
        self._times = frozenset(columns)

    @property
    def has_spacers(self) -> bool:
        """Whether columns between others have no title."""
        return bool(self._untitled)

    def add_rows(self, *, has_empty: bool, ends_full: bool) -> None:
        """Rows that were read elsewhere, each with a cell for each title: whether a cell is ever empty, and
        the last ever not."""
        self._widths.add(0, self.columns, has_empty=has_empty, ends_full=ends_full)

    def _check_untitled(self, line: int, cells: list[str]) -> None:
        for index in self._untitled:
            if cell := cells[self.row_names + index].strip():
                raise FileError(
                    self._source.path,
                    f"line {line}: {cell[:20]!r} stands in a column without a title; are the titles in "
                    f"line {self._titles.line} shifted?",
                )

    def check_widths(self) -> None:
        """What single rows do not show: cells that were shifted.

        Raises:
            FileError: there is such a row.
        """
        if (line := self._widths.doubtful_line()) is not None:
            raise FileError(
                self._source.path,
                f"line {line} has another number of separators than its neighbours and ends with an empty "
                "cell: its cells may be shifted; repair it",
            )
        if self._widths.always_ends_empty and "" in self._titles.names:
            raise FileError(
                self._source.path,
                f"line {self._titles.line} has an empty title between others, and every row ends with an "
                "empty cell: are the titles shifted?",
            )

    def _find_row_names(self) -> None:
        """Row names without a title are numbers from 1 in one more column."""
        lines = Lines(self._source, self._titles.line)
        found = self.records(lines.take(3), self._titles.line, lines, checked=False)
        rows = [cells for _, cells in islice(found, 3)]
        names = [str(1 + i) for i in range(len(rows))]
        if len(rows) < 2 or "" in self._titles.names:
            return
        if len(self._titles.names) == 1 and self._titles.separator != COMMA:
            alike = [cells[0].startswith(f"{name}{COMMA}") for cells, name in zip(rows, names, strict=True)]
            if sum(alike) >= 2:  # one of them may be damaged
                raise FileError(
                    self._source.path,
                    f"line {self._titles.line + 1}: {rows[0][0]!r} may be a number with a decimal comma, or "
                    "a row name and a number; give row names a title",
                )
        elif (
            [cells[0] for cells in rows] == names
            and all(len(cells) == len(self._titles.names) + 1 for cells in rows)
            and any(cells[-1].strip() for cells in rows)
        ):
            self.row_names, self._next_name = 1, 1

    def _check_name(self, line: int, cells: list[str]) -> None:
        if self._next_name is None:
            return
        if cells[0] != str(self._next_name):
            raise FileError(
                self._source.path,
                f"line {line} has one column more than there are titles, and {cells[0][:20]!r} in front is "
                f"no row name (expected {self._next_name}); give every column a title",
            )
        self._next_name += 1

    def _wrong_count(self, line: int, found: int, cells: list[str]) -> str:
        text = f"line {line} has {found} columns instead of {self.columns}"
        commas = self._titles.separator == COMMA and found > self.columns
        if commas and all(cell.strip().lstrip("+-").isdigit() for cell in cells if cell.strip()):
            return (
                text
                + "; are these decimal commas? Then put semicolons between the columns, or numbers in quotes"
            )
        return text


def _runs_over_lines(cells: list[str], separator: str) -> bool:
    """Whether a cell in quotes holds what looks like rows."""
    return any("\n" in cell and separator in cell for cell in cells)


def _stripped(cells: list[str]) -> list[str]:
    """Without empty cells at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


class _Widths:
    """How many cells the rows have. Rows with empty cells to spare are read, and so are rows with an empty
    cell; where rows differ in width, an empty cell may as well have been put in between. Commas between cells
    split a number with a decimal comma as well, which leaves no cell empty."""

    def __init__(self, separator: str) -> None:
        self._splits_numbers = separator == COMMA
        self._first_of: dict[int, int] = {}
        self._has_empty = False
        self._ends_full = False

    def add(self, line: int, cells: int, *, has_empty: bool, ends_full: bool) -> None:
        """A row, or several of one width: whether any cell is empty, and whether the last is ever not."""
        self._first_of.setdefault(cells, line)
        self._has_empty |= has_empty
        self._ends_full |= ends_full

    @property
    def always_ends_empty(self) -> bool:
        """Whether there are rows, and each ends with an empty cell."""
        return bool(self._first_of) and not self._ends_full

    def doubtful_line(self) -> int | None:
        """Number of a row whose cells may be shifted."""
        may_be_shifted = self._has_empty or self._splits_numbers
        return max(self._first_of.values()) if may_be_shifted and len(self._first_of) > 1 else None


class _Block:
    """Lines of a block, and those after it that a quoted cell goes on in.

    Attributes:
        count: of lines given out.
        latest: the last of them.
    """

    def __init__(self, block: list[str], lines: "Lines") -> None:
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


class Lines:
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
