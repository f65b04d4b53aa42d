"""A finalized recording opened: frames, times, sides, gaps and notes, from a few frames written down here."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.calibration import Calibrator, nominal
from plantigrade.calibration.model import as_json
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, TimeGap, Walk
from plantigrade.library.entries import Device, Person, RecordingEntry
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings import reader as module
from plantigrade.library.recordings.container import (
    FORCES,
    Draft,
    FootManifest,
    RecordedGap,
    RecordingManifest,
)
from plantigrade.library.recordings.forces import ForceFrames, from_signal, layout_as_json, layout_from_json
from plantigrade.library.recordings.frames import NO_TIME, FootFrames
from plantigrade.library.recordings.reader import LEAD_S, LONG_ROWS, RecordingReader
from plantigrade.library.recordings.recording import Recording

from tests.host.library.library_kit import IDENTITY

START_NS = 1_000_000_000_000_000_000
MS = 1_000_000
LAYOUT = SensorLayout(
    "two", np.array([1.0, 2.0]), np.array([10.0, 20.0]), np.array([3.0, 4.0]), ("heel", "toes")
)


def frames_at(at_ms: list[int | None], slots: list[int] | None = None, first_us: int = 0) -> FootFrames:
    """Frames at these times since the start (None: unknown); frame i's counts are 400 + 10 i + channel."""
    size = len(at_ms)
    number = np.arange(size)
    return FootFrames(
        seq=number,
        slots=np.array(slots or [1] * size, np.uint8),
        boot=np.ones(size, np.uint16),
        status=np.zeros(size, np.uint16),
        device_us=first_us + 10_000 * number,
        host_ns=np.array([NO_TIME if at is None else START_NS + at * MS for at in at_ms], np.int64),
        uncertainty_us=np.full(size, 500, np.int32),
        counts=(400 + 10 * number[:, None] + np.arange(16)).astype(np.uint16),
    )


def recorded(
    root: Path, feet: dict[str, FootFrames], *, start_ns: int | None = START_NS, **values: Any
) -> RecordingReader:
    """A recording of insoles; `values` change the manifest of every foot."""
    draft = Draft.begin(root, "one")
    manifest = [
        replace(
            FootManifest(
                name, IDENTITY | {"serial": name[0].upper()}, [], 0, 0, 0, {}, [], len(frames), digest
            ),
            **values,
        )
        for name, frames in feet.items()
        if (digest := draft.write_frames(name, frames))
    ]
    folder = draft.finish(RecordingManifest("one", start_ns, 1.0, {}, manifest))
    return RecordingReader.open(folder)


def imported(
    root: Path, *, quantity: str = "force", provenance: dict[str, Any] | None = None
) -> RecordingReader:
    """An import of five samples from 2.0 s on, with a gap, of two sensors."""
    times = np.array([2.0, 2.1, 2.2, 2.5, 2.6])
    force = np.array([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]], np.float32)
    draft = Draft.begin(root, "one")
    digest = draft.write_forces("left", ForceFrames(np.array([0, 1, 2, 5, 6]), times, force))
    gap = RecordedGap(3, 5, 2.3, 2.5, "not_in_the_file")
    foot = FootManifest(
        "left", {}, [(0, 7)], 7, 5, 2, {}, [gap], 5, digest, layout=layout_as_json(LAYOUT), quantity=quantity
    )
    manifest = RecordingManifest(
        "one", None, 0.6, provenance or {}, [foot], content=FORCES, sample_rate_hz=10.0
    )
    return RecordingReader.open(draft.finish(replace(manifest, body_weight_n=700.0)))


def test_frames_and_times(tmp_path: Path) -> None:
    one = recorded(tmp_path, {"left": frames_at([0, 10, None, 30, 40])})
    assert one.content == "counts" and one.start_ns == START_NS
    full_analysis = one.frames("left")
    assert len(full_analysis) == 5
    times = one.times_s(full_analysis)
    assert times[[0, 1, 3, 4]] == pytest.approx([0.0, 0.01, 0.03, 0.04]) and np.isnan(times[2])
    assert one.counts("left")[1].tolist() == [410 + channel for channel in range(16)]


@pytest.mark.parametrize(
    ("from_s", "to_s", "stored"),
    [
        (0.01, 0.04, [1, 3]), (0.01, None, [1, 3, 4]), (None, 0.04, [0, 1, 3]), (0.011, 0.0301, [3]),
        (None, None, [0, 1, 2, 3, 4]), (0.04, 0.05, [4]), (0.041, 9.0, []), (-5.0, 0.0, []),
    ],
)  # fmt: skip
def test_a_slice_begins_at_its_first_time_and_ends_before_its_last(
    from_s: float | None, to_s: float | None, stored: list[int], tmp_path: Path
) -> None:
    """Frames whose time is not known are in the whole alone."""
    one = recorded(tmp_path, {"left": frames_at([0, 10, None, 30, 40])})
    assert one.frames("left", from_s, to_s).seq.tolist() == stored
    # On the insole's own clock, where no other was ever compared, every frame has a time, 10 ms apart.
    timeless = frames_at([None] * 5, first_us=77_000_000)
    own = recorded(tmp_path / "own", {"left": timeless}, start_ns=None)
    on_own = [
        at for at in range(5) if (from_s is None or at / 100 >= from_s) and (to_s is None or at / 100 < to_s)
    ]
    assert own.frames("left", from_s, to_s).seq.tolist() == on_own


def test_times_of_long_recordings_are_made_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = recorded(tmp_path, {"left": frames_at([0, 10, None, 30, 40])})
    full_analysis = one.times_s(one.frames("left"))
    for rows in (1, 2, 3, 5):
        monkeypatch.setattr(module, "_PIECE_ROWS", rows)
        assert np.array_equal(one.times_s(one.frames("left")), full_analysis, equal_nan=True)


def test_what_a_recording_does_not_hold(tmp_path: Path) -> None:
    counts, forces = recorded(tmp_path / "a", {"left": frames_at([0])}), imported(tmp_path / "b")
    with pytest.raises(RecordingError, match="has no right foot"):
        counts.foot("right")
    with pytest.raises(RecordingError, match="holds no forces as recorded: its content is counts"):
        counts.forces("left")
    with pytest.raises(RecordingError, match="holds no counts: its content is forces"):
        forces.frames("left")
    for call in (counts.frames, counts.file):
        with pytest.raises(RecordingError, match="has no right foot"):
            call("right")


def test_two_clocks_that_were_never_compared(tmp_path: Path) -> None:
    feet = {"left": frames_at([None]), "right": frames_at([None])}
    with pytest.raises(
        RecordingError, match="the clocks of the two insoles were never compared; analyse one foot"
    ):
        recorded(tmp_path, feet, start_ns=None).walk()


def test_forces_of_an_import(tmp_path: Path) -> None:
    one = imported(tmp_path)
    assert one.start_ns is None
    assert one.forces("left").time_s.tolist() == [2.0, 2.1, 2.2, 2.5, 2.6]
    assert one.forces("left", 2.1, 2.5).force_n.tolist() == [[3, 4], [5, 6]]
    assert one.forces("left", None, 2.1).seq.tolist() == [0] and one.forces(
        "left", 2.6, None
    ).seq.tolist() == [6]
    assert len(one.forces("left", 3.0, 4.0)) == 0


def test_the_walk_of_an_import(tmp_path: Path) -> None:
    one = imported(tmp_path, provenance={"format": "csv", "note": "made up"})
    walk = one.walk()
    assert walk.left is not None and walk.right is None
    assert (walk.sample_rate_hz, walk.body_weight_n) == (10.0, 700.0)
    assert walk.source == SourceInfo(str(one.folder), "csv", "made up")
    assert walk.left.force_n.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
    assert walk.left.gaps == (TimeGap(2.3, 2.5, "not in the file"),)
    assert walk.left.layout is not None and walk.left.layout.region == ("heel", "toes")
    assert walk.left.quantity == "force" and walk.left.relative_sd is None
    part = one.walk(2.1, 2.6)
    assert part.left is not None and part.left.time_s.tolist() == [2.1, 2.2, 2.5]
    assert one.walk(None, 2.3).left.gaps == () == one.walk(2.5, None).left.gaps  # type: ignore[union-attr]
    assert len(one.walk(2.4, 2.45).left.gaps) == 1  # type: ignore[union-attr]
    switch = imported(tmp_path / "switch", quantity="footswitch").walk()
    assert switch.left is not None and switch.left.quantity == "footswitch"
    assert switch.source.format == "plantigrade" and switch.source.note == ""


def test_a_long_import_stays_in_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = imported(tmp_path)
    for rows, is_array in ((5, True), (4, False)):
        monkeypatch.setattr(module, "LONG_ROWS", rows)
        walk = one.walk()
        assert walk.left is not None and isinstance(walk.left.force_n, np.ndarray) is is_array
        assert np.asarray(walk.left.force_n).tolist() == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
        assert isinstance(one.walk(2.0, 3.0).left.force_n, np.ndarray)  # type: ignore[union-attr]
    assert LONG_ROWS == 524_288 and LEAD_S == 60.0


def newtons(frames: FootFrames, slots: list[int] | None = None) -> np.ndarray:
    counts = frames.counts if slots is None else np.repeat(frames.counts, slots, axis=0)
    return Calibrator(nominal(), 100.0).feed(counts)


def test_the_walk_of_insoles(tmp_path: Path) -> None:
    left, right = frames_at([0, 10, 20]), frames_at([5, 15, 25])
    one = recorded(tmp_path, {"left": left, "right": right})
    walk = one.walk()
    assert walk.left is not None and walk.right is not None
    assert walk.left.time_s == pytest.approx([0.0, 0.01, 0.02])
    assert walk.right.time_s == pytest.approx([0.005, 0.015, 0.025])
    assert np.array_equal(walk.left.force_n, newtons(left))
    assert walk.left.layout is not None and walk.left.layout.relative
    assert walk.source.note == (
        "forces by the nominal calibration; the insoles' size is not known, so lengths are not in millimetres"
    )
    assert walk.left.relative_sd == pytest.approx(nominal().mid_range_sd())
    sized = replace(one, shoe_size_eu=40.0).walk()
    assert sized.source.note == "forces by the nominal calibration"
    assert sized.left is not None and sized.left.layout is not None and not sized.left.layout.relative


def test_frames_of_several_slots_become_as_many_samples(tmp_path: Path) -> None:
    """The second frame stands for three slots: 10, 20 and 30 ms."""
    frames = frames_at([0, 10, 40], [1, 3, 1])
    walk = recorded(tmp_path, {"left": frames}).walk()
    assert walk.left is not None
    assert walk.left.time_s == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.04])
    assert np.array_equal(walk.left.force_n, newtons(frames, [1, 3, 1]))


@pytest.mark.parametrize("long", [False, True])
def test_what_has_no_time_or_runs_backwards_is_left_out(
    long: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two frames (three slots) without a time, one that is as late as the one before and one before both."""
    if long:
        monkeypatch.setattr(module, "LONG_ROWS", 3)
    frames = frames_at([None, 0, 10, 10, 5, None, 20], [1, 1, 1, 1, 1, 2, 1])
    walk = recorded(tmp_path, {"left": frames}).walk()
    assert walk.left is not None
    assert walk.left.time_s == pytest.approx([0.0, 0.01, 0.02])
    assert np.array_equal(
        np.asarray(walk.left.force_n), newtons(frames.rows(np.isin(np.arange(7), [1, 2, 6])))
    )
    assert "left foot: 3 slots have no time and were left out" in walk.source.note


def test_frames_without_any_time(tmp_path: Path) -> None:
    walk = recorded(tmp_path, {"left": frames_at([None, None]), "right": frames_at([0, 10])}).walk()
    assert walk.left is not None and len(walk.left) == 0 and walk.right is not None and len(walk.right) == 2


def test_one_foot_on_its_own_clock(tmp_path: Path) -> None:
    walk = recorded(
        tmp_path, {"right": frames_at([None, None, None], first_us=5_000_000)}, start_ns=None
    ).walk()
    assert walk.right is not None and walk.right.time_s == pytest.approx([0.0, 0.01, 0.02])
    assert walk.source.note.startswith(
        "forces by the nominal calibration; right foot: times are on the insole's own"
    )


def test_a_slice_of_counts_learns_from_the_minute_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 0.05 s on, with a lead of 0.03 s: frames from 0.02 s on are read, those from 0.05 s given."""
    monkeypatch.setattr(module, "LEAD_S", 0.03)
    frames = frames_at([10 * n for n in range(10)])
    part = recorded(tmp_path, {"left": frames}).walk(0.05, 0.08)
    assert part.left is not None and part.left.time_s == pytest.approx([0.05, 0.06, 0.07])
    read = frames.rows(slice(2, 8))
    assert np.array_equal(part.left.force_n, newtons(read)[3:])


GAPS = [RecordedGap(0, 1, 0.01, 0.02, "log_full_overwritten"), RecordedGap(5, 6, None, 0.05, "off"),
        RecordedGap(7, 8, 0.05, None, "off"), RecordedGap(9, 10, 0.06, 0.08, "off")]  # fmt: skip


@pytest.mark.parametrize(
    ("from_s", "to_s", "stored"),
    [
        (None, None, [0.01, 0.06]), (0.02, None, [0.06]), (0.0199, None, [0.01, 0.06]), (None, 0.06, [0.01]),
        (None, 0.0601, [0.01, 0.06]), (0.07, 0.075, [0.06]), (0.03, 0.05, []),
    ],
)  # fmt: skip
def test_gaps_of_a_slice(
    from_s: float | None, to_s: float | None, stored: list[float], tmp_path: Path
) -> None:
    one = recorded(tmp_path, {"left": frames_at([10 * n for n in range(10)])}, gaps=GAPS)
    found = one.walk(from_s, to_s).left.gaps  # type: ignore[union-attr]
    assert [gap.from_s for gap in found] == stored
    assert all(gap.reason in ("log full, overwritten", "off") for gap in found)


def test_insoles_without_a_side(tmp_path: Path) -> None:
    one = recorded(tmp_path, {"left": frames_at([0, 10]), "unset": frames_at([0, 10, 20])})
    walk = one.walk()
    assert walk.left is not None and walk.right is None
    assert walk.source.note.startswith("insole U has no side and was left out (--foot names it); ")
    named = one.walk(side=Foot.RIGHT)
    assert (
        named.right is not None and len(named.right) == 3 and named.left is not None and len(named.left) == 2
    )
    with pytest.raises(FileError, match="holds two left insoles"):
        one.walk(side=Foot.LEFT)
    alone = recorded(tmp_path / "alone", {"unset": frames_at([0])})
    with pytest.raises(
        FileError, match="holds no insole with a side; name it with --foot left or --foot right"
    ):
        alone.walk()


def test_calibrations(tmp_path: Path) -> None:
    """That of the catalogue goes before that of the manifest; without either the design's is used."""
    of_manifest = replace(nominal(), serial="L", made_on="2026-01-01", method="weights")
    newer = replace(of_manifest, made_on="2026-02-01")
    plain = recorded(tmp_path / "a", {"left": frames_at([0])})
    one = recorded(tmp_path / "b", {"left": frames_at([0])}, calibration=as_json(of_manifest))
    assert plain.calibration("left") is None
    found = one.calibration("left")
    assert found is not None and found.made_on == "2026-01-01"
    assert replace(one, calibrations={"L": newer}).calibration("left") is newer
    assert replace(one, calibrations={"R": newer}).calibration("left") == found
    assert replace(plain, calibrations={"L": newer}).calibration("left") is newer
    assert "nominal" not in one.walk().source.note


def test_places_of_sensors(tmp_path: Path) -> None:
    assert layout_as_json(None) is None and layout_from_json(None) is None
    values = layout_as_json(replace(LAYOUT, relative=True, insole_length_mm=250.0))
    assert values == {
        "name": "two", "x_mm": [1.0, 2.0], "y_mm": [10.0, 20.0], "area_cm2": [3.0, 4.0],
        "region": ("heel", "toes"), "relative": True, "insole_length_mm": 250.0,
    }  # fmt: skip
    back = layout_from_json(values)
    assert back is not None and (back.name, back.relative, back.insole_length_mm) == ("two", True, 250.0)
    assert back.x_mm.tolist() == [1.0, 2.0] and back.y_mm.tolist() == [10.0, 20.0]
    assert back.area_cm2.tolist() == [3.0, 4.0] and back.region == ("heel", "toes")
    one = imported(tmp_path)
    (foot,) = one.manifest.feet
    assert foot.layout is not None
    for damage in ({"x_mm": [1.0]}, {"x_mm": "x"}):
        broken = replace(foot, layout=foot.layout | damage)
        with pytest.raises(RecordingError, match="the sensor positions are damaged: "):
            replace(one, manifest=replace(one.manifest, feet=[broken])).layout("left")


@pytest.mark.parametrize(
    ("times", "numbers"),
    [
        ([0.0, 0.1, 0.3], [0, 1, 3]), ([5.02, 5.11, 5.33], [0, 1, 3]), ([0.0, 0.04, 0.3], [0, 1, 2]),
        ([0.0, np.nan, 0.3], [0, 1, 2]), ([], []), ([7.0], [0]),
    ],
)  # fmt: skip
def test_samples_are_numbered_by_the_nominal_rate_where_their_times_allow(
    times: list[float], numbers: list[int]
) -> None:
    """At 10 Hz; where two fall onto one number, or a time is not known, they are counted one by one."""
    signal = FootSignal(Foot.LEFT, np.array(times), np.zeros((len(times), 2), np.float32))
    assert from_signal(signal, 10.0).seq.tolist() == numbers


def opened(finalized: RecordingReader, person: Person | None, stored: list[Any]) -> Recording:
    entry = RecordingEntry("one", "import", "", None, None, None, ("left",), 10.0, 5, 2, 1, (), None, None)  # type: ignore[arg-type]
    return Recording(
        entry,
        finalized,
        person,
        {"left": Device("L", "left", 1, "1")},
        (),
        (),
        ("known",),
        lambda full_analysis: (stored.append(full_analysis), ("new",))[1],  # type: ignore[arg-type]
    )


def test_body_weight_comes_from_the_recording_or_the_wearer(tmp_path: Path) -> None:
    """60 kg weigh 588.399 N at 9.80665 m/s2."""
    finalized = imported(tmp_path)
    person = Person("P1", "Anna", date(1951, 3, 9), weight_kg=60.0)
    assert opened(finalized, person, []).walk().body_weight_n == 700.0
    without = replace(finalized, manifest=replace(finalized.manifest, body_weight_n=None))
    assert opened(without, person, []).walk().body_weight_n == pytest.approx(588.399)
    assert opened(without, person, []).walk(2.0, 2.2).body_weight_n == pytest.approx(588.399)
    assert opened(without, replace(person, weight_kg=None), []).walk().body_weight_n is None
    assert opened(without, None, []).walk().body_weight_n is None


def test_a_recording_reads_as_its_files_do(tmp_path: Path) -> None:
    one = opened(imported(tmp_path / "a"), None, [])
    assert (one.id, one.content, one.folder) == ("one", "forces", one.reader.folder)
    assert one.forces("left", 2.1, 2.2).seq.tolist() == [1] and one.file("left").rows == 5
    assert (
        one.layout("left") is not None
        and one.calibration("left") is None
        and one.manifest is one.reader.manifest
    )
    assert one.walk() is one.walk(), "read once" and one.walk(2.0, 2.2) is not one.walk(2.0, 2.2)
    assert len(one.walk(2.0).left) == 5 and len(one.walk(to_s=2.1).left) == 1  # type: ignore[arg-type]
    counts = opened(recorded(tmp_path / "b", {"left": frames_at([0, 10, 20])}), None, [])
    assert counts.frames("left", 0.01, 0.02).seq.tolist() == [1]
    assert counts.counts("left", 0.01)[0, 0] == 410
    assert counts.times_s(counts.frames("left")) == pytest.approx([0.0, 0.01, 0.02])


def test_a_recording_is_analysed_once_and_then_has_its_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def of_walk(walk: Walk, _request: object, progress: Any) -> str:
        progress("analysing", 1.0)
        made.append(walk)
        return "whole"

    monkeypatch.setattr("plantigrade.analysis.pipeline.of_walk", of_walk)
    stored: list[Any] = []
    reported: list[tuple[str, float]] = []
    one = opened(imported(tmp_path), None, stored)
    assert one.alerts == ("known",)
    for _ in range(2):
        assert one.full_analysis(lambda step, share: reported.append((step, share))) == "whole"
    assert (len(made), stored, reported, one.alerts) == (1, ["whole"], [("analysing", 1.0)], ("new",))


@pytest.mark.parametrize(("stated", "instrument"), [("plate", "plate"), (None, "insole"), ("?", "insole")])
def test_what_measured_comes_back(tmp_path: Path, stated: str | None, instrument: str) -> None:
    provenance = {"format": "csv"} | ({} if stated is None else {"instrument": stated})
    assert imported(tmp_path, provenance=provenance).walk().source.instrument == instrument
