"""A person with something in every table, and where a word stands on the disk."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from plantigrade.library.catalogue.account_tables import AccountRow, Base, InvitationRow
from plantigrade.library.catalogue.details import keep_alerts
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import ConsentRow
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.catalogue.sending_tables import (
    ClinicKeyRow,
    ClinicRow,
    ParcelRow,
    SenderInvitationRow,
    SenderRow,
    SendingRow,
)
from plantigrade.library.catalogue.tables import AnalysisRow, InsoleKeyRow, InsoleLogKeyRow
from plantigrade.library.entries import Person, StoredAlert, Tag
from plantigrade.library.person.entries import (
    AlertAnswer,
    AnswerKind,
    BodyMeasure,
    Channel,
    Consent,
    DataKind,
    Delivery,
    DeliveryOutcome,
    Footwear,
    FootwearKind,
    Goal,
    GoalDone,
    GoalKind,
    PersonSettings,
    WearDay,
)
from plantigrade.library.person.visits import PersonVisit
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.plans.done import Done
from plantigrade.posture.plans.plan import ChosenBy, Plan, PlanKind, plan_for
from plantigrade.posture.plans.verdict import Outcome, Verdict
from plantigrade.posture.rules_engine.rules import shipped_rules

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 1)
HOUR = timedelta(hours=1)


def person_with_everything(
    library: Library, code: str, word: str, recording: str, readable: str | None = None
) -> PersonRecord:
    """A person in whose every table `word` stands, with a recording that lies in the library's folder.

    `readable` stands instead of it in columns that an encrypted library leaves readable.
    """
    other = word if readable is None else readable
    library.add_person(
        Person(code, word, date(1951, 3, 9), "female", 170.0, 61.0, 39.0, word, "Europe/Berlin", "en")
    )
    library.scan()
    library.assign(recording, code)
    library.rename(recording, word)
    library.tag(recording, [Tag("shoe", other)])
    library.note(recording, word)
    keep_alerts(library, recording, [StoredAlert("low-arch", "left", 1.0, None, {"patient": word})])
    with library.store.write() as session:
        made = {"algorithm": "a", "version": "1", "made_utc": NOON, "document": {"text": word}}
        session.add(AnalysisRow(recording_id=recording, **made))
    record = library.record(code)
    fill(record, word, recording, other)
    with library.store.write() as session:
        session.add(account_row(record._access.person_id, word, other))
        secret, following = "5A" * 32, "5B" * 32  # of an insole, nobody's
        session.add(InsoleKeyRow(serial="7F01", secret=secret, next_secret=following, made_utc=NOON))
        session.add(InsoleLogKeyRow(serial="7F01", secret=secret, made_utc=NOON))
        consents = session.scalar(sa.select(sa.func.max(ConsentRow.id)))
        session.add(invitation_row(record._access.person_id, word, consents))
        for row in rows_of_a_clinic(record._access.person_id, word):
            session.add(row)
            session.flush()
        clinic = clinic_row(record._access.person_id, word, consents)
        session.add(clinic)
        session.flush()
        session.add(sending_row(clinic.id, word))
    return record


def account_row(person_id: int, word: str, other: str) -> AccountRow:
    """An account of the person; its name stays readable, since it is what one signs in with."""
    about = {"roles": "patient", "totp_secret": word, "created_utc": NOON}
    return AccountRow(name=other, person_id=person_id, **about)


def invitation_row(person_id: int, word: str, consent: int | None) -> InvitationRow:
    """An invitation that was taken."""
    times = {"made_utc": NOON, "ends_utc": NOON + HOUR, "taken_utc": NOON}
    document = {"label": word, "data": ["diary"], "until_utc": None}
    return InvitationRow(
        person_id=person_id, code_sha256="0" * 64, document=document, consent_id=consent, **times
    )


def rows_of_a_clinic(person_id: int, word: str) -> list[Base]:
    """What a clinic has of a device that sent a parcel for the person."""
    sent = {"parcel_id": "1" * 64, "bytes": 7, "state": "quarantined", "problem": word}
    return [
        ClinicKeyRow(public="04" * 20, secret="5C" * 32, made_utc=NOON),
        SenderInvitationRow(person_id=person_id, code_sha256="2" * 64, made_utc=NOON, ends_utc=NOON + HOUR),
        SenderRow(id=1, person_id=person_id, credential_sha256="3" * 64, device=word, made_utc=NOON),
        ParcelRow(sender_id=1, begun_utc=NOON, touched_utc=NOON, **sent),
    ]


def clinic_row(person_id: int, word: str, consent: int | None) -> ClinicRow:
    """A clinic that the person's recordings go to."""
    texts = dict.fromkeys(("address", "name", "there", "credential", "problem"), word)
    times = {"since_utc": NOON, "joined_utc": NOON}
    return ClinicRow(person_id=person_id, consent_id=consent, public_key="04" * 20, **texts, **times)


def sending_row(clinic_id: int, word: str) -> SendingRow:
    """A recording that somebody at the clinic has opened."""
    times = {"next_utc": NOON, "made_utc": NOON, "opened_utc": NOON}
    about = {"recording_id": "r", "manifest_sha256": "4" * 64, "state": "opened"}
    return SendingRow(clinic_id=clinic_id, opened_by=word, **about, **times)


def fill(record: PersonRecord, word: str, recording: str, other: str) -> None:
    """Put `word` into every part of a record, `other` into columns that are never encrypted."""
    record.body.add(BodyMeasure(DAY, 61.5, by=other))
    shoe = record.footwear.add(Footwear(FootwearKind.SHOE, word, word))
    record.footwear.wear(shoe.id, NOON)
    record.insoles.assign(f"{other}-left", NOON)
    record.rules.edit("low-arch", "raise_level", 0.38, reason=word, by=word)
    record.baseline.learn(Day(DAY.isoformat(), word, 100, {f"left/{word}": 1.0}))
    record.diary.add(Entry(NOON, BodySite.KNEE, 4, "left", word))
    goal = record.goals.add(Goal(GoalKind.EXERCISE, 3, DAY, exercise=word, by=word))
    record.goals.done(GoalDone(goal.id, DAY, 2, word))
    record.answers.add(
        AlertAnswer("low-arch", "left", 5, AnswerKind.SNOOZED, NOON, NOON + HOUR, note=word, by=other)
    )
    record.deliveries.add(Delivery(NOON, other, other, DeliveryOutcome.FAILED, word))
    record.cautions.set(Caution.FALLEN, CautionAnswer.YES, note=word, by=other)
    record.consents.give(Consent(word, (DataKind.DIARY,), word, NOON, None, word, other))
    plan = plan_for(
        shipped_rules()["low-arch"], None, PlanKind.SHOE, DAY, ChosenBy.PERSON, tag=word, note=word
    )
    record.plans.verdicts.put(record.plans.add(plan, by=other).id, DAY, verdict_on(plan))
    record.settings.set(PersonSettings(time(22), time(7), channels=(Channel(word, f"mailto://{word}"),)))
    record.days.put(recording, DAY, WearDay(2.0, 1000))
    record.notes.add(word, by=other)
    record.visits.begin(PersonVisit(NOON, remark=word, by=other))


def verdict_on(plan: Plan) -> Verdict:
    """It is too early."""
    done = Done(1, 1, 2.0, plan.goal, True)
    return Verdict(Outcome.TOO_EARLY, DAY, None, None, 3, 1, 10, 10, done, (), (plan,))


def files_with(folders: Iterable[Path], word: str) -> list[Path]:
    """Files below folders in which a word stands, in any case."""
    sought = word.lower().encode()
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and sought in path.read_bytes().lower()
    ]
