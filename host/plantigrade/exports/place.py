"""Putting an export into its place: whole, or not at all (`plantigrade.library.place`)."""

from contextlib import AbstractContextManager
from pathlib import Path

from plantigrade.exports.subject import ExportError
from plantigrade.library import place


def new_file(path: Path) -> AbstractContextManager[Path]:
    """A file to write into; it takes the place of `path` when the block ends without an error.

    Raises:
        ExportError: no such folder, a full disk, or it cannot be written; the old file stands.
    """
    return place.new_file(path, _refused)


def new_folder(path: Path) -> AbstractContextManager[Path]:
    """A folder to write into; it takes the place of `path` when the block ends without an error.

    Raises:
        ExportError: the place is taken, the disk is full, or it cannot be written.
    """
    return place.new_folder(path, _refused)


def _refused(path: Path, problem: str) -> ExportError:
    return ExportError(f"{path}: {problem}")
