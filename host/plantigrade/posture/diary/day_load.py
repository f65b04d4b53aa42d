"""What a day asked of the body, for the questions of the diary.

- `steps`: of both feet;
- `standing_h`: hours spent standing, with breaks of up to ten seconds;
- `longest_still_min`: longest time without a shift of weight or a step, in minutes;
- `load_asymmetry_pct`: difference of the feet's mean force in stance, as a share of their mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from plantigrade.gait.results import Analysis
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.rules_engine.features import Observation, StrideColumns

SUMMED: Final = ("steps", "standing_h")
LONGEST: Final = ("longest_still_min",)
"""How the parts of a day (one for each shoe or orthotic) are put together; other values by their strides."""


def loads_of(
    analysis: Analysis, tables: Sequence[StrideColumns], seconds: Iterable[Observation]
) -> dict[str, float]:
    """The loads of a recording; without those that it does not give.

    Args:
        analysis: of the gait engine.
        tables: strides of the feet.
        seconds: of `StandingWatch`; empty where forces or body weight are not known.
    """
    found = {"steps": float(sum(hour.steps for hour in analysis.hours))}
    standing, longest_still_s = 0, None
    for second in seconds:
        standing += second.values["standing_s"] > 0
        longest_still_s = max(longest_still_s or 0.0, second.values["still_s"])
    if longest_still_s is not None:
        found["standing_h"] = standing / 3600.0
        found["longest_still_min"] = longest_still_s / 60.0
    forces = [table.of("mean_force_n") for table in tables]
    if len(forces) == 2 and all(len(force) for force in forces):
        left, right = (float(np.median(force)) for force in forces)
        found["load_asymmetry_pct"] = 100.0 * 2.0 * abs(left - right) / (left + right)
    return found


def loads_together(parts: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, float]:
    """Loads of several recordings of a day put together.

    Args:
        parts: loads of each recording, and its strides.

    Example:
        >>> loads_together([({"steps": 900.0, "longest_still_min": 4.0}, 800), ({"steps": 100.0}, 90)])
        {'steps': 1000.0, 'longest_still_min': 4.0}
    """
    names = dict.fromkeys(name for loads, _ in parts for name in loads)
    return {
        name: _together(name, [(loads[name], strides) for loads, strides in parts if name in loads])
        for name in names
    }


def daily_values(days: Sequence[Day], metrics: Sequence[str]) -> dict[str, dict[date, float]]:
    """Each metric by day: a load of the day, or else the mean of both feet's medians."""
    by_date: dict[date, list[Day]] = {}
    for day in days:
        by_date.setdefault(date.fromisoformat(day.day), []).append(day)
    found: dict[str, dict[date, float]] = {metric: {} for metric in metrics}
    for when, parts in by_date.items():
        for metric in metrics:
            known = [(value, part.strides) for part in parts if (value := _value(part, metric)) is not None]
            if known:
                found[metric][when] = _together(metric, known)
    return found


def _value(day: Day, metric: str) -> float | None:
    if metric in day.loads:
        return day.loads[metric]
    feet = day.of_feet(metric)
    return float(np.mean(feet)) if feet else None


def _together(metric: str, parts: Sequence[tuple[float, int]]) -> float:
    values = [value for value, _ in parts]
    if metric in SUMMED:
        return float(sum(values))
    if metric in LONGEST:
        return max(values)
    return float(np.average(values, weights=[max(strides, 1) for _, strides in parts]))
