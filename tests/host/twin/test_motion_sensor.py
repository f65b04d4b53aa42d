"""The virtual motion sensor: perfect it tells the motion, and each imperfection has the size that it is said
to have."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from plantigrade.array_types import F64
from plantigrade.calibration.motion import MotionCalibration, Ranges, saturated, units
from plantigrade.twin.body import draw_person, walk
from plantigrade.twin.body.motion import Inertial, move
from plantigrade.twin.motion_sensor import Imperfections, Slip, chip_counts, draw_part, measure, measure_walk
from plantigrade.twin.moving_people import SPEEDS_M_S, moving_people

REST = np.array([0.0, 0.0, 9.80665])
ONLY = {
    "noise": Imperfections(True, False, False, False, False),
    "bias": Imperfections(False, True, False, False, False),
    "scale": Imperfections(False, False, True, False, False),
    "mounting": Imperfections(False, False, False, True, False),
    "sampling": Imperfections(False, False, False, False, True),
}


def lying(time_s: F64) -> Inertial:
    """A sensor at rest on the floor."""
    rows = len(time_s)
    return Inertial(
        np.tile(REST, (rows, 1)), np.zeros((rows, 3)), np.zeros((rows, 3)), np.tile(np.eye(3), (rows, 1, 1))
    )


def calm(time_s: F64) -> F64:
    return np.full(len(time_s), 23.0)


@pytest.fixture(scope="module")
def motion():
    return move(walk(draw_person(1), 20, 1), 1)


def test_a_perfect_sensor_tells_the_motion_to_half_a_count(motion):
    found = measure(motion.left.felt, motion.seconds, 1, acts=Imperfections.none())
    true = motion.felt()[0]
    acc, gyr = units(found.raw, found.ranges)
    assert np.abs(acc - true.acc_m_s2).max() <= 0.5 * 16 * 0.0305e-3 * 9.80665 * 1.001
    assert np.abs(gyr - true.gyr_deg_s).max() <= 0.5 * 0.070 * 1.001
    assert found.motion().axes.startswith("insole")


def test_the_range_has_an_end_and_says_so(motion):
    wide = measure(motion.left.felt, motion.seconds, 1, ranges=Ranges(16, 2000))
    narrow = measure(motion.left.felt, motion.seconds, 1, ranges=Ranges(2, 125))
    assert not wide.saturated.any()
    assert narrow.saturated.mean() > 0.05
    assert np.abs(narrow.raw.astype(int)).max() == 32767, "never -32768: that is a lost row"
    assert (np.abs(narrow.raw[narrow.saturated].astype(int)) == 32767).any(axis=1).all()


def test_biases_and_scales_of_sensors_are_as_far_off_as_the_data_sheet_says():
    """SDs over 400 sensors, within 10 %: zero-g level 20 mg, zero-rate level 1 degree/s, 1 %."""
    parts = [draw_part(seed) for seed in range(400)]
    sd = {
        name: np.std([getattr(part, name) for part in parts])
        for name in ("acc_bias_m_s2", "gyr_bias_deg_s", "acc_scale")
    }
    assert sd["acc_bias_m_s2"] == pytest.approx(0.196, rel=0.1)
    assert sd["gyr_bias_deg_s"] == pytest.approx(1.0, rel=0.1)
    assert sd["acc_scale"] == pytest.approx(0.01, rel=0.1)
    assert max(abs(part.rate_hz / 104 - 1) for part in parts) <= 0.04


def test_noise_at_rest_is_that_of_its_density():
    """110 micro-g per root hertz over 52 Hz: 0.79 mg; 3.8 mdps: 27 mdps, of which rounding to 70 makes 34."""
    found = measure(lying, 60.0, 3, acts=ONLY["noise"], ranges=Ranges(16, 125))
    acc, gyr = units(found.raw, found.ranges)
    assert acc.std(axis=0) == pytest.approx([0.0079] * 3, rel=0.1)
    detrended = np.diff(gyr, axis=0).std(axis=0) / np.sqrt(2)
    assert detrended == pytest.approx([0.0274] * 3, rel=0.1)


def test_a_warming_shoe_moves_the_bias():
    def warmer(time_s: F64) -> F64:
        return 23.0 + time_s

    part = draw_part(4, ONLY["bias"])
    found = measure(lying, 40.0, 4, acts=ONLY["bias"], ranges=Ranges(2, 125), temperature_c=warmer)
    gyr = units(found.raw, found.ranges)[1]
    np.testing.assert_allclose(gyr[0], part.gyr_bias_deg_s, atol=0.005)
    np.testing.assert_allclose(gyr[-1] - gyr[0], 40 * part.gyr_bias_per_c, atol=0.01)


def test_a_case_that_slips_turns_the_axes_and_is_felt_as_it_turns():
    """10 degrees about x: 1.70 m/s2 of gravity along y."""
    slip = Slip(5.0, (10.0, 0.0, 0.0), 0.5)
    found = measure(lying, 10.0, 5, acts=Imperfections.none(), slip=slip, temperature_c=calm)
    acc, gyr = units(found.raw, found.ranges)
    assert acc[400, 1] == pytest.approx(0.0, abs=0.01)
    assert abs(acc[900, 1]) == pytest.approx(9.80665 * np.sin(np.radians(10)), abs=0.01)
    assert abs(gyr[:, 0].sum() / 100) == pytest.approx(10.0, rel=0.03)


def test_its_own_clock_and_straight_lines_between_samples_cost_little(motion):
    """Rows lie within 0.5 ms of their slots; over a stride the way changes by mm."""
    truth = motion.left.truth
    found = measure(motion.left.felt, motion.seconds, 6, acts=ONLY["sampling"])
    true = motion.felt()[0]
    acc, _ = units(found.raw, found.ranges)
    last = int((truth.flat_until_s < motion.seconds).sum())
    rows = np.round(50 * (truth.flat_from_s + truth.flat_until_s)[:last]).astype(int)
    for begin, end in pairwise(rows):
        turned = np.einsum("nij,nj->ni", true.rotation[begin:end], acc[begin:end]) - REST
        speed = np.cumsum(turned, axis=0) / 100
        assert np.abs(speed[-1]).max() < 0.12
    flat = np.concatenate([np.arange(b - 5, b + 5) for b in rows])
    assert np.abs(acc[flat] - REST).max() < 0.02


def test_each_foot_has_a_sensor_of_its_own_and_the_same_seed_gives_the_same(motion):
    left, right = measure_walk(motion, 7)
    again, _ = measure_walk(motion, 7)
    np.testing.assert_array_equal(left.raw, again.raw)
    assert not np.array_equal(left.raw, right.raw)
    assert left.raw.shape == (2000, 6)


def test_a_calibration_takes_bias_and_scale_away():
    part = draw_part(8, ONLY["bias"])
    found = measure(lying, 5.0, 8, acts=ONLY["bias"], ranges=Ranges(2, 125), temperature_c=calm)
    own = MotionCalibration(
        acc_bias_m_s2=tuple(part.acc_bias_m_s2), gyr_bias_deg_s=tuple(part.gyr_bias_deg_s)
    )
    acc, gyr = own.apply(found.raw, found.ranges)
    np.testing.assert_allclose(acc, np.tile(REST, (500, 1)), atol=1e-3)
    np.testing.assert_allclose(gyr, 0.0, atol=0.003)


@pytest.mark.parametrize(
    ("code", "ranges"), [(0, None), (0x8021, Ranges(4, 2000)), (0x8023, Ranges(16, 2000))]
)
def test_ranges_are_those_of_the_records_code(code: int, ranges: Ranges | None):
    assert Ranges.of_code(code) == ranges
    assert ranges is None or ranges.code == code


def test_lost_rows_are_neither_numbers_nor_saturated():
    raw = np.array([[-32768] * 6, [32767, 0, 0, 0, 0, 0]], np.int16)
    assert saturated(raw).tolist() == [False, True]
    acc, gyr = units(raw, Ranges(16, 2000))
    assert np.isnan(acc[0]).all() and np.isnan(gyr[0]).all() and np.isfinite(acc[1]).all()


def test_many_people_walk_at_three_speeds_with_motion_on_the_rows_of_their_forces():
    walks = list(moving_people([1, 2], seconds=12.0))
    assert [(m.seed, m.made.person.speed_m_s) for m in walks] == [
        (seed, speed) for seed in (1, 2) for speed in SPEEDS_M_S
    ]
    for m in walks:
        for foot in m.walk.feet:
            assert foot.motion is not None and foot.motion.gyr_deg_s is not None
            assert len(foot.motion.acc_m_s2) == len(foot.force_n) == 1200
        assert not np.array_equal(m.walk.feet[0].motion, m.walk.feet[1].motion)
    slow, _, fast = (m.truth.left.truth.stride_length_m[1:-1].mean() for m in walks[:3])
    assert slow < 0.75 * fast


def test_a_board_turns_what_its_chip_feels_back_into_the_insoles_axes():
    """For left and right by the firmware's own table."""
    text = (Path(__file__).parents[3] / "firmware/boards/esp32s3_r1.py").read_text()
    for side in ("LEFT", "RIGHT"):
        found = re.search(rf'^IMU_AXES_{side} = b"([^"]+)"', text, re.MULTILINE)
        assert found is not None
        axes = bytes.fromhex(found.group(1).replace("\\x", ""))

        def tilted(time_s: F64) -> Inertial:
            still = lying(time_s)
            still.acc_m_s2[:] = [1.0, 2.0, 9.0]
            still.gyr_deg_s[:] = [10.0, 20.0, 30.0]
            return still

        chip = chip_counts(tilted, 1.0, 1, side == "LEFT", acts=Imperfections.none())
        turned = np.zeros_like(chip)
        for axis in range(3):
            sign = -1 if axes[axis + 3] else 1
            turned[:, axes[axis]] = sign * chip[:, axis]
            turned[:, 3 + axes[axis]] = sign * chip[:, 3 + axis]
        acc, gyr = units(turned, Ranges(16, 2000))
        np.testing.assert_allclose(acc[0], [1.0, 2.0, 9.0], atol=0.003)
        np.testing.assert_allclose(gyr[0], [10.0, 20.0, 30.0], atol=0.04)
