"""Images of the ESP32-S3: taken apart and checked, without a chip and without esptool.

A file that MicroPython publishes for the ESP32-S3 is one image of the whole flash: the second-stage boot
loader from 0, a partition table at 0x8000, the app (MicroPython itself) from 0x10000. `read_micropython`
takes the boot loader and the app out of it; its table is never used, since ours (`firmware/port`) differs.

Boot loader and app have the same form (ESP-IDF, "App Image Format", `esp_app_format.h`): a header of 24
bytes, segments of a header (address, length) and data, zeros up to a checksum in the last byte of a block
of 16, and the SHA-256 of all before it. A changed bit anywhere is therefore noticed.

>>> made_up = read_micropython(virtual_micropython_image(), "made-up.bin")
>>> made_up.version, made_up.is_virtual, made_up.architecture
('1.29.0', True, 'x64')
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.build import CHIP_ARCHITECTURES, HOST_ARCHITECTURE

BOOT_LOADER_AT: Final = 0x0
TABLE_AT: Final = 0x8000
APP_AT: Final = 0x10000
ESP32_S3: Final = 9
CHIP_NAMES: Final = {
    0: "ESP32",
    2: "ESP32-S2",
    5: "ESP32-C3",
    9: "ESP32-S3",
    12: "ESP32-C2",
    13: "ESP32-C6",
    16: "ESP32-H2",
    18: "ESP32-P4",
    20: "ESP32-C61",
    23: "ESP32-C5",
}
"""By the number in an image's header (`esp_chip_id_t` of esp-idf)."""
MAGIC: Final = 0xE9
DESCRIPTOR_MAGIC: Final = 0xABCD5432
OLDEST_VERSION: Final = (1, 23)
"""Older ones do not store bonds on the ESP32 (micropython#13258)."""
OLDEST_OF_MPY: Final = {(6, 3): (1, 23), (6, 2): (1, 22), (6, 1): (1, 20), (6, 0): (1, 19)}
"""First MicroPython that loads a `.mpy` of this version and sub-version (its manual, ".mpy files")."""
VIRTUAL_MACHINE: Final = "Plantigrade virtual board with ESP32S3"

_HEADER = struct.Struct("<BBBBI B3B HBHH4s B")  # the second part is the extended header
_SEGMENT = struct.Struct("<II")
_DESCRIPTOR = struct.Struct("<II8s32s32s16s16s32s32s80s")
_SHA_BYTES = 32
_CHECKSUM_SEED = 0xEF
_MOST_SEGMENTS = 16
_SIZE_NIBBLE = {1: 0, 2: 1, 4: 2, 8: 3, 16: 4, 32: 5}  # MiB -> upper half of the header's fourth byte
_NIBBLE_SIZE = {nibble: mib for mib, nibble in _SIZE_NIBBLE.items()}
_VERSION = re.compile(rb"MicroPython v(\d+)\.(\d+)(?:\.(\d+))?([-+.\w]*) on (\d{4}-\d\d-\d\d)")
_MACHINE = re.compile(rb"[\x20-\x7e]{1,120} with ESP32S3")


class ImageError(PlantigradeError):
    """A file is no image of MicroPython that an insole can run."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.problem = problem


class WrongChipError(ImageError):
    """The image is for another chip."""


class DamagedImageError(ImageError):
    """The image is not what its maker made: a checksum differs, or an end is missing."""


class TruncatedImageError(DamagedImageError):
    """The image goes on behind the end of what is there."""


class ImageTooLargeError(ImageError):
    """The app does not fit into the place that the partition table has for it."""


class OldMicroPythonError(ImageError):
    """The image holds a MicroPython that cannot run our files."""


@dataclass(frozen=True)
class EspImage:
    """One checked image: a boot loader or an app.

    Attributes:
        data: exactly the image, with its SHA-256 at the end.
        flash_mib: size of the flash that its header names, in MiB; None for a number that is not known.
        segments: address and length in bytes of each segment.
        idf_version: of ESP-IDF, from the app descriptor; None for a boot loader.
    """

    data: bytes
    flash_mib: int | None
    segments: tuple[tuple[int, int], ...]
    idf_version: str | None

    @property
    def is_app(self) -> bool:
        """Whether it has an app descriptor."""
        return self.idf_version is not None


@dataclass(frozen=True)
class MicroPythonImage:
    """What is used of a file that MicroPython publishes for the ESP32-S3.

    Attributes:
        boot_loader: second stage, for the start of the flash; `with_flash_size` makes it fit.
        app: MicroPython, for a partition of type app.
        version: "1.26.0", or "1.29.0-preview.145.g9458e3a23f" for one between releases.
        number: first three numbers of the version.
        date: of its making, as the image says it: "2025-08-09".
        machine: what the interpreter will say of its board, `sys.implementation._machine`.
        sha256: of the whole file, in hex.
    """

    boot_loader: EspImage
    app: EspImage
    version: str
    number: tuple[int, int, int]
    date: str
    machine: str
    sha256: str

    @property
    def is_virtual(self) -> bool:
        """Whether it is the made-up one, which only a virtual board runs."""
        return self.machine == VIRTUAL_MACHINE

    @property
    def architecture(self) -> str:
        """Of the processor for which our files are compiled, as mpy-cross names it."""
        return HOST_ARCHITECTURE if self.is_virtual else CHIP_ARCHITECTURES["esp32s3"]

    def require_fit(self, slot_bytes: int, mpy: tuple[int, int], name: str) -> None:
        """Check that it fits into a slot and can load files of `.mpy` version `mpy`.

        Raises:
            ImageTooLargeError: the app is larger than `slot_bytes`.
            OldMicroPythonError: it is older than the firmware or its files need.
        """
        size = len(self.app.data)
        if size > slot_bytes:
            raise ImageTooLargeError(
                name,
                f"its app has {size} bytes and the place for it {slot_bytes}; take an image for the ESP32-S3 "
                "without extras, or build one (docs/how-to/build-micropython-for-the-insole.md)",
            )
        oldest = max(OLDEST_VERSION, OLDEST_OF_MPY.get(mpy, OLDEST_VERSION))
        if self.number[:2] < oldest:
            raise OldMicroPythonError(
                name,
                f"it holds MicroPython {self.version}; the firmware needs {oldest[0]}.{oldest[1]} or newer",
            )


def parse_image(data: bytes, name: str, what: str = "image") -> EspImage:
    """The image at the start of `data`, checked; what comes after it is left out.

    Args:
        data: bytes that begin with the image.
        name: of the file, for messages.
        what: which part of the file this is, for messages.

    Raises:
        WrongChipError: for another chip than the ESP32-S3.
        DamagedImageError: truncated, or checksum or SHA-256 differ.
        ImageError: it does not begin with an image.
    """
    if len(data) < _HEADER.size or data[0] != MAGIC:
        raise ImageError(
            name,
            f"its {what} does not begin as an image for an ESP32 does; give the .bin file for the ESP32-S3",
        )
    header = _HEADER.unpack_from(data)
    count, size_and_speed, chip, has_sha = header[1], header[3], header[9], header[14]
    if chip != ESP32_S3:
        raise WrongChipError(name, f"its {what} is for {chip_name(chip)}, not for an ESP32-S3")
    if not 0 < count <= _MOST_SEGMENTS or has_sha != 1:
        raise DamagedImageError(name, f"the header of its {what} is damaged; download the file again")
    segments: list[tuple[int, int]] = []
    at, checksum = _HEADER.size, _CHECKSUM_SEED
    for _ in range(count):
        if at + _SEGMENT.size > len(data):
            raise TruncatedImageError(name, f"its {what} is truncated; download the file again")
        address, length = _SEGMENT.unpack_from(data, at)
        at += _SEGMENT.size
        if at + length > len(data):
            raise TruncatedImageError(name, f"its {what} is truncated or damaged; download the file again")
        checksum = _checksum(data[at : at + length], checksum)
        segments.append((address, length))
        at += length
    at += 15 - at % 16  # the checksum is the last byte of a block of 16
    end = at + 1 + _SHA_BYTES
    if end > len(data):
        raise TruncatedImageError(name, f"its {what} is truncated; download the file again")
    if data[at] != checksum or hashlib.sha256(data[: at + 1]).digest() != data[at + 1 : end]:
        raise DamagedImageError(name, f"its {what} is damaged: the checksum differs; download the file again")
    idf = _idf_version(data[_HEADER.size + _SEGMENT.size : _HEADER.size + _SEGMENT.size + segments[0][1]])
    return EspImage(data[:end], _NIBBLE_SIZE.get(size_and_speed >> 4), tuple(segments), idf)


def chip_name(number: int) -> str:
    """Name of a chip by the number in an image's header."""
    return f"an {CHIP_NAMES[number]}" if number in CHIP_NAMES else f"a chip of number {number}"


def read_micropython(data: bytes, name: str) -> MicroPythonImage:
    """Take MicroPython's one file for the whole flash apart and check its parts.

    Args:
        data: the file.
        name: of the file, for messages.

    Raises:
        WrongChipError: for another chip than the ESP32-S3.
        DamagedImageError: truncated, or a checksum differs.
        ImageError: it is no whole-flash image of MicroPython.
    """
    loader = parse_image(data[:TABLE_AT], name, "boot loader")
    if loader.is_app:
        raise ImageError(
            name,
            "this is the app alone, without its boot loader; give the .bin file for the whole flash, "
            "which MicroPython offers for a first installation",
        )
    if len(data) <= APP_AT:
        raise DamagedImageError(
            name, f"it ends before the app, which begins at {APP_AT:#x}; download the file again"
        )
    app = parse_image(data[APP_AT:], name, "app")
    if not app.is_app:
        raise ImageError(name, "what it has for an app lacks ESP-IDF's description of an app")
    version, machines = _VERSION.search(app.data), _MACHINE.findall(app.data)
    if version is None or not machines:
        raise ImageError(name, "its app is not MicroPython for the ESP32-S3: it does not say so of itself")
    major, minor, patch, rest, date = (part.decode() if part else "" for part in version.groups())
    return MicroPythonImage(
        boot_loader=loader,
        app=app,
        version=f"{major}.{minor}" + (f".{patch}" if patch else "") + rest,
        number=(int(major), int(minor), int(patch or 0)),
        date=date,
        machine=min(machines, key=len).decode(),  # other texts quote it with something before
        sha256=hashlib.sha256(data).hexdigest(),
    )


def with_flash_size(image: bytes, flash_mib: int) -> bytes:
    """A boot loader for a flash of another size: what `esptool --flash-size` makes of it.

    The boot loader refuses a whole partition table that goes beyond the size in its own header.
    """
    changed = bytearray(image[:-_SHA_BYTES])
    changed[3] = (changed[3] & 0x0F) | (_SIZE_NIBBLE[flash_mib] << 4)
    return bytes(changed) + hashlib.sha256(changed).digest()


def mpy_version(files: dict[str, bytes]) -> tuple[int, int]:
    """Highest `.mpy` version and sub-version among files; the sub-version counts for machine code only.

    >>> mpy_version({"a.mpy": bytes([0x4D, 6, 0, 31]), "b.mpy": bytes([0x4D, 6, 0x1B, 31])})
    (6, 3)
    """
    found = [
        (content[1], content[2] & 3)
        for name, content in files.items()
        if name.endswith(".mpy") and len(content) > 3
    ]
    return max(found, default=(6, 0))


def _checksum(data: bytes, seed: int) -> int:
    """XOR of all bytes; folded in halves, since a loop over 1.7 MB takes a quarter of a second."""
    rest = seed
    while len(data) > 64:
        half = len(data) // 2
        if len(data) % 2:
            rest ^= data[-1]
        folded = int.from_bytes(data[:half], "little") ^ int.from_bytes(data[half : 2 * half], "little")
        data = folded.to_bytes(half, "little")
    for byte in data:
        rest ^= byte
    return rest


def _idf_version(first_segment: bytes) -> str | None:
    if len(first_segment) < _DESCRIPTOR.size:
        return None
    magic, *_, idf, _, _ = _DESCRIPTOR.unpack_from(first_segment)
    return idf.rstrip(b"\0").decode("ascii", "replace") if magic == DESCRIPTOR_MAGIC else None


def virtual_micropython_image(
    version: str = "1.29.0", app_bytes: int = 24 * 1024, machine: str = VIRTUAL_MACHINE
) -> bytes:
    """A whole-flash file of the right structure for virtual boards: the same bytes each time.

    It holds no code of MicroPython; a virtual board runs the interpreter for this computer in its place.

    Args:
        version: that its app says it is.
        app_bytes: about how large the app is.
        machine: what it says of its board, to try what is done with an image for a chip.
    """
    loader = _make_image(
        ((0x3FCE2810, _filling("loader", 4096)), (0x403C8700, _filling("loader code", 8192)))
    )
    text = f"MicroPython v{version} on 2026-11-29\0{machine}\0".encode()
    code = app_bytes // 2
    app = _make_image(
        (
            (0x3C0A0020, _descriptor("v5.5.2") + text + _filling(f"data {version}", app_bytes - code)),
            (0x42000020, _filling(f"code {version}", code)),
        )
    )
    parts = ((BOOT_LOADER_AT, loader), (TABLE_AT, _published_table()), (APP_AT, app))
    entire = bytearray(b"\xff" * (APP_AT + len(app)))
    for at, part in parts:
        entire[at : at + len(part)] = part
    return bytes(entire)


def _make_image(segments: tuple[tuple[int, bytes], ...]) -> bytes:
    """An image for the ESP32-S3, DIO, 80 MHz, 4 MiB, as MicroPython's are."""
    header = _HEADER.pack(
        MAGIC, len(segments), 2, (_SIZE_NIBBLE[4] << 4) | 0xF, segments[-1][0],
        0xEE, 0, 0, 0, ESP32_S3, 0, 0, 0xFFFF, bytes(4), 1,
    )  # fmt: skip
    image, checksum = bytearray(header), _CHECKSUM_SEED
    for address, data in segments:
        padded = data.ljust(-(-len(data) // 4) * 4, b"\0")
        image += _SEGMENT.pack(address, len(padded)) + padded
        checksum = _checksum(padded, checksum)
    image += bytes(15 - len(image) % 16) + bytes([checksum])
    return bytes(image) + hashlib.sha256(image).digest()


def _descriptor(idf_version: str) -> bytes:
    return _DESCRIPTOR.pack(
        DESCRIPTOR_MAGIC, 0, bytes(8), b"", b"", b"", b"", idf_version.encode(), bytes(32), bytes(80)
    )


def _published_table() -> bytes:
    """Partition table as MicroPython's own images have it: without our partitions."""
    rows = (
        ("nvs", 1, 2, 0x9000, 0x6000),
        ("phy_init", 1, 1, 0xF000, 0x1000),
        ("factory", 0, 0, 0x10000, 0x1F0000),
    )
    table = b"".join(
        struct.pack("<HBBII16sI", 0x50AA, kind, subtype, at, size, label.encode(), 0)
        for label, kind, subtype, at, size in rows
    )
    table += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(table).digest()
    return table.ljust(0xC00, b"\xff")


def _filling(seed: str, length: int) -> bytes:
    """Bytes that look like code: they do not compress away."""
    blocks = (hashlib.sha256(f"{seed} {n}".encode()).digest() for n in range(-(-length // _SHA_BYTES)))
    return b"".join(blocks)[:length]
