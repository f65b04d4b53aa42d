"""Loads on a virtual insole: its sensors' feed is rewritten while the board runs."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from plantigrade.calibration.bench import BenchReading
from plantigrade.device.provision import settings
from plantigrade.device.provision.bench import BenchError
from plantigrade.device.provision.record import SENSORS
from plantigrade.errors import FileError
from plantigrade.twin.body.feed import CODE_SHIFT, HEADER, read_feed
from plantigrade.twin.electrical import Effects, FrontEnd

_RATE_HZ = 20.0
_EFFECTS = Effects(drift=False, creep=False)


class TwinLoader:
    """Puts forces on all sensors of a virtual board at once, through a model of its front end.

    Args:
        feed: the file that the board reads its sensors from; it is as it was after `end`.
        seed: draws this insole's sensors.
        loads_n: in newtons.

    Raises:
        BenchError: the file is no feed of sixteen sensors.
    """

    together = True

    def __init__(self, feed: Path, seed: int, loads_n: Sequence[float] = settings.TWIN_LOADS_N) -> None:
        self.loads_n: Sequence[float] = loads_n
        self._feed = feed
        try:
            self._before, _ = read_feed(feed)
        except FileError as error:
            raise BenchError(str(error)) from error
        if self._before.shape[1] != SENSORS:
            raise BenchError(f"{feed}: is a feed of {self._before.shape[1]} sensors, not of {SENSORS}")
        self._front_end = FrontEnd(seed, None, _EFFECTS)

    async def unload(self, side: str) -> None:
        """No force on any sensor."""
        await self.load(side, 0, 0.0)

    async def load(self, side: str, place: int, force_n: float) -> None:
        """The same force on every sensor."""
        rows = np.full((round(_RATE_HZ * settings.HELD_S), SENSORS), force_n)
        codes = self._front_end.counts(rows, _RATE_HZ)[-1]
        self._put(np.broadcast_to(codes, self._before.shape))
        await asyncio.sleep(settings.SETTLE_S)

    def seen(self, reading: BenchReading, rise: float) -> None:
        """Nobody is there to be told."""

    def end(self) -> None:
        """The feed as it was."""
        self._put(self._before)

    def _put(self, codes: np.ndarray) -> None:
        rows = np.left_shift(codes.astype("<u2"), CODE_SHIFT)
        try:
            with self._feed.open("r+b") as file:
                file.seek(HEADER.size)
                file.write(rows.tobytes())
        except OSError as error:
            raise FileError(self._feed, f"cannot be written ({error.strerror})") from error
