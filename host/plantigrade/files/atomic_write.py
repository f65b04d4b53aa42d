"""Putting a file or folder where the user wants it: complete, or not at all.

What is written lies in a hidden folder beside its place until it is complete. A process that is killed leaves
that folder behind; the next one that writes beside it removes it.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.files.durable import begin_draft, release_folder, sync_folder

Refusal = Callable[[Path, str], PlantigradeError]
"""Makes the error of a path and what is wrong with it."""
_NAME: Final = "plantigrade-export"


@contextlib.contextmanager
def new_file(path: Path, refusal: Refusal = FileError, suffix: str | None = None) -> Generator[Path]:
    """A file beside `path` to write into; it takes that place when the block ends without an error.

    Its name ends in `suffix`, or as `path` does, for writers that go by the ending.

    Raises:
        FileError (or what `refusal` makes): no such folder, a full disk, or it cannot be written; the old
            file stands.
    """
    if path.is_dir():
        raise refusal(path, "is a folder, this format is one file; name a file")
    with _draft(path, refusal) as folder:
        draft = folder / f"export{path.suffix if suffix is None else suffix}"
        yield draft
        _sync(draft)
        draft.replace(path)


@contextlib.contextmanager
def new_folder(path: Path, refusal: Refusal = FileError) -> Generator[Path]:
    """A folder beside `path` to write into; it takes that place when the block ends without an error.

    Raises:
        FileError (or what `refusal` makes): the place is taken, the disk is full, or it cannot be written.
    """
    if path.exists():
        raise refusal(path, "is there already, and this format is a folder; name a new one")
    with _draft(path, refusal) as parent:
        draft = parent / "export"
        draft.mkdir()
        yield draft
        for made in (draft, *draft.rglob("*")):
            if made.is_dir():
                sync_folder(made)  # else the folder may be there after a power cut, and files in it not
            else:
                _sync(made)
        draft.rename(path)


@contextlib.contextmanager
def _draft(path: Path, refusal: Refusal) -> Generator[Path]:
    try:
        folder, lock = begin_draft(path.parent, _NAME, f".{_NAME}.*")
    except OSError as error:
        raise refusal(path, f"cannot be written: {error.strerror or error}") from error
    try:
        yield folder
        sync_folder(path.parent)
    except OSError as error:
        raise refusal(path, f"cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        release_folder(lock)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
