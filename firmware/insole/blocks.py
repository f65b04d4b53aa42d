"""Turns rows of the sampler's ring into block records: into the log first, then to whoever listens."""

from insole_protocol import ids
from insole_protocol.layout import LAYOUT_ID

SATURATED_COUNT = 4090


class BlockBuilder:
    """The consumer of the sampler's ring.

    Attributes:
        status: flags for the next record that others know of (side, charging, battery, fault, live, wear).
        next_seq: number of the first slot that is in no record yet.
        slots_recorded: slots that the log has taken since boot.
    """

    def __init__(self, sampler, encoder, recorder, live, gait, faults):
        self.sampler = sampler
        self.status = 0
        self.next_seq = recorder.next_seq
        self.slots_recorded = 0
        self._encoder = encoder
        self._recorder = recorder
        self._live = live
        self._gait = gait
        self._faults = faults
        self._boot = recorder.boot
        self._record = memoryview(bytearray(2048))
        self._frames_per_record = 5
        self._count = 0  # rows from the sampler's tail on that belong to the record being made
        self._time_us = 0
        self._lost = False
        self._saturated = False

    def resume(self, idle_slots):
        """Sampling has just been started, `idle_slots` slots after the last one of before (no overrun: idle)."""
        self.next_seq += idle_slots
        self._time_us = self.sampler.start_us
        self._lost = False

    def close(self):
        """Sampling has been stopped: encode what is left. Returns the device time after the last slot."""
        self.drain()
        self._emit()
        trailing = self.sampler.lose_pending()
        self._advance(trailing)
        return self._time_us

    def frames_per_record(self, frames):
        """How many frames the records from now on have."""
        self.drain()
        self._emit()
        self._frames_per_record = frames
        self.sampler.wake_rows = frames

    async def run(self):
        """Drain the ring whenever enough rows wait; never ends."""
        while True:
            await self.sampler.ready.wait()
            self.drain()

    def drain(self):
        """Put every waiting row into a record; emit those that are full."""
        sampler = self.sampler
        while sampler.waiting() > self._count:
            row = (sampler.tail + self._count) % sampler.rows
            lost = sampler.lost_before[row]
            if lost:
                self._emit()
                self._advance(lost)
                sampler.lost_before[row] = 0
                self._lost = True
            if self._gait.feed(sampler.frames, row * 16) >= SATURATED_COUNT:
                self._saturated = True
            self._count += 1
            if self._count >= self._frames_per_record:
                self._emit()

    def _advance(self, slots):
        self.next_seq += slots
        self._time_us += slots * self.sampler.period_us

    def _emit(self):
        count = self._count
        if not count:
            return
        sampler = self.sampler
        status = self.status | self._gait.wear << ids.WEAR_SHIFT
        if self._lost:
            status |= ids.STATUS_SLOTS_LOST
        if self._saturated:
            status |= ids.STATUS_SATURATED
        length = self._encoder.encode(
            self._record,
            sampler.frames,
            sampler.tail % sampler.rows,
            count,
            self.next_seq,
            self._time_us,
            self._boot,
            sampler.period_us,
            1,
            LAYOUT_ID,
            status,
            sampler.motion,
        )
        sampler.release(count)
        self._count = 0
        self._advance(count)
        self._lost = self._saturated = False
        self._store(length, count)
        self._live.publish(self._record, length)

    def _store(self, length, slots):
        try:
            self._recorder.append(self._record[:length])
            self.slots_recorded += slots
            self._faults.note(ids.FAULT_LOG, False)
        except OSError:
            # The record still goes to who listens; the log's books will show the slots as missing.
            self._faults.storage_errors += 1
            self._faults.note(ids.FAULT_LOG, True)
