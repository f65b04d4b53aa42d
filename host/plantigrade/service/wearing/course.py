"""One insole's slots in time: which device time each has, and when a foot loaded it. Pure.

Slots are numbered evenly within a run, so that one anchor a run says when each of them was, lost ones
included. Host times come from the clock of the boot; a boot whose clock was never compared has no times.
"""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from insole_protocol import block

from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.service.wearing.load import is_loaded
from plantigrade.service.wearing.settings import JOIN_SLOTS, RECENT_RUNS, SAME_RUN_US

HostTime = Callable[[int, int], int | None]
"""Host time in ns of a boot and a device time in us; None where the boot's clock is unknown."""
_HEADER = struct.Struct(block.HEADER_FORMAT)


class Run(NamedTuple):
    """Slots `first` to `end - 1`, `period_us` apart, the first at `device_us` of `boot`."""

    first: int
    end: int
    boot: int
    device_us: int
    period_us: int

    def joined(self, other: "Run") -> "Run | None":
        """Both as one run, if the slots of both are numbered evenly in one time."""
        predicted_us = self.device_us + (other.first - self.first) * self.period_us
        if other.boot != self.boot or abs(predicted_us - other.device_us) > SAME_RUN_US:
            return None
        earlier = self if self.first <= other.first else other
        return earlier._replace(end=max(self.end, other.end))


class Interval(NamedTuple):
    """From and to, in ns."""

    from_ns: int
    to_ns: int


class _Timed(NamedTuple):
    run: Run
    from_ns: int
    to_ns: int


@dataclass
class Course:
    """The slots of one insole since they are of interest.

    Attributes:
        runs: in rising order.
        loads: slots on which a foot stood, with short pauses filled.
    """

    runs: list[Run] = field(default_factory=list[Run])
    loads: SlotSet = field(default_factory=SlotSet)

    def take(self, record: bytes) -> None:
        """Take a sound record into account; in any order."""
        fields = _HEADER.unpack_from(record)
        first, device_us, boot, period_us, frames, slots_per_frame = fields[3:9]
        end = first + frames * slots_per_frame
        self._add_run(Run(first, end, boot, device_us, period_us))
        if is_loaded(record):
            self._add_load(first, end)

    def forget_before(self, slot: int) -> None:
        """Nothing before this slot is asked for any more."""
        self.loads.remove(0, slot)
        while len(self.runs) > 1 and self.runs[1].first <= slot:
            del self.runs[0]

    def time_of(self, slot: int, host_time: HostTime) -> int | None:
        """When a slot was, or when the last one was that is known before it; None before the first."""
        found: int | None = None
        for timed in self._timed(host_time):
            if timed.run.first > slot:
                break
            found = min(timed.from_ns + (slot - timed.run.first) * timed.run.period_us * 1000, timed.to_ns)
        return found

    def slot_at(self, at_ns: int, host_time: HostTime) -> int | None:
        """The first slot at or after a time; None as long as nothing later is known.

        Between two runs it is the first slot of the later one.
        """
        wanted: int | None = None
        for timed in self._timed(host_time):
            if timed.from_ns >= at_ns:
                return timed.run.first if wanted is None else max(wanted, timed.run.first)
            if timed.to_ns > at_ns:
                period_ns = timed.run.period_us * 1000
                return timed.run.first - (timed.from_ns - at_ns) // period_ns
            wanted = timed.run.end
        return None

    def loaded(self, from_slot: int, host_time: HostTime) -> Iterator[Interval]:
        """When a foot stood on the insole, from a slot on. Loads of a boot whose clock is unknown count as at
        the end of what is known before them."""
        before_ns: int | None = None
        for run in self.runs:
            from_ns = host_time(run.boot, run.device_us)
            for piece in self.loads.common(max(run.first, from_slot), max(run.end, from_slot)):
                if from_ns is not None:
                    period_ns = run.period_us * 1000
                    yield Interval(
                        from_ns + (piece.first - run.first) * period_ns,
                        from_ns + (piece.end - run.first) * period_ns,
                    )
                elif before_ns is not None:
                    yield Interval(before_ns, before_ns)
            if from_ns is not None:
                before_ns = from_ns + (run.end - run.first) * run.period_us * 1000

    def _timed(self, host_time: HostTime) -> Iterator[_Timed]:
        for run in self.runs:
            from_ns = host_time(run.boot, run.device_us)
            if from_ns is not None:
                yield _Timed(run, from_ns, from_ns + (run.end - run.first) * run.period_us * 1000)

    def _add_run(self, new: Run) -> None:
        last = self.runs[-1] if self.runs else None
        if last is not None and last.end == new.first and (joined := last.joined(new)) is not None:
            self.runs[-1] = joined  # as nearly always
            return
        at = bisect_right(self.runs, new.first, key=lambda run: run.first)
        for index in (at - 1, at):
            if 0 <= index < len(self.runs) and (joined := self.runs[index].joined(new)) is not None:
                self.runs[index] = joined
                self._close_up(index)
                return
        self.runs.insert(at, new)
        del self.runs[:-RECENT_RUNS]

    def _close_up(self, index: int) -> None:
        """Join a run that has grown with the one after it, if they have met."""
        if index + 1 < len(self.runs):
            joined = self.runs[index].joined(self.runs[index + 1])
            if joined is not None:
                self.runs[index : index + 2] = [joined]

    def _add_load(self, first: int, end: int) -> None:
        """A pause of at most `JOIN_SLOTS` before or after it is filled."""
        if len(self.loads) and first - JOIN_SLOTS < self.loads.end <= first:  # as nearly always
            self.loads.add(self.loads.end, end)
            return
        before = self.loads.common(max(0, first - JOIN_SLOTS), first)
        after = self.loads.common(end, end + JOIN_SLOTS)
        self.loads.add(
            before[-1].end if before else first,
            after[0].first if after else end,
        )
