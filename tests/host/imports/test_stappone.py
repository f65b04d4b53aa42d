"""StappOne `.csv`: rows written by hand whose loads, times and sides are known; every refusal."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written

TITLES = "sole_id,timestamp,accel_x," + ",".join(f"pressure_{i:02d}" for i in range(1, 13)) + ",corrupt\n"
SOLES = "sole_id must be 1 (left) or 2 (right), not "
START_MS = 1_768_494_979_568
NOTES = (
    "sensors are not calibrated: timing and relative load only; the unloaded level of each sensor (its "
    "percentile 2) was taken off; sensor places are approximate"
)


def row(sole: object, ms: object, level: float, corrupt: object = 0) -> str:
    """Sensor k reads 100 k unloaded and `level` above it under load."""
    return ",".join(map(str, [sole, ms, 9, *(100 * k + level for k in range(1, 13)), corrupt])) + "\n"


def made(sole: int = 1, count: int = 51, start_ms: int = START_MS, step_ms: int = 10) -> list[str]:
    """Rows of one sole, every second one 40 above the unloaded level."""
    return [row(sole, start_ms + step_ms * i, 40 * (i % 2)) for i in range(count)]


def read(tmp_path: Path, rows: list[str], titles: str = TITLES, foot: Foot | None = None) -> Walk:
    return formats.read(written(tmp_path / "walk.csv", titles + "".join(rows)), foot=foot)


def refused(tmp_path: Path, text: str, foot: Foot | None = None) -> str:
    return refusal(written(tmp_path / "walk.csv", text), foot=foot)


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz")
def test_a_left_sole(tmp_path: Path):
    walk = read(tmp_path, made())
    assert walk.source.format == "stappone"
    assert walk.right is None
    assert walk.left is not None
    assert walk.sample_rate_hz == pytest.approx(100.0)
    assert walk.left.time_s[[0, 1, 50]] == pytest.approx([0.0, 0.01, 0.5], abs=1e-12)
    assert walk.left.quantity == "footswitch"
    assert walk.left.force_n.dtype == np.float32
    assert walk.left.force_n[::2].tolist() == [[0.0] * 12] * 26
    assert walk.left.force_n[1::2].tolist() == [[40.0] * 12] * 25
    assert walk.left.layout is not None
    assert walk.left.layout.name == "stappone-12 (approximate)"
    assert message(walk) == NOTES


@pytest.mark.worked_example("force_n")
def test_the_unloaded_level_is_the_2nd_percentile_of_each_sensor(tmp_path: Path):
    """101 rows at 0, 1 ... 100 above: percentile 2 is 2; what lies below counts as no load."""
    walk = read(tmp_path, [row(1, START_MS + 10 * i, i) for i in range(101)])
    assert walk.feet[0].force_n[:, 0].tolist() == [0.0, 0.0, *[float(i) for i in range(99)]]
    assert walk.feet[0].force_n[:, 11].tolist() == walk.feet[0].force_n[:, 0].tolist()


@pytest.mark.worked_example("time_s", "sample_rate_hz")
def test_both_soles_each_on_its_own_stamps(tmp_path: Path):
    """The right sole begins 4 ms later, at 62.5 Hz; both count from the earliest stamp of the file."""
    left, right = made(1), made(2, 40, START_MS + 4, 16)
    rows = [one for pair in zip(left[:40], right, strict=True) for one in pair] + left[40:]
    walk = read(tmp_path, rows)
    assert [foot.foot for foot in walk.feet] == [Foot.LEFT, Foot.RIGHT]
    assert walk.feet[0].time_s[[0, 50]] == pytest.approx([0.0, 0.5], abs=1e-12)
    assert walk.feet[1].time_s[[0, 1, 39]] == pytest.approx([0.004, 0.020, 0.628], abs=1e-12)
    assert (len(walk.feet[0]), len(walk.feet[1])) == (51, 40)
    assert walk.feet[1].force_n[1].tolist() == [40.0] * 12
    assert walk.sample_rate_hz == pytest.approx(100.0)


def test_a_right_sole_and_a_side_that_was_asked_for(tmp_path: Path):
    walk = read(tmp_path, made(2))
    assert (walk.left, walk.feet[0].foot) == (None, Foot.RIGHT)
    assert walk.feet[0].time_s[0] == 0.0
    assert read(tmp_path, made(2), foot=Foot.LEFT).right is None
    assert read(tmp_path, made(1), foot=Foot.RIGHT).left is None


def test_corrupt_rows_are_missing(tmp_path: Path):
    rows = made()
    rows[3], rows[4] = row(1, START_MS + 30, 9000, 1), row(1, START_MS + 40, -9000, 2)
    walk = read(tmp_path, rows)
    assert np.isnan(walk.feet[0].force_n).all(axis=1).nonzero()[0].tolist() == [3, 4]
    assert walk.feet[0].force_n[5].tolist() == [40.0] * 12
    assert "samples without a number, counted as missing: 2 of 51 (3.9 %)" in message(walk)


def test_without_the_column_no_row_is_corrupt(tmp_path: Path):
    titles = TITLES.replace(",corrupt", ",remark")
    rows = [row(1, START_MS + 10 * i, 40 * (i % 2), 7) for i in range(51)]
    assert message(read(tmp_path, rows, titles)) == NOTES


def test_a_sensor_without_a_number_does_not_count_for_the_unloaded_level(tmp_path: Path):
    rows = made()
    rows[0] = row(1, START_MS, -80).replace("20,", "nan,", 1)
    walk = read(tmp_path, rows)
    assert np.isnan(walk.feet[0].force_n[0, 0])
    assert walk.feet[0].force_n[1].tolist() == [40.0] * 12


def test_gaps_and_clocks_are_said_for_their_foot(tmp_path: Path):
    left = [*made(count=30), *made(count=30, start_ms=START_MS + 500)]
    walk = read(tmp_path, [*left, *made(2, 60)])
    assert [(gap.from_s, gap.to_s) for gap in walk.feet[0].gaps] == [
        (pytest.approx(0.30), pytest.approx(0.5))
    ]
    assert walk.feet[1].gaps == ()
    assert "left foot: 1 gap in the time column, 0.20 s in all, and no stride is counted across" in message(
        walk
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (TITLES.replace("pressure_07,", "") + "1\n", "lacks the column pressure_07"),
        (TITLES.replace("pressure_12,", "pressure_13,") + "1\n", "lacks the column pressure_12"),
        (TITLES, "has column titles but no sample"),
        (TITLES + "\n", "holds no sample"),
        (TITLES + "1,2", "holds no sample"),
        (TITLES + "".join(made()) + row(3, START_MS, 0), SOLES + "[1.0, 3.0]"),
        (TITLES + "".join([*made(), *made(2)]) + row(0, START_MS, 0),
         SOLES + "[0.0, 1.0, 2.0]"),
        (TITLES + "".join(row(i, START_MS, 0) for i in range(9)),
         SOLES + "[0.0, 1.0, 2.0, 3.0]"),
        (TITLES + row(1, START_MS, 0) + "1,2,3\n" + row(1, START_MS, 0),
         "line 3 has 3 columns instead of 16"),
        (TITLES + row(1, START_MS, 0) + row(1, "now", 0), "line 3 is not a row of numbers: '1,now,9,"),
        (TITLES + row(1, 20, 0) + row(1, 10, 0) + row(1, 30, 0),
         "time does not rise from sample 1 (0.01 s) to the next (0 s), 1 such places"),
        (TITLES + row(1, 20, 0), "holds fewer than two samples"),
        (TITLES + "".join(row(1, 10 * i, 0, 1) for i in range(9)), "every sample is marked as corrupt"),
        (TITLES + "".join(row(1, 10 * i, 0) for i in range(9)), "no sensor carries a changing signal"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, problem: str):
    assert refused(tmp_path, text).startswith(problem)


def test_a_file_of_another_kind_lacks_the_first_column(tmp_path: Path):
    path = written(tmp_path / "walk.csv", "a,b\n1,2\n")
    assert refusal(path, "stappone") == "lacks the column sole_id"


def test_both_feet_and_a_side_do_not_go_together(tmp_path: Path):
    text = TITLES + "".join([*made(), *made(2)])
    assert refused(tmp_path, text, Foot.LEFT) == "has both feet; leave --foot out"


def test_a_cut_last_line_is_left_out(tmp_path: Path):
    walk = read(tmp_path, [*made(), "1,17684"])
    assert len(walk.feet[0]) == 51
    assert message(walk) == f"the last line is incomplete and was left out; {NOTES}"


@pytest.mark.parametrize(
    ("start_ms", "started"), [(START_MS, "2026-01-15 16:36:19.568000+00:00"), (5_000, "None")]
)
def test_stamps_of_the_epoch_say_when_it_was(tmp_path: Path, start_ms: int, started: str):
    assert str(read(tmp_path, made(start_ms=start_ms)).source.started_local) == started
