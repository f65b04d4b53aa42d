"""An encrypted library: nothing readable without the key, everything with it, and the key can change."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.fernet import MultiFernet
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.master_key import KEY_VARIABLE
from plantigrade.library.keys.vault import KeyMissingError, MasterKey, Vault
from plantigrade.library.recordings import encryption
from plantigrade.library.recordings.encryption import encrypt_folder
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.library.recordings.verify import verify

from tests.host.library.library_kit import finalized, frames, walk

Open = Callable[[], Library]
HEAD_START_S = 0.3
"""More than the second one needs, where nothing makes it wait."""


def test_a_locked_library_says_which_key_it_needs(
    open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, key = open_library(), MasterKey.new()
    change_key(library, key)
    with pytest.raises(KeyMissingError, match=f"encrypted with key {key.id}, and no key is at hand"):
        open_library()
    monkeypatch.setenv(KEY_VARIABLE, MasterKey.new().text)
    with pytest.raises(KeyMissingError, match="find the right key"):
        open_library()
    monkeypatch.setenv(KEY_VARIABLE, "not a key")
    with pytest.raises(KeyMissingError, match="is no key") as refused:
        open_library()
    assert "not a key" not in str(refused.value)
    assert key.text not in repr(key)


def test_nothing_can_be_read_without_the_key(open_library: Open, data: Path, url: str | None) -> None:
    library, key = open_library(), MasterKey.new()
    entry = library.import_walk(walk(), "Zyxwvu")
    library.add_person(Person("P001", "Zyxwvu"))
    library.note(entry.id, "Zyxwvu limps")
    change_key(library, key)
    library.close()
    if url is None:
        assert not [p for p in data.rglob("*") if p.is_file() and b"Zyxwvu" in p.read_bytes()]
    with pytest.raises(RecordingError, match="is encrypted"):
        RecordingReader.open(data / "recordings" / entry.id).walk()


def test_everything_can_be_read_with_it_and_after_a_change(
    open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, first, second = open_library(), MasterKey.new(), MasterKey.new()
    name = finalized(library.recordings, "one", rows=900).name
    library.scan()
    entry = library.import_walk(walk(), "Zyxwvu")
    library.add_person(Person("P001", "Zyxwvu"))
    change_key(library, first)
    monkeypatch.setenv(KEY_VARIABLE, f"{second.text},{first.text}")
    change_key(open_library(), second)
    monkeypatch.setenv(KEY_VARIABLE, second.text)
    again = open_library()
    assert again.people()[0].name == "Zyxwvu"
    assert again.entry(entry.id).title == "Zyxwvu"
    assert np.array_equal(again.open(name).counts("left", 2.0, 3.0), frames(900).counts[200:300])
    assert all(verdict.ok for verdict in again.verify_all())
    fresh = again.import_walk(walk(5))
    assert (again.recordings / fresh.id / "left.parquet").read_bytes()[:4] == b"PARE"


def test_a_changed_byte_and_an_exchanged_file_are_found(library: Library) -> None:
    entry = library.import_walk(walk())
    change_key(library, MasterKey.new())
    left, right = (library.recordings / entry.id / f"{foot}.parquet" for foot in ("left", "right"))
    stored = left.read_bytes()
    left.write_bytes(stored[:3000] + bytes([stored[3000] ^ 1]) + stored[3001:])
    assert not library.verify(entry.id).ok
    left.write_bytes(right.read_bytes())
    with pytest.raises(RecordingError, match="decrypted"):
        library.open(entry.id).walk()


def test_two_that_encrypt_the_same_recording_leave_a_sound_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins while the first one writes its draft."""
    folder, vault, later = finalized(tmp_path, "one"), Vault([MasterKey.new()]), list[int]()
    second = threading.Thread(target=lambda: later.append(encrypt_folder(folder, vault)))
    copy = encryption._copy

    def copied(*arguments: Any) -> None:
        copy(*arguments)
        if not second.ident:
            second.start()
            second.join(HEAD_START_S)

    monkeypatch.setattr(encryption, "_copy", copied)
    done = encrypt_folder(folder, vault)
    second.join()
    assert (done, later) == (1, [0])
    assert verify(folder, vault).ok


def test_a_text_is_decrypted_once_and_a_changed_one_never(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes | str] = []
    decrypt = MultiFernet.decrypt

    def counted(self: MultiFernet, token: bytes | str) -> bytes:
        opened.append(token)
        return decrypt(self, token)

    monkeypatch.setattr(MultiFernet, "decrypt", counted)
    vault = Vault([MasterKey.new()])
    token = vault.encrypt("walk 7")
    assert [vault.open(token, "a title") for _ in range(3)] == ["walk 7"] * 3
    assert len(opened) == 1
    middle = len(token) // 2  # the last letter carries bits that mean nothing
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for _ in range(2):
        with pytest.raises(KeyMissingError, match="cannot be decrypted"):
            vault.open(changed, "a title")
