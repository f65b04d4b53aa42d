"""CSV, Parquet and the JSON of facts, number by number, from the recording of `tiny`."""

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyarrow.parquet
import pytest
from plantigrade.calibration import nominal
from plantigrade.exports.about import about_text
from plantigrade.exports.export_data import ExportData, ExportError
from plantigrade.exports.formats import FORMATS
from plantigrade.exports.tables import frame_tables

from tests.host.exports import tiny

FACTS = ("foot", "time_s", "seq", "slots", "boot", "status", "device_us", "host_utc_ns", "uncertainty_us")
COUNTS = tuple(f"c{channel:02d}" for channel in range(16))
FORCES = tuple(f"f{sensor:02d}" for sensor in range(16))
ROWS = [
    # facts, first count, force of sensor s as step * s (left) or step * (15 - s) (right)
    ("left", 0.0, 100, 1, 3, 0, 1_000_000, 1_772_366_400_250_000_000, 500, 100, 0.25),
    ("left", 0.1, 101, 1, 3, 1, 1_100_000, 1_772_366_400_350_000_000, 500, 200, 0.5),
    ("left", 0.2004, 102, 1, 3, 2, 1_200_000, 1_772_366_400_450_400_000, 500, 300, 0.75),
    ("left", 0.5006, 105, 1, 3, 3, 1_500_000, 1_772_366_400_750_600_000, 500, 400, 1.0),
    ("left", 0.6008, 106, 2, 3, 4, 1_600_000, 1_772_366_400_850_800_000, 500, 500, 1.25),
    ("right", None, 40, 1, 4, 0, 1_000_000, None, None, 2000, None),
    ("right", 0.052, 41, 1, 4, 1, 1_100_000, 1_772_366_400_302_000_000, 500, 2100, 2.0),
    ("right", 0.152, 42, 1, 4, 2, 1_200_000, 1_772_366_400_402_000_000, 500, 2200, 4.0),
    ("right", 0.2516, 43, 1, 4, 3, 1_300_000, 1_772_366_400_501_600_000, 500, 2300, 6.0),
]
EVENTS = """foot,event,time_s
left,initial_contact,0.050000
right,initial_contact,0.120000
right,final_contact,0.220000
left,final_contact,0.300000
left,initial_contact,0.520000
"""


@pytest.fixture
def data(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


def expected(row: tuple[Any, ...]) -> tuple[list[Any], list[int], list[float | None]]:
    *facts, first, step = row
    sensors = range(16) if row[0] == "left" else range(15, -1, -1)
    return facts, [first + s for s in range(16)], [None if step is None else step * s for s in sensors]


def check_frames(table: pandas.DataFrame) -> None:
    assert tuple(table.columns) == FACTS + COUNTS + FORCES
    assert len(table) == len(ROWS)
    for index, row in enumerate(ROWS):
        facts, counts, forces = expected(row)
        for name, value in zip(FACTS, facts, strict=True):
            found = table[name][index]
            if value is None:
                assert pandas.isna(found), name
            else:
                assert found == (pytest.approx(value, abs=1e-12) if name == "time_s" else value), name
        assert [table[name][index] for name in COUNTS] == counts
        found = [table[name][index] for name in FORCES]
        assert all(pandas.isna(one) for one in found) if forces[0] is None else found == forces


def test_csv_frames(data: ExportData, tmp_path: Path) -> None:
    FORMATS["csv"].write_data(data, tmp_path / "out")
    names = {"about.json", "events.csv", "frames.csv", "strides.csv"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    lines = (tmp_path / "out" / "frames.csv").read_text().splitlines()
    assert lines[0] == ",".join(FACTS + COUNTS + FORCES)
    counts = ",".join(str(2000 + channel) for channel in range(16))
    assert lines[6] == f'"right",,40,1,4,0,1000000,,,{counts}{"," * 16}'
    check_frames(pandas.read_csv(tmp_path / "out" / "frames.csv", dtype={"host_utc_ns": "Int64"}))


def test_parquet_frames(data: ExportData, tmp_path: Path) -> None:
    FORMATS["parquet"].write_data(data, tmp_path / "out")
    names = {"about.json", "events.parquet", "frames.parquet", "strides.parquet"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    table = pyarrow.parquet.read_table(tmp_path / "out" / "frames.parquet")
    types = {
        name: str(table.schema.field(name).type) for name in ("seq", "slots", "boot", "c00", "f00", "time_s")
    }
    assert list(types.values()) == ["int64", "uint8", "uint16", "uint16", "float", "double"]
    frame = table.to_pandas(types_mapper={pyarrow.int64(): pandas.Int64Dtype()}.get)
    check_frames(frame)
    about = (tmp_path / "out" / "about.json").read_text()
    assert table.schema.metadata[b"plantigrade"].decode() == about == about_text(data)
    file = pyarrow.parquet.ParquetFile(tmp_path / "out" / "frames.parquet")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_contacts_and_strides(name: str, data: ExportData, tmp_path: Path) -> None:
    FORMATS[name].write_data(data, tmp_path / "out")
    if name == "csv":
        assert (tmp_path / "out" / "events.csv").read_text() == EVENTS
        strides = pandas.read_csv(tmp_path / "out" / "strides.csv")
    else:
        events = pandas.read_parquet(tmp_path / "out" / "events.parquet")
        assert events.to_csv(index=False, float_format="%.6f") == EVENTS
        strides = pandas.read_parquet(tmp_path / "out" / "strides.parquet")
    known = strides.iloc[0].dropna().to_dict()
    assert known == {
        "foot": "left", "initial_contact_s": 0.05, "final_contact_s": 0.3, "next_initial_contact_s": 0.52,
        "stride_time_s": 0.47, "stance_time_s": 0.25, "stance_pct": 50.0, "f1_n": 123.25, "valid": 1,
        "bout": 0, "peak_pressure_kpa": 210.5,
    } | ({"reason": ""} if name == "parquet" else {})  # fmt: skip
    assert (strides["reason"][1], strides["valid"][1]) == ("turn; outlier", 0)


def test_an_import_has_neither_counts_nor_clocks(tmp_path: Path) -> None:
    data = ExportData.of(tiny.imported(tmp_path / "recordings"))
    FORMATS["csv"].write_data(data, tmp_path / "out")
    assert (tmp_path / "out" / "frames.csv").read_text() == (
        "foot,time_s,seq,slots,f00,f01\n"
        '"left",0.2,0,1,0.004,10\n'
        '"left",0.3,1,1,0.006,700.03\n'
        '"left",0.5,3,1,12.5,0\n'
        '"left",0.6,4,1,,20\n'
    )


def test_a_foot_with_fewer_sensors_leaves_the_others_empty(tmp_path: Path) -> None:
    """Columns are those of the foot with the most sensors."""
    one = ExportData.of(tiny.imported(tmp_path / "recordings"))
    (foot,) = one.feet
    other = replace(foot, foot="right", sensors=("sensor_01",), forces=lambda rows: foot.forces(rows)[:, 1:])
    tables = list(frame_tables(replace(one, feet=(foot, other))))
    assert [table.column_names[-2:] for table in tables] == [["f00", "f01"]] * 2
    assert tables[1]["f00"].to_pylist()[2:] == [0.0, 20.0]
    assert tables[1]["f01"].to_pylist() == [None] * 4


def test_motion_sensors_are_columns_where_any_foot_has_them(tmp_path: Path) -> None:
    tables = list(frame_tables(tiny.with_motion(tiny.data(tmp_path / "recordings"))))
    names = ("acc_x", "acc_y", "acc_z", "rate_x", "rate_y", "rate_z")
    assert tuple(tables[0].column_names[25:31]) == names and tables[0].column_names[31] == "f00"
    assert [tables[0][name][1].as_py() for name in names] == [6, 7, 8, 9, 10, 11]
    assert [tables[1][name].null_count for name in names] == [4] * 6
    assert tables[0].schema == tables[1].schema


def test_motion_that_could_not_be_read_is_empty(tmp_path: Path) -> None:
    table = next(iter(frame_tables(tiny.with_motion(tiny.data(tmp_path / "recordings"), lost=2))))
    assert [table["acc_x"][row].as_py() for row in range(4)] == [0, 6, None, 18]
    assert [table["rate_z"][row].as_py() for row in range(4)] == [5, 11, None, 23]


def test_frames_come_in_pieces_of_the_rows_asked_for(data: ExportData) -> None:
    left = data.feet[0]
    assert [list(piece.seq) for piece in left.pieces(2)] == [[100, 101], [102, 105], [106]]
    assert [len(piece.seq) for piece in left.pieces()] == [5]
    assert list(left.piece(slice(1, 3)).total_n) == [60.0, 90.0]
    assert left.piece(slice(3, 5)).frames is not None
    assert list(left.force_n[:, 15]) == [3.75, 7.5, 11.25, 15.0, 18.75]


RECORDED = "2026-03-02T08:30:00+00:00"
ABOUT = {
    "schema": "plantigrade.export/1",
    "recording": "tiny-1",
    "deidentified": False,
    "start_utc": "2026-03-01T12:00:00.250000+00:00",
    "duration_s": 0.8,
    "sample_rate_hz": 10.0,
    "versions": {
        "plantigrade": version("plantigrade"),
        "gait_algorithm": "7",
        "export_schema": "plantigrade.export/1",
    },
    "provenance": {"made_by": "plantigrade bridge", "journal": "of Anna"},
    "person": {
        "code": "P-1", "name": "Anna Berg", "birth_date": "1951-03-09", "sex": "female", "height_cm": 171.5,
        "weight_kg": 68.0, "shoe_size_eu": 40.0, "remark": "limps", "time_zone": "UTC",
        "language": "",
    },
    "body_weight_n": 700.0,
    "notes": [
        {"text": "Anna stumbled\there", "at_s": 0.25, "author": "Dr Who", "created_utc": RECORDED},
        {"text": "fine", "at_s": None, "author": "Dr Who", "created_utc": RECORDED},
    ],
    "alerts": [
        {"rule": "overload", "foot": "left", "from_s": 0.4, "to_s": None},
        {"rule": "one_sided_load", "foot": "both", "from_s": 0.1, "to_s": 0.35},
    ],
}  # fmt: skip


def test_the_facts(data: ExportData) -> None:
    about = json.loads(about_text(data))
    feet, analysis = about.pop("feet"), about.pop("analysis")
    assert about == ABOUT
    left = feet[0]
    assert [foot["foot"] for foot in feet] == ["left", "right"]
    assert left.pop("layout")["x_mm"][:4] == [0.0, 5.0, 10.0, 15.0]
    assert left == {
        "foot": "left", "insole": {"serial": "L-1", "side": "left", "firmware": "1.2.0"},
        "quantity": "counts", "sensors": list(tiny.SENSORS), "force_unit": "N", "rows": 5,
        "frames_requested": 8, "frames_recorded": 6, "frames_missing": 2, "missing_by_reason": {"overrun": 2},
        "gaps": [{"first": 103, "end": 105, "from_s": 0.3, "to_s": 0.5, "reason": "overrun"}],
        "calibration": None,
    }  # fmt: skip
    assert analysis["algorithm_version"] == "7" and analysis["settings"] == {"threshold_n": 20.0}
    assert analysis["findings"] == [
        {"code": "sensor_dead", "text": "One sensor is dead.", "foot": "left"},
        {"code": "short", "text": "Too short.", "foot": None},
    ]
    empty = {"n": 0, "sd": None, "cv_pct": None, "median": None, "mad": None, "note": ""}
    assert analysis["both"] == {
        "cadence": empty | {"value": 96.5, "unit": "steps/min", "n": 12, "note": "short"},
        "steps": empty | {"value": 12.0, "unit": "steps"},
        "double_support_pct": empty | {"value": None, "unit": "%", "note": "needs both feet"},
    }
    assert analysis["feet"]["left"]["stride_time_s"] == empty | {
        "value": 0.5, "unit": "s", "n": 1, "sd": 0.01, "cv_pct": 2.0,
    }  # fmt: skip
    assert analysis["feet"]["right"] == {
        "stride_time_s": empty | {"value": None, "unit": "s", "note": "too few strides"}
    }
    assert analysis["bouts"] == [{"index": 0, "from_s": 0.05, "to_s": 0.62, "steps": 4}]


def test_the_text_of_the_facts_is_sorted_and_readable(data: ExportData) -> None:
    text = about_text(data)
    assert text.startswith('{\n "alerts": [\n') and text.endswith("\n}\n")
    assert '"name": "Grüße"' in about_text(replace(data, person=replace(data.person, name="Grüße")))  # type: ignore[type-var]


def test_facts_that_are_not_known(data: ExportData) -> None:
    assert json.loads(about_text(replace(data, start=None)))["start_utc"] is None
    assert json.loads(about_text(replace(data, person=None)))["person"] is None
    assert data.person is not None
    unborn = replace(data, person=replace(data.person, birth_date=None))
    assert json.loads(about_text(unborn))["person"]["birth_date"] is None


def test_facts_hold_numbers_of_numpy_and_calibrations(data: ExportData) -> None:
    foot = replace(data.feet[0], calibration=nominal())
    made = replace(data, provenance={"lost": np.int64(3), "share": np.float32(0.5)}, feet=(foot,))
    about = json.loads(about_text(made))
    assert about["provenance"] == {"lost": 3, "share": 0.5}
    assert about["feet"][0]["calibration"]["method"] == nominal().method
    with pytest.raises(TypeError, match="object has no place in JSON"):
        about_text(replace(data, provenance={"what": object()}))


def test_a_footswitch_has_no_newtons(tmp_path: Path) -> None:
    foot = ExportData.of(tiny.imported(tmp_path)).feet[0]
    assert foot.force_unit == "N"
    assert replace(foot, manifest=replace(foot.manifest, quantity="footswitch")).force_unit == "1"


def failing(_: Any) -> Iterator[Any]:
    raise ExportError("made to fail")


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_a_table_that_fails_at_once_leaves_nothing(
    name: str, data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"plantigrade.exports.{name}.frame_tables", failing)
    with pytest.raises(ExportError, match="made to fail"):
        FORMATS[name].write_data(data, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["recordings"]
