"""The tables of a person's record: everything that is dated, belongs to one person and goes with that person.

What says something about health stands in encrypted columns. Keys, times and kinds stay readable, so that a
database can search by them. Changed only together with a migration (migrations/versions).
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plantigrade.library.catalogue.tables import Base, EncryptedDate, EncryptedJson, EncryptedText, Utc

_TEXT: Final = 200
_KIND: Final = 40
_SIDE: Final = 20
_DAY: Final = 10
"""Length of an ISO date."""


def _person() -> Mapped[int]:
    return mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


class BodyMeasureRow(Base):
    """Weight and height of a day: `weight_kg`, `height_cm`, either may be missing."""

    __tablename__ = "body_measures"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    measured_on: Mapped[date] = mapped_column(EncryptedDate)
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    by: Mapped[str] = mapped_column(String(_TEXT))
    made_utc: Mapped[datetime] = mapped_column(Utc)


class FootwearRow(Base):
    """A pair of shoes or orthotics; `kind` is a `person.entries.FootwearKind`."""

    __tablename__ = "footwear"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    kind: Mapped[str] = mapped_column(String(_KIND))
    name: Mapped[str] = mapped_column(EncryptedText)
    remark: Mapped[str] = mapped_column(EncryptedText)
    made_utc: Mapped[datetime] = mapped_column(Utc)


class FootwearPeriodRow(Base):
    """When a pair was worn; `to_utc` is missing while it is."""

    __tablename__ = "footwear_periods"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    footwear_id: Mapped[int] = mapped_column(ForeignKey("footwear.id", ondelete="CASCADE"), index=True)
    from_utc: Mapped[datetime] = mapped_column(Utc)
    to_utc: Mapped[datetime | None] = mapped_column(Utc)


class InsoleAssignmentRow(Base):
    """Whose an insole is, for which foot ("" where nobody said) and when; `to_utc` is missing while it is."""

    __tablename__ = "insole_assignments"
    __table_args__ = (Index("ix_insole_assignments_serial", "serial"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    serial: Mapped[str] = mapped_column(String(_TEXT))
    from_utc: Mapped[datetime] = mapped_column(Utc)
    to_utc: Mapped[datetime | None] = mapped_column(Utc)
    side: Mapped[str] = mapped_column(String(_SIDE), server_default="", default="")


class RuleEditRow(Base):
    """One change of one rule of a person (`posture.rules_engine.rulebook.Edit`), in the order of `id`."""

    __tablename__ = "rule_edits"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    made_utc: Mapped[datetime] = mapped_column(Utc)


class BaselineDayRow(Base):
    """One day of the person's baseline in one pair (`posture.baseline.baseline.Day`); undone ones stay."""

    __tablename__ = "baseline_days"
    __table_args__ = (Index("ix_baseline_days_person_id_day", "person_id", "day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    day: Mapped[str] = mapped_column(String(_DAY))
    tag: Mapped[str] = mapped_column(EncryptedText)
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    made_utc: Mapped[datetime] = mapped_column(Utc)
    undone_utc: Mapped[datetime | None] = mapped_column(Utc)


class DiaryEntryRow(Base):
    """One entry of the diary (`posture.diary.diary.Entry`)."""

    __tablename__ = "diary_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    day: Mapped[str] = mapped_column(String(_DAY))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    made_utc: Mapped[datetime] = mapped_column(Utc)


class GoalRow(Base):
    """What a person means to do each day; `kind` is a `person.entries.GoalKind`."""

    __tablename__ = "goals"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    kind: Mapped[str] = mapped_column(String(_KIND))
    from_day: Mapped[str] = mapped_column(String(_DAY))
    to_day: Mapped[str | None] = mapped_column(String(_DAY))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class GoalDoneRow(Base):
    """What was done of a goal on a day."""

    __tablename__ = "goals_done"
    __table_args__ = (Index("uq_goals_done_goal_id_day", "goal_id", "day", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    goal_id: Mapped[int] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"))
    day: Mapped[str] = mapped_column(String(_DAY))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class AlertAnswerRow(Base):
    """An answer to an alert, keyed by its content: rule, foot and onset, so that a new analysis keeps it."""

    __tablename__ = "alert_answers"
    __table_args__ = (Index("ix_alert_answers_person_id_rule", "person_id", "rule"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    rule: Mapped[str] = mapped_column(String(_TEXT))
    foot: Mapped[str] = mapped_column(String(20))
    onset_utc_ns: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(String(_KIND))
    until_utc: Mapped[datetime | None] = mapped_column(Utc)
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    by: Mapped[str] = mapped_column(String(_TEXT))
    at_utc: Mapped[datetime] = mapped_column(Utc)


class DeliveryRow(Base):
    """An attempt to deliver a notification; never its text."""

    __tablename__ = "deliveries"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    at_utc: Mapped[datetime] = mapped_column(Utc)
    channel: Mapped[str] = mapped_column(String(_TEXT))
    subject: Mapped[str] = mapped_column(String(_TEXT))
    outcome: Mapped[str] = mapped_column(String(_KIND))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class CautionRow(Base):
    """An answer to one of the questions before exercises; the newest of a question counts."""

    __tablename__ = "cautions"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    caution: Mapped[str] = mapped_column(String(_KIND))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    by: Mapped[str] = mapped_column(String(_TEXT))
    at_utc: Mapped[datetime] = mapped_column(Utc)


class ConsentRow(Base):
    """Who may have which data, for what, from when to when, by which text; withdrawn ones stay."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    from_utc: Mapped[datetime] = mapped_column(Utc)
    to_utc: Mapped[datetime | None] = mapped_column(Utc)
    withdrawn_utc: Mapped[datetime | None] = mapped_column(Utc)
    by: Mapped[str] = mapped_column(String(_TEXT))


class PlanRow(Base):
    """What was decided for a finding (`posture.plans.plan.Plan`)."""

    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    kind: Mapped[str] = mapped_column(String(_KIND))
    from_day: Mapped[str] = mapped_column(String(_DAY))
    to_day: Mapped[str | None] = mapped_column(String(_DAY))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    by: Mapped[str] = mapped_column(String(_TEXT))
    made_utc: Mapped[datetime] = mapped_column(Utc)


class PlanVerdictRow(Base):
    """What the comparison of a plan said on a day (`posture.plans.verdict.Verdict`)."""

    __tablename__ = "plan_verdicts"
    __table_args__ = (Index("uq_plan_verdicts_plan_id_day", "plan_id", "day", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    day: Mapped[str] = mapped_column(String(_DAY))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class WearDayRow(Base):
    """What one recording says of one local day: hours worn, steps, standing, load. A new version of the
    recording replaces it."""

    __tablename__ = "wear_days"
    __table_args__ = (
        Index("uq_wear_days_recording_id_day", "recording_id", "day", unique=True),
        Index("ix_wear_days_person_id_day", "person_id", "day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"))
    day: Mapped[str] = mapped_column(String(_DAY))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class PersonSettingsRow(Base):
    """What a person has set: quiet hours, alerts a day, channels, retention, hints. One row a person."""

    __tablename__ = "person_settings"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)


class PersonNoteRow(Base):
    """A note on the person, by whoever may read the record; a removed one stays, with its time."""

    __tablename__ = "person_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    text: Mapped[str] = mapped_column(EncryptedText)
    by: Mapped[str] = mapped_column(String(_TEXT))
    made_utc: Mapped[datetime] = mapped_column(Utc)
    removed_utc: Mapped[datetime | None] = mapped_column(Utc)


class VisitRow(Base):
    """A visit to a clinician, step by step (`person.visits.PersonVisit`); `ended_utc` is missing while it
    goes on."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    begun_utc: Mapped[datetime] = mapped_column(Utc)
    ended_utc: Mapped[datetime | None] = mapped_column(Utc)
    by: Mapped[str] = mapped_column(String(_TEXT))
    document: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
