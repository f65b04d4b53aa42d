"""A foot that walks by its motion while its forces stay near zero and the other foot bears the body."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from plantigrade.gait.foot import FootStream
from plantigrade.gait.load_seconds import load_seconds
from plantigrade.gait.motion.seconds import Seconds
from plantigrade.gait.motion.settings import BEARING_MOVE_SHARE, FEWEST_UNLOADED_S
from plantigrade.gait.results import SignalFinding
from plantigrade.gait.settings import STANDING_SUM_N, UNWORN_MOVE_SHARE
from plantigrade.gait.signals import Foot

_CODE: Final = "walks_unloaded"


def walks_unloaded(
    streams: Sequence[FootStream], seconds: Mapping[Foot, Seconds], weight_n: float | None
) -> list[SignalFinding]:
    """Feet that swing as in walking, second after second, without any load.

    Args:
        streams: both feet, finished; with one foot alone nothing is known of the other.
        seconds: of the feet that have a motion sensor, from the first sample of either on.
        weight_n: what the feet bear; where it is not known the least of a person.
    """
    if len(streams) < len(Foot) or any(stream.quantity != "force" for stream in streams):
        return []
    origin = min(stream.first_s for stream in streams)
    body_n = weight_n or STANDING_SUM_N
    found: list[SignalFinding] = []
    for stream in streams:
        moved = seconds.get(stream.foot)
        if moved is None:
            continue
        (other,) = (one for one in streams if one is not stream)
        count = len(moved.swift)
        with np.errstate(invalid="ignore"):
            light = load_seconds(stream, origin, count).swing < UNWORN_MOVE_SHARE * body_n
            bears = load_seconds(other, origin, count).swing >= BEARING_MOVE_SHARE * body_n
        walks_s = int(np.count_nonzero(moved.swift & light & bears))
        if walks_s >= FEWEST_UNLOADED_S:
            found.append(SignalFinding(_CODE, _text(stream.foot, walks_s), stream.foot))
    return found


def _text(foot: Foot, walks_s: int) -> str:
    return (
        f"{foot.value} foot: it moves as in walking for {walks_s} s while its forces stay near 0: the insole "
        "is not in the shoe, its force sensors fail, or the foot is spared, as on crutches; its steps are "
        "not counted"
    )
