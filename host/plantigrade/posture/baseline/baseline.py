"""What is usual for this person in these shoes: learned over days, robust against odd ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.settings import MAD_TO_SD
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.like_speed import like_days
from plantigrade.posture.json_file import read_values, write_values
from plantigrade.posture.rules_engine.features import StrideColumns, middle_of
from plantigrade.posture.rules_engine.rules import SPEED
from plantigrade.posture.rules_engine.statistics import AtSpeed, cv_pct
from plantigrade.posture.settings import (
    BASELINE_MIN_DAYS,
    DAY_SD_FLOOR,
    KEEP_DAYS,
    MIN_STRIDES_A_DAY,
    RELATIVE_FLOOR,
    SPEED_DECIMALS,
)

SCHEMA = "plantigrade.baseline/1"
NAN = float("nan")


@dataclass(frozen=True)
class Day:
    """Medians of one day in one pair of shoes (foot and metric to value; shares of strides are means, see
    `middle_of`), the strides behind them,
    coefficients of variation in per cent of a few metrics, and the loads of the day (see `day_load`)."""

    day: str
    tag: str
    strides: int
    medians: dict[str, float]
    cvs: dict[str, float] = field(default_factory=dict[str, float])
    loads: dict[str, float] = field(default_factory=dict[str, float])

    def of_feet(self, metric: str) -> list[float]:
        """Medians of the feet that know the metric."""
        return [self.medians[key] for foot in Foot if (key := _key(foot, metric)) in self.medians]


CV_OF = ("stride_time_s",)
"""Metrics whose variation within a day is stored as well."""


@dataclass
class PersonalBaseline:
    """Days of one person. `for_tag` gives the reference of a shoe or orthotic."""

    days: list[Day] = field(default_factory=list[Day])

    def add_day(
        self, day: date, tag: str, tables: list[StrideColumns], loads: Mapping[str, float] | None = None
    ) -> bool:
        """Learn a day; False when it has too few strides. A day that is there already is replaced.

        Args:
            day: of the strides.
            tag: shoes or orthotic that were worn.
            tables: strides of the feet.
            loads: what the day asked of the body, see `day_load`.
        """
        learned = day_from_strides(day, tag, tables, loads)
        if learned is not None:
            self.add(learned)
        return learned is not None

    def add(self, day: Day) -> None:
        """Add a day, in place of what was there of its date and tag."""
        stored = [known for known in self.days if (known.day, known.tag) != (day.day, day.tag)]
        self.days = [*stored, day][-KEEP_DAYS:]

    def for_tag(self, tag: str) -> "TagReference | None":
        """The reference of one shoe or orthotic; None before there are three days of it."""
        days = [day for day in self.days if day.tag == tag]
        return TagReference(tag, days) if len(days) >= BASELINE_MIN_DAYS else None

    def save(self, path: Path) -> None:
        """Write as JSON, whole or not at all, for the owner alone to read.

        Raises:
            FileError: the file cannot be written.
        """
        write_values(path, SCHEMA, {"days": [vars(day) for day in self.days]})


def day_from_strides(
    day: date, tag: str, tables: list[StrideColumns], loads: Mapping[str, float] | None = None
) -> Day | None:
    """What strides say of a day; None where they are too few. Arguments as of `PersonalBaseline.add_day`."""
    strides = min((int(table.valid.sum()) for table in tables), default=0)
    if strides < MIN_STRIDES_A_DAY:
        return None
    medians: dict[str, float] = {}
    cvs: dict[str, float] = {}
    for table in tables:
        for metric in table.values:
            values = table.of(metric)
            if len(values) >= MIN_STRIDES_A_DAY // 2:
                medians[_key(table.foot, metric)] = middle_of(metric, values)
        for metric in CV_OF:
            if not np.isnan(cv := cv_pct(table.of(metric))):
                cvs[_key(table.foot, metric)] = cv
    return Day(day.isoformat(), tag, strides, medians, cvs, dict(loads or {}))


@dataclass(frozen=True)
class TagReference:
    """Usual values in one pair of shoes, as `statistics.Reference`."""

    tag: str
    days: list[Day]
    _at_speed: dict[float, AtSpeed] = field(default_factory=dict[float, AtSpeed], compare=False, repr=False)

    def at_speed(self, speed_m_s: float) -> AtSpeed:
        """What is usual at a speed, as rules ask for it: see `of_days_at`."""
        if np.isnan(speed_m_s):
            return AtSpeed(self)
        speed = round(speed_m_s, SPEED_DECIMALS)
        if speed not in self._at_speed:
            self._at_speed[speed] = AtSpeed(*self.of_days_at(speed))
        return self._at_speed[speed]

    def of_days_at(self, speed_m_s: float) -> "tuple[TagReference | None, str]":
        """Only the days of like speed, and those whose speed is not known: see `like_speed`.

        Args:
            speed_m_s: of the strides at hand; NaN leaves all days in.

        Returns:
            Those days, None where they are too few; and what that means, for people.
        """
        if np.isnan(speed_m_s):
            return self, ""
        speeds = [float(np.mean(known)) if (known := day.of_feet(SPEED)) else NAN for day in self.days]
        near, note = like_days(speeds, speed_m_s)
        if len(near) == len(self.days):
            return self, ""
        return TagReference(self.tag, [self.days[day] for day in near]) if near else None, note

    def _values(self, foot: Foot, metric: str) -> list[float]:
        key = _key(foot, metric)
        return [day.medians[key] for day in self.days if key in day.medians]

    def centre(self, foot: Foot, metric: str) -> float:
        """Median over days; NaN where fewer than three know it."""
        values = self._values(foot, metric)
        return float(np.median(values)) if len(values) >= BASELINE_MIN_DAYS else NAN

    def spread(self, foot: Foot, metric: str) -> float:
        """Robust SD between days, not below the metric's floor; widened while there are few days."""
        values = self._values(foot, metric)
        if len(values) < BASELINE_MIN_DAYS:
            return NAN
        centre = float(np.median(values))
        robust = MAD_TO_SD * float(np.median(np.abs(np.array(values) - centre)))
        floor = DAY_SD_FLOOR.get(metric, RELATIVE_FLOOR * abs(centre))
        return max(robust, floor) * float(np.sqrt(1.0 + 1.0 / len(values)))

    def cv_pct(self, foot: Foot, metric: str) -> float:
        """Median over days; NaN where fewer than three know it."""
        key = _key(foot, metric)
        values = [day.cvs[key] for day in self.days if key in day.cvs]
        return float(np.median(values)) if len(values) >= BASELINE_MIN_DAYS else NAN


def load_baseline(path: Path) -> PersonalBaseline:
    """Read what `PersonalBaseline.save` wrote.

    Raises:
        FileError: missing, not JSON, another schema or a broken day.
    """
    values = read_values(path, SCHEMA, "a baseline")
    try:
        return PersonalBaseline([day_from(entry) for entry in values["days"]])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileError(path, f"holds a day that makes no sense: {error}") from error


def day_from(entry: Mapping[str, Any]) -> Day:
    """A day of its document.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it makes no sense.
    """
    return Day(
        date.fromisoformat(entry["day"]).isoformat(),
        str(entry["tag"]),
        int(entry["strides"]),
        {str(key): float(value) for key, value in entry["medians"].items()},
        {str(key): float(value) for key, value in entry.get("cvs", {}).items()},
        {str(key): float(value) for key, value in entry.get("loads", {}).items()},
    )


def reference_of(path: Path, tag: str) -> TagReference:
    """The reference of one shoe or orthotic from a file of days.

    Raises:
        FileError: the file is broken, or has fewer than three days of the tag.
    """
    reference = load_baseline(path).for_tag(tag)
    if reference is None:
        raise FileError(
            path,
            f"has fewer than three days with the tag {tag!r}: add some with `plantigrade posture learn`, or "
            "name another --tag",
        )
    return reference


def _key(foot: Foot, metric: str) -> str:
    return f"{foot.value}/{metric}"
