"""Each shipped rule judged just inside and just outside its level, as a finding and as an alert, on its side
only, with what it needs and what it says."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import StrideColumns, stride_observations
from plantigrade.posture.rules_engine.findings import RuleFinding, State, judge
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, Scope, shipped_rules

from tests.host.posture.kit import Usual, second
from tests.host.posture.rule_table import (
    ALERT_CASES,
    CASES,
    GONE,
    NUMBERS,
    SECONDS,
    TEXTS,
    Case,
    Numbers,
    Own,
    Value,
)

RULES = {name: rule for name, rule in shipped_rules().items() if not rule.prescribed}
"""Those that hold without a clinician; test_sustained_by_hand.py has the others."""
INSIDE = [case for case in CASES if case.present]
RAISED = [case for case in ALERT_CASES if case.present]
METRICS = (
    "medial_arch_index",
    "force_arch_index",
    "lateral_arch_index",
    "ml_index_heel",
    "ml_index_forefoot",
    "cop_mean_x_pct",
    "forefoot_load_kpa_bw",
    "forefoot_pti_bw",
    "heel_pti_bw",
    "loading_rate_bw_per_s",
    "push_off_bw",
    "second_peak_missing",
    "stance_time_s",
    "impulse_n_s",
    "mean_force_n",
    "load_share_heel_pct",
    "load_share_forefoot_pct",
    "heel_off_s",
    "carried_bw",
    "stride_time_s",
    "double_support_pct",
)


def named(cases: list[Case]) -> list[str]:
    return [f"{case.rule} at {case.value:g}" for case in cases]


def column(value: Value, n: int) -> np.ndarray:
    if isinstance(value, tuple):
        mean, swing = value
        return mean + swing * np.where(np.arange(n) % 2, -1.0, 1.0)
    return np.full(n, value)


def table(foot: Foot, values: Mapping[str, Value], n: int) -> StrideColumns:
    end_s = 1.1 * np.arange(1, n + 1) + (0.55 if foot is Foot.RIGHT else 0.0)
    columns = {name: column(value, n) for name, value in values.items()}
    return StrideColumns(foot, end_s, np.ones(n, np.bool_), columns)


def feet(case: Case, side: Foot, n: int = 30) -> list[StrideColumns]:
    """The case on a side; where the rule looks at single feet the other one has strides without values."""
    return [table(foot, case.this if foot is side else case.other, n) for foot in Foot]


def usual(own: Own | None) -> Usual | None:
    return None if own is None else Usual(own.centres, own.spread, own.cv_pct)


def finding(case: Case, side: Foot, tables: list[StrideColumns], **changed: object) -> RuleFinding:
    book = RuleBook({case.rule: RULES[case.rule]})
    found = judge(tables, book, **({"reference": usual(case.usual)} | changed))
    return next(one for one in found if one.foot is (None if RULES[case.rule].scope is Scope.BOTH else side))


def test_the_table_has_every_shipped_rule_inside_and_outside_of_its_level():
    assert list(NUMBERS) == list(RULES)
    assert set(TEXTS) == set(RULES)
    for name, rule in RULES.items():
        states = {case.present for case in CASES if case.rule == name}
        assert states == ({True, False} if rule.scope is not Scope.SECOND else set())
    assert {name for name, rule in RULES.items() if rule.scope is Scope.SECOND} == set(SECONDS)
    assert {term.metric for rule in RULES.values() for term in rule.terms} == {*METRICS, *SECONDS.values()}


@pytest.mark.parametrize(("name", "numbers"), NUMBERS.items(), ids=list(NUMBERS))
def test_a_rule_has_its_numbers(name: str, numbers: Numbers):
    rule = RULES[name]
    assert rule.id == name
    assert (rule.version, rule.raise_level, rule.clear_level) == (
        numbers.version,
        numbers.raise_level,
        numbers.clear_level,
    )
    assert (rule.severity.value, rule.min_interval_s) == (numbers.severity, numbers.interval_s)
    assert (rule.dwell_s, rule.own_insole_only) == (numbers.dwell_s, numbers.own_insole_only)
    assert rule.clinician_only == numbers.clinician_only
    assert (rule.min_strides, rule.alert_strides, rule.window_strides) == numbers.strides
    assert rule.needs_baseline == (any(case.usual for case in CASES if case.rule == name))


@pytest.mark.worked_example(
    "medial_arch_index",
    "force_arch_index",
    "lateral_arch_index",
    "ml_index_heel",
    "ml_index_forefoot",
    "cop_mean_x_pct",
    "forefoot_load_kpa_bw",
    "forefoot_pti_bw",
    "heel_pti_bw",
    "loading_rate_bw_per_s",
    "push_off_bw",
    "second_peak_missing",
    "stance_time_s",
    "impulse_n_s",
    "mean_force_n",
    "load_share_heel_pct",
    "load_share_forefoot_pct",
    "heel_off_s",
    "carried_bw",
    "stride_time_s",
    "double_support_pct",
)
@pytest.mark.parametrize("side", Foot)
@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_a_finding_is_present_inside_the_level_and_absent_outside(case: Case, side: Foot):
    one = finding(case, side, feet(case, side))
    assert one.value == pytest.approx(case.value, abs=2e-6)
    assert one.state is (State.PRESENT if case.present else State.ABSENT)
    rule = RULES[case.rule]
    assert (one.rule, one.rule_version, one.engine) == (rule.id, str(rule.version), ENGINE_VERSION)
    assert (one.title, one.pattern, one.unit) == (rule.title, rule.pattern, rule.unit)
    assert one.raise_level == pytest.approx(rule.raise_level if case.level is None else case.level)
    assert one.severity is rule.severity
    assert (one.evidence, one.references) == (rule.evidence, rule.references)
    assert (one.strides, one.note) == (30, "")


@pytest.mark.parametrize("case", INSIDE, ids=named(INSIDE))
def test_the_other_side_is_not_blamed(case: Case):
    """What one foot does is no finding of the other; what both do is told once."""
    scope = RULES[case.rule].scope
    found = judge(feet(case, Foot.RIGHT), RuleBook({case.rule: RULES[case.rule]}), usual(case.usual))
    states = {one.foot: one.state for one in found}
    if scope is Scope.BOTH:
        assert states == {None: State.PRESENT}
    else:
        others = State.UNKNOWN if scope is Scope.FOOT else State.ABSENT
        assert states == {Foot.LEFT: others, Foot.RIGHT: State.PRESENT}


@pytest.mark.parametrize("case", INSIDE, ids=named(INSIDE))
def test_one_stride_too_few_leaves_it_open(case: Case):
    both = RULES[case.rule].scope is not Scope.FOOT
    for fewer in Foot if both else [Foot.LEFT]:
        tables = feet(case, Foot.LEFT)
        tables = [feet(case, Foot.LEFT, 29)[i] if one.foot is fewer else one for i, one in enumerate(tables)]
        one = finding(case, Foot.LEFT, tables)
        assert (one.state, one.strides) == (State.UNKNOWN, 29)
        assert one.note == "needs 30 valid strides, there are 29"
    alone = finding(case, Foot.LEFT, feet(case, Foot.LEFT)[:1])
    assert alone.state is (State.UNKNOWN if both else State.PRESENT)
    assert alone.note == ("needs 30 valid strides, there are 0" if both else "")


@pytest.mark.parametrize("case", INSIDE, ids=named(INSIDE))
def test_a_rule_without_what_it_needs_says_what(case: Case):
    rule, tables = RULES[case.rule], feet(case, Foot.LEFT)
    elsewhere = finding(case, Foot.LEFT, tables, own_insole=False)
    assert elsewhere.note == (
        "levels are known for the Plantigrade insole only; this recording has other sensors"
        if rule.own_insole_only
        else ""
    )
    strange = finding(case, Foot.LEFT, tables, reference=None)
    assert strange.note == (
        "needs a personal baseline of at least three days in these shoes" if rule.needs_baseline else ""
    )
    metrics = ", ".join(term.metric for term in rule.terms)
    for term in rule.terms:
        lacking = [replace(one, values={**one.values, term.metric: np.full(30, np.nan)}) for one in tables]
        one = finding(case, Foot.LEFT, lacking)
        assert (one.state, one.note) == (State.UNKNOWN, f"the recording does not give {metrics}")
    for one in (elsewhere, strange):
        assert one.state is (State.UNKNOWN if one.note else State.PRESENT)


def alerts(case: Case, *parts: list[StrideColumns], own: bool = True) -> list[Alert]:
    """What the monitor says of strides one part after the other."""
    monitor = Monitor(RuleBook({case.rule: RULES[case.rule]}), usual(case.usual), own_insole=own)
    from_s = 0.0
    for part in parts:
        moved = [replace(one, end_s=one.end_s + from_s) for one in part]
        monitor.feed(list(stride_observations(moved)))
        from_s = max(float(one.end_s[-1]) for one in moved)
    monitor.finish()
    return monitor.log.alerts


@pytest.mark.parametrize("side", Foot)
@pytest.mark.parametrize("case", ALERT_CASES, ids=named(ALERT_CASES))
def test_an_alert_comes_after_200_strides_and_20_seconds_inside_the_level_alone(case: Case, side: Foot):
    """Every fourth stride is judged, 4.4 s: the fifth after the 200th is the first 20 s later.

    Where both feet are needed the left foot's 200th stride comes when the right one has 199.
    """
    scope = RULES[case.rule].scope
    needed = 220 if scope is Scope.FOOT else 224
    found = alerts(case, feet(case, side, needed))
    if not case.present:
        assert found == []
        return
    (alert,) = found
    assert alert.foot is (None if scope is Scope.BOTH else side)
    assert alert.value == pytest.approx(case.value, abs=2e-6)
    level = RULES[case.rule].raise_level if case.level is None else case.level
    assert (alert.level, alert.severity) == (pytest.approx(level), RULES[case.rule].severity)
    assert alert.raised_s - alert.onset_s == pytest.approx(22.0)
    assert alert.shown
    assert alerts(case, feet(case, side, needed - 1)) == []


@pytest.mark.parametrize("case", RAISED, ids=named(RAISED))
def test_an_alert_stays_between_the_levels_and_goes_away_at_the_lower_one(case: Case):
    """240 strides inside, then 200 just outside, or as many at or below the clear level."""
    side, inside = Foot.LEFT, feet(case, Foot.LEFT, 240)
    between = next(one for one in ALERT_CASES if one.rule == case.rule and not one.present and one.between)
    if case.rule == "push-off-missing":
        between = replace(between, this={"second_peak_missing": 0.6})  # (0.6 - 0.1) / 0.2 = 2.5
    assert [one.cleared_s for one in alerts(case, inside, feet(between, side, 200))] == [None]
    gone = GONE.get(case.rule, replace(case, this=case.other, other=case.this))
    (alert, *others) = alerts(case, inside, feet(gone, side, 200))
    assert {one.foot for one in others} <= {side.other}
    assert alert.cleared_s is not None
    assert 240 * 1.1 + 20 < alert.cleared_s < (240 + 120) * 1.1 + 30


@pytest.mark.parametrize("case", [case for case in INSIDE if case not in RAISED and case.rule[:3] == "leg"])
def test_what_is_for_clinicians_alone_is_a_finding_and_never_an_alert(case: Case):
    assert finding(case, Foot.LEFT, feet(case, Foot.LEFT)).clinician_only
    assert alerts(case, feet(case, Foot.LEFT, 400)) == []


@pytest.mark.parametrize("case", RAISED, ids=named(RAISED))
def test_an_alert_needs_our_insole_where_a_finding_does(case: Case):
    text = bool(alerts(case, feet(case, Foot.LEFT, 240), own=False))
    assert text is not RULES[case.rule].own_insole_only


@pytest.mark.worked_example(
    "still_s", "standing_s", "loaded_s", "one_sided_pct", "faulty_sensors", "not_worn_s"
)
@pytest.mark.parametrize(("name", "metric"), SECONDS.items(), ids=list(SECONDS))
def test_a_rule_of_seconds_is_raised_at_its_level_and_cleared_at_the_lower_one(name: str, metric: str):
    """Values a hundredth below and at the levels, a second apart, each for as long as the dwell."""
    numbers = NUMBERS[name]
    high, low = numbers.raise_level, numbers.clear_level
    lasting = int(numbers.dwell_s) + 1
    values = [high - 0.01] * 90 + [high] * lasting + [low + 0.01] * 90 + [low] * lasting
    monitor = Monitor(RuleBook({name: RULES[name]}))
    monitor.feed([second(float(i), **{metric: value}) for i, value in enumerate(values)])
    monitor.finish()
    (alert,) = monitor.log.alerts
    assert (alert.onset_s, alert.raised_s) == (90.0, 90.0 + numbers.dwell_s)
    assert alert.cleared_s == 90.0 + lasting + 90.0 + numbers.dwell_s
    assert (alert.rule, alert.foot, alert.value, alert.level) == (name, None, high, high)
    assert judge([], RuleBook({name: RULES[name]})) == [], "a whole recording has no finding of seconds"


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("foot", Foot)
def test_the_first_sentence_says_what_and_where(name: str, foot: Foot):
    text = catalogue("en").patient(name, foot)
    assert text.startswith(TEXTS[name].format(f"{foot.value} foot"))


@pytest.mark.parametrize("rule", ["push-off-drift", "push-off-missing"])
@pytest.mark.parametrize(
    ("usual_share", "state"),
    [(0.49, State.PRESENT), (0.5, State.UNKNOWN), (float("nan"), State.UNKNOWN)],
)
def test_a_foot_without_the_habit_that_a_rule_needs_is_not_judged(
    rule: str, usual_share: float, state: State
):
    """Push-off 5 SD below the usual one, and 0.99 of the steps without a second peak, far above the usual."""
    own = Own({"push_off_bw": 1.1, "second_peak_missing": usual_share}, 0.02)
    case = Case(rule, {"push_off_bw": 1.0, "second_peak_missing": 0.99}, 0.0, False, usual=own)
    one = finding(case, Foot.LEFT, feet(case, Foot.LEFT))
    assert one.state is state
    habit = RULES[rule].habit
    assert habit is not None
    assert one.note == ("" if state is State.PRESENT else habit.otherwise)
    assert len(alerts(case, feet(case, Foot.LEFT, 400))) == (state is State.PRESENT)


def test_a_share_of_steps_is_their_mean_whichever_is_more_frequent():
    """Two in five steps without a second peak are 0.4, where the median would be 0."""
    steps = [Case("push-off-missing", {"second_peak_missing": share}, 0.0, False) for share in (0.0, 1.0)]
    tables = feet(steps[0], Foot.LEFT, 60)
    missing = np.tile([0.0, 1.0, 0.0, 1.0, 0.0], 12)
    mixed = [replace(one, values={"second_peak_missing": missing}) for one in tables]
    own = Own({"second_peak_missing": 0.1}, 0.1)
    found = finding(Case("push-off-missing", {}, 0.0, False, usual=own), Foot.LEFT, mixed)
    assert (found.value, found.state) == (pytest.approx(3.0), State.PRESENT)
