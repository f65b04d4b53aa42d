"""Levels of rules from a reference set: as many SDs from the middle as shipped levels are in the shipped set.

A clinic that measures its own healthy people on its own instruments gets levels that speak as seldom of them
as the shipped ones do of the people they were taken from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from plantigrade.posture.norms.reference_set import Distribution, ReferenceSet, load_reference
from plantigrade.posture.rules_engine.rules import SPEED, Rule, Slope

STRIDE_TIME: Final = "stride_time_s"
SPEED_OF_A_SET: Final = "speed_m_s"
"""What sets call the walking speed."""
KEY_OF: Final[Mapping[str, str]] = {
    "stance-asymmetry": "asymmetry stance_time_s",
    "load-asymmetry": "asymmetry impulse_n_s",
    "stride-variability": "cv stride_time_s",
    "loading-rate": "loading_rate_bw_per_s",
}
"""Rules whose level is a distance from the middle of healthy people, and the parameter of a set."""


@dataclass(frozen=True)
class TakenLevel:
    """A level and where it comes from.

    Attributes:
        rule: that gets it.
        key: parameter of the set.
        sds: from the middle.
        raise_level, clear_level, marked_level: as they follow.
    """

    rule: str
    key: str
    sds: float
    raise_level: float
    clear_level: float
    marked_level: float | None


def levels_from(found: ReferenceSet, rules: Mapping[str, Rule]) -> tuple[TakenLevel, ...]:
    """The levels that follow from a set, of the rules that it says something about."""
    shipped = load_reference()
    made: list[TakenLevel] = []
    for name, key in KEY_OF.items():
        ours, theirs, rule = shipped.distributions.get(key), found.distributions.get(key), rules.get(name)
        if ours is None or theirs is None or rule is None:
            continue

        def moved(level: float, ours: Distribution = ours, theirs: Distribution = theirs) -> float:
            return _middle(theirs) + (level - _middle(ours)) / _spread(ours) * _spread(theirs)

        sds = (rule.raise_level - _middle(ours)) / _spread(ours)
        marked = None if rule.marked_level is None else moved(rule.marked_level)
        made.append(TakenLevel(name, key, sds, moved(rule.raise_level), moved(rule.clear_level), marked))
    return tuple(made)


def rules_with(found: ReferenceSet, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules with the levels that follow from a set. Levels of other instruments (`elsewhere`) stay where
    the set is of insoles, and are dropped where it is not: the set's own instrument is then what holds.

    Example:
        >>> from plantigrade.posture.rules_engine.rules import shipped_rules
        >>> rules_with(load_reference(), shipped_rules())["load-asymmetry"].raise_level
        13.0
    """
    changed = dict(rules)
    for one in levels_from(found, rules):
        rule = rules[one.rule]
        changed[one.rule] = replace(
            rule,
            raise_level=one.raise_level,
            clear_level=one.clear_level,
            marked_level=one.marked_level,
            slope=_slope(found.distributions[one.key], rule),
            slope_by_speed=_slope_by_speed(found.distributions[one.key], rule),
            elsewhere=rule.elsewhere if found.instrument == "insole" else (),
        )
    return changed


def _middle(one: Distribution) -> float:
    """Of an asymmetry the even walk; else the mean."""
    return 0.0 if one.statistic == "asymmetry" else one.mean


def _spread(one: Distribution) -> float:
    return one.sd if one.residual_sd is None else one.residual_sd


def _slope(one: Distribution, rule: Rule) -> Slope | None:
    """The set's own slope over stride time where it has one, in the bounds of the rule's; else the rule's."""
    over = next((slope for slope in one.slopes if slope.of == STRIDE_TIME), None)
    if rule.slope is None or over is None:
        return rule.slope
    low, high = min(rule.slope.low, over.at), max(rule.slope.high, over.at)
    return Slope(STRIDE_TIME, over.at, over.per_unit, low, high)


def _slope_by_speed(one: Distribution, rule: Rule) -> Slope | None:
    """As `_slope`; none where the set has a slope over stride time alone, whose level is another one."""
    over = next((slope for slope in one.slopes if slope.of == SPEED_OF_A_SET), None)
    if rule.slope_by_speed is None or over is None:
        alone = any(slope.of == STRIDE_TIME for slope in one.slopes)
        return None if alone else rule.slope_by_speed
    low, high = min(rule.slope_by_speed.low, over.at), max(rule.slope_by_speed.high, over.at)
    return Slope(SPEED, over.at, over.per_unit, low, high)
