"""What the pictures of report and page show of a tiny analysis made by hand: which curve, bar, shade or word
is whose, and where it lies."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from plantigrade.analyze.whole import Whole
from plantigrade.gait.results import FootPicture, Parameter
from plantigrade.gait.signals import Foot
from plantigrade.report.curves import butterfly_panel, force_panel, timing_bars
from plantigrade.report.feet import feet_panel, load_unit, map_title
from plantigrade.report.style import COLOUR

from tests.host.analyze import tiny

NAN = float("nan")


def axes() -> Axes:
    return Figure().add_subplot()


def lines(drawn: Axes) -> dict[str, Any]:
    return {str(line.get_label()): line for line in drawn.lines}


def words_of(drawn: Axes) -> list[str]:
    return [text.get_text() for text in drawn.texts]


def colour(artist: Any) -> str:
    return to_hex(artist.get_color() if hasattr(artist, "get_color") else artist.get_facecolor())


def test_ensembles_of_both_feet_with_their_band_and_body_weight() -> None:
    drawn = axes()
    force_panel(drawn, tiny.walk(), tiny.analysis())
    left, right = lines(drawn)["left (2 cycles)"], lines(drawn)["right (3 cycles)"]
    assert left.get_ydata().tolist() == [float(i) for i in range(101)]
    assert left.get_xdata().tolist() == list(range(101))
    assert right.get_ydata()[[0, 100]].tolist() == [1000.0, 1100.0]
    assert (colour(left), colour(right)) == (COLOUR[Foot.LEFT], COLOUR[Foot.RIGHT])
    assert (left.get_linestyle(), right.get_linestyle()) == ("-", "--")
    edges = [band.get_paths()[0].vertices for band in drawn.collections]
    at_hundred = [sorted(edge[edge[:, 0] == 100][:, 1].round(6)) for edge in edges]
    assert (at_hundred[0][0], at_hundred[0][-1]) == (90.0, 110.0)
    assert (at_hundred[1][0], at_hundred[1][-1]) == (990.0, 1210.0)
    assert drawn.get_title() == "Vertical force over the gait cycle (mean ± SD)"
    assert drawn.get_ylabel() == "Force, N"
    assert drawn.get_xlim() == (0.0, 100.0)
    assert drawn.get_xlabel() == "% of gait cycle, from initial contact to the next of the same foot"
    assert drawn.get_ylim()[0] <= 0.0
    assert words_of(drawn) == ["body weight"]
    assert any(line.get_ydata()[0] == 712.4 for line in drawn.lines)


def test_ensembles_of_a_footswitch_have_its_units_and_no_body_weight() -> None:
    whole = tiny.whole()
    left, right = (
        replace(foot, force_cycle=replace(foot.force_cycle, unit="input units"))  # type: ignore[type-var]
        for foot in whole.analysis.feet
    )
    drawn = axes()
    force_panel(drawn, whole.walk, replace(whole.analysis, left=left, right=right))
    assert drawn.get_title() == "Signal over the gait cycle (mean ± SD)"
    assert drawn.get_ylabel() == "Signal, input units"
    assert len(drawn.lines) == 2
    assert words_of(drawn) == []


def test_a_foot_without_cycles_has_no_curve() -> None:
    whole = tiny.whole()
    assert whole.analysis.left is not None and whole.analysis.left.force_cycle is not None
    for cycle in (None, replace(whole.analysis.left.force_cycle, n=0)):
        left = replace(whole.analysis.left, force_cycle=cycle)
        drawn = axes()
        force_panel(drawn, whole.walk, replace(whole.analysis, left=left, body_weight_n=None))
        assert list(lines(drawn)) == ["right (3 cycles)"]


def still(walk: Any = None) -> Whole:
    """No cycle on either foot."""
    whole = tiny.whole()
    left, right = (replace(foot, force_cycle=None) for foot in whole.analysis.feet)
    return replace(whole, walk=walk or whole.walk, analysis=replace(whole.analysis, left=left, right=right))


def test_without_cycles_the_first_half_minute_is_drawn_from_the_first_foot_on() -> None:
    """The right foot begins half a second later; three sensors with 1 N, on the right with 2 N."""
    walk = tiny.walk()
    assert walk.left is not None and walk.right is not None
    time_s = np.arange(4000) / 100 + 7.0
    ones = np.ones((4000, 3), np.float32)
    left = replace(walk.left, time_s=time_s, force_n=ones)
    right = replace(walk.right, time_s=time_s + 0.5, force_n=2 * ones)
    whole = still(replace(walk, left=left, right=right))
    drawn = axes()
    force_panel(drawn, whole.walk, whole.analysis)
    curves = lines(drawn)
    assert curves["left"].get_xdata()[[0, -1]].tolist() == pytest.approx([0.0, 29.99])
    assert curves["right"].get_xdata()[[0, -1]].tolist() == pytest.approx([0.5, 29.99])
    assert set(curves["left"].get_ydata()) == {3.0}
    assert set(curves["right"].get_ydata()) == {6.0}
    assert colour(curves["right"]) == COLOUR[Foot.RIGHT]
    assert drawn.get_title() == "Vertical force over time (no steady cycle to average)"
    assert (drawn.get_xlabel(), drawn.get_ylabel()) == ("s from the start of the recording", "Force, N")


def test_a_signal_that_is_no_force_is_named_so() -> None:
    walk = tiny.walk()
    assert walk.right is not None
    whole = still(replace(walk, right=replace(walk.right, quantity="footswitch")))
    drawn = axes()
    force_panel(drawn, whole.walk, whole.analysis)
    assert drawn.get_ylabel() == "Signal, input units"


def with_parameters(left: dict[str, Parameter], right: dict[str, Parameter]) -> Any:
    analysis = tiny.analysis()
    assert analysis.left is not None and analysis.right is not None
    return replace(
        analysis,
        left=replace(analysis.left, parameters=left),
        right=replace(analysis.right, parameters=right),
    )


def bars(drawn: Axes) -> list[tuple[float, float, float, str | None]]:
    """Row, begin, length and hatching of every bar."""
    return [
        (
            round(patch.get_y() + patch.get_height() / 2, 6),
            round(patch.get_x(), 6),
            round(patch.get_width(), 6),
            patch.get_hatch(),
        )
        for patch in drawn.patches
        if round(patch.get_height(), 6) == 0.5
    ]


def test_stance_swing_and_double_support_of_each_foot() -> None:
    """Left: stance 60 % of 1 s, both feet for 0.1 s and then 0.15 s: 0 to 10 % and 45 to 60 %. Right: 64 % of
    1.25 s, for 0.125 s and 0.25 s: 0 to 10 % and 44 to 64 %."""
    names = ("stance_pct", "stride_time_s", "initial_double_support_s", "terminal_double_support_s")
    left = {name: Parameter(v, "", 2) for name, v in zip(names, (60.0, 1.0, 0.1, 0.15), strict=True)}
    right = {name: Parameter(v, "", 2) for name, v in zip(names, (64.0, 1.25, 0.125, 0.25), strict=True)}
    drawn = axes()
    timing_bars(drawn, with_parameters(left, right))
    assert bars(drawn) == [
        (0.0, 0.0, 64.0, None),
        (0.0, 64.0, 36.0, None),
        (0.0, 0.0, 10.0, "xxx"),
        (0.0, 44.0, 20.0, "xxx"),
        (1.0, 0.0, 60.0, None),
        (1.0, 60.0, 40.0, None),
        (1.0, 0.0, 10.0, "xxx"),
        (1.0, 45.0, 15.0, "xxx"),
    ]
    assert [label.get_text() for label in drawn.get_yticklabels()] == ["right", "left"]
    assert drawn.get_xlim() == (0.0, 100.0)
    assert drawn.get_ylim() == (-0.75, 1.75)
    assert [(text.get_text(), text.get_position()) for text in drawn.texts] == [
        ("stance 64.0", (32.0, 0)),
        ("swing 36.0", (82.0, 0)),
        ("stance 60.0", (30.0, 1)),
        ("swing 40.0", (80.0, 1)),
    ]
    stances = [patch for patch in drawn.patches if round(patch.get_width(), 6) in (60.0, 64.0)]
    assert [colour(patch) for patch in stances] == [COLOUR[Foot.RIGHT], COLOUR[Foot.LEFT]]
    usual = [p for p in drawn.patches if round(p.get_height(), 6) != 0.5]
    assert [(p.get_x(), round(p.get_x() + p.get_width(), 6)) for p in usual] == [(60.8, 68.7)]


def test_words_on_the_bars_can_be_others_and_shrink_when_long() -> None:
    drawn = axes()
    timing_bars(drawn, tiny.analysis(), "on the ground {:.0f}", "up {:.0f}")
    assert words_of(drawn) == ["on the ground 60", "up 40", "on the ground 62", "up 38"]
    assert drawn.texts[0].get_fontsize() < drawn.texts[1].get_fontsize()
    short = axes()
    timing_bars(short, tiny.analysis())
    assert short.texts[0].get_fontsize() == 8.5


@pytest.mark.parametrize(
    "missing", ["stride_time_s", "initial_double_support_s", "terminal_double_support_s"]
)
def test_without_its_times_double_support_is_not_drawn(missing: str) -> None:
    names = ("stance_pct", "stride_time_s", "initial_double_support_s", "terminal_double_support_s")
    known = {name: Parameter(0.5, "", 2) for name in names if name != missing}
    drawn = axes()
    timing_bars(drawn, with_parameters(known, {**known, missing: Parameter(None, "s")}))
    assert [hatch for *_, hatch in bars(drawn)] == [None] * 4


def test_no_steady_cycle_is_said() -> None:
    drawn = axes()
    timing_bars(drawn, with_parameters({}, {"stance_pct": Parameter(None, "%")}))
    assert words_of(drawn) == ["no steady cycle"]
    assert bars(drawn) == []
    one = axes()
    timing_bars(one, with_parameters({}, {"stance_pct": Parameter(60.0, "%")}))
    assert words_of(one) == ["stance 60.0", "swing 40.0"]


def test_the_butterfly_is_closed_and_its_crossing_marked() -> None:
    drawn = axes()
    butterfly_panel(drawn, tiny.butterfly())
    curve = next(line for line in drawn.lines if len(line.get_xdata()) == 102)
    assert curve.get_xdata()[[0, 1, 100, 101]].tolist() == [-50.0, -49.0, 50.0, -50.0]
    assert curve.get_ydata()[[0, 100, 101]].tolist() == [0.0, 80.0, 0.0]
    mark = next(line for line in drawn.lines if line.get_marker() == "o")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (-7.25, 48.5)
    assert words_of(drawn) == ["crossing 7 % to the left,\n48 % of length"]
    assert drawn.get_xlim() == (-140.0, 140.0)
    assert [label.get_text() for label in drawn.get_xticklabels()] == ["left", "middle", "right"]


def test_a_crossing_to_the_right_none_and_no_butterfly() -> None:
    right, none, nothing = axes(), axes(), axes()
    butterfly_panel(right, replace(tiny.butterfly(), crossing_x_pct=12.6, crossing_y_pct=51.0))
    assert words_of(right) == ["crossing 13 % to the right,\n51 % of length"]
    butterfly_panel(none, replace(tiny.butterfly(), crossing_x_pct=NAN, crossing_y_pct=NAN))
    assert words_of(none) == []
    butterfly_panel(nothing, None)
    assert words_of(nothing) == ["needs both feet with sensor places\nand three steady cycles"]


GAP = 0.05
"""Half the gap between the feet, in lengths."""
LENGTH = 260.0


def pictured() -> Whole:
    """Both feet with places. Mean peaks of left: 100, 300, 150 N on 10, 20, 30 cm2: 100, 150 and 50 kPa; of
    right 80, 40, 60 N: 80, 20 and 20 kPa. The gait line runs along x = 26 mm from y = 26 mm to 234 mm."""
    whole = tiny.whole()
    walk = whole.walk
    assert walk.right is not None
    path = np.stack([np.full(101, 26.0), np.linspace(26.0, 234.0, 101)])
    path[:, 0] = NAN
    feet = [
        replace(foot, picture=FootPicture(path, path * 0, np.array(peaks), np.array(peaks), n))
        for foot, peaks, n in zip(
            whole.analysis.feet, ((100.0, 300.0, 150.0), (80.0, 40.0, 60.0)), (7, 8), strict=True
        )
    ]
    return replace(
        whole,
        walk=replace(walk, right=replace(walk.right, layout=tiny.LAYOUT)),
        analysis=replace(whole.analysis, left=feet[0], right=feet[1]),
    )


def shade(image: Any, x: float, y: float) -> float:
    """Value of the map at a place of the panel."""
    first, last, low, high = image.get_extent()
    array = np.asarray(image.get_array())
    row = round((y - low) / (high - low) * (array.shape[0] - 1))
    column = round((x - first) / (last - first) * (array.shape[1] - 1))
    return float(array[row, column])


def test_each_place_has_the_shade_of_its_sensor_and_the_feet_mirror_each_other() -> None:
    drawn = axes()
    whole = pictured()
    image = feet_panel(drawn, whole.walk, whole.analysis)
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


def test_nothing_is_shaded_outside_of_the_foot() -> None:
    """The drawn outline: within it the map has values, beyond its edges none."""
    drawn = axes()
    whole = pictured()
    feet_panel(drawn, whole.walk, whole.analysis)
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
    whole = pictured()
    assert whole.walk.right is not None and whole.analysis.right is not None
    path = np.stack([np.full(101, 45.0), np.linspace(5.0, 145.0, 101)])
    picture = FootPicture(path, path * 0, 0.1 * np.arange(count), np.zeros(count), 3)
    force = np.zeros((len(whole.walk.right), count), np.float32)
    walk = replace(whole.walk, left=None, right=replace(whole.walk.right, layout=layout, force_n=force))
    analysis = replace(whole.analysis, left=None, right=replace(whole.analysis.right, picture=picture))
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
    whole = pictured()
    feet_panel(drawn, whole.walk, whole.analysis)
    for side, foot in ((-1, Foot.LEFT), (1, Foot.RIGHT)):
        own = [line for line in drawn.lines if colour(line) == COLOUR[foot] and len(line.get_xdata()) == 100]
        assert len(own) == 1
        assert own[0].get_xdata()[0] == pytest.approx(side * (GAP + 26.0 / LENGTH))
        assert own[0].get_ydata()[[0, -1]].tolist() == pytest.approx([28.08 / LENGTH, 234.0 / LENGTH])
    marks = {line.get_marker(): line.get_ydata()[0] for line in drawn.lines if len(line.get_xdata()) == 1}
    assert marks == {"o": pytest.approx(28.08 / LENGTH), "^": pytest.approx(234.0 / LENGTH)}


def test_shares_of_the_regions_stand_outside_of_their_foot() -> None:
    drawn = axes()
    whole = pictured()
    feet_panel(drawn, whole.walk, whole.analysis, "{} steady")
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
    whole = pictured()
    assert whole.walk.left is not None
    force = np.array([[1.0, 2.0, 9.0], [5.0, np.nan, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 0.0]], np.float32)
    left, right = (replace(foot, picture=None) for foot in whole.analysis.feet)
    walk = replace(whole.walk, left=replace(whole.walk.left, force_n=force))
    analysis = replace(whole.analysis, left=left, right=right)
    drawn = axes()
    image = feet_panel(drawn, walk, analysis)
    assert image is not None
    places = zip((30.0, 40.0, 50.0), (20.0, 110.0, 180.0), strict=True)
    shades = [shade(image, -GAP - x / LENGTH, y / LENGTH) for x, y in places]
    assert shades == pytest.approx([5.0, 2.0, 3.0])  # 10 * 5 N / 10 cm2, 10 * 4 / 20, 10 * 9 / 30
    assert words_of(drawn) == ["left", "right"]
    assert map_title(analysis) == "greatest load of each sensor in the recording"
    assert map_title(whole.analysis) == "mean over stances of each sensor's peak"


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
    whole = pictured()
    assert whole.walk.left is not None
    layout = replace(tiny.LAYOUT, area_cm2=np.array(areas))
    walk = replace(whole.walk, left=replace(whole.walk.left, layout=layout, quantity=quantity))
    assert load_unit(walk) == unit
    image = feet_panel(axes(), walk, whole.analysis)
    assert image is not None
    assert shade(image, -GAP - 30.0 / LENGTH, 20.0 / LENGTH) == pytest.approx(first)


def test_a_source_without_places_has_no_map() -> None:
    whole = tiny.whole()
    assert whole.walk.left is not None
    walk = replace(whole.walk, left=replace(whole.walk.left, layout=None))
    drawn = axes()
    assert feet_panel(drawn, walk, whole.analysis) is None
    assert words_of(drawn) == ["the source has no sensor places"]
    assert load_unit(walk) == ""
    assert load_unit(whole.walk) == "kPa"
