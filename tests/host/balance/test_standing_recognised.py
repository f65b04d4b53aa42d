"""Standing is one standing however it is recorded: published sway, any share of load, rate, noise, weight."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.array_types import F64
from plantigrade.gait.settings import LOAD_BIN_S, STEADY_SUM_SHARE, STEADY_WINDOW_S
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.twin.body import Condition, ForceWalk, draw_person, stand

from tools.validation import balance
from tools.validation import standing_variations as made
from tools.validation.balance import Plate
from tools.validation.standing_variations import VARIATIONS, Variation

WEIGHT_N = 640.0
SWAY = {
    # 95th percentiles of 117 healthy people (BDS): area of the ellipse mm2, velocity mm/s
    "young, firm, open": (553.0, 15.1),
    "old, firm, closed": (491.0, 16.5),
    "old, foam, open": (2991.0, 45.9),
    "old, foam, closed": (4049.0, 53.6),
}
PER_AREA = np.pi * 5.991
"""Area of a 95 % ellipse over the product of its SDs."""


def plate_of(area_mm2: float, velocity_mm_per_s: float, seed: int) -> Plate:
    """A minute of sway with that area and velocity: two sums of slow and quick noise, and the weight moving
    by half a percent with breath and heart."""
    draw = np.random.default_rng(seed)
    time_s = np.arange(6000) / 100.0
    x, y = (_wandering(draw, velocity_mm_per_s, np.sqrt(area_mm2 / PER_AREA)) for _ in range(2))
    breath = 1.0 + 0.003 * np.sin(2 * np.pi * 0.25 * time_s) + 0.002 * np.sin(2 * np.pi * 1.2 * time_s)
    return Plate("drawn", 100.0, WEIGHT_N * breath, x, y)


def _wandering(draw: np.random.Generator, velocity: float, sd: float) -> F64:
    """Noise below 1 Hz of that SD, and as much below 4 Hz as the velocity asks for."""
    frequency = np.fft.rfftfreq(6000, 0.01)

    def below(hz: float) -> F64:
        phases = np.exp(2j * np.pi * draw.random(len(frequency)))
        values = np.fft.irfft(np.where((frequency > 0.05) & (frequency < hz), phases, 0.0), 6000)
        return values / values.std()

    slow, quick = sd * below(1.0), below(4.0)
    speed = float(np.mean(np.abs(np.diff(slow)))) * 100.0
    wanted = velocity / np.sqrt(2.0)
    own = float(np.mean(np.abs(np.diff(quick)))) * 100.0
    return slow + quick * np.sqrt(max(0.0, wanted**2 - speed**2)) / own


@settings(max_examples=20, deadline=None)
@given(
    sway=st.sampled_from(sorted(SWAY)),
    right_share=st.floats(0.05, 0.95),
    rate_hz=st.sampled_from([50.0, 100.0, 200.0]),
    noise_n=st.floats(0.0, 2.0),
    left_gain=st.floats(0.8, 1.3),
    stated=st.sampled_from(made.WEIGHTS),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_minute_of_any_published_sway_is_one_standing(
    sway: str,
    right_share: float,
    rate_hz: float,
    noise_n: float,
    left_gain: float,
    stated: float | None,
    seed: int,
) -> None:
    plate = plate_of(*SWAY[sway], seed % 1000)
    variation = Variation("", right_share, rate_hz, noise_n, left_gain)
    found = made.spans(made.recorded(plate, variation, seed), None if stated is None else stated * WEIGHT_N)
    assert made.is_one_standing(found)


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda one: one.name)
@pytest.mark.parametrize("trial", ["BDS00013", "BDS00041", "BDS00045"])
def test_the_stillest_and_the_widest_recorded_sway(
    trial: str, variation: Variation, shared_data: Path
) -> None:
    """Area 56, 2996 and 4987 mm2: a firm floor, foam, foam with eyes closed. The weight is not stated."""
    plate = balance.read_plate(shared_data / "bds" / f"{trial}.txt.gz")
    assert made.is_one_standing(made.spans(made.recorded(plate, variation, 1), None))


@pytest.mark.parametrize("stated", made.WEIGHTS)
@pytest.mark.parametrize("seed", range(3))
def test_who_sits_does_not_stand(stated: float | None, seed: int) -> None:
    """A quarter of the weight, and noise of 1.5 N in each sensor."""
    walk = made.seated(made.recorded(plate_of(*SWAY["old, firm, closed"], seed), Variation("")), seed)
    assert made.is_seated(made.spans(walk, None if stated is None else stated * WEIGHT_N))


@pytest.mark.parametrize("stated", made.WEIGHTS)
def test_standing_before_and_after(stated: float | None) -> None:
    """8 s of sitting, a rise, standing; 10 s of standing, a step with each foot, 10 s of standing."""
    walk = made.recorded(plate_of(*SWAY["young, firm, open"], 4), Variation("", noise_n=1.0))
    weight_n = None if stated is None else stated * WEIGHT_N
    assert made.is_rise(made.spans(made.rises(walk), weight_n))
    assert made.is_parted(made.spans(made.steps(walk), weight_n))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("doing", ["stand", "sit"])
def test_virtual_people_stand_and_sit(seed: int, stated: bool, doing: Literal["stand", "sit"]) -> None:
    person = draw_person(seed)
    found = made.spans(walk_of(stand(person, 60.0, seed, doing=doing)), person.weight_n if stated else None)
    assert made.is_one_standing(found) if doing == "stand" else made.is_seated(found)


@pytest.mark.parametrize("part", [0.6, 0.75, 0.9])
def test_a_virtual_stroke_is_one_standing(part: float) -> None:
    forces = stand(draw_person(5), 60.0, 2, (Condition("standing-asymmetric", 100 * part, "right"),))
    assert made.is_one_standing(made.spans(walk_of(forces), None))


def walk_of(forces: ForceWalk) -> Walk:
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    left, right = (
        FootSignal(foot, time_s, force.astype(np.float32))
        for foot, force in ((Foot.LEFT, forces.left), (Foot.RIGHT, forces.right))
    )
    return Walk(left, right, forces.rate_hz)


def test_what_a_standing_body_moves_stays_below_the_limit_of_a_steady_sum(shared_data: Path) -> None:
    """The widest of the recorded sways: its own weight within a second, and beside insoles whose gains differ
    by 30 % what it takes from foot to foot in 95 of 100 seconds."""
    plate = balance.read_plate(shared_data / "bds" / "BDS00045.txt.gz")
    bins = plate.force_n.reshape(-1, round(LOAD_BIN_S * plate.rate_hz)).mean(axis=1)
    own = np.lib.stride_tricks.sliding_window_view(bins, round(STEADY_WINDOW_S / LOAD_BIN_S) + 1)
    aside = np.lib.stride_tricks.sliding_window_view(
        plate.x_mm / balance.FEET_APART_MM, round(STEADY_WINDOW_S * plate.rate_hz)
    )
    weight = float(np.max(np.ptp(own, axis=1) / own.mean(axis=1)))
    moved = float(np.quantile(np.ptp(aside, axis=1), 0.95))
    assert 0.3 * STEADY_SUM_SHARE < weight + 0.3 * moved < 1.1 * STEADY_SUM_SHARE
