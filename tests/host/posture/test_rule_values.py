"""How terms become a rule's value: the smallest, a mean of which none may be missing, sides, own days."""

from datetime import date, timedelta

import numpy as np
import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import PersonalBaseline, load_baseline
from plantigrade.posture.rules_engine.rules import Combine, Rule, Scope, Severity, Statistic, Term, check_rule
from plantigrade.posture.rules_engine.statistics import rule_value

from tests.host.posture.kit import Strides, columns


def rule(*terms: Term, scope: Scope = Scope.FOOT, combine: Combine = Combine.ALL, least: float = 1.0) -> Rule:
    return Rule(
        id="r",
        version=1,
        title="r",
        pattern="r",
        scope=scope,
        terms=terms,
        unit="1",
        raise_level=2.0,
        clear_level=1.0,
        dwell_s=0,
        severity=Severity.INFO,
        evidence="e",
        references=("r",),
        min_strides=12,
        window_strides=12,
        alert_strides=12,
        combine=combine,
        least=least,
    )


A, B = Term("a", Statistic.MEDIAN), Term("b", Statistic.MEDIAN)


@pytest.mark.parametrize(
    ("a", "b", "combine", "least", "value"),
    [
        (3.0, 1.0, Combine.ALL, 1.0, 1.0),
        (3.0, 1.0, Combine.MEAN, 0.3, 2.0),
        (3.8, 0.2, Combine.MEAN, 0.3, 0.2 / 0.3),  # the mean alone would be 2: one of the two is missing
        (3.0, -1.0, Combine.MEAN, 0.5, -2.0),
        (2.0, 2.0, Combine.MEAN, 1.0, 2.0),
    ],
)
def test_terms_combine(a: float, b: float, combine: Combine, least: float, value: float):
    strides = Strides({"a": [a], "b": [b]})
    assert rule_value(rule(A, B, combine=combine, least=least), Foot.LEFT, strides, None) == pytest.approx(
        value
    )


def test_a_term_that_is_not_known_leaves_the_rule_unknown():
    for combine in Combine:
        assert np.isnan(rule_value(rule(A, B, combine=combine), Foot.LEFT, Strides({"a": [3.0]}), None))


def test_the_sum_of_both_sides():
    both = rule(Term("a", Statistic.SUM, centre=1.0, scale=0.05), scope=Scope.SIDE)
    strides = Strides({"a": [0.60]}, {"a": [0.50]})
    assert rule_value(both, Foot.LEFT, strides, None) == pytest.approx(2.0)
    assert np.isnan(rule_value(both, Foot.LEFT, Strides({"a": [0.6]}, {}), None))


def test_variation_against_the_own_days(tmp_path):
    learned = PersonalBaseline()
    for day in range(3):
        strides = [columns(foot, strides=400, seed=day, noise=0.02, stride_time_s=1.1) for foot in Foot]
        learned.add_day(date(2026, 1, 1) + timedelta(days=day), "shoe", strides)
    reference = learned.for_tag("shoe")
    assert reference is not None
    assert reference.cv_pct(Foot.LEFT, "stride_time_s") == pytest.approx(2.0, rel=0.1)
    draw = np.random.default_rng(5)
    now = Strides({"stride_time_s": list(1.1 * (1 + 0.04 * draw.standard_normal(400)))})
    ratio = rule(Term("stride_time_s", Statistic.CV_RATIO))
    assert ratio.needs_baseline
    assert rule_value(ratio, Foot.LEFT, now, reference) == pytest.approx(2.0, rel=0.15)
    learned.save(tmp_path / "usual.json")
    assert load_baseline(tmp_path / "usual.json").days == learned.days


@pytest.mark.parametrize("least", [0.0, -0.5, 1.5])
def test_a_share_of_the_mean_outside_0_to_1_is_refused(least: float):
    with pytest.raises(PlantigradeError, match="least"):
        check_rule(rule(A, combine=Combine.MEAN, least=least))
