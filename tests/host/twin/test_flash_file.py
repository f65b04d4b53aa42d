"""A board's flash is one file that the partition table in it divides."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.firmware_image.build import FirmwareError
from plantigrade.firmware_image.partition_table import TABLE_OFFSET, partition_table
from plantigrade.twin.board import BoardError, VirtualBoard
from plantigrade.twin.board_spec import BoardSpec
from plantigrade.twin.flash_file import FLASH_NAME, MIB, FlashFile

SPEC = BoardSpec("left", "0a50477a3f01")


@pytest.fixture
def flash(tmp_path: Path) -> FlashFile:
    """A blank flash with our table in it."""
    made = FlashFile(tmp_path / FLASH_NAME)
    made.make_blank(8)
    made.write_table(partition_table())
    return made


def test_a_partition_lies_where_the_table_in_the_flash_says(flash: FlashFile) -> None:
    flash.write("id", b"who")
    row = flash.row("id")
    assert flash.region(row.offset, 4) == b"who\xff"
    assert flash.read("id") == b"who".ljust(row.size, b"\xff")
    flash.write_table(dataclasses.replace(row, offset=row.offset + 1, size=2) for row in [row])
    assert flash.read("id") == b"ho"


REFUSED: list[tuple[Callable[[FlashFile], object], str]] = [
    (lambda flash: flash.read("music"), "its partition table has no 'music'"),
    (lambda flash: flash.write("id", bytes(16385)), "16385 bytes do not fit into 'id', which has 16384"),
    (lambda flash: flash.region(8 * MIB - 1, 2), "ends before 0x800001: the flash is smaller"),
    (lambda flash: flash.put(8 * MIB - 1, b"ab"), "ends before 0x800001: the flash is smaller"),
    (lambda flash: FlashFile(flash.path.parent / "none").size, "cannot read the flash"),
]


@pytest.mark.parametrize(("what", "complaint"), REFUSED)
def test_what_cannot_be_is_said(
    flash: FlashFile, what: Callable[[FlashFile], object], complaint: str
) -> None:
    with pytest.raises(FileError, match=complaint):
        what(flash)


def test_a_blank_flash_has_no_partitions(flash: FlashFile) -> None:
    flash.put(TABLE_OFFSET, b"\xff" * 32)
    with pytest.raises(FirmwareError, match="no partition table"):
        flash.read("id")


async def test_a_factory_new_board_has_the_table_and_a_file_system(tmp_path: Path) -> None:
    for mib in (8, 16):
        spec = dataclasses.replace(SPEC, flash_mib=mib)
        board = VirtualBoard(spec, tmp_path / str(mib), iter([("main.py", b"")]))
        board.serial.close()
        assert board.flash.size == mib * MIB
        assert board.flash.path.stat().st_mode & 0o777 == 0o600
        assert board.flash.table() == partition_table(mib)
        assert b"littlefs" in board.flash.read("vfs")[:4096]
        assert set(board.flash.read("log")) == {0xFF}


async def test_a_board_whose_flash_has_another_size_is_not_started(tmp_path: Path) -> None:
    VirtualBoard(SPEC, tmp_path, iter(())).serial.close()
    with pytest.raises(BoardError, match=r"flash\.bin: not the flash of 16 MiB .* remove the folder"):
        VirtualBoard(dataclasses.replace(SPEC, flash_mib=16), tmp_path, iter(()))


async def test_a_folder_of_a_former_version_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "vfs.bin").write_bytes(b"old")
    with pytest.raises(
        PlantigradeError, match=r"a file for each partition, not the one flash .* remove the folder"
    ):
        VirtualBoard(SPEC, tmp_path, iter(()))
    assert not (tmp_path / FLASH_NAME).exists()
