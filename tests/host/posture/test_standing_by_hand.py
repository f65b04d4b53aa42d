"""Seconds of standing, relief and wear: each level on both of its sides, each figure worked out on paper.

Four rows a second of a person of 700 N; a second is written as the shares of body weight under the left and
the right foot, or as its four rows.
"""

from collections.abc import Sequence

import numpy as np
import pytest
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.standing import StandingWatch

WEIGHT_N = 700.0
RATE_HZ = 4
Row = tuple[float, float]
EVEN: Row = (0.5, 0.5)
SITTING: Row = (0.2, 0.2)
OFF: Row = (0.0, 0.0)


def rows(*parts: tuple[int, Row]) -> list[Row]:
    """So many seconds of each pair of shares."""
    return [row for seconds, row in parts for row in [row] * (seconds * RATE_HZ)]


def watched(shares: Sequence[Row], start_s: float = 0.0) -> list[Observation]:
    forces = WEIGHT_N * np.array(shares)
    return StandingWatch(RATE_HZ, WEIGHT_N, start_s).feed(forces[:, 0], forces[:, 1])


def last(*parts: tuple[int, Row]) -> dict[str, float]:
    return dict(watched(rows(*parts))[-1].values)


def second(*four: Row) -> dict[str, float]:
    return dict(watched(four)[-1].values)


@pytest.mark.worked_example("worn", "not_worn_s", "standing_s", "still_s", "loaded_s", "standing_left_pct")
def test_ninety_seconds_of_standing_and_twenty_of_sitting():
    """Standing with 60 % on the left; then 20 % of the weight on each foot, which loads them all the same."""
    at_90 = last((90, (0.6, 0.4)))
    assert (at_90["worn"], at_90["not_worn_s"]) == (1.0, 0.0)
    assert (at_90["standing_s"], at_90["still_s"], at_90["loaded_s"]) == (90.0, 90.0, 90.0)
    assert at_90["standing_left_pct"] == pytest.approx(60.0)
    assert np.isnan(at_90["one_sided_pct"]), "not yet six minutes"
    at_110 = last((90, (0.6, 0.4)), (20, SITTING))
    assert (at_110["standing_s"], at_110["still_s"], at_110["loaded_s"]) == (0.0, 0.0, 110.0)
    assert at_110["standing_left_pct"] == pytest.approx(60.0)
    assert at_110["one_sided_pct"] == 0.0


def test_a_second_is_told_at_its_end_and_the_clock_starts_where_it_is_told():
    assert [o.time_s for o in watched(rows((3, EVEN)))] == [1.0, 2.0, 3.0]
    assert [o.time_s for o in watched(rows((2, EVEN)), start_s=100.5)] == [101.5, 102.5]
    assert all(o.foot is None for o in watched(rows((3, EVEN))))


def test_rows_wait_for_their_second_and_for_the_other_foot():
    watch, force = StandingWatch(RATE_HZ, WEIGHT_N), np.full(7, 350.0)
    assert watch.feed(force, force[:3]) == []
    (first,) = watch.feed(force[:0], force[:4])
    assert first.values["standing_s"] == 1.0
    assert first.time_s == 1.0, "from nought where no start is told"
    assert len(watch.feed(force[:1], force[:1])) == 1, "three rows had waited"


def test_a_rate_is_rounded_to_whole_rows():
    force = np.full(101, 350.0)
    assert len(StandingWatch(25.4, WEIGHT_N).feed(force, force)) == 4
    assert len(StandingWatch(24.6, WEIGHT_N).feed(force[:100], force[:100])) == 4


@pytest.mark.parametrize(("both", "standing"), [(0.61, 1.0), (0.59, 0.0), (1.3, 1.0)])
def test_standing_takes_more_than_six_tenths_of_the_weight(both: float, standing: float):
    assert last((1, (both / 2, both / 2)))["standing_s"] == standing


@pytest.mark.parametrize(
    ("four", "standing"),
    [
        ([EVEN, EVEN, EVEN, (0.28, 0.28)], 1.0),  # the total ranges over 0.44
        ([EVEN, EVEN, EVEN, (0.27, 0.27)], 0.0),  # 0.46
        ([(0.2, 0.8), EVEN, EVEN, (0.79, 0.21)], 1.0),  # each foot ranges over 0.59, the total over nothing
        ([(0.2, 0.8), EVEN, EVEN, (0.81, 0.19)], 0.0),  # 0.61: a step
        ([(0.2, 0.8), EVEN, EVEN, (0.81, 0.41)], 1.0),  # only one of the feet ranges that far
        ([(0.8, 0.2), EVEN, EVEN, (0.41, 0.81)], 1.0),
    ],
)
def test_standing_is_steady(four: list[Row], standing: float):
    assert second(*four)["standing_s"] == standing


@pytest.mark.parametrize(("both", "worn"), [(0.019, 0.0), (0.021, 1.0)])
def test_worn_is_more_than_a_fiftieth_of_the_weight(both: float, worn: float):
    values = last((5, (both, 0.0)))
    assert (values["worn"], values["not_worn_s"]) == (worn, 0.0 if worn else 5.0)


def test_time_not_worn_begins_anew_after_a_load():
    assert last((30, OFF), (1, SITTING))["not_worn_s"] == 0.0
    assert last((30, OFF), (1, SITTING), (7, OFF))["not_worn_s"] == 7.0


@pytest.mark.parametrize(
    ("light", "seconds", "loaded"),
    [(0.149, 1, 62.0), (0.149, 2, 1.0), (0.149, 9, 1.0), (0.151, 2, 63.0), (0.151, 30, 91.0)],
)
def test_a_foot_is_relieved_by_two_seconds_below_fifteen_per_cent(light: float, seconds: int, loaded: float):
    """60 s of load on one foot, then so many light ones, then one of load; the other foot is off."""
    left = [(60, (0.9, 0.0)), (seconds, (light, 0.0)), (1, (0.9, 0.0))]
    assert last(*left)["loaded_s"] == loaded
    right = [(complete, (b, a)) for complete, (a, b) in left]
    assert last(*right)["loaded_s"] == loaded


def test_the_foot_that_was_loaded_longer_counts():
    left_longer = last((10, (0.5, 0.5)), (3, (1.0, 0.0)), (4, EVEN))
    right_longer = last((10, (0.5, 0.5)), (3, (0.0, 1.0)), (4, EVEN))
    assert left_longer["loaded_s"] == right_longer["loaded_s"] == 17.0


@pytest.mark.parametrize(
    ("lowest", "highest", "loaded"),
    [(0.04, 0.31, 0.0), (0.06, 0.31, 11.0), (0.04, 0.29, 11.0)],
    ids=["a step", "never off the ground", "never on it"],
)
def test_a_step_relieves_both_feet_at_once(lowest: float, highest: float, loaded: float):
    step = [(lowest, highest), (highest, highest), (highest, lowest), (highest, highest)]
    assert watched(rows((10, EVEN)) + step)[-1].values["loaded_s"] == loaded


@pytest.mark.parametrize(
    ("share", "seconds", "still"),
    [
        (0.605, 2, 62.0),  # not yet held for three seconds
        (0.605, 3, 0.0),
        (0.605, 8, 5.0),
        (0.595, 8, 68.0),  # less than a tenth
        (0.395, 3, 0.0),  # to the other side
        (0.405, 8, 68.0),
    ],
)
def test_a_transfer_is_more_than_a_tenth_held_for_three_seconds(share: float, seconds: int, still: float):
    assert last((60, EVEN), (seconds, (share, 1 - share)))["still_s"] == still


def test_a_transfer_is_held_without_a_break_and_against_where_the_weight_rested():
    """Twice two seconds with one between are no transfer; a drift of 0.04 at a time ends in one."""
    away = (0.7, 0.3)
    assert last((60, EVEN), (2, away), (1, EVEN), (2, away))["still_s"] == 65.0
    drift = last((60, EVEN), (9, (0.54, 0.46)), (9, (0.58, 0.42)), (9, (0.62, 0.38)))
    assert drift["still_s"] == 6.0
    back = last((60, EVEN), (10, (0.62, 0.38)), (9, EVEN))
    assert back["still_s"] == 6.0, "against the new place it is a transfer again"


def test_time_still_begins_anew_after_a_step_wherever_the_weight_comes_down():
    values = last((60, EVEN), (2, (0.7, 0.3)), (1, SITTING), (20, (0.9, 0.1)))
    assert (values["still_s"], values["standing_s"]) == (20.0, 83.0)
    assert last((60, EVEN), (1, SITTING))["still_s"] == 0.0


@pytest.mark.parametrize(("walked", "standing"), [(10, 75.0), (11, 5.0)])
def test_a_walk_of_up_to_ten_seconds_does_not_end_a_spell(walked: int, standing: float):
    assert last((60, EVEN), (walked, SITTING), (5, EVEN))["standing_s"] == standing
    assert last((60, EVEN), (walked, SITTING))["standing_s"] == (70.0 if walked == 10 else 0.0)


def test_a_recording_that_begins_sitting_has_no_spell_to_go_on_with():
    assert last((3, SITTING))["standing_s"] == 0.0
    assert last((3, SITTING), (5, EVEN))["standing_s"] == 5.0


@pytest.mark.worked_example("standing_left_pct")
def test_the_left_share_is_the_mean_over_the_last_ten_minutes_of_standing():
    """From one minute on. 599 s of 60 % after one of 90 %: (599 x 60 + 90) / 600 = 60.05."""
    assert np.isnan(last((59, (0.6, 0.4)))["standing_left_pct"])
    assert last((60, (0.6, 0.4)))["standing_left_pct"] == pytest.approx(60.0)
    assert last((30, (0.6, 0.4)), (90, SITTING), (30, (0.4, 0.6)))["standing_left_pct"] == pytest.approx(50.0)
    assert last((5, (0.9, 0.1)), (599, (0.6, 0.4)))["standing_left_pct"] == pytest.approx(60.05)
    assert last((5, (0.9, 0.1)), (600, (0.6, 0.4)))["standing_left_pct"] == pytest.approx(60.0)


@pytest.mark.worked_example("one_sided_pct")
@pytest.mark.parametrize(
    ("parts", "one_sided"),
    [
        ([(359, (0.7, 0.3))], np.nan),
        ([(360, (0.7, 0.3))], 70.0),
        ([(360, (0.3, 0.7))], 70.0),  # the right foot carries
        ([(360, (0.44, 0.66))], 60.0),  # 110 % of the weight: 0.44 / 1.1 = 0.4 on the left
        # 36 values of 0.6 and 324 of 0.7: the tenth quantile lies at place 0.1 x 359 = 35.9, nine tenths of
        # the way from 0.6 to 0.7.
        ([(36, (0.6, 0.4)), (324, (0.7, 0.3))], 69.0),
        ([(40, (0.6, 0.4)), (320, (0.7, 0.3))], 60.0),  # place 35.9 lies within the 0.6
        # 324 of 0.3 and 36 of 0.4: the ninetieth hundredth at 323.1 is 0.31, the right foot's part 0.69.
        ([(36, (0.4, 0.6)), (324, (0.3, 0.7))], 69.0),
        # Of the last ten minutes alone: the first 100 s are forgotten.
        ([(100, (0.5, 0.5)), (600, (0.7, 0.3))], 70.0),
        ([(100, (0.5, 0.5)), (500, (0.7, 0.3))], 50.0),
    ],
)
def test_one_sided_is_what_the_heavier_foot_carries_for_nine_tenths_of_the_time(
    parts: list[tuple[int, Row]], one_sided: float
):
    assert last(*parts)["one_sided_pct"] == pytest.approx(one_sided, nan_ok=True)


def test_one_sidedness_is_worked_out_every_five_seconds_while_standing():
    """360 s on one side, then even: the tenth quantile falls as the even seconds fill the first tenth."""
    assert last((360, (0.7, 0.3)), (39, EVEN))["one_sided_pct"] == pytest.approx(70.0)  # place 39.4 of 395 s
    assert last((360, (0.7, 0.3)), (44, EVEN))["one_sided_pct"] == pytest.approx(68.0)  # at 400 s: place 39.9
    assert last((360, (0.7, 0.3)), (45, EVEN))["one_sided_pct"] == pytest.approx(50.0)  # at 405 s
    assert last((362, (0.7, 0.3)), (1, SITTING))["one_sided_pct"] == 0.0
    assert last((362, (0.7, 0.3)), (1, SITTING), (1, EVEN))["one_sided_pct"] == pytest.approx(70.0)


@pytest.mark.parametrize(("sat", "stored"), [(1800, True), (1801, False)])
def test_sides_are_forgotten_after_half_an_hour_without_standing(sat: int, stored: bool):
    values = last((400, (0.7, 0.3)), (sat, SITTING), (1, (0.7, 0.3)))
    expected = 70.0 if stored else np.nan
    assert values["one_sided_pct"] == pytest.approx(expected, nan_ok=True)
    assert values["standing_left_pct"] == pytest.approx(expected, nan_ok=True)


def test_the_first_second_ends_one_second_after_the_first_row():
    """Which is at 0 s where nothing else is said."""
    even = np.full(2 * RATE_HZ, 350.0)
    assert [one.time_s for one in StandingWatch(RATE_HZ, WEIGHT_N).feed(even, even)] == [1.0, 2.0]
    assert [one.time_s for one in StandingWatch(RATE_HZ, WEIGHT_N, 7.5).feed(even, even)] == [8.5, 9.5]
