"""Which formats are read, and finding out which one a file is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports.description import SUFFIX as DESCRIPTION_SUFFIX
from plantigrade.imports.nearest import Likeness, likenesses, seen
from plantigrade.imports.registry import Formats, ImportFormat, described_format, import_formats
from plantigrade.imports.sides import with_uncertainties
from plantigrade.imports.source import DecimalMark, Head, Source, open_source

_NEAR: Final = 0.4
"""Share of a format's marks that makes it worth naming."""
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
    most_bytes: int | None = None,
    on_understood: Callable[[int, int, str], None] | None = None,
    decimal_mark: DecimalMark | None = None,
) -> Walk:
    """Read a recording.

    Args:
        path: the file; for WFDB the header or a signal beside it.
        format_name: "auto" to find out from the content, a name of `imports.registry`, or the path of a
            description file (`.toml`).
        foot: the side of a recording of one foot whose file does not say it, or says it wrongly.
        on_progress: told the share of the file that has been read, 0 to 1.
        most_bytes: that may be read from it, unpacked; None for the usual limit.
        on_understood: told what lines of the file mean, as far as the format says so: first, last, meaning.
        decimal_mark: of a table whose numbers leave it open.

    Raises:
        FileError: the file cannot be read as that format, with the reason.
    """
    known = import_formats()
    for folder_format in known.folders.values():
        if format_name not in ("auto", folder_format.name):
            continue
        if (folder := folder_format.locate(path)) is not None:
            return folder_format.read(folder, foot)
        if format_name == folder_format.name:
            raise FileError(path, folder_format.refusal)
    source = open_source(path)
    chosen = detect(source, known) if format_name == "auto" else named(format_name, known)
    source = replace(
        source,
        on_progress=on_progress,
        most_bytes=most_bytes,
        on_understood=on_understood,
        decimal_mark=decimal_mark,
    )
    walk = chosen.read(source, foot)
    if foot is not None and (walk.left is not None) and (walk.right is not None):
        raise FileError(path, "has both feet; leave --foot out")
    return with_uncertainties(walk)


def named(name: str, known: Formats) -> ImportFormat:
    """The format of a name on the command line, or of a description file.

    Raises:
        PlantigradeError: there is none; the message lists the names, or says why one cannot be used.
    """
    if name in known.files:
        return known.files[name]
    if name.endswith(DESCRIPTION_SUFFIX):
        return described_format(Path(name))
    if name in known.refused:
        raise PlantigradeError(known.refused[name])
    raise PlantigradeError(f"unknown format {name!r}; known are auto, {', '.join(known.files)}")


def detect(source: Source, known: Formats | None = None) -> ImportFormat:
    """The format of a file, from its content.

    Args:
        source: the file.
        known: the formats to try; all that there are when left out.

    Raises:
        FileError: no format fits; the message says what the file seems to be.
    """
    head, known = source.head(), known or import_formats()
    for candidate in known.files.values():
        if candidate.recognises(head):
            return candidate
    for magic, problem in _OTHER_KINDS:
        if head.raw.startswith(magic):
            raise FileError(source.path, problem)
    if not head.is_text:
        raise FileError(source.path, "is a binary file of a kind that is not read")
    raise FileError(source.path, _unknown(head, known))


def alike(head: Head, known: Formats | None = None) -> list[Likeness]:
    """The formats of which a file has any mark, most alike first."""
    entries = (known or import_formats()).files.values()
    return likenesses(head, [(entry.title, entry.marks) for entry in entries])


def _unknown(head: Head, known: Formats) -> str:
    """Why a text is no recording: what it comes nearest to, or what kind of text it is."""
    near = [one for one in alike(head, known) if one.share >= _NEAR]
    titles = "; ".join(entry.title for entry in known.files.values())
    reason = f"the nearest is {near[0]}" if near else seen(head)
    unusable = "".join(f"; {reason}" for reason in known.refused.values())
    more = "; docs/how-to/describe-a-table.md shows how to describe a table" if "table" in reason else ""
    why = f": {reason}{more}" if reason else f" (known: {titles})"
    return f"is no recording of a known format{why}{unusable}"
