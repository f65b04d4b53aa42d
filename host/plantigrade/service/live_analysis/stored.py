"""Alerts that were raised live, stored with their recording; and those that only its analysis has found."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from plantigrade.library.catalogue.alerts import as_stored
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.details import keep_alerts
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import StoredAlert
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import AlertKey

_SECOND_NS = 1e9


@dataclass
class LiveAlerts:
    """Live alerts of a person that no recording holds yet; times in UTC."""

    _waiting: list[tuple[int, Alert]] = field(default_factory=list[tuple[int, Alert]])

    def add(self, start_utc_ns: int, alerts: Sequence[Alert]) -> None:
        """Alerts of a wearing, whose second 0 was at `start_utc_ns`."""
        self._waiting += [(start_utc_ns, alert) for alert in alerts]

    def keep(self, library: Library, recording: str) -> None:
        """Store those that began within a recording with it.

        Raises:
            LibraryError: they could not be stored; the next call tries again.
        """
        with acting_as(SERVICE):
            entry = library.entry(recording)
            if entry.start_utc_ns is None or entry.duration_s is None:
                return
            found: list[StoredAlert] = []
            left: list[tuple[int, Alert]] = []
            for start_utc_ns, alert in self._waiting:
                shift_s = (start_utc_ns - entry.start_utc_ns) / _SECOND_NS
                if 0 <= alert.onset_s + shift_s <= entry.duration_s:
                    found.append(as_stored(_shifted(alert, shift_s), "live"))
                else:
                    left.append((start_utc_ns, alert))
            if found:
                keep_alerts(library, entry.id, found)
            self._waiting = left


@dataclass(frozen=True)
class FoundAlert:
    """An alert that the analysis of a recording raised.

    Attributes:
        key: what it is about.
        severity: of its rule.
        cleared_utc_ns: when its cause had gone; None where it lasted.
        interval_s: so long after one that was shown another of the rule and foot is not.
    """

    key: AlertKey
    severity: Severity
    cleared_utc_ns: int | None
    interval_s: float


def found_by_analysis(library: Library, recording: str) -> list[FoundAlert]:
    """The alerts that the analysis of a recording raised; none where no clock is known.

    Raises:
        LibraryError: there is no such recording.
    """
    with acting_as(SERVICE):
        opened = library.open(recording)
        start_utc_ns, person = opened.entry.start_utc_ns, opened.person
        if start_utc_ns is None:
            return []
        rules = (
            RuleBook().rules if person is None else library.record(person.code).rules.readable_book()[0].rules
        )
    found: list[FoundAlert] = []
    for one in opened.alerts:
        if one.origin != "analysis" or not one.document["shown"]:
            continue
        severity = Severity(one.document["severity"])
        rule = rules.get(one.rule)
        found.append(
            FoundAlert(
                AlertKey(one.rule, one.foot, start_utc_ns + round(one.from_s * _SECOND_NS)),
                severity,
                None if one.to_s is None else start_utc_ns + round(one.to_s * _SECOND_NS),
                0.0 if rule is None or severity is Severity.CRITICAL else rule.min_interval_s,
            )
        )
    return found


def _shifted(alert: Alert, by_s: float) -> Alert:
    return replace(
        alert,
        raised_s=alert.raised_s + by_s,
        onset_s=alert.onset_s + by_s,
        cleared_s=None if alert.cleared_s is None else alert.cleared_s + by_s,
    )
