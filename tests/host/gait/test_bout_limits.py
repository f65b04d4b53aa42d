"""Bouts, activities and hours: each limit on both sides, in numbers that can be counted on the fingers."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.activities import spans_of_seconds
from plantigrade.gait.bouts import assign_bouts, duration_bin, hours, walking_spans
from plantigrade.gait.results import Hour, StrideTable
from plantigrade.gait.settings import BoutSettings

from tests.host.gait.tables import table_of

RULES = BoutSettings()


def at(*times: float) -> np.ndarray:
    return np.array(times)


def test_three_seconds_between_contacts_are_no_pause_more_are() -> None:
    assert walking_spans([at(0, 3, 6)], [], RULES) == [(0.0, 6.0)]
    assert walking_spans([at(0, 1, 4.01, 5)], [], RULES) == [(0.0, 1.0), (4.01, 5.0)]
    assert walking_spans([at(0, 1, 3.5, 4)], [], replace(RULES, longest_break_s=2.0)) == [(0, 1), (3.5, 4)]


def test_contacts_of_both_feet_count_together() -> None:
    """Neither foot alone keeps within three seconds; the two together do."""
    assert walking_spans([at(0, 4, 8), at(2, 6)], [], RULES) == [(0.0, 8.0)]


def test_a_single_contact_between_pauses_is_no_span() -> None:
    assert walking_spans([at(0, 1, 10, 20, 21)], [], RULES) == [(0.0, 1.0), (20.0, 21.0)]
    assert walking_spans([at(5)], [], RULES) == []
    assert walking_spans([at(), at()], [], RULES) == []
    assert walking_spans([], [], RULES) == []
    assert walking_spans([at(5, 6)], [], RULES) == [(5.0, 6.0)]


@pytest.mark.parametrize(
    ("breaks", "spans"),
    [
        ([2.5], [(0, 2), (3, 5)]),
        ([-1.0], [(0, 5)]),  # before the first contact
        ([0.0], [(0, 5)]),  # at it: nothing came before
        ([0.1], [(1, 5)]),  # the first contact stays alone
        ([4.5], [(0, 4)]),
        ([5.0], [(0, 4)]),  # a break at a contact parts it from the one before
        ([5.1], [(0, 5)]),  # after the last
        ([2.2, 2.7], [(0, 2), (3, 5)]),
        ([1.5, 3.5], [(0, 1), (2, 3), (4, 5)]),
        ([3.0], [(0, 2), (3, 5)]),
    ],
)
def test_missing_samples_part_the_contacts_around_them(
    breaks: list[float], spans: list[tuple[float, float]]
) -> None:
    assert walking_spans([at(0, 1, 2, 3, 4, 5)], [at(*breaks)], RULES) == spans


def test_missing_samples_of_either_foot_part_a_walk() -> None:
    both = [at(0, 2, 4, 6, 8), at(1, 3, 5, 7)]
    assert walking_spans(both, [at(2.5), at(5.5)], RULES) == [(0, 2), (3, 5), (6, 8)]


def strides(count: int, first_s: float = 0.0, bout: int = -1) -> StrideTable:
    """Strides of one second each, so that all times are whole."""
    return table_of([1.0] * count, first_s=first_s, bout=bout)


def test_four_strides_with_three_a_side_are_a_bout() -> None:
    """Spans (0, 3): left 3 strides from 0 to 3; right 3 from 0 to 3 or 2 within it."""
    for left, right, taken in ((3, 3, True), (3, 2, False), (2, 3, False), (2, 2, False)):
        tables = [strides(left), strides(right)]
        assert assign_bouts(tables, [(0.0, 3.0)], RULES) == ([(0.0, 3.0)] if taken else [])
        assert tables[0].bout.tolist() == [0 if taken else -1] * left


def test_one_foot_alone_counts_twice_and_needs_three_of_its_own() -> None:
    """Three strides of one foot stand for six; two for four, but there must be three a side."""
    assert assign_bouts([strides(3)], [(0.0, 9.0)], RULES) == [(0.0, 9.0)]
    assert assign_bouts([strides(2)], [(0.0, 9.0)], RULES) == []
    loose = replace(RULES, fewest_strides_a_side=2)
    assert assign_bouts([strides(2)], [(0.0, 9.0)], loose) == [(0.0, 9.0)]
    assert assign_bouts([strides(2)], [(0.0, 9.0)], replace(loose, fewest_strides=5)) == []


def test_the_total_is_that_of_both_feet() -> None:
    """Three and three are six: enough for six, too few for seven."""
    for fewest, taken in ((6, 1), (7, 0)):
        rules = replace(RULES, fewest_strides=fewest)
        assert len(assign_bouts([strides(3), strides(3)], [(0.0, 3.0)], rules)) == taken


def test_bouts_are_numbered_in_order_and_spans_that_are_none_leave_no_number() -> None:
    """Ten strides a foot; spans of 3, 1 and 4 strides: the middle one is none."""
    tables = [strides(10), strides(10)]
    spans = [(0.0, 3.0), (4.0, 5.0), (6.0, 10.0)]
    assert assign_bouts(tables, spans, RULES) == [(0.0, 3.0), (6.0, 10.0)]
    for table in tables:
        assert table.bout.tolist() == [0, 0, 0, -1, -1, -1, 1, 1, 1, 1]


def test_a_stride_belongs_to_a_span_with_both_its_contacts() -> None:
    """The span's ends are contacts: strides that start at the first or end at the last of them are inside, a
    nanosecond of rounding does not matter, a microsecond does."""
    for span, inside in (
        ((2.0, 7.0), range(2, 7)),
        ((2.0 + 1e-10, 7.0 - 1e-10), range(2, 7)),
        ((2.0 + 1e-6, 7.0 - 1e-6), range(3, 6)),
        ((1.5, 7.5), range(2, 7)),
    ):
        tables = [strides(10), strides(10)]
        assert assign_bouts(tables, [span], RULES) == [span]
        assert np.flatnonzero(tables[0].bout == 0).tolist() == list(inside)


def test_a_span_without_strides_of_a_foot_is_no_bout() -> None:
    """The foot's strides lie before and after the span; none starts and ends in it."""
    tables = [strides(10), table_of([2.0, 8.0, 2.0], first_s=0.0, bout=-1)]
    assert assign_bouts(tables, [(3.0, 9.0)], RULES) == []
    assert (tables[0].bout == -1).all()


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (0.0, "< 10 s"),
        (9.999, "< 10 s"),
        (10.0, "10-30 s"),
        (29.999, "10-30 s"),
        (30.0, "30-60 s"),
        (59.999, "30-60 s"),
        (60.0, "> 60 s"),
        (1e4, "> 60 s"),
    ],
)
def test_bins_of_bout_length(seconds: float, name: str) -> None:
    assert duration_bin(seconds) == name


def kinds(
    loads: list[float],
    moves: list[float] | None = None,
    walking: list[tuple[float, float]] | None = None,
    *,
    from_s: float = 0.0,
    epoch_s: float = 1.0,
    unworn_s: float = 3.0,
) -> list[tuple[str, float, float]]:
    found = spans_of_seconds(
        np.array(loads), np.array(moves or [0.0] * len(loads)), from_s, epoch_s, walking or [], unworn_s
    )
    return [(one.kind, one.from_s, one.to_s) for one in found]


def test_standing_carries_60_per_cent_of_body_weight() -> None:
    assert kinds([0.6, 0.59, 0.61]) == [("standing", 0, 1), ("sitting", 1, 2), ("standing", 2, 3)]


def test_unloaded_and_still_for_long_enough_is_not_worn() -> None:
    """Three seconds are enough here; the load must be below 4 % and move by less than 6 % of body weight."""
    assert kinds([0.039] * 3) == [("not_worn", 0, 3)]
    assert kinds([0.039] * 2) == [("sitting", 0, 2)]
    assert kinds([0.04] * 3) == [("sitting", 0, 3)]
    assert kinds([0.0] * 3, [0.059] * 3) == [("not_worn", 0, 3)]
    assert kinds([0.0] * 3, [0.06] * 3) == [("sitting", 0, 3)]
    assert kinds([-0.5] * 3) == [("not_worn", 0, 3)]
    # two spans of two seconds are not four
    assert kinds([0.0, 0.0, 0.3, 0.0, 0.0]) == [("sitting", 0, 5)]
    assert kinds([0.3, 0.0, 0.0, 0.0, 0.3]) == [("sitting", 0, 1), ("not_worn", 1, 4), ("sitting", 4, 5)]


def test_epochs_may_have_another_length_and_start() -> None:
    """Epochs of two seconds from 10 s on: two of them are four seconds."""
    assert kinds([0.0, 0.0, 0.9], from_s=10.0, epoch_s=2.0) == [("not_worn", 10, 14), ("standing", 14, 16)]
    assert kinds([0.0, 0.9], from_s=10.0, epoch_s=2.0) == [("sitting", 10, 12), ("standing", 12, 14)]


def test_what_is_missing_is_unknown_and_ends_a_still_span() -> None:
    nan = float("nan")
    assert kinds([nan, 0.9, nan]) == [("unknown", 0, 1), ("standing", 1, 2), ("unknown", 2, 3)]
    assert kinds([0.0, 0.0, nan, 0.0]) == [("sitting", 0, 2), ("unknown", 2, 3), ("sitting", 3, 4)]


def test_walking_covers_the_epochs_whose_middle_lies_in_a_bout() -> None:
    """A bout from 1.5 to 3.4 s holds the middles 1.5 and 2.5 s but not 3.5 s; whatever else they were."""
    nan = float("nan")
    assert kinds([0.9, 0.9, nan, 0.9], walking=[(1.5, 3.4)]) == [
        ("standing", 0, 1),
        ("walking", 1, 3),
        ("standing", 3, 4),
    ]
    assert kinds([0.9] * 4, walking=[(1.51, 3.5)]) == [
        ("standing", 0, 2),
        ("walking", 2, 3),
        ("standing", 3, 4),
    ]
    assert kinds([0.9] * 4, walking=[(10.0, 11.0)]) == [("standing", 0, 4)]
    assert kinds([0.9] * 6, walking=[(0.0, 2.0), (4.0, 6.0)], from_s=0.0) == [
        ("walking", 0, 2),
        ("standing", 2, 4),
        ("walking", 4, 6),
    ]
    assert kinds([0.9] * 3, walking=[(101.0, 102.0)], from_s=100.0, epoch_s=1.0)[1] == ("walking", 101, 102)
    assert kinds([]) == []


def test_hours_count_from_the_start_of_the_recording() -> None:
    """Begins at 1000 s, so that the second hour begins at 4600 s. A bout of 11 contacts from 4590 to 4610 s,
    two seconds apart: five before 4600 s and six from it on; the last starts no step of the cadence."""
    contacts = [np.arange(4590.0, 4611.0, 2.0)]
    found = hours([*contacts, at()], [(4590.0, 4610.0)], 1000.0, 8200.0)
    assert found == [Hour(0, 5, 10.0, 30.0), Hour(1, 6, 10.0, 30.0), Hour(2, 0, 0.0, None)]
    alone = hours(contacts, [(4590.0, 4610.0)], 1000.0, 8199.0)
    assert alone == [Hour(0, 10, 10.0, 60.0), Hour(1, 12, 10.0, 60.0)]


def test_the_cadence_of_an_hour_needs_ten_seconds_of_walking() -> None:
    contacts = [np.arange(100.0, 120.0, 1.0), at()]
    (short,) = hours(contacts, [(100.0, 109.0)], 0.0, 500.0)
    assert (short.steps, short.walking_s, short.cadence_per_min) == (10, 9.0, None)
    (enough,) = hours(contacts, [(100.0, 110.0)], 0.0, 500.0)
    assert (enough.steps, enough.walking_s, enough.cadence_per_min) == (11, 10.0, 60.0)


def test_only_contacts_in_bouts_are_steps_of_an_hour() -> None:
    """Two bouts in one hour; contacts before, between and after them do not count: 11 and 31."""
    contacts = [np.arange(0.0, 100.0, 2.0), np.arange(1.0, 100.0, 2.0)]
    (found,) = hours(contacts, [(10.0, 20.0), (50.0, 80.0)], 0.0, 99.0)
    assert found == Hour(0, 42, 40.0, 60.0)


def test_the_steps_of_the_hours_are_those_of_the_bouts() -> None:
    """Bouts that end with an hour and begin with one: each contact counts once."""
    contacts = [np.arange(3590.0, 3601.0), np.array([3600.5, *np.arange(3700.0, 3711.0)])]
    found = hours(contacts, [(3590.0, 3600.0), (3700.0, 3710.0)], 0.0, 7300.0)
    assert [one.steps for one in found] == [11, 11, 0]
    begun = hours([np.arange(3600.0, 3611.0), at()], [(3600.0, 3610.0)], 0.0, 3700.0)
    assert [one.steps for one in begun] == [0, 11]


def test_an_empty_recording_has_no_hours_and_a_full_hour_begins_the_next() -> None:
    assert hours([at()], [], 5.0, 5.0) == []
    assert hours([], [], float("nan"), float("nan")) == []
    assert [one.hour for one in hours([at()], [], 0.0, 3599.0)] == [0]
    assert [one.hour for one in hours([at()], [], 0.0, 3600.0)] == [0, 1]
    assert [one.hour for one in hours([at()], [], 0.0, 7199.9)] == [0, 1]


def test_a_bout_over_three_hours_is_cut_at_each() -> None:
    """From 3599 to 7201 s, a contact each second: 1, 3600 and 2 steps."""
    found = hours([np.arange(3599.0, 7202.0), at()], [(3599.0, 7201.0)], 0.0, 7300.0)
    assert found == [Hour(0, 1, 1.0, None), Hour(1, 3600, 3600.0, 60.0), Hour(2, 2, 1.0, None)]
