"""Where a rise begins and a fall ends, between samples, compiled."""

from typing import Any

from plantigrade.compiled import compiled
from plantigrade.gait.settings import EDGE_AHEAD_PARTS
from plantigrade.gait.signals import Floats


@compiled()
def _crossing(x: Floats, t: Floats, i: int, j: int, level: float) -> float:
    """Time at which x crosses `level` between the neighbouring rows i and j, linear between them."""
    if x[i] == x[j]:
        return t[j]
    part = min(max((level - x[i]) / (x[j] - x[i]), 0.0), 1.0)
    return t[i] + part * (t[j] - t[i])


@compiled()
def onset(x: Floats, t: Floats, i: int, first: int, last: int, cfg: Any, spread: float) -> float:
    """Time at which the rise through row `i` begins: the foot of the rise, between samples.

    From the steepest point back to where the slope falls under a limit (ranges a second for a footswitch, a
    share of the steepest at most), then up again to a small share of the range above that foot, so that the
    noise of the slope does not reach the time.
    """
    h = cfg.span_rows
    lowest = max(first, i - cfg.search_rows) + h
    top, steepest = i, -1.0
    ahead = i + cfg.edge_rows // EDGE_AHEAD_PARTS
    for k in range(max(i - cfg.edge_rows, min(lowest, i)), min(ahead, last) + 1):
        rise = x[k] - x[k - h]
        if rise > steepest:
            top, steepest = k, rise
    limit = min(cfg.onset_slope_share * steepest, cfg.onset_slope * spread * h)
    floor = x[i]
    for k in range(lowest - h, i):
        floor = min(floor, x[k])
    certain = floor + cfg.certain_load_share * spread
    j = top
    while j > lowest and (x[j] - x[j - h] > limit or x[j] > certain):
        j -= 1
    level = x[j] + cfg.onset_level_share * spread
    while j < top and x[j + 1] <= level:
        j += 1
    return _crossing(x, t, j, min(j + 1, last), level)


@compiled()
def _falls_on(x: Floats, j: int, last: int, cfg: Any, slope: float, ledge: float) -> bool:
    """Whether the fall goes on behind a ledge at row `j`: the slope over the span of a tail says so, and what
    is left is more than a low level."""
    end = min(j + cfg.tail_rows, last)
    return end > j and x[j] > ledge and x[j] - x[end] > slope * (end - j)


@compiled()
def release(x: Floats, t: Floats, d: int, last: int, first: int, cfg: Any, spread: float) -> float:
    """Time at which the fall through row `d` ends: the foot of the fall, as for `onset`.

    A ledge in the tail of a footswitch is not its end: the slope must have fallen over `tail_span_s` as well.
    """
    h = cfg.span_rows
    highest = last - h
    top, steepest = min(d, highest), -1.0
    for k in range(max(d - cfg.edge_rows, first), min(d + cfg.edge_rows, highest) + 1):
        fall = x[k] - x[k + h]
        if fall > steepest:
            top, steepest = k, fall
    limit = min(cfg.release_slope_share * steepest, cfg.release_slope * spread * h)
    floor = x[d]
    for k in range(d, last + 1):
        floor = min(floor, x[k])
    certain = floor + cfg.certain_load_share * spread
    ledge = floor + cfg.ledge_share * spread
    j = top
    while j < highest and (
        x[j] - x[j + h] > limit or x[j] > certain or _falls_on(x, j, last, cfg, limit / h, ledge)
    ):
        j += 1
    level = x[j] + cfg.release_level_share * spread
    while j > top and x[j - 1] <= level:
        j -= 1
    return _crossing(x, t, max(j - 1, 0), j, level)


@compiled()
def low_load_s(x: Floats, t: Floats, row: int, step: int, end: int, time_s: float, rise: float) -> float:
    """Seconds between a contact event and the time at which the load is `rise` above what it is there.

    Within them the foot carries so little that it may or may not be on the ground: what the event's
    uncertainty is made of.

    Args:
        x, t: total and time of the buffer.
        row: first row at or after the event.
        step: 1 to go forward from an initial contact, -1 to go back from a final contact.
        end: last row that is looked at.
        time_s: of the event.
        rise: load above that at the event, in the unit of x.
    """
    before = max(row - 1, 0)
    part = (time_s - t[before]) / (t[row] - t[before]) if row > before else 1.0
    level = x[before] + min(max(part, 0.0), 1.0) * (x[row] - x[before]) + rise
    i = row
    while i != end and x[i] < level:
        i += step
    if i == row or x[i] < level:
        return abs(t[i] - time_s)
    return abs(_crossing(x, t, i - step, i, level) - time_s)
