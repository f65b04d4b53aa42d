"""Recordings on their way: which are to go, what is due, and what became of each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from plantigrade.library.catalogue.sending_tables import ClinicRow, SendingRow
from plantigrade.library.catalogue.store import Store
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow
from plantigrade.library.catalogue.versions import FINAL
from plantigrade.library.sending import settings
from plantigrade.library.sending.entries import TO_ASK, UNDER_WAY, Clinic, Sending, SendingState


class SendingRegister:
    """The ways of all recordings.

    Args:
        store: the database of the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(self, clinic: Clinic, now: datetime) -> int:
        """Note recordings that are to go to a clinic and do not yet; how many.

        They are final, of the clinic's person, with their samples, and began when they are wanted from.
        """
        since_ns = int(clinic.since_utc.timestamp() * 1e9)
        known = sa.select(SendingRow.id).where(
            SendingRow.clinic_id == clinic.id,
            SendingRow.recording_id == RecordingRow.id,
            SendingRow.manifest_sha256 == RecordingRow.books_sha256,
        )
        query = (
            sa.select(RecordingRow.id, RecordingRow.books_sha256)
            .join(PersonRow, PersonRow.id == RecordingRow.person_id)
            .where(
                PersonRow.code == clinic.person,
                RecordingRow.state == FINAL,
                RecordingRow.deleted_utc.is_(None),
                RecordingRow.erasing.is_(False),
                RecordingRow.raw_removed_utc.is_(None),
                RecordingRow.order_ns >= since_ns,
                ~sa.exists(known),
            )
            .order_by(RecordingRow.order_ns)
        )
        with self._store.read() as session:
            if not (fresh := session.execute(query).all()):
                return 0
        with self._store.write() as session:
            for recording, manifest in fresh:
                session.add(
                    SendingRow(
                        clinic_id=clinic.id,
                        recording_id=recording,
                        manifest_sha256=manifest,
                        state=SendingState.WAITING.value,
                        next_utc=now,
                        made_utc=now,
                    )
                )
        return len(fresh)

    def due(self, clinic: Clinic, now: datetime) -> Sending | None:
        """What is to be sent next: what was begun first, then the oldest."""
        begun = sa.case((SendingRow.state == SendingState.SENDING.value, 0), else_=1)
        query = self._of(clinic, UNDER_WAY).where(SendingRow.next_utc <= now)
        with self._store.read() as session:
            row = session.scalar(query.order_by(begun, SendingRow.id).limit(1))
            return None if row is None else _as_sending(row)

    def to_ask(self, clinic: Clinic, now: datetime) -> list[Sending]:
        """What a receipt is due of."""
        query = self._of(clinic, TO_ASK).where(
            SendingRow.next_utc <= now, SendingRow.made_utc > now - settings.ASK_FOR
        )
        with self._store.read() as session:
            return [_as_sending(row) for row in session.scalars(query.order_by(SendingRow.id.desc()))]

    def next_utc(self, clinic: Clinic) -> datetime | None:
        """When something is due; None where nothing is."""
        of_clinic = SendingRow.clinic_id == clinic.id
        states = [state.value for state in (*UNDER_WAY, *TO_ASK)]
        with self._store.read() as session:
            return session.scalar(
                sa.select(sa.func.min(SendingRow.next_utc)).where(of_clinic, SendingRow.state.in_(states))
            )

    def of_clinic(self, clinic: Clinic) -> list[Sending]:
        """All of a clinic, newest first."""
        with self._store.read() as session:
            rows = session.scalars(self._of(clinic, SendingState).order_by(SendingRow.id.desc()))
            return [_as_sending(row) for row in rows]

    def of_recording(self, recording: str) -> list[tuple[Sending, str]]:
        """The ways of one recording, each with the name of its clinic, in the order in which it joined."""
        query = (
            sa.select(SendingRow, ClinicRow.name)
            .join(ClinicRow, ClinicRow.id == SendingRow.clinic_id)
            .where(SendingRow.recording_id == recording)
            .order_by(ClinicRow.id, SendingRow.id)
        )
        with self._store.read() as session:
            return [(_as_sending(row), name) for row, name in session.execute(query)]

    def counts(self, clinic: Clinic) -> dict[SendingState, int]:
        """How many are in each state."""
        query = sa.select(SendingRow.state, sa.func.count()).where(SendingRow.clinic_id == clinic.id)
        with self._store.read() as session:
            found = session.execute(query.group_by(SendingRow.state)).all()
        return dict.fromkeys(SendingState, 0) | {SendingState(name): count for name, count in found}

    def is_wanted(self, sending: Sending) -> bool:
        """Whether the recording is still there, in the version that was meant."""
        with self._store.read() as session:
            row: Any = session.get(RecordingRow, sending.recording)
            return (
                row is not None
                and not row.erasing
                and row.deleted_utc is None
                and row.raw_removed_utc is None
                and row.books_sha256 == sending.manifest_sha256
            )

    def set(self, sending: Sending, **values: Any) -> Sending:
        """Change columns of a row; the row."""
        with self._store.write() as session:
            session.execute(sa.update(SendingRow).where(SendingRow.id == sending.id).values(**values))
            return _as_sending(session.get_one(SendingRow, sending.id, populate_existing=True))

    def fail(self, sending: Sending, problem: str, wait_until: datetime) -> None:
        """It did not work; try again then."""
        self.set(sending, problem=problem, attempts=sending.attempts + 1, next_utc=wait_until)

    def forget(self, sending: Sending) -> None:
        """It is not to go any more."""
        with self._store.write() as session:
            session.execute(sa.delete(SendingRow).where(SendingRow.id == sending.id))

    def forget_unsent(self, clinic: Clinic) -> list[int]:
        """Nothing that is not there yet is to go to a clinic; their numbers."""
        states = [state.value for state in UNDER_WAY]
        of_clinic = sa.and_(SendingRow.clinic_id == clinic.id, SendingRow.state.in_(states))
        with self._store.write() as session:
            return list(session.scalars(sa.delete(SendingRow).where(of_clinic).returning(SendingRow.id)))

    @staticmethod
    def _of(clinic: Clinic, states: Iterable[SendingState]) -> "sa.Select[SendingRow]":
        named = [state.value for state in states]
        return sa.select(SendingRow).where(SendingRow.clinic_id == clinic.id, SendingRow.state.in_(named))


def _as_sending(row: SendingRow) -> Sending:
    return Sending(
        row.id,
        row.clinic_id,
        row.recording_id,
        row.manifest_sha256,
        row.parcel_id,
        row.pieces_sha256,
        row.bytes,
        row.sent_bytes,
        SendingState(row.state),
        row.problem,
        row.attempts,
        row.next_utc,
        row.made_utc,
        row.received_utc,
        row.filed_utc,
        row.opened_utc,
        row.opened_by,
    )
