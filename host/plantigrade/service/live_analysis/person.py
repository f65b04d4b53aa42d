"""One wearer live: frames of both feet in; strides, alerts and whether anyone is watching out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration.model import Calibration
from plantigrade.errors import PlantigradeError
from plantigrade.gait.results import STRIDE_UNITS, StrideTable
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.library.catalogue.judging import Judging, judging_at
from plantigrade.library.catalogue.library import Library
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.rules_engine.alerts import SHOWN_LATELY, Alert
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.life import NO_DATA, AlertKey
from plantigrade.service.alerts.settings import BURST_MARGIN_S, LIVE_AGE_S, LIVE_WITHIN_S
from plantigrade.service.events import AlertClass, StrideEvent, WatchingEvent
from plantigrade.service.live_analysis.settings import FETCH_S

RATE_HZ = 100.0
"""Frames a second of our insoles."""
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, eq=False)
class Preparation:
    """What the library knows of a wearer at a time.

    Attributes:
        judging: rules, own days and weight.
        calibrations: of the insoles by foot, those that the library holds.
        shoe_size_eu: None where it is not known.
        zone: of the person; None: of this computer.
    """

    judging: Judging
    calibrations: Mapping[Foot, Calibration]
    shoe_size_eu: float | None
    zone: tzinfo | None


def prepare(
    library: Library, person: str, serials: Mapping[Foot, str], from_utc: datetime, now_utc: datetime
) -> Preparation:
    """Read what a wearer's frames are analysed with; takes some database calls.

    Args:
        library: open.
        person: code.
        serials: of the insoles by foot.
        from_utc: when the wearing began.
        now_utc: rules that were edited later do not hold yet.

    Raises:
        LibraryError: there is no such person, or the library cannot be read.
    """
    known = library.person(person)
    zone = zone_of(known)
    found = {foot: calibration_of(library, serial) for foot, serial in serials.items()}
    calibrations = {foot: one for foot, one in found.items() if one is not None}
    judging = judging_at(library.record(person), from_utc, now_utc, zone)
    return Preparation(judging, calibrations, known.shoe_size_eu, zone)


@dataclass
class LivePerson:
    """Follows one person through a wearing.

    Attributes:
        person: code.
        prepared: what the library knows.
        book: the person's alerts.
        publish: passes events on.
        utc_minus_host_ns: from the clock of the frames to UTC.
        burst_period_s: pause between bursts of the daily mode.
        is_live: whether a foot's insole is in live mode.
        problem: why nothing can be analysed; "" while it can.
    """

    person: str
    prepared: Preparation
    book: AlertBook
    publish: Callable[[StrideEvent | WatchingEvent], None]
    utc_minus_host_ns: int
    burst_period_s: float
    is_live: Callable[[Foot], bool]
    problem: str = ""
    _watching: WatchingEvent | None = None
    _since_ns: int | None = None
    _keys: dict[int, AlertKey] = field(default_factory=dict[int, AlertKey])
    _to_say_again: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def __post_init__(self) -> None:
        judging = self.prepared.judging
        self._wearer = LiveWearer(
            WearerSetup(
                RATE_HZ,
                judging.weight_n,
                self.prepared.calibrations,
                judging.book,
                judging.reference,
                self.prepared.shoe_size_eu,
            )
        )
        if judging.weight_n is None:
            self.problem = "the body weight is not known, so no rule can be watched"

    @property
    def wearer(self) -> LiveWearer:
        """What does the work."""
        return self._wearer

    @property
    def has_critical_rules(self) -> bool:
        """Whether a critical rule is on for this person."""
        return bool(self.prepared.judging.book.critical)

    @property
    def watching(self) -> bool:
        """Whether critical rules are being watched."""
        return self._watching is not None and self._watching.watching

    def take(self, foot: Foot, stamped: StampedFrames) -> None:
        """Frames of a foot, as the bridge delivers them."""
        self._wearer.put(foot, stamped)

    def step(self, now_ns: int) -> bool:
        """Analyse what has come, some seconds of it at most; events go out.

        Args:
            now_ns: on the clock of the frames.

        Returns:
            Whether more has come than was looked at.
        """
        try:
            findings = self._wearer.step(now_ns)
        except PlantigradeError as error:
            self.problem = str(error)
            self._watch(now_ns)
            return False
        for foot, strides in findings.strides:
            self._tell_strides(foot, strides)
        for alert in findings.alerts:
            self._take_alert(alert, now_ns)
        if not findings.more:
            self._watch(now_ns)
        return findings.more

    def change_rules(self, judging: Judging) -> None:
        """Other rules hold from now on."""
        self.prepared = Preparation(
            judging, self.prepared.calibrations, self.prepared.shoe_size_eu, self.prepared.zone
        )
        for alert in self._wearer.change_rules(judging.book):
            key = self._key(alert)
            self.book.cleared(key, self.book.utc_ns())
            self._to_say_again.add((key.rule, key.foot))

    def finish(self, now_ns: int) -> tuple[Alert, ...]:
        """End of the wearing: nobody is watching any more; all alerts of it."""
        try:
            alerts, _ = self._wearer.finish()
        except PlantigradeError as error:
            self.problem, alerts = str(error), ()
        for alert in alerts:
            self._take_alert(alert, now_ns)
        for alert in self._wearer.alerts:
            if alert.cleared_s is None:
                self.book.cleared(self._key(alert), self.book.utc_ns())
        for foot in Foot:
            self._data_are_back(foot)
        self._tell_watching(False)
        return self._wearer.alerts

    def utc_of(self, seconds: float) -> int:
        """UTC in ns of a time of the wearer's analysis."""
        start_ns = self._wearer.start_ns
        assert start_ns is not None, "nothing is found before the first frame"
        return start_ns + self.utc_minus_host_ns + round(seconds * 1e9)

    def _tell_strides(self, foot: Foot, strides: StrideTable) -> None:
        for row in range(len(strides)):
            values = [(name, float(getattr(strides, name)[row])) for name in STRIDE_UNITS]
            values += [
                (name, float(strides.pressure[row, column]))
                for column, name in enumerate(strides.pressure_names)
                if name not in STRIDE_UNITS
            ]
            began = self.utc_of(float(strides.initial_contact_s[row]))
            self.publish(StrideEvent(self.person, foot.value, began, tuple(values)))

    def _take_alert(self, alert: Alert, now_ns: int) -> None:
        key = self._key(alert)
        if alert.cleared_s is not None:
            self.book.cleared(key, self.utc_of(alert.cleared_s))
            return
        delay_s = (now_ns + self.utc_minus_host_ns - self.utc_of(alert.raised_s)) / _SECOND_NS
        alert_class = class_of(delay_s, self.burst_period_s)
        self.book.raised(
            key, alert.severity, alert_class, alert.held_back_by or self._held_back_by(alert, key)
        )

    def _held_back_by(self, alert: Alert, key: AlertKey) -> str:
        """Why an alert is not shown that the rules engine would show: it knows this wearing alone."""
        if (key.rule, key.foot) in self._to_say_again:
            self._to_say_again.discard((key.rule, key.foot))
            return ""
        rule = self.prepared.judging.book.rules[alert.rule]
        lately = self.book.shown_lately(key, rule.min_interval_s, self.utc_of(alert.raised_s))
        return SHOWN_LATELY if lately else ""

    def _key(self, alert: Alert) -> AlertKey:
        foot = alert.foot.value if alert.foot is not None else "both"
        return AlertKey(alert.rule, foot, self.utc_of(alert.onset_s))

    def _watch(self, now_ns: int) -> None:
        """Whether both feet's data are young enough for critical rules; an alert of its own where not."""
        if not self.has_critical_rules:
            return
        self._watched_since(now_ns)
        silent = [foot for foot in Foot if self._age_s(foot, now_ns) > self._oldest_s(foot)]
        open_for = {alert.key.foot for alert in self.book.open() if alert.key.rule == NO_DATA}
        for foot in Foot:
            if foot in silent and foot.value in open_for:
                continue  # data of hours ago may come in, and nobody is watching all the same
            if foot in silent:
                self._tell_silence(foot, now_ns)
            else:
                self._data_are_back(foot)
        self._tell_watching(not silent and not self.problem)

    def _tell_silence(self, foot: Foot, now_ns: int) -> None:
        if self._wearer.start_ns is None or now_ns - self._watched_since(now_ns) < FETCH_S * _SECOND_NS:
            return
        key = AlertKey(NO_DATA, foot.value, self.utc_of(max(self._wearer.reach_s(foot), 0.0)))
        self.book.raised(key, Severity.WARNING, class_of(self._age_s(foot, now_ns), self.burst_period_s))

    def _watched_since(self, now_ns: int) -> int:
        if self._since_ns is None:
            self._since_ns = now_ns
        return self._since_ns

    def _data_are_back(self, foot: Foot) -> None:
        for alert in self.book.open():
            if (alert.key.rule, alert.key.foot) == (NO_DATA, foot.value):
                self.book.cleared(alert.key, self.book.utc_ns())

    def _age_s(self, foot: Foot, now_ns: int) -> float:
        start_ns = self._wearer.start_ns
        if start_ns is None:
            return float("inf")
        return (now_ns - start_ns) / _SECOND_NS - self._wearer.reach_s(foot)

    def _oldest_s(self, foot: Foot) -> float:
        return LIVE_AGE_S if self.is_live(foot) else self.burst_period_s + BURST_MARGIN_S

    def _tell_watching(self, watching: bool) -> None:
        if not self.has_critical_rules and self._watching is None:
            return
        if self._watching is None or self._watching.watching != watching:
            self._watching = WatchingEvent(self.person, watching, self.book.utc_ns())
            self.publish(self._watching)


def class_of(delay_s: float, burst_period_s: float) -> AlertClass:
    """How soon an alert was known, by the seconds between its being raised and its being known.

    Example:
        >>> class_of(20.0, 900.0).value, class_of(600.0, 900.0).value, class_of(7200.0, 900.0).value
        ('live', 'delayed', 'found afterwards')
    """
    if delay_s <= LIVE_WITHIN_S:
        return AlertClass.LIVE
    late_s = burst_period_s + BURST_MARGIN_S + LIVE_WITHIN_S
    return AlertClass.DELAYED if delay_s <= late_s else AlertClass.FOUND_AFTERWARDS
