"""What stored analyses say of a person's posture and steps, without opening a recording."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from plantigrade.library.catalogue import queries
from plantigrade.library.catalogue.details import ALGORITHM
from plantigrade.library.catalogue.tables import AnalysisRow, RecordingRow
from plantigrade.posture.rules_engine.findings import State

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

_NANO: Final = 1_000_000_000
MOST_RECORDINGS: Final = 200
"""Newest analyses that are looked at: a fortnight has some ten wearings a day at most."""


@dataclass(frozen=True)
class StoredFinding:
    """A rule's finding in one recording.

    Attributes:
        recording: its identifier.
        at_utc: when it began; None where no clock is known.
        rule, foot: of the finding; foot is "left", "right" or "both".
        state: present, absent or unknown.
        confidence: of the finding, 0 to 1; None where it is not known.
    """

    recording: str
    at_utc: datetime | None
    rule: str
    foot: str
    state: State
    confidence: float | None


@dataclass(frozen=True)
class StoredPosture:
    """What the newest analyses of a span say.

    Attributes:
        recordings: that have an analysis.
        findings: of all of them, newest recordings first.
        steps_by_hour: steps in hours of local days, by the hour's beginning.
    """

    recordings: int
    findings: tuple[StoredFinding, ...]
    steps_by_hour: Mapping[datetime, int]

    def latest(self) -> dict[tuple[str, str], StoredFinding]:
        """The newest finding of each rule and foot that is known; an unknown one where none is."""
        found: dict[tuple[str, str], StoredFinding] = {}
        for one in self.findings:
            known = found.get((one.rule, one.foot))
            if known is None or (known.state is State.UNKNOWN and one.state is not State.UNKNOWN):
                found[one.rule, one.foot] = one
        return found

    def present(self) -> tuple[StoredFinding, ...]:
        """What was found last, the surest first."""
        found = [one for one in self.latest().values() if one.state is State.PRESENT]
        return tuple(sorted(found, key=lambda one: -(one.confidence or 0.0)))

    def not_judged(self) -> int:
        """How many rules could be judged in none of the recordings, on neither foot."""
        latest = self.latest()
        rules = {rule for rule, _ in latest}
        judged = {rule for (rule, _), one in latest.items() if one.state is not State.UNKNOWN}
        return len(rules - judged)


def stored_posture(library: "Library", person: str, since: datetime, zone: tzinfo) -> StoredPosture:
    """The newest analysis of each recording of a person that began since a time; logged as a reading.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    with library.store.read() as session:
        row = queries.person_row(session, person)
        audit_key = row.audit_key
        query = (
            sa.select(RecordingRow.id, RecordingRow.start_utc_ns, AnalysisRow.document)
            .join(AnalysisRow, AnalysisRow.recording_id == RecordingRow.id)
            .where(
                RecordingRow.person_id == row.id,
                RecordingRow.deleted_utc.is_(None),
                RecordingRow.erasing.is_(False),
                RecordingRow.order_ns >= round(since.timestamp() * _NANO),
                AnalysisRow.algorithm == ALGORITHM,
            )
            .order_by(RecordingRow.order_ns.desc(), RecordingRow.id, AnalysisRow.id.desc())
            .limit(MOST_RECORDINGS)
        )
        rows = [(one[0], one[1], one[2]) for one in session.execute(query)]
    library.read_log.add((audit_key,), "analyses")
    newest: dict[str, tuple[int | None, Mapping[str, Any]]] = {}
    for recording, start_utc_ns, document in rows:
        newest.setdefault(recording, (start_utc_ns, document))
    findings: list[StoredFinding] = []
    hours: dict[datetime, int] = {}
    for recording, (start_utc_ns, document) in newest.items():
        at = None if start_utc_ns is None else datetime.fromtimestamp(start_utc_ns / _NANO, UTC)
        findings += _findings(recording, at, document.get("posture") or ())
        if at is not None:
            _add_hours(hours, at, document.get("hours") or (), zone)
    return StoredPosture(len(newest), tuple(findings), dict(sorted(hours.items())))


def _findings(
    recording: str, at: datetime | None, items: Iterable[Mapping[str, Any]]
) -> Iterable[StoredFinding]:
    for item in items:
        confidence = item.get("confidence")
        yield StoredFinding(recording, at, item["rule"], item["foot"], State(item["state"]), confidence)


def _add_hours(
    hours: dict[datetime, int], begun: datetime, items: Iterable[Mapping[str, Any]], zone: tzinfo
) -> None:
    """Hours of a recording count from its beginning; the steps of each go to the local hour of its middle."""
    for item in items:
        middle = (begun + timedelta(hours=float(item["hour"]) + 0.5)).astimezone(zone)
        local = middle.replace(minute=0, second=0, microsecond=0)
        hours[local] = hours.get(local, 0) + int(item["steps"])
