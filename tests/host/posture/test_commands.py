"""`plantigrade posture` word for word: rules, edits, alerts, days, comparisons, on walks of trapezoids."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.results import ALGORITHM_VERSION
from plantigrade.gait.signals import Foot
from plantigrade.library.posture_commands.commands import posture
from plantigrade.posture.baseline.baseline import load_baseline
from plantigrade.posture.norms.reference_set import load_reference, save_reference
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook, load_rulebook
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, shipped_rules

from tests.host.posture.trapezoids import trapezoids

TEXTS = catalogue()
RULES = shipped_rules()


def call(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(posture, [str(one) for one in arguments])


def message(*arguments: str | Path) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    return result.stdout


def reported(*arguments: str | Path) -> dict[str, Any]:
    return json.loads(message(*arguments, "--json", "-"))


def refused(*arguments: str | Path) -> str:
    result = call(*arguments)
    assert isinstance(result.exception, PlantigradeError), f"{result.output} {result.exception}"
    return str(result.exception)


def edit(book: Path, rule: str, field: str, value: float) -> str:
    return message("edit", "--rules", book, rule, field, str(value), "--by", "Dr. A", "--reason", "why not")


@pytest.fixture(scope="module")
def limp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """250 strides, 0.6 s on the left foot and 0.7 s on the right one, of 70 kg."""
    return trapezoids(tmp_path_factory.mktemp("walks") / "limp.csv", 250, kg=70)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 strides alike, then 30 s of standing."""
    return trapezoids(tmp_path_factory.mktemp("walks") / "short.csv", 80, right_s=0.6, stand_s=30)


def test_the_rules_that_hold_are_a_table(tmp_path: Path):
    book = tmp_path / "book.json"
    edit(book, "low-arch", "raise_level", 0.38)
    lines = [line.split() for line in message("rules").splitlines()]
    assert lines[0] == ["rule", "version", "raise", "clear", "unit", "dwell", "s", "severity"]
    assert lines[1] == ["low-arch", "4", "0.33", "0.3", "share", "20", "notice"]
    assert lines[-2:] == [
        ["double-support-drift", "1", "2.5", "1.5", "SD", "between", "own", "days", "20", "warning"],
        ["fatigue", "3", "1.5", "1", "SD", "between", "own", "days", "20", "info"],
    ]
    assert len(lines) == len(RULES) + 1
    off = {line[0]: line[-2:] for line in lines if line[-1] == "off"}
    assert off == {
        "sustained-pressure": ["critical,", "off"],
        "forefoot-pressure-limit": ["warning,", "off"],
    }
    edited = [line.split() for line in message("rules", "--rules", book).splitlines()]
    assert edited[1] == ["low-arch", "4+1", "0.38", "0.3", "share", "20", "notice"]
    assert edited[2:] == lines[2:]


def test_a_narrow_terminal_cuts_no_name_of_a_rule():
    narrow = CliRunner(env={"COLUMNS": "60"}).invoke(posture, ["rules"])
    assert "forefoot-overload-drift" in narrow.stdout


def term(metric: str, sign: float, centre: float, scale: float) -> dict[str, Any]:
    return {"metric": metric, "statistic": "median", "sign": sign, "centre": centre, "scale": scale}


def test_the_rules_as_json_are_whole(tmp_path: Path):
    file = tmp_path / "rules.json"
    assert message("rules", "--json", file) == ""
    listed = json.loads(file.read_text(encoding="utf-8"))
    assert (listed["schema"], listed["engine"]) == ("plantigrade.rules/1", ENGINE_VERSION)
    assert [one["id"] for one in listed["rules"]] == list(RULES)
    first = listed["rules"][3]
    assert first == {
        "id": "supination",
        "version": 5,
        "rule_version": "5",
        "title": "Lateral (supinated) loading pattern",
        "pattern": "supination",
        "scope": "foot",
        "terms": [
            term("ml_index_heel", -1, -0.018, 0.10),
            term("ml_index_forefoot", -1, 0.049, 0.17),
            term("cop_mean_x_pct", 1.0, 54.4, 2.5),
        ],
        "unit": "SD of healthy feet",
        "raise_level": 1.4,
        "clear_level": 1.05,
        "dwell_s": 20,
        "severity": "notice",
        "evidence": "scales: 144 healthy feet in shoes; centres and level: virtual",
        "references": list(RULES["supination"].references),
        "min_strides": 30,
        "alert_strides": 200,
        "window_strides": 60,
        "min_interval_s": 86400,
        "own_insole_only": True,
        "combine": "mean",
        "least": 0.3,
        "clear_dwell_s": None,
        "prescribed": False,
        "enabled": True,
        "limit_source": "",
        "marked_level": 2.2,
        "elsewhere": [],
        "slope": None,
        "slope_by_speed": None,
        "habit": None,
        "clinician_only": False,
    }
    by_name = {one["id"]: one for one in listed["rules"]}
    assert by_name["load-asymmetry"]["elsewhere"][1] == {
        "on": "plate",
        "raise_level": 4.0,
        "clear_level": 2.8,
        "marked_level": 8.0,
    }
    prescribed = {one["id"]: one for one in listed["rules"] if one["prescribed"]}
    assert prescribed["sustained-pressure"]["limit_source"].startswith("Abbott et al. 2019")
    assert prescribed["forefoot-pressure-limit"]["limit_source"] == "no published limit found"
    assert not any(one["enabled"] for one in prescribed.values())


def test_an_edit_says_what_it_did_and_history_who_and_when(tmp_path: Path):
    book = tmp_path / "book.json"
    before = datetime.now(UTC)
    assert edit(book, "low-arch", "raise_level", 0.38) == (
        f"low-arch is now version 4+1: raise_level 0.33 -> 0.38 (kept in {book})\n"
    )
    assert edit(book, "low-arch", "dwell_s", 30) == (
        f"low-arch is now version 4+2: dwell_s 20 -> 30 (kept in {book})\n"
    )
    first, second = load_rulebook(book).trail
    assert before <= datetime.fromisoformat(first.at) <= datetime.fromisoformat(second.at)
    assert datetime.fromisoformat(second.at) - before < timedelta(minutes=5)
    assert message("history", book) == (
        f"{first.at}  Dr. A: low-arch (shipped version 4) raise_level 0.33 -> 0.38: why not\n"
        f"{second.at}  Dr. A: low-arch (shipped version 4) dwell_s 20 -> 30: why not\n"
    )
    listed = reported("history", book)
    assert listed == {"schema": "plantigrade.rules/1", "edits": [vars(first), vars(second)]}


def test_a_level_may_be_negative(tmp_path: Path):
    book = tmp_path / "book.json"
    assert edit(book, "high-arch", "raise_level", -0.08) == (
        f"high-arch is now version 4+1: raise_level -0.085 -> -0.08 (kept in {book})\n"
    )
    unknown = call("edit", "--rules", book, "high-arch", "raise_level", "1", "--bye", "a", "--reason", "r")
    assert unknown.exit_code == 2


def test_a_history_without_edits_says_so(tmp_path: Path):
    RuleBook().save(tmp_path / "book.json")
    assert message("history", tmp_path / "book.json") == "No edits: the shipped rules hold.\n"
    assert reported("history", tmp_path / "book.json")["edits"] == []


def test_a_refused_edit_says_why_and_leaves_no_file(tmp_path: Path):
    book = tmp_path / "book.json"
    wrong = ("edit", "--rules", book, "low-arch", "raise_level", "0.01", "--by", "c", "--reason", "r")
    assert refused(*wrong) == "clear level 0.3 must lie below raise level 0.01"
    assert not book.exists()
    assert refused("rules", "--rules", book).endswith("cannot be read (No such file or directory)")


def test_alerts_and_findings_of_a_limp(limp: Path):
    """0.1 s of a mean of 0.65 s on the ground are 15.4 %; areas 700 x 0.54 and 700 x 0.64: 16.9 %."""
    answer = reported("alerts", limp)
    assert answer["schema"] == "plantigrade.alerts/1"
    assert (answer["algorithm"], answer["engine"]) == (ALGORITHM_VERSION, ENGINE_VERSION)
    assert answer["input"] == str(limp)
    assert [(one["rule"], one["foot"]) for one in answer["alerts"]] == [
        ("stance-asymmetry", "left"),
        ("load-asymmetry", "left"),
    ]
    present = [one for one in answer["findings"] if one["state"] == "present"]
    assert [(one["rule"], one["foot"]) for one in present] == [
        ("stance-asymmetry", "left"),
        ("load-asymmetry", "left"),
    ]
    assert present[0]["value"] == pytest.approx(15.4, rel=0.2)
    assert present[1]["value"] == pytest.approx(16.9, rel=0.05)
    text = message("alerts", limp).splitlines()
    patients = [TEXTS.patient(rule, Foot.LEFT) for rule in ("stance-asymmetry", "load-asymmetry")]
    first, second = answer["alerts"]
    assert text[:2] == [
        f"{first['raised_s']:7.0f} s  notice  stance-asymmetry (version 3), left: {patients[0]}",
        f"{second['raised_s']:7.0f} s  notice  load-asymmetry (version 4), left: {patients[1]}",
    ]
    assert text[2] == (
        f"finding  stance-asymmetry (version 3), left: {present[0]['value']:.3g} where 6 is the level, "
        f"{100 * present[0]['confidence']:.0f} % sure. {patients[0]}"
    )
    absent = sum(one["state"] == "absent" for one in answer["findings"])
    unknown = sum(one["state"] == "unknown" for one in answer["findings"])
    assert text[4] == f"2 findings, {absent} absent, {unknown} not known. {TEXTS.disclaimer}"
    assert (absent, len(text)) == (3, 5)
    assert unknown == len(answer["findings"]) - absent - 2


def test_levels_can_be_taken_from_a_clinics_own_set(limp: Path, tmp_path: Path):
    shipped = load_reference()
    key = "asymmetry impulse_n_s"
    narrow = shipped.distributions | {key: replace(shipped.distributions[key], sd=2.95)}
    save_reference(replace(shipped, distributions=narrow), tmp_path / "ours.json")
    answer = reported("alerts", limp, "--reference", tmp_path / "ours.json")
    (one,) = (f for f in answer["findings"] if (f["rule"], f["foot"]) == ("load-asymmetry", "left"))
    assert (one["state"], one["raise_level"]) == ("present", pytest.approx(6.5))


def test_an_even_walk_has_no_alert(short: Path):
    text = message("alerts", short).splitlines()
    assert text[0] == "No alert."
    assert text[1].startswith("0 findings, ")


def test_more_alerts_than_an_hour_allows_are_marked(limp: Path, tmp_path: Path):
    """Own days at hand, levels that everything passes: the fifth alert and those after it are kept quiet."""
    book, days = tmp_path / "book.json", tmp_path / "own.json"
    for i in range(3):
        message("learn", limp, "--baseline", days, "--day", f"2026-03-0{i + 1}")
    for rule in ("double-support-drift", "loading-rate-drift"):
        edit(book, rule, "clear_level", -100.0)
        edit(book, rule, "raise_level", -99.0)
    answer = reported("alerts", limp, "--rules", book, "--baseline", days)
    shown = [one["shown"] for one in answer["alerts"]]
    assert shown == [True] * 4 + [False] * (len(shown) - 4)
    assert len(shown) == 5
    assert {one["rule_version"] for one in answer["alerts"] if one["rule"].endswith("drift")} == {"1+2"}
    quiet = [
        " (suppressed): " in line
        for line in message("alerts", limp, "--rules", book, "--baseline", days).splitlines()
    ]
    assert quiet[:5] == [False] * 4 + [True]
    assert not any(quiet[5:])
    missing = refused("alerts", limp, "--baseline", days, "--tag", "trail")
    assert "has fewer than three days with the tag 'trail'" in missing


def test_rules_of_our_insole_stay_silent_on_other_sensors(limp: Path, tmp_path: Path):
    book = tmp_path / "book.json"
    edit(book, "loading-rate", "clear_level", 0.0)
    edit(book, "loading-rate", "raise_level", 0.1)
    rules = {one["rule"] for one in reported("alerts", limp, "--rules", book)["alerts"]}
    assert "loading-rate" not in rules


def medians(days: Path) -> dict[str, float]:
    return load_baseline(days).days[-1].medians


def test_a_day_is_learned_with_its_date_shoes_medians_and_loads(short: Path, tmp_path: Path):
    """Weight from the strides: 2 x 700 x 0.54 / 1.12 = 675 N; on each foot 350 N while standing for 30 s."""
    days = tmp_path / "own.json"

    def learn(day: str, tag: str = "trail") -> str:
        return message("learn", short, "--baseline", days, "--tag", tag, "--day", day)

    assert learn("2026-03-01") == f"{days}: 1 days of 'trail'; three are needed\n"
    assert learn("2026-03-02") == f"{days}: 2 days of 'trail'; three are needed\n"
    assert learn("2026-03-02") == f"{days}: 2 days of 'trail'; three are needed\n"
    assert learn("2026-03-03", "work") == f"{days}: 1 days of 'work'; three are needed\n"
    assert learn("2026-03-04") == f"{days}: 3 days of 'trail'\n"
    day = load_baseline(days).days[0]
    assert (day.day, day.tag) == (date(2026, 3, 1).isoformat(), "trail")
    assert day.medians["left/stride_time_s"] == pytest.approx(1.12, abs=1e-6)
    assert day.loads["standing_h"] == pytest.approx(30 / 3600, abs=2 / 3600)
    assert day.loads["longest_still_min"] == pytest.approx(0.5, abs=2 / 60)
    assert day.loads["steps"] == pytest.approx(160, abs=4)
    assert day.loads["load_asymmetry_pct"] == pytest.approx(0.0, abs=0.5)


def test_the_weight_that_is_given_stands_before_that_of_the_file(limp: Path, tmp_path: Path):
    """70 kg in the file, 84 given: forces in body weights are five sixths of it. A weight that walking
    denies, as twice of it, would not be used."""
    days = tmp_path / "own.json"
    message("learn", limp, "--baseline", days, "--day", "2026-03-01")
    as_file = medians(days)["left/loading_rate_bw_per_s"]
    message("learn", limp, "--baseline", days, "--day", "2026-03-01", "--body-weight-kg", "84")
    assert medians(days)["left/loading_rate_bw_per_s"] == pytest.approx(as_file / 1.2)
    assert as_file > 0


def test_too_short_a_walk_is_no_day(tmp_path: Path):
    few = trapezoids(tmp_path / "few.csv", 50)
    days = tmp_path / "own.json"
    assert refused("learn", few, "--baseline", days, "--day", "2026-03-01") == (
        f"{few}: has fewer than 60 valid strides a foot: too few for a day of the baseline"
    )
    assert not days.exists()


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Two walks before with stances of 0.60 and 0.62 s on the left, two after of 0.70 and 0.74 s."""
    folder = tmp_path_factory.mktemp("walks")
    made = {"before": (0.60, 0.62), "after": (0.70, 0.74)}
    return {
        name: [
            part
            for left_s in stances
            for part in (f"--{name}", str(trapezoids(folder / f"{left_s}.csv", left_s=left_s, kg=70)))
        ]
        for name, stances in made.items()
    }


def test_a_comparison_as_json_and_in_words(sides: dict[str, list[str]]):
    asked = [*sides["before"], *sides["after"], "--metric", "stance_time_s"]
    answer = reported("compare", *asked)
    left, right = answer["differences"]
    assert answer["schema"] == "plantigrade.comparison/1"
    assert (left["metric"], left["foot"], right["foot"]) == ("stance_time_s", "left", "right")
    assert left["difference"] == pytest.approx(0.11, abs=0.005)  # 0.72 less 0.61
    assert right["difference"] == pytest.approx(0.0, abs=0.005)
    assert (left["sessions_before"], left["sessions_after"], left["paired"]) == (2, 2, False)
    assert (left["confidence"], left["minimal_change"]) == (0.95, None)
    # Half the interval: 12.706 x sqrt(0.0002 / 2 + 0.0008 / 2).
    assert left["high"] - left["difference"] == pytest.approx(12.706 * np.sqrt(0.0005), rel=0.15)
    assert message("compare", *asked).splitlines() == [left["words"], right["words"]]
    paired = reported("compare", *asked, "--paired")["differences"][0]
    assert paired["paired"]
    assert paired["high"] - paired["difference"] == pytest.approx(12.706 * 0.01, rel=0.3)  # 0.10 and 0.12


def test_a_comparison_of_the_usual_values_leaves_out_what_is_not_known(sides: dict[str, list[str]]):
    answer = reported("compare", *sides["before"], *sides["after"])
    assert [one["metric"] for one in answer["differences"][::2]] == [
        "stride_time_s",
        "stance_pct",
        "double_support_pct",
        "stance_asymmetry_pct",
    ]
    assert answer["differences"][-2]["minimal_change"]["value"] == 1.8
    assert answer["differences"][0]["minimal_change"] == {
        "value": 0.069,
        "unit": "s",
        "source": "assumed: 2.77 times the day-to-day SD that the baseline takes for granted; not a "
        "published value",
    }


def test_a_comparison_of_what_does_not_exist_or_is_not_known_is_refused(
    sides: dict[str, list[str]], tmp_path: Path
):
    asked = [*sides["before"], *sides["after"], "--metric"]
    assert refused("compare", *asked, "zeal", "--metric", "charm", "--metric", "stance_time_s") == (
        "no stride value is called charm, zeal"
    )
    assert refused("compare", *asked, "foot_flat_s") == (
        "no value is known on both sides: 12 valid strides a recording are needed"
    )
    uneven = [*sides["before"], *sides["after"][:2], "--paired"]
    assert refused("compare", *uneven) == "pairs need as many sessions before (2) as after (1)"


def test_a_comparison_in_body_weights_uses_the_weight_that_is_given(sides: dict[str, list[str]]):
    asked = [*sides["before"], *sides["after"], "--metric", "loading_rate_bw_per_s"]
    usual = reported("compare", *asked)["differences"][0]["before"]
    less = reported("compare", *asked, "--body-weight-kg", "84")["differences"][0]["before"]
    assert less == pytest.approx(usual / 1.2)


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["edit", "low-arch", "raise_level", "1", "--by", "a", "--reason", "r"], "--rules"),
        (["edit", "--rules", "x", "low-arch", "raise_level", "1", "--reason", "r"], "--by"),
        (["edit", "--rules", "x", "low-arch", "raise_level", "1", "--by", "a"], "--reason"),
        (["learn", ".", "--day", "2026-03-01"], "--baseline"),
        (["learn", ".", "--baseline", "x"], "--day"),
        (["compare", "--before", "."], "--after"),
        (["compare", "--after", "."], "--before"),
        (["alerts", "nowhere.csv"], "nowhere.csv"),
        (["learn", "nowhere.csv", "--baseline", "x", "--day", "2026-03-01"], "nowhere.csv"),
        (["alerts", ".", "--body-weight-kg", "1.9"], "--body-weight-kg"),
        (["alerts", ".", "--body-weight-kg", "501"], "--body-weight-kg"),
    ],
)
def test_what_a_command_needs_is_asked_for(arguments: list[str], missing: str):
    result = call(*arguments)
    assert result.exit_code == 2
    assert missing in result.stderr


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path):
    nowhere = tmp_path / "no folder" / "rules.json"
    result = call("rules", "--json", nowhere)
    assert isinstance(result.exception, FileError)
    assert str(nowhere) in str(result.exception)
