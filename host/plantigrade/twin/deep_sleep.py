"""A virtual chip's deep sleep: what ends it, as the firmware has set it up."""

import asyncio
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from insole_protocol.block import COUNT_MAX

from plantigrade.twin.board_spec import Feed
from plantigrade.twin.body.feed import read_feed

MOTION: Final = "motion"
"""The waker of a chip whose accelerometer watches and whose pin is watched."""
MOVES_SHARE: Final = 0.01
"""Change of the total reading between two rows that no body at rest shows, as a share of the range."""


class DeepSleep:
    """One sleep. Made when it begins.

    Args:
        seconds: after which it ends by itself; 0: never.
        wakers: `PIN:LEVEL` for each pin that ends it, and `MOTION`.
        feed: what the body does meanwhile.
    """

    def __init__(self, seconds: float, wakers: Sequence[str], feed: Feed) -> None:
        self._seconds = seconds
        self._wakers = frozenset(wakers)
        self._feed = feed
        self._woken = asyncio.Event()

    def set_pin(self, number: int, level: int) -> None:
        """A pin gets a level from outside."""
        if f"{number}:{level}" in self._wakers:
            self._woken.set()

    async def wait(self) -> None:
        """Return when it is over."""
        ends = [self._seconds] if self._seconds else []
        if MOTION in self._wakers and self._feed.file is not None:
            ends.append(await asyncio.to_thread(next_motion_s, self._feed, time.monotonic_ns()))
        limit_s = min(ends, default=math.inf)
        try:
            async with asyncio.timeout(None if math.isinf(limit_s) else limit_s):
                await self._woken.wait()
        except TimeoutError:
            return


def next_motion_s(feed: Feed, now_ns: int) -> float:
    """Seconds until the body next moves: until the load on its sensors changes from one row to the next;
    infinite when it does not.

    Raises:
        FileError: the feed cannot be read.
    """
    if feed.file is None:
        return math.inf
    return _until_change(feed.file, feed.loop, (now_ns - feed.start_ns) * 1e-9)


def _until_change(path: Path, loop: bool, at_s: float) -> float:
    codes, rate_hz = read_feed(path)
    total = codes.sum(axis=1, dtype=np.int64)
    moves = np.flatnonzero(np.abs(np.diff(total)) > MOVES_SHARE * COUNT_MAX * codes.shape[1]) + 1
    if not moves.size:
        return math.inf
    row = at_s * rate_hz
    turns = math.floor(row / len(total)) if loop and row > 0 else 0
    later = moves[moves > row - turns * len(total)]
    if later.size:
        return float(later[0] + turns * len(total) - row) / rate_hz
    return float(moves[0] + (turns + 1) * len(total) - row) / rate_hz if loop else math.inf
