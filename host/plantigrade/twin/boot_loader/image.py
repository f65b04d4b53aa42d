"""Whether an app's image can be started: ESP-IDF's checks in their order, in its own words.

Left out: addresses of segments (nothing is loaded here), revisions of the chip, signatures (Secure Boot).
"""

import hashlib
import struct
from typing import Final

import numpy as np

from plantigrade.twin.nor_flash import NorFlash
from plantigrade.twin.rom.fuses import ESP32_S3

MAGIC: Final = 0xE9
HEADER: Final = struct.Struct("<BBBBIBBBBHBHHIB")
"""magic, segments, mode, speed and size, entry, pins (4), chip, revisions (3), reserved, has SHA-256."""
_SEGMENT = struct.Struct("<II")
_MAX_SEGMENTS = 16
_DESCRIPTOR_BYTES = 256  # esp_app_desc_t, which the first segment begins with
_LONGEST_SEGMENT = 16 << 20  # ESP_IMAGE_MAX_FLASH_ADDR_SIZE
_CHECKSUM_SEED = 0xEF
_SHA_BYTES = 32
_TAG = "esp_image"


class ImageRefusedError(Exception):
    """The image cannot be started; `tag` and the text are those of ESP-IDF's message."""

    def __init__(self, text: str, tag: str = _TAG) -> None:
        super().__init__(text)
        self.tag = tag


def check_image(flash: NorFlash, offset: int, size: int) -> int:
    """Check the image in a partition; how long it is, in bytes.

    Raises:
        ImageRefusedError: it cannot be started.
    """
    header = _header(flash, offset)
    total = hashlib.sha256(flash.read(offset, HEADER.size))
    at, checksum = offset + HEADER.size, _CHECKSUM_SEED
    for index in range(header[1]):
        length = _segment_length(flash, at, index)
        data = flash.read(at + _SEGMENT.size, length)
        total.update(flash.read(at, _SEGMENT.size))
        total.update(data)
        checksum ^= checksum_of(data)
        at += _SEGMENT.size + length
    end = offset + ((at - offset + 1 + 15) & ~15)  # a byte for the checksum, at the end of a block of 16
    last = flash.read(at, end - at)
    found = last[-1] if last else 0
    if found != checksum:
        raise ImageRefusedError(f"Checksum failed. Calculated {checksum:#x} read {found:#x}")
    total.update(last)
    length = end - offset + (_SHA_BYTES if header[-1] else 0)
    if length > size:
        raise ImageRefusedError(f"Image length {length} doesn't fit in partition length {size}")
    if header[-1] and flash.read(end, _SHA_BYTES) != total.digest():
        raise ImageRefusedError("Image hash failed - image is corrupt")
    return length


def checksum_of(data: bytes) -> int:
    """XOR of all bytes."""
    return int(np.bitwise_xor.reduce(np.frombuffer(data, np.uint8))) if data else 0


def _header(flash: NorFlash, offset: int) -> tuple[int, ...]:
    raw = flash.read(offset, HEADER.size)
    if len(raw) < HEADER.size or raw[0] != MAGIC:
        raise ImageRefusedError(f"image at {offset:#x} has invalid magic byte (nothing flashed here?)")
    header = HEADER.unpack(raw)
    chip = header[9]
    if chip != ESP32_S3:
        raise ImageRefusedError(f"mismatch chip ID, expected {ESP32_S3}, found {chip}", "boot_comm")
    if header[1] > _MAX_SEGMENTS:
        raise ImageRefusedError(f"image at {offset:#x} segment count {header[1]} exceeds max {_MAX_SEGMENTS}")
    return header


def _segment_length(flash: NorFlash, at: int, index: int) -> int:
    raw = flash.read(at, _SEGMENT.size)
    if len(raw) < _SEGMENT.size:
        raise ImageRefusedError(f"bootloader_flash_read failed at {at:#010x}")
    length = _SEGMENT.unpack(raw)[1]
    if length % 4 or length >= _LONGEST_SEGMENT:
        raise ImageRefusedError(f"invalid segment length {length:#x}")
    if index == 0 and length < _DESCRIPTOR_BYTES:
        raise ImageRefusedError(f"Segment 0: length {length:#x} is too short for app description")
    if not flash.holds(at + _SEGMENT.size, length):
        raise ImageRefusedError(f"bootloader_mmap({at + _SEGMENT.size:#x}, {length:#x}) failed")
    return length
