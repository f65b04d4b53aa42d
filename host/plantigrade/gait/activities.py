"""What the wearer did in each second: by the load on the feet, and by their motion where it is known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np

from plantigrade.gait.activity_kinds import ActivityKind, Flight
from plantigrade.gait.bouts import Span
from plantigrade.gait.foot import FootStream
from plantigrade.gait.load_levels import LoadLevels
from plantigrade.gait.load_seconds import load_seconds
from plantigrade.gait.motion.seconds import Seconds, seconds_of
from plantigrade.gait.motion.settings import FEWEST_UPRIGHT_S, LYING_TILT_DEG
from plantigrade.gait.motion.trace import Tenths
from plantigrade.gait.moved_seconds import MovedSeconds, lying_of, unworn_of
from plantigrade.gait.results import Activity
from plantigrade.gait.settings import (
    EPOCH_S,
    LIGHT_SHARE,
    STANDING_LOAD_SHARE,
    UNWORN_LOAD_SHARE,
    UNWORN_MOVE_SHARE,
    Settings,
)
from plantigrade.gait.signals import Floats, Foot
from plantigrade.gait.stillness import Flags, runs

_UPRIGHT: Final = (0.0, 0.0, 1.0)
_WALKING, _STANDING, _SITTING, _NOT_WORN, _UNKNOWN, _STAIRS_UP, _STAIRS_DOWN, _LYING, _CYCLING = range(9)
_KINDS: Final[tuple[ActivityKind, ...]] = get_args(ActivityKind)


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
    walking: Sequence[Span],
    levels: LoadLevels,
    settings: Settings,
    climbed: Sequence[Flight] = (),
    cycling: Sequence[Span] = (),
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
    return spans_of_seconds(
        loads.load,
        loads.move,
        origin,
        EPOCH_S,
        walking,
        settings.bout.unworn_s,
        climbed,
        moved,
    )


def spans_of_seconds(
    loads: Floats,
    moves: Floats,
    from_s: float,
    epoch_s: float,
    walking: Sequence[Span],
    unworn_s: float,
    stairs: Sequence[Flight] = (),
    moved: MovedSeconds | None = None,
) -> list[Activity]:
    """What the wearer did, in spans of whole epochs.

    Args:
        loads: (m,) load on both feet as a share of body weight, mean of each epoch; NaN where missing.
        moves: (m,) largest swing of the load within each epoch, same unit.
        from_s: time of the first epoch.
        walking: spans of walking bouts.
        unworn_s: unloaded and still for this long is not worn.
        stairs: flights in these bouts.
        moved: what the motion of the feet tells; without it all follows from the load.
    """
    times = from_s + epoch_s * (np.arange(len(loads)) + 0.5)
    codes = np.full(len(loads), _UNKNOWN, np.int64)
    known, unworn = np.isfinite(loads), math.ceil(unworn_s / epoch_s)
    codes[known & (loads >= STANDING_LOAD_SHARE)] = _STANDING
    codes[known & (loads < STANDING_LOAD_SHARE)] = _SITTING
    if moved is None:
        still = known & (loads < UNWORN_LOAD_SHARE) & (moves < UNWORN_MOVE_SHARE)
        for start, stop in runs(still, unworn):
            codes[start:stop] = _NOT_WORN
    else:
        codes[lying_of(moved, loads)] = _LYING
        codes[moved.cycling] = _CYCLING
        codes[unworn_of(moved, loads, moves, unworn)] = _NOT_WORN
    for start, stop in walking:
        codes[np.searchsorted(times, start) : np.searchsorted(times, stop)] = _WALKING
    for one in stairs:
        span = slice(int(np.searchsorted(times, one.from_s)), int(np.searchsorted(times, one.to_s)))
        codes[span] = _STAIRS_UP if one.height_m > 0 else _STAIRS_DOWN
    edges = np.flatnonzero(np.diff(codes)) + 1
    starts, stops = np.append(0, edges), np.append(edges, len(codes))
    return [
        Activity(_KINDS[int(codes[a])], from_s + epoch_s * int(a), from_s + epoch_s * int(b))
        for a, b in zip(starts, stops, strict=True)
        if b > a
    ]


def _span(streams: Sequence[FootStream]) -> tuple[float, int]:
    """Where the seconds of a recording begin, and how many they are."""
    origin = min(stream.first_s for stream in streams)
    last = max(stream.last_s for stream in streams)
    return origin, int((last - origin) / EPOCH_S) + 1 if last > origin else 0


def motion_seconds(streams: Sequence[FootStream], moved: Mapping[Foot, Tenths]) -> dict[Foot, Seconds]:
    """Seconds of a recording, of the feet that have a motion sensor.

    Args:
        streams: the feet, finished.
        moved: the trace of each foot that has a motion sensor.
    """
    origin, count = _span(streams)
    return {foot: seconds_of(tenths, origin, count) for foot, tenths in moved.items()}


def _loads(streams: Sequence[FootStream], levels: LoadLevels, origin: float, count: int) -> _Loads:
    """Load on the feet in each second as a share of body weight."""
    loads, moves = np.zeros(count), np.zeros(count)
    for stream in streams:
        zero, scale = _foot_levels(stream, levels)
        if scale is None or not stream.epochs:
            loads[:] = np.nan
            continue
        own = load_seconds(stream, origin, count)
        loads += (own.mean - zero) / scale * (2.0 if len(streams) == 1 else 1.0)
        moves = np.fmax(moves, own.swing / scale)
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
    cycling: Sequence[Span],
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
