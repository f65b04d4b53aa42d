"""Frames of one insole in the order of their slots, with a bounded wait for what is lacking."""

from bisect import insort
from dataclasses import dataclass, field

import numpy as np
from insole_protocol import ids
from numpy.typing import NDArray

from plantigrade.analysis.live.settings import GAP_WAIT_NS, MOST_HELD_FRAMES
from plantigrade.bridge.insole import StampedFrames


@dataclass
class FrameOrder:
    """Puts pieces from the stream and from the log into one order.

    What continues the order passes at once. What lies ahead of a gap waits until the gap is filled, is
    declared lost by the insole, or has been waited for long enough. What comes after that is left out: the
    recording has it, and its analysis finds what it says.

    Attributes:
        wait_ns: how long a gap is waited for.
        most_frames: that may wait.
        left_out: frames that came too late, or whose time is not known.
    """

    wait_ns: int = GAP_WAIT_NS
    most_frames: int = MOST_HELD_FRAMES
    left_out: int = 0
    _next_seq: int | None = None
    _held: list[tuple[int, int, StampedFrames]] = field(default_factory=list[tuple[int, int, StampedFrames]])
    _held_frames: int = 0
    _arrivals: int = 0
    _gap_since_ns: int | None = None

    def put(self, stamped: StampedFrames) -> None:
        """Take a piece as the bridge delivers it."""
        frames = stamped.frames
        too_late = self._next_seq is not None and frames.seq < self._next_seq
        if too_late or stamped.host_ns is None:
            self.left_out += len(frames)
            return
        self._arrivals += 1
        insort(self._held, (frames.seq, self._arrivals, stamped))
        self._held_frames += len(frames)

    @property
    def first_ns(self) -> int | None:
        """Time of the first frame that waits; None where none does."""
        return int(_times(self._held[0][2])[0]) if self._held else None

    def take(self, now_ns: int, most: int | None = None) -> list[StampedFrames]:
        """What may pass now, in order.

        Args:
            now_ns: on the clock of `StampedFrames.delivered_ns`.
            most: no further piece passes after so many frames.
        """
        passed: list[StampedFrames] = []
        count = 0
        while self._held and (most is None or count < most):
            frames = self._held[0][2].frames
            begun = self._next_seq is not None
            if begun and frames.seq > (self._next_seq or 0) and not self._given_up(frames.status, now_ns):
                break
            self._gap_since_ns = None
            stamped = self._held.pop(0)[2]
            self._held_frames -= len(frames)
            if begun and frames.seq < (self._next_seq or 0):
                self.left_out += len(frames)
                continue
            passed.append(stamped)
            count += len(frames)
            self._next_seq = frames.end
        return passed

    def _given_up(self, status: int, now_ns: int) -> bool:
        """Whether the gap before the first waiting piece is no longer waited for."""
        if status & ids.STATUS_SLOTS_LOST or self._held_frames > self.most_frames:
            return True
        if self._gap_since_ns is None:
            self._gap_since_ns = now_ns
        return now_ns - self._gap_since_ns >= self.wait_ns


def _times(stamped: StampedFrames) -> NDArray[np.int64]:
    assert stamped.host_ns is not None, "frames without a time are left out before"
    return stamped.host_ns
