"""A person invites someone to see data; who takes the invitation becomes the recipient of a consent."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from plantigrade.library.catalogue.account_tables import InvitationRow
from plantigrade.library.catalogue.accounts.codes import code_digest, new_code
from plantigrade.library.catalogue.accounts.entries import Invitation
from plantigrade.library.catalogue.accounts.register import checked_name, existing
from plantigrade.library.catalogue.accounts.settings import INVITATION_LASTS, INVITATION_LENGTH
from plantigrade.library.catalogue.audit import CHANGE_RECORD, add_audit_entry
from plantigrade.library.catalogue.person_tables import ConsentRow
from plantigrade.library.catalogue.queries import person_row
from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.person.documents import as_document
from plantigrade.library.person.entries import Consent, DataKind

_WHAT: Final = "consents"


class InvitationRegister:
    """The invitations of all people.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(
        self,
        person: str,
        label: str,
        data: tuple[DataKind, ...],
        until_utc: datetime | None,
        now: datetime | None = None,
    ) -> tuple[Invitation, str]:
        """Invite someone; returns the code, which is shown once and stored hashed.

        Args:
            person: code of who invites.
            label: whom the person means, in the person's words.
            data: kinds of data.
            until_utc: end of the consent; None: until it is withdrawn.
            now: the time; None: that of the clock.

        Raises:
            UnknownPersonError: there is no such person.
            LibraryError: nothing is shared, or the end lies in the past.
        """
        now, code = now or datetime.now(UTC), new_code(INVITATION_LENGTH)
        if not data:
            raise LibraryError("an invitation names the kinds of data that it is for")
        if until_utc is not None and until_utc <= now:
            raise LibraryError("an invitation ends after it begins")
        document = {
            "label": checked_name(label),
            "data": [DataKind(kind).value for kind in data],
            "until_utc": None if until_utc is None else until_utc.astimezone(UTC).isoformat(),
        }
        with self._store.write() as session:
            about = person_row(session, person)
            row = InvitationRow(
                person_id=about.id,
                code_sha256=code_digest(code),
                document=document,
                made_utc=now,
                ends_utc=now + INVITATION_LASTS,
            )
            session.add(row)
            session.flush()
            add_audit_entry(session, CHANGE_RECORD, about.audit_key, "invitation")
            return _as_invitation(row, person), code

    def of(self, person: str) -> list[Invitation]:
        """The invitations of a person, newest first."""
        with self._store.read() as session:
            about = person_row(session, person)
            query = sa.select(InvitationRow).where(InvitationRow.person_id == about.id)
            rows = session.scalars(query.order_by(InvitationRow.id.desc()))
            return [_as_invitation(row, person) for row in rows]

    def take_back(self, person: str, invitation_id: int) -> None:
        """Take back an invitation that nobody has taken; one that was is ended by withdrawing the consent.

        Raises:
            LibraryError: there is none of that number.
        """
        with self._store.write() as session:
            about = person_row(session, person)
            row = session.get(InvitationRow, invitation_id)
            if row is None or row.person_id != about.id or row.taken_utc is not None:
                raise LibraryError(f"{person}: there is no open invitation {invitation_id}")
            session.delete(row)
            add_audit_entry(session, CHANGE_RECORD, about.audit_key, "invitation taken back")

    def take(
        self, code: str, account: str, purpose: str, text_version: str, now: datetime | None = None
    ) -> str | None:
        """Take an invitation: the account becomes the recipient of a consent; the person's code.

        Args:
            code: as the person gave it.
            account: name of who takes it.
            purpose, text_version: of the consent, as the person was shown them.
            now: the time; None: that of the clock.

        Returns:
            None where there is no such invitation, it was taken, or has expired.
        """
        now = now or datetime.now(UTC)
        with self._store.write() as session:
            recipient = existing(session, account).name
            row = session.scalar(
                sa.select(InvitationRow).where(
                    InvitationRow.code_sha256 == code_digest(code),
                    InvitationRow.taken_utc.is_(None),
                    InvitationRow.ends_utc > now,
                )
            )
            person = None if row is None else session.get(PersonRow, row.person_id)
            if row is None or person is None or person.erasing:
                return None
            invitation = _as_invitation(row, person.code)
            consent = Consent(
                recipient, invitation.data, purpose, now, invitation.until_utc, text_version, person.code
            )
            document = as_document(consent, leave_out=("id", "from_utc", "until_utc", "withdrawn_utc", "by"))
            given = ConsentRow(
                person_id=person.id,
                document=document,
                from_utc=now,
                to_utc=invitation.until_utc,
                withdrawn_utc=None,
                by=person.code,
            )
            session.add(given)
            session.flush()
            row.taken_utc, row.consent_id = now, given.id
            add_audit_entry(session, CHANGE_RECORD, person.audit_key, _WHAT)
            return person.code


def _as_invitation(row: InvitationRow, person: str) -> Invitation:
    about = row.document
    until = about["until_utc"]
    return Invitation(
        id=row.id,
        person=person,
        label=about["label"],
        data=tuple(DataKind(kind) for kind in about["data"]),
        until_utc=None if until is None else datetime.fromisoformat(until),
        made_utc=row.made_utc,
        ends_utc=row.ends_utc,
        taken_utc=row.taken_utc,
    )
