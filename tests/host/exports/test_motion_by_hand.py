"""Motion in exports, read back by programs of others: five frames of the left foot, none of the right.

Frame i of the left foot has acceleration i, 0.5 i and 9.8 m/s2 and rotation 10 i, -20 i and 0.1 degrees/s; of
frame 2 nothing is known. Rows are those of `tiny`: frames 0 to 4 on rows 0, 1, 2, 5 and 6 with 7.
"""

import json
import warnings
from dataclasses import replace
from pathlib import Path

import c3d
import numpy as np
import pandas
import pyedflib
import pytest
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS
from plantigrade.gait.signals import Motion
from pymatreader import read_mat

from tests.host.exports import tiny

NAMES = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2", "gyr_x_deg_s", "gyr_y_deg_s", "gyr_z_deg_s")
LOST = 2
ROWS = [0, 1, 2, 5, 6, 7]
FRAME_OF_ROW = [0, 1, 2, 3, 4, 4]
EMPTY_ROWS = [3, 4]


def motion() -> np.ndarray:
    frame = np.arange(5.0)
    values = np.column_stack(
        [frame, 0.5 * frame, np.full(5, 9.8), 10.0 * frame, -20.0 * frame, np.full(5, 0.1)]
    )
    values[LOST] = np.nan
    return values.astype(np.float32)


@pytest.fixture
def data(tmp_path: Path) -> ExportData:
    left, right = tiny.data(tmp_path / "recordings").feet
    return replace(
        tiny.data(tmp_path / "again"), feet=(replace(left, motions=lambda rows: motion()[rows]), right)
    )


def written(data: ExportData, name: str, tmp_path: Path) -> Path:
    path = tmp_path / f"out{FORMATS[name].suffix}"
    FORMATS[name].write_data(data, path)
    return path


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_tables(name: str, data: ExportData, tmp_path: Path) -> None:
    folder = written(data, name, tmp_path)
    table = (
        pandas.read_csv(folder / "frames.csv")
        if name == "csv"
        else pandas.read_parquet(folder / "frames.parquet")
    )
    assert tuple(table.columns[-6:]) == NAMES
    left = table[table["foot"] == "left"][list(NAMES)].to_numpy(np.float32)
    assert np.array_equal(left, motion(), equal_nan=True)
    assert table[table["foot"] == "right"][list(NAMES)].isna().all(axis=None)


def test_matlab(data: ExportData, tmp_path: Path) -> None:
    found = read_mat(written(data, "mat", tmp_path))["plantigrade"]
    assert np.array_equal(found["left"]["acc_m_s2"], motion()[:, :3], equal_nan=True)
    assert np.array_equal(found["left"]["gyr_deg_s"], motion()[:, 3:], equal_nan=True)
    assert "acc_m_s2" not in found["right"]


def test_edf(data: ExportData, tmp_path: Path) -> None:
    """Steps of 0.01 m/s2 and 0.1 degrees/s; the lowest value is for what is missing."""
    names = ["L acc x", "L acc y", "L acc z", "L gyr x", "L gyr y", "L gyr z"]
    with pyedflib.EdfReader(str(written(data, "edf", tmp_path))) as file:
        labels = file.getSignalLabels()
        assert [label for label in labels if "acc" in label or "gyr" in label] == names
        at = [labels.index(name) for name in names]
        assert [file.getPhysicalDimension(one) for one in at] == ["m/s2"] * 3 + ["deg/s"] * 3
        signals = np.column_stack([file.readSignal(one) for one in at])
        digital = np.column_stack([file.readSignal(one, digital=True) for one in at])
    known = [row for row, frame in zip(ROWS, FRAME_OF_ROW, strict=True) if frame != LOST]
    expected = np.array([motion()[frame] for frame in FRAME_OF_ROW if frame != LOST])
    assert signals[known] == pytest.approx(expected, abs=0.0501)
    assert signals[known][:, :3] == pytest.approx(expected[:, :3], abs=0.00501)
    assert (digital[[ROWS[2], *EMPTY_ROWS]] == -32768).all()


def test_edf_what_is_too_much_for_a_signal_stands_at_its_end(data: ExportData, tmp_path: Path) -> None:
    left, right = data.feet
    much = replace(left, motions=lambda rows: (1e6 * motion())[rows])
    path = written(replace(data, feet=(much, right)), "edf", tmp_path)
    with pyedflib.EdfReader(str(path)) as file:
        at = file.getSignalLabels().index("L acc z")
        assert file.readSignal(at)[0] == pytest.approx(327.67, abs=0.005)


def test_c3d(data: ExportData, tmp_path: Path) -> None:
    with written(data, "c3d", tmp_path).open("rb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No point data", UserWarning)  # true: there are no markers
        reader = c3d.Reader(file)
        labels = [label.strip() for label in reader.analog_labels]
        analog = np.concatenate([one for _, _, one in reader.read_frames()], axis=1)
    names = ["left acc x", "left acc y", "left acc z", "left gyr x", "left gyr y", "left gyr z"]
    moved = analog[[labels.index(name) for name in names]].T
    expected = np.full((len(moved), 6), np.nan, np.float32)
    expected[ROWS] = motion()[FRAME_OF_ROW]
    assert np.array_equal(moved.astype(np.float32), expected, equal_nan=True)
    assert "right acc x" not in labels


def test_motion_bids(data: ExportData, tmp_path: Path) -> None:
    folder = written(data, "motion-bids", tmp_path)
    (channels,) = folder.glob("sub-*/motion/*_channels.tsv")
    (samples,) = folder.glob("sub-*/motion/*_motion.tsv")
    (sidecar,) = folder.glob("sub-*/motion/*_motion.json")
    table = pandas.read_csv(channels, sep="\t", keep_default_na=False)
    moved = table[table["type"].isin(["ACCEL", "GYRO"])]
    assert moved["name"].tolist() == [f"left_{name}" for name in NAMES]
    assert moved["component"].tolist() == ["x", "y", "z"] * 2
    assert moved["units"].tolist() == ["m/s^2"] * 3 + ["deg/s"] * 3
    counted = json.loads(sidecar.read_text())
    assert (counted["ACCELChannelCount"], counted["GYROChannelCount"]) == (3, 3)
    assert counted["MotionChannelCount"] == len(table)
    values = pandas.read_csv(samples, sep="\t", header=None, na_values="n/a").to_numpy()
    expected = np.full((len(values), 6), np.nan)
    expected[ROWS] = motion()[FRAME_OF_ROW]
    assert values[:, moved.index] == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_the_motion_of_a_recording_is_that_of_its_walk_at_each_frame(tmp_path: Path) -> None:
    """Two slots of the left foot's last frame: the first one's; the right foot's first frame has no time."""
    recording = tiny.recording(tmp_path / "recordings")

    class Moving(type(recording)):  # type: ignore[misc]
        def walk(self, *_: object, **__: object):  # type: ignore[no-untyped-def]
            walked = tiny.walk()
            acc = [np.full((len(foot), 3), 9.8, np.float32) for foot in walked.feet]
            for one in acc:
                one[:, 0] = np.arange(len(one))
            left = replace(walked.left, motion=Motion(acc[0], 2 * acc[0]))
            return replace(walked, left=left, right=replace(walked.right, motion=Motion(acc[1])))

    moving = Moving(
        recording.folder, recording.manifest, person=recording.person, notes=(), alerts=recording.alerts
    )
    left, right = ExportData.of(moving).feet
    assert left.motions is not None and right.motions is not None
    assert left.motions(slice(0, 5))[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert left.motions(slice(0, 5))[:, 3].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    found = right.motions(slice(0, 4))
    assert np.isnan(found[0]).all() and found[1:, 0].tolist() == [0.0, 1.0, 2.0]
    assert np.isnan(found[:, 3:]).all(), "this sensor has no gyroscope"
