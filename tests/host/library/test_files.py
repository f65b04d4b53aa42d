"""Files and folders of the library: drafts and their locks, and places of the user."""

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plantigrade.errors import FileError
from plantigrade.files import atomic_write, durable
from plantigrade.files.durable import (
    DRAFT_SUFFIX,
    begin_draft,
    file_sum,
    lock_folder,
    release_folder,
    replace_text,
    sweep_drafts,
    sync_and_sum,
    sync_folder,
)


def test_sums(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    digest = hashlib.sha256(b"abc").hexdigest()
    assert file_sum(tmp_path / "a") == sync_and_sum(tmp_path / "a") == digest
    assert (tmp_path / "a").read_bytes() == b"abc"


def test_a_text_is_replaced_or_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    replace_text(path, "Ä")
    assert path.read_bytes() == "Ä".encode() and path.stat().st_mode & 0o777 == 0o600

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def full_and_swept(_: int) -> None:
        next(tmp_path.glob(".a.json.*")).unlink()
        full(0)

    for failure in (full, full_and_swept):
        monkeypatch.setattr(durable.os, "fsync", failure)
        with pytest.raises(OSError, match="No space left"):
            replace_text(path, "new")
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == "Ä" and [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_draft_beside_its_name(tmp_path: Path) -> None:
    folder, lock = begin_draft(tmp_path, "walk")
    assert folder.parent == tmp_path and folder.is_dir()
    assert folder.name.startswith(".walk.") and folder.name.endswith(".draft") and DRAFT_SUFFIX == ".draft"
    assert sweep_drafts(tmp_path) == 0 and folder.exists(), "its writer is at work"
    with pytest.raises(OSError, match="unavailable"):
        lock_folder(folder)
    release_folder(lock)
    assert sweep_drafts(tmp_path) == 1 and not folder.exists()


def test_what_is_swept(tmp_path: Path) -> None:
    """In a folder of the user's, drafts of that name alone; files and other folders never."""
    for name in (".walk.1.draft", ".other.1.draft", "walk", ".walk.1"):
        (tmp_path / name).mkdir()
    (tmp_path / ".file.draft").touch()
    folder, lock = begin_draft(tmp_path, "walk", ".walk.*")
    assert {one.name for one in tmp_path.iterdir()} == {
        ".other.1.draft", "walk", ".walk.1", ".file.draft", folder.name,
    }  # fmt: skip
    release_folder(lock)
    assert sweep_drafts(tmp_path) == 2
    assert {one.name for one in tmp_path.iterdir()} == {"walk", ".walk.1", ".file.draft"}


@pytest.fixture(params=[errno.ENOLCK, errno.ENOTSUP, errno.EINVAL])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no locks, as some network drives."""
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(request.param, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.usefixtures("no_locks")
def test_without_locks_drafts_are_swept_after_a_day(tmp_path: Path) -> None:
    fresh, lock = begin_draft(tmp_path, "walk")
    assert lock == -1
    release_folder(lock)
    old = tmp_path / ".walk.old.draft"
    old.mkdir()
    for age_s, swept in ((24 * 3600 - 60, 0), (24 * 3600 + 60, 1)):
        then = time.time() - age_s
        os.utime(old, (then, then))
        assert sweep_drafts(tmp_path) == swept
    assert fresh.exists() and not old.exists()


def test_a_lock_that_fails_otherwise_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "flock", fail)
    with pytest.raises(OSError, match="broken"):
        begin_draft(tmp_path, "walk")
    with pytest.raises(OSError, match="broken"):
        lock_folder(tmp_path)


def test_locks_end_and_leave_no_open_files(tmp_path: Path) -> None:
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir())) if open_files.exists() else 0
    for _ in range(3):
        folder, lock = begin_draft(tmp_path, "walk")
        with contextlib.suppress(OSError):
            lock_folder(folder)
        release_folder(lock)
        sweep_drafts(tmp_path)
        sync_folder(tmp_path)
    release_folder(-1)
    assert before == (len(list(open_files.iterdir())) if before else 0)


def test_on_windows_there_are_neither_locks_nor_syncs_of_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_HAS_FLOCK", False)
    monkeypatch.setattr(durable.os, "fsync", lambda _: pytest.fail("a folder cannot be synced"))
    monkeypatch.setattr(durable.os, "open", lambda *_: pytest.fail("a folder cannot be opened"))
    sync_folder(tmp_path)
    assert lock_folder(tmp_path) == -1 and sweep_drafts(tmp_path) == 0
    (tmp_path / ".walk.old.draft").mkdir()
    assert sweep_drafts(tmp_path) == 0, "it may be someone's"


def test_a_new_file_takes_its_place_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with atomic_write.new_file(path) as draft:
        assert draft.suffix == ".csv" and draft.parent.parent == tmp_path and draft.parent.name[0] == "."
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_new_folder_takes_its_place_when_it_is_complete(tmp_path: Path) -> None:
    with atomic_write.new_folder(tmp_path / "out") as draft:
        (draft / "sub").mkdir()
        (draft / "sub" / "a").write_text("x")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "sub" / "a").read_text() == "x" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("new", [atomic_write.new_file, atomic_write.new_folder])
def test_what_fails_leaves_nothing(new: Callable[[Path], Any], tmp_path: Path) -> None:
    for error, raised in (
        (OSError(errno.ENOSPC, "No space left on device"), FileError),
        (ValueError("x"), ValueError),
    ):
        with pytest.raises(raised) as text, new(tmp_path / "out") as draft:
            (draft / "a" if draft.is_dir() else draft).write_text("half")
            raise error
        assert list(tmp_path.iterdir()) == []
        if raised is FileError:
            assert str(text.value) == f"{tmp_path / 'out'}: cannot be written: No space left on device"
    with (
        pytest.raises(FileError, match="cannot be written: No such file or directory"),
        new(tmp_path / "no" / "out"),
    ):
        pass


def test_places_that_are_taken(tmp_path: Path) -> None:
    with (
        pytest.raises(FileError, match="is a folder, this format is one file; name a file"),
        atomic_write.new_file(tmp_path),
    ):
        pass
    (tmp_path / "a").touch()
    texts = "is there already, and this format is a folder; name a new one"
    with pytest.raises(FileError, match=texts), atomic_write.new_folder(tmp_path / "a"):
        pass


def test_drafts_of_killed_exports_are_swept_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".plantigrade-export.dead.draft").mkdir()
    (tmp_path / ".another.dead.draft").mkdir()
    with atomic_write.new_file(tmp_path / "a") as draft:
        draft.write_text("x")
    assert {one.name for one in tmp_path.iterdir()} == {"a", ".another.dead.draft"}


@pytest.mark.parametrize("make", [atomic_write.new_file, atomic_write.new_folder])
def test_a_folder_that_is_not_there_is_named(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "absent" / "out"
    with pytest.raises(FileError) as refused, make(path):
        pass
    assert str(refused.value) == f"{path}: cannot be written: No such file or directory"
