"""What the analysis of motion costs beside that of forces alone, over the same made day.

Walking is that of a virtual person on insoles whose motion sensors have all imperfections of the twin
(`twin.moving_people`); in what is left of the day (`synthetic_day`) the sensor feels gravity and its noise,
and small movements while its wearer sits or stands. Both runs are of one process.
"""

import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from plantigrade.gait.engine import Engine  # noqa: E402
from plantigrade.gait.settings import MOTION_AXES  # noqa: E402
from plantigrade.gait.signals import FootSignal, Motion  # noqa: E402
from plantigrade.twin.moving_people import moving_walk  # noqa: E402
from synthetic_day import PIECE_S, RATE_HZ, Piece, day  # noqa: E402

from tools.bench import Row  # noqa: E402

FULL_HOURS = 24.0
SEED = 5
GRAVITY_M_S2 = np.array([0.3, -0.6, 9.78], np.float32)
NOISE_M_S2, NOISE_DEG_S = 0.02, 0.07
FIDGETING_M_S2, FIDGETING_DEG_S = {"sitting": 0.4, "standing": 0.05}, {"sitting": 12.0, "standing": 1.0}
"""Root mean square of what a foot moves that does not walk."""


def at_rest(kind: str, random: np.random.Generator, rows: int) -> Motion:
    """A sensor that does not walk, with small movements of half a second in a tenth of the time."""
    acc = GRAVITY_M_S2 + NOISE_M_S2 * random.standard_normal((rows, MOTION_AXES), np.float32)
    gyr = NOISE_DEG_S * random.standard_normal((rows, MOTION_AXES), np.float32)
    moving = np.repeat(random.random(rows // 50 + 1) < 0.1, 50)[:rows, None]
    acc += moving * np.float32(FIDGETING_M_S2.get(kind, 0.0)) * random.standard_normal(acc.shape, np.float32)
    gyr += moving * np.float32(FIDGETING_DEG_S.get(kind, 0.0)) * random.standard_normal(gyr.shape, np.float32)
    return Motion(acc, gyr)


def moving_day(hours: float = FULL_HOURS) -> Iterator[Piece]:
    """The made day with motion, in pieces of two minutes."""
    random = np.random.default_rng(SEED)
    walked = moving_walk(SEED, PIECE_S, 1.25).walk
    for piece in day(hours):
        feet: list[FootSignal] = []
        for foot in (piece.left, piece.right):
            if piece.kind == "walking":
                ours = walked.left if foot.foot is walked.left.foot else walked.right
                rows = min(len(ours), len(foot))
                feet.append(replace(ours.part(0, rows), time_s=foot.time_s[:rows]))
            else:
                feet.append(replace(foot, motion=at_rest(piece.kind, random, len(foot))))
        yield replace(piece, left=feet[0], right=feet[1])


def without(foot: FootSignal) -> FootSignal:
    """The same samples of a sole without a motion sensor."""
    return replace(foot, motion=None)


def seconds(hours: float) -> tuple[float, float, int]:
    """CPU seconds of the analysis without and with motion, and how many strides have a length.

    What the process holds besides, modules and compiled kernels, is not searched for cycles meanwhile: a
    single search takes 80 ms and comes by chance in one of both.
    """
    gc.collect()
    gc.freeze()
    engines = Engine(sample_rate_hz=RATE_HZ), Engine(sample_rate_hz=RATE_HZ)
    spent = [0.0, 0.0]
    for piece in moving_day(hours):
        feet = piece.left, piece.right
        for number, pair in enumerate((tuple(without(foot) for foot in feet), feet)):
            start = time.process_time()
            engines[number].feed(*pair)
            spent[number] += time.process_time() - start
    found = []
    for number, engine in enumerate(engines):
        start = time.process_time()
        found.append(engine.finish())
        spent[number] += time.process_time() - start
    known = sum(int(np.isfinite(foot.strides.stride_length_m).sum()) for foot in found[1].feet)
    return spent[0], spent[1], known


def run() -> list[Row]:
    """One row: the cost of motion."""
    seconds(0.4)  # compiles or loads the kernels
    forces, both, strides = seconds(FULL_HOURS)
    name = f"analyse 24 h with motion ({strides} strides with a length) / forces alone"
    return [Row(name, both, forces, "s CPU", both / forces, "<= 1.5")]


if __name__ == "__main__":
    from tools.bench import as_table

    print(as_table(run()))
