"""Which formats there are: a row for each of ours, and those that installed packages add.

A package adds a format by an entry point of the group `plantigrade.imports` that names an `ImportFormat` (of
files) or a `FolderFormat`. Our own recordings are added in the same way, by the library (`pyproject.toml`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, TypeVar

from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import fscan, gaitpdb, pedar, plain_csv, stappone, wfdb, xsensor
from plantigrade.imports.source import Head, Source

GROUP: Final = "plantigrade.imports"


@dataclass(frozen=True)
class ImportFormat:
    """A format whose recording is a file.

    Attributes:
        name: on the command line.
        title: for people.
        suffixes: usual ends of the file's name; the content decides, not they.
        recognises: whether a file that begins so is of this format.
        read: the recording; the foot is the side of a file of one foot that does not say it or is wrong.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Head], bool]
    read: Callable[[Source, Foot | None], Walk]


@dataclass(frozen=True)
class FolderFormat:
    """A format whose recording is a folder.

    Attributes:
        name: on the command line.
        title: for people.
        locate: the folder of the recording that a path names; None for anything else.
        read: the recording in that folder.
        refusal: what is said of a path that names no such recording.
    """

    name: str
    title: str
    locate: Callable[[Path], Path | None]
    read: Callable[[Path, Foot | None], Walk]
    refusal: str


_Format = TypeVar("_Format", ImportFormat, FolderFormat)

# In the order in which they are tried: the unmistakable ones first.
FORMATS: Final[Mapping[str, ImportFormat]] = {
    entry.name: entry
    for entry in (
        ImportFormat(wfdb.NAME, "WFDB footswitch record (.hea)", (".hea",), wfdb.recognises, wfdb.read),
        ImportFormat(pedar.NAME, "novel pedar (.asc)", (".asc",), pedar.recognises, pedar.read),
        ImportFormat(fscan.NAME, "Tekscan F-Scan (.asf)", (".asf",), fscan.recognises, fscan.read),
        ImportFormat(xsensor.NAME, "XSENSOR (.csv)", (".csv",), xsensor.recognises, xsensor.read),
        ImportFormat(stappone.NAME, "StappOne (.csv)", (".csv",), stappone.recognises, stappone.read),
        ImportFormat(plain_csv.NAME, "plain CSV", (".csv", ".txt"), plain_csv.recognises, plain_csv.read),
        ImportFormat(gaitpdb.NAME, "gaitpdb text", (".txt",), gaitpdb.recognises, gaitpdb.read),
    )
}


def file_formats() -> dict[str, ImportFormat]:
    """Formats of files in the order in which they are tried. Added ones come last, so that no package changes
    how a known file is read.

    Raises:
        PlantigradeError: an added format cannot be loaded, is none, or has the name of another.
    """
    return _by_name(*FORMATS.values(), *(one for one in _added() if isinstance(one, ImportFormat)))


def folder_formats() -> dict[str, FolderFormat]:
    """Formats of folders in the order in which they are tried.

    Raises:
        PlantigradeError: as for `file_formats`.
    """
    return _by_name(*(one for one in _added() if isinstance(one, FolderFormat)))


def _by_name(*formats: _Format) -> dict[str, _Format]:
    known: dict[str, _Format] = {}
    for one in formats:
        if one.name in known:
            raise PlantigradeError(f"two packages read a format called {one.name!r}; remove one of them")
        known[one.name] = one
    return known


def _added() -> Iterator[ImportFormat | FolderFormat]:
    for entry in entry_points(group=GROUP):
        try:
            added = entry.load()
        except (ImportError, AttributeError) as error:
            raise PlantigradeError(
                f"the format {entry.name!r} cannot be loaded ({error}); update or remove its package"
            ) from error
        if not isinstance(added, ImportFormat | FolderFormat):
            raise PlantigradeError(f"{entry.value} is no format of recordings; update or remove its package")
        yield added
