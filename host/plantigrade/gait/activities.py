"""What the wearer did in each second: by the load on the feet, and by their motion where it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.gait import bouts
from plantigrade.gait.doings import Flight
from plantigrade.gait.foot import FootStream
from plantigrade.gait.load_levels import LoadLevels
from plantigrade.gait.motion.seconds import Seconds, seconds_of
from plantigrade.gait.motion.settings import FEWEST_UPRIGHT_S, LYING_TILT_DEG
from plantigrade.gait.moved_seconds import MovedSeconds
from plantigrade.gait.results import Activity
from plantigrade.gait.settings import EPOCH_S, LIGHT_SHARE, STANDING_LOAD_SHARE, Settings
from plantigrade.gait.signals import Floats, Foot

Flags = npt.NDArray[np.bool_]
_UPRIGHT: Final = (0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class _Loads:
    """Seconds of a recording, (m,) each.

    Attributes:
        load: on both feet as a share of body weight, mean; NaN where it is not known.
        move: largest swing of the load of a foot, same unit.
    """

    load: Floats
    move: Floats


def activities_of(
    streams: Sequence[FootStream],
    walking: Sequence[bouts.Span],
    levels: LoadLevels,
    settings: Settings,
    climbed: Sequence[Flight] = (),
    cycling: Sequence[bouts.Span] = (),
    seconds: Mapping[Foot, Seconds] | None = None,
) -> list[Activity]:
    """Activities in spans of whole seconds.

    Args:
        streams: the feet, finished.
        walking: spans of walking bouts.
        levels: what the feet read unloaded and under the whole body.
        climbed: flights of stairs in these bouts.
        cycling: spans on pedals.
        seconds: of the feet that have a motion sensor, as `motion_seconds` gives them.
    """
    origin, count = _span(streams)
    if not count:
        return []
    loads = _loads(streams, levels, origin, count)
    moved = _moved(streams, seconds or {}, loads.load, origin, cycling)
    return bouts.activities(
        loads.load,
        loads.move,
        origin,
        EPOCH_S,
        walking,
        settings.bout.unworn_s,
        climbed,
        moved,
    )


def _span(streams: Sequence[FootStream]) -> tuple[float, int]:
    """Where the seconds of a recording begin, and how many they are."""
    origin = min(stream.first_s for stream in streams)
    last = max(stream.last_s for stream in streams)
    return origin, int((last - origin) / EPOCH_S) + 1 if last > origin else 0


def motion_seconds(streams: Sequence[FootStream]) -> dict[Foot, Seconds]:
    """Seconds of a recording, of the feet that have a motion sensor."""
    origin, count = _span(streams)
    return {
        stream.foot: seconds_of(stream.motion.trace, origin, count)
        for stream in streams
        if stream.motion.seen
    }


def _loads(streams: Sequence[FootStream], levels: LoadLevels, origin: float, count: int) -> _Loads:
    """Load on the feet in each second as a share of body weight."""
    loads, moves = np.zeros(count), np.zeros(count)
    for stream in streams:
        zero, scale = _foot_levels(stream, levels)
        if scale is None or not stream.epochs:
            loads[:] = np.nan
            continue
        load, move = np.full(count, np.nan), np.zeros(count)
        blocks = np.concatenate(stream.epochs)
        places = np.clip((blocks[:, 0] + (stream.first_s - origin) / EPOCH_S).astype(np.int64), 0, count - 1)
        load[places] = (blocks[:, 1] - zero) / scale
        move[places] = (blocks[:, 3] - blocks[:, 2]) / scale
        loads += load * (2.0 if len(streams) == 1 else 1.0)
        moves = np.maximum(moves, move)
    return _Loads(loads, moves)


def _foot_levels(stream: FootStream, levels: LoadLevels) -> tuple[float, float | None]:
    """What one foot reads in the air, and how much more under the whole body weight; None where that is not
    known. A foot that stepped too little for a weight stands for it with its own range."""
    zero = levels.unloaded.get(stream.foot, float("nan"))
    if not np.isfinite(zero):
        return zero, None
    if levels.loaded_n is not None:
        return zero, levels.loaded_n
    own = stream.stance_level - stream.swing_level
    light = zero <= LIGHT_SHARE * stream.stance_level or stream.quantity != "force"
    return zero, own if np.isfinite(own) and light and not levels.caveat else None


def _moved(
    streams: Sequence[FootStream],
    seconds: Mapping[Foot, Seconds],
    load: Floats,
    origin: float,
    cycling: Sequence[bouts.Span],
) -> MovedSeconds | None:
    """What the motion of all feet tells together; None where no foot has a sensor."""
    feet = [(stream, seconds[stream.foot]) for stream in streams if stream.foot in seconds]
    if not feet:
        return None
    count = len(load)
    tilted = np.ones(count, np.bool_)
    for stream, own in feet:
        tilted &= _tilted(stream, own, load)
    pedals = np.zeros(count, np.bool_)
    middles = origin + EPOCH_S * (np.arange(count) + 0.5)
    for start, stop in cycling:
        pedals[np.searchsorted(middles, start) : np.searchsorted(middles, stop)] = True
    return MovedSeconds(
        known=_all([own.known for _, own in feet]),
        tilted=tilted,
        unmoved=_all([own.unmoved for _, own in feet]),
        shaken=_all([own.shaken for _, own in feet]),
        cycling=pedals,
        weighed=all(stream.quantity == "force" for stream in streams),
    )


def _all(feet: Sequence[Flags]) -> Flags:
    return np.logical_and.reduce(feet)


def _tilted(stream: FootStream, seconds: Seconds, load: Floats) -> Flags:
    """Seconds in which the sole is far from level: beside how it lies when the wearer stands, where that was
    seen, else beside the axes of the sensor, where they are known."""
    with np.errstate(invalid="ignore"):
        stands = seconds.calm & (load >= STANDING_LOAD_SHARE) & (stream.quantity == "force")
    if np.count_nonzero(stands) >= FEWEST_UPRIGHT_S:
        up = np.median(seconds.gravity[stands], axis=0)
    elif stream.motion.axes_known:
        up = np.array(_UPRIGHT)
    else:
        return np.zeros(len(load), np.bool_)
    with np.errstate(invalid="ignore"):
        return seconds.known & (seconds.tilt_cos(up) < np.cos(np.radians(LYING_TILT_DEG)))
