"""A pair on the stage of the demo that stands empty for a while: what its sensors measure is rewritten."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from plantigrade.demo.stage import SEEDS
from plantigrade.twin.body.feed import read_feed, write_feed
from plantigrade.twin.electrical import Effects, FrontEnd

_STILL = Effects(drift=False, creep=False)


@contextmanager
def nobody_stands(feeds: Mapping[str, Path]) -> Generator[dict[str, np.ndarray]]:
    """Nothing is on the insoles inside of the block; gives the unloaded codes of each sensor, by side."""
    walked = {side: path.read_bytes() for side, path in feeds.items()}
    codes: dict[str, np.ndarray] = {}
    try:
        for side, path in feeds.items():
            before, rate_hz = read_feed(path)
            unloaded = FrontEnd(SEEDS[side], None, _STILL).counts(np.zeros(before.shape), rate_hz)
            codes[side] = np.median(unloaded, axis=0)
            _overwrite(path, unloaded, rate_hz)
        yield codes
    finally:
        for side, path in feeds.items():
            with path.open("r+b") as file:
                file.write(walked[side])


def _overwrite(path: Path, codes: np.ndarray, rate_hz: float) -> None:
    """In place: a board keeps the file open that it reads from."""
    fresh = path.with_suffix(".unloaded")
    write_feed(fresh, codes, rate_hz)
    with path.open("r+b") as file:
        file.write(fresh.read_bytes())
    fresh.unlink()
