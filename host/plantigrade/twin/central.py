"""The host's end of the virtual radio: one Bumble central for each event loop and radio, shared by its users.

It opens with its first user and closes with its last, so that no connection outlives the code that wanted it.
Bonds are stored in the file that the radio's address names, hence across processes.
"""

import asyncio
import contextlib
import fcntl
import secrets
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, TextIO, cast
from weakref import WeakKeyDictionary

from bleak.exc import BleakError
from bumble import core, hci
from bumble.device import ConnectionParametersPreferences, Device
from bumble.keys import JsonKeyStore, KeyStore, MemoryKeyStore
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport import open_transport
from bumble.transport.common import Transport

from plantigrade.twin.hci_host import CancellableHost
from plantigrade.twin.radio.client import RadioAddress

SUPERVISION_TIMEOUT_MS = 2000
_preferences = {
    hci.Phy.LE_1M: ConnectionParametersPreferences(
        connection_interval_min=15.0,
        connection_interval_max=30.0,
        supervision_timeout=SUPERVISION_TIMEOUT_MS,
    )
}
_centrals: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[RadioAddress, Central]]" = WeakKeyDictionary()


def central_at(radio: RadioAddress) -> "Central":
    """The central of the running event loop on this radio."""
    known = _centrals.setdefault(asyncio.get_running_loop(), {})
    if radio not in known:
        known[radio] = Central(radio)
    return known[radio]


class Central:
    """A Bluetooth LE host on the virtual radio.

    Args:
        radio: where the radio is.

    Attributes:
        device: the Bumble device; only between `acquire` and `release`.
    """

    def __init__(self, radio: RadioAddress) -> None:
        self._radio = radio
        self._users = 0
        self._scanners = 0
        self._changing = asyncio.Lock()
        self._connecting = asyncio.Lock()
        self._transport: Transport | None = None
        self._lock_file: TextIO | None = None
        self._device: Device | None = None
        self._memory = MemoryKeyStore()
        self._address = hci.Address(_own_address(), hci.Address.RANDOM_DEVICE_ADDRESS)

    @property
    def device(self) -> Device:
        """The Bumble device of this central."""
        if self._device is None:
            raise BleakError("the virtual radio's host is not open")
        return self._device

    @property
    def transport(self) -> asyncio.Transport:
        """The connection to the radio, for tests that hold it up."""
        assert self._transport is not None, "the virtual radio's host is not open"
        return _stream_of(self._transport)

    async def acquire(self) -> None:
        """One more user; opens the connection to the radio for the first."""
        async with self._changing:
            if self._users == 0:
                await self._open()
            self._users += 1

    async def release(self) -> None:
        """One user fewer; the last one closes."""
        async with self._changing:
            self._users -= 1
            if self._users == 0:
                await self._close()

    async def _open(self) -> None:
        try:
            transport = await open_transport(f"tcp-client:{self._radio.host}:{self._radio.port}")
        except OSError as error:
            raise BleakError(
                f"no virtual radio at {self._radio.host}:{self._radio.port}; "
                "start one with `plantigrade twin run`"
            ) from error
        _send_at_once(transport)
        store = self._key_store()
        host = CancellableHost(transport.source, transport.sink)
        device = Device(name="host", address=self._address, host=host)
        device.keystore = store
        device.pairing_config_factory = _pairing_config
        await device.power_on()
        device.keystore = store
        self._transport, self._device = transport, device

    async def _close(self) -> None:
        transport, self._transport, self._device = self._transport, None, None
        self._scanners = 0
        if transport is not None:
            await transport.close()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    def _key_store(self) -> KeyStore:
        """The shared file of bonds, unless another process is using it: then bonds live in memory."""
        path = self._radio.bonds
        if path is None:
            return self._memory
        lock = path.with_suffix(".lock").open("w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return self._memory
        self._lock_file = lock
        self._address = hci.Address(_stored_address(path), hci.Address.RANDOM_DEVICE_ADDRESS)
        path.touch(mode=0o600)
        if not path.stat().st_size:
            path.write_text("{}")
        return JsonKeyStore("host", str(path))

    async def start_scanning(self) -> None:
        """Scan until as many stops as starts have come."""
        self._scanners += 1
        if self._scanners == 1:
            await self.device.start_scanning(legacy=True, active=True, filter_duplicates=False)

    async def stop_scanning(self) -> None:
        """Undo one `start_scanning`."""
        self._scanners -= 1
        if self._scanners == 0 and self.device.is_scanning:
            await self.device.stop_scanning(legacy=True)

    async def connect(self, address: hci.Address, timeout_s: float) -> Any:
        """Connect to one device; a Bumble connection.

        Raises:
            TimeoutError: it did not answer.
        """
        async with asyncio.timeout(timeout_s), self._connecting:
            work = asyncio.ensure_future(
                self.device.connect(
                    address,
                    connection_parameters_preferences=_preferences,
                    own_address_type=hci.OwnAddressType.RANDOM,
                    timeout=timeout_s,
                )
            )
            try:
                return await asyncio.shield(work)
            except (core.TimeoutError, core.ConnectionError) as error:
                raise TimeoutError(str(error)) from error
            except asyncio.CancelledError:
                await _end(work)
                raise

    def identity(self, address: hci.Address) -> hci.Address:
        """Who shows this private address, as far as a bond tells; else the address itself."""
        resolver = self.device.address_resolver
        found = resolver.resolve(address) if resolver is not None and address.is_resolvable else None
        return found or address

    async def bonded(self, address: hci.Address) -> bool:
        """Whether there is a bond with this device."""
        store = self.device.keystore
        return store is not None and await store.get(str(self.identity(address))) is not None

    async def forget(self, address: hci.Address) -> None:
        """Delete the bond with this device, if there is one."""
        store = self.device.keystore
        if store is not None:
            with contextlib.suppress(KeyError):
                await store.delete(str(self.identity(address)))
            await self.device.refresh_resolving_list()


async def _end(connecting: "asyncio.Future[Any]") -> None:
    """Give up a connection, even one that comes about in this very moment: Bumble waits with
    `asyncio.wait_for`, which then keeps the connection and loses the cancellation (before Python 3.12).
    """
    connecting.cancel()
    await asyncio.wait({connecting})
    if not connecting.cancelled() and connecting.exception() is None:
        with contextlib.suppress(core.BaseBumbleError):  # it went by itself meanwhile
            await connecting.result().disconnect()


@contextlib.asynccontextmanager
async def using(central: Central) -> AsyncGenerator[Central]:
    """Keep the central open for a while."""
    await central.acquire()
    try:
        yield central
    finally:
        await central.release()


def _pairing_config(_connection: object) -> PairingConfig:
    return PairingConfig(
        sc=True,
        mitm=False,
        bonding=True,
        delegate=PairingDelegate(PairingDelegate.IoCapability.NO_OUTPUT_NO_INPUT),
        identity_address_type=PairingConfig.AddressType.RANDOM,
    )


def _stream_of(transport: Transport) -> asyncio.Transport:
    return cast(asyncio.Transport, cast(Any, transport.sink).transport)


def _send_at_once(transport: Transport) -> None:
    """Without this, TCP holds small packets back for up to 40 ms."""
    connection: socket.socket | None = _stream_of(transport).get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _own_address() -> str:
    """A random static device address."""
    raw = bytearray(secrets.token_bytes(6))
    raw[0] |= 0xC0
    return ":".join(f"{byte:02X}" for byte in raw)


def _stored_address(bonds: Path) -> str:
    """The address that belongs to a file of bonds, so that insoles know the host again."""
    path = bonds.with_suffix(".address")
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(_own_address())
    return path.read_text().strip()
