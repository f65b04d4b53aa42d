"""Which app the boot loader starts, what it writes, and what it says, for what lies in flash."""

import dataclasses
from pathlib import Path

import pytest
from plantigrade.firmware_image.ota_data import AppState, OtaEntry
from plantigrade.firmware_image.partition_table import TABLE_OFFSET, partition_table, table_image

from tests.host.twin.boot_loader.chip import APP, BLANK, NEXT_APP, Chip, broken, record, resealed

NEW, PENDING, VALID = AppState.NEW, AppState.PENDING_VERIFY, AppState.VALID
INVALID, ABORTED, UNDEFINED = AppState.INVALID, AppState.ABORTED, AppState.UNDEFINED
NOTHING = (0xFFFFFFFF, 0xFFFFFFFF)
WRONG_CRC = OtaEntry(2, VALID, 7)


@pytest.fixture
def chip(tmp_path: Path) -> Chip:
    """With an app in each place."""
    made = Chip(tmp_path)
    made.put("ota_0", APP)
    made.put("ota_1", NEXT_APP)
    return made


TABLE = [
    # both records; what runs; both records afterwards
    ("a new chip", BLANK, BLANK, "ota_0", [(1, VALID), NOTHING]),
    ("one that ran", record(1, VALID), BLANK, "ota_0", [(1, VALID), NOTHING]),
    ("an update", record(1, VALID), record(2, NEW), "ota_1", [(1, VALID), (2, PENDING)]),
    ("not confirmed", record(1, VALID), record(2, PENDING), "ota_0", [(1, VALID), (2, ABORTED)]),
    ("confirmed", record(1, VALID), record(2, VALID), "ota_1", [(1, VALID), (2, VALID)]),
    ("back again", record(3, NEW), record(2, VALID), "ota_0", [(3, PENDING), (2, VALID)]),
    ("given up", record(1, VALID), record(2, INVALID), "ota_0", [(1, VALID), (2, INVALID)]),
    ("no rollback", record(1, UNDEFINED), record(2, UNDEFINED), "ota_1", [(1, UNDEFINED), (2, UNDEFINED)]),
    ("a wrong CRC", record(1, VALID), WRONG_CRC, "ota_0", [(1, VALID), (2, VALID)]),
    ("both given up", record(1, ABORTED), record(2, INVALID), "ota_0", [(1, ABORTED), (2, INVALID)]),
    ("the only update", record(2, PENDING), BLANK, "ota_0", [(2, ABORTED), NOTHING]),
    ("far on", record(41, VALID), record(40, VALID), "ota_0", [(41, VALID), (40, VALID)]),
]


@pytest.mark.parametrize(
    ("first", "second", "runs", "after"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_app_that_the_records_want(
    chip: Chip, first: OtaEntry, second: OtaEntry, runs: str, after: list[tuple[int, int]]
) -> None:
    chip.choose(first, second)
    assert chip.boot() == runs
    assert chip.records() == after
    assert chip.printed == ""


def test_an_update_that_is_never_confirmed_is_taken_back_at_the_next_start(chip: Chip) -> None:
    chip.choose(record(1, VALID), record(2, NEW))
    assert [chip.boot(), chip.boot(), chip.boot()] == ["ota_1", "ota_0", "ota_0"]


DAMAGE = [
    (b"", "image at 0x1e0000 has invalid magic byte (nothing flashed here?)"),
    (broken(NEXT_APP, 2000), "Checksum failed. Calculated 0x"),
    (broken(NEXT_APP, len(NEXT_APP) - 1), "Image hash failed - image is corrupt"),
    (NEXT_APP[:600], "invalid segment length 0xffffffff"),
    (resealed(NEXT_APP[:12] + b"\0" + NEXT_APP[13:]), "mismatch chip ID, expected 9, found 0"),
    (b"\xe9\x20" + NEXT_APP[2:], "image at 0x1e0000 segment count 32 exceeds max 16"),
    (NEXT_APP[:28] + b"\x40\0\0\0" + NEXT_APP[32:], "length 0x40 is too short for app description"),
]


@pytest.mark.parametrize(("image", "complaint"), DAMAGE)
def test_an_app_that_cannot_start_is_left_for_the_other(chip: Chip, image: bytes, complaint: str) -> None:
    chip.choose(record(1, VALID), record(2, VALID))
    chip.put("ota_1", image)
    assert chip.boot() == "ota_0"
    assert complaint in chip.printed
    assert "E (40) boot: OTA app partition slot 1 is not bootable\r\n" in chip.printed


def test_an_app_that_is_longer_than_its_place_is_refused(chip: Chip) -> None:
    rows = [dataclasses.replace(row, size=4096) if row.label == "ota_0" else row for row in partition_table()]
    chip.file.write_table(rows)
    assert chip.boot() == "ota_1"
    assert f"Image length {len(APP)} doesn't fit in partition length 4096" in chip.printed


def test_without_any_app_it_tries_three_times_and_then_waits_to_be_flashed(chip: Chip) -> None:
    chip.put("ota_0", b"")
    chip.put("ota_1", b"")
    assert chip.boot() is None
    assert chip.printed.count("E (40) boot: No bootable app partitions in the partition table") == 3
    assert "rst:0x1 (POWERON)" in chip.printed.splitlines()[2]
    assert chip.printed.count("rst:0x3 (RTC_SW_SYS_RST)") == 2


def test_a_header_with_too_small_a_flash_refuses_the_whole_table(tmp_path: Path) -> None:
    chip = Chip(tmp_path, header_mib=4)  # as MicroPython's own images have it
    chip.put("ota_0", APP)
    assert chip.boot() is None
    # the sentence that jcorp-nomad#66 shows of a real board
    assert (
        "E (40) flash_parts: partition 5 invalid - offset 0x3b0000 size 0x100000 exceeds flash chip size "
        "0x400000\r\nE (40) boot: Failed to verify partition table\r\n"
        "E (40) boot: load partition table error!"
    ) in chip.printed


def test_a_header_with_too_large_a_flash_fails_in_the_app(tmp_path: Path) -> None:
    chip = Chip(tmp_path, header_mib=16)
    chip.put("ota_0", APP)
    assert chip.boot() is None
    assert "Detected size(8192k) smaller than the size in the binary image header(16384k)." in chip.printed


TABLES = [
    (b"\xff" * 0xC00, "partition 0 invalid magic number 0xffff"),
    (broken(table_image(partition_table()), 14), "Incorrect MD5 checksum"),
    (table_image(partition_table())[:32] * 96, "partition table has no terminating entry, not valid"),
    (table_image(partition_table())[:32] + b"\0" * 32, "partition 1 invalid magic number 0x0"),
]


@pytest.mark.parametrize(("table", "complaint"), TABLES)
def test_a_damaged_table_is_refused(chip: Chip, table: bytes, complaint: str) -> None:
    chip.file.put(TABLE_OFFSET, table.ljust(0xC00, b"\xff")[:0xC00])
    assert chip.boot() is None
    assert f"E (40) flash_parts: {complaint}" in chip.printed


def test_a_chip_without_a_boot_loader_says_what_lies_there(chip: Chip) -> None:
    chip.file.put(0, b"\x12\x34\x56\x78")
    assert chip.boot() is None
    assert chip.printed.count("invalid header: 0x78563412") == 3


def test_a_factory_app_is_started_until_an_update_is_chosen(chip: Chip) -> None:
    rows = [dataclasses.replace(row, subtype=0) if row.label == "ota_0" else row for row in partition_table()]
    rows = [dataclasses.replace(row, subtype=0x10) if row.label == "ota_1" else row for row in rows]
    chip.file.write_table(rows)
    assert chip.boot() == "ota_0"
    assert chip.records() == [NOTHING, NOTHING]  # nothing to note
    chip.choose(record(1, NEW))
    assert [chip.boot(), chip.boot()] == ["ota_1", "ota_0"]
    chip.put("ota_0", b"")
    assert chip.boot() == "ota_1"
    assert "Factory app partition is not bootable" in chip.printed


def test_a_start_without_a_complaint_costs_no_operation_but_the_first(chip: Chip) -> None:
    chip.boot()
    assert chip.count.read() == 2
    chip.boot()
    assert chip.count.read() == 2
