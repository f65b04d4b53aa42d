"""Finding insoles: what they advertise, over any bleak backend."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from insole_protocol import ids
from insole_protocol.advert_reader import Advertisement, AdvertisementError

from plantigrade.link.base import LinkError

if TYPE_CHECKING:
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

Side = Literal["left", "right", "unset"]
SIDES: dict[int, Side] = {ids.SIDE_LEFT: "left", ids.SIDE_RIGHT: "right"}


class NoBluetoothError(LinkError):
    """This computer has no Bluetooth adapter that could be used."""


@dataclass(frozen=True)
class Radio:
    """Which Bluetooth to use: the platform's own (both None), or a twin's virtual radio.

    Attributes:
        scanner, client: bleak backends.
        virtual: whether a twin's.
        serial_ports: side -> serial port of each insole that a twin says it runs.
    """

    scanner: "type[BaseBleakScanner] | None" = None
    client: "type[BaseBleakClient] | None" = None
    virtual: bool = False
    serial_ports: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class FoundInsole:
    """An insole in reach, as its advertisement describes it.

    Attributes:
        address: Bluetooth address (on macOS an identifier of the system's).
        name: complete local name, empty when the insole sent none.
        side: "left", "right" or "unset".
        serial_end: last three bytes of the serial number, in hex.
        battery_pct: None when the insole does not know.
        rssi_dbm: received signal strength.
        protocol_version: the highest that the insole supports.
        charging, fault, logging, bonded: as advertised.
        virtual: True for a twin's insole.
        serial, firmware: from the insole's Device Information; None as long as nobody has read it.
    """

    address: str
    name: str
    side: Side
    serial_end: str
    battery_pct: int | None
    rssi_dbm: int
    protocol_version: int
    charging: bool
    fault: bool
    logging: bool
    bonded: bool
    virtual: bool
    serial: str | None = None
    firmware: str | None = None


@dataclass(frozen=True)
class Sighting:
    """A found insole and what bleak needs to connect to it."""

    insole: FoundInsole
    device: "BLEDevice"


def describe(device: "BLEDevice", data: "AdvertisementData", virtual: bool) -> FoundInsole:
    """What an advertisement contains.

    Raises:
        AdvertisementError: the manufacturer data is missing or not an insole's.
    """
    advertised = Advertisement(data.manufacturer_data.get(ids.COMPANY_ID, b""))
    return FoundInsole(
        address=device.address,
        name=data.local_name or device.name or "",
        side=SIDES.get(advertised.side, "unset"),
        serial_end=advertised.serial_tail,
        battery_pct=advertised.battery_pct,
        rssi_dbm=data.rssi,
        protocol_version=advertised.version,
        charging=advertised.charging,
        fault=advertised.fault,
        logging=advertised.logging,
        bonded=advertised.bonded,
        virtual=virtual,
    )


async def scan(
    seconds: float,
    radio: Radio | None = None,
    enough: Callable[[dict[str, Sighting]], bool] = lambda found: False,
) -> dict[str, Sighting]:
    """Listen for insoles.

    Args:
        seconds: how long at most.
        radio: which Bluetooth.
        enough: asked after each new advertisement; True ends the scan early.

    Returns:
        the insoles by address, each with its latest advertisement.

    Raises:
        NoBluetoothError: there is no Bluetooth adapter, or it is switched off or out of bounds.
        LinkError: the scan failed in another way.
    """
    from bleak import BleakScanner
    from bleak.exc import BleakBluetoothNotAvailableError, BleakError

    radio = radio or Radio()
    found: dict[str, Sighting] = {}
    done = asyncio.Event()

    def on_advertisement(device: "BLEDevice", data: "AdvertisementData") -> None:
        try:
            insole = describe(device, data, radio.virtual)
        except AdvertisementError:
            return  # another maker's device with our service UUID, or a half of the advertisement
        found[device.address] = Sighting(insole, device)
        if enough(found):
            done.set()

    try:
        async with BleakScanner(on_advertisement, [ids.SERVICE_UUID], backend=radio.scanner):
            await _wait(done, seconds)
    except BleakBluetoothNotAvailableError as error:
        raise NoBluetoothError(_no_bluetooth(error.reason.name)) from error
    except (BleakError, OSError, EOFError) as error:
        if _is_missing_service(error):
            raise NoBluetoothError(_no_bluetooth("NO_BLUETOOTH")) from error
        raise LinkError(f"cannot scan for insoles: {str(error) or type(error).__name__}") from error
    return found


async def _wait(done: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await done.wait()
    except TimeoutError:
        return


def _is_missing_service(error: Exception) -> bool:
    """On Linux bleak talks to BlueZ over D-Bus; a computer without Bluetooth often lacks both."""
    return isinstance(error, FileNotFoundError | ConnectionRefusedError) or "org.bluez" in str(error)


def _no_bluetooth(reason: str) -> str:
    causes = {
        "POWERED_OFF": "Bluetooth is switched off; switch it on and scan again",
        "DENIED_BY_USER": "this program may not use Bluetooth; allow it in the system's privacy settings",
        "DENIED_BY_SYSTEM": "the system does not allow this program to use Bluetooth; ask its administrator",
        "NO_BLE_CENTRAL_ROLE": "the Bluetooth adapter does not know Bluetooth Low Energy",
    }
    return causes.get(
        reason, "no Bluetooth adapter found; plug one in, or try virtual insoles: plantigrade twin run"
    )
