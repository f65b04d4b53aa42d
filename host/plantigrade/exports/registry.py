"""Which formats are written: ours (`exports.formats`) and those that installed packages add.

A package adds a format by an entry point of the group `plantigrade.exports` that names an `ExportFormat`. One
that cannot be used is left out, and the reason is told to whoever asks for it by name; the others stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.exports.export_data import ExportError
from plantigrade.exports.formats import FORMATS, ExportFormat
from plantigrade.plugins import load, package_of

GROUP: Final = "plantigrade.exports"


class UnknownFormatError(ExportError):
    """A format that nobody writes was asked for."""


@dataclass(frozen=True)
class Formats:
    """What is offered.

    Attributes:
        offered: ours first, then what packages add, by name.
        refused: why an entry point is not offered, by its name: what is wrong, with which package.
    """

    offered: Mapping[str, ExportFormat]
    refused: Mapping[str, str]

    def named(self, name: str) -> ExportFormat:
        """The format of a name.

        Raises:
            UnknownFormatError: nobody writes it; the message names those that there are.
            ExportError: a package adds it, but it cannot be used; the message names the package.
        """
        if name in self.offered:
            return self.offered[name]
        if name in self.refused:
            raise ExportError(self.refused[name])
        raise UnknownFormatError(f"unknown format {name!r}; known are {', '.join(self.offered)}")


def export_formats() -> Formats:
    """Every format that can be written here.

    Example:
        >>> from plantigrade.exports.registry import export_formats
        >>> list(export_formats().offered)[:3]
        ['csv', 'parquet', 'edf']
    """
    offered = dict(FORMATS)
    refused: dict[str, str] = {}
    for entry in entry_points(group=GROUP):
        try:
            added = _loaded(entry)
            if added.name in offered:
                raise PlantigradeError(
                    f"{package_of(entry)} adds an export format called {added.name!r}, which there is already"
                )
            offered[added.name] = added
        except PlantigradeError as error:
            refused[entry.name] = f"{error}; update or remove that package"
    return Formats(offered, refused)


def _loaded(entry: EntryPoint) -> ExportFormat:
    added = load(entry, ExportFormat, "export format")
    assert isinstance(added, ExportFormat)
    return added
