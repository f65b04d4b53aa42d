"""Feet that look mirrored, swapped or back to front: two numbers from paper, their limits, and what is said.

The feet have the eight sensors of gaitpdb: lengths are shares of 265 mm, the ball is 0.36 x 265 = 95.4 mm
wide; medial sensors lie at 23.85 mm, middle ones at 47.7, lateral ones at 71.55.
"""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.imports import gaitpdb, sides

HEEL, LAT_HEEL, MED_HEEL, LAT_MID, MED_MID, LAT_BALL, MED_BALL, TOES = range(8)
"""At 0.1, 0.3, 0.3, 0.5, 0.5, 0.7, 0.7 and 0.9 of the length."""
Load = dict[int, float]
AIR: Load = {}


def rows(*stretches: tuple[int, Load]) -> np.ndarray:
    """So many rows of each load in newtons."""
    table = np.zeros((sum(count for count, _ in stretches), 8), np.float32)
    at = 0
    for count, load in stretches:
        for sensor, force_n in load.items():
            table[at : at + count, sensor] = force_n
        at += count
    return table


def signal(force_n: np.ndarray, foot: Foot = Foot.LEFT, layout: SensorLayout | None = None) -> FootSignal:
    return FootSignal(foot, np.arange(len(force_n)) / 100, force_n, layout or gaitpdb.layout())


def early(medial: float = 30.0) -> Load:
    """100 N whose centre lies at 0.4 of the length; of 50 N under the midfoot these on its medial side."""
    return {LAT_HEEL: 25.0, MED_HEEL: 25.0, LAT_MID: 50.0 - medial, MED_MID: medial}


def late(lateral: float = 50.0) -> Load:
    """100 N at 0.8 of the length: 50 under the toes, 50 under the ball, of these so many laterally."""
    return {TOES: 50.0, LAT_BALL: lateral, MED_BALL: 50.0 - lateral}


def mirrored(
    medial: float = 30.0, lateral: float = 50.0, count: int = 60, foot: Foot = Foot.LEFT
) -> FootSignal:
    return signal(rows((count, AIR), (count, early(medial)), (count, late(lateral))), foot)


@pytest.mark.worked_example("side_signs")
@pytest.mark.parametrize(
    ("medial", "lateral", "signs"),
    [
        # 30 of 50 N medially: (30 - 20) / 50. Early centre (50 x 47.7 + 20 x 71.55 + 30 x 23.85) / 100 =
        # 45.315 mm, 0.475 of the width; late (50 x 47.7 + 50 x 71.55) / 100 = 59.625 mm, 0.625.
        (30.0, 50.0, (0.2, 0.15)),
        (20.0, 0.0, (-0.2, -0.15)),
        (25.0, 25.0, (0.0, 0.0)),
        (50.0, 50.0, (1.0, 0.25)),
        (0.0, 50.0, (-1.0, 0.0)),
    ],
)
def test_two_numbers_that_are_positive_in_a_mirrored_foot(
    medial: float, lateral: float, signs: tuple[float, float]
):
    assert sides.side_signs(mirrored(medial, lateral)) == pytest.approx(signs, abs=1e-9)


@pytest.mark.worked_example("side_signs")
def test_the_midfoot_counts_while_the_foot_is_loaded_and_the_path_between_shares_of_the_length():
    """Loads of 15 % of the usual peak and less do not count, nor what is always there, nor other places."""
    base = [(60, AIR), (60, early()), (60, late())]
    more = [
        (5, {LAT_MID: 15.0}),  # not more than 15 % of 100 N
        (20, {HEEL: 100.0}),  # at 0.1
        (20, {MED_BALL: 60.0, LAT_MID: 20.0, MED_MID: 20.0}),  # at 0.62: in no part of the path
    ]
    # The midfoot's impulse has 400 N more on each side: (1800 - 1200) / (3000 + 800).
    expected = (600 / 3800, 0.15)
    assert sides.side_signs(signal(rows(*base, *more))) == pytest.approx(expected, abs=1e-9)
    shifted = rows(*base, *more) + np.float32(7.0)  # an unloaded level
    assert sides.side_signs(signal(shifted)) == pytest.approx(expected, abs=1e-6)
    gaps = rows(*base, *more, (10, {MED_MID: 300.0}))
    gaps[-10:, 0] = np.nan
    assert sides.side_signs(signal(gaps)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("load", "counts"),
    [
        ({LAT_HEEL: 49.0, MED_HEEL: 50.0, MED_MID: 1.0}, True),  # 0.302
        ({LAT_HEEL: 50.0, MED_HEEL: 50.0}, False),  # 0.3
        ({MED_HEEL: 1.0, LAT_MID: 49.0, MED_MID: 50.0}, True),  # 0.498
        ({LAT_MID: 50.0, MED_MID: 50.0}, False),  # 0.5
    ],
)
def test_mid_stance_lies_between_0_3_and_0_5_of_the_length(load: Load, counts: bool):
    mid = (1, {LAT_MID: 50.0, MED_MID: 40.0, HEEL: 10.0})
    found = sides.side_signs(signal(rows((60, AIR), (60, load), (60, late()), mid)))
    assert (found is not None) == counts


@pytest.mark.parametrize(
    ("load", "counts"),
    [({MED_BALL: 98.0, TOES: 2.0}, True), ({MED_BALL: 100.0}, False)],
)
def test_push_off_lies_beyond_0_7(load: Load, counts: bool):
    found = sides.side_signs(signal(rows((60, AIR), (60, early()), (60, load))))
    assert (found is not None) == counts


def test_sixty_samples_of_each_are_needed():
    assert sides.side_signs(mirrored(count=60)) is not None
    assert sides.side_signs(signal(rows((60, AIR), (59, early()), (60, late())))) is None
    assert sides.side_signs(signal(rows((60, AIR), (60, early()), (59, late())))) is None


def test_what_shows_neither_has_no_signs():
    made = mirrored()
    assert sides.side_signs(replace(made, layout=None)) is None
    assert sides.side_signs(signal(rows((59, early())))) is None
    assert sides.side_signs(signal(rows((600, AIR), (29, early())))) is None
    # A midfoot without load, and one with a single sensor.
    heel = {LAT_HEEL: 80.0, MED_HEEL: 20.0, LAT_BALL: 20.0}
    assert sides.side_signs(signal(rows((60, AIR), (60, heel), (60, late())))) is None
    layout = gaitpdb.layout()
    x_mm = layout.x_mm.copy()
    x_mm[MED_MID] = x_mm[LAT_MID]
    assert sides.side_signs(signal(made.force_n, layout=replace(layout, x_mm=x_mm))) is None


def test_the_first_ten_minutes_tell(monkeypatch: pytest.MonkeyPatch):
    assert sides.MAX_ROWS == 60_000
    monkeypatch.setattr(sides, "MAX_ROWS", 180)
    force_n = np.concatenate([mirrored().force_n, rows((600, early(0.0)))])
    assert sides.side_signs(signal(force_n)) == pytest.approx((0.2, 0.15), abs=1e-9)


def steps(count: int, up: Load, down: Load) -> np.ndarray:
    """Steps of 0, 20, 40, 100, 40, 20 N: the outer ones with these shares of load."""

    def times(load: Load, force_n: float) -> Load:
        return {sensor: share * force_n for sensor, share in load.items()}

    step = [
        (1, AIR),
        (1, times(up, 20.0)),
        (1, times(up, 40.0)),
        (1, {LAT_MID: 100.0}),
        (1, times(down, 40.0)),
        (1, times(down, 20.0)),
    ]
    return rows(*step * count)


@pytest.mark.worked_example("looks_backwards")
@pytest.mark.parametrize(
    ("up", "down", "backwards"),
    [
        ({HEEL: 1.0}, {TOES: 1.0}, False),
        ({TOES: 1.0}, {HEEL: 1.0}, True),
        # Only the first 20 N of a step rise to the next sample there; of the other three two are of its end:
        # the difference is two thirds of that of the places. 0.15 x 3 / 2 = 0.225.
        ({MED_BALL: 0.15, MED_MID: 0.85}, {MED_HEEL: 1.0}, True),  # 0.53 - 0.3 = 0.23
        ({MED_BALL: 0.10, MED_MID: 0.90}, {MED_HEEL: 1.0}, False),  # 0.52 - 0.3 = 0.22
    ],
)
def test_a_foot_that_strikes_with_the_toes_is_back_to_front(up: Load, down: Load, backwards: bool):
    assert sides.looks_backwards(signal(steps(15, up, down))) is backwards


def test_fifteen_strikes_are_needed():
    assert sides.looks_backwards(signal(steps(15, {TOES: 1.0}, {HEEL: 1.0})))
    assert not sides.looks_backwards(signal(steps(14, {TOES: 1.0}, {HEEL: 1.0})))
    assert not sides.looks_backwards(replace(signal(steps(15, {TOES: 1.0}, {HEEL: 1.0})), layout=None))


def test_only_what_lies_between_10_and_60_percent_of_the_peak_tells_how_a_foot_comes_and_goes():
    made = steps(20, {TOES: 1.0}, {HEEL: 1.0})
    made[2::6] *= 1.6  # 64 N
    made[4::6] *= 1.6
    made[1::6] *= 0.45  # 9 N
    made[5::6] *= 0.45
    assert not sides.looks_backwards(signal(made))  # nothing is left to judge
    made = steps(20, {TOES: 1.0}, {HEEL: 1.0})
    made[2::6] *= 1.45  # 58 N
    made[1::6] *= 0.55  # 11 N
    assert sides.looks_backwards(signal(made))


@pytest.mark.parametrize(
    ("edge_n", "counts"),
    [(10.1, True), (9.9, False), (59.9, True), (60.1, False)],
)
def test_a_sample_at_an_edge_of_a_step_counts_above_10_and_below_60_percent_of_the_peak(
    edge_n: float, counts: bool
):
    """The usual peak is 100 N: nothing but the edges lies between 10 and 60 of it."""
    step = [(1, AIR), (1, {TOES: edge_n}), (2, {LAT_MID: 100.0}), (1, {HEEL: edge_n})]
    found = sides._loaded_path(signal(rows(*step * 60)), edges=True)
    assert (found is not None) is counts
    if found is not None:
        assert len(found[2]) == 120


@pytest.mark.parametrize(("edge_n", "retained"), [(15.2, 240), (14.8, 120)])
def test_a_foot_is_loaded_above_15_percent_of_the_usual_peak(edge_n: float, retained: int):
    step = [(1, AIR), (1, {TOES: edge_n}), (2, {LAT_MID: 100.0}), (1, {HEEL: edge_n})]
    found = sides._loaded_path(signal(rows(*step * 60)))
    assert found is not None
    assert len(found[2]) == retained


BACK = "foot: the gait line runs from toes to heel; is the insole read back to front?"
BOTH = "medial and lateral look exchanged in both feet: left and right may be swapped"


def note(*feet: FootSignal, before: str = "") -> str:
    by_side = {foot.foot: foot for foot in feet}
    walk = Walk(by_side.get(Foot.LEFT), by_side.get(Foot.RIGHT), 100.0, SourceInfo("x", "made", before))
    after = sides.with_uncertainties(walk)
    assert (after is walk) == (after.source.note == before)
    assert (after.left, after.right) == (walk.left, walk.right)
    return after.source.note


def exchanged(foot: str, other: str) -> str:
    return f"{foot} foot: medial and lateral look exchanged; mirrored, or the {other} one?"


@pytest.mark.worked_example("mirrored")
@pytest.mark.parametrize(
    ("medial", "lateral", "text"),
    [
        (33.0, 50.0, True),  # 0.32
        (32.5, 50.0, False),  # 0.30
        (33.0, 19.2, True),  # medial 0.32; the path moves by 0.011 outward
        (33.0, 18.8, False),  # 0.009
        (50.0, 0.0, False),  # the path runs inward, as it should
        (10.0, 50.0, False),  # the midfoot carries laterally, as it should
    ],
)
def test_a_single_foot_must_be_clear(medial: float, lateral: float, text: bool):
    """Early 0.5 - (medial - 25) x 0.005, late 0.5 + (lateral - 25) x 0.005 of the width."""
    assert note(mirrored(medial, lateral)) == (exchanged("left", "right") if text else "")
    right = mirrored(medial, lateral, foot=Foot.RIGHT)
    assert note(right) == (exchanged("right", "left") if text else "")


@pytest.mark.worked_example("mirrored")
@pytest.mark.parametrize(
    ("left", "right", "texts"),
    [
        (28.0, 28.0, BOTH),  # 0.12 and 0.12
        (27.5, 27.5, ""),  # 0.10
        (35.0, 21.0, BOTH),  # 0.40 and -0.16: 0.12 on average
        (35.0, 17.5, exchanged("left", "right")),  # 0.40 and -0.30: 0.05
        (25.0, 33.0, BOTH),
        (16.0, 33.0, exchanged("right", "left")),  # -0.36 and 0.32
    ],
)
def test_of_two_feet_the_average_is_judged_first(left: float, right: float, texts: str):
    assert note(mirrored(left), mirrored(right, foot=Foot.RIGHT)) == texts


def test_remarks_come_after_those_of_the_file_back_to_front_first():
    back = steps(15, {TOES: 1.0}, {HEEL: 1.0})
    assert note(signal(back), before="first") == f"first; left {BACK}"
    both = np.concatenate([back, mirrored(50.0, count=200).force_n])
    assert note(signal(both)) == f"left {BACK}; {exchanged('left', 'right')}"
    pair = note(signal(both), signal(both, Foot.RIGHT), before="a; b")
    assert pair == f"a; b; left {BACK}; right {BACK}; {BOTH}"
    assert note(mirrored(10.0), before="nothing else") == "nothing else"
