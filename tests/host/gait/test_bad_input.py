"""Bad input: clear words, or a result that says what is missing. Nothing is guessed."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.engine import Engine, GaitInputError, analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot, FootSignal, Walk

from tests.host.gait.walks import make_walk, recorded

MADE = make_walk(seconds=40.0).walk
LEFT, RIGHT = MADE.left, MADE.right
assert LEFT is not None and RIGHT is not None


def codes(analysis: Analysis) -> set[str]:
    """Findings of an analysis."""
    return {finding.code for finding in analysis.findings}


def with_force(signal: FootSignal, force: np.ndarray) -> FootSignal:
    """The same times and layout with other samples."""
    return replace(signal, force_n=force.astype(np.float32))


def test_no_samples() -> None:
    with pytest.raises(GaitInputError, match="no samples"):
        Engine(sample_rate_hz=100.0).finish()


@pytest.mark.parametrize("rate_hz", [0.0, -100.0, 3.0, 1e6, float("nan")])
def test_impossible_sample_rates(rate_hz: float) -> None:
    with pytest.raises(GaitInputError, match="sample rate"):
        Engine(sample_rate_hz=rate_hz)


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 128.0])
def test_a_rate_that_the_times_deny(rate_hz: float) -> None:
    with pytest.raises(GaitInputError, match="100 Hz"):
        analyze(Walk(LEFT, RIGHT, rate_hz))


def test_time_that_runs_backwards() -> None:
    time = LEFT.time_s.copy()
    time[2000:] -= 5.0
    with pytest.raises(GaitInputError, match="backwards"):
        analyze(Walk(replace(LEFT, time_s=time), RIGHT, 100.0))


def test_feet_given_the_wrong_way_round() -> None:
    with pytest.raises(GaitInputError, match="right foot were given as the left"):
        Engine(sample_rate_hz=100.0).feed(RIGHT, LEFT)


def test_three_seconds() -> None:
    analysis = analyze(Walk(LEFT.part(800, 1100), RIGHT.part(800, 1100), 100.0))
    assert "short_recording" in codes(analysis)
    assert analysis.bouts == ()
    assert analysis.both["stride_time_s"].value is None


def test_a_constant_signal() -> None:
    flat = with_force(LEFT, np.full_like(LEFT.force_n, 3.0))
    analysis = analyze(Walk(flat, RIGHT, 100.0))
    assert "constant_signal" in codes(analysis)
    assert analysis.left is not None and len(analysis.left.strides) == 0
    assert analysis.right is not None and len(analysis.right.strides) > 20


def test_noise_is_not_walking() -> None:
    random = np.random.default_rng(3)
    noise = with_force(LEFT, np.abs(random.normal(0, 20.0, LEFT.force_n.shape)))
    analysis = analyze(Walk(noise, None, 100.0))
    assert analysis.bouts == () and "no_walking" in codes(analysis)


def test_all_samples_not_numbers() -> None:
    analysis = analyze(Walk(with_force(LEFT, np.full_like(LEFT.force_n, np.nan)), RIGHT, 100.0))
    assert "no_samples" in codes(analysis)


def test_rows_that_are_not_numbers_are_gaps() -> None:
    force = LEFT.force_n.copy()
    force[1500:1520, 3] = np.nan
    analysis = analyze(Walk(with_force(LEFT, force), RIGHT, 100.0))
    assert analysis.left is not None
    assert analysis.left.accounting.samples_missing == 20
    assert [gap.reason for gap in analysis.left.accounting.gaps] == ["samples are not numbers"]


def test_dead_and_stuck_sensors_are_named_and_do_not_move_the_forces() -> None:
    force = LEFT.force_n.copy()
    force[:, 4] = 0.0
    complete = analyze(Walk(with_force(LEFT, force), RIGHT, 100.0))
    force[:, 4] = 180.0
    stuck = analyze(Walk(with_force(LEFT, force), RIGHT, 100.0))
    assert {(f.code, f.sensor) for f in complete.findings} == {("sensor_dead", 4)}
    assert {(f.code, f.sensor) for f in stuck.findings} == {("sensor_stuck", 4)}
    assert stuck.left is not None and complete.left is not None
    peak, true = (one.left.parameters["peak_force_n"].value for one in (stuck, complete))
    assert peak == pytest.approx(true, rel=0.01)


def test_the_same_channel_recorded_twice() -> None:
    twin = replace(LEFT, foot=Foot.RIGHT)
    assert "same_signal" in codes(analyze(Walk(LEFT, twin, 100.0)))


def mirrored(signal: FootSignal) -> FootSignal:
    """As if the sensors lay the other way round: what the other foot's insole in this shoe reads."""
    assert signal.layout is not None
    x = signal.layout.x_mm
    return replace(signal, layout=replace(signal.layout, x_mm=x.max() + x.min() - x))


@pytest.mark.parametrize("name", ["gaitpdb/GaCo13_01.txt.gz", "vendor_exports/pedar_example.asc.gz"])
def test_swapped_and_mirrored_feet(name: str) -> None:
    walk = recorded(name)
    assert walk.left is not None and walk.right is not None
    assert not codes(analyze(walk)) & {"feet_swapped", "foot_mirrored", "foot_reversed"}
    swapped = replace(walk, left=mirrored(walk.left), right=mirrored(walk.right))
    assert "feet_swapped" in codes(analyze(swapped))
    one = replace(walk, right=mirrored(walk.right))
    found = [finding for finding in analyze(one).findings if finding.code == "foot_mirrored"]
    assert [finding.foot for finding in found] == [Foot.RIGHT]
