"""What is installed on a board, from the bytes of its flash: MicroPython's image and the firmware's files."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.board_files import FACTORY_SLOT, board_files
from plantigrade.firmware_image.build import (
    BLOCK_SIZE,
    CHIP_ARCHITECTURES,
    HOST_ARCHITECTURE,
    FirmwareError,
    build_firmware,
    littlefs_files,
)
from plantigrade.firmware_image.esp_image import (
    VIRTUAL_MACHINE,
    DamagedImageError,
    TruncatedImageError,
    parse_image,
)
from plantigrade.firmware_image.ota_data import active, entry_in
from plantigrade.firmware_image.partition_table import (
    TABLE_OFFSET,
    TABLE_SIZE,
    partition_table,
    rows_of_image,
)

CODE: Final = (".py", ".mpy")
START_BYTES: Final = 64 * 1024
"""Of an app that are read first: a made-up image ends within them."""
_SLOTS: Final = "slots"
_KEYS: Final = "launcher/keys.py"
_VERSION: Final = re.compile(rb"MicroPython (v[0-9][\w.\-+]{0,40}) on \d{4}-\d\d-\d\d")


class InstalledError(PlantigradeError):
    """What is on a board is not what belongs there."""


@dataclass(frozen=True)
class Installed:
    """Version and hash of MicroPython, hash of the firmware's files."""

    micropython: str
    micropython_sha256: str
    firmware_sha256: str


def app_slot(otadata: bytes) -> int:
    """Which app partition the boot loader starts: 0 or 1; 0 for blank data.

    >>> app_slot(b"\\xff" * 8192)
    0
    """
    entries = [entry_in(otadata[sector * BLOCK_SIZE :]) for sector in (0, 1)]
    chosen = active(entries)
    return 0 if chosen is None else (entries[chosen].sequence - 1) % 2


def micropython_of(app: bytes) -> tuple[str, str] | None:
    """Version and SHA-256 of the app at the start of `app`; None where it goes on behind its end.

    Raises:
        InstalledError: it is no image, or damaged in a way that more bytes do not mend.
    """
    try:
        image = parse_image(app, "the board")
    except TruncatedImageError:
        return None
    except DamagedImageError as error:
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
        return littlefs_files(partition)
    except FirmwareError as error:
        raise InstalledError(f"there are no files on the board ({error}); flash it") from error


def firmware_sha256(files: Iterable[tuple[str, bytes]]) -> str:
    """Hash of a board's code: path and content of each file of launcher and active slot, in their order.

    What the insole stores (settings, bonds, numbers) is no code, and the launcher's public keys are the
    maker's choice.

    >>> firmware_sha256([("b.py", b"1"), ("slots/a/a.mpy", b"2"), ("settings.json", b"{}")])[:8]
    '43fb8ef1'
    """
    by_path = dict(files)
    slot = f"{_SLOTS}/{_active_slot(by_path.get('slot.json', b''))}/"
    code = {
        path.removeprefix(slot): content
        for path, content in by_path.items()
        if path.endswith(CODE) and path != _KEYS and (path.startswith(slot) or not path.startswith(_SLOTS))
    }
    total = hashlib.sha256()
    for path in sorted(code):
        total.update(path.encode() + b"\0" + hashlib.sha256(code[path]).digest())
    return total.hexdigest()


def _active_slot(content: bytes) -> str:
    try:
        values = json.loads(content)
        return str(values["active"])
    except (ValueError, KeyError, TypeError):
        return FACTORY_SLOT


async def read_installed(
    read: Callable[[int, int], Awaitable[bytes]], flash_mib: int, expected: Callable[[str], str]
) -> Installed:
    """What is on a board in its boot loader, checked to be whole and to be what belongs there.

    Args:
        read: gives bytes of the flash from an offset on.
        flash_mib: its size.
        expected: hash of the firmware's files for an architecture of mpy-cross.

    Raises:
        InstalledError: the table, MicroPython or the files are not what belongs there.
    """
    rows = {row.label: row for row in partition_table(flash_mib)}
    first_app = rows["ota_0"].offset
    start = await read(TABLE_OFFSET, first_app + START_BYTES - TABLE_OFFSET)
    try:
        there = {row.label: row for row in rows_of_image(start[:TABLE_SIZE])}
    except FirmwareError as error:
        raise InstalledError(f"the board has no partition table of ours ({error}); flash it") from error
    if there != rows:
        raise InstalledError(
            "the board has another partition table; flash it with `plantigrade device flash`"
        )
    otadata = rows["otadata"]
    slot = app_slot(start[otadata.offset - TABLE_OFFSET :][: otadata.size])
    app = rows[f"ota_{slot}"]
    data = start[first_app - TABLE_OFFSET :] if slot == 0 else await read(app.offset, START_BYTES)
    found = micropython_of(data)
    if found is None:
        data = await read(app.offset, app.size)
        found = micropython_of(data)
    if found is None:
        raise InstalledError("MicroPython on the board is cut short; flash it again")
    architecture = HOST_ARCHITECTURE if VIRTUAL_MACHINE.encode() in data else CHIP_ARCHITECTURES["esp32s3"]
    files = files_of(await read(rows["vfs"].offset, rows["vfs"].size))
    own = firmware_sha256(files.items())
    if own != expected(architecture):
        raise InstalledError(
            "the files on the board are not those of this version of plantigrade; flash it again"
        )
    return Installed(found[0], found[1], own)


@cache
def expected_sha256(architecture: str) -> str:
    """Hash of the firmware's files as this version of plantigrade puts them onto a board."""
    return firmware_sha256(board_files(build_firmware(architecture)))
