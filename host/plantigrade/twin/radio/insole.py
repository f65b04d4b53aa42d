"""One insole's end of the radio: joins the `bluetooth` module of a virtual board with a Bumble device.

The frames are described in `firmware/sim/radio_socket.py`.
"""

import asyncio
import json
import logging
import random
import struct
from collections.abc import Awaitable, Callable
from typing import Any, cast

from bumble import att, core, hci
from bumble.device import AdvertisingType, Connection, Device, DeviceConfiguration
from bumble.gatt import Service
from bumble.keys import MemoryKeyStore
from bumble.pairing import PairingConfig
from bumble.transport.common import AsyncPipeSink

from plantigrade.twin.hci_host import CancellableHost
from plantigrade.twin.radio import gatt
from plantigrade.twin.radio.air import Air, AirController
from plantigrade.twin.radio.bonds import FirmwareKeyStore, key_of
from plantigrade.twin.radio.stack import (
    RepeatPairing,
    StackBehaviour,
    WaitingNotifications,
    answer_while_there_is_room,
    authenticated,
)

log = logging.getLogger(__name__)

CALL, NOTIFY, ANSWER = 1, 2, 3
REPLY, EVENT, FREED, WRITTEN, ASK = 0x81, 0x82, 0x83, 0x84, 0x85
ASK_READ, ASK_GET_SECRET, ASK_SET_SECRET, ASK_PAIRING = 1, 2, 3, 4
IRQ_CENTRAL_CONNECT, IRQ_CENTRAL_DISCONNECT, IRQ_INDICATE_DONE = 1, 2, 20
IRQ_MTU_EXCHANGED, IRQ_CONNECTION_UPDATE, IRQ_ENCRYPTION_UPDATE = 21, 27, 28
_EINVAL = 22
_ANSWER_TIMEOUT_S = 10.0  # a board that does not answer has crashed or is held; the host sees an error
_NOTIFICATION = int(att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION)


class InsoleSession:
    """Serves one connection of a board until the board goes.

    Args:
        air: the radio to join.
        token: what the board must say first, so that nobody else can pose as a board.
        reader, writer: the stream of the board.
    """

    def __init__(
        self, air: Air, token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.side = ""
        self.controller: AirController | None = None
        self.sent = 0
        self._air = air
        self._token = token
        self._reader = reader
        self._writer = writer
        self._device: Device | None = None
        self._options: dict[str, Any] = {"gap_name": "", "bond": False, "le_secure": True, "mitm": False}
        self._connections: dict[int, Connection] = {}
        self._attributes: dict[int, att.Attribute[Any]] = {}
        self._behaviour = StackBehaviour()
        self._waiting = WaitingNotifications(air.conditions.buffers, self._behaviour.mbufs)
        self._bonds = FirmwareKeyStore(self._get_secret, self._set_secret)
        self._to_free = 0
        self._advertising: tuple[bytes, bytes] = (b"", b"")
        self._questions: dict[int, asyncio.Future[tuple[int, bytes]]] = {}
        self._next_question = 0
        self._random = random.Random(air.conditions.seed)
        self._tasks: set[asyncio.Task[None]] = set()

    # Frames

    async def run(self) -> None:
        """Serve until the board closes the connection or loses its power."""
        try:
            while True:
                (length,) = struct.unpack(">H", await self._reader.readexactly(2))
                frame = await self._reader.readexactly(length)
                if frame[0] == NOTIFY:
                    self._notify(frame[1:])
                elif frame[0] == ANSWER:
                    self._answered(frame[1:])
                elif frame[0] == CALL:
                    self._begin(self._serve(json.loads(frame[1:])))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if self.controller is not None:
                self._air.unplug(self.controller)
            for waiting in (*self._questions.values(), *self._tasks):
                waiting.cancel()  # a board without power answers nothing and begins nothing any more
            self._writer.close()

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _send(self, kind: int, payload: bytes) -> None:
        self._writer.write(struct.pack(">HB", len(payload) + 1, kind) + payload)

    def _event(self, event: int, *arguments: object) -> None:
        self._send(EVENT, json.dumps([event, arguments]).encode())

    async def _serve(self, request: dict[str, Any]) -> None:
        """Carry out one call of the board and answer it."""
        name = request.pop("call")
        handler = cast(Callable[..., Awaitable[object]] | None, getattr(self, f"_call_{name}", None))
        if handler is None or (self._device is None and name != "hello"):
            reply: dict[str, object] = {"error": _EINVAL}
        else:
            try:
                reply = {"result": await handler(**request)}
            except (core.BaseBumbleError, ValueError, TypeError, KeyError) as error:
                log.warning("%s: %s failed: %s", self.side, name, error)
                reply = {"error": _EINVAL}
        self._send(REPLY, json.dumps(reply).encode())

    async def _ask(self, kind: int, payload: bytes) -> tuple[int, bytes]:
        """Put a question to the firmware; (status, payload)."""
        number = self._next_question = (self._next_question + 1) & 0xFFFF
        future: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._questions[number] = future
        self._send(ASK, struct.pack(">HB", number, kind) + payload)
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                return await future
        except TimeoutError:
            return att.ErrorCode.UNLIKELY_ERROR, b""
        finally:
            self._questions.pop(number, None)

    def _answered(self, payload: bytes) -> None:
        number, status = struct.unpack_from(">HB", payload)
        future = self._questions.get(number)
        if future is not None and not future.done():
            future.set_result((status, payload[3:]))

    # Calls of the board: set-up

    async def _call_hello(
        self, side: str, address: str, token: str, behaviour: dict[str, int]
    ) -> dict[str, int]:
        if token != self._token or self._device is not None:
            self._writer.close()
            raise ValueError("not one of our boards")
        self.side = side
        buffers = self._air.conditions.buffers
        self._behaviour = StackBehaviour.of(behaviour)
        self._waiting = WaitingNotifications(buffers, self._behaviour.mbufs)
        self.controller = AirController(side, self._air, delivered=self._delivered)
        config = DeviceConfiguration(
            name=side,
            address=hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS),
            irk=bytes(16),
            gap_service_enabled=False,
        )
        device = Device(config=config, host=CancellableHost(self.controller, AsyncPipeSink(self.controller)))
        device.keystore = (
            MemoryKeyStore()
        )  # power_on reads the store, while the board still waits for this call
        device.pairing_config_factory = self._pairing_config
        device.add_service(gatt.gap_service(lambda: str(self._options["gap_name"])))
        await device.power_on()
        device.keystore = self._bonds
        answer_while_there_is_room(device, self._waiting)
        device.on(Device.EVENT_CONNECTION, self._connected)
        self._device = device
        return {"buffers": buffers}

    @property
    def _ready(self) -> Device:
        assert self._device is not None
        return self._device

    def _pairing_config(self, connection: Connection) -> PairingConfig:
        async def begins() -> None:
            await self._ask(ASK_PAIRING, key_of(connection.peer_address))

        return PairingConfig(
            sc=bool(self._options["le_secure"]),
            mitm=bool(self._options["mitm"]),
            bonding=bool(self._options["bond"]),
            delegate=RepeatPairing(begins),
            identity_address_type=PairingConfig.AddressType.RANDOM,
        )

    async def _call_config(self, options: dict[str, Any]) -> None:
        self._options.update(options)
        if "irk" in options:
            self._ready.irk = bytes.fromhex(options["irk"])
        mtu = int(self._options.get("mtu", att.ATT_DEFAULT_MTU))
        self._ready.gatt_server.max_mtu = max(23, min(mtu, self._air.conditions.mtu))

    async def _call_address(self) -> None:
        """Another private address from the next advertising on; peers with our key know us by it."""
        device = self._ready
        if device.is_advertising:
            await device.stop_advertising()
        address = hci.Address.generate_private_address(device.irk)
        command = cast(Any, hci.HCI_LE_Set_Random_Address_Command(random_address=address))
        await device.send_sync_command(command)
        device.random_address = address

    async def _call_mac(self) -> tuple[int, str]:
        return 1, bytes(reversed(bytes(self._ready.random_address))).hex()

    async def _call_advertise(
        self, interval_us: int | None, data: str | None, response: str | None, connectable: bool
    ) -> None:
        device = self._ready
        if device.is_advertising:
            await device.stop_advertising()
        if interval_us is None:
            return
        old_data, old_response = self._advertising
        self._advertising = (
            old_data if data is None else bytes.fromhex(data),
            old_response if response is None else bytes.fromhex(response),
        )
        interval_ms = max(20.0, interval_us / 1000)
        kind = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE
        await device.start_advertising(
            advertising_type=kind if connectable else AdvertisingType.UNDIRECTED_SCANNABLE,
            own_address_type=hci.OwnAddressType.RANDOM,
            advertising_data=self._advertising[0],
            scan_response_data=self._advertising[1],
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
            auto_restart=False,
        )

    async def _call_register(self, services: list[gatt.ServiceEntry]) -> list[list[int]]:
        groups: list[list[int]] = []
        for uuid, entries in services:
            characteristics, attributes = gatt.build(entries, self._read, self._written)
            self._ready.add_service(Service(core.UUID(uuid), characteristics))
            groups.append([attribute.handle for attribute in attributes])
            for attribute in attributes:
                self._attributes[attribute.handle] = attribute
        return groups

    # Calls of the board: connections

    async def _call_disconnect(self, connection: int) -> bool:
        link = self._connections.get(connection)
        if link is None:
            return False
        self._begin(self._disconnect(link))
        return True

    async def _disconnect(self, link: Connection) -> None:
        try:
            await link.disconnect()
        except core.BaseBumbleError as error:  # it went by itself meanwhile
            log.info("%s: %s", self.side, error)

    async def _call_pair(self, connection: int) -> None:
        self._connections[connection].request_pairing()

    async def _call_update(self, handle: int, value: str) -> None:
        data = bytes.fromhex(value)
        for link in self._connections.values():
            self._begin(self._ready.gatt_server.notify_subscriber(link, self._attributes[handle], data))

    async def _call_indicate(self, connection: int, handle: int, value: str) -> None:
        self._begin(self._indicate(connection, handle, bytes.fromhex(value)))

    async def _indicate(self, connection: int, handle: int, value: bytes) -> None:
        link = self._connections.get(connection)
        status = 13  # BLE_HS_ETIMEOUT
        if link is not None:
            try:
                server = self._ready.gatt_server
                await server.indicate_subscriber(link, self._attributes[handle], value, force=True)
                status = 0
            except (core.BaseBumbleError, TimeoutError) as error:
                log.info("%s: indication not confirmed: %s", self.side, error)
        self._event(IRQ_INDICATE_DONE, connection, handle, status)

    def _connected(self, link: Connection) -> None:
        self._connections[link.handle] = link
        address = bytes(reversed(bytes(link.peer_address))).hex()
        who = (link.handle, 0 if link.peer_address.is_public else 1, address)
        self._event(IRQ_CENTRAL_CONNECT, *who)

        def disconnected(_reason: int) -> None:
            self._connections.pop(link.handle, None)
            self._give_back(self._waiting.clear())
            self._event(IRQ_CENTRAL_DISCONNECT, *who)

        def updated() -> None:
            p = link.parameters
            self._event(
                IRQ_CONNECTION_UPDATE,
                link.handle,
                round(p.connection_interval / 1.25),
                p.peripheral_latency,
                round(p.supervision_timeout / 10),
                0,
            )

        def encrypted() -> None:
            proved = bool(link.authenticated)
            if self._behaviour.key_authenticated:
                proved = link.authenticated = authenticated(self._ready, link, self._bonds)
            bonded = bool(self._options["bond"])
            self._event(IRQ_ENCRYPTION_UPDATE, link.handle, bool(link.is_encrypted), proved, bonded, 16)

        link.on(link.EVENT_DISCONNECTION, disconnected)
        link.on(
            link.EVENT_CONNECTION_ATT_MTU_UPDATE,
            lambda: self._event(IRQ_MTU_EXCHANGED, link.handle, link.att_mtu),
        )
        link.on(link.EVENT_CONNECTION_PARAMETERS_UPDATE, updated)
        link.on(link.EVENT_CONNECTION_ENCRYPTION_CHANGE, encrypted)

    # Attributes

    async def _read(self, link: Connection, handle: int) -> bytes:
        status, value = await self._ask(ASK_READ, struct.pack(">HH", link.handle, handle))
        if status:
            raise att.ATT_Error(att.ErrorCode(status), handle)
        return value

    def _written(self, link: Connection, handle: int, value: bytes) -> None:
        self._send(WRITTEN, struct.pack(">HH", link.handle, handle) + value)

    # Notifications

    def _notify(self, payload: bytes) -> None:
        connection, handle = struct.unpack_from(">HH", payload)
        link = self._connections.get(connection)
        conditions = self._air.conditions
        if link is None or self._chance(conditions.drop):
            self._give_back(1)
            return
        value = payload[4 : link.att_mtu + 1]
        if self._chance(conditions.truncate):
            value = value[: self._random.randrange(len(value))] if value else value
        pdu = bytes(att.ATT_Handle_Value_Notification(attribute_handle=handle, attribute_value=value))
        self.sent += 1
        self._waiting.put(len(payload) - 4)
        self._ready.gatt_server.send_gatt_pdu(link, pdu)
        if self._chance(conditions.duplicate):
            self._waiting.put(None)
            self._ready.gatt_server.send_gatt_pdu(link, pdu)

    def _chance(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def _delivered(self, packet: bytes) -> None:
        """An L2CAP packet of this insole went over the air; a notification frees its buffer."""
        is_attribute = packet[2:4] == b"\x04\x00"
        if is_attribute and packet[4] == _NOTIFICATION:
            # not before what came in the same connection event: the controller keeps it until it is confirmed
            asyncio.get_running_loop().call_soon(lambda: self._give_back(self._waiting.sent()))

    def _give_back(self, buffers: int) -> None:
        if not buffers:
            return
        if not self._to_free:
            asyncio.get_running_loop().call_soon(self._notify_freed)
        self._to_free += buffers

    def _notify_freed(self) -> None:
        self._send(FREED, bytes([self._to_free]))
        self._to_free = 0

    # Bonds

    async def _get_secret(self, kind: int, index: int, key: bytes | None) -> bytes | None:
        payload = bytes([kind, index, key is not None]) + (key or b"")
        status, value = await self._ask(ASK_GET_SECRET, payload)
        return value if status == 0 else None

    async def _set_secret(self, kind: int, key: bytes, value: bytes | None) -> bool:
        payload = bytes([kind, len(key), value is not None]) + key + (value or b"")
        status, _ = await self._ask(ASK_SET_SECRET, payload)
        return status == 0
