"""Visits to a clinician, changed step by step; two windows never change the same state twice."""

from collections.abc import Callable
from dataclasses import replace

from plantigrade.library.catalogue.person_tables import VisitRow
from plantigrade.library.catalogue.record.access import RecordAccess, RecordPart, Values, entered_by, in_utc
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.settings import LONGEST_NAME, LONGEST_NOTE
from plantigrade.library.person.visits import PersonVisit

_IN_COLUMNS = ("id", "begun_utc", "ended_utc", "by")


class VisitChangedError(LibraryError):
    """The visit was changed meanwhile; nothing was changed again."""


class VisitsPart(RecordPart[PersonVisit]):
    """Visits; none is removed."""

    what = "visits"
    rows = VisitRow

    def begin(self, visit: PersonVisit) -> PersonVisit:
        """Store a visit that begins. One that goes on already is given back instead: there is one at a time.

        Raises:
            LibraryError: it has no time zone.
        """
        access = self._access
        begun = in_utc(access, visit.begun_utc, self.what)
        with access.writing(self.what) as session:
            open_ones = self._list(session, VisitRow.ended_utc.is_(None))[0]
            if open_ones:
                return open_ones[-1]
            stored = replace(visit, begun_utc=begun, by=entered_by(visit.by))
            row = VisitRow(
                person_id=access.person_id,
                begun_utc=begun,
                ended_utc=None,
                by=stored.by,
                document=as_document(stored, leave_out=_IN_COLUMNS),
            )
            session.add(row)
            session.flush()
            return replace(stored, id=row.id)

    def change(
        self, visit_id: int, change: Callable[[PersonVisit], PersonVisit], version: int | None = None
    ) -> PersonVisit:
        """Change a visit; others who change it wait.

        Args:
            visit_id: number.
            change: from the visit as it is stored to what it becomes.
            version: that the one who asks has before the eyes; None changes any.

        Raises:
            LibraryError: there is none of that number, or a text is too long.
            VisitChangedError: it is another version by now.
        """
        access = self._access
        with access.writing(self.what) as session:
            found = self._list(session, VisitRow.id == visit_id)[0]
            if not found:
                raise access.problem(f"there is no visit {visit_id}")
            if version is not None and found[0].version != version:
                raise VisitChangedError("this visit was changed in another window meanwhile")
            changed = replace(change(found[0]), version=found[0].version + 1)
            _check(access, changed)
            row = session.get_one(VisitRow, visit_id)
            row.ended_utc = changed.ended_utc
            row.document = as_document(changed, leave_out=_IN_COLUMNS)
            return changed

    def open(self) -> PersonVisit | None:
        """The visit that goes on; None where none does."""
        found = self._read(VisitRow.ended_utc.is_(None))
        return found[-1] if found else None

    def visit(self, visit_id: int) -> PersonVisit:
        """One visit.

        Raises:
            LibraryError: there is none of that number.
        """
        found = self._read(VisitRow.id == visit_id)
        if not found:
            raise self._access.problem(f"there is no visit {visit_id}")
        return found[0]

    def all(self) -> list[PersonVisit]:
        """All visits, in the order in which they began."""
        return self._read()

    def _entry(self, values: Values) -> PersonVisit:
        return from_document(
            PersonVisit,
            values["document"],
            id=values["id"],
            begun_utc=values["begun_utc"],
            ended_utc=values["ended_utc"],
            by=values["by"],
        )


def _check(access: RecordAccess, visit: PersonVisit) -> None:
    texts = [visit.remark, *(text for step in visit.steps for text in (step.reason, step.remark))]
    if max(map(len, texts)) > LONGEST_NOTE or len(visit.orthotic) > LONGEST_NAME:
        raise access.problem(f"a remark of a visit has at most {LONGEST_NOTE} characters")
