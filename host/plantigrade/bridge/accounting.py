"""The ledger of one insole: recorded + known missing = requested, to the slot.

A slot is one tick of the insole's sampling clock (100 Hz); at full rate a frame is one slot. What was
requested, what was recorded and why slots are missing are counted separately, and the statement says whether
they agree.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from insole_protocol import gap_reasons

from plantigrade.bridge.slot_ranges import SlotRange, SlotSet


class MissingReason(StrEnum):
    """Why a slot is missing, by the names of `gap_reasons`. All but the last are reported by the insole."""

    OVERRUN = gap_reasons.OVERRUN.name
    UNFLUSHED = gap_reasons.POWER_LOSS.name
    OVERWRITTEN = gap_reasons.OVERWRITTEN.name
    NOT_KEPT = gap_reasons.LOG_FULL.name
    CORRUPT_PAGE = gap_reasons.CORRUPT_PAGE.name
    OFF = gap_reasons.OFF.name
    ERASED = gap_reasons.ERASED.name
    NOT_REQUESTED = gap_reasons.IDLE.name
    STORAGE = gap_reasons.STORAGE.name
    """The insole's log could not be written or read. Not final: each connection asks again."""
    UNEXPLAINED = gap_reasons.UNEXPLAINED.name
    """The insole has not reported why, or has not been asked yet: the slot may still be in its log."""

    @classmethod
    def from_code(cls, code: int) -> "MissingReason":
        """The reason for a code of the protocol; an unknown code is `UNEXPLAINED`."""
        return cls(gap_reasons.find(code).name)

    @property
    def code(self) -> int:
        """The code of the protocol; 0 for `UNEXPLAINED`."""
        return _CODES[self.value]


_CODES = {reason.name: reason.code for reason in (*gap_reasons.TABLE, gap_reasons.UNEXPLAINED)}


@dataclass(frozen=True)
class SlotGap:
    """Slots `first` to `end - 1` are missing."""

    first: int
    end: int
    reason: MissingReason

    @property
    def slots(self) -> int:
        """How many slots are missing."""
        return self.end - self.first


@dataclass(frozen=True)
class LedgerStatement:
    """The ledger at one moment. All counts are slots.

    `duplicates` and `beyond_request` came in but were not asked for or were there already; they are not
    part of the balance.
    """

    requested: int
    recorded: int
    missing: int
    missing_by_reason: dict[MissingReason, int]
    duplicates: int
    beyond_request: int

    @property
    def balanced(self) -> bool:
        """True when recorded + missing = requested, and every missing slot is listed under one reason."""
        return (
            self.recorded + self.missing == self.requested
            and sum(self.missing_by_reason.values()) == self.missing
        )


@dataclass
class SlotLedger:
    """Accounting of one insole over any number of connections and boots (slot numbers never repeat)."""

    requested: SlotSet = field(default_factory=SlotSet)
    recorded: SlotSet = field(default_factory=SlotSet)
    duplicates: int = 0
    _explained: list[SlotGap] = field(default_factory=list[SlotGap])
    _explained_slots: SlotSet = field(default_factory=SlotSet)

    def request(self, first: int, end: int) -> None:
        """The recording is to hold slots `first` to `end - 1`. May be called again as time goes on."""
        if end > first:
            self.requested.add(first, end)

    def record(self, first: int, end: int) -> list[SlotRange]:
        """Slots have come in; returns the ranges that were not there yet.

        Raises:
            ValueError: the range is empty or negative.
            TooManyRangesError: see `SlotSet.add`.
        """
        new = self.recorded.add(first, end)
        self.duplicates += (end - first) - sum(piece.slots for piece in new)
        return new

    def explain(self, first: int, end: int, reason: MissingReason) -> None:
        """The insole reports that these slots are gone, and why. The first explanation of a slot counts."""
        for piece in self._explained_slots.add(first, end):
            self._explained.append(SlotGap(piece.first, piece.end, reason))

    def lack(self, first: int, end: int) -> None:
        """Slots that have come in could not be held: they are wanted again."""
        self.recorded.remove(first, end)

    def forget_before(self, slot: int) -> None:
        """Everything before this slot is settled for good: it is no longer accounted for here.

        A host that runs for months calls this, so that its ledgers stay small.
        """
        for slots in (self.requested, self.recorded, self._explained_slots):
            slots.remove(0, slot)
        self._explained = [gap for gap in self._explained if gap.end > slot]

    def gaps(self) -> list[SlotGap]:
        """What was requested and is not recorded, in rising order, split by reason."""
        found: list[SlotGap] = []
        for wanted in self.requested:
            for absent in self.recorded.missing(wanted.first, wanted.end):
                found += self._reasons_of(absent)
        return sorted(found, key=lambda gap: gap.first)

    @property
    def explained(self) -> list[SlotGap]:
        """What the insole has reported so far about slots that are gone, in that order."""
        return self._explained

    def open_gaps(self, reason: MissingReason = MissingReason.UNEXPLAINED) -> list[SlotRange]:
        """Missing slots that nobody has explained: worth asking the insole's log for.

        With `STORAGE`: those that the insole's storage did not give when it was asked.
        """
        return [SlotRange(gap.first, gap.end) for gap in self.gaps() if gap.reason is reason]

    def statement(self) -> LedgerStatement:
        """The ledger as it stands."""
        by_reason: dict[MissingReason, int] = {}
        for gap in self.gaps():
            by_reason[gap.reason] = by_reason.get(gap.reason, 0) + gap.slots
        recorded = sum(self.recorded.within(wanted.first, wanted.end) for wanted in self.requested)
        return LedgerStatement(
            requested=self.requested.slots,
            recorded=recorded,
            missing=sum(by_reason.values()),
            missing_by_reason=by_reason,
            duplicates=self.duplicates,
            beyond_request=self.recorded.slots - recorded,
        )

    def _reasons_of(self, absent: SlotRange) -> list[SlotGap]:
        pieces = [
            SlotGap(max(gap.first, absent.first), min(gap.end, absent.end), gap.reason)
            for gap in self._explained
            if gap.first < absent.end and gap.end > absent.first
        ]
        unexplained = self._explained_slots.missing(absent.first, absent.end)
        return pieces + [SlotGap(piece.first, piece.end, MissingReason.UNEXPLAINED) for piece in unexplained]
