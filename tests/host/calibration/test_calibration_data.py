"""A calibration is data: saved, loaded, refused when damaged, applied by table."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from plantigrade.calibration import FrontEndParameters, load_calibration, newtons, nominal, unloaded_counts
from plantigrade.errors import FileError
from plantigrade.twin.body import load_walk
from plantigrade.twin.electrical import Effects, FrontEnd

FRONT = FrontEndParameters.load()


def test_the_parameter_file_is_the_one_of_the_hardware_folder():
    assert FRONT.adc_bits == 12
    assert FRONT.usable_count < FRONT.max_count
    assert 0 < FRONT.zero_count < FRONT.usable_count


@pytest.mark.parametrize("force_n", [0.5, 1, 10, 50, 100, 200])
def test_the_inverse_undoes_the_forward_curve(force_n: float):
    above = FRONT.counts(np.array([force_n])) - FRONT.zero_count
    assert FRONT.force_n(above) == pytest.approx(force_n, rel=1e-9)


def test_forces_rise_with_codes_and_are_zero_below_the_baseline():
    table = nominal().table()
    assert (np.diff(table, axis=1) >= 0).all()
    assert (table[:, : int(FRONT.zero_count)] == 0).all()
    assert np.isfinite(table).all()


def test_baseline_offsets_are_taken_out():
    force_n = load_walk().left
    codes = FrontEnd(1, effects=Effects.none()).counts(force_n, 100) + np.arange(16, dtype=np.uint16)
    zero = unloaded_counts(codes, FRONT)
    np.testing.assert_allclose(zero, FRONT.zero_count + np.arange(16), atol=1)
    error = newtons(codes) - force_n
    assert np.abs(error)[codes < FRONT.usable_count].max() < 1.5


def test_a_sensor_that_is_never_unloaded_keeps_the_designs_baseline():
    codes = np.full((100, 16), 1000, np.uint16)
    assert (unloaded_counts(codes, FRONT) == FRONT.zero_count).all()
    assert (unloaded_counts(codes[:0], FRONT) == FRONT.zero_count).all()


def test_saved_and_loaded_is_the_same(tmp_path: Path):
    calibration = nominal().with_scale(1.07, 2.5).with_zero(np.arange(16) + 300.0, 1.5)
    calibration.save(tmp_path / "c.json")
    assert load_calibration(tmp_path / "c.json") == calibration
    assert calibration.age_days(date(1970, 1, 31)) == 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "other"}, "not a calibration"),
        ({"scale": "x"}, "makes no sense"),
        ({"scale": 0}, "not positive"),
        ({"sensors": []}, "not positive"),
        ({"made_on": "yesterday"}, "makes no sense"),
        ({"serial": None, "sensors": [{}]}, "lacks the entry"),
    ],
)
def test_a_damaged_calibration_is_refused(tmp_path: Path, change: dict, words: str):
    path = tmp_path / "c.json"
    nominal().save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(FileError, match=words):
        load_calibration(path)


def test_what_is_not_json_is_refused(tmp_path: Path):
    path = tmp_path / "c.json"
    for content in (b"{", b"\xff\xff", b"[]"):
        path.write_bytes(content)
        with pytest.raises(FileError):
            load_calibration(path)
    with pytest.raises(FileError):
        load_calibration(tmp_path / "none.json")


def test_another_number_of_sensors_is_refused():
    with pytest.raises(ValueError, match="shape"):
        nominal().apply(np.zeros((4, 8), np.uint16))
