"""Tables of other makers: cells between delimiters, some of them empty, some of them text.

Arrow reads the columns that a format asks for. When it cannot, the file is gone through once more, cell by
cell (`imports.cell_columns`): that reads thousands and other scripts, or says which line and column it is and
why. No number is guessed: the decimal mark is decided from the whole file (`imports.numerals`).
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.signals import Forces
from plantigrade.imports.cell_columns import CellColumns
from plantigrade.imports.numerals import (
    COMMA,
    MARKS_BY_NAME,
    MISSING_SPELLINGS,
    decided_mark,
)
from plantigrade.imports.repeated_rows import note, written_once
from plantigrade.imports.source import Source
from plantigrade.imports.table import readable

MAX_COLUMNS: Final = 4096
_INCOMPLETE = "the last line is incomplete and was left out"
_NOT_ENDED = "the last line has no line end and was left out: the file may have been cut off"
_BLOCK_BYTES: Final = 1 << 22

Column = npt.NDArray[np.float64 | np.float32]


@dataclass
class Table:
    """A table that is about to be read.

    Attributes:
        source: the file.
        titles: of all columns, for messages.
        first_line: of the rows, counted from 1; what stands before is skipped.
        delimiter: one character.
        missing: words for "no number", beside those of `imports.numerals`.
        repair: for formats whose rows differ in length: gives each line its full length.
        notes: filled while reading: what is odd but readable.
    """

    source: Source
    titles: Sequence[str]
    first_line: int
    delimiter: str
    missing: Collection[str] = ()
    repair: Callable[[str], str] | None = None
    notes: list[str] = field(default_factory=list[str])

    def numbers(self, wanted: Collection[int], *, exact: Collection[int] = ()) -> dict[int, Column]:
        """Some columns, NaN where a cell says that there is no number.

        Args:
            wanted: numbers of columns, counted from 0.
            exact: those that need float64 (times); the others are float32.

        Raises:
            FileError: too many columns; no row; a row with another number of cells; a cell that is no number,
                or one that may be two numbers (1,234).
        """
        if len(self.titles) > MAX_COLUMNS:
            raise FileError(self._path, f"has {len(self.titles)} columns; at most {MAX_COLUMNS} are read")
        columns = sorted({*wanted, *exact})
        decimal = MARKS_BY_NAME.get(self.source.decimal_mark or "") or self._decided_mark(columns)
        found = self._parsed(columns, exact, decimal)
        if found is None:
            found = self._by_cells(columns, exact, decimal)
        if decimal == COMMA:
            self.notes.append("numbers are written with a decimal comma")
        if not len(next(iter(found.values()))):
            raise FileError(self._path, "has column titles but no sample")
        return found

    def written_once(self, found: dict[int, Column], time: int) -> dict[int, Column]:
        """The columns without rows that repeat the one before, time and all; a note says how many.

        Args:
            found: columns by number.
            time: number of the column of time.
        """
        others = [column for number, column in found.items() if number != time]
        once = (
            written_once(found[time].astype(np.float64), np.stack(others, axis=1, dtype=np.float64))
            if others
            else None
        )
        if once is None:
            return found
        self.notes.append(note(len(found[time]) - len(once)))
        return {number: column[once] for number, column in found.items()}

    def cell_texts(self, column: int) -> Iterator[tuple[int, str]]:
        """Number of the row (from 0) and text of each cell of a column that is not empty."""
        for row, (_, cells) in enumerate(self._rows()):
            if column < len(cells) and cells[column]:
                yield row, cells[column]

    @property
    def _path(self) -> Path:
        return self.source.path

    def _parsed(
        self, columns: Sequence[int], exact: Collection[int], decimal: str
    ) -> dict[int, Column] | None:
        """The columns; None when a cell or a row does not fit."""
        short: list[tuple[int, int]] = []

        def leave_out(row: Any) -> str:
            short.append((row.expected_columns, row.actual_columns))
            return "skip" if len(short) == 1 else "error"

        end = _Ending()
        try:
            with self._stream(end) as stream:
                parts = list(self._blocks(stream, columns, exact, decimal, leave_out))
        except ValueError:  # Arrow's own kind of it says less than our second look at the file
            return None
        if short:
            self._check_last(*short[0])
        # A number at the very end may have lost digits: whoever wrote the file ended every line.
        last = -1 if end.open and not short else None
        if last and parts:
            self.notes.append(_NOT_ENDED)
        empty: Column = np.empty(0, np.float64)
        return {
            number: np.concatenate([part[i] for part in parts])[:last] if parts else empty
            for i, number in enumerate(columns)
        }

    def _blocks(
        self,
        stream: io.BufferedReader,
        columns: Sequence[int],
        exact: Collection[int],
        decimal: str,
        leave_out: Callable[[Any], str],
    ) -> Iterator[list[Column]]:
        arrow, arrow_csv = _arrow()
        chosen = [str(number) for number in columns]
        encoding = "utf-8" if self.repair else self.source.encoding.removesuffix("-sig")
        reader = arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                skip_rows=0 if self.repair else self.first_line - 1,
                column_names=[str(number) for number in range(len(self.titles))],
                encoding=encoding,
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=self.delimiter, invalid_row_handler=leave_out),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: arrow.float64() for name in chosen},
                include_columns=chosen,
                null_values=[*MISSING_SPELLINGS, *self.missing],
                decimal_point=decimal,
            ),
        )
        for batch in reader:
            values = [readable(np.asarray(batch.column(i), np.float64)) for i in range(len(columns))]
            yield [
                column if number in exact else column.astype(np.float32)
                for number, column in zip(columns, values, strict=True)
            ]

    def _stream(self, end: "_Ending") -> io.BufferedReader:
        if self.repair is None:
            plain = self.source.encoding.startswith("utf-8")
            return io.BufferedReader(_Watched(self.source.open(), end, plain), _BLOCK_BYTES)
        lines = end.watch(islice(self.source.lines(), self.first_line - 1, None))
        return io.BufferedReader(_Lines(self.repair(line.rstrip("\r\n")) for line in lines if line.strip()))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Number of the line and its cells, as text."""
        for number, line in enumerate(self.source.lines(), start=1):
            if number >= self.first_line and line.strip():
                text = line.rstrip("\r\n")
                text = self.repair(text) if self.repair else text
                cells = next(csv.reader([text], delimiter=self.delimiter), [""])
                yield number, [cell.strip() for cell in cells]

    def _by_cells(self, columns: Sequence[int], exact: Collection[int], decimal: str) -> dict[int, Column]:
        """As `_parsed`, from any numbers that people write.

        Raises:
            FileError: a cell or a row does not fit.
        """
        rows = list(self._rows())
        if rows and not self._ends_complete():
            self.notes.append(_INCOMPLETE if len(rows[-1][1]) < len(self.titles) else _NOT_ENDED)
            rows.pop()
        read = CellColumns(self._path, self.titles, decimal, self.missing, exact).read(rows, columns)
        return {
            number: column if number in exact else readable(column).astype(np.float32)
            for number, column in read.items()
        }

    def _ends_complete(self) -> bool:
        """Whether the last line that is not blank has its line end."""
        end = _Ending()
        for _ in end.watch(line for line in self.source.lines() if line.strip()):
            pass
        return not end.open

    def _check_last(self, expected: int, found: int) -> None:
        """A row with too few cells is left out when it is the last, cut off by the end of the file."""
        lines = [(number, len(cells)) for number, cells in self._rows()]
        odd = [number for number, count in lines if count != expected]
        if odd != [lines[-1][0]] or found > expected:
            where = f"line {odd[0] if odd else lines[-1][0]}"
            raise FileError(self._path, f"{where} has {found} columns instead of {expected}")
        self.notes.append(_INCOMPLETE)

    def _decided_mark(self, columns: Sequence[int]) -> str:
        cells = (
            (number, cells[i], False)
            for number, cells in self._rows()
            for i in columns
            if i < len(cells) and cells[i] not in self.missing
        )
        return decided_mark(self._path, cells)[0]


def _arrow() -> tuple[Any, Any]:
    """Arrow has no types of its own."""
    import pyarrow  # pyright: ignore[reportMissingTypeStubs]
    import pyarrow.csv as csv  # pyright: ignore[reportMissingTypeStubs]

    return pyarrow, csv


@dataclass
class _Ending:
    """How a file ends."""

    open: bool = False
    """Without a line end."""

    def watch(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.open = not line.endswith("\n")
            yield line


_ONLY_ASCII: Final = bytes(range(128)) + b"?" * 128


class _Watched(io.RawIOBase):
    """A byte stream of which the end is remembered. Plain text is read as ASCII, all that numbers need: Arrow
    stumbles where the end of a file cuts a letter in two.
    """

    def __init__(self, stream: io.BufferedReader, end: _Ending, plain: bool) -> None:
        self._stream, self._end, self._plain = stream, end, plain

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        if self._plain:
            block = block.translate(_ONLY_ASCII)
        buffer[: len(block)] = block
        if block:
            # The second byte of a line end in UTF-16 is 0 in one order of bytes.
            self._end.open = not block.rstrip(b"\x00").endswith((b"\n", b"\r"))
        return len(block)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Lines(io.RawIOBase):
    """Lines of text as a byte stream."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer):
            more = "".join(f"{line}\n" for line in islice(self._lines, 1000))
            if not more:
                break
            self._rest += more.encode()
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def unit_of(title: str) -> tuple[str, str]:
    """Name and unit of a column title; the unit is empty where there is none.

    Example:
        >>> unit_of("left pressure 1[N/cm²]")
        ('left pressure 1', 'N/cm²')
        >>> unit_of("Force (N)"), unit_of("Force")
        (('Force', 'N'), ('Force', ''))
    """
    match = re.fullmatch(r"\s*(.*?)\s*(?:\[([^\]]*)\]|\(([^)]*)\))\s*", title)
    if match is None:
        return title.strip(), ""
    return match.group(1), (match.group(2) or match.group(3) or "").strip()


def stacked(columns: Mapping[int, Column], numbers: Sequence[int]) -> Forces:
    """(n, len(numbers)) of some columns."""
    return np.stack([columns[number] for number in numbers], axis=1).astype(np.float32)
