"""Putting an export into its place: whole, or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from plantigrade.exports.subject import ExportError
from plantigrade.library.durable import sync_folder


@contextlib.contextmanager
def new_file(path: Path) -> Generator[Path]:
    """A file beside `path` to write into; it takes that place when the block ends without an error.

    Its name ends as `path` does, for writers that go by the ending.

    Raises:
        ExportError: no such folder, a full disk, or it cannot be written; the old file stands.
    """
    if path.is_dir():
        raise ExportError(f"{path}: is a folder, this format is one file; name a file")
    with _draft(path) as folder:
        draft = folder / f"export{path.suffix}"
        yield draft
        _sync(draft)
        draft.replace(path)


@contextlib.contextmanager
def new_folder(path: Path) -> Generator[Path]:
    """A folder beside `path` to write into; it takes that place when the block ends without an error.

    Raises:
        ExportError: the place is taken, the disk is full, or it cannot be written.
    """
    if path.exists():
        raise ExportError(f"{path}: is there already, and this format is a folder; name a new one")
    with _draft(path) as parent:
        draft = parent / "export"
        draft.mkdir()
        yield draft
        for file in draft.rglob("*"):
            if file.is_file():
                _sync(file)
        draft.rename(path)


@contextlib.contextmanager
def _draft(path: Path) -> Generator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix=".export-", dir=path.parent))
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    try:
        yield folder
        sync_folder(path.parent)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
