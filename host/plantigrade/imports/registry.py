"""Which formats there are: a row for each of ours, those that installed packages add, and those that
description files tell.

A package adds a format by an entry point of the group `plantigrade.imports` that names an `ImportFormat` (of
files) or a `FolderFormat`. Our own recordings are added in the same way, by the library (`pyproject.toml`).

Description files (`imports.description`) lie in `imports/descriptions`, in the folder `formats` of the
platform's folder for settings, and in the folders that PLANTIGRADE_FORMATS names.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

import platformdirs

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import (
    described,
    description,
    emed,
    footscan,
    fscan,
    gaitpdb,
    loadsol,
    moticon,
    pedar,
    plain_csv,
    pliance,
    stappone,
    wfdb,
    xsensor,
)
from plantigrade.imports.nearest import Mark, mark
from plantigrade.imports.source import Head, Source
from plantigrade.plugins import load, package_of

GROUP: Final = "plantigrade.imports"
FOLDERS_VARIABLE: Final = "PLANTIGRADE_FORMATS"
SHIPPED: Final = Path(__file__).parent / "descriptions"


@dataclass(frozen=True)
class ImportFormat:
    """A format whose recording is a file.

    Attributes:
        name: on the command line.
        title: for people.
        suffixes: usual ends of the file's name; the content decides, not they.
        recognises: whether a file that begins so is of this format.
        read: the recording; the foot is the side of a file of one foot that does not say it or is wrong.
        marks: by which people know it; a refusal says which of them a file has and which it lacks.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Head], bool]
    read: Callable[[Source, Foot | None], Walk]
    marks: tuple[Mark, ...] = ()


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


# In the order in which they are tried: the unmistakable ones first.
FORMATS: Final[Mapping[str, ImportFormat]] = {
    entry.name: entry
    for entry in (
        ImportFormat(wfdb.NAME, "WFDB footswitch record (.hea)", (".hea",), wfdb.recognises, wfdb.read),
        ImportFormat(
            moticon.NAME,
            "Moticon OpenGo text (.txt)",
            (".txt",),
            moticon.recognises,
            moticon.read,
            moticon.MARKS,
        ),
        ImportFormat(
            loadsol.NAME,
            "novel loadsol text (.txt)",
            (".txt",),
            loadsol.recognises,
            loadsol.read,
            loadsol.MARKS,
        ),
        ImportFormat(pedar.NAME, "novel pedar (.asc)", (".asc",), pedar.recognises, pedar.read, pedar.MARKS),
        ImportFormat(
            pliance.NAME,
            "novel pliance (.asc)",
            (".asc",),
            pliance.recognises,
            pliance.read,
            pliance.MARKS,
        ),
        ImportFormat(emed.NAME, "novel emed (.lst)", (".lst",), emed.recognises, emed.read, emed.MARKS),
        ImportFormat(
            footscan.NAME, "footscan workbook (.xls)", (".xls",), footscan.recognises, footscan.read
        ),
        ImportFormat(
            fscan.NAME,
            "Tekscan F-Scan or I-Scan movie (.asf, .csv)",
            (".asf", ".csv"),
            fscan.recognises,
            fscan.read,
            fscan.MARKS,
        ),
        ImportFormat(
            xsensor.NAME, "XSENSOR (.csv)", (".csv",), xsensor.recognises, xsensor.read, xsensor.MARKS
        ),
        ImportFormat(
            stappone.NAME, "StappOne (.csv)", (".csv",), stappone.recognises, stappone.read, stappone.MARKS
        ),
        ImportFormat(
            plain_csv.NAME,
            "plain CSV",
            (".csv", ".txt"),
            plain_csv.recognises,
            plain_csv.read,
            marks=(
                mark("a column time_s", r"\btime_s\b"),
                mark(
                    "a column such as left_force_n, left_1_n or left_footswitch",
                    r"\b(left|right)_(\w+_n|footswitch)\b",
                ),
            ),
        ),
        ImportFormat(gaitpdb.NAME, "gaitpdb text", (".txt",), gaitpdb.recognises, gaitpdb.read),
    )
}


@dataclass(frozen=True)
class Formats:
    """What can be read here, in the order in which it is tried.

    Attributes:
        files: by name; ours first, so that no package changes how a known file is read.
        folders: by name.
        refused: why an entry point or a description is not used, by its name: what is wrong, with which
            package or file.
    """

    files: Mapping[str, ImportFormat]
    folders: Mapping[str, FolderFormat]
    refused: Mapping[str, str]


def import_formats() -> Formats:
    """Every format that can be read here. One that cannot be used is left out; the others stay.

    Example:
        >>> from plantigrade.imports.registry import import_formats
        >>> list(import_formats().folders)
        ['plantigrade']
    """
    files = dict(FORMATS)
    folders: dict[str, FolderFormat] = {}
    refused: dict[str, str] = {}
    for entry in entry_points(group=GROUP):
        try:
            added = _loaded(entry)
            if added.name in files or added.name in folders:
                raise PlantigradeError(
                    f"{package_of(entry)} adds an import format called {added.name!r}, which there is already"
                )
        except PlantigradeError as error:
            refused[entry.name] = f"{error}; update or remove that package"
            continue
        if isinstance(added, ImportFormat):
            files[added.name] = added
        else:
            folders[added.name] = added
    for path in description_files():
        try:
            added = described_format(path)
            if added.name in files or added.name in folders:
                raise FileError(path, f"describes {added.name!r}, which is a format already; rename it")
        except FileError as error:
            refused[path.stem] = str(error)
            continue
        files[added.name] = added
    return Formats(files, folders, refused)


def description_files() -> list[Path]:
    """The description files that are used, those that we ship first."""
    named = os.environ.get(FOLDERS_VARIABLE, "")
    folders = [
        SHIPPED,
        platformdirs.user_config_path("plantigrade", appauthor=False) / "formats",
        *(Path(text) for text in named.split(os.pathsep) if text),
    ]
    return [path for folder in folders for path in sorted(folder.glob(f"*{description.SUFFIX}"))]


def described_format(path: Path) -> ImportFormat:
    """The format that a description file tells.

    Raises:
        FileError: the description does not hold.
    """
    entry = description.load(path)
    recognises, read = partial(described.recognises, entry), partial(described.read, entry)
    return ImportFormat(entry.name, entry.title, (), recognises, read)


def _loaded(entry: EntryPoint) -> ImportFormat | FolderFormat:
    added = load(entry, (ImportFormat, FolderFormat), "import format")
    assert isinstance(added, ImportFormat | FolderFormat)
    return added
