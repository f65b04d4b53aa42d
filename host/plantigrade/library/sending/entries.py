"""Values of the way to a clinic."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from plantigrade.parcels.keys import PublicKey


class SendingState(StrEnum):
    """Where a recording stands on its way."""

    WAITING = "waiting"
    """It is to be sent."""
    SENDING = "sending"
    """Its parcel is made; bytes of it may be there."""
    RECEIVED = "received"
    """All of it is at the clinic, which has not verified it yet."""
    FILED = "filed"
    """The clinic verified it: what it decrypted is what was sent."""
    OPENED = "opened"
    """Somebody of the clinic opened it."""
    QUARANTINED = "quarantined"
    """The clinic put it aside."""


UNDER_WAY = (SendingState.WAITING, SendingState.SENDING)
TO_ASK = (SendingState.RECEIVED, SendingState.FILED, SendingState.QUARANTINED)


@dataclass(frozen=True)
class Clinic:
    """A clinic that recordings of a person go to.

    Attributes:
        id: number.
        person: code of the person here.
        consent: number of the consent that allows it; None where that was removed.
        address: of its server, such as "https://clinic.example".
        name: of the clinic.
        there: the person's code there.
        key: what is encrypted for.
        credential: of this device.
        since_utc: recordings that began then or later go there.
        joined_utc: since when.
        problem: why nothing goes there at the moment; "" for nothing.
        ended_utc: when it ended; None while it goes on.
        acknowledged_utc: when the clinic acknowledged the end; None: not yet.
        erase: whether the person wished that the clinic erase what it has.
    """

    id: int
    person: str
    consent: int | None
    address: str
    name: str
    there: str
    key: PublicKey
    credential: str = field(repr=False)
    since_utc: datetime
    joined_utc: datetime
    problem: str = ""
    ended_utc: datetime | None = None
    acknowledged_utc: datetime | None = None
    erase: bool = False


@dataclass(frozen=True)
class Sending:
    """A recording on its way.

    Attributes:
        id: number.
        clinic: number of the clinic.
        recording: identifier.
        manifest_sha256: of the version that is meant.
        parcel_id, pieces_sha256, bytes: of its parcel; "" and 0 before that was made.
        sent: bytes that the clinic has.
        state: where it stands.
        problem: what went wrong last; "" for nothing.
        attempts: failures one after the other.
        next_utc: when something is to be done.
        made_utc: when it was noted that it is to go.
        received_utc, filed_utc, opened_utc: when; None: not yet.
        opened_by: who opened it.
    """

    id: int
    clinic: int
    recording: str
    manifest_sha256: str
    parcel_id: str
    pieces_sha256: str
    bytes: int
    sent: int
    state: SendingState
    problem: str
    attempts: int
    next_utc: datetime
    made_utc: datetime
    received_utc: datetime | None
    filed_utc: datetime | None
    opened_utc: datetime | None
    opened_by: str
