"""A virtual insole at a port of this computer, for browsers that let no event loop run beside them."""

import asyncio
import os
import threading
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
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

REST = 330
START_S = 60.0


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
    feed = folder / "feed.bin"
    write_feed(feed, np.full((4, 16), REST, np.uint16), 100)
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[BoardHere] = []

    async def run() -> None:
        async with AsyncExitStack() as stack:
            radio = await stack.enter_async_context(Radio(RadioConditions(), folder / "bonds.json"))
            board = await stack.enter_async_context(
                VirtualBoard(
                    BoardSpec("left", mac),
                    folder / mac,
                    board_files(build_firmware()),
                    RadioEnd(radio.boards_port, radio.token),
                    Feed(feed),
                )
            )
            announce(TwinNotice(os.getpid(), radio.address, {"left": board.serial_port}, {"left": str(feed)}))
            found.append(BoardHere(board.serial_port, feed, board))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="board", daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        thread.start()
        try:
            if not ready.wait(START_S):
                raise TimeoutError("the virtual board did not start in time")
            yield found[0]
        finally:
            loop.call_soon_threadsafe(over.set)
            thread.join(START_S)
            loop.close()
