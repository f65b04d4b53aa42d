"""Putting an export into its place: whole, or not at all (`plantigrade.files.atomic_write`)."""

from contextlib import AbstractContextManager
from pathlib import Path

from plantigrade.exports.export_data import ExportError
from plantigrade.files import atomic_write


def new_file(path: Path, suffix: str | None = None) -> AbstractContextManager[Path]:
    """A file to write into; it takes the place of `path` when the block ends without an error.

    Args:
        path: the file that there shall be.
        suffix: ending of the name that is written to first, for a library that insists on one; that of `path`
            when it is not given.

    Raises:
        ExportError: no such folder, a full disk, or it cannot be written; the old file stands.
    """
    return atomic_write.new_file(path, _refused, suffix)


def new_folder(path: Path) -> AbstractContextManager[Path]:
    """A folder to write into; it takes the place of `path` when the block ends without an error.

    Raises:
        ExportError: the place is taken, the disk is full, or it cannot be written.
    """
    return atomic_write.new_folder(path, _refused)


def _refused(path: Path, problem: str) -> ExportError:
    return ExportError(f"{path}: {problem}")
