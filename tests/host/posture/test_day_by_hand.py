"""What a day asked of the body, and both feet on one time base, against numbers worked out on paper."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.diary.day_load import daily_values, loads_of
from plantigrade.posture.rules_engine.even_time import EvenForces, seconds_of
from plantigrade.posture.rules_engine.features import StrideColumns

from tests.host.posture.analysed import analysis, foot_analysis, stride_table
from tests.host.posture.kit import second

WALKED = analysis(foot_analysis(Foot.LEFT, stride_table([1.1])), None, steps=[120, 0, 45])


def forces(left: Sequence[float], right: Sequence[float]) -> list[StrideColumns]:
    return [
        StrideColumns(
            foot, np.arange(float(len(v))), np.ones(len(v), np.bool_), {"mean_force_n": np.array(v, float)}
        )
        for foot, v in ((Foot.LEFT, left), (Foot.RIGHT, right))
    ]


@pytest.mark.worked_example("steps", "standing_h", "longest_still_min", "load_asymmetry_pct")
def test_the_loads_of_a_recording():
    """120 + 0 + 45 steps; 3 of 5 seconds standing; 90 s still at most; 200 x 60 / 1140 = 10.526 %."""
    standing = [(0.0, 0.0), (1.0, 1.0), (2.0, 90.0), (3.0, 3.0), (0.0, 0.0)]
    seconds = [second(float(i), standing_s=a, still_s=b) for i, (a, b) in enumerate(standing)]
    found = loads_of(WALKED, forces([590.0, 600.0, 800.0], [540.0]), seconds)
    assert found == {
        "steps": 165.0,
        "standing_h": pytest.approx(3 / 3600),
        "longest_still_min": pytest.approx(1.5),
        "load_asymmetry_pct": pytest.approx(10.526316, abs=1e-6),
    }
    mirrored = loads_of(WALKED, forces([540.0], [600.0]), [])
    assert mirrored == {"steps": 165.0, "load_asymmetry_pct": pytest.approx(10.526316, abs=1e-6)}


@pytest.mark.parametrize(
    "tables",
    [forces([600.0], []), forces([], [600.0]), forces([600.0], [600.0])[:1], []],
    ids=["no right stride", "no left stride", "one foot", "no foot"],
)
def test_a_difference_of_the_feet_needs_both(tables: list[StrideColumns]):
    assert loads_of(WALKED, tables, []) == {"steps": 165.0}


def day(tag: str, strides: int, medians: dict[str, float], on: str = "2026-03-01", **loads: float) -> Day:
    return Day(on, tag, strides, medians, {}, loads)


FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
TRAIL = day("trail", 60, {"left/x": 0.10, "right/x": 0.12}, steps=3000.0, standing_h=0.5, other=1.0)
WORK = day("work", 180, {"left/x": 0.15}, steps=1000.0, standing_h=2.0, longest_still_min=9.0, other=2.0)
NEXT = day("work", 60, {"right/x": 0.2}, "2026-03-02", longest_still_min=4.0, x=7.0)


@pytest.mark.worked_example("steps", "standing_h", "longest_still_min")
def test_parts_of_a_day_are_added_up_or_the_longest_or_weighted_by_their_strides():
    values = daily_values(
        [TRAIL, WORK, NEXT], ("steps", "standing_h", "longest_still_min", "x", "other", "unheard")
    )
    assert values["steps"] == {FIRST: 4000.0}
    assert values["standing_h"] == {FIRST: 2.5}
    assert values["longest_still_min"] == {FIRST: 9.0, SECOND: 4.0}
    # Mean of the feet 0.11 and 0.15, then 60 and 180 strides: (60 x 0.11 + 180 x 0.15) / 240 = 0.14. On the
    # second day a load of the name stands before the medians of the feet.
    assert values["x"] == pytest.approx({FIRST: 0.14, SECOND: 7.0})
    assert values["other"] == pytest.approx({FIRST: 1.75})  # (60 x 1 + 180 x 2) / 240
    assert values["unheard"] == {}


def test_the_longest_of_several_parts_is_the_day_s():
    parts = [day("a", 60, {}, longest_still_min=9.0), day("b", 600, {}, longest_still_min=4.0)]
    assert daily_values(parts, ["longest_still_min"]) == {"longest_still_min": {FIRST: 9.0}}


def test_a_part_without_strides_counts_as_one():
    parts = [day("a", 0, {}, x=1.0), day("b", 3, {}, x=5.0)]
    assert daily_values(parts, ["x"])["x"] == {FIRST: pytest.approx(4.0)}  # (1 + 3 x 5) / 4


def signal(foot: Foot, time_s: Sequence[float], total_n: Sequence[float]) -> FootSignal:
    half = np.array(total_n, np.float32)[:, None] / 2
    return FootSignal(foot, np.array(time_s, np.float64), np.hstack([half, half]))


def test_the_force_of_a_foot_stands_at_the_nearest_row_and_nothing_where_nothing_was_recorded():
    """Rows at 5.0, 5.1, ...: 5.04 belongs to the first, 5.06 to the second; the sensors are added up."""
    force = EvenForces(signal(Foot.LEFT, [4.9, 5.04, 5.16, 5.26, 5.52], [7.0, 10.0, 20.0, 30.0, 40.0]), 10.0)
    assert force.total_between(5.0, 4).tolist() == [10.0, 0.0, 20.0, 30.0]
    assert force.total_between(5.4, 3).tolist() == [0.0, 40.0, 0.0]
    assert force.total_between(9.0, 2).tolist() == [0.0, 0.0]
    assert force.total_between(5.0, 4).dtype == np.float32
    assert EvenForces(None, 10.0).total_between(5.0, 3).tolist() == [0.0, 0.0, 0.0]


def test_a_sample_at_the_end_of_a_piece_stays_in_it():
    """5.29 rounds to the row after the piece's last, 5.3 is the first of the next."""
    force = EvenForces(signal(Foot.LEFT, [5.29, 5.3], [10.0, 20.0]), 10.0)
    assert force.total_between(5.0, 3).tolist() == [0.0, 0.0, 10.0]
    assert force.total_between(5.3, 1).tolist() == [20.0]


def walk(left: FootSignal | None, right: FootSignal | None, rate_hz: float = 2.0) -> Walk:
    return Walk(left, right, rate_hz)


def flat(foot: Foot, from_s: float, seconds: float, total_n: float) -> FootSignal:
    time_s = from_s + np.arange(round(seconds * 2)) / 2.0
    return signal(foot, time_s.tolist(), [total_n] * len(time_s))


def test_seconds_run_from_the_first_sample_of_either_foot_to_the_last():
    """Left from 10 s to 1260 s, right from 12 s to 1300 s, in pieces of ten minutes."""
    found = seconds_of(walk(flat(Foot.LEFT, 10, 1250, 350), flat(Foot.RIGHT, 12, 1288, 350)), 700.0)
    assert [o.time_s for o in found] == [10.0 + i for i in range(1, 1291)]
    standing = [o.values["standing_s"] for o in found]
    assert standing[:3] == [0.0, 0.0, 1.0], "for two seconds only the left foot carries, half the weight"
    assert standing[1249] == 1248.0
    assert standing[1259] == 1258.0, "ten seconds of a break"
    assert standing[1260:] == [0.0] * 30
    assert [o.values["worn"] for o in found] == [1.0] * 1290


def test_a_piece_of_ten_minutes_of_an_odd_rate_is_a_little_shorter_or_longer():
    """10.234 rows a second: 6140 rows are 599.96 s. Standing until 650 s, row 6652; a second has ten rows.

    The row 6652 is in the 666th ten of rows, which still begins on both feet and so ends unsteady.
    """
    time_s = np.arange(7200) / 10.234
    total = np.where(time_s < 650.0, 350.0, 0.0)
    left, right = (signal(foot, time_s.tolist(), total.tolist()) for foot in Foot)
    found = seconds_of(walk(left, right, 10.234), 700.0)
    standing = [one.values["still_s"] > 0 for one in found]
    assert standing == [True] * 665 + [False] * 55


@pytest.mark.parametrize("weight_n", [0.0, -700.0, float("nan")])
def test_shares_need_a_weight(weight_n: float):
    assert seconds_of(walk(flat(Foot.LEFT, 0, 5, 350), flat(Foot.RIGHT, 0, 5, 350)), weight_n) == []


def test_a_foot_without_samples_leaves_nothing_to_say():
    some, none = flat(Foot.LEFT, 0, 5, 350), flat(Foot.RIGHT, 0, 0, 350)
    assert seconds_of(walk(some, none), 700.0) == []
    assert len(seconds_of(walk(some, flat(Foot.RIGHT, 0, 1, 350)), 700.0)) == 5
