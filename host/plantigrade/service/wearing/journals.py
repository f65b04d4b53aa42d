"""The journals of wearings: one file each, with an index of where an insole's records lie."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from insole_protocol import block

from plantigrade.bridge.accounting import MissingReason, SlotGap
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Identity
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Damage, Entry, Kind
from plantigrade.bridge.journal.file import Holdings, Journal, JournalError, Sync
from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.files.durable import sync_folder
from plantigrade.files.mapped import mapped
from plantigrade.service.wearing.register import Wearing
from plantigrade.service.wearing.settings import CLOCK_PERIOD_NS, INDEX_BYTES
from plantigrade.service.wearing.time_line import TimeLine

RecordSeen = Callable[[str, bytes], None]
"""Serial number and record, for each record that a journal holds when it is opened."""
ClockSeen = Callable[[str, int, ClockEstimate], None]
"""Serial number, boot and clock, on the monotonic time of this run."""


@dataclass
class _Places:
    """Where records of one insole lie: before `offset` no record ends after `end`."""

    offsets: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    end: int = 0

    def note(self, end: int, offset: int) -> None:
        if not self.offsets or offset - self.offsets[-1][1] >= INDEX_BYTES:
            self.offsets.append((self.end, offset))
        self.end = max(self.end, end)

    def before(self, slot: int) -> int:
        """An offset before all records that hold slots from `slot` on."""
        found = 0
        for end, offset in self.offsets:
            if end > slot:
                break
            found = offset
        return found


@dataclass
class _Reader:
    """Follows the entries of a journal while it is opened."""

    line: TimeLine
    on_record: RecordSeen
    on_clock: ClockSeen
    places: dict[str, _Places]
    serials: dict[int, str] = field(default_factory=dict[int, str])
    shifts: dict[str, int] = field(default_factory=dict[str, int])
    boot: str = ""
    begin: int = 0

    def take(self, entry: Entry) -> None:
        begin, self.begin = self.begin, entry.end
        if entry.kind is Kind.RUN:
            values = entry.json()
            self.boot = values["host_boot"]
            self.shifts.setdefault(self.boot, values["utc_ns"] - values["monotonic_ns"])
        elif entry.kind is Kind.INSOLE:
            self.serials[entry.insole] = entry.json()["serial"]
        elif entry.insole not in self.serials:
            return
        elif entry.kind is Kind.RECORD:
            serial, record = self.serials[entry.insole], entry.record()[1]
            end = block.seq_of(record) + block.slots_of(record)
            self.places.setdefault(serial, _Places()).note(end, begin)
            self.on_record(serial, record)
        elif entry.kind is Kind.CLOCK:
            boot, clock = entry.clock()
            self.on_clock(self.serials[entry.insole], boot, self._of_this_run(clock))

    def _of_this_run(self, clock: ClockEstimate) -> ClockEstimate:
        if self.boot == self.line.register.host_boot:
            return clock
        host_ns = self.line.of_utc(clock.host_at_reference_ns + self.shifts[self.boot])
        return ClockEstimate(
            clock.reference_us,
            host_ns,
            clock.drift_ppm,
            clock.uncertainty_ns,
            clock.drift_uncertainty_ppm,
            clock.round_trips,
        )


class WearingJournal:
    """The journal of one wearing.

    Args:
        folder: of the journals.
        wearing: whose.
        line: the service's time line.
        sync: makes a file descriptor's data durable.
        on_record, on_clock: told what the file holds already.

    Raises:
        JournalError: it cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        wearing: Wearing,
        line: TimeLine,
        sync: Sync,
        on_record: RecordSeen = lambda serial, record: None,
        on_clock: ClockSeen = lambda serial, boot, clock: None,
    ) -> None:
        self._places: dict[str, _Places] = {}
        self._clocks: dict[tuple[str, int], int] = {}
        reader = _Reader(line, on_record, on_clock, self._places)
        self.journal = Journal(
            folder / wearing.journal,
            now=line.now,
            utc_ns=line.utc_ns,
            sync=sync,
            on_entry=reader.take,
            about=_about(wearing),
        )

    @property
    def path(self) -> Path:
        """Its file."""
        return self.journal.path

    def describe(self, wearing: Wearing) -> None:
        """Note the name of its recording, for the day on which the register cannot be read.

        Raises:
            JournalError: memory is full.
        """
        self.journal.describe(_about(wearing))

    def holdings(self, serial: str) -> Holdings | None:
        """What it holds of an insole."""
        number = self.journal.number_of_serial(serial)
        return None if number is None else self.journal.holdings[number]

    def record(self, identity: Identity, record: bytes, first: int, end: int, arrival_ns: int) -> None:
        """Slots `first` to `end - 1` of a record have come.

        Raises:
            JournalError: memory is full; nothing is held.
        """
        number = self.journal.insole(identity)
        offset = self.journal.size
        self.journal.record(number, record, first, end, arrival_ns)
        end_slot = block.seq_of(record) + block.slots_of(record)
        self._places.setdefault(identity.serial, _Places()).note(end_slot, offset)

    def request(self, identity: Identity, first: int, end: int) -> None:
        """These slots are wanted here."""
        number = self.journal.insole(identity)
        for piece in self.journal.holdings[number].requested.missing(first, end):
            self.journal.request(number, *piece)

    def held(self, identity: Identity, first: int, end: int) -> None:
        """These slots are durable elsewhere."""
        self.journal.held(self.journal.insole(identity), first, end)

    def gap(self, identity: Identity, gap: SlotGap) -> None:
        """The insole reports these slots as lost."""
        self.journal.gap(self.journal.insole(identity), gap)

    def clock(self, identity: Identity, boot: int, clock: ClockEstimate) -> None:
        """How the insole's clock runs, if that was not written of late."""
        written_ns = self._clocks.get((identity.serial, boot))
        if written_ns is None or clock.host_at_reference_ns - written_ns >= CLOCK_PERIOD_NS:
            self.journal.clock(self.journal.insole(identity), boot, clock)
            self._clocks[identity.serial, boot] = clock.host_at_reference_ns

    def records_from(self, serial: str, slot: int) -> Iterator[tuple[int, bytes]]:
        """Arrival and record of all committed records of an insole that hold slots from `slot` on."""
        number = self.journal.number_of_serial(serial)
        if number is None:
            return
        begin = self._places.get(serial, _Places()).before(slot)
        with mapped(self.path) as data:
            for entry in entries.scan(data[begin:], Damage()):
                if entry.kind is Kind.RECORD and entry.insole == number:
                    arrival_ns, record = entry.record()
                    if block.seq_of(record) + block.slots_of(record) > slot:
                        yield arrival_ns, record

    def remove(self) -> None:
        """Close and delete it; what it holds is durable elsewhere, or given up."""
        self.journal.abandon()
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        with contextlib.suppress(OSError):
            sync_folder(self.path.parent)


def _about(wearing: Wearing) -> dict[str, Any]:
    return {
        "wearing": wearing.number,
        "group": wearing.group,
        "recording": wearing.recording,
        "from_utc_ns": wearing.from_utc_ns,
        "first_load_utc_ns": wearing.first_load_utc_ns,
    }


def settled(holdings: Holdings | None, even_refused: bool = True) -> SlotSet:
    """Slots that need not be fetched any more: held, or gone for good.

    Args:
        holdings: of a journal.
        even_refused: also those that the insole's storage did not give; each connection asks for them again.
    """
    found = SlotSet()
    if holdings is None:
        return found
    for piece in holdings.durable:
        found.add(*piece)
    for gap in holdings.gaps:
        if even_refused or gap.reason is not MissingReason.STORAGE:
            found.add(gap.first, gap.end)
    return found


__all__ = ["JournalError", "WearingJournal", "settled"]
