"""A virtual insole that was given keys, with real firmware, on a cable."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from insole_protocol import key_record
from plantigrade.bridge.errors import BridgeError
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.keyring import KeysInMemory
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.device.provision.rom_access import BoardKeys
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.link.base import Link, LinkError
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd
from plantigrade.twin.body.feed import write_feed
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

UNIQUE_ID = "0a50477a3f01"
SERIAL = f"0000{UNIQUE_ID.upper()}"
KEYS = BoardKeys(bytes(range(32)), bytes(range(100, 132)))
OTHERS = BoardKeys(bytes(range(32, 64)), bytes(range(132, 164)))
SECTOR = 4096
START_S = 60.0
POLICY = SessionPolicy(mode=None, fill_gaps=True, from_log=True)


def keyring(keys: BoardKeys = KEYS, serial: str = SERIAL) -> KeysInMemory:
    """Of somebody who has these keys."""
    assert keys.device is not None and keys.log is not None
    return KeysInMemory({serial: keys.device}, {serial: (keys.log,)}, host=7)


def put_keys(board: VirtualBoard, keys: BoardKeys = KEYS) -> None:
    """As provisioning leaves them in the flash of a board that is switched off."""
    at = board.flash.row("keys").offset
    for number, (kind, key) in enumerate(zip(key_record.SECTORS, (keys.device, keys.log), strict=True)):
        if key is not None:
            board.flash.put(at + number * SECTOR, key_record.build(kind, key))


@asynccontextmanager
async def locked_board(
    folder: Path, keys: BoardKeys = KEYS, frames: np.ndarray | None = None
) -> AsyncGenerator[VirtualBoard]:
    """A running insole that was given keys."""
    async with Radio(RadioConditions(), folder / "bonds.json") as radio:
        end = RadioEnd(radio.boards_port, radio.token)
        async with _powered(folder, keys, frames, end) as board:
            yield board


@asynccontextmanager
async def locked_board_in_safe_mode(folder: Path, keys: BoardKeys = KEYS) -> AsyncGenerator[VirtualBoard]:
    """One that cannot start, as its radio is dead: after three tries it runs in safe mode."""
    async with _powered(folder, keys, None, None) as board:
        yield board


@asynccontextmanager
async def _powered(
    folder: Path, keys: BoardKeys, frames: np.ndarray | None, radio: RadioEnd | None
) -> AsyncGenerator[VirtualBoard]:
    feed = folder / "feed.bin"
    write_feed(feed, np.full((4, 16), 330, np.uint16) if frames is None else frames, 100)
    board = VirtualBoard(
        BoardSpec("left", UNIQUE_ID),
        folder / "board",
        board_files(build_firmware()),
        radio=radio,
        feed=Feed(feed),
    )
    put_keys(board, keys)
    async with board:
        await answered(board)
        yield board


async def answered(board: VirtualBoard) -> None:
    """Wait until the firmware answers on the cable, be it with a refusal."""
    async with asyncio.timeout(START_S):
        while True:
            link = UsbLink(board.serial_port)
            try:
                await link.open()
                await Session(link, Insole("usb", keyring=KeysInMemory())).hello()
                return
            except BridgeError as error:
                if "locked" in str(error):
                    return
                await asyncio.sleep(0.1)
            except LinkError:
                await asyncio.sleep(0.1)
            finally:
                await link.close()


@asynccontextmanager
async def session_of(link: Link, keys: KeysInMemory) -> AsyncGenerator[Session]:
    """A session of somebody with these keys, before it has said anything."""
    await link.open()
    try:
        yield Session(link, Insole("one", keyring=keys), POLICY)
    finally:
        await link.close()
