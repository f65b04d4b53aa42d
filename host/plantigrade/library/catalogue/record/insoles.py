"""Whose an insole is, and when; and who wore a pair."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.person_tables import InsoleAssignmentRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text, in_utc
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.tables import DeviceRow, LibraryRow, PersonRow
from plantigrade.library.person.entries import InsoleAssignment, Unassigned, Wearer, is_insole
from plantigrade.library.person.settings import LONGEST_NAME

_SIDES: Final = ("left", "right")


class InsolesPart(RecordPart[InsoleAssignment]):
    """The insoles of a person, with dates: an insole is one person's at a time."""

    what = "insoles"
    rows = InsoleAssignmentRow

    def assign_pair(
        self, left: str, right: str, from_utc: datetime
    ) -> tuple[InsoleAssignment, InsoleAssignment]:
        """A left and a right insole are this person's from a time on.

        Raises:
            LibraryError: as `assign`, or both are one insole.
        """
        if is_insole(left, right) or is_insole(right, left):
            raise self._access.problem(f"{left} cannot be both insoles of a pair")
        return self.assign(left, from_utc, side="left"), self.assign(right, from_utc, side="right")

    def assign(
        self, serial: str, from_utc: datetime, to_utc: datetime | None = None, side: str = ""
    ) -> InsoleAssignment:
        """An insole is this person's from a time on, or was in a period.

        Assigning it again while it is the person's changes nothing but the foot that it is for, where one is
        given: after that, what it records on the other foot is nobody's until someone says whose it is.

        Raises:
            LibraryError: it is another person's at that time: it must be released there first.
        """
        access = self._access
        serial = checked_text(access, serial, LONGEST_NAME, "the serial number of an insole")
        begin = in_utc(access, from_utc, "insoles")
        end = None if to_utc is None else in_utc(access, to_utc, "insoles")
        if end is not None and end <= begin:
            raise access.problem("an assignment ends after it begins")
        with access.writing(self.what) as session:
            session.execute(sa.select(LibraryRow.id).with_for_update())  # two people may ask at once
            for row, code in _rows(session, serial):
                if (row.to_utc is not None and row.to_utc <= begin) or (
                    end is not None and row.from_utc >= end
                ):
                    continue
                whose = f"{serial} is {code}'s since {row.from_utc:%Y-%m-%d %H:%M} UTC"
                if code != access.code:
                    raise access.problem(
                        f"{whose}; release it there first: "
                        f"`plantigrade sessions person insoles {code} --release {serial}`"
                    )
                if row.from_utc <= begin and row.to_utc is None:
                    row.side = side or row.side
                    return InsoleAssignment(code, serial, row.from_utc, None, row.id, row.side)
                raise access.problem(f"{whose}, which overlaps")
            row = InsoleAssignmentRow(
                person_id=access.person_id, serial=serial, from_utc=begin, to_utc=end, side=side
            )
            session.add(row)
            session.flush()
            return InsoleAssignment(access.code, serial, begin, end, row.id, side)

    def release(self, serial: str, at_utc: datetime) -> InsoleAssignment:
        """An insole is no longer this person's.

        Raises:
            LibraryError: it is not this person's, or was not yet at that time.
        """
        access = self._access
        end = in_utc(access, at_utc, "insoles")
        with access.writing(self.what) as session:
            for row, code in _rows(session, serial):
                if code == access.code and row.to_utc is None:
                    if end <= row.from_utc:
                        raise access.problem("an assignment ends after it begins")
                    row.to_utc = end
                    return InsoleAssignment(code, serial, row.from_utc, end, row.id, row.side)
            raise access.problem(f"{serial} is not an insole of {access.code}")

    def periods(self) -> list[InsoleAssignment]:
        """All assignments, in the order of their beginnings."""
        return sorted(self._read(), key=lambda one: (one.from_utc, one.id))

    def _entry(self, values: Values) -> InsoleAssignment:
        return InsoleAssignment(
            self._access.code,
            values["serial"],
            values["from_utc"],
            values["to_utc"],
            values["id"],
            values["side"],
        )


def _rows(session: Session, serial: str) -> list[tuple[InsoleAssignmentRow, str]]:
    """Assignments of an insole, named by its serial number or the end of it."""
    query = (
        sa.select(InsoleAssignmentRow, PersonRow.code)
        .join(PersonRow, InsoleAssignmentRow.person_id == PersonRow.id)
        .where(PersonRow.erasing.is_(False))
        .order_by(InsoleAssignmentRow.from_utc, InsoleAssignmentRow.id)
    )
    return [
        (row, code)
        for row, code in session.execute(query)
        if is_insole(serial, row.serial) or is_insole(row.serial, serial)
    ]


def wearer_of(session: Session, serial_of_foot: Mapping[str, str], at_utc: datetime) -> Wearer:
    """Who wore insoles at a time, or why nobody can be named: never a guess.

    Args:
        session: of a transaction.
        serial_of_foot: serial numbers by "left" and "right"; one foot is enough.
        at_utc: when.

    Raises:
        LibraryError: the time has no time zone.
    """
    if at_utc.tzinfo is None:
        raise LibraryError(f"{at_utc.isoformat()} has no time zone: nobody knows who wore the insoles then")
    at = at_utc.astimezone(UTC)
    serials = [serial for serial in serial_of_foot.values() if serial]
    if not serials:
        return Wearer(None, Unassigned.UNKNOWN_INSOLE)
    sides = {serial: side for serial in serials if (side := _side(session, serial))}
    if any(sides.get(serial, foot) != foot for foot, serial in serial_of_foot.items() if foot in _SIDES):
        same = len(serials) == 2 and len({sides.get(serial) for serial in serials}) == 1
        return Wearer(None, Unassigned.SAME_SIDE if same else Unassigned.SIDES_SWAPPED)
    found: set[str] = set()
    for foot, serial in serial_of_foot.items():
        if not serial:
            continue
        rows = _rows(session, serial)
        if not rows:
            return Wearer(None, Unassigned.UNKNOWN_INSOLE)
        holding = [
            (row, code)
            for row, code in rows
            if row.from_utc <= at and (row.to_utc is None or at < row.to_utc)
        ]
        if not holding:
            return Wearer(None, Unassigned.NOT_ASSIGNED)
        if foot in _SIDES and any(row.side not in ("", foot) for row, _ in holding):
            return Wearer(None, Unassigned.SIDES_SWAPPED)
        found |= {code for _, code in holding}
    return Wearer(found.pop()) if len(found) == 1 else Wearer(None, Unassigned.TWO_PEOPLE)


def _side(session: Session, serial: str) -> str | None:
    """The side that an insole last said it is of; None where it did not."""
    row = session.get(DeviceRow, serial)
    return row.side if row is not None and row.side in _SIDES else None
