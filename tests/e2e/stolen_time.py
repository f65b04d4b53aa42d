"""How much of its time a virtual computer was denied by the one that it runs on."""

from pathlib import Path
from typing import Self

STAT = Path("/proc/stat")
BUSY = (0, 1, 2, 5, 6)  # user, nice, system, irq, softirq of the first line; see proc(5)
STOLEN = 7


class StolenTime:
    """Measures from `with` to its end. Where the system does not tell, nothing is taken for stolen.

    Attributes:
        share: of the time that the computer wanted to work, what it did not get; set at the end.
    """

    share = 0.0

    def __enter__(self) -> Self:
        self._before = self._ticks()
        return self

    def __exit__(self, *_: object) -> None:
        busy, stolen = (now - then for now, then in zip(self._ticks(), self._before, strict=True))
        self.share = stolen / max(1, busy + stolen)

    @staticmethod
    def _ticks() -> tuple[int, int]:
        if not STAT.exists():
            return 0, 0
        counts = [int(word) for word in STAT.read_text().split("\n", 1)[0].split()[1:]]
        return sum(counts[place] for place in BUSY), counts[STOLEN]
