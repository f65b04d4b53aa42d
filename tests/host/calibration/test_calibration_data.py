"""A calibration is data: saved, loaded, refused when damaged, applied by table."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

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


def test_the_file_is_indented_text_with_a_schema_first(tmp_path: Path):
    path = tmp_path / "c.json"
    nominal(sensors=1).save(path)
    lines = path.read_text().split("\n")
    assert lines[:3] == ["{", ' "schema": "plantigrade.calibration/1",', ' "serial": "",']
    assert lines[-2:] == ["}", ""]


def test_where_it_cannot_be_written_is_said(tmp_path: Path):
    path = tmp_path / "no folder" / "c.json"
    with pytest.raises(FileError) as caught:
        nominal().save(path)
    assert str(caught.value) == f"{path}: cannot be written (No such file or directory)"


SENSELESS = "holds an entry that makes no sense: "
NOT_POSITIVE = "holds a curve or scale that is not positive; calibrate the insole again"
OTHER_SCHEMA = "is not a calibration of the schema plantigrade.calibration/1"


def damaged(path: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Why a calibration with this change is refused."""
    nominal().save(path)
    table = json.loads(path.read_text())
    change(table)
    path.write_text(json.dumps(table))
    with pytest.raises(FileError) as caught:
        load_calibration(path)
    assert caught.value.path == path
    return caught.value.problem


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"schema": "plantigrade.calibration/2"}, OTHER_SCHEMA),
        ({"schema": None}, OTHER_SCHEMA),
        ({"scale": "x"}, SENSELESS + "could not convert string to float: 'x'"),
        ({"scale": float("nan")}, SENSELESS + "nan where a number is needed"),
        ({"scale": float("inf")}, SENSELESS + "inf where a number is needed"),
        ({"scale": 10**400}, SENSELESS + "int too large to convert to float"),
        ({"scale_sd_pct": float("nan")}, SENSELESS + "nan where a number is needed"),
        ({"scale": 0}, NOT_POSITIVE),
        ({"scale": -1.0}, NOT_POSITIVE),
        ({"sensors": []}, NOT_POSITIVE),
        ({"made_on": "yesterday"}, SENSELESS + "Invalid isoformat string: 'yesterday'"),
        ({"serial": None, "sensors": [{}]}, "lacks the entry 'residual_pct'"),
        ({"sensors": [{"residual_pct": None}]}, "lacks the entry 'conductance_us_per_n'"),
        ({"front_end": {}}, "lacks the entry 'conductance_us_per_n'"),
        ({"front_end": None}, SENSELESS + "'NoneType' object is not subscriptable"),
        ({"sensors": None}, SENSELESS + "'NoneType' object is not iterable"),
    ],
)
def test_a_damaged_calibration_is_refused(tmp_path: Path, change: dict[str, Any], text: str):
    assert damaged(tmp_path / "c.json", lambda table: table.update(change)) == text


@pytest.mark.parametrize(
    "entry", ["serial", "made_on", "method", "scale", "scale_sd_pct", "sensors", "front_end"]
)
def test_an_entry_that_is_missing_is_named(tmp_path: Path, entry: str):
    assert damaged(tmp_path / "c.json", lambda table: table.pop(entry)) == f"lacks the entry '{entry}'"


@pytest.mark.parametrize(
    ("entry", "value", "text"),
    [
        ("exponent", 0, NOT_POSITIVE),
        ("exponent", -0.9, NOT_POSITIVE),
        ("conductance_us_per_n", 0.0, NOT_POSITIVE),
        ("conductance_us_per_n", -1, NOT_POSITIVE),
        ("zero_count", float("nan"), SENSELESS + "nan where a number is needed"),
        ("residual_pct", float("inf"), SENSELESS + "inf where a number is needed"),
        ("points", "many", SENSELESS + "could not convert string to float: 'many'"),
    ],
)
def test_one_curve_that_makes_no_sense_is_enough(tmp_path: Path, entry: str, value: object, text: str):
    assert damaged(tmp_path / "c.json", lambda table: table["sensors"][7].update({entry: value})) == text


def test_a_front_end_of_words_is_refused(tmp_path: Path):
    text = damaged(tmp_path / "c.json", lambda table: table["front_end"].update(v_ref="low"))
    assert text == SENSELESS + "could not convert string to float: 'low'"


def test_numbers_written_as_text_or_with_a_point_are_taken(tmp_path: Path):
    path = tmp_path / "c.json"
    nominal().save(path)
    table = json.loads(path.read_text())
    table["scale"], table["front_end"]["adc_bits"], table["sensors"][0]["points"] = "1.5", 12.0, 8.0
    path.write_text(json.dumps(table))
    calibration = load_calibration(path)
    assert calibration.scale == 1.5
    assert (calibration.front_end.max_count, type(calibration.front_end.adc_bits)) == (4095, int)
    assert (calibration.sensors[0].points, type(calibration.sensors[0].points)) == (8, int)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", r"^is not JSON: Expecting"),
        (b"\xff\xff", r"^is not JSON: 'utf-8' codec"),
        (b"[]", OTHER_SCHEMA),
    ],
)
def test_what_is_not_json_is_refused(tmp_path: Path, content: bytes, text: str):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        load_calibration(path)
    assert re.search(text, caught.value.problem)


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(FileError) as caught:
        load_calibration(tmp_path / "none.json")
    assert str(caught.value) == f"{tmp_path / 'none.json'}: cannot be read (No such file or directory)"
