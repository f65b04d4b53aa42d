"""The serial port of a board that waits to be flashed: a protocol's bytes wait for their reader."""

import asyncio
import os
from pathlib import Path

from plantigrade.twin.rom.settings import UNSENT_MAX
from plantigrade.twin.serial_port import SerialPort

MUCH = bytes(range(256)) * 1000


def read_all(path: str, size: int) -> bytes:
    """As many bytes as a reader on the port gets."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOCTTY)
    try:
        found = b""
        while len(found) < size:
            found += os.read(descriptor, 65536)
        return found
    finally:
        os.close(descriptor)


async def test_answers_wait_for_their_reader_and_never_grow_beyond_a_limit() -> None:
    port = SerialPort()
    port.take_over(lambda _: None)
    port.answer(MUCH)
    port.answer(bytes(UNSENT_MAX))  # too much in all: lost, as on a wire
    port.answer(b"last")
    expected = MUCH + b"last"
    assert await asyncio.to_thread(read_all, port.path, len(expected)) == expected
    port.give_back()
    port.close()


async def test_what_comes_from_outside_goes_to_who_has_taken_over() -> None:
    port = SerialPort()
    taken: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    port.take_over(taken.set_result)
    await asyncio.to_thread(Path(port.path).write_bytes, b"hello")
    assert await asyncio.wait_for(taken, 10) == b"hello"
    port.give_back()
    assert port.taker is None
    port.close()
