"""Before and after: differences, intervals, minimal changes and sentences, worked out on paper.

Quantiles of Student's t are those of the printed table: 12.706 for one degree of freedom, 4.3027 for two.
"""

from collections.abc import Sequence

import numpy as np
import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.before_after import (
    MINIMAL_CHANGE,
    STANCE_ASYMMETRY,
    Difference,
    MinimalChange,
    compare,
)
from plantigrade.posture.rules_engine.features import StrideColumns

from tests.host.posture.kit import columns


def sessions(metric: str, *medians: float | None) -> list[list[StrideColumns]]:
    """One session for each; None where the left foot has no strides."""
    made: list[list[StrideColumns]] = []
    for median in medians:
        right = columns(Foot.RIGHT, 12, noise=0.0, **{metric: 1.0})
        left = [] if median is None else [columns(Foot.LEFT, 12, noise=0.0, **{metric: median})]
        made.append([right, *left])
    return made


def left_of(
    before: Sequence[float | None],
    after: Sequence[float | None],
    metric: str = "x",
    *,
    paired: bool = False,
    confidence: float = 0.95,
) -> Difference:
    found = compare(
        sessions(metric, *before), sessions(metric, *after), [metric], paired=paired, confidence=confidence
    )
    return next(one for one in found if one.foot is Foot.LEFT)


def numbers(one: Difference) -> tuple[float | None, ...]:
    return one.before, one.after, one.difference, one.low, one.high


@pytest.mark.worked_example("before", "after", "difference", "low", "high")
def test_sessions_that_are_not_paired():
    """Before 10, 12, 14: mean 12, variance 4. After 15, 17: mean 16, variance 2.

    Error sqrt(4/3 + 2/2) = 1.527525, freedom of the smaller side 1: 4 -+ 12.7062 x 1.527525 = 4 -+ 19.4091.
    """
    one = left_of([10, 12, 14], [15, 17])
    assert numbers(one) == pytest.approx((12.0, 16.0, 4.0, -15.4091, 23.4091), abs=2e-4)
    assert (one.metric, one.sessions_before, one.sessions_after, one.paired) == ("x", 3, 2, False)
    assert one.confidence == 0.95
    assert one.minimal_change is None


@pytest.mark.worked_example("low", "high")
def test_sessions_in_pairs():
    """Changes 3, 2, 3: mean 2.666667, variance 1/3, error sqrt(1/9) = 1/3; 4.30265 / 3 = 1.434217."""
    one = left_of([10, 12, 14], [13, 14, 17], paired=True)
    assert numbers(one) == pytest.approx((12.0, 14.666667, 2.666667, 1.232450, 4.100884), abs=2e-5)
    assert one.paired


@pytest.mark.worked_example("low", "high")
def test_less_confidence_is_a_narrower_interval():
    """At 90 % the table has 2.91999 for two degrees of freedom: 2.666667 -+ 0.973328."""
    one = left_of([10, 12, 14], [13, 14, 17], paired=True, confidence=0.9)
    assert numbers(one)[3:] == pytest.approx((1.693339, 3.639995), abs=2e-5)
    assert one.confidence == 0.9


def test_two_sessions_a_side_give_an_interval_and_one_none():
    """10, 12 and 20, 22: variances 2 and 2, error sqrt(2), freedom 1: 10 -+ 17.9692."""
    assert numbers(left_of([10, 12], [20, 22])) == pytest.approx((11, 21, 10, -7.96925, 27.96925), abs=2e-4)
    for before, after in (([10], [20, 22]), ([10, 12], [20])):
        one = left_of(before, after)
        assert (one.low, one.high) == (None, None)
        assert (one.sessions_before, one.sessions_after) == (len(before), len(after))


def test_a_session_counts_with_the_median_of_at_least_twelve_valid_strides():
    few = [columns(Foot.LEFT, 11, noise=0.0, x=1.0)]
    skewed = columns(Foot.LEFT, 12, noise=0.0, x=1.0)
    values = {"x": np.array([1.0] * 5 + [3.0] * 7)}
    enough = [StrideColumns(Foot.LEFT, skewed.end_s, skewed.valid, values)]
    (one,) = compare([few, enough, enough], [enough, enough], ["x"])
    assert (one.before, one.sessions_before, one.after, one.sessions_after) == (3.0, 2, 3.0, 2)
    assert compare([few], [enough], ["x"]) == []
    assert compare([enough], [few], ["x"]) == []
    assert compare([enough], [enough], ["unheard of"]) == []


def test_a_pair_with_an_unknown_side_is_left_out_whole():
    """Left: the second session has no strides after, the fourth none before; 10 to 13, 14 to 17, 16 to 19."""
    one = left_of([10, 12, 14, None, 16], [13, None, 17, 18, 19], paired=True)
    assert numbers(one) == pytest.approx((13.333333, 16.333333, 3.0, 3.0, 3.0))
    assert (one.sessions_before, one.sessions_after) == (3, 3)
    loose = left_of([10, 12, 14, None, 16], [13, None, 17, 18, 19])
    assert (loose.before, loose.after) == (13.0, 16.75)
    assert (loose.sessions_before, loose.sessions_after) == (4, 4)


def test_metrics_come_in_the_order_asked_the_left_foot_first():
    session = [[columns(foot, 12, noise=0.0, a=1.0, b=2.0) for foot in Foot]]
    assert [(one.metric, one.foot) for one in compare(session, session, ["b", "a"])] == [
        ("b", Foot.LEFT),
        ("b", Foot.RIGHT),
        ("a", Foot.LEFT),
        ("a", Foot.RIGHT),
    ]


@pytest.mark.worked_example("minimal_change")
@pytest.mark.parametrize(
    ("metric", "value", "unit"),
    [
        ("stride_time_s", 0.069, "s"),  # 2.77 x 0.025 = 0.06925
        ("stance_pct", 1.246, "%"),  # 2.77 x 0.45 = 1.2465, just below as a binary number
        ("double_support_pct", 2.216, "%"),  # 2.77 x 0.8
        ("force_arch_index", 0.028, ""),  # 2.77 x 0.01 = 0.0277
        ("speed_m_per_s", 0.166, "m/s"),  # 2.77 x 0.06
        ("stride_length_m", 0.083, "m"),  # 2.77 x 0.03
        ("ml_index_forefoot", 0.097, ""),  # 2.77 x 0.035 = 0.09695
        ("ml_index_heel", 0.111, ""),  # 2.77 x 0.04 = 0.1108
        ("forefoot_pti_bw", 8.31, "kPa s"),  # 2.77 x 3
    ],
)
def test_the_smallest_change_that_two_ordinary_days_tell_apart(metric: str, value: float, unit: str):
    change = MINIMAL_CHANGE[metric]
    assert (change.value, change.unit) == (value, unit)
    assert change.source == (
        "assumed: 2.77 times the day-to-day SD that the baseline takes for granted; not a published value"
    )
    assert left_of([1.0], [2.0], metric).minimal_change == change


def test_no_other_value_has_a_smallest_change():
    assert list(MINIMAL_CHANGE) == [
        "speed_m_per_s",
        "stride_length_m",
        "stride_time_s",
        "stance_pct",
        "double_support_pct",
        "force_arch_index",
        "ml_index_forefoot",
        "ml_index_heel",
        "forefoot_pti_bw",
        STANCE_ASYMMETRY,
    ]


def test_a_lift_is_judged_by_the_stance_times_of_both_feet():
    """0.62 and 0.65 s, then even: -4.72 % on the left become 0, and as much on the other side."""

    def walk(left_s: float, right_s: float) -> list[StrideColumns]:
        return [
            columns(foot, strides=20, noise=0.0, stance_time_s=stance)
            for foot, stance in zip(Foot, (left_s, right_s), strict=True)
        ]

    before, after = [walk(0.62, 0.65), walk(0.62, 0.65)], [walk(0.64, 0.64), walk(0.65, 0.65)]
    left, right = compare(before, after, (STANCE_ASYMMETRY,))
    assert (left.before, left.after) == (pytest.approx(-4.7244, abs=1e-4), 0.0)
    assert right.difference == pytest.approx(-left.difference)
    assert left.minimal_change == MinimalChange(
        1.8, "%", "two walks of one day of 14 healthy people (gaitpdb); between days it is more"
    )
    assert left.words.startswith(
        "The time on the ground against the other foot in per cent (left foot) rose by"
    )


@pytest.mark.parametrize(
    ("before", "after", "metric", "text"),
    [
        (
            [1.0],
            [1.2],
            "push_off_bw",
            "The force of push-off in body weights (left foot) changed by +0.2, but one session a side "
            "cannot tell a change from chance.",
        ),
        (
            [10.0, 12.0, 14.0],
            [15.0, 17.0],
            "loading_rate_bw_per_s",
            "How fast the foot is loaded in body weights a second (left foot) did not clearly change: +4, "
            "and anything from -15.4 to +23.4 fits the sessions.",
        ),
        (
            [0.0, 0.0],
            [0.069, 0.069],
            "stride_time_s",
            "The time of a stride in seconds (left foot) rose by +0.069; from +0.069 to +0.069 fits the "
            "sessions.",
        ),
        (
            [1.0, 1.0],
            [1.068, 1.068],
            "stride_time_s",
            "The time of a stride in seconds (left foot) rose by +0.068 (from +0.068 to +0.068 fits the "
            "sessions), which is less than the 0.069 s by which we assume that ordinary days differ.",
        ),
        (
            [60.0, 60.0],
            [59.0, 59.0],
            "stance_pct",
            "The part of a stride on the ground in per cent (left foot) fell by -1 (from -1 to -1 fits the "
            "sessions), which is less than the 1.246 % by which we assume that ordinary days differ.",
        ),
        (
            [0.15, 0.15],
            [0.14, 0.14],
            "force_arch_index",
            "The share of load on the middle of the foot (left foot) fell by -0.01 (from -0.01 to -0.01 fits "
            "the sessions), which is less than the 0.028 by which we assume that ordinary days differ.",
        ),
        (
            [0.20, 0.20],
            [0.10, 0.10],
            "force_arch_index",
            "The share of load on the middle of the foot (left foot) fell by -0.1; from -0.1 to -0.1 fits "
            "the sessions.",
        ),
        ([1.0, 1.0], [2.0, 2.0], "x_y", "X_y (left foot) rose by +1; from +1 to +1 fits the sessions."),
        (
            [1.0, 1.0],
            [1.0, 1.0],
            "x_y",
            "X_y (left foot) did not clearly change: +0, and anything from +0 to +0 fits the sessions.",
        ),
    ],
)
def test_a_difference_is_one_sentence(before: list[float], after: list[float], metric: str, text: str):
    assert left_of(before, after, metric).words == text


def test_an_interval_that_touches_nought_is_chance_on_either_side():
    """Changes 0, 2 (and 0, -2): mean 1, error 1, 12.7062: from -11.7 to 13.7."""
    for sign in (1.0, -1.0):
        one = left_of([5.0, 5.0], [5.0, 5.0 + 2 * sign], paired=True)
        assert numbers(one)[2:] == pytest.approx((sign, sign - 12.7062, sign + 12.7062), abs=1e-4)
        assert "did not clearly change" in one.words


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"confidence": 1.0}, "confidence must lie between 0.5 and 1, not 1.0"),
        ({"confidence": 0.49}, "confidence must lie between 0.5 and 1, not 0.49"),
    ],
)
def test_a_confidence_that_makes_no_sense_is_refused(wrong: dict[str, float], text: str):
    with pytest.raises(PlantigradeError) as refused:
        left_of([1.0], [1.0], **wrong)
    assert str(refused.value) == text


def test_half_confidence_is_the_least():
    """The upper quartile of t with one degree of freedom is 1: 10 -+ sqrt(2)."""
    one = left_of([10, 12], [20, 22], confidence=0.5)
    assert (one.low, one.high) == pytest.approx((8.5857864, 11.4142136), abs=1e-6)


def test_sessions_that_are_missing_or_do_not_pair_are_refused():
    with pytest.raises(PlantigradeError) as refused:
        left_of([1.0, 2.0], [1.0], paired=True)
    assert str(refused.value) == "pairs need as many sessions before (2) as after (1)"
    for before, after in (([], [1.0]), ([1.0], [])):
        with pytest.raises(PlantigradeError) as refused:
            left_of(before, after)
        assert str(refused.value) == "a comparison needs at least one session before and one after"
