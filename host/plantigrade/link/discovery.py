"""Finding insoles: what they advertise, over any bleak backend."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from insole_protocol import ids
from insole_protocol.advert_reader import (
    Advertisement,
    AdvertisementError,
    PrivateAdvertisement,
    is_private,
)

from plantigrade.link.base import LinkError

if TYPE_CHECKING:
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

Side = Literal["left", "right", "unset"]
SIDES: dict[int, Side] = {ids.SIDE_LEFT: "left", ids.SIDE_RIGHT: "right"}


KnownKeys = Callable[[], Mapping[str, Sequence[bytes]]]
"""Gives the keys of the insoles that are ours: serial number in hex -> device keys of 32 bytes, of which the
insole holds one."""


def no_keys() -> Mapping[str, Sequence[bytes]]:
    """Of a host that knows none: it finds insoles that were given none."""
    return {}


class NoBluetoothError(LinkError):
    """This computer has no Bluetooth adapter that could be used."""


@dataclass(frozen=True)
class Radio:
    """Which Bluetooth to use: the platform's own (both None), or a twin's virtual radio.

    Attributes:
        scanner, client: bleak backends.
        virtual: whether a twin's.
        serial_ports: side -> serial port of each insole that a twin says it runs.
        keys: of the insoles that may be found; asked at the beginning of each scan.
    """

    scanner: "type[BaseBleakScanner] | None" = None
    client: "type[BaseBleakClient] | None" = None
    virtual: bool = False
    serial_ports: Mapping[str, str] = field(default_factory=dict[str, str])
    keys: KnownKeys = no_keys


@dataclass(frozen=True)
class FoundInsole:
    """An insole in reach, as its advertisement describes it.

    Attributes:
        address: Bluetooth address (on macOS an identifier of the system's); of an insole with keys another
            one every quarter of an hour.
        name: complete local name, empty when the insole sent none.
        side: "left", "right" or "unset".
        serial_end: last three bytes of the serial number, in hex.
        battery_pct: None when the insole does not know.
        rssi_dbm: received signal strength.
        protocol_version: the highest that the insole supports.
        charging, fault, logging, bonded: as advertised.
        virtual: True for a twin's insole.
        serial, firmware: from the insole's Device Information; None as long as nobody has read it. The
            serial of an insole with keys is known at once, as its key is.
        private: the insole was given keys, and this host has them.
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
    private: bool = False


class ForeignInsoleError(AdvertisementError):
    """An insole whose key this host does not have: it cannot be told from any other."""


class Recognition:
    """Recognises insoles with keys, among as many as a clinic has, by what they advertise.

    Args:
        keys: serial number in hex -> device keys.

    >>> from insole_protocol.private_advert import private_data
    >>> recognition = Recognition({"0000246F287A3F01": [bytes(range(32))]})
    >>> recognition.serial_of(PrivateAdvertisement(private_data(bytes(range(32)), b"once", 0, 64)))
    '0000246F287A3F01'
    """

    def __init__(self, keys: Mapping[str, Sequence[bytes]]) -> None:
        self._keys = [(serial, key) for serial, several in keys.items() for key in several]
        self._known: dict[bytes, tuple[str, bytes] | None] = {}  # each key is tried once for each sign

    def serial_of(self, seen: PrivateAdvertisement) -> str | None:
        """The serial number of the insole that advertises so; None when its key is not among ours."""
        found = self._find(seen)
        return found and found[0]

    def _find(self, seen: PrivateAdvertisement) -> tuple[str, bytes] | None:
        if seen.sign not in self._known:
            self._known[seen.sign] = next((pair for pair in self._keys if seen.is_of(pair[1])), None)
        return self._known[seen.sign]

    def read(self, data: bytes) -> tuple[Advertisement, str | None]:
        """What manufacturer data says, and the serial number of an insole with keys.

        Raises:
            ForeignInsoleError: it takes a key that we do not have.
            AdvertisementError: the data is missing or not an insole's.
        """
        if not is_private(data):
            return Advertisement(data), None
        seen = PrivateAdvertisement(data)
        found = self._find(seen)
        if found is None:
            raise ForeignInsoleError("an insole of others")
        serial, key = found
        return seen.read(key, bytes.fromhex(serial)), serial


@dataclass(frozen=True)
class Sighting:
    """A found insole and what bleak needs to connect to it."""

    insole: FoundInsole
    device: "BLEDevice"


def describe(
    device: "BLEDevice", data: "AdvertisementData", virtual: bool, recognition: Recognition | None = None
) -> FoundInsole:
    """What an advertisement contains.

    Raises:
        ForeignInsoleError: it is that of an insole with keys, which are not in `recognition`.
        AdvertisementError: the manufacturer data is missing or not an insole's.
    """
    recognition = recognition or Recognition({})
    advertised, serial = recognition.read(data.manufacturer_data.get(ids.COMPANY_ID, b""))
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
        serial=serial,
        private=serial is not None,
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
        the insoles by address, each with its latest advertisement; not those of others, with keys that
        `radio` does not know.

    Raises:
        NoBluetoothError: there is no Bluetooth adapter, or it is switched off or out of bounds.
        LinkError: the scan failed in another way.
    """
    from bleak import BleakScanner
    from bleak.exc import BleakBluetoothNotAvailableError, BleakError

    radio = radio or Radio()
    recognition = Recognition(radio.keys())
    found: dict[str, Sighting] = {}
    done = asyncio.Event()

    def on_advertisement(device: "BLEDevice", data: "AdvertisementData") -> None:
        try:
            insole = describe(device, data, radio.virtual, recognition)
        except AdvertisementError:
            return  # not ours, another maker's with our service UUID, or a half of the advertisement
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
