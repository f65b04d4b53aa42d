"""Our own recordings: the folder that the library finalizes (docs/reference/library.md), or a file inside
it."""

from pathlib import Path
from typing import Final

from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports.registry import FolderFormat
from plantigrade.library.recordings.container import MANIFEST_FILE
from plantigrade.library.recordings.reader import RecordingReader

NAME: Final = "plantigrade"


def folder_of(path: Path) -> Path | None:
    """The recording that a path names: the folder, its manifest, or one of its feet; None for anything
    else."""
    folder = path if path.is_dir() else path.parent
    inside = path.is_dir() or path.name == MANIFEST_FILE or path.suffix == ".parquet"
    return folder if inside and (folder / MANIFEST_FILE).is_file() else None


def read(folder: Path, foot: Foot | None = None) -> Walk:
    """Read a recording that is not encrypted; encrypted ones are opened through their library.

    Args:
        folder: of the recording.
        foot: the side of an insole whose side was never set.

    Raises:
        FileError: the manifest or the frames are damaged, no insole with a side, or clocks that were never
        compared.
    """
    return RecordingReader.open(folder).walk(side=foot)


FORMAT: Final = FolderFormat(
    NAME,
    "recording of Plantigrade",
    folder_of,
    read,
    "is no recording of ours: a folder with recording.json (`plantigrade sessions list`)",
)
