"""Whether a partition holds an image that the boot loader would start: ESP-IDF's checks (`esp_image_verify`).

The boot loader's model on the host has the same ones (`plantigrade.twin.boot_loader.image`); a test holds the
two to each other.
"""

import hashlib
import struct

import micropython

_HEADER = "<BBBBIBBBBHBHHIB"  # magic, segments, ..., chip (9), ..., has SHA-256 (14)
_HEADER_SIZE = 24
_SEGMENT_SIZE = 8
_MAGIC = 0xE9
_CHIP = 9  # ESP32-S3
_MOST_SEGMENTS = 16
_DESCRIPTOR_SIZE = 256
_LONGEST_SEGMENT = 16 << 20
_SEED = 0xEF
_SHA_SIZE = 32
_BLOCK = 4096
_buffer = bytearray(_BLOCK)


@micropython.viper
def _xor(data: ptr8, count: int, rest: int) -> int:  # noqa: F821 (types of viper)
    for i in range(count):
        rest ^= data[i]
    return rest


class _Reader:
    """Bytes of a partition in their order, hashed on the way."""

    def __init__(self, device):
        self._device = device
        self._end = device.ioctl(4, 0) * _BLOCK
        self.at = 0
        self.hash = hashlib.sha256()

    def take(self, count):
        """The next bytes, at most a block; None beyond the end."""
        if self.at + count > self._end:
            return None
        data = memoryview(_buffer)[:count]
        first = min(count, _BLOCK - self.at % _BLOCK)
        self._device.readblocks(self.at // _BLOCK, data[:first], self.at % _BLOCK)
        if first < count:
            self._device.readblocks(self.at // _BLOCK + 1, data[first:], 0)
        self.at += count
        return data


def is_valid(device):
    """Whether the image in a block device can be started."""
    reader = _Reader(device)
    raw = reader.take(_HEADER_SIZE)
    header = struct.unpack(_HEADER, raw)
    if header[0] != _MAGIC or header[9] != _CHIP or header[1] > _MOST_SEGMENTS:
        return False
    reader.hash.update(raw)
    checksum = _SEED
    for index in range(header[1]):
        checksum = _segment(reader, index, checksum)
        if checksum < 0:
            return False
    rest = reader.take(16 - reader.at % 16)
    if rest is None or rest[-1] != checksum:
        return False
    reader.hash.update(rest)
    if not header[14]:
        return True
    digest = reader.hash.digest()
    stored = reader.take(_SHA_SIZE)
    return stored is not None and bytes(stored) == digest


def _segment(reader, index, checksum):
    """The checksum after one segment; -1 when it is not one."""
    raw = reader.take(_SEGMENT_SIZE)
    if raw is None:
        return -1
    length = struct.unpack("<II", raw)[1]
    if length % 4 or length >= _LONGEST_SEGMENT or (index == 0 and length < _DESCRIPTOR_SIZE):
        return -1
    reader.hash.update(raw)
    while length:
        data = reader.take(min(length, _BLOCK))
        if data is None:
            return -1
        reader.hash.update(data)
        checksum = _xor(data, len(data), checksum)
        length -= len(data)
    return checksum
