"""Walking of a virtual person: stride times, stances and the force under each of the sixteen places."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body import settings as size
from plantigrade.twin.body.conditions import Change, Condition, combined
from plantigrade.twin.body.gait_kernel import fill_stances
from plantigrade.twin.body.person import FALL_AT, FALL_WIDTH, RISE_AT, RISE_WIDTH, SENSORS, Person
from plantigrade.twin.body.walk import ForceWalk

FEET: tuple[Literal["left"], Literal["right"]] = ("left", "right")

ENVELOPE_GRID = 200
RISE_RANGE = (0.09, 0.40)
"""Shares of stance within which the first peak lies, whatever a condition or a stride does to it."""


@dataclass(frozen=True, eq=False)
class TrueStances:
    """When a foot really touched the ground: contact and stance times in seconds (K,)."""

    contact_s: F64
    stance_s: F64


@dataclass(frozen=True, eq=False)
class VirtualWalk:
    """A made walk with its truth."""

    forces: ForceWalk
    left: TrueStances
    right: TrueStances
    person: Person
    conditions: tuple[Condition, ...]


def walk(
    person: Person,
    seconds: float,
    seed: int,
    conditions: tuple[Condition, ...] = (),
    rate_hz: float = 100.0,
) -> VirtualWalk:
    """Level walking for `seconds`, from standing on both feet into steady gait without turns.

    The same person, seed and conditions give the same walk.
    """
    draw = np.random.default_rng([seed, 12])
    changes = {foot: combined(conditions, foot) for foot in FEET}
    lefts, rights = _contacts(person, seconds, changes["left"], draw)
    shares = {foot: _stance_share(person, changes[foot], foot) for foot in FEET}
    means = _mean_forces(person, changes, shares)
    rows = round(seconds * rate_hz)
    forces: dict[str, F64] = {}
    truths: dict[str, TrueStances] = {}
    for index, (foot, contacts) in enumerate(zip(FEET, (lefts, rights), strict=True)):
        change = changes[foot]
        force_n = np.full((rows, SENSORS), person.shoe.preload_n)
        truth = _stances(contacts, shares[foot], person.stride_cv * change.spread, draw)
        strides = len(truth.contact_s)
        amplitude = person.log_amplitude[index] * change.contrast + change.log_gain
        at, knots = _each_stride(_knots(person, change, index), person.stride_noise, strides, draw)
        noise = draw.normal(0, size.FORCE_NOISE * person.stride_noise, strides)
        newtons = means[index] / _area(*_knots(person, change, index)) * np.exp(noise)
        fill_stances(
            force_n,
            rate_hz,
            truth.contact_s,
            truth.stance_s,
            at,
            knots,
            newtons,
            _envelope(change, person, index),
            np.exp(amplitude + _place_noise(person, strides, draw)),
        )
        forces[foot], truths[foot] = force_n, truth
    text = ", ".join(f"{c.kind}:{c.degree:g}:{c.side}" for c in conditions) or "neutral"
    made = ForceWalk(rate_hz, forces["left"], forces["right"], f"virtual walk ({text})")
    return VirtualWalk(made, truths["left"], truths["right"], person, conditions)


def _mean_forces(
    person: Person, changes: Mapping[str, Change], shares: Mapping[str, float]
) -> tuple[float, float]:
    """Mean force of each foot over its stance in newtons: together the feet carry the weight and what is
    added.

    A neutral foot's mean does not depend on the shape of its force; a condition's does.
    """
    relative = [
        changes[foot].force
        * _area(*_knots(person, changes[foot], index))
        / _area(*_knots(person, Change(), index))
        * float(np.exp(person.load_skew * (0.5 if foot == "left" else -0.5)))
        for index, foot in enumerate(FEET)
    ]
    weight = person.weight_n * (1.0 + changes["left"].extra_weight)
    scale = weight / sum(mean * shares[foot] for mean, foot in zip(relative, FEET, strict=True))
    return relative[0] * scale, relative[1] * scale


def _contacts(person: Person, seconds: float, change: Change, draw: np.random.Generator) -> tuple[F64, F64]:
    """Contact times of both feet: correlated stride times, the right foot near the middle of the left
    stride."""
    mean_s = person.stride_time_s * change.stride_time
    count = int(seconds / (mean_s * 0.8)) + 3
    shocks = draw.normal(0, 1, count)
    memory = size.VARIATION_MEMORY
    noise = np.empty(count)
    noise[0] = shocks[0]
    for i in range(1, count):
        noise[i] = memory * noise[i - 1] + np.sqrt(1 - memory**2) * shocks[i]
    strides = mean_s * (1.0 + person.stride_cv * change.spread * np.clip(noise, -3.5, 3.5))
    lefts = 0.3 + np.concatenate([[0.0], np.cumsum(strides)])[:-1]
    late = 0.5 + person.step_skew + draw.normal(0, size.STEP_NOISE * change.spread, count)
    rights = lefts + strides * late
    return lefts[lefts < seconds], rights[rights < seconds]


def _stance_share(person: Person, change: Change, foot: str) -> float:
    half = 0.5 * person.stance_skew_pct * (1 if foot == "left" else -1)
    return (person.stance_pct + half) / 100.0 * change.stance


def _stances(contacts: F64, share: float, stride_cv: float, draw: np.random.Generator) -> TrueStances:
    """A stance follows its own stride's length, and varies besides."""
    strides = np.diff(contacts)
    middle = float(np.median(strides)) if len(strides) else 1.1
    spread = size.STANCE_NOISE * stride_cv / size.STRIDE_CV[0]
    stance_s = share * np.append(strides, middle) * (1.0 + draw.normal(0, spread, len(contacts)))
    return TrueStances(contacts, np.minimum(stance_s, 0.9 * np.append(strides, np.inf)))


def _knots(person: Person, change: Change, index: int) -> tuple[F64, F64]:
    """Times and heights of the vertical force's knots of the left or right foot."""
    soft = 1.0 + 0.12 * (person.shoe.cushioning - 0.5)
    first_at = person.first_peak_at * soft * change.rise * float(np.exp(person.log_rise[index]))
    at = np.array([0.0, np.clip(first_at, *RISE_RANGE), person.valley_at, person.second_peak_at, 1.0])
    peaks = np.array([person.first_peak, person.valley, person.second_peak]) * np.exp(person.log_peaks[index])
    peaks *= (change.first_peak, change.valley, change.second_peak)
    return at, np.array([0.0, *peaks, 0.0])


def _area(at: F64, knots: F64) -> float:
    """Mean height over stance of the cubic through the knots."""
    width, step = np.diff(at), np.diff(knots)
    area = width * (knots[:-1] + 0.5 * step)
    return float(
        area.sum()
        + width[0] * size.RISE_SLOPE * step[0] / 12.0
        - width[-1] * size.FALL_SLOPE * step[-1] / 12.0
    )


def _each_stride(
    usual: tuple[F64, F64], stride_noise: float, strides: int, draw: np.random.Generator
) -> tuple[F64, F64]:
    """Knots of each stride (K, 5), around the usual ones."""
    at, knots = (np.repeat(values[None, :], strides, axis=0) for values in usual)
    at[:, 1] *= np.exp(draw.normal(0, size.RISE_NOISE * stride_noise, strides))
    at[:, 1] = np.clip(at[:, 1], *RISE_RANGE)
    knots[:, 1:4] *= np.exp(draw.normal(0, 1, (strides, 3)) * size.PEAK_NOISE * stride_noise)
    return at, knots


def _place_noise(person: Person, strides: int, draw: np.random.Generator) -> F64:
    """Logarithms (K, 16): the places of a part move together, each a little for itself."""
    noise = draw.normal(0, size.PLACE_NOISE * person.stride_noise, (strides, SENSORS))
    for places, sd in zip(size.PARTS, size.PART_NOISE * person.part_noise, strict=True):
        noise[:, places] += draw.normal(0, sd, (strides, 1))
    return noise


def _envelope(change: Change, person: Person, index: int) -> F64:
    """When each place is down (201, 16): a smooth rise and fall over stance."""
    tau = np.linspace(0.0, 1.0, ENVELOPE_GRID + 1)[:, None]
    fall_at = FALL_AT.copy()
    fall_at[:4] *= change.heel_hold * float(np.exp(person.log_heel_hold[index]))
    soft = 0.8 + 0.4 * person.shoe.cushioning
    rise = 1.0 / (1.0 + np.exp(-(tau - RISE_AT) / (RISE_WIDTH * soft)))
    fall = 1.0 / (1.0 + np.exp((tau - fall_at) / FALL_WIDTH))
    envelope: F64 = rise * fall + 1e-4
    return envelope
