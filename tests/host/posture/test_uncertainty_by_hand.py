"""How the sensors' uncertainty and the strides' scatter reach a finding, against numbers worked out on paper.

Eight sensors: heel, midfoot, forefoot and toes, each with one medial and one lateral, but the second of the
midfoot lies between. Impulses 10, 20, 5, 5, 30, 20, 4, 6 N s (100 in all), known to within 1, 2, 1, 1, 3, 2,
2, 3 N s.
"""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, SensorLayout
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.rules_engine.findings import RuleFinding, State, judge
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Combine, Rule, Scope, Statistic, Term
from plantigrade.posture.rules_engine.section import medial_of
from plantigrade.posture.rules_engine.uncertainty import ratio_sd, sensor_sd

from tests.host.posture.kit import Usual, columns
from tests.host.posture.test_rule_values import rule

REGIONS = ("heel", "heel", "midfoot", "midfoot", "forefoot", "forefoot", "toes", "toes")
MEDIAL = np.array([1.0, -1.0, 1.0, 0.0, 1.0, -1.0, 1.0, -1.0])
IMPULSE = np.array([10.0, 20.0, 5.0, 5.0, 30.0, 20.0, 4.0, 6.0])
ERROR = np.array([1.0, 2.0, 1.0, 1.0, 3.0, 2.0, 2.0, 3.0])


def table(foot: Foot = Foot.LEFT, strides: int = 40, **values: float) -> StrideColumns:
    made = columns(foot, strides, noise=0.0, **values)
    return replace(made, relative_sd=ERROR / IMPULSE, impulse_n_s=IMPULSE)


def test_a_share_of_two_sensors():
    """30 +- 3 of 100 with 70 +- 14: (1 - 0.3) 3 / 100 = 0.021, 0.3 x 14 / 100 = 0.042; 0.0469574 together."""
    arguments = (np.array([30.0, 70.0]), np.array([0.1, 0.2]), np.array([1.0, 0.0]), np.ones(2))
    assert ratio_sd(*arguments) == pytest.approx(0.0469574, rel=1e-6)


@pytest.mark.parametrize("impulse", [[0.0, 0.0], [-1.0, 0.5]])
def test_a_share_of_nothing_is_not_known(impulse: list[float]):
    assert np.isnan(ratio_sd(np.array(impulse), np.ones(2), np.array([1.0, 0.0]), np.ones(2)))


@pytest.mark.worked_example("sensor_sd")
@pytest.mark.parametrize(
    ("metric", "sd"),
    [
        # 10 of 90 without toes. Midfoot 8/9 x (1, 1), the rest 1/9 x (1, 2, 3, 2): sqrt(146 / 81) / 90.
        ("force_arch_index", 0.01491734),
        # Medial half, the sensor between counts half: 7.5 of 47.5, share 3/19. In 1/47.5: 16/19 x (1, 0.5)
        # and 3/19 x (1, 3): sqrt(320 + 90) / 19 / 47.5.
        ("medial_arch_index", 0.02243596),
        # Lateral half: 2.5 of 42.5, share 1/17. In 1/42.5: 16/17 x 0.5 and 1/17 x (2, 2): sqrt(64 + 8) / 17.
        ("lateral_arch_index", 0.01174433),
        # 30 of 100: 0.7 x (1, 2) and 0.3 x (1, 1, 3, 2, 2, 3) per cent: sqrt(0.49 x 5 + 0.09 x 28).
        ("load_share_heel_pct", 2.22934968),
        ("load_share_midfoot_pct", 1.38924440),  # 10 of 100: sqrt(0.81 x 2 + 0.01 x 31)
        # 10 - 20 over 30 is -1/3: (1 + 1/3) x 1 and (-1 + 1/3) x 2, over 30.
        ("ml_index_heel", 0.06285394),
        ("ml_index_midfoot", 0.0),  # only one sensor has a side: the index is 1 whatever it says
        # 30 - 20 over 50 is 0.2: 0.8 x 3 and 1.2 x 2, over 50.
        ("ml_index_forefoot", 0.06788225),
        # Sums: sqrt(33) of 100 is 5.744563 %, of a median of 600.
        ("mean_force_n", 34.4673759),
        ("impulse_n_s", 34.4673759),
        ("carried_bw", 34.4673759),
        ("push_off_bw", 34.4673759),
        ("first_peak_bw", 34.4673759),
        ("loading_rate_bw_per_s", 34.4673759),
    ],
)
def test_what_the_sensors_do_to_a_value(metric: str, sd: float):
    known = table(**{metric: 600.0})
    assert sensor_sd(metric, known, REGIONS, MEDIAL) == pytest.approx(sd, rel=1e-6)
    mirrored = replace(known, values={metric: -known.values[metric]})
    assert sensor_sd(metric, mirrored, REGIONS, MEDIAL) == pytest.approx(sd, rel=1e-6)


@pytest.mark.parametrize("metric", ["stride_time_s", "cop_mean_x_pct", "second_peak_missing"])
def test_what_does_not_follow_from_single_sensors_is_not_propagated(metric: str):
    assert np.isnan(sensor_sd(metric, table(**{metric: 1.0}), REGIONS, MEDIAL))


@pytest.mark.parametrize("lacking", ["relative_sd", "impulse_n_s"])
def test_without_uncertainty_or_impulses_of_the_sensors_nothing_is_known(lacking: str):
    lacks = replace(table(mean_force_n=600.0), **{lacking: None})
    for metric in ("mean_force_n", "force_arch_index"):
        assert np.isnan(sensor_sd(metric, lacks, REGIONS, MEDIAL))


def test_a_sum_without_strides_is_not_known_and_without_load_not_divided_by():
    assert np.isnan(sensor_sd("mean_force_n", table(), REGIONS, MEDIAL))
    unloaded = replace(table(mean_force_n=600.0), impulse_n_s=np.zeros(8))
    assert sensor_sd("mean_force_n", unloaded, REGIONS, MEDIAL) == 0.0


def test_medial_and_lateral_are_told_from_the_middle_of_each_region():
    """Heel from 20 to 40 mm: middle 30. Forefoot from 10 to 61 mm: 35.5. Within half a millimetre: on it."""
    layout = SensorLayout(
        "x",
        np.array([20.0, 40.0, 29.4, 30.5, 10.0, 61.0, 36.1, 35.0]),
        np.zeros(8),
        np.ones(8),
        ("heel", "heel", "heel", "heel", "forefoot", "forefoot", "forefoot", "forefoot"),
    )
    assert medial_of(layout).tolist() == [1.0, -1.0, 1.0, 0.0, 1.0, -1.0, -1.0, 0.0]


def found(
    what: Rule,
    *tables: StrideColumns,
    side: Foot | None = Foot.LEFT,
    reference: Usual | None = None,
    sensors: bool = True,
) -> RuleFinding:
    given = {"regions": REGIONS, "medial": MEDIAL} if sensors else {}
    every = judge(list(tables), RuleBook({what.id: what}), reference, **given)
    return next(one for one in every if one.foot is side)


def median(metric: str, level: float, **changed: float) -> Rule:
    return replace(rule(Term(metric, Statistic.MEDIAN, **changed)), raise_level=level, clear_level=level - 1)


@pytest.mark.worked_example("sd", "confidence")
@pytest.mark.parametrize(
    ("value", "state", "confidence"),
    [
        (0.3, State.PRESENT, 0.841345),  # one SD above the level
        (0.1, State.ABSENT, 0.977250),  # two below
        (0.22, State.PRESENT, 0.579260),  # 0.2 above
    ],
)
def test_steady_strides_leave_the_uncertainty_of_the_sensors(value: float, state: State, confidence: float):
    """The forefoot's index has an SD of 0.0678823; levels so many of them away; areas of the normal table."""
    distance = {0.3: -0.06788225, 0.1: 2 * 0.06788225, 0.22: -0.2 * 0.06788225}[value]
    one = found(median("ml_index_forefoot", value + distance), table(ml_index_forefoot=value))
    assert one.state is state
    assert one.value == pytest.approx(value)
    assert one.sd == pytest.approx(0.06788225, rel=1e-6)
    assert one.confidence == pytest.approx(confidence, abs=1e-6)


RISING = np.arange(1.0, 33.0)


def with_values(foot: Foot = Foot.LEFT, **values: np.ndarray) -> StrideColumns:
    n = max(map(len, values.values()))
    padded = {name: np.append(v, np.full(n - len(v), np.nan)) for name, v in values.items()}
    return StrideColumns(foot, np.arange(float(n)), np.ones(n, np.bool_), padded, ERROR / IMPULSE, IMPULSE)


@pytest.mark.worked_example("sd", "confidence")
def test_the_scatter_of_strides_by_leaving_out_an_eighth_at_a_time():
    """1 to 32: median 16.5; without an eighth of the lower half 18.5, of the upper 14.5.

    Eight values 2 from their mean: sqrt(7/8 x 8 x 4) = 5.291503. A level one SD below: 84.13 % sure.
    """
    one = found(median("x", 16.5 - 5.291503), with_values(x=RISING))
    assert one.value == 16.5
    assert one.sd == pytest.approx(5.291503, rel=1e-6)
    assert one.confidence == pytest.approx(0.841345, abs=1e-6)


def test_eighths_of_twenty_strides_have_two_or_three():
    """Medians left: 11.5, 12, 11.5, 12, 9.5, 9, 9.5, 9; squares 13 about 10.5: sqrt(7/8 x 13) = 3.372684."""
    assert found(median("x", 2.0), with_values(x=RISING[:20])).sd == pytest.approx(3.372684, rel=1e-6)


def test_an_eighth_without_which_the_value_is_not_known_is_left_out_of_the_scatter():
    """The other side has one stride, in the last eighth; seven sums are left: four of 28.5, three of 24.5.

    Mean 26.785714, squares 27.428571; sqrt(6/7 x 27.428571) = 4.848732.
    """
    both = rule(Term("x", Statistic.SUM), scope=Scope.SIDE)
    lonely = with_values(Foot.RIGHT, x=np.array([10.0]), y=np.ones(32))
    one = found(both, with_values(x=RISING), lonely)
    assert one.value == 26.5
    assert one.sd == pytest.approx(4.848732, rel=1e-6)


def test_strides_and_sensors_add_up_as_squares():
    """600 x 5.744563 % = 34.467376 from the sensors; strides 584.5 to 615.5: 5.291503: 34.871187."""
    one = found(median("mean_force_n", 500.0), with_values(mean_force_n=RISING + 583.5))
    assert one.sd == pytest.approx(34.871187, rel=1e-6)
    alone = found(median("mean_force_n", 500.0), with_values(mean_force_n=RISING + 583.5), sensors=False)
    assert alone.sd == pytest.approx(5.291503, rel=1e-6)


def test_no_scatter_at_all_is_certain():
    one = found(median("stride_time_s", 1.0), table(stride_time_s=1.2))
    assert (one.state, one.sd, one.confidence) == (State.PRESENT, 0.0, 1.0)
    one = found(median("stride_time_s", 1.2), table(stride_time_s=1.2))
    assert (one.state, one.sd, one.confidence) == (State.PRESENT, 0.0, 1.0), "at the level it is present"


def test_terms_of_a_rule_look_at_the_same_sensors_so_that_the_mean_of_theirs_counts():
    """0.06285394 / 0.5 and 0.06788225 / 0.25; the third is not propagated: (0.12570787 + 0.271529) / 2."""
    terms = (
        Term("ml_index_heel", Statistic.MEDIAN, scale=0.5),
        Term("ml_index_forefoot", Statistic.MEDIAN, scale=0.25, sign=-1.0),
        Term("cop_mean_x_pct", Statistic.MEDIAN),
    )
    values = {"ml_index_heel": 0.3, "ml_index_forefoot": 0.2, "cop_mean_x_pct": 50.0}
    one = found(rule(*terms, combine=Combine.MEAN), table(**values))
    assert one.sd == pytest.approx(0.19861844, rel=1e-6)


SIDES = [table(Foot.LEFT, impulse_n_s=400.0), table(Foot.RIGHT, impulse_n_s=300.0)]


@pytest.mark.worked_example("sd")
def test_an_asymmetry_has_the_uncertainty_of_both_feet():
    """5.744563 % of 400 and of 300 are 22.97825 and 17.23369, 28.722813 together: over 400 7.180703 %."""
    asymmetry = rule(Term("impulse_n_s", Statistic.ASYMMETRY, sign=-1.0, scale=2.0), scope=Scope.SIDE)
    assert found(asymmetry, *SIDES).sd == pytest.approx(7.180703 / 2, rel=1e-6)
    other = found(asymmetry, *SIDES, side=Foot.RIGHT)
    assert other.sd == pytest.approx(28.722813 / 3.0 / 2, rel=1e-6)


def test_an_asymmetry_against_nothing_has_no_uncertainty_of_the_sensors():
    """Nothing under the left foot, -200 %: a share of nothing is not known; the right has 5.744563 %."""
    asymmetry = rule(Term("impulse_n_s", Statistic.ASYMMETRY), scope=Scope.SIDE)
    tables = [table(Foot.LEFT, impulse_n_s=0.0), table(Foot.RIGHT, impulse_n_s=300.0)]
    assert (found(asymmetry, *tables).value, found(asymmetry, *tables).sd) == (-200.0, 0.0)
    assert found(asymmetry, *tables, side=Foot.RIGHT).sd == pytest.approx(5.744563, rel=1e-6)


@pytest.mark.worked_example("sd")
def test_a_sum_of_both_feet_has_the_uncertainty_of_both():
    """sqrt(22.97825^2 + 17.23369^2) = 28.722813, over a scale of 2."""
    both = rule(Term("impulse_n_s", Statistic.SUM, scale=2.0), scope=Scope.SIDE)
    assert found(both, *SIDES).sd == pytest.approx(14.361406, rel=1e-6)
    assert found(both, *SIDES, side=Foot.RIGHT).sd == pytest.approx(14.361406, rel=1e-6)


def test_against_own_days_a_constant_error_of_the_sensors_cancels():
    drift = rule(Term("mean_force_n", Statistic.DRIFT))
    one = found(drift, table(mean_force_n=600.0), reference=Usual({"mean_force_n": 500.0}, 10.0))
    assert (one.value, one.sd, one.confidence) == (10.0, 0.0, 1.0)


def test_without_asking_for_uncertainty_none_is_worked_out():
    what = median("mean_force_n", 500.0)
    (one, _) = judge([table(mean_force_n=600.0)], RuleBook({"r": what}), uncertainty=False)
    assert (one.state, one.value) == (State.PRESENT, 600.0)
    assert np.isnan([one.sd, one.confidence]).all()


def test_what_is_not_known_has_no_uncertainty():
    one = found(median("x", 1.0), table(y=1.0))
    assert one.state is State.UNKNOWN
    assert np.isnan([one.value, one.sd, one.confidence]).all()
    assert one.note == "the recording does not give x"
