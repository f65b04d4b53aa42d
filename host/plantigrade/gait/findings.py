"""What the reader must be told about a recording before trusting its figures."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from plantigrade.gait.foot import FootStream
from plantigrade.gait.motion.settings import WAYS_APART_PCT
from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.pressure.regions import REGIONS
from plantigrade.gait.results import FootPicture, Parameters, SignalFinding
from plantigrade.gait.settings import (
    DEAD_CYCLES_SHARE,
    FEWEST_CYCLES,
    FEWEST_PICTURE_STRIDES,
    MANY_CELLS,
    MID_STANCE_PCT,
    MIRRORED_SHARE,
    PUSH_OFF_PCT,
    REVERSED_SHARE,
    ROLL_OVER_PCT,
    SAME_SIGNAL_CONTACTS,
    SATURATED_CYCLES_SHARE,
    SATURATED_LEAST_SHARE,
    SATURATED_S,
    SHORT_RECORDING_S,
    SLOW_CYCLE_SHARE,
    SLOW_STRIDES,
    STUCK_CYCLES_SHARE,
    SWAPPED_SHARE,
    TOO_SLOW_SHARE,
)
from plantigrade.gait.signals import Floats, Foot, SensorLayout
from plantigrade.text_format import counted

SPOILS_ALL: Final = frozenset(
    {
        "feet_swapped",
        "foot_mirrored",
        "foot_reversed",
        "same_signal",
        "saturated",
        "instrument_contradicted",
        "unit_implausible",
        "sizes_differ",
    }
)
"""Findings that leave no figure of the feet to rest another finding on."""


def sensors(stream: FootStream) -> list[SignalFinding]:
    """Channels that stayed at zero or at one value while the foot walked."""
    cycles = len(stream.store)
    if cycles < FEWEST_CYCLES or stream.sensor_count == 1:
        return []
    found: list[SignalFinding] = []
    side = stream.foot.value
    states = np.concatenate(stream.store.sensor_states)
    stuck_cycles = (states == 2).sum(axis=0)
    dead = np.flatnonzero((states == 1).sum(axis=0) >= DEAD_CYCLES_SHARE * cycles)
    if len(dead) and stream.sensor_count > MANY_CELLS:
        text = f"{side} foot: {len(dead)} of {stream.sensor_count} cells were never loaded"
        found.append(SignalFinding("sensor_dead", text, stream.foot))
    else:
        for sensor in dead:
            text = f"{side} foot: sensor {sensor + 1} reads zero throughout: dead or never loaded"
            found.append(SignalFinding("sensor_dead", text, stream.foot, int(sensor)))
    for sensor in np.flatnonzero(stuck_cycles >= max(2, STUCK_CYCLES_SHARE * cycles)):
        share = 100.0 * float(stuck_cycles[sensor]) / cycles
        text = (
            f"{side} foot: sensor {sensor + 1} is stuck at one value in {share:.0f} % of the cycles; "
            "it adds nothing to the forces above the unloaded level"
        )
        found.append(SignalFinding("sensor_stuck", text, stream.foot, int(sensor)))
    return found


def saturated(stream: FootStream) -> list[SignalFinding]:
    """Forces that end at one highest value in stance after stance: more was there than could be measured."""
    cycles = len(stream.store)
    if cycles < FEWEST_CYCLES or stream.quantity != "force":
        return []
    tops = np.concatenate(stream.store.sensor_tops).astype(np.float64)
    if not tops.shape[1]:
        return []
    highest = tops[:, :, 0].max(axis=0)
    stuck = np.concatenate(stream.store.sensor_states)[:, : tops.shape[1]] != 0
    long = tops[:, :, 1] >= SATURATED_S * stream.rate_hz
    at_end = (tops[:, :, 0] == highest) & long & ~stuck
    hit = at_end.mean(axis=0) >= SATURATED_CYCLES_SHARE
    hit &= (highest > 0) & (highest >= SATURATED_LEAST_SHARE * highest.max())
    found: list[SignalFinding] = []
    for sensor in np.flatnonzero(hit):
        what = "the signal" if tops.shape[1] == 1 else f"sensor {sensor + 1}"
        text = (
            f"{stream.foot.value} foot: {what} saturates at {highest[sensor]:.4g} N in "
            f"{int(at_end[:, sensor].sum())} of {cycles} strides; "
            "peak, loading rate, impulse and body weight are too low"
        )
        found.append(SignalFinding("saturated", text, stream.foot, int(sensor)))
    return found


def weight_too_low(walking_n: float) -> SignalFinding:
    """A body weight that is known from the feet alone, while a support carries a part of it.

    Args:
        walking_n: what the feet carried.
    """
    text = (
        f"the body weight of {walking_n:.0f} N is what the feet carried on average, and too low: another "
        "support carries the rest"
    )
    return SignalFinding("body_weight_too_low", text)


def slow_strides(streams: Sequence[FootStream], longest_s: float) -> list[SignalFinding]:
    """Contacts that follow one another too slowly to be strides, foot after foot: a very slow walk, of which
    some strides may be short enough to count. The pauses of a usual walk are none."""
    found: list[SignalFinding] = []
    for stream in streams:
        times = np.array([contact[0] for contact in stream.contacts])
        steps = np.diff(times)
        slow = np.count_nonzero((steps > longest_s) & (steps <= SLOW_STRIDES * longest_s))
        short = steps[steps <= longest_s]
        is_slow_walk = len(short) > 0 and float(np.median(short)) > SLOW_CYCLE_SHARE * longest_s
        fewest = len(stream.store) * (TOO_SLOW_SHARE if is_slow_walk else 1.0)
        if slow >= max(FEWEST_CYCLES, fewest):
            side, to_s = stream.foot.value, SLOW_STRIDES * longest_s
            text = (
                f"{side} foot: {slow} contacts follow the one before after {longest_s:g} to {to_s:g} s; "
                f"strides beyond {longest_s:g} s are not counted"
            )
            if is_slow_walk:
                text = (
                    f"{side} foot: {slow} contacts follow the one before after {longest_s:g} to {to_s:g} s; "
                    f"strides beyond {longest_s:g} s are not counted, so that the means of the others are "
                    "too short"
                )
            found.append(SignalFinding("slow_strides", text, stream.foot))
    return found


def stream_state(stream: FootStream, seconds: float) -> list[SignalFinding]:
    """A foot that does not walk, a constant signal, a recording too short, samples missing."""
    side, found = stream.foot.value, list[SignalFinding]()
    flat = all(np.all(block[:, 2] == block[:, 3]) for block in stream.epochs) and _one_level(stream)
    if stream.samples_used == 0:
        found.append(SignalFinding("no_samples", f"{side} foot: no usable sample", stream.foot))
    elif flat:
        found.append(SignalFinding("constant_signal", f"{side} foot: the signal never changes", stream.foot))
    elif not np.isfinite(stream.swing_level):
        found.append(
            SignalFinding("no_walking", f"{side} foot: nothing in the signal looks like steps", stream.foot)
        )
    elif not len(stream.store):
        found.append(SignalFinding("no_cycle", f"{side} foot: no whole gait cycle", stream.foot))
    if seconds < SHORT_RECORDING_S:
        text = f"{side} foot: only {seconds:.1f} s recorded; too short for anything but single steps"
        found.append(SignalFinding("short_recording", text, stream.foot))
    if stream.gaps:
        lost = sum(gap.to_s - gap.from_s for gap in stream.gaps)
        text = (
            f"{side} foot: {counted(len(stream.gaps), 'gap')}, {lost:.2f} s without samples; "
            "no cycle is made up across them"
        )
        found.append(SignalFinding("gaps", text, stream.foot))
    if stream.bridged:
        rows = sum(one.rows for one in stream.bridges)
        text = (
            f"{side} foot: {counted(len(stream.bridged), 'short gap')} of {counted(rows, 'sample')} in all; "
            "straight lines stand for them, and each stride says how many of its samples are such"
        )
        found.append(SignalFinding("short_gaps", text, stream.foot))
    return found


def _one_level(stream: FootStream) -> bool:
    levels = np.concatenate([np.zeros(0), *(block[:, 1] for block in stream.epochs)])
    return len(levels) > 0 and bool(np.max(levels) == np.min(levels))


def _medial_shift(picture: FootPicture | None, layout: SensorLayout | None) -> float | None:
    """Move of the centre of pressure from mid-stance to push-off, share of the width; + is lateral."""
    if picture is None or layout is None or picture.n < FEWEST_PICTURE_STRIDES:
        return None
    x: Floats = picture.cop_mean_mm[0]
    width = float(np.max(layout.x_mm) - np.min(layout.x_mm))
    move = float(np.mean(x[slice(*PUSH_OFF_PCT)]) - np.mean(x[slice(*MID_STANCE_PCT)]))
    return move / width if width > 0 and np.isfinite(move) else None


def _medial_midfoot(picture: FootPicture | None, layout: SensorLayout | None) -> float:
    """Load of the inner over the outer side of the midfoot, as a share of the foot's; 0 where it has no
    sides."""
    if picture is None or layout is None:
        return 0.0
    masks = masks_of(layout)
    midfoot = REGIONS.index("midfoot")
    load = picture.sensor_impulse_n_s
    total = float(np.sum(load))
    if not masks.has_sides[midfoot] or not total > 0:
        return 0.0
    sides = np.where(masks.region == midfoot, 2.0 * masks.medial - 1.0, 0.0)
    return float(load @ sides) / total


def orientation(feet: Sequence[tuple[Foot, FootPicture | None, SensorLayout | None]]) -> list[SignalFinding]:
    """Swapped or mirrored feet, toes and heel exchanged: seen by the way of the centre of pressure.

    A normal roll-over goes from the heel to the toes, over the outer side of the midfoot, and ends towards
    the medial side (great toe). The move of the centre and the midfoot's load of the inner over the outer
    side, added over both feet, came to -0.95 to +0.14 in 35 recordings. Where they are clearly positive under
    both feet, the insoles were most likely worn (or named) the wrong way round.
    """
    found: list[SignalFinding] = []
    known = {foot: _medial_shift(picture, layout) for foot, picture, layout in feet}
    shifts = {foot: shift for foot, shift in known.items() if shift is not None}
    inner = {foot: _medial_midfoot(picture, layout) for foot, picture, layout in feet}
    scores = [shift + inner[foot] for foot, shift in shifts.items()]
    if len(scores) == 2 and min(scores) > 0.0 and sum(scores) > SWAPPED_SHARE:
        text = "the load runs over the outer side under both feet: left and right are probably swapped"
        found.append(SignalFinding("feet_swapped", text))
    else:
        for foot, shift in shifts.items():
            if shift > MIRRORED_SHARE:
                text = (
                    f"{foot.value} foot: push-off is on the outer side: the sensor order is probably mirrored"
                )
                found.append(SignalFinding("foot_mirrored", text, foot))
    for foot, picture, layout in feet:
        if picture is None or layout is None or picture.n < FEWEST_PICTURE_STRIDES:
            continue
        begin, end = picture.cop_mean_mm[1][list(ROLL_OVER_PCT)]
        length = float(np.max(layout.y_mm) - np.min(layout.y_mm))
        if np.isfinite(begin) and np.isfinite(end) and float(end - begin) < -REVERSED_SHARE * length:
            text = (
                f"{foot.value} foot: the load runs from toes to heel: the sensor order is probably reversed"
            )
            found.append(SignalFinding("foot_reversed", text, foot))
    return found


def pair(streams: Sequence[FootStream]) -> list[SignalFinding]:
    """A missing foot, or two feet with the same signal."""
    if len(streams) == 1:
        missing = streams[0].foot.other.value
        text = f"the {missing} foot is missing: double support, steps and symmetry are unavailable"
        return [SignalFinding("foot_missing", text, streams[0].foot.other)]
    first, second = ([contact[0] for contact in stream.contacts] for stream in streams)
    if len(first) >= SAME_SIGNAL_CONTACTS and first == second:
        return [
            SignalFinding(
                "same_signal", "left and right hold the same signal: one channel was recorded twice"
            )
        ]
    return []


def ways_apart(both: Parameters) -> list[SignalFinding]:
    """Feet that went the same way and whose motion says otherwise, by the figures of both feet."""
    apart = both.get("stride_length_left_right_pct")
    if apart is None or apart.value is None or apart.n < FEWEST_CYCLES or abs(apart.value) <= WAYS_APART_PCT:
        return []
    text = (
        f"the strides of the feet differ by {abs(apart.value):.0f} % in length, and both went the same way: "
        "one motion sensor is wrong, or its clock is not that of the forces"
    )
    return [SignalFinding("ways_apart", text)]
