"""Files that are there complete or not at all, and folders that are known to be someone's work in
progress."""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Final

DRAFT_SUFFIX: Final = ".draft"
REPLACED_SUFFIX: Final = ".replaced"
_STALE_S: Final = 24 * 3600.0
_HAS_FLOCK: Final = sys.platform != "win32"
_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL)
"""What file systems answer that know no locks, some network drives among them."""


def file_sum(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    if not _HAS_FLOCK:
        return  # Windows knows no such call; its journal orders renames itself
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_and_sum(path: Path) -> str:
    """Make a file's content durable; its SHA-256."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    return file_sum(path)


def replace_text(path: Path, text: str) -> None:
    """Put a text into a file: afterwards, and after any interruption, it holds the old or the new one.

    Raises:
        OSError: it cannot be written; the old file stands.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def lock_folder(folder: Path) -> int:
    """Mark a folder as worked on until the process ends or `release_folder`; -1 where there are no locks."""
    if not _HAS_FLOCK:
        return -1
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in _NO_LOCKS:
            return -1
        raise
    return descriptor


def release_folder(lock: int) -> None:
    """End `lock_folder`."""
    if lock >= 0:
        os.close(lock)


@contextlib.contextmanager
def in_turn(folder: Path) -> Generator[None]:
    """One process at a time works in a folder; others wait, where the file system knows locks.

    Raises:
        OSError: the folder is not there.
    """
    if not _HAS_FLOCK:
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(descriptor)


def begin_draft(parent: Path, name: str, swept: str = ".*") -> tuple[Path, int]:
    """A new draft folder for `name`, locked for its writer.

    Drafts that fit `swept` and whose writer has ended are removed: all in a folder of the library's own; in
    a folder of the user's only those of our name.
    """
    with in_turn(parent):  # a new draft is never seen before its lock is set
        _sweep(parent, swept)
        folder = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=DRAFT_SUFFIX, dir=parent))
        return folder, lock_folder(folder)


def sweep_drafts(parent: Path) -> int:
    """Remove drafts whose writer has ended; how many."""
    with in_turn(parent):
        return _sweep(parent)


def _sweep(parent: Path, fitting: str = ".*") -> int:
    removed = 0
    for folder in parent.glob(f"{fitting}{DRAFT_SUFFIX}"):
        with contextlib.suppress(OSError):  # its writer is at work, or finished this moment
            lock = lock_folder(folder)
            try:
                if lock < 0 and time.time() - folder.stat().st_mtime < _STALE_S:
                    continue
                shutil.rmtree(folder)
                removed += 1
            finally:
                release_folder(lock)
    return removed


def replace_folder(draft: Path, target: Path) -> None:
    """Put a complete draft in the place of a folder that is there: afterwards it is the old or the new one.

    For a moment between two renames neither is there; after a power cut in that moment `restore_replaced`
    brings the old one back.

    Raises:
        OSError: it cannot be done; the old folder stands.
    """
    parent = target.parent
    with in_turn(parent):
        _restore(parent, f".{target.name}{REPLACED_SUFFIX}")
        old = parent / f".{target.name}{REPLACED_SUFFIX}"
        target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            old.rename(target)
            raise
        sync_folder(parent)
        shutil.rmtree(old, ignore_errors=True)


def restore_replaced(parent: Path) -> int:
    """Finish replacements that were interrupted; how many old folders were brought back."""
    if not any(parent.glob(f".*{REPLACED_SUFFIX}")):
        return 0
    with in_turn(parent):
        return _restore(parent, f".*{REPLACED_SUFFIX}")


def _restore(parent: Path, pattern: str) -> int:
    restored = 0
    for old in parent.glob(pattern):
        target = parent / old.name.removeprefix(".").removesuffix(REPLACED_SUFFIX)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
            sync_folder(parent)
            restored += 1
    return restored
