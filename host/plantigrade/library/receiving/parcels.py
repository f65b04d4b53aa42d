"""Parcels in the database: begun, coming, received, taken by one worker, filed or put aside."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plantigrade.library.catalogue.sending_tables import ParcelRow
from plantigrade.library.catalogue.store import LibraryError, Store
from plantigrade.library.receiving import settings
from plantigrade.library.receiving.entries import OffsetError, Parcel, ParcelState, ReceivingError
from plantigrade.library.receiving.spool import FullError, Spool, put

_DONE = (ParcelState.FILED.value, ParcelState.OPENED.value)


class ParcelRegister:
    """Parcels of all devices.

    Args:
        store: the database of the library.
        spool: where their files are.
    """

    def __init__(self, store: Store, spool: Spool) -> None:
        self._store, self.spool = store, spool

    def begin(self, sender: int, parcel_id: str, length: int, now: datetime | None = None) -> Parcel:
        """Begin an upload, or find the one that was begun.

        Raises:
            ReceivingError: it was begun with another length, or too many are under way.
            FullError: there is no room.
        """
        now = now or datetime.now(UTC)
        if (there := self.find(sender, parcel_id)) is not None:
            return _same_length(there, length)
        if self.spool.free_bytes() < length + settings.FREE_BYTES:
            raise FullError("the disk of the clinic is full")
        try:
            return self._begun(sender, parcel_id, length, now)
        except LibraryError:  # another request may have begun the same meanwhile
            if (there := self.find(sender, parcel_id)) is None:
                raise
            return _same_length(there, length)

    def _begun(self, sender: int, parcel_id: str, length: int, now: datetime) -> Parcel:
        coming = ParcelState.RECEIVING.value
        of_sender = sa.and_(ParcelRow.sender_id == sender, ParcelRow.state == coming)
        with self._store.write() as session:
            under_way = session.scalar(sa.select(sa.func.count()).where(of_sender)) or 0
            if under_way >= settings.MOST_OPEN_UPLOADS:
                raise ReceivingError("too many uploads of this device are under way; finish them first")
            row = ParcelRow(
                sender_id=sender,
                parcel_id=parcel_id,
                bytes=length,
                state=coming,
                begun_utc=now,
                touched_utc=now,
            )
            session.add(row)
            session.flush()
            return parcel_of_row(row)

    def find(self, sender: int, parcel_id: str) -> Parcel | None:
        """A parcel of a device; None where it did not send it."""
        with self._store.read() as session:
            row = _row(session, sender, parcel_id)
            return None if row is None else parcel_of_row(row)

    def get(self, number: int) -> Parcel:
        """A parcel by number.

        Raises:
            ReceivingError: there is none.
        """
        with self._store.read() as session:
            row = session.get(ParcelRow, number)
            if row is None:
                raise ReceivingError(f"there is no parcel {number}")
            return parcel_of_row(row)

    def append(self, parcel: Parcel, offset: int, data: bytes, now: datetime | None = None) -> Parcel:
        """Take the next bytes: durable when this returns.

        Raises:
            OffsetError: they belong elsewhere; nothing was stored.
            ReceivingError: they go beyond the end.
            BusyError, FullError: not now; nothing was stored.
        """
        now = now or datetime.now(UTC)
        with self.spool.writing(parcel.id) as file:
            there = self.get(parcel.id)
            if offset != there.received or there.state is not ParcelState.RECEIVING:
                raise OffsetError(there.received)
            if offset + len(data) > there.bytes:
                raise ReceivingError("this goes beyond the length that was named")
            put(file, offset, data)
            end = offset + len(data)
            values: dict[str, Any] = {"received_bytes": end, "touched_utc": now}
            if end == there.bytes:
                values |= {"state": ParcelState.RECEIVED.value, "received_utc": now}
            self._set(parcel.id, **values)
        return self.get(parcel.id)

    def drop(self, parcel: Parcel) -> None:
        """Forget an upload that is not complete.

        Raises:
            ReceivingError: it is complete.
        """
        with self._store.write() as session:
            of_it = sa.and_(ParcelRow.id == parcel.id, ParcelRow.state == ParcelState.RECEIVING.value)
            gone = session.scalars(sa.delete(ParcelRow).where(of_it).returning(ParcelRow.id)).all()
        if not gone:
            raise ReceivingError("it has come whole; the clinic decides about it now")
        self.spool.remove(parcel.id)

    def receipts(self, sender: int, parcel_id: str | None = None) -> list[Parcel]:
        """What a device sent, newest first."""
        query = sa.select(ParcelRow).where(ParcelRow.sender_id == sender)
        if parcel_id is not None:
            query = query.where(ParcelRow.parcel_id == parcel_id)
        with self._store.read() as session:
            rows = session.scalars(query.order_by(ParcelRow.id.desc()).limit(settings.MOST_RECEIPTS))
            return [parcel_of_row(row) for row in rows]

    def in_state(self, *states: ParcelState) -> list[Parcel]:
        """Parcels in some states, in the order in which they came."""
        query = sa.select(ParcelRow).where(ParcelRow.state.in_([state.value for state in states]))
        with self._store.read() as session:
            return [parcel_of_row(row) for row in session.scalars(query.order_by(ParcelRow.id))]

    def counts(self) -> dict[ParcelState, int]:
        """How many are in each state."""
        query = sa.select(ParcelRow.state, sa.func.count()).group_by(ParcelRow.state)
        with self._store.read() as session:
            found: Sequence[Any] = session.execute(query).all()
        return dict.fromkeys(ParcelState, 0) | {ParcelState(name): count for name, count in found}

    def take(self, now: datetime | None = None) -> Parcel | None:
        """Take the next received parcel for one worker; None where none waits.

        One whose worker ended is taken again later, and put aside after `settings.MOST_TRIES`.
        """
        now = now or datetime.now(UTC)
        waits = sa.and_(
            ParcelRow.state == ParcelState.RECEIVED.value,
            sa.or_(ParcelRow.taken_utc.is_(None), ParcelRow.taken_utc < now - settings.TAKEN_FOR),
        )
        with self._store.write() as session:
            query = sa.select(ParcelRow).where(waits).order_by(ParcelRow.id).limit(1)
            row = session.scalar(query.with_for_update(skip_locked=True))
            if row is None:
                return None
            if row.tries >= settings.MOST_TRIES:
                row.state = ParcelState.QUARANTINED.value
                row.problem = f"opening it ended the worker {row.tries} times; is the memory full?"
                return None
            row.tries, row.taken_utc = row.tries + 1, now
            return parcel_of_row(row)

    def give_back(self, parcel: Parcel) -> None:
        """Nothing was done about a taken parcel; the next worker may take it."""
        self._set(parcel.id, taken_utc=None, tries=ParcelRow.tries - 1)

    def file(
        self, parcel: Parcel, recording: str, pieces_sha256: str, remark: str, now: datetime | None = None
    ) -> None:
        """It became a recording; its file goes."""
        self._set(
            parcel.id,
            state=ParcelState.FILED.value,
            recording_id=recording,
            pieces_sha256=pieces_sha256,
            problem=remark,
            filed_utc=now or datetime.now(UTC),
        )
        self.spool.remove(parcel.id)

    def put_aside(self, parcel: Parcel, problem: str) -> None:
        """It cannot be filed; its file stays."""
        self._set(parcel.id, state=ParcelState.QUARANTINED.value, problem=problem)

    def try_again(self, number: int) -> None:
        """Open a parcel once more that was put aside: after an update, or when a key is back.

        Raises:
            ReceivingError: it is not among them.
        """
        if self.get(number).state is not ParcelState.QUARANTINED:
            raise ReceivingError(f"parcel {number} was not put aside")
        self._set(number, state=ParcelState.RECEIVED.value, problem="", tries=0, taken_utc=None)

    def discard(self, number: int) -> None:
        """Remove a parcel that was put aside, for good.

        Raises:
            ReceivingError: it is not among them.
        """
        if self.get(number).state is not ParcelState.QUARANTINED:
            raise ReceivingError(f"parcel {number} was not put aside")
        with self._store.write() as session:
            session.execute(sa.delete(ParcelRow).where(ParcelRow.id == number))
        self.spool.remove(number)

    def tidy(self, now: datetime | None = None) -> int:
        """Forget uploads that nothing came for, and files that are nobody's; how many uploads."""
        now = now or datetime.now(UTC)
        old = sa.and_(
            ParcelRow.state == ParcelState.RECEIVING.value,
            ParcelRow.touched_utc < now - settings.UPLOAD_LASTS,
        )
        there = self.spool.numbers()  # before the rows: what begins meanwhile is not among them
        with self._store.write() as session:
            gone = session.scalars(sa.delete(ParcelRow).where(old).returning(ParcelRow.id)).all()
            under_way = set(session.scalars(sa.select(ParcelRow.id).where(ParcelRow.state.not_in(_DONE))))
        for number in there:
            if number not in under_way:
                self.spool.remove(number)
        return len(gone)

    def _set(self, number: int, **values: Any) -> None:
        with self._store.write() as session:
            session.execute(sa.update(ParcelRow).where(ParcelRow.id == number).values(**values))


def note_opened(store: Store, recording: str, by: str, now: datetime | None = None) -> None:
    """Somebody of the clinic opened a recording: the first time is told to the home that sent it."""
    mine = sa.and_(ParcelRow.recording_id == recording, ParcelRow.state == ParcelState.FILED.value)
    with store.read() as session:
        if session.scalar(sa.select(sa.exists().where(mine))) is not True:
            return
    with store.write() as session:
        session.execute(
            sa.update(ParcelRow)
            .where(mine)
            .values(state=ParcelState.OPENED.value, opened_utc=now or datetime.now(UTC), opened_by=by[:200])
        )


def _row(session: Session, sender: int, parcel_id: str) -> ParcelRow | None:
    return session.scalar(
        sa.select(ParcelRow).where(ParcelRow.sender_id == sender, ParcelRow.parcel_id == parcel_id)
    )


def _same_length(parcel: Parcel, length: int) -> Parcel:
    if parcel.bytes != length:
        raise ReceivingError(f"this parcel was begun with {parcel.bytes} bytes")
    return parcel


def parcel_of_row(row: ParcelRow) -> Parcel:
    """A row of the table as a value that outlives its session."""
    return Parcel(
        row.id,
        row.parcel_id,
        row.sender_id,
        row.bytes,
        row.received_bytes,
        ParcelState(row.state),
        row.problem,
        row.pieces_sha256,
        row.recording_id,
        row.begun_utc,
        row.touched_utc,
        row.received_utc,
        row.filed_utc,
        row.opened_utc,
        row.opened_by,
    )
