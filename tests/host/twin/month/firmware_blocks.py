"""The firmware's own block builder and log, run by CPython: the reference for insoles without firmware."""

import asyncio
import sys
from array import array
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from insole_protocol import block
from insole_protocol.codec import Encoder

ROOT = Path(__file__).resolve().parents[4]
if str(ROOT / "firmware") not in sys.path:
    sys.path.append(str(ROOT / "firmware"))


from insole.blocks import BlockBuilder  # noqa: E402
from insole.recorder import Recorder  # noqa: E402
from insole.recorder.reader import END, GAP  # noqa: E402


def _step_counter() -> type:
    """The step counter; what it asks of the interpreter's own module is that native code runs as it is."""
    module = ModuleType("micropython")
    module.native = lambda function: function  # pyright: ignore[reportAttributeAccessIssue]
    sys.modules["micropython"] = module
    try:
        from insole.steps import StepCounter
    finally:
        del sys.modules["micropython"]
    return StepCounter


StepCounter = _step_counter()


class Rows:
    """The sampler's ring, filled with given rows."""

    period_us = 10_000
    motion = None
    rows = 128

    def __init__(self, start_us: int) -> None:
        self.frames = array("H", bytes(2 * 16 * self.rows))
        self.marks = bytearray(self.rows)
        self.lost_before = array("I", bytes(4 * self.rows))
        self.wake_rows, self.tail, self.start_us, self._head = 5, 0, start_us, 0
        self.ready = asyncio.Event()

    def put(self, row: np.ndarray, lost: int = 0) -> None:
        at = self._head % self.rows
        self.frames[at * 16 : at * 16 + 16] = array("H", row.tolist())
        self.marks[at] = 0
        self.lost_before[at] = lost
        self._head = (self._head + 1) % (2 * self.rows)

    def waiting(self) -> int:
        return (self._head - self.tail) % (2 * self.rows)

    def release(self, rows: int) -> None:
        self.tail = (self.tail + rows) % (2 * self.rows)

    def lose_pending(self) -> int:
        return 0


class Taken:
    """What a recorder and the live queue are given."""

    boot = 3

    def __init__(self, next_seq: int) -> None:
        self.next_seq = next_seq
        self.records: list[bytes] = []

    def append(self, record: Any) -> bool:
        self.records.append(bytes(record[: block.length_of(record)]))
        return True

    def publish(self, record: Any, length: int) -> None:
        """Nobody listens."""


class Firmware:
    """Block builder and step counter of the firmware on rows that a test gives."""

    def __init__(self, rest: int, start_us: int, next_seq: int, status: int = 0) -> None:
        self.rows = Rows(start_us)
        self.taken = Taken(next_seq)
        self.steps = StepCounter()
        self.blocks = BlockBuilder(self.rows, Encoder(64), self.taken, self.taken, self.steps, rest)
        self.blocks.status = status
        self.blocks.resume(0)

    def follow(self, frames: int, chunks: bool) -> None:
        self.blocks.follow(frames, chunks)

    def feed(self, rows: np.ndarray, lost: int = 0) -> None:
        for row in rows:
            self.rows.put(row, lost)
            lost = 0
            self.blocks.drain()


__all__ = ["END", "GAP", "Firmware", "Recorder"]
