"""People with recordings in the catalogue alone: rows as recordings of the bridge leave them, no files."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import WearDayRow
from plantigrade.library.catalogue.queries import person_row
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow
from plantigrade.library.person.documents import as_document
from plantigrade.library.person.entries import AlertAnswer, AnswerKind, Consent, DataKind, WearDay

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
"""The time of the pages' tests (conftest.NOW_NS)."""
TODAY = date(2026, 3, 10)
NS = 1_000_000_000


def ns(moment: datetime) -> int:
    """Nanoseconds since 1970."""
    return round(moment.timestamp()) * NS


def end_of(ago: int) -> datetime:
    """11:00 UTC so many days ago."""
    return datetime(2026, 3, 10, 11, tzinfo=UTC) - timedelta(days=ago)


def recorded(
    library: Library, code: str, hours_of: dict[int, float], missing: float = 0.0, steps: int = 4000
) -> None:
    """A recording on each of these days, by how many days ago it was; each ends at 11:00 UTC."""
    with library.store.write() as session:
        person = person_row(session, code).id
        for ago, hours in hours_of.items():
            start = end_of(ago) - timedelta(hours=hours)
            name = f"{end_of(ago):%Y%m%d}T000000Z-{code}"
            session.add(recording_row(name, person, start, hours, round(hours * 720_000), missing))
            session.flush()
            wear = WearDay(hours, steps, steps // 2, 60.0, 90.0, 9e3, 8e3)
            session.add(wear_row(name, person, TODAY - timedelta(days=ago), wear))


def recording_row(
    name: str, person: int, start: datetime, hours: float, frames: int, missing: float
) -> RecordingRow:
    """As recordings of the bridge leave it."""
    return RecordingRow(
        id=name,
        kind="insole",
        title="",
        person_id=person,
        start_utc_ns=ns(start),
        order_ns=ns(start),
        duration_s=hours * 3600.0,
        feet="left,right",
        sample_rate_hz=100.0,
        frames_recorded=round(frames * (1 - missing)),
        frames_missing=round(frames * missing),
        bytes=1000,
        books_sha256="",
        source="",
        added_utc=start + timedelta(hours=hours),
    )


def wear_row(recording: str, person: int, day: date, wear: WearDay) -> WearDayRow:
    """What the recording says of its day."""
    return WearDayRow(
        person_id=person, recording_id=recording, day=day.isoformat(), document=as_document(wear)
    )


def raised(
    library: Library,
    code: str,
    rule: str,
    foot: str,
    at: datetime,
    note: str = "warning, live",
    cleared: bool = False,
) -> None:
    """An alert that the service has raised."""
    answers = library.record(code).answers
    answers.add(AlertAnswer(rule, foot, ns(at), AnswerKind.RAISED, at, note=note, by="service"))
    if cleared:
        end = at + timedelta(minutes=5)
        answers.add(AlertAnswer(rule, foot, ns(at), AnswerKind.CLEARED, end, by="service"))


def shared(library: Library, code: str, account: str, withdrawn: bool = False) -> None:
    """A consent of a person for an account, since 1 March; withdrawn on 5 March."""
    consents = library.record(code).consents
    kinds = (DataKind.PERSON, DataKind.RECORDINGS)
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    given = consents.give(Consent(account, kinds, "control of the orthotic", begun, None, "1", code))
    if withdrawn:
        consents.withdraw(given.id, datetime(2026, 3, 5, 12, tzinfo=UTC))


def many(library: Library, count: int, recordings: int) -> Sequence[str]:
    """So many people with so many recordings each, one a day."""
    codes = [f"Q{number:03d}" for number in range(count)]
    with library.store.write() as session:
        people = [PersonRow(code=code, remark="", time_zone="Europe/Berlin") for code in codes]
        session.add_all(people)
        session.flush()
        names = [
            (f"{end_of(ago):%Y%m%d}T000000Z-{person.code}", person.id, ago)
            for person in people
            for ago in range(recordings)
        ]
        for name, person, ago in names:
            start = end_of(ago) - timedelta(hours=6)
            session.add(recording_row(name, person, start, 6.0, 4_320_000, 0.01))
        session.flush()
        for name, person, ago in names:
            wear = WearDay(6.0, 5000, 2500, 60.0, 90.0, 9e3, 8e3)
            session.add(wear_row(name, person, TODAY - timedelta(days=ago), wear))
    return codes
