"""Rounding for people, and the ranges that stand beside figures: where they begin and end."""

import pytest
from plantigrade.gait.parameters.definition import Norm, digits_of
from plantigrade.gait.parameters.registry import NORMS, norm_of


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        (0.0, 2),
        (9.99, 2),
        (10.0, 1),
        (99.9, 1),
        (100.0, 0),
        (12345.0, 0),
        (-9.99, 2),
        (-10.0, 1),
        (-100.0, 0),
    ],
)
def test_three_significant_digits_and_none_beyond_a_hundred(value: float, digits: int) -> None:
    assert digits_of(value) == digits


@pytest.mark.parametrize(
    ("name", "low", "high", "text"),
    [
        ("stride_time_s", 0.90, 1.26, "0.9 to 1.26"),
        ("stride_time_cv_pct", None, 2.66, "up to 2.66"),
        ("swing_pct", 31.3, 39.2, "31.3 to 39.2"),
        ("stance_pct", 60.8, 68.7, "60.8 to 68.7"),
        ("swing_time_cv_pct", None, 6.8, "up to 6.8"),
        ("cadence_steps_per_min", 100.0, 120.0, "100 to 120"),
        ("double_support_pct", 20.0, 30.0, "20 to 30"),
        ("phase_coordination_index_pct", None, 5.4, "up to 5.4"),
        ("symmetry_f1_pct", -10.0, 10.0, "-10 to 10"),
        ("symmetry_stance_time_pct", -10.0, 10.0, "-10 to 10"),
        ("standing_left_load_pct", 45.0, 55.0, "45 to 55"),
        ("standing_rear_load_pct", 44.0, 65.0, "44 to 65"),
    ],
)
def test_published_ranges(name: str, low: float | None, high: float | None, text: str) -> None:
    norm = norm_of(name)
    assert norm is not None
    assert (norm.low, norm.high) == (low, high)
    assert norm.text() == text
    assert norm.source


def test_every_range_is_named_above() -> None:
    indices = [name for name in NORMS if name.startswith("symmetry_")]
    assert len(NORMS) - len(indices) == 10
    assert {NORMS[name] for name in indices} == {NORMS["symmetry_index_pct"]}
    assert norm_of("f1_n") is None
    assert norm_of("gait_asymmetry_pct") is None


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (0.894, False),  # shown as 0.89
        (0.896, True),  # shown as 0.90
        (0.90, True),
        (1.26, True),
        (1.264, True),  # shown as 1.26
        (1.266, False),
    ],
)
def test_a_range_holds_a_figure_as_it_is_shown(value: float, holds: bool) -> None:
    assert NORMS["stride_time_s"].holds(value) is holds


def test_open_ends() -> None:
    up, down = Norm(None, 5.0, ""), Norm(5.0, None, "")
    assert (up.holds(-1000.0), up.holds(5.0), up.holds(5.1)) == (True, True, False)
    assert (down.holds(1000.0), down.holds(5.0), down.holds(4.9)) == (True, True, False)
    assert (up.text(), down.text()) == ("up to 5", "from 5")
