"""Our plain CSV, as docs/reference/file-formats.md defines it."""

from pathlib import Path

import numpy as np
import pytest
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.errors import FileError
from plantigrade.gait.signals import Walk
from plantigrade.imports import formats


def read(tmp_path: Path, text: str) -> Walk:
    path = tmp_path / "walk.csv"
    path.write_text(text)
    return formats.read(path)


def rows(columns: int, count: int = 200, delimiter: str = ",") -> str:
    lines = []
    for i in range(count):
        values = [f"{i / 100:.3f}"] + [f"{100 * (c + 1) + 50 * np.sin(i / 9):.1f}" for c in range(columns)]
        lines.append(delimiter.join(values))
    return "\n".join(lines) + "\n"


def test_total_forces_of_two_feet(tmp_path: Path) -> None:
    walk = read(tmp_path, "# body_weight_kg: 70\ntime_s,left_force_n,right_force_n\n" + rows(2))
    assert walk.source.format == "csv"
    assert walk.sample_rate_hz == pytest.approx(100)
    assert walk.body_weight_n == pytest.approx(686.5, abs=0.1)
    assert [foot.force_n.shape for foot in walk.feet] == [(200, 1), (200, 1)]
    assert walk.left is not None
    assert walk.left.force_n[0, 0] == pytest.approx(100)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    walk = read(
        tmp_path, delimiter.join(["time_s", "left_1_n", "left_2_n"]) + "\n" + rows(2, delimiter=delimiter)
    )
    assert walk.left is not None
    assert walk.left.sensor_count == 2
    assert walk.right is None
    assert "no right foot" in walk.source.note


def test_decimal_commas(tmp_path: Path) -> None:
    walk = read(tmp_path, "time_s;left_force_n\n" + rows(1, delimiter=";").replace(".", ","))
    assert walk.left is not None
    assert walk.left.force_n[0, 0] == pytest.approx(100)


def test_a_rate_instead_of_a_clock(tmp_path: Path) -> None:
    body = "".join(f"{v}\n" for v in range(100))
    walk = read(tmp_path, "# sample_rate_hz: 50\nright_footswitch\n" + body)
    assert walk.right is not None
    assert walk.right.quantity == "footswitch"
    assert walk.right.time_s[-1] == pytest.approx(99 / 50)


def test_our_sensor_names_give_our_places(tmp_path: Path) -> None:
    order = list(reversed(SENSOR_NAMES))
    titles = ",".join(["time_s", *(f"left_{name}_n" for name in order)])
    walk = read(tmp_path, "# eu_size: 42\n" + titles + "\n" + rows(16))
    assert walk.left is not None
    layout = walk.left.layout
    assert layout is not None
    assert not layout.relative
    assert layout.region[0] == "toes"
    assert layout.y_mm[-1] == pytest.approx(0.07 * 280)


def test_places_of_other_sensors(tmp_path: Path) -> None:
    head = "# insole_length_mm: 250\n# sensor 1: 40 30 2.5\n# sensor 2: 45 200 0\n"
    walk = read(tmp_path, head + "time_s,left_1_n,left_2_n\n" + rows(2))
    assert walk.left is not None
    layout = walk.left.layout
    assert layout is not None
    assert layout.region == ("heel", "forefoot")
    assert layout.area_cm2[0] == 2.5
    assert np.isnan(layout.area_cm2[1])


def test_empty_cells_are_missing_samples(tmp_path: Path) -> None:
    text = "time_s,left_force_n,right_force_n\n" + rows(2)
    lines = text.splitlines()
    lines[5] = "0.040,,200"
    lines[6] = "0.050,100,"
    walk = read(tmp_path, "\n".join(lines) + "\n")
    assert walk.left is not None
    assert walk.right is not None
    assert np.isnan(walk.left.force_n[4, 0])
    assert np.isnan(walk.right.force_n[5, 0])
    assert "left foot: samples without a number, counted as missing: 1 of 200" in walk.source.note


FORCES, SWITCHES = "time_s,left_force_n,right_force_n\n", "time_s,left_footswitch,right_footswitch\n"
CAVEAT = "one of them is wrong"


@pytest.mark.parametrize(
    ("line", "titles", "instrument", "doubted"),
    [
        ("", FORCES, "insole", False),
        ("# instrument: insole\n", FORCES, "insole", False),
        ("# Instrument : Plate\n", FORCES, "plate", False),
        ("# instrument: treadmill\n", FORCES, "treadmill", False),
        ("", SWITCHES, "footswitch", False),
        ("# instrument: footswitch\n", SWITCHES, "footswitch", False),
        ("# instrument: footswitch\n", FORCES, "footswitch", True),
        ("# instrument: plate\n", SWITCHES, "plate", True),
    ],
)
def test_what_measured(tmp_path: Path, line: str, titles: str, instrument: str, doubted: bool) -> None:
    walk = read(tmp_path, line + titles + rows(2))
    assert walk.source.instrument == instrument
    assert (CAVEAT in walk.source.note) is doubted


BAD = [
    (
        "# instrument: pedobarograph\ntime_s,left_force_n\n0,1\n0.01,2\n",
        "knows insole, plate, treadmill, footswitch, not 'pedobarograph'",
    ),
    ("time_s,force\n0,1\n1,2\n", "no recording of a known format"),
    ("time_s,left_force_n\n", "no sample"),
    ("left_force_n\n1\n2\n", "neither a time_s column"),
    ("time_s,left_force_n\n0,1\n0.01,x\n", "line 3: 'x' in column 'left_force_n' is not a number"),
    ("time_s,left_force_n\n0,1\n0.01,2,3\n", "line 3 has 3 columns instead of 2"),
    ("time_s,left_force_n\n0,1\n0.01,2\n0.005,3\n0.02,4\n", "time does not rise from sample 2"),
    ("time_s,left_force_n\n0,1\nnan,2\n0.02,3\n", "the time of sample 2 is not a number"),
    ("time_s,left_force_n\n0,1\n10,2\n20,3\n", "Is the time column in seconds"),
    ("time_s,left_force_n,left_force_n\n0,1,1\n", "column 'left_force_n' twice"),
    ("time_s,left_1_n,left_footswitch\n0,1,2\n0.01,3,4\n", "keep one kind"),
    ("# sensor 1: a b\ntime_s,left_1_n\n0,1\n0.01,2\n", "a sensor line is"),
    ("# sensor 2: 1 2 3\ntime_s,left_1_n\n0,1\n0.01,2\n", "none for '1'"),
    ("# body_weight_kg: heavy\ntime_s,left_1_n\n0,1\n0.01,2\n", "needs a positive number"),
    ("time_s,left_force_n,right_force_n\n0,5,5\n0.01,5,5\n0.02,5,5\n", "no sensor carries a changing signal"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        read(tmp_path, text)
