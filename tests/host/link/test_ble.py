"""The BLE link on a bleak backend of ours: fragments, errors in words, links that break."""

from collections.abc import Callable
from typing import Any

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from insole_protocol import ids
from insole_protocol.advert import BIT_BONDED, BIT_RIGHT, manufacturer_data
from insole_protocol.fragments import Fragmenter, Reassembler
from insole_protocol.host_messages import fragment_values
from plantigrade.link.base import Channel, LinkClosedError, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import NoBluetoothError, Radio, scan
from plantigrade.scan.actions import describe, find_insoles

UUIDS = {Channel.STREAM: ids.STREAM_UUID, Channel.CONTROL: ids.CONTROL_UUID, Channel.LOG: ids.LOG_UUID}
MTU = 50


class FakeClient(BaseBleakClient):
    """A peripheral with our service; tests reach it as `FakeClient.latest`."""

    latest: "FakeClient"
    uuids = tuple(UUIDS.values())
    refuses: BleakError | None = None

    def __init__(self, address_or_ble_device: Any, **kwargs: Any) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        FakeClient.latest = self
        self.made_with = kwargs
        self.written: list[tuple[str, bytes]] = []
        self.acknowledged: list[bool] = []
        self.notify: dict[str, Callable[[bytearray], None]] = {}
        self.paired = False
        self._up = False

    @property
    def name(self) -> str:
        return "fake"

    @property
    def mtu_size(self) -> int:
        return MTU

    @property
    def is_connected(self) -> bool:
        return self._up

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self._up = True
        self.services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, ids.SERVICE_UUID)
        self.services.add_service(service)
        for handle, uuid in enumerate(self.uuids, 2):
            known = BleakGATTCharacteristic(None, handle, uuid, ["notify", "write"], lambda: MTU - 3, service)
            self.services.add_characteristic(known)

    def drop(self) -> None:
        """The radio link is lost."""
        self._up = False
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._up:
            self.drop()

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        self.paired = True

    async def unpair(self) -> None: ...

    async def read_gatt_char(self, characteristic: Any, **kwargs: Any) -> bytearray:
        return bytearray()

    async def read_gatt_descriptor(self, descriptor: Any, **kwargs: Any) -> bytearray:
        return bytearray()

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        self.written.append((characteristic.uuid, bytes(data)))
        self.acknowledged.append(response)

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None: ...

    async def start_notify(self, characteristic: Any, callback: Any, **kwargs: Any) -> None:
        self.notify[characteristic.uuid] = callback

    async def stop_notify(self, characteristic: Any) -> None: ...


async def opened(backend: type[FakeClient] = FakeClient) -> tuple[BleLink, list[tuple[Channel, bytes]]]:
    link = BleLink("AA:BB:CC:DD:EE:FF", backend=backend)
    got: list[tuple[Channel, bytes]] = []
    link.on_message = lambda channel, message, arrival: got.append((channel, message))
    await link.open()
    return link, got


async def test_messages_longer_than_a_value_are_put_together_channel_by_channel() -> None:
    link, got = await opened()
    sent = {channel: [bytes([channel, n]) * (n * 20) for n in range(1, 12)] for channel in Channel}
    values = {
        channel: [
            value
            for cutter in [Fragmenter()]
            for message in sent[channel]
            for value in fragment_values(cutter, message, MTU - 3)
        ]
        for channel in Channel
    }
    while any(values.values()):  # interleaved, as the air does it
        for channel in Channel:
            if values[channel]:
                FakeClient.latest.notify[UUIDS[channel]](bytearray(values[channel].pop(0)))
    for channel in Channel:
        assert [message for where, message in got if where is channel] == sent[channel]
    assert link.counters.malformed == {}
    await link.close()


async def test_a_lost_value_costs_one_message_and_is_counted() -> None:
    link, got = await opened()
    cutter = Fragmenter()
    values = [fragment_values(cutter, bytes([n]) * 120, MTU - 3) for n in range(3)]
    del values[1][1]
    for value in [value for message in values for value in message]:
        FakeClient.latest.notify[ids.STREAM_UUID](bytearray(value))
    assert [message[0] for _, message in got] == [0, 2]
    assert link.counters.malformed == {"stream_fragment_counter": 1}
    await link.close()


@pytest.mark.parametrize("value", [b"", b"\xc0"])
async def test_an_empty_value_is_counted(value: bytes) -> None:
    link, got = await opened()
    FakeClient.latest.notify[ids.LOG_UUID](bytearray(value))
    assert got == []
    assert link.counters.malformed == {"log_fragment_empty": 1}
    await link.close()


async def test_commands_are_cut_to_what_one_write_carries() -> None:
    link, _ = await opened()
    assert FakeClient.latest.paired
    message = bytes(range(200))
    await link.send(Channel.CONTROL, message)
    written = FakeClient.latest.written
    assert {uuid for uuid, _ in written} == {ids.CONTROL_UUID}
    assert max(len(value) for _, value in written) == MTU - 3
    joiner = Reassembler()
    assert [complete for _, value in written if (complete := joiner.feed(value))] == [message]
    await link.close()


async def test_a_link_that_breaks_says_so() -> None:
    link, _ = await opened()
    FakeClient.latest.drop()
    assert link.closed.is_set()
    with pytest.raises(LinkClosedError, match="not connected"):
        await link.send(Channel.CONTROL, b"\x03\x01")
    await link.close()


class OutOfReach(FakeClient):
    refuses = BleakError("device not found")


class SomethingElse(FakeClient):
    uuids = ("00002a19-0000-1000-8000-00805f9b34fb",)


@pytest.mark.parametrize(
    "backend, texts",
    [
        (
            OutOfReach,
            "cannot connect to AA:BB:CC:DD:EE:FF: device not found; is it on, within reach, and free? ",
        ),
        (SomethingElse, "AA:BB:CC:DD:EE:FF is not a Plantigrade insole"),
    ],
)
async def test_what_cannot_be_connected_is_said_in_words(backend: type[FakeClient], texts: str) -> None:
    with pytest.raises(LinkError, match=texts.replace("?", r"\?")):
        await opened(backend)
    assert not FakeClient.latest.is_connected


class FakeScanner(BaseBleakScanner):
    """Hears two insoles, one of them twice, and a stranger."""

    def __init__(self, callback: Any, service_uuids: Any, scanning_mode: Any, **kwargs: Any) -> None:
        super().__init__(callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        left = manufacturer_data(0, 87, bytes(range(8)))
        right = manufacturer_data(BIT_RIGHT | BIT_BONDED, 255, bytes(range(8, 16)))
        for address, name, reported in (
            ("01", "Plantigrade L 050607", {ids.COMPANY_ID: left}),
            ("02", "Plantigrade R 0D0E0F", {ids.COMPANY_ID: right}),
            ("03", "stranger", {ids.COMPANY_ID: b"xy"}),
            ("04", "silent", {}),
            ("01", "Plantigrade L 050607", {ids.COMPANY_ID: left}),
        ):
            data = AdvertisementData(name, reported, {}, [ids.SERVICE_UUID], None, -60, ())
            self.call_detection_callbacks(
                self.create_or_update_device(address, address, name, None, data), data
            )

    async def stop(self) -> None: ...


class SilentScanner(FakeScanner):
    """Hears nothing."""

    async def start(self) -> None:
        self.seen_devices = {}


class NoAdapter(FakeScanner):
    async def start(self) -> None:
        raise BleakBluetoothNotAvailableError("none", BleakBluetoothNotAvailableReason.NO_BLUETOOTH)


class SwitchedOff(FakeScanner):
    async def start(self) -> None:
        raise BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF)


async def test_scanning_finds_insoles_and_nothing_else() -> None:
    found = await scan(5, Radio(FakeScanner, FakeClient, virtual=True), enough=lambda seen: len(seen) == 2)
    left, right = (found[address].insole for address in ("01", "02"))
    assert (left.side, left.serial_end, left.battery_pct, left.bonded) == ("left", "050607", 87, False)
    assert (right.side, right.serial_end, right.battery_pct, right.bonded) == ("right", "0D0E0F", None, True)
    assert left.virtual
    assert set(found) == {"01", "02"}


@pytest.mark.parametrize(
    "scanner, texts", [(NoAdapter, "no Bluetooth adapter found"), (SwitchedOff, "Bluetooth is switched off")]
)
async def test_no_bluetooth_is_said_in_words(scanner: type[BaseBleakScanner], texts: str) -> None:
    with pytest.raises(NoBluetoothError, match=texts):
        await find_insoles(0.01, [Radio(scanner)])


async def test_one_radio_that_works_is_enough() -> None:
    among = [Radio(NoAdapter), Radio(FakeScanner, FakeClient, virtual=True)]
    insoles, notes = await find_insoles(0.01, among, quick=True)
    assert [insole.side for insole in insoles] == ["left", "right"]
    assert notes == ["no Bluetooth adapter found; looking for virtual insoles only"]
    table = describe(insoles).splitlines()
    assert table[0].split() == ["side", "serial", "battery", "firmware", "signal", "address"]
    assert "87 %" in table[1]
    assert "virtual" in table[2]


async def test_a_virtual_insole_at_its_prompt_is_missed_in_words() -> None:
    ports = {"left": "/dev/pts/7", "right": "/dev/pts/8"}
    both = Radio(FakeScanner, FakeClient, virtual=True, serial_ports=ports)
    assert (await find_insoles(0.01, [both], quick=True))[1] == []
    none = Radio(SilentScanner, FakeClient, virtual=True, serial_ports=ports)
    _, notes = await find_insoles(0.01, [none], quick=True)
    assert [note.split(" is silent")[0] for note in notes] == [
        "the virtual left insole",
        "the virtual right insole",
    ]
    assert "`mpremote connect /dev/pts/7 reset`" in notes[0]


def test_an_empty_list_says_what_to_check() -> None:
    assert "no insoles in reach" in describe([])
