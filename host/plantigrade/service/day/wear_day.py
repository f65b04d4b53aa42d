"""From a recording to local days of its wearer: hours worn, steps, walking, standing and load. Pure.

A recording may cross midnight; each day gets its part. Days are those of the person's time zone, so that a
day has 23 or 25 hours when clocks change.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

from plantigrade.gait.activity_kinds import ON_FOOT
from plantigrade.gait.results import Analysis, Bout
from plantigrade.library.person.entries import WearDay
from plantigrade.library.recordings.overview import Overview

WORN: Final = (*ON_FOOT, "standing", "sitting", "lying", "cycling")
"""Activities during which the insoles are on feet; the others are "not_worn" and "unknown"."""
_NANO: Final = 1e-9


def days_of_span(
    start_utc_ns: int, from_s: float, to_s: float, zone: tzinfo | None
) -> dict[date, tuple[float, float]]:
    """The local days of a span of a recording, with the part of the span in each.

    Args:
        start_utc_ns: of second 0 of the recording.
        from_s, to_s: the span, in seconds of the recording.
        zone: of the person; None for the zone of this computer.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> eve = round(datetime(2026, 3, 28, 22, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()) * 10**9
        >>> spans = days_of_span(eve, 0.0, 4 * 3600.0, ZoneInfo("Europe/Berlin"))
        >>> {str(day): (span[0] / 3600, span[1] / 3600) for day, span in spans.items()}
        {'2026-03-28': (0.0, 2.0), '2026-03-29': (2.0, 4.0)}
    """
    start_s = start_utc_ns * _NANO
    found: dict[date, tuple[float, float]] = {}
    at_s = from_s
    while at_s < to_s:
        day = datetime.fromtimestamp(start_s + at_s, zone).date()
        ends_s = min(to_s, _midnight(day + timedelta(days=1), zone) - start_s)
        found[day] = (at_s, ends_s)
        at_s = ends_s if ends_s > at_s else np.nextafter(at_s, np.inf)
    return found


def _midnight(day: date, zone: tzinfo | None) -> float:
    """Seconds since 1970 at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def wear_days(
    analysis: Analysis, seconds: Overview, start_utc_ns: int | None, zone: tzinfo | None
) -> dict[date, WearDay]:
    """What a recording says of each local day that it touches.

    Args:
        analysis: of the recording.
        seconds: its overview at the level of one second, for the load.
        start_utc_ns: of its second 0; None where no clock is known: then it belongs to no day.
        zone: of the person; None for the zone of this computer.
    """
    if start_utc_ns is None:
        return {}
    spans = days_of_span(start_utc_ns, analysis.from_s, analysis.to_s, zone)
    return {day: _of_span(analysis, seconds, *span) for day, span in spans.items()}


def _of_span(analysis: Analysis, seconds: Overview, from_s: float, to_s: float) -> WearDay:
    doing = {
        kind: sum(
            max(0.0, min(one.to_s, to_s) - max(one.from_s, from_s))
            for one in analysis.activities
            if one.kind == kind
        )
        for kind in WORN
    }
    worn_s = sum(doing.values())
    begins_s = np.maximum(seconds.start_s, analysis.from_s)
    first, end = np.searchsorted(begins_s, [from_s, to_s])
    windows = slice(int(first), int(end))  # one that midnight divides goes to the day in which it begins
    loads = _loads_n_s(seconds, windows)
    weight_n = analysis.body_weight_n
    return WearDay(
        worn_h=worn_s / 3600.0,
        steps=sum(_steps(analysis, bout, from_s, to_s) for bout in analysis.bouts),
        strides=sum(_valid_strides(analysis, from_s, to_s)),
        walking_min=sum(doing[kind] for kind in ON_FOOT) / 60.0,
        standing_min=doing["standing"] / 60.0,
        load_left_bw_s=_in_body_weights(loads["left"], weight_n, worn_s > 0),
        load_right_bw_s=_in_body_weights(loads["right"], weight_n, worn_s > 0),
        recorded_h=_recorded_s(seconds, windows) / 3600.0,
    )


def _in_body_weights(load_n_s: float, weight_n: float | None, worn: bool) -> float | None:
    """Unknown without a body weight, but for insoles that nobody wore."""
    if weight_n:
        return load_n_s / weight_n
    return None if worn else 0.0


def _steps(analysis: Analysis, bout: Bout, from_s: float, to_s: float) -> int:
    """Steps of a bout in a span: those of a bout that crosses midnight go by its contacts on either side, so
    that both days together have them all."""
    if from_s <= bout.from_s and bout.to_s < to_s:
        return bout.steps
    contacts = np.concatenate([foot.initial_contact_s for foot in analysis.feet])
    contacts = contacts[(contacts >= bout.from_s) & (contacts <= bout.to_s)]
    if not len(contacts):
        return bout.steps if from_s <= bout.from_s < to_s else 0
    before = [round(bout.steps * float(np.mean(contacts < limit))) for limit in (from_s, to_s)]
    if to_s >= analysis.to_s:
        before[1] = bout.steps
    return before[1] - before[0]


def _valid_strides(analysis: Analysis, from_s: float, to_s: float) -> list[int]:
    return [
        int(np.count_nonzero(foot.strides.valid & (begin >= from_s) & (begin < to_s)))
        for foot in analysis.feet
        for begin in (foot.strides.initial_contact_s,)
    ]


def _loads_n_s(seconds: Overview, windows: slice) -> Mapping[str, float]:
    """Force of each foot summed over time, N s; 0 for a foot that was not recorded."""
    found = {"left": 0.0, "right": 0.0}
    for foot, of_foot in seconds.feet.items():
        mean_n = np.asarray(of_foot.mean_n[windows, 0], np.float64)
        impulse = np.nan_to_num(mean_n) * of_foot.samples[windows] / seconds.sample_rate_hz
        found[foot] = float(impulse.sum())
    return found


def _recorded_s(seconds: Overview, windows: slice) -> float:
    """Seconds for which there are samples of a foot at least."""
    samples = [of_foot.samples[windows] for of_foot in seconds.feet.values()]
    return float(np.max(samples, axis=0).sum()) / seconds.sample_rate_hz if samples else 0.0
