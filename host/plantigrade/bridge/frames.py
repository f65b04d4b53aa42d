"""Frames on their way through the bridge, and the order they come out in. Pure."""

from dataclasses import dataclass, field

import numpy as np
from insole_protocol import ids
from numpy.typing import NDArray

from plantigrade.bridge.slot_ranges import SlotRange

HOLD_SLOTS = 25
"""How far ahead of a gap the stream may run before the gap is given up: 0.25 s at 100 Hz, a few records.
A live view does not wait longer; what the log brings later is `late`."""


@dataclass(frozen=True, eq=False)
class Frames:
    """Consecutive frames of one block record, as decoded.

    Attributes:
        record: the record as it came, byte for byte.
        seq: number of the first slot.
        slots_per_frame: slots that each frame stands for.
        boot: boot counter of the insole.
        status: flags of the record (PROTOCOL.md section 1.1).
        device_us: (n,) int64, device time of each frame.
        counts: (n, 16) uint16, raw ADC counts.
        imu: (n, 6) int16 raw units, or None.
        arrival_ns: when the record reached the host, monotonic.
        late: True when later frames have been passed on already (filled from the log).
        gap_before: slots missing between the frames passed on before and these.
    """

    record: bytes
    seq: int
    slots_per_frame: int
    boot: int
    status: int
    device_us: NDArray[np.int64]
    counts: NDArray[np.uint16]
    imu: NDArray[np.int16] | None
    arrival_ns: int
    late: bool = False
    gap_before: int = 0

    def __len__(self) -> int:
        return len(self.device_us)

    @property
    def end(self) -> int:
        """Number of the slot after the last frame."""
        return self.seq + len(self) * self.slots_per_frame

    def cut(self, wanted: SlotRange) -> "Frames":
        """The frames that touch `wanted`."""
        first = max(0, (wanted.first - self.seq) // self.slots_per_frame)
        stop = min(len(self), -(-(wanted.end - self.seq) // self.slots_per_frame))
        if first == 0 and stop == len(self):
            return self
        return self._with(
            seq=self.seq + first * self.slots_per_frame,
            device_us=self.device_us[first:stop],
            counts=self.counts[first:stop],
            imu=None if self.imu is None else self.imu[first:stop],
        )

    def placed(self, late: bool, gap_before: int) -> "Frames":
        """The same frames with their position in the order."""
        if late == self.late and gap_before == self.gap_before:
            return self
        return self._with(late=late, gap_before=gap_before)

    def _with(self, **changes: object) -> "Frames":
        return Frames(**{**self.__dict__, **changes})  # pyright: ignore[reportArgumentType]


@dataclass
class Sequencer:
    """Brings frames into the order of their slots.

    What continues the order passes at once. What is ahead of a gap waits until the gap is filled or the
    stream has run `hold_slots` ahead of it; then the gap is reported as `gap_before`. What comes after
    that is `late`. A gap that the insole itself declares (slots lost just before the record) cannot be
    filled: nothing waits for it.
    """

    hold_slots: int = HOLD_SLOTS
    out_of_order: int = 0
    next_seq: int | None = None
    _waiting: list[Frames] = field(default_factory=list[Frames])

    def push(self, frames: Frames) -> list[Frames]:
        """Take frames that are not duplicates; returns what may pass now, in order."""
        if self.next_seq is None:
            self.next_seq = frames.seq
        if frames.seq < self.next_seq:
            self.out_of_order += 1
            return [frames.placed(late=True, gap_before=0)]
        if self._waiting and frames.seq < self._waiting[-1].seq:
            self.out_of_order += 1
        self._waiting.append(frames)
        self._waiting.sort(key=lambda waiting: waiting.seq)
        return self._release(self._waiting[-1].end - self.hold_slots)

    def flush(self) -> list[Frames]:
        """Pass on everything that waits."""
        return self._release(self._waiting[-1].end) if self._waiting else []

    def _release(self, give_up_before: int) -> list[Frames]:
        """What continues the order, and what waits behind gaps that begin before slot `give_up_before`."""
        passed: list[Frames] = []
        while self._waiting and self.next_seq is not None:
            head = self._waiting[0]
            gap = head.seq - self.next_seq
            declared = bool(head.status & ids.STATUS_SLOTS_LOST)
            if gap > 0 and not declared and self.next_seq >= give_up_before:
                break
            del self._waiting[0]
            passed.append(head.placed(late=False, gap_before=gap))
            self.next_seq = head.end
        return passed
