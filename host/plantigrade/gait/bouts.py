"""Walking bouts after Mobilise-D, and the day's hours."""

from collections.abc import Sequence

import numpy as np

from plantigrade.gait.results import Hour, StrideTable
from plantigrade.gait.settings import (
    DURATION_BINS_S,
    RUNNING_STANCE_PCT,
    SHORTEST_TIMED_S,
    BoutSettings,
)
from plantigrade.gait.signals import Floats

Span = tuple[float, float]


def walking_spans(
    contacts_s: Sequence[Floats], breaks_s: Sequence[Floats], settings: BoutSettings
) -> list[Span]:
    """Spans of contacts (of any foot) without a pause longer than `longest_break_s` and without missing
    samples.

    Args:
        contacts_s: initial contacts of each foot that is there.
        breaks_s: times after which samples of a foot were missing.
    """
    merged = np.sort(np.concatenate([np.empty(0), *contacts_s]))
    if len(merged) < 2:
        return []
    cut = np.diff(merged) > settings.longest_break_s
    for one in breaks_s:
        places = np.searchsorted(merged, one) - 1
        cut[places[(places >= 0) & (places < len(cut))]] = True
    edges = np.flatnonzero(cut)
    starts, stops = np.append(0, edges + 1), np.append(edges, len(merged) - 1)
    return [(float(merged[a]), float(merged[b])) for a, b in zip(starts, stops, strict=True) if b > a]


def assign_bouts(tables: Sequence[StrideTable], spans: Sequence[Span], settings: BoutSettings) -> list[Span]:
    """Number the strides that lie in a span which holds enough of them; returns the spans that are bouts."""
    retained: list[Span] = []
    for span in spans:
        inside = [_rows_inside(table, span) for table in tables]
        counts = [stop - start for start, stop in inside]
        total = sum(counts) * (2 if len(tables) == 1 else 1)
        if total < settings.fewest_strides or min(counts) < settings.fewest_strides_a_side:
            continue
        for table, (start, stop) in zip(tables, inside, strict=True):
            table.bout[start:stop] = len(retained)
        retained.append(span)
    return retained


def running_bouts(tables: Sequence[StrideTable], bouts: int) -> list[int]:
    """Bouts in which every foot stands for less than half of the stride: both are in the air together."""
    found: list[int] = []
    for bout in range(bouts):
        stances = [table.stance_pct[table.bout == bout] for table in tables]
        if all(len(one) and np.median(one) < RUNNING_STANCE_PCT for one in stances):
            found.append(bout)
    return found


def _rows_inside(table: StrideTable, span: Span) -> tuple[int, int]:
    start = int(np.searchsorted(table.initial_contact_s, span[0] - 1e-9))
    stop = int(np.searchsorted(table.next_initial_contact_s, span[1] + 1e-9, side="right"))
    return start, max(start, stop)


def duration_bin(seconds: float) -> str:
    """Mobilise-D's bins of bout length."""
    for limit, name in zip(DURATION_BINS_S, ("< 10 s", "10-30 s", "30-60 s"), strict=True):
        if seconds < limit:
            return name
    return "> 60 s"


def hours(contacts_s: Sequence[Floats], walking: Sequence[Span], from_s: float, to_s: float) -> list[Hour]:
    """Steps in walking bouts, walking time and cadence of each hour since the start of the recording.

    The steps of all hours are those of all bouts. The last contact of a bout is a step, but no time follows
    it that would count for the cadence.
    """
    merged = np.sort(np.concatenate([np.empty(0), *contacts_s]))
    weight = 2 if len(contacts_s) == 1 else 1
    if not to_s > from_s:
        return []
    result: list[Hour] = []
    for hour in range(int((to_s - from_s) // 3600) + 1):
        start, stop = from_s + 3600.0 * hour, from_s + 3600.0 * (hour + 1)
        steps, seconds, timed = 0, 0.0, 0
        for a, b in walking:
            low, high = max(a, start), min(b, stop)
            if low < high:
                begun = weight * int(np.searchsorted(merged, high) - np.searchsorted(merged, low))
                steps += begun + (weight if high == b else 0)
                timed += begun
                seconds += high - low
        cadence = 60.0 * timed / seconds if seconds >= SHORTEST_TIMED_S else None
        result.append(Hour(hour, steps, seconds, cadence))
    return result
