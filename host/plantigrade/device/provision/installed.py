"""What is installed on a board, from the bytes of its flash: MicroPython's image and the firmware's files."""

import hashlib
import json
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast
from zlib import crc32

from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.firmware_image.build import BLOCK_SIZE
from plantigrade.firmware_image.esp_image import DamagedImageError, parse_image

CODE: Final = (".py", ".mpy")
_SLOTS: Final = "slots"
_VERSION: Final = re.compile(rb"MicroPython (v[0-9][\w.\-+]{0,40}) on \d{4}-\d\d-\d\d")
_OTA_ENTRY: Final = struct.Struct("<I20sII")
_OTA_SECTOR: Final = 4096


class InstalledError(PlantigradeError):
    """What is on a board is not what belongs there."""


@dataclass(frozen=True)
class Installed:
    """Version and hash of MicroPython, hash of the firmware's files."""

    micropython: str
    micropython_sha256: str
    firmware_sha256: str


def app_slot(otadata: bytes) -> int:
    """Which app partition the boot loader starts: 0 or 1, by the greater valid number; 0 for blank data.

    >>> app_slot(b"\\xff" * 8192)
    0
    """
    numbers = [0]
    for sector in range(2):
        number, _, _, crc = _OTA_ENTRY.unpack_from(otadata, sector * _OTA_SECTOR)
        if number != 0xFFFFFFFF and crc == crc32(struct.pack("<I", number), 0xFFFFFFFF):
            numbers.append(number)
    return (max(numbers) - 1) % 2 if max(numbers) else 0


def micropython_of(app: bytes) -> tuple[str, str] | None:
    """Version and SHA-256 of the app at the start of `app`; None where it goes on behind its end.

    Raises:
        InstalledError: it is no image, or damaged in a way that more bytes do not mend.
    """
    try:
        image = parse_image(app, "the board")
    except DamagedImageError as error:
        if "truncated" in str(error):
            return None
        raise InstalledError(f"MicroPython on the board is damaged ({error}); flash it again") from error
    except PlantigradeError as error:
        raise InstalledError(f"there is no MicroPython on the board ({error}); flash it") from error
    found = _VERSION.search(image.data)
    version = found.group(1).decode() if found else "unknown"
    return version, hashlib.sha256(image.data).hexdigest()


def files_of(partition: bytes) -> dict[str, bytes]:
    """The files of a littlefs partition by path.

    Raises:
        InstalledError: there is no file system.
    """
    try:
        from littlefs import LittleFS, LittleFSError
        from littlefs.context import UserContext
    except ImportError as error:
        raise MissingPartError("reading a board's file system", "flash", "littlefs") from error
    context = UserContext(buffsize=len(partition))
    context.buffer = bytearray(partition)
    try:
        fs = LittleFS(
            context=context, block_size=BLOCK_SIZE, block_count=len(partition) // BLOCK_SIZE, mount=True
        )
        found: dict[str, bytes] = {}
        for folder, _, names in fs.walk("/"):
            for name in names:
                path = f"{folder.rstrip('/')}/{name}"
                with cast(BinaryIO, fs.open(path, "rb")) as file:  # pyright: ignore[reportUnknownMemberType]
                    found[path.lstrip("/")] = file.read()
    except (LittleFSError, UnicodeDecodeError) as error:
        raise InstalledError(f"there are no files on the board ({error}); flash it") from error
    return found


def firmware_sha256(files: Iterable[tuple[str, bytes]]) -> str:
    """Hash of a board's code: path and content of each file in the order of their paths.

    What the insole stores (settings, bonds, numbers) is no code; of two slots the one that runs counts.

    >>> firmware_sha256([("b.py", b"1"), ("a.mpy", b"2"), ("settings.json", b"{}")])[:8]
    '43fb8ef1'
    """
    by_path = dict(files)
    active = _active_slot(by_path.get("slot.json", b""))
    total = hashlib.sha256()
    for path in sorted(by_path):
        parts = PurePosixPath(path).parts
        if not path.endswith(CODE) or (parts[0] == _SLOTS and parts[1:2] != (active,)):
            continue
        total.update(path.encode() + b"\0" + hashlib.sha256(by_path[path]).digest())
    return total.hexdigest()


def _active_slot(content: bytes) -> str:
    try:
        values = json.loads(content)
        return str(values["slot"])
    except (ValueError, KeyError, TypeError):
        return "a"
