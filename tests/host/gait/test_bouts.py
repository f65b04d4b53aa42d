"""Bouts, activities, hours and the marks of steady walking."""

import numpy as np
import pytest
from plantigrade.gait.activities import spans_of_seconds
from plantigrade.gait.bouts import duration_bin, hours, walking_spans
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Reason
from plantigrade.gait.settings import BoutSettings
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.gait.steady_strides import robust_distance, running_median
from plantigrade.gait.summary import spread, symmetry_index

from tests.host.gait.walks import make_walk

RULES = BoutSettings()


def steps(*spans: tuple[float, float]) -> np.ndarray:
    """Contacts each second in the spans."""
    return np.concatenate([np.arange(a, b, 1.0) for a, b in spans])


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([steps((0, 10))], [(0.0, 9.0)]),
        ([steps((0, 10), (12, 20))], [(0.0, 19.0)]),
        ([steps((0, 10), (12.1, 20))], [(0.0, 9.0), (12.1, 19.1)]),
        ([steps((0, 10)), steps((10.5, 20))], [(0.0, 19.5)]),
        ([np.empty(0)], []),
    ],
)
def test_a_pause_of_more_than_three_seconds_ends_a_bout(contacts: list, expected: list) -> None:
    found = walking_spans(contacts, [], RULES)
    assert np.allclose(np.array(found).reshape(-1, 2), np.array(expected).reshape(-1, 2))


def test_missing_samples_end_a_bout() -> None:
    assert walking_spans([steps((0, 20))], [np.array([9.5])], RULES) == [(0.0, 9.0), (10.0, 19.0)]


@pytest.mark.parametrize(
    ("seconds", "name"), [(4, "< 10 s"), (10, "10-30 s"), (59, "30-60 s"), (60, "> 60 s")]
)
def test_bins(seconds: float, name: str) -> None:
    assert duration_bin(seconds) == name


def test_activities_from_loads() -> None:
    loads = np.concatenate(
        [np.zeros(700), np.full(50, 0.2), np.full(60, 1.0), np.full(30, 0.9), [np.nan] * 5]
    )
    found = spans_of_seconds(loads, np.zeros(len(loads)), 100.0, 1.0, [(910.0, 940.0)], 600.0)
    assert [(one.kind, one.to_s - one.from_s) for one in found] == [
        ("not_worn", 700.0),
        ("sitting", 50.0),
        ("standing", 60.0),
        ("walking", 30.0),
        ("unknown", 5.0),
    ]


def test_hours_count_steps_where_they_happen() -> None:
    contacts = [np.arange(3500.0, 3700.0, 1.0), np.arange(3500.5, 3700.0, 1.0)]
    found = hours(contacts, [(3500.0, 3699.5)], 0.0, 7000.0)
    assert [one.steps for one in found] == [200, 200]
    assert found[0].cadence_per_min == pytest.approx(120.0)


def joined(first: FootSignal, pause_s: float, second: FootSignal) -> FootSignal:
    """Two signals with unloaded seconds between them."""
    rows = round(pause_s * 100.0)
    count = 2 * len(first) + rows
    force = np.concatenate([first.force_n, np.zeros((rows, 16), np.float32), second.force_n])
    return FootSignal(first.foot, np.arange(count) / 100.0, force, first.layout)


def test_two_walks_are_two_bouts_with_their_ends_marked() -> None:
    made = make_walk(seconds=30.0, start_s=5.0).walk
    assert made.left is not None and made.right is not None
    walk = Walk(joined(made.left, 5.0, made.left), joined(made.right, 5.0, made.right), 100.0)
    analysis = analyze(walk)
    assert len(analysis.bouts) == 2
    for bout in analysis.bouts:
        assert bout.duration_bin == "10-30 s"
        assert bout.cadence_per_min == pytest.approx(120.0 / 1.1, rel=0.03)
    assert analysis.left is not None
    strides = analysis.left.strides
    first = strides.bout == 0
    assert strides.reason[first][0] & Reason.START and strides.reason[first][-1] & Reason.STOP
    assert strides.reason_text(0) == "start of walking"
    assert strides.valid[first][1:-1].mean() > 0.9
    kinds = {one.kind for one in analysis.activities}
    assert {"walking", "standing", "sitting"} <= kinds


def test_three_steps_are_no_bout() -> None:
    made = make_walk(seconds=20.0).walk
    assert made.left is not None and made.right is not None
    still = {}
    for foot in made.feet:
        force = foot.force_n.copy()
        force[foot.time_s > 6.5] = force[100]
        still[foot.foot] = FootSignal(foot.foot, foot.time_s, force, foot.layout)
    analysis = analyze(Walk(*still.values(), 100.0))
    assert analysis.bouts == ()
    assert all((foot.strides.reason & Reason.OUTSIDE_BOUT).all() for foot in analysis.feet)


def test_running_median_and_distance() -> None:
    values = np.ones(41) + 0.01 * np.sin(np.arange(41.0))
    values[20] = 1.5
    assert running_median(values, 10)[20] == pytest.approx(1.0, abs=0.01)
    distance = robust_distance(values, 10)
    assert distance[20] > 10 and np.abs(np.delete(distance, 20)).max() < 3
    assert running_median(np.empty(0), 10).shape == (0,)


def test_summaries_need_enough_strides() -> None:
    values = np.array([1.0, 1.1, 0.9, np.nan])
    found = spread(values, "s")
    assert (found.value, found.n) == (pytest.approx(1.0), 3)
    assert found.sd == pytest.approx(0.1) and found.cv_pct == pytest.approx(10.0)
    assert "at least 12" in found.note
    assert spread(np.array([np.nan]), "s", "why").note == "why"
    assert symmetry_index(1.0, 1.0) == 0.0 and symmetry_index(0.9, 1.1) == pytest.approx(20.0)
