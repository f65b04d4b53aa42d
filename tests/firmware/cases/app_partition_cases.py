"""`esp32.Partition` of the virtual chip: which app runs, which starts next, and what is refused."""

import chip  # noqa: F401 - first: puts its time in place
import binascii
import hashlib
import struct

import esp32
from log_kit.devices import RamFlash
from sim.chip import hardware

NEW, PENDING, VALID, INVALID, ABORTED = 0, 1, 2, 3, 4
NO_SEQUENCE = 0xFFFFFFFF
APP, DATA = 0, 1
Partition = esp32.Partition


def image(length=4096, chip_number=9, filling=0x11):
    """An app of one segment."""
    data = bytes((filling,)) * length
    raw = struct.pack(
        "<BBBBIBBBBHBHHIB", 0xE9, 1, 2, 0x3F, 0x42000020, 0xEE, 0, 0, 0, chip_number, 0, 0, 0, 0, 1
    )
    raw += struct.pack("<II", 0x3C000020, length) + data
    checksum = 0xEF
    for byte in data:
        checksum ^= byte
    raw += bytes(15 - len(raw) % 16) + bytes((checksum,))
    return raw + hashlib.sha256(raw).digest()


class Flash:
    """A chip with two places for apps; `put` writes an app, `records` reads what starts next."""

    def __init__(self, running="ota_0"):
        self.data, self.slots = RamFlash(2), (RamFlash(4), RamFlash(4))
        entry = hardware.PartitionEntry
        self.entries = [
            entry("otadata", self.data, DATA, 0, 0xD000),
            entry("ota_0", self.slots[0], APP, 0x10, 0x10000),
            entry("ota_1", self.slots[1], APP, 0x11, 0x20000),
        ]
        self.running = running

    def __enter__(self):
        self._before = list(hardware.partitions), hardware.running
        hardware.partitions[:], hardware.running = self.entries, self.running
        return self

    def __exit__(self, *_):
        hardware.partitions[:], hardware.running = self._before

    def put(self, slot, content):
        self.slots[slot].data[: len(content)] = content

    def write(self, sector, sequence, state, crc=None):
        """One record, as the boot loader writes it."""
        if crc is None:
            crc = binascii.crc32(struct.pack("<I", sequence), 0xFFFFFFFF)
        raw = struct.pack("<I20sII", sequence, b"\xff" * 20, state, crc)
        self.data.data[sector * 4096 : sector * 4096 + 32] = raw

    def records(self):
        """(sequence, state) of both."""
        found = []
        for sector in (0, 1):
            values = struct.unpack("<I20sII", self.data.data[sector * 4096 : sector * 4096 + 32])
            found.append((values[0], values[2]))
        return found


def error_of(action, *arguments):
    """What an action raised."""
    try:
        action(*arguments)
    except (OSError, ValueError) as error:
        return error
    raise AssertionError("nothing was raised")


def test_partitions_are_found_by_type_subtype_and_label():
    with Flash():
        assert [found.info()[4] for found in Partition.find()] == ["ota_0", "ota_1"]
        assert [found.info()[4] for found in Partition.find(Partition.TYPE_APP, 0x11)] == ["ota_1"]
        assert [found.info()[4] for found in Partition.find(Partition.TYPE_DATA)] == ["otadata"]
        assert not Partition.find(Partition.TYPE_DATA, label="ota_0")
        assert Partition("ota_1").info() == (APP, 0x11, 0x20000, 16384, "ota_1", False)
        assert error_of(Partition, "music").args[0] == 2
        assert isinstance(error_of(Partition, 7), ValueError)


def test_what_runs_is_what_the_boot_loader_has_started():
    for label, following in (("ota_0", "ota_1"), ("ota_1", "ota_0")):
        with Flash(label):
            running = Partition(Partition.RUNNING)
            assert running.info()[4] == label
            assert running.get_next_update().info()[4] == following
    with Flash("") as flash:
        assert error_of(Partition, Partition.RUNNING).args[0] == 2
        assert Partition("otadata").get_next_update().info()[4] == "ota_0"
        del flash.entries[1:], hardware.partitions[1:]
        assert error_of(Partition("otadata").get_next_update).args[0] == 2


def test_the_records_say_what_starts_next():
    table = (
        ((NO_SEQUENCE, NO_SEQUENCE), (NO_SEQUENCE, NO_SEQUENCE), "ota_0"),  # erased
        ((1, VALID), (NO_SEQUENCE, NO_SEQUENCE), "ota_0"),
        ((1, VALID), (2, NEW), "ota_1"),
        ((3, VALID), (2, VALID), "ota_0"),
        ((1, VALID), (2, ABORTED), "ota_0"),
        ((1, INVALID), (2, ABORTED), "ota_0"),  # both given up: the first one there is
    )
    for first, second, label in table:
        with Flash() as flash:
            flash.write(0, *first)
            flash.write(1, *second)
            assert Partition(Partition.BOOT).info()[4] == label, (first, second)
    with Flash() as flash:
        flash.write(0, 1, VALID)
        flash.write(1, 2, VALID, crc=7)
        assert Partition(Partition.BOOT).info()[4] == "ota_0"  # the CRC of the later one is wrong


def test_an_update_is_chosen_on_trial_and_confirmed():
    with Flash() as flash:
        flash.write(0, 1, VALID)
        flash.put(1, image())
        update = Partition(Partition.RUNNING).get_next_update()
        update.set_boot()
        assert flash.records() == [(1, VALID), (2, NEW)]
        update.set_boot()  # again changes nothing
        assert flash.records() == [(1, VALID), (2, NEW)]
        assert Partition(Partition.BOOT).info()[4] == "ota_1"
    with Flash("ota_1") as flash:
        flash.write(0, 1, VALID)
        flash.write(1, 2, PENDING)
        Partition.mark_app_valid_cancel_rollback()
        assert flash.records() == [(1, VALID), (2, VALID)]
        erases = list(flash.data.erases)
        Partition.mark_app_valid_cancel_rollback()
        assert flash.data.erases == erases  # what is confirmed costs no erase
        flash.put(0, image())
        Partition(Partition.RUNNING).get_next_update().set_boot()
        assert flash.records() == [(3, NEW), (2, VALID)]


def test_the_first_choice_of_a_new_chip_writes_the_first_record():
    with Flash() as flash:
        flash.put(1, image())
        Partition("ota_1").set_boot()
        assert flash.records() == [(2, NEW), (NO_SEQUENCE, NO_SEQUENCE)]


def test_an_update_after_one_that_was_taken_back_takes_its_record():
    with Flash() as flash:
        flash.write(0, 1, VALID)
        flash.write(1, 2, ABORTED)
        flash.put(1, image())
        Partition("ota_1").set_boot()
        assert flash.records() == [(1, VALID), (2, NEW)]


def test_an_image_that_could_not_be_started_is_refused_and_nothing_is_written():
    good = image()
    damaged = bytearray(good)
    damaged[1000] ^= 4
    other_hash = bytearray(good)
    other_hash[-1] ^= 1
    too_short = image(128)
    table = (
        b"", bytes(damaged), bytes(other_hash), good[:2000], image(chip_number=0), too_short,
        image(16384 - 20), b"\xe9\xff" + good[2:],
    )  # fmt: skip
    for content in table:
        with Flash() as flash:
            flash.write(0, 1, VALID)
            flash.put(1, content[:16384])
            error = error_of(Partition("ota_1").set_boot)
            assert error.args == (-0x1503, "ESP_ERR_OTA_VALIDATE_FAILED"), content[:8]
            assert flash.records() == [(1, VALID), (NO_SEQUENCE, NO_SEQUENCE)]


def test_without_records_nothing_is_chosen_and_nothing_confirmed():
    with Flash() as flash:
        assert error_of(Partition.mark_app_valid_cancel_rollback).args == (1, "ESP_FAIL")
        flash.put(1, image())
        del hardware.partitions[0]
        assert error_of(Partition("ota_1").set_boot).args == (-0x105, "ESP_ERR_NOT_FOUND")
        assert error_of(Partition, Partition.BOOT).args[0] == 2


def test_choosing_is_one_erase_and_one_write():
    with Flash() as flash:
        flash.write(0, 1, VALID)
        flash.put(1, image())
        before = flash.data.changes
        Partition("ota_1").set_boot()
        assert flash.data.changes == before + 2
