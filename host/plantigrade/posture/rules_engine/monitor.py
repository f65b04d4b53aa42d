"""Judges strides and seconds as they come, live or from a file: the same code, the same alerts.

Observations may arrive up to `LATENESS_S` out of order (the two feet's links differ); they are judged in
time order.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isnan

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert, AlertLog
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.latest import Latest
from plantigrade.posture.rules_engine.levels import Level, level_of, walking_speed
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, Circumstance, Rule, Scope
from plantigrade.posture.rules_engine.statistics import Reference, rule_value, seconds_value
from plantigrade.posture.settings import FORGET_AFTER_S, JUDGE_EVERY_STRIDES, LATENESS_S

BOTH = "both"


@dataclass
class _State:
    """Where one rule stands for one side."""

    above_since_s: float | None = None
    below_since_s: float | None = None
    open_alert: int | None = None
    judged_s: float = float("-inf")


@dataclass
class _Strides:
    """The latest strides of both feet, by metric."""

    longest: int
    metrics: frozenset[str]
    times: dict[Foot, deque[float]] = field(default_factory=dict[Foot, deque[float]])
    columns: dict[tuple[Foot, str], Latest] = field(default_factory=dict[tuple[Foot, str], Latest])
    counts: dict[Foot, int] = field(default_factory=lambda: dict.fromkeys(Foot, 0))
    take: int = 0
    _found: dict[tuple[Foot, str, int], F64] = field(default_factory=dict[tuple[Foot, str, int], F64])

    def add(self, foot: Foot, time_s: float, values: Mapping[str, float]) -> None:
        times = self.times.setdefault(foot, deque(maxlen=self.longest))
        if times and time_s - times[-1] > FORGET_AFTER_S:
            times.clear()
            for (side, _), column in self.columns.items():
                if side is foot:
                    column.clear()
        times.append(time_s)
        self.counts[foot] += 1
        self._found.clear()
        for name in self.metrics:
            if name in values:
                column = self.columns.get((foot, name))
                if column is None:
                    column = self.columns[foot, name] = Latest(self.longest)
                column.add(values[name])

    def held(self, foot: Foot) -> int:
        """Strides of the foot that are not forgotten, up to the longest window."""
        return len(self.times.get(foot, ()))

    def column(self, foot: Foot, metric: str) -> F64:
        key = (foot, metric, self.take)
        found = self._found.get(key)
        if found is None:
            stored = self.columns.get((foot, metric))
            values = np.empty(0) if stored is None else stored.of(self.take)
            found = self._found[key] = values[np.isfinite(values)]
        return found


@dataclass(frozen=True)
class _OfSeconds:
    """A rule of seconds that is on, and what it looks at: (name in an observation, metric of a term)."""

    rule: Rule
    side: Foot | None
    names: tuple[tuple[str, str], ...]
    level: Level


class Monitor:
    """Alerts of one recording.

    Args:
        book: the rules that hold.
        reference: the personal baseline; None leaves rules that need it silent.
        own_insole: whether the sensors are those of our layout; rules that depend on it are silent otherwise.
        log: where alerts go.
        on: the instrument, where levels of a rule depend on it; None for insoles.
    """

    def __init__(
        self,
        book: RuleBook | None = None,
        reference: Reference | None = None,
        *,
        own_insole: bool = True,
        log: AlertLog | None = None,
        on: Circumstance | None = None,
    ) -> None:
        self.book = book or RuleBook()
        self.reference = reference
        self.own_insole = own_insole
        self.log = log or AlertLog()
        self._on = on
        rules = self.book.rules.values()
        longest = max((rule.window_strides for rule in rules), default=0)
        self._strides = _Strides(longest, _metrics(rule for rule in rules if not rule.scope.of_seconds))
        self._edits = -1
        self._of_strides: tuple[Rule, ...] = ()
        self._of_seconds: tuple[_OfSeconds, ...] = ()
        self._states: dict[tuple[str, Foot | None], _State] = {}
        self._waiting: list[tuple[float, int, int, Observation]] = []
        self._arrivals = 0
        self._newest_s = float("-inf")

    def feed(self, observations: list[Observation]) -> list[Alert]:
        """Take what has become known; the alerts that were raised or cleared by what is now in order."""
        changed: list[Alert] = []
        for observation in observations:
            self._arrivals += 1
            order = 2 if observation.foot is None else (0 if observation.foot is Foot.LEFT else 1)
            heapq.heappush(self._waiting, (observation.time_s, order, self._arrivals, observation))
            self._newest_s = max(self._newest_s, observation.time_s)
        while self._waiting and self._waiting[0][0] <= self._newest_s - LATENESS_S:
            changed += self._judge(heapq.heappop(self._waiting)[3])
        return changed

    def finish(self) -> list[Alert]:
        """Judge what is still waiting for late company."""
        changed: list[Alert] = []
        while self._waiting:
            changed += self._judge(heapq.heappop(self._waiting)[3])
        return changed

    def _judge(self, observation: Observation) -> list[Alert]:
        if self._edits != len(self.book.trail):
            self._sort_rules()
        if observation.foot is None:
            return self._judge_second(observation)
        foot, time_s = observation.foot, observation.time_s
        self._strides.add(foot, time_s, observation.values)
        if self._strides.counts[foot] % JUDGE_EVERY_STRIDES:
            return []
        changed: list[Alert] = []
        for rule in self._of_strides:
            if rule.scope is not Scope.FOOT and foot is Foot.RIGHT:
                continue
            needed = (foot,) if rule.scope is Scope.FOOT else tuple(Foot)
            seen = min(self._strides.counts[one] for one in needed)
            held = min(self._strides.held(one) for one in needed)
            if seen < rule.alert_strides or held < rule.min_strides:
                continue
            self._strides.take = rule.window_strides
            level = level_of(rule, self._strides, self._on)
            usual = self._usual(rule)
            for side in Foot if rule.scope is Scope.SIDE else (foot,):
                value = rule_value(rule, side, self._strides, usual)
                named = None if rule.scope is Scope.BOTH else side
                changed += self._decide(rule, level, named, value, time_s, seen)
        return changed

    def _usual(self, rule: Rule) -> Reference | None:
        """The person's own days of like speed, for a rule that needs them; None silences it."""
        if self.reference is None or not rule.needs_baseline:
            return self.reference
        return self.reference.at_speed(walking_speed(self._strides)).reference

    def _sort_rules(self) -> None:
        """Which rules are on and what they look at: asked anew after an edit, not for each second."""
        self._edits = len(self.book.trail)
        rules = self.book.rules.values()
        self._of_strides = tuple(rule for rule in rules if not rule.scope.of_seconds and self._holds(rule))
        found: list[_OfSeconds] = []
        for rule in rules:
            metrics = tuple(term.metric for term in rule.terms)
            level = Level(rule.raise_level, rule.clear_level)
            if rule.scope is Scope.SECOND and rule.enabled:
                found.append(_OfSeconds(rule, None, tuple((name, name) for name in metrics), level))
            elif rule.scope is Scope.FOOT_SECOND and self._holds(rule):
                found += [
                    _OfSeconds(rule, side, tuple((f"{name}_{side.value}", name) for name in metrics), level)
                    for side in Foot
                ]
        self._of_seconds = tuple(found)

    def _judge_second(self, observation: Observation) -> list[Alert]:
        """Rules of seconds that the observation speaks of: a sensor's fault says nothing of standing."""
        changed: list[Alert] = []
        seen = sum(self._strides.counts.values())
        values = observation.values
        for one in self._of_seconds:
            known = {metric: values[name] for name, metric in one.names if name in values}
            if known:
                value = seconds_value(one.rule, known)
                changed += self._decide(one.rule, one.level, one.side, value, observation.time_s, seen)
        return changed

    def _holds(self, rule: Rule) -> bool:
        """Whether the rule is on, speaks to the wearer, and its levels are for these sensors."""
        return rule.enabled and not rule.clinician_only and (self.own_insole or not rule.own_insole_only)

    def _decide(
        self, rule: Rule, level: Level, side: Foot | None, value: float, time_s: float, seen: int
    ) -> list[Alert]:
        """Hysteresis and dwell; a value that is not known is neither above nor below."""
        state = self._states.get((rule.id, side))
        if state is None:
            state = self._states[rule.id, side] = _State()
        if isnan(value) or time_s - state.judged_s > FORGET_AFTER_S:
            state.above_since_s = state.below_since_s = None
        state.judged_s = time_s
        if isnan(value):
            return []
        if state.open_alert is not None:
            return self._maybe_clear(rule, level, state, state.open_alert, value, time_s)
        if value < level.raised:
            state.above_since_s = None
            return []
        if state.above_since_s is None:
            state.above_since_s = time_s
        if time_s - state.above_since_s < rule.dwell_s:
            return []
        alert = self.log.add(rule, self._alert(rule, level, side, value, time_s, state.above_since_s, seen))
        state.open_alert, state.below_since_s = alert.number, None
        return [alert]

    def _maybe_clear(
        self, rule: Rule, level: Level, state: _State, number: int, value: float, time_s: float
    ) -> list[Alert]:
        if value > level.cleared:
            state.below_since_s = None
            return []
        if state.below_since_s is None:
            state.below_since_s = time_s
        if time_s - state.below_since_s < rule.cleared_after_s:
            return []
        state.open_alert, state.above_since_s = None, None
        return [self.log.clear(number, time_s)]

    def _alert(
        self,
        rule: Rule,
        level: Level,
        side: Foot | None,
        value: float,
        time_s: float,
        onset_s: float,
        seen: int,
    ) -> Alert:
        return Alert(
            number=0,
            rule=rule.id,
            rule_version=self.book.label(rule.id),
            engine=ENGINE_VERSION,
            foot=side,
            severity=rule.severity,
            raised_s=time_s,
            onset_s=onset_s,
            value=value,
            level=level.raised,
            strides=seen,
        )


def _metrics(rules: Iterable[Rule]) -> frozenset[str]:
    """What the rules look at."""
    return frozenset(metric for rule in rules for metric in rule.metrics)
