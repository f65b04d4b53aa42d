"""Rules are data: complete, checked, editable by a clinician with a trail, and worded in every language."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import STRIDE_UNITS
from plantigrade.gait.signals import Foot
from plantigrade.posture.guidance import catalogue, languages
from plantigrade.posture.intake import CARRIED, DERIVED, FOREFOOT_LOAD, SECOND_PEAK_MISSING
from plantigrade.posture.rulebook import RuleBook, load_rulebook
from plantigrade.posture.rules import Rule, Scope, check_rule, load_rules, shipped_rules

RULES = shipped_rules()
SECONDS = {"still_s", "standing_s", "loaded_s", "one_sided_pct", "faulty_sensors", "not_worn_s"}
KNOWN = {
    SECOND_PEAK_MISSING,
    CARRIED,
    FOREFOOT_LOAD,
    *NAMES,
    *STRIDE_UNITS,
    *(name for name, _, _ in DERIVED),
}
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_shipped_rule_watches_what_exists_and_names_its_evidence(rule: Rule):
    check_rule(rule)
    known = SECONDS if rule.scope is Scope.SECOND else KNOWN
    assert {term.metric for term in rule.terms} <= known
    assert rule.evidence
    assert rule.references
    if rule.scope is not Scope.SECOND:
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
        words = texts.patient(rule.id, Foot.LEFT)
        sentences = [s for s in words.replace("?", ".").replace(":", ".").split(".") if s.strip()]
        assert max(len(s.split()) for s in sentences) <= 25
        assert "you have" not in words.lower() or "standing" in words


def test_an_unknown_language_is_refused():
    with pytest.raises(FileError, match="there are: en"):
        catalogue("tlh")


BROKEN = {
    "raise_level": 0.1,  # below the clear level
    "min_strides": 5,
    "window_strides": 20,
    "alert_strides": 10,
    "dwell_s": -1.0,
    "terms": (),
}


@pytest.mark.parametrize(("field", "value"), BROKEN.items())
def test_a_rule_that_contradicts_itself_is_refused(field: str, value: object):
    with pytest.raises(PlantigradeError):
        check_rule(replace(RULES["low-arch"], **{field: value}))


@pytest.mark.parametrize(
    "text",
    [
        "[[rule]]\nid = 'x'",
        "not toml",
        "[[rule]]\nid = 'x'\nscope = 'nobody'",
        "[[rule]]\nid = 'x'\nsurprise = 1",
    ],
)
def test_a_broken_file_of_rules_is_named(tmp_path: Path, text: str):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(FileError, match=r"mine\.toml"):
        load_rules(path)


def test_an_edit_changes_the_rule_and_stays_in_the_trail(tmp_path: Path):
    book = RuleBook()
    shipped = RULES["low-arch"]
    assert book.label("low-arch") == str(shipped.version)
    book.edit("low-arch", "raise_level", 0.30, by="clinician A", at=AT, reason="rigid orthotic")
    book.edit("low-arch", "window_strides", 100, by="clinician A", at=AT, reason="uneven ground")
    assert book.rules["low-arch"].raise_level == 0.30
    assert book.label("low-arch") == f"{shipped.version}+2"
    assert [(e.field, e.old, e.new, e.by) for e in book.trail] == [
        ("raise_level", shipped.raise_level, 0.30, "clinician A"),
        ("window_strides", 60, 100, "clinician A"),
    ]
    book.save(tmp_path / "book.json")
    again = load_rulebook(tmp_path / "book.json")
    assert again.rules == book.rules
    assert again.trail == book.trail
    assert RuleBook().rules["low-arch"] == shipped, "other patients keep the shipped level"


@pytest.mark.parametrize(
    ("rule", "field", "value", "by", "reason", "at"),
    [
        ("nothing", "raise_level", 1, "a", "b", AT),
        ("low-arch", "severity", 1, "a", "b", AT),
        ("low-arch", "raise_level", 0.1, "a", "b", AT),
        ("low-arch", "raise_level", float("nan"), "a", "b", AT),
        ("low-arch", "min_strides", 30.5, "a", "b", AT),
        ("low-arch", "raise_level", 0.3, " ", "b", AT),
        ("low-arch", "raise_level", 0.3, "a", "", AT),
        ("low-arch", "raise_level", 0.3, "a", "b", datetime(2026, 3, 1)),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_leaves_no_trace(rule, field, value, by, reason, at):
    book = RuleBook()
    with pytest.raises(PlantigradeError):
        book.edit(rule, field, value, by=by, at=at, reason=reason)
    assert book.trail == []
    assert book.rules == RULES


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": "plantigrade.rulebook/1", "edits": [{}]}'])
def test_a_broken_rule_book_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "book.json"
    path.write_text(content)
    with pytest.raises(FileError):
        load_rulebook(path)
