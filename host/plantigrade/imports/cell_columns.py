"""Columns of a table read cell by cell: numbers of any region, with thousands, in digits of any script."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.imports.number_forms import NumberForms
from plantigrade.imports.numerals import COMMA, MARK_NAMES, POINT, NumberReader

_MOST_KNOWN: Final = 1 << 16
"""Cells whose numbers are remembered: those of a table are often the same."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CellColumns:
    """How the cells of some columns are read.

    Attributes:
        path: of the file.
        titles: of all columns.
        decimal: the decimal mark, as decided from the whole file.
        missing: words for "no number", beside the usual ones.
        times: columns that are no forces.
    """

    path: Path
    titles: Sequence[str]
    decimal: str
    missing: Collection[str]
    times: Collection[int]

    def read(self, rows: Iterable[tuple[int, list[str]]], columns: Sequence[int]) -> Mapping[int, Numbers]:
        """The columns, NaN where a cell says that there is no number.

        Args:
            rows: number of the line and cells of each row.
            columns: their numbers.

        Raises:
            FileError: a row has another number of cells than there are titles, a cell is no number or may be
                another one; the message names line and column.
        """
        reader = NumberReader(self.decimal)
        forms = [NumberForms(self.titles[i][:60], force=i not in self.times) for i in columns]
        known: dict[str, tuple[float, bool]] = {}
        values: list[list[float]] = []
        for line, cells in rows:
            if len(cells) != len(self.titles):
                raise FileError(
                    self.path, f"line {line} has {len(cells)} columns instead of {len(self.titles)}"
                )
            row: list[float] = []
            for i, form in zip(columns, forms, strict=True):
                cell = cells[i]
                found = known.get(cell)
                if found is None:
                    value = float("nan") if cell in self.missing else reader(cell)
                    if value is None:
                        raise FileError(
                            self.path,
                            f"line {line}, column {self.titles[i][:60]!r}: {cell[:40]!r} {self._wrong(cell)}",
                        )
                    found = value, value == value and reader.has_decimals(cell)
                    if not form.add(line, cell, value, reader) and len(known) < _MOST_KNOWN:
                        known[cell] = found
                form.decimals |= found[1]
                row.append(found[0])
            values.append(row)
        if problem := next((problem for form in forms if (problem := form.problem())), None):
            raise FileError(self.path, problem)
        table = np.array(values, np.float64).reshape(len(values), len(columns))
        return {number: table[:, i] for i, number in enumerate(columns)}

    def _wrong(self, cell: str) -> str:
        for mark in (POINT, COMMA):
            if mark != self.decimal and NumberReader(mark)(cell) is not None:
                return (
                    f"has a decimal {MARK_NAMES[mark]}, but other numbers of the file have a decimal "
                    f"{MARK_NAMES[self.decimal]}"
                )
        return "is no number"
