"""The rules of a person, as edits of the shipped ones; nothing of their history is ever changed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.person_tables import RuleEditRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, entered_by
from plantigrade.posture.rules_engine.rulebook import Edit, RuleBook


class RulesPart(RecordPart[Edit]):
    """Edits of rules, in the order in which they were made."""

    what = "rules"
    rows = RuleEditRow

    def book(self) -> RuleBook:
        """The rules that hold.

        Raises:
            LibraryError: an edit cannot be read, or does not fit this version's rules; `readable_book`
                has the others.
        """
        book, problems = self.readable_book()
        if problems:
            raise self._access.problem(
                f"the rules of this person are not whole ({'; '.join(problems)}); look at them with "
                f"`plantigrade sessions person rules {self._access.code}` and make the edit again"
            )
        return book

    def readable_book(self) -> tuple[RuleBook, tuple[str, ...]]:
        """The rules with the edits that can be read, and what is wrong with others: a broken edit must not
        keep the other rules from being watched, and must not pass unseen."""
        with self._access.reading(self.what) as session:
            return self._book(session)

    def _book(self, session: Session) -> tuple[RuleBook, tuple[str, ...]]:
        edits, problems = self._list(session)
        book, unfit = RuleBook(), list(problems)
        for edit in edits:
            try:
                book = RuleBook(trail=(*book.trail, edit))
            except (PlantigradeError, KeyError, TypeError, OverflowError) as error:
                unfit.append(
                    f"{self._access.code}: {self.what}: an edit of {edit.rule} does not fit: {error}"
                )
        return book, tuple(unfit)

    def edit(
        self, rule: str, field: str, new: float, *, reason: str, by: str = "", at: datetime | None = None
    ) -> Edit:
        """Change a number of a rule for this person.

        Raises:
            PlantigradeError: as `RuleBook.edit`.
        """
        access = self._access
        with access.writing(self.what) as session:
            book, _ = self._book(session)
            made = book.edit(rule, field, new, by=entered_by(by), at=at or datetime.now(UTC), reason=reason)
            _store(session, access.person_id, made)
            return made

    def switch_on(
        self,
        rule: str,
        limit: float,
        duration_s: float,
        *,
        reason: str,
        by: str = "",
        at: datetime | None = None,
    ) -> tuple[Edit, ...]:
        """Switch a prescribed rule on for this person, with its limit and duration.

        Raises:
            PlantigradeError: as `RuleBook.switch_on`; nothing is stored.
        """
        access = self._access
        with access.writing(self.what) as session:
            book, _ = self._book(session)
            when = at or datetime.now(UTC)
            made = book.switch_on(rule, limit, duration_s, by=entered_by(by), at=when, reason=reason)
            for edit in made:
                _store(session, access.person_id, edit)
            return made

    def switch_off(self, rule: str, *, reason: str, by: str = "", at: datetime | None = None) -> Edit:
        """Switch a prescribed rule off for this person.

        Raises:
            PlantigradeError: as `RuleBook.switch_off`; nothing is stored.
        """
        access = self._access
        with access.writing(self.what) as session:
            book, _ = self._book(session)
            made = book.switch_off(rule, by=entered_by(by), at=at or datetime.now(UTC), reason=reason)
            _store(session, access.person_id, made)
            return made

    def take_in(self, edits: Sequence[Edit]) -> int:
        """Store edits that were made elsewhere; how many were new here. One that is older than what
        the record says of the same number is left out: what was decided last holds.

        Raises:
            PlantigradeError: one does not fit; none is stored.
        """
        access = self._access
        with access.writing(self.what) as session:
            known = self._list(session)[0]
            latest: dict[tuple[str, str], datetime] = {}
            for edit in known:
                made = datetime.fromisoformat(edit.at)
                latest[edit.rule, edit.field] = max(made, latest.get((edit.rule, edit.field), made))
            fresh = [
                edit
                for edit in edits
                if edit not in known
                and (
                    (last := latest.get((edit.rule, edit.field))) is None
                    or datetime.fromisoformat(edit.at) > last
                )
            ]
            RuleBook(trail=(*known, *fresh))
            for edit in fresh:
                _store(session, access.person_id, edit)
            return len(fresh)

    def history(self) -> list[Edit]:
        """Who changed what, when and why."""
        return self._read()

    def _entry(self, values: Values) -> Edit:
        return edit_from(values["document"])


def edit_from(document: Values) -> Edit:
    """An edit of its document.

    Raises:
        TypeError: it has other entries than an edit.
    """
    return Edit(**document)


def edit_as_document(edit: Edit) -> dict[str, Any]:
    """An edit as it is stored."""
    return asdict(edit)


def _store(session: Session, person_id: int, edit: Edit) -> None:
    session.add(RuleEditRow(person_id=person_id, document=edit_as_document(edit), made_utc=datetime.now(UTC)))
    session.flush()
