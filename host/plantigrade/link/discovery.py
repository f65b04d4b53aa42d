"""Finding insoles: what they advertise, over any bleak backend, and on USB ports."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice

Side = Literal["left", "right", "unset"]


@dataclass(frozen=True)
class FoundInsole:
    """An insole in reach, as its advertisement describes it.

    Attributes:
        address: Bluetooth address (on macOS an identifier of the system's).
        name: complete local name, empty when the insole did not tell.
        side: "left", "right" or "unset".
        serial_end: last three bytes of the serial number, in hex.
        battery_pct: None when the insole cannot measure it.
        rssi_dbm: received signal strength; None over USB.
        protocol_version: what the insole speaks.
        charging, fault, logging, bonded: as advertised.
        virtual: True for a twin's insole.
        firmware: version text; None unless it was asked for over a connection.
    """

    address: str
    name: str
    side: Side
    serial_end: str
    battery_pct: int | None
    rssi_dbm: int | None
    protocol_version: int
    charging: bool
    fault: bool
    logging: bool
    bonded: bool
    virtual: bool = False
    firmware: str | None = None
    serial: str | None = None


@dataclass(frozen=True)
class Sighting:
    """A found insole and what bleak needs to connect to it."""

    insole: FoundInsole
    device: "BLEDevice"
