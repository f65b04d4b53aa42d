"""The board's serial port: a pseudo-terminal that terminal programs open, joined to the interpreter's own.

The outer pair stays for the life of the board, through resets and power cuts, as a USB port's name would; the
inner pair belongs to one run of the interpreter.
"""

import asyncio
import os
import pty
import termios
import tty
from collections.abc import Callable

from plantigrade.twin.rom.settings import UNSENT_MAX
from plantigrade.twin.type_ahead import TypeAhead

_CHUNK = 4096
_TAIL = 256
_MAX_BACKLOG = 65536  # bytes for an interpreter that does not read; more are dropped as on a full UART
RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
FRIENDLY_PROMPT = b">>> "
_READER_PATIENCE_S = (
    0.5  # how long the board waits for a reader before its output is dropped, as USB CDC does
)


class SerialPort:
    """Joins the two pseudo-terminals inside the running event loop.

    Attributes:
        path: what a terminal program opens.
        raw_repl: whether the interpreter's raw REPL was entered last.
        taker: what takes the bytes from outside instead of an interpreter; None while one runs.
        type_ahead: what waits for an interpreter.
    """

    def __init__(self) -> None:
        self._outer, self._outer_slave = pty.openpty()
        for descriptor in (self._outer, self._outer_slave):
            tty.setraw(descriptor)
        os.set_blocking(self._outer, False)
        self.path = os.ttyname(self._outer_slave)  # our own open slave end keeps the pair alive between users
        self.raw_repl = False
        self._inner: int | None = None
        self._tail = b""
        self._to_board = bytearray()
        self._to_outside = bytearray()
        self.type_ahead = TypeAhead(lambda data: self.type(data))
        self.taker: Callable[[bytes], None] | None = None
        self._waiting = False  # for the reader outside
        self._giving_up: asyncio.TimerHandle | None = None
        self._nobody_reads = False
        self._swallow_until: tuple[bytes, Callable[[], None]] | None = None
        self._listeners: list[Callable[[bytes], None]] = []
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._outer, self._from_outside)

    def listen(self, listener: Callable[[bytes], None]) -> None:
        """Also hand everything the board prints to `listener`."""
        self._listeners.append(listener)

    def open_inner(self) -> int:
        """A fresh terminal for the interpreter; returns the end that becomes its standard streams."""
        self.close_inner()
        master, slave = pty.openpty()
        tty.setraw(slave)
        attributes = termios.tcgetattr(slave)
        # Ctrl-C becomes an interrupt, at once and without discarding what was typed; the rest passes
        attributes[3] |= termios.ISIG | termios.NOFLSH
        attributes[6][termios.VQUIT] = b"\0"  # pyright: ignore[reportArgumentType,reportIndexIssue]
        attributes[6][termios.VSUSP] = b"\0"  # pyright: ignore[reportArgumentType,reportIndexIssue]
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        os.set_blocking(master, False)
        self._inner = master
        self._tail = b""
        self.raw_repl = False
        self.type_ahead.started()
        self._loop.add_reader(master, self._from_board)
        return slave

    def heed_ctrl_c(self, heeded: bool) -> None:
        """Whether Ctrl-C interrupts the interpreter, as `micropython.kbd_intr` has it, or is a byte like any
        other."""
        if self._inner is None:
            return
        attributes = termios.tcgetattr(self._inner)
        attributes[3] = attributes[3] | termios.ISIG if heeded else attributes[3] & ~termios.ISIG
        termios.tcsetattr(self._inner, termios.TCSANOW, attributes)

    def close_inner(self) -> None:
        """Deliver the interpreter's last output and leave its terminal."""
        self.type_ahead.ended()
        if self._inner is None:
            return
        self._from_board()
        self._loop.remove_reader(self._inner)
        self._loop.remove_writer(self._inner)
        os.close(self._inner)
        self._inner = None
        self._to_board.clear()
        self._swallow_until = None

    def close(self) -> None:
        """Leave both; the port's name is gone."""
        self.close_inner()
        self._release_board()
        self._loop.remove_reader(self._outer)
        os.close(self._outer)
        os.close(self._outer_slave)

    def take_over(self, taker: Callable[[bytes], None]) -> None:
        """What comes from outside goes to `taker` from now on; no interpreter gets what came before."""
        self.taker = taker
        self.type_ahead.forget()

    def give_back(self) -> None:
        """What comes from outside goes to the interpreter again."""
        self.taker = None
        self._release_board()
        if self._to_outside:
            self._show()

    def answer(self, data: bytes) -> None:
        """Send bytes that a protocol needs: they wait for the reader, up to `UNSENT_MAX` in all."""
        if len(self._to_outside) + len(data) <= UNSENT_MAX:
            self._to_outside += data
            self._show()

    def print(self, text: bytes) -> None:
        """Show something as if the board had printed it; dropped when nobody reads for half a second."""
        for listener in self._listeners:
            listener(text)
        self._to_outside += text
        self._show()

    def _show(self) -> None:
        try:
            shown = os.write(self._outer, self._to_outside)
            self._nobody_reads = False
        except BlockingIOError:
            shown = 0
        del self._to_outside[:shown]
        if self._to_outside and self._nobody_reads and self.taker is None:
            self._to_outside.clear()
        if self._to_outside:
            self._hold_board()
        else:
            self._release_board()

    def _hold_board(self) -> None:
        """The reader is slow: take no more from the board until it has caught up."""
        if self._waiting:
            return
        self._waiting = True
        if self.taker is None:
            self._giving_up = self._loop.call_later(_READER_PATIENCE_S, self._give_up)
        self._loop.add_writer(self._outer, self._show)
        if self._inner is not None:
            self._loop.remove_reader(self._inner)

    def _release_board(self) -> None:
        if not self._waiting:
            return
        self._waiting = False
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None
        self._loop.remove_writer(self._outer)
        if self._inner is not None:
            self._loop.add_reader(self._inner, self._from_board)

    def _give_up(self) -> None:
        self._nobody_reads = True
        self._to_outside.clear()
        self._release_board()

    def swallow(self, until: bytes, then: Callable[[], None]) -> None:
        """Keep the board's output from the reader up to and including `until`, then call `then`."""
        self._swallow_until = (until, then)

    def type(self, data: bytes) -> None:
        """Send to the board as if typed."""
        if self._inner is None or len(self._to_board) + len(data) > _MAX_BACKLOG:
            return
        self._to_board += data
        self._drain()

    def _drain(self) -> None:
        assert self._inner is not None
        try:
            sent = os.write(self._inner, self._to_board)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._to_board.clear()
            return
        del self._to_board[:sent]
        if self._to_board:
            self._loop.add_writer(self._inner, self._drain)
        else:
            self._loop.remove_writer(self._inner)

    def _from_outside(self) -> None:
        try:
            data = os.read(self._outer, _CHUNK)
        except (BlockingIOError, OSError):
            return
        if self.taker is not None:
            self.taker(data)
        else:
            self.type_ahead.take(data)

    def _from_board(self) -> None:
        assert self._inner is not None
        try:
            data = os.read(self._inner, _CHUNK)
        except BlockingIOError:
            return
        except OSError:  # the interpreter has closed its end
            data = b""
        if not data:
            self._loop.remove_reader(self._inner)
            return
        self._tail = (self._tail + data)[-_TAIL:]
        self.type_ahead.answered(self._swallow_until is None and FRIENDLY_PROMPT in self._tail)
        if self._swallow_until is not None:
            text, then = self._swallow_until
            if text in self._tail:
                self._swallow_until = None
                then()
            return
        raw, friendly = self._tail.rfind(RAW_PROMPT), self._tail.rfind(FRIENDLY_PROMPT)
        if raw != friendly:
            self.raw_repl = raw > friendly
        self.print(data)
