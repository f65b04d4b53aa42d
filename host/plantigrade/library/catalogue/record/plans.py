"""Plans for findings, and what the comparisons of their days said."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from plantigrade.library.catalogue.person_tables import PlanRow, PlanVerdictRow
from plantigrade.library.catalogue.record.access import RecordAccess, RecordPart, Values, entered_by
from plantigrade.library.person.documents import as_document
from plantigrade.posture.plans.plan import Plan, plan_as_json, plan_from_json
from plantigrade.posture.plans.verdict import Verdict
from plantigrade.posture.plans.verdict_json import verdict_as_json, verdict_from_json


@dataclass(frozen=True)
class StoredPlan:
    """A plan with its number, who entered it and when."""

    id: int
    plan: Plan
    by: str
    made_utc: datetime


class PlansPart(RecordPart[StoredPlan]):
    """Plans; ended ones stay."""

    what = "plans"
    rows = PlanRow

    def __init__(self, access: RecordAccess) -> None:
        super().__init__(access)
        self.verdicts = VerdictsPart(access)

    def add(self, plan: Plan, by: str = "") -> StoredPlan:
        """Store a plan."""
        access = self._access
        with access.writing(self.what) as session:
            row = PlanRow(
                person_id=access.person_id,
                kind=plan.kind.value,
                from_day=plan.from_day.isoformat(),
                to_day=None if plan.to_day is None else plan.to_day.isoformat(),
                document=plan_as_json(plan),
                by=entered_by(by),
                made_utc=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return StoredPlan(row.id, plan, row.by, row.made_utc)

    def end(self, plan_id: int, last_day: date) -> StoredPlan:
        """A plan ends with a day.

        Raises:
            LibraryError: there is none of that number.
            PlantigradeError: it begins later.
        """
        access = self._access
        with access.writing(self.what) as session:
            found = self._list(session, PlanRow.id == plan_id)[0]
            if not found:
                raise access.problem(f"there is no plan {plan_id}")
            ended = replace(found[0], plan=replace(found[0].plan, to_day=last_day))
            row = session.get_one(PlanRow, plan_id)
            row.to_day, row.document = last_day.isoformat(), plan_as_json(ended.plan)
            return ended

    def all(self) -> list[StoredPlan]:
        """All plans, in the order in which they were stored."""
        return self._read()

    def as_json(self) -> list[dict[str, Any]]:
        """As of every part, each plan with its verdicts."""
        verdicts = self.verdicts.all()
        return [
            as_document(stored, leave_out=("plan",))
            | plan_as_json(stored.plan)
            | {
                "verdicts": [
                    verdict_as_json(one.verdict) | {"of_day": one.day.isoformat()}
                    for one in verdicts
                    if one.plan_id == stored.id
                ]
            }
            for stored in self.all()
        ]

    def problems(self) -> tuple[str, ...]:
        """As of every part, with those of verdicts."""
        return super().problems() + self.verdicts.problems()

    def _entry(self, values: Values) -> StoredPlan:
        return StoredPlan(values["id"], plan_from_json(values["document"]), values["by"], values["made_utc"])


@dataclass(frozen=True)
class StoredVerdict:
    """What the comparison of a plan said on a day."""

    plan_id: int
    day: date
    verdict: Verdict


class VerdictsPart(RecordPart[StoredVerdict]):
    """Verdicts of plans, one a plan and day. Computed, so that the audit log does not repeat them."""

    what = "verdicts"
    rows = PlanVerdictRow

    def put(self, plan_id: int, day: date, verdict: Verdict) -> None:
        """Store the verdict of a day, in place of an earlier one of the same day.

        Raises:
            LibraryError: there is no such plan.
        """
        access = self._access
        with access.writing(self.what, logged=False) as session:
            plan = session.get(PlanRow, plan_id)
            if plan is None or plan.person_id != access.person_id:
                raise access.problem(f"there is no plan {plan_id}")
            of_day = sa.and_(PlanVerdictRow.plan_id == plan_id, PlanVerdictRow.day == day.isoformat())
            session.execute(sa.delete(PlanVerdictRow).where(of_day))
            session.add(
                PlanVerdictRow(
                    person_id=access.person_id,
                    plan_id=plan_id,
                    day=day.isoformat(),
                    document=verdict_as_json(verdict),
                )
            )

    def all(self, plan_id: int | None = None) -> list[StoredVerdict]:
        """Verdicts in the order of their days; of one plan if asked."""
        found = self._read() if plan_id is None else self._read(PlanVerdictRow.plan_id == plan_id)
        return sorted(found, key=lambda verdict: (verdict.day, verdict.plan_id))

    def _entry(self, values: Values) -> StoredVerdict:
        day = date.fromisoformat(values["day"])
        return StoredVerdict(values["plan_id"], day, verdict_from_json(values["document"]))
