"""Which formats are read, and finding out which one a file is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import fscan, gaitpdb, pedar, plain_csv, stappone, wfdb, xsensor
from plantigrade.imports.sides import with_doubts
from plantigrade.imports.source import Head, Source, open_source
from plantigrade.library.recordings import import_format


class Format(NamedTuple):
    """One format: its name on the command line, what it is, how it is told and read."""

    name: str
    title: str
    recognises: Callable[[Head], bool]
    read: Callable[[Source, Foot | None], Walk]


# In the order in which they are tried: the unmistakable ones first.
FORMATS: Final[Mapping[str, Format]] = {
    entry.name: entry
    for entry in (
        Format(wfdb.NAME, "WFDB footswitch record (.hea)", wfdb.recognises, wfdb.read),
        Format(pedar.NAME, "novel pedar (.asc)", pedar.recognises, pedar.read),
        Format(fscan.NAME, "Tekscan F-Scan (.asf)", fscan.recognises, fscan.read),
        Format(xsensor.NAME, "XSENSOR (.csv)", xsensor.recognises, xsensor.read),
        Format(stappone.NAME, "StappOne (.csv)", stappone.recognises, stappone.read),
        Format(plain_csv.NAME, "plain CSV", plain_csv.recognises, plain_csv.read),
        Format(gaitpdb.NAME, "gaitpdb text", gaitpdb.recognises, gaitpdb.read),
    )
}

_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "is a zip archive or an Office document; export the recording as text or CSV"),
    (b"%PDF", "is a PDF; analyse the recording, not its report"),
    (b"\xd0\xcf\x11\xe0", "is an old Office document; export the recording as CSV"),
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"PAR1", "is a Parquet file but no recording of ours"),
    (b"\x7fELF", "is a program"),
    (b"SQLite format 3", "is a database; analyse a recording from it"),
)


def read(
    path: Path,
    format_name: str = "auto",
    *,
    foot: Foot | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Walk:
    """Read a recording.

    Args:
        path: the file; for WFDB the header or a signal beside it.
        format_name: "auto" to find out from the content, or a name of `FORMATS`.
        foot: the side of a recording of one foot whose file does not say it, or says it wrongly.
        on_progress: told the share of the file that has been read, 0 to 1.

    Raises:
        FileError: the file cannot be read as that format, with the reason.
    """
    if format_name in ("auto", import_format.NAME) and (folder := import_format.folder_of(path)) is not None:
        return import_format.read(folder, foot)
    if format_name == import_format.NAME:
        raise FileError(
            path, "is no recording of ours: a folder with recording.json (`plantigrade sessions list`)"
        )
    source = open_source(path)
    chosen = detect(source) if format_name == "auto" else FORMATS.get(format_name)
    if chosen is None:
        raise PlantigradeError(f"unknown format {format_name!r}; known are auto, {', '.join(FORMATS)}")
    walk = chosen.read(replace(source, on_progress=on_progress), foot)
    if foot is not None and (walk.left is not None) and (walk.right is not None):
        raise FileError(path, "has both feet; leave --foot out")
    return with_doubts(walk)


def detect(source: Source) -> Format:
    """The format of a file, from its content.

    Raises:
        FileError: no format fits; the message says what the file seems to be.
    """
    head = source.head()
    for candidate in FORMATS.values():
        if candidate.recognises(head):
            return candidate
    for magic, problem in _OTHER_KINDS:
        if head.raw.startswith(magic):
            raise FileError(source.path, problem)
    if not head.is_text:
        raise FileError(source.path, "is a binary file of a kind that is not read")
    titles = "; ".join(entry.title for entry in FORMATS.values())
    raise FileError(source.path, f"is no recording of a known format (known: {titles})")
