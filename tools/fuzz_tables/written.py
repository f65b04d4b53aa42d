"""A file as it was written, and what it says."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from plantigrade.gait.signals import Foot

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Written:
    """A file and the numbers in it.

    Attributes:
        name: of the file.
        text: as written, undamaged.
        separator: between cells.
        line_end: after each line.
        decimal: mark of its numbers.
        encoding: of the text; "-bom" with a byte order mark.
        rate_hz: of its samples.
        count: of samples.
        feet: (count, sensors) of each foot, NaN where the file says that there is no number: newtons, or
            kilopascals where `pressures` is set, or numbers without a unit.
        pressures: what is read is compared as pressure, where forces rest on areas that the file does not
            state.
        packed: with gzip.
        unseen: names of damages that nothing in such a file can show, such as two rows without a time or a
            number that changed places.
        description: a description file to read it by, none where it is None.
    """

    name: str
    text: str
    separator: str
    line_end: str
    decimal: str
    encoding: str
    rate_hz: float
    count: int
    feet: Mapping[Foot, Values]
    pressures: bool = False
    packed: bool = False
    unseen: frozenset[str] = field(default_factory=frozenset[str])
    description: str | None = None

    def encoded(self, text: str) -> bytes:
        """A text as bytes of the file."""
        name = self.encoding
        raw = text.encode("utf-16" if name == "utf-16" else name.removesuffix("-bom"), errors="replace")
        if name.endswith("-bom"):
            raw = ("\ufeff".encode(name.removesuffix("-bom"))) + raw
        return gzip.compress(raw, 1, mtime=0) if self.packed else raw

    def store(self, folder: Path, text: str) -> tuple[Path, Path | None]:
        """Write the file with this text, and its description; their paths."""
        path = folder / self.name
        path.write_bytes(self.encoded(text))
        if self.description is None:
            return path, None
        path_of_description = folder / "description.toml"
        path_of_description.write_text(self.description, encoding="utf-8")
        return path, path_of_description
