"""`plantigrade sessions person` on a record, and `plantigrade posture --person`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from plantigrade.cli import Invocation
from plantigrade.library.catalogue.library import Library
from plantigrade.library.posture_commands.commands import posture
from plantigrade.posture.diary.diary import BodySite, Entry, save_diary

from tests.host.library.command_line import document, misused, refused, reported, run
from tests.host.library.library_kit import FIRST, SECOND
from tests.host.library.record_kit import NOON

WALK = next((Path(__file__).parents[3] / "host/plantigrade/twin/walks").glob("*.txt.gz"))


@pytest.fixture
def data(one_person: Path) -> Path:
    reported(one_person, "person", "change", "P001", "--name", "Anna", "--time-zone", "Europe/Berlin")
    return one_person


def person(data: Path, *texts: str) -> list[str]:
    return reported(data, "person", *texts).splitlines()


def test_body_and_footwear(data: Path) -> None:
    lines = person(data, "weigh", "P001", "--kg", "72.5", "--on", "2026-01-01")
    assert lines[0].split()[:3] == ["2026-01-01", "72.5", "kg"] and lines[0].split()[3] == "-"
    assert document(data, "person", "weigh", "P001")["body"][0]["weight_kg"] == 72.5
    assert person(data, "footwear", "P001") == ["no footwear"]
    person(data, "footwear", "P001", "--add", "trail")
    person(data, "footwear", "P001", "--add", "insert", "--kind", "orthotic", "--remark", "left")
    assert person(data, "wear", "P001", "trail", "--from", "2026-03-01T08:00") == ["P001 wears now: trail"]
    assert person(data, "wear", "P001", "insert") == ["P001 wears now: trail + insert"]
    assert person(data, "wear", "P001", "insert", "--stop") == ["P001 wears now: trail"]
    assert person(data, "footwear", "P001")[:3] == [
        "shoe  trail", "  from 2026-03-01 08:00", "orthotic  insert  left",
    ]  # fmt: skip
    worn = document(data, "person", "footwear", "P001")["footwear"][0]["worn"][0]["from_utc"]
    assert worn == "2026-03-01T07:00:00+00:00", "times are those of Berlin"
    assert refused(data, "person", "wear", "P001", "boot").startswith("P001: no footwear is called 'boot'")


def test_insoles(data: Path) -> None:
    assert person(data, "insoles", "P001") == ["no insoles"]
    person(data, "insoles", "P001", "--assign", "A1", "--assign", "B2", "--at", "2026-03-01")
    person(data, "insoles", "P001", "--release", "A1", "--at", "2026-03-09T18:00")
    assert person(data, "insoles", "P001") == [
        "A1  from 2026-03-01 00:00 to 2026-03-09 18:00", "B2  from 2026-03-01 00:00",
    ]  # fmt: skip
    assert "no time" not in refused(data, "person", "insoles", "P001", "--release", "X")


def test_goals_cautions_and_consents(data: Path) -> None:
    assert person(data, "goals", "P001") == ["no goals"]
    person(data, "goals", "P001", "--wear-hours", "4.5")
    person(data, "goals", "P001", "--exercise", "heel-raise", "--times", "2")
    lines = person(data, "goals", "P001", "--done", "2", "1")
    assert lines[0].startswith("1  4.5 hours of wear a day, from ") and lines[2].endswith("  1")
    assert person(data, "cautions", "P001", "--set", "open-wound=no")[2] == "open-wound: no"
    assert "open-wound=maybe" in misused(data, "person", "cautions", "P001", "--set", "open-wound=maybe")
    given = ("--of", "alerts", "--of", "diary", "--purpose", "care", "--text", "1", "--until", "2026-12-31")
    (line,) = person(data, "consents", "P001", "--give", "Dr A", *given, "--by", "Anna")
    assert line.startswith("1  Dr A: alerts, diary for care, from ") and line.endswith("text 1, by Anna")
    assert " to 2027-01-01 00:00," in line
    assert person(data, "consents", "P001", "--withdraw", "1")[0].endswith("(no longer)")


def test_settings(data: Path) -> None:
    lines = person(data, "settings", "P001", "--quiet", "22:00-07:00", "--channel", "phone=ntfy://x/y?a=b")
    assert lines[0] == "quiet hours: 22:00 to 07:00" and lines[2] == "channels: phone"
    stored = document(data, "person", "settings", "P001", "--raw-days", "90", "--led-hint")["settings"][0]
    assert stored["channels"] == [{"name": "phone", "address": "ntfy://x/y?a=b"}]
    assert (stored["raw_days"], stored["led_hint"], stored["quiet_to"]) == (90, True, "07:00:00")
    lines = person(data, "settings", "P001", "--keep-raw", "--never-quiet", "--remove-channel", "phone")
    assert lines[0] == "quiet hours: never" and lines[2] == "channels: none"
    assert lines[6] == "raw samples stay: for ever" and lines[7] == "the insole blinks: yes"
    assert person(data, "settings", "P001", "--reset")[7] == "the insole blinks: no"
    assert "22 to 7" in misused(data, "person", "settings", "P001", "--quiet", "22 to 7")
    assert "at least 7 days" in refused(data, "person", "settings", "P001", "--raw-days", "3")


def test_rules_are_prescribed(data: Path) -> None:
    rule = ("person", "prescribe", "P001", "sustained-pressure")
    for wrong in ((), ("--limit", "5"), ("--limit", "5", "--minutes", "9", "--off")):
        assert misused(data, *rule, *wrong, "--reason", "r") == "Error: give --limit and --minutes, or --off"
    made = reported(
        data, *rule, "--limit", "5", "--minutes", "10", "--reason", "reduced feeling", "--by", "Dr A"
    )
    assert made.count("Dr A: sustained-pressure") == 4
    assert len(person(data, "rules", "P001")) == 4
    assert "enabled 1 -> 0: healed" in reported(data, *rule, "--off", "--reason", "healed")


def test_lists_that_are_empty(data: Path) -> None:
    empty = {
        "answers": "no answers", "deliveries": "no notifications",
        "rules": "no edits: the shipped rules hold",
        "baseline": "no days were learned", "diary": "no entries", "days": "nothing is known of these days",
    }  # fmt: skip
    for name, text in empty.items():
        assert person(data, name, "P001") == [text]


def test_the_record_at_a_glance_and_as_a_document(data: Path) -> None:
    assert person(data, "show", "P001")[:3] == [
        "person: P001 Anna", "time zone: Europe/Berlin", "insoles: none",
    ]  # fmt: skip
    found = document(data, "person", "show", "P001")
    assert found["person"]["time_zone"] == "Europe/Berlin"
    assert found["record"]["schema"] == "plantigrade.person-record/1"
    assert refused(data, "person", "show", "P9").startswith("no person 'P9'")
    log = document(data, "person", "accesses", "P001")["accesses"]
    assert {"read", "add person", "change person"} == {line["action"] for line in log}
    assert len(person(data, "accesses", "P001")) == len(log)


def test_broken_entries_are_told_apart_on_standard_error(data: Path) -> None:
    import sqlalchemy as sa

    posture_of(data, "diary", "add", "knee", "4")
    with Library(data) as library, library.store.write() as session:
        session.execute(sa.text("UPDATE diary_entries SET document = '{'"))
    result = run(data, "person", "diary", "P001")
    assert (result.stdout, result.exit_code) == ("no entries\n", 0)
    assert result.stderr == "P001: diary: entry 1 cannot be read: it is not JSON\n"
    assert document(data, "person", "diary", "P001")["cannot_be_read"] == [result.stderr.strip()]


def test_files_are_imported(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "pain.json"
    save_diary(path, [Entry(NOON, BodySite.KNEE, 4)])
    assert person(data, "import", "P001", str(path)) == [f"{path}: 1 entries of the diary, 1 of them new"]
    assert document(data, "person", "import", "P001", str(path))["files"] == [
        {"file": str(path), "what": "entries of the diary", "found": 1, "new": 0}
    ]
    assert person(data, "diary", "P001") == ["1  2026-03-01 12:00  knee  4 of 10"]
    assert person(data, "diary", "P001", "--remove", "1") == ["no entries"]


def test_recordings_of_nobody_wait_for_an_answer(two_recordings: Path) -> None:
    import sqlalchemy as sa

    data = two_recordings
    assert reported(data, "unassigned") == "no recording waits for an answer\n"
    with Library(data) as library, library.store.write() as session:
        unclear = "UPDATE recordings SET person_id = NULL, unassigned = 'two people'"
        session.execute(sa.text(unclear))
    assert reported(data, "unassigned").splitlines() == [
        f"{FIRST}  0:03  two people", f"{SECOND}  1:00  two people",
    ]  # fmt: skip
    reported(data, "tag", FIRST, "--person", "P001")
    assert document(data, "unassigned")["unassigned"] == [{"id": SECOND, "reason": "two people"}]
    reported(data, "tag", SECOND, "--set-aside")
    assert document(data, "unassigned")["unassigned"] == []
    reported(data, "tag", SECOND, "--person", "P001")
    assert reported(data, "list", "--person", "P001").count("20260") >= 2


# -- plantigrade posture


def posture_of(data: Path, *texts: str) -> str:
    """What `plantigrade posture ... --person P001` writes."""
    result = called(data, *texts, "--person", "P001")
    assert result.exit_code == 0 and result.exception is None, (result.output, result.exception)
    return result.stdout


def called(data: Path, *texts: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(posture, list(texts), obj=Invocation(data=data))


def test_posture_with_a_persons_rules(data: Path) -> None:
    edited = posture_of(data, "edit", "low-arch", "raise_level", "0.38", "--by", "Dr A", "--reason", "rigid")
    assert edited == ("low-arch is now version 4+1: raise_level 0.33 -> 0.38 (kept in the record of P001)\n")
    listed: dict[str, Any] = json.loads(posture_of(data, "rules", "--json", "-"))
    assert [r["raise_level"] for r in listed["rules"] if r["id"] == "low-arch"] == [0.38]
    assert "Dr A: low-arch (shipped version 4) raise_level 0.33 -> 0.38: rigid" in posture_of(data, "history")


def test_posture_with_a_persons_days_and_diary(data: Path) -> None:
    person(data, "footwear", "P001", "--add", "trail")
    person(data, "wear", "P001", "trail", "--from", "2026-03-01")
    learned = posture_of(data, "learn", str(WALK), "--day", "2026-03-02")
    assert learned == "the record of P001: 1 days of 'trail'; three are needed\n"
    assert person(data, "baseline", "P001")[0].startswith("2026-03-02  trail  ")
    assert person(data, "baseline", "P001", "--undo", "2026-03-02", "--tag", "trail")[0].endswith(
        "  (undone)"
    )
    undone = called(data, "learn", str(WALK), "--day", "2026-03-02", "--person", "P001")
    assert "--redo 2026-03-02 --tag 'trail'` lets it count again" in str(undone.exception)
    assert not person(data, "baseline", "P001", "--redo", "2026-03-02", "--tag", "trail")[0].endswith(
        "(undone)"
    )
    added = posture_of(data, "diary", "add", "knee", "4", "--at", "2026-03-02T12:00")
    assert added == "the record of P001: 2026-03-02 12:00  knee 4 of 10 (1 entry)\n"
    assert posture_of(data, "diary", "list") == "2026-03-02 12:00  knee 4 of 10\n"
    assert "both are known on 1 days, 14 are needed" in posture_of(data, "diary", "relate", "knee")


def test_posture_judges_a_recording_by_the_record(data: Path) -> None:
    found = json.loads(posture_of(data, "alerts", str(WALK), "--json", "-"))
    assert {finding["rule_version"] for finding in found["findings"] if finding["rule"] == "low-arch"} == {
        "4"
    }
    posture_of(data, "edit", "low-arch", "raise_level", "0.38", "--by", "a", "--reason", "r")
    found = json.loads(posture_of(data, "alerts", str(WALK), "--json", "-"))
    assert {finding["rule_version"] for finding in found["findings"] if finding["rule"] == "low-arch"} == {
        "4+1"
    }


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (("rules", "--rules", "x", "--person", "P001"), "give a file or --person, not both"),
        (("history",), "Missing argument 'FILE' (or option '--person')."),
        (("diary", "list"), "Missing option '--diary' (or '--person')."),
    ],
)
def test_a_file_or_a_person(texts: tuple[str, ...], problem: str, data: Path) -> None:
    result = called(data, *texts)
    assert result.exit_code == 2 and problem in result.stderr


def test_the_summary_of_a_week(data: Path, tmp_path: Path) -> None:
    (output,) = person(data, "weekly", "P001", "--to", "2026-03-08")
    assert output.startswith("Nothing was recorded this week.")
    printed = tmp_path / "week.pdf"
    assert person(data, "weekly", "P001", "--to", "2026-03-08", "--pdf", str(printed)) == [
        f"summary: {printed}"
    ]
    assert printed.read_bytes().startswith(b"%PDF")
    assert "P404" in refused(data, "person", "weekly", "P404")
