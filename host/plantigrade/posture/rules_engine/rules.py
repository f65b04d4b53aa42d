"""Rules as data: what is watched, when it speaks up, on what evidence. Read from `rules/*.toml`, checked
strictly.

A rule's value combines its terms, each `sign * (statistic - centre) / scale`, into one number: the smallest,
or their mean. It is raised at `raise_level` after `dwell_s` and cleared at `clear_level` after as long; on
some instruments, and at other stride times, both levels are others (`rules_engine.levels`).
docs/reference/posture-rules.md describes every entry.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any, cast

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.posture.settings import FEWEST_STRIDES, MOST_ALERT_STRIDES, MOST_WINDOW_STRIDES

RULES_DIR = Path(__file__).resolve().parent / "shipped"
ENGINE_VERSION = "posture-5"


class Statistic(Enum):
    """How strides of the window become one number."""

    MEDIAN = "median"
    """Median of the foot."""
    CV = "cv"
    """SD over mean in per cent, outliers beyond four robust SDs left out."""
    ASYMMETRY = "asymmetry"
    """100 (this side - other) / half their sum, of the medians."""
    SUM = "sum"
    """Median of this side plus that of the other."""
    DRIFT = "drift"
    """(median - personal baseline) / spread of the baseline; of what is 0 or 1 the mean, not the median."""
    RATIO = "ratio"
    """median / personal baseline."""
    CV_RATIO = "cv_ratio"
    """cv / usual cv of the personal baseline."""
    LAST = "last"
    """The latest value (of a second)."""


class Scope(Enum):
    """For whom a rule is judged."""

    FOOT = "foot"
    """Each foot alone."""
    SIDE = "side"
    """Each side against the other; both feet must have enough strides."""
    BOTH = "both"
    """Both feet together, the mean of their statistics."""
    SECOND = "second"
    """Values of seconds, not of strides."""
    FOOT_SECOND = "foot-second"
    """Values of seconds of each foot alone."""

    @property
    def of_seconds(self) -> bool:
        """Whether it looks at seconds, not at strides."""
        return self in (Scope.SECOND, Scope.FOOT_SECOND)


class Combine(Enum):
    """How the terms of a rule become its value."""

    ALL = "all"
    """The smallest: every term must pass the level."""
    MEAN = "mean"
    """Their mean, but no more than the smallest divided by `least`: no term may be missing altogether."""


class Severity(Enum):
    """How urgent."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Term:
    """One part of a rule's value."""

    metric: str
    statistic: Statistic
    sign: float = 1.0
    centre: float = 0.0
    scale: float = 1.0


class Circumstance(Enum):
    """Where other levels hold than on a pair of insoles whose gains were never compared."""

    MATCHED = "matched"
    """A pair of insoles whose gains were compared: the wearer stood on each leg alone."""
    PLATE = "plate"
    TREADMILL = "treadmill"
    FOOTSWITCH = "footswitch"


@dataclass(frozen=True)
class OtherLevel:
    """Levels that hold instead of the rule's own in a circumstance."""

    on: Circumstance
    raise_level: float
    clear_level: float
    marked_level: float | None = None


@dataclass(frozen=True)
class Slope:
    """How levels move with a value of the strides, such as the stride time: by `per_unit` for each unit away
    from `at`, no further than from `low` to `high`."""

    metric: str
    at: float
    per_unit: float
    low: float
    high: float

    def shift(self, middle: float) -> float:
        """What is added to the levels; nothing where the value is not known.

        Example:
            >>> round(Slope("stride_time_s", 1.08, 1.5, 1.08, 1.60).shift(1.44), 2)
            0.54
        """
        return 0.0 if isnan(middle) else self.per_unit * (min(max(middle, self.low), self.high) - self.at)


@dataclass(frozen=True)
class Habit:
    """What a foot must usually be like to be judged: the centre of its own days lies below `below`.

    Attributes:
        metric: of the strides.
        below: the limit.
        otherwise: why a foot that is not so cannot be judged, as a note of the finding.
    """

    metric: str
    below: float
    otherwise: str


SPEED = "speed_m_per_s"
"""Measured walking speed of a foot's stride; known where a motion sensor is."""


@dataclass(frozen=True)
class Rule:
    """See the module; `id` is the key of patient's and clinician's words, `pattern` of the guidance."""

    id: str
    version: int
    title: str
    pattern: str
    scope: Scope
    terms: tuple[Term, ...]
    unit: str
    raise_level: float
    clear_level: float
    dwell_s: float
    severity: Severity
    evidence: str
    references: tuple[str, ...]
    min_strides: int = 0
    alert_strides: int = 0
    window_strides: int = 0
    min_interval_s: float = 0.0
    own_insole_only: bool = False
    combine: Combine = Combine.ALL
    least: float = 1.0
    clear_dwell_s: float | None = None
    prescribed: bool = False
    enabled: bool = True
    limit_source: str = ""
    marked_level: float | None = None
    elsewhere: tuple[OtherLevel, ...] = ()
    slope: Slope | None = None
    slope_by_speed: Slope | None = None
    habit: Habit | None = None
    clinician_only: bool = False

    @property
    def metrics(self) -> frozenset[str]:
        """Values of strides or seconds that it looks at."""
        looked_at = {term.metric for term in self.terms}
        if self.needs_baseline:
            looked_at.add(SPEED)
        return frozenset(looked_at | {slope.metric for slope in self.slopes})

    @property
    def slopes(self) -> tuple[Slope, ...]:
        """What its levels may move with, the better known first: measured speed, then what stands for it."""
        return tuple(slope for slope in (self.slope_by_speed, self.slope) if slope is not None)

    @property
    def cleared_after_s(self) -> float:
        """How long the value must stay at or below the clear level: the dwell, unless stated otherwise."""
        return self.dwell_s if self.clear_dwell_s is None else self.clear_dwell_s

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with the person's own baseline."""
        own = (Statistic.DRIFT, Statistic.RATIO, Statistic.CV_RATIO)
        return any(term.statistic in own for term in self.terms)


NO_SOURCE = "no published limit found"
EDITABLE = (
    "enabled",
    "raise_level",
    "clear_level",
    "dwell_s",
    "min_strides",
    "alert_strides",
    "window_strides",
    "min_interval_s",
)
"""What a clinician may change for a patient."""


def shipped_rules() -> dict[str, Rule]:
    """The rules of this version, by identifier."""
    return dict(_rules_in(RULES_DIR))


@cache
def _rules_in(folder: Path) -> Mapping[str, Rule]:
    """Reading them takes a fiftieth of a second, and a person's rules are looked at each minute."""
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.toml")):
        rules |= load_rules(path)
    return rules


def load_rules(path: Path) -> dict[str, Rule]:
    """Read one file of rules.

    Raises:
        FileError: not TOML, an unknown or missing entry, or levels that contradict each other.
    """
    try:
        with path.open("rb") as stream:
            data = tomllib.load(stream)
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror})") from error
    except tomllib.TOMLDecodeError as error:
        raise FileError(path, f"is not valid TOML: {error}") from error
    rules: dict[str, Rule] = {}
    for entry in _entries(data, path):
        name = entry.get("id", "without an id")
        try:
            rule = _rule(entry)
            check_rule(rule)
        except (KeyError, TypeError, ValueError, PlantigradeError) as error:
            raise FileError(path, f"rule {name}: {error}") from error
        if rule.id in rules:
            raise FileError(path, f"rule {name} appears twice")
        rules[rule.id] = rule
    return rules


def _entries(data: Mapping[str, Any], path: Path) -> list[dict[str, Any]]:
    listed: Any = data.get("rule", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in cast(list[Any], listed)):
        raise FileError(path, "is not a list of rules: each begins with [[rule]]")
    return cast(list[dict[str, Any]], listed)


def _rule(entry: Mapping[str, Any]) -> Rule:
    known = {f.name for f in fields(Rule)}
    if unknown := set(entry) - known:
        raise ValueError(f"unknown entries {', '.join(sorted(unknown))}")
    given = dict(entry)
    given["scope"] = Scope(entry["scope"])
    given["severity"] = Severity(entry["severity"])
    given["combine"] = Combine(entry.get("combine", "all"))
    given["terms"] = tuple(_term(term) for term in entry["terms"])
    given["references"] = tuple(str(reference) for reference in entry["references"])
    given["elsewhere"] = tuple(
        OtherLevel(**(other | {"on": Circumstance(other["on"])})) for other in entry.get("elsewhere", ())
    )
    given["habit"] = Habit(**entry["habit"]) if "habit" in entry else None
    for name in ("slope", "slope_by_speed"):
        given[name] = Slope(**entry[name]) if name in entry else None
    return Rule(**given)


def _term(entry: Mapping[str, Any]) -> Term:
    given = dict(entry)
    given["statistic"] = Statistic(entry["statistic"])
    return Term(**given)


def check_rule(rule: Rule) -> None:
    """Refuse a rule that could never clear, never speak, or speak at once.

    Raises:
        PlantigradeError: with the reason.
    """
    if not rule.terms or any(term.scale <= 0 or abs(term.sign) != 1 for term in rule.terms):
        raise PlantigradeError("needs terms with a positive scale and a sign of 1 or -1")
    if not 0 < rule.least <= 1:
        raise PlantigradeError(f"least must lie above 0 and not above 1, not {rule.least}")
    if rule.habit is not None and (rule.scope is not Scope.FOOT or not rule.needs_baseline):
        raise PlantigradeError("a habit is one of a single foot and needs terms against its own days")
    _check_levels(rule)
    if rule.dwell_s < 0 or rule.min_interval_s < 0 or rule.cleared_after_s < 0:
        raise PlantigradeError("dwell and interval must not be negative")
    if rule.prescribed and rule.severity is Severity.CRITICAL and not rule.limit_source:
        raise PlantigradeError("without a published source of its limit a rule is a warning, not critical")
    if rule.scope.of_seconds:
        if any(term.statistic is not Statistic.LAST for term in rule.terms):
            raise PlantigradeError('rules of scope "second" use the statistic "last"')
        return
    if not FEWEST_STRIDES <= rule.min_strides <= rule.window_strides <= MOST_WINDOW_STRIDES:
        raise PlantigradeError("strides: 12 <= min_strides <= window_strides <= 2000")
    if not rule.min_strides <= rule.alert_strides <= MOST_ALERT_STRIDES:
        raise PlantigradeError("alert_strides must not be below min_strides, nor above 5000")


def _check_levels(rule: Rule) -> None:
    if not rule.clear_level < rule.raise_level:
        raise PlantigradeError(
            f"clear level {rule.clear_level} must lie below raise level {rule.raise_level}"
        )
    if any(not other.clear_level < other.raise_level for other in rule.elsewhere):
        raise PlantigradeError("levels elsewhere: each clear level must lie below its raise level")
    if rule.marked_level is not None and not rule.raise_level < rule.marked_level:
        raise PlantigradeError(
            f"marked level {rule.marked_level} must lie above raise level {rule.raise_level}"
        )
    if any(not slope.low <= slope.at <= slope.high for slope in rule.slopes):
        raise PlantigradeError("slope: low <= at <= high")
    if rule.slope_by_speed is not None and rule.slope_by_speed.metric != SPEED:
        raise PlantigradeError(f"slope_by_speed: metric must be {SPEED}")
