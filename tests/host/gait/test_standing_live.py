"""What a live view takes for sway is what the analysis of the recording takes for it."""

import numpy as np
import pytest
from plantigrade.analysis.live.wearer import walked_strides
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.signals import Foot, FootSignal, Walk


def wide_sway(seconds: float = 60.0) -> Walk:
    """650 N that go from foot to foot and back twice a second and more, as on foam with closed eyes."""
    time = np.arange(round(100 * seconds)) / 100.0
    share = 0.5 + 0.15 * np.sin(2 * np.pi * 0.9 * time)
    feet = [
        FootSignal(foot, time, (650.0 * part)[:, None].astype(np.float32))
        for foot, part in ((Foot.LEFT, share), (Foot.RIGHT, 1.0 - share))
    ]
    return Walk(feet[0], feet[1], 100.0)


@pytest.mark.parametrize("rows", [50, 333])
def test_no_cycle_of_sway_is_given_on(rows: int) -> None:
    engine = Engine(sample_rate_hz=100.0)
    found = passed = 0
    for left, right in wide_sway().chunks(rows):
        engine.feed(left, right)
        taken = engine.take_strides()
        still = engine.still_spans()
        engine.drop_pictures()
        found += sum(len(strides) for _, strides in taken)
        passed += sum(len(walked_strides(strides, still)) for _, strides in taken)
    assert found > 20  # each foot's own signal looks like steps
    assert passed == 0


def test_the_analysis_has_no_bout_and_one_standing() -> None:
    found = analyze(wide_sway())
    assert found.bouts == ()
    assert [one.kind for one in found.activities] == ["standing"]


def test_one_foot_has_no_still_time() -> None:
    engine = Engine(sample_rate_hz=100.0)
    engine.feed(wide_sway().left, None)
    assert engine.still_spans() == []
