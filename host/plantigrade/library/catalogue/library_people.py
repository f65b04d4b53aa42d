"""What a library knows of people."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

import sqlalchemy as sa

from plantigrade.library.catalogue import people, queries
from plantigrade.library.catalogue.accounts.library_accounts import LibraryAccounts
from plantigrade.library.catalogue.audit import ReadLog, add_audit_entry
from plantigrade.library.catalogue.record.access import access_to
from plantigrade.library.catalogue.record.body import keep_change
from plantigrade.library.catalogue.record.insoles import wearer_of
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.catalogue.store import Store
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import Vault
from plantigrade.library.person.entries import Wearer
from plantigrade.library.time_zone import zone_named


class LibraryPeople:
    """The part of `Library` that is about people and their records."""

    store: Store
    vault: Vault | None
    read_log: ReadLog

    @property
    def accounts(self) -> LibraryAccounts:
        """Who may open the pages of this library."""
        return LibraryAccounts(self.store)

    def add_person(self, person: Person) -> Person:
        """Add a person; with an empty code the next free one is given.

        Raises:
            LibraryError: the code is taken, or a value makes no sense.
        """
        people.check(person)
        with self.store.write() as session:
            code = people.free_code(session, person.code)
            row = people.fill(PersonRow(code=code), person)
            session.add(row)
            session.flush()
            keep_change(session, row, None, None)
            add_audit_entry(session, "add person", row.audit_key)
            return queries.as_person(row)

    def change_person(self, person: Person) -> Person:
        """Replace what is known of a person."""
        people.check(person)
        with self.store.write() as session:
            row = queries.person_row(session, person.code)
            before = row.weight_kg, row.height_cm
            keep_change(session, people.fill(row, person), *before)
            add_audit_entry(session, "change person", row.audit_key)
            return queries.as_person(row)

    def people(self, *, after: str | None = None, limit: int | None = None) -> list[Person]:
        """People by code: everyone, or a page.

        Args:
            after: only those whose codes come after this one, whether or not it is there.
            limit: at most so many.
        """
        query = sa.select(PersonRow).where(PersonRow.erasing.is_(False)).order_by(PersonRow.code)
        if after is not None:
            query = query.where(PersonRow.code > after)
        with self.store.read() as session:
            rows = session.scalars(query.limit(limit))
            found = [(queries.as_person(row), row.audit_key) for row in rows]
        self.read_log.add((key for _, key in found), "list")
        return [person for person, _ in found]

    def zones(self) -> dict[str | None, tzinfo | None]:
        """The time zone of everyone by code; None for that of this computer. It names nobody: no log."""
        with self.store.read() as session:
            rows = session.execute(sa.select(PersonRow.code, PersonRow.time_zone)).all()
        return {row.code: zone_named(row.time_zone) for row in rows}

    def person(self, code: str) -> Person:
        """One person.

        Raises:
            UnknownPersonError: there is none of that code.
        """
        with self.store.read() as session:
            row = queries.person_row(session, code)
            person, key = queries.as_person(row), row.audit_key
        self.read_log.add((key,), "person")
        return person

    def record(self, code: str) -> PersonRecord:
        """What belongs to a person beside the recordings: body, footwear, rules, baseline, diary and so on.

        Raises:
            UnknownPersonError: there is none of that code.
        """
        with self.store.read() as session:
            access = access_to(session, code, self.store, lambda: self.vault, self.read_log)
        return PersonRecord(access)

    def log_export(self, code: str) -> None:
        """Log that all of a person's data were handed over.

        Raises:
            UnknownPersonError: there is none of that code.
        """
        with self.store.write() as session:
            add_audit_entry(session, "export person", queries.person_row(session, code).audit_key)

    def wearer_of(self, serial_of_foot: Mapping[str, str], at_utc: datetime) -> Wearer:
        """Who wore insoles at a time, by the serial numbers of left and right, or why nobody can be named.

        Raises:
            LibraryError: the time has no time zone.
        """
        with self.store.read() as session:
            return wearer_of(session, serial_of_foot, at_utc)
