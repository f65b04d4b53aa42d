"""From what the sensors show to block records, slot for slot as the firmware makes them: daily mode in chunks
at a reduced rate while the foot is still, live mode in records of a few frames."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from insole_protocol import block, checksum, ids

from plantigrade.twin.clock import ClockRule
from plantigrade.twin.month import encoding_kernel as kernel
from plantigrade.twin.month.feed import Feed, Foot, Piece

PERIOD_US = 10_000
REST_COUNTS = 250 * block.COUNT_MAX // 3100
"""Counts of a channel without force: amplifier at rest over the converter's range, as on the board."""
CHUNKS_AT_ONCE = 64
BLOCK_SLOTS = CHUNKS_AT_ONCE * kernel.CHUNK_SLOTS
"""At the beginning of each such block of slots (51 s) the row that plays is looked up anew, as the device's
clock and the true one run apart. What a slot shows depends on nothing else."""
RECORD_FRAMES_MIN = 5
_TABLES = np.array(checksum.tables(), np.int64)


class Made(NamedTuple):
    """A record that has been made: its bytes and the slots that it stands for."""

    record: bytes
    slots: int


@dataclass
class Sampling:
    """The sensors of one insole in one boot.

    Args:
        foot: which side of the feed it shows.
        feed: what the sensors show in true time.
        clock: the device's clock in this boot.
        next_seq: number of the first slot.
        boot: boot counter.

    Attributes:
        status: flags of the next record that others know of (side, charging, battery, live).
        sampled: slots sampled since boot.
        lost: of these lost to an overrun.
    """

    foot: Foot
    feed: Feed
    clock: ClockRule
    next_seq: int
    boot: int
    status: int = 0
    sampled: int = 0
    lost: int = 0
    running: bool = False
    _frames: int = 5
    _chunks: bool = False
    _fed: int = 0
    _grid_us: int = 0
    _fields: kernel.I64 = field(init=False)

    def __post_init__(self) -> None:
        self._governor = np.zeros(kernel.GOVERNOR_SIZE, np.int64)
        self._counter = np.zeros(kernel.COUNTER_SIZE, np.int64)
        self._counter[[kernel.FLOOR, kernel.SINCE]] = -1, 250
        self._fields = np.array([self.next_seq, 0, self.boot, PERIOD_US, 0, 0], np.int64)
        self._runs, self._sums = kernel.scratch()
        records = CHUNKS_AT_ONCE * kernel.CHUNK_SLOTS // RECORD_FRAMES_MIN
        self._out = np.zeros(
            records * block.needed_bytes(RECORD_FRAMES_MIN, False) + block.MAX_BYTES, np.uint8
        )
        self._places = np.zeros((records, 3), np.int64)
        self._means = np.zeros(8 * kernel.CHANNELS, np.uint16)

    @property
    def steps(self) -> int:
        """Contacts of this foot since boot."""
        return int(self._counter[kernel.STEPS])

    @property
    def cadence(self) -> int:
        """In tenths of steps a minute."""
        return int(self._counter[kernel.CADENCE])

    def start(self, now_us: int, idle_slots: int = 0) -> None:
        """Lay down the grid of slots, the first one period from now (true time)."""
        self.next_seq += idle_slots
        self._fields[kernel.SEQ] = self.next_seq
        self._grid_us = int(self.clock.device_us(now_us)) + PERIOD_US
        self._fields[kernel.TIME_US] = self._grid_us
        self._fed = 0
        self.running = True

    @property
    def start_us(self) -> int:
        """Device time of the next slot that is in no record yet."""
        return int(self._fields[kernel.TIME_US])

    def follow(self, now_us: int, frames: int, chunks: bool) -> Iterator[Made]:
        """From now on make records of so many frames; `chunks`: as in daily mode. Yields what waits."""
        yield from self.advance(now_us)
        yield from self._emit_waiting(now_us)
        self._frames, self._chunks = frames, chunks

    def stop(self, now_us: int) -> Iterator[Made]:
        """End sampling; yields the last records."""
        yield from self.advance(now_us)
        yield from self._emit_waiting(now_us)
        self.running = False

    def overrun(self, now_us: int, slots: int) -> Iterator[Made]:
        """The sampler is held up: these slots are lost. Yields what was before them."""
        yield from self.advance(now_us)
        yield from self._emit_waiting(now_us)
        self._fields[kernel.SEQ] += slots
        self._fields[kernel.TIME_US] += slots * PERIOD_US
        self._fields[kernel.LOST] = 1
        self.next_seq += slots
        self.lost += slots

    def waiting(self, now_us: int) -> int:
        """Rows that have been sampled and are in no record yet."""
        if not self.running:
            return 0
        ahead_us = int(self.clock.device_us(now_us)) - self.start_us
        return ahead_us // PERIOD_US + 1 if ahead_us >= 0 else 0

    def due_in_us(self, now_us: int) -> int:
        """Time until the next record is made."""
        wanted = kernel.CHUNK_SLOTS + kernel.LOOKAHEAD_SLOTS if self._chunks else self._frames
        due_us = self.start_us + (wanted - 1) * PERIOD_US
        return max(1, round(self.clock.true_us(due_us)) - now_us)

    def advance(self, now_us: int) -> Iterator[Made]:
        """The records that are made until this moment (true time)."""
        while (count := self.waiting(now_us)) and self.running:
            wanted = kernel.CHUNK_SLOTS + kernel.LOOKAHEAD_SLOTS
            if self._chunks and count >= wanted:
                yield from self._emit_chunks((count - kernel.LOOKAHEAD_SLOTS) // kernel.CHUNK_SLOTS)
            elif not self._chunks and count >= self._frames:
                yield from self._emit_rows(self._frames)
            else:
                return

    def _emit_waiting(self, now_us: int) -> Iterator[Made]:
        if left := self.waiting(now_us):
            yield from self._emit_rows(left)

    def _emit_rows(self, count: int) -> Iterator[Made]:
        source, row = self._rows(count)
        kernel.count_steps(source, row + self._fed, max(0, count - self._fed), self._counter)
        self._fed = 0
        made = kernel.encode_rows(
            source, row, count, self._frames, self._fields_now(), self._counter, self._out, self._places,
            self._runs, self._sums, _TABLES,
        )  # fmt: skip
        yield from self._take(made, count)

    def _emit_chunks(self, most: int) -> Iterator[Made]:
        piece, row, slots = self._plays_at(self.start_us)
        chunks = min(most, (slots - kernel.LOOKAHEAD_SLOTS) // kernel.CHUNK_SLOTS)
        if chunks > 0:
            source = piece.counts[self.foot]
        else:
            chunks = 1
            source, row = self._rows(kernel.CHUNK_SLOTS + kernel.LOOKAHEAD_SLOTS)
        made = kernel.encode_chunks(
            source, row, chunks, self._fed, self._frames, REST_COUNTS, self._fields_now(), self._governor,
            self._counter, self._means, self._out, self._places, self._runs, self._sums, _TABLES,
        )  # fmt: skip
        self._fed = kernel.LOOKAHEAD_SLOTS
        yield from self._take(made, chunks * kernel.CHUNK_SLOTS)

    def _rows(self, count: int) -> tuple[kernel.U16, int]:
        """Where the next `count` rows are: in a piece from a row on, or put together from several."""
        parts: list[kernel.U16] = []
        left, device_us = count, self.start_us
        while left:
            piece, row, slots = self._plays_at(device_us)
            here = min(left, slots)
            if here == count:
                return piece.counts[self.foot], row
            rows = (row + np.arange(here)) % piece.rows
            parts.append(piece.counts[self.foot].reshape(-1, kernel.CHANNELS)[rows])
            left -= here
            device_us += here * PERIOD_US
        return np.concatenate(parts).ravel(), 0

    def _plays_at(self, device_us: int) -> tuple[Piece, int, int]:
        """What plays at a slot: the piece, its row, and for how many slots it goes on evenly."""
        index = (device_us - self._grid_us) // PERIOD_US
        in_block = index % BLOCK_SLOTS
        block_us = round(self.clock.true_us(self._grid_us + (index - in_block) * PERIOD_US))
        feed_us = block_us + in_block * PERIOD_US
        piece, row, until_us = self.feed.at(feed_us)
        slots = -((feed_us - until_us) // PERIOD_US)
        return piece, row, min(slots, BLOCK_SLOTS - in_block)

    def _fields_now(self) -> kernel.I64:
        self._fields[kernel.STATUS] = self.status
        return self._fields

    def _take(self, made: int, slots: int) -> Iterator[Made]:
        self.next_seq += slots
        self.sampled += slots
        places = self._places[:made].tolist()
        data = bytes(self._out[: places[-1][0] + places[-1][1]])
        for at, length, stands_for in places:
            yield Made(data[at : at + length], stands_for)


def wear_of(record: bytes) -> int:
    """What the insole thinks its wearer does, from the flags of a record."""
    status = record[block.STATUS_AT] | record[block.STATUS_AT + 1] << 8
    return (status & ids.WEAR_MASK) >> ids.WEAR_SHIFT
