"""However the samples are cut into pieces, the analysis is the same to the last bit."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.results import Analysis, Event
from plantigrade.gait.signals import Foot, FootSignal, Walk

from tests.host.gait.equal import differences
from tests.host.gait.walks import make_walk, recorded, without

RECORDINGS = (
    "gaitpdb/GaCo03_01.txt.gz",
    "gaitpdb/GaPt07_01.txt.gz",
    "gaitndd/park5.hea",
    "gaitndd/hunt15.hea",
    "vendor_exports/pedar_example.asc.gz",
)


def stream(walk: Walk, left_cuts: list[int], right_cuts: list[int]) -> tuple[Analysis, list[Event]]:
    """Feed each foot cut at its own rows; feet may be out of step with one another."""
    engine = Engine(sample_rate_hz=walk.sample_rate_hz, body_weight_n=walk.body_weight_n, source=walk.source)
    events: list[Event] = []
    edges = {Foot.LEFT: left_cuts, Foot.RIGHT: right_cuts}
    for number in range(max(len(left_cuts), len(right_cuts)) + 1):
        parts: dict[Foot, FootSignal | None] = {Foot.LEFT: None, Foot.RIGHT: None}
        for foot in walk.feet:
            bounds = [0, *edges[foot.foot], len(foot)]
            if number + 1 < len(bounds):
                parts[foot.foot] = foot.part(bounds[number], bounds[number + 1])
        events += engine.feed(parts[Foot.LEFT], parts[Foot.RIGHT])
    return engine.finish(), events


def random_cuts(rows: int, seed: int, mean_rows: float) -> list[int]:
    """Cuts with pieces of widely different sizes, empty ones among them."""
    random = np.random.default_rng(seed)
    sizes = np.floor(random.exponential(mean_rows, int(3 * rows / mean_rows) + 10)).astype(int)
    cuts = np.cumsum(sizes)
    return [int(cut) for cut in cuts[cuts < rows]]


@pytest.mark.parametrize("name", RECORDINGS)
def test_random_pieces_of_recordings(name: str) -> None:
    walk = recorded(name)
    complete = analyze(walk)
    rows = max(len(foot) for foot in walk.feet)
    for seed, mean in ((1, 20.0), (2, 300.0), (3, 5000.0)):
        cut, _ = stream(walk, random_cuts(rows, seed, mean), random_cuts(rows, seed + 10, mean))
        assert differences(complete, cut) == []


WITH_GAPS = make_walk(seconds=40.0, noise_n=3.0)
HOLED = Walk(
    without(WITH_GAPS.walk.left, 12.013, 14.5),  # type: ignore[arg-type]
    without(WITH_GAPS.walk.right, 20.0, 20.07),  # type: ignore[arg-type]
    100.0,
)
WALK_WITH_GAPS = analyze(HOLED)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    left=st.lists(st.integers(0, 3700), max_size=60).map(sorted),
    right=st.lists(st.integers(0, 3900), max_size=60).map(sorted),
)
def test_any_pieces_of_a_walk_with_holes(left: list[int], right: list[int]) -> None:
    cut, _ = stream(HOLED, left, right)
    assert differences(WALK_WITH_GAPS, cut) == []


def test_events_told_live_are_those_of_the_result() -> None:
    walk = WITH_GAPS.walk
    cuts = list(range(5, 4000, 5))
    analysis, reported = stream(walk, cuts, cuts)
    for foot in analysis.feet:
        live = [e.time_s for e in reported if e.foot is foot.foot and e.kind == "initial_contact"]
        assert live == list(foot.initial_contact_s)[: len(live)]
        assert len(live) >= len(foot.initial_contact_s) - 1


def test_strides_can_be_taken_as_they_become_complete() -> None:
    walk = WITH_GAPS.walk
    engine = Engine(sample_rate_hz=walk.sample_rate_hz)
    taken: dict[Foot, list[float]] = {Foot.LEFT: [], Foot.RIGHT: []}
    double: list[float] = []
    for left, right in walk.chunks(25):
        engine.feed(left, right)
        for foot, table in engine.take_strides():
            taken[foot] += list(table.initial_contact_s)
            double += list(table.double_support_s)
    final = engine.finish()
    for foot in final.feet:
        expected = list(foot.strides.initial_contact_s)
        assert taken[foot.foot] == expected[: len(taken[foot.foot])]
        assert len(taken[foot.foot]) >= len(expected) - 2
    assert np.isfinite(double[2:-2]).all()
