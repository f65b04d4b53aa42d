"""Texts by rule and pattern, and how they reach the posture section and an alert's JSON."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, SensorLayout
from plantigrade.posture.rules_engine import guidance
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.rules_engine.findings import RuleFinding, State
from plantigrade.posture.rules_engine.guidance import Exercise, catalogue, languages
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Severity, shipped_rules
from plantigrade.posture.rules_engine.section import (
    alert_as_json,
    as_json,
    findings,
    medial_of,
    posture_section,
)

from tests.host.posture.analysed import analysis, foot_analysis, stride_table
from tests.host.posture.kit import Usual, columns

TEXTS = catalogue()
EDITED = datetime(2026, 3, 1, tzinfo=UTC)
DISCLAIMER = (
    "This is not a diagnosis. It describes how your feet carry load and what that can go with. If something "
    "hurts, talk to a professional."
)


@pytest.mark.parametrize(
    ("foot", "side"), [(Foot.LEFT, "left foot"), (Foot.RIGHT, "right foot"), (None, "both feet")]
)
def test_a_text_names_the_side(foot: Foot | None, side: str):
    assert TEXTS.patient("pronation", foot) == (
        f"The inner side of your {side} carries more than usual. People call this overpronation."
    )
    assert TEXTS.clinician("push-off-drift", foot) == (
        f"Second vertical peak below the personal baseline ({side}); judged only where most stances of the "
        "own days have one."
    )


def test_a_pattern_comes_with_all_its_texts():
    guide = TEXTS.patterns["fatigue"]
    assert (guide.pattern, guide.title) == ("fatigue", "Tired steps")
    assert guide.felt == "Calves, soles, sometimes the lower back."
    assert guide.knee == "Tired thighs leave more of each step to the knee."
    assert guide.hip == "Usually not."
    assert guide.back == "Tired legs hold the trunk less well; the lower back may feel it."
    assert guide.orthotics == ("Not the first thing to try.",)
    assert guide.footwear == ("Cushioned shoes on long days.",)
    assert [one.title for one in guide.exercises] == ["Calf pump", "Calf stretch", "Heel raise"]
    assert guide.exercises[0] == Exercise(
        "Calf pump",
        "Rise on tiptoe and lower 20 times, or walk on the spot for a minute.",
        "Stop with sharp pain.",
        "calf-pump",
    )
    assert guide.see.startswith("See a doctor when you tire much sooner")
    assert guide.sources == ("pattern assumed; see the rule",)


def test_the_catalogue_has_its_parts_in_their_places():
    assert (TEXTS.language, TEXTS.disclaimer, languages()) == ("en", DISCLAIMER, ("de", "en"))
    assert TEXTS.metrics["steps"] == "the number of steps"
    assert TEXTS.places["lower-back"] == "lower back"
    assert TEXTS.compare["rose"].startswith("{what} ({side}) rose by")
    assert TEXTS.diary["none"].startswith("No clear link of")
    assert TEXTS.sides["both"] == "both feet"
    assert catalogue("en") == TEXTS


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ("[place]", "'place'"),
        ('disclaimer = "', "'disclaimer'"),
        ('see = "Whoever looks', "'see'"),
        ('stop = "Stop with sharp pain in calf', "stop"),
    ],
)
def test_a_catalogue_that_lacks_something_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, message: str
):
    text = (guidance.TEXT_DIR / "en.toml").read_text(encoding="utf-8")
    assert text.count(lost) == 1
    renamed = lost.replace("[place]", "[lost]") if "[" in lost else f"lost_{lost}"
    changed = text.replace(lost, renamed) if "stop" not in lost else text.replace(lost, f"# {lost}")
    (tmp_path / "xx.toml").write_text(changed, encoding="utf-8")
    monkeypatch.setattr(guidance, "TEXT_DIR", tmp_path)
    catalogue.cache_clear()
    with pytest.raises(FileError) as refused:
        catalogue("xx")
    assert str(refused.value).startswith(f"{tmp_path / 'xx.toml'}: is not a complete text catalogue: ")
    assert message in str(refused.value)
    catalogue.cache_clear()


FOUND = RuleFinding(
    rule="low-arch",
    rule_version="2+1",
    engine="posture-x",
    title="Low-arch loading pattern",
    pattern="low-arch",
    foot=Foot.LEFT,
    state=State.PRESENT,
    value=0.21234567,
    sd=float("nan"),
    unit="share",
    raise_level=0.15,
    confidence=0.98765432,
    strides=80,
    note="",
    severity=Severity.NOTICE,
    evidence="virtual",
    references=("a", "b"),
)


def test_a_finding_as_json():
    plain = as_json(replace(FOUND, state=State.ABSENT), TEXTS)
    assert plain == {
        "rule": "low-arch",
        "rule_version": "2+1",
        "engine": "posture-x",
        "title": "Low-arch loading pattern",
        "foot": "left",
        "state": "absent",
        "value": 0.212346,
        "sd": None,
        "unit": "share",
        "raise_level": 0.15,
        "confidence": 0.987654,
        "n": 80,
        "severity": "notice",
        "evidence": "virtual",
        "references": ["a", "b"],
    }
    unknown = as_json(replace(FOUND, state=State.UNKNOWN, foot=None, note="why"), TEXTS)
    assert unknown == plain | {"state": "unknown", "foot": "both", "note": "why"}


def test_a_finding_that_is_present_comes_with_words_and_guidance():
    full = as_json(FOUND, TEXTS)
    guide = TEXTS.patterns["low-arch"]
    assert full["patient"] == TEXTS.patient("low-arch", Foot.LEFT)
    assert full["clinician"] == TEXTS.clinician("low-arch", Foot.LEFT)
    exercises = [
        {"title": one.title, "how": one.how, "stop": one.stop, "id": one.id} for one in guide.exercises
    ]
    assert [one["id"] for one in exercises] == ["short-foot", "heel-raise", "calf-stretch"]
    assert full["guidance"] == {
        "felt": guide.felt,
        "knee": guide.knee,
        "hip": guide.hip,
        "lower_back": guide.back,
        "orthotics": list(guide.orthotics),
        "footwear": list(guide.footwear),
        "exercises": exercises,
        "see_a_professional": guide.see,
        "sources": list(guide.sources),
        "disclaimer": DISCLAIMER,
    }


def test_an_alert_as_json():
    alert = Alert(3, "high-arch", "2", "e", Foot.RIGHT, Severity.NOTICE, 30.5, 10.0, -0.08123456, -0.086, 204)
    expected = {
        "number": 3,
        "rule": "high-arch",
        "rule_version": "2",
        "engine": "e",
        "foot": "right",
        "severity": "notice",
        "onset_s": 10.0,
        "raised_s": 30.5,
        "cleared_s": None,
        "acknowledged_s": None,
        "shown": True,
        "value": -0.081235,
        "level": -0.086,
        "strides": 204,
        "patient": TEXTS.patient("high-arch", Foot.RIGHT),
        "clinician": TEXTS.clinician("high-arch", Foot.RIGHT),
    }
    assert alert_as_json(alert, TEXTS) == expected
    quiet = replace(alert, foot=None, cleared_s=50.0, acknowledged_s=40.0, shown=False, value=float("nan"))
    reported = alert_as_json(quiet, TEXTS)
    assert {key: reported[key] for key in ("foot", "cleared_s", "acknowledged_s", "shown", "value")} == {
        "foot": "both",
        "cleared_s": 50.0,
        "acknowledged_s": 40.0,
        "shown": False,
        "value": None,
    }


LAYOUT = own_layout(42)
FLAT = {"medial_arch_index": 0.5, "stance_time_s": 0.6, "impulse_n_s": 400.0}


def both_feet(**values: float) -> list[StrideColumns]:
    return [columns(foot, 40, noise=0.0, **values) for foot in Foot]


def test_present_findings_come_first_then_absent_then_unknown_each_in_the_order_of_the_rules():
    states = [one.state for one in findings(both_feet(**FLAT), LAYOUT)]
    assert states == sorted(states, key=[State.PRESENT, State.ABSENT, State.UNKNOWN].index)
    assert set(states) == set(State)
    unknown = [one.rule for one in findings([], LAYOUT)]
    order = [name for name in shipped_rules() if name in unknown]
    assert list(dict.fromkeys(unknown)) == order


def test_levels_of_our_insole_hold_for_every_size_of_it_and_for_no_other():
    def state(layout: SensorLayout | None) -> set[State]:
        return {one.state for one in findings(both_feet(**FLAT), layout) if one.rule == "low-arch"}

    assert state(LAYOUT) == {State.PRESENT}
    assert state(own_layout(36)) == {State.PRESENT}
    assert state(replace(LAYOUT, name="plantigrade-16b")) == {State.PRESENT}
    assert state(replace(LAYOUT, name="another-16")) == {State.UNKNOWN}
    assert state(None) == {State.UNKNOWN}


def test_findings_use_rules_baseline_and_layout_that_are_given():
    book = RuleBook({"arch-drift": shipped_rules()["arch-drift"]})
    usual = Usual({"force_arch_index": 0.15}, 0.01)
    tables = [
        replace(one, impulse_n_s=np.full(16, 25.0), relative_sd=np.full(16, 0.1))
        for one in both_feet(force_arch_index=0.2, medial_arch_index=0.5)
    ]
    drift = findings(tables, LAYOUT, book, usual)
    assert [(one.rule, one.foot) for one in drift] == [("arch-drift", Foot.LEFT), ("arch-drift", Foot.RIGHT)]
    assert [one.value for one in drift] == pytest.approx([5.0, 5.0])
    (arch, _) = (one for one in findings(tables, LAYOUT) if one.rule == "low-arch")
    assert arch.sd > 0
    (quick, _) = (one for one in findings(tables, LAYOUT, uncertainty=False) if one.rule == "low-arch")
    assert np.isnan(quick.sd)


def test_the_section_of_an_analysis_passes_everything_on():
    ends = [1.1 * i for i in range(1, 41)]
    table = stride_table(ends, pressure={"medial_arch_index": [0.5] * 40, "force_arch_index": [0.2] * 40})
    feet = [foot_analysis(foot, table, [25.0] * 16) for foot in Foot]
    complete = analysis(*feet, weight_n=700.0)
    sure = posture_section(complete, LAYOUT)
    assert [(one["rule"], one["foot"]) for one in sure[:2]] == [("low-arch", "left"), ("low-arch", "right")]
    assert sure[0]["sd"] == 0.0
    vague = posture_section(complete, LAYOUT, relative_sd={foot: np.full(16, 0.1) for foot in Foot})
    assert vague[0]["sd"] > 0.0
    book = RuleBook()
    book.edit("low-arch", "raise_level", 0.6, by="a", at=EDITED, reason="r")
    edited = posture_section(complete, LAYOUT, book=book)
    assert {one["state"] for one in edited if one["rule"] == "low-arch"} == {"absent"}
    usual = Usual({"force_arch_index": 0.15}, 0.01)
    drifted = posture_section(complete, LAYOUT, reference=usual)
    assert {one["state"] for one in drifted if one["rule"] == "arch-drift"} == {"present"}
    with pytest.raises(FileError, match="there are no texts in 'tlh'"):
        posture_section(complete, LAYOUT, language="tlh")


def test_our_layout_has_medial_and_lateral_sensors_in_heel_and_forefoot():
    side = medial_of(LAYOUT)
    assert set(side.tolist()) <= {1.0, 0.0, -1.0}
    for region in ("heel", "forefoot"):
        here = {side[i] for i, name in enumerate(LAYOUT.region) if name == region}
        assert {1.0, -1.0} <= here
