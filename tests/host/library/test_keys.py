"""Keys of an encrypted library: where they are looked for and kept, what a wrong one leads to; the vault."""

import base64
import hashlib
import json
import stat
from pathlib import Path

import keyring.errors
import pytest
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import (
    EncryptedFile,
    binding_of,
    key_of,
    matches_sum,
    read_keys,
    stated_sum,
    write_keys,
)
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.keys.master_key import (
    FILE_VARIABLE,
    KEY_VARIABLE,
    SERVICE,
    find_keys,
    keep_keys,
    open_vault,
    read_key_file,
    save_to_file,
)
from plantigrade.library.keys.vault import MAX_DECRYPTED, KeyMissingError, MasterKey, Vault

ONE, TWO = (MasterKey(base64.urlsafe_b64encode(bytes([number]) * 32).decode()) for number in (1, 2))


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring of the operating system."""
    held: dict[tuple[str, str], str] = {}
    monkeypatch.setattr("keyring.get_password", lambda service, name: held.get((service, name)))
    monkeypatch.setattr(
        "keyring.set_password", lambda service, name, text: held.update({(service, name): text})
    )
    return held


def test_a_key_tells_its_number_and_never_itself() -> None:
    """The number is the beginning of a hash of the text with a word of ours before it."""
    digest = hashlib.sha256(b"plantigrade key id\x00" + ONE.text.encode()).hexdigest()
    assert ONE.id == digest[:12] and ONE.id != TWO.id
    assert ONE.text not in repr(ONE) and repr(ONE) == "MasterKey()"
    assert len(base64.urlsafe_b64decode(MasterKey.new().text)) == 32
    assert MasterKey.new() != MasterKey.new()
    assert "secret" not in repr(FileKey(b"secret" * 5, b"a/left"))


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        (
            base64.urlsafe_b64encode(bytes(31)).decode(),
            "here: a key has 32 bytes in base64; this one has another length",
        ),
        (
            base64.urlsafe_b64encode(bytes(33)).decode(),
            "here: a key has 32 bytes in base64; this one has another length",
        ),
        ("", "here: a key has 32 bytes in base64; this one has another length"),
        ("no key!", "here: is no key: 32 bytes in base64 are expected"),
        ("ä" * 44, "here: is no key: 32 bytes in base64 are expected"),
    ],
)
def test_what_is_no_key(text: str, texts: str) -> None:
    with pytest.raises(KeyMissingError) as refused:
        MasterKey.parse(text, "here")
    assert str(refused.value) == texts
    assert MasterKey.parse(ONE.text, "here") == ONE


def test_the_environment_comes_first(tmp_path: Path, ring: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    save_to_file(tmp_path / "named", (TWO,))
    save_to_file(tmp_path / "set", (TWO, ONE))
    ring[SERVICE, "lib"] = f"{TWO.text},{ONE.text}"
    assert find_keys("other") is None
    for setting, keys, origin in (
        (lambda: None, (TWO, ONE), "keyring"),
        (lambda: monkeypatch.setenv(FILE_VARIABLE, f" {tmp_path / 'set'} "), (TWO, ONE),
         str(tmp_path / "set")),
        (lambda: monkeypatch.setenv(KEY_VARIABLE, f" {ONE.text} , {TWO.text} "), (ONE, TWO),
         "environment variable PLANTIGRADE_KEY"),
    ):  # fmt: skip
        setting()
        found = find_keys("lib")
        assert found is not None and (found.keys, found.origin) == (keys, origin)
    monkeypatch.delenv(KEY_VARIABLE)
    found = find_keys("lib", tmp_path / "named")
    assert found is not None and (found.keys, found.origin) == ((TWO,), str(tmp_path / "named"))


def test_a_keyring_that_does_not_work_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> None:
        raise keyring.errors.KeyringError("locked")

    monkeypatch.setattr("keyring.get_password", fail)
    monkeypatch.setattr("keyring.set_password", fail)
    assert find_keys("lib") is None
    with pytest.raises(KeyMissingError) as refused:
        keep_keys("lib", (ONE,), None)
    assert str(refused.value) == (
        "the operating system offers no keyring here; keep the key in a file with --key-file"
    )


def test_key_files(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    save_to_file(path, (ONE, TWO))
    assert path.read_text() == f"{ONE.text}\n{TWO.text}\n" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path) == (ONE, TWO)
    path.write_text(f"\n  {TWO.text}  \n\n{ONE.text}")
    assert read_key_file(path) == (TWO, ONE)


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (None, "the key file cannot be read: No such file or directory"),
        (b"", "the key file is empty"),
        (b" \n\n", "the key file is empty"),
        (b"\xff\xfe", "is no key file"),
        (b"no word\n", "is no key: 32 bytes in base64 are expected"),
    ],
)
def test_key_files_that_hold_none(content: bytes | None, texts: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KeyMissingError) as refused:
        read_key_file(path)
    assert str(refused.value) == f"{path}: {texts}"


def test_of_a_key_file_the_first_16_kilobytes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(" " * (16384 - 45) + ONE.text + "\n" + TWO.text)
    assert read_key_file(path) == (ONE,)


def test_where_keys_are_kept(tmp_path: Path, ring: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keep_keys("lib", (ONE, TWO), None) == "the keyring"
    assert ring == {("plantigrade", "lib"): f"{ONE.text},{TWO.text}"}
    assert keep_keys("lib", (ONE,), tmp_path / "named") == str(tmp_path / "named")
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "set"))
    assert keep_keys("lib", (TWO,), None) == str(tmp_path / "set")
    assert keep_keys("lib", (TWO,), tmp_path / "named") == str(tmp_path / "named")
    assert (read_key_file(tmp_path / "set"), read_key_file(tmp_path / "named")) == ((TWO,), (TWO,))
    with pytest.raises(KeyMissingError, match="the key file cannot be written: No such file or directory"):
        keep_keys("lib", (TWO,), tmp_path / "no" / "keys")
    monkeypatch.setenv(KEY_VARIABLE, ONE.text)
    with pytest.raises(KeyMissingError) as refused:
        keep_keys("lib", (TWO,), tmp_path / "named")
    assert str(refused.value) == (
        "PLANTIGRADE_KEY is set and cannot be changed from here; put its key into a file and use "
        "PLANTIGRADE_KEY_FILE instead"
    )


def test_opening_a_vault(tmp_path: Path) -> None:
    save_to_file(tmp_path / "k", (ONE, TWO))
    found = find_keys("lib", tmp_path / "k")
    vault = open_vault("lib", TWO.id, found)
    assert vault.keys == (TWO, ONE) and vault.key_id == TWO.id, "that of the library encrypts"
    with pytest.raises(KeyMissingError) as none:
        open_vault("lib", "abc", None)
    assert str(none.value) == (
        "the library is encrypted with key abc, and no key is at hand: set PLANTIGRADE_KEY or "
        "PLANTIGRADE_KEY_FILE, or open the keyring that holds it (entry plantigrade, lib); without it nobody "
        "can read names, notes or recordings"
    )
    with pytest.raises(KeyMissingError) as wrong:
        open_vault("lib", "abc", found)
    assert str(wrong.value) == (
        f"the library is encrypted with key abc, but {tmp_path / 'k'} holds {ONE.id}, {TWO.id}; find the "
        "right key: without it nobody can read names, notes or recordings"
    )
    with pytest.raises(ValueError, match="a vault needs a key"):
        Vault([])


def test_several_keys_open_and_the_first_encrypts(tmp_path: Path) -> None:
    old, both, new = Vault([ONE]), Vault([TWO, ONE]), Vault([TWO])
    token = old.encrypt("Anna")
    assert both.open(token, "it") == "Anna"
    moved = both.reencrypt(token, "it")
    assert new.open(moved, "it") == "Anna"
    with pytest.raises(KeyMissingError) as refused:
        new.open(token, "a title")
    assert str(refused.value) == (
        f"a title cannot be decrypted with key {TWO.id}: another key encrypted it, or it was changed"
    )
    with pytest.raises(KeyMissingError, match=r"^it cannot be decrypted with the keys at hand$"):
        new.reencrypt(token, "it")
    key, wrapped = old.new_file_key(b"a/left")
    assert (
        len(key.secret) == 32 and key.binding == b"a/left" and old.new_file_key(b"x")[0].secret != key.secret
    )
    assert both.file_key(wrapped, b"a/left", tmp_path) == key
    with pytest.raises(RecordingError) as locked:
        new.file_key(wrapped, b"a/left", tmp_path)
    texts = f"{tmp_path}: is encrypted with another key than {TWO.id}; without that key it cannot be read"
    assert str(locked.value) == texts and MAX_DECRYPTED == 65536


def test_keys_of_a_recording(tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    folder.mkdir()
    assert read_keys(folder) == {}
    keys = {"left": EncryptedFile("w", "s"), "right": EncryptedFile("v", "t")}
    write_keys(folder, keys)
    text = (folder / "keys.json").read_text()
    assert read_keys(folder) == keys and text.endswith("}\n")
    assert json.loads(text) == {
        "schema": "plantigrade.keys/1",
        "files": {"left": {"wrapped": "w", "sha256": "s"}, "right": {"wrapped": "v", "sha256": "t"}},
    }
    assert binding_of("walk", "left") == b"walk/left"


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("{", "is damaged: "),
        ("[]", "is damaged: "),
        ("{}", "is damaged: 'schema'"),
        (
            '{"schema": "plantigrade.keys/2"}',
            "has schema plantigrade.keys/2, this version reads plantigrade.keys/1",
        ),
        ('{"schema": "plantigrade.keys/1", "files": []}', "is damaged: "),
        ('{"schema": "plantigrade.keys/1", "files": {"left": {"wrapped": "x"}}}', "is damaged: 'sha256'"),
    ],
)
def test_keys_that_are_damaged(text: str, texts: str, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_keys(tmp_path)
    assert str(refused.value).startswith(f"{tmp_path / 'keys.json'}: {texts}")


def test_keys_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "keys.json").mkdir()
    with pytest.raises(RecordingError, match="cannot be read: Is a directory"):
        read_keys(tmp_path)


def test_the_key_of_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    folder.mkdir()
    vault = Vault([ONE])
    key, wrapped = vault.new_file_key(binding_of("walk", "left"))
    path = folder / "left.parquet"
    with pytest.raises(RecordingError, match="cannot be read: No such file or directory"):
        key_of(folder, "left", vault)
    path.write_bytes(b"PAR1 plain")
    assert key_of(folder, "left", vault) is None
    plain = hashlib.sha256(b"PAR1 plain").hexdigest()
    assert stated_sum(folder, "left", "of the manifest") == "of the manifest"
    assert matches_sum(folder, "left", plain) and not matches_sum(folder, "left", "of the manifest")
    path.write_bytes(b"PARE finalized")
    with pytest.raises(RecordingError, match=r"is encrypted, and keys\.json beside it does not hold its key"):
        key_of(folder, "left", vault)
    assert stated_sum(folder, "left", plain) == "" and not matches_sum(folder, "left", plain)
    digest = hashlib.sha256(b"PARE finalized").hexdigest()
    write_keys(folder, {"left": EncryptedFile(wrapped, digest)})
    assert stated_sum(folder, "left", plain) == digest and matches_sum(folder, "left", plain)
    assert key_of(folder, "left", vault) == key
    with pytest.raises(
        RecordingError, match="is encrypted; open it through its library with the library's key"
    ):
        key_of(folder, "left", None)
