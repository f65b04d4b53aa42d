"""A rule hears of the same strides live as in the analysis of a recording."""

import numpy as np
import pytest
from plantigrade.analysis.live.steady import SteadyStrides, chosen_strides
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot
from plantigrade.twin.body import Segment, live_through
from plantigrade.twin.wearer import Wearer

WALK, STAND = Segment("walk", 45.0), Segment("stand", 20.0)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """Two bouts with standing between them."""
    wearer = Wearer(8)
    parts = [forces for _, forces in live_through(wearer.person, (WALK, STAND, WALK), 7, 100.0)]
    left, right = (np.concatenate([getattr(one, side) for one in parts]) for side in ("left", "right"))
    return analyze(wearer.measured(type(parts[0])(100.0, left, right, "")))


def taken_live(analysis: Analysis, every_s: float) -> tuple[dict[Foot, dict[float, bool]], float]:
    """Whether each stride is valid, by its initial contact; and the longest time that one had to wait."""
    steady = SteadyStrides()
    found: dict[Foot, dict[float, bool]] = {foot: {} for foot in Foot}
    longest_s, sent_s = 0.0, 0.0
    for now_s in np.arange(every_s, analysis.to_s + 20.0, every_s):
        for foot in analysis.feet:
            ends = foot.strides.next_initial_contact_s
            new = np.flatnonzero((ends > sent_s) & (ends <= now_s))
            steady.add(foot.foot, chosen_strides(foot.strides, new))
        sent_s = now_s
        for foot, strides in steady.take(dict.fromkeys(Foot, float(now_s))):
            longest_s = max(longest_s, now_s - float(strides.next_initial_contact_s[0]))
            found[foot] |= dict(zip(strides.initial_contact_s.tolist(), strides.valid.tolist(), strict=True))
    return found, longest_s


@pytest.mark.parametrize("every_s", [0.25, 7.0])
def test_strides_are_marked_as_the_analysis_marks_them(analysis: Analysis, every_s: float):
    found, longest_s = taken_live(analysis, every_s)
    for foot in analysis.feet:
        recorded = dict(
            zip(foot.strides.initial_contact_s.tolist(), foot.strides.valid.tolist(), strict=True)
        )
        assert found[foot.foot].keys() == recorded.keys(), "each once"
        differ = sum(found[foot.foot][contact] != valid for contact, valid in recorded.items())
        assert differ <= 2
        assert sum(recorded.values()) > 60
    assert longest_s < 20.0 + every_s


def test_the_end_lets_everything_pass(analysis: Analysis):
    steady = SteadyStrides()
    for foot in analysis.feet:
        steady.add(foot.foot, chosen_strides(foot.strides, slice(0, 8)))
    assert steady.take(dict.fromkeys(Foot, 0.0)) == []
    (_, left), (_, right) = steady.take(dict.fromkeys(Foot, 0.0), at_end=True)
    assert (len(left), len(right)) == (8, 8)
    assert steady.take(dict.fromkeys(Foot, 0.0), at_end=True) == []


def test_nothing_is_ready_before_anything_has_come():
    assert SteadyStrides().take(dict.fromkeys(Foot, 0.0)) == []
