"""OpenGo-shaped text and Motion-BIDS, cell by cell, from the recording of `tiny`."""

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from plantigrade.exports import bids, opengo
from plantigrade.exports.export_data import ExportData, ExportError
from plantigrade.exports.formats import FORMATS
from plantigrade.exports.merged import merge

from tests.host.exports import tiny


@pytest.fixture
def data(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


def opengo_text(data: ExportData, tmp_path: Path) -> list[list[str]]:
    FORMATS["opengo"].write_data(data, tmp_path / "a.txt")
    return [line.split("\t") for line in (tmp_path / "a.txt").read_text(encoding="utf-8").splitlines()]


HEADER = [
    "# Start time: 01.03.2026 12:00:00.250",
    "# Duration: 00:00:00.800",
    "# Sensor insoles: L-1, R-2",
    "# Size: 40",
    "# Recording type: Plantigrade, 10 Hz",
    "# Name: tiny-1",
    f"# Notes: made by Plantigrade {version('plantigrade')}, gait algorithm 7; start time in UTC",
]
NONE = ["nan"] * 19


def left(newtons: float, step: str) -> list[str]:
    """A foot whose sensor s has `newtons / 120 * s`: over 2.5 cm2 that is `newtons / 300 * s`.

    Its mean place is sensor 1240 / 120 = 10.333: x = 51.667 mm, which is 14.167 mm from the middle of the
    sensors at 37.5 mm, and y = 165.333 mm; over 250 mm that is 0.6613 - 0.5 along the
    foot and 0.0567 towards lateral.
    """
    pressures = [f"{newtons / 300 * s:.4f}" for s in range(16)]
    return [*pressures, f"{newtons:.2f}", "0.1613", "-0.0567", step]


def right(newtons: float, step: str) -> list[str]:
    """The same from the other end: mean place 15 - 10.333 = 4.667, x = 23.333 mm and y = 74.667 mm."""
    pressures = [f"{newtons / 300 * (15 - s):.4f}" for s in range(16)]
    return [*pressures, f"{newtons:.2f}", "-0.2013", "0.0567", step]


def test_opengo_headers(data: ExportData, tmp_path: Path) -> None:
    lines = opengo_text(data, tmp_path)
    assert ["\t".join(line) for line in lines[:7]] == HEADER
    titles = lines[7]
    assert len(titles) == 41 and titles[0] == "# time"
    assert titles[1] == "left pressure 1[N/cm²]" and titles[16] == "left pressure 16[N/cm²]"
    assert titles[17:22] == [
        "left total force[N]",
        "left center of pressure X[-0.5...+0.5]",
        "left center of pressure Y[-0.5...+0.5]",
        "left steps[]",
        "right pressure 1[N/cm²]",
    ]
    assert titles[40] == "right steps[]"


def test_opengo_rows(data: ExportData, tmp_path: Path) -> None:
    """Frames of several slots stand on the row of the first; 0.05 s is as near to 0.0 as to 0.1 s and goes to
    the earlier, 0.12 s to 0.1, 0.22 to 0.2, 0.3 to 0.3 and 0.52 s to 0.5 s."""
    assert opengo_text(data, tmp_path)[8:] == [
        ["0.0000", *left(30, "11"), *NONE, "0"],
        ["0.1000", *left(60, "0"), *right(240, "21")],
        ["0.2000", *left(90, "0"), *right(480, "25")],
        ["0.3000", *NONE, "15", *right(720, "0")],
        ["0.5000", *left(120, "11"), *NONE, "0"],
        ["0.6000", *left(150, "0"), *NONE, "0"],
    ]


@pytest.mark.parametrize(("chunk", "lines"), [(2, 8192), (65536, 1), (3, 2), (1, 1)])
def test_opengo_is_the_same_in_pieces(
    chunk: int, lines: int, data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = opengo_text(data, tmp_path)
    monkeypatch.setattr(opengo, "CHUNK", chunk)
    monkeypatch.setattr(opengo, "LINES", lines)
    assert opengo_text(data, tmp_path) == complete


def test_opengo_of_what_is_not_known(data: ExportData, tmp_path: Path) -> None:
    """No start, no wearer, no duration (then the last frame's time, 0.6008 s), no serial numbers."""
    feet = tuple(replace(foot, manifest=replace(foot.manifest, insole={})) for foot in data.feet)
    made = replace(data, start=None, person=None, duration_s=None, feet=feet)
    lines = ["\t".join(line) for line in opengo_text(made, tmp_path)[:6]]
    assert lines == [
        "# Start time: 01.01.2000 00:00:00.000",
        "# Duration: 00:00:00.601",
        "# Sensor insoles: none, none",
        "# Recording type: Plantigrade, 10 Hz",
        "# Name: tiny-1",
        HEADER[6].replace("start time in UTC", "the start time is not known and stands for nothing"),
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(3725.5, "01:02:05.500"), (59.9, "00:00:59.900"), (36000.0, "10:00:00.000")]
)
def test_opengo_durations(seconds: float, text: str, data: ExportData, tmp_path: Path) -> None:
    assert opengo_text(replace(data, duration_s=seconds), tmp_path)[1] == [f"# Duration: {text}"]


def test_opengo_without_a_length_measures_by_the_sensors(data: ExportData, tmp_path: Path) -> None:
    """They span 240 mm: 14.167 / 240 and 165.333 / 240 - 0.5."""
    feet = tuple(replace(one, layout=replace(tiny.LAYOUT, insole_length_mm=None)) for one in data.feet)
    row = opengo_text(replace(data, feet=feet), tmp_path)[8]
    assert row[18:20] == ["0.1889", "-0.0590"]


def test_opengo_centres_of_pressure_stay_in_their_range(data: ExportData, tmp_path: Path) -> None:
    """With a length of 50 mm the mean place would lie at 0.283 and 2.807."""
    feet = tuple(replace(one, layout=replace(tiny.LAYOUT, insole_length_mm=50.0)) for one in data.feet)
    rows = opengo_text(replace(data, feet=feet), tmp_path)
    assert rows[8][18:20] == ["0.5000", "-0.2833"]
    assert rows[10][38:40] == ["0.5000", "0.2833"]


def test_opengo_of_an_unloaded_foot_and_of_unknown_forces(data: ExportData, tmp_path: Path) -> None:
    """Without load the centre of pressure is 0; where the forces are not known it is not known either."""
    one, other = data.feet

    def forces(rows: slice) -> np.ndarray:
        changed = one.forces(slice(0, 5)).copy()
        changed[0], changed[1] = 0.0, np.nan
        return changed[rows]

    rows = opengo_text(replace(data, feet=(replace(one, forces=forces), other)), tmp_path)
    assert rows[8][1:21] == ["0.0000"] * 16 + ["0.00", "0.0000", "0.0000", "11"]
    assert rows[9][1:21] == [*NONE, "0"]


def test_opengo_with_a_single_row(data: ExportData, tmp_path: Path) -> None:
    feet = tuple(
        replace(one, time_s=np.array([0.0 if n == 1 else np.nan for n in range(len(one))]))
        for one in data.feet
    )
    rows = opengo_text(replace(data, feet=feet), tmp_path)[8:]
    assert len(rows) == 1 and (rows[0][0], rows[0][20], rows[0][40]) == ("0.0000", "11", "25")


REFUSED = "the shape holds 16 calibrated sensors with known places a foot; the left foot does not have them"


@pytest.mark.parametrize("what", ["no places", "a footswitch", "fifteen sensors"])
def test_opengo_needs_sixteen_sensors_with_places(what: str, data: ExportData, tmp_path: Path) -> None:
    one, other = data.feet
    changed = {
        "no places": replace(one, layout=None),
        "a footswitch": replace(one, manifest=replace(one.manifest, quantity="footswitch")),
        "fifteen sensors": replace(one, sensors=one.sensors[:15]),
    }[what]
    with pytest.raises(ExportError, match=REFUSED):
        opengo_text(replace(data, feet=(changed, other)), tmp_path)


def test_opengo_needs_a_left_and_a_right_foot(data: ExportData, tmp_path: Path) -> None:
    for feet in (data.feet[:1], data.feet[1:], data.feet[::-1]):
        with pytest.raises(
            ExportError, match="has a left and a right insole; this recording does not have both"
        ):
            opengo_text(replace(data, feet=feet), tmp_path)


def test_a_fast_clock_gets_a_row_between(data: ExportData) -> None:
    """Left frames at 0.1 and 0.149 s both lie in slot 1; the second takes the row half a slot later."""
    one, other = data.feet
    fast = replace(one, time_s=np.array([0.1, 0.149, 0.2, np.nan, 0.251]))
    merged = merge((fast, replace(other, time_s=np.array([np.nan, 0.1, 0.2, 0.3]))), 10.0)
    assert merged.time_s == pytest.approx([0.1, 0.15, 0.2, 0.3])
    assert [rows.tolist() for rows in merged.rows] == [[0, 1, 2, -1, 3], [-1, 0, 2, 3]]


def test_frames_of_one_slot_in_different_pieces(data: ExportData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.exports.merged._PIECE", 1)
    one, other = data.feet
    fast = replace(one, time_s=np.array([0.1, 0.149, np.nan, 0.2, 0.251]))
    nothing = replace(other, time_s=np.full(4, np.nan))
    merged = merge((fast, nothing), 10.0)
    assert merged.time_s == pytest.approx([0.1, 0.15, 0.2, 0.3])
    assert [rows.tolist() for rows in merged.rows] == [[0, 1, -1, 2, 3], [-1] * 4]
    assert len(merge((nothing,), 10.0).time_s) == 0


@pytest.mark.parametrize(("at_s", "fits"), [(20_000_000.0, True), (20_000_000.1, False)])
def test_more_rows_than_can_be_meant_are_refused(at_s: float, fits: bool, data: ExportData) -> None:
    one = replace(data.feet[0], time_s=np.array([0.0, 0.1, 0.2, 0.5, at_s]))
    if fits:
        assert merge((one,), 10.0).time_s[-1] == pytest.approx(at_s)
    else:
        with pytest.raises(
            ExportError, match="the left foot spans 200000001 rows of equal distance, more than"
        ):
            merge((one,), 10.0)


MOTION = "sub-P1/motion/sub-P1_task-dailylife"


def bids_cells(folder: Path, name: str) -> list[list[str]]:
    return [line.split("\t") for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def test_bids_files(data: ExportData, tmp_path: Path) -> None:
    FORMATS["motion-bids"].write_data(data, tmp_path / "out")
    files = {
        path.relative_to(tmp_path / "out").as_posix()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert files == {
        "README", "dataset_description.json", "participants.json", "participants.tsv",
        "sourcedata/about.json",
        "sub-P1/sub-P1_scans.tsv", f"{MOTION}_events.json", f"{MOTION}_events.tsv",
        f"{MOTION}_tracksys-insoles_channels.tsv", f"{MOTION}_tracksys-insoles_motion.json",
        f"{MOTION}_tracksys-insoles_motion.tsv",
    }  # fmt: skip
    assert bids_cells(tmp_path / "out", "participants.tsv") == [
        ["participant_id", "sex", "height", "weight"], ["sub-P1", "female", "171.5", "68"],
    ]  # fmt: skip
    assert bids_cells(tmp_path / "out", "sub-P1/sub-P1_scans.tsv") == [
        ["filename", "acq_time"],
        ["motion/sub-P1_task-dailylife_tracksys-insoles_motion.tsv", "2026-03-01T12:00:00.250000Z"],
    ]
    about = json.loads((tmp_path / "out" / "dataset_description.json").read_text())
    assert (about["Name"], about["BIDSVersion"]) == ("Plantar pressure, tiny-1", "1.10.0")
    assert about["GeneratedBy"] == [{"Name": "Plantigrade", "Version": version("plantigrade")}]


def motion(newtons: float, first_count: int, time: str, side: str = "left") -> list[str]:
    order = range(16) if side == "left" else range(15, -1, -1)
    return [time, *(str(first_count + s) for s in range(16)), *(f"{newtons / 120 * s:g}" for s in order)]


def test_bids_samples(data: ExportData, tmp_path: Path) -> None:
    FORMATS["motion-bids"].write_data(data, tmp_path / "out")
    none = ["n/a"] * 33
    assert bids_cells(tmp_path / "out", f"{MOTION}_tracksys-insoles_motion.tsv") == [
        motion(30, 100, "0.000000000") + none,
        motion(60, 200, "0.100000000") + motion(240, 2100, "0.052000000", "right"),
        motion(90, 300, "0.200400000") + motion(480, 2200, "0.152000000", "right"),
        none + motion(720, 2300, "0.251600000", "right"),
        none + none,
        motion(120, 400, "0.500600000") + none,
        motion(150, 500, "0.600800000") + none,
        motion(150, 500, "0.700800000") + none,
    ]


@pytest.mark.parametrize("chunk", [1, 3, 8])
def test_bids_is_the_same_in_pieces(
    chunk: int, data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = []
    for name in ("whole", "pieces"):
        FORMATS["motion-bids"].write_data(data, tmp_path / name)
        texts.append((tmp_path / name / f"{MOTION}_tracksys-insoles_motion.tsv").read_text())
        monkeypatch.setattr(bids, "CHUNK", chunk)
    assert texts[0] == texts[1]


def test_bids_channels(data: ExportData, tmp_path: Path) -> None:
    FORMATS["motion-bids"].write_data(data, tmp_path / "out")
    rows = bids_cells(tmp_path / "out", f"{MOTION}_tracksys-insoles_channels.tsv")
    assert rows[0] == [
        "name",
        "component",
        "type",
        "tracked_point",
        "units",
        "sampling_frequency",
        "description",
    ]
    assert rows[1] == ["left_time", "n/a", "LATENCY", "left_foot", "s", "10", "true time of the row"]
    assert rows[2] == ["left_heel_posterior_count", "n/a", "MISC", "left_foot", "n/a", "10", "raw ADC count"]
    assert rows[18] == ["left_heel_posterior_force", "n/a", "MISC", "left_foot", "N", "10", "force"]
    assert [row[0] for row in rows[1:]] == [
        name
        for side in ("left", "right")
        for name in (
            f"{side}_time",
            *(f"{side}_{sensor}_count" for sensor in tiny.SENSORS),
            *(f"{side}_{sensor}_force" for sensor in tiny.SENSORS),
        )
    ]


def test_bids_sidecar(data: ExportData, tmp_path: Path) -> None:
    FORMATS["motion-bids"].write_data(data, tmp_path / "out")
    values = json.loads((tmp_path / "out" / f"{MOTION}_tracksys-insoles_motion.json").read_text())
    assert values == {
        "TaskName": "dailylife",
        "TaskDescription": "Free walking and daily life with pressure insoles",
        "SamplingFrequency": 10.0,
        "SamplingFrequencyEffective": 10.0,
        "TrackingSystemName": "insoles",
        "Manufacturer": "Plantigrade",
        "DeviceSerialNumber": "L-1, R-2",
        "SoftwareVersions": f"plantigrade {version('plantigrade')}, firmware 1.2.0, 1.3.0",
        "RecordingType": "continuous",
        "RecordingDuration": 0.8,
        "MissingValues": "n/a",
        "TrackedPointsCount": 2,
        "MotionChannelCount": 66,
        "MISCChannelCount": 64,
        "LATENCYChannelCount": 2,
    }


def test_bids_events(data: ExportData, tmp_path: Path) -> None:
    FORMATS["motion-bids"].write_data(data, tmp_path / "out")
    assert bids_cells(tmp_path / "out", f"{MOTION}_events.tsv") == [
        ["onset", "duration", "trial_type", "foot", "value"],
        ["0.000000", "n/a", "note", "both", "fine"],
        ["0.050000", "n/a", "initial_contact", "left", "n/a"],
        ["0.100000", "0.250000", "alert", "both", "one_sided_load"],
        ["0.120000", "n/a", "initial_contact", "right", "n/a"],
        ["0.220000", "n/a", "final_contact", "right", "n/a"],
        ["0.250000", "n/a", "note", "both", "Anna stumbled here"],
        ["0.300000", "n/a", "final_contact", "left", "n/a"],
        ["0.300000", "0.200000", "gap", "left", "overrun"],
        ["0.400000", "0.400000", "alert", "left", "overload"],
        ["0.520000", "n/a", "initial_contact", "left", "n/a"],
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [("P-1", "sub-P1"), ("Ä_", "sub-A"), ("_", "sub-01"), ("Жук-7", "sub-Zhuk7"), (None, "sub-01")],
)
def test_bids_participants(code: str | None, name: str, data: ExportData, tmp_path: Path) -> None:
    assert data.person is not None
    person = (
        None if code is None else replace(data.person, code=code, sex=None, height_cm=None, weight_kg=None)
    )
    FORMATS["motion-bids"].write_data(replace(data, person=person, start=None), tmp_path / "out")
    assert bids_cells(tmp_path / "out", "participants.tsv")[1] == [name, "n/a", "n/a", "n/a"]
    assert bids_cells(tmp_path / "out", f"{name}/{name}_scans.tsv")[1][1] == "n/a"


def test_bids_of_an_import(tmp_path: Path) -> None:
    made = replace(ExportData.of(tiny.imported(tmp_path / "recordings")), rate_hz=10.0)
    FORMATS["motion-bids"].write_data(made, tmp_path / "out")
    stem = "sub-P1" if made.person is not None else "sub-01"
    assert bids_cells(
        tmp_path / "out", f"{stem}/motion/{stem}_task-dailylife_tracksys-insoles_motion.tsv"
    ) == [
        ["n/a"] * 3,
        ["n/a"] * 3,
        ["0.200000000", "0.00400000019", "10"],
        ["0.300000000", "0.00600000005", "700.030029"],
        ["n/a"] * 3,
        ["0.500000000", "12.5", "0"],
        ["0.600000000", "n/a", "20"],
    ]
    (sidecar,) = (tmp_path / "out").rglob("*_motion.json")
    values = json.loads(sidecar.read_text())
    assert (values["Manufacturer"], values["DeviceSerialNumber"], values["TrackedPointsCount"]) == (
        "n/a",
        "n/a",
        1,
    )
    assert values["SoftwareVersions"].endswith("firmware n/a") and values["RecordingDuration"] == 0.7


def test_bids_of_a_footswitch_has_no_unit(tmp_path: Path) -> None:
    made = ExportData.of(tiny.imported(tmp_path / "recordings"))
    (foot,) = made.feet
    switch = replace(foot, manifest=replace(foot.manifest, quantity="footswitch"))
    FORMATS["motion-bids"].write_data(replace(made, feet=(switch,)), tmp_path / "out")
    (channels,) = (tmp_path / "out").rglob("*_channels.tsv")
    assert [line.split("\t")[4] for line in channels.read_text().splitlines()[1:]] == ["s", "n/a", "n/a"]
