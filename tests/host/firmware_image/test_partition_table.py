"""The partition table as the host reads it, from its text and from a flash: what it refuses."""

import pytest
from esp_idf_defs.partitions import PartitionTable  # pyright: ignore[reportMissingTypeStubs]
from plantigrade.errors import FileError
from plantigrade.firmware_image.build import FirmwareError, firmware_folder
from plantigrade.firmware_image.partition_table import parse, partition_table, rows_of_image, table_image

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


@pytest.mark.parametrize("flash_mib", [8, 16])
def test_the_table_in_a_flash_is_what_espressif_s_own_tool_makes_of_it(flash_mib: int) -> None:
    text = (firmware_folder() / "port" / f"partitions-{flash_mib}MiB.csv").read_text()
    theirs: bytes = PartitionTable.from_csv(text).to_binary()  # pyright: ignore[reportUnknownMemberType]
    ours = table_image(partition_table(flash_mib))
    assert ours == theirs[: len(ours)]
    assert rows_of_image(ours) == partition_table(flash_mib)


@pytest.mark.parametrize(
    ("at", "complaint"),
    [
        (0x0, "row 0 of the partition table begins with 0x5055"),
        (0x24, "its hash|hash is not that of its rows"),
    ],
)
def test_a_damaged_table_is_refused(at: int, complaint: str) -> None:
    image = bytearray(table_image(partition_table()))
    image[at] ^= 0xFF
    with pytest.raises(FirmwareError, match=complaint):
        rows_of_image(bytes(image))


def test_an_erased_flash_has_no_table() -> None:
    with pytest.raises(FirmwareError, match="there is no partition table at 0x8000"):
        rows_of_image(b"\xff" * 0xC00)
