"""Values that posture adds to the strides, and how strides reach it, against numbers worked out on paper."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import (
    StrideColumns,
    columns_of,
    completed,
    derived,
    estimate_weight_n,
    from_analysis,
    stride_observations,
)

from tests.host.posture.analysed import analysis, foot_analysis, stride_table
from tests.host.posture.kit import columns

STRIDE = {
    "f1_n": 920.0,
    "f3_n": 880.0,
    "loading_rate_n_per_s": 9600.0,
    "pti_forefoot_kpa_s": 52.0,
    "pti_heel_kpa_s": 40.0,
    "stance_time_s": 0.65,
    "impulse_n_s": 440.0,
    "stride_time_s": 1.1,
    "peak_force_n": 930.0,
    "fti_heel_n_s": 200.0,
    "fti_midfoot_n_s": 90.0,
    "fti_forefoot_n_s": 160.0,
    "ml_index_heel": 0.1,
    "ml_index_forefoot": -0.25,
    "medial_arch_index": 0.15,
}
WEIGHT_N = 800.0
BY_HAND = {
    "first_peak_bw": 1.15,  # 920 / 800
    "push_off_bw": 1.1,  # 880 / 800
    "loading_rate_bw_per_s": 12.0,  # 9600 / 800
    "forefoot_pti_bw": 45.5,  # 52 x 700 / 800
    "heel_pti_bw": 35.0,  # 40 x 700 / 800
    "forefoot_load_kpa_bw": 70.0,  # 45.5 / 0.65
    "carried_bw": 0.5,  # 440 / 1.1 / 800
    "second_peak_missing": 0.0,
    # inner halves 200 x 1.1 / 2 = 110 and 160 x 0.75 / 2 = 60, of the midfoot 0.15 x 170 / 0.85 = 30;
    # outer ones 90, 60 and 100: 60 / 250
    "lateral_arch_index": 0.24,
}


def arrays(values: dict[str, float]) -> dict[str, np.ndarray]:
    return {name: np.array([value]) for name, value in values.items()}


@pytest.mark.worked_example(
    "first_peak_bw",
    "push_off_bw",
    "loading_rate_bw_per_s",
    "forefoot_pti_bw",
    "heel_pti_bw",
    "forefoot_load_kpa_bw",
    "carried_bw",
    "second_peak_missing",
    "lateral_arch_index",
)
def test_a_stride_of_a_person_of_800_newtons_in_body_weights():
    found = derived(arrays(STRIDE), WEIGHT_N)
    assert {name: column[0] for name, column in found.items()} == pytest.approx(BY_HAND, rel=1e-12)


NEEDS = {
    "f1_n": {"first_peak_bw"},
    "f3_n": {"push_off_bw"},
    "loading_rate_n_per_s": {"loading_rate_bw_per_s"},
    "pti_forefoot_kpa_s": {"forefoot_pti_bw", "forefoot_load_kpa_bw"},
    "pti_heel_kpa_s": {"heel_pti_bw"},
    "stance_time_s": {"forefoot_load_kpa_bw"},
    "impulse_n_s": {"carried_bw"},
    "stride_time_s": {"carried_bw"},
    "peak_force_n": {"second_peak_missing"},
    "fti_heel_n_s": {"lateral_arch_index"},
    "fti_midfoot_n_s": {"lateral_arch_index"},
    "fti_forefoot_n_s": {"lateral_arch_index"},
    "ml_index_heel": {"lateral_arch_index"},
    "ml_index_forefoot": {"lateral_arch_index"},
    "medial_arch_index": {"lateral_arch_index"},
}


@pytest.mark.parametrize("missing", NEEDS)
@pytest.mark.parametrize("how", ["without the column", "not a number"])
def test_a_value_whose_source_is_missing_is_not_known_and_no_other_suffers(missing: str, how: str):
    left = {name: value for name, value in STRIDE.items() if name != missing}
    found = derived(arrays(left if how == "without the column" else STRIDE | {missing: np.nan}), WEIGHT_N)
    unknown = {name for name, column in found.items() if np.isnan(column[0])}
    assert unknown == NEEDS[missing]
    expected = BY_HAND | ({"second_peak_missing": 1.0} if missing == "f3_n" else {})
    known = {name: column[0] for name, column in found.items() if name not in unknown}
    assert known == pytest.approx({name: expected[name] for name in known}, rel=1e-12)


def test_what_is_carried_is_not_known_when_the_weight_was_taken_from_the_strides():
    found = derived(arrays(STRIDE), WEIGHT_N, weight_known=False)
    assert np.isnan(found["carried_bw"][0])
    assert found["push_off_bw"][0] == pytest.approx(1.1)


def test_no_strides_give_no_values():
    assert all(len(column) == 0 for column in derived({}, WEIGHT_N).values())


def feet(left: dict[str, float], right: dict[str, float]) -> list[StrideColumns]:
    return [columns(foot, 3, noise=0.0, **v) for foot, v in ((Foot.LEFT, left), (Foot.RIGHT, right))]


def test_the_weight_is_the_mean_force_of_both_feet_over_whole_cycles():
    """385 / 1.1 + 396 / 1.1 = 350 + 360; of one foot alone twice its own."""
    tables = feet({"impulse_n_s": 385.0, "stride_time_s": 1.1}, {"impulse_n_s": 396.0, "stride_time_s": 1.1})
    assert estimate_weight_n(tables) == pytest.approx(710.0)
    assert estimate_weight_n(tables[:1]) == pytest.approx(700.0)
    assert estimate_weight_n(tables[1:]) == pytest.approx(720.0)


def test_the_weight_is_of_medians_and_of_valid_strides():
    table = columns(Foot.LEFT, 5, noise=0.0)
    impulses = np.array([385.0, 440.0, 385.0, 9000.0, 9000.0])
    values = {"impulse_n_s": impulses, "stride_time_s": np.array([1.1, 1.0, 1.1, 1.1, 1.1])}
    steady = replace(table, values=values, valid=np.array([True, True, True, False, False]))
    assert estimate_weight_n([steady]) == pytest.approx(700.0)


@pytest.mark.parametrize("missing", ["impulse_n_s", "stride_time_s"])
def test_the_weight_is_not_known_when_a_foot_lacks_a_value(missing: str):
    full = {"impulse_n_s": 385.0, "stride_time_s": 1.1}
    lacking = {name: value for name, value in full.items() if name != missing}
    assert np.isnan(estimate_weight_n(feet(full, lacking)))
    assert np.isnan(estimate_weight_n(feet(lacking, full)))


def test_completed_strides_keep_what_they_had_and_use_the_weight_that_is_known():
    tables = feet(STRIDE, STRIDE | {"f3_n": 800.0})
    left, right = completed(tables, WEIGHT_N)
    assert (left.foot, right.foot) == (Foot.LEFT, Foot.RIGHT)
    assert left.of("push_off_bw").tolist() == pytest.approx([1.1] * 3)
    assert right.of("push_off_bw").tolist() == pytest.approx([1.0] * 3)
    assert left.of("f1_n").tolist() == [920.0] * 3
    assert left.of("carried_bw").tolist() == pytest.approx([0.5] * 3)
    left, _ = completed(tables)  # 2 x 440 / 1.1 = 800
    assert left.of("push_off_bw").tolist() == pytest.approx([1.1] * 3)
    assert len(left.of("carried_bw")) == 0


def test_values_of_valid_strides_that_are_numbers():
    values = {"x": np.array([1.0, 2.0, np.nan, 4.0, np.inf])}
    table = StrideColumns(Foot.LEFT, np.arange(5.0), np.array([True, False, True, True, True]), values)
    assert table.of("x").tolist() == [1.0, 4.0]
    assert table.of("y").tolist() == []


def test_the_engines_strides_are_read_by_name_with_those_of_pressure():
    """`heel_off_s` is in both tables: that of the strides counts."""
    strides = stride_table(
        [1.1, 2.2],
        reason=[0, 2],
        stride_time_s=[1.1, 1.2],
        heel_off_s=[0.3, 0.4],
        pressure={"heel_off_s": [9.0, 9.0], "force_arch_index": [0.15, 0.16], "cop_mean_x_pct": [54.0, 55.0]},
    )
    read = columns_of(Foot.RIGHT, strides, np.array([25.0, 30.0]))
    assert read.foot is Foot.RIGHT
    assert read.end_s.tolist() == [1.1, 2.2]
    assert read.valid.tolist() == [True, False]
    assert read.values["stride_time_s"].tolist() == [1.1, 1.2]
    assert read.values["heel_off_s"].tolist() == [0.3, 0.4]
    assert read.values["force_arch_index"].tolist() == [0.15, 0.16]
    assert read.values["cop_mean_x_pct"].tolist() == [54.0, 55.0]
    assert np.isnan(read.values["f1_n"]).all()
    assert read.relative_sd is None
    assert read.impulse_n_s is not None
    assert read.impulse_n_s.tolist() == [25.0, 30.0]


def test_an_analysis_gives_both_feet_with_their_sensors_and_the_persons_weight():
    ends = [1.1, 2.2]
    left = foot_analysis(Foot.LEFT, stride_table(ends, f3_n=[770.0, 784.0]), [25.0, 30.0])
    right = foot_analysis(Foot.RIGHT, stride_table(ends, f3_n=[700.0, 630.0]))
    tables = from_analysis(analysis(left, right, weight_n=700.0), {Foot.LEFT: np.array([0.02, 0.03])})
    assert [table.foot for table in tables] == [Foot.LEFT, Foot.RIGHT]
    assert tables[0].of("push_off_bw").tolist() == pytest.approx([1.1, 1.12])
    assert tables[1].of("push_off_bw").tolist() == pytest.approx([1.0, 0.9])
    assert tables[0].relative_sd is not None
    assert tables[0].relative_sd.tolist() == [0.02, 0.03]
    assert tables[0].impulse_n_s is not None
    assert tables[0].impulse_n_s.tolist() == [25.0, 30.0]
    assert tables[1].relative_sd is None
    assert tables[1].impulse_n_s is None
    assert all(table.relative_sd is None for table in from_analysis(analysis(left, right)))


def test_strides_are_told_in_the_order_of_their_ends_the_left_first_and_valid_ones_alone():
    left = StrideColumns(
        Foot.LEFT, np.array([1.0, 2.0, 3.0]), np.array([True, False, True]), {"x": np.array([1.0, 2.0, 3.0])}
    )
    right = StrideColumns(
        Foot.RIGHT,
        np.array([0.5, 1.0, 3.5]),
        np.array([True, True, True]),
        {"x": np.array([7.0, 8.0, np.nan])},
    )
    reported = list(stride_observations([left, right]))
    assert [(o.time_s, o.foot) for o in reported] == [
        (0.5, Foot.RIGHT),
        (1.0, Foot.LEFT),
        (1.0, Foot.RIGHT),
        (3.0, Foot.LEFT),
        (3.5, Foot.RIGHT),
    ]
    assert [o.values["x"] for o in reported[:4]] == [7.0, 1.0, 8.0, 3.0]
    assert np.isnan(reported[4].values["x"])
