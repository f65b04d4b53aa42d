"""Standing and sitting of a virtual person: sway, weight shifts, and the lack of them.

Who developed back pain in two hours of standing moved less in the first quarter of an hour: fewer large
weight transfers (Gallagher and Callaghan 2015; Gregory and Callaghan 2008). A large transfer moves more than
30 % of body weight, a small one 10 to 29 %. The rates below are assumptions: a large one about every 1.5
minutes for someone who shifts, none for someone who does not.
"""

from typing import Final, Literal

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.conditions import Condition, combined
from plantigrade.twin.body.person import SENSORS, Person
from plantigrade.twin.body.walk import ForceWalk

Rest = Literal["stand", "sit", "off"]
Foot = Literal["left", "right"]
FEET: Final[tuple[Foot, Foot]] = ("left", "right")

SHIFT_EVERY_S = 90.0
SHIFT_TAKES_S = 1.5
SWAY_TIME_S = 1.2
FORE_AFT_SWAY = 0.05
SIDE_SWAY = 0.006
ONE_LEG_SWAY = 0.01
"""How the force of one leg that carries everything moves, as a share (SD, assumed)."""
STANDING_READINESS = np.array(
    [1.0, 0.95, 0.95, 0.75, 0.12, 0.30, 0.14, 0.36, 0.42, 0.5, 0.48, 0.42, 0.34, 0.22, 0.10, 0.08]
)
"""Amplitudes of quiet standing: heel 54 to 55 % of the load, as in 416 standing people."""
SITTING_SHARE = 0.10
"""Of body weight, under each foot."""


def stand(
    person: Person,
    seconds: float,
    seed: int,
    conditions: tuple[Condition, ...] = (),
    rate_hz: float = 100.0,
    doing: Rest = "stand",
) -> ForceWalk:
    """Forces of standing, of sitting with the feet on the floor, or of insoles that nobody wears."""
    rows = round(seconds * rate_hz)
    if doing == "off":
        zero = np.zeros((rows, SENSORS))
        return ForceWalk(rate_hz, zero, zero.copy(), "virtual insoles, not worn")
    draw = np.random.default_rng([seed, 13])
    kinds = {condition.kind: condition for condition in conditions}
    left_share = _left_share(kinds, rows, rate_hz, draw)
    lean = FORE_AFT_SWAY * _sway(rows, rate_hz, draw)
    weight = person.weight_n * (1.0 if doing == "stand" else 2 * SITTING_SHARE)
    left, right = (
        weight * share[:, None] * places_of_load(person, foot, conditions, lean) + person.shoe.preload_n
        for foot, share in zip(FEET, (left_share, 1.0 - left_share), strict=True)
    )
    return ForceWalk(rate_hz, left, right, f"virtual {doing}ing")


def stand_on_each_leg(
    person: Person,
    seconds: float,
    seed: int,
    conditions: tuple[Condition, ...] = (),
    rate_hz: float = 100.0,
) -> ForceWalk:
    """Forces of standing on the left leg alone, then on the right, `seconds` each."""
    rows = round(seconds * rate_hz)
    draw = np.random.default_rng([seed, 18])
    pieces: dict[Foot, list[F64]] = {foot: [] for foot in FEET}
    for standing in FEET:
        total_n = person.weight_n * (1.0 + ONE_LEG_SWAY * _sway(rows, rate_hz, draw))
        lean = FORE_AFT_SWAY * _sway(rows, rate_hz, draw)
        for foot in FEET:
            carried = (
                total_n[:, None] * places_of_load(person, foot, conditions, lean) if foot == standing else 0.0
            )
            pieces[foot].append(np.zeros((rows, SENSORS)) + carried + person.shoe.preload_n)
    left, right = (np.concatenate(pieces[foot]) for foot in FEET)
    return ForceWalk(rate_hz, left, right, "virtual standing on each leg")


def places_of_load(person: Person, foot: Foot, conditions: tuple[Condition, ...], lean: F64) -> F64:
    """Shares of the foot's load at its places (n, 16), by how far the body leans forward (n,)."""
    habit = person.log_amplitude[FEET.index(foot)] - person.log_amplitude.mean()
    habit = np.log(STANDING_READINESS) + 0.5 * (habit - habit.mean()) * 0.3
    habit = habit + combined(conditions, foot).log_gain
    lever = np.linspace(-1.0, 1.0, SENSORS)
    places: F64 = np.exp(habit[None, :] + lean[:, None] * lever[None, :])
    places /= places.sum(axis=1, keepdims=True)
    return places


def _sway(rows: int, rate_hz: float, draw: np.random.Generator) -> F64:
    """Slow noise of unit SD, drawn at 10 Hz and interpolated."""
    coarse = int(rows * 10 / rate_hz) + 2
    keep = np.exp(-0.1 / SWAY_TIME_S)
    shocks = draw.normal(0, np.sqrt(1 - keep**2), coarse)
    value = np.empty(coarse)
    value[0] = draw.normal()
    for i in range(1, coarse):
        value[i] = keep * value[i - 1] + shocks[i]
    return np.interp(np.arange(rows) / rate_hz * 10, np.arange(coarse), value)


def _left_share(kinds: dict[str, Condition], rows: int, rate_hz: float, draw: np.random.Generator) -> F64:
    """Share of the weight on the left foot (n,)."""
    middle, every, spread = 0.5 + draw.normal(0, 0.015), SHIFT_EVERY_S, 0.17
    if "standing-still" in kinds:
        every = np.inf
    if (asymmetric := kinds.get("standing-asymmetric")) is not None:
        part = asymmetric.degree / 100.0
        middle, spread = (part if asymmetric.side == "left" else 1.0 - part), 0.05
    if (load := kinds.get("side-load")) is not None:
        middle += 0.004 * load.degree * (1 if load.side == "left" else -1)
    seconds = rows / rate_hz
    times, values = [0.0], [middle]
    while np.isfinite(every):
        at = times[-1] + draw.gamma(4.0, every / 4.0) + 3.0
        if at >= seconds:
            break
        target = float(np.clip(middle + draw.normal(0, spread), 0.05, 0.95))
        times += [at, at + SHIFT_TAKES_S]
        values += [values[-1], target]
    t = np.arange(rows) / rate_hz
    share = np.interp(t, times, values) + SIDE_SWAY * _sway(rows, rate_hz, draw)
    return np.clip(share, 0.02, 0.98)
