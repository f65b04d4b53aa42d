"""The gait line of stances whose centre of pressure was drawn on paper."""

import numpy as np
import pytest

from tests.host.pressure.insoles import (
    FOREFOOT,
    HEEL,
    MIDFOOT,
    TOES,
    at_corners,
    corners,
    eight,
    figures,
    layout,
    rows_of,
)

LINE = layout([(20, 30), (80, 110), (20, 150), (20, 230)], [HEEL, MIDFOOT, FOREFOOT, TOES])
"""Sensors on an insole of 250 mm (its ball is 90 mm wide)."""
TIME = (0.0, 0.1, 0.2, 0.35, 0.4, 0.5, 0.6)
FORCE = (
    (0, 0, 0, 19.9),
    (100, 0, 0, 0),
    (100, 100, 0, 0),
    (0, 125, 125, 0),
    (0, 0, 300, 100),
    (0, 0, 0, 50),
    (19.9, 0, 0, 0),
)
"""Centre of pressure (20, 30), (50, 70), (50, 130), (20, 170), (20, 230) with 100, 200, 250, 400 and 50 N;
before and after it less than 5 % of the 400 N at other places."""


def drawn() -> dict[str, float]:
    return figures(TIME, FORCE, LINE)


@pytest.mark.worked_example("cop_start_y_pct", "cop_end_y_pct")
def test_the_line_begins_and_ends_at_5_percent_of_the_peak() -> None:
    """30 and 230 of 250 mm; 19.9 N at the toes before and at the heel after are below the 20 N that count."""
    got = drawn()
    assert got["cop_start_y_pct"] == pytest.approx(12)
    assert got["cop_end_y_pct"] == pytest.approx(92)


def test_5_percent_of_the_peak_counts() -> None:
    force = np.array(FORCE)
    force[0, 3] = force[-1, 0] = 20.0
    got = figures(TIME, force, LINE)
    assert got["cop_start_y_pct"] == pytest.approx(92)
    assert got["cop_end_y_pct"] == pytest.approx(12)
    # (100 + 20) 30 + 200 70 + 250 130 + 400 170 + (50 + 20) 230, over 1040 N.
    assert got["cop_mean_y_pct"] == pytest.approx(100 * 134_200 / 1040 / 250)


@pytest.mark.worked_example("cop_mean_x_pct", "cop_mean_y_pct")
def test_the_mean_place_is_weighted_with_the_load() -> None:
    """x: (100 20 + 200 50 + 250 50 + 400 20 + 50 20) / 1000 = 33.5 of 90 mm; y: (100 30 + 200 70 + 250 130 +
    400 170 + 50 230) / 1000 = 129 of 250 mm."""
    got = drawn()
    assert got["cop_mean_x_pct"] == pytest.approx(37.22222222)
    assert got["cop_mean_y_pct"] == pytest.approx(51.6)


@pytest.mark.worked_example("gait_line_length_mm", "gait_line_range_mm", "gait_line_range_pct")
@pytest.mark.worked_example("gait_line_width_mm", "gait_line_width_pct")
def test_length_range_and_width_of_the_line() -> None:
    """Steps (30, 40), (0, 60), (-30, 40), (0, 60): 50 + 60 + 50 + 60 mm; 200 mm along, 30 mm across."""
    got = drawn()
    assert got["gait_line_length_mm"] == pytest.approx(220)
    assert got["gait_line_range_mm"] == pytest.approx(200)
    assert got["gait_line_range_pct"] == pytest.approx(80)
    assert got["gait_line_width_mm"] == pytest.approx(30)
    assert got["gait_line_width_pct"] == pytest.approx(33.33333333)


@pytest.mark.worked_example("cop_mean_velocity_mm_per_s", "cop_peak_velocity_mm_per_s")
def test_velocities_of_the_line() -> None:
    """220 mm in 0.4 s; single steps at 500, 400, 1000 and 600 mm/s."""
    got = drawn()
    assert got["cop_mean_velocity_mm_per_s"] == pytest.approx(550)
    assert got["cop_peak_velocity_mm_per_s"] == pytest.approx(1000)


def test_a_moment_of_too_little_load_is_left_out_of_the_line() -> None:
    """Between the third and the fourth point the foot carries 10 N at the heel for a sample: the way goes
    straight on, the step takes 0.05 s as before."""
    time, force = list(TIME), [list(row) for row in FORCE]
    time.insert(4, 0.375)
    force.insert(4, [10, 0, 0, 0])
    got = figures(time, force, LINE)
    for name in ("gait_line_length_mm", "gait_line_range_mm", "cop_peak_velocity_mm_per_s", "cop_mean_y_pct"):
        assert got[name] == pytest.approx(drawn()[name])
    assert got["cpei_pct"] == pytest.approx(drawn()["cpei_pct"])


def test_a_line_that_goes_back_has_its_range_from_its_farthest_points() -> None:
    """y 50, 20, 200, 180 and x 30, 60, 10, 40: range 180, width 50, start 50, end 180 of 250 mm."""
    points = [(30.0, 50.0), (60.0, 20.0), (10.0, 200.0), (40.0, 180.0)]
    force = at_corners(points, [100] * 4, 250)
    got = figures((0, 0.1, 0.2, 0.3), force, corners())
    assert got["gait_line_range_mm"] == pytest.approx(180, rel=1e-6)
    assert got["gait_line_width_mm"] == pytest.approx(50, rel=1e-6)
    assert got["cop_start_y_pct"] == pytest.approx(20, rel=1e-6)
    assert got["cop_end_y_pct"] == pytest.approx(72, rel=1e-6)


def test_a_line_needs_three_samples() -> None:
    """Two samples above 5 % give no line; with a third between them there is one, even when it lies below."""
    force = at_corners([(30, 50), (30, 50), (30, 200)], [1, 100, 100], 250)
    assert np.isnan(figures((0, 0.1, 0.2), force, corners())["gait_line_length_mm"])
    force = at_corners([(30, 50), (30, 50), (30, 200)], [100, 1, 100], 250)
    got = figures((0, 0.1, 0.2), force, corners())
    assert got["gait_line_length_mm"] == pytest.approx(150, rel=1e-6)
    assert got["cop_peak_velocity_mm_per_s"] == pytest.approx(750, rel=1e-6)


@pytest.mark.worked_example("cpei_pct")
def test_cpei_from_an_upright_chord() -> None:
    """The line enters the distal third (166.667 mm) between (50, 130) and (20, 170), at x = 50 - 30 *
    0.916667 = 22.5: 2.5 mm lateral of the chord at x = 20. The outline is there 0.35375 of 250 mm wide:
    88.4375 mm."""
    assert drawn()["cpei_pct"] == pytest.approx(2.826855, rel=1e-6)


@pytest.mark.parametrize(("x", "cpei"), [(85.0, 18.84570), (45.0, -18.84570), (65.0, 0.0)])
def test_cpei_from_a_slanting_chord(x: float, cpei: float) -> None:
    """Insole of 240 mm: distal third at 160 mm, 84.9 mm wide there. The chord from (20, 100) to (80, 180) is
    100 mm long; it passes x = 65 at 160 mm. A point at (85, 160) is (65 80 - 60 60) / 100 = 16 mm from it:
    18.846 %."""
    points = [(20.0, 100.0), (x, 150.0), (x, 170.0), (80.0, 180.0)]
    force = at_corners(points, [100] * 4, 240)
    got = figures((0, 0.1, 0.2, 0.3), force, corners(240.0))
    assert got["cpei_pct"] == pytest.approx(cpei, rel=1e-4, abs=1e-3)


BORDER = layout(
    [(20, 100), (85, 160), (80, 180), (20, 170)], [MIDFOOT, FOREFOOT, TOES, TOES], length_mm=240.0
)
"""The second sensor lies right on the border of the distal third."""


@pytest.mark.parametrize("newtons", [100.0, 5.0])
def test_a_point_on_the_border_has_entered_the_distal_third(newtons: float) -> None:
    """From (20, 100) over (85, 160), with the whole load or just 5 % of it, to (80, 180): 16 mm as above."""
    force = np.diag([100.0, newtons, 100.0, 0.0])[:3]
    assert figures((0, 0.1, 0.2), force, BORDER)["cpei_pct"] == pytest.approx(18.84570, rel=1e-5)


def test_a_line_that_begins_or_ends_on_the_border_does_not_pass_into_the_distal_third() -> None:
    ends = np.eye(4)[[0, 0, 1]] * 100
    begins = np.eye(4)[[1, 0, 2]] * 100
    assert np.isnan(figures((0, 0.1, 0.2), ends, BORDER)["cpei_pct"])
    assert np.isnan(figures((0, 0.1, 0.2), begins, BORDER)["cpei_pct"])


def test_cpei_looks_at_the_first_entry_into_the_distal_third() -> None:
    """The line enters at x = 85, falls back, and enters again at x = 45."""
    points = [(20.0, 100.0), (85.0, 150.0), (85.0, 170.0), (45.0, 150.0), (45.0, 170.0), (80.0, 180.0)]
    force = at_corners(points, [100] * 6, 240)
    got = figures(np.arange(6) / 10, force, corners(240.0))
    assert got["cpei_pct"] == pytest.approx(18.84570, rel=1e-4)


@pytest.mark.parametrize(
    "points",
    [
        [(40.0, 20.0), (50.0, 100.0), (40.0, 159.9)],
        [(40.0, 160.1), (50.0, 170.0), (40.0, 230.0)],
        [(40.0, 230.0), (50.0, 170.0), (40.0, 20.0)],
        [(40.0, 20.0), (50.0, 200.0), (40.0, 159.9)],
        [(40.0, 160.1), (50.0, 90.0), (40.0, 230.0)],
    ],
    ids=[
        "ends before the distal third",
        "begins in it",
        "runs from the toes to the heel",
        "goes there and back",
        "comes back from it and goes there again",
    ],
)
def test_no_cpei_of_a_line_that_does_not_pass_into_the_distal_third(
    points: list[tuple[float, float]],
) -> None:
    got = figures((0, 0.1, 0.2), at_corners(points, [100] * 3, 240), corners(240.0))
    assert np.isnan(got["cpei_pct"])
    assert got["gait_line_range_mm"] > 60


def test_no_cpei_on_cells_of_no_width() -> None:
    """Forty cells on one line, four of them at the distal third: there is no width to compare with."""
    places = [(40.0, 30.0)] * 18 + [(40.0, 160.0)] * 4 + [(40.0, 230.0)] * 18
    cells = layout(places, [HEEL] * 18 + [FOREFOOT] * 4 + [TOES] * 18, length_mm=240.0)
    force = np.zeros((3, 40))
    force[0, 0], force[1, 20], force[2, 39] = 100, 100, 100
    got = figures((0, 0.1, 0.2), force, cells)
    assert np.isnan(got["cpei_pct"])
    assert got["gait_line_length_mm"] == pytest.approx(200)


@pytest.mark.worked_example("foot_flat_s", "heel_off_s")
def test_foot_flat_and_heel_off_at_a_tenth_of_the_own_peak() -> None:
    """Heel peak 200 N: counts from 20 N; forefoot peak 400 N: from 40 N, so that 39 N at 0.1 s do not and 40
    N at 0.2 s do. The heel falls from 60 N at 0.5 s to 10 N at 0.6 s: 20 N are passed after 0.8 of 0.1 s."""
    heel = (100, 200, 5, 150, 60, 10, 0, 0)
    fore = (0, 39, 40, 100, 300, 400, 200, 10)
    time = (2.0, 2.1, 2.2, 2.4, 2.5, 2.6, 2.7, 2.8)
    force = np.zeros((8, 8))
    force[:, 1], force[:, 4] = heel, fore
    got = figures(time, force, eight())
    assert got["foot_flat_s"] == pytest.approx(0.2)
    assert got["heel_off_s"] == pytest.approx(0.58)


def test_a_foot_that_lands_on_its_forefoot_is_flat_when_the_heel_comes_down() -> None:
    """The heel counts from 15 N: from 0.2 s on; it stays loaded to the end, so it never lifts."""
    force = np.zeros((6, 8))
    force[:, 4] = (50, 300, 200, 200, 200, 200)
    force[:, 0] = (0, 14, 15, 150, 150, 15)
    got = figures(np.arange(6) / 10, force, eight())
    assert got["foot_flat_s"] == pytest.approx(0.2)
    assert np.isnan(got["heel_off_s"])


def test_a_foot_that_lands_flat_is_flat_at_once() -> None:
    """Heel and forefoot are loaded in the first sample; the heel lifts between 0.2 and 0.3 s."""
    force = np.zeros((5, 8))
    force[:, 0], force[:, 4] = (100, 100, 100, 0, 0), (50, 60, 70, 80, 90)
    got = figures(np.arange(5) / 10, force, eight())
    assert got["foot_flat_s"] == 0
    assert got["heel_off_s"] == pytest.approx(0.29)


@pytest.mark.parametrize("column", [0, 4])
def test_no_phases_without_load_under_heel_or_forefoot(column: int) -> None:
    force = np.zeros((5, 8))
    force[:, column] = 100
    got = figures(np.arange(5) / 10, force, eight())
    assert np.isnan(got["foot_flat_s"])
    assert np.isnan(got["heel_off_s"])
    assert got["cop_start_y_pct"] > 0


def test_the_curve_is_linear_between_samples_and_blank_beside_too_little_load() -> None:
    """Samples at 0, 0.2, 0.4, 0.8 and 1.0 s: y 50, 90, 70 and, after a sample of 4 N (below 5 %), 200. A
    tenth of the stance lies half-way to 90; from 40 to 100 % a neighbour carries too little."""
    points = [(10.0, 50.0), (50.0, 90.0), (30.0, 70.0), (30.0, 70.0), (30.0, 200.0)]
    rows = rows_of((5.0, 5.2, 5.4, 5.8, 6.0), at_corners(points, [100, 100, 80, 4, 100], 250), corners())
    x, y = rows.cop_curves[0]
    assert y[[0, 5, 10, 20, 30, 40]] == pytest.approx([50, 60, 70, 90, 80, 70], rel=1e-5)
    assert x[[0, 5, 10, 20, 30, 40]] == pytest.approx([10, 20, 30, 50, 40, 30], rel=1e-5)
    assert np.isnan(x[41:]).all()
    assert np.isnan(y[41:]).all()
    assert len(x) == len(y) == 101


def test_the_curve_goes_through_a_sample_of_just_5_percent() -> None:
    """100, 5 and 100 N at y 30, 150 and 230; a quarter of the way half-way to the second."""
    force = np.array([[100.0, 0, 0, 0], [0, 0, 5.0, 0], [0, 0, 0, 100.0]])
    x, y = rows_of((0, 0.5, 1.0), force, LINE).cop_curves[0]
    assert y[[0, 25, 50, 75, 100]] == pytest.approx([30, 90, 150, 190, 230])
    assert x[[0, 25, 50, 75, 100]] == pytest.approx([20] * 5)
    force[1] = (0, 0, 4.9, 0)
    assert np.isfinite(rows_of((0, 0.5, 1.0), force, LINE).cop_curves[0]).sum() == 0


def test_the_curve_reaches_the_last_sample() -> None:
    points = [(10.0, 40.0), (20.0, 80.0), (40.0, 240.0)]
    rows = rows_of((0.0, 0.75, 1.0), at_corners(points, [50, 100, 60], 250), corners())
    x, y = rows.cop_curves[0]
    assert y[[0, 15, 75, 90, 100]] == pytest.approx([40, 48, 80, 176, 240], rel=1e-5)
    assert x[[0, 15, 75, 90, 100]] == pytest.approx([10, 12, 20, 32, 40], rel=1e-5)
