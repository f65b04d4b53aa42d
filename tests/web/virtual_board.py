"""A virtual insole at a port of this computer, for browsers that let no event loop run beside them."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd
from plantigrade.twin.body.feed import write_feed
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions
from plantigrade.twin.rendezvous import TwinNotice, announce

from tools.in_thread import in_thread

REST = 330


@dataclass(frozen=True)
class BoardHere:
    """A board that is there.

    Attributes:
        port: at which it is.
        feed: what its sensors measure, nothing as long as nobody writes to it.
        board: itself.
    """

    port: str
    feed: Path
    board: VirtualBoard


@contextmanager
def virtual_board(folder: Path, mac: str) -> Generator[BoardHere]:
    """A flashed board, announced as a running twin's to all who look for ports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        with in_thread(partial(_board, folder, mac), "board") as here:
            yield here


@asynccontextmanager
async def _board(folder: Path, mac: str) -> AsyncGenerator[BoardHere]:
    feed = folder / "feed.bin"
    write_feed(feed, np.full((4, 16), REST, np.uint16), 100)
    async with (
        Radio(RadioConditions(), folder / "bonds.json") as radio,
        VirtualBoard(
            BoardSpec("left", mac),
            folder / mac,
            board_files(build_firmware()),
            RadioEnd(radio.boards_port, radio.token),
            Feed(feed),
        ) as board,
    ):
        announce(TwinNotice(os.getpid(), radio.address, {"left": board.serial_port}, {"left": str(feed)}))
        yield BoardHere(board.serial_port, feed, board)
