"""Which app starts next: the records in `otadata`, as ESP-IDF's app side writes them (`esp_ota_ops.c`).

The boot loader's side is `plantigrade.firmware_image.ota_data` on the host.
"""

import binascii
import struct

from sim.chip import app_image, hardware

NEW, VALID, INVALID, ABORTED = 0, 2, 3, 4
_NOTHING = 0xFFFFFFFF
_ENTRY = "<I20sII"  # sequence, label, state, CRC
_ENTRY_SIZE = 32
_NO_LABEL = b"\xff" * 20
_APP, _DATA, _OTA_DATA = 0, 1, 0
_FIRST_SLOT, _LAST_SLOT, _FACTORY, _TEST = 0x10, 0x1F, 0x00, 0x20
INVALID_ARG, NOT_FOUND, FAIL, VALIDATE_FAILED = 0x102, 0x105, -1, 0x1503  # esp_err_t
_NAMES = {
    INVALID_ARG: "ESP_ERR_INVALID_ARG",
    NOT_FOUND: "ESP_ERR_NOT_FOUND",
    FAIL: "ESP_FAIL",
    VALIDATE_FAILED: "ESP_ERR_OTA_VALIDATE_FAILED",
}


def fail(code):
    """Raise what MicroPython makes of an error of ESP-IDF's (`check_esp_err_`)."""
    raise OSError(-code, _NAMES[code])


def _find(kind, subtype):
    for entry in hardware.partitions:
        if entry.type == kind and entry.subtype == subtype:
            return entry
    return None


def _slots():
    """The app partitions for updates, `ota_0` first, up to the first number that is missing."""
    found = []
    while len(found) <= _LAST_SLOT - _FIRST_SLOT:
        entry = _find(_APP, _FIRST_SLOT + len(found))
        if entry is None:
            break
        found.append(entry)
    return found


def _crc(sequence):
    return binascii.crc32(struct.pack("<I", sequence), _NOTHING) & _NOTHING


def _read():
    """(partition, [(sequence, state) or None for a record that does not count], all are out)."""
    data = _find(_DATA, _OTA_DATA)
    if data is None:
        fail(NOT_FOUND)
    raw = bytearray(_ENTRY_SIZE)
    entries = []
    out = 0
    for block in range(2):
        data.device.readblocks(block, raw, 0)
        sequence, _label, state, crc = struct.unpack(_ENTRY, raw)
        is_out = sequence == _NOTHING or state in (INVALID, ABORTED)
        out += is_out
        entries.append(None if is_out or crc != _crc(sequence) else (sequence, state))
    return data, entries, out == 2


def _active(entries):
    """Number of the record that counts; -1 when none does."""
    if entries[0] and entries[1]:
        return 0 if entries[0][0] >= entries[1][0] else 1
    return 0 if entries[0] else 1 if entries[1] else -1


def _write(data, block, sequence, state):
    data.device.ioctl(6, block)
    data.device.writeblocks(block, struct.pack(_ENTRY, sequence, _NO_LABEL, state, _crc(sequence)), 0)


def running():
    """The partition whose app runs."""
    for entry in hardware.partitions:
        if entry.label == hardware.running:
            return entry
    return None


def chosen():
    """The partition that starts next, as far as the records say (`esp_ota_get_boot_partition`)."""
    if _find(_DATA, _OTA_DATA) is None:
        return None
    _data, entries, all_out = _read()
    slots = _slots()
    active = _active(entries)
    if not all_out and slots and active >= 0:
        return slots[(entries[active][0] - 1) % len(slots)]
    return _find(_APP, _FACTORY) or (slots[0] if slots else _find(_APP, _TEST))


def after(entry):
    """The next partition for an update (`esp_ota_get_next_update_partition`)."""
    slots = [found for found in hardware.partitions if _is_slot(found)]
    slots.sort(key=lambda found: found.subtype)
    if not slots:
        return None
    return slots[(slots.index(entry) + 1) % len(slots)] if entry in slots else slots[0]


def _is_slot(entry):
    return entry.type == _APP and _FIRST_SLOT <= entry.subtype <= _LAST_SLOT


def choose(entry):
    """Let this partition start next, on trial (`esp_ota_set_boot_partition`)."""
    if not app_image.is_valid(entry.device):
        fail(VALIDATE_FAILED)
    if entry.type != _APP:
        fail(INVALID_ARG)
    data, entries, _all_out = _read()
    if entry.subtype == _FACTORY:
        for block in range(data.size // 4096):
            data.device.ioctl(6, block)
        return
    count = len(_slots())
    slot = entry.subtype - _FIRST_SLOT
    if not 0 <= slot < count:
        fail(INVALID_ARG)
    active = _active(entries)
    if active < 0:
        _write(data, 0, slot + 1, NEW)
        return
    sequence = entries[active][0]
    if (sequence - 1) % count == slot:
        _write(data, active, sequence, NEW)
        return
    following = (slot + 1) % count
    while sequence > following:
        following += count
    _write(data, 1 - active, following, NEW)


def confirm():
    """The app that runs is good (`esp_ota_mark_app_valid_cancel_rollback`)."""
    data, entries, _all_out = _read()
    active = _active(entries)
    if active < 0 or not _slots():
        fail(FAIL)
    sequence, state = entries[active]
    if state != VALID:
        _write(data, active, sequence, VALID)
