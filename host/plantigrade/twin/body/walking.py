"""Walking of a virtual person: stride times, stances and the force under each of the sixteen places."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.conditions import Change, Condition, combined
from plantigrade.twin.body.gait_kernel import fill_stances
from plantigrade.twin.body.person import FALL_AT, FALL_WIDTH, RISE_AT, RISE_WIDTH, SENSORS, Person
from plantigrade.twin.body.walk import ForceWalk

FEET: tuple[Literal["left"], Literal["right"]] = ("left", "right")

ENVELOPE_GRID = 200
PLACE_NOISE = 0.06
"""SD of a place's amplitude from stride to stride."""
FORCE_NOISE = 0.02
STANCE_NOISE = 0.010
STEP_NOISE = 0.008
VARIATION_MEMORY = 0.6
"""Correlation of a stride time with the one before."""
SECOND_PEAK_AT, VALLEY_AT = 0.77, 0.49


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
    weight = person.weight_n * (1.0 + changes["left"].extra_weight)
    shapes = {foot: _knots(person, changes[foot]) for foot in FEET}
    shares = {foot: _stance_share(person, changes[foot], foot) for foot in FEET}
    scale = weight / sum(shapes[foot][2] * shares[foot] * changes[foot].force for foot in FEET)
    rows = round(seconds * rate_hz)
    forces: dict[str, F64] = {}
    truths: dict[str, TrueStances] = {}
    for index, (foot, contacts) in enumerate(zip(FEET, (lefts, rights), strict=True)):
        change = changes[foot]
        skew = np.exp(person.load_skew * (0.5 if foot == "left" else -0.5))
        force_n = np.full((rows, SENSORS), person.shoe.preload_n)
        truth = _stances(contacts, shares[foot], person.stride_cv * change.spread, draw)
        strides = len(truth.contact_s)
        amplitude = person.log_amplitude[index] * change.contrast + change.log_gain
        amplitude = np.exp(amplitude + draw.normal(0, PLACE_NOISE, (strides, SENSORS)))
        newtons = scale * skew * change.force * np.exp(draw.normal(0, FORCE_NOISE, strides))
        at, knots, _ = shapes[foot]
        fill_stances(
            force_n,
            rate_hz,
            truth.contact_s,
            truth.stance_s,
            at,
            knots,
            newtons,
            _envelope(change, person),
            amplitude,
        )
        forces[foot], truths[foot] = force_n, truth
    text = ", ".join(f"{c.kind}:{c.degree:g}:{c.side}" for c in conditions) or "neutral"
    made = ForceWalk(rate_hz, forces["left"], forces["right"], f"virtual walk ({text})")
    return VirtualWalk(made, truths["left"], truths["right"], person, conditions)


def _contacts(person: Person, seconds: float, change: Change, draw: np.random.Generator) -> tuple[F64, F64]:
    """Contact times of both feet: correlated stride times, the right foot near the middle of the left
    stride."""
    mean_s = person.stride_time_s * change.stride_time
    count = int(seconds / (mean_s * 0.8)) + 3
    shocks = draw.normal(0, 1, count)
    memory = VARIATION_MEMORY
    noise = np.empty(count)
    noise[0] = shocks[0]
    for i in range(1, count):
        noise[i] = memory * noise[i - 1] + np.sqrt(1 - memory**2) * shocks[i]
    strides = mean_s * (1.0 + person.stride_cv * change.spread * np.clip(noise, -3.5, 3.5))
    lefts = 0.3 + np.concatenate([[0.0], np.cumsum(strides)])[:-1]
    late = 0.5 + person.step_skew + draw.normal(0, STEP_NOISE * change.spread, count)
    rights = lefts + strides * late
    return lefts[lefts < seconds], rights[rights < seconds]


def _stance_share(person: Person, change: Change, foot: str) -> float:
    half = 0.5 * person.stance_skew_pct * (1 if foot == "left" else -1)
    return (person.stance_pct + half) / 100.0 * change.stance


def _stances(contacts: F64, share: float, stride_cv: float, draw: np.random.Generator) -> TrueStances:
    stride = float(np.median(np.diff(contacts))) if len(contacts) > 1 else 1.1
    spread = STANCE_NOISE * stride_cv / 0.0175
    stance_s = share * stride * (1.0 + draw.normal(0, spread, len(contacts)))
    room = np.append(np.diff(contacts), np.inf)
    return TrueStances(contacts, np.minimum(stance_s, 0.9 * room))


def _knots(person: Person, change: Change) -> tuple[F64, F64, float]:
    """Times and heights of the vertical force's knots, and the mean height over stance."""
    soft = 1.0 + 0.12 * (person.shoe.cushioning - 0.5)
    first_at = float(np.clip(person.first_peak_at * soft * change.rise, 0.09, 0.35))
    at = np.array([0.0, first_at, VALLEY_AT, SECOND_PEAK_AT, 1.0])
    peak1 = person.first_peak * change.first_peak
    valley = min(person.valley * change.valley, 0.98 * peak1)
    peak2 = max(person.second_peak * change.second_peak, 1.01 * valley)
    knots = np.array([0.0, peak1, valley, peak2, 0.0])
    width, step = np.diff(at), np.diff(knots)
    area = width * (knots[:-1] + 0.5 * step)
    area[0] += width[0] * 1.3 * step[0] / 12.0
    area[-1] -= width[-1] * 1.9 * step[-1] / 12.0
    return at, knots, float(area.sum())


def _envelope(change: Change, person: Person) -> F64:
    """When each place is down (201, 16): a smooth rise and fall over stance."""
    tau = np.linspace(0.0, 1.0, ENVELOPE_GRID + 1)[:, None]
    fall_at = FALL_AT.copy()
    fall_at[:4] *= change.heel_hold
    soft = 0.8 + 0.4 * person.shoe.cushioning
    rise = 1.0 / (1.0 + np.exp(-(tau - RISE_AT) / (RISE_WIDTH * soft)))
    fall = 1.0 / (1.0 + np.exp((tau - fall_at) / FALL_WIDTH))
    envelope: F64 = rise * fall + 1e-4
    return envelope
