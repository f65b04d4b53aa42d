"""Identity, accounting and quality of a printed report, from a recording made of plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from plantigrade.gait.results import Activity
from plantigrade.library.entries import Note, Person
from plantigrade.library.recordings.container import FootManifest, RecordedGap, RecordingManifest
from plantigrade.report.document_accounting import (
    calibration_text,
    cut,
    identity_blocks,
    missing_share,
    quality_blocks,
    when,
)
from plantigrade.report.document_blocks import Bullets, Facts, Heading, Table, Text
from plantigrade.report.wording import load_wording

from tests.host.analyze import tiny
from tests.host.report.test_tables_by_hand import texts

WORDING = load_wording("en")
START_NS = 1_779_997_131_123_456_000  # 2026-05-28 19:38:51 UTC


def accounting_of(
    foot: str, requested: int, recorded: int, missing: int, gaps: list[RecordedGap]
) -> FootManifest:
    reasons = {"overrun": missing - 1, "log_full_not_kept": 1, "off": 0} if missing else {}
    return FootManifest(foot, {}, [(0, requested)], requested, recorded, missing, reasons, gaps, recorded, "")


GAPS = [
    RecordedGap(10, 14, 0.1, 0.14, "power_loss"),
    RecordedGap(100, 120, 1.0, 1.2, "link"),
    RecordedGap(50, 51, None, None, "off"),
]
LEFT = accounting_of("left", 1000, 975, 25, GAPS)
RIGHT = accounting_of("right", 990, 990, 0, [])


def recording(**changed: Any) -> Any:
    """What a report reads of a recording, as plain values."""
    entry = SimpleNamespace(
        id="walk-1",
        title="First walk",
        start_utc_ns=START_NS,
        duration_s=62.4,
        sample_rate_hz=100.0,
        tags=("boots", "hill"),
    )
    calibrations = {"left": SimpleNamespace(method="bench", made_on=date(2026, 3, 4)), "right": None}
    plain = {
        "entry": entry,
        "person": None,
        "notes": (),
        "content": "counts",
        "manifest": RecordingManifest("walk-1", START_NS, 62.4, {}, [LEFT, RIGHT]),
        "devices": {"left": SimpleNamespace(serial="AAAA01", firmware="1.2.3")},
        "calibration": calibrations.get,
    }
    return SimpleNamespace(**{**plain, **changed})


PERSON = Person("P007", "Ada", date(1951, 3, 9), "female", 171.5, 70.26, 39.5, "limps", "Europe/Berlin")


def facts(made: Any, full_analysis: Any = None) -> tuple[list[tuple[str, str]], list[Any]]:
    first, *rest = identity_blocks(made, full_analysis or tiny.full_analysis(), WORDING)
    assert isinstance(first, Facts)
    return list(first.pairs), rest


def test_identity_of_a_known_person() -> None:
    pairs, rest = facts(recording(person=PERSON))
    assert pairs == [
        ("Code", "P007"),
        ("Name", "Ada"),
        ("Date of birth", "1951-03-09"),
        ("Sex", "female"),
        ("Height", "171.5 cm"),
        ("Body weight", "70.3 kg"),
        ("Shoe size (EU)", "39.5"),
        ("Remark", "limps"),
        ("Recording", "walk-1"),
        ("Title", "First walk"),
        ("Start", "2026-05-28 21:38:51 (UTC+02:00)"),
        ("Duration", "1 min 2 s"),
        ("Samples a second", "100"),
        ("Tags", "boots, hill"),
        ("Insole, left", "serial AAAA01, firmware 1.2.3, calibration bench of 2026-03-04"),
    ]
    assert rest == [Text("Not known: insole, right.", "small")]


def test_identity_of_nobody_names_what_is_not_known() -> None:
    bare = SimpleNamespace(id="x", title="", start_utc_ns=None, duration_s=None, sample_rate_hz=62.5, tags=())
    pairs, rest = facts(recording(entry=bare, content="forces", devices={}))
    assert pairs == [
        ("Body weight", "about 712 N, estimated from the walk"),
        ("Recording", "x"),
        ("Samples a second", "62.5"),
        ("", ""),
        ("Insole, left", "from another system's file; its own calibration"),
        ("Insole, right", "from another system's file; its own calibration"),
    ]
    names = "code, name, date of birth, sex, height, shoe size (EU), start, duration"
    assert rest == [Text(f"Not known: {names}.", "small")]


@pytest.mark.parametrize(
    ("stated", "known", "person", "message"),
    [
        (600.4, 600.4, None, "600 N in this recording"),
        (None, 600.4, None, "about 600 N, estimated from the walk"),
        (600.4, 600.4, Person("P1", weight_kg=61.0), "61 kg"),
        (600.4, 600.4, Person("P1"), "600 N in this recording"),
        (None, None, None, None),
    ],
)
def test_whose_weight_it_is(
    stated: float | None, known: float | None, person: Person | None, message: str | None
) -> None:
    full_analysis = tiny.full_analysis()
    full_analysis = replace(
        full_analysis,
        walk=replace(full_analysis.walk, body_weight_n=stated),
        analysis=replace(full_analysis.analysis, body_weight_n=known),
    )
    assert dict(facts(recording(person=person), full_analysis)[0]).get("Body weight") == message


def test_notes_with_their_day_and_time_at_most_eight() -> None:
    day = datetime(2026, 5, 29, 23, 59, tzinfo=UTC)
    notes = [Note(1, "slipped", 12.6, "", day), Note(2, "x" * 601, None, "", day)]
    notes += [Note(i, f"n{i}", None, "", day) for i in range(3, 10)]
    head, bullets = facts(recording(notes=tuple(notes)))[1][-2:]
    assert head == Heading("Notes")
    assert isinstance(bullets, Bullets)
    assert bullets.items[:2] == [("2026-05-29", "at 13 s: slipped"), ("2026-05-29", "x" * 600 + " ...")]
    assert [text for _, text in bullets.items[2:]] == ["n3", "n4", "n5", "n6", "n7", "n8"]


@pytest.mark.parametrize(("length", "shown"), [(600, 600), (601, 604)])
def test_long_texts_are_cut(length: int, shown: int) -> None:
    assert len(cut("x" * length)) == shown


def test_calibration_in_words() -> None:
    assert calibration_text(recording(), "left", WORDING) == "bench of 2026-03-04"
    assert (
        calibration_text(recording(), "right", WORDING)
        == "none on file: forces by the design's nominal curve"
    )
    imported = "from another system's file; its own calibration"
    assert calibration_text(recording(content="forces"), "left", WORDING) == imported


@pytest.mark.parametrize(
    ("start_ns", "zone", "message"),
    [
        (None, "UTC", "?"),
        (START_NS, "UTC", "2026-05-28 19:38:51 (UTC)"),
        (START_NS, "Asia/Tokyo", "2026-05-29 04:38:51 (UTC+09:00)"),
        (999_999_999, "America/New_York", "1969-12-31 19:00:00 (UTC-05:00)"),
        (1_774_745_999 * 10**9, "Europe/Berlin", "2026-03-29 01:59:59 (UTC+01:00)"),
        (1_774_746_000 * 10**9, "Europe/Berlin", "2026-03-29 03:00:00 (UTC+02:00)"),
        (1_792_888_200 * 10**9, "Europe/Berlin", "2026-10-25 02:30:00 (UTC+02:00)"),
        (1_792_891_800 * 10**9, "Europe/Berlin", "2026-10-25 02:30:00 (UTC+01:00)"),
    ],
)
def test_when(start_ns: int | None, zone: str, message: str) -> None:
    entry = SimpleNamespace(start_utc_ns=start_ns)
    assert when(recording(entry=entry, person=replace(PERSON, time_zone=zone)), "?") == message


def test_missing_share_is_over_both_feet() -> None:
    manifest = recording().manifest
    assert missing_share(manifest) == 25 / 1990
    assert missing_share(replace(manifest, feet=[RIGHT])) == 0.0
    assert missing_share(replace(manifest, feet=[])) is None
    assert missing_share(replace(manifest, feet=[accounting_of("left", 0, 0, 0, [])])) is None


def quality(made: Any = None, full_analysis: Any = None) -> list[Any]:
    return quality_blocks(made or recording(), full_analysis or tiny.full_analysis(), WORDING)


def test_the_books_of_each_foot() -> None:
    table = quality()[0]
    assert isinstance(table, Table)
    assert list(table.head) == ["Foot", "Requested", "Recorded", "Missing", "Missing, %", "Accounting"]
    assert texts(table) == [
        ["left", "1000", "975", "25 | log full, not kept 1, overrun 24", "2.5", "balanced"],
        ["right", "990", "990", "0", "0", "balanced"],
    ]
    assert table.caption == WORDING("quality.caption")


@pytest.mark.parametrize("missing", [24, 26])
def test_books_that_do_not_balance_stand_out(missing: int) -> None:
    manifest = replace(recording().manifest, feet=[replace(LEFT, frames_missing=missing), RIGHT])
    rows = texts(quality(recording(manifest=manifest))[0])
    assert rows[0][-1] == "DO NOT BALANCE *"
    assert rows[1][-1] == "balanced"


def test_nothing_asked_for_is_nothing_missing() -> None:
    empty = accounting_of("left", 0, 0, 0, [])
    rows = texts(quality(recording(manifest=replace(recording().manifest, feet=[empty])))[0])
    assert rows == [["left", "0", "0", "0", "0", "balanced"]]


def test_the_longest_gaps_first() -> None:
    head, table = quality()[1:3]
    assert head == Heading("Gaps")
    assert list(table.head) == ["Foot", "From", "To", "Samples", "Reason"]
    assert texts(table) == [
        ["left", "1.00 s", "1.20 s", "20", "link"],
        ["left", "0.10 s", "0.14 s", "4", "power loss"],
        ["left", "unknown", "unknown", "1", "off"],
    ]
    assert (table.texts, table.wide) == ((0, 4), 4)


@pytest.mark.parametrize(("gaps", "more"), [(8, ""), (9, "1 more gaps are in the recording's manifest.")])
def test_eight_gaps_are_printed(gaps: int, more: str) -> None:
    many = [RecordedGap(i, i + 1, 0.0, 0.0, "off") for i in range(gaps)]
    blocks = quality(recording(manifest=replace(recording().manifest, feet=[replace(LEFT, gaps=many)])))
    assert len(blocks[2].rows) == 8
    assert (Text(more, "small") in blocks) is bool(more)


def test_no_gaps_are_said() -> None:
    manifest = replace(recording().manifest, feet=[RIGHT])
    assert quality(recording(manifest=manifest))[1] == Text("No gaps.")


def test_wear_and_strides() -> None:
    """Standing 0.5 + 40.4 s, walking 83.6 s; 3 left and 2 right strides, one steady each."""
    blocks = quality()
    assert Text("Wear and activity: standing: 41 s; walking: 1 min 24 s.") in blocks
    left_out = "turn 1, start of walking 1, outlier 1, samples missing 1"
    assert Text(f"Strides used: left 1 of 3, right 1 of 2. Left out: {left_out}.") in blocks


def test_wear_that_is_not_known_and_a_missing_foot() -> None:
    full_analysis = tiny.one_foot()
    assert full_analysis.analysis.right is not None
    strides = replace(
        full_analysis.analysis.right.strides, reason=full_analysis.analysis.right.strides.reason * 0
    )
    right = replace(full_analysis.analysis.right, strides=strides)
    full_analysis = replace(
        full_analysis, analysis=replace(full_analysis.analysis, activities=(), right=right)
    )
    blocks = quality(full_analysis=full_analysis)
    assert Text("Wear and activity: unknown.") in blocks
    assert Text("Strides used: left none, right 2 of 2.") in blocks
    worn = replace(full_analysis.analysis, activities=(Activity("not_worn", 0.0, 7200.0),))
    assert Text("Wear and activity: not worn: 2.0 h.") in quality(
        full_analysis=replace(full_analysis, analysis=worn)
    )


@pytest.mark.parametrize(
    ("notes", "shown", "more"), [(0, 0, ""), (8, 8, ""), (9, 8, "1 more remarks are in the analysis file.")]
)
def test_eight_remarks_are_printed(notes: int, shown: int, more: str) -> None:
    full_analysis = replace(
        tiny.full_analysis(), notes=tuple(f"remark {i}" + "x" * 700 * (i == 0) for i in range(notes))
    )
    blocks = quality(full_analysis=full_analysis)
    if not notes:
        assert not isinstance(blocks[-1], Bullets)
        return
    bullets = blocks[-1]
    assert blocks[-2] == Heading("To know about this recording")
    items = [text for _, text in bullets.items]
    assert sum(text.startswith("remark") for text in items) == shown
    assert items[0].endswith("x ...")
    assert (items[-1] == more) is bool(more)
