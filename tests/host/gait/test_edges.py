"""Where a rise begins and a fall ends, for flanks drawn by hand at 100 Hz and a range of 800 N.

With the defaults a slope spans one sample, the steepest point is sought over 4 samples before the crossing,
the foot of the flank over 20; initial contact lies 2 % (16 N) above that foot, final contact 1 % (8 N).
"""

import numpy as np
import pytest
from plantigrade.gait.edges import low_load_s, onset, release
from plantigrade.gait.foot import contact_config
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Floats

from tests.host.gait.drawn import Corners, drawn

SPREAD = 800.0
ROWS = 120


def config(**changes: float) -> np.ndarray:
    """The kernel's settings at 100 Hz; `changes` by name."""
    found = contact_config(ContactSettings(), 100.0, 60.0, calibrated=True)
    for name, value in changes.items():
        found[name] = value
    return found


def rows(corners: Corners, count: int = ROWS) -> tuple[Floats, Floats]:
    """Samples of a polygon whose corners are given by row, and their times: row / 100."""
    return drawn(corners, np.arange(count, dtype=float)), np.arange(count) / 100.0


def onset_row(corners: Corners, at: int, *, first: int = 0, last: int = ROWS - 1, **changes: float) -> float:
    """The onset in rows of the rise through row `at`."""
    x, t = rows(corners)
    return 100.0 * float(onset(x, t, at, first, last, config(**changes)[0], SPREAD))


def release_row(
    corners: Corners, at: int, *, first: int = 0, last: int = ROWS - 1, **changes: float
) -> float:
    """The release in rows of the fall through row `at`."""
    x, t = rows(corners)
    return 100.0 * float(release(x, t, at, last, first, config(**changes)[0], SPREAD))


RAMP: Corners = [(30, 0.0), (40, 800.0)]
"""80 N a sample from row 30 on."""


def test_a_straight_rise_begins_2_per_cent_of_the_range_above_its_foot() -> None:
    assert onset_row(RAMP, 34) == pytest.approx(30.2)  # 16 N of 80
    assert onset_row([(30, 50.0), (40, 850.0)], 34) == pytest.approx(30.2)
    assert onset_row(RAMP, 34, onset_level_share=0.05) == pytest.approx(30.5)
    assert onset_row([(30, 0.0), (110, 800.0)], 58, search_rows=60) == pytest.approx(31.6)  # 16 of 10


FALL: Corners = [(50, 800.0), (60, 0.0)]


def test_a_straight_fall_ends_1_per_cent_of_the_range_above_its_foot() -> None:
    assert release_row(FALL, 58) == pytest.approx(59.9)  # 8 N of 80 before row 60
    assert release_row([(50, 870.0), (60, 70.0)], 58) == pytest.approx(59.9)
    assert release_row(FALL, 58, release_level_share=0.05) == pytest.approx(59.5)


def test_the_time_between_samples_is_taken_from_their_times() -> None:
    """Rows 30 and 31 lie 30 ms apart: a fifth of the way is 6 ms."""
    x, _ = rows(RAMP)
    t = np.arange(ROWS) / 100.0
    t[31:] += 0.02
    assert float(onset(x, t, 34, 0, ROWS - 1, config()[0], SPREAD)) == pytest.approx(0.306)
    x, _ = rows(FALL)
    t = np.arange(ROWS) / 100.0
    t[60:] += 0.02  # rows 59 and 60 are 30 ms apart: 0.59 + 0.9 * 0.03
    assert float(release(x, t, 58, ROWS - 1, 0, config()[0], SPREAD)) == pytest.approx(0.617)


SOFT: Corners = [(6, 0.0), (30, 120.0), (40, 920.0)]
"""Put down softly: 5 N a sample, less than a tenth of the 80 N a sample from row 30 on."""


def test_the_foot_of_a_rise_is_where_its_slope_falls_under_a_share_of_the_steepest() -> None:
    """At row 30 (120 N): the level of 136 N is met a fifth of the way to row 31."""
    assert onset_row(SOFT, 34, certain_load_share=np.inf) == pytest.approx(30.2)
    assert onset_row(SOFT, 34, certain_load_share=np.inf, onset_slope_share=0.0626) == pytest.approx(30.2)
    # 6.25 % of 80 N is 5 N: "under" it means that 5 N a sample no longer belongs to the flank
    assert onset_row(SOFT, 34, certain_load_share=np.inf, onset_slope_share=0.0625) == pytest.approx(30.2)
    # 4.8 N: the whole soft rise belongs to it; sought from row 34 back to row 15 (45 N): 61 N at 18.2
    assert onset_row(SOFT, 34, certain_load_share=np.inf, onset_slope_share=0.06) == pytest.approx(18.2)


def test_a_load_that_is_certain_belongs_to_the_contact_however_slowly_it_rises() -> None:
    """Over 10 % of the range (80 N) above the lowest force of the last 20 samples, 40 N at row 14: until 120
    N, row 30. At 5 %: until 80 N, row 22, and 96 N lies a fifth of the way from row 25 (95 N)."""
    assert onset_row(SOFT, 34) == pytest.approx(30.2)
    assert onset_row(SOFT, 34, certain_load_share=0.05) == pytest.approx(25.2)


def test_the_lowest_force_of_the_search_tells_what_is_certain() -> None:
    """A dip to -60 N lowers the certain load to 20 N; one before the search (rows 14 to 34) does not."""
    x, t = rows([(6, 0.0), (12, 30.0), (30, 120.0), (40, 920.0)])
    cfg = config()[0]
    # lowest in rows 14 to 33: 40 N; 120 N is certain no more
    assert 100.0 * float(onset(x, t, 34, 0, ROWS - 1, cfg, SPREAD)) == pytest.approx(30.2)
    x[13] = -60.0
    assert 100.0 * float(onset(x, t, 34, 0, ROWS - 1, cfg, SPREAD)) == pytest.approx(30.2)
    x[14] = -60.0
    # 20 N: back to row 15, the farthest, 45 N; 61 N is met from row 18 (60 N)
    assert 100.0 * float(onset(x, t, 34, 0, ROWS - 1, cfg, SPREAD)) == pytest.approx(18.2)


STEADY: Corners = [(0, 0.0), (100, 1000.0)]
"""A rise that never flattens: 10 N a sample."""


def test_the_foot_of_a_rise_is_sought_over_20_samples_and_not_before_the_last_gap() -> None:
    """The slope needs one sample: row 21 for a crossing at row 40, then 16 N on at 10 N a sample."""
    assert onset_row(STEADY, 40) == pytest.approx(22.6)
    assert onset_row(STEADY, 40, search_rows=10) == pytest.approx(32.6)
    assert onset_row(STEADY, 40, first=30) == pytest.approx(32.6)
    assert onset_row(STEADY, 40, first=20) == pytest.approx(22.6)


def test_the_steepest_point_is_sought_from_4_samples_before_the_crossing_to_1_after() -> None:
    """Two steps of 300 N with a flat between them; the foot is that of the steeper one within reach.

    Row 30: first step from 0 to 300 N. Row 33 to 34: 310 N more. The flat lies at 300 N: 316 N is 16 / 310
    of a sample after row 33. Where only the first step is in reach: 16 / 300 after row 29.
    """
    steps: Corners = [(29, 0.0), (30, 300.0), (33, 300.0), (34, 610.0)]
    assert onset_row(steps, 30, certain_load_share=np.inf) == pytest.approx(29 + 16 / 300)
    assert onset_row(steps, 32, certain_load_share=np.inf) == pytest.approx(29 + 16 / 300)
    assert onset_row(steps, 33, certain_load_share=np.inf) == pytest.approx(33 + 16 / 310)
    assert onset_row(steps, 36, certain_load_share=np.inf) == pytest.approx(33 + 16 / 310)
    later: Corners = [(29, 0.0), (30, 310.0), (33, 310.0), (34, 610.0)]
    assert onset_row(later, 34, certain_load_share=np.inf) == pytest.approx(29 + 16 / 310)
    assert onset_row(later, 35, certain_load_share=np.inf) == pytest.approx(33 + 16 / 300)
    # six samples before instead of four: two after
    assert onset_row(steps, 32, certain_load_share=np.inf, edge_rows=6) == pytest.approx(33 + 16 / 310)
    assert onset_row(steps, 31, certain_load_share=np.inf, edge_rows=6) == pytest.approx(29 + 16 / 300)
    assert onset_row(later, 36, certain_load_share=np.inf, edge_rows=6) == pytest.approx(29 + 16 / 310)


def test_of_two_equally_steep_points_the_earlier_counts() -> None:
    steps: Corners = [(29, 0.0), (30, 300.0), (33, 300.0), (34, 600.0)]
    assert onset_row(steps, 33, certain_load_share=np.inf) == pytest.approx(29 + 16 / 300)
    falls: Corners = [(49, 600.0), (50, 300.0), (53, 300.0), (54, 0.0)]
    # the first fall ends at 300 N: 8 / 300 of a sample before row 50
    assert release_row(falls, 52, certain_load_share=np.inf) == pytest.approx(50 - 8 / 300)


def test_samples_that_are_not_there_yet_are_not_looked_at() -> None:
    """The steeper step is at row 34; only rows up to 33 are there."""
    steps: Corners = [(29, 0.0), (30, 300.0), (33, 300.0), (34, 610.0)]
    assert onset_row(steps, 33, last=33, certain_load_share=np.inf) == pytest.approx(29 + 16 / 300)
    assert onset_row(steps, 33, last=34, certain_load_share=np.inf) == pytest.approx(33 + 16 / 310)


def test_a_slope_may_span_more_than_one_sample() -> None:
    """Over 3 samples: the straight rise has its foot where the whole span is flat, as over one sample."""
    assert onset_row(RAMP, 34, span_rows=3) == pytest.approx(30.2)
    assert release_row(FALL, 58, span_rows=3) == pytest.approx(59.9)
    # 10 N a sample without end: row 20 + 3, then 1.6 samples
    assert onset_row(STEADY, 40, span_rows=3) == pytest.approx(24.6)
    assert release_row([(0, 1000.0), (100, 0.0)], 40, last=60, span_rows=3) == pytest.approx(56.2)


def test_noise_at_the_foot_does_not_reach_the_time() -> None:
    """5 N up and down in the swing, less than a tenth of 80 N: the foot is the 5 N before the flank, row 30;
    21 N is a fifth of the way from 5 to 85 N."""
    x, t = rows([(30, 5.0), (40, 805.0)])
    x[:30:2], x[1:30:2] = 0.0, 5.0
    x[30] = 5.0
    assert 100.0 * float(onset(x, t, 34, 0, ROWS - 1, config()[0], SPREAD)) == pytest.approx(30.2)


def test_a_rise_out_of_a_plateau_passes_the_level_where_it_leaves_it_for_good() -> None:
    """Flat to row 30, 10 N more at row 31 (counted as flank: over 8 N), then 80 N a sample: 16 N above the
    foot is 6 N of 80 after row 31."""
    assert onset_row([(30, 0.0), (31, 10.0), (41, 810.0)], 35) == pytest.approx(31 + 6 / 80)


def test_a_jump_of_one_sample_is_dated_within_it() -> None:
    assert onset_row([(29, 0.0), (30, 800.0)], 30) == pytest.approx(29.02)
    assert release_row([(49, 800.0), (50, 0.0)], 50) == pytest.approx(49.99)


def test_two_equal_samples_give_the_time_of_the_later() -> None:
    """Nothing rises at all: the first sample looked at, row 36, is the foot, and its neighbour is as high."""
    assert onset_row([(0, 5.0), (100, 5.0)], 40, onset_level_share=0.0) == pytest.approx(37.0)
    assert onset_row([(0, 5.0), (100, 5.0)], 40, last=36) == pytest.approx(36.0)


SLOW_FALL: Corners = [(50, 800.0), (58, 160.0), (90, 0.0)]
"""80 N a sample to 160 N at row 58, then 5 N a sample."""


def test_the_foot_of_a_fall_is_where_its_slope_falls_under_a_share_of_the_steepest() -> None:
    """6 % of 80 N is 4.8 N, so 5 N a sample belongs to the fall: followed to the end of the search.

    Rows to 78 are there: slope known to row 77 (65 N), 73 N: from row 76 (70 N) back to 75 (75 N): 75.4.
    At 7 % (5.6 N) the foot is row 58, 160 N: 168 N is 8 of 80 before it.
    """
    assert release_row(SLOW_FALL, 58, last=78, certain_load_share=np.inf) == pytest.approx(75.4)
    assert release_row(
        SLOW_FALL, 58, last=78, certain_load_share=np.inf, release_slope_share=0.07
    ) == pytest.approx(57.9)
    assert release_row(
        SLOW_FALL, 58, last=78, certain_load_share=np.inf, release_slope_share=0.0625
    ) == pytest.approx(57.9)


def test_a_toe_that_is_dragged_is_loaded_while_its_load_is_certain() -> None:
    """Over 10 % of the range (80 N) above the lowest force up to row 78, 60 N: until 140 N, row 62; 148 N
    lies between row 60 (150 N) and 61 (145 N): 60.4."""
    assert release_row(SLOW_FALL, 58, last=78, release_slope_share=0.07) == pytest.approx(60.4)
    # with rows to 68 (110 N): 190 N, so that the foot stays at row 58
    assert release_row(SLOW_FALL, 58, last=68, release_slope_share=0.07) == pytest.approx(57.9)
    # the lowest force itself may be the very last sample there
    x, t = rows(SLOW_FALL)
    x[78] = 0.0
    cfg = config(release_slope_share=0.07)[0]
    # 80 N: row 74; 88 N between row 72 (90 N) and 73 (85 N)
    assert 100.0 * float(release(x, t, 58, 78, 0, cfg, SPREAD)) == pytest.approx(72.4)
    x[77], x[78] = 0.0, 60.0
    assert 100.0 * float(release(x, t, 58, 78, 0, cfg, SPREAD)) == pytest.approx(72.4)
    # beyond the samples that are there it is not known
    x[77], x[78], x[79] = 65.0, 60.0, 0.0
    assert 100.0 * float(release(x, t, 58, 78, 0, cfg, SPREAD)) == pytest.approx(60.4)


def test_the_steepest_fall_is_sought_within_4_samples_of_the_crossing() -> None:
    """Two steps down, of 300 N after row 49 and of 310 N after row 53, with 310 N between them.

    The first alone is dated 8 / 300 of a sample before row 50, the second 8 / 310 before row 54.
    """
    steps: Corners = [(49, 610.0), (50, 310.0), (53, 310.0), (54, 0.0)]
    free = {"certain_load_share": np.inf}
    assert release_row(steps, 48, **free) == pytest.approx(50 - 8 / 300)
    assert release_row(steps, 49, **free) == pytest.approx(54 - 8 / 310)
    assert release_row(steps, 57, **free) == pytest.approx(54 - 8 / 310)
    high: Corners = [(49, 610.0), (50, 300.0), (53, 300.0), (54, 0.0)]
    assert release_row(high, 53, **free) == pytest.approx(50 - 8 / 310)
    assert release_row(high, 54, **free) == pytest.approx(54 - 8 / 300)
    # not before the contact began, nor beyond the samples that are there
    assert release_row(high, 53, first=50, **free) == pytest.approx(54 - 8 / 300)
    assert release_row(high, 53, first=49, **free) == pytest.approx(50 - 8 / 310)
    assert release_row(steps, 51, last=55, **free) == pytest.approx(54 - 8 / 310)
    assert release_row(steps, 51, last=54, **free) == pytest.approx(53)  # no slope is known beyond row 53
    assert release_row(steps, 51, last=53, **free) == pytest.approx(50 - 8 / 300)


LEDGE: Corners = [(50, 800.0), (58, 160.0), (59, 160.0), (67, 0.0)]
"""A footswitch that hangs for a sample on 160 N as the foot leaves, then falls by 20 N a sample."""


def test_a_ledge_in_the_tail_of_a_footswitch_is_not_its_end() -> None:
    """The steepest fall is 80 N a sample; 6 % of it are 4.8. From row 58 the fall over two samples is 20 N,
    over 9.6: it goes on, to 0 N at row 67; 8 N lie at row 66.6. A fall of one sample alone ends at row 58."""
    free = {"certain_load_share": np.inf, "ledge_share": 0.05}
    assert release_row(LEDGE, 58, **free, tail_rows=2) == pytest.approx(66.6)
    assert release_row(LEDGE, 58, **free, tail_rows=0) == pytest.approx(57.9)
    # a ledge of three samples is the level of the swing
    long: Corners = [(50, 800.0), (58, 160.0), (61, 160.0), (69, 0.0)]
    assert release_row(long, 58, **free, tail_rows=2) == pytest.approx(57.9)
    # what hangs on 5 % of the range, 40 N over the lowest, may be on the ground or not
    low: Corners = [(50, 800.0), (59.5, 40.0), (61, 40.0), (63, 0.0)]
    assert release_row(low, 58, **free, tail_rows=2) == pytest.approx(59.8)
    higher: Corners = [(50, 808.0), (59.5, 48.0), (61, 48.0), (63, 0.0)]
    assert release_row(higher, 58, **free, tail_rows=2) == pytest.approx(62.667, abs=1e-3)


def test_a_footswitch_has_let_go_where_its_load_falls_by_less_than_a_part_of_its_range_a_second() -> None:
    """Behind the steep fall 5 N a sample, 0.625 ranges a second: part of the fall at 0.6, not at 0.65,
    however steep the fall was before."""
    free = {"certain_load_share": np.inf}
    assert release_row(SLOW_FALL, 58, last=78, **free, release_slope=0.006) == pytest.approx(75.4)
    assert release_row(
        SLOW_FALL, 58, last=78, **free, release_slope=0.0065, release_slope_share=0.2
    ) == pytest.approx(57.9)
    steeper: Corners = [(54, 800.0), (58, 160.0), (90, 0.0)]
    assert release_row(steeper, 58, last=78, **free, release_slope=0.006) == pytest.approx(75.4)
    assert release_row(
        steeper, 58, last=78, **free, release_slope=0.0065, release_slope_share=0.2
    ) == pytest.approx(58 - 8 / 160)


def test_a_footswitch_is_loaded_from_where_its_load_rises_by_more_than_a_part_of_its_range_a_second() -> None:
    """The soft rise has 5 N a sample, 0.625 ranges a second, and 80 N a sample follow."""
    free = {"certain_load_share": np.inf, "onset_slope_share": 0.2}
    assert onset_row(SOFT, 34, **free, onset_slope=0.006) == pytest.approx(18.2)
    assert onset_row(SOFT, 34, **free, onset_slope=0.0065) == pytest.approx(30.2)


def test_a_slow_edge_is_followed_to_a_share_of_its_steepest_slope() -> None:
    """10 N a sample at the steepest is 1.25 ranges a second: a limit of 1.75 would find no edge at all."""
    soft: Corners = [(6, 0.0), (30, 24.0), (60, 324.0)]
    free = {"certain_load_share": np.inf, "onset_slope": 0.0175}
    assert onset_row(soft, 45, **free, onset_slope_share=0.2) == pytest.approx(31.6)
    fall: Corners = [(30, 324.0), (60, 24.0), (84, 0.0)]
    assert release_row(
        fall, 45, last=80, **(free | {"release_slope": 0.0175}), release_slope_share=0.2
    ) == pytest.approx(59.2)


@pytest.mark.parametrize(
    ("row", "step", "end", "time_s", "seconds"),
    [
        (60, -1, 40, 0.60, 0.005),  # back from the end of the fall: 40 N at row 59.5
        (60, -1, 40, 0.5975, 0.005),  # 20 N there: 60 N at row 59.25
        (60, -1, 60, 0.60, 0.0),  # nothing is looked at
        (60, -1, 59, 0.60, 0.005),
        (70, -1, 66, 0.70, 0.04),  # no load as far as is looked
        (30, 1, 45, 0.30, 0.005),  # on from the begin of a rise
    ],
)
def test_how_long_a_contact_carries_next_to_nothing(
    row: int, step: int, end: int, time_s: float, seconds: float
) -> None:
    """5 % of 800 N: 40 N above the load at the event."""
    x, t = rows([(30, 0.0), (40, 800.0), (50, 800.0), (60, 0.0)])
    assert float(low_load_s(x, t, row, step, end, time_s, 40.0)) == pytest.approx(seconds)
