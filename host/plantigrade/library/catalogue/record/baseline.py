"""The person's own usual days, of each pair of footwear; a learned day can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.person_tables import BaselineDayRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text
from plantigrade.library.person.settings import LONGEST_TAG
from plantigrade.posture.baseline.baseline import Day, PersonalBaseline, day_from
from plantigrade.posture.settings import KEEP_DAYS


@dataclass(frozen=True)
class LearnedDay:
    """A day of the baseline; `undone_utc` is when it was taken back, None while it counts."""

    day: Day
    made_utc: datetime
    undone_utc: datetime | None
    id: int


class BaselinePart(RecordPart[LearnedDay]):
    """Learned days: of a day and a tag the one that was learned last counts, unless it was undone."""

    what = "baseline"
    rows = BaselineDayRow

    def baseline(self) -> PersonalBaseline:
        """What is usual, from the latest days that count."""
        days = [learned.day for learned in self.all() if learned.undone_utc is None]
        return PersonalBaseline(sorted(days, key=lambda day: day.day)[-KEEP_DAYS:])

    def all(self) -> list[LearnedDay]:
        """All learned days, undone ones as well, in the order of their dates."""
        return sorted(self._read(), key=lambda learned: (learned.day.day, learned.id))

    def learn(self, day: Day) -> bool:
        """Learn a day, or learn it anew in place of what was known of it; False while it is undone.

        Raises:
            LibraryError: its tag is empty or too long.
        """
        access = self._access
        checked_text(access, day.tag, LONGEST_TAG, "the tag of a day")
        date.fromisoformat(day.day)
        with access.writing(self.what) as session:
            for learned in self._of(session, day.day, day.tag):
                if learned.undone_utc is not None:
                    return False
                session.execute(sa.delete(BaselineDayRow).where(BaselineDayRow.id == learned.id))
            session.add(_row(access.person_id, day))
            return True

    def take_in(self, days: Sequence[Day]) -> int:
        """Store days that were learned elsewhere, those of a date and tag that are not there; how many."""
        access = self._access
        with access.writing(self.what) as session:
            known = {(learned.day.day, learned.day.tag) for learned in self._list(session)[0]}
            fresh = {(day.day, day.tag): day for day in days if (day.day, day.tag) not in known}
            for day in fresh.values():
                checked_text(access, day.tag, LONGEST_TAG, "the tag of a day")
                session.add(_row(access.person_id, day))
            return len(fresh)

    def forget(self, day: date, tag: str) -> int:
        """Remove a day that its recordings no longer give, as when they turn out to be another person's. Not
        the person's decision: it is learned again when there is something to learn. How many were removed."""
        with self._access.writing(self.what) as session:
            known = [
                learned.id for learned in self._of(session, day.isoformat(), tag) if not learned.undone_utc
            ]
            session.execute(sa.delete(BaselineDayRow).where(BaselineDayRow.id.in_(known)))
            return len(known)

    def undo(self, day: date, tag: str) -> None:
        """A day no longer counts, and is not learned again until `redo`.

        Raises:
            LibraryError: it was never learned.
        """
        self._set_undone(day, tag, datetime.now(UTC))

    def redo(self, day: date, tag: str) -> None:
        """A day that was undone counts again.

        Raises:
            LibraryError: it was never learned.
        """
        self._set_undone(day, tag, None)

    def _set_undone(self, day: date, tag: str, undone_utc: datetime | None) -> None:
        access = self._access
        with access.writing(self.what) as session:
            known = [learned.id for learned in self._of(session, day.isoformat(), tag)]
            if not known:
                raise access.problem(f"{day} was not learned with the tag {tag!r}")
            session.execute(
                sa.update(BaselineDayRow).where(BaselineDayRow.id.in_(known)).values(undone_utc=undone_utc)
            )

    def _of(self, session: Session, day: str, tag: str) -> list[LearnedDay]:
        return [one for one in self._list(session, BaselineDayRow.day == day)[0] if one.day.tag == tag]

    def _entry(self, values: Values) -> LearnedDay:
        day = day_from({**values["document"], "day": values["day"], "tag": values["tag"]})
        return LearnedDay(day, values["made_utc"], values["undone_utc"], values["id"])


def _row(person_id: int, day: Day) -> BaselineDayRow:
    return BaselineDayRow(
        person_id=person_id,
        day=day.day,
        tag=day.tag,
        document={key: value for key, value in vars(day).items() if key not in ("day", "tag")},
        made_utc=datetime.now(UTC),
        undone_utc=None,
    )
