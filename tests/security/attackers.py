"""Radios of people who mean no good: one that hears everything, one that poses as an insole, one in between.

None of them has a key. Each is given more than a real one has: what a listener hears is not encrypted by the
link layer at all, which is what the broken-up encryption of a Just Works pairing comes to.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from bleak import BleakClient
from bleak.exc import BleakError
from bumble import hci
from bumble.att import Attribute, AttributeValueV2
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, Service
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport import open_transport
from insole_protocol import advert, ids
from insole_protocol.fragments import Fragmenter, Reassembler
from insole_protocol.host_messages import fragment_values
from insole_protocol.private_advert import NAME, PAYLOAD
from plantigrade.link.base import Channel
from plantigrade.link.ble import CHARACTERISTICS
from plantigrade.twin.radio.client import Radio, RadioAddress

from tests.security.air_kit import Host

ADDRESS: Final = "DE:AD:BE:EF:00:01"
VALUE_BYTES: Final = 244
_INTERVAL_MS: Final = 30.0
_NOTIFY, _WRITE = Characteristic.Properties.NOTIFY, Characteristic.Properties.WRITE

Answer = Callable[[bytes], list[bytes]]
"""What is answered to a message of a host."""
Change = Callable[[Channel, bytes], bytes | None]
"""What is passed on in the place of a message; None: nothing."""


def as_it_is(_channel: Channel, message: bytes) -> bytes | None:
    """Of somebody who only listens."""
    return message


class Listener:
    """Hears all that goes over the air between a host and everybody: a proxy on that host's way to the radio.

    Attributes:
        at: where that host finds the radio.
        heard: every byte, both ways.
    """

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._open: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.heard = bytearray()
        self.at = radio.address

    @asynccontextmanager
    async def listening(self, host: Host) -> AsyncGenerator[None]:
        """Listen to a host from now on."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        before = host.at
        host.use(RadioAddress("127.0.0.1", port, before.bonds))
        try:
            yield
        finally:
            host.use(before)
            server.close()
            for writer in self._open:
                writer.close()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = self._radio.address
        from_radio, to_radio = await asyncio.open_connection(address.host, address.port)
        self._open += [writer, to_radio]
        for source, sink in ((reader, to_radio), (from_radio, writer)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(4096):
                self.heard += data
                sink.write(data)
        sink.close()


class FalseInsole:
    """A radio that advertises as an insole does and answers what it likes.

    Args:
        manufacturer_data: what it advertises, such as what it has heard of a true one.
        answer: to each message of the host on the control channel.

    Attributes:
        heard: messages of hosts.
    """

    def __init__(self, manufacturer_data: bytes, answer: Answer, name: str = NAME) -> None:
        data = ids.COMPANY_ID.to_bytes(2, "little") + manufacturer_data
        self._response = advert.scan_response(name) + bytes((len(data) + 1, 0xFF)) + data
        self._answer = answer
        self._reassembler = Reassembler()
        self._fragmenters = {channel: Fragmenter() for channel in Channel}
        self._values: dict[Channel, Attribute[bytes]] = {}
        self._device: Device | None = None
        self.heard: list[bytes] = []
        self._free = asyncio.Event()
        self._is_on = True
        self._sending: asyncio.Queue[tuple[Channel, bytes]] = asyncio.Queue()

    @asynccontextmanager
    async def on_air(self, radio: Radio, address: str = ADDRESS) -> AsyncGenerator["FalseInsole"]:
        """Advertise, and serve whoever comes."""
        transport = await open_transport(f"tcp-client:{radio.address.host}:{radio.address.port}")
        own = hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS)
        self._device = device = Device.with_hci("false insole", own, transport.source, transport.sink)
        device.pairing_config_factory = _just_works
        device.add_service(self._service())
        device.gatt_server.max_mtu = 517
        await device.power_on()
        device.on(Device.EVENT_CONNECTION, self._connected)
        works = [asyncio.create_task(work) for work in (self._keep_advertising(device), self._send_all())]
        try:
            yield self
        finally:
            self._is_on = False  # not cancelled: Bumble may not notice that, before Python 3.12
            self._free.set()
            self.send(Channel.CONTROL, b"")
            await asyncio.gather(*works)
            await transport.close()

    async def _keep_advertising(self, device: Device) -> None:
        while self._is_on:
            self._free.clear()
            await device.start_advertising(
                own_address_type=hci.OwnAddressType.RANDOM,
                advertising_data=PAYLOAD,
                scan_response_data=self._response,
                advertising_interval_min=_INTERVAL_MS,
                advertising_interval_max=_INTERVAL_MS,
            )
            if self._is_on:
                await self._free.wait()

    def send(self, channel: Channel, message: bytes) -> None:
        """Notify the host of a message."""
        self._sending.put_nowait((channel, message))

    async def _send_all(self) -> None:
        while self._is_on:
            channel, message = await self._sending.get()
            device = self._device
            if device is None or not device.connections or not self._is_on:
                continue
            link = next(iter(device.connections.values()))
            for value in fragment_values(self._fragmenters[channel], message, VALUE_BYTES):
                await device.gatt_server.notify_subscriber(link, self._values[channel], value)

    def _service(self) -> Service:
        characteristics: list[Characteristic[Any]] = []
        for channel, uuid in CHARACTERISTICS.items():
            control = channel is Channel.CONTROL
            value: Any = AttributeValueV2[bytes](write=self._written) if control else b""
            characteristic: Characteristic[Any] = Characteristic(
                UUID(uuid),
                _NOTIFY | _WRITE if control else _NOTIFY,
                Characteristic.WRITEABLE if control else Characteristic.Permissions(0),
                value,
            )
            self._values[channel] = characteristic
            characteristics.append(characteristic)
        return Service(UUID(ids.SERVICE_UUID), characteristics)

    def _connected(self, connection: Connection) -> None:
        self._reassembler = Reassembler()
        self._fragmenters = {channel: Fragmenter() for channel in Channel}
        while not self._sending.empty():
            self._sending.get_nowait()  # for whoever was there before
        connection.on(connection.EVENT_DISCONNECTION, self._left)

    def _left(self, _reason: int) -> None:
        self._free.set()

    def _written(self, _bearer: object, value: bytes) -> None:
        message = self._reassembler.feed(value)
        if message is None:
            return
        message = bytes(message)
        self.heard.append(message)
        for reply in self._answer(message):
            self.send(Channel.CONTROL, reply)


def _just_works(_connection: object) -> PairingConfig:
    return PairingConfig(
        sc=True,
        mitm=False,
        bonding=True,
        delegate=PairingDelegate(PairingDelegate.IoCapability.NO_OUTPUT_NO_INPUT),
    )


@dataclass
class Relay:
    """A radio between a host and an insole: an insole to the one, a host to the other. It has paired with
    both, so that it reads and changes whatever it likes.

    Attributes:
        host: what it is towards the insole.
        false: what it is towards the host.
        to_insole, to_host: what it makes of messages on their way.
        passed: messages as they came, by channel, the insole's; the host's are in `false.heard`.
    """

    host: Host
    false: FalseInsole
    client: BleakClient
    to_insole: Change = as_it_is
    to_host: Change = as_it_is
    passed: list[tuple[Channel, bytes]] = field(default_factory=list[tuple[Channel, bytes]])
    _fragmenter: Fragmenter = field(default_factory=Fragmenter)
    _reassemblers: dict[Channel, Reassembler] = field(
        default_factory=lambda: {channel: Reassembler() for channel in Channel}
    )
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def answer(self, message: bytes) -> list[bytes]:
        """A host has said something: on to the insole with it."""
        given = self.to_insole(Channel.CONTROL, message)
        if given is not None:
            self.begin(self.tell(given))
        return []

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something meanwhile."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def tell(self, message: bytes) -> None:
        """Write a message to the insole."""
        with contextlib.suppress(BleakError):
            for value in fragment_values(self._fragmenter, message, VALUE_BYTES):
                await self.client.write_gatt_char(ids.CONTROL_UUID, value, response=True)

    async def subscribe(self) -> None:
        """Take all that the insole sends."""
        for channel, uuid in CHARACTERISTICS.items():
            await self.client.start_notify(uuid, lambda _, value, channel=channel: self._take(channel, value))

    def _take(self, channel: Channel, value: bytearray) -> None:
        message = self._reassemblers[channel].feed(value)
        if message is None:
            return
        message = bytes(message)
        self.passed.append((channel, message))
        given = self.to_host(channel, message)
        if given is not None:
            self.false.send(channel, given)


@asynccontextmanager
async def relay_between(radio: Radio, host: Host) -> AsyncGenerator[Relay]:
    """Somebody who has paired with the insole, while it lets strangers pair, and now poses as it."""
    device, data = await host.look(20.0)
    async with host.connected(device) as client:
        await client.pair()
        false = FalseInsole(data.manufacturer_data[ids.COMPANY_ID], lambda message: relay.answer(message))
        relay = Relay(host, false, client)
        await relay.subscribe()
        async with false.on_air(radio):
            yield relay
