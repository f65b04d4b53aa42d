"""A virtual insole on the virtual radio, with keys or without, its owner's host, and whoever else is near."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from insole_protocol import ids
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.keyring import Keyring, KeysInMemory
from plantigrade.bridge.session import Session
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.link.base import LinkError
from plantigrade.link.ble import BleLink
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd
from plantigrade.twin.body.feed import write_feed
from plantigrade.twin.central import central_at, using
from plantigrade.twin.radio.client import Radio, RadioAddress
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.twin_kit import Console
from tests.security.locked_kit import KEYS, SERIAL, UNIQUE_ID, BoardKeys, put_keys

assert KEYS.device is not None and KEYS.log is not None
KEY: bytes = KEYS.device
LOG_KEY: bytes = KEYS.log
QUICK = RadioConditions(interval_ms=7.5)
FRAMES = 330 + (np.arange(400)[:, None] * 7 + np.arange(16) * 101) % 1500
"""What the sensors measure: distinct numbers, so that a sample that somebody gets is seen to be one."""


class Host:
    """A computer near by, with bonds of its own.

    Args:
        radio: where it is.
        folder: keeps its bonds.
        address: whose address it claims; its own when None.
        keyring: the keys that it has.
    """

    def __init__(
        self, radio: Radio, folder: Path, address: str | None = None, keyring: Keyring | None = None
    ) -> None:
        self.keyring = keyring or KeysInMemory()
        folder.mkdir(parents=True, exist_ok=True)
        self.bonds = folder / "bonds.json"
        if address is not None:
            self.bonds.with_suffix(".address").write_text(address)
        self.use(RadioAddress(radio.address.host, radio.address.port, self.bonds))

    def use(self, radio: RadioAddress) -> None:
        """Be on this radio from now on."""
        self.at = radio
        self.scanner, self.client = backend_for(radio)

    @property
    def address(self) -> str:
        """What it goes by on the air, once it has been there."""
        return self.bonds.with_suffix(".address").read_text().strip()

    async def look(self, seconds: float = 4.0, address: str | None = None) -> tuple[BLEDevice, Any]:
        """An insole that advertises, with everything that it says before anybody connects.

        Args:
            seconds: for so long at most.
            address: of the one that is meant; whichever is heard first when None.

        Raises:
            TimeoutError: none was heard in so long.
        """
        heard: asyncio.Future[tuple[BLEDevice, Any]] = asyncio.get_running_loop().create_future()

        def on_advertisement(device: BLEDevice, data: Any) -> None:
            is_meant = address is None or device.address == address
            if is_meant and data.manufacturer_data and data.local_name and not heard.done():
                heard.set_result((device, data))

        async with BleakScanner(on_advertisement, [ids.SERVICE_UUID], backend=self.scanner):
            async with asyncio.timeout(seconds):
                return await heard

    @asynccontextmanager
    async def connected(self, device: BLEDevice | None = None) -> AsyncGenerator[BleakClient]:
        """A connection, encrypted where there is a bond."""
        device = device or (await self.look())[0]
        client = BleakClient(device, backend=self.client)
        await client.connect()
        try:
            yield client
        finally:
            await client.disconnect()

    async def pairs(self) -> bool:
        """Connect and pair: whether the insole is still there after eight seconds."""
        async with using(central_at(self.at)):
            try:
                async with self.connected() as client:
                    await client.pair()
                    for _ in range(40):
                        await asyncio.sleep(0.2)
                        if not client.is_connected:
                            break
                    return client.is_connected
            except (BleakError, TimeoutError) as error:
                print(f"pairing: {error!r}")
                return False

    async def is_served(self, pair: bool = False, seconds: float = 20.0) -> bool:
        """Whether the insole, found within so many seconds, says hello to it after both have proved who they
        are; with `pair` they pair first if they are not bonded."""
        async with using(central_at(self.at)):
            try:
                device, _ = await self.look(seconds)
                link = BleLink(device, backend=self.client, pair=pair)
                async with conversation(link, Insole("insole", keyring=self.keyring)):
                    await asyncio.sleep(0.5)  # the insole's part of pairing ends after ours
                    return not link.closed.is_set()
            except (LinkError, BleakError, TimeoutError) as error:
                print(f"not served: {error!r}")
                return False

    async def gets_in(self, seconds: float, pair: bool = False) -> bool:
        """Whether it is served within so many seconds; it tries again and again, as the bridge does."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.is_served(pair):
                    continue
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def conversation(link: BleLink, insole: Insole) -> AsyncGenerator[Session]:
    """A session after hello; the link is closed at the end."""
    try:
        await link.open()
        session = Session(link, insole)
        await session.hello()
        yield session
    finally:
        await link.close()


@dataclass
class Scene:
    """The insole and its radio."""

    radio: Radio
    board: VirtualBoard
    console: Console
    folder: Path
    locked: bool = True

    def host(self, name: str, address: str | None = None) -> Host:
        """A computer near by, without the key."""
        return Host(self.radio, self.folder / name, address)

    def trusted(self, name: str) -> Host:
        """A computer that has the insole's key."""
        keyring = KeysInMemory({SERIAL: KEY}, {SERIAL: (LOG_KEY,)}) if self.locked else None
        return Host(self.radio, self.folder / name, keyring=keyring)

    async def press_button(self, seconds: float | None = None) -> None:
        """Somebody holds the insole's button, and has not held it at its start: until the LED blinks, or for
        so long."""
        await asyncio.sleep(2.5)
        before = self.board.state.blinks
        self.board.hold_boot_button(True)
        if seconds is None:
            await self.board.wait_until(lambda state: state.blinks > before, 20.0)
        else:
            await asyncio.sleep(seconds)
        self.board.hold_boot_button(False)

    async def owner(self) -> Host:
        """A host that has paired with the button pressed, and left."""
        host = self.trusted("owner")
        await self.press_button()
        assert await host.gets_in(50.0, pair=True)
        return host


@asynccontextmanager
async def scene(
    folder: Path,
    keys: BoardKeys | None = KEYS,
    changed: Mapping[str, bytes | None] | None = None,
    conditions: RadioConditions = QUICK,
) -> AsyncGenerator[Scene]:
    """A running insole.

    Args:
        folder: for its files.
        keys: in its flash; None: it is open, as every insole was before.
        changed: files of its firmware that are others, or None where they are lost.
        conditions: of the radio.
    """
    settings = json.dumps({"version": 2, "values": {"side": 0}}).encode()
    files = [*board_files(build_firmware(), changed=dict(changed or {})), ("settings.json", settings)]
    feed = folder / "feed.bin"
    write_feed(feed, FRAMES.astype(np.uint16), 100)
    async with Radio(conditions, folder / "nobody.json") as radio:
        end = RadioEnd(radio.boards_port, radio.token)
        board = VirtualBoard(
            BoardSpec("left", UNIQUE_ID), folder / "board", iter(files), end, feed=Feed(feed)
        )
        if keys is not None:
            put_keys(board, keys)
        console = Console(board)
        async with board:
            one = Scene(radio, board, console, folder, locked=keys is not None)
            await one.host("bystander").look(20.0)  # it is up
            yield one
