"""The monitor in any order of walking, standing, breaks, unknown values and late feet, beside a plain model
that reads the whole history anew each time."""

from dataclasses import replace
from math import nan

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import AlertLog
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Rule, Scope, Statistic, Term, shipped_rules

from tests.host.posture.kit import second, stride
from tests.host.posture.monitor_model import Expected, alerts_of, judged_by


def of(scope: Scope, statistic: Statistic, metric: str, level: float, clear: float, **changed: float) -> Rule:
    return replace(
        shipped_rules()["low-arch"],
        id=scope.value,
        scope=scope,
        terms=(Term(metric, statistic),),
        raise_level=level,
        clear_level=clear,
        own_insole_only=False,
        min_interval_s=0.0,
        **changed,
    )


STRIDES = {"min_strides": 4, "alert_strides": 10, "window_strides": 6}
RULES = (
    of(Scope.FOOT, Statistic.MEDIAN, "x", 2.0, 1.0, dwell_s=8.0, **STRIDES),
    of(Scope.SIDE, Statistic.SUM, "x", 4.0, 2.0, dwell_s=0.0, **(STRIDES | {"window_strides": 8})),
    of(Scope.BOTH, Statistic.MEDIAN, "x", 2.0, 1.0, dwell_s=5.0, **(STRIDES | {"alert_strides": 20})),
    of(Scope.SECOND, Statistic.LAST, "s", 2.0, 1.0, dwell_s=3.0),
)
LEVELS = st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0, nan])
ORDER = {Foot.LEFT: 0, Foot.RIGHT: 1, None: 2}


class MonitorMachine(RuleBasedStateMachine):
    """Strides every second, the right foot's half a second later; seconds of a value `s`."""

    @initialize()
    def begin(self) -> None:
        self.monitor = Monitor(RuleBook({one.id: one for one in RULES}), log=AlertLog(10**6))
        self.now_s = 0.0
        self.history: list[Observation] = []

    def tell(self, observations: list[Observation], late: bool) -> None:
        """Feed in time order, or the left foot's up to 4.9 s later than all else; then go on."""
        self.history += observations
        delay = {foot: 4.9 if late and foot is Foot.LEFT else 0.0 for foot in ORDER}
        for one in sorted(observations, key=lambda one: one.time_s + delay[one.foot]):
            self.monitor.feed([one])

    @rule(n=st.integers(1, 12), left=LEVELS, right=LEVELS, late=st.booleans())
    def walk(self, n: int, left: float, right: float, late: bool) -> None:
        walked = []
        for i in range(n):
            walked.append(stride(self.now_s + i, Foot.LEFT, x=left))
            walked.append(stride(self.now_s + i + (0.5 if i % 3 else 0.0), Foot.RIGHT, x=right))
        self.tell(walked, late)
        self.now_s += n

    @rule(n=st.integers(1, 9), foot=st.sampled_from(Foot), level=LEVELS)
    def hop(self, n: int, foot: Foot, level: float) -> None:
        self.tell([stride(self.now_s + i, foot, x=level) for i in range(n)], False)
        self.now_s += n

    @rule(n=st.integers(1, 6), level=LEVELS)
    def stand(self, n: int, level: float) -> None:
        self.tell([second(self.now_s + i, s=level) for i in range(n)], False)
        self.now_s += n

    @rule()
    def report_a_sensor(self) -> None:
        """Seconds that speak of something else say nothing of `s`."""
        self.tell([second(self.now_s, faulty_sensors=1.0)], False)

    @rule(pause_s=st.sampled_from([30.0, 3598.0, 3601.0]))
    def rest(self, pause_s: float) -> None:
        self.now_s += pause_s

    @invariant()
    def alerts_are_those_of_the_model(self) -> None:
        newest_s = max((one.time_s for one in self.history), default=0.0)
        due = sorted(self.history, key=lambda one: (one.time_s, ORDER[one.foot]))
        due = [one for one in due if one.time_s <= newest_s - 5.0]
        expected: list[Expected] = []
        for (name, foot), judged in judged_by(RULES, due).items():
            expected += alerts_of(next(one for one in RULES if one.id == name), foot, judged)
        reported = [
            Expected(one.rule, one.foot, one.onset_s, one.raised_s, one.value, one.strides, one.cleared_s)
            for one in self.monitor.log.alerts
        ]
        order = [(one.raised_s, one.rule, str(one.foot)) for one in expected]
        assert sorted(reported, key=lambda one: (one.raised_s, one.rule, str(one.foot))) == [
            one for _, one in sorted(zip(order, expected, strict=True), key=lambda pair: pair[0])
        ]
        assert [one.raised_s for one in reported] == sorted(one.raised_s for one in reported)


TestMonitorMachine = MonitorMachine.TestCase
TestMonitorMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
