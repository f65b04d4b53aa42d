"""The log of alerts: what is shown, what is kept quiet, what was done about it; examples, then any order of
events against a plain list."""

from dataclasses import replace
from math import inf

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert, AlertLog, Response
from plantigrade.posture.rules_engine.rules import Rule, Severity, shipped_rules

ANY = replace(shipped_rules()["low-arch"], min_interval_s=0.0, severity=Severity.NOTICE)
URGENT = replace(ANY, id="urgent", severity=Severity.CRITICAL)
SPARING = replace(ANY, id="sparing", severity=Severity.WARNING, min_interval_s=600.0)
URGENT_SPARING = replace(URGENT, id="urgent-sparing", min_interval_s=7200.0)
RULES = (ANY, URGENT, SPARING, URGENT_SPARING)


def raised(what: Rule, at_s: float, foot: Foot | None = None) -> Alert:
    return Alert(0, what.id, "1", "e", foot, what.severity, at_s, at_s - 20.0, 3.0, 2.0, 200)


def shown(log: AlertLog, what: Rule, *times_s: float, foot: Foot | None = None) -> list[bool]:
    return [log.add(what, raised(what, at_s, foot)).shown for at_s in times_s]


def test_an_alert_is_numbered_and_kept_as_it_was_raised():
    log = AlertLog()
    first, second = (log.add(ANY, raised(ANY, at_s, Foot.LEFT)) for at_s in (10.0, 20.0))
    assert first == replace(raised(ANY, 10.0, Foot.LEFT), number=1, shown=True)
    assert second == replace(raised(ANY, 20.0, Foot.LEFT), number=2, shown=True)
    assert log.alerts == [first, second]
    assert (first.cleared_s, first.acknowledged_s) == (None, None)


def test_of_five_alerts_in_an_hour_four_are_shown_and_an_hour_later_there_is_room_again():
    assert shown(AlertLog(), ANY, 0, 1, 2, 3, 4, 3599.9) == [True, True, True, True, False, False]
    assert shown(AlertLog(), ANY, 0, 1, 2, 3, 3600, 3600.5, 3601) == [True] * 5 + [False, True]


@pytest.mark.parametrize("allowed", [1, 2, 7])
def test_the_allowance_of_an_hour_can_be_another(allowed: int):
    assert shown(AlertLog(allowed), ANY, *range(9)) == [True] * allowed + [False] * (9 - allowed)


def test_what_was_kept_quiet_takes_no_room():
    """Two shown, 50 kept quiet, then an hour after the first there is room for one."""
    log = AlertLog(2)
    assert shown(log, ANY, 0, 10, *range(20, 70)) == [True, True] + [False] * 50
    assert shown(log, ANY, 3600, 3605) == [True, False]


def test_a_critical_alert_is_never_rate_limited_but_others_count_it():
    log = AlertLog()
    assert shown(log, URGENT, *range(50)) == [True] * 50
    assert shown(log, ANY, 50) == [False]
    assert shown(log, URGENT, 51) == [True]
    mixed = AlertLog()
    assert shown(mixed, ANY, 0, 1, 2) == [True] * 3
    assert shown(mixed, URGENT, 3, 4) == [True] * 2
    assert shown(mixed, ANY, 5, 3602) == [False, True]


@pytest.mark.parametrize("severity", [s for s in Severity if s is not Severity.CRITICAL])
def test_every_other_severity_is_limited(severity: Severity):
    assert shown(AlertLog(), replace(ANY, severity=severity), *range(5)) == [True] * 4 + [False]


def test_the_same_alert_is_shown_again_after_its_interval_on_the_same_side():
    log = AlertLog(99)
    assert shown(log, SPARING, 0, 599.9, 600, 1199, 1200, foot=Foot.LEFT) == [True, False, True, False, True]
    assert shown(log, SPARING, 1201, foot=Foot.RIGHT) == [True], "another side is another alert"
    assert shown(log, SPARING, 1202) == [True], "both sides are another alert"
    assert shown(log, ANY, 1203, foot=Foot.LEFT) == [True], "another rule is another alert"


def test_an_alert_that_was_kept_quiet_does_not_begin_the_interval():
    log = AlertLog(1)
    assert shown(log, ANY, 0) == [True]
    assert shown(log, SPARING, 3500, 3600) == [False, True]


def test_a_critical_rule_has_the_interval_that_it_asks_for():
    assert shown(AlertLog(), URGENT_SPARING, 0, 7199, 7200) == [True, False, True]


def test_a_snoozed_rule_is_quiet_until_the_time_that_was_said():
    log = AlertLog(99)
    log.snooze(ANY.id, 100.0)
    assert shown(log, ANY, 99.9, 100.0) == [False, True]
    assert shown(log, SPARING, 50.0) == [True], "another rule"
    log.snooze(ANY.id, 300.0)
    log.snooze(ANY.id, 200.0)
    assert shown(log, ANY, 199.0, 200.0) == [False, True], "the last word holds"
    log.snooze(URGENT.id, 300.0)
    assert shown(log, URGENT, 250.0) == [True], "a critical alert cannot be put off"


def test_clearing_and_acknowledging_change_that_alert_alone():
    log = AlertLog()
    shown(log, ANY, 0, 10, 20)
    before = list(log.alerts)
    assert log.clear(2, 15.0) == replace(before[1], cleared_s=15.0)
    assert log.acknowledge(2, 12.0) == replace(before[1], cleared_s=15.0, acknowledged_s=12.0)
    assert log.acknowledge(3, 22.0) == replace(before[2], acknowledged_s=22.0)
    assert log.alerts[0] == before[0]
    assert (log.alerts[1].cleared_s, log.alerts[1].acknowledged_s) == (15.0, 12.0)


@pytest.mark.parametrize("number", [0, -1, 4])
def test_an_alert_that_is_not_there_is_refused(number: int):
    log = AlertLog()
    shown(log, ANY, 0, 10, 20)
    for change in (log.clear, log.acknowledge):
        with pytest.raises(IndexError, match=f"^there is no alert {number}$"):
            change(number, 30.0)
    assert [alert.cleared_s for alert in log.alerts] == [None] * 3


@pytest.mark.worked_example(
    "wear_h",
    "shown",
    "suppressed",
    "alerts_per_hour",
    "cleared",
    "median_offload_s",
    "within_20_min",
    "acknowledged",
)
def test_the_response_to_the_alerts_of_two_and_a_half_hours():
    """Five shown, one quiet; relief after 100, 1200, 1201, 3000 s: median 1200.5, two of five in 20 min."""
    log = AlertLog()
    assert shown(log, ANY, 0, 1000, 2000, 3000, 3100, 3700) == [True, True, True, True, False, True]
    for number, after_s in ((1, 1200), (2, 3000), (3, 100), (4, 1201), (5, 1)):
        log.clear(number, log.alerts[number - 1].raised_s + after_s)
    for number in (2, 5, 6):
        log.acknowledge(number, 5000.0)
    assert log.response(9000.0) == Response(
        wear_h=2.5,
        shown=5,
        suppressed=1,
        alerts_per_hour=2.0,
        cleared=4,
        median_offload_s=1200.5,
        within_20_min=0.4,
        acknowledged=2,
    )


def test_the_middle_of_three_reliefs():
    log = AlertLog()
    shown(log, ANY, 0, 10, 20)
    for number, cleared_s in ((1, 500.0), (2, 15.0), (3, 80.0)):
        log.clear(number, cleared_s)
    assert log.response(3600.0).median_offload_s == 60.0  # of 500, 5 and 60
    assert log.response(3600.0).within_20_min == 1.0


def test_the_response_to_nothing():
    empty = AlertLog()
    assert empty.response(7200.0) == Response(2.0, 0, 0, 0.0, 0, None, None, 0)
    assert empty.response(0.0).alerts_per_hour == 0.0
    shown(empty, ANY, 0)
    assert empty.response(0.0) == Response(0.0, 1, 0, 0.0, 0, None, 0.0, 0)
    assert empty.response(-1.0).alerts_per_hour == 0.0
    assert empty.response(1.0).alerts_per_hour == 3600.0


class LogMachine(RuleBasedStateMachine):
    """A log of three alerts an hour beside a list of what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.log = AlertLog(3)
        self.now_s = 0.0
        self.happened: list[Alert] = []
        self.quiet_until_s = {what.id: -inf for what in RULES}

    def expected(self, what: Rule, alert: Alert) -> str:
        seen = [one for one in self.happened if one.shown]
        again = [one for one in seen if (one.rule, one.foot) == (alert.rule, alert.foot)]
        critical = what.severity is Severity.CRITICAL
        if self.quiet_until_s[what.id] > self.now_s and not critical:
            return "snoozed"
        if any(self.now_s - one.raised_s < what.min_interval_s for one in again):
            return "shown lately"
        many = sum(self.now_s - one.raised_s < 3600 for one in seen) >= 3
        return "limit an hour" if many and not critical else ""

    @rule(passed_s=st.sampled_from([0.0, 1.0, 599.0, 600.0, 601.0, 3599.0, 3600.0, 7200.0]))
    def wait(self, passed_s: float) -> None:
        self.now_s += passed_s

    @rule(what=st.sampled_from(RULES), foot=st.sampled_from([None, *Foot]))
    def alert(self, what: Rule, foot: Foot | None) -> None:
        alert = raised(what, self.now_s, foot)
        why = self.expected(what, alert)
        stored = replace(alert, number=len(self.happened) + 1, shown=not why, held_back_by=why)
        assert self.log.add(what, alert) == stored
        self.happened.append(stored)

    @rule(what=st.sampled_from(RULES), for_s=st.sampled_from([0.0, 600.0, 5000.0]))
    def snooze(self, what: Rule, for_s: float) -> None:
        self.log.snooze(what.id, self.now_s + for_s)
        self.quiet_until_s[what.id] = self.now_s + for_s

    @rule(which=st.integers(0, 20), what=st.sampled_from(["cleared_s", "acknowledged_s"]))
    def answer(self, which: int, what: str) -> None:
        act = self.log.clear if what == "cleared_s" else self.log.acknowledge
        if not 1 <= which <= len(self.happened):
            with pytest.raises(IndexError):
                act(which, self.now_s)
            return
        self.happened[which - 1] = replace(self.happened[which - 1], **{what: self.now_s})
        assert act(which, self.now_s) == self.happened[which - 1]

    @invariant()
    def the_log_is_what_happened(self) -> None:
        assert self.log.alerts == self.happened

    @invariant()
    def no_more_than_three_others_an_hour_are_shown(self) -> None:
        seen = [one for one in self.happened if one.shown]
        others = [one.raised_s for one in seen if one.severity is not Severity.CRITICAL]
        assert all(sum(at_s - 3600 < other_s <= at_s for other_s in others) <= 3 for at_s in others)

    @invariant()
    def the_response_counts_what_was_shown(self) -> None:
        seen = [one for one in self.happened if one.shown]
        response = self.log.response(1800.0)
        assert (response.shown, response.suppressed) == (len(seen), len(self.happened) - len(seen))
        assert response.alerts_per_hour == 2.0 * len(seen)
        assert response.cleared == len([one for one in seen if one.cleared_s is not None])
        assert response.acknowledged == len([one for one in seen if one.acknowledged_s is not None])


TestLogMachine = LogMachine.TestCase
TestLogMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
