"""Erasing for good, and changing the key: what is done first, what is refused, what is left."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue import erasure
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Filter, Person
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import read_keys
from plantigrade.library.keys.file_key import is_encrypted
from plantigrade.library.keys.master_key import KEY_VARIABLE
from plantigrade.library.keys.vault import KeyMissingError, MasterKey, Vault
from plantigrade.library.recordings import encryption
from plantigrade.library.recordings.encryption import encrypt_folder, rewrap

from tests.host.library.library_kit import FIRST, SECOND, finalized, walk


@pytest.fixture
def library(two_recordings: Path) -> Any:
    with Library(two_recordings) as library:
        yield library


def test_erasing_takes_the_keys_first(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its key an encrypted file is unreadable, even if the next moment never comes."""
    change_key(library, MasterKey.new())
    gone: list[str] = []
    unlink, rmtree = Path.unlink, shutil.rmtree
    monkeypatch.setattr(
        Path, "unlink", lambda path, *a, **k: (gone.append(path.name), unlink(path, *a, **k))[1]
    )
    monkeypatch.setattr(
        erasure.shutil, "rmtree", lambda path: (gone.append(Path(path).name), rmtree(path))[1]
    )
    library.erase(FIRST)
    assert gone == ["keys.json", "computed.json", "recording.json", FIRST]
    assert [path.name for path in library.recordings.iterdir()] == [SECOND]


def test_erasing_what_is_not_there_is_fine(tmp_path: Path) -> None:
    erasure.remove_folder(tmp_path / "none")
    erasure.remove_folder(tmp_path / "no" / "none")
    assert list(tmp_path.iterdir()) == []


def test_files_that_cannot_be_removed_keep_the_mark(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(erasure.shutil, "rmtree", fail)
    with pytest.raises(LibraryError) as refused:
        library.erase(FIRST)
    assert str(refused.value) == f"{library.recordings / FIRST}: cannot be removed: Permission denied"
    assert [entry.id for entry in library.find()] == [SECOND], "nobody sees it any more"
    monkeypatch.undo()
    assert erasure.finish(library.store, library.recordings) == 1
    assert not (library.recordings / FIRST).exists()
    assert erasure.finish(library.store, library.recordings) == 0


def test_an_opening_finishes_what_was_marked(two_recordings: Path) -> None:
    with Library(two_recordings) as library, library.store.write() as session:
        session.execute(sa.text("UPDATE recordings SET erasing = true WHERE id = :id"), {"id": SECOND})
        session.execute(sa.text("UPDATE people SET erasing = true"))
    with Library(two_recordings) as library:
        assert [path.name for path in library.recordings.iterdir()] == [FIRST]
        with library.store.read() as session:
            assert session.scalar(sa.text("SELECT count(*) FROM people")) == 1, (
                "a recording still names that person"
            )
    with Library(two_recordings) as library:
        library.erase(FIRST)
        with library.store.read() as session:
            assert session.scalar(sa.text("SELECT count(*) FROM people")) == 0


def test_what_is_known_of_a_person_goes_with_the_mark(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, date of birth and remark are gone even where the recordings cannot be removed yet."""
    library.change_person(Person("P001", "Anna", datetime(1951, 3, 9).date(), remark="knee"))
    monkeypatch.setattr(erasure, "remove_folder", lambda _: (_ for _ in ()).throw(LibraryError("no")))
    with pytest.raises(LibraryError):
        library.erase_person("P001")
    with library.store.read() as session:
        row = session.execute(sa.text("SELECT name, birth_date, remark, erasing FROM people")).one()
    assert tuple(row) == (None, None, "", 1)
    assert library.audit("P001") == []
    assert (library.audit()[-1].action, library.audit()[-1].detail) == (
        "erase person",
        "1 recordings",
    )


def test_a_deletion_lasts_seven_days(library: Library) -> None:
    library.delete(FIRST)
    deleted = library.find(Filter(deleted=True))[0].deleted_utc
    assert deleted is not None
    assert library.purge_expired(deleted + timedelta(days=7)) == 0
    assert library.purge_expired(deleted + timedelta(days=7, microseconds=1)) == 1
    assert library.audit(FIRST)[-1].action == "purge" and not (library.recordings / FIRST).exists()


def test_an_opening_purges_and_sweeps(two_recordings: Path) -> None:
    with Library(two_recordings) as library:
        library.delete(FIRST)
        with library.store.write() as session:
            old = (datetime.now(UTC) - timedelta(days=7, minutes=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
            session.execute(
                sa.text("UPDATE recordings SET deleted_utc = :at WHERE id = :id"), {"at": old, "id": FIRST}
            )
        (library.recordings / ".walk.dead.draft").mkdir()
    with Library(two_recordings) as library:
        assert [path.name for path in library.recordings.iterdir()] == [SECOND]
        assert library.find(Filter(deleted=True)) == []


def test_files_are_encrypted_once(library: Library) -> None:
    imported = library.import_walk(walk(3)).id
    vault = Vault([MasterKey.new()])
    for name, files in ((FIRST, 1), (imported, 2)):
        folder = library.recordings / name
        manifest = (folder / "recording.json").read_bytes()
        assert encrypt_folder(folder, vault) == files and encrypt_folder(folder, vault) == 0
        assert all(is_encrypted(path) for path in folder.glob("*.parquet"))
        assert (folder / "recording.json").read_bytes() == manifest
        assert sorted(read_keys(folder)) == [path.stem for path in sorted(folder.glob("*.parquet"))]
        assert not list(folder.glob("*.encrypting"))


def test_a_disk_that_is_full_leaves_the_plain_file(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, vault = library.recordings / FIRST, Vault([MasterKey.new()])

    def full(path: Path, *_: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encryption, "write_parquet", full)
    with pytest.raises(RecordingError, match=r"left\.parquet: cannot be encrypted: No space left on device"):
        encrypt_folder(folder, vault)
    assert sorted(path.name for path in folder.iterdir()) == ["left.parquet", "recording.json"]
    assert library.verify(FIRST).ok


def test_keys_of_files_are_wrapped_anew(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = library.recordings / FIRST
    one, two = MasterKey.new(), MasterKey.new()
    rewrap(folder, Vault([one]))
    assert not (folder / "keys.json").exists(), "nothing is encrypted"
    encrypt_folder(folder, Vault([one]))
    before = read_keys(folder)["left"]
    rewrap(folder, Vault([two, one]))
    after = read_keys(folder)["left"]
    assert after.sha256 == before.sha256 and after.wrapped != before.wrapped
    with pytest.raises(KeyMissingError, match=f"^{FIRST}/left cannot be decrypted with the keys at hand$"):
        rewrap(folder, Vault([one]))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(encryption, "write_keys", full)
    with pytest.raises(RecordingError, match=f"{FIRST}: cannot be written: No space left on device"):
        rewrap(folder, Vault([two]))


def stored(library: Library) -> list[str | None]:
    """Sealed texts of the catalogue as they stand in the database."""
    with library.store.read() as session:
        queries = ("SELECT name FROM people", "SELECT remark FROM people", "SELECT text FROM notes",
                   "SELECT title FROM recordings ORDER BY id")  # fmt: skip
        return [value for query in queries for value in session.scalars(sa.text(query))]


def test_a_library_is_encrypted_as_a_whole(
    library: Library, two_recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stored(library) == ["Anna", "", "limps", "first day", ""]
    one, two = MasterKey.new(), MasterKey.new()
    assert change_key(library, one) == 2
    first = stored(library)
    assert all(text is not None and text.startswith("pg1$") for text in first)
    assert library.vault is not None and library.vault.key_id == one.id
    assert change_key(library, two) == 2 and not set(stored(library)) & set(first)
    assert library.vault.keys == (two, one)
    monkeypatch.setenv(KEY_VARIABLE, two.text)
    with Library(two_recordings) as again:
        assert again.people()[0].name == "Anna" and again.open(FIRST).notes[0].text == "limps"
        assert again.entry(FIRST).title == "first day"
        assert all(verdict.ok for verdict in again.verify_all())
        assert [(line.subject, line.detail) for line in again.audit() if line.action == "change key"] == [
            (one.id, ""), (two.id, f"after {one.id}"),
        ]  # fmt: skip


def test_in_an_encrypted_library_everything_new_is_encrypted(library: Library) -> None:
    """Names of source files may name people: they are not written beside encrypted data."""
    key = MasterKey.new()
    change_key(library, key)
    entry = library.import_walk(walk(5), "title", "Anna Berg.csv", "abc")
    folder = library.recordings / entry.id
    assert (
        "Anna" not in (folder / "recording.json").read_text()
        and "abc" in (folder / "recording.json").read_text()
    )
    assert all(is_encrypted(path) for path in folder.glob("*.parquet"))
    late = finalized(library.recordings, "late", rows=10)
    assert not is_encrypted(late / "left.parquet")
    assert library.scan() == ["late"] and is_encrypted(late / "left.parquet")
    assert library.verify("late").ok and library.verify(entry.id).ok


def test_a_plain_file_in_an_encrypted_library_is_found(library: Library) -> None:
    retained = (library.recordings / FIRST / "left.parquet").read_bytes()
    change_key(library, MasterKey.new())
    (library.recordings / FIRST / "left.parquet").write_bytes(retained)
    assert library.verify(FIRST).problems == [
        "left.parquet: is not encrypted; run `plantigrade sessions keys protect`"
    ]


def test_books_that_were_changed_are_found(library: Library) -> None:
    path = library.recordings / FIRST / "recording.json"
    path.write_text(path.read_text().replace("a test", "b test"))
    assert library.verify(FIRST).problems == [
        "recording.json: is not the one that the library took in; it was changed"
    ]
    assert [verdict.ok for verdict in library.verify_all()] == [False, True]


def test_what_another_one_entered_meanwhile_is_entered(
    two_recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two who enter the same folder at once the database refuses one: the entry is there all the same."""

    def refuse() -> Any:
        raise LibraryError("the database says: twice")

    with Library(two_recordings) as library, Library(two_recordings) as other:
        folder = finalized(library.recordings, "new", rows=10)
        monkeypatch.setattr(library.store, "write", refuse)
        with pytest.raises(LibraryError, match="twice"):
            library.add_recording(folder)
        other.add_recording(folder)
        assert library.add_recording(folder).id == "new"
