"""Devices that may send recordings of a person: invited with a one-time code, known by a credential."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.accounts.codes import digest, new_secret
from plantigrade.library.catalogue.audit import CHANGE_RECORD, add_audit_entry
from plantigrade.library.catalogue.queries import person_row
from plantigrade.library.catalogue.sending_tables import SenderInvitationRow, SenderRow
from plantigrade.library.catalogue.store import Store
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.receiving import settings
from plantigrade.library.receiving.entries import ReceivingError, Sender
from plantigrade.parcels.pin import ALPHABET, normal_code


class SenderRegister:
    """The devices of all people.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def invite(self, person: str, now: datetime | None = None) -> str:
        """Invite a device of a person; the code, which is shown once.

        Raises:
            UnknownPersonError: there is no such person.
        """
        now = now or datetime.now(UTC)
        code = "".join(secrets.choice(ALPHABET) for _ in range(settings.CODE_LENGTH))
        with self._store.write() as session:
            about = person_row(session, person)
            session.add(
                SenderInvitationRow(
                    person_id=about.id,
                    code_sha256=digest(code),
                    made_utc=now,
                    ends_utc=now + settings.INVITATION_LASTS,
                )
            )
            add_audit_entry(session, CHANGE_RECORD, about.audit_key, "device invited")
        return code

    def join(self, code: str, device: str, now: datetime | None = None) -> tuple[Sender, str] | None:
        """A device takes an invitation: it, and its credential, which is shown once. None where there is no
        such invitation, it was taken, or has expired.

        Raises:
            ReceivingError: the device's name is too long.
        """
        now, device = now or datetime.now(UTC), " ".join(device.split())
        if len(device) > settings.LONGEST_DEVICE:
            raise ReceivingError(f"a device's name has at most {settings.LONGEST_DEVICE} characters")
        credential = new_secret()
        with self._store.write() as session:
            taken = session.execute(
                sa.update(SenderInvitationRow)
                .where(
                    SenderInvitationRow.code_sha256 == digest(normal_code(code)),
                    SenderInvitationRow.taken_utc.is_(None),
                    SenderInvitationRow.ends_utc > now,
                )
                .values(taken_utc=now)
                .returning(SenderInvitationRow.person_id)
            ).scalar()
            person = None if taken is None else session.get(PersonRow, taken)
            if person is None or person.erasing:
                return None
            row = SenderRow(
                person_id=person.id,
                credential_sha256=digest(credential),
                device=device or "a device",
                made_utc=now,
            )
            session.add(row)
            session.flush()
            add_audit_entry(session, CHANGE_RECORD, person.audit_key, "device joined")
            return _as_sender(row, person.code), credential

    def find(self, credential: str, now: datetime | None = None) -> Sender | None:
        """Whose credential this is, also where it has ended; None where it is nobody's."""
        now = now or datetime.now(UTC)
        with self._store.read() as session:
            found = self._one(session, SenderRow.credential_sha256 == digest(credential))
        if found is None or found.ended_utc is not None:
            return found
        if found.seen_utc is None or now - found.seen_utc > settings.SEEN_EVERY:
            with self._store.write() as session:
                session.execute(sa.update(SenderRow).where(SenderRow.id == found.id).values(seen_utc=now))
        return found

    def get(self, number: int) -> Sender:
        """A device by number.

        Raises:
            ReceivingError: there is none.
        """
        with self._store.read() as session:
            found = self._one(session, SenderRow.id == number)
        if found is None:
            raise ReceivingError(f"there is no device {number}; `plantigrade serve devices` lists them")
        return found

    def all(self) -> list[Sender]:
        """All devices, newest first."""
        with self._store.read() as session:
            rows = session.execute(_query().order_by(SenderRow.id.desc()))
            return [_as_sender(row, code) for row, code in rows]

    def end(self, number: int, erase: bool = False, now: datetime | None = None) -> None:
        """End a device's credential; ending it again changes nothing but a new wish.

        Args:
            number: of the device.
            erase: its person wishes that what it sent be erased.
            now: the time; None: that of the clock.
        """
        now = now or datetime.now(UTC)
        with self._store.write() as session:
            row = session.get(SenderRow, number)
            if row is None:
                return
            row.ended_utc = row.ended_utc or now
            if erase:
                row.erasure_wished_utc = row.erasure_wished_utc or now
            person = session.get_one(PersonRow, row.person_id)
            detail = "device ended, erasure wished" if erase else "device ended"
            add_audit_entry(session, CHANGE_RECORD, person.audit_key, detail)

    def _one(self, session: Session, condition: sa.ColumnElement[bool]) -> Sender | None:
        found = session.execute(_query().where(condition)).one_or_none()
        return None if found is None else _as_sender(found[0], found[1])


def _query() -> "sa.Select[SenderRow, str]":
    return (
        sa.select(SenderRow, PersonRow.code)
        .join(PersonRow, PersonRow.id == SenderRow.person_id)
        .where(PersonRow.erasing.is_(False))
    )


def _as_sender(row: SenderRow, person: str) -> Sender:
    return Sender(
        row.id, person, row.device, row.made_utc, row.seen_utc, row.ended_utc, row.erasure_wished_utc
    )
