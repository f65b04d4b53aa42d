"""Mean, SD, CV, median and MAD of strides, and what is said when there are few."""

import numpy as np
import pytest
from plantigrade.gait import summary
from plantigrade.gait.results import STRIDE_UNITS, Parameter, Reason

from tests.host.figures.tables import table


@pytest.mark.worked_example("n", "sd", "cv_pct", "median", "mad")
def test_spread_of_five_values() -> None:
    """2, 4, 4, 6, 14: mean 6; deviations -4, -2, -2, 0, 8, squares 88, over 4: SD 4.690416; CV 78.1736 %;
    median 4; deviations from it 2, 0, 0, 2, 10: 2, times 1.4826."""
    got = summary.spread(np.array([4.0, 14.0, 2.0, 6.0, 4.0]), "s")
    assert got.value == 6
    assert got.sd == pytest.approx(4.69041576)
    assert got.cv_pct == pytest.approx(78.1735960)
    assert got.median == 4
    assert got.mad == pytest.approx(2.9652)
    assert (got.n, got.unit) == (5, "s")


def test_values_that_are_not_numbers_do_not_count() -> None:
    got = summary.spread(np.array([np.nan, 1.0, np.inf, 3.0, -np.inf]), "N")
    assert (got.value, got.median, got.n) == (2, 2, 2)
    assert got.sd == pytest.approx(np.sqrt(2))


def test_the_cv_of_a_negative_mean_is_positive_and_of_a_mean_of_zero_unknown() -> None:
    negative = summary.spread(np.array([-9.0, -10.0, -11.0]), "1")
    assert (negative.value, negative.cv_pct) == (-10, pytest.approx(10))
    nought = summary.spread(np.array([-1.0, 1.0]), "1")
    assert (nought.value, nought.cv_pct) == (0, None)
    assert nought.sd == pytest.approx(np.sqrt(2))


def test_one_stride_has_no_spread() -> None:
    got = summary.spread(np.array([5.0, np.nan]), "s")
    assert got == Parameter(5.0, "s", 1, median=5.0, note="one stride only")


def test_no_stride_says_why() -> None:
    assert summary.spread(np.empty(0), "s") == Parameter(None, "s", 0, note="no valid stride")
    assert summary.spread(np.array([np.nan]), "N", "because") == Parameter(None, "N", 0, note="because")
    assert summary.spread(np.ones(40), "N", "because").note == ""


@pytest.mark.parametrize(
    ("count", "note"),
    [
        (2, "2 strides; at least 12 are needed for a mean"),
        (11, "11 strides; at least 12 are needed for a mean"),
        (12, "12 strides; at least 30 are needed for a variability"),
        (29, "29 strides; at least 30 are needed for a variability"),
        (30, ""),
    ],
)
def test_notes_on_few_strides(count: int, note: str) -> None:
    assert summary.spread(np.arange(1.0, count + 1), "s").note == note


def test_parameters_of_a_foot_are_those_of_its_valid_strides() -> None:
    """The second stride is an outlier: means over the first and third."""
    strides = table(
        3,
        stride_time_s=[1.0, 9.0, 1.2],
        peak_force_n=[700.0, 9.0, 720.0],
        reason=[0, int(Reason.OUTLIER), 0],
        names=("pti_kpa_s", "foot_flat_s"),
        pressure=[[10, 1], [99, 1], [20, 1]],
        foot_flat_s=[0.1, 0.2, 0.3],
    )
    got = summary.foot_parameters(strides, {}, two_feet=True, force=True)
    assert (got["stride_time_s"].value, got["stride_time_s"].unit, got["stride_time_s"].n) == (1.1, "s", 2)
    assert (got["peak_force_n"].value, got["peak_force_n"].unit) == (710, "N")
    assert (got["pti_kpa_s"].value, got["pti_kpa_s"].unit) == (15, "kPa s")
    # What stands in both tables is taken from the strides' own column.
    assert got["foot_flat_s"].value == pytest.approx(0.2)
    assert set(got) == {*STRIDE_UNITS, "pti_kpa_s"}


BOTH = "needs both feet; one is missing"
RAW = "the input is not calibrated to newtons"
PEAKS = "no two peaks with a valley between them"
NOTES = [
    ("step_time_s", False, True, BOTH),
    ("single_support_s", False, True, BOTH),
    ("double_support_pct", False, True, BOTH),
    ("initial_double_support_s", False, True, BOTH),
    ("double_support_s", True, True, "no valid stride"),
    ("step_time_s", True, True, "no valid stride"),
    ("double_support_pct", True, False, "no valid stride"),
    ("double_support_pct", False, False, BOTH),
    ("stance_pct", True, False, "no valid stride"),
    ("swing_pct", True, False, "no valid stride"),
    ("stride_time_s", False, False, "no valid stride"),
    ("peak_force_n", True, False, RAW),
    ("loading_rate_n_per_s", True, False, RAW),
    ("impulse_n_s", True, False, RAW),
    ("mean_force_n", False, False, RAW),
    ("peak_force_n", True, True, "no valid stride"),
    ("f1_n", True, True, PEAKS),
    ("f2_time_pct", True, True, PEAKS),
    ("f3_n", True, True, PEAKS),
    ("f1_n", True, False, RAW),
    ("f3_time_pct", True, False, RAW),
]


@pytest.mark.parametrize(("name", "two_feet", "force", "note"), NOTES)
def test_why_a_column_is_unknown(name: str, two_feet: bool, force: bool, note: str) -> None:
    got = summary.foot_parameters(table(3), {}, two_feet=two_feet, force=force)
    assert (got[name].value, got[name].note) == (None, note)


def test_what_the_insole_cannot_know_goes_before_other_reasons() -> None:
    strides = table(3, names=("cpei_pct", "pti_kpa_s"), pressure=np.full((3, 2), np.nan))
    reasons = {"cpei_pct": "no shape", "heel_off_s": "no heel", "f1_n": "no newtons"}
    got = summary.foot_parameters(strides, reasons, two_feet=False, force=True)
    assert got["cpei_pct"] == Parameter(None, "%", note="no shape")
    assert got["pti_kpa_s"].note == "no valid stride"
    assert got["heel_off_s"].note == "no heel"
    assert got["f1_n"].note == "no newtons"


def test_no_sensor_in_a_shoe_knows_where_the_feet_are_to_each_other() -> None:
    got = summary.unavailable()
    assert {name: (p.value, p.unit) for name, p in got.items()} == {
        "step_length_m": (None, "m"),
        "stride_width_m": (None, "m"),
    }
    assert "where the feet are to each other" in got["step_length_m"].note
