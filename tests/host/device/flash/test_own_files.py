"""What an insole's own files say is there after a flash, also after one that broke off: real esptool."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from plantigrade.device.flash import own_files
from plantigrade.device.flash.errors import WriteBrokenError
from plantigrade.device.flash.flashing import Contents, Flashed, write_board
from plantigrade.device.flash.own_files import OWN_FILES, OwnFiles, Rescue, UnreadableError, of_partition
from plantigrade.device.flash.plan import Wishes, make_plan
from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.firmware_image.build import littlefs_files, littlefs_image
from plantigrade.twin.flash_file import MIB

from tools.flash_power_cuts.rom_on_port import SERIAL, RomOnPort
from tools.flash_power_cuts.scenarios import ROWS, flash_after

VFS = ROWS["vfs"]
OWN = {
    "settings.json": b'{"version": 2, "values": {"side": 1}}',
    "bonds.json": b'{"version": 1, "secrets": []}',
    "numbers.json": b'{"boot": 7}',
    "crashes.json": b"[]",
    "events.bin": bytes(40),
    "wipe.json": b"{}",
}
STATE = {"active": "b", "trial": 2, "floor": 5, "app_floor": 3, "back": 64}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are rescued to, instead of the user's own folder."""
    monkeypatch.setattr(own_files, "_folder", lambda: tmp_path / "state")
    return tmp_path / "state"


def used(contents: Contents) -> bytes:
    """An insole that somebody has used."""
    files = {**dict(contents.files), **OWN, "slot.json": json.dumps(STATE).encode(), "other.txt": b"a"}
    plan = make_plan(
        8, contents.image, littlefs_image(iter(files.items()), VFS.blocks), BLANK[:START_BYTES], Wishes()
    )
    return flash_after(plan, BLANK)


BLANK = b"\xff" * (8 * MIB)


def files_on(flash: bytes) -> dict[str, bytes]:
    return littlefs_files(flash[VFS.offset : VFS.offset + VFS.size])


def write(
    rom: RomOnPort, contents: Contents, wishes: Wishes | None = None, lines: list[str] | None = None
) -> Flashed:
    board = BoardPort(rom.port, virtual=True, usb_serial=None)
    say = (lines if lines is not None else []).append
    return asyncio.run(write_board(board, contents, wishes or Wishes(), False, say, lambda done, size: None))


def test_the_insoles_own_files_stay_and_those_of_its_slots_do_not(
    tmp_path: Path, contents: Contents, folder: Path
) -> None:
    with RomOnPort(tmp_path, used(contents)) as rom:
        done = write(rom, contents)
        found = files_on(rom.contents())
    assert OWN.items() <= found.items() and set(OWN) == set(OWN_FILES)
    state = json.loads(found["slot.json"])
    assert (state["active"], state["trial"], state["back"]) == ("a", 0, 0)
    assert (state["floor"], state["app_floor"]) == (5, 3), "no older firmware over the air afterwards"
    assert "other.txt" not in found
    assert done.carried_over == list(OWN_FILES.values())
    assert not list(folder.iterdir()), "the board has it: nobody else needs it"


@pytest.mark.parametrize("wishes", [Wishes(keep_settings=False), Wishes(erase=True)])
def test_nothing_stays_where_that_was_asked(tmp_path: Path, contents: Contents, wishes: Wishes) -> None:
    with RomOnPort(tmp_path, used(contents)) as rom:
        assert write(rom, contents, wishes).carried_over == []
        assert files_on(rom.contents()) == dict(contents.files)


def test_a_flash_that_broke_off_is_completed_with_what_was_there(
    tmp_path: Path, contents: Contents, folder: Path
) -> None:
    with RomOnPort(tmp_path, used(contents), cut_at=40) as rom:
        with pytest.raises(WriteBrokenError):
            write(rom, contents)
        broken = rom.contents()
    (saved,) = folder.iterdir()
    assert saved.name == f"{SERIAL}.json" and stat.S_IMODE(saved.stat().st_mode) == 0o600
    broken = broken[: VFS.offset] + b"\xff" * VFS.size + broken[VFS.offset + VFS.size :]
    lines: list[str] = []
    with RomOnPort(tmp_path, broken) as rom:
        done = write(rom, contents, lines=lines)
        assert OWN.items() <= files_on(rom.contents()).items()
    assert any("goes on with what was saved" in line for line in lines)
    assert done.carried_over == list(OWN_FILES.values()) and not list(folder.iterdir())


def test_what_was_rescued_of_a_flash_does_not_come_over_a_board_that_works(
    tmp_path: Path, contents: Contents
) -> None:
    Rescue(SERIAL).save(OwnFiles((("settings.json", b"of last year"),)))
    with RomOnPort(tmp_path, used(contents)) as rom:
        write(rom, contents)
        assert files_on(rom.contents())["settings.json"] == OWN["settings.json"]


def test_files_that_cannot_be_read_begin_anew_or_are_refused(tmp_path: Path, contents: Contents) -> None:
    good = used(contents)
    before = good[: VFS.offset] + b"\x55" * VFS.size + good[VFS.offset + VFS.size :]
    with RomOnPort(tmp_path, before) as rom:
        with pytest.raises(UnreadableError, match="the files on the board cannot be read"):
            write(rom, contents, Wishes(keep_settings=True))
        assert rom.trace == []
        lines: list[str] = []
        assert write(rom, contents, lines=lines).carried_over == []
        assert any("settings and bonds begin anew" in line for line in lines)


class TestTheRescue:
    def test_comes_back_as_it_went(self) -> None:
        own = OwnFiles(tuple(OWN.items()), (("floor", 5),))
        Rescue(SERIAL).save(own)
        assert Rescue(SERIAL).load() == own
        assert Rescue("7cdfa1999999").load() is None

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", '{"files": {"settings.json": 3}, "floors": {}}', '{"files": {}}']
    )
    def test_that_is_damaged_is_none(self, folder: Path, text: str) -> None:
        folder.mkdir()
        (folder / f"{SERIAL}.json").write_text(text)
        assert Rescue(SERIAL).load() is None

    def test_takes_no_other_file_onto_a_board(self, folder: Path) -> None:
        folder.mkdir()
        text = '{"files": {"main.py": "YQ==", "settings.json": "YQ=="}, "floors": {}}'
        (folder / f"{SERIAL}.json").write_text(text)
        assert Rescue(SERIAL).load() == OwnFiles((("settings.json", b"a"),))


@pytest.mark.parametrize("state", [b"", b"[]", b"{", b'{"floor": "high"}', b'{"floor": -1}'])
def test_a_damaged_state_has_no_floors(state: bytes) -> None:
    image = littlefs_image(iter([("slot.json", state)]), 64)
    assert of_partition(image).floors == ()
