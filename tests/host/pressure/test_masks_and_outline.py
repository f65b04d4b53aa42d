"""Where sensors belong: regions, sides, rear, the width at the distal third, and the shape of a plain
insole."""

import numpy as np
import pytest
from insole_protocol import layout as places
from plantigrade.gait.pressure import outline, own_insole, regions
from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.settings import BALL_WIDTH_SHARE
from plantigrade.gait.signals import SensorLayout
from scipy.spatial import cKDTree

from tests.host.pressure.insoles import FOREFOOT, HEEL, MIDFOOT, TOES, eight, layout


@pytest.mark.parametrize(
    ("share", "region"),
    [
        (0.0, HEEL),
        (0.309, HEEL),
        (0.31, MIDFOOT),
        (0.589, MIDFOOT),
        (0.59, FOREFOOT),
        (0.829, FOREFOOT),
        (0.83, TOES),
        (1.0, TOES),
    ],
)
def test_regions_begin_at_31_59_and_83_percent_of_the_length(share: float, region: str) -> None:
    assert regions.of_length(np.array([share])) == (region,)


def test_regions_are_named_from_the_heel_to_the_toes() -> None:
    assert regions.REGIONS == ("heel", "midfoot", "forefoot", "toes")
    assert regions.of_length(np.array([0.9, 0.1, 0.4])) == (TOES, HEEL, MIDFOOT)


def test_sensors_are_sorted_by_region_in_their_own_order() -> None:
    masks = masks_of(layout([(20, 225), (20, 25), (70, 225), (70, 112)], [TOES, HEEL, TOES, MIDFOOT]))
    assert masks.region.tolist() == [3, 0, 3, 1]
    assert masks.order.tolist() == [1, 3, 0, 2]
    assert masks.borders.tolist() == [0, 1, 2, 2, 4]
    assert masks.has_region == (True, True, False, True)


@pytest.mark.parametrize(
    ("x", "medial"), [(39.55, 1.0), (39.65, 0.5), (45.0, 0.5), (50.35, 0.5), (50.45, 0.0)]
)
def test_sides_are_told_6_percent_of_the_ball_off_the_middle_line(x: float, medial: float) -> None:
    """The middle of 20 and 70 mm is 45; 6 % of 0.36 of 250 mm are 5.4 mm."""
    masks = masks_of(layout([(20, 25), (70, 25), (x, 25)], [HEEL] * 3))
    assert masks.medial.tolist() == [1.0, 0.0, medial]


def test_the_middle_line_is_that_of_the_region() -> None:
    """The heel's sensors lie at 50 and 80 mm, the forefoot's at 20 and 50: 50 is medial here and lateral
    there."""
    masks = masks_of(layout([(50, 25), (80, 25), (20, 175), (50, 175)], [HEEL, HEEL, FOREFOOT, FOREFOOT]))
    assert masks.medial.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert masks.has_sides == (True, False, True, False)


def test_a_region_with_one_sensor_has_no_sides() -> None:
    masks = masks_of(layout([(20, 25), (70, 25), (30, 120), (45, 220)], [HEEL, HEEL, MIDFOOT, TOES]))
    assert masks.medial.tolist() == [1.0, 0.0, 0.5, 0.5]
    assert masks.has_sides == (True, False, False, False)


@pytest.mark.parametrize(("y", "rear"), [(124.9, 1.0), (125.0, 0.0), (125.1, 0.0)])
def test_the_rear_ends_at_half_the_length(y: float, rear: float) -> None:
    assert masks_of(layout([(20, 25), (20, y)], [HEEL, MIDFOOT])).rear.tolist() == [1.0, rear]


def test_without_a_length_the_insole_ends_as_far_beyond_its_last_sensor_as_before_its_first() -> None:
    masks = masks_of(layout([(20, 15), (20, 225)], [HEEL, TOES], length_mm=None))
    assert masks.length_mm == 240
    assert masks.width_mm == pytest.approx(86.4)
    assert masks.distal_y_mm == pytest.approx(160)


def test_a_stated_length_goes_before_the_sensors() -> None:
    assert masks_of(eight()).length_mm == 250
    assert masks_of(eight()).width_mm == pytest.approx(90)


@pytest.mark.parametrize("area", [np.nan, 0.0, -1.0])
def test_one_sensor_without_an_area_makes_pressures_unknown(area: float) -> None:
    masks = masks_of(layout([(20, 25), (70, 25)], [HEEL, HEEL], area_cm2=[2.0, area]))
    assert not masks.has_area
    assert masks.area_cm2.tolist() == [2.0, 0.0 if np.isnan(area) else area]
    assert masks_of(eight()).has_area


def grid(columns_mm: list[float], rows: int, length_mm: float = 200.0) -> SensorLayout:
    """Columns of cells at the same rows, evenly along the insole."""
    y = (np.arange(rows) + 0.5) * length_mm / rows
    cells = [(x, float(v)) for v in y for x in columns_mm]
    return layout(cells, regions.of_length(np.array(cells)[:, 1] / length_mm), length_mm=length_mm)


def test_the_distal_width_of_a_dense_grid_is_that_of_its_cells() -> None:
    """Ten rows of four: the row at 130 mm is within 8 mm of 133.3 mm. From 10 to 90 mm, and half a cell to
    either side: the usual distance of neighbours is 30 mm (10, 30, 40)."""
    assert masks_of(grid([10, 20, 50, 90], 10)).distal_width_mm == pytest.approx(110)


@pytest.mark.parametrize(
    "sparse",
    [grid([10, 20, 90], 13), grid([10, 50, 90], 14)],
    ids=["39 cells", "three cells in the row"],
)
def test_the_distal_width_of_other_insoles_is_that_of_the_outline(sparse: SensorLayout) -> None:
    """0.35375 of 200 mm."""
    assert masks_of(sparse).distal_width_mm == pytest.approx(70.75)


def test_columns_that_differ_by_less_than_a_tenth_of_a_millimetre_are_one() -> None:
    assert masks_of(grid([10, 10.02, 30, 50], 10)).distal_width_mm == pytest.approx(60)
    assert masks_of(grid([10, 10.4, 30, 50], 10)).distal_width_mm == pytest.approx(59.6)
    assert masks_of(grid([20, 20.01, 20.02, 20.03], 10)).distal_width_mm == 0


def test_cells_count_within_4_percent_of_the_length() -> None:
    """Of 200 mm these are 8 mm from 133.33: rows at 125.4 and 141.2 count, rows at 125.2 and 141.4 do not."""
    for y, width in ((125.4, 80.0), (141.2, 80.0), (125.2, 70.75), (141.4, 70.75)):
        cells = [(float(x), y) for x in (10, 30, 50, 70)] + [(40.0, 20.0)] * 36
        sheet = layout(cells, [FOREFOOT] * 4 + [HEEL] * 36, length_mm=200.0)
        assert masks_of(sheet).distal_width_mm == pytest.approx(width)


def test_masks_are_kept_for_each_layout() -> None:
    insole = eight()
    assert masks_of(insole) is masks_of(insole)


@pytest.mark.parametrize(
    ("y", "medial", "lateral"),
    [
        (0.0, 0.2, 0.2),
        (0.08, 0.085, 0.31),
        (0.34, 0.08, 0.3415),
        (0.70, 0.0, 0.36),
        (0.66, 0.0075, 0.36),
        (0.895, 0.0385, 0.2985),
        (1.0, 0.15, 0.15),
    ],
)
def test_edges_run_straight_between_stations(y: float, medial: float, lateral: float) -> None:
    found = outline.edges(np.array([y]))
    assert (found[0][0], found[1][0]) == pytest.approx((medial, lateral))


def test_the_ball_is_the_widest_place() -> None:
    medial, lateral = outline.edges(np.linspace(0, 1, 201))
    assert np.max(lateral - medial) == BALL_WIDTH_SHARE == 0.36


def test_area_of_the_outline() -> None:
    """Trapezoids between the stations: 0.0021 + 0.009125 + 0.01932 + 0.03096 + 0.03138 + 0.03402 + 0.03235 +
    0.0282 + 0.02824 + 0.02584 + 0.0182 + 0.0077625 + 0.0015625."""
    assert outline.area_share() == pytest.approx(0.26906, rel=1e-6)


def test_length_of_an_insole_of_known_area() -> None:
    """0.26906 of 25 cm squared are 168.1625 cm2."""
    assert outline.length_mm_of_area(168.1625) == pytest.approx(250, rel=1e-6)


def test_the_drawn_outline_is_round_and_closed() -> None:
    """Three stations give four corners: (0.2, 0), (0.055, 0.5), (0.15, 1), (0.350833, 0.5); three cuts give
    32 points.

    Along the medial edge: (0.16375, 0.125) to (0.09125, 0.375), then (0.145625, 0.1875) to (0.109375,
    0.3125), then the first two points. Round the heel: (0.237708, 0.125) to (0.16375, 0.125), then (0.182240,
    0.125) to (0.145625, 0.1875), then the last two.
    """
    points = outline.boundary(3)
    assert points.shape == (32, 2)
    assert points[:2] == pytest.approx(np.array([[0.1365625, 0.21875], [0.1184375, 0.28125]]))
    assert points[-2:] == pytest.approx(np.array([[0.1730859, 0.140625], [0.1547786, 0.171875]]), rel=1e-6)
    assert outline.boundary().shape == (240, 2)


def test_the_drawn_outline_has_nearly_the_area_of_the_outline() -> None:
    x, y = outline.boundary(64).T
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    assert area == pytest.approx(0.26906, rel=0.005)
    assert (x.min(), x.max()) == pytest.approx((0.0, 0.36), abs=0.002)
    assert (y.min(), y.max()) == pytest.approx((0.0, 1.0), abs=0.005)


def test_our_insole_in_size_42_is_280_mm_long() -> None:
    """Two thirds of a centimetre a size. The first sensor lies at 0.62 of the width of 100.8 mm and 0.07 of
    the length."""
    insole = own_layout(42.0)
    assert insole.insole_length_mm == pytest.approx(280)
    assert (insole.x_mm[0], insole.y_mm[0]) == pytest.approx((62.496, 19.6))
    assert (insole.x_mm[8], insole.y_mm[8]) == pytest.approx((16.128, 201.6))
    assert not insole.relative
    assert insole.name == places.LAYOUT_NAME
    assert insole.region == places.REGIONS


def test_without_a_size_the_places_are_those_of_size_42_and_marked_as_relative() -> None:
    unknown, nominal = own_layout(), own_layout(42.0)
    assert unknown.relative
    assert unknown.insole_length_mm == nominal.insole_length_mm
    assert unknown.x_mm.tolist() == nominal.x_mm.tolist()
    assert unknown.area_cm2.tolist() == nominal.area_cm2.tolist()


def test_areas_grow_with_the_square_of_the_size() -> None:
    small, large = own_layout(36.0), own_layout(45.0)
    assert large.insole_length_mm == pytest.approx(300)
    assert large.area_cm2 / small.area_cm2 == pytest.approx(np.full(16, 1.5625))


def test_the_sensors_share_the_whole_outline() -> None:
    """0.26906 of 28 cm squared are 210.94 cm2."""
    assert own_layout(42.0).area_cm2.sum() == pytest.approx(210.94, rel=0.003)


def test_two_sensors_share_the_outline_at_the_line_between_them() -> None:
    """At a quarter and three quarters of the length they divide at half of it. Behind it lie 0.126905 (to
    0.52) less 0.02 (0.295833 + 0.302) / 2 = 0.120927."""
    share = own_insole._territories(np.array([0.18, 0.18]), np.array([0.25, 0.75]))
    assert share == pytest.approx([0.120927, 0.148133], rel=0.003)


CELLS_OF_OURS = (
    *(2430, 3310, 1952, 2820),
    *(3750, 2903, 4453, 3277),
    *(2833, 1701, 1777, 2314, 2065),
    *(1660, 2839, 2967),
)
"""Of the heel, midfoot, forefoot and toes. Whoever changes them changes every pressure of our insole."""


def test_territories_are_counted_on_a_grid_of_a_400th_of_the_length() -> None:
    """In size 42 such a cell is 0.7 mm wide: 0.0049 cm2. All 43 051 of them: 210.95 cm2."""
    assert own_layout(42.0).area_cm2 == pytest.approx(0.0049 * np.array(CELLS_OF_OURS), rel=1e-9)
    assert sum(CELLS_OF_OURS) == 43_051


def test_territories_are_those_of_a_nearest_neighbour_search() -> None:
    """SciPy's tree on points thrown at random; 40 000 of them know a twelfth of the area to about 1 %."""
    insole = own_layout(42.0)
    places_mm = np.column_stack([insole.x_mm, insole.y_mm])
    rng = np.random.default_rng(4)
    points = rng.uniform([0, 0], [100.8, 280], (40_000, 2))
    medial, lateral = outline.edges(points[:, 1] / 280)
    inside = (points[:, 0] >= medial * 280) & (points[:, 0] <= lateral * 280)
    _, nearest = cKDTree(places_mm).query(points[inside])
    area = np.bincount(nearest, minlength=16) * 100.8 * 280 / 100 / 40_000
    assert insole.area_cm2 == pytest.approx(area, rel=0.06)


def test_the_sensors_of_our_insole_share_its_whole_area() -> None:
    """EU 42 is 28 cm. Trapezoids between the stations of the outline, whose widths are 0, 0.14, 0.225, 0.258,
    0.258, 0.265, 0.302, 0.345, 0.36, 0.346, 0.30, 0.22, 0.125 and 0: 0.26906 of the squared length. Times
    784 cm2 that is 210.943 cm2.
    """
    layout = own_layout(42.0)
    assert layout.insole_length_mm == pytest.approx(280.0)
    assert layout.area_cm2.sum() == pytest.approx(210.943, rel=5e-5)
    # Nearest-sensor areas of a grid of 1/3000 of the length, counted by another program.
    finer = [
        11.913, 16.253, 9.523, 13.822, 18.374, 14.228, 21.818, 16.049,
        13.895, 8.342, 8.705, 11.338, 10.114, 8.104, 13.911, 14.554,
    ]  # fmt: skip
    assert layout.area_cm2 == pytest.approx(finer, rel=5e-3)
