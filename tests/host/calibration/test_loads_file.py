"""The file of bench loads and the words about a calibration: what is read, what is refused with which line,
what is shown."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.calibration import load_calibration
from plantigrade.device.calibrate import actions as calibrate_actions
from plantigrade.device.calibrate.commands import calibrate
from plantigrade.errors import FileError

from tests.host.calibration.paper import CURVE, insole

DAY = date(2026, 1, 2)
UNLOADED = "".join(f"{sensor},0,330\n" for sensor in range(16))


def read(tmp_path: Path, text: str) -> list[tuple[int, float, float, int, float]]:
    """The readings as tuples; every sensor has an unloaded code of 330."""
    path = tmp_path / "loads.csv"
    path.write_text("sensor,force_n,count,direction,held_s\n" + UNLOADED + text)
    readings, zero = calibrate_actions._readings(path)  # pyright: ignore[reportPrivateUsage]
    assert zero.tolist() == [330.0] * 16
    return [(r.sensor, r.force_n, r.count, r.direction, r.held_s) for r in readings]


@pytest.mark.worked_example("readings")
@pytest.mark.parametrize(
    ("row", "reading"),
    [
        ("3,12.5,480.25,up,2.5", (3, 12.5, 480.25, 1, 2.5)),
        ("heel_anterior,12.5,480,down,2.5", (3, 12.5, 480.0, -1, 2.5)),
        ("toes_4_5,1,480,,", (15, 1.0, 480.0, 1, 1.0)),
        (" mth1 ,1,480, UP ,", (8, 1.0, 480.0, 1, 1.0)),
        ("0,1,480,Down,", (0, 1.0, 480.0, -1, 1.0)),
        ("0,1,4095,1,", (0, 1.0, 4095.0, 1, 1.0)),
        ("0,1,0,-1,60", (0, 1.0, 0.0, -1, 60.0)),
    ],
)
def test_a_row_is_a_reading(tmp_path: Path, row: str, reading: tuple[int, float, float, int, float]):
    assert read(tmp_path, row + "\n") == [reading]


def test_readings_keep_the_order_of_their_rows_and_other_columns_are_ignored(tmp_path: Path):
    path = tmp_path / "loads.csv"
    rows = "".join(f"by me,{sensor},330,0\n" for sensor in range(16)) + "by me,4,500,20\nby me,2,400,10\n"
    path.write_text("remark,sensor,count,force_n\n" + rows)
    readings, _ = calibrate_actions._readings(path)  # pyright: ignore[reportPrivateUsage]
    assert [(r.sensor, r.force_n, r.count, r.direction) for r in readings] == [
        (4, 20.0, 500.0, 1),
        (2, 10.0, 400.0, 1),
    ]


@pytest.mark.worked_example("zero_count")
def test_several_unloaded_codes_of_a_sensor_are_averaged(tmp_path: Path):
    path = tmp_path / "loads.csv"
    path.write_text("sensor,force_n,count\n" + UNLOADED + "5,0,333\n5,0.0,339\n6,0,331\n")
    readings, zero = calibrate_actions._readings(path)  # pyright: ignore[reportPrivateUsage]
    assert readings == []
    assert zero.tolist() == [330.0] * 5 + [334.0, 330.5] + [330.0] * 9


TITLES = "sensor,force_n,count,direction,held_s\n"
NO_INTEGER = "is no bench reading (invalid literal for int() with base 10: "
EXPECTED = "sensor 0 to 15, force from 0, code 0 to 4095 are expected"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks the column count, force_n, sensor"),
        ("sensor,count\n", "lacks the column force_n"),
        (TITLES + "5,10,400,,\n", "has no unloaded code (force_n 0) of " + ", ".join(SENSOR_NAMES)),
        (TITLES + UNLOADED.replace("3,0,330\n", "", 1), "has no unloaded code (force_n 0) of heel_anterior"),
        (TITLES + "heel,10,400,,\n", f"line 2 {NO_INTEGER}'heel')"),
        (TITLES + "5,ten,400,,\n", "line 2 is no bench reading (could not convert string to float: 'ten')"),
        (TITLES + "5,10,400,,x\n", "line 2 is no bench reading (could not convert string to float: 'x')"),
        (TITLES + "5,10,400,left,\n", "line 2 is no bench reading ('left')"),
        (TITLES + "5,10,400,,\n\n\n,10,400,,\n", f"line 5 {NO_INTEGER}'')"),
        (TITLES + "5,10,400,,\n16,10,400,,\n", "line 3: " + EXPECTED),
        (TITLES + "-1,10,400,,\n", "line 2: " + EXPECTED),
        (TITLES + "5,-0.1,400,,\n", "line 2: " + EXPECTED),
        (TITLES + "5,nan,400,,\n", "line 2: " + EXPECTED),
        (TITLES + "5,,400,,\n", "line 2: " + EXPECTED),
        (TITLES + "5,10,-0.1,,\n", "line 2: " + EXPECTED),
        (TITLES + "5,10,4095.1,,\n", "line 2: " + EXPECTED),
        (TITLES + "5,10,,,\n", "line 2: " + EXPECTED),
        (TITLES + "5\n", "line 2: " + EXPECTED),
    ],
)  # fmt: skip
def test_what_is_no_file_of_loads_is_refused_in_these_words(tmp_path: Path, text: str, message: str):
    path = tmp_path / "loads.csv"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        calibrate_actions.fit_from_csv(path, "A1", DAY, tmp_path / "made.json")
    assert str(caught.value) == f"{path}: {message}"
    assert not (tmp_path / "made.json").exists()


def test_what_is_no_text_is_refused(tmp_path: Path):
    path = tmp_path / "loads.csv"
    path.write_bytes(b"sensor,force_n,count\n\xff\xfe\n")
    with pytest.raises(FileError, match=r"loads\.csv: cannot be read as CSV \('utf-8' codec"):
        calibrate_actions.fit_from_csv(path, "A1", DAY, tmp_path / "made.json")
    with pytest.raises(FileError, match=r"none\.csv: cannot be read as CSV \(\[Errno 2\]"):
        calibrate_actions.fit_from_csv(tmp_path / "none.csv", "A1", DAY, tmp_path / "made.json")


def test_the_most_rows_that_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert calibrate_actions.MAX_ROWS == 100_000
    monkeypatch.setattr(calibrate_actions, "MAX_ROWS", 20)
    assert len(read(tmp_path, "5,10,400,,\n" * 4)) == 4
    with pytest.raises(FileError) as caught:
        read(tmp_path, "5,10,400,,\n" * 5)
    assert str(caught.value).endswith(": has more than 20 rows: no bench measures so many loads")


def test_a_fit_that_fails_names_the_file(tmp_path: Path):
    path = tmp_path / "loads.csv"
    path.write_text("sensor,force_n,count\n" + UNLOADED + "".join(f"5,{f},320\n" for f in (5, 10, 20, 40)))
    with pytest.raises(FileError) as caught:
        calibrate_actions.fit_from_csv(path, "A1", DAY, tmp_path / "made.json")
    assert str(caught.value) == f"{path}: sensor 5 reads nothing under load: check its connection"


def test_a_fit_is_written_and_counted(tmp_path: Path):
    path, made = tmp_path / "loads.csv", tmp_path / "made.json"
    loads = "".join(f"{sensor},{f},{330 + 10 * f}\n" for sensor in (2, 5) for f in (5, 10, 20, 40))
    path.write_text("sensor,force_n,count\n" + UNLOADED + loads)
    result = CliRunner().invoke(
        calibrate, ["bench", str(path), "--serial", "A1", "--day", "2026-01-02", "-o", str(made)]
    )
    assert result.output == f"{made}: 2 of 16 sensors have a curve of their own\n"
    calibration = load_calibration(made)
    assert (calibration.serial, calibration.made_on, calibration.method) == ("A1", "2026-01-02", "bench")
    assert [c.points for c in calibration.sensors] == [0, 0, 4, 0, 0, 4, *[0] * 10]
    today = CliRunner().invoke(calibrate, ["bench", str(path), "--serial", "A1", "-o", str(made)])
    assert today.exit_code == 0
    assert date.today() - date.fromisoformat(load_calibration(made).made_on) <= timedelta(days=1)


def shown(tmp_path: Path, **changes: object) -> list[str]:
    curves = [replace(CURVE, gain_sd_pct=3.0, zero_sd_count=2.0)] * 15
    curves.append(replace(CURVE, conductance_us_per_n=12.345, exponent=0.8765, residual_pct=1.25, points=9))
    path = tmp_path / "made.json"
    made = replace(insole(16), sensors=tuple(curves), **changes)  # type: ignore[arg-type]
    made.save(path)
    result = CliRunner().invoke(calibrate, ["show", str(path)])
    assert result.exit_code == 0
    return result.output.splitlines()


def test_what_is_shown_of_a_fresh_calibration(tmp_path: Path):
    """3 % and 2 of 40 N at right angles are 5.83 %."""
    today = date.today().isoformat()
    lines = shown(tmp_path, made_on=today, scale=1.0625, scale_sd_pct=0.0)
    assert lines[0] == f"insole P1, bench, {today}"
    assert lines[1] == "body-weight scale 1.062 +- 0.0 %"
    assert lines[2] == (
        "  heel_posterior            1.00 uS x F^1.000, unloaded  250, design, +- 5.8 % at 40 N"
    )
    assert lines[17] == (
        "  toes_4_5                 12.35 uS x F^0.876, unloaded  250, residual 1.2 %, +- 0.0 % at 40 N"
    )
    assert [line.split()[0] for line in lines[2:18]] == list(SENSOR_NAMES)
    assert lines[18:] == ["It is fresh."]


def test_what_is_shown_of_an_old_calibration_of_nobody_knows_which_insole(tmp_path: Path):
    old = (date.today() - timedelta(days=200)).isoformat()
    lines = shown(tmp_path, made_on=old, serial="")
    assert lines[0] == f"insole unknown, bench, {old}"
    assert lines[-1] in (
        "Time to calibrate again: it is 200 days old (limit 180)",
        "Time to calibrate again: it is 201 days old (limit 180)",  # midnight has passed
    )


def test_a_serial_is_needed_to_use_a_calibration(tmp_path: Path):
    path = tmp_path / "made.json"
    replace(insole(16), serial="").save(path)
    with pytest.raises(FileError) as caught:
        calibrate_actions.use(path, None)  # type: ignore[arg-type]
    assert str(caught.value) == (f"{path}: does not say which insole it belongs to: make it with --serial")


def test_used_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path, given = tmp_path / "made.json", []

    class Shelf:
        def set_calibration(self, calibration: object) -> None:
            given.append(calibration)

    insole(16).save(path)
    calibrate_actions.use(path, Shelf())  # type: ignore[arg-type]
    assert given == [insole(16)]
    assert capsys.readouterr().out == "insole P1: the calibration of 2026-01-01 is used from now on\n"


@pytest.mark.parametrize("numbers", [np.arange(16) * 1.1, np.linspace(-3.3, 1 / 3, 16), np.full(16, 1e-300)])
def test_numbers_survive_a_file_bit_for_bit(tmp_path: Path, numbers: np.ndarray):
    made = insole(16).with_zero(numbers, 0.1 + 0.2).with_scale(1 / 3, 1e-9)
    made.save(tmp_path / "made.json")
    assert load_calibration(tmp_path / "made.json") == made
