"""When exactly the monitor speaks: dwell, clearing, breaks, unknown values, lateness; by hand."""

from collections.abc import Sequence
from dataclasses import replace
from math import nan

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, Rule, Scope, Statistic, Term, shipped_rules

from tests.host.posture.kit import second, stride

SECONDS = replace(
    shipped_rules()["standing-still"],
    terms=(Term("s", Statistic.LAST),),
    raise_level=2.0,
    clear_level=1.0,
    dwell_s=3.0,
    min_interval_s=0.0,
)
STRIDES = replace(
    shipped_rules()["low-arch"],
    terms=(Term("x", Statistic.MEDIAN),),
    raise_level=2.0,
    clear_level=1.0,
    dwell_s=0.0,
    min_interval_s=0.0,
    min_strides=12,
    alert_strides=20,
    window_strides=16,
)


def book(*rules: Rule) -> RuleBook:
    return RuleBook({rule.id: rule for rule in rules})


def alerts_of(rule: Rule, observations: Sequence[Observation]) -> list[Alert]:
    monitor = Monitor(book(rule))
    monitor.feed(list(observations))
    monitor.finish()
    return monitor.log.alerts


def seconds(values: Sequence[float], from_s: float = 0.0) -> list[Observation]:
    return [second(from_s + i, s=value) for i, value in enumerate(values)]


def strides(values: Sequence[float], from_s: float = 0.0, foot: Foot = Foot.LEFT) -> list[Observation]:
    return [stride(from_s + i, foot, x=value) for i, value in enumerate(values)]


def spans(found: Sequence[Alert]) -> list[tuple[float, float, float | None]]:
    return [(one.onset_s, one.raised_s, one.cleared_s) for one in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 2, 2, 2, 2], [(1, 4, None)]),  # at the level from 1 s, three seconds of it at 4 s
        ([0, 2, 2, 2, 0, 2, 2, 2], []),  # never three seconds in a row
        ([0, 2, 2, 2, 1.9, 2, 2, 2], []),  # just below the level is not at it
        ([0, 2, 2, nan, 2, 2, 2, 2], [(4, 7, None)]),  # what is not known begins the dwell anew
        ([2, 2, 2, 2, 1, 1, 1, 1], [(0, 3, 7)]),
        ([2, 2, 2, 2, 1, 1, 1, 1.1, 1, 1, 1, 1], [(0, 3, 11)]),  # just above the clear level begins it anew
        ([2, 2, 2, 2, 1, 1, nan, 1, 1, 1, 1], [(0, 3, 10)]),  # as does what is not known
        ([2, 2, 2, 2, nan, nan, nan, nan, nan], [(0, 3, None)]),  # no data is not normal
        ([2, 2, 2, 2, 1.5, 1.5, 1.5, 1.5, 1.5], [(0, 3, None)]),  # between the levels it stays
        ([2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 1], [(0, 3, 7), (8, 11, None)]),  # and may be raised again
        ([2, 2, 2, 2, 1, 1, 2, 2, 1, 1, 1, 1], [(0, 3, 11)]),
    ],
)
def test_dwell_and_clearing(values: list[float], expected: list[tuple[float, float, float | None]]):
    assert spans(alerts_of(SECONDS, seconds(values))) == expected


@pytest.mark.parametrize(
    ("pause_s", "times_s"), [(3600.0, (0.0, 3600.0)), (3600.5, (3600.5, 3603.5))], ids=["an hour", "longer"]
)
def test_a_dwell_does_not_reach_across_a_break_of_more_than_an_hour(
    pause_s: float, times_s: tuple[float, float]
):
    (alert,) = alerts_of(SECONDS, [second(0.0, s=2.0), *seconds([2, 2, 2, 2], pause_s)])
    assert (alert.onset_s, alert.raised_s) == times_s


def test_a_clearing_does_not_reach_across_a_break_either():
    observed = [*seconds([2, 2, 2, 2, 1]), *seconds([1, 1, 1, 1], 5000.0)]
    assert spans(alerts_of(SECONDS, observed)) == [(0, 3, 5003)]


def test_seconds_that_speak_of_something_else_change_nothing():
    observed = seconds([2, 2, 2, 2, 1, 1, 1, 1])
    reports = [second(i + 0.5, faulty_sensors=1.0) for i in range(7)]
    assert spans(alerts_of(SECONDS, [*observed, *reports])) == [(0, 3, 7)]


def test_an_alert_of_seconds_tells_the_strides_of_both_feet_until_then():
    walked = [*strides([0.0] * 5, -10.0), *strides([0.0] * 3, -10.0, Foot.RIGHT)]
    (alert,) = alerts_of(SECONDS, [*walked, *seconds([3, 2, 2, 2.5, 2])])
    assert alert == Alert(
        number=1,
        rule="standing-still",
        rule_version="2",
        engine=ENGINE_VERSION,
        foot=None,
        severity=SECONDS.severity,
        raised_s=3.0,
        onset_s=0.0,
        value=2.5,
        level=2.0,
        strides=8,
    )


def test_an_alert_of_strides_tells_foot_value_and_strides_of_that_foot():
    """Twenty strides are needed and every fourth is judged; of the latest 16 nine are 3: median 3."""
    walked = [*strides([0.0] * 11 + [3.0] * 20, foot=Foot.RIGHT), *strides([0.0] * 31, 0.5)]
    (alert,) = alerts_of(STRIDES, walked)
    assert (alert.foot, alert.raised_s, alert.onset_s) == (Foot.RIGHT, 19.0, 19.0)
    assert (alert.value, alert.level, alert.strides) == (3.0, 2.0, 20)


@pytest.mark.parametrize(
    ("walked", "raised_s"), [(19, None), (20, 19.0), (23, 19.0)], ids=["19: none", "20: at the 20th", "23"]
)
def test_the_gate_opens_at_the_stride_that_was_asked_for(walked: int, raised_s: float | None):
    assert [alert.raised_s for alert in alerts_of(STRIDES, strides([3.0] * walked))] == (
        [] if raised_s is None else [raised_s]
    )


def test_every_fourth_stride_is_judged():
    """The median of 16 is high from the stride 28 + 9 = 37 on; the next that is judged is the 40th, at 39 s.

    Eight high strides of 16 in between: the median is (0 + 4) / 2.
    """
    (alert,) = alerts_of(STRIDES, strides([0.0] * 28 + [3.0] * 20))
    assert alert.raised_s == 39.0
    between = alerts_of(STRIDES, strides([0.0] * 28 + [4.0] * 8 + [0.0] * 20))
    assert [(alert.raised_s, alert.value) for alert in between] == [(35.0, 2.0)]


def test_unknown_values_are_no_part_of_the_median_but_of_the_window():
    """Of the latest 16 strides eight are 3 and eight are not known: 3. Were they skipped, it would be 1.5."""
    walked = strides([0.0] * 12 + [nan, 3.0] * 8)
    assert [(alert.raised_s, alert.value) for alert in alerts_of(STRIDES, walked)] == [(23.0, 3.0)]


@pytest.mark.parametrize(
    ("pause_s", "raised_s", "value"),
    [(3600.0, 7.0, 2.25), (3601.0, 11.0, 3.0)],
    ids=["an hour: remembered", "longer: forgotten"],
)
def test_strides_of_before_a_long_break_are_forgotten(pause_s: float, raised_s: float, value: float):
    """24 strides of 1.5, a break, twelve of 3, of which the 4th, 8th and 12th are judged.

    Remembered, eight of 16 are high at the 8th: the median is (1.5 + 3) / 2. Forgotten, nothing is said
    before twelve strides, and then all are high.
    """
    after_s = 23.0 + pause_s
    (alert,) = alerts_of(STRIDES, [*strides([1.5] * 24), *strides([3.0] * 12, after_s)])
    assert (alert.raised_s - after_s, alert.value) == (raised_s, value)
    assert alert.strides == 25 + raised_s, "strides are counted on"


def test_a_foot_forgets_alone():
    """The left foot's strides go on through the pause of the right one."""
    right = [*strides([0.0] * 24, 0.0, Foot.RIGHT), *strides([3.0] * 12, 5000.0, Foot.RIGHT)]
    left = strides([0.0] * 24)
    high = [stride(24.0 + 3000.0 * i, Foot.LEFT, x=3.0) for i in range(12)]
    reported = {alert.foot: alert.value for alert in alerts_of(STRIDES, [*right, *left, *high])}
    assert reported == {Foot.LEFT: 3.0, Foot.RIGHT: 3.0}
    (first, _) = sorted(alerts_of(STRIDES, [*right, *left, *high]), key=lambda alert: alert.raised_s)
    assert (first.foot, first.raised_s) == (Foot.RIGHT, 5011.0)


def test_both_feet_must_be_remembered_where_both_are_needed():
    both = replace(STRIDES, id="both", scope=Scope.BOTH, clear_level=-1.0)
    left = [*strides([3.0] * 24), *strides([3.0] * 24, 4000.0)]
    right = [*strides([3.0] * 11, 0.5, Foot.RIGHT), *strides([3.0] * 24, 4000.5, Foot.RIGHT)]
    (alert,) = alerts_of(both, [*left, *right])
    assert (alert.foot, alert.raised_s, alert.strides) == (None, 4015.0, 26)


def test_what_comes_up_to_five_seconds_late_is_put_in_order():
    monitor = Monitor(book(SECONDS))
    assert monitor.feed([second(1.0, s=2.0), second(4.9, s=2.0)]) == []
    assert monitor.feed([second(5.9, s=2.0)]) == [], "none is old enough"
    (alert,) = monitor.feed([second(2.0, s=2.0), second(9.9, s=0.0)])
    assert (alert.onset_s, alert.raised_s) == (1.0, 4.9)
    assert monitor.feed([second(12.9, s=0.0)]) == [], "5.9 s is judged, 9.9 s is not"
    (cleared,) = monitor.finish()
    assert (cleared.number, cleared.cleared_s) == (1, 12.9)


def test_the_second_exactly_five_seconds_old_is_judged():
    monitor = Monitor(book(replace(SECONDS, dwell_s=0.0)))
    assert monitor.feed([second(1.0, s=2.0), second(5.999, s=0.0)]) == []
    (alert,) = monitor.feed([second(6.0, s=0.0)])
    assert alert.raised_s == 1.0
    assert [one.cleared_s for one in monitor.finish()] == [5.999]
    assert monitor.finish() == []


def test_at_one_time_the_left_foot_comes_first_then_the_right_then_the_second():
    """With the left foot's 24th stride the right one's 24th is still to come; the second knows all three."""
    both = replace(STRIDES, id="both", scope=Scope.BOTH)
    (alert,) = alerts_of(both, [*strides([3.0] * 24, 0.0, Foot.RIGHT), *strides([3.0] * 24)])
    assert (alert.raised_s, alert.strides) == (23.0, 23)
    at_once = replace(SECONDS, dwell_s=0.0)
    observed = [second(2.0, s=2.0), stride(2.0, Foot.RIGHT, x=0.0), *strides([0.0] * 3)]
    assert [one.strides for one in alerts_of(at_once, observed)] == [4]


def test_rules_of_an_own_insole_stay_silent_elsewhere_and_others_speak():
    foreign = replace(STRIDES, id="foreign", own_insole_only=False)
    for own, reported in ((True, {"low-arch", "foreign"}), (False, {"foreign"})):
        monitor = Monitor(book(STRIDES, foreign), own_insole=own)
        monitor.feed(strides([3.0] * 24))
        monitor.finish()
        assert {alert.rule for alert in monitor.log.alerts} == reported
    assert Monitor(book(STRIDES)).own_insole


def test_rules_with_windows_of_their_own_are_judged_side_by_side():
    """Of the latest 12 strides seven are high at the 28th, of the latest 24 fewer than half."""
    short, long = (replace(STRIDES, id=f"of {n}", window_strides=n) for n in (12, 24))
    monitor = Monitor(book(short, long))
    monitor.feed(strides([0.0] * 20 + [3.0] * 20))
    monitor.finish()
    raised = {alert.rule: alert.raised_s for alert in monitor.log.alerts}
    assert raised == {"of 12": 27.0, "of 24": 35.0}


def test_the_shipped_rules_hold_and_alerts_go_into_a_log_of_its_own_unless_told_otherwise():
    first, second_monitor = Monitor(), Monitor()
    assert first.book.rules == shipped_rules()
    assert first.log is not second_monitor.log
    assert first.reference is None
