"""Contacts of one foot: one causal pass over the samples, compiled.

Every decision looks at samples already seen and at most `search_s` or `shortest_*_s` back, except the very
first levels: until they are learnt the samples wait in the buffer (at most its history), then are walked
through once. The state is one record, so that cutting a recording into chunks cannot change a result.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled
from plantigrade.gait.edges import low_load_s, onset, release
from plantigrade.gait.levels import end_block, push_block, qualifies, set_levels
from plantigrade.gait.settings import LEVEL_BLOCKS, WIDER_BLOCKS
from plantigrade.gait.signals import Floats, Forces


def _record(fields: list[Any]) -> np.dtype[np.void]:
    """A record whose fields are attributes also where the kernels run uncompiled (NUMBA_DISABLE_JIT=1)."""
    return np.dtype((np.record, fields))


STATE: Final = _record(
    [
        ("learnt", np.int64),  # levels are known
        ("swing", np.float64),  # level of the unloaded foot
        ("stance", np.float64),  # level of the loaded foot
        ("block_min", np.float64, LEVEL_BLOCKS),  # last qualifying blocks, a ring
        ("block_max", np.float64, LEVEL_BLOCKS),
        ("block_count", np.int64),
        ("rows", np.int64),  # of the block under way
        ("low", np.float64),
        ("high", np.float64),
        ("travel", np.float64),  # sum of absolute differences in the block under way
        ("refused", np.int64),  # blocks in a row that did not fit the levels but looked like walking
        ("refused_low", np.float64),
        ("refused_high", np.float64),
        ("cursor", np.int64),  # absolute row that is judged next
        ("loaded", np.int64),  # 1 loaded, 0 unloaded, -1 not known yet
        ("open", np.int64),  # an initial contact was told and waits for its final contact
        ("up", np.int64),  # row of the last rise through the load level, -1 none to confirm
        ("down", np.int64),  # row of the last fall through the unload level, -1 none to confirm
        ("floor", np.int64),  # rows before belong to an earlier contact or to a gap
        ("complete_from", np.int64),  # from this row on no sample is missing
        ("peak", np.float64),
        ("reset", np.int64),  # levels were replaced: go back over the last blocks
        ("gap", np.int64),  # inside missing samples
        ("seen", np.int64),  # absolute rows seen
        ("last_time", np.float64),
        ("backward", np.int64),  # times that ran backwards
    ]
)

CONFIG: Final = _record(
    [
        ("block_rows", np.int64),
        ("edge_rows", np.int64),
        ("span_rows", np.int64),
        ("search_rows", np.int64),
        ("contact_rows", np.int64),
        ("swing_rows", np.int64),
        ("history_rows", np.int64),
        ("tail_rows", np.int64),
        ("load_share", np.float64),
        ("unload_share", np.float64),
        ("onset_slope_share", np.float64),
        ("release_slope_share", np.float64),
        ("onset_slope", np.float64),  # ranges a sample
        ("release_slope", np.float64),
        ("ledge_share", np.float64),
        ("onset_level_share", np.float64),
        ("certain_load_share", np.float64),
        ("low_load_share", np.float64),
        ("release_level_share", np.float64),
        ("smallest_range", np.float64),
        ("quiet_ratio", np.float64),
        ("longest_step_s", np.float64),
    ]
)

EVENT: Final = _record(
    [
        ("kind", np.int64),
        ("row", np.int64),
        ("time_s", np.float64),
        ("swing", np.float64),
        ("stance", np.float64),
        ("peak", np.float64),
        ("low_load_s", np.float64),  # time with next to no load beside the event
    ]
)
INITIAL, FINAL, BREAK, RESET = range(4)

Records = npt.NDArray[np.void]


@compiled()
def sum_rows(force: Forces, start: int, stop: int, total: Floats) -> None:
    """total[i] = sum of force[i] for the rows start to stop; NaN in any channel makes it NaN."""
    sensors = force.shape[1]
    for i in range(start, stop):
        s = 0.0
        for k in range(sensors):
            s += float(force[i, k])  # in double precision also where this runs uncompiled
        total[i] = s


@compiled()
def _go_back(st: Any, cfg: Any, t: Floats, base: int, i: int, events: Records, count: int) -> int:
    """After new levels: judge the blocks that taught them once more; what was told of them is withdrawn."""
    st.reset = 0
    end = i + base + 1
    row = max(end - WIDER_BLOCKS * cfg.block_rows, end - cfg.history_rows, st.complete_from)
    st.cursor = row
    st.floor = st.complete_from
    st.loaded = -1
    st.open = 0
    st.up = -1
    st.down = -1
    return _tell(events, count, st, RESET, row, t[row - base])


@compiled()
def _tell(events: Records, count: int, st: Any, kind: int, row: int, time_s: float) -> int:
    e = events[count]
    e.kind = kind
    e.row = row
    e.time_s = time_s
    e.swing = st.swing
    e.stance = st.stance
    e.peak = st.peak
    e.low_load_s = 0.0
    return count + 1


@compiled()
def _tell_contact(st: Any, cfg: Any, x: Floats, t: Floats, reported: Any, events: Records, count: int) -> int:
    """Tell a contact event and how long its load is next to none.

    Args:
        told: kind, buffer row, time, step towards the loaded side (1 or -1), last row looked at, and the
            absolute row of buffer row 0.
    """
    kind, row, time_s, step, end, base = reported
    count = _tell(events, count, st, kind, row + base, time_s)
    rise = cfg.low_load_share * (st.stance - st.swing)
    events[count - 1].low_load_s = low_load_s(x, t, row, step, end, time_s, rise)
    return count


@compiled()
def _final(st: Any, cfg: Any, x: Floats, t: Floats, base: int, last: int, events: Records, count: int) -> int:
    """Tell the final contact of the fall that is pending, using samples up to buffer row `last`."""
    d = st.down - base
    first = max(st.floor - base, 0)
    time_s = release(x, t, d, last, first, cfg, st.stance - st.swing)
    st.down = -1
    if st.open == 0:
        return count
    st.open = 0
    row = d
    while row < last and t[row] < time_s:
        row += 1
    reported = (FINAL, row, time_s, -1, min(max(row - cfg.search_rows, first), row), base)
    return _tell_contact(st, cfg, x, t, reported, events, count)


@compiled()
def _initial(
    st: Any, cfg: Any, x: Floats, t: Floats, base: int, last: int, events: Records, count: int
) -> int:
    """Tell the initial contact of the rise that is confirmed, using samples up to buffer row `last`."""
    first = max(st.floor - base, 0)
    row = st.up - base
    time_s = onset(x, t, row, first, last, cfg, st.stance - st.swing)
    while row > first and t[row - 1] >= time_s:
        row -= 1
    st.up = -1
    st.open = 1
    reported = (INITIAL, row, time_s, 1, max(min(row + cfg.search_rows, last), row), base)
    return _tell_contact(st, cfg, x, t, reported, events, count)


@compiled()
def _rise(st: Any, cfg: Any, x: Floats, t: Floats, base: int, i: int, events: Records, count: int) -> int:
    """The signal has risen through the load level at buffer row i."""
    if st.loaded == 0:
        if st.down >= 0 and (i + base) - st.down < cfg.swing_rows:
            st.down = -1  # too short a dip to be a swing: the contact goes on
        else:
            if st.down >= 0:
                count = _final(st, cfg, x, t, base, i, events, count)
            st.up = i + base
            st.peak = x[i]
    st.loaded = 1
    return count


@compiled()
def _judge(st: Any, cfg: Any, x: Floats, t: Floats, base: int, i: int, events: Records, count: int) -> int:
    """One step of the state machine at buffer row i (absolute row base + i)."""
    spread = st.stance - st.swing
    v = x[i]
    row = i + base
    if st.loaded == -1:
        if v < st.swing + cfg.unload_share * spread:
            st.loaded = 0
        elif v > st.swing + cfg.load_share * spread:
            st.loaded = 1
    elif st.loaded == 0:
        if v > st.swing + cfg.load_share * spread:
            count = _rise(st, cfg, x, t, base, i, events, count)
        elif st.down >= 0 and row - st.down >= cfg.search_rows:
            count = _final(st, cfg, x, t, base, i, events, count)
    else:
        st.peak = max(st.peak, v)
        if v < st.swing + cfg.unload_share * spread:
            st.loaded = 0
            if st.up >= 0:
                st.up = -1  # too short a bump to be a contact
            else:
                st.down = row
                st.floor = max(st.floor, row - cfg.edge_rows - cfg.span_rows)
        elif st.up >= 0 and row - st.up >= cfg.contact_rows:
            count = _initial(st, cfg, x, t, base, i, events, count)
    return count


@compiled()
def _break(st: Any, time_s: float, events: Records, count: int) -> int:
    """Samples are missing: nothing is carried across."""
    st.loaded = -1
    st.open = 0
    st.up = -1
    st.down = -1
    return _tell(events, count, st, BREAK, 0, time_s)


@compiled()
def _skip(st: Any, cfg: Any, x: Floats, t: Floats, i: int, stop: int) -> int:
    """First row from i on at which something can happen; quiet runs pass in a tight loop."""
    spread = st.stance - st.swing
    longest = cfg.longest_step_s
    if st.loaded == 0 and st.down < 0:
        limit = st.swing + cfg.load_share * spread
        before = t[i - 1]
        while i < stop:
            now = t[np.uint64(i)]
            if not (x[np.uint64(i)] <= limit and now - before <= longest):
                break
            before = now
            i += 1
    elif st.loaded == 1 and st.up < 0:
        limit = st.swing + cfg.unload_share * spread
        peak = st.peak
        before = t[i - 1]
        while i < stop:
            v, now = x[np.uint64(i)], t[np.uint64(i)]
            if not (v >= limit and now - before <= longest):
                break
            peak = v if v > peak else peak
            before = now
            i += 1
        st.peak = peak
    return i


@compiled()
def _walk(st: Any, cfg: Any, x: Floats, t: Floats, base: int, stop: int, events: Records, count: int) -> int:
    """Judge every row from the cursor up to buffer row `stop` (exclusive)."""
    oldest = max(st.cursor, stop + base - cfg.history_rows)
    if oldest > st.cursor:
        st.floor = st.complete_from = oldest
    i = oldest - base
    while i < stop:
        if i > 0 and st.gap == 0:
            i = _skip(st, cfg, x, t, i, stop)
            if i == stop:
                break
        if x[i] != x[i]:
            if st.gap == 0:
                count = _break(st, t[i], events, count)
            st.gap = 1
            i += 1
            continue
        if st.gap == 1:
            st.gap = 0
            st.floor = st.complete_from = i + base
        elif i + base > 0 and t[i] - t[i - 1] > cfg.longest_step_s:
            count = _break(st, t[i], events, count)
            st.floor = st.complete_from = i + base
        count = _judge(st, cfg, x, t, base, i, events, count)
        i += 1
    st.cursor = stop + base
    return count


@compiled()
def _measure(st: Any, cfg: Any, x: Floats, t: Floats, base: int, start: int, stop: int) -> int:
    """Add rows to the block under way; returns the row after the one that ended it, or `stop`."""
    rows, low, high, travel = st.rows, st.low, st.high, st.travel
    last, backward = st.last_time, 0
    full, longest = cfg.block_rows, cfg.longest_step_s
    before = x[start - 1] if start > 0 else np.nan
    i = start
    if i < stop and i + base == 0:  # nothing comes before the first row of all
        last = t[i] - longest
    while i < stop:
        v, now = x[np.uint64(i)], t[np.uint64(i)]  # unsigned: no place is counted from the end
        step = now - last
        if not 0.0 < step <= longest:
            if now <= last:
                backward += 1
            elif step > longest:
                rows, travel = 0, 0.0
        last = now
        i += 1
        if v == v:
            if rows == 0:
                low, high = v, v
            else:
                low = v if v < low else low
                high = v if v > high else high
                if before == before:
                    travel += abs(v - before)
            rows += 1
            before = v
            if rows >= full:
                break
        else:
            before = v
    st.rows, st.low, st.high, st.travel = rows, low, high, travel
    st.last_time = last
    st.backward += backward
    return i


@compiled()
def advance(
    states: Records, configs: Records, x: Floats, t: Floats, base: int, start: int, stop: int, events: Records
) -> int:
    """Take the new buffer rows start to stop; returns how many rows of `events` were filled.

    Args:
        states, configs: (1,) records of `STATE` and `CONFIG`, the first is changed.
        x, t: (n,) total and time of the buffer; rows before `start` are history.
        base: absolute row of buffer row 0.
        events: as many rows of `EVENT` as the buffer has rows, and some.
    """
    st = states[0]
    cfg = configs[0]
    count = 0
    i = start
    while i < stop:
        i = _measure(st, cfg, x, t, base, i, stop)
        if st.rows >= cfg.block_rows:
            if st.learnt == 1:
                count = _walk(st, cfg, x, t, base, i - 1, events, count)
            end_block(st, cfg)
            if st.reset == 1:
                count = _go_back(st, cfg, t, base, i - 1, events, count)
        if st.learnt == 1:
            count = _walk(st, cfg, x, t, base, i, events, count)
    st.seen = stop + base
    return count


@compiled()
def flush(
    states: Records, configs: Records, x: Floats, t: Floats, base: int, stop: int, events: Records
) -> int:
    """End of the recording: learn from what there is when nothing was learnt, tell what is still pending."""
    st = states[0]
    cfg = configs[0]
    count = 0
    if st.learnt == 0:
        if st.rows > cfg.block_rows // 2 and qualifies(cfg, st.low, st.high, st.travel, st.rows):
            push_block(st, st.low, st.high)
        if st.block_count > 0:
            st.learnt = 1
            set_levels(st)
            count = _walk(st, cfg, x, t, base, stop, events, count)
    if st.learnt == 1 and st.down >= 0 and stop + base - st.down > cfg.swing_rows:
        count = _final(st, cfg, x, t, base, stop - 1, events, count)
    return count
