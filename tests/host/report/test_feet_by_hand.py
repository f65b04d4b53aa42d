"""The panel of the feet about a tiny analysis made by hand: which shade, line and share is whose."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from plantigrade.gait.results import FootPicture
from plantigrade.gait.signals import Foot
from plantigrade.report.feet import feet_panel, load_unit, map_title
from plantigrade.report.style import COLOUR

from tests.host.analyze import tiny
from tests.host.report.drawing import GAP, LENGTH, axes, colour, pictured, shade, texts_of_page

NAN = float("nan")


def test_each_place_has_the_shade_of_its_sensor_and_the_feet_mirror_each_other() -> None:
    drawn = axes()
    full_analysis = pictured()
    image = feet_panel(drawn, full_analysis.walk, full_analysis.analysis)
    left, right = drawn.images
    assert image is left
    for side, shown, kpa in ((-1, left, (100.0, 150.0, 50.0)), (1, right, (80.0, 20.0, 20.0))):
        for x_mm, y_mm, expected in zip((30.0, 40.0, 50.0), (20.0, 110.0, 180.0), kpa, strict=True):
            assert shade(shown, side * (GAP + x_mm / LENGTH), y_mm / LENGTH) == pytest.approx(expected)
        assert shown.get_clim() == (0.0, 150.0), "one scale for both"
    dots = [line for line in drawn.lines if line.get_marker() == "."]
    assert dots[0].get_xdata()[0] == pytest.approx(-GAP - 30.0 / LENGTH)
    assert dots[1].get_xdata()[0] == pytest.approx(GAP + 30.0 / LENGTH)
    assert dots[1].get_ydata().tolist() == pytest.approx([y / LENGTH for y in (20.0, 110.0, 180.0)])
    assert drawn.get_title() == "Load and gait line (seen from above)"


def test_medial_is_towards_the_other_foot() -> None:
    """Two sensors under the ball: medial 100 N and lateral 300 N on 10 cm2 each, 100 and 300 kPa."""
    full_analysis = pictured()
    layout = replace(
        tiny.LAYOUT,
        x_mm=np.array([25.0, 75.0]),
        y_mm=np.array([180.0, 180.0]),
        area_cm2=np.array([10.0, 10.0]),
        region=("forefoot", "forefoot"),
    )
    peaks = np.array([100.0, 300.0])
    feet = [
        replace(foot, picture=FootPicture(foot.picture.cop_mean_mm, np.zeros((2, 101)), peaks, peaks, 2))
        for foot in full_analysis.analysis.feet
        if foot.picture is not None
    ]
    signals = [
        replace(signal, layout=layout, force_n=np.ones((len(signal), 2), np.float32))
        for signal in full_analysis.walk.feet
    ]
    walk = replace(full_analysis.walk, left=signals[0], right=signals[1])
    drawn = axes()
    feet_panel(drawn, walk, replace(full_analysis.analysis, left=feet[0], right=feet[1]))
    for side, shown in zip((-1, 1), drawn.images, strict=True):
        assert shade(shown, side * (GAP + 25.0 / LENGTH), 180.0 / LENGTH) == 100.0
        assert shade(shown, side * (GAP + 75.0 / LENGTH), 180.0 / LENGTH) == 300.0


def test_nothing_is_shaded_outside_of_the_foot() -> None:
    """The drawn outline: within it the map has values, beyond its edges none."""
    drawn = axes()
    full_analysis = pictured()
    feet_panel(drawn, full_analysis.walk, full_analysis.analysis)
    for side, shown in zip((-1, 1), drawn.images, strict=True):
        masked = np.ma.getmaskarray(shown.get_array())
        assert masked[0].all() and masked[-1].all(), "behind the heel and before the toes"
        assert masked[:, 0].all() and masked[:, -1].all()
        outline = [patch for patch in drawn.patches if np.sign(patch.get_xy()[:, 0].mean()) == side]
        (edge,) = outline
        x, y = edge.get_xy().T
        assert (y.min(), y.max()) == pytest.approx((0.0, 1.0), abs=0.01)
        inside = ~masked
        heights = np.linspace(-0.01, 1.01, masked.shape[0])[inside.any(axis=1)]
        assert (heights[0], heights[-1]) == pytest.approx((0.0, 1.0), abs=0.01)
        first, last, *_ = shown.get_extent()
        across = np.linspace(first, last, masked.shape[1])[inside.any(axis=0)]
        assert (across[0], across[-1]) == pytest.approx((x.min(), x.max()), abs=0.01)


def test_dense_cells_show_themselves_on_the_middle_of_the_outline() -> None:
    """A grid of 15 times 9 cells of 10 mm, with a hole. Its middle at 45 mm is put on that of the outline,
    0.18 lengths in; no shade lies farther than three quarters of a pitch from a cell."""
    x_mm, y_mm = (grid.ravel() for grid in np.meshgrid(np.arange(5.0, 90, 10), np.arange(5.0, 150, 10)))
    keep = ~((x_mm == 45.0) & (y_mm == 75.0))
    x_mm, y_mm = x_mm[keep], y_mm[keep]
    count = len(x_mm)
    assert count == 134
    layout = replace(tiny.LAYOUT, x_mm=x_mm, y_mm=y_mm, area_cm2=np.ones(count), region=("heel",) * count)
    full_analysis = pictured()
    assert full_analysis.walk.right is not None and full_analysis.analysis.right is not None
    path = np.stack([np.full(101, 45.0), np.linspace(5.0, 145.0, 101)])
    picture = FootPicture(path, path * 0, 0.1 * np.arange(count), np.zeros(count), 3)
    force = np.zeros((len(full_analysis.walk.right), count), np.float32)
    walk = replace(
        full_analysis.walk, left=None, right=replace(full_analysis.walk.right, layout=layout, force_n=force)
    )
    analysis = replace(
        full_analysis.analysis, left=None, right=replace(full_analysis.analysis.right, picture=picture)
    )
    drawn = axes()
    image = feet_panel(drawn, walk, analysis)
    assert image is not None

    def place(x: float, y: float) -> tuple[float, float]:
        return GAP + 0.18 + (x - 45.0) / LENGTH, y / LENGTH

    for cell in (0, 8, 60, count - 1):
        assert shade(image, *place(x_mm[cell], y_mm[cell])) == pytest.approx(float(cell))
    array = np.ma.getmaskarray(image.get_array())
    first, last, low, high = image.get_extent()

    def hidden(x: float, y: float) -> bool:
        across, along = place(x, y)
        row = round((along - low) / (high - low) * (array.shape[0] - 1))
        return bool(array[row, round((across - first) / (last - first) * (array.shape[1] - 1))])

    assert hidden(45.0, 75.0), "the hole"
    assert not hidden(45.0, 69.0)
    assert hidden(45.0, 155.0)
    assert not hidden(45.0, 150.0)
    assert [line for line in drawn.lines if line.get_marker() == "."] == [], "cells that show need no dots"
    lines_of = [
        line for line in drawn.lines if colour(line) == COLOUR[Foot.RIGHT] and len(line.get_xdata()) == 101
    ]
    assert lines_of[0].get_xdata()[0] == pytest.approx(GAP + 0.18)


def test_the_gait_line_begins_with_a_dot_and_ends_with_a_triangle() -> None:
    drawn = axes()
    full_analysis = pictured()
    feet_panel(drawn, full_analysis.walk, full_analysis.analysis)
    for side, foot in ((-1, Foot.LEFT), (1, Foot.RIGHT)):
        own = [line for line in drawn.lines if colour(line) == COLOUR[foot] and len(line.get_xdata()) == 100]
        assert len(own) == 1
        assert own[0].get_xdata()[0] == pytest.approx(side * (GAP + 26.0 / LENGTH))
        assert own[0].get_ydata()[[0, -1]].tolist() == pytest.approx([28.08 / LENGTH, 234.0 / LENGTH])
    marks = {line.get_marker(): line.get_ydata()[0] for line in drawn.lines if len(line.get_xdata()) == 1}
    assert marks == {"o": pytest.approx(28.08 / LENGTH), "^": pytest.approx(234.0 / LENGTH)}


def test_shares_of_the_regions_stand_outside_of_their_foot() -> None:
    drawn = axes()
    full_analysis = pictured()
    feet_panel(drawn, full_analysis.walk, full_analysis.analysis, "{} steady")
    found = [
        (text.get_text(), text.get_position()[0] < 0, text.get_horizontalalignment()) for text in drawn.texts
    ]
    assert found == [
        ("heel\n31 %", True, "right"),
        ("forefoot\n45 %", True, "right"),
        ("left\n(7 steady)", True, "center"),
        ("heel\n29 %", False, "left"),
        ("forefoot\n47 %", False, "left"),
        ("right\n(8 steady)", False, "center"),
    ]
    heel, forefoot = drawn.texts[0].get_position()[1], drawn.texts[1].get_position()[1]
    assert heel < 0.3 < 0.5 < forefoot < 0.85


def test_without_stances_the_greatest_load_of_each_sensor_is_shown() -> None:
    full_analysis = pictured()
    assert full_analysis.walk.left is not None
    force = np.array([[1.0, 2.0, 9.0], [5.0, np.nan, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 0.0]], np.float32)
    left, right = (replace(foot, picture=None) for foot in full_analysis.analysis.feet)
    walk = replace(full_analysis.walk, left=replace(full_analysis.walk.left, force_n=force))
    analysis = replace(full_analysis.analysis, left=left, right=right)
    drawn = axes()
    image = feet_panel(drawn, walk, analysis)
    assert image is not None
    places = zip((30.0, 40.0, 50.0), (20.0, 110.0, 180.0), strict=True)
    shades = [shade(image, -GAP - x / LENGTH, y / LENGTH) for x, y in places]
    assert shades == pytest.approx([5.0, 2.0, 3.0])  # 10 * 5 N / 10 cm2, 10 * 4 / 20, 10 * 9 / 30
    assert texts_of_page(drawn) == ["left", "right"]
    assert map_title(analysis) == "greatest load of each sensor in the recording"
    assert map_title(full_analysis.analysis) == "mean over stances of each sensor's peak"


@pytest.mark.parametrize(
    ("quantity", "areas", "unit", "first"),
    [
        ("force", [10.0, 20.0, 30.0], "kPa", 100.0),
        ("force", [10.0, NAN, 30.0], "N", 100.0),
        ("force", [20.0, 20.0, 0.0], "N", 100.0),
        ("force", [20.0, 20.0, 30.0], "kPa", 50.0),
        ("footswitch", [20.0, 20.0, 30.0], "sensor units", 100.0),
    ],
)
def test_pressure_only_where_every_area_is_known(
    quantity: Any, areas: list[float], unit: str, first: float
) -> None:
    full_analysis = pictured()
    assert full_analysis.walk.left is not None
    layout = replace(tiny.LAYOUT, area_cm2=np.array(areas))
    walk = replace(
        full_analysis.walk, left=replace(full_analysis.walk.left, layout=layout, quantity=quantity)
    )
    assert load_unit(walk) == unit
    image = feet_panel(axes(), walk, full_analysis.analysis)
    assert image is not None
    assert shade(image, -GAP - 30.0 / LENGTH, 20.0 / LENGTH) == pytest.approx(first)


def test_a_source_without_places_has_no_map() -> None:
    full_analysis = tiny.full_analysis()
    assert full_analysis.walk.left is not None
    walk = replace(full_analysis.walk, left=replace(full_analysis.walk.left, layout=None))
    drawn = axes()
    assert feet_panel(drawn, walk, full_analysis.analysis) is None
    assert texts_of_page(drawn) == ["the source has no sensor places"]
    assert load_unit(walk) == ""
    assert load_unit(full_analysis.walk) == "kPa"
