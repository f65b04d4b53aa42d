"""Rules are data: complete, checked with a reason, and worded in every language."""

from dataclasses import replace
from pathlib import Path

import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import STRIDE_UNITS
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import (
    CARRIED,
    DERIVED,
    FOREFOOT_LOAD,
    LATERAL_ARCH,
    SECOND_PEAK_MISSING,
)
from plantigrade.posture.rules_engine.guidance import catalogue, languages
from plantigrade.posture.rules_engine.rules import (
    RULES_DIR,
    Combine,
    Rule,
    Scope,
    Severity,
    Statistic,
    Term,
    check_rule,
    load_rules,
    shipped_rules,
)
from plantigrade.posture.rules_engine.sustained import UNRELIEVED

RULES = shipped_rules()
SECONDS = {"still_s", "standing_s", "loaded_s", "one_sided_pct", "faulty_sensors", "not_worn_s"}
KNOWN = {
    SECOND_PEAK_MISSING,
    CARRIED,
    FOREFOOT_LOAD,
    LATERAL_ARCH,
    *NAMES,
    *STRIDE_UNITS,
    *(name for name, _, _ in DERIVED),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_shipped_rule_watches_what_exists_and_names_its_evidence(rule: Rule):
    check_rule(rule)
    known = {Scope.SECOND: SECONDS, Scope.FOOT_SECOND: {UNRELIEVED}}.get(rule.scope, KNOWN)
    assert {term.metric for term in rule.terms} <= known
    assert rule.evidence
    assert rule.references
    if not rule.scope.of_seconds and not rule.prescribed:
        assert rule.alert_strides >= 200, "stance times need 200 strides to be reliable"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_has_words_and_guidance_in_every_language(rule: Rule, language: str):
    texts = catalogue(language)
    for foot in (None, *Foot):
        assert "{" not in texts.patient(rule.id, foot) + texts.clinician(rule.id, foot)
    guide = texts.patterns[rule.pattern]
    assert guide.see
    assert guide.sources
    assert all(exercise.how and exercise.stop for exercise in guide.exercises)


def test_patients_words_are_short_and_never_name_a_diagnosis_as_certain():
    texts = catalogue("en")
    for rule in RULES.values():
        phrases = texts.patient(rule.id, Foot.LEFT)
        sentences = [s for s in phrases.replace("?", ".").replace(":", ".").split(".") if s.strip()]
        assert max(len(s.split()) for s in sentences) <= 25
        assert "you have" not in phrases.replace("You have been standing", "").lower()
    been = {rule for rule in RULES if "You have been standing" in texts.patient(rule, Foot.LEFT)}
    assert been == {"standing-still", "prolonged-standing"}


def test_an_unknown_language_is_refused():
    with pytest.raises(FileError, match="there are: de, en"):
        catalogue("tlh")


TERM = Term("x", Statistic.MEDIAN)
NO_TERMS = "needs terms with a positive scale and a sign of 1 or -1"
COUNTS = "strides: 12 <= min_strides <= window_strides <= 2000"
NEEDED = "alert_strides must not be below min_strides, nor above 5000"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"raise_level": 0.30}, "clear level 0.3 must lie below raise level 0.3"),
        ({"clear_level": 0.34}, "clear level 0.34 must lie below raise level 0.33"),
        ({"clear_level": float("nan")}, "clear level nan must lie below raise level 0.33"),
        ({"dwell_s": -0.1}, "dwell and interval must not be negative"),
        ({"min_interval_s": -0.1}, "dwell and interval must not be negative"),
        ({"min_strides": 11}, COUNTS),
        ({"min_strides": 61}, COUNTS),
        ({"window_strides": 29}, COUNTS),
        ({"window_strides": 2001}, COUNTS),
        ({"alert_strides": 29}, NEEDED),
        ({"alert_strides": 5001}, NEEDED),
        ({"terms": ()}, NO_TERMS),
        ({"terms": (TERM, replace(TERM, scale=0.0))}, NO_TERMS),
        ({"terms": (TERM, replace(TERM, scale=-1.0))}, NO_TERMS),
        ({"terms": (TERM, replace(TERM, sign=0.0))}, NO_TERMS),
        ({"terms": (TERM, replace(TERM, sign=-2.0))}, NO_TERMS),
        ({"least": 0.0}, "least must lie above 0 and not above 1, not 0.0"),
        ({"least": 1.01}, "least must lie above 0 and not above 1, not 1.01"),
        ({"scope": Scope.SECOND}, 'rules of scope "second" use the statistic "last"'),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(changed: dict[str, object], message: str):
    with pytest.raises(PlantigradeError) as refused:
        check_rule(replace(RULES["low-arch"], **changed))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "changed",
    [
        {"min_strides": 12, "window_strides": 12, "alert_strides": 12},
        {"min_strides": 2000, "window_strides": 2000, "alert_strides": 5000},
        {"dwell_s": 0.0, "min_interval_s": 0.0},
        {"terms": (replace(TERM, sign=-1.0, scale=1e-3),), "least": 1e-3},
    ],
)
def test_a_rule_may_go_to_the_ends_of_what_makes_sense(changed: dict[str, object]):
    check_rule(replace(RULES["low-arch"], **changed))


def test_a_rule_of_seconds_needs_no_strides_but_levels_all_the_same():
    check_rule(replace(RULES["standing-still"], min_strides=0, window_strides=0, alert_strides=0))
    with pytest.raises(PlantigradeError, match="must lie below"):
        check_rule(replace(RULES["standing-still"], clear_level=900.0))


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_needing_own_days_follows_from_the_terms(rule: Rule):
    own = {Statistic.DRIFT, Statistic.RATIO, Statistic.CV_RATIO}
    assert rule.needs_baseline == bool(own & {term.statistic for term in rule.terms})


WRITTEN = """
[[rule]]
id = "mine"
version = 3
title = "t"
pattern = "p"
scope = "side"
terms = [
  { metric = "x", statistic = "asymmetry", sign = -1, centre = 2.0, scale = 0.5 },
  { metric = "y", statistic = "sum" },
]
unit = "u"
raise_level = 2.0
clear_level = 1.0
dwell_s = 20
severity = "critical"
evidence = "e"
references = ["r", "s"]
min_strides = 30
alert_strides = 200
window_strides = 60
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_rules_is_read_as_it_is_written(tmp_path: Path):
    plain = load_rules(written(tmp_path / "mine.toml", WRITTEN))["mine"]
    assert plain == Rule(
        id="mine",
        version=3,
        title="t",
        pattern="p",
        scope=Scope.SIDE,
        terms=(Term("x", Statistic.ASYMMETRY, -1, 2.0, 0.5), Term("y", Statistic.SUM, 1.0, 0.0, 1.0)),
        unit="u",
        raise_level=2.0,
        clear_level=1.0,
        dwell_s=20,
        severity=Severity.CRITICAL,
        evidence="e",
        references=("r", "s"),
        min_strides=30,
        alert_strides=200,
        window_strides=60,
        min_interval_s=0.0,
        own_insole_only=False,
        combine=Combine.ALL,
        least=1.0,
    )
    more = 'combine = "mean"\nleast = 0.4\nown_insole_only = true\nmin_interval_s = 7200\n'
    full = load_rules(written(tmp_path / "mine.toml", WRITTEN + more))["mine"]
    assert full == replace(plain, combine=Combine.MEAN, least=0.4, own_insole_only=True, min_interval_s=7200)
    assert load_rules(written(tmp_path / "none.toml", "")) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not toml", "is not valid TOML: "),
        ("rule = 7", "is not a list of rules"),
        ("rule = [7]", "is not a list of rules"),
        ("[[rule]]\nid = 'x'", "rule x: 'scope'"),
        ("[[rule]]\nversion = 1", "rule without an id: 'scope'"),
        ("[[rule]]\nid = 'x'\nscope = 'nobody'", "rule x: 'nobody' is not a valid Scope"),
        ("[[rule]]\nid = 'x'\nsurprise = 1\nalso = 2", "rule x: unknown entries also, surprise"),
        (WRITTEN.replace('"asymmetry"', '"mode"'), "rule mine: 'mode' is not a valid Statistic"),
        (WRITTEN.replace('"critical"', '"dire"'), "rule mine: 'dire' is not a valid Severity"),
        (WRITTEN + 'combine = "any"', "rule mine: 'any' is not a valid Combine"),
        (WRITTEN.replace("sign = -1", "sign = -3"), f"rule mine: {NO_TERMS}"),
        (WRITTEN.replace("sign = -1", "sine = -1"), "rule mine: "),
        (WRITTEN.replace("min_strides = 30", "min_strides = 'many'"), "rule mine: "),
        (WRITTEN.replace('unit = "u"\n', ""), "rule mine: "),
        (WRITTEN + WRITTEN, "rule mine appears twice"),
    ],
)
def test_a_broken_file_of_rules_is_named_with_rule_and_reason(tmp_path: Path, text: str, message: str):
    path = written(tmp_path / "mine.toml", text)
    with pytest.raises(FileError) as refused:
        load_rules(path)
    assert str(refused.value).startswith(f"{path}: {message}")


def test_a_file_of_rules_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileError, match=r"none\.toml: cannot be read \(No such file or directory\)"):
        load_rules(tmp_path / "none.toml")


def test_no_file_takes_the_rule_of_another():
    files = sorted(RULES_DIR.glob("*.toml"))
    assert sum(len(load_rules(path)) for path in files) == len(RULES)
