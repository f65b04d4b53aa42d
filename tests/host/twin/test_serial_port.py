"""The serial port of a board: a protocol's bytes wait for their reader, what is typed for the board."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
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


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        met = condition()
        while not met:
            await asyncio.sleep(0.001)
            met = condition()


class Started:
    """A board that starts: `inside` is the interpreter's end of a terminal, `outside` a program's."""

    def __init__(self, port: SerialPort, inside: int) -> None:
        self.port, self.inside = port, inside
        self.outside = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
        os.set_blocking(inside, False)
        self.read = b""

    async def types(self, data: bytes) -> None:
        """And the port has taken it."""
        before = len(self.port.type_ahead.held)
        os.write(self.outside, data)
        await until(lambda: len(self.port.type_ahead.held) == before + len(data))

    async def gets(self, data: bytes) -> None:
        async with asyncio.timeout(10):
            while self.read != data:
                await asyncio.sleep(0.001)
                try:
                    self.read += os.read(self.inside, 100)
                except BlockingIOError:
                    continue


@asynccontextmanager
async def started() -> AsyncGenerator[Started]:
    port = SerialPort()
    one = Started(port, port.open_inner())
    yield one
    for end in (one.inside, one.outside):
        os.close(end)
    port.close()


async def test_what_is_typed_while_a_board_starts_waits_until_it_listens() -> None:
    async with started() as one:
        await one.types(b"hello")
        await one.gets(b"")
        one.port.type_ahead.hand_over()
        await one.gets(b"hello")


async def test_behind_a_ctrl_c_it_waits_for_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal turns Ctrl-C into an interrupt, so it is not read; it is typed again until there is a
    prompt, and Ctrl-A is for that prompt."""
    typed: list[bytes] = []
    monkeypatch.setattr("plantigrade.twin.type_ahead.INTERRUPT_S", 0.01)
    monkeypatch.setattr(SerialPort, "type", lambda _, data: typed.append(data))
    async with started() as one:
        await one.types(b"\r\x03\r\x01")
        one.port.type_ahead.hand_over()
        await until(lambda: len(typed) >= 3)
        assert set(typed) == {b"\x03"}
        os.write(one.inside, b"Traceback\r\n>>> ")
        await until(lambda: typed[-1] != b"\x03")
        assert typed[-1] == b"\r\x01" and set(typed[:-1]) == {b"\x03"}


async def test_a_board_that_restarts_instead_is_interrupted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[bytes] = []
    monkeypatch.setattr(SerialPort, "type", lambda _, data: typed.append(data))
    async with started() as one:
        await one.types(b"\x03\x01")
        one.port.type_ahead.hand_over()
        os.close(one.inside)
        one.inside = one.port.open_inner()
        assert typed == [b"\x03"]
        one.port.type_ahead.hand_over()
        assert typed == [b"\x03", b"\x03"]
        one.port.type_ahead.forget()
        assert not one.port.type_ahead.held


async def test_a_script_that_never_waits_listens_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.twin.type_ahead.LISTENS_S", 0.02)
    async with started() as one:
        await one.types(b"x")
        await one.gets(b"x")


async def test_a_ctrl_c_that_came_as_a_reset_was_under_way_reaches_the_next_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed: list[bytes] = []
    monkeypatch.setattr(SerialPort, "type", lambda _, data: typed.append(data))
    async with started() as one:
        one.port.type_ahead.hand_over()
        os.write(one.outside, b"\r\x03\x01")
        await until(lambda: bool(typed))
        os.close(one.inside)
        one.inside = one.port.open_inner()
        one.port.type_ahead.hand_over()
        assert typed == [b"\r\x03\x01", b"\x03"] and one.port.type_ahead.held == b"\x01"
