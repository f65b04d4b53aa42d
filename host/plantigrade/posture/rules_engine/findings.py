"""What a whole recording says about each rule: value, uncertainty, confidence, or why it cannot be said.

The same terms as in the alerts, over all valid strides instead of a sliding window.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import erf, sqrt

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.rules_engine.levels import Grade, level_of, walking_speed
from plantigrade.posture.rules_engine.pair_gain import doubtful_pair
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import (
    ENGINE_VERSION,
    Circumstance,
    Rule,
    Scope,
    Severity,
    Statistic,
    Term,
)
from plantigrade.posture.rules_engine.statistics import Reference, not_the_habit, rule_value
from plantigrade.posture.rules_engine.uncertainty import sensor_sd
from plantigrade.posture.settings import JACKKNIFE_BLOCKS

NAN = float("nan")
OF_GAIN = frozenset({"impulse_n_s", "mean_force_n", "carried_bw"})
"""What a wrong gain of one insole of a pair makes look like a difference of the sides."""


class State(Enum):
    """Outcome of a rule."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class RuleFinding:
    """One rule on one side of one recording.

    Attributes:
        rule, rule_version, engine: what was judged with, as versions.
        title, pattern: of the rule.
        foot: side; None for both.
        state: present, absent or unknown.
        value, sd: the rule's value and its standard uncertainty (strides and sensors); NaN where unknown.
        unit: of the value.
        raise_level: the level that held: of the rule, of the instrument, at these strides' speed or time.
        on: the circumstance whose level it was; None for the rule's own.
        grade: of a present finding, where the rule has grades.
        clinician_only: whether it is for clinicians alone.
        level_by: name of the strides' value that moved the level; "" where none did.
        confidence: probability that the true value lies on the found side of the level; NaN where unknown.
        strides: valid strides of the side (the smaller of both where both are needed).
        note: why it is unknown, or a caution.
        severity, evidence, references: of the rule.
    """

    rule: str
    rule_version: str
    engine: str
    title: str
    pattern: str
    foot: Foot | None
    state: State
    value: float
    sd: float
    unit: str
    raise_level: float
    confidence: float
    strides: int
    note: str
    severity: Severity
    evidence: str
    references: tuple[str, ...]
    on: Circumstance | None = None
    grade: Grade | None = None
    clinician_only: bool = False
    level_by: str = ""


@dataclass(frozen=True, eq=False)
class _ByIdentifier:
    """All valid strides, or one block of them, as a window."""

    tables: dict[Foot, StrideColumns]
    block: tuple[int, int] | None = None

    def column(self, foot: Foot, metric: str) -> F64:
        table = self.tables.get(foot)
        if table is None:
            return np.empty(0)
        values = table.of(metric)
        if self.block is None:
            return values
        left_out, of = self.block
        edges = np.linspace(0, len(values), of + 1).astype(int)
        return np.concatenate([values[: edges[left_out]], values[edges[left_out + 1] :]])


def speed_of(tables: Sequence[StrideColumns]) -> float:
    """Measured walking speed of all valid strides, m/s; NaN where too few have one."""
    return walking_speed(_ByIdentifier({table.foot: table for table in tables}))


def judge(
    tables: list[StrideColumns],
    book: RuleBook | None = None,
    reference: Reference | None = None,
    *,
    own_insole: bool = True,
    regions: tuple[str, ...] = (),
    medial: F64 | None = None,
    uncertainty: bool = True,
    on: Circumstance | None = None,
) -> list[RuleFinding]:
    """Findings of every rule on strides, for each side that it concerns.

    Args:
        tables: strides of one or both feet, with derived columns.
        book: the rules that hold.
        reference: the personal baseline.
        own_insole: whether population levels for our layout apply.
        regions, medial: of the sensors, for the propagation of their uncertainty.
        uncertainty: also work out `sd` and `confidence`, which takes most of the time.
        on: the instrument, or insoles whose gains were compared; None for insoles of unknown gains.
    """
    book = book or RuleBook()
    caveat = "" if on is not None else doubtful_pair(tables)
    by_foot = {table.foot: table for table in tables}
    alike = None if reference is None else reference.at_speed(speed_of(tables))
    reference = None if alike is None else alike.reference
    of_speed = "" if alike is None else alike.note
    found: list[RuleFinding] = []
    for rule in book.rules.values():
        if rule.scope.of_seconds or not rule.enabled:
            continue
        sides: tuple[Foot, ...] = (Foot.LEFT,) if rule.scope is Scope.BOTH else tuple(Foot)
        for side in sides:
            needed = (side,) if rule.scope is Scope.FOOT else tuple(Foot)
            strides = min(int(by_foot[foot].valid.sum()) if foot in by_foot else 0 for foot in needed)
            note = _obstacle(rule, strides, reference, own_insole, of_speed)
            if rule.scope is Scope.SIDE and not rule.metrics.isdisjoint(OF_GAIN):
                note = note or caveat
            finding = _one(rule, side, by_foot, book, reference, strides, note, on)
            if uncertainty and finding.state is not State.UNKNOWN:
                sensor = _sensor_part(rule, side, by_foot, regions, medial)
                finding = _with_sd(finding, rule, side, by_foot, reference, sensor)
            if rule.needs_baseline and finding.state is not State.UNKNOWN:
                finding = replace(finding, note=of_speed)
            found.append(finding)
    return found


def _one(
    rule: Rule,
    side: Foot,
    tables: dict[Foot, StrideColumns],
    book: RuleBook,
    reference: Reference | None,
    strides: int,
    note: str,
    on: Circumstance | None,
) -> RuleFinding:
    value, state = NAN, State.UNKNOWN
    window = _ByIdentifier(tables)
    level = level_of(rule, window, on)
    if not note:
        value = rule_value(rule, side, window, reference)
        if np.isnan(value):
            note = _why_unknown(rule, side, reference)
        else:
            state = State.PRESENT if value >= level.raised else State.ABSENT
    return RuleFinding(
        rule=rule.id,
        rule_version=book.label(rule.id),
        engine=ENGINE_VERSION,
        title=rule.title,
        pattern=rule.pattern,
        foot=None if rule.scope is Scope.BOTH else side,
        state=state,
        value=value,
        sd=NAN,
        unit=rule.unit,
        raise_level=level.raised,
        confidence=NAN,
        strides=strides,
        note=note,
        severity=rule.severity,
        evidence=rule.evidence,
        references=rule.references,
        on=level.on,
        grade=level.grade(value),
        clinician_only=rule.clinician_only,
        level_by=level.by,
    )


def _why_unknown(rule: Rule, side: Foot, reference: Reference | None) -> str:
    if rule.habit is not None and reference is not None and not_the_habit(rule, side, reference):
        return rule.habit.otherwise
    return f"the recording does not give {', '.join(term.metric for term in rule.terms)}"


def _with_sd(
    finding: RuleFinding,
    rule: Rule,
    side: Foot,
    tables: dict[Foot, StrideColumns],
    reference: Reference | None,
    sensor: float,
) -> RuleFinding:
    """The finding with its standard uncertainty and how sure its side of the level is."""
    strides = _stride_part(rule, side, tables, reference)
    sd = float(np.hypot(strides, 0.0 if np.isnan(sensor) else sensor))
    confidence = _normal(abs(finding.value - finding.raise_level) / sd) if sd > 0 else 1.0
    return replace(finding, sd=sd, confidence=confidence)


def _obstacle(rule: Rule, strides: int, reference: Reference | None, own_insole: bool, of_speed: str) -> str:
    if rule.own_insole_only and not own_insole:
        return "levels are known for the Plantigrade insole only; this recording has other sensors"
    if rule.needs_baseline and reference is None:
        return of_speed or "needs a personal baseline of at least three days in these shoes"
    if strides < rule.min_strides:
        return f"needs {rule.min_strides} valid strides, there are {strides}"
    return ""


def _stride_part(
    rule: Rule, side: Foot, tables: dict[Foot, StrideColumns], reference: Reference | None
) -> float:
    """Standard error of the value by leaving out one eighth of the strides at a time (block jackknife)."""
    values = [
        rule_value(rule, side, _ByIdentifier(tables, (i, JACKKNIFE_BLOCKS)), reference)
        for i in range(JACKKNIFE_BLOCKS)
    ]
    known = np.array([value for value in values if not np.isnan(value)])
    if len(known) < 2:
        return 0.0
    return float(np.sqrt((len(known) - 1) / len(known) * np.sum((known - known.mean()) ** 2)))


def _sensor_part(
    rule: Rule,
    side: Foot,
    tables: dict[Foot, StrideColumns],
    regions: tuple[str, ...],
    medial: F64 | None,
) -> float:
    """What the sensors' uncertainty does to the value of a rule; NaN where it is not propagated.

    The terms of one rule look at the same sensors, so that their errors count as going together: the mean of
    the terms' is taken. Against a personal baseline a constant error of the sensors cancels, so nothing is
    added there.
    """
    if rule.needs_baseline or not regions or medial is None:
        return NAN
    parts = [_term_sd(term, side, tables, regions, medial) for term in rule.terms]
    known = [part for part in parts if not np.isnan(part)]
    return float(np.mean(known)) if known else NAN


def _term_sd(
    term: Term, side: Foot, tables: dict[Foot, StrideColumns], regions: tuple[str, ...], medial: F64
) -> float:
    """What the sensors' uncertainty does to a term whose value is known; NaN where it is not propagated."""
    own = sensor_sd(term.metric, tables[side], regions, medial) / term.scale
    if term.statistic not in (Statistic.ASYMMETRY, Statistic.SUM):
        return own
    other = sensor_sd(term.metric, tables[side.other], regions, medial) / term.scale
    both = float(np.hypot(own, other))
    if term.statistic is Statistic.SUM:
        return both
    middle = abs(float(np.median(tables[side].of(term.metric))))
    return 100.0 * both / middle if middle > 0 else NAN


def _normal(z: float) -> float:
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))
