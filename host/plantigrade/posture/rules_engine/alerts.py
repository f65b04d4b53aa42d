"""Alerts: raised, cleared, acknowledged, snoozed, rate-limited; and how they were answered."""

from dataclasses import dataclass, replace
from statistics import median

from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.rules import Rule, Severity
from plantigrade.posture.settings import MAX_ALERTS_PER_HOUR, RELIEF_WITHIN_S

SNOOZED = "snoozed"
SHOWN_LATELY = "shown lately"
LIMIT_AN_HOUR = "limit an hour"


@dataclass(frozen=True)
class Alert:
    """One alert. Times in seconds of the recording; None where it has not happened.

    Attributes:
        number: rising from 1 in a recording.
        rule, rule_version, engine: what made it, as versions.
        foot: side concerned; None for both.
        severity: of the rule.
        raised_s: when it was raised.
        onset_s: when the value first crossed the raise level.
        value, level: the value at that moment and the level it passed.
        strides: valid strides of the foot seen until then.
        cleared_s: when the value was back for long enough.
        acknowledged_s: when someone said so.
        shown: False when the rate limit or a snooze held it back.
        held_back_by: why it was, "" where it was shown.
    """

    number: int
    rule: str
    rule_version: str
    engine: str
    foot: Foot | None
    severity: Severity
    raised_s: float
    onset_s: float
    value: float
    level: float
    strides: int
    cleared_s: float | None = None
    acknowledged_s: float | None = None
    shown: bool = True
    held_back_by: str = ""


@dataclass(frozen=True)
class Response:
    """How alerts were answered.

    Attributes:
        wear_h: hours of wear.
        shown: alerts that were shown.
        suppressed: alerts that were not.
        alerts_per_hour: shown ones an hour of wear.
        cleared: shown alerts whose cause went away.
        median_offload_s: seconds from raising to clearing; None without any.
        within_20_min: share of the shown alerts that were cleared within 20 minutes; None without any.
        acknowledged: shown alerts that someone acknowledged.
    """

    wear_h: float
    shown: int
    suppressed: int
    alerts_per_hour: float
    cleared: int
    median_offload_s: float | None
    within_20_min: float | None
    acknowledged: int


class AlertLog:
    """All alerts of a recording and what people did about them."""

    def __init__(self, max_per_hour: int = MAX_ALERTS_PER_HOUR) -> None:
        self.alerts: list[Alert] = []
        self._max_per_hour = max_per_hour
        self._snoozed_until: dict[str, float] = {}

    def add(self, rule: Rule, alert: Alert) -> Alert:
        """Take a new alert; decides whether it is shown."""
        same = [a.raised_s for a in self.alerts if a.rule == alert.rule and a.foot is alert.foot and a.shown]
        recent = [a for a in self.alerts if a.shown and a.raised_s > alert.raised_s - 3600]
        snoozed_until_s = self._snoozed_until.get(alert.rule, float("-inf"))
        held_back_by = ""
        if alert.severity is not Severity.CRITICAL and alert.raised_s < snoozed_until_s:
            held_back_by = SNOOZED
        elif same and alert.raised_s - same[-1] < rule.min_interval_s:
            held_back_by = SHOWN_LATELY
        elif alert.severity is not Severity.CRITICAL and len(recent) >= self._max_per_hour:
            held_back_by = LIMIT_AN_HOUR
        number = len(self.alerts) + 1
        stored = replace(alert, number=number, shown=not held_back_by, held_back_by=held_back_by)
        self.alerts.append(stored)
        return stored

    def clear(self, number: int, time_s: float) -> Alert:
        """The cause of an alert is gone."""
        return self._change(number, cleared_s=time_s)

    def acknowledge(self, number: int, time_s: float) -> Alert:
        """Someone has seen the alert.

        Raises:
            IndexError: there is no such alert.
        """
        return self._change(number, acknowledged_s=time_s)

    def snooze(self, rule_id: str, until_s: float) -> None:
        """Show no alert of this rule before `until_s`, unless it is critical; they are still recorded."""
        self._snoozed_until[rule_id] = until_s

    def _change(self, number: int, **what: float) -> Alert:
        if not 1 <= number <= len(self.alerts):
            raise IndexError(f"there is no alert {number}")
        changed = replace(self.alerts[number - 1], **what)
        self.alerts[number - 1] = changed
        return changed

    def response(self, wear_s: float) -> Response:
        """Measured answer over a time of wear."""
        shown = [a for a in self.alerts if a.shown]
        times = [a.cleared_s - a.raised_s for a in shown if a.cleared_s is not None]
        wear_h = wear_s / 3600
        return Response(
            wear_h=wear_h,
            shown=len(shown),
            suppressed=len(self.alerts) - len(shown),
            alerts_per_hour=len(shown) / wear_h if wear_h > 0 else 0.0,
            cleared=len(times),
            median_offload_s=median(times) if times else None,
            within_20_min=sum(t <= RELIEF_WITHIN_S for t in times) / len(shown) if shown else None,
            acknowledged=sum(a.acknowledged_s is not None for a in shown),
        )
