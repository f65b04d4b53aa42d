"""Alerts that were raised live, stored with their recording; and those that only its analysis has found."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from plantigrade.library.catalogue.alerts import as_stored
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.details import keep_alerts
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import StoredAlert
from plantigrade.posture.rules_engine.alerts import Alert
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


def found_by_analysis(library: Library, recording: str) -> list[tuple[AlertKey, Severity, int | None]]:
    """The alerts that the analysis of a recording raised: what each is about, its severity, and when its
    cause had gone; none where no clock is known.

    Raises:
        LibraryError: there is no such recording.
    """
    with acting_as(SERVICE):
        opened = library.open(recording)
    start_utc_ns = opened.entry.start_utc_ns
    if start_utc_ns is None:
        return []
    return [
        (
            AlertKey(one.rule, one.foot, start_utc_ns + round(one.from_s * _SECOND_NS)),
            Severity(one.document["severity"]),
            None if one.to_s is None else start_utc_ns + round(one.to_s * _SECOND_NS),
        )
        for one in opened.alerts
        if one.origin == "analysis" and one.document["shown"]
    ]


def _shifted(alert: Alert, by_s: float) -> Alert:
    return replace(
        alert,
        raised_s=alert.raised_s + by_s,
        onset_s=alert.onset_s + by_s,
        cleared_s=None if alert.cleared_s is None else alert.cleared_s + by_s,
    )
