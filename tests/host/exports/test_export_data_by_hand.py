"""A recording taken apart: order of feet, times, rows, marks, what de-identifying leaves."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from plantigrade.calibration import nominal
from plantigrade.exports import marks
from plantigrade.exports.export_data import ExportData, ExportError, _at_frames, _forces_of
from plantigrade.exports.slots import MAX_ROWS, needs_rows, row_count, row_offset_ms, slot_rows
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.library.recordings.frames import NO_TIME

from tests.host.exports import tiny

SCHEMA = "plantigrade.export/1"


@pytest.fixture
def data(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


@pytest.fixture
def nameless(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings", deidentify=True)


def test_what_is_known_of_the_recording(data: ExportData) -> None:
    assert (data.id, data.start, data.duration_s, data.rate_hz) == (
        "tiny-1",
        tiny.START,
        0.8,
        10.0,
    )
    assert [foot.foot for foot in data.feet] == ["left", "right"], "the books name the right one first"
    assert data.body_weight_n == 700.0 and data.has_counts and not data.deidentified
    assert data.analysis.source.path == "tiny-1", "no path of this computer leaves it"
    assert data.analysis.source.format == "plantigrade"
    assert data.versions == {
        "plantigrade": version("plantigrade"), "gait_algorithm": "7", "export_schema": SCHEMA,
    }  # fmt: skip


def test_an_insole_without_a_side_comes_last(tmp_path: Path) -> None:
    made = tiny.recording(tmp_path)
    right, left = made.manifest.feet
    folder = made.folder
    (folder / "left.parquet").rename(folder / "unset.parquet")
    manifest = replace(made.manifest, feet=[replace(left, foot="unset"), right])
    found = ExportData.of(replace(made, manifest=manifest))
    assert [foot.foot for foot in found.feet] == ["right", "unset"]
    assert np.isnan(found.feet[1].force_n).all() and found.feet[1].force_n.shape == (5, 16)
    assert found.feet[1].time_s[4] == pytest.approx(0.6008)


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    from plantigrade.library.recordings.container import Draft, FootManifest, RecordingManifest

    draft = Draft.begin(tmp_path, "empty")
    nothing = tiny.frames_of("left").rows(slice(0, 0))
    entry = FootManifest("left", {}, [], 0, 0, 0, {}, [], 0, draft.write_frames("left", nothing))
    folder = draft.finish(RecordingManifest("empty", tiny.START_NS, 0.0, {}, [entry]))
    made = replace(
        tiny.recording(tmp_path), folder=folder, manifest=RecordingManifest("empty", None, None, {}, [entry])
    )
    with pytest.raises(ExportError, match="empty: holds no frames, so there is nothing to export"):
        ExportData.of(made)


def test_an_import(tmp_path: Path) -> None:
    found = ExportData.of(tiny.imported(tmp_path))
    (foot,) = found.feet
    assert (found.start, found.has_counts) == (None, False)
    assert foot.sensors == ("sensor_01", "sensor_02")
    assert foot.seq.tolist() == [0, 1, 3, 4] and foot.slots.tolist() == [1, 1, 1, 1]
    assert foot.piece(slice(1, 3)).force_n[:, 0].tolist() == [np.float32(0.006), 12.5]


def test_a_foot_at_full_rate_takes_the_times_of_the_walk(data: ExportData) -> None:
    """The right foot has a frame without a time, the left one of two slots: times come frame by frame."""
    left, right = data.feet
    assert left.time_s == pytest.approx([0.0, 0.1, 0.2004, 0.5006, 0.6008], abs=1e-12)
    assert np.isnan(right.time_s[0]) and right.time_s[1:] == pytest.approx([0.052, 0.152, 0.2516], abs=1e-12)


def test_a_foot_of_which_the_walk_has_every_frame_shares_its_times(tmp_path: Path) -> None:
    """An array of a day's times is kept once, unless a frame has several slots or the walk left one out."""
    made = tiny.recording(tmp_path)
    left, right = made.walk().feet
    three = replace(left, time_s=left.time_s[:5], force_n=left.force_n[:5])
    with_every_frame = replace(right, time_s=np.arange(4) / 10, force_n=np.zeros((4, 16), np.float32))

    class Walked(tiny.Tiny):
        def walk(self, *_: object, **__: object) -> Walk:
            return Walk(three, with_every_frame, 10.0)

    found = ExportData.of(Walked(made.folder, made.manifest))
    assert found.feet[1].time_s is with_every_frame.time_s
    assert found.feet[0].time_s is not three.time_s, "as many samples as frames, but one frame has two slots"
    assert found.feet[0].time_s[4] == pytest.approx(0.6008)


@pytest.mark.parametrize(
    ("rows", "forces"),
    [
        (slice(0, 6), [None, 1, None, 3, None, None]), (slice(0, 1), [None]), (slice(4, 6), [None, None]),
        (slice(1, 2), [1]), (slice(3, 5), [3, None]), (slice(5, 6), [None]), (slice(2, 4), [None, 3]),
    ],
)  # fmt: skip
def test_forces_are_those_at_the_time_of_a_frame(rows: slice, forces: list[float | None]) -> None:
    """Samples at 0.1, 0.2 and 0.3 s; frames before, on, between, on, after them and without a time."""
    signal = FootSignal(Foot.LEFT, np.array([0.1, 0.2, 0.3]), np.array([[1], [2], [3]], np.float32))
    times = np.array([0.0, 0.1, 0.25, 0.3, 0.4, np.nan])
    found = _at_frames(signal, times, 1, _forces_of, rows)[:, 0]
    assert [None if np.isnan(one) else one for one in found.tolist()] == forces
    empty = FootSignal(Foot.LEFT, np.array([]), np.zeros((0, 1), np.float32))
    for nothing in (None, empty):
        assert np.isnan(_at_frames(nothing, times, 1, _forces_of, rows)).all()


def test_without_names(nameless: ExportData, data: ExportData) -> None:
    assert (nameless.id, nameless.deidentified) == ("recording", True)
    assert nameless.start == datetime(2000, 1, 1, tzinfo=UTC)
    assert nameless.person == replace(data.person, name=None, birth_date=None, remark="")  # type: ignore[type-var]
    assert nameless.notes == () and nameless.provenance == {"made_by": "plantigrade bridge"}
    assert nameless.analysis.source.path == "recording"
    assert nameless.alerts == data.alerts
    for clean in nameless.feet:
        assert set(clean.manifest.insole) == {"side", "firmware"}
        assert clean.manifest.sha256 == "" and clean.manifest.calibration is None


def test_without_names_times_are_shifted_to_the_year_2000(nameless: ExportData) -> None:
    """1 January 2000 is 946 684 800 s after 1970; the second frame is 0.1 s later."""
    left, right = nameless.feet
    assert left.frames is not None and right.frames is not None
    assert left.frames.complete.host_ns[:2].tolist() == [946_684_800_000_000_000, 946_684_800_100_000_000]
    assert right.frames.complete.host_ns[0] == NO_TIME
    assert left.frames.complete.device_us.tolist() == [1_000_000, 1_100_000, 1_200_000, 1_500_000, 1_600_000]


def test_without_names_a_calibration_has_neither_serial_nor_date(tmp_path: Path) -> None:
    made = replace(
        tiny.recording(tmp_path), calibrations={"L-1": replace(nominal(), serial="L-1", made_on="2026-03-01")}
    )
    named, clean = (ExportData.of(made, deidentify=hide).feet[0].calibration for hide in (False, True))
    assert named is not None and clean is not None
    assert (named.serial, named.made_on) == ("L-1", "2026-03-01")
    assert (clean.serial, clean.made_on) == ("", "2000-01-01")


def test_without_names_an_unknown_start_stays_unknown(tmp_path: Path) -> None:
    made = tiny.recording(tmp_path)
    left = made.manifest.feet[1]
    one = replace(made, manifest=replace(made.manifest, start_utc_ns=None, feet=[left]), person=None)
    found = ExportData.of(one, deidentify=True)
    assert found.start is None and found.person is None
    assert found.feet[0].frames is not None
    assert (found.feet[0].frames.complete.host_ns == NO_TIME).all()
    assert found.feet[0].time_s == pytest.approx([0.0, 0.1, 0.2, 0.5, 0.6]), "times of the insole's own clock"


def test_marks_in_their_order(data: ExportData) -> None:
    assert [(m.at_s, m.foot, m.kind) for m in marks.contacts(data)] == [
        (0.05, "left", "initial_contact"),
        (0.12, "right", "initial_contact"),
        (0.22, "right", "final_contact"),
        (0.3, "left", "final_contact"),
        (0.52, "left", "initial_contact"),
    ]
    assert [m.label for m in marks.marks(data)] == [
        "note: fine",
        "left initial_contact",
        "alert: one_sided_load",
        "right initial_contact",
        "right final_contact",
        "note: Anna stumbled\there",
        "left final_contact",
        "left gap: overrun",
        "left alert: overload",
        "left initial_contact",
    ]


def test_marks_of_what_has_no_time(data: ExportData) -> None:
    left, right = data.feet
    for known in ({"from_s": None}, {"to_s": None}):
        manifest = replace(left.manifest, gaps=[replace(left.gaps[0], **known)])  # type: ignore[arg-type]
        assert marks.gaps(replace(data, feet=(replace(left, manifest=manifest), right))) == []
    alert = replace(data.alerts[0], from_s=0.9)
    late = replace(data, alerts=(alert,))
    assert [m.duration_s for m in marks.marks(late) if m.kind == "alert"] == [0.0], (
        "ends no sooner than it begins"
    )
    endless = replace(late, duration_s=None)
    assert [m.duration_s for m in marks.marks(endless) if m.kind == "alert"] == [None]


def test_rows_of_equal_distance(data: ExportData) -> None:
    placed, rows = needs_rows(data, "it")
    assert rows == 8
    assert [one.row.tolist() for one in placed] == [tiny.ROWS["left"], tiny.ROWS["right"]]
    assert [one.frame.tolist() for one in placed] == [[0, 1, 2, 3, 4, 4], [1, 2, 3]]
    assert [one.nth.tolist() for one in placed] == [[0, 0, 0, 0, 0, 1], [0, 0, 0]]
    offsets = [row_offset_ms(foot, one, 10.0) for foot, one in zip(data.feet, placed, strict=True)]
    assert offsets[0] == pytest.approx([0, 0, 0.4, 0.6, 0.8, 0.8])
    assert offsets[1] == pytest.approx([-48, -48, -48.4])
    part = placed[0].between(2, 6)
    assert (part.row.tolist(), part.frame.tolist(), part.nth.tolist()) == ([2, 5], [2, 3], [0, 0])
    assert placed[0].spread(np.arange(5.0), 8, -1.0).tolist() == [0, 1, 2, -1, -1, 3, 4, 4]
    assert row_count([]) == 0


def spaced(data: ExportData, times: list[float], seq: list[int], slots: list[int] | None = None) -> list[int]:
    foot = replace(
        data.feet[0],
        time_s=np.array(times),
        seq=np.array(seq, np.int64),
        slots=np.array(slots or [1] * len(seq), np.uint8),
    )
    return slot_rows(foot, 10.0).row.tolist()


def test_slots_that_follow_each_other_take_rows_that_do(data: ExportData) -> None:
    """A clock that runs 4 % fast: five slots in 0.384 s still take five rows."""
    assert spaced(data, [0.0, 0.096, 0.192, 0.288, 0.384], [0, 1, 2, 3, 4]) == [0, 1, 2, 3, 4]
    assert spaced(data, [0.26], [7]) == [3] and spaced(data, [0.26], [7], [2]) == [3, 4]
    assert spaced(data, [0.26, 0.3], [7, 8]) == [3, 4]
    assert spaced(data, [0.24, 0.3], [7, 8]) == [2, 3]


def test_a_run_begins_at_its_time_or_after_the_run_before(data: ExportData) -> None:
    # A missing slot begins a new run, on the row nearest to its time.
    assert spaced(data, [0.0, 0.1, 0.3], [0, 1, 3]) == [0, 1, 3]
    assert spaced(data, [0.0, 0.1, 0.15], [0, 1, 3]) == [0, 1, 2]
    # So does a jump of the clock of half a second or more between slots that follow each other.
    assert spaced(data, [0.0, 0.1, 0.69], [0, 1, 2]) == [0, 1, 2]
    assert spaced(data, [0.0, 0.1, 0.71], [0, 1, 2]) == [0, 1, 7]
    assert spaced(data, [0.0, 0.1, 1.0], [0, 1, 0]) == [0, 1, 10], "another boot counts anew"


def test_frames_of_several_slots(data: ExportData) -> None:
    assert spaced(data, [0.0, 0.3, 0.4], [0, 3, 4], [3, 1, 2]) == [0, 1, 2, 3, 4, 5]
    assert spaced(data, [0.0, 0.5, 0.6], [0, 5, 6], [3, 1, 1]) == [0, 1, 2, 5, 6]


def test_rows_are_the_same_in_pieces(data: ExportData, monkeypatch: pytest.MonkeyPatch) -> None:
    times, seq = [0.0, 0.1, 0.3, 0.4, 0.6, 0.7], [0, 1, 3, 4, 6, 7]
    for piece in (1, 2, 3, 4):
        monkeypatch.setattr("plantigrade.exports.slots._PIECE", piece)
        assert spaced(data, times, seq) == [0, 1, 3, 4, 6, 7], piece


def test_no_times_no_rows(data: ExportData) -> None:
    nowhere = replace(data.feet[0], time_s=np.full(5, np.nan))
    rows = slot_rows(nowhere, 10.0)
    assert (len(rows.row), len(rows.frame), len(rows.nth)) == (0, 0, 0)
    with pytest.raises(ExportError, match="tiny-1: no frame has a time, which it needs; use csv or parquet"):
        needs_rows(replace(data, feet=(nowhere,)), "it")


@pytest.mark.parametrize(("last", "fits"), [(MAX_ROWS - 1, True), (MAX_ROWS, False)])
def test_two_hundred_million_rows_are_enough(last: int, fits: bool, data: ExportData) -> None:
    assert MAX_ROWS == 200_000_000
    if fits:
        assert spaced(data, [0.0, last / 10], [0, 900]) == [0, last]
    else:
        texts = f"the left foot spans {last + 1} rows of equal distance, more than any reader opens"
        with pytest.raises(ExportError, match=texts):
            spaced(data, [0.0, last / 10], [0, 900])
