"""What the monitor shall say, told plainly over a whole history instead of kept up stride by stride."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.rules import Rule, Scope

BREAK_S = 3600.0
"""After a longer break nothing of before it counts."""


@dataclass(frozen=True)
class Judged:
    """A rule's value at a time; None where it is not known."""

    time_s: float
    value: float | None
    strides: int


@dataclass(frozen=True)
class Expected:
    """An alert as far as the monitor decides about it."""

    rule: str
    foot: Foot | None
    onset_s: float
    raised_s: float
    value: float
    strides: int
    cleared_s: float | None


def _held_since(judged: Sequence[Judged], first: int, holds: Callable[[float], bool]) -> float | None:
    """Since when, without a break, the latest value and all before it have held; None when it does not."""
    since = None
    for i in range(len(judged) - 1, first - 1, -1):
        value = judged[i].value
        if value is None or not holds(value):
            break
        if since is not None and since - judged[i].time_s > BREAK_S:
            break
        since = judged[i].time_s
    return since


def alerts_of(rule: Rule, foot: Foot | None, judged: Sequence[Judged]) -> list[Expected]:
    """Raised once the value has been at or above the level for the dwell, cleared once it has been at or
    below the clear level for as long."""
    found: list[Expected] = []
    first, is_open = 0, False
    for i, now in enumerate(judged):
        seen = judged[: i + 1]
        if is_open:
            since = _held_since(seen, first, lambda value: value <= rule.clear_level)
        else:
            since = _held_since(seen, first, lambda value: value >= rule.raise_level)
        if since is None or now.time_s - since < rule.dwell_s:
            continue
        if is_open:
            last = found.pop()
            found.append(Expected(**{**vars(last), "cleared_s": now.time_s}))
        else:
            assert now.value is not None
            found.append(Expected(rule.id, foot, since, now.time_s, now.value, now.strides, None))
        first, is_open = i + 1, not is_open
    return found


@dataclass
class Walked:
    """Strides of one foot: how many, when the last, and the metric `x` since the last long break."""

    count: int = 0
    last_s: float = 0.0
    stored: list[float | None] = field(default_factory=list)

    def add(self, time_s: float, value: float) -> None:
        """One stride; NaN is not known."""
        if time_s - self.last_s > BREAK_S:
            self.stored = []
        self.count, self.last_s = self.count + 1, time_s
        self.stored.append(value if value == value else None)

    def middle(self, window: int) -> float | None:
        """Median of the latest strides."""
        known = [value for value in self.stored[-window:] if value is not None]
        return median(known) if known else None


def _value(rule: Rule, foot: Foot, feet: dict[Foot, Walked]) -> float | None:
    own, other = (feet[side].middle(rule.window_strides) for side in (foot, foot.other))
    if rule.scope is Scope.FOOT:
        return own
    if own is None or other is None:
        return None
    if rule.scope is Scope.BOTH:
        return (own + other) / 2
    return own + other  # the rules of the model have the statistic "sum" for sides


def judged_by(
    rules: Sequence[Rule], observations: Sequence[Observation]
) -> dict[tuple[str, Foot | None], list[Judged]]:
    """Every judgement of every rule over observations in the order of their times."""
    feet = {foot: Walked() for foot in Foot}
    found: dict[tuple[str, Foot | None], list[Judged]] = {}
    for now in observations:
        if now.foot is None:
            for rule in rules:
                if rule.scope is Scope.SECOND and "s" in now.values:
                    known = now.values["s"] if now.values["s"] == now.values["s"] else None
                    strides = sum(walked.count for walked in feet.values())
                    found.setdefault((rule.id, None), []).append(Judged(now.time_s, known, strides))
            continue
        feet[now.foot].add(now.time_s, now.values["x"])
        if feet[now.foot].count % 4:
            continue  # every fourth stride of a foot is judged
        for rule in rules:
            needed = [now.foot] if rule.scope is Scope.FOOT else list(Foot)
            total = min(feet[foot].count for foot in needed)
            stored = min(len(feet[foot].stored) for foot in needed)
            if rule.scope is Scope.SECOND or total < rule.alert_strides or stored < rule.min_strides:
                continue
            if rule.scope is not Scope.FOOT and now.foot is Foot.RIGHT:
                continue  # what concerns both feet is judged with the left one's strides
            for foot in Foot if rule.scope is Scope.SIDE else [now.foot]:
                named = None if rule.scope is Scope.BOTH else foot
                found.setdefault((rule.id, named), []).append(
                    Judged(now.time_s, _value(rule, foot, feet), total)
                )
    return found
