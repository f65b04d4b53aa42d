"""Tables of recordings that travel from homes to clinics, at both ends, and of what archives computed.

At the clinic no credential stands in them as it is: that of a home and the code of an invitation are stored
as SHA-256. At home the credential is encrypted. Changed only together with a migration.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from plantigrade.library.catalogue.account_tables import Base
from plantigrade.library.catalogue.person_tables import ConsentRow
from plantigrade.library.catalogue.tables import EncryptedText, Utc

_TEXT: Final = 200
_KIND: Final = 40
_SHA256: Final = 64
_KEY: Final = 100


def _person() -> Mapped[Any]:
    return mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


class ClinicKeyRow(Base):
    """At a clinic: its keys, the newest first in use; the earlier ones open what was sealed for them."""

    __tablename__ = "clinic_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    public: Mapped[str] = mapped_column(String(_KEY))
    secret: Mapped[str] = mapped_column(EncryptedText)
    made_utc: Mapped[datetime] = mapped_column(Utc)


class SenderInvitationRow(Base):
    """At a clinic: invitations of devices, each for one person."""

    __tablename__ = "sender_invitations"
    __table_args__ = (Index("uq_sender_invitations_code_sha256", "code_sha256", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    code_sha256: Mapped[str] = mapped_column(String(_SHA256))
    made_utc: Mapped[datetime] = mapped_column(Utc)
    ends_utc: Mapped[datetime] = mapped_column(Utc)
    taken_utc: Mapped[datetime | None] = mapped_column(Utc)


class SenderRow(Base):
    """At a clinic: devices that may send recordings of one person."""

    __tablename__ = "senders"
    __table_args__ = (Index("uq_senders_credential_sha256", "credential_sha256", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    credential_sha256: Mapped[str] = mapped_column(String(_SHA256))
    device: Mapped[str] = mapped_column(EncryptedText)
    made_utc: Mapped[datetime] = mapped_column(Utc)
    seen_utc: Mapped[datetime | None] = mapped_column(Utc)
    ended_utc: Mapped[datetime | None] = mapped_column(Utc)
    erasure_wished_utc: Mapped[datetime | None] = mapped_column(Utc)


class ParcelRow(Base):
    """At a clinic: parcels that came or are coming; `state` is an `receiving.entries.ParcelState`.

    `taken_utc` is when a worker took it to open it, `tries` how often one did.
    """

    __tablename__ = "parcels"
    __table_args__ = (
        Index("uq_parcels_of_sender", "sender_id", "parcel_id", unique=True),
        Index("ix_parcels_state", "state", "id"),
        Index("ix_parcels_recording_id", "recording_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("senders.id", ondelete="CASCADE"))
    parcel_id: Mapped[str] = mapped_column(String(_SHA256))
    bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(_KIND))
    problem: Mapped[str] = mapped_column(EncryptedText, default="")
    pieces_sha256: Mapped[str] = mapped_column(String(_SHA256), default="")
    recording_id: Mapped[str] = mapped_column(String(_TEXT), default="")
    tries: Mapped[int] = mapped_column(default=0)
    begun_utc: Mapped[datetime] = mapped_column(Utc)
    touched_utc: Mapped[datetime] = mapped_column(Utc)
    received_utc: Mapped[datetime | None] = mapped_column(Utc)
    taken_utc: Mapped[datetime | None] = mapped_column(Utc)
    filed_utc: Mapped[datetime | None] = mapped_column(Utc)
    opened_utc: Mapped[datetime | None] = mapped_column(Utc)
    opened_by: Mapped[str] = mapped_column(String(_TEXT), default="")


class ClinicRow(Base):
    """At home: clinics that a person's recordings go to. `there` is the person's code at the clinic;
    recordings go there that began at `since_utc` or later."""

    __tablename__ = "clinics"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = _person()
    consent_id: Mapped[int | None] = mapped_column(ForeignKey(ConsentRow.id, ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(EncryptedText)
    name: Mapped[str] = mapped_column(EncryptedText)
    there: Mapped[str] = mapped_column(EncryptedText)
    public_key: Mapped[str] = mapped_column(String(_KEY))
    credential: Mapped[str] = mapped_column(EncryptedText)
    since_utc: Mapped[datetime] = mapped_column(Utc)
    joined_utc: Mapped[datetime] = mapped_column(Utc)
    problem: Mapped[str] = mapped_column(EncryptedText, default="")
    ended_utc: Mapped[datetime | None] = mapped_column(Utc)
    acknowledged_utc: Mapped[datetime | None] = mapped_column(Utc)
    erase: Mapped[bool] = mapped_column(default=False)


class SendingRow(Base):
    """At home: recordings on their way to a clinic; `state` is a `sending.entries.SendingState`."""

    __tablename__ = "sendings"
    __table_args__ = (
        Index("uq_sendings_of_clinic", "clinic_id", "recording_id", "manifest_sha256", unique=True),
        Index("ix_sendings_recording_id", "recording_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinics.id", ondelete="CASCADE"))
    recording_id: Mapped[str] = mapped_column(String(_TEXT))
    manifest_sha256: Mapped[str] = mapped_column(String(_SHA256))
    parcel_id: Mapped[str] = mapped_column(String(_SHA256), default="")
    pieces_sha256: Mapped[str] = mapped_column(String(_SHA256), default="")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sent_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(_KIND))
    problem: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_utc: Mapped[datetime] = mapped_column(Utc)
    made_utc: Mapped[datetime] = mapped_column(Utc)
    received_utc: Mapped[datetime | None] = mapped_column(Utc)
    filed_utc: Mapped[datetime | None] = mapped_column(Utc)
    opened_utc: Mapped[datetime | None] = mapped_column(Utc)
    opened_by: Mapped[str] = mapped_column(EncryptedText, default="")


class ArchiveResultRow(Base):
    """In an archive: which recording was computed from which samples, by which version, or why it was not."""

    __tablename__ = "archive_results"
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[str] = mapped_column(String(_TEXT))
    manifest_sha256: Mapped[str] = mapped_column(String(_SHA256))
    problem: Mapped[str] = mapped_column(Text, default="")
    made_utc: Mapped[datetime] = mapped_column(Utc)
