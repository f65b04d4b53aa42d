"""What a scan says: advertisements told apart, information read without pairing, a table and notes."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from insole_protocol import ids
from insole_protocol.advert import BIT_BONDED, BIT_RIGHT, manufacturer_data
from insole_protocol.advert_reader import AdvertisementError
from plantigrade.link import discovery, information
from plantigrade.link.base import LinkError
from plantigrade.link.discovery import FoundInsole, NoBluetoothError, Radio, Sighting, scan
from plantigrade.link.information import FIRMWARE_UUID, SERIAL_UUID, read_information
from plantigrade.scan import actions as scan_entry

from tests.host.link.test_ble import FakeClient, FakeScanner

LEFT = FoundInsole("01", "L", "left", "050607", 87, -60, 1, False, False, False, False, False)


def data(reported: bytes | None, name: str | None = "told") -> AdvertisementData:
    manufacturer = {} if reported is None else {ids.COMPANY_ID: reported}
    return AdvertisementData(name, manufacturer, {}, [ids.SERVICE_UUID], None, -71, ())


@pytest.mark.parametrize(
    "reported_name, device_name, name", [("a", "b", "a"), (None, "b", "b"), (None, None, "")]
)
def test_an_advertisement_field_by_field(
    reported_name: str | None, device_name: str | None, name: str
) -> None:
    reported = manufacturer_data(BIT_RIGHT | BIT_BONDED, 40, bytes(range(8)))
    found = discovery.describe(
        BLEDevice("AA", device_name, None), data(reported, reported_name), virtual=True
    )
    assert found == FoundInsole(
        address="AA",
        name=name,
        side="right",
        serial_end="050607",
        battery_pct=40,
        rssi_dbm=-71,
        protocol_version=1,
        charging=False,
        fault=False,
        logging=False,
        bonded=True,
        virtual=True,
    )
    assert (found.serial, found.firmware) == (None, None)


@pytest.mark.parametrize("reported", [None, b"", b"xy"])
def test_a_stranger_with_our_service_is_no_insole(reported: bytes | None) -> None:
    with pytest.raises(AdvertisementError):
        discovery.describe(BLEDevice("AA", None, None), data(reported), virtual=False)


async def test_a_scan_ends_when_enough_was_seen_and_otherwise_at_its_time() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    counts: list[int] = []

    def enough(found: dict[str, Sighting]) -> bool:
        counts.append(len(found))
        return len(found) == 2

    found = await scan(60, Radio(FakeScanner), enough)
    assert loop.time() - began < 30
    assert counts == [1, 2, 2]
    assert not found["01"].insole.virtual
    assert found["01"].device.address == "01"
    assert len(await scan(0.01, Radio(FakeScanner))) == 2


@pytest.mark.parametrize(
    "error, kind, phrases",
    [
        (BleakError("org.bluez.Error.NotReady"), NoBluetoothError, "no Bluetooth adapter found; plug one in"),
        (FileNotFoundError("bus"), NoBluetoothError, "no Bluetooth adapter found"),
        (ConnectionRefusedError("bus"), NoBluetoothError, "no Bluetooth adapter found"),
        (BleakError("strange"), LinkError, "^cannot scan for insoles: strange$"),
        (EOFError(), LinkError, "^cannot scan for insoles: EOFError$"),
        (PermissionError(13, "denied"), LinkError, "^cannot scan for insoles: .*denied"),
    ],
)
async def test_a_scan_that_fails_says_why(error: Exception, kind: type[LinkError], phrases: str) -> None:
    class Failing(FakeScanner):
        async def start(self) -> None:
            raise error

    with pytest.raises(LinkError, match=phrases) as caught:
        await scan(0.01, Radio(Failing))
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "reason, phrases",
    [
        ("POWERED_OFF", "Bluetooth is switched off; switch it on and scan again"),
        ("DENIED_BY_USER", "this program may not use Bluetooth; allow it in the system's privacy settings"),
        (
            "DENIED_BY_SYSTEM",
            "the system does not allow this program to use Bluetooth; ask its administrator",
        ),
        ("NO_BLE_CENTRAL_ROLE", "the Bluetooth adapter does not know Bluetooth Low Energy"),
        (
            "NO_BLUETOOTH",
            "no Bluetooth adapter found; plug one in, or try virtual insoles: plantigrade twin run",
        ),
    ],
)
async def test_each_reason_for_no_bluetooth_has_its_words(reason: str, phrases: str) -> None:
    class Failing(FakeScanner):
        async def start(self) -> None:
            raise BleakBluetoothNotAvailableError("x", BleakBluetoothNotAvailableReason[reason])

    with pytest.raises(NoBluetoothError) as caught:
        await scan(0.01, Radio(Failing))
    assert str(caught.value) == phrases


class Informing(FakeClient):
    """Tells its serial number and firmware; `texts` by UUID."""

    texts: dict[str, bytes] = {}  # noqa: RUF012
    uuids = (SERIAL_UUID, FIRMWARE_UUID)

    async def read_gatt_char(self, characteristic: Any, **kwargs: Any) -> bytearray:
        return bytearray(self.texts[characteristic.uuid])


@pytest.mark.parametrize(
    "serial, firmware, found",
    [
        (b"00000A50477A3F01", b"1.2.3", ("00000A50477A3F01", "1.2.3")),
        (b"", b"", (None, None)),
        (b"a\x1b[2Jb\n", b"\xff1", ("a[2Jb", "\ufffd1")),
        (b"x" * 65, b"y" * 64, ("x" * 64, "y" * 64)),
    ],
)
async def test_information_is_read_bounded_and_printable(
    serial: bytes, firmware: bytes, found: tuple[str | None, str | None]
) -> None:
    Informing.texts = {SERIAL_UUID: serial, FIRMWARE_UUID: firmware}
    reported = await read_information(Sighting(LEFT, BLEDevice("01", None, None)), Radio(client=Informing))
    assert reported == replace(LEFT, serial=found[0], firmware=found[1])


async def test_an_insole_that_cannot_be_reached_stays_as_it_was_advertised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hanging(Informing):
        async def read_gatt_char(self, characteristic: Any, **kwargs: Any) -> bytearray:
            await asyncio.Event().wait()
            return bytearray()

    class OutOfReach(FakeClient):
        refuses = BleakError("gone")

    sighting = Sighting(LEFT, BLEDevice("01", None, None))
    assert await read_information(sighting, Radio(client=OutOfReach)) is LEFT
    monkeypatch.setattr(information, "TIMEOUT_S", 0.01)
    assert await read_information(sighting, Radio(client=Hanging)) is LEFT


def test_a_table_has_a_row_for_each_insole() -> None:
    right = replace(
        LEFT, side="right", serial="00AB", firmware="2.0", battery_pct=None, virtual=True, charging=True,
        fault=True, logging=True, address="AA:BB",
    )  # fmt: skip
    assert scan_entry.describe([LEFT, right]).splitlines() == [
        "side   serial     battery  firmware  signal   address",
        "left   ...050607  87 %     ?         -60 dBm  01",
        "right  00AB       ?        2.0       -60 dBm  AA:BB    virtual, charging, FAULT, recording",
    ]


async def test_insoles_of_all_radios_are_listed_left_before_right_and_by_serial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported = {
        False: [replace(LEFT, side="right", serial_end="2"), replace(LEFT, serial_end="9")],
        True: [replace(LEFT, serial_end="1", virtual=True)],
    }

    async def scan_one(seconds: float, radio: Radio) -> dict[str, Sighting]:
        assert seconds == 3
        return {
            str(n): Sighting(insole, BLEDevice("x", None, None))
            for n, insole in enumerate(reported[radio.virtual])
        }

    monkeypatch.setattr(scan_entry, "scan", scan_one)
    insoles, notes = await scan_entry.find_insoles(3, [Radio(), Radio(virtual=True)], quick=True)
    assert [(insole.side, insole.serial_end) for insole in insoles] == [
        ("left", "1"),
        ("left", "9"),
        ("right", "2"),
    ]
    assert notes == []


async def test_a_radio_that_fails_is_noted_and_only_all_of_them_are_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scan_one(seconds: float, radio: Radio) -> dict[str, Sighting]:
        if not radio.virtual:
            raise LinkError("cannot scan for insoles: strange")
        return {}

    monkeypatch.setattr(scan_entry, "scan", scan_one)
    virtual = Radio(virtual=True, serial_ports={"left": "/dev/pts/7"})
    insoles, notes = await scan_entry.find_insoles(1, [Radio(), virtual], quick=True)
    assert insoles == []
    assert notes == [
        "cannot scan for insoles: strange",
        "the virtual left insole is silent: it may be connected to two hosts, or at its prompt since"
        " mpremote used /dev/pts/7 (`mpremote connect /dev/pts/7 reset` starts it again)",
    ]
    with pytest.raises(LinkError, match="strange"):
        await scan_entry.find_insoles(1, [Radio()])


async def test_an_error_of_ours_in_a_scan_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scan_one(seconds: float, radio: Radio) -> dict[str, Sighting]:
        raise ZeroDivisionError

    monkeypatch.setattr(scan_entry, "scan", scan_one)
    with pytest.raises(ZeroDivisionError):
        await scan_entry.find_insoles(1, [Radio(), Radio()])
