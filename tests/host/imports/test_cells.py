"""Where the cells of other systems lie and how large they are, by hand: pedar's rows on the plain outline,
StappOne's table, grids seen from above, units of pressure."""

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.imports import cells


@pytest.mark.parametrize(
    ("size", "cm2"),
    [
        ("u", 1.27),
        ("v", 1.41),
        ("w", 1.57),
        ("x", 1.74),
        ("y", 1.93),
        ("uw", 1.45),
        ("vw", 1.65),
        ("xw", 2.06),
    ],
)
def test_the_area_of_a_pedar_cell_comes_with_its_size(size: str, cm2: float):
    assert cells.pedar_cell_cm2(size) == pytest.approx(cm2)
    assert cells.pedar_cell_cm2(size.upper()) == pytest.approx(cm2)


@pytest.mark.parametrize("size", ["", "z", "yw", "xx"])
def test_an_unknown_size_has_no_area(size: str):
    assert cells.pedar_cell_cm2(size) is None


@pytest.mark.worked_example("x_mm", "y_mm", "area_cm2", "region", "insole_length_mm")
def test_pedars_cells_on_the_plain_outline():
    """The outline covers 0.26906 of its squared length (trapezoids between its stations), so 99 cells of
    1.57 cm2 are an insole of root(155.43 / 0.26906) = 24.0349 cm.

    15 rows whose heights fall evenly from 1.2 to 0.8, 15 in all: the first is 0.08 of the length, its middle
    0.04, the last one's 1 - 0.4 / 15 = 0.973333. At 0.04 the outline reaches from 0.117 to 0.274; five cells
    of 0.0314: middles 0.1327 and 0.2583, times 240.349 mm. Row 8: 0.553333, from 0.038333 to 0.354667, seven
    cells, middles 0.060929 to 0.332071.
    """
    layout = cells.pedar(1.57)
    assert layout.name == "pedar-99 (approximate)"
    assert layout.insole_length_mm == pytest.approx(240.3493, rel=1e-5)
    assert layout.sensor_count == 99
    assert layout.area_cm2.tolist() == [1.57] * 99
    assert not layout.relative
    assert layout.x_mm[[0, 4]] == pytest.approx([31.89435, 62.08222], rel=1e-5)
    assert layout.y_mm[:6] == pytest.approx([9.61397] * 5 + [28.61301], rel=1e-5)
    eighth = 5 + 6 * 7
    assert layout.x_mm[[eighth, eighth + 6]] == pytest.approx([14.64414, 79.81313], rel=1e-5)
    assert layout.y_mm[eighth] == pytest.approx(132.99328, rel=1e-5)
    assert layout.x_mm[[89, 94, 95, 98]] == pytest.approx([16.63533, 63.20641, 26.33828, 49.50528], rel=1e-5)
    assert layout.y_mm[[89, 94, 95, 98]] == pytest.approx([220.89245] * 2 + [233.93998] * 2, rel=1e-5)
    # Rows 1-4, 5-8, 9-12 and 13-15.
    assert layout.region == ("heel",) * 26 + ("midfoot",) * 28 + ("forefoot",) * 28 + ("toes",) * 17


def test_cells_of_four_times_the_area_lie_twice_as_far_apart():
    small, large = cells.pedar(1.0), cells.pedar(4.0)
    np.testing.assert_allclose(large.x_mm, 2 * small.x_mm)
    np.testing.assert_allclose(large.y_mm, 2 * small.y_mm)
    assert large.insole_length_mm == pytest.approx(2 * (small.insole_length_mm or 0))


@pytest.mark.worked_example("x_mm", "y_mm", "area_cm2", "region", "insole_length_mm")
def test_stappones_twelve_sensors():
    layout = cells.stappone()
    assert layout.name == "stappone-12 (approximate)"
    assert layout.x_mm.tolist() == [24, 18, 33, 44, 32, 56, 59, 56, 68, 35, 34, 51]
    assert layout.y_mm.tolist() == [211, 172, 124, 169, 170, 164, 98, 25, 157, 56, 19, 207]
    assert layout.area_cm2 == pytest.approx([5, 2.1, 6.3, 2.65, 2.35, 2.55, 13.2, 3, 1.6, 6.4, 5.1, 8.3])
    assert layout.insole_length_mm == 242.0
    # Shares of 242 mm: toes from 0.83 (200.9 mm), forefoot from 0.59 (142.8), midfoot from 0.31 (75.0).
    names = {211: "toes", 207: "toes", 124: "midfoot", 98: "midfoot", 25: "heel", 56: "heel", 19: "heel"}
    assert list(layout.region) == [names.get(int(y), "forefoot") for y in layout.y_mm]


KEEP = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0]], bool)


@pytest.mark.worked_example("x_mm", "y_mm", "area_cm2", "region", "insole_length_mm")
@pytest.mark.parametrize(
    ("foot", "x_mm"),
    [
        # The medial side of a left foot is the right-hand one: column 2 is its most medial.
        (Foot.LEFT, [9.0, 15.0, 9.0, 9.0, 3.0, 9.0]),
        (Foot.RIGHT, [9.0, 3.0, 9.0, 9.0, 15.0, 9.0]),
    ],
)
def test_a_grid_is_measured_from_the_medial_edge_and_from_the_heel(foot: Foot, x_mm: list[float]):
    """Columns 6 mm and rows 5 mm apart; toes first. Five rows: the middle of the last is 2.5 mm from the
    heel, a tenth of 25 mm."""
    layout = cells.grid("made", KEEP, KEEP, foot, 6.0, 5.0)
    assert layout.name == "made"
    assert layout.x_mm.tolist() == x_mm
    assert layout.y_mm.tolist() == [22.5, 17.5, 17.5, 7.5, 7.5, 2.5]
    assert layout.area_cm2 == pytest.approx([0.3] * 6)
    assert layout.insole_length_mm == 25.0
    assert layout.region == ("toes", "forefoot", "forefoot", "heel", "heel", "heel")


@pytest.mark.worked_example("x_mm", "y_mm", "region", "insole_length_mm")
def test_a_grid_within_a_larger_sheet():
    """The insole is rows 1 to 4 and columns 1 and 2 of a sheet of 6 x 4; two cells of it are kept."""
    within, keep = np.zeros((6, 4), bool), np.zeros((6, 4), bool)
    within[1:5, 1:3] = True
    keep[1, 1] = keep[3, 2] = True
    left = cells.grid("made", keep, within, Foot.LEFT, 10.0, 20.0)
    right = cells.grid("made", keep, within, Foot.RIGHT, 10.0, 20.0)
    assert (left.x_mm.tolist(), right.x_mm.tolist()) == ([15.0, 5.0], [5.0, 15.0])
    assert left.y_mm.tolist() == right.y_mm.tolist() == [70.0, 30.0]
    assert left.insole_length_mm == 80.0
    assert left.area_cm2.tolist() == [2.0, 2.0]
    assert left.region == ("toes", "midfoot")  # 3.5 and 1.5 of 4 rows


@pytest.mark.parametrize(
    ("mm", "plausible"),
    [
        (1.0, True),
        (0.99, False),
        (50.0, True),
        (50.1, False),
        (np.nan, False),
        (np.inf, False),
        (-5.0, False),
    ],
)
def test_a_pitch_of_1_to_50_mm_can_be_an_insoles(mm: float, plausible: bool):
    assert cells.pitch_is_plausible(mm) is plausible


@pytest.mark.worked_example("pressure")
@pytest.mark.parametrize(
    ("unit", "kpa"),
    [
        ("kPa", 1.0),
        (" KPA ", 1.0),
        ("mmHg", 0.133322387),
        ("psi", 6.894757),
        ("N/cm2", 10.0),
        ("N/cm²", 10.0),
        ("kg/cm2", 98.0665),
        ("kg/cm²", 98.0665),
        ("MPa", 1000.0),
        ("Pa", 0.001),
        ("bar", 100.0),
    ],
)
def test_units_of_pressure(unit: str, kpa: float):
    assert cells.kpa_per_unit(unit) == pytest.approx(kpa, rel=1e-7)


@pytest.mark.parametrize("unit", ["", "RAW", "k Pa", "lbs"])
def test_a_unit_that_is_not_known(unit: str):
    assert cells.kpa_per_unit(unit) is None


@pytest.mark.worked_example("force_n")
def test_a_kilopascal_on_a_square_centimetre_is_a_tenth_of_a_newton():
    assert cells.N_PER_KPA_CM2 * 10 == 1.0  # 1000 N/m2 on 1e-4 m2
