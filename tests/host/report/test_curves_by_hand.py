"""Curves, bars and butterfly of a tiny analysis made by hand: which curve, bar or word is whose."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from plantigrade.gait.results import Parameter
from plantigrade.gait.signals import Foot
from plantigrade.report.curves import butterfly_panel, force_panel, timing_bars
from plantigrade.report.style import COLOUR

from tests.host.analyze import tiny
from tests.host.report.drawing import axes, colour, lines, still, texts_of_page

NAN = float("nan")


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
    assert texts_of_page(drawn) == ["body weight"]
    assert any(line.get_ydata()[0] == 712.4 for line in drawn.lines)


def test_ensembles_of_a_footswitch_have_its_units_and_no_body_weight() -> None:
    full_analysis = tiny.full_analysis()
    left, right = (
        replace(foot, force_cycle=replace(foot.force_cycle, unit="input units"))  # type: ignore[type-var]
        for foot in full_analysis.analysis.feet
    )
    drawn = axes()
    force_panel(drawn, full_analysis.walk, replace(full_analysis.analysis, left=left, right=right))
    assert drawn.get_title() == "Signal over the gait cycle (mean ± SD)"
    assert drawn.get_ylabel() == "Signal, input units"
    assert len(drawn.lines) == 2
    assert texts_of_page(drawn) == []


def test_a_foot_without_cycles_has_no_curve() -> None:
    full_analysis = tiny.full_analysis()
    assert full_analysis.analysis.left is not None and full_analysis.analysis.left.force_cycle is not None
    for cycle in (None, replace(full_analysis.analysis.left.force_cycle, n=0)):
        left = replace(full_analysis.analysis.left, force_cycle=cycle)
        drawn = axes()
        force_panel(drawn, full_analysis.walk, replace(full_analysis.analysis, left=left, body_weight_n=None))
        assert list(lines(drawn)) == ["right (3 cycles)"]


def test_without_cycles_the_first_half_minute_is_drawn_from_the_first_foot_on() -> None:
    """The right foot begins half a second later; three sensors with 1 N, on the right with 2 N."""
    walk = tiny.walk()
    assert walk.left is not None and walk.right is not None
    time_s = np.arange(4000) / 100 + 7.0
    ones = np.ones((4000, 3), np.float32)
    left = replace(walk.left, time_s=time_s, force_n=ones)
    right = replace(walk.right, time_s=time_s + 0.5, force_n=2 * ones)
    full_analysis = still(replace(walk, left=left, right=right))
    drawn = axes()
    force_panel(drawn, full_analysis.walk, full_analysis.analysis)
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
    full_analysis = still(replace(walk, right=replace(walk.right, quantity="footswitch")))
    drawn = axes()
    force_panel(drawn, full_analysis.walk, full_analysis.analysis)
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
    assert texts_of_page(drawn) == ["on the ground 60", "up 40", "on the ground 62", "up 38"]
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
    assert texts_of_page(drawn) == ["no steady cycle"]
    assert bars(drawn) == []
    one = axes()
    timing_bars(one, with_parameters({}, {"stance_pct": Parameter(60.0, "%")}))
    assert texts_of_page(one) == ["stance 60.0", "swing 40.0"]


def test_the_butterfly_is_closed_and_its_crossing_marked() -> None:
    drawn = axes()
    butterfly_panel(drawn, tiny.butterfly())
    curve = next(line for line in drawn.lines if len(line.get_xdata()) == 102)
    assert curve.get_xdata()[[0, 1, 100, 101]].tolist() == [-50.0, -49.0, 50.0, -50.0]
    assert curve.get_ydata()[[0, 100, 101]].tolist() == [0.0, 80.0, 0.0]
    mark = next(line for line in drawn.lines if line.get_marker() == "o")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (-7.25, 48.5)
    assert texts_of_page(drawn) == ["crossing 7 % to the left,\n48 % of length"]
    assert drawn.get_xlim() == (-140.0, 140.0)
    assert [label.get_text() for label in drawn.get_xticklabels()] == ["left", "middle", "right"]


def test_a_crossing_to_the_right_none_and_no_butterfly() -> None:
    right, none, nothing = axes(), axes(), axes()
    butterfly_panel(right, replace(tiny.butterfly(), crossing_x_pct=12.6, crossing_y_pct=51.0))
    assert texts_of_page(right) == ["crossing 13 % to the right,\n51 % of length"]
    butterfly_panel(none, replace(tiny.butterfly(), crossing_x_pct=NAN, crossing_y_pct=NAN))
    assert texts_of_page(none) == []
    butterfly_panel(nothing, None)
    assert texts_of_page(nothing) == ["needs both feet with sensor places\nand three steady cycles"]
