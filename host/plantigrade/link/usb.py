"""USB: frames on a serial port as a link. The same messages as over Bluetooth, at the port's speed."""

import asyncio
import contextlib
import os
import threading
from typing import TYPE_CHECKING

from insole_protocol.usb_frames import FrameDecoder, encode

from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
    now_ns,
)
from plantigrade.link.port_state import open_problem, shared_with

if TYPE_CHECKING:
    from serial import Serial

BAUD = 115200
"""USB CDC has no baud rate; a number must be named all the same."""
READ_BYTES = 65536
WRITE_TIMEOUT_S = 5.0
_TO_THE_PROMPT = b"\r\x02"
"""Return, and Ctrl-B, which leaves the raw prompt: the interpreter answers with its prompt, the firmware
drops them as no frame."""
_PROMPT = b">>>"
_PROMPT_S = 0.4
_TAIL_BYTES = 16
MAX_PENDING_READS = 256
"""Pieces that the event loop has not taken yet; the reader waits beyond that, and the port's own flow
control with it.
"""


class UsbLink:
    """A link over a serial port.

    A thread reads the port, because pyserial can only wait in one on every platform; messages are handed
    over in the event loop.

    Args:
        port: device name, "/dev/ttyACM0" or "COM3", or the pty of a virtual insole.
    """

    def __init__(self, port: str) -> None:
        self.on_message: MessageHandler = ignore_message
        self.closed = asyncio.Event()
        self.counters = LinkCounters()
        self._port = port
        self._serial: Serial | None = None
        self._decoder = FrameDecoder()
        self._reader: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._room = threading.Semaphore(MAX_PENDING_READS)
        self._stopping = threading.Event()
        self._sending = asyncio.Lock()
        self._tail = b""
        self._prompted = asyncio.Event()
        self.counters.attach("frame_", self._decoder.errors)

    @property
    def name(self) -> str:
        """The port's name."""
        return self._port

    async def open(self) -> None:
        """Open the port.

        Raises:
            LinkError: there is no such port, it is in use, or access to it is not allowed.
        """
        from serial import Serial, SerialException

        try:
            self._serial = Serial(
                self._port, BAUD, timeout=0.2, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except (SerialException, OSError, ValueError) as error:
            self.closed.set()
            raise LinkError(f"cannot open {self._port}: {open_problem(self._port, error)}") from error
        self._loop = asyncio.get_running_loop()
        self._reader = threading.Thread(target=self._read, name=f"read {self._port}", daemon=True)
        self._reader.start()

    async def close(self) -> None:
        """Stop reading and close the port."""
        self.closed.set()
        self._stopping.set()
        self._room.release()
        port, self._serial = self._serial, None
        if port is None:
            return
        with contextlib.suppress(OSError, AttributeError):
            port.cancel_read()  # not every platform has it; the read ends by itself within its timeout
        if self._reader is not None:
            await asyncio.to_thread(self._reader.join)
        port.close()

    async def send(self, channel: Channel, message: bytes) -> None:
        """Write one frame.

        Raises:
            LinkClosedError: the port is closed or has vanished.
        """
        from serial import SerialException

        async with self._sending:
            port = self._serial
            if port is None or self.closed.is_set():
                raise LinkClosedError(f"{self._port} is not open")
            try:
                await asyncio.to_thread(port.write, encode(channel, message))
            except (SerialException, OSError) as error:
                self.closed.set()
                raise LinkClosedError(f"{self._port}: {serial_reason(error)}") from error
        self.counters.messages_sent += 1

    async def why_silent(self) -> str:
        """What this computer knows about why nobody answers on the open port, and what to do; empty where it
        knows nothing."""
        if others := shared_with(self._port):
            return f"{others} has the port open as well and takes the answers; close that and try again"
        if await self._is_at_prompt():
            return (
                "the board is at the MicroPython prompt and runs no firmware; "
                f"`mpremote connect {self._port} reset` starts it again"
            )
        return ""

    async def _is_at_prompt(self) -> bool:
        from serial import SerialException

        port = self._serial
        if port is None or self.closed.is_set():
            return False
        self._prompted.clear()
        try:
            await asyncio.to_thread(port.write, _TO_THE_PROMPT)
            async with asyncio.timeout(_PROMPT_S):
                await self._prompted.wait()
        except (SerialException, OSError, TimeoutError):
            return False
        return True

    def _read(self) -> None:
        """The reader's thread: bytes as they come, until the port is closed or unplugged."""
        from serial import SerialException

        port, loop = self._serial, self._loop
        assert port is not None and loop is not None
        while not self._stopping.is_set():
            try:
                data = port.read(1)
                data += port.read(min(port.in_waiting, READ_BYTES))
            except (SerialException, OSError, TypeError):
                break  # unplugged, or closed under the read
            if not data:
                continue
            arrival_ns = now_ns()
            self._room.acquire()
            if not self._hand_over(loop, data, arrival_ns):
                return
        self._hand_over(loop, b"", 0)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, data: bytes, arrival_ns: int) -> bool:
        try:
            loop.call_soon_threadsafe(self._take, data, arrival_ns)
        except RuntimeError:
            return False  # the event loop has ended before the port was closed
        return True

    def _take(self, data: bytes, arrival_ns: int) -> None:
        if not data:
            self.closed.set()
            return
        self._room.release()
        if self.closed.is_set():
            return
        self.counters.bytes_received += len(data)
        self._tail = (self._tail + data)[-_TAIL_BYTES:]
        if _PROMPT in self._tail:
            self._prompted.set()
        for channel, message in self._decoder.feed(data):
            self.counters.messages_received += 1
            self.on_message(Channel(channel), message, arrival_ns)


def serial_reason(error: Exception) -> str:
    """Why a port would not do what it should, as text."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if isinstance(number, int) else str(error)
