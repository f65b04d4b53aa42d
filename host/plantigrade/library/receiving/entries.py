"""Values of receiving parcels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plantigrade.errors import PlantigradeError


class ReceivingError(PlantigradeError):
    """What receives parcels cannot do what was asked."""


class OffsetError(ReceivingError):
    """An upload goes on elsewhere: `offset` says where.

    Attributes:
        offset: how many bytes are there.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(f"the upload goes on at byte {offset}")
        self.offset = offset


class ParcelState(StrEnum):
    """Where a parcel stands; docs/reference/parcels.md."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    FILED = "filed"
    OPENED = "opened"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Sender:
    """A device that may send.

    Attributes:
        id: number.
        person: code of whose recordings it sends.
        device: its name, for people.
        made_utc: when it joined.
        seen_utc: when it was last heard of; None: never since.
        ended_utc: when its credential ended; None while it stands.
        erasure_wished_utc: when its person wished that what it sent be erased; None: not.
    """

    id: int
    person: str
    device: str
    made_utc: datetime
    seen_utc: datetime | None = None
    ended_utc: datetime | None = None
    erasure_wished_utc: datetime | None = None


@dataclass(frozen=True)
class Parcel:
    """A parcel that came or is coming.

    Attributes:
        id: number of the row, and name of its file.
        parcel_id: of the device, 64 hexadecimal digits.
        sender: number of the device.
        bytes, received: its length, and how much is here.
        state: where it stands.
        problem: why it was put aside, or what is odd about it; "" for nothing.
        pieces_sha256: digest of the content, once it was opened.
        recording: what it became; "" before.
        begun_utc, touched_utc, received_utc, filed_utc, opened_utc: when; None: not yet.
        opened_by: who opened the recording first.
    """

    id: int
    parcel_id: str
    sender: int
    bytes: int
    received: int
    state: ParcelState
    problem: str
    pieces_sha256: str
    recording: str
    begun_utc: datetime
    touched_utc: datetime
    received_utc: datetime | None
    filed_utc: datetime | None
    opened_utc: datetime | None
    opened_by: str
