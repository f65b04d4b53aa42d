"""The record of a person: `library.record(code)`."""

from typing import Any, Final

import sqlalchemy as sa

from plantigrade.library.catalogue.audit import code_of_key
from plantigrade.library.catalogue.record.access import RecordAccess, RecordPart
from plantigrade.library.catalogue.record.alerts import AnswersPart, DeliveriesPart
from plantigrade.library.catalogue.record.baseline import BaselinePart
from plantigrade.library.catalogue.record.body import BodyPart
from plantigrade.library.catalogue.record.days import DaysPart
from plantigrade.library.catalogue.record.diary import DiaryPart
from plantigrade.library.catalogue.record.footwear import FootwearPart
from plantigrade.library.catalogue.record.goals import GoalsPart
from plantigrade.library.catalogue.record.insoles import InsolesPart
from plantigrade.library.catalogue.record.notes import NotesPart
from plantigrade.library.catalogue.record.person_settings import SettingsPart
from plantigrade.library.catalogue.record.plans import PlansPart
from plantigrade.library.catalogue.record.rules import RulesPart
from plantigrade.library.catalogue.record.safety import CautionsPart, ConsentsPart
from plantigrade.library.catalogue.record.visits import VisitsPart
from plantigrade.library.catalogue.tables import AuditRow
from plantigrade.library.person.entries import Access

SCHEMA: Final = "plantigrade.person-record/1"


class PersonRecord:
    """What belongs to one person beside the recordings, in parts: typed, dated, saying who entered it.

    Reading is logged, once an hour for each reader and part; changes are logged always.

    Attributes:
        code: of the person.
        body, footwear, insoles, rules, baseline, diary, goals, answers, deliveries, cautions, consents,
            plans, settings, days, notes, visits: the parts.

    Example:
        >>> from datetime import date
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from plantigrade.library.catalogue.library import Library
        >>> from plantigrade.library.entries import Person
        >>> from plantigrade.library.person.entries import BodyMeasure
        >>> with TemporaryDirectory() as folder, Library(Path(folder)) as library:
        ...     record = library.record(library.add_person(Person("P001")).code)
        ...     _ = record.body.add(BodyMeasure(date(2026, 3, 1), weight_kg=71.5))
        ...     record.body.at(date(2026, 4, 1)).weight_kg
        71.5
    """

    def __init__(self, access: RecordAccess) -> None:
        self._access = access
        self.code = access.code
        self.body = BodyPart(access)
        self.footwear = FootwearPart(access)
        self.insoles = InsolesPart(access)
        self.rules = RulesPart(access)
        self.baseline = BaselinePart(access)
        self.diary = DiaryPart(access)
        self.goals = GoalsPart(access)
        self.answers = AnswersPart(access)
        self.deliveries = DeliveriesPart(access)
        self.cautions = CautionsPart(access)
        self.consents = ConsentsPart(access)
        self.plans = PlansPart(access)
        self.settings = SettingsPart(access)
        self.days = DaysPart(access)
        self.notes = NotesPart(access)
        self.visits = VisitsPart(access)

    @property
    def parts(self) -> tuple[RecordPart[Any], ...]:
        """All parts; `what` is the name of each."""
        return (
            self.body,
            self.footwear,
            self.insoles,
            self.rules,
            self.baseline,
            self.diary,
            self.goals,
            self.answers,
            self.deliveries,
            self.cautions,
            self.consents,
            self.plans,
            self.settings,
            self.days,
            self.notes,
            self.visits,
        )

    def newest(self, *parts: RecordPart[Any]) -> tuple[int, ...]:
        """The number of the newest entry of each part, 0 where there is none: what only ever grows need not
        be read again while nothing was added. Nothing of the entries is read, so it is not logged."""
        with self._access.store.read() as session:
            return tuple(part.newest(session) for part in parts)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with stored entries; empty when all of the record can be read."""
        return tuple(problem for part in self.parts for problem in part.problems())

    def as_json(self) -> dict[str, Any]:
        """The whole record as a document, for the export of a person."""
        return {
            "schema": SCHEMA,
            "person": self.code,
            **{part.what: part.as_json() for part in self.parts},
            "cannot_be_read": list(self.problems()),
        }

    def accesses(self) -> list[Access]:
        """Who read or changed the record, newest first; the person may see this."""
        with self._access.store.read() as session:
            codes = code_of_key(session)
            query = sa.select(AuditRow).where(AuditRow.subject == self._access.audit_key)
            return [
                Access(row.at_utc, codes.get(row.actor, row.actor), row.action, row.detail)
                for row in session.scalars(query.order_by(AuditRow.id.desc()))
            ]
