"""Begins and ends wearings: looks at the loads of each group's insoles and sets switches."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from plantigrade.bridge.journal.file import JournalError
from plantigrade.errors import PlantigradeError
from plantigrade.service.settings import ServiceSettings
from plantigrade.service.wearing.course import Interval
from plantigrade.service.wearing.end_rule import Span, next_midnight, span_of
from plantigrade.service.wearing.foot import Foot
from plantigrade.service.wearing.news import WearingNews, WearingStage
from plantigrade.service.wearing.rebuild import ALWAYS
from plantigrade.service.wearing.register import (
    Kind,
    KnownInsole,
    Moment,
    Register,
    RegisterError,
    Stage,
    Wearing,
)
from plantigrade.service.wearing.routing import Router
from plantigrade.service.wearing.time_line import TimeLine
from plantigrade.service.wearing.wearers import NOBODY, Wearers

_SECOND = 1_000_000_000
PAIR = 2


class NoWearingError(PlantigradeError):
    """There is nothing to record."""


@dataclass
class _Progress:
    """How far the data of one insole reach, and since when."""

    known_ns: int | None = None
    since_ns: int = 0


@dataclass
class Judge:
    """Ends wearings by the rule, and by order.

    Attributes:
        on_news: told of each beginning and end.
        failure: why the last switch could not be made; None when it could.
    """

    register: Register
    line: TimeLine
    settings: ServiceSettings
    wearers: Wearers
    salt: str
    on_news: Callable[[WearingNews], None] = lambda news: None
    failure: str | None = None
    _router: Router | None = None
    _progress: dict[str, _Progress] = field(default_factory=dict[str, _Progress])
    _judged: dict[str, tuple[int, int | None]] = field(default_factory=dict[str, tuple[int, int | None]])

    @property
    def router(self) -> Router:
        """What the insoles' records go through."""
        assert self._router is not None, "set before anything is judged"
        return self._router

    @router.setter
    def router(self, router: Router) -> None:
        self._router = router

    def begin(self, group: str) -> Wearing:
        """The first wearing of a group.

        Raises:
            JournalError, RegisterError: the disk does not take it.
        """
        self.line.follow_wall()
        return self._switch(group, ALWAYS, Kind.DAY, "")

    def step(self) -> None:
        """End every wearing that the data show to have ended."""
        for group in {known.group for known in self.register.insoles.values()}:
            try:
                while self._step(group):
                    pass
                self.failure = None
            except (JournalError, RegisterError) as error:
                self.failure = str(error)

    def start(self, title: str) -> list[Wearing]:
        """Begin a finite recording of every group that has insoles.

        Raises:
            NoWearingError: no insole was ever heard, or one is under way.
            JournalError, RegisterError: the disk does not take it.
        """
        groups = sorted({known.group for known in self.register.insoles.values()})
        if not groups:
            raise NoWearingError("no insole has been heard yet; there is nothing to record")
        if any(self.finite(group) for group in groups):
            raise NoWearingError("a recording is under way; stop it first")
        moment = self.line.moment(self.line.now())
        begun = [self._switch(group, moment, Kind.FINITE, title) for group in groups]
        for wearing in begun:
            self._begin_recording(wearing, moment.utc_ns)
        self.register.save()
        for wearing in begun:
            self._tell(WearingStage.BEGAN, wearing)
        return begun

    def stop(self) -> list[Wearing]:
        """End the finite recordings; the wearings that they interrupted go on.

        Raises:
            NoWearingError: none is under way.
            RegisterError: the disk does not take it.
        """
        groups = sorted({known.group for known in self.register.insoles.values()})
        ended = [wearing for group in groups if (wearing := self.finite(group)) is not None]
        if not ended:
            raise NoWearingError("no recording is under way")
        moment = self.line.moment(self.line.now())
        for wearing in ended:
            before = self.register.switches_of(wearing.group)[-2]
            if before.wearing in self.register.wearings:
                self.register.add_switch(wearing.group, moment, before.wearing)
            else:
                self._switch(wearing.group, moment, Kind.DAY, "")
            wearing.ended_utc_ns, wearing.stage = moment.utc_ns, Stage.ENDED
        self.register.save()
        for wearing in ended:
            self._tell(WearingStage.ENDED, wearing)
        return ended

    def leave(self, wearing: Wearing, at_ns: int) -> None:
        """End a wearing that no insole belongs to any more."""
        moment = self.line.moment(at_ns)
        if not wearing.recording:
            self._begin_recording(wearing, moment.utc_ns)
        wearing.ended_utc_ns = moment.utc_ns
        wearing.last_load_utc_ns = moment.utc_ns - _SECOND  # at the moment itself they are another's
        wearing.stage = Stage.ENDED
        self.register.switches = [s for s in self.register.switches if s.group != wearing.group]
        self._tell(WearingStage.ENDED, wearing)

    def finite(self, group: str) -> Wearing | None:
        """The finite recording that a group is in, None while it is in none."""
        wearing = self.register.current(group)
        return wearing if wearing is not None and wearing.kind is Kind.FINITE else None

    def present(self, group: str) -> list[Foot]:
        """The insoles of a group that are waited for: heard of late, and with data that grow."""
        limit_ns = self.line.now() - round(self.settings.away_s * 1e9)
        found: list[Foot] = []
        for known in self.register.members(group):
            foot = self.router.feet[known.serial]
            progress = self._progress.setdefault(known.serial, _Progress(None, self.line.now()))
            known_ns = self.router.known_to(foot)
            if known_ns != progress.known_ns:
                progress.known_ns, progress.since_ns = known_ns, self.line.now()
            heard_ns = progress.since_ns if foot.heard_ns is None else foot.heard_ns
            if min(heard_ns, progress.since_ns) >= limit_ns:
                found.append(foot)
        return found

    def _step(self, group: str) -> bool:
        """Whether a wearing of this group has ended."""
        wearing = self.register.current(group)
        if wearing is None or wearing.kind is Kind.FINITE:
            return False
        present = self.present(group)
        known = [self._progress[foot.known.serial].known_ns for foot in present]
        horizon = min((at for at in known if at is not None), default=None)
        unloaded_ns: int | None = round(self.settings.unloaded_s * 1e9)
        if None in known:
            return False
        if horizon is None:  # all are away: only midnight can be told without them
            horizon, unloaded_ns = self.line.now() - round(self.settings.away_s * 1e9), None
        if self._judged.get(group) == (wearing.number, horizon):
            return False
        self._judged[group] = (wearing.number, horizon)
        span = self._span(wearing, horizon, unloaded_ns)
        if span.first_load_ns is not None and wearing.first_load_utc_ns is None:
            self._begin_recording(wearing, self.line.utc_ns(span.first_load_ns))
            self.register.save()
            self._tell(WearingStage.BEGAN, wearing)
        if span.end_ns is None:
            return False
        wearing.last_load_utc_ns = self.line.utc_ns(span.last_load_ns)
        self._end(wearing, span.end_ns)
        return True

    def loaded_sides(self, wearing: Wearing) -> tuple[str, ...]:
        """Which feet were loaded for more than a moment since a wearing began, up to its end."""
        if wearing.loaded_sides:
            return wearing.loaded_sides
        end_ns = self.line.now() if wearing.ended_utc_ns is None else self.line.of_utc(wearing.ended_utc_ns)
        found: set[str] = set()
        for known in self.register.members(wearing.group):
            loads = self._loads_of(wearing, known)
            loaded_ns = sum(max(0, min(load.to_ns, end_ns) - load.from_ns) for load in loads)
            if loaded_ns >= round(self.settings.worn_for_s * 1e9):
                found.add(known.side)
        return tuple(sorted(found))

    def is_mixed(self, wearing: Wearing) -> bool:
        """Whether someone seems to wear one foot of this person's pair with the other foot of another's.

        Each pair has one loaded foot, of different sides, at the same time: whose feet these are, only people
        can tell. The other wearing is marked as well, as it may be finalized when this one is forgotten.
        """
        own = self.loaded_sides(wearing)
        if wearing.group == NOBODY or len(own) != 1 or len(self.register.members(wearing.group)) < PAIR:
            return wearing.mixed
        for other in self.register.wearings.values():
            if other.group in (NOBODY, wearing.group) or not _overlap(wearing, other):
                continue
            sides = self.loaded_sides(other)
            if len(sides) == 1 and sides != own:
                wearing.mixed = other.mixed = True
        return wearing.mixed

    def _span(self, wearing: Wearing, known_to_ns: int, unloaded_ns: int | None) -> Span:
        def midnight_after(at_ns: int) -> int:
            zone = wearing.zone or self.wearers.zone_name(wearing.group)
            wearing.zone = zone
            return self.line.of_utc(next_midnight(self.line.utc_ns(at_ns), self.wearers.zone(zone)))

        return span_of(self._loads(wearing), known_to_ns, unloaded_ns, midnight_after)

    def _loads(self, wearing: Wearing) -> Iterator[Interval]:
        """The loads since a wearing began, of all insoles of its group."""
        for known in self.register.members(wearing.group):
            yield from self._loads_of(wearing, known)

    def _loads_of(self, wearing: Wearing, known: KnownInsole) -> Iterator[Interval]:
        """The loads of one insole since a wearing began."""
        switches = [s for s in self.register.switches_of(wearing.group) if s.wearing == wearing.number]
        since_ns = self.line.of_moment(switches[0].moment) if switches else 0
        foot = self.router.feet[known.serial]
        own = [segment.first for segment in known.segments if segment.wearing == wearing.number]
        from_slot = own[0] if own else known.segments[-1].first if known.segments else 0
        for load in foot.course.loaded(from_slot, foot.host_time):
            if load.to_ns > since_ns:  # a better estimate of the clock may have moved a cut's slot a little
                yield Interval(max(load.from_ns, since_ns), load.to_ns)

    def _end(self, wearing: Wearing, end_ns: int) -> None:
        last = self.register.switches_of(wearing.group)[-1]
        end_ns = max(end_ns, self.line.of_moment(last.moment))
        moment = self.line.moment(end_ns)
        self.line.follow_wall()
        before = wearing.ended_utc_ns, wearing.stage
        wearing.ended_utc_ns, wearing.stage = moment.utc_ns, Stage.ENDED
        wearing.loaded_sides = self.loaded_sides(wearing)
        try:
            self._switch(wearing.group, moment, Kind.DAY, "")
        except (JournalError, RegisterError):
            wearing.ended_utc_ns, wearing.stage = before
            wearing.loaded_sides = ()
            raise
        self._tell(WearingStage.ENDED, wearing)

    def _switch(self, group: str, moment: Moment, kind: Kind, title: str) -> Wearing:
        """Another wearing of a group from a moment on: durable, or as if nothing had been."""
        register = self.register
        wearing = register.add_wearing(group, kind, title=title)
        wearing.changed_utc_ns, wearing.from_utc_ns = self.line.utc_ns(), moment.utc_ns
        switch = register.add_switch(group, moment, wearing.number)
        try:
            self.router.open(wearing)
            register.save()
        except (JournalError, RegisterError):
            del register.wearings[wearing.number]
            register.switches.remove(switch)
            if (journal := self.router.journals.pop(wearing.number, None)) is not None:
                journal.remove()
            raise
        for known in register.members(group):
            with contextlib.suppress(JournalError, RegisterError):  # tried again with each commit
                self.router.apply_switches(self.router.feet[known.serial])
        return wearing

    def _begin_recording(self, wearing: Wearing, first_load_utc_ns: int) -> None:
        wearing.first_load_utc_ns = first_load_utc_ns
        start = datetime.fromtimestamp(first_load_utc_ns // 1_000_000_000, UTC)
        digest = hashlib.sha256(f"{self.salt} {wearing.number} {first_load_utc_ns}".encode()).hexdigest()
        wearing.recording = f"{start:%Y%m%dT%H%M%SZ}-{digest[:8]}"
        self.router.journals[wearing.number].describe(wearing)

    def tell_open(self) -> None:
        """Tell anew, after a start, of wearings that had begun: whoever follows them knows nothing yet."""
        for wearing in self.register.wearings.values():
            if wearing.stage is Stage.OPEN and wearing.first_load_utc_ns is not None:
                self._tell(WearingStage.BEGAN, wearing)

    def _tell(self, stage: WearingStage, wearing: Wearing) -> None:
        members = self.register.members(wearing.group)
        worn = self.wearers.known(known.serial for known in members)
        serials = [(known.side, known.serial) for known in members]
        self.on_news(
            WearingNews(
                stage,
                wearing.number,
                wearing.recording,
                worn.person,
                worn.unassigned,
                tuple(sorted(serials)),
                wearing.first_load_utc_ns,
                wearing.ended_utc_ns,
                wearing.title,
            )
        )


def _overlap(one: Wearing, other: Wearing) -> bool:
    """Whether two wearings were loaded at the same time, as far as is known."""
    if one.first_load_utc_ns is None or other.first_load_utc_ns is None:
        return False
    one_ended, other_ended = one.last_load_utc_ns, other.last_load_utc_ns
    return (other_ended is None or one.first_load_utc_ns < other_ended) and (
        one_ended is None or other.first_load_utc_ns < one_ended
    )
