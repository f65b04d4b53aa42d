"""Flash one board: image and files made, board found and asked, plan, writing, restart, hello."""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from insole_protocol import ids

from plantigrade.bridge.insole import Identity
from plantigrade.device import targets
from plantigrade.device.flash.errors import (
    FlashError,
    NoHelloError,
    NotABoardError,
    PortError,
    WriteBrokenError,
    WrongBoardError,
)
from plantigrade.device.flash.esptool import UNTIL_COMPLETE, Chip, Esptool, WriteLog, require_esptool
from plantigrade.device.flash.own_files import OwnFiles, Rescue, UnreadableError, of_partition
from plantigrade.device.flash.plan import ERASED, FILES, FlashPlan, Wishes, known_labels, make_plan
from plantigrade.device.flash.ports import BoardPort, appear_again, ask_for_hello
from plantigrade.device.flash.settings import (
    BOOT_SECTOR_BYTES,
    FLASH_SIZES_MIB,
    POLL_S,
    RESTART_S,
    SLOTS_UNTIL_ERASED,
    START_BYTES,
    WAIT_FOR_HELLO_S,
)
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.firmware_image.board_files import board_files, firmware_version
from plantigrade.firmware_image.build import FirmwareError, build_firmware, littlefs_image
from plantigrade.firmware_image.esp_image import (
    BOOT_LOADER_AT,
    MicroPythonImage,
    mpy_version,
    read_micropython,
    virtual_micropython_image,
)
from plantigrade.firmware_image.known_images import KnownImage, require_known
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.firmware_image.signing import KeyFileError, PublicKey, launcher_keys
from plantigrade.link.base import LinkError
from plantigrade.link.usb import UsbLink


class NoReleaseKeyError(FirmwareError):
    """There is no key for releases that a real insole could trust."""


SAFE_MODE: Final = "+safe"
"""How the version of a firmware in safe mode ends (`firmware/safe_mode`)."""
NUMBERS: Final = "numbers.json"
"""The insole's file of the numbers that outlive its log."""
Report = Callable[[str], None]
"""Called with a line for people at each step."""
Progress = Callable[[int, int], None]
"""Called with bytes written and bytes to write."""


@dataclass(frozen=True)
class Contents:
    """What goes onto a board, checked, before any board is looked at.

    Attributes:
        image: MicroPython.
        known: its row in the list of known images; None for one that was accepted by its hash, or is made up.
        file_system: image of the partition `vfs`.
        firmware: version of the firmware in it.
        files: what the image holds, by path.
    """

    image: MicroPythonImage
    known: KnownImage | None
    file_system: bytes
    firmware: str
    files: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Numbers:
    """How far an insole had counted before it was flashed.

    Attributes:
        boot: number of its last boot.
        next_seq: slots before this one have been used.
    """

    boot: int
    next_seq: int


def going_on_from(contents: Contents, numbers: Numbers) -> Contents:
    """The same with a file that lets an insole whose log is erased go on counting, so that no number comes
    twice and what is gone is known as erased on command (`firmware/insole/persistent_counters.py`).

    Raises:
        FirmwareError: the files do not fit.
    """
    content = {
        "min_reader": 1,
        "boot": numbers.boot,
        "to_seq": min(numbers.next_seq + SLOTS_UNTIL_ERASED, ids.NO_SEQ - 1),
        "unlogged": False,
        "erased": True,
    }
    files = (*contents.files, (NUMBERS, json.dumps(content).encode()))
    return replace(contents, file_system=_file_system(files), files=files)


def keeping(contents: Contents, own: OwnFiles) -> Contents:
    """The same with what the insole's own files said.

    Raises:
        FirmwareError: the files do not fit.
    """
    files = own.put_into(contents.files)
    return replace(contents, file_system=_file_system(files), files=files)


@dataclass
class Flashed:
    """What flashing did.

    Attributes:
        port: on which the board is now.
        chip: which it is.
        was: who it was, if a running insole.
        plan: what was to be done.
        log: what esptool says that it did; None for a dry run.
        identity: what the insole says of itself now; None for a dry run.
        seconds: of each step.
        carried_over: what its files go on saying, for people: "settings", "bonds", ...
    """

    port: str
    chip: Chip
    was: Identity | None
    plan: FlashPlan
    log: WriteLog | None = None
    identity: Identity | None = None
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    carried_over: list[str] = field(default_factory=list[str])


def make_contents(file: Path | None, accepted: str | None, trust_test_keys: bool = False) -> Contents:
    """Read and check the image of MicroPython, and make the file system for its processor.

    Args:
        file: whole-flash image of MicroPython for the ESP32-S3; None: the made-up one for virtual boards.
        accepted: SHA-256 of an image that is not in the list of known ones.
        trust_test_keys: let a real insole take updates that are signed with the keys of the repository.

    Raises:
        FileError: the file cannot be read.
        ImageError: it is not an image that an insole can run, each reason a class of its own.
        UnknownImageError: it is not in the list of known images.
        FirmwareError: our files do not compile or do not fit, or there is no release key to trust.
    """
    name = file.name if file else "the made-up image"
    try:
        data = file.read_bytes() if file else virtual_micropython_image()
    except OSError as error:
        raise FileError(str(file), f"cannot be read ({error.strerror})") from error
    image = read_micropython(data, name)
    rows = {row.label: row for row in partition_table()}
    build = build_firmware(image.architecture)
    image.require_fit(rows["ota_0"].size, mpy_version(dict(build.files())), name)
    known = require_known(image, len(data), name, accepted)
    files = tuple(board_files(build, _trusted_keys(image.is_virtual or trust_test_keys)))
    return Contents(image, known, _file_system(files), firmware_version(), files)


def _file_system(files: tuple[tuple[str, bytes], ...]) -> bytes:
    rows = {row.label: row for row in partition_table()}
    return littlefs_image(iter(files), rows["vfs"].blocks)


def _trusted_keys(test_keys: bool) -> tuple[PublicKey, ...]:
    """Keys that sign updates for the insole: everybody has those of the repository."""
    try:
        return launcher_keys(release=not test_keys)
    except KeyFileError as error:
        raise NoReleaseKeyError(
            f"{error}; for a board that stays on the bench add --test-keys, and flash it again before "
            "anybody wears it"
        ) from error


async def flash(
    board: BoardPort, contents: Contents, wishes: Wishes, dry_run: bool, report: Report, progress: Progress
) -> Flashed:
    """Flash one board and wait until it says hello.

    Args:
        board: its port, as `find_board` gives it.
        contents: what goes onto it.
        wishes: what the user said of what is on the board.
        dry_run: decide and report, but write nothing.
        report: told each step.
        progress: told how far writing is.

    Raises:
        FlashError: the board is not one that can be flashed, and as it was before.
        WriteBrokenError: writing broke off; the same command completes it.
        NoHelloError: all was written and verified, but the insole does not say hello.
    """
    began = time.monotonic()
    _require_same_kind(board, contents.image)
    require_esptool()
    was = await ask_for_hello(board.port)
    if was is not None:
        report(f"{board.port}: {was.side} {was.serial}, firmware {was.firmware}, goes into its boot loader")
        board, numbers = await _into_boot_loader(board)
        if numbers is not None and (wishes.erase or wishes.keep_log is False):
            contents = going_on_from(contents, numbers)
    flashed = await write_board(board, contents, wishes, dry_run, report, progress, was)
    if dry_run:
        return flashed
    written = time.monotonic()
    board = await appear_again(board)
    flashed.port = board.port
    flashed.identity = await wait_for_hello(board.port, flashed.chip)
    flashed.seconds = {"write": written - began, "hello": time.monotonic() - written}
    return flashed


async def write_board(
    board: BoardPort,
    contents: Contents,
    wishes: Wishes,
    dry_run: bool,
    report: Report,
    progress: Progress,
    was: Identity | None = None,
) -> Flashed:
    """What `flash` does with a board that waits in its boot loader, up to its restart; arguments as there.

    Args:
        was: who it was before, if a running insole: it is started again when nothing is written.
    """
    with tempfile.TemporaryDirectory(prefix="plantigrade-flash-") as folder:
        esptool = Esptool(board.port, Path(folder), board.virtual)
        try:
            board, chip = await _chip_on(board, esptool)
            require_flashable(chip, board.port)
            start = await esptool.read(BOOT_LOADER_AT, START_BYTES)
            rescue = Rescue(chip.serial)
            own = await _what_stays(esptool, chip, start, wishes, rescue, report)
            contents = keeping(contents, own) if own else contents
            plan = make_plan(chip.flash_mib or 0, contents.image, contents.file_system, start, wishes)
            if own and not dry_run:
                rescue.save(own)
        except PlantigradeError:
            await _let_go(esptool, was)
            raise
        flashed = Flashed(board.port, chip, was, plan, carried_over=own.names if own else [])
        report(f"{board.port}: {chip.name}, {chip.flash_mib} MiB of flash, serial number {chip.serial}")
        if dry_run:
            await _let_go(esptool, was)
        else:
            try:
                flashed.log = await _write(esptool, plan, Path(folder), progress)
            except asyncio.CancelledError:  # Ctrl-C
                report(f"{board.port}: broken off; {UNTIL_COMPLETE}")
                raise
            rescue.forget()
    return flashed


async def _what_stays(
    esptool: Esptool, chip: Chip, start: bytes, wishes: Wishes, rescue: Rescue, report: Report
) -> OwnFiles | None:
    """What the insole's own files say, from the board or, where a flash broke off, from this computer.

    Raises:
        UnreadableError: it is asked for (--keep-settings), and cannot be read.
        FlashError: esptool fails.
    """
    if wishes.erase or wishes.keep_settings is False:
        return None
    if start[:BOOT_SECTOR_BYTES] == ERASED * BOOT_SECTOR_BYTES and (saved := rescue.load()):
        report(f"{esptool.port}: goes on with what was saved when flashing broke off ({rescue.path})")
        return saved
    flash_mib = chip.flash_mib or 0
    if not known_labels(flash_mib, start).issuperset(FILES):
        return None
    row = next(row for row in partition_table(flash_mib) if row.label in FILES)
    try:
        return of_partition(await esptool.read(row.offset, row.size))
    except UnreadableError as error:
        if wishes.keep_settings:
            raise
        report(f"{esptool.port}: {error}; settings and bonds begin anew")
        return None


def require_flashable(chip: Chip, port: str) -> None:
    """Check that there is a firmware and a partition table for this chip.

    Raises:
        WrongBoardError: there is none.
    """
    if chip.name != "ESP32-S3":
        raise WrongBoardError(f"{port}: this is an {chip.name}; an insole is an ESP32-S3")
    if chip.flash_mib not in FLASH_SIZES_MIB:
        size = f"{chip.flash_mib} MiB" if chip.flash_mib else "an unknown size"
        raise WrongBoardError(
            f"{port}: its flash has {size}; an insole needs {' or '.join(map(str, FLASH_SIZES_MIB))} MiB"
        )


async def wait_for_hello(port: str, chip: Chip) -> Identity:
    """Wait until the insole that was flashed says who it is.

    Raises:
        NoHelloError: it does not, or from its safe mode, or another insole answers.
    """
    began = time.monotonic()
    while time.monotonic() - began < WAIT_FOR_HELLO_S:
        identity = await ask_for_hello(port)
        if identity is not None:
            if not identity.serial.lower().endswith(chip.serial):
                raise NoHelloError(
                    f"{port}: {chip.serial} was flashed, but {identity.serial} says hello; name the port of "
                    "the one meant"
                )
            if identity.firmware.endswith(SAFE_MODE):
                raise NoHelloError(
                    f"{port}: everything was written and verified, but the firmware crashes; the insole "
                    "is in its safe mode, and `plantigrade device info` shows why"
                )
            return identity
        await asyncio.sleep(POLL_S)
    raise NoHelloError(
        f"{port}: everything was written and verified, but no hello came within {WAIT_FOR_HELLO_S:.0f} s; "
        "unplug it and plug it in again, then `plantigrade device console` shows what it says"
    )


def _require_same_kind(board: BoardPort, image: MicroPythonImage) -> None:
    if image.is_virtual and not board.virtual:
        raise WrongBoardError(
            f"{board.port}: the made-up image is for virtual boards only; give MicroPython for the ESP32-S3 "
            "with --micropython FILE"
        )
    if board.virtual and not image.is_virtual:
        raise WrongBoardError(
            f"{board.port}: a virtual board cannot run MicroPython for a chip; leave --micropython out, and "
            "the made-up image for virtual boards is taken"
        )


async def _into_boot_loader(board: BoardPort) -> tuple[BoardPort, Numbers | None]:
    """Let a running insole restart in its boot loader; where it is then, and how far it had counted."""
    numbers = None
    with contextlib.suppress(LinkError):  # whether it is there is seen by whether the boot loader answers
        async with targets.conversation(UsbLink(board.port)) as session:
            hello = await session.hello()
            if hello.capabilities & ids.CAPABILITY_LOG:
                numbers = Numbers(hello.boot, hello.next_seq)
            await session.command_client.ask(ids.OP_REBOOT, ids.REBOOT_BOOT_LOADER)
    await asyncio.sleep(RESTART_S)
    return await appear_again(board), numbers


async def _chip_on(board: BoardPort, esptool: Esptool) -> tuple[BoardPort, Chip]:
    """The chip that answers; a board whose port changed its name under esptool's reset is looked for once."""
    esptool.port = board.port
    try:
        return board, await esptool.chip()
    except (NotABoardError, PortError):
        if board.usb_serial is None:
            raise
    board = await appear_again(board)
    esptool.port = board.port
    return board, await esptool.chip()


async def _let_go(esptool: Esptool, was: Identity | None) -> None:
    """Start a board again that ran before, so that it is as it was."""
    if was is None:
        return
    with contextlib.suppress(FlashError):  # what is told is why it was not flashed
        await esptool.restart()


async def _write(esptool: Esptool, plan: FlashPlan, folder: Path, progress: Progress) -> WriteLog:
    parts = plan.written()
    for part in parts:
        (folder / part.file_name).write_bytes(part.data)
    sizes = {part.file_name: len(part.data) for part in parts}
    done: dict[str, float] = {}

    def on_progress(name: str, share: float) -> None:
        done[name] = share
        progress(round(sum(sizes[name] * share for name, share in done.items())), sum(sizes.values()))

    if plan.has_boot_loader:
        await esptool.erase(BOOT_LOADER_AT, BOOT_SECTOR_BYTES)
    files = [(part.offset, part.file_name) for part in parts]
    log = await esptool.write(files, plan.flash_mib, plan.erase_all, on_progress)
    missing = [name for _, name in files if name not in (*log.verified, *log.unchanged)]
    if missing:
        raise WriteBrokenError(
            f"{esptool.port}: esptool has not verified {', '.join(missing)}; run the same command again"
        )
    return log
