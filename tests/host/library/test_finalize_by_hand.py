"""Sealing, slot by slot: a journal of a few records, written here, and the recording that must come of it."""

import hashlib
import json
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from insole_protocol.codec import Encoder
from plantigrade.bridge.accounting import MissingReason
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Kind
from plantigrade.bridge.journal.file import JournalError, host_boot
from plantigrade.library.recordings import finalize as module
from plantigrade.library.recordings.container import RecordedGap, RecordingManifest, read_manifest
from plantigrade.library.recordings.finalize import finalize_journal, read_journal, roll, slots_of
from plantigrade.library.recordings.frames import NO_TIME
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.library.recordings.timeline import Timeline

from tests.host.library.library_kit import IDENTITY

UTC_NS = 1_772_366_400_000_000_000
"""1 March 2026, 12:00:00 UTC."""
RUN = {"utc_ns": UTC_NS, "monotonic_ns": 5_000_000_000, "host_boot": "boot one"}
LEFT, RIGHT = IDENTITY | {"serial": "L1"}, IDENTITY | {"serial": "R1", "side": "right"}


def run(**values: Any) -> bytes:
    return entries.build_json(Kind.RUN, entries.NO_INSOLE, RUN | values)


def insole(number: int, identity: dict[str, Any] = LEFT) -> bytes:
    return entries.build_json(Kind.INSOLE, number, identity)


def record(
    seq: int, frames: int, *, number: int = 0, slots: int = 1, boot: int = 1, first_count: int = 0
) -> bytes:
    """Frames from slot `seq` on; the device's time is 10 ms a slot; each frame's counts begin 16 higher."""
    ring = array("H", [first_count + n for n in range(16 * frames)])
    out = bytearray(4096)
    length = Encoder(max_frames=64, imu=False).encode(
        out, ring, 0, frames, seq, seq * 10_000, boot, 10_000, slots, 1, 0
    )
    return entries.build(Kind.RECORD, number, entries.RECORD.pack(0) + bytes(out[:length]))


def request(first: int, end: int, number: int = 0) -> bytes:
    return entries.build(Kind.REQUEST, number, entries.RANGE.pack(first, end))


def held(first: int, end: int, number: int = 0) -> bytes:
    return entries.build(Kind.HELD, number, entries.RANGE.pack(first, end))


def gap(first: int, end: int, reason: MissingReason, number: int = 0) -> bytes:
    return entries.build(Kind.GAP, number, entries.GAP.pack(first, end, reason.code))


def clock(host_ns: int, *, number: int = 0, boot: int = 1, at_us: int = 0) -> bytes:
    """The insole's `at_us` is `host_ns` of the host's monotonic clock."""
    return entries.build_clock(number, boot, ClockEstimate(at_us, host_ns, 0.0, 100_000, 1.0, 10))


def finalized(tmp_path: Path, *pieces: bytes) -> tuple[RecordingManifest, RecordingReader]:
    path = tmp_path / "journal"
    path.write_bytes(b"".join(pieces))
    folder = finalize_journal(path, tmp_path / "recordings")
    return read_manifest(folder), RecordingReader.open(folder)


def test_a_recording_of_one_insole(tmp_path: Path) -> None:
    """Slot 0 is at 5 s of the host's clock, where the wall clock said 12:00:00."""
    manifest, recording = finalized(
        tmp_path,
        run(),
        insole(0),
        request(100, 108),
        clock(5_000_000_000),
        record(100, 3),
        record(103, 5, first_count=48),
    )
    digest = hashlib.sha256(json.dumps(RUN, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:8]
    assert manifest.id == f"20260301T120000Z-{digest}"
    assert manifest.start_utc_ns == UTC_NS + 1_000_000_000 and manifest.duration_s == 0.07
    assert manifest.provenance == {
        "made_by": "plantigrade bridge",
        "journal_damaged_bytes": 0,
        "journal_runs": 1,
        "counts": "raw 12-bit ADC counts in the order of the sensor layout",
    }
    (foot,) = manifest.feet
    assert (foot.foot, foot.insole, foot.requested) == ("left", LEFT, [(100, 108)])
    assert (foot.frames_requested, foot.frames_recorded, foot.frames_missing, foot.rows) == (8, 8, 0, 8)
    assert (foot.missing_by_reason, foot.gaps) == ({}, [])
    assert (manifest.content, manifest.sample_rate_hz, manifest.schema) == (
        "counts",
        100.0,
        "plantigrade.recording/1",
    )
    frames = recording.frames("left")
    assert frames.seq.tolist() == list(range(100, 108))
    assert frames.counts[:, 0].tolist() == [0, 16, 32, 48, 64, 80, 96, 112]
    assert frames.device_us.tolist() == [seq * 10_000 for seq in range(100, 108)]
    assert frames.host_ns.tolist() == [UTC_NS + seq * 10_000_000 for seq in range(100, 108)]
    # 0.1 ms at slot 0, and 1 + 2 ppm of the second since then: 3 us more.
    assert frames.uncertainty_us[0] == 103 and frames.boot[0] == 1 and frames.slots[0] == 1


def test_gaps_with_reasons_and_times(tmp_path: Path) -> None:
    """Slots 103 and 104 were overwritten, 105 nobody explains, 106 and 107 are there, 108 was not asked for.
    A gap lasts from the end of the frame before it (102 ends at 1.03 s) to the frame after it (1.06 s), in
    seconds since slot 100, the first frame."""
    manifest, _ = finalized(
        tmp_path, run(), insole(0), request(98, 108), clock(5_000_000_000), record(100, 3), record(106, 2),
        gap(90, 99, MissingReason.OFF), gap(103, 105, MissingReason.OVERWRITTEN),
    )  # fmt: skip
    (foot,) = manifest.feet
    assert foot.gaps == [
        RecordedGap(98, 99, None, 0.0, "off"),
        RecordedGap(99, 100, None, 0.0, "unexplained"),
        RecordedGap(103, 105, 0.03, 0.06, "log_full_overwritten"),
        RecordedGap(105, 106, 0.03, 0.06, "unexplained"),
    ]
    assert (foot.frames_requested, foot.frames_recorded, foot.frames_missing) == (10, 5, 5)
    assert foot.missing_by_reason == {"off": 1, "unexplained": 2, "log_full_overwritten": 2}


def test_two_explanations_of_one_slot_count_once(tmp_path: Path) -> None:
    manifest, _ = finalized(
        tmp_path, run(), insole(0), request(0, 10), record(0, 4),
        gap(4, 7, MissingReason.OFF), gap(5, 9, MissingReason.OVERRUN), gap(20, 30, MissingReason.OFF),
    )  # fmt: skip
    assert [(g.first, g.end, g.reason) for g in manifest.feet[0].gaps] == [
        (4, 7, "off"), (7, 9, "overrun"), (9, 10, "unexplained"),
    ]  # fmt: skip
    assert manifest.feet[0].frames_missing == 6


def test_a_gap_after_frames_of_several_slots(tmp_path: Path) -> None:
    """The frame of slot 0 stands for five; the gap begins where it ends, 50 ms on."""
    manifest, recording = finalized(
        tmp_path, run(), insole(0), request(0, 8), clock(5_000_000_000), record(0, 1, slots=5), record(7, 1)
    )
    assert manifest.feet[0].gaps == [RecordedGap(5, 7, 0.05, 0.07, "unexplained")]
    assert manifest.feet[0].rows == 2 and manifest.feet[0].frames_recorded == 6
    assert recording.frames("left").slots.tolist() == [5, 1]


def test_what_is_held_elsewhere_is_not_asked_for(tmp_path: Path) -> None:
    manifest, _ = finalized(
        tmp_path,
        run(),
        insole(0),
        held(0, 4),
        held(6, 8),
        request(0, 10),
        request(20, 22),
        record(4, 2),
        record(8, 2),
    )
    (foot,) = manifest.feet
    assert foot.requested == [(4, 6), (8, 10), (20, 22)]
    assert (foot.frames_requested, foot.frames_recorded, foot.frames_missing) == (6, 4, 2)


def test_frames_that_nobody_asked_for_are_kept_and_not_counted(tmp_path: Path) -> None:
    manifest, recording = finalized(tmp_path, run(), insole(0), request(2, 4), record(0, 6))
    assert manifest.feet[0].frames_recorded == 2 and manifest.feet[0].rows == 6 == len(
        recording.frames("left")
    )


def test_records_in_any_order_and_twice_give_each_slot_once(tmp_path: Path) -> None:
    """Of slots that came twice the earlier record counts, also where a part came again."""
    _, recording = finalized(
        tmp_path, run(), insole(0), record(4, 4, first_count=400), record(0, 4),
        record(4, 4, first_count=900), record(6, 4, first_count=2000),
    )  # fmt: skip
    frames = recording.frames("left")
    assert frames.seq.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert frames.counts[:, 0].tolist() == [0, 16, 32, 48, 400, 416, 432, 448, 2032, 2048]


def test_a_clock_that_nobody_knows(tmp_path: Path) -> None:
    manifest, recording = finalized(tmp_path, run(), insole(0), request(0, 4), record(0, 2), record(3, 1))
    assert (manifest.start_utc_ns, manifest.duration_s) == (None, None)
    assert manifest.feet[0].gaps == [RecordedGap(2, 3, None, None, "unexplained")]
    frames = recording.frames("left")
    assert (frames.host_ns == NO_TIME).all() and (frames.uncertainty_us == -1).all()


def test_a_clock_that_is_known_for_one_boot(tmp_path: Path) -> None:
    manifest, recording = finalized(
        tmp_path,
        run(),
        insole(0),
        request(0, 6),
        record(0, 2),
        record(4, 2, boot=2),
        clock(5_000_000_000, boot=2),
    )
    frames = recording.frames("left")
    assert frames.host_ns.tolist() == [NO_TIME, NO_TIME, UTC_NS + 40_000_000, UTC_NS + 50_000_000]
    assert manifest.start_utc_ns == UTC_NS + 40_000_000 and manifest.duration_s == 0.01
    assert manifest.feet[0].gaps == [RecordedGap(2, 4, None, 0.0, "unexplained")]


def test_two_insoles_have_one_start(tmp_path: Path) -> None:
    manifest, _ = finalized(
        tmp_path, run(), insole(0), insole(1, RIGHT), clock(5_000_000_000), clock(5_200_000_000, number=1),
        record(10, 2), record(0, 30, number=1), request(10, 12), request(0, 30, number=1),
    )  # fmt: skip
    assert [foot.foot for foot in manifest.feet] == ["left", "right"]
    # The left begins at 0.1 s, the right at 0.2 s and ends at 0.49 s.
    assert manifest.start_utc_ns == UTC_NS + 100_000_000 and manifest.duration_s == 0.39


def test_two_insoles_of_one_side_are_told_apart(tmp_path: Path) -> None:
    manifest, _ = finalized(
        tmp_path, run(), insole(0), insole(1, LEFT | {"serial": "L2"}), insole(2, RIGHT),
        record(0, 1), record(0, 1, number=1), record(0, 1, number=2),
    )  # fmt: skip
    assert [foot.foot for foot in manifest.feet] == ["left", "left-L2", "right"]


def test_a_second_run_on_the_same_host_keeps_its_clock(tmp_path: Path) -> None:
    """Another run of the same boot has the time line of the first, whatever the wall clock says meanwhile; of
    another boot it has its own."""
    for boot, shift_ns in (("boot one", 0), ("boot two", 60_000_000_000)):
        folder = tmp_path / boot
        folder.mkdir()
        second = run(utc_ns=UTC_NS + 60_000_000_000, host_boot=boot)
        manifest, recording = finalized(
            folder, run(), insole(0), record(0, 2), request(0, 2), second, clock(5_000_000_000)
        )
        assert recording.frames("left").host_ns[0] == UTC_NS + shift_ns
        assert manifest.provenance["journal_runs"] == 2


def test_entries_of_an_insole_that_never_said_who_it_is(tmp_path: Path) -> None:
    manifest, _ = finalized(
        tmp_path, run(), record(0, 2, number=7), request(0, 2, number=7), insole(0), record(5, 1)
    )
    assert [foot.rows for foot in manifest.feet] == [1]


def test_an_insole_that_comes_again_begins_anew(tmp_path: Path) -> None:
    manifest, _ = finalized(tmp_path, run(), insole(0), record(0, 2), insole(0, RIGHT), record(5, 1))
    assert [(foot.foot, foot.rows) for foot in manifest.feet] == [("right", 1)]


def test_damage_in_the_middle_is_counted(tmp_path: Path) -> None:
    manifest, _ = finalized(tmp_path, run(), insole(0), b"xyz", record(0, 2), b"tail")
    assert manifest.provenance["journal_damaged_bytes"] == 3


def test_journals_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be read: No such file or directory"):
        read_journal(tmp_path / "none")
    (tmp_path / "empty").write_bytes(insole(0) + record(0, 2))
    with pytest.raises(JournalError, match="holds nothing that can be read"):
        read_journal(tmp_path / "empty")


def test_the_same_journal_gives_the_same_recording(tmp_path: Path) -> None:
    pieces = (run(), insole(0), request(0, 4), record(0, 4))
    first, _ = finalized(tmp_path, *pieces)
    stored = (tmp_path / "recordings" / first.id / "recording.json").read_bytes()
    second, _ = finalized(tmp_path, *pieces)
    assert first == second and [path.name for path in (tmp_path / "recordings").iterdir()] == [first.id]
    assert (tmp_path / "recordings" / first.id / "recording.json").read_bytes() == stored


@pytest.mark.parametrize("boot", ["boot one", "this one"])
def test_a_rolled_journal_knows_what_is_held_and_why_slots_are_gone(
    boot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the same boot the time line goes on: 2 s later on the host's clock it is 2 s later in UTC."""
    monkeypatch.setattr(module, "now_ns", lambda: 7_000_000_000)
    path = tmp_path / "live.journal"
    name = host_boot() if boot == "this one" else boot
    path.write_bytes(
        b"".join([
            run(host_boot="earlier"), run(host_boot=name), insole(0), held(0, 4), held(4, 6), request(0, 20),
            record(6, 2), record(10, 1, slots=5), gap(8, 10, MissingReason.OFF),
        ])
    )  # fmt: skip
    folder = roll(path, tmp_path / "recordings")
    content = read_journal(path)
    later = {"utc_ns": UTC_NS + 2_000_000_000, "monotonic_ns": 7_000_000_000} if boot == "this one" else {}
    assert content.last_run == RUN | {"host_boot": name, "after": folder.name} | later
    (foot,) = content.feet.values()
    assert foot.identity == LEFT and not foot.records and not list(foot.requested)
    assert [tuple(piece) for piece in foot.held] == [(0, 8), (10, 15)]
    assert [(g.first, g.end, g.reason) for g in foot.gaps] == [(8, 10, MissingReason.OFF)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["live.journal", "recordings"]


@pytest.mark.parametrize(
    ("seq", "slots", "ranges"),
    [
        ([], [], []), ([5], [1], [(5, 6)]), ([0, 1, 2], [1, 1, 1], [(0, 3)]), ([0, 3], [3, 1], [(0, 4)]),
        ([0, 4], [3, 1], [(0, 3), (4, 5)]), ([0, 2, 3, 9], [1, 1, 2, 1], [(0, 1), (2, 5), (9, 10)]),
    ],
)  # fmt: skip
def test_the_slots_that_rows_stand_for(
    seq: list[int], slots: list[int], ranges: list[tuple[int, int]]
) -> None:
    found = slots_of(np.array(seq, np.int64), np.array(slots, np.uint8))
    assert [tuple(piece) for piece in found] == ranges


EARLY = ClockEstimate(1_000_000, 50_000_000_000, 20.0, 100_000, 1.0, 10)
LATE = ClockEstimate(3_000_000, 52_000_200_000, -10.0, 300_000, 3.0, 10)


def placed(device_us: list[int], *estimates: ClockEstimate) -> tuple[list[int], list[int]]:
    timeline = Timeline()
    for estimate in estimates:
        timeline.add(1, estimate)
    host_ns, uncertainty_us = timeline.place(
        np.ones(len(device_us), np.uint16), np.array(device_us, np.int64)
    )
    return host_ns.tolist(), uncertainty_us.tolist()


def test_one_estimate_runs_both_ways_at_its_rate() -> None:
    """20 ppm of two seconds are 40 us. Doubt: 100 us, and (1 + 2) ppm of 2 s or 1 s: 6 us and 3 us."""
    host_ns, uncertainty_us = placed([1_000_000, 3_000_000, 0], EARLY)
    assert host_ns == [50_000_000_000, 52_000_040_000, 48_999_980_000]
    assert uncertainty_us == [100, 106, 103]


def test_between_two_estimates_time_runs_straight() -> None:
    """From 50 s to 52.0002 s in 2 s: 100 us more half-way, 50 us after a quarter. Doubt runs straight too,
    from 100 to 300 us, and the clock may wander by 2 ppm from the nearer one: 2 us in the middle, 1 us at a
    quarter."""
    host_ns, uncertainty_us = placed([2_000_000, 1_500_000, 2_500_000, 1_000_000, 3_000_000], LATE, EARLY)
    assert host_ns == [51_000_100_000, 50_500_050_000, 51_500_150_000, 50_000_000_000, 52_000_200_000]
    assert uncertainty_us == [202, 151, 251, 100, 300]


def test_outside_of_two_estimates_the_nearer_one_tells() -> None:
    """Before: 20 ppm and (1 + 2) ppm of a second. After: -10 ppm of two seconds, (3 + 2) ppm of doubt."""
    host_ns, uncertainty_us = placed([0, 5_000_000], EARLY, LATE)
    assert host_ns == [48_999_980_000, 54_000_180_000]
    assert uncertainty_us == [103, 310]


def test_three_estimates() -> None:
    third = replace(LATE, reference_us=5_000_000, host_at_reference_ns=54_000_000_000)
    host_ns, uncertainty_us = placed([4_000_000, 3_500_000], EARLY, LATE, third)
    # Back from 200 us ahead to none: 100 us at 4 s, 150 us at 3.5 s.
    assert host_ns == [53_000_100_000, 52_500_150_000]
    assert uncertainty_us == [302, 301]


def test_doubt_has_a_limit() -> None:
    assert placed([0], replace(EARLY, uncertainty_ns=10**15))[1] == [2_000_000_000]


def test_each_boot_has_its_own_clock() -> None:
    timeline = Timeline()
    timeline.add(1, EARLY)
    timeline.add(2, replace(EARLY, host_at_reference_ns=90_000_000_000))
    host_ns, uncertainty_us = timeline.place(np.array([2, 1, 3], np.uint16), np.full(3, 1_000_000))
    assert host_ns.tolist() == [90_000_000_000, 50_000_000_000, NO_TIME]
    assert uncertainty_us.tolist() == [100, 100, -1]
