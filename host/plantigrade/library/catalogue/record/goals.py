"""What a person means to do each day, and what was done."""

from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from plantigrade.library.catalogue.person_tables import GoalDoneRow, GoalRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text, entered_by
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.entries import Goal, GoalDone, GoalKind
from plantigrade.library.person.settings import (
    EARLIEST,
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_HOURS_A_DAY,
    MOST_TIMES_A_DAY,
)


class GoalsPart(RecordPart[Goal]):
    """Goals with their days."""

    what = "goals"
    rows = GoalRow

    def add(self, goal: Goal) -> Goal:
        """Add a goal.

        Raises:
            LibraryError: its target makes no sense, or it ends before it begins.
        """
        access = self._access
        most = MOST_HOURS_A_DAY if goal.kind is GoalKind.WEAR_HOURS else MOST_TIMES_A_DAY
        if not 0 < goal.target <= most:
            raise access.problem(f"a goal lies above 0 and goes to {most:g} a day, not {goal.target:g}")
        exercise = checked_text(
            access,
            goal.exercise,
            LONGEST_NAME,
            "the exercise of a goal",
            empty=goal.kind is not GoalKind.EXERCISE,
        )
        if goal.from_day < EARLIEST or (goal.to_day is not None and goal.to_day < goal.from_day):
            raise access.problem("a goal ends after it begins")
        stored = replace(goal, exercise=exercise, by=entered_by(goal.by))
        with access.writing(self.what) as session:
            row = GoalRow(
                person_id=access.person_id,
                kind=goal.kind.value,
                from_day=goal.from_day.isoformat(),
                to_day=None if goal.to_day is None else goal.to_day.isoformat(),
                document=as_document(stored, leave_out=("id", "kind", "from_day", "to_day")),
            )
            session.add(row)
            session.flush()
            return replace(stored, id=row.id)

    def end(self, goal_id: int, last_day: date) -> Goal:
        """A goal ends with a day.

        Raises:
            LibraryError: there is none of that number, or it begins later.
        """
        access = self._access
        with access.writing(self.what) as session:
            found = self._list(session, GoalRow.id == goal_id)[0]
            if not found:
                raise access.problem(f"there is no goal {goal_id}")
            if last_day < found[0].from_day:
                raise access.problem("a goal ends after it begins")
            session.execute(
                sa.update(GoalRow).where(GoalRow.id == goal_id).values(to_day=last_day.isoformat())
            )
            return replace(found[0], to_day=last_day)

    def all(self) -> list[Goal]:
        """All goals, in the order in which they were set."""
        return self._read()

    def on(self, day: date) -> list[Goal]:
        """The goals of a day."""
        return [
            goal
            for goal in self.all()
            if goal.from_day <= day and (goal.to_day is None or day <= goal.to_day)
        ]

    def done(self, done: GoalDone) -> GoalDone:
        """Store what was done of a goal on a day, in place of what was stored for that day.

        Raises:
            LibraryError: there is no such goal, or the amount makes no sense.
        """
        access = self._access
        if not 0 <= done.amount <= MOST_TIMES_A_DAY:
            raise access.problem(f"what was done of a goal goes from 0 to {MOST_TIMES_A_DAY:g} a day")
        note = checked_text(access, done.note, LONGEST_NOTE, "a remark", empty=True)
        stored = replace(done, note=note)
        with access.writing(self.what) as session:
            if not self._list(session, GoalRow.id == done.goal_id)[0]:
                raise access.problem(f"there is no goal {done.goal_id}")
            of_day = sa.and_(GoalDoneRow.goal_id == done.goal_id, GoalDoneRow.day == done.day.isoformat())
            session.execute(sa.delete(GoalDoneRow).where(of_day))
            row = GoalDoneRow(
                person_id=access.person_id,
                goal_id=done.goal_id,
                day=done.day.isoformat(),
                document=as_document(stored, leave_out=("id", "goal_id", "day")),
            )
            session.add(row)
            session.flush()
            return replace(stored, id=row.id)

    def done_between(self, from_day: date, to_day: date) -> list[GoalDone]:
        """What was done from a day to another, both included, in the order of the days."""
        return _GoalsDone(self._access).between(from_day, to_day)

    def problems(self) -> tuple[str, ...]:
        """As of every part, with those of what was done."""
        return super().problems() + _GoalsDone(self._access).problems()

    def as_json(self) -> list[dict[str, Any]]:
        """As of every part, each goal with what was done."""
        done = _GoalsDone(self._access).between(date.min, date.max)
        return [
            as_document(goal)
            | {"done": [as_document(one, leave_out=("goal_id",)) for one in done if one.goal_id == goal.id]}
            for goal in self.all()
        ]

    def _entry(self, values: Values) -> Goal:
        return from_document(
            Goal,
            values["document"],
            id=values["id"],
            kind=GoalKind(values["kind"]),
            from_day=date.fromisoformat(values["from_day"]),
            to_day=None if values["to_day"] is None else date.fromisoformat(values["to_day"]),
        )


class _GoalsDone(RecordPart[GoalDone]):
    what = "goals"
    rows = GoalDoneRow

    def between(self, from_day: date, to_day: date) -> list[GoalDone]:
        span = (GoalDoneRow.day >= from_day.isoformat(), GoalDoneRow.day <= to_day.isoformat())
        return sorted(self._read(*span), key=lambda done: (done.day, done.goal_id))

    def _entry(self, values: Values) -> GoalDone:
        day = date.fromisoformat(values["day"])
        return from_document(
            GoalDone, values["document"], id=values["id"], goal_id=values["goal_id"], day=day
        )
