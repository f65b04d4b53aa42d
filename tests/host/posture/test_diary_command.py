"""`plantigrade posture diary` as a wearer uses it: entries in a file, and an honest answer about load."""

import json
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from click.testing import CliRunner, Result
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.library.posture_commands.commands import posture
from plantigrade.library.posture_commands.diary_commands import PLACES
from plantigrade.posture.baseline.baseline import PersonalBaseline, load_baseline
from plantigrade.posture.diary.day_load import daily_values
from plantigrade.posture.diary.diary import QUESTIONS, BodySite, load_diary
from plantigrade.posture.rules_engine.guidance import catalogue

from tests.host.posture.kit import columns
from tests.host.posture.test_posture_command import recording

FIRST = date(2026, 3, 1)


def diary(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(posture, ["diary", *(str(a) for a in arguments)])
    assert result.exit_code == code, f"{result.output} {result.exception}"
    return result


def own_days(path: Path, steps: list[float]) -> Path:
    """Days that differ by their steps alone."""
    own = PersonalBaseline()
    for i, count in enumerate(steps):
        tables = [columns(foot, loading_rate_bw_per_s=9.0, medial_arch_index=0.1) for foot in Foot]
        own.add_day(FIRST + timedelta(days=i), "everyday", tables, {"steps": count})
    own.save(path)
    return path


def stored(path: Path, scores: list[int], place: str = "knee") -> Path:
    """A diary of one entry each evening."""
    for i, score in enumerate(scores):
        at = f"{FIRST + timedelta(days=i)}T21:00"
        diary("add", place, str(score), "--at", at, "--diary", path)
    return path


def test_entries_are_kept_in_the_order_of_their_times(tmp_path: Path):
    book = tmp_path / "pain.json"
    diary(
        "add", "knee", "4", "--side", "left", "--at", "2026-03-02T21:00", "--note", "stairs", "--diary", book
    )
    text = diary("add", "lower-back", "0", "--at", "2026-03-01T20:30", "--diary", book).output
    assert "2 entries" in text
    lines = diary("list", "--diary", book).output.splitlines()
    assert lines == ["2026-03-01 20:30  lower back 0 of 10", "2026-03-02 21:00  left knee 4 of 10: stairs"]
    reported = json.loads(diary("list", "--diary", book, "--json", "-").stdout)
    assert [entry["score"] for entry in reported["entries"]] == [0, 4]
    assert [entry.at.tzinfo is not None for entry in load_diary(book)] == [True, True]


def test_a_diary_is_for_its_owner_alone_and_survives_a_place_that_refuses(tmp_path: Path):
    book = stored(tmp_path / "pain.json", [3, 4])
    assert book.stat().st_mode & 0o077 == 0
    before = book.read_bytes()
    with patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        answer = CliRunner().invoke(posture, ["diary", "add", "knee", "5", "--diary", str(book)])
    assert isinstance(answer.exception, FileError) and "No space left" in str(answer.exception)
    assert book.read_bytes() == before
    assert list(tmp_path.iterdir()) == [book]


@pytest.mark.parametrize("wrong", [["elbow", "3"], ["knee", "11"], ["knee", "-1"], ["knee", "two"]])
def test_an_entry_that_makes_no_sense_is_refused_and_nothing_written(tmp_path: Path, wrong: list[str]):
    book = tmp_path / "pain.json"
    diary("add", *wrong, "--diary", book, code=2)
    assert not book.exists()


def test_too_little_is_said_before_anything_else(tmp_path: Path):
    book = stored(tmp_path / "pain.json", [3, 5, 2, 6])
    text = diary("relate", "knee", "--diary", book, "--baseline", own_days(tmp_path / "own.json", [5e3] * 4))
    assert text.output.count("too early to say") == len(QUESTIONS[BodySite.KNEE])
    assert "known on 4 days, 14 are needed" in text.output
    assert "known on 0 days" in text.output, "the arch was never learned"


def test_pain_that_follows_the_steps_is_found_and_what_never_changed_is_not(tmp_path: Path):
    steps = np.random.default_rng(2).uniform(2000, 12000, 30)
    book = stored(tmp_path / "pain.json", np.clip(np.round(steps / 1500), 0, 10).astype(int).tolist())
    own = own_days(tmp_path / "own.json", steps.tolist())
    reported = json.loads(diary("relate", "knee", "--diary", book, "--baseline", own, "--json", "-").stdout)
    found = {relation["metric"]: relation for relation in reported["relations"]}
    assert found["steps"]["rho"] > 0.9
    assert found["steps"]["low"] > 0
    assert "the number of steps was higher" in found["steps"]["words"]
    assert found["loading_rate_bw_per_s"]["rho"] is None
    assert "hardly changed" in found["loading_rate_bw_per_s"]["words"]
    assert catalogue().disclaimer in diary("relate", "knee", "--diary", book, "--baseline", own).output


def test_a_learned_recording_gives_every_load_that_is_asked_for(tmp_path: Path):
    walked = recording(tmp_path / "day.csv", 90, 10)
    own = tmp_path / "own.json"
    learn = ["learn", str(walked), "--baseline", str(own), "--day", "2026-03-01"]
    assert CliRunner().invoke(posture, learn).exit_code == 0
    metrics = {metric for asked in QUESTIONS.values() for metric in asked}
    values = daily_values(load_baseline(own).days, sorted(metrics))
    assert {metric for metric, by_day in values.items() if by_day} == metrics
    assert 120 < values["steps"][FIRST] < 220
    assert values["standing_h"][FIRST] < 0.01


def test_parts_of_a_day_in_two_pairs_of_shoes_are_put_together():
    own = PersonalBaseline()
    for tag, strides, arch, loads in (
        ("trail", 60, 0.10, {"steps": 3000.0, "longest_still_min": 4.0}),
        ("work", 180, 0.14, {"steps": 1000.0, "longest_still_min": 9.0}),
    ):
        tables = [columns(foot, strides, noise=0.0, force_arch_index=arch) for foot in Foot]
        assert own.add_day(FIRST, tag, tables, loads)
    values = daily_values(own.days, ("steps", "longest_still_min", "force_arch_index"))
    assert values["steps"] == {FIRST: 4000.0}
    assert values["longest_still_min"] == {FIRST: 9.0}
    assert values["force_arch_index"][FIRST] == pytest.approx(0.13)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"schema": "plantigrade.diary/1"}',
        '{"schema": "plantigrade.diary/1", "entries": [{"at": "yesterday"}]}',
        '{"schema": "plantigrade.diary/1", "entries": [{"at": "2026-03-01T20:00", "place": "knee", '
        '"score": 3, "side": "", "note": ""}]}',
        '{"schema": "plantigrade.diary/1", "entries": [7]}',
    ],
)
def test_a_damaged_diary_is_named_and_left_alone(tmp_path: Path, content: str):
    book = tmp_path / "pain.json"
    book.write_text(content)
    result = diary("add", "knee", "3", "--diary", book, code=1)
    assert isinstance(result.exception, FileError)
    assert "pain.json" in str(result.exception)
    assert book.read_text() == content


def test_places_and_questions_have_words():
    words = catalogue()
    assert set(PLACES) == {place.value for place in BodySite} == set(words.places)
    assert {metric for asked in QUESTIONS.values() for metric in asked} <= set(words.metrics)


@pytest.mark.parametrize("place", BodySite)
def test_the_questions_are_those_of_the_reference(place: BodySite):
    page = Path(__file__).parents[3] / "docs" / "reference" / "posture-rules.md"
    asked = ", ".join(f"`{metric}`" for metric in QUESTIONS[place])
    assert f"| {catalogue().places[place.value]} | {asked} |" in page.read_text(encoding="utf-8")
