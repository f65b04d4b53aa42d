"""Opening a recording by its path or its identifier, as `plantigrade analyze` does."""

import os
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Literal

from plantigrade.api.recording import Recording
from plantigrade.api.sources import Source, StoredSource, WalkSource
from plantigrade.cli import Invocation
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.imports import formats
from plantigrade.imports.source import DecimalMark
from plantigrade.library.recordings.import_format import NAME, folder_of
from plantigrade.library.recordings.reader import RecordingReader

DATA_VARIABLE = "PLANTIGRADE_DATA"
URL_VARIABLE = "PLANTIGRADE_LIBRARY"


def read(
    source: str | PathLike[str],
    *,
    format: str = "auto",
    foot: Literal["left", "right"] | None = None,
    decimal_mark: DecimalMark | None = None,
    data: str | PathLike[str] | None = None,
    library: str | None = None,
) -> Recording:
    """Open a recording of any format that `plantigrade analyze` reads, or one of the library.

    A file of another system is read at once. Of our own recordings only the manifest is read; samples
    follow when they are asked for, and of a slice no more than the groups of rows that hold it (about 11
    minutes each).

    Args:
        source: path of a file or of a recording's folder, or identifier of a recording of the library (an
            unmistakable beginning of it is enough). What exists as a path is a path.
        format: "auto" to find out from the content, a name from docs/reference/file-formats.md, or the path
            of a description file (.toml).
        foot: side of a recording of one foot that does not say it.
        decimal_mark: "point" or "comma", of a table whose numbers leave open whether 1,234 is 1.234 or 1234.
        data: folder of the library; PLANTIGRADE_DATA or the platform's user data folder by default.
        library: URL of the library's database; PLANTIGRADE_LIBRARY or SQLite in `data` by default.

    Raises:
        FileError: there is neither such a file nor such a recording, or it cannot be read; the message says
        why. PlantigradeError: the format is not known, or the library cannot be opened.

    Example:
        >>> import plantigrade as pg
        >>> recording = pg.read(pg.twin.example_file())
        >>> recording
        <Recording gaitpdb_GaCo13_01.txt.gz: left and right, 100 Hz, 121.2 s>
        >>> recording.format
        'gaitpdb'
    """
    side = None if foot is None else Foot(foot)
    folder = data_folder(data)
    return Recording(open_source(Path(source), format, side, decimal_mark, folder, library))


def data_folder(named: str | PathLike[str] | None = None) -> Path:
    """Where recordings live: what is named, else PLANTIGRADE_DATA, else the platform's user data folder."""
    chosen = named if named is not None else os.environ.get(DATA_VARIABLE) or None
    return Invocation(data=None if chosen is None else Path(chosen)).data_dir()


def open_source(
    path: Path,
    format_name: str,
    foot: Foot | None,
    decimal_mark: DecimalMark | None,
    data: Path,
    library_url: str | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Source:
    """The samples of a file, of a recording's folder, or of a recording of the library by its identifier.

    Args:
        path, format_name, foot, decimal_mark, on_progress: as in `imports.formats.read`.
        data: folder of the library, which is asked where `path` is no file.
        library_url: its database; PLANTIGRADE_LIBRARY or SQLite in `data` for None.

    Raises:
        FileError: there is neither such a file nor such a recording, or it cannot be read.
    """
    may_be_ours = format_name in ("auto", NAME)
    if not path.exists() and may_be_ours and (data / "recordings").is_dir():
        return _of_library(path, data, library_url or os.environ.get(URL_VARIABLE) or None)
    if may_be_ours and (folder := folder_of(path)) is not None:
        reader = RecordingReader.open(folder)
        return StoredSource(reader, lambda low, high: reader.walk(low, high, foot), folder.name)
    walk = formats.read(path, format_name, foot=foot, decimal_mark=decimal_mark, on_progress=on_progress)
    return WalkSource(walk, str(path))


def _of_library(path: Path, data: Path, url: str | None) -> Source:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.catalogue.queries import UnknownRecordingError

    try:
        with Library(data, url) as library:
            recording = library.open(str(path))
    except UnknownRecordingError as error:
        raise FileError(path, "is neither a file nor a recording of the library") from error
    return StoredSource(recording, recording.walk, recording.id)
