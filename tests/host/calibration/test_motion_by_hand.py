"""The motion sensor's calibration: six positions by hand, refusals, virtual sensors, the command."""

import json
import re
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from plantigrade.array_types import F64
from plantigrade.calibration import load_calibration, nominal
from plantigrade.calibration.model import calibration_from
from plantigrade.calibration.motion import (
    MotionCalibration,
    MotionCalibrationError,
    Position,
    Ranges,
    fit_positions,
    fit_still,
    motion_of_frames,
    rests,
    units,
)
from plantigrade.cli import Invocation
from plantigrade.device.calibrate.commands import calibrate
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.container import Draft, FootManifest, RecordingManifest
from plantigrade.twin.body.motion import Inertial
from plantigrade.twin.motion_sensor import Imperfections, draw_part, measure

from tests.host.library.library_kit import IDENTITY, START_NS, frames_of

G = 9.80665
TODAY = date(2026, 11, 29)
EACH = tuple(Position)


def lying(positions=EACH, hold_s: float = 5.0, turn_s: float = 2.0, lean_deg: float = 0.0, rate_hz=100.0):
    """Acceleration and rate (n, 3) of a perfect sensor that is put into these positions in turn."""
    acc, gyr = [], []
    rng = np.random.default_rng(1)
    for position in positions:
        axis, sense = position.value
        up = np.zeros(3)
        up[axis] = sense * G * np.cos(np.radians(lean_deg))
        up[(axis + 1) % 3] = G * np.sin(np.radians(lean_deg))
        rows = round(hold_s * rate_hz)
        acc.append(np.tile(up, (rows, 1)) + rng.normal(0, 0.008, (rows, 3)))
        gyr.append(rng.normal(0, 0.04, (rows, 3)))
        rows = round(turn_s * rate_hz)
        acc.append(rng.normal(0, 4.0, (rows, 3)) + up)
        gyr.append(rng.normal(0, 60.0, (rows, 3)))
    return np.concatenate(acc), np.concatenate(gyr)


def test_six_positions_by_hand():
    """z up 9.9 and -9.7: bias 0.1, scale 9.8/g; x up leans by 0.1 into y: a misalignment of 0.1/g."""
    acc, gyr = lying()
    acc[:, 2] = acc[:, 2] * (9.8 / G) + 0.1
    acc[:, 1] += acc[:, 0] * (0.1 / G)
    gyr += [1.0, -2.0, 0.5]
    found = rests(acc, gyr, 100.0)
    assert [rest.position for rest in found] == list(EACH)
    made = fit_positions(found, TODAY)
    assert made.acc_bias_m_s2 == pytest.approx((0, 0, 0.1), abs=0.002)
    assert made.gyr_bias_deg_s == pytest.approx((1.0, -2.0, 0.5), abs=0.01)
    assert made.acc_matrix[2][2] == pytest.approx(G / 9.8, abs=5e-4)
    assert made.acc_matrix[1][0] == pytest.approx(-0.1 / G, abs=5e-4)
    assert (made.made_on, made.method) == ("2026-11-29", "six positions")
    true, _ = lying()
    back, rate = made.corrected(acc, gyr)
    for rest in found:
        rows = slice(rest.from_row, rest.until_row)
        np.testing.assert_allclose(back[rows].mean(axis=0), true[rows].mean(axis=0), atol=0.005)
        np.testing.assert_allclose(rate[rows].mean(axis=0), 0.0, atol=0.02)


REFUSED = {
    "a position is missing": (lambda: lying(EACH[:5]), "5 of 6 positions .* on its right edge"),
    "a position twice": (lambda: lying((*EACH[:2], EACH[0], *EACH[2:])), "lay twice flat, as on the foot"),
    "leaning": (lambda: lying(lean_deg=25.0), "leaned by more than 20 degrees"),
    "too short": (lambda: lying(hold_s=1.5), "0 of 6 positions"),
    "a hand that trembles": (lambda: trembling(), "0 of 6 positions"),
    "warming up": (lambda: warming(), "still warms up or cools down"),
    "another unit": (lambda: scaled(1.3), "no gravity"),
    "a scale that no chip has": (lambda: scaled(1.08), "more than this chip ever is"),
}


def trembling() -> tuple[F64, F64]:
    acc, gyr = lying()
    return acc, gyr + np.random.default_rng(2).normal(0, 2.0, gyr.shape)


def warming() -> tuple[F64, F64]:
    acc, gyr = lying()
    return acc, gyr + np.linspace(0, 1.0, len(gyr))[:, None]


def scaled(factor: float) -> tuple[F64, F64]:
    acc, gyr = lying()
    return acc * factor, gyr


@pytest.mark.parametrize(("signal", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_calibration_is_refused_with_what_to_do(signal, text: str):
    with pytest.raises(MotionCalibrationError, match=text):
        fit_positions(rests(*signal(), 100.0), TODAY)


def test_positions_in_any_order_and_lost_rows_between_them():
    acc, gyr = lying(EACH[::-1])
    acc[510:520] = np.nan
    made = fit_positions(rests(acc, gyr, 100.0), TODAY)
    assert made.acc_bias_m_s2 == pytest.approx((0, 0, 0), abs=0.002)


def test_a_still_calibration_changes_the_rate_alone():
    acc, gyr = lying(EACH[:1], hold_s=20.0)
    known = MotionCalibration("2026-01-01", "six positions", (0.1, 0.2, 0.3), acc_sd_m_s2=0.01)
    made = fit_still(rests(acc, gyr + 0.7, 100.0, 10.0), known, TODAY)
    assert made.gyr_bias_deg_s == pytest.approx((0.7, 0.7, 0.7), abs=0.01)
    assert (made.acc_bias_m_s2, made.method) == ((0.1, 0.2, 0.3), "six positions + still")
    assert fit_still(rests(acc, gyr, 100.0, 10.0), made, TODAY).method == "six positions + still"
    assert fit_still(rests(acc, gyr, 100.0, 10.0), MotionCalibration(), TODAY).method == "still"
    with pytest.raises(MotionCalibrationError, match="did not lie still for 10 s"):
        fit_still([], known, TODAY)


@pytest.mark.parametrize("seed", range(8))
def test_virtual_sensors_are_calibrated_to_within_what_is_left(seed: int):
    """All imperfections but the tilt of case on shoe: bias of 20 mg and 1 % each to 5 mm/s2 and 0.1 %, of 1
    degree/s to 0.05. The left-over misalignment is the gyroscope's own."""
    acts = Imperfections(mounting=False)
    true_acc, true_gyr = lying()
    true_gyr[:] = 0.0
    hold = np.repeat([position.value for position in EACH], 700, axis=0)
    true_acc[:] = 0.0
    true_acc[np.arange(len(hold)), hold[:, 0]] = G * hold[:, 1]

    def felt(time_s: F64) -> Inertial:
        at = np.minimum((time_s * 100).astype(int), len(true_acc) - 1)
        acc = true_acc[at].copy()
        moving = (time_s % 7.0) > 5.2
        acc[moving] += 3.0 * np.sin(40.0 * time_s[moving])[:, None]
        none = np.zeros((len(at), 3))
        return Inertial(acc, none, none, np.tile(np.eye(3), (len(at), 1, 1)))

    raw = measure(felt, 42.0, seed, acts=acts).raw
    acc, gyr = units(raw, Ranges(16, 2000))
    made = fit_positions(rests(acc, gyr, 100.0), TODAY)
    part = draw_part(seed, acts)
    np.testing.assert_allclose(made.acc_bias_m_s2, part.acc_bias_m_s2, atol=0.006)
    np.testing.assert_allclose(np.diag(np.array(made.acc_matrix)), 1 / (1 + part.acc_scale), atol=0.001)
    left_over = np.array(made.gyr_bias_deg_s) - part.gyr_bias_deg_s
    assert np.abs(left_over).max() < 0.2, "drift with temperature and rate from gravity"


def test_ranges_may_change_within_a_recording():
    """2048 counts are 1 g at 16 g and a quarter of it at 4 g, by the status of each record."""
    raw = np.array([[2048, 0, 0, 100, 0, 0]] * 2 + [[-32768] * 6], np.int16)
    found = motion_of_frames(raw, np.array([0x3000, 0x0001, 0], np.uint16), None)
    assert found.acc_m_s2[:2, 0] == pytest.approx([9.80, 2.45], abs=0.01)
    assert found.gyr_deg_s is not None and found.gyr_deg_s[:2, 0] == pytest.approx([7.0, 7.0])
    assert np.isnan(found.acc_m_s2[2]).all() and found.axes.startswith("insole")


def test_a_calibration_with_motion_is_stored_and_read_back(tmp_path: Path):
    acc, gyr = lying()
    made = fit_positions(rests(acc + 0.05, gyr, 100.0), TODAY)
    path = tmp_path / "one.json"
    replace(nominal(), serial="AAAA01", made_on="2026-11-29", motion=made).save(path)
    assert load_calibration(path).motion == made
    replace(nominal(), serial="AAAA01", made_on="2026-11-29").save(path)
    assert load_calibration(path).motion is None
    data = json.loads(path.read_text())
    del data["motion"]
    assert calibration_from(data, path).motion is None, "files of before have no motion"
    for wrong in ({"made_on": "2026-11-29"}, {**_stored(made), "acc_matrix": [[1, 0, 0]] * 3}):
        with pytest.raises(FileError):
            calibration_from({**data, "motion": wrong}, path)


def _stored(made: MotionCalibration) -> dict[str, object]:
    return asdict(made)


def recorded(data: Path, acc: F64, gyr: F64) -> str:
    """A library with a recording of one left insole that felt this."""
    counts = np.concatenate([acc / (16 * 0.0305e-3 * G), gyr / 0.07], axis=1).round().astype(np.int16)
    with Library(data) as library:
        draft = Draft.begin(library.recordings, "positions")
        rows = len(counts)
        frames = replace(
            frames_of(np.full((rows, 16), 330, np.uint16)),
            imu=counts,
            status=np.full(rows, 0x3000, np.uint16),
        )
        foot = FootManifest(
            foot="left",
            insole=IDENTITY | {"serial": "AAAA01", "side": "left"},
            requested=[(0, rows)],
            frames_requested=rows,
            frames_recorded=rows,
            frames_missing=0,
            missing_by_reason={},
            gaps=[],
            rows=rows,
            sha256=draft.write_frames("left", frames),
        )
        folder = draft.finish(
            RecordingManifest("positions", START_NS, rows / 100.0, {"made_by": "a test"}, [foot])
        )
        return library.add_recording(folder).id


def run(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(calibrate, ["imu", *arguments], obj=Invocation(data=data))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_the_command_finds_the_positions_and_later_readings_are_in_true_units(tmp_path: Path):
    acc, gyr = lying()
    recording = recorded(tmp_path, acc * 1.01 + [0.1, 0.0, -0.2], gyr + np.array([1.0, 0.0, -3.0]))
    text = run(tmp_path, recording)
    assert text.count("still for") == 6 and "0.0 s  still for  5.0 s, flat, as on the foot" in text
    off = re.search(r"acceleration off by (\S+), (\S+), (\S+) m/s2", text)
    assert off is not None
    assert [float(value) for value in off.groups()] == pytest.approx([0.1, 0.0, -0.2], abs=0.003)
    assert "left insole AAAA01: used from now on" in text
    with Library(tmp_path) as library:
        walk = library.open(recording).walk()
    assert walk.left is not None and walk.left.motion is not None
    motion = walk.left.motion
    np.testing.assert_allclose(motion.acc_m_s2[:450].mean(axis=0), [0, 0, G], atol=0.01)
    assert motion.gyr_deg_s is not None
    np.testing.assert_allclose(motion.gyr_deg_s[:450].mean(axis=0), 0.0, atol=0.03)
    with pytest.raises(PlantigradeError, match="did not lie still for 10 s"):
        run(tmp_path, recording, "--still")


def test_the_command_says_what_is_missing(tmp_path: Path):
    acc, gyr = lying(EACH[:4])
    recording = recorded(tmp_path, acc, gyr)
    with pytest.raises(PlantigradeError, match="left insole AAAA01: 4 of 6 positions"):
        run(tmp_path, recording)
    with pytest.raises(PlantigradeError, match="its right insole has recorded motion"):
        run(tmp_path, recording, "--foot", "right")
