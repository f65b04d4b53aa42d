"""`plantigrade posture` as a clinician uses it: an edit, its effect, the trail; own days; comparison."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.analyze_command.commands import analyze
from plantigrade.library.posture_commands.commands import posture
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, shipped_rules
from plantigrade.twin.body import Condition, another_day, draw_person, walk

PERSON = draw_person(31002)
KG = PERSON.weight_n / 9.80665
LOW_ARCH = shipped_rules()["low-arch"]


def recording(path: Path, seconds: float, day: int, *conditions: Condition) -> Path:
    """A virtual walk as plain CSV on our own layout."""
    forces = walk(another_day(PERSON, day), seconds, day, conditions).forces
    names = [f"{side}_{sensor}_n" for side in ("left", "right") for sensor in SENSOR_NAMES]
    table = np.column_stack([np.arange(len(forces.left)) / 100, forces.left, forces.right])
    title = f"# body_weight_kg: {KG:.2f}\ntime_s," + ",".join(names)
    np.savetxt(path, table, fmt="%.3f", delimiter=",", header=title, comments="")
    return path


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(posture, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def reported(*arguments: str | Path) -> dict:
    return json.loads(run(*arguments, "--json", "-").stdout)


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("walks") / "flat.csv", 330, 1, Condition("flat-foot", 3))


def test_a_clinicians_edit_changes_the_next_alert_and_is_in_the_trail(flat: Path, tmp_path: Path):
    book = tmp_path / "patient.json"
    before = reported("alerts", flat)
    arch = [alert for alert in before["alerts"] if alert["rule"] == "low-arch"]
    assert {alert["foot"] for alert in arch} == {"left", "right"}
    assert {(alert["rule_version"], alert["engine"]) for alert in arch} == {
        (str(LOW_ARCH.version), ENGINE_VERSION)
    }
    assert before["engine"] == ENGINE_VERSION
    assert before["algorithm"]

    text = run(
        "edit", "--rules", book, "low-arch", "raise_level", "0.6", "--by", "clinician", "--reason", "x"
    )
    assert f"version {LOW_ARCH.version}+1" in text.output
    after = reported("alerts", flat, "--rules", book)
    assert not [alert for alert in after["alerts"] if alert["rule"] == "low-arch"]
    assert {f["rule_version"] for f in after["findings"] if f["rule"] == "low-arch"} == {
        f"{LOW_ARCH.version}+1"
    }

    run("edit", "--rules", book, "low-arch", "raise_level", "0.35", "--by", "clinician", "--reason", "back")
    again = reported("alerts", flat, "--rules", book)
    levels = {alert["level"] for alert in again["alerts"] if alert["rule"] == "low-arch"}
    assert levels == {0.35}
    analysed = CliRunner().invoke(analyze, [str(flat), "--rules", str(book), "--json", "-"])
    found = json.loads(analysed.stdout)["posture"]
    assert {f["rule_version"] for f in found if f["rule"] == "low-arch"} == {f"{LOW_ARCH.version}+2"}
    (first, second) = reported("history", book)["edits"]
    assert (first["old"], first["new"], first["by"], first["reason"]) == (
        LOW_ARCH.raise_level,
        0.6,
        "clinician",
        "x",
    )
    assert second["old"] == 0.6
    assert "0.6 -> 0.35: back" in run("history", book).output


def test_a_refused_edit_leaves_no_file(tmp_path: Path):
    book = tmp_path / "patient.json"
    wrong = ["edit", "--rules", str(book), "low-arch", "raise_level", "0.01", "--by", "c", "--reason", "r"]
    result = CliRunner().invoke(posture, wrong)
    assert result.exit_code != 0
    assert not book.exists()


def test_the_rules_that_hold_are_listed(tmp_path: Path):
    listed = reported("rules")
    assert [rule["id"] for rule in listed["rules"]] == list(shipped_rules())
    assert "low-arch" in run("rules").output


def test_own_days_are_learned_and_used(flat: Path, tmp_path: Path):
    days = tmp_path / "own.json"
    for day in range(3):
        walked = recording(tmp_path / f"{day}.csv", 90, 10 + day)
        out = run("learn", walked, "--baseline", days, "--day", f"2026-03-0{day + 1}")
    assert "3 days of 'everyday'" in out.output
    found = reported("alerts", flat, "--baseline", days)["findings"]
    drift = {f["foot"]: f["state"] for f in found if f["rule"] == "arch-drift"}
    assert drift == {"left": "present", "right": "present"}
    missing = CliRunner().invoke(posture, ["alerts", str(flat), "--baseline", str(days), "--tag", "trail"])
    assert missing.exit_code != 0


def test_before_and_after_is_said_in_plain_sentences(tmp_path: Path):
    def sessions(name: str, degree: float, first: int) -> list[str]:
        made = [
            recording(tmp_path / f"{name}{i}.csv", 40, first + i, Condition("flat-foot", degree))
            for i in range(3)
        ]
        return [part for path in made for part in (f"--{name}", str(path))]

    arguments = [*sessions("before", 2.5, 30), *sessions("after", 0.5, 40), "--metric", "medial_arch_index"]
    out = run("compare", *arguments).output
    assert "The share of load on the inner middle of the foot (left foot) fell by" in out
    (left, right) = reported("compare", *arguments)["differences"]
    assert left["low"] < left["difference"] < left["high"] < 0
    assert right["foot"] == "right"
