"""Whose insoles are whose: groups that are worn together, time zones, and the wearer of a recording."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.person_tables import InsoleAssignmentRow
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.person.entries import Unassigned, is_insole

NOBODY = ""
"""The group of insoles that are not one of a person's pair."""


@dataclass(frozen=True)
class Worn:
    """Who wore insoles: a person's code, or why nobody can be named."""

    person: str | None
    unassigned: str | None


@dataclass
class Wearers:
    """What the library says of wearers: `refresh` reads it, everything else answers from memory."""

    library: Library
    utc_ns: Callable[[], int] = time.time_ns
    _person_of: dict[str, str] = field(default_factory=dict[str, str])
    _since_ns: dict[str, int] = field(default_factory=dict[str, int])
    _zone_of: dict[str, str] = field(default_factory=dict[str, str])
    _foot_of: dict[str, str] = field(default_factory=dict[str, str])

    def refresh(self) -> None:
        """Read assignments and time zones. Blocks: called in a thread.

        Raises:
            LibraryError: the database fails; what was known stays.
        """
        now = datetime.fromtimestamp(self.utc_ns() / 1e9, UTC)
        with self.library.store.read() as session:
            query = (
                sa.select(
                    InsoleAssignmentRow.serial,
                    InsoleAssignmentRow.from_utc,
                    InsoleAssignmentRow.side,
                    PersonRow.code,
                )
                .join(PersonRow, PersonRow.id == InsoleAssignmentRow.person_id)
                .where(sa.or_(InsoleAssignmentRow.to_utc.is_(None), InsoleAssignmentRow.to_utc > now))
                .where(InsoleAssignmentRow.from_utc <= now)
            )
            assigned = session.execute(query).all()
            people = session.execute(sa.select(PersonRow.code, PersonRow.time_zone))
            zone_of = {row.code: row.time_zone for row in people}
        self._person_of = {row.serial: row.code for row in assigned}
        self._since_ns = {row.serial: round(row.from_utc.timestamp() * 1e6) * 1000 for row in assigned}
        self._foot_of = {row.serial: row.side for row in assigned}
        self._zone_of = zone_of

    @property
    def assigned(self) -> dict[str, str]:
        """Code of the person by serial number of the insole, as of now."""
        return dict(self._person_of)

    def group_of(self, serial: str, side: str) -> str:
        """The group of an insole: its person, if that person has another one, too."""
        person = self.person_of(serial)
        if person is None or list(self._person_of.values()).count(person) < 2:
            return NOBODY
        return person

    def person_of(self, serial: str) -> str | None:
        """Whose an insole is now."""
        named = self._named(serial)
        return None if named is None else self._person_of[named]

    def foot_of(self, serial: str) -> str:
        """For which foot an insole is assigned now, "left" or "right"; "" where nobody said."""
        named = self._named(serial)
        return "" if named is None else self._foot_of[named]

    def since_utc_ns(self, serial: str) -> int | None:
        """Since when an insole is the person's whose it is now; None where it is nobody's."""
        named = self._named(serial)
        return None if named is None else self._since_ns[named]

    def _named(self, serial: str) -> str | None:
        """What an insole is assigned as: its serial number, or the end of it."""
        return next((named for named in self._person_of if is_insole(serial, named)), None)

    def known(self, serials: Iterable[str]) -> Worn:
        """Who wears these insoles, as far as can be told before the recording is there."""
        people = {self.person_of(serial) for serial in serials}
        if len(people) == 1 and None not in people:
            return Worn(people.pop(), None)
        reason = Unassigned.NOT_ASSIGNED if people <= {None} else Unassigned.TWO_PEOPLE
        return Worn(None, reason.value)

    def zone_name(self, group: str) -> str:
        """Name of the time zone that a group lives in; "" for the computer's."""
        return self._zone_of.get(group, "")

    def zone(self, name: str) -> tzinfo | None:
        """A time zone; None for the computer's, also where the computer does not know that zone."""
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError):
            return None

    def wearer_of(self, serials: Mapping[str, str], first_utc_ns: int, last_utc_ns: int) -> Worn:
        """Who wore these insoles, by foot as a recording names them. Blocks: called in a thread.

        Whoever they belonged to at the first load must be the one to whom they belonged at the last.

        Raises:
            LibraryError: the database fails.
        """
        if any(foot.startswith(("left-", "right-")) for foot in serials):
            return Worn(None, Unassigned.SAME_SIDE.value)
        first, last = (
            self.library.wearer_of(serials, datetime.fromtimestamp(at_ns / 1e9, UTC))
            for at_ns in (first_utc_ns, last_utc_ns)
        )
        if first.person is not None and first.person != last.person:
            return Worn(None, (last.unassigned or Unassigned.TWO_PEOPLE).value)
        return Worn(first.person, None if first.unassigned is None else first.unassigned.value)
