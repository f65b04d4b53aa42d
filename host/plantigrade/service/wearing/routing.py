"""From insoles into the journals of wearings, and back to the insoles what they may forget.

Each record goes to the journal that owns its slots; cuts are durable before anything is routed by them.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.journal.file import JournalError, Sync
from plantigrade.service.wearing.foot import Foot, copy_tail
from plantigrade.service.wearing.journals import WearingJournal, settled
from plantigrade.service.wearing.register import (
    KnownInsole,
    Piece,
    Register,
    RegisterError,
    Segment,
    Switch,
    Wearing,
)
from plantigrade.service.wearing.time_line import TimeLine


class Router:
    """Routes what comes from insoles.

    Args:
        register: of wearings.
        folder: of the journals.
        line: the service's time line.
        group_of: whose an insole is, by serial number.
        begin: makes the first wearing of a group; called when an insole of a group without one is heard.
        sync: makes a file descriptor's data durable.

    Raises:
        JournalError: a journal cannot be opened.

    Attributes:
        journals: by number of the wearing.
        feet: by serial number.
        failure: why the disk did not take the last commit; None when it did.
        dead: nothing is written any more, as after the process was killed.
    """

    def __init__(
        self,
        register: Register,
        folder: Path,
        line: TimeLine,
        group_of: Callable[[str, str], str],
        begin: Callable[[str], Wearing],
        sync: Sync = os.fsync,
    ) -> None:
        self.register = register
        self.folder = folder
        self.line = line
        self.journals: dict[int, WearingJournal] = {}
        self.feet: dict[str, Foot] = {}
        self.failure: str | None = None
        self.dead = False
        self._group_of = group_of
        self._begin = begin
        self._sync = sync
        self._changed: set[int] = set()
        for serial, known in register.insoles.items():
            self.feet[serial] = Foot(known)
        for wearing in register.wearings.values():
            self.open(wearing)
        for foot in self.feet.values():
            self._tidy(foot)

    # Wearings

    def open(self, wearing: Wearing) -> WearingJournal:
        """Open the journal of a wearing.

        Raises:
            JournalError: it cannot be opened.
        """
        journal = WearingJournal(
            self.folder, wearing, self.line, self._sync, self._record_seen, self._clock_seen
        )
        if journal.journal.recovered_bytes <= wearing.finalized_bytes:
            wearing.finalized_bytes = journal.journal.size  # it has only been opened since
        self.journals[wearing.number] = journal
        return journal

    def drop(self, wearing: Wearing) -> None:
        """A wearing is done with: its journal is removed.

        Raises:
            RegisterError: the disk does not take it.
        """
        for foot in self.feet.values():
            self._move_on(foot.known, wearing)
        self.register.drop(wearing.number)
        self.register.save()
        self.journals.pop(wearing.number).remove()
        for foot in self.feet.values():
            self._tidy(foot)

    def _move_on(self, known: KnownInsole, wearing: Wearing) -> None:
        """An insole that was away until its wearing was given up: the rest goes to the oldest one."""
        if not known.segments or known.segments[-1].wearing != wearing.number:
            return
        holdings = self.journals[wearing.number].holdings(known.serial)
        reached = 0 if holdings is None else holdings.requested.end
        for switch in self.pending(known):
            if switch.wearing != wearing.number and switch.wearing in self.register.wearings:
                known.cut(max(reached, known.segments[-1].first), switch.wearing)
                known.applied = switch.number
                return

    def extent(self, wearing: Wearing) -> dict[str, tuple[tuple[int, int], ...]]:
        """The slots of a wearing by serial number, as far as they have been requested."""
        found: dict[str, tuple[tuple[int, int], ...]] = {}
        for known in self.register.insoles.values():
            pieces = [piece for piece in known.pieces() if piece.wearing == wearing.number]
            holdings = self.journals[wearing.number].holdings(known.serial)
            reached = 0 if holdings is None else holdings.requested.end
            slots = [(piece.first, reached if piece.end is None else piece.end) for piece in pieces]
            if any(end > first for first, end in slots):
                found[known.serial] = tuple(piece for piece in slots if piece[1] > piece[0])
        return found

    def lacks(self, wearing: Wearing, known: KnownInsole) -> bool:
        """Whether an insole may still have something for a wearing that has ended."""
        if known.group == wearing.group and self.pending(known):
            return True
        there = settled(self.journals[wearing.number].holdings(known.serial), even_refused=False)
        return any(
            piece.end is None or bool(there.missing(piece.first, piece.end))
            for piece in known.pieces()
            if piece.wearing == wearing.number
        )

    def pending(self, known: KnownInsole) -> list[Switch]:
        """Switches that are no cut of this insole yet."""
        return self.register.switches_of(known.group, known.applied)

    def take_changed(self) -> set[int]:
        """Numbers of wearings for which something has come since the last call."""
        changed, self._changed = self._changed, set()
        return changed

    # Insoles

    def watch(self, insole: Insole) -> None:
        """Route what comes from this insole, from now on."""
        insole.on_greeting.append(self._greeted)
        insole.on_frames.append(self._take)

    def foot_of(self, insole: Insole) -> Foot | None:
        """What is known of an insole; None before it has introduced itself."""
        return None if insole.identity is None else self.feet.get(insole.identity.serial)

    def _greeted(self, insole: Insole) -> None:
        assert insole.identity is not None, "it has just introduced itself"
        serial, side = insole.identity.serial, insole.identity.side
        foot = self.feet.get(serial)
        if foot is None:
            known = KnownInsole(serial, side, self._group_of(serial, side))
            foot = self.feet[serial] = Foot(known)
        foot.heard_ns = self.line.now()
        foot.known.side, foot.known.heard_utc_ns = side, self.line.utc_ns()
        for boot, clock in foot.clocks.items():
            if boot != insole.boot and (of_boot := insole.clock_of(boot)).sync.estimate is None:
                of_boot.sync.estimate = clock
        if foot.insole is not insole:
            foot.insole = insole
            insole.ack_to = lambda: self.ack_to(serial)
            self._restore(foot, insole)

    def _restore(self, foot: Foot, insole: Insole) -> None:
        """Continue an insole's ledger from the journals."""
        serial, ledger = foot.known.serial, insole.ledger
        insole.settled_to = max((segment.first for segment in foot.known.segments), default=0)
        for piece in foot.known.pieces():
            journal = self.journals.get(piece.wearing)
            holdings = None if journal is None else journal.holdings(serial)
            if holdings is None:
                continue
            end = max(piece.end or holdings.requested.end, piece.first)
            for wanted in holdings.requested.common(piece.first, end):
                insole.request_from(wanted.first)
                ledger.request(*wanted)
            for there in holdings.durable:
                ledger.record(*there)
            for gap in holdings.gaps:
                ledger.explain(gap.first, gap.end, gap.reason)
        ledger.duplicates = 0
        foot.requested_to = ledger.requested.end
        foot.gaps_noted = len(ledger.explained)

    def _take(self, insole: Insole, stamped: StampedFrames) -> None:
        foot = self.foot_of(insole)
        if foot is None or self.dead:
            return
        frames = stamped.frames
        foot.heard_ns = self.line.now()
        self._note_clock(foot, insole)
        foot.course.take(frames.record)
        try:
            self._place(foot, insole, frames.seq)
            self.apply_switches(foot)
            pieces = self._pieces(foot, frames.seq, frames.end)
            for piece, first, end in pieces:
                journal = self.journals[piece.wearing]
                journal.record(foot.identity, frames.record, first, end, frames.arrival_ns)
                if (clock := foot.clocks.get(frames.boot)) is not None:
                    journal.clock(foot.identity, frames.boot, clock)
                self._changed.add(piece.wearing)
        except (JournalError, RegisterError) as error:
            self.failure = str(error)
            insole.ledger.lack(frames.seq, frames.end)  # not held, not acknowledged: it is asked for again

    def _place(self, foot: Foot, insole: Insole, seq: int) -> None:
        """An insole's first record: the wearing of its time."""
        if foot.known.segments:
            return
        group = foot.known.group
        if self.register.current(group) is None:
            self._begin(group)
        switches = self.register.switches_of(group)
        at_ns = foot.course.time_of(seq, foot.host_time)
        chosen = switches[0]
        for switch in switches[1:]:
            if at_ns is not None and self.line.of_moment(switch.moment) <= at_ns:
                chosen = switch
        foot.known.applied = chosen.number
        foot.known.segments.append(Segment(min(insole.wanted_from or 0, seq), chosen.wearing))
        self.register.insoles[foot.known.serial] = foot.known
        self.register.save()

    def _pieces(self, foot: Foot, first: int, end: int) -> list[tuple[Piece, int, int]]:
        """The segments that slots lie in, each with the slots that do. What lies before all is settled."""
        found: list[tuple[Piece, int, int]] = []
        for piece in foot.known.pieces(first):
            low, high = max(first, piece.first), end if piece.end is None else min(end, piece.end)
            if low < high and piece.wearing in self.journals:
                found.append((piece, low, high))
        return found

    def hold_elsewhere(self, insole: Insole, before: int) -> None:
        """Slots before this one were acknowledged by someone else, who has them: they are not wanted here."""
        foot = self.foot_of(insole)
        if foot is None:
            return
        for gap in insole.ledger.open_gaps():
            end = min(gap.end, before)
            if gap.first < end:
                insole.ledger.record(gap.first, end)
                for piece, first, stop in self._pieces(foot, gap.first, end):
                    with contextlib.suppress(JournalError):  # tried again with the next connection
                        self.journals[piece.wearing].held(foot.identity, first, stop)

    # Cuts

    def apply_switches(self, foot: Foot) -> None:
        """Make cuts of the switches whose moment this insole's slots have passed.

        Raises:
            JournalError, RegisterError: the disk does not take it; nothing has changed.
        """
        if not foot.known.segments:
            return
        for switch in self.pending(foot.known):
            slot = foot.course.slot_at(self.line.of_moment(switch.moment), foot.host_time)
            if slot is None:
                return
            self.cut(foot, max(slot, foot.known.segments[-1].first), switch.wearing, switch.number)

    def cut(self, foot: Foot, slot: int, wearing: int, applied: int) -> None:
        """From this slot on an insole belongs to another wearing; what has come of it already goes along.

        Raises:
            JournalError, RegisterError: the disk does not take it; nothing has changed.
        """
        known = foot.known
        last = known.segments[-1]
        target = self.journals.get(wearing)
        if target is not None and last.wearing != wearing and foot.insole is not None:
            source = self.journals.get(last.wearing)
            if source is not None:
                copy_tail(foot, source, target, slot)
                self._changed.add(last.wearing)
            self._changed.add(wearing)
        before = (list(known.segments), known.applied)
        known.cut(slot, wearing)
        known.applied = applied
        try:
            self.register.save()
        except RegisterError:
            known.segments, known.applied = before
            raise

    # Commits and acknowledgements

    def commit(self) -> bool:
        """Write and sync what is new. False when the disk does not take it; `failure` says why."""
        if self.dead:
            return False
        failure: str | None = None
        for foot in self.feet.values():
            try:
                self._follow(foot)
            except (JournalError, RegisterError) as error:
                failure = str(error)
        for journal in self.journals.values():
            try:
                journal.journal.commit()
            except JournalError as error:
                failure = str(error)
        self.failure = failure
        return failure is None

    def ack_to(self, serial: str) -> int:
        """The slot before which an insole need keep nothing: all before it is durable, or gone."""
        foot = self.feet[serial]
        reached = 0
        for piece in foot.known.pieces():
            journal = self.journals.get(piece.wearing)
            holdings = None if journal is None else journal.holdings(serial)
            if holdings is None:
                continue
            end = piece.end or max(piece.first, holdings.requested.end)
            there = settled(holdings)
            if lacking := there.missing(piece.first, end):
                return lacking[0].first
            reached = end
        return reached

    def known_to(self, foot: Foot) -> int | None:
        """The time up to which everything of an insole is here, or gone; None while nothing is known."""
        if foot.insole is None:
            return None
        ledger = foot.insole.ledger
        gaps = ledger.open_gaps()
        return foot.course.time_of(gaps[0].first if gaps else ledger.requested.end, foot.host_time)

    def close(self) -> None:
        """Commit and close."""
        self.commit()
        for journal in self.journals.values():
            with contextlib.suppress(JournalError):
                journal.journal.close()

    def abandon(self) -> None:
        """Close without committing, as when the process is killed."""
        self.dead = True
        for journal in self.journals.values():
            journal.journal.abandon()

    def _follow(self, foot: Foot) -> None:
        """Note what has changed in an insole's ledger and clock."""
        insole = foot.insole
        if insole is None or not foot.known.segments:
            return
        self._note_clock(foot, insole)
        self.apply_switches(foot)
        for wanted in insole.ledger.requested.common(foot.requested_to, insole.ledger.requested.end):
            for piece, first, end in self._pieces(foot, *wanted):
                self.journals[piece.wearing].request(foot.identity, first, end)
        foot.requested_to = insole.ledger.requested.end
        for gap in insole.ledger.explained[foot.gaps_noted :]:
            for piece, _, _ in self._pieces(foot, gap.first, gap.end):
                self.journals[piece.wearing].gap(foot.identity, gap)
                self._changed.add(piece.wearing)
        foot.gaps_noted = len(insole.ledger.explained)

    def _note_clock(self, foot: Foot, insole: Insole) -> None:
        if insole.boot is not None and insole.clock is not None:
            foot.clocks[insole.boot] = insole.clock

    def _tidy(self, foot: Foot) -> None:
        """Forget what is settled for good."""
        if not foot.known.segments:
            return
        floor = foot.known.segments[0].first
        if foot.insole is not None:
            foot.insole.ledger.forget_before(floor)
            foot.insole.wanted_from = max(floor, foot.insole.wanted_from or 0)
            foot.gaps_noted = len(foot.insole.ledger.explained)
        foot.course.forget_before(floor)
        boots = {run.boot for run in foot.course.runs}
        current = None if foot.insole is None else foot.insole.boot
        for boot in [boot for boot in foot.clocks if boot not in boots and boot != current]:
            del foot.clocks[boot]

    def _record_seen(self, serial: str, record: bytes) -> None:
        if serial in self.feet:
            self.feet[serial].course.take(record)

    def _clock_seen(self, serial: str, boot: int, clock: ClockEstimate) -> None:
        if serial in self.feet:
            self.feet[serial].clocks[boot] = clock
