"""The partition table in the flash, as ESP-IDF reads it (`esp_partition_info_t`; 32 bytes a row)."""

import struct

OFFSET = 0x8000
_ROW = "<HBBII16sI"  # magic, type, subtype, offset, size, label, flags
_ROW_SIZE = 32
_MAGIC = 0x50AA
_MOST_ROWS = 95
ENCRYPTED, READ_ONLY = 1, 2  # flags


def rows(file):
    """(label, type, subtype, offset, size, flags) of each partition, in the table's order."""
    file.seek(OFFSET)
    found = []
    while len(found) < _MOST_ROWS:
        magic, kind, subtype, offset, size, label, flags = struct.unpack(_ROW, file.read(_ROW_SIZE))
        if magic != _MAGIC:
            break
        found.append((str(label.rstrip(b"\0"), "utf-8"), kind, subtype, offset, size, flags))
    return found
