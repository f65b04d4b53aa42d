"""Bluetooth LE: an insole's three characteristics as a link. The backend of bleak is a parameter.

The default backend is the platform's own; the twin brings another that uses the virtual radio.
Notifications are reassembled in bleak's callback, synchronously: no task is made for each.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from insole_protocol import ids
from insole_protocol.fragments import Fragmenter, Reassembler
from insole_protocol.host_messages import fragment_values

from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
    now_ns,
)

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice

CHARACTERISTICS = {
    Channel.STREAM: ids.STREAM_UUID,
    Channel.CONTROL: ids.CONTROL_UUID,
    Channel.LOG: ids.LOG_UUID,
}
ATT_HEADER_BYTES = 3
MIN_VALUE_BYTES = 20
CONNECT_TIMEOUT_S = 20.0
OPEN_TIMEOUT_S = 75.0
"""Connecting, pairing and subscribing together: pairing alone may take 30 s, after which a peer that says
nothing is given up (Bluetooth Core 5.4, vol. 3 part H, 3.4), and a person may have to allow it meanwhile."""


class BleLink:
    """A link over Bluetooth LE.

    Args:
        device: what the scan found, or an address.
        backend: bleak client class; None for the platform's own.
        pair: pair before anything else, so that the link is encrypted (the insole insists on it). A platform
            that pairs by itself when the insole asks for it (macOS) is left to do so.
    """

    def __init__(
        self,
        device: "BLEDevice | str",
        *,
        backend: "type[BaseBleakClient] | None" = None,
        pair: bool = True,
    ) -> None:
        self.on_message: MessageHandler = ignore_message
        self.closed = asyncio.Event()
        self.counters = LinkCounters()
        self._device = device
        self._backend = backend
        self._pair = pair
        self._client: BleakClient | None = None
        self._reassemblers = {channel: Reassembler() for channel in Channel}
        self._fragmenters = {channel: Fragmenter() for channel in Channel}
        for channel, reassembler in self._reassemblers.items():
            self.counters.attach(f"{channel.name.lower()}_fragment_", reassembler.errors)
        self._sending = asyncio.Lock()

    @property
    def name(self) -> str:
        """Name and address as far as known."""
        if isinstance(self._device, str):
            return self._device
        return self._device.name or self._device.address

    @property
    def value_bytes(self) -> int:
        """The most that one write can carry on this connection."""
        if self._client is None:
            return MIN_VALUE_BYTES
        control = self._client.services.get_characteristic(ids.CONTROL_UUID)
        # BlueZ reports an MTU of 23 whatever it has negotiated; the characteristic knows better.
        stated = control.max_write_without_response_size if control is not None else 0
        return max(MIN_VALUE_BYTES, stated, self._client.mtu_size - ATT_HEADER_BYTES)

    async def open(self) -> None:
        """Connect, pair, subscribe to the three characteristics.

        Raises:
            LinkError: out of reach, not an insole, pairing refused, no Bluetooth; as text.
        """
        from bleak import BleakClient
        from bleak.exc import BleakError

        client = BleakClient(
            self._device,
            disconnected_callback=self._on_disconnected,
            timeout=CONNECT_TIMEOUT_S,
            backend=self._backend,
        )
        self._client = client
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await client.connect()
                if self._pair:
                    await self._pair_if_possible(client)
                self._check_services(client)
                for channel, characteristic in CHARACTERISTICS.items():
                    await client.start_notify(characteristic, partial(self._on_value, channel))
        except (BleakError, TimeoutError, OSError, EOFError) as error:
            await self.close()
            raise LinkError(
                f"cannot connect to {self.name}: {_reason(error)}; is it on, within reach, and "
                "free? It serves two hosts"
            ) from error
        except (LinkError, asyncio.CancelledError):
            await self.close()
            raise

    async def close(self) -> None:
        """Disconnect."""
        from bleak.exc import BleakError

        client, self._client = self._client, None
        self.closed.set()
        if client is None:
            return
        try:
            await client.disconnect()
        except (BleakError, TimeoutError, OSError, EOFError) as error:
            # The other end has gone already: there is nothing left to disconnect.
            self.counters.count_malformed(f"disconnect_{type(error).__name__}")

    async def send(self, channel: Channel, message: bytes) -> None:
        """Write one message in as many values as it needs.

        Raises:
            LinkClosedError: not connected (any more).
            LinkError: the insole or the platform refused the write.
        """
        from bleak.exc import BleakError

        async with self._sending:
            client = self._client
            if client is None or self.closed.is_set():
                raise LinkClosedError(f"{self.name} is not connected")
            try:
                for value in fragment_values(self._fragmenters[channel], message, self.value_bytes):
                    await client.write_gatt_char(CHARACTERISTICS[channel], value, response=True)
            except (BleakError, TimeoutError, OSError, EOFError) as error:
                if self.closed.is_set():
                    raise LinkClosedError(f"{self.name} disconnected") from error
                raise LinkError(f"{self.name} refused a command: {_reason(error)}") from error
        self.counters.messages_sent += 1

    def _check_services(self, client: "BleakClient") -> None:
        missing = [
            uuid for uuid in CHARACTERISTICS.values() if client.services.get_characteristic(uuid) is None
        ]
        if missing:
            raise LinkError(f"{self.name} is not a Plantigrade insole: it has no characteristic {missing[0]}")

    async def _pair_if_possible(self, client: "BleakClient") -> None:
        try:
            await client.pair()
        except NotImplementedError:
            # macOS: the system asks the person by itself when a protected characteristic is first used.
            return

    def _on_value(self, channel: Channel, _sender: "BleakGATTCharacteristic", value: bytearray) -> None:
        arrival_ns = now_ns()
        self.counters.bytes_received += len(value)
        message = self._reassemblers[channel].feed(value)
        if message is not None:
            self.counters.messages_received += 1
            self.on_message(channel, message, arrival_ns)

    def _on_disconnected(self, _client: "BleakClient") -> None:
        self._client = None
        self.closed.set()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
