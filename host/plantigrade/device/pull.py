"""`plantigrade device pull`: everything that an insole's log holds, fetched, made durable, acknowledged and
finalized."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from plantigrade.bridge.accounting import LedgerStatement
from plantigrade.bridge.backfill import Backfill, BackfillPolicy, BackfillProgress
from plantigrade.bridge.errors import BridgeError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.device import targets
from plantigrade.library.recordings.finalize import roll
from plantigrade.link.base import Link

POLICY = SessionPolicy(mode=None, stream=False, from_log=True)
PIECES = BackfillPolicy(piece_slots=30_000)
CLOCK_ROUND_TRIPS = 24


@dataclass(frozen=True)
class Pulled:
    """What a pull brought.

    Attributes:
        ledger: of the insole, since the slot that it had been acknowledged before.
        bytes_received: over the link, all messages.
        seconds: of transfer.
        recording: folder of the finalized recording.
    """

    ledger: LedgerStatement
    bytes_received: int
    seconds: float
    recording: Path


class NothingToPullError(BridgeError):
    """The log holds nothing that is not acknowledged."""


async def pull(
    link: Link, data: Path, on_progress: Callable[[int, int], None] = lambda done, all_: None
) -> Pulled:
    """Fetch all that the log of the insole at the end of `link` holds and nobody has acknowledged.

    Broken off at any moment it can be started again and goes on where it was.

    Args:
        link: not open yet; closed at the end.
        data: folder of the recordings.
        on_progress: called with slots fetched and slots wanted.

    Raises:
        NothingToPullError: there is nothing new.
        LinkError, JournalError, RecordingError: what was fetched so far is stored.
    """
    insole = Insole(link.name)
    try:
        await link.open()
        session = Session(link, insole, POLICY)
        await session.hello()
        assert insole.identity is not None
        path = data / "journal" / f"pull-{insole.identity.serial}.journal"
        journal = Journal(path)
        try:
            seconds = await _fetch(session, JournalWriter(journal), on_progress)
        finally:
            journal.close()
    finally:
        await link.close()
    serial = insole.identity.serial
    recording = roll(path, data / "recordings", log_keys={serial: insole.keyring.log_keys(serial)})
    return Pulled(insole.ledger.statement(), link.counters.bytes_received, seconds, recording)


async def _fetch(
    session: Session, journal_writer: JournalWriter, on_progress: Callable[[int, int], None]
) -> float:
    insole = session.insole
    journal_writer.watch(insole)
    await session.hello()  # once more, so that the ledger is continued from the journal
    for _ in range(CLOCK_ROUND_TRIPS):
        await session.compare_clocks()
        await asyncio.sleep(0.005)
    log = await session.fetch_log_info()
    if log.acknowledged_seq >= log.next_seq:
        raise NothingToPullError(f"{insole.name}: everything in the log has been fetched before")
    insole.request_from(log.acknowledged_seq)
    insole.request_to(log.next_seq)

    def after_piece(progress: BackfillProgress) -> None:
        journal_writer.commit()
        wanted = insole.ledger.requested.slots
        on_progress(wanted - sum(gap.slots for gap in insole.ledger.open_gaps()), wanted)

    backfill = Backfill(session, PIECES, after_piece)
    began = time.monotonic()
    await backfill.fetch_all()
    seconds = time.monotonic() - began
    await session.compare_clocks()
    if not journal_writer.commit() and journal_writer.failure is not None:
        raise journal_writer.failure
    await backfill.acknowledge()
    return seconds


def pull_and_report(target: str | None, data: Path) -> None:
    """Pull with a progress bar, and say what came.

    Raises:
        As `pull`; NoTargetError: no insole, or more than one, is meant.
    """
    from rich.console import Console
    from rich.progress import Progress

    async def run() -> Pulled:
        link = await targets.find(target)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("fetching", total=None)
            return await pull(link, data, lambda done, total: bar.update(task, completed=done, total=total))

    pulled = asyncio.run(run())
    ledger = pulled.ledger
    rate = pulled.bytes_received / max(pulled.seconds, 1e-3) / 1000
    click.echo(
        f"{ledger.requested} frames in the log = {ledger.recorded} fetched + {ledger.missing} missing;"
        f" {pulled.bytes_received / 1e6:.2f} MB in {pulled.seconds:.1f} s ({rate:.0f} kB/s)"
    )
    click.echo(
        f"recording {pulled.recording.name}; `plantigrade sessions verify {pulled.recording.name}` checks it"
    )
