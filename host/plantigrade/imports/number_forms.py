"""How the numbers of a column are written, and whether one of them is written otherwise than the others."""

from dataclasses import dataclass
from typing import Final

from plantigrade.imports.numerals import NumberReader, Sighting

_LARGEST_GROUPED: Final = 20_000.0
"""No foot presses more newtons."""


@dataclass
class NumberForms:
    """What is remembered of the numbers of a column.

    Attributes:
        title: of the column.
        force: whether it holds forces.
        decimals: some have digits behind a decimal mark.
        bare: the first that ends with a decimal mark.
        grouped: the first whole number with thousands.
        large: the first with thousands that no foot presses.
    """

    title: str
    force: bool
    decimals: bool = False
    bare: Sighting | None = None
    grouped: Sighting | None = None
    large: Sighting | None = None

    def add(self, line: int, cell: str, value: float, reader: NumberReader) -> bool:
        """Remember a number if it has an unusual form; whether it has."""
        seen = Sighting("", line, cell.strip())
        if value == value and reader.ends_with_mark(cell):
            self.bare = self.bare or seen
            return True
        if not reader.is_grouped(cell):
            return False
        if not reader.has_decimals(cell):
            self.grouped = self.grouped or seen
        if abs(value) > _LARGEST_GROUPED:
            self.large = self.large or seen
        return True

    def problem(self) -> str | None:
        """Which number may be another one, and why; None when all are clear."""
        if self.decimals and self.bare is not None:
            return (
                f"{self._where(self.bare)} ends with a decimal mark, unlike others of its column; "
                "digits are missing"
            )
        if self.decimals and self.grouped is not None:
            return (
                f"{self._where(self.grouped)} may have thousands, or a decimal mark of another region; "
                "write it like the others of its column"
            )
        if self.force and self.large is not None:
            return (
                f"{self._where(self.large)} is too large a force with thousands; is it a decimal mark of "
                "another region?"
            )
        return None

    def _where(self, seen: Sighting) -> str:
        return f"line {seen.line}: {seen.cell!r} in column {self.title!r}"
