"""The library's words: durations, sizes, feet, starts; tables of the screen; JSON of entries."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner
from plantigrade.gait.results import Parameter
from plantigrade.library import terminal_tables
from plantigrade.library.entries import AuditEntry, Person, RecordingEntry, Tag
from plantigrade.library.entry_text import (
    audit_as_json,
    duration_text,
    entry_as_json,
    feet_text,
    listed_as_json,
    person_as_json,
    size_text,
    start_of,
)

ENTRY = RecordingEntry(
    "a", "insole", "", None, 1_772_366_400_250_000_000, 62.0, ("left", "right"), 100.0, 999, 1, 1_234_567, (),
    datetime(2026, 3, 2, tzinfo=UTC), None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "?"), (0.0, "0:00"), (0.49, "0:00"), (0.51, "0:01"), (9.0, "0:09"), (59.4, "0:59"),
        (59.6, "1:00"), (61.0, "1:01"), (3599.4, "59:59"), (3599.6, "1:00:00"), (3723.0, "1:02:03"),
        (86_400.0, "24:00:00"),
    ],
)  # fmt: skip
def test_durations(seconds: float | None, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (1049, "1.0 KB"), (1051, "1.1 KB"),
        (999_900, "999.9 KB"), (1_000_000, "1.0 MB"), (3_400_000_000, "3.4 GB"),
        (2e12, "2.0 TB"), (5e15, "5000.0 TB"),
    ],
)  # fmt: skip
def test_sizes(size: float, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("feet", "text"),
    [
        (("left", "right"), "both"), (("right", "left"), "both"), (("left",), "left"), (("right",), "right"),
        (("left", "unset"), "left, unset"), ((), ""),
    ],
)  # fmt: skip
def test_feet(feet: tuple[str, ...], text: str) -> None:
    assert feet_text(iter(feet)) == text


def test_starts() -> None:
    assert start_of(ENTRY) == datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
    assert start_of(ENTRY._replace(start_utc_ns=None)) == ENTRY.added_utc


def test_entries_as_json() -> None:
    one = ENTRY._replace(
        title="x", person="P1", tags=(Tag("shoe", "a"),), deleted_utc=datetime(2026, 3, 3, tzinfo=UTC)
    )
    assert entry_as_json(one) == {
        "id": "a", "kind": "insole", "title": "x", "person": "P1",
        "start_utc": "2026-03-01T12:00:00.250000+00:00",
        "start_utc_ns": 1_772_366_400_250_000_000,
        "duration_s": 62.0, "feet": ["left", "right"],
        "sample_rate_hz": 100.0, "frames_recorded": 999, "frames_missing": 1, "bytes": 1_234_567,
        "tags": ["shoe:a"], "added_utc": "2026-03-02T00:00:00+00:00",
        "deleted_utc": "2026-03-03T00:00:00+00:00",
    }  # fmt: skip
    unknown = entry_as_json(ENTRY._replace(start_utc_ns=None))
    assert (unknown["start_utc"], unknown["deleted_utc"]) == (None, None)
    listed = listed_as_json(one, ZoneInfo("Europe/Berlin"))
    assert listed == entry_as_json(one) | {"start_local": "2026-03-01T13:00:00.250000+01:00"}
    assert listed_as_json(ENTRY._replace(start_utc_ns=None), None)["start_local"] is None


def test_people_and_the_log_as_json() -> None:
    person = Person("P1", "Anna", date(1951, 3, 9), "female", 170.0, 61.0, 39.0, "x")
    assert person_as_json(person) == {
        "code": "P1", "name": "Anna", "birth_date": "1951-03-09", "sex": "female", "height_cm": 170.0,
        "weight_kg": 61.0, "shoe_size_eu": 39.0, "remark": "x", "time_zone": "", "language": "",
    }  # fmt: skip
    assert person_as_json(replace(person, birth_date=None))["birth_date"] is None
    line = AuditEntry(3, datetime(2026, 3, 1, 12, tzinfo=UTC), "who", "tag", "a", "shoe:x")
    assert audit_as_json(line) == {
        "id": 3, "at_utc": "2026-03-01T12:00:00+00:00", "actor": "who", "action": "tag", "subject": "a",
        "detail": "shoe:x",
    }  # fmt: skip


def shown(call: Any, *arguments: Any) -> list[str]:
    @click.command()
    def command() -> None:
        call(*arguments)

    result = CliRunner().invoke(command, [])
    assert result.exception is None
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_entries_on_the_screen() -> None:
    """One of a thousand frames is missing: 0.10 %."""
    other = ENTRY._replace(id="b", person="P1", title="ride [x]", tags=(Tag("shoe", "a"), Tag("other", "b")))
    other = other._replace(frames_missing=0, duration_s=None, feet=("left",), bytes=10)
    zones = {"P1": ZoneInfo("Pacific/Pago_Pago")}
    third = other._replace(id="c", person=None, start_utc_ns=None, title="", tags=())
    assert shown(terminal_tables.print_entries, [ENTRY, other, third], "4", zones, "c") == [
        "id  start                       person  length  feet  missing    size  title and tags",
        "a   2026-03-01 12:00            -         1:02  both   0.10 %  1.2 MB",
        "b   2026-03-01 01:00 UTC-11:00  P1           ?  left        0    10 B  ride [x] shoe:a other:b",
        "c   -                           -            ?  left        0    10 B",
        "3 of 4; --limit shows more, --after c the next ones",
    ]
    assert shown(terminal_tables.print_entries, [], "3", {}) == ["no recordings"]
    assert len(shown(terminal_tables.print_entries, [ENTRY], "1", {})) == 2


def test_a_recording_on_the_screen() -> None:
    foot = SimpleNamespace(
        foot="left",
        frames_requested=5,
        frames_recorded=3,
        frames_missing=2,
        missing_by_reason={"not_sent": 2},
    )
    manifest = SimpleNamespace(
        feet=[foot], provenance={"made_by": "x", "none": "", "never": None, "zero_is": 0}
    )
    entry = ENTRY._replace(title="ride", start_utc_ns=None)
    recording = SimpleNamespace(
        entry=entry, manifest=manifest, person=Person("P1"), devices={}, notes=[], analyses=[], alerts=[]
    )
    assert shown(terminal_tables.print_recording, recording) == [
        "a  ride",
        "  length   1:02, 100 Hz, 1.2 MB",
        "  person   P1",
        "  left     5 frames requested = 3 recorded + 2 missing",
        "           2 not sent",
        "  made by: x",
        "  zero is: 0",
    ]


def test_two_recordings_side_by_side() -> None:
    def one(value: float | None, unit: str = "s") -> Parameter:
        return Parameter(value, unit)

    rows = [
        ("stride_time_s", one(1.0), one(1.25)),
        ("f1_n", one(None, "N"), one(701.2345, "N")),
        ("c", one(2.0), one(None)),
    ]
    assert terminal_tables.comparison_as_json(rows) == {
        "stride_time_s": {"unit": "s", "first": 1.0, "second": 1.25, "difference": 0.25},
        "f1_n": {"unit": "N", "first": None, "second": 701.2345, "difference": None},
        "c": {"unit": "s", "first": 2.0, "second": None, "difference": None},
    }
    assert shown(terminal_tables.print_comparison, ENTRY, ENTRY._replace(id="bb"), rows) == [
        "parameter      a     bb  difference",
        "stride_time_s  1   1.25        0.25",
        "f1_n           -  701.2           -",
        "c              2      -           -",
    ]
    changes = [SimpleNamespace(words="left: longer"), SimpleNamespace(words="right: as before")]
    assert shown(terminal_tables.print_changes, changes) == ["left: longer", "right: as before"]


def test_lines_are_not_broken_where_nobody_looks() -> None:
    assert terminal_tables.WIDE == 200
    long = ENTRY._replace(title="x" * 120)
    assert len(shown(terminal_tables.print_entries, [long], 1, {})) == 2
    assert len(shown(terminal_tables.print_entries, [ENTRY._replace(title="x" * 240)], 1, {})) > 2


def test_on_a_terminal_nothing_is_coloured_but_the_heads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers are not highlighted, brackets are no markup, and lines are as wide as the terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    terminal_tables.print_entries([ENTRY._replace(title="walk 12 [bold]x[/bold] " + "y" * 60)], "1", {})
    lines = capsys.readouterr().out.splitlines()
    assert "\x1b[1m" in lines[0] and all("\x1b" not in line for line in lines[1:])
    assert "walk 12" in lines[1] and "[bold]x[/bold]" in "".join(lines) and len(lines) > 3
    assert max(len(line) for line in lines[1:]) <= 80


def test_work_tells_nothing_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_tables.working("checking") as progress:
        progress("a file", 0.5)
    assert capsys.readouterr() == ("", "")


def test_work_is_shown_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reported: list[dict[str, Any]] = []
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(terminal_tables.Bar, "update", lambda _bar, _task, **values: reported.append(values))
    with terminal_tables.working("checking") as progress:
        progress("file [1]", 0.5)
    out, err = capsys.readouterr()
    assert out == "" and "checking" in err
    assert reported == [{"description": "checking: file [1]", "completed": 0.5, "total": 1.0}]
