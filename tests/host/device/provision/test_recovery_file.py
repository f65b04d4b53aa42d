"""Provisioning keeps an insole's keys in the library and, sealed for it, among the insole's papers."""

from pathlib import Path

from plantigrade.device.provision.actions import copies_in
from plantigrade.device.provision.rom_access import BoardKeys
from plantigrade.library.catalogue.insole_keys import InsoleKeys, insole_keys
from plantigrade.library.catalogue.library import Library
from plantigrade.library.insole_key_files.content import parse
from plantigrade.library.insole_key_files.sealing import read_sealed
from plantigrade.library.keys.vault import MasterKey, Vault

from tests.host.device.provision.made import SERIAL

DEVICE, LOG = bytes(range(32)), bytes(range(1, 33))


def test_both_copies_are_there_before_the_insole_is_written(tmp_path: Path) -> None:
    key = MasterKey.new()
    folder = tmp_path / "batch" / SERIAL
    folder.mkdir(parents=True)
    with Library(tmp_path / "data") as library:
        library.use_vault(Vault([key]))
        keep = copies_in(library, tmp_path / "batch")
        assert keep is not None
        assert "keys.recovery" in keep(SERIAL, BoardKeys(DEVICE, LOG))
        here = insole_keys(library, SERIAL)
    assert here == InsoleKeys(SERIAL, DEVICE, (LOG,))
    assert parse(read_sealed(folder / "keys.recovery").open_with_key(key)) == (here,)


def test_an_open_library_keeps_none(tmp_path: Path) -> None:
    with Library(tmp_path / "data") as library:
        assert copies_in(library, tmp_path) is None
