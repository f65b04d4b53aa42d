"""Turns rows of the sampler's ring into block records: into the log first, then to whoever listens.

Live mode makes a record of every few rows at once. Daily mode looks at chunks of rows first: while the foot
is still a chunk is stored at a reduced rate, as `recorder.rate` judges; the slots that each record stands for
are the same.
"""

from array import array

from insole import row_marks
from insole.recorder.rate import CHUNK_SLOTS, LOOKAHEAD_SLOTS, STANDING_SLOTS, RateGovernor
from insole_protocol import block, ids
from insole_protocol.layout_id import LAYOUT_ID
from insole_protocol.next_header import NextHeader

SATURATED_COUNT = 4090
CHANNELS = 16
IMU_CHANNELS = 6
SATURATED = 4  # mark of a row, beside the sampler's


def mean_rows(ring, width, first, count, slots_per_frame, out, marks=None):
    """Write the mean of every `slots_per_frame` rows of a ring of `width` columns to `out`, row by row.

    With `marks`, rows of motion that could not be read are left out; a mean of none is `NO_MOTION`.
    """
    rows = len(ring) // width
    for frame in range(count // slots_per_frame):
        start = first + frame * slots_per_frame
        for channel in range(width):
            total = 0
            summed = 0
            for slot in range(slots_per_frame):
                row = (start + slot) % rows
                if marks is None or not marks[row] & row_marks.MOTION_LOST:
                    total += ring[row * width + channel]
                    summed += 1
            mean = (total + (summed >> 1)) // summed if summed else ids.NO_MOTION
            out[frame * width + channel] = mean


class BlockBuilder:
    """The consumer of the sampler's ring.

    Attributes:
        status: flags for the next record that others know of (side, charging, battery, fault, live).
        slots_recorded: slots that the log has taken since boot.
        sealer: seals every record; None leaves them open.
    """

    def __init__(self, sampler, encoder, recorder, live, gait, rest, sealer=None):
        """`rest`: counts of a channel without load."""
        self.sampler = sampler
        self.status = 0
        self.slots_recorded = 0
        self._encoder = encoder
        self.sealer = sealer
        self._recorder = recorder
        self._live = live
        self._gait = gait
        self._governor = RateGovernor(array("H", [rest] * CHANNELS))
        self._header = NextHeader(recorder.boot, sampler.period_us, LAYOUT_ID)
        self._header.seq = recorder.next_seq
        self._record = memoryview(bytearray(block.MAX_BYTES))
        self._means = array("H", bytes(2 * CHANNELS * (CHUNK_SLOTS // STANDING_SLOTS)))
        self._motion_means = None
        if sampler.motion is not None:
            self._motion_means = array("h", bytes(2 * IMU_CHANNELS * (CHUNK_SLOTS // STANDING_SLOTS)))
        self._frames_per_record = 5
        self._chunks = False  # daily mode
        self._count = 0  # rows from the sampler's tail on that have been looked at
        self._lost = False  # slots were lost just before it

    @property
    def next_seq(self):
        """Number of the first slot that is in no record yet."""
        return self._header.seq

    def resume(self, idle_slots):
        """Sampling has just been started, `idle_slots` after the last slot before (not lost, never asked
        for)."""
        self._header.seq += idle_slots
        self._header.time_us = self.sampler.start_us
        self._lost = False

    def close(self):
        """Sampling has been stopped: put what is left into records. Returns the device time after the last
        slot."""
        self.drain()
        self._emit_all()
        self._header.advance(self.sampler.lose_pending())
        return self._header.time_us

    def follow(self, frames_per_record, chunks):
        """From now on make records of so many frames; `chunks`: at a reduced rate while the foot is still."""
        self.drain()
        self._emit_all()
        self._frames_per_record = frames_per_record
        self._chunks = chunks
        self.sampler.wake_rows = CHUNK_SLOTS + LOOKAHEAD_SLOTS if chunks else frames_per_record

    async def run(self, garbage_collector):
        """Drain the ring whenever enough rows wait; never ends."""
        while True:
            await self.sampler.ready.wait()
            garbage_collector.after_sample()
            self.drain()

    def drain(self):
        """Look at every waiting row; make the records that are due."""
        sampler = self.sampler
        while sampler.waiting() > self._count:
            row = (sampler.tail + self._count) % sampler.rows
            lost = sampler.lost_before[row]
            if lost:
                self._emit_all()
                self._header.advance(lost)
                sampler.lost_before[row] = 0
                self._lost = True
            highest = self._gait.feed(sampler.frames, row * CHANNELS)
            if highest >= SATURATED_COUNT:
                sampler.marks[row] |= SATURATED
            self._count += 1
            if self._count >= sampler.wake_rows:
                if self._chunks:
                    self._emit_chunk()
                else:
                    self._emit(self._frames_per_record)

    def _emit_all(self):
        while self._count:
            self._emit(min(self._count, self._frames_per_record))

    def _emit_chunk(self):
        """Put the oldest CHUNK_SLOTS rows into records; the look-ahead behind them stays."""
        sampler = self.sampler
        first = sampler.tail % sampler.rows
        rate = self._governor.judge(sampler.frames, first, CHUNK_SLOTS, LOOKAHEAD_SLOTS)
        if rate == 1:
            left = CHUNK_SLOTS
            while left:
                rows = min(left, self._frames_per_record)
                self._emit(rows)
                left -= rows
            return
        mean_rows(sampler.frames, CHANNELS, first, CHUNK_SLOTS, rate, self._means)
        if sampler.motion is not None:
            motion_means = self._motion_means
            mean_rows(sampler.motion, IMU_CHANNELS, first, CHUNK_SLOTS, rate, motion_means, sampler.marks)
        self._header.describe(rate, self._status(CHUNK_SLOTS, self._governor.wear))
        self._write(self._means, self._motion_means, 0, CHUNK_SLOTS // rate)
        self._finish(CHUNK_SLOTS)

    def _emit(self, rows):
        """Make one record of the oldest rows at the full rate."""
        sampler = self.sampler
        self._header.describe(1, self._status(rows, self._gait.wear))
        self._write(sampler.frames, sampler.motion, sampler.tail % sampler.rows, rows)
        self._finish(rows)

    def _status(self, slots, wear):
        """Flags of a record of the oldest `slots` rows."""
        sampler = self.sampler
        status = self.status | wear << ids.WEAR_SHIFT
        if self._lost:
            status |= ids.STATUS_SLOTS_LOST
        marks = 0
        for i in range(slots):
            marks |= sampler.marks[(sampler.tail + i) % sampler.rows]
        if marks & SATURATED:
            status |= ids.STATUS_SATURATED
        if marks & row_marks.OFF_GRID:
            status |= ids.STATUS_OFF_GRID
        if marks & row_marks.MOTION_LOST:
            status |= ids.STATUS_MOTION_LOST
        return status

    def _write(self, frames, motion, first, count):
        self._encoder.encode_next(self._record, frames, first, count, self._header, motion)
        if self.sealer is not None:
            self.sealer.seal(self._record, self._live.phones)

    def _finish(self, slots):
        """The record in the buffer goes to the log and to the listeners; its rows are free again."""
        self.sampler.release(slots)
        self._count -= slots
        self._header.advance(slots)
        self._lost = False
        if self._recorder.append(self._record):
            self.slots_recorded += slots
        self._live.publish(self._record, block.length_of(self._record))
