"""What a host reads in an insole's advertisement (PROTOCOL.md section 6)."""

from insole_protocol import advert, ids
from insole_protocol.errors import ProtocolError


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
        self.version = data[0]
        bits = data[1]
        self.side = ids.SIDE_UNSET if bits & advert.BIT_SIDE_UNSET else bits & advert.BIT_RIGHT
        self.charging = bool(bits & advert.BIT_CHARGING)
        self.fault = bool(bits & advert.BIT_FAULT)
        self.logging = bool(bits & advert.BIT_LOGGING)
        self.bonded = bool(bits & advert.BIT_BONDED)
        self.battery_pct = None if data[2] > 100 else data[2]
        self.serial_tail = "".join(["%02X" % b for b in data[3:6]])
