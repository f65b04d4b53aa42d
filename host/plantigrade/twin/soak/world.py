"""The world of a soak: two boards that run in step, the air between them and the host, and the true time."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from insole_protocol.fragments import Fragmenter, Reassembler
from insole_protocol.host_messages import fragment_values

from plantigrade.link.base import (
    Channel,
    LinkClosedError,
    LinkCounters,
    LinkError,
    MessageHandler,
    ignore_message,
)
from plantigrade.twin.soak.board import Board, Message
from plantigrade.twin.soak.virtual_time import WorldSelector

SUPERVISION_US = 4_000_000
"""After so long without a message both ends of a connection notice that it is gone."""
AHEAD_US = 240_000
"""A connected board may be so far ahead of the host: what the host says to it then comes that much later."""
CONNECT_S = 0.4
WRITE_US = 300
"""From the connection event that brings a value to the firmware's handler."""
VALUE_BYTES = 244
CHANNELS = {0: Channel.STREAM, 3: Channel.CONTROL, 6: Channel.LOG}


@dataclass
class Weather:
    """What the air does to values on their way to the host, each a share of all: faults of the link layer."""

    drop: float = 0.0
    duplicate: float = 0.0
    truncate: float = 0.0
    delay: float = 0.0


@dataclass
class Counts:
    """How often each fault was done."""

    by_kind: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, kind: str, times: int = 1) -> None:
        """One more of a kind."""
        if times:
            self.by_kind[kind] = self.by_kind.get(kind, 0) + times


class SoakLink:
    """The host's end of a connection; fragments and reassembles as the Bluetooth link does."""

    def __init__(self, world: "World", board: Board) -> None:
        self.on_message: MessageHandler = ignore_message
        self.closed = asyncio.Event()
        self.counters = LinkCounters()
        self.heard_us = 0
        self.name = f"virtual insole {board.side}"
        self._world = world
        self._board = board
        self._number = 0
        self._fragmenter = Fragmenter()
        self._reassemblers = {channel: Reassembler() for channel in Channel}
        for channel, reassembler in self._reassemblers.items():
            self.counters.attach(f"{channel.name.lower()}_fragment_", reassembler.errors)

    async def open(self) -> None:
        """Connect, as far as the insole is in reach."""
        await asyncio.sleep(CONNECT_S)
        self._number = self._world.connect(self, self._board)

    async def close(self) -> None:
        """Disconnect."""
        if not self.closed.is_set():
            self.closed.set()
            self._world.disconnect(self._board, self._number)

    async def send(self, channel: Channel, message: bytes) -> None:
        """Write a message to the insole's control characteristic."""
        if self.closed.is_set():
            raise LinkClosedError(f"{self.name} disconnected")
        self.counters.messages_sent += 1
        for value in fragment_values(self._fragmenter, message, VALUE_BYTES):
            self._world.write(self._board, self._number, value)

    def take(self, value: bytes, true_us: int) -> None:
        """A notification has arrived."""
        channel = CHANNELS[value[0]]
        message = self._reassemblers[channel].feed(value[1:])
        if message is not None:
            self.counters.messages_received += 1
            self.on_message(channel, bytes(message), true_us * 1000)

    def lose(self) -> None:
        """The connection is gone."""
        self.closed.set()


class World:
    """Runs the boards as far as the host's event loop wants to wait, and delivers what they say.

    Args:
        selector: of the event loop; its clock is true time in ns.
        boards: by side.
        seed: of what the weather does.
    """

    def __init__(self, selector: WorldSelector, boards: dict[str, Board], seed: int) -> None:
        self.boards = boards
        self.weather = Weather()
        self.counts = Counts()
        self.reachable = dict.fromkeys(boards, True)
        self.on_board_ended: Callable[[Board], None] = lambda board: None
        self.stalled_until_us = 0
        self._selector = selector
        self._random = random.Random(seed)
        self._links: dict[str, SoakLink] = {}
        self._waiting: list[tuple[int, str, int, bytes]] = []  # on their way, or the host stands still
        self._connections = 0
        selector.advance = self._advance

    @property
    def now_us(self) -> int:
        """True time in microseconds, which is the host's monotonic clock."""
        return self._selector.now_ns // 1000

    # The host's side

    def connect(self, link: SoakLink, board: Board) -> int:
        """Connect a link; the number of the connection."""
        if not self.reachable[board.side] or not board.powered:
            raise LinkError(f"{link.name} is out of reach")
        self.lose(board.side, silent=False)
        self._connections += 1
        board.connection = self._connections
        board.send(f"at {self.now_us} connect {self._connections}")
        link.heard_us = self.now_us
        self._links[board.side] = link
        return self._connections

    def disconnect(self, board: Board, number: int) -> None:
        """The host ends a connection."""
        if board.connection == number:
            board.connection = 0
            self._links.pop(board.side, None)
            if board.powered:
                board.send(f"at {self.now_us} disconnect {number}")

    def write(self, board: Board, number: int, value: bytes) -> None:
        """A value for the insole leaves with the next connection event."""
        if board.powered and board.connection == number and self.reachable[board.side]:
            radio = board.radio
            at_us = self.now_us + radio.interval_us - (self.now_us - radio.phase_us) % radio.interval_us
            at_us += WRITE_US  # an answer can leave with the next event at the earliest
            board.send(f"at {at_us} write {number} {value.hex()}")

    # The world's side

    def lose(self, side: str, silent: bool) -> None:
        """Cut a connection: both sides notice at once, or each left to notice by itself."""
        board, link = self.boards[side], self._links.pop(side, None)
        if link is None:
            return
        number, board.connection = board.connection, 0
        wait_us = SUPERVISION_US if silent else 0
        if board.powered:
            if silent:
                board.send(f"at {self.now_us} hold {number}")
            board.send(f"at {self.now_us + wait_us} disconnect {number}")
        asyncio.get_running_loop().call_later(wait_us * 1e-6, link.lose)

    def _advance(self, until_ns: int) -> int:
        """Let every board run until the given time, the next message of a connected one, or `AHEAD_US` at the
        most."""
        until_us = max(until_ns // 1000, self.now_us + 1)
        running = [board for board in self.boards.values() if board.powered]
        connected = any(board.connection for board in running)
        if connected:
            until_us = min(until_us, self.now_us + AHEAD_US)
        behind = [board for board in running if board.reached_us < until_us]
        for board in behind:
            board.send(f"go {until_us} {int(connected)}")
        heard = [(board, board.take(board.listen())) for board in behind]
        now_us = min([until_us, *(board.reached_us for board in running)])
        self._selector.now_ns = now_us * 1000
        for board, messages in heard:
            self._arrive(board, messages)
            if board.ended:
                self._board_ended(board, board.reached_us)
        self._deliver_waiting(now_us)
        return now_us * 1000

    def _board_ended(self, board: Board, now_us: int) -> None:
        board.power_off(now_us)
        self.lose(board.side, silent=True)
        self.on_board_ended(board)

    def _arrive(self, board: Board, messages: list[Message]) -> None:
        for message in messages:
            for value, later_us in self._through_the_weather(message.payload):
                arrival_us = max(message.true_us + later_us, self.stalled_until_us)
                self._waiting.append((arrival_us, board.side, board.connection, value))

    def _through_the_weather(self, value: bytes) -> list[tuple[bytes, int]]:
        weather = self.weather
        if not (weather.drop or weather.duplicate or weather.truncate or weather.delay):
            return [(value, 0)]
        draw = self._random.random()
        if draw < weather.drop:
            self.counts.add("value_dropped")
            return []
        if self._random.random() < weather.duplicate:
            self.counts.add("value_duplicated")
            return [(value, 0), (value, 0)]
        if self._random.random() < weather.truncate:
            self.counts.add("value_truncated")
            return [(value[: self._random.randrange(1, len(value) + 1)], 0)]
        if self._random.random() < weather.delay:
            self.counts.add("value_delayed")
            return [(value, self._random.randrange(1_000, 3_000_000))]
        return [(value, 0)]

    def _deliver_waiting(self, now_us: int) -> None:
        due = sorted((item for item in self._waiting if item[0] <= now_us), key=lambda item: item[0])
        if not due:
            return
        self._waiting = [item for item in self._waiting if item[0] > now_us]
        for at_us, side, number, value in due:
            link = self._links.get(side)
            if link is not None and self.boards[side].connection == number:
                link.take(value, at_us)
