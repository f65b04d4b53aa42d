"""One insole as its records are routed: its slots in time, its clocks, and what lies beyond a cut."""

from dataclasses import dataclass, field

from insole_protocol import block

from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.insole import Identity, Insole
from plantigrade.service.wearing.course import Course
from plantigrade.service.wearing.journals import WearingJournal, settled
from plantigrade.service.wearing.register import KnownInsole


@dataclass
class Foot:
    """One insole as the router follows it.

    Attributes:
        known: its entry in the register.
        course: its slots in time.
        clocks: by boot, on the monotonic time of this run.
        insole: its present state in the bridge; None until it was heard in this run of the service.
        heard_ns: when it was last heard; None in this run not yet.
        requested_to, gaps_noted: how far its ledger has been followed.
    """

    known: KnownInsole
    course: Course = field(default_factory=Course)
    clocks: dict[int, ClockEstimate] = field(default_factory=dict[int, ClockEstimate])
    insole: Insole | None = None
    heard_ns: int | None = None
    requested_to: int = 0
    gaps_noted: int = 0

    def host_time(self, boot: int, device_us: int) -> int | None:
        """Monotonic time of a device time, as `course.HostTime`."""
        clock = self.clocks.get(boot)
        return None if clock is None else clock.host_ns(device_us)

    @property
    def identity(self) -> Identity:
        """As it introduced itself."""
        assert self.insole is not None and self.insole.identity is not None, "greeted"
        return self.insole.identity


def copy_tail(foot: Foot, source: WearingJournal, target: WearingJournal, slot: int) -> None:
    """Copy what has come from a slot on into the journal that owns it from now on; durable when this returns.

    Raises:
        JournalError: the disk does not take it; nothing is lost.
    """
    serial, identity = foot.known.serial, foot.identity
    source.journal.commit()
    holdings = source.holdings(serial)
    if holdings is None:
        return
    for wanted in holdings.requested.common(slot, holdings.requested.end):
        target.request(identity, *wanted)
    for gap in holdings.gaps:
        if gap.end > slot:
            target.gap(identity, gap)
    there = settled(target.holdings(serial))
    for arrival_ns, record in source.records_from(serial, slot):
        first = block.seq_of(record)
        end = first + block.slots_of(record)
        if there.missing(max(first, slot), end):
            target.record(identity, record, max(first, slot), end, arrival_ns)
    for boot, clock in foot.clocks.items():
        target.clock(identity, boot, clock)
    target.journal.commit()
