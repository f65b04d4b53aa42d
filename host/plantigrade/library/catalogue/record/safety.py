"""What must be asked before exercises, and who may have which data."""

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from plantigrade.library.catalogue.person_tables import CautionRow, ConsentRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text, entered_by, in_utc
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.entries import AnsweredCaution, Consent
from plantigrade.library.person.settings import LONGEST_NAME, LONGEST_NOTE
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer


class CautionsPart(RecordPart[AnsweredCaution]):
    """Answers to the questions before exercises. All stay; the newest of a question counts."""

    what = "cautions"
    rows = CautionRow

    def set(
        self,
        caution: Caution,
        answer: CautionAnswer,
        *,
        note: str = "",
        by: str = "",
        at: datetime | None = None,
    ) -> AnsweredCaution:
        """Answer a question.

        Raises:
            LibraryError: the remark is too long.
        """
        access = self._access
        answered = AnsweredCaution(
            Caution(caution),
            CautionAnswer(answer),
            in_utc(access, at or datetime.now(UTC), self.what),
            checked_text(access, note, LONGEST_NOTE, "a remark", empty=True),
            entered_by(by),
        )
        with access.writing(self.what) as session:
            row = CautionRow(
                person_id=access.person_id,
                caution=answered.caution.value,
                document=as_document(answered, leave_out=("id", "caution", "at_utc", "by")),
                by=answered.by,
                at_utc=answered.at_utc,
            )
            session.add(row)
            session.flush()
            return replace(answered, id=row.id)

    def all(self) -> list[AnsweredCaution]:
        """All answers, in the order in which they were given."""
        return sorted(self._read(), key=lambda answered: (answered.at_utc, answered.id))

    def current(self) -> dict[Caution, CautionAnswer]:
        """The answer to each question; one that was never answered, or whose newest answer cannot be read, is
        unknown, which counts as yes."""
        found = dict.fromkeys(Caution, CautionAnswer.UNKNOWN)
        with self._access.reading(self.what) as session:
            answers, _ = self._list(session)
            newest = sa.select(CautionRow.id, CautionRow.caution).where(
                CautionRow.person_id == self._access.person_id
            )
            latest = {
                row.caution: row.id
                for row in session.execute(newest.order_by(CautionRow.at_utc, CautionRow.id))
            }
        for answered in answers:
            if latest.get(answered.caution.value) == answered.id:
                found[answered.caution] = answered.answer
        return found

    def _entry(self, values: Values) -> AnsweredCaution:
        return from_document(
            AnsweredCaution,
            values["document"],
            id=values["id"],
            caution=Caution(values["caution"]),
            at_utc=values["at_utc"],
            by=values["by"],
        )


class ConsentsPart(RecordPart[Consent]):
    """Consents; a withdrawn one stays, with its time. One that cannot be read was not given."""

    what = "consents"
    rows = ConsentRow

    def give(self, consent: Consent) -> Consent:
        """Store a consent.

        Raises:
            LibraryError: recipient, purpose, kinds of data or version of the text are missing, or it ends
                before it begins.
        """
        access = self._access
        stored = replace(
            consent,
            recipient=checked_text(access, consent.recipient, LONGEST_NAME, "the recipient of a consent"),
            purpose=checked_text(access, consent.purpose, LONGEST_NOTE, "the purpose of a consent"),
            text_version=checked_text(
                access, consent.text_version, LONGEST_NAME, "the version of the text shown"
            ),
            from_utc=in_utc(access, consent.from_utc, self.what),
            until_utc=None if consent.until_utc is None else in_utc(access, consent.until_utc, self.what),
            by=entered_by(consent.by),
            withdrawn_utc=None,
        )
        if not consent.data:
            raise access.problem("a consent names the kinds of data that it is for")
        if stored.until_utc is not None and stored.until_utc <= stored.from_utc:
            raise access.problem("a consent ends after it begins")
        with access.writing(self.what) as session:
            row = ConsentRow(
                person_id=access.person_id,
                document=as_document(
                    stored, leave_out=("id", "from_utc", "until_utc", "withdrawn_utc", "by")
                ),
                from_utc=stored.from_utc,
                to_utc=stored.until_utc,
                withdrawn_utc=None,
                by=stored.by,
            )
            session.add(row)
            session.flush()
            return replace(stored, id=row.id)

    def withdraw(self, consent_id: int, at: datetime | None = None) -> None:
        """Withdraw a consent; withdrawing it again changes nothing.

        Raises:
            LibraryError: there is none of that number.
        """
        access = self._access
        when = in_utc(access, at or datetime.now(UTC), self.what)
        with access.writing(self.what) as session:
            row = session.get(ConsentRow, consent_id)
            if row is None or row.person_id != access.person_id:
                raise access.problem(f"there is no consent {consent_id}")
            row.withdrawn_utc = row.withdrawn_utc or when

    def all(self) -> list[Consent]:
        """All consents, in the order in which they were stored."""
        return self._read()

    def current(self, at: datetime | None = None) -> list[Consent]:
        """Those that hold, now or at a time."""
        when = in_utc(self._access, at or datetime.now(UTC), self.what)
        return [consent for consent in self.all() if consent.holds(when)]

    def _entry(self, values: Values) -> Consent:
        return from_document(
            Consent,
            values["document"],
            id=values["id"],
            from_utc=values["from_utc"],
            until_utc=values["to_utc"],
            withdrawn_utc=values["withdrawn_utc"],
            by=values["by"],
        )
