"""bleak on the virtual radio: `BleakScanner(backend=BumbleScanner)` and `BleakClient(device,
backend=BumbleClient)`.

These two talk over the radio that `plantigrade twin run` has announced on this computer; `backend_for` makes
a pair of classes for any other radio.
"""

import asyncio
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt_client import CharacteristicProxy, ServiceProxy

from plantigrade.twin.central import Central, central_at, using
from plantigrade.twin.radio.client import RadioAddress
from plantigrade.twin.rendezvous import find_twin

Result = TypeVar("Result")
_MTU = 517
_UUID_BYTES = {0x02: 2, 0x03: 2, 0x04: 4, 0x05: 4, 0x06: 16, 0x07: 16}
_NAME_TYPES = (0x08, 0x09)
_SERVICE_DATA_16, _MANUFACTURER, _TX_POWER = 0x16, 0xFF, 0x0A
_background: set[asyncio.Future[Any]] = set()


def _forget(task: asyncio.Future[Any]) -> None:
    """A request has ended; what went wrong with it is the business of whoever still waits for it."""
    _background.discard(task)
    if not task.cancelled():
        task.exception()


def _text(value: core.UUID) -> str:
    return str(uuid.UUID(bytes=bytes(reversed(value.to_bytes(force_128=True)))))


class _Heard:
    """Advertisement and scan response of one device taken together, as operating systems report them."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.manufacturer: dict[int, bytes] = {}
        self.service_data: dict[str, bytes] = {}
        self.services: list[str] = []
        self.tx_power: int | None = None

    def add(self, data: AdvertisingData) -> None:
        for kind, raw in data.ad_structures:
            size = _UUID_BYTES.get(kind)
            if size:
                for start in range(0, len(raw) - size + 1, size):
                    found = _text(core.UUID.from_bytes(raw[start : start + size]))
                    if found not in self.services:
                        self.services.append(found)
            elif kind in _NAME_TYPES:
                self.name = raw.decode("utf-8", "replace")
            elif kind == _MANUFACTURER and len(raw) >= 2:
                self.manufacturer[int.from_bytes(raw[:2], "little")] = raw[2:]
            elif kind == _SERVICE_DATA_16 and len(raw) >= 2:
                self.service_data[_text(core.UUID.from_bytes(raw[:2]))] = raw[2:]
            elif kind == _TX_POWER and raw:
                self.tx_power = int.from_bytes(raw[:1], "little", signed=True)


class BumbleScanner(BaseBleakScanner):
    """Scanner on the virtual radio."""

    radio_address: RadioAddress | None = None

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._central: Central | None = None
        self._heard: dict[str, _Heard] = {}

    async def start(self) -> None:
        """Begin; what was seen before is forgotten."""
        self.seen_devices = {}
        self._heard = {}
        central = central_at(self.radio_address or find_twin().radio)
        await central.acquire()
        self._central = central
        central.device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await central.start_scanning()

    async def stop(self) -> None:
        """End."""
        central, self._central = self._central, None
        if central is None:
            return
        device: Any = central.device
        device.remove_listener(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await central.stop_scanning()
        await central.release()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        address = advertisement.address.to_string(False)
        heard = self._heard.setdefault(address, _Heard())
        heard.add(advertisement.data)
        if not self.is_allowed_uuid(heard.services):
            return
        data = AdvertisementData(
            heard.name,
            dict(heard.manufacturer),
            dict(heard.service_data),
            list(heard.services),
            heard.tx_power,
            advertisement.rssi,
            (advertisement,),
        )
        device = self.create_or_update_device(address, address, heard.name, advertisement.address, data)
        self.call_detection_callbacks(device, data)


class BumbleClient(BaseBleakClient):
    """Client on the virtual radio."""

    radio_address: RadioAddress | None = None

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        device = address_or_ble_device
        self._name = device.name if isinstance(device, BLEDevice) else None
        self._peer_address: hci.Address = (
            device.details
            if isinstance(device, BLEDevice)
            else hci.Address(device, hci.Address.RANDOM_DEVICE_ADDRESS)
        )
        self._central: Central | None = None
        self._connection: Connection | None = None
        self._gone: asyncio.Future[None] | None = None
        self._subscriptions: dict[int, Any] = {}

    @property
    def name(self) -> str:
        """Name from the advertisement, else the address."""
        return self._name or self.address

    @property
    def mtu_size(self) -> int:
        """ATT MTU in force."""
        return self._connection.att_mtu if self._connection is not None else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Connect, encrypt if bonded, negotiate the MTU, discover everything."""
        if self._connection is not None:
            raise BleakError("already connected")
        central = central_at(self.radio_address or find_twin().radio)
        await central.acquire()
        try:
            connection: Connection = await central.connect(
                self._peer_address, float(kwargs.get("timeout", self._timeout))
            )
        except TimeoutError as error:
            await central.release()
            raise BleakDeviceNotFoundError(
                self.address, f"Device with address {self.address} was not found."
            ) from error
        except BaseException:
            await central.release()
            raise
        self._central, self._connection = central, connection
        self._gone = asyncio.get_running_loop().create_future()
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            await self._set_up(central, connection, pair)
        except BaseException:
            await self.disconnect()
            raise

    async def _set_up(self, central: Central, connection: Connection, pair: bool) -> None:
        peer = Peer(connection)
        if await central.bonded(self._peer_address):
            await self._encrypt(central, connection)
        elif pair:
            await self.pair()
        await self._request(peer.request_mtu(_MTU))
        self.services = await self._request(self._discover(peer))

    async def _encrypt(self, central: Central, connection: Connection) -> None:
        """Bonded: encrypt at once, as operating systems do. A peer that says that it lost the bond has it
        deleted here too; one that went has not said so.
        """
        try:
            await self._request(connection.encrypt())
        except (core.BaseBumbleError, BleakError) as error:
            if not isinstance(error.__cause__ or error, core.BaseBumbleError):
                raise  # the connection has ended
            await central.forget(self._peer_address)
            if self._connection is None:
                raise BleakError(f"{self.address} no longer knows this host; pair again") from None

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._subscriptions.clear()
        self.services = None
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        central, self._central = self._central, None
        if central is not None:
            task = asyncio.ensure_future(central.release())
            _background.add(task)
            task.add_done_callback(_background.discard)
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """Disconnect; nothing happens when it is not connected."""
        connection, gone = self._connection, self._gone
        if connection is None or gone is None:
            return
        # In a task of its own: Bumble waits with `asyncio.wait_for`, in which Python 3.11 may lose the
        # cancellation of a caller that gives up.
        work = asyncio.ensure_future(connection.disconnect())
        _background.add(work)
        work.add_done_callback(_forget)
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work.done() and self._connection is not None:
            work.result()  # a link that ends by itself cancels what waits for it, and that is no error
        await gone

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Pair with LE Secure Connections, Just Works, and bond."""
        if self._connection is None:
            raise BleakError("Not connected")
        if self._connection.is_encrypted:
            return
        try:
            await self._request(self._connection.pair())
        except core.BaseBumbleError as error:
            raise BleakError(f"pairing failed: {error}") from error

    async def unpair(self) -> None:
        """Forget the bond on this side."""
        central = central_at(self.radio_address or find_twin().radio)
        async with using(central):
            await central.forget(self._peer_address)

    async def _request(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Await something of the peer, or the end of the connection, whichever comes first."""
        if self._gone is None or self._connection is None:
            work.close()
            raise BleakError("Not connected")
        task = asyncio.ensure_future(work)
        _background.add(task)  # a caller that gives up leaves the request to end by itself: it is on the air
        task.add_done_callback(_forget)
        await asyncio.wait({task, self._gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            raise BleakError("disconnected")
        if task.cancelled():
            raise BleakError("disconnected")
        try:
            return task.result()
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except core.ProtocolError as error:
            raise BleakError(str(error)) from error

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        services: list[ServiceProxy] = await peer.discover_services()
        for service in services:
            known_service = BleakGATTService(service, service.handle, _text(service.uuid))
            collection.add_service(known_service)
            for characteristic in await cast(Any, service).discover_characteristics():
                await self._add_characteristic(collection, known_service, characteristic)
        return collection

    async def _add_characteristic(
        self,
        collection: BleakGATTServiceCollection,
        service: BleakGATTService,
        characteristic: CharacteristicProxy[bytes],
    ) -> None:
        known = BleakGATTCharacteristic(
            characteristic,
            characteristic.handle,
            _text(characteristic.uuid),
            list(gatt_char_props_to_strs(int(characteristic.properties))),
            lambda: self.mtu_size - 3,
            service,
        )
        collection.add_characteristic(known)
        if characteristic.end_group_handle <= characteristic.handle:
            return  # no room for descriptors
        for descriptor in await characteristic.discover_descriptors():
            collection.add_descriptor(
                BleakGATTDescriptor(descriptor, descriptor.handle, _text(descriptor.type), known)
            )

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a value."""
        return bytearray(await self._request(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._request(descriptor.obj.read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: Any, response: bool
    ) -> None:
        """Write a value, with or without waiting for the response."""
        await self._request(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        """Write a descriptor."""
        await self._request(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """Have `callback` called with each value, synchronously as it arrives."""

        def received(value: bytes) -> None:
            callback(bytearray(value))

        self._subscriptions[characteristic.handle] = received
        prefer_notify = "notify" in characteristic.properties
        await self._request(characteristic.obj.subscribe(received, prefer_notify=prefer_notify))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """No more values."""
        received = self._subscriptions.pop(characteristic.handle, None)
        if received is not None:
            await self._request(characteristic.obj.unsubscribe(received))


def backend_for(radio: RadioAddress) -> tuple[type[BumbleScanner], type[BumbleClient]]:
    """Scanner and client classes for bleak's `backend` parameter that use this radio."""

    class Scanner(BumbleScanner):
        """Scanner on one given radio."""

        radio_address = radio

    class Client(BumbleClient):
        """Client on one given radio."""

        radio_address = radio

    return Scanner, Client
