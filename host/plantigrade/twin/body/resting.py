"""What people do when they do not walk, and what happens to shoes that nobody wears: forces and motion.

Figures are assumptions, unless they name a source: they shall be ordinary, and differ from one to the next.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.motion.habits import draw_habits
from plantigrade.twin.body.motion.posed import Key, Pedal, PosedFoot, Wave, sensor_place
from plantigrade.twin.body.person import SENSORS, Person
from plantigrade.twin.body.standing import places_of_load, stand
from plantigrade.twin.body.walk import ForceWalk

Rest = Literal["stand", "sit", "feet-out", "lie", "cycle", "off", "bag"]

MOVES_EVERY_S: Final[dict[str, float]] = {"stand": 60.0, "sit": 75.0, "feet-out": 120.0, "lie": 150.0}
"""Mean time between movements of a foot in a shoe; they come by chance."""
TURNS_EVERY_S: Final = 480.0
"""Of who lies, from one side to the other."""
PULSE_DEG: Final = 0.02
"""How the pulse moves a foot that rests."""
SETTLES_S: Final = 2.5
"""At the begin and the end: the foot leaves the floor, or is set down."""
PEDAL_BASE: Final = (0.03, 0.08)
PEDAL_PUSH: Final = (0.12, 0.40)
"""Shares of the weight on a pedal that goes up, and on top of it at most on the one that goes down: 20 W and
a climb."""
FORWARDS_ON_PEDALS: Final = 2.5
"""The ball of the foot is on the pedal: as a lean of who stands."""
HEELS_SHARE: Final = 0.012
"""Of the weight, under each heel of outstretched legs."""


@dataclass(frozen=True, eq=False)
class Resting:
    """Forces and motion of a stretch of time.

    Attributes:
        forces: of both feet.
        left, right: how they move.
    """

    forces: ForceWalk
    left: PosedFoot
    right: PosedFoot


def rest(person: Person, doing: Rest, seconds: float, seed: int, rate_hz: float = 100.0) -> Resting:
    """A stretch of time; at its begin and its end both feet stand flat on the floor, but for shoes that
    nobody wears, which stay where they are put."""
    draw = np.random.default_rng([seed, 15])
    length_m = draw_habits(person, seed).foot_length_m
    if doing == "cycle":
        return _ride(person, seconds, draw, length_m, rate_hz)
    poses = _poses(doing, draw)
    feet: list[PosedFoot] = []
    for index in range(2):
        keys = _keys(doing, poses[index], seconds, draw)
        waves = _carrying(seconds, draw) if doing == "bag" else ()
        if doing not in ("off", "bag"):
            waves = (Wave("pitch", PULSE_DEG, float(draw.uniform(0.9, 1.4))),)
        feet.append(PosedFoot(keys, waves, sensor_place(index, length_m)))
    forces = _forces(person, doing, seconds, seed, rate_hz, feet)
    return Resting(forces, feet[0], feet[1])


def _poses(doing: Rest, draw: np.random.Generator) -> list[tuple[float, float]]:
    """Pitch and roll of both feet in degrees."""
    if doing == "lie":
        return _lying(draw)
    if doing == "feet-out":
        pitch = float(draw.uniform(15.0, 42.0))
        return [(pitch + draw.normal(0, 3.0), sign * draw.uniform(0.0, 15.0)) for sign in (-1, 1)]
    if doing == "off":
        kind = draw.uniform()
        if kind < 0.6:
            return [(0.0, 0.0)] * 2
        return [(0.0, float(draw.choice([-90.0, 90.0]))) if kind < 0.9 else (180.0, 0.0) for _ in range(2)]
    if doing == "bag":
        return [(float(draw.uniform(-90, 90)), float(draw.uniform(-90, 90))) for _ in range(2)]
    return [(0.0, 0.0)] * 2


def _lying(draw: np.random.Generator) -> list[tuple[float, float]]:
    """On the back with the feet let go outwards, on a side, or on the belly."""
    kind = draw.uniform()
    if kind < 0.6:
        pitch = float(draw.uniform(58.0, 80.0))
        return [(pitch + draw.normal(0, 4.0), sign * draw.uniform(0.0, 35.0)) for sign in (-1, 1)]
    if kind < 0.9:
        roll = float(draw.choice([-1.0, 1.0])) * float(draw.uniform(70.0, 90.0))
        return [(float(draw.uniform(10.0, 45.0)), roll + draw.normal(0, 5.0)) for _ in range(2)]
    return [(-float(draw.uniform(100.0, 125.0)), float(draw.normal(0, 15.0))) for _ in range(2)]


def _keys(
    doing: Rest, pose: tuple[float, float], seconds: float, draw: np.random.Generator
) -> tuple[Key, ...]:
    """To the pose, movements in it, and back to the floor."""
    pitch, roll = pose
    keys = [Key(0.2, SETTLES_S, pitch, roll, 0.3 if doing != "stand" else 0.0)]
    at = keys[0].from_s + SETTLES_S
    if doing in ("off", "bag"):
        return tuple(keys)
    turned_s = 0.0
    while True:
        at += 0.5 + float(draw.exponential(MOVES_EVERY_S[doing]))
        if at > seconds - 2.0 * SETTLES_S - 22.0:
            break
        if doing == "lie" and at - turned_s > TURNS_EVERY_S:
            pitch, roll = _lying(draw)[0]
            turned_s = at
            keys.append(Key(at, 2.0, pitch, roll, 0.3))
            at += 2.0
            continue
        takes, lasts = float(draw.uniform(0.4, 1.2)), float(draw.uniform(0.3, 18.0))
        away = _away(doing, draw)
        keys.append(Key(at, takes, pitch + away[0], roll + away[1], keys[-1].forwards_m + away[2], away[3]))
        keys.append(Key(at + takes + lasts, takes, pitch, roll, keys[-2].forwards_m))
        at += 2.0 * takes + lasts
    keys.append(Key(seconds - SETTLES_S - 0.2, SETTLES_S))
    return tuple(keys)


def _away(doing: Rest, draw: np.random.Generator) -> tuple[float, float, float, float]:
    """A movement: pitch and roll in degrees, forwards and upwards in m."""
    if doing == "stand":
        return -float(draw.uniform(0.5, 3.0)), float(draw.normal(0, 1.0)), 0.0, 0.0
    if doing == "sit":
        return -float(draw.uniform(5.0, 40.0)), float(draw.normal(0, 5.0)), float(draw.normal(0, 0.08)), 0.01
    return float(draw.normal(0, 9.0)), float(draw.normal(0, 7.0)), float(draw.normal(0, 0.03)), 0.0


def _carrying(seconds: float, draw: np.random.Generator) -> tuple[Wave, ...]:
    """The bag of somebody who walks, with stops."""
    spans: list[tuple[float, float]] = []
    at = 4.0
    while at < seconds - 5.0:
        end = min(seconds - 2.0, at + float(draw.uniform(60.0, 240.0)))
        spans.append((at, end))
        at = end + float(draw.uniform(5.0, 60.0))
    hz, strength = float(draw.uniform(1.6, 2.1)), float(draw.uniform(1.2, 3.0))
    rate = 2.0 * np.pi * hz
    phase = float(draw.uniform(0, 6.28))
    moving = tuple(spans)
    return (
        Wave("up", strength / rate**2, hz, phase, moving),
        Wave("up", 0.3 * strength / (2.0 * rate) ** 2, 2.0 * hz, 2.0 * phase, moving),
        Wave("forwards", 0.6 * strength / (0.5 * rate) ** 2, 0.5 * hz, phase, moving),
        Wave("pitch", float(draw.uniform(2.0, 8.0)), 0.5 * hz, phase + 1.0, moving),
    )


def _forces(
    person: Person, doing: Rest, seconds: float, seed: int, rate_hz: float, feet: list[PosedFoot]
) -> ForceWalk:
    """What the poses leave of the load on the floor."""
    rows = round(seconds * rate_hz)
    if doing in ("off", "bag"):
        return stand(person, seconds, seed, (), rate_hz, "off")
    if doing == "stand":
        return stand(person, seconds, seed, (), rate_hz, "stand")
    seated = stand(person, seconds, seed, (), rate_hz, "sit")
    time_s = np.arange(rows) / rate_hz
    sides: list[F64] = []
    for foot, force_n in zip(feet, (seated.left, seated.right), strict=True):
        tilt = np.degrees(np.abs(foot.pose(time_s).pitch[0])) + 500.0 * foot.pose(time_s).ball_m[0, :, 2]
        on_floor = np.clip(1.0 - tilt / 12.0, 0.0, 1.0)[:, None]
        worn = force_n - person.shoe.preload_n
        heels = np.zeros(SENSORS)
        heels[:3] = HEELS_SHARE * person.weight_n / 3.0 if doing == "feet-out" else 0.0
        sides.append(worn * on_floor + heels * (1.0 - on_floor) + person.shoe.preload_n)
    return ForceWalk(rate_hz, sides[0], sides[1], f"virtual {doing}")


def _ride(
    person: Person, seconds: float, draw: np.random.Generator, length_m: float, rate_hz: float
) -> Resting:
    """On a bicycle, with rests of the pedals."""
    turned, breaks_s = _turned(float(draw.uniform(45.0, 100.0)), seconds, draw)
    crank_m, pitch = float(draw.choice([0.165, 0.17, 0.175])), float(draw.uniform(-12.0, 8.0))
    tipping, late = float(draw.uniform(6.0, 18.0)), float(draw.uniform(0.0, 1.0))
    base, push = float(draw.uniform(*PEDAL_BASE)), float(draw.uniform(*PEDAL_PUSH))
    start = float(draw.uniform(0, 2 * np.pi))
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    road = [(float(draw.uniform(7.0, 22.0)), float(draw.uniform(0.2, 1.0))) for _ in range(3)]
    feet: list[PosedFoot] = []
    sides: list[F64] = []
    for index, side in enumerate(("left", "right")):
        own = turned.copy()
        own[-1] += start + np.pi * index
        pedal = Pedal(own, breaks_s, crank_m, pitch, tipping, late, seconds)
        waves = tuple(
            Wave("up", acc / (2 * np.pi * hz) ** 2, hz, index * 1.0, ((4.0, seconds - 4.0),))
            for hz, acc in road
        )
        feet.append(PosedFoot((), waves, sensor_place(index, length_m), pedal))
        angle, rate, _ = pedal.angle(time_s)
        pushed = push * np.clip(np.sin(angle), 0.0, 1.0) ** 1.5 * np.clip(rate / 2.0, 0.0, 1.0)
        lean = np.full(len(time_s), FORWARDS_ON_PEDALS)
        places = places_of_load(person, "left" if side == "left" else "right", (), lean)
        sides.append(person.weight_n * (base + pushed)[:, None] * places + person.shoe.preload_n)
    forces = ForceWalk(rate_hz, sides[0], sides[1], "virtual cycling")
    return Resting(forces, feet[0], feet[1])


def _turned(rpm: float, seconds: float, draw: np.random.Generator) -> tuple[F64, F64]:
    """Pieces of the crank's angle and their breaks: its rate changes by some percent every few seconds, and
    rests now and then."""
    times, rates = [-1.0, SETTLES_S], [0.0, 0.0]
    usual = rpm * 2.0 * np.pi / 60.0
    next_rest_s = float(draw.uniform(40.0, 150.0))
    while times[-1] < seconds - 16.0:
        if times[-1] > next_rest_s:
            stopped = times[-1] + 1.0
            times += [stopped, stopped + float(draw.uniform(4.0, 20.0))]
            rates += [0.0, 0.0]
            next_rest_s = times[-1] + float(draw.uniform(40.0, 150.0))
        times.append(times[-1] + float(draw.uniform(2.0, 6.0)))
        rates.append(usual * float(np.clip(1.0 + draw.normal(0, 0.05), 0.85, 1.15)))
    times += [max(times[-1] + 1.0, seconds - SETTLES_S - 1.0), 1e6]
    rates += [0.0, 0.0]
    t, r = np.array(times), np.array(rates)
    width, change = np.diff(t), np.diff(r)
    begins = np.cumsum(np.concatenate([[0.0], width[:-1] * (r[:-2] + 0.5 * change[:-1])]))
    return np.stack([-0.5 * change / width**3, change / width**2, 0.0 * change, r[:-1], begins]), t
