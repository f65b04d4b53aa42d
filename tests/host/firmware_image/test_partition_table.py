"""The partition table as the host reads it: what it refuses, and what the twin makes of it."""

import dataclasses
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.firmware_image.build import BLOCK_SIZE, FirmwareError
from plantigrade.firmware_image.partition_table import parse, partition_table
from plantigrade.twin.board import BoardError, VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, Partition, data_partitions

TABLE = """# Name, Type, SubType, Offset, Size
nvs, data, nvs, 0x9000, 0x4000
ota_0, app, ota_0, 0x10000, 0x100000
log, data, 0x40, 0x110000, 0x8000
"""


def test_each_row_says_whose_it_is() -> None:
    nvs, app, log = parse(TABLE, 8, "table")
    assert (nvs.label, nvs.is_app, nvs.is_for_the_firmware) == ("nvs", False, False)
    assert (app.label, app.is_app, app.is_for_the_firmware) == ("ota_0", True, False)
    assert (log.label, log.is_app, log.is_for_the_firmware) == ("log", False, True)
    assert (log.offset, log.size, log.blocks) == (0x110000, 32768, 8)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("0x110000, 0x8000", "0x10f000, 0x8000", "overlap"),
        ("0x110000, 0x8000", "0x110000, 0x700000", "does not fit"),
        ("0x110000, 0x8000", "0x110800, 0x8000", "not aligned"),
        ("0x110000, 0x8000", "0x110000, 0x8100", "log is not made of whole blocks"),
        ("0x10000, 0x100000", "0x18000, 0xf8000", "not aligned"),
        ("log, data", "nvs, data", "unique"),
        ("0x4000", "big", "big"),
    ],
)
def test_a_table_that_the_boot_loader_would_refuse_is_refused(old: str, new: str, complaint: str) -> None:
    text = TABLE.replace(old, new)
    assert text != TABLE
    with pytest.raises(FirmwareError, match=complaint) as caught:
        parse(text, 8, "partitions.csv")
    assert str(caught.value).startswith("partitions.csv: ")


def test_a_data_partition_without_a_number_of_its_own_is_not_the_firmware_s() -> None:
    assert not parse(TABLE.replace("0x40,", ","), 8, "table")[-1].is_for_the_firmware


def test_there_is_no_table_for_another_size_of_flash() -> None:
    with pytest.raises(FileError, match=r"partitions-4MiB\.csv: cannot read the partition table"):
        partition_table(4)


def test_the_twin_has_the_data_partitions_of_the_first_board() -> None:
    assert data_partitions() == (
        Partition("vfs", 256),
        Partition("id", 4),
        Partition("keys", 4),
        Partition("log", 840),
    )
    assert BoardSpec("left", "0a50477a3f01").partitions == data_partitions()
    assert all(row.size % BLOCK_SIZE == 0 for row in partition_table())


async def test_a_board_whose_flash_has_another_size_is_not_started(tmp_path: Path) -> None:
    spec = BoardSpec("left", "0a50477a3f01", partitions=(Partition("vfs", 64), Partition("log", 8)))
    VirtualBoard(spec, tmp_path, iter(())).serial.close()
    other = dataclasses.replace(spec, partitions=(Partition("vfs", 64), Partition("log", 16)))
    with pytest.raises(BoardError, match=r"log\.bin: not the 65536 bytes .* remove the folder"):
        VirtualBoard(other, tmp_path, iter(()))
