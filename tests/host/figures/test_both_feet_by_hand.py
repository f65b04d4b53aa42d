"""Symmetry, coordination and variability of two feet, worked out on paper."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait import summary
from plantigrade.gait.results import Parameter, Reason, StrideTable
from plantigrade.gait.signals import Foot

from tests.host.figures.tables import table

nan = float("nan")
BLANK = Parameter(None, "s", note="nothing")
NOTE_12 = "20 strides; at least 30 are needed for a variability"


def foot(**values: float) -> dict[str, Parameter]:
    """Parameters of one foot with the given means over 40 strides."""
    return dict.fromkeys(summary.SYMMETRY_OF, BLANK) | {
        name: Parameter(value, "s", 40) for name, value in values.items()
    }


SYMMETRY = [
    ("stride_time_s", "symmetry_stride_time_pct", 1.0, 1.5, 40.0),
    ("stance_time_s", "symmetry_stance_time_pct", 0.7, 0.5, -33.3333333),
    ("swing_time_s", "symmetry_swing_time_pct", 0.3, 0.5, 50.0),
    ("step_time_s", "symmetry_step_time_pct", 0.55, 0.45, -20.0),
    ("single_support_s", "symmetry_single_support_pct", 0.38, 0.42, 10.0),
    ("peak_force_n", "symmetry_peak_force_pct", 900.0, 700.0, -25.0),
    ("f1_n", "symmetry_f1_pct", 760.0, 840.0, 10.0),
    ("f3_n", "symmetry_f3_pct", 840.0, 760.0, -10.0),
    ("loading_rate_n_per_s", "symmetry_loading_rate_pct", 4000.0, 12000.0, 100.0),
    ("push_off_rate_n_per_s", "symmetry_push_off_rate_pct", 12000.0, 4000.0, -100.0),
    ("impulse_n_s", "symmetry_impulse_pct", 390.0, 410.0, 5.0),
]


@pytest.mark.worked_example(
    "symmetry_stride_time_pct",
    "symmetry_stance_time_pct",
    "symmetry_swing_time_pct",
    "symmetry_step_time_pct",
    "symmetry_single_support_pct",
    "symmetry_peak_force_pct",
    "symmetry_f1_pct",
    "symmetry_f3_pct",
    "symmetry_loading_rate_pct",
    "symmetry_push_off_rate_pct",
    "symmetry_impulse_pct",
)
@pytest.mark.parametrize(("column", "name", "left", "right", "index"), SYMMETRY)
def test_symmetry_is_the_difference_over_the_mean_positive_where_the_right_has_more(
    column: str, name: str, left: float, right: float, index: float
) -> None:
    """For example stride time: 100 (1.5 - 1.0) / 1.25 = 40."""
    got = summary.symmetry(foot(**{column: left}), foot(**{column: right}))
    assert got[name].value == pytest.approx(index)
    assert (got[name].unit, got[name].n, got[name].note) == ("%", 40, "")
    swapped = summary.symmetry(foot(**{column: right}), foot(**{column: left}))
    assert swapped[name].value == pytest.approx(-index)


def test_every_symmetry_is_there_and_says_why_it_is_unknown() -> None:
    got = summary.symmetry(foot(), foot())
    assert set(got) == {name for _, name, *_ in SYMMETRY}
    assert all((p.value, p.unit, p.note) == (None, "%", "nothing") for p in got.values())


def test_the_reason_is_that_of_the_foot_that_lacks_the_value() -> None:
    left, right = foot(f1_n=700.0), foot()
    right["f1_n"] = Parameter(None, "N", note="no peaks")
    assert summary.symmetry(left, right)["symmetry_f1_pct"].note == "no peaks"
    assert summary.symmetry(right, left)["symmetry_f1_pct"].note == "no peaks"
    right["f1_n"] = Parameter(None, "N")
    assert summary.symmetry(left, right)["symmetry_f1_pct"].note == "one foot has no value"


def test_the_symmetry_of_nothing_is_unknown() -> None:
    """No force on either foot, or as much below as above zero."""
    for left, right in ((0.0, 0.0), (-5.0, 5.0)):
        got = summary.symmetry(foot(peak_force_n=left), foot(peak_force_n=right))["symmetry_peak_force_pct"]
        assert (got.value, got.note) == (None, "one foot has no value")
    one = summary.symmetry(foot(peak_force_n=0.0), foot(peak_force_n=5.0))["symmetry_peak_force_pct"]
    assert one.value == 200


def test_symmetry_counts_the_strides_of_the_foot_that_has_fewer() -> None:
    left, right = foot(), foot()
    for name in ("stance_time_s", "swing_time_s"):
        left[name], right[name] = Parameter(0.5, "s", 40), Parameter(0.5, "s", 20)
    for got in (summary.symmetry(left, right), summary.symmetry(right, left)):
        assert (got["symmetry_stance_time_pct"].n, got["symmetry_stance_time_pct"].note) == (20, NOTE_12)
        assert got["gait_asymmetry_pct"].n == 20


@pytest.mark.worked_example("gait_asymmetry_pct")
@pytest.mark.parametrize(
    ("left", "right", "asymmetry"), [(0.4, 0.5, 22.3143551), (0.5, 0.4, 22.3143551), (0.4, 0.4, 0.0)]
)
def test_gait_asymmetry(left: float, right: float, asymmetry: float) -> None:
    """100 ln(0.5 / 0.4) = 100 * 0.223144; which foot is longer does not show."""
    got = summary.symmetry(foot(swing_time_s=left), foot(swing_time_s=right))["gait_asymmetry_pct"]
    assert got.value == pytest.approx(asymmetry, rel=1e-6)
    assert (got.unit, got.n) == ("%", 40)


@pytest.mark.parametrize(("left", "right"), [(0.0, 0.4), (0.4, 0.0)])
def test_no_gait_asymmetry_without_a_swing(left: float, right: float) -> None:
    assert "gait_asymmetry_pct" not in summary.symmetry(foot(swing_time_s=left), foot(swing_time_s=right))


def strides(swing_s: float, phases_deg: list[float], stride_s: list[float], **columns: object) -> StrideTable:
    """Strides in which the other foot lands at the given phases: the step is what is left of the stride."""
    stride, phase = np.array(stride_s), np.array(phases_deg)
    step = stride * (1 - phase / 360)
    return table(len(stride), swing_time_s=swing_s, stride_time_s=stride, step_time_s=step, **columns)


LONG = strides(0.42, [162.0, 180.0, 198.0], [1.0, 1.1, 1.2])
SHORT = strides(0.40, [150.0, 150.0, 165.0], [1.0, 1.0, 1.0])


@pytest.mark.worked_example("phase_coordination_index_pct", "phase_deg", "phase_cv_pct", "phase_accuracy_pct")
@pytest.mark.parametrize("long", Foot)
def test_phase_coordination_is_that_of_the_foot_with_the_longer_swing(long: Foot) -> None:
    """Its phases 162, 180 and 198 degrees: mean 180, SD 18: CV 10 %; mean distance from 180: 12 of 180 =
    6.667 %.

    The foot with the shorter swing has 150, 150 and 165: CV 5.587 %, accuracy 13.889 %.
    """
    got = summary.phase_coordination({long: LONG, long.other: SHORT})
    assert got["phase_deg"].value == pytest.approx(180)
    assert got["phase_deg"].sd == pytest.approx(18)
    assert got["phase_cv_pct"].value == pytest.approx(10)
    assert got["phase_accuracy_pct"].value == pytest.approx(6.66666667)
    assert got["phase_coordination_index_pct"].value == pytest.approx(16.66666667)
    assert {p.unit for name, p in got.items() if name != "phase_deg"} == {"%"}
    assert got["phase_deg"].unit == "deg"
    assert {p.n for p in got.values()} == {3}
    assert {p.note for p in got.values()} == {"3 strides; at least 12 are needed for a mean"}


def test_phase_is_from_this_foots_contact_to_the_others() -> None:
    """A stride of 1.2 s; the other foot lands after 0.5 s, its step to this foot's next contact takes 0.7 s:
    150 degrees, not 210."""
    base = table(3, swing_time_s=0.5, stride_time_s=1.2, step_time_s=0.7)
    got = summary.phase_coordination({Foot.LEFT: base, Foot.RIGHT: SHORT})
    assert got["phase_deg"].value == pytest.approx(150)
    assert got["phase_coordination_index_pct"].value == pytest.approx(100 * 30 / 180)


def test_equal_swings_take_the_left_foot() -> None:
    other = replace(SHORT, swing_time_s=LONG.swing_time_s)
    got = summary.phase_coordination({Foot.LEFT: LONG, Foot.RIGHT: other})
    assert got["phase_deg"].value == pytest.approx(180)


def test_only_valid_strides_with_a_step_count() -> None:
    """The swing of invalid strides is long and their phases are odd; one step is unknown."""
    bad = int(Reason.TURN)
    base = strides(0.42, [162.0, 10.0, 198.0, 180.0], [1.0, 1.0, 1.2, 1.0], reason=[0, bad, 0, 0])
    base.step_time_s[3] = nan
    base.swing_time_s[1] = 0.0
    short = strides(0.40, [150.0] * 4, [1.0] * 4, reason=[0, 0, 0, bad])
    short.swing_time_s[3] = 9.0
    got = summary.phase_coordination({Foot.RIGHT: base, Foot.LEFT: short})
    assert got["phase_deg"].value == pytest.approx(180)
    assert got["phase_coordination_index_pct"].n == 2
    # SD of 162 and 198 is 25.456: CV 14.142 %; both are 18 from 180: 10 %.
    assert got["phase_coordination_index_pct"].value == pytest.approx(24.1421356)


def unpaired(count: int) -> Mapping[Foot, StrideTable]:
    """Feet of which the one with the longer swing has `count` steps."""
    base = strides(0.42, [180.0] * 3, [1.0] * 3)
    base.step_time_s[count:] = nan
    return {Foot.LEFT: base, Foot.RIGHT: SHORT}


@pytest.mark.parametrize("count", [0, 1])
def test_phase_coordination_needs_two_paired_steps(count: int) -> None:
    got = summary.phase_coordination(unpaired(count))
    assert got == {
        "phase_coordination_index_pct": Parameter(None, "%", count, note="needs paired steps of both feet")
    }
    assert summary.phase_coordination(unpaired(2))["phase_coordination_index_pct"].value == pytest.approx(0)


def test_phase_coordination_without_valid_strides_is_unknown() -> None:
    none = strides(0.4, [180.0], [1.0], reason=int(Reason.TURN))
    got = summary.phase_coordination({Foot.LEFT: none, Foot.RIGHT: none})
    assert got["phase_coordination_index_pct"].value is None


def cv(value: float | None, n: int = 40) -> Parameter:
    return Parameter(1.0, "s", n, cv_pct=value)


CVS = [
    ("stride_time_s", "stride_time_cv_pct"),
    ("swing_time_s", "swing_time_cv_pct"),
    ("stance_time_s", "stance_time_cv_pct"),
    ("swing_pct", "swing_share_cv_pct"),
    ("double_support_s", "double_support_cv_pct"),
]
COLUMNS = [column for column, _ in CVS]


@pytest.mark.worked_example(
    "stride_time_cv_pct",
    "swing_time_cv_pct",
    "stance_time_cv_pct",
    "swing_share_cv_pct",
    "double_support_cv_pct",
)
@pytest.mark.parametrize(("column", "name"), CVS)
def test_variability_is_the_mean_of_the_feets_own(column: str, name: str) -> None:
    """Left 2 %, right 5 %: 3.5 %, whatever their means are."""
    left, right = dict.fromkeys(COLUMNS, cv(1.0)), dict.fromkeys(COLUMNS, cv(9.0))
    left[column], right[column] = cv(2.0), cv(5.0)
    got = summary.variability([left, right])
    assert (got[name].value, got[name].n, got[name].unit, got[name].note) == (3.5, 80, "%", "")
    others = {p.value for label, p in got.items() if label != name}
    assert others == {5.0}


def test_variability_of_one_foot_and_of_few_strides() -> None:
    few = dict.fromkeys(COLUMNS, cv(2.0, 20))
    got = summary.variability([few])["stride_time_cv_pct"]
    assert (got.value, got.n, got.note) == (2.0, 20, NOTE_12)
    both = summary.variability([dict.fromkeys(COLUMNS, cv(4.0)), few])["swing_time_cv_pct"]
    assert (both.value, both.n, both.note) == (3.0, 60, NOTE_12)


def test_a_foot_without_a_variability_is_left_out() -> None:
    known, unknown = dict.fromkeys(COLUMNS, cv(4.0)), dict.fromkeys(COLUMNS, cv(None, 1))
    got = summary.variability([known, unknown])["stance_time_cv_pct"]
    assert (got.value, got.n) == (4.0, 40)
    nothing = summary.variability([unknown, unknown])
    assert set(nothing) == {name for _, name in CVS}
    assert nothing["swing_share_cv_pct"] == Parameter(None, "%", note="too few valid strides")


def walks(counts: list[int], times: list[float], foot_share: float = 1.0) -> StrideTable:
    """Bouts of so many strides with these stride times; the swing is 0.4 of them."""
    bout = np.repeat(np.arange(len(counts)), counts)
    time = np.repeat(np.array(times), counts) * foot_share
    return table(len(bout), stride_time_s=time, swing_time_s=0.4 * time, bout=bout)


@pytest.mark.worked_example("walk_to_walk_stride_time_cv_pct", "walk_to_walk_swing_time_cv_pct")
def test_walk_to_walk_variability_is_that_of_the_walks_means() -> None:
    """Walks at 1.0, 1.1 and 1.2 s: SD 0.1 of 1.1 = 9.0909 %. A fourth at 2 s has only 11 strides."""
    got = summary.bout_variability([walks([12, 20, 15, 11], [1.0, 1.1, 1.2, 2.0])], 4)
    for name in ("walk_to_walk_stride_time_cv_pct", "walk_to_walk_swing_time_cv_pct"):
        assert got[name].value == pytest.approx(9.09090909)
        assert (got[name].n, got[name].unit, got[name].note) == (3, "%", "")


def test_both_feet_make_the_walks_means() -> None:
    """Right strides are 1.5 times as long; 6 of each foot make the 12. Means: 1.25 and 2.5 and (6 at 2, 12 at
    3: 2.667 of the stride times)."""
    left, right = walks([6, 6, 6], [1.0, 2.0, 2.0]), walks([6, 6, 12], [1.0, 2.0, 2.0], 1.5)
    got = summary.bout_variability([left, right], 3)["walk_to_walk_stride_time_cv_pct"]
    # Mean of 1.25, 2.5, 2.66667 is 2.138889; squares 0.790123, 0.130401, 0.278549: SD 0.774298.
    assert got.value == pytest.approx(100 * 0.774298 / 2.138889, rel=1e-5)


def test_invalid_strides_do_not_make_a_walk() -> None:
    strides = walks([12, 12, 12], [1.0, 1.1, 1.2])
    strides.reason[5] = int(Reason.OUTLIER)
    got = summary.bout_variability([strides], 3)["walk_to_walk_stride_time_cv_pct"]
    assert got == Parameter(None, "%", 2, note="2 walks of at least 12 valid strides; at least 3 are needed")


def test_joined_spreads_the_timing_of_both_feet() -> None:
    """Left 1.0 and 1.2 s, right 1.4 s and a stumble: mean 1.2 of three."""
    left = table(2, stride_time_s=[1.0, 1.2], f1_time_pct=20.0, peak_force_n=700.0)
    right = table(2, stride_time_s=[1.4, 9.0], reason=[0, int(Reason.STUMBLE)])
    got = summary.joined([left, right])
    assert (got["stride_time_s"].value, got["stride_time_s"].n) == (pytest.approx(1.2), 3)
    assert got["stride_time_s"].unit == "s"
    assert not {"f1_time_pct", "f2_time_pct", "f3_time_pct", "peak_force_n", "impulse_n_s"} & set(got)
    assert {"stance_pct", "double_support_pct", "heel_off_s", "step_time_s"} <= set(got)
    assert got["step_time_s"].note == "no valid stride"


def test_joined_of_one_foot_or_of_chosen_rows() -> None:
    one = table(3, stride_time_s=[1.0, 1.2, 2.0])
    assert summary.joined([one])["step_time_s"].note == "needs both feet; one is missing"
    rows = np.array([True, True, False])
    assert summary.joined([one], [rows])["stride_time_s"].value == pytest.approx(1.1)
    assert summary.joined([])["stride_time_s"].value is None
    with pytest.raises(ValueError, match="zip"):
        summary.joined([one, one], [rows])
