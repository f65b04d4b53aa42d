"""Clinics that recordings go to: joined with a consent, ended with its withdrawal."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from plantigrade.library.catalogue.audit import CHANGE_RECORD, add_audit_entry
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import person_row
from plantigrade.library.catalogue.sending_tables import ClinicRow
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.person.entries import Consent, DataKind
from plantigrade.library.sending import settings
from plantigrade.library.sending.entries import Clinic
from plantigrade.parcels.keys import PublicKey


class ClinicRegister:
    """The clinics of all people of this library.

    Args:
        library: open.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(
        self,
        person: str,
        address: str,
        name: str,
        there: str,
        key: PublicKey,
        credential: str,
        since_utc: datetime,
        now: datetime | None = None,
    ) -> Clinic:
        """Join a clinic: the person consents from now on, until the consent is withdrawn.

        Args:
            person: code of the person here.
            address, name, there, key, credential, since_utc: see `Clinic`.
            now: the time; None: that of the clock.

        Raises:
            UnknownPersonError: there is no such person.
            LibraryError: a text is too long, or the database fails.
        """
        now = now or datetime.now(UTC)
        recipient = f"{name} ({address})"[: settings.LONGEST_NAME]
        given = self._library.record(person).consents.give(
            Consent(
                recipient, (DataKind.RECORDINGS,), settings.PURPOSE, now, None, settings.TEXT_VERSION, person
            )
        )
        with self._library.store.write() as session:
            about = person_row(session, person)
            row = ClinicRow(
                person_id=about.id,
                consent_id=given.id,
                address=address,
                name=name,
                there=there,
                public_key=key.text(),
                credential=credential,
                since_utc=since_utc,
                joined_utc=now,
            )
            session.add(row)
            session.flush()
            add_audit_entry(session, CHANGE_RECORD, about.audit_key, "clinic joined")
            return _as_clinic(row, person)

    def all(self, person: str | None = None) -> list[Clinic]:
        """All clinics, ended ones too, in the order in which they were joined; of one person if asked."""
        query = sa.select(ClinicRow, PersonRow.code).join(PersonRow, PersonRow.id == ClinicRow.person_id)
        query = query.where(PersonRow.erasing.is_(False)).order_by(ClinicRow.id)
        if person is not None:
            query = query.where(PersonRow.code == person)
        with self._library.store.read() as session:
            return [_as_clinic(row, code) for row, code in session.execute(query)]

    def get(self, number: int) -> Clinic:
        """One clinic.

        Raises:
            LibraryError: there is none of that number.
        """
        for clinic in self.all():
            if clinic.id == number:
                return clinic
        raise LibraryError(f"there is no clinic {number}; `plantigrade clinic status` lists them")

    def may_send(self, clinic: Clinic, now: datetime) -> bool:
        """Whether the person still consents."""
        if clinic.ended_utc is not None or clinic.consent is None:
            return False
        given = self._library.record(clinic.person).consents.all()
        return any(
            consent.id == clinic.consent and DataKind.RECORDINGS in consent.data and consent.holds(now)
            for consent in given
        )

    def end(self, number: int, erase: bool, now: datetime | None = None) -> None:
        """Nothing more goes to a clinic; its consent is withdrawn. The clinic is told as soon as it answers.

        Args:
            number: of the clinic.
            erase: the person wishes that the clinic erase what it has.
            now: the time; None: that of the clock.
        """
        now = now or datetime.now(UTC)
        clinic = self.get(number)
        if clinic.consent is not None and self.may_send(clinic, now):
            self._library.record(clinic.person).consents.withdraw(clinic.consent, now)
        self._set(number, ended_utc=clinic.ended_utc or now, erase=clinic.erase or erase, problem="")

    def acknowledged(self, number: int, now: datetime) -> None:
        """The clinic knows that it ended; the credential is of no use any more."""
        self._set(number, acknowledged_utc=now, credential="", problem="")

    def note(self, number: int, problem: str) -> None:
        """Why nothing goes there at the moment; "" when something does."""
        self._set(number, problem=problem)

    def _set(self, number: int, **values: Any) -> None:
        with self._library.store.write() as session:
            session.execute(sa.update(ClinicRow).where(ClinicRow.id == number).values(**values))


def _as_clinic(row: ClinicRow, person: str) -> Clinic:
    return Clinic(
        id=row.id,
        person=person,
        consent=row.consent_id,
        address=row.address,
        name=row.name,
        there=row.there,
        key=PublicKey.parse(row.public_key),
        credential=row.credential,
        since_utc=row.since_utc,
        joined_utc=row.joined_utc,
        problem=row.problem,
        ended_utc=row.ended_utc,
        acknowledged_utc=row.acknowledged_utc,
        erase=row.erase,
    )
