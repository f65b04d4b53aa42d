"""The USB link over a pseudo-terminal: the same system calls as a real port, no hardware."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from insole_protocol.usb_frames import FrameDecoder, encode
from plantigrade.link.base import Channel, LinkClosedError, LinkError
from plantigrade.link.usb import UsbLink

from tests.host.link.listener import WAIT_S, Listener


@dataclass
class Port(Listener):
    """The insole's end of a pseudo-terminal and the link at the other."""

    master: int
    link: UsbLink


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    master, slave = os.openpty()
    tty.setraw(master)
    tty.setraw(slave)
    found = Port(master, UsbLink(os.ttyname(slave)))
    found.link.on_message = found.on_message
    await found.link.open()
    os.close(slave)
    yield found
    await found.link.close()
    os.close(master)


async def test_messages_come_whole_whatever_the_pieces(port: Port) -> None:
    messages = [bytes([n, 0x7E, 0x7D, 3]) * (n + 1) for n in range(40)]
    stream = b"".join(encode(Channel.STREAM, message) for message in messages)
    for start in range(0, len(stream), 7):
        os.write(port.master, stream[start : start + 7])
    await port.until(len(messages))
    assert port.got == [(Channel.STREAM, message) for message in messages]
    assert port.link.counters.malformed == {}


async def test_commands_go_out_as_frames(port: Port) -> None:
    await port.link.send(Channel.CONTROL, b"\x01\x02\x7e")
    decoder, found = FrameDecoder(), list[tuple[int, bytes]]()
    async with asyncio.timeout(WAIT_S):
        while not found:
            found = decoder.feed(await asyncio.to_thread(os.read, port.master, 100))
    assert found == [(Channel.CONTROL, b"\x01\x02\x7e")]
    assert port.link.counters.messages_sent == 1


async def test_a_prompt_and_noise_between_frames_are_counted_and_skipped(port: Port) -> None:
    damaged = bytearray(encode(Channel.LOG, b"damaged"))
    damaged[5] ^= 1
    os.write(port.master, b"MicroPython v1.29 on an insole\r\n>>> " + bytes(damaged))
    os.write(port.master, encode(Channel.LOG, b"good"))
    await port.until(1)
    assert port.got == [(Channel.LOG, b"good")]
    assert sum(port.link.counters.malformed.values()) >= 2
    assert port.link.counters.malformed["frame_crc"] >= 1


async def test_a_stream_of_garbage_keeps_memory_bounded(port: Port) -> None:
    for _ in range(40):
        await asyncio.to_thread(os.write, port.master, bytes(4000))
    os.write(port.master, encode(Channel.STREAM, b"after it"))
    await port.until(1)
    assert port.got == [(Channel.STREAM, b"after it")]
    assert port.link.counters.malformed["frame_oversize"] == 1


async def test_pulling_the_plug_closes_the_link() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    link = UsbLink(os.ttyname(slave))
    await link.open()
    os.close(slave)
    os.close(master)
    async with asyncio.timeout(WAIT_S):
        await link.closed.wait()
    with pytest.raises(LinkClosedError):
        await link.send(Channel.CONTROL, b"\x03\x01")
    await link.close()


async def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    link = UsbLink(str(tmp_path / "ttyACM9"))
    with pytest.raises(LinkError, match=r"cannot open .*ttyACM9: there is no such port; `plantigrade device"):
        await link.open()
    assert link.closed.is_set()
    await link.close()
