"""What NimBLE's host does between the air and the firmware: room for answers, and peers that pair anew."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bumble import att, smp
from bumble.device import Connection, Device
from bumble.pairing import PairingDelegate

from plantigrade.twin.radio.bonds import FirmwareKeyStore

FIRST_BLOCK_BYTES = 219  # as in firmware/sim/chip/radio_buffers.py, which counts the same on the board's side


@dataclass(frozen=True)
class StackBehaviour:
    """Rows of the chip's table of behaviours that concern the air (`firmware/sim/chip/behaviour.py`).

    Attributes:
        mbufs: blocks of the pool that notifications and answers share.
        key_authenticated: whether `authenticated` is taken from the key.
    """

    mbufs: int = 12
    key_authenticated: bool = True

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> "StackBehaviour":
        """From what a board says of itself."""
        return cls(
            mbufs=rows.get("ble_mbufs", cls.mbufs),
            key_authenticated=bool(rows.get("ble_key_authenticated", cls.key_authenticated)),
        )


class WaitingNotifications:
    """Notifications of one insole that are not on the air yet, oldest first.

    Args:
        places: packets that the controller holds; those after them take blocks of the pool.
        mbufs: blocks of the pool.
    """

    def __init__(self, places: int, mbufs: int) -> None:
        self._places = places
        self._mbufs = mbufs
        self._lengths: deque[int | None] = deque()  # None: a copy that takes no buffer

    def put(self, length: int | None) -> None:
        """One more; None for a copy that the air made, which gives no buffer back."""
        self._lengths.append(length)

    def sent(self) -> int:
        """The oldest went over the air: how many buffers that gives back."""
        return int(bool(self._lengths) and self._lengths.popleft() is not None)

    def clear(self) -> int:
        """All are gone with their connection: how many buffers that gives back."""
        count = sum(length is not None for length in self._lengths)
        self._lengths.clear()
        return count

    def can_answer(self) -> bool:
        """Whether the pool has a block for the answer to a request."""
        lengths = [length for length in self._lengths if length is not None]
        if len(lengths) <= self._places:
            return True
        used = sum(2 if length <= FIRST_BLOCK_BYTES else 3 for length in lengths[self._places :])
        return used < self._mbufs


class RepeatPairing(PairingDelegate):
    """Just Works; before it the firmware is told to forget what it knows of the peer, as NimBLE does."""

    def __init__(self, begins: Callable[[], Awaitable[None]]) -> None:
        super().__init__(PairingDelegate.IoCapability.NO_OUTPUT_NO_INPUT)
        self._begins = begins

    async def accept(self) -> bool:
        """A pairing request has come; nothing is proved yet."""
        await self._begins()
        return True


def authenticated(device: Device, link: Connection, bonds: FirmwareKeyStore) -> bool:
    """Whether the key of an encrypted connection is one that proves who the peer is.

    Bumble's `Connection.authenticated` is True after Just Works as well.
    """
    sessions: dict[int, Any] = device.smp_manager.sessions
    session = sessions.get(link.handle)
    if session is not None:
        return session.pairing_method != smp.PairingMethod.JUST_WORKS
    return bonds.authenticated.get(str(link.peer_address), False)


def answer_while_there_is_room(device: Device, waiting: WaitingNotifications) -> None:
    """Requests that come while the pool is empty are neither carried out nor answered."""
    serve = device.gatt_server.on_gatt_pdu

    def on_pdu(bearer: att.Bearer, att_pdu: att.ATT_PDU) -> None:
        if att_pdu.op_code not in att.ATT_REQUESTS or waiting.can_answer():
            serve(bearer, att_pdu)

    device.gatt_server.on_gatt_pdu = on_pdu
