"""What a host reads in an insole's advertisement (PROTOCOL.md section 6)."""

from insole_protocol import advert, ids, private_advert
from insole_protocol.errors import ProtocolError
from insole_protocol.keyed_hash import same


class AdvertisementError(ProtocolError):
    """Manufacturer data that is not an insole's."""

    name = "advertisement"


class Advertisement:
    """Manufacturer data, taken apart.

    Attributes:
        version: highest protocol version of the insole.
        side: SIDE_LEFT, SIDE_RIGHT or SIDE_UNSET.
        charging, fault, logging, bonded: its state.
        battery_pct: 0 to 100, or None when unknown.
        serial_tail: the last three bytes of the serial, in hex.
    """

    def __init__(self, data: "bytes | bytearray") -> None:
        if len(data) < advert.MANUFACTURER_BYTES:
            raise AdvertisementError(
                "%d bytes of manufacturer data, not %d" % (len(data), advert.MANUFACTURER_BYTES)
            )
        if is_private(data):
            raise AdvertisementError("it takes the insole's key to read this manufacturer data")
        self.version = data[0]
        bits = data[1]
        self.side = ids.SIDE_UNSET if bits & advert.BIT_SIDE_UNSET else bits & advert.BIT_RIGHT
        self.charging = bool(bits & advert.BIT_CHARGING)
        self.fault = bool(bits & advert.BIT_FAULT)
        self.logging = bool(bits & advert.BIT_LOGGING)
        self.bonded = bool(bits & advert.BIT_BONDED)
        self.battery_pct = None if data[2] > 100 else data[2]
        self.serial_tail = "".join(["%02X" % b for b in data[3:6]])


def is_private(data: "bytes | bytearray") -> bool:
    """Whether manufacturer data is that of an insole that was given keys.

    >>> is_private(bytes((0x82,))), is_private(bytes((1,))), is_private(b"")
    (True, False, False)
    """
    return bool(data) and bool(data[0] & private_advert.PRIVATE)


class PrivateAdvertisement:
    """Manufacturer data of an insole that was given keys.

    >>> key, serial = bytes(range(32)), bytes.fromhex("0000246f287a3f01")
    >>> seen = PrivateAdvertisement(private_advert.private_data(key, b"once", advert.BIT_RIGHT, 64))
    >>> seen.is_of(key), seen.is_of(bytes(32)), seen.read(key, serial).battery_pct
    (True, False, 64)

    Attributes:
        version: highest protocol version of the insole.
        sign: nonce and token, which tell two insoles apart for as long as they keep their addresses.
    """

    def __init__(self, data: "bytes | bytearray") -> None:
        if not is_private(data) or len(data) < private_advert.DATA_BYTES:
            raise AdvertisementError("%d bytes of manufacturer data that are not private" % len(data))
        self.version = data[0] & ~private_advert.PRIVATE
        end = 1 + private_advert.NONCE_BYTES + private_advert.TOKEN_BYTES
        self.sign = bytes(data[1:end])
        self._state = bytes(data[end : private_advert.DATA_BYTES])

    def is_of(self, device_key: bytes) -> bool:
        """Whether the insole with this key may have sent it: one in 2^24 others is taken for it as well, and
        fails to prove itself afterwards."""
        token, _ = self._token_and_mask(device_key)
        return same(token, self.sign[private_advert.NONCE_BYTES :])

    def read(self, device_key: bytes, serial: bytes) -> Advertisement:
        """What the insole with this key and serial says."""
        _, mask = self._token_and_mask(device_key)
        state = bytes((self._state[0] ^ mask[0], self._state[1] ^ mask[1]))
        return Advertisement(bytes((self.version,)) + state + bytes(serial[-3:]))

    def _token_and_mask(self, device_key: bytes) -> "tuple[bytes, bytes]":
        return private_advert.token_and_mask(device_key, self.sign[: private_advert.NONCE_BYTES])
