"""What came from homes, as the people of a clinic look at it: whose it is, from where, and how far it is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from plantigrade.library.catalogue.sending_tables import ParcelRow, SenderRow
from plantigrade.library.catalogue.store import Store
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.library.receiving.entries import Parcel, ParcelState
from plantigrade.library.receiving.parcels import parcel_of_row


@dataclass(frozen=True)
class Arrival:
    """A parcel with where it came from.

    Attributes:
        parcel: the parcel.
        person: code of whose device sent it.
        device: name of the device, as the home chose it.
    """

    parcel: Parcel
    person: str
    device: str


_WAY: Final = sa.join(ParcelRow, SenderRow, SenderRow.id == ParcelRow.sender_id).join(
    PersonRow, sa.and_(PersonRow.id == SenderRow.person_id, ~PersonRow.erasing)
)
"""Parcels with their device and whose it is; nobody who is being erased."""


class Arrivals:
    """What came from homes of some people.

    Args:
        store: the database of the clinic's library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def newest(self, people: Collection[str], most: int) -> list[Arrival]:
        """What came last, newest first.

        Args:
            people: codes of those whose devices count.
            most: how many are wanted.

        Raises:
            LibraryError: the database fails.
        """
        return self._found(
            _arrivals().where(PersonRow.code.in_(people)).order_by(ParcelRow.id.desc()).limit(most)
        )

    def counts(self, people: Collection[str]) -> dict[ParcelState, int]:
        """How many parcels of these people are in each state.

        Raises:
            LibraryError: the database fails.
        """
        query = sa.select(ParcelRow.state, sa.func.count()).select_from(_WAY)
        query = query.where(PersonRow.code.in_(people)).group_by(ParcelRow.state)
        with self._store.read() as session:
            found = session.execute(query).all()
        return dict.fromkeys(ParcelState, 0) | {ParcelState(name): count for name, count in found}

    def devices(self, people: Collection[str]) -> int:
        """How many devices of these people send.

        Raises:
            LibraryError: the database fails.
        """
        query = sa.select(sa.func.count()).select_from(SenderRow)
        query = query.join(PersonRow, sa.and_(PersonRow.id == SenderRow.person_id, ~PersonRow.erasing))
        query = query.where(PersonRow.code.in_(people), SenderRow.ended_utc.is_(None))
        with self._store.read() as session:
            return session.scalar(query) or 0

    def of_recording(self, recording: str) -> Arrival | None:
        """How a recording came here, the first time; None where no home sent it.

        Raises:
            LibraryError: the database fails.
        """
        of_it = _arrivals().where(ParcelRow.recording_id == recording)
        found = self._found(of_it.order_by(ParcelRow.id).limit(1))
        return found[0] if found else None

    def _found(self, query: "sa.Select[ParcelRow, str, str]") -> list[Arrival]:
        with self._store.read() as session:
            return [Arrival(parcel_of_row(row), code, device) for row, code, device in session.execute(query)]


def _arrivals() -> "sa.Select[ParcelRow, str, str]":
    return sa.select(ParcelRow, PersonRow.code, SenderRow.device).select_from(_WAY)
