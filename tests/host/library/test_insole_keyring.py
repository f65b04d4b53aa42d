"""Commands find the keys of insoles in the library of their data folder, and ask for its own key only when a
locked insole answers."""

from pathlib import Path

import pytest
from plantigrade.library.catalogue.insole_keys import InsoleKeys, keep_insole_keys
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.insole_keyring import KeyringOnDemand
from plantigrade.library.keys.vault import KeyMissingError, MasterKey

LOCKED, OPEN = "00000A50477A3F01", "00000A50477A3F02"
KEY, LOG_KEY = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def key_text(tmp_path: Path) -> str:
    """Of the library in the folder, which has the keys of one insole."""
    with Library(tmp_path) as library:
        change_key(library, own := MasterKey.new())
        keep_insole_keys(library, InsoleKeys(LOCKED, KEY, (LOG_KEY,)))
    return own.text


@pytest.fixture(autouse=True)
def no_key_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the environment nor in a keyring."""
    monkeypatch.delenv("PLANTIGRADE_KEY", raising=False)
    monkeypatch.setattr("plantigrade.library.keys.master_key._from_keyring", lambda library: None)


def test_without_a_library_there_are_no_keys_and_none_is_made(tmp_path: Path) -> None:
    keyring = KeyringOnDemand(lambda: tmp_path)
    assert (keyring.host, list(keyring.serials()), dict(keyring.device_keys())) == (0, [], {})
    assert keyring.log_keys(LOCKED) == ()
    assert list(tmp_path.iterdir()) == []


def test_an_open_insole_needs_no_key_of_the_library(tmp_path: Path, key_text: str) -> None:
    keyring = KeyringOnDemand(lambda: tmp_path)
    assert list(keyring.serials()) == [LOCKED]
    assert keyring.log_keys(OPEN) == ()


def test_a_locked_one_does(tmp_path: Path, key_text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = KeyringOnDemand(lambda: tmp_path)
    for ask in (keyring.device_keys, lambda: keyring.log_keys(LOCKED), lambda: keyring.host):
        with pytest.raises(KeyMissingError):
            ask()
    monkeypatch.setenv("PLANTIGRADE_KEY", key_text)
    assert dict(keyring.device_keys()) == {LOCKED: (KEY,)}
    assert list(keyring.log_keys(LOCKED)) == [LOG_KEY]
    assert keyring.host > 0
