"""From a walk to all that is reported of it: whose weight, which spans of standing, which remarks."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plantigrade.analysis import pipeline as module
from plantigrade.analysis.pipeline import Request, Span, of_walk, run
from plantigrade.errors import PlantigradeError
from plantigrade.gait import balance
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.results import Activity, Parameter, SignalFinding
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk

from tests.host.analyze import tiny
from tests.host.analyze.walks import write_walk

ANY = Path("any")


def standing_walk(seconds: float = 60.0, quantity: Any = "force", left: bool = True) -> Walk:
    """Both feet still on the ground: 300 N and 400 N spread over sixteen sensors."""
    time_s = np.arange(round(seconds * 100)) / 100.0
    feet = [
        FootSignal(
            foot, time_s, np.full((len(time_s), 16), newtons / 16, np.float32), own_layout(42.0), quantity
        )
        for foot, newtons in ((Foot.LEFT, 300.0), (Foot.RIGHT, 400.0))
    ]
    return Walk(feet[0] if left else None, feet[1], 100.0, SourceInfo("stand", "test"))


def spans_of(found: module.RecordingAnalysis) -> list[tuple[float, float]]:
    return [(standing.from_s, standing.to_s) for standing in found.standings]


def test_the_stated_weight_goes_before_that_of_the_file() -> None:
    walk = replace(standing_walk(10.0), body_weight_n=500.0)
    assert of_walk(walk, Request(ANY)).walk.body_weight_n == 500.0
    heavy = of_walk(walk, Request(ANY, body_weight_kg=80.0))
    assert heavy.walk.body_weight_n == pytest.approx(784.532)  # 80 kg * 9.80665 m/s2
    assert heavy.analysis.body_weight_n == pytest.approx(784.532)


def test_earlier_recordings_tell_sitting_from_standing_where_no_weight_is_stated() -> None:
    """The feet carry 700 N: all of 700 N, and of 2000 N what feet carry in sitting."""
    known = of_walk(standing_walk(10.0), Request(ANY, earlier_weight_n=700.0)).analysis
    assert [one.kind for one in known.activities] == ["standing"]
    assert (known.body_weight_n, known.load_levels.loaded_from.value) == (700.0, "earlier_recordings")
    heavy = of_walk(standing_walk(10.0), Request(ANY, earlier_weight_n=2000.0)).analysis
    assert [one.kind for one in heavy.activities] == ["sitting"]
    stated = of_walk(standing_walk(10.0), Request(ANY, body_weight_kg=71.0, earlier_weight_n=600.0)).analysis
    assert stated.load_levels.loaded_from.value == "stated_weight"


def test_named_spans_are_measured_in_their_order_and_compared() -> None:
    found = of_walk(standing_walk(), Request(ANY, eyes_open=Span(30.0, 55.0), eyes_closed=Span(2.0, 27.0)))
    assert spans_of(found) == [(30.0, 55.0), (2.0, 27.0)]
    assert found.standings[0].left_load_pct == pytest.approx(100 * 300 / 700)
    only = of_walk(standing_walk(), Request(ANY, eyes_closed=Span(2.0, 27.0)))
    assert spans_of(only) == [(2.0, 27.0)]
    assert only.romberg is None


@pytest.mark.parametrize("span", [Span(0.0, 59.99), Span(10.0, 20.0)])
def test_a_span_within_the_recording_is_taken(span: Span) -> None:
    assert len(of_walk(standing_walk(), Request(ANY, eyes_open=span)).standings) == 1


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (Span(-0.01, 20.0), "-0.01-20 s is no span of the recording, which runs from 0 to 59.99 s"),
        (Span(10.0, 60.1), "10-60.1 s is no span of the recording, which runs from 0 to 59.99 s"),
    ],
)
def test_a_span_outside_the_recording_is_refused(span: Span, message: str) -> None:
    with pytest.raises(PlantigradeError) as refused:
        of_walk(standing_walk(), Request(ANY, eyes_closed=span))
    assert str(refused.value) == message


def standings_of(
    monkeypatch: pytest.MonkeyPatch, activities: list[Activity], walk: Walk | None = None
) -> list[Any]:
    asked: list[Any] = []

    def measured(*texts: Any, **named: Any) -> Any:
        asked.append((*texts, named))
        return tiny.standing()

    monkeypatch.setattr(balance, "standing", measured)
    analysis = replace(tiny.analysis(), activities=tuple(activities))
    module._standings(walk or tiny.walk(), analysis, Request(ANY, feet_apart_mm=150.0))
    return asked


def test_without_named_spans_each_quiet_standing_of_five_seconds_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activities = [
        Activity("standing", 0.0, 5.0),
        Activity("walking", 5.0, 20.0),
        Activity("standing", 20.0, 24.9),
        Activity("sitting", 25.0, 60.0),
        Activity("standing", 60.0, 70.0),
    ]
    asked = standings_of(monkeypatch, activities)
    assert [(one[3], one[4]) for one in asked] == [(0.0, 5.0), (60.0, 70.0)]
    left, right, rate = asked[0][:3]
    assert (left.foot, right.foot, rate) == (Foot.LEFT, Foot.RIGHT, 100.0)
    assert asked[0][5] == {"feet_apart_mm": 150.0}


def test_at_most_two_hundred_spans_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Activity("standing", 10.0 * i, 10.0 * i + 6.0) for i in range(230)]
    assert len(standings_of(monkeypatch, many)) == 200


def test_footswitches_have_no_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    span = [Activity("standing", 0.0, 30.0)]
    walk = tiny.walk()
    switches = [replace(foot, quantity="footswitch") for foot in walk.feet]
    assert standings_of(monkeypatch, span, replace(walk, left=switches[0], right=switches[1])) == []
    assert len(standings_of(monkeypatch, span, replace(walk, left=switches[0]))) == 1


def standing_with(**sways: balance.Sway | None) -> balance.Standing:
    return replace(tiny.standing(), **{"left": None, "right": None, "both": None, **sways})


EYES = Request(ANY, eyes_open=Span(0.0, 25.0), eyes_closed=Span(30.0, 55.0))


@pytest.mark.parametrize(
    ("eyes_open", "eyes_closed", "velocity"),
    [
        ({"both": 100.0, "left": 1.0}, {"both": 204.0 - 2.0, "left": 2.0}, 204.0 / 102.0),
        ({"left": 1.0, "right": 5.0}, {"left": 4.0, "right": 6.0}, 6.0 / 3.0),
        ({"right": 1.0}, {"left": 4.0, "right": 4.0}, 6.0 / 3.0),
        ({"right": 1.0}, {"left": 4.0}, None),
        ({}, {}, None),
    ],
)
def test_eyes_closed_over_open_by_the_first_sway_that_both_spans_have(
    eyes_open: dict[str, float], eyes_closed: dict[str, float], velocity: float | None
) -> None:
    """Velocity of `tiny.sway(first)` is first + 2."""
    both = tuple(
        standing_with(**{name: tiny.sway(first) for name, first in sides.items()})
        for sides in (eyes_open, eyes_closed)
    )
    found = module._romberg(both, EYES)
    assert (found and found.velocity) == (pytest.approx(velocity) if velocity else None)


def test_both_spans_must_be_named_to_compare() -> None:
    both = (standing_with(left=tiny.sway(1.0)), standing_with(left=tiny.sway(2.0)))
    assert module._romberg(both, EYES) is not None
    assert module._romberg(both, Request(ANY, eyes_open=Span(0.0, 25.0))) is None
    assert module._romberg(both, Request(ANY, eyes_closed=Span(0.0, 25.0))) is None
    assert module._romberg(both[:1], EYES) is None
    assert module._romberg((), EYES) is None


def test_the_butterfly_takes_the_steady_cycles_of_the_left_foot(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(module, "butterfly", lambda *texts: asked.append(texts))
    module._butterfly(tiny.walk(), tiny.analysis())
    ((left, right, starts, ends),) = asked
    assert (left.foot, right.foot) == (Foot.LEFT, Foot.RIGHT)
    assert (starts.tolist(), ends.tolist()) == ([1.0], [2.0])
    for walk, analysis in (
        (replace(tiny.walk(), left=None), tiny.analysis()),
        (replace(tiny.walk(), right=None), tiny.analysis()),
        (tiny.walk(), replace(tiny.analysis(), left=None)),
    ):
        assert module._butterfly(walk, analysis) is None
    assert len(asked) == 1


def test_at_most_two_thousand_cycles_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(module, "butterfly", lambda *texts: asked.append(texts))
    strides = SimpleNamespace(
        valid=np.ones(2100, bool),
        initial_contact_s=np.arange(2100.0),
        next_initial_contact_s=np.arange(2100.0) + 1.0,
    )
    analysis: Any = SimpleNamespace(left=SimpleNamespace(strides=strides))
    module._butterfly(tiny.walk(), analysis)
    assert (len(asked[0][2]), asked[0][2][-1], asked[0][3][-1]) == (2000, 1999.0, 2000.0)


def notes(
    note: str, findings: tuple[SignalFinding, ...] = (), median_s: float | None = 1.1
) -> tuple[str, ...]:
    walk = replace(tiny.walk(), source=SourceInfo("a.csv", "csv", note))
    both = {"stride_time_s": Parameter(1.1, "s", 4, median=median_s)}
    return module._notes(walk, replace(tiny.analysis(), findings=findings, both=both))


DEAD = SignalFinding("sensor_dead", "left foot: sensor 2 never carried load", Foot.LEFT, 2)


def test_remarks_of_the_reader_go_before_those_of_the_engine_and_each_is_said_once() -> None:
    assert notes("") == ()
    assert notes("first; second; first", (DEAD,)) == ("first", "second", DEAD.text)
    assert notes(DEAD.text, (DEAD, DEAD)) == (DEAD.text,)


@pytest.mark.parametrize(
    ("code", "remark"),
    [
        ("foot_missing", "no right foot in the file: that is left out"),
        ("short_recording", "only 3.0 s long: too short"),
        ("gaps", "3 jumps in the time column, 2.0 s in all"),
        ("same_signal", "both feet carry the same signal"),
        ("constant_signal", "left foot: the signal never changes"),
        ("sensor_dead", "left foot: cell 3 never saw a load"),
        ("sensor_stuck", "2 cells stand still at a load"),
        ("feet_swapped", "left and right look exchanged"),
        ("foot_mirrored", "medial and lateral look exchanged"),
        ("foot_reversed", "the gait line runs from toes to heel"),
    ],
)
def test_what_the_engine_found_by_itself_is_not_said_twice(code: str, remark: str) -> None:
    finding = SignalFinding(code, "what the engine says")
    assert notes(f"kept; {remark}", (finding,)) == ("kept", "what the engine says")
    assert notes(f"kept; {remark}") == ("kept", remark)
    other = SignalFinding("no_cycle", "what the engine says")
    assert notes(f"kept; {remark}", (other,)) == ("kept", remark, "what the engine says")


@pytest.mark.parametrize(
    ("median_s", "usual"),
    [
        (0.65, False),
        (0.66, True),
        (1.1, True),
        (2.49, True),
        (2.5, False),
        (0.3, False),
        (3.0, False),
        (None, True),
    ],
)
def test_strides_that_nobody_takes_are_told(median_s: float | None, usual: bool) -> None:
    message = notes("", (), median_s)
    if usual:
        assert message == ()
    else:
        assert message == (f"strides of {median_s:.2f} s are no usual walking: is the sample rate right?",)


def test_without_strides_nothing_is_said_of_them() -> None:
    assert module._notes(tiny.walk(), replace(tiny.analysis(), findings=(), both={})) == ("from a test",)


def test_progress_is_told_for_reading_and_analysing(tmp_path: Path) -> None:
    reported: list[tuple[str, float]] = []
    path = write_walk(tmp_path / "walk.csv", seconds=6.0)
    found = run(Request(path, "csv"), lambda what, share: reported.append((what, share)))
    assert found.walk.source.path == str(path)
    assert list(dict.fromkeys(what for what, _ in reported)) == ["reading", "analysing"]
    assert reported[-1] == ("analysing", 1.0)
    assert all(0.0 <= share <= 1.0 for _, share in reported)


def test_the_named_side_and_format_are_handed_to_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def read(
        path: Path, format_name: str, *, foot: Foot | None, decimal_mark: str | None, on_progress: Any
    ) -> Walk:
        asked.append((path, format_name, foot, decimal_mark))
        return standing_walk(10.0)

    monkeypatch.setattr(module.formats, "read", read)
    run(Request(ANY, "fscan", foot=Foot.LEFT, decimal_mark="comma"))
    run(Request(ANY))
    assert asked == [(ANY, "fscan", Foot.LEFT, "comma"), (ANY, "auto", None, None)]


def test_rules_and_own_days_are_read_where_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_rulebook", lambda path: ("book", path))
    monkeypatch.setattr(module, "reference_of", lambda path, tag: ("days", path, tag))
    bare = of_walk(standing_walk(10.0), Request(ANY))
    assert (bare.book, bare.reference) == (None, None)
    found = of_walk(standing_walk(10.0), Request(ANY, rules=Path("r"), baseline=Path("b"), tag="boots"))
    assert (found.book, found.reference) == (("book", Path("r")), ("days", Path("b"), "boots"))
    assert of_walk(standing_walk(10.0), Request(ANY, baseline=Path("b"))).reference == (
        "days",
        Path("b"),
        "everyday",
    )
