"""MATLAB files of both levels and C3D, number by number, from the recording of `tiny`."""

import struct
import warnings
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import c3d
import ezc3d
import h5py
import numpy as np
import pytest
from plantigrade.exports import mat73
from plantigrade.exports.about import about_text
from plantigrade.exports.c3d import _check_size
from plantigrade.exports.export_data import ExportData, ExportError
from plantigrade.exports.formats import FORMATS
from pymatreader import read_mat
from scipy.io import loadmat

from tests.host.exports import tiny


@pytest.fixture
def exported(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


@pytest.fixture(params=["level 5", "level 7.3"])
def level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Level 7.3 is for long recordings: of more than 4 frames here."""
    if request.param == "level 7.3":
        monkeypatch.setattr("plantigrade.exports.mat.LONG_ROWS", 4)
    return request.param


def written(exported: ExportData, tmp_path: Path) -> dict[str, Any]:
    FORMATS["mat"].write_data(exported, tmp_path / "a.mat")
    return read_mat(str(tmp_path / "a.mat"))["plantigrade"]


LEFT = {
    "seq": [100, 101, 102, 105, 106],
    "slots": [1, 1, 1, 1, 2],
    "boot": [3] * 5,
    "status": [0, 1, 2, 3, 4],
    "device_us": [1_000_000, 1_100_000, 1_200_000, 1_500_000, 1_600_000],
    "host_utc_ns": [
        1_772_366_400_000_000_000 + ns
        for ns in (250_000_000, 350_000_000, 450_400_000, 750_600_000, 850_800_000)
    ],
    "uncertainty_us": [500] * 5,
}
RIGHT = {
    "seq": [40, 41, 42, 43],
    "boot": [4] * 4,
    # A time that is not known is -1: MATLAB's whole numbers know no NaN.
    "host_utc_ns": [-1, *(1_772_366_400_000_000_000 + ns for ns in (302_000_000, 402_000_000, 501_600_000))],
    "uncertainty_us": [-1, 500, 500, 500],
}


def test_samples_and_facts(level: str, exported: ExportData, tmp_path: Path) -> None:
    data = written(exported, tmp_path)
    head = (tmp_path / "a.mat").read_bytes()[:10]
    assert head == (b"MATLAB 5.0" if level == "level 5" else b"MATLAB 7.3")
    assert (data["id"], data["start_utc"]) == ("tiny-1", "2026-03-01T12:00:00.250000+00:00")
    assert float(np.squeeze(data["sample_rate_hz"])) == 10.0
    assert data["about"] == about_text(exported)
    for side, columns in (("left", LEFT), ("right", RIGHT)):
        found = data[side]
        assert {name: np.ravel(found[name]).tolist() for name in columns} == columns
        assert list(found["sensors"]) == list(tiny.SENSORS)
        assert np.array_equal(found["counts"], tiny.counts(side)) and found["counts"].dtype == np.uint16
        assert found["force_n"].dtype == np.float32
    assert np.ravel(data["left"]["time_s"]) == pytest.approx([0.0, 0.1, 0.2004, 0.5006, 0.6008], abs=1e-12)
    assert np.isnan(np.ravel(data["right"]["time_s"])[0])
    assert np.ravel(data["right"]["time_s"])[1:] == pytest.approx([0.052, 0.152, 0.2516], abs=1e-12)
    assert data["left"]["force_n"][:, 15].tolist() == [3.75, 7.5, 11.25, 15.0, 18.75]
    assert np.isnan(data["right"]["force_n"][0]).all()
    assert data["right"]["force_n"][1:, 0].tolist() == [30.0, 60.0, 90.0]


def test_gaps_contacts_and_strides(level: str, exported: ExportData, tmp_path: Path) -> None:
    data = written(exported, tmp_path)
    gaps = data["left"]["gaps"]
    found = [np.ravel(gaps[name])[0] for name in ("first", "end", "from_s", "to_s")]
    assert found == [103, 105, 0.3, 0.5]
    assert np.ravel(gaps["reason"])[0] == "overrun"
    assert np.ravel(data["events"]["time_s"]).tolist() == [0.05, 0.12, 0.22, 0.3, 0.52]
    assert list(data["events"]["foot"]) == ["left", "right", "right", "left", "left"]
    first, last = "initial_contact", "final_contact"
    assert list(data["events"]["event"]) == [first, first, last, last, first]
    left, right = data["strides"]["left"], data["strides"]["right"]
    known = {name: np.ravel(value).tolist() for name, value in left.items()}
    known = {name: value for name, value in known.items() if not np.isnan(value).any()}
    assert known == {
        "initial_contact_s": [0.05], "final_contact_s": [0.3], "next_initial_contact_s": [0.52],
        "stride_time_s": [0.47], "stance_time_s": [0.25], "stance_pct": [50.0], "f1_n": [123.25],
        "valid": [1], "reason": [0], "bout": [0],
    }  # fmt: skip
    # A turn (2) and an outlier (64).
    assert [int(np.ravel(right[name])[0]) for name in ("valid", "reason", "bout")] == [0, 66, -1]


def test_gaps_without_a_clock(level: str, exported: ExportData, tmp_path: Path) -> None:
    left, right = exported.feet
    gap = replace(left.gaps[0], from_s=None, to_s=None)
    data = written(
        replace(exported, feet=(replace(left, manifest=replace(left.manifest, gaps=[gap])), right)), tmp_path
    )
    found = data["left"]["gaps"]
    assert np.isnan(np.ravel(found["from_s"]).astype(float)).all()
    assert np.isnan(np.ravel(found["to_s"]).astype(float)).all()


def test_an_import_has_forces_alone_and_no_start(
    level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if level == "level 7.3":
        monkeypatch.setattr("plantigrade.exports.mat.LONG_ROWS", 3)
    data = written(ExportData.of(tiny.imported(tmp_path / "recordings")), tmp_path)
    found = data["left"]
    assert set(found) == {"time_s", "seq", "slots", "force_n", "sensors", "gaps"}
    assert list(found["sensors"]) == ["sensor_01", "sensor_02"]
    assert np.ravel(found["time_s"]).tolist() == [0.2, 0.3, 0.5, 0.6]
    assert found["force_n"][:3].tolist() == [
        [np.float32(0.004), 10.0], [np.float32(0.006), np.float32(700.03)], [12.5, 0.0],
    ]  # fmt: skip
    assert np.isnan(found["force_n"][3, 0]) and found["force_n"][3, 1] == 20.0
    assert not len(np.ravel(data["start_utc"])) or data["start_utc"] == ""


def test_motion_sensors(level: str, exported: ExportData, tmp_path: Path) -> None:
    data = written(tiny.with_motion(exported), tmp_path)
    assert data["left"]["imu"].tolist() == [list(range(6 * n, 6 * n + 6)) for n in range(5)]
    assert data["left"]["imu"].dtype == np.int16 and "imu" not in data["right"]


def test_level_5_up_to_the_limit_and_7_3_beyond(
    exported: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The left foot has five frames."""
    for limit, head in ((5, b"MATLAB 5.0"), (4, b"MATLAB 7.3")):
        monkeypatch.setattr("plantigrade.exports.mat.LONG_ROWS", limit)
        FORMATS["mat"].write_data(exported, tmp_path / "a.mat")
        assert (tmp_path / "a.mat").read_bytes()[:10] == head


def test_columns_of_level_5_stand_upright_and_are_compressed(exported: ExportData, tmp_path: Path) -> None:
    FORMATS["mat"].write_data(exported, tmp_path / "a.mat")
    raw = loadmat(str(tmp_path / "a.mat"))["plantigrade"][0, 0]
    assert raw["left"][0, 0]["seq"].shape == (5, 1)
    assert (tmp_path / "a.mat").read_bytes()[128:132] == struct.pack("<I", 15), "miCOMPRESSED"


def test_the_marks_of_level_7_3(
    exported: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MATLAB looks at bytes 0 to 127 and at the attributes; matrices lie transposed."""
    monkeypatch.setattr("plantigrade.exports.mat.LONG_ROWS", 4)
    FORMATS["mat"].write_data(exported, tmp_path / "a.mat")
    data = (tmp_path / "a.mat").read_bytes()
    assert (
        data[:116].rstrip()
        == b"MATLAB 7.3 MAT-file, Platform: GLNXA64, made by Plantigrade HDF5 schema 1.00 ."
    )
    assert data[116:128] == bytes(8) + b"\x00\x02IM"
    assert data[512:520] == b"\x89HDF\r\n\x1a\n"
    with h5py.File(tmp_path / "a.mat") as file:
        root = file["plantigrade"]
        kinds = {name: root[name].attrs["MATLAB_class"] for name in ("id", "sample_rate_hz", "left", "about")}
        assert kinds == {"id": b"char", "sample_rate_hz": b"double", "left": b"struct", "about": b"char"}
        left = root["left"]
        assert {name: left[name].attrs["MATLAB_class"] for name in ("counts", "force_n", "seq", "slots")} == {
            "counts": b"uint16", "force_n": b"single", "seq": b"int64", "slots": b"uint8",
        }  # fmt: skip
        assert left["counts"].shape == (16, 5) and left["counts"].chunks == (16, 5)
        assert (left["counts"].compression, left["counts"].compression_opts, left["counts"].shuffle) == (
            "gzip", 1, True,
        )  # fmt: skip
        assert left["sensors"].attrs["MATLAB_class"] == b"cell" and left["sensors"].shape == (1, 16)
        assert root["id"].attrs["MATLAB_int_decode"] == 2
        assert root["right"]["gaps"]["first"].attrs["MATLAB_empty"] == 1
        assert root["right"]["gaps"]["first"][()].tolist() == [0, 1]
        # Events name two feet and two kinds: each text is there once, beside sensors and reasons.
        assert len(file["#refs#"]) == 2 + 2 + 16 + 1 + 16


def test_rows_come_in_pieces(tmp_path: Path) -> None:
    pieces = [{"a": np.array([[1, 2], [3, 4]], np.int16)}, {"a": np.array([[5, 6]], np.int16)}]
    with mat73.new(tmp_path / "a.mat") as file:
        file.struct(
            "x", {"flat": np.array([7, 8], np.uint8), "deep": {"text": "Ä", "words": ["b", "b", "c"]}}
        )
        file.rows("x", 3, iter(pieces))
    data = read_mat(str(tmp_path / "a.mat"))["x"]
    assert data["a"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert np.ravel(data["flat"]).tolist() == [7, 8]
    assert data["deep"]["text"] == "Ä" and list(data["deep"]["words"]) == ["b", "b", "c"]


def test_what_hdf5_makes_of_a_failed_write_is_an_error_of_the_disk(tmp_path: Path) -> None:
    def fail() -> None:
        with mat73.new(tmp_path / "a.mat"):
            raise RuntimeError("driver write request failed")

    with pytest.raises(OSError, match="the disk is full or failed") as found:
        fail()
    assert found.value.errno == 5


def test_c3d_channels(exported: ExportData, tmp_path: Path) -> None:
    FORMATS["c3d"].write_data(exported, tmp_path / "a.c3d")
    with (tmp_path / "a.c3d").open("rb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No point data", UserWarning)
        reader = c3d.Reader(file)
        labels = [label.strip() for label in reader.analog_labels]
        analog = np.concatenate([frame for _, _, frame in reader.read_frames()], axis=1)
        assert (reader.point_rate, reader.analog_rate) == (10.0, 10.0)
        units = reader.get("ANALOG:UNITS").string_array
    sides = {side: [f"{side} {name}" for name in tiny.SENSORS] for side in ("left", "right")}
    extra = {side: [f"{side} total", f"{side} clock ms"] for side in sides}
    assert labels == sides["left"] + extra["left"] + sides["right"] + extra["right"]
    assert [unit.strip() for unit in units] == (["counts"] * 16 + ["N", "ms"]) * 2
    for sensor in range(16):
        s = sensor
        assert analog[s].tolist() == [100 + s, 200 + s, 300 + s, -1, -1, 400 + s, 500 + s, 500 + s]
        assert analog[18 + s].tolist() == [-1, 2100 + s, 2200 + s, 2300 + s, -1, -1, -1, -1]
    assert analog[16].tolist() == [30, 60, 90, -1, -1, 120, 150, 150]
    assert analog[34].tolist() == [-1, 240, 480, 720, -1, -1, -1, -1]
    assert analog[17] == pytest.approx([0, 0, 0.4, 0, 0, 0.6, 0.8, 0.8], abs=1e-5)
    assert analog[35] == pytest.approx([0, -48, -48, -48.4, 0, 0, 0, 0], abs=1e-5)


def parameters(path: Path) -> Any:
    return ezc3d.c3d(str(path))["parameters"]


def test_c3d_events_and_facts(exported: ExportData, tmp_path: Path) -> None:
    FORMATS["c3d"].write_data(exported, tmp_path / "a.c3d")
    read = parameters(tmp_path / "a.c3d")
    events = read["EVENT"]
    assert events["LABELS"]["value"] == ["Foot Strike", "Foot Strike", "Foot Off", "Foot Off", "Foot Strike"]
    assert events["CONTEXTS"]["value"] == ["Left", "Right", "Right", "Left", "Left"]
    assert events["TIMES"]["value"][0].tolist() == [0.0] * 5
    assert events["TIMES"]["value"][1].tolist() == pytest.approx([0.05, 0.12, 0.22, 0.3, 0.52])
    ours = {name: one["value"] for name, one in read["PLANTIGRADE"].items() if name[0] != "_"}
    assert ours["RECORDING"] == ["tiny-1"]
    assert ours["START_UTC"] == ["2026-03-01T12:00:00.250000+00:00"]
    assert ours["VERSION"] == [version("plantigrade")]
    assert ours["GAIT_ALGORITHM"] == ["7"]
    assert ours["EVENTS_LEFT_OUT"].tolist() == [0.0]


def test_c3d_of_an_import_holds_forces(tmp_path: Path) -> None:
    exported = ExportData.of(tiny.imported(tmp_path / "recordings"))
    FORMATS["c3d"].write_data(exported, tmp_path / "a.c3d")
    read = ezc3d.c3d(str(tmp_path / "a.c3d"))
    analog = read["data"]["analogs"][0]
    assert read["parameters"]["ANALOG"]["UNITS"]["value"] == ["N", "N", "N", "ms"]
    assert analog[0] == pytest.approx([-1, -1, 0.004, 0.006, -1, 12.5, -1])
    assert analog[1] == pytest.approx([-1, -1, 10, 700.03, -1, 0, 20])
    assert analog[2] == pytest.approx([-1, -1, 10.004, 700.036, -1, 12.5, -1])
    assert read["parameters"]["PLANTIGRADE"]["START_UTC"]["value"] in ([""], [])


@pytest.mark.parametrize(
    ("contacts", "tables", "left_out"), [(255, 1, 0), (256, 2, 0), (511, 3, 0), (3060, 12, 0), (3065, 12, 5)]
)
def test_c3d_holds_255_events_a_table_and_says_so(
    contacts: int, tables: int, left_out: int, exported: ExportData, tmp_path: Path
) -> None:
    """Contact k is at k - 1 ms; the 256th, k = 255, at 0.254 s."""
    times = np.arange(contacts) / 1000 - 0.001
    foot = replace(exported.analysis.left, initial_contact_s=times, final_contact_s=np.array([]))  # type: ignore[type-var]
    analysis = replace(exported.analysis, left=foot, right=None)
    remarks = FORMATS["c3d"].write_data(replace(exported, analysis=analysis), tmp_path / "a.c3d")
    events = parameters(tmp_path / "a.c3d")["EVENT"]
    assert events["USED"]["value"].tolist() == [255]
    names = ["TIMES", *(f"TIMES{number}" for number in range(2, tables + 1))]
    found = np.concatenate([events[name]["value"][1] for name in names])
    assert found == pytest.approx(np.maximum(times, 0)[: contacts - left_out], abs=1e-6)
    assert f"TIMES{tables + 1}" not in events
    if tables > 1:
        last = events[f"LABELS{tables}"]["value"], events[f"CONTEXTS{tables}"]["value"]
        assert set(last[0]) == {"Foot Strike"} and set(last[1]) == {"Left"}
        (sentence,) = remarks
        assert f"{contacts} contacts" in sentence and "from 0.3 s on are in further tables" in sentence
        assert ("left out" in sentence) == bool(left_out)
    else:
        assert remarks == ()
    left = parameters(tmp_path / "a.c3d")["PLANTIGRADE"]["EVENTS_LEFT_OUT"]
    assert left["value"].tolist() == [left_out]


@pytest.mark.parametrize(("at_s", "fits"), [(6553.4, True), (6553.5, False)])
def test_c3d_holds_65535_frames(at_s: float, fits: bool, tmp_path: Path) -> None:
    """The last sample lies on row `at_s` times 10, and rows count from 0."""
    exported = ExportData.of(tiny.imported(tmp_path / "recordings"))
    (foot,) = exported.feet
    times = np.array([0.2, 0.3, 0.5, at_s])
    made = replace(exported, feet=(replace(foot, time_s=times, seq=np.array([0, 1, 3, 900])),))
    if fits:
        FORMATS["c3d"].write_data(made, tmp_path / "a.c3d")
        assert ezc3d.c3d(str(tmp_path / "a.c3d"))["data"]["analogs"].shape == (1, 4, 65535)
    else:
        texts = r"C3D holds 65535 frames \(109 min at 10 Hz\), this recording has 65536; use mat"
        with pytest.raises(ExportError, match=texts):
            FORMATS["c3d"].write_data(made, tmp_path / "a.c3d")


@pytest.mark.parametrize(("sensors", "fits"), [(253, True), (254, False)])
def test_c3d_holds_255_channels(sensors: int, fits: bool, tmp_path: Path) -> None:
    """Beside the sensors there are the total and the clock."""
    exported = ExportData.of(tiny.imported(tmp_path / "recordings"))
    (foot,) = exported.feet
    names = tuple(f"s{number}" for number in range(sensors))
    wide = replace(
        foot, sensors=names, forces=lambda rows: np.ones((len(range(*rows.indices(4))), sensors), np.float32)
    )
    made = replace(exported, feet=(wide,))
    if fits:
        FORMATS["c3d"].write_data(made, tmp_path / "a.c3d")
        assert ezc3d.c3d(str(tmp_path / "a.c3d"))["data"]["analogs"].shape == (1, 255, 7)
    else:
        with pytest.raises(ExportError, match="C3D holds 255 channels, this recording has 256"):
            FORMATS["c3d"].write_data(made, tmp_path / "a.c3d")


@pytest.mark.parametrize(
    ("size", "is_complete"), [(1024 + 3 * 2 * 4, True), (1024 + 3 * 2 * 4 - 1, False), (17, False)]
)
def test_a_c3d_file_shorter_than_its_header_says_is_a_full_disk(
    size: int, is_complete: bool, tmp_path: Path
) -> None:
    """Word 9 says that the data begin in block 3, at byte 1024; three rows of two channels of 4 bytes."""
    head = bytes(16) + struct.pack("<H", 3)
    (tmp_path / "a").write_bytes(head.ljust(2000, b"\0")[:size])
    if is_complete:
        _check_size(tmp_path / "a", 3, 2)
    else:
        with pytest.raises(OSError, match="the disk is full"):
            _check_size(tmp_path / "a", 3, 2)
