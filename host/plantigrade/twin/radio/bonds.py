"""Bonds of an insole, stored by its firmware: the radio asks for them with the events that NimBLE would
raise.
"""

import asyncio
import struct
from collections.abc import Awaitable, Callable

from bumble import hci
from bumble.keys import KeyStore, PairingKeys

OUR_SECRET = 1
PEER_SECRET = 2
_LAYOUT = struct.Struct("<B6sBB16s16s")  # identity address type and address, key size, flags, LTK, IRK
_KEY_BYTES = 16
_AUTHENTICATED, _HAS_IRK = 1, 2
_MAX_BONDS = 64

GetSecret = Callable[[int, int, bytes | None], Awaitable[bytes | None]]
SetSecret = Callable[[int, bytes, bytes | None], Awaitable[bool]]


class FirmwareKeyStore(KeyStore):
    """Key store of a Bumble device whose contents live in the insole's flash.

    Args:
        get_secret: raises _IRQ_GET_SECRET in the firmware with (type, index, key or None).
        set_secret: raises _IRQ_SET_SECRET with (type, key, value or None to delete).

    Attributes:
        authenticated: of each peer whose key was used or made since the radio has power: whether that key
            proves who the peer is.
    """

    def __init__(self, get_secret: GetSecret, set_secret: SetSecret) -> None:
        self._get_secret = get_secret
        self._set_secret = set_secret
        self.authenticated: dict[str, bool] = {}
        self._running: set[asyncio.Future[None]] = set()

    async def update(self, name: str, keys: PairingKeys) -> None:
        """Hand the keys of a new bond to the firmware, even if the host has already left (Bumble cancels
        then).
        """
        work = asyncio.ensure_future(self._store(name, keys))
        self._running.add(work)
        work.add_done_callback(self._running.discard)
        await asyncio.shield(work)

    async def _store(self, name: str, keys: PairingKeys) -> None:
        ltk = keys.ltk
        if ltk is None:
            return
        address = hci.Address(name)
        flags = (_AUTHENTICATED if ltk.authenticated else 0) | (_HAS_IRK if keys.irk else 0)
        irk = keys.irk.value if keys.irk else bytes(16)
        kind = keys.address_type if keys.address_type is not None else address.address_type
        value = _LAYOUT.pack(int(kind), bytes(address), _KEY_BYTES, flags, ltk.value, irk)
        self.authenticated[name] = bool(ltk.authenticated)
        await self._set_secret(PEER_SECRET, key_of(address), value)
        await self._set_secret(OUR_SECRET, key_of(address), value)

    async def get(self, _name: str) -> PairingKeys | None:
        """The bond with this address, if the firmware still has it."""
        value = await self._get_secret(OUR_SECRET, 0, key_of(hci.Address(_name)))
        if value is None or len(value) != _LAYOUT.size:
            return None
        keys = _parse(value)[1]
        self.authenticated[_name] = keys.ltk is not None and keys.ltk.authenticated
        return keys

    async def get_all(self) -> list[tuple[str, PairingKeys]]:
        """All bonds of the firmware."""
        found: list[tuple[str, PairingKeys]] = []
        for index in range(_MAX_BONDS):
            value = await self._get_secret(PEER_SECRET, index, None)
            if value is None or len(value) != _LAYOUT.size:
                break
            found.append(_parse(value))
        return found

    async def delete(self, name: str) -> None:
        """Have the firmware forget a bond."""
        for kind in (OUR_SECRET, PEER_SECRET):
            await self._set_secret(kind, key_of(hci.Address(name)), None)


def key_of(address: hci.Address) -> bytes:
    """Address type and address, least significant byte first: the key that NimBLE hands to firmware."""
    return bytes([0 if address.is_public else 1]) + bytes(address)


def _parse(value: bytes) -> tuple[str, PairingKeys]:
    kind, address, _, flags, ltk, irk = _LAYOUT.unpack(value)
    address_type = hci.AddressType(kind)
    keys = PairingKeys(
        address_type=address_type,
        ltk=PairingKeys.Key(ltk, authenticated=bool(flags & _AUTHENTICATED)),
        irk=PairingKeys.Key(irk) if flags & _HAS_IRK else None,
    )
    return str(hci.Address(address, address_type)), keys
