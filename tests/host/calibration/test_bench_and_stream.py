"""Calibration in full on virtual insoles: bench curves, streaming, body weight, faults, staleness."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.calibration import (
    BenchReading,
    Calibrator,
    FaultWatch,
    FrontEndParameters,
    SensorFaultKind,
    fit_bench,
    newtons,
    nominal,
    scale_from_standing,
    scale_from_walking,
    staleness,
)
from plantigrade.errors import PlantigradeError
from plantigrade.twin.bench import bench_calibration, bench_readings
from plantigrade.twin.body import Condition, draw_person, load_walk, stand, walk
from plantigrade.twin.electrical import Effects, Fault, FaultKind, FrontEnd

FRONT = FrontEndParameters.load()
TODAY = date(2026, 1, 2)


def rms(force_n: np.ndarray, truth_n: np.ndarray, low: float, high: float) -> float:
    inside = (truth_n > low) & (truth_n <= high)
    return float(np.sqrt(np.mean((force_n - truth_n)[inside] ** 2)))


@pytest.mark.parametrize("seed", range(4))
def test_bench_curves_come_near_the_insoles_true_ones(seed: int):
    calibration, truth = bench_calibration(seed), FrontEnd(seed)
    at_40_n = [c.conductance_us_per_n * 40**c.exponent for c in calibration.sensors]
    true_at_40_n = truth.conductance_us_per_n * 40**truth.exponent
    error = np.array(at_40_n) / true_at_40_n - 1  # a second's creep is in the bench's curve
    assert np.abs(error).max() < 0.10
    assert np.abs(error).mean() < 0.05
    np.testing.assert_allclose([c.exponent for c in calibration.sensors], truth.exponent, atol=0.04)


def test_a_perfect_insole_is_fitted_without_residuals():
    calibration = bench_calibration(1, effects=Effects.none())
    for curve in calibration.sensors:
        assert curve.exponent == pytest.approx(FRONT.exponent, abs=0.003)
        assert curve.residual_pct is not None
        assert curve.residual_pct < 1.0
        assert curve.hysteresis_pct == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_calibration_and_compensation_each_lower_the_error(seed: int):
    truth = load_walk().left[:4000]
    counts = FrontEnd(seed).counts(truth, 100)
    calibration = bench_calibration(seed)
    before = rms(newtons(counts), truth, 20, 300)
    plain = rms(Calibrator(calibration, 100, compensate=False).feed(counts), truth, 20, 300)
    full = rms(Calibrator(calibration, 100).feed(counts), truth, 20, 300)
    assert plain < 0.4 * before
    assert full < plain


def test_the_stated_uncertainty_covers_the_error():
    inside = []
    for seed in range(6):
        truth = load_walk().left[:3000]
        calibration = bench_calibration(seed)
        force_n = Calibrator(calibration, 100).feed(FrontEnd(seed).counts(truth, 100))
        loaded = truth > 20
        error = np.abs(force_n - truth)[loaded] / truth[loaded]
        inside.append(np.mean(error < 2.5 * calibration.relative_sd(truth)[loaded]))
    assert np.mean(inside) > 0.85


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6))
def test_any_chunking_gives_the_same_forces(cuts: list[int]):
    counts = FrontEnd(2).counts(load_walk().left[:700], 100)
    complete = Calibrator(nominal(), 100).feed(counts)
    calibrator = Calibrator(nominal(), 100)
    pieces = np.split(counts, np.minimum(np.cumsum(cuts), len(counts)))
    np.testing.assert_array_equal(np.concatenate([calibrator.feed(piece) for piece in pieces]), complete)


def test_the_baseline_is_learned_in_swing_and_only_there():
    made = walk(draw_person(1), 60, 1).forces
    counts = FrontEnd(1, effects=Effects.none()).counts(made.left[::4], 25)
    shifted = counts + np.uint16(30)
    calibrator = Calibrator(nominal(), 25)
    calibrator.feed(shifted)
    unloaded = FRONT.counts(np.array([draw_person(1).shoe.preload_n]))[0] + 30
    np.testing.assert_allclose(calibrator.zero_count, unloaded, atol=2)
    standing = FrontEnd(1, effects=Effects.none()).counts(stand(draw_person(1), 60, 1).left[::4], 25)
    quiet = Calibrator(nominal(), 25)
    quiet.feed(standing)
    np.testing.assert_array_equal(quiet.zero_count, [c.zero_count for c in nominal().sensors])


def test_bench_readings_that_make_no_sense_are_refused():
    zero = [330.0] * 16
    with pytest.raises(PlantigradeError, match="no such sensor"):
        fit_bench([BenchReading(16, 10, 500)], zero, TODAY)
    with pytest.raises(PlantigradeError, match="reads nothing"):
        fit_bench([BenchReading(0, f, 320) for f in (5, 10, 20, 40)], zero, TODAY)
    with pytest.raises(PlantigradeError, match="no rising curve"):
        fit_bench([BenchReading(0, f, 900 - f) for f in (5, 10, 20, 40, 80)], zero, TODAY)


def test_a_sensor_with_too_few_loads_keeps_the_designs_curve_and_doubt():
    readings, zero = bench_readings(1)
    calibration = fit_bench([r for r in readings if r.sensor != 5], zero, TODAY)
    assert calibration.sensors[5].points == 0
    assert calibration.sensors[5].gain_sd_pct > 5 * calibration.sensors[4].gain_sd_pct


def test_body_weight_from_walking_restores_the_total_force():
    person = draw_person(4)
    made = walk(person, 40, 4)
    feet = [Calibrator(nominal(), 100).feed(FrontEnd(40 + i).counts(f, 100)).sum(axis=1)
            for i, f in enumerate((made.forces.left, made.forces.right))]  # fmt: skip
    starts = np.ceil(made.left.contact_s[2:-2] * 100).astype(int)
    scale = scale_from_walking(feet[0], feet[1], starts, person.weight_n)
    total = (feet[0] + feet[1])[starts[0] : starts[-1]].mean() * scale.left
    assert total == pytest.approx(person.weight_n, rel=0.01)
    assert scale.sd_pct < 3


def test_body_weight_from_standing_tells_the_feet_apart_when_the_weight_shifts():
    person = draw_person(4)
    forces = stand(person, 600, 4)
    left, right = forces.left.sum(axis=1) * 0.8, forces.right.sum(axis=1) * 1.25
    preload = person.shoe.preload_n * 32
    scale = scale_from_standing(left, right, 100, person.weight_n + preload)
    assert scale.left == pytest.approx(1 / 0.8, rel=0.03)
    assert scale.right == pytest.approx(1 / 1.25, rel=0.03)
    still = stand(person, 60, 4, (Condition("standing-still"),))
    common = scale_from_standing(
        still.left.sum(axis=1) * 0.8, still.right.sum(axis=1) * 0.8, 100, person.weight_n + preload
    )
    assert common.left == pytest.approx(1.25, rel=0.03)
    assert common.right == pytest.approx(1.25, rel=0.03)


@pytest.mark.parametrize("weight_n", [20.0, 9000.0])
def test_an_impossible_weight_is_refused(weight_n: float):
    forces = stand(draw_person(4), 60, 4)
    with pytest.raises(PlantigradeError, match="both insoles are worn"):
        scale_from_standing(forces.left.sum(axis=1), forces.right.sum(axis=1), 100, weight_n)


def test_too_little_is_said():
    some = np.ones(500)
    with pytest.raises(PlantigradeError, match="10 s"):
        scale_from_standing(some, some, 100, 700)
    with pytest.raises(PlantigradeError, match="10 gait cycles"):
        scale_from_walking(some, some, np.array([0, 100, 200]), 700)


FAULTS = {
    FaultKind.DEAD: SensorFaultKind.DEAD,
    FaultKind.STUCK: SensorFaultKind.STUCK,
    FaultKind.SHORTED: SensorFaultKind.SHORTED,
    FaultKind.DRIFTING: SensorFaultKind.DRIFTING,
}


@pytest.mark.parametrize("kind", list(FaultKind))
@pytest.mark.parametrize("sensor", [1, 9, 13])
def test_each_fault_is_found_and_named(kind: FaultKind, sensor: int):
    seconds = 1500 if kind is FaultKind.DRIFTING else 240
    force_n = walk(draw_person(6), seconds, 6).forces.left[::5]
    at = 60.0
    if kind is FaultKind.STUCK:  # a sensor sticks under load
        at = 60.0 + float(np.argmax(force_n[1200:1240, sensor])) / 20
    counts = FrontEnd(6, faults={sensor: Fault(kind, at)}).counts(force_n, 20)
    watch = FaultWatch(20)
    for piece in np.array_split(counts, 31):
        watch.feed(piece)
    assert set(watch.current) == {sensor}
    assert watch.current[sensor].kind is FAULTS[kind]
    assert watch.current[sensor].since_s >= 40


@pytest.mark.parametrize("kind", ["neutral", "high-arch:3", "supination:3", "flat-foot:3"])
def test_sound_sensors_are_not_accused(kind: str):
    name, _, degree = kind.partition(":")
    made = walk(draw_person(7), 900, 7, (Condition(name, float(degree or 0)),)).forces
    watch = FaultWatch(20)
    watch.feed(FrontEnd(7).counts(made.left[::5], 20))
    assert watch.current == {}


@pytest.mark.parametrize(
    ("changed", "accused"), [((14,), {14}), ((14, 15), set()), ((9, 14), {9, 14}), ((13, 14, 15), set())]
)
def test_a_sensor_that_changes_with_its_region_is_not_accused(changed: tuple[int, ...], accused: set[int]):
    counts = FrontEnd(7).counts(walk(draw_person(7), 1500, 7).forces.left[::5], 20).astype(np.float64)
    watch = FaultWatch(20)
    zero, half = watch.front.zero_count, len(counts) // 2
    counts[half:, changed] = zero + 0.45 * np.maximum(counts[half:, changed] - zero, 0)
    watch.feed(counts.astype(np.uint16))
    assert set(watch.current) == accused


def test_a_heavy_person_on_a_strong_sensor_is_no_fault():
    person = replace(draw_person(10), mass_kg=110.0)
    made = walk(person, 60, 8).forces
    front = FrontEnd(8)
    front.conductance_us_per_n = front.conductance_us_per_n * 1.6
    watch = FaultWatch(20)
    watch.feed(front.counts(made.left[::5], 20))
    assert {fault.kind for fault in watch.current.values()} == {SensorFaultKind.OVER_RANGE}
    assert not any(fault.kind.broken for fault in watch.current.values())


def test_a_fault_that_has_gone_is_forgotten():
    counts = FrontEnd(6).counts(walk(draw_person(6), 300, 6).forces.left[::5], 20)
    counts[1000:1800, 1] = 400
    watch = FaultWatch(20)
    held = []
    for piece in np.array_split(counts, 30):
        watch.feed(piece)
        held.append(1 in watch.current)
    assert any(held)
    assert not held[-1]


def test_a_calibration_grows_old():
    calibration = bench_calibration(1)
    assert staleness(nominal(), TODAY).stale
    assert not staleness(calibration, TODAY).stale
    assert staleness(calibration, date(2027, 1, 2)).stale
    assert staleness(calibration, TODAY, worn_hours=1000).reasons
    assert staleness(calibration, TODAY, baseline_move_counts=50).stale
    assert replace(calibration, serial="x").age_days(TODAY) == 1
