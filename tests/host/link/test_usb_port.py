"""The USB link on a port that a test drives: how much may wait, what unplugging means, what is said of it."""

import asyncio
import errno
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import serial
from insole_protocol.usb_frames import encode
from plantigrade.link.base import Channel, LinkClosedError, LinkError
from plantigrade.link.usb import MAX_PENDING_READS, UsbLink, serial_reason
from serial import SerialException

from tests.host.link.listener import WAIT_S, Listener


@dataclass
class Port:
    """Stands in for `serial.Serial`: gives pieces one by one, then waits for more until it is closed."""

    pieces: list[bytes] = field(default_factory=list[bytes])
    error: Exception | None = None
    made_with: tuple[object, ...] = ()
    reads: int = 0
    written: list[bytes] = field(default_factory=list[bytes])
    write_error: Exception | None = None
    closed: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)
    more: threading.Condition = field(default_factory=threading.Condition)
    _rest: bytes = b""

    def give(self, *pieces: bytes, error: Exception | None = None) -> None:
        with self.more:
            self.pieces += pieces
            self.error = error
            self.more.notify_all()

    def read(self, count: int) -> bytes:
        if count != 1 or self._rest:
            found, self._rest = self._rest[:count], self._rest[count:]
            return found
        with self.more:
            self.more.wait_for(lambda: self.pieces or self.error or self.cancelled.is_set(), timeout=0.2)
            if self.pieces:
                self.reads += 1
                self.more.notify_all()
                piece, self._rest = self.pieces.pop(0), b""
                found, self._rest = piece[:1], piece[1:]
                return found
            if self.error is not None:
                raise self.error
            return b""

    @property
    def in_waiting(self) -> int:
        return len(self._rest)

    def until_read(self, count: int) -> None:
        """Wait, without letting the event loop run, until so many pieces were read."""
        with self.more:
            assert self.more.wait_for(lambda: self.reads >= count, timeout=WAIT_S)

    def write(self, data: bytes) -> int:
        if self.write_error is not None:
            raise self.write_error
        self.written.append(bytes(data))
        return len(data)

    def cancel_read(self) -> None:
        self.cancelled.set()
        with self.more:
            self.more.notify_all()

    def close(self) -> None:
        self.closed = True


@dataclass
class Bench(Listener):
    port: Port
    link: UsbLink


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    port = Port()

    def make(*arguments: object, **named: object) -> Port:
        port.made_with = (*arguments, *named.items())
        return port

    monkeypatch.setattr(serial, "Serial", make)
    found = Bench(port, UsbLink("/dev/ttyACM0"))
    found.link.on_message = found.on_message
    yield found
    port.cancel_read()


def frame(number: int) -> bytes:
    return encode(Channel.STREAM, number.to_bytes(2, "little"))


async def test_the_port_is_opened_for_this_program_alone_and_read_in_pieces_of_a_fifth_of_a_second(
    bench: Bench,
) -> None:
    await bench.link.open()
    assert bench.port.made_with == (
        "/dev/ttyACM0",
        115200,
        ("timeout", 0.2),
        ("write_timeout", 5.0),
        ("exclusive", True),
    )
    assert bench.link.name == "/dev/ttyACM0"
    await bench.link.close()
    assert bench.port.closed


async def test_no_more_than_256_pieces_wait_for_an_event_loop_that_is_busy(bench: Bench) -> None:
    """The 257th has been read when there is room for no more; the others stay in the port, none is lost."""
    total = 2 * MAX_PENDING_READS
    await bench.link.open()
    bench.port.give(*(frame(number) for number in range(total)))
    bench.port.until_read(MAX_PENDING_READS + 1)
    reader = bench.link._reader
    assert reader is not None
    reader.join(0.05)
    assert bench.port.reads == MAX_PENDING_READS + 1 == 257
    assert bench.got == []
    await bench.until(total)
    assert bench.got == [(Channel.STREAM, number.to_bytes(2, "little")) for number in range(total)]
    assert bench.link.counters.messages_received == total
    assert bench.link.counters.bytes_received == sum(len(frame(number)) for number in range(total))
    await bench.link.close()


async def test_closing_frees_a_reader_that_waits_for_room_and_drops_what_waited(bench: Bench) -> None:
    await bench.link.open()
    bench.port.give(*(frame(number) for number in range(2 * MAX_PENDING_READS)))
    bench.port.until_read(MAX_PENDING_READS + 1)
    reader = bench.link._reader
    assert reader is not None
    async with asyncio.timeout(WAIT_S):
        await bench.link.close()
    assert not reader.is_alive()
    await asyncio.sleep(0)
    assert bench.got == []
    assert bench.link.closed.is_set()


async def test_a_message_may_come_in_any_pieces(bench: Bench) -> None:
    await bench.link.open()
    complete = frame(1) + frame(2)
    bench.port.give(*(bytes((octet,)) for octet in complete))
    await bench.until(2)
    assert bench.got == [(Channel.STREAM, b"\x01\x00"), (Channel.STREAM, b"\x02\x00")]
    await bench.link.close()


@pytest.mark.parametrize(
    "error", [SerialException("gone"), OSError(errno.EIO, "Input/output error"), TypeError("closed under it")]
)
async def test_an_unplugged_port_closes_the_link_after_what_has_come(bench: Bench, error: Exception) -> None:
    await bench.link.open()
    bench.port.give(frame(1), error=error)
    async with asyncio.timeout(WAIT_S):
        await bench.link.closed.wait()
    assert bench.got == [(Channel.STREAM, b"\x01\x00")]
    with pytest.raises(LinkClosedError, match=r"^/dev/ttyACM0 is not open$"):
        await bench.link.send(Channel.CONTROL, b"\x03\x01")
    assert bench.port.written == []
    await bench.link.close()
    assert bench.port.closed


async def test_commands_go_out_as_frames_and_are_counted(bench: Bench) -> None:
    await bench.link.open()
    await bench.link.send(Channel.CONTROL, b"\x03\x01")
    await bench.link.send(Channel.LOG, b"\x03")
    assert bench.port.written == [encode(Channel.CONTROL, b"\x03\x01"), encode(Channel.LOG, b"\x03")]
    assert bench.link.counters.messages_sent == 2
    await bench.link.close()


@pytest.mark.parametrize(
    "error, texts",
    [
        (SerialException("write timeout"), "/dev/ttyACM0: write timeout"),
        (OSError(errno.ENXIO, "whatever"), "/dev/ttyACM0: No such device or address"),
    ],
)
async def test_a_write_that_fails_closes_the_link_with_words(
    bench: Bench, error: Exception, texts: str
) -> None:
    await bench.link.open()
    bench.port.write_error = error
    with pytest.raises(LinkClosedError, match=f"^{texts}$"):
        await bench.link.send(Channel.CONTROL, b"\x03\x01")
    assert bench.link.closed.is_set()
    assert bench.link.counters.messages_sent == 0
    await bench.link.close()
    await bench.link.close()  # does nothing when closed already


@pytest.mark.parametrize(
    "error, texts",
    [
        (
            SerialException(errno.EBUSY, "could not open"),
            "it is in use by another program; close that and try again",
        ),
        (SerialException(errno.EAGAIN, "x"), "it is in use by another program; close that and try again"),
        (SerialException("Could not exclusively lock port"), "it is in use by another program; .*"),
        (SerialException("PermissionError(13, 'Access is denied.', None, 5)"), "it is in use by .*"),
        (OSError(errno.EACCES, "x"), "Permission denied"),
        (ValueError("baud"), "baud"),
    ],
)
async def test_a_port_that_cannot_be_opened_says_why(
    monkeypatch: pytest.MonkeyPatch, error: Exception, texts: str
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise error

    monkeypatch.setattr(serial, "Serial", refuse)
    link = UsbLink("COM3")
    with pytest.raises(LinkError, match=f"^cannot open COM3: {texts}$"):
        await link.open()
    assert link.closed.is_set()
    with pytest.raises(LinkClosedError, match=r"^COM3 is not open$"):
        await link.send(Channel.CONTROL, b"")


async def test_a_link_that_was_never_opened_can_be_closed() -> None:
    link = UsbLink("COM3")
    with pytest.raises(LinkClosedError):
        await link.send(Channel.CONTROL, b"")
    await link.close()
    assert link.closed.is_set()


def test_an_event_loop_that_ended_first_lets_the_reader_end(bench: Bench) -> None:
    async def forget() -> None:
        await bench.link.open()

    asyncio.run(forget())
    bench.port.give(frame(1))
    reader = bench.link._reader
    assert reader is not None
    reader.join(WAIT_S)
    assert not reader.is_alive()


def test_a_reader_that_waits_for_room_of_a_loop_that_has_ended_is_freed_by_closing(bench: Bench) -> None:
    """What the loop had taken made room for as much again; that is what the reader waits behind."""
    bench.port.give(*(frame(number) for number in range(4 * MAX_PENDING_READS)))

    async def open_and_be_busy() -> None:
        await bench.link.open()
        bench.port.until_read(MAX_PENDING_READS + 1)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(open_and_be_busy())
    bench.port.until_read(len(bench.got) + MAX_PENDING_READS + 1)
    loop.close()
    asyncio.run(bench.link.close())
    reader = bench.link._reader
    assert reader is not None
    assert not reader.is_alive()
    assert bench.port.closed


def test_reasons_are_those_of_the_system_where_it_gave_a_number() -> None:
    assert serial_reason(OSError(errno.ENOENT, "x")) == "No such file or directory"
    assert serial_reason(SerialException("plain")) == "plain"
