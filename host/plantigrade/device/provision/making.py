"""One board becomes an insole: every step, safe to repeat after any stop.

What a step measured lies in the insole's own folder until the record is on the board; the record is written
last, into the sector that the one before does not lie in, so that no stop leaves an insole without one that
it had. A board whose record says what is wanted is left alone.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from insole_protocol import ids, layout_id, replies

from plantigrade.bridge.insole import Identity
from plantigrade.bridge.session import Session
from plantigrade.calibration.model import Calibration, load_calibration
from plantigrade.device import targets
from plantigrade.device.fault_names import fault_names
from plantigrade.device.flash.errors import FlashError
from plantigrade.device.flash.esptool import Esptool
from plantigrade.device.flash.flashing import Contents, flash, require_flashable
from plantigrade.device.flash.plan import Wishes
from plantigrade.device.flash.ports import BoardPort, appear_again, ask_for_hello
from plantigrade.device.flash.settings import POLL_S, RESTART_S
from plantigrade.device.provision import installed, result_file, settings
from plantigrade.device.provision.batch_file import BatchRow
from plantigrade.device.provision.bench import Source
from plantigrade.device.provision.factory_keys import FactoryKey, make_folder, signer_of
from plantigrade.device.provision.over_link import read_identity
from plantigrade.device.provision.record import (
    IdentityError,
    InsoleIdentity,
    Origin,
    SelfTestFigures,
    StoredIdentity,
    in_record_precision,
)
from plantigrade.device.provision.rom_access import BoardKeys, RomAccess, private_folder
from plantigrade.device.provision.steps import Made, Outcome, Progress, Step, StepFailedError
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.firmware_image.signing import PublicKey
from plantigrade.link.usb import UsbLink

CALIBRATION: Final = "calibration.json"
PAPERS: Final = ("label.svg", "label.pdf", "card.svg", "card.pdf", "report.pdf", result_file.REPORT)


@dataclass(frozen=True)
class Line:
    """What is the same for every board of a batch.

    Attributes:
        output: folder of results; each insole gets one in it, named by its serial number.
        contents: what is flashed onto a board that does not say hello, or has other firmware; None: nothing.
        firmware: version that the boards shall have.
        key: signs the records; None leaves them unsigned.
        makers: public keys by which records are judged.
        bench: where calibrations come from; None: the design's curves hold.
        keep_keys: called with serial number and keys, to keep a copy before they are on the insole; says
            where it is. None: there is nowhere to keep one, so that insoles get no keys.
        again: make insoles anew that are finished.
        say: told each step.
        watch: given, when a board begins, what tells how far it is.
        today: of the records.
    """

    output: Path
    contents: Contents | None
    firmware: str
    key: FactoryKey | None
    makers: Sequence[PublicKey]
    bench: Source | None
    keep_keys: Callable[[str, BoardKeys], str] | None = None
    again: bool = False
    say: Callable[[str], None] = field(default=lambda text: None)
    watch: Callable[[Progress], None] = field(default=lambda progress: None)
    today: Callable[[], date] = date.today


async def make_insole(board: BoardPort, line: Line, choose: Callable[[str], BatchRow]) -> Made:
    """Make an insole of the board on a port.

    Args:
        board: where it is.
        line: what is the same for all.
        choose: gives the row of a serial number.

    Raises:
        StepFailedError: a step did not pass; it names the step.
    """
    progress = Progress()
    line.watch(progress)
    began = time.monotonic()
    try:
        return await _steps(board, line, choose, progress, began)
    except StepFailedError:
        raise
    except TimeoutError as error:
        raise StepFailedError(progress.step, progress.serial, "the insole does not answer in time") from error
    except PlantigradeError as error:
        raise StepFailedError(progress.step, progress.serial, str(error)) from error


async def _steps(
    board: BoardPort, line: Line, choose: Callable[[str], BatchRow], progress: Progress, began: float
) -> Made:
    def begin(step: Step) -> None:
        progress.step = step
        line.say(f"  {step.value}")

    begin(Step.CONNECT)
    hello = await ask_for_hello(board.port, settings.CONNECT_S)
    begin(Step.FLASH)
    board, hello = await _flashed(board, hello, line, progress)
    progress.serial = hello.serial
    progress.row = row = choose(hello.serial)
    folder = line.output / hello.serial
    make_folder(folder)
    async with targets.conversation(UsbLink(board.port)) as session:
        stored = await _stored(session)
        locked = hello.protocol_version == ids.LOCKED_VERSION
        found = _finished(stored, row, line, locked)
        if found is not None:
            return _left_alone(found, row, line, folder, progress, time.monotonic() - began)
        await session.command_client.ask(ids.OP_SET_MODE, ids.MODE_LIVE)  # an idle one has its sensors off
        begin(Step.SELF_TEST)
        figures = await _self_test(session, progress)
        begin(Step.BENCH)
        calibration = await _bench(session, board, row, line, folder, progress)
        begin(Step.VERIFY)
        await session.command_client.ask(ids.OP_REBOOT, ids.REBOOT_BOOT_LOADER)
    await asyncio.sleep(RESTART_S)
    wanted = _identity(row, hello, line.today(), figures, calibration)
    record = await _write(await appear_again(board), wanted, line, progress, begin)
    begin(Step.CONFIRM)
    stored = await _confirmed(await appear_again(board), hello.serial, record, row, line)
    progress.done(f"read back over USB: {stored.origin(hello.serial, line.makers).value}")
    begin(Step.PAPERS)
    made = _made(stored, Outcome.MADE, line, progress, time.monotonic() - began)
    _papers(made, folder)
    return made


async def _flashed(
    board: BoardPort, hello: Identity | None, line: Line, progress: Progress
) -> tuple[BoardPort, Identity]:
    """The board with the firmware that it shall have."""
    if hello is not None:
        progress.serial = hello.serial
        if hello.firmware == line.firmware:
            progress.done(f"firmware {hello.firmware} was there")
            return board, hello
    if line.contents is None:
        what = "says nothing" if hello is None else f"has firmware {hello.firmware}, not {line.firmware}"
        raise StepFailedError(
            Step.FLASH, progress.serial, f"{board.port} {what}; flash it with --micropython FILE, or before"
        )
    flashed = await flash(board, line.contents, Wishes(), False, line.say, lambda done, total: None)
    assert flashed.identity is not None
    progress.done(f"firmware {flashed.identity.firmware} flashed")
    return replace(board, port=flashed.port), flashed.identity


async def _stored(session: Session) -> StoredIdentity | None:
    """The record on the insole; None for none, or for one that cannot be used and is to be written anew."""
    try:
        return await read_identity(session)
    except IdentityError:
        return None


def _finished(
    stored: StoredIdentity | None, row: BatchRow, line: Line, locked: bool
) -> StoredIdentity | None:
    """The record of an insole that is finished; None where there is something to do.

    Raises:
        StepFailedError: it is finished as something else.
    """
    if stored is None or line.again:
        return None
    there = stored.identity
    wrong = [
        f"{name} {is_now} instead of {wanted}"
        for name, is_now, wanted in (
            ("side", there.side, row.side),
            ("size", f"{there.size_eu:g}", f"{row.size_eu:g}"),
            ("batch", there.batch, row.batch),
            ("label", repr(there.label), repr(row.label)),
            ("board", there.board, row.board),
        )
        if is_now != wanted
    ]
    origin = stored.origin(there.serial, line.makers)
    if origin is Origin.ALTERED:
        return None
    if wrong:
        raise StepFailedError(
            Step.CONNECT,
            there.serial,
            f"it was provisioned as something else ({', '.join(wrong)}); correct the batch, or make it anew "
            "with --again",
        )
    signed = line.key is None or stored.key_id == line.key.record_id.hex()
    measured = line.bench is None or there.calibration is not None
    has_keys = locked or line.keep_keys is None
    return stored if signed and measured and has_keys and there.self_test is not None else None


def _left_alone(
    stored: StoredIdentity, row: BatchRow, line: Line, folder: Path, progress: Progress, seconds: float
) -> Made:
    progress.step = Step.PAPERS
    made = _made(stored, Outcome.UNCHANGED, line, progress, seconds)
    if not all((folder / name).is_file() for name in PAPERS):
        _papers(made, folder)
    return made


async def _self_test(session: Session, progress: Progress) -> SelfTestFigures:
    async with asyncio.timeout(settings.SELF_TEST_TIMEOUT_S):
        answer = replies.SelfTestReply((await session.command_client.ask(ids.OP_SELF_TEST)).reply)
    if answer.faults:
        names = ", ".join(fault_names(answer.faults))
        raise StepFailedError(
            Step.SELF_TEST, progress.serial, f"the insole found a fault: {names} ({answer.text})"
        )
    if answer.text not in ("", ids.SELF_TEST_GOOD):
        raise StepFailedError(
            Step.SELF_TEST, progress.serial, f"the self-test is not complete: {answer.text}"
        )
    progress.done(answer.text or "no remarks")
    return SelfTestFigures(answer.faults, answer.levels)


async def _bench(
    session: Session, board: BoardPort, row: BatchRow, line: Line, folder: Path, progress: Progress
) -> Calibration | None:
    """The calibration of the bench loads; one that was measured before the last stop is used."""
    path = folder / CALIBRATION
    if line.bench is None:
        progress.done("left out: the design's curves hold")
        return None
    if path.is_file() and not line.again:
        calibration = in_record_precision(load_calibration(path))
        if calibration.serial == progress.serial:
            progress.done(f"loads of {calibration.made_on} are there")
            return calibration
    day = line.today()
    calibration = await line.bench.calibrate(session, board.port, progress.serial, row.side, day, folder)
    calibration.save(path)
    fitted = [curve for curve in calibration.sensors if curve.residual_pct is not None]
    worst = max((curve.residual_pct or 0.0 for curve in fitted), default=0.0)
    progress.done(
        f"{len(fitted)} of {len(calibration.sensors)} places fitted, residual at most {worst:.1f} %"
    )
    return calibration


def _identity(
    row: BatchRow, hello: Identity, day: date, figures: SelfTestFigures, calibration: Calibration | None
) -> InsoleIdentity:
    return InsoleIdentity(
        serial=hello.serial,
        board=row.board,
        layout=layout_id.LAYOUT_ID,
        size_eu=row.size_eu,
        side=row.side,
        batch=row.batch,
        made_on=day.isoformat(),
        label=row.label,
        firmware=hello.firmware,
        self_test=figures,
        calibration=calibration,
    )


async def _write(
    board: BoardPort, wanted: InsoleIdentity, line: Line, progress: Progress, begin: Callable[[Step], None]
) -> bytes:
    """Check what is installed, and write record and key; the record."""
    with private_folder() as name:
        folder = Path(name)
        esptool = Esptool(board.port, folder, board.virtual)
        chip = await esptool.chip()
        require_flashable(chip, board.port)
        if chip.serial.upper() != wanted.serial[-len(chip.serial) :]:
            raise StepFailedError(
                Step.VERIFY, wanted.serial, f"{board.port}: another board answers, {chip.serial}"
            )
        table = partition_table(chip.flash_mib or 0)
        there = await installed.read_installed(esptool.read, chip.flash_mib or 0, installed.expected_sha256)
        progress.done(f"MicroPython {there.micropython} and the firmware's files are whole")
        begin(Step.IDENTITY)
        access = RomAccess(esptool, folder, table, chip.flash_mib or 0)
        regions = await access.read()
        fresh = BoardKeys() if line.keep_keys is None else regions.keys.missing()
        wanted = replace(
            wanted,
            firmware_sha256=there.firmware_sha256,
            micropython=there.micropython,
            micropython_sha256=there.micropython_sha256,
        )
        record = wanted.to_record(regions.identity.sequence, *signer_of(line.key))
        if line.keep_keys is not None:
            line.say(f"    its keys: {line.keep_keys(wanted.serial, regions.keys.with_others(fresh))}")
        try:
            await access.write(record, regions.identity.sector, fresh)
        except FlashError as error:
            raise StepFailedError(
                Step.IDENTITY,
                wanted.serial,
                f"writing broke off ({error}); what was there before holds: run the same command again",
            ) from error
    progress.done(f"number {regions.identity.sequence}, {'signed' if line.key else 'unsigned'}")
    return record


async def _confirmed(
    board: BoardPort, serial: str, record: bytes, row: BatchRow, line: Line
) -> StoredIdentity:
    """The record as the restarted insole tells it."""
    began = time.monotonic()
    while (identity := await ask_for_hello(board.port)) is None:
        if time.monotonic() - began > settings.READY_TIMEOUT_S:
            raise StepFailedError(Step.CONFIRM, serial, f"{board.port}: no hello after the restart")
        await asyncio.sleep(POLL_S)
    async with targets.conversation(UsbLink(board.port)) as session:
        stored = await read_identity(session)
    if stored is None or stored.record != record:
        raise StepFailedError(
            Step.CONFIRM, identity.serial, "the insole tells another record than was written"
        )
    if identity.side != row.side:
        line.say(
            f"    its setting side is {identity.side}, it was made {row.side}: "
            "`plantigrade device set side unset` lets the record hold"
        )
    return stored


def _made(stored: StoredIdentity, outcome: Outcome, line: Line, progress: Progress, seconds: float) -> Made:
    identity = stored.identity
    origin = stored.origin(identity.serial, line.makers)
    return Made(outcome, identity, origin, stored.key_id, stored.sequence, dict(progress.texts), seconds)


def _papers(made: Made, folder: Path) -> None:
    from plantigrade.device.provision.papers import write_papers

    values = result_file.report_values(made)
    write_papers(made.identity, values, folder)
    result_file.write_report(values, folder)
