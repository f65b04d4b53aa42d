"""From the streams of the feet to the result: which contacts count, weight, curves, accounts, activities.

Sides are put together by hand: levels, contacts and tables are written down.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from plantigrade.gait import assemble
from plantigrade.gait.activities import activities_of
from plantigrade.gait.assemble import _Side
from plantigrade.gait.bilateral import Contacts
from plantigrade.gait.foot import FootStream
from plantigrade.gait.load_levels import load_levels
from plantigrade.gait.results import Activity, Reason, StrideTable, Turn
from plantigrade.gait.settings import ContactSettings, Settings
from plantigrade.gait.signals import Foot, FootSignal, Quantity, TimeGap

from tests.host.gait.square import LAYOUT
from tests.host.gait.tables import table_of

RULES = Settings()


def side_of(
    table: StrideTable | None = None,
    levels: Sequence[tuple[float, float, float]] = (),
    *,
    foot: Foot = Foot.LEFT,
    contacts: Sequence[tuple[float, float, float]] = (),
    finals: Sequence[tuple[float, float]] = (),
    quantity: Quantity = "force",
    layout: Any = None,
    sensors: int = 1,
    **attributes: Any,
) -> _Side:
    """A side whose cycles have these levels (swing, stance, peak).

    Args:
        contacts: initial contacts with swing and stance level.
        finals: final contacts with the peak of their contact.
        attributes: of the stream.
    """
    empty = FootSignal(foot, np.zeros(0), np.zeros((0, sensors), np.float32), layout, quantity)
    stream = FootStream(empty, 100.0, ContactSettings(), None)
    if levels:
        stream.store.rows.append(np.column_stack([np.zeros((len(levels), 3)), np.array(levels)]))
    stream.contacts = list(contacts)
    stream.finals = list(finals)
    for name, value in attributes.items():
        setattr(stream, name, value)
    return _Side(stream, Contacts.of(stream), table if table is not None else table_of([]))


def artefacts(levels: Sequence[tuple[float, float, float]], stance_pct: Sequence[float]) -> list[bool]:
    table = table_of([1.0] * len(levels), 1.0 - np.array(stance_pct) / 100.0)
    table.stance_pct[:] = stance_pct
    side = side_of(table, levels)
    assemble._mark_contacts(side, RULES)
    assert set(table.reason.tolist()) <= {0, int(Reason.ARTEFACT)}
    return [bool(one) for one in table.reason]


FULL = (0.0, 800.0, 800.0)


def test_a_stance_of_less_than_35_or_more_than_92_per_cent_is_an_artefact() -> None:
    stances = [34.99, 35.0, 35.01, 62.0, 91.99, 92.0, 92.01]
    assert artefacts([FULL] * 7, stances) == [True, False, False, False, False, False, True]


def test_a_stance_must_reach_40_per_cent_of_the_range() -> None:
    """320 N of 800 N, above the level in swing."""
    peaks = [(0.0, 800.0, peak) for peak in (319.9, 320.0, 800.0)]
    assert artefacts(peaks, [62.0] * 3) == [True, False, False]
    raised = [(50.0, 850.0, peak) for peak in (369.9, 370.0, 850.0)]
    assert artefacts(raised, [62.0] * 3) == [True, False, False]


def test_a_narrow_range_is_taken_for_at_least_40_per_cent_of_the_usual_one() -> None:
    """Ranges of 800, 800, 800, 400 and 100 N: the upper quartile is 800 N, 40 % of it 320 N, and 40 % of that
    128 N. A range of 400 N stays what it is: 160 N."""
    wide = [FULL] * 3
    assert artefacts([*wide, (0.0, 400.0, 160.0), (0.0, 100.0, 128.0)], [62.0] * 5) == [False] * 5
    assert artefacts([*wide, (0.0, 400.0, 159.0), (0.0, 100.0, 127.0)], [62.0] * 5)[3:] == [True, True]
    # with more narrow than wide ranges the upper quartile lies between: 100 + 0.25 x 700 = 275 N, 110 N of
    # it, 44 N
    mixed = [FULL, (0.0, 100.0, 44.1), (0.0, 100.0, 43.9), (0.0, 100.0, 100.0)]
    assert artefacts(mixed, [62.0] * 4) == [False, False, True, False]


def test_no_cycles_no_artefacts() -> None:
    assert artefacts([], []) == []


def full(contacts: list[tuple[float, float, float]], finals: list[tuple[float, float]]) -> list[float]:
    return assemble._full_contacts(side_of(contacts=contacts, finals=finals), RULES).tolist()


def test_a_contact_counts_as_a_step_when_its_own_peak_reaches_40_per_cent_of_the_range() -> None:
    """The peak is told with the release that follows it."""
    contacts = [(1.0, 0.0, 800.0), (2.0, 0.0, 800.0), (3.0, 0.0, 800.0)]
    assert full(contacts, [(1.6, 319.9), (2.6, 320.0), (3.6, 900.0)]) == [2.0, 3.0]
    assert full([(1.0, 50.0, 850.0)], [(1.6, 370.0)]) == [1.0]
    assert full([(1.0, 50.0, 850.0)], [(1.6, 369.0)]) == []


def test_a_contact_that_is_not_released_is_a_step() -> None:
    assert full([(1.0, 0.0, 800.0), (2.0, 0.0, 800.0)], [(1.6, 100.0)]) == [2.0]
    assert full([], []) == []


def test_a_contact_with_narrow_levels_must_reach_its_share_of_the_usual_range() -> None:
    contacts = [(float(at), 0.0, 800.0) for at in range(4)] + [(4.0, 0.0, 100.0), (5.0, 0.0, 100.0)]
    finals = [(at + 0.6, 800.0) for at in range(4)] + [(4.6, 128.0), (5.6, 127.0)]
    assert full(contacts, finals) == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_accounts_of_a_foot() -> None:
    """From 2.0 to 11.99 s at 100 Hz are 1000 samples; 900 came."""
    gap = TimeGap(5.0, 6.0, "lost")
    side = side_of(first_s=2.0, samples_used=900, gaps=[gap])
    side.stream._buffer.time_s[0] = 11.99
    side.stream._buffer.filled = 1
    accounting = assemble._accounting(side.stream, 100.0)
    assert (accounting.samples_spanned, accounting.samples_used, accounting.samples_missing) == (
        1000,
        900,
        100,
    )
    assert accounting.gaps == (gap,)
    more = side_of(first_s=2.0, samples_used=1003)
    more.stream._buffer.time_s[0], more.stream._buffer.filled = 11.99, 1
    accounting = assemble._accounting(more.stream, 100.0)
    assert (accounting.samples_spanned, accounting.samples_missing) == (1003, 0)  # a clock a little fast
    empty = assemble._accounting(side_of().stream, 100.0)
    assert (empty.samples_spanned, empty.samples_used, empty.samples_missing) == (0, 0, 0)


def with_store(side: _Side, **blocks: list[Any]) -> _Side:
    for name, rows in blocks.items():
        setattr(side.stream.store, name, [np.array(block, np.float64) for block in rows])
    return side


def test_the_mean_curve_is_over_steady_cycles_of_all_blocks() -> None:
    """Curves of 10, 99, 14 and 18 N; the second is not steady: mean 14, standard deviation 4."""
    table = table_of([1.0] * 4)
    table.reason[1] = Reason.TURN
    side = with_store(side_of(table), curves=[[[10.0] * 101, [99.0] * 101], [[14.0] * 101, [18.0] * 101]])
    found = assemble._ensemble(side, "N")
    assert found is not None
    assert (found.mean == 14.0).all() and found.sd == pytest.approx(np.full(101, 4.0))
    assert (found.n, found.unit) == (3, "N")
    table.reason[2:] = Reason.STOP
    single = assemble._ensemble(side, "input units")
    assert single is not None
    assert (single.mean == 10.0).all() and np.isnan(single.sd).all() and single.sd.shape == (101,)
    assert (single.n, single.unit) == (1, "input units")
    table.reason[:] = Reason.START
    assert assemble._ensemble(side, "N") is None
    assert assemble._ensemble(side_of(), "N") is None


def test_the_picture_of_a_foot_is_over_steady_stances() -> None:
    """Two sensors; x of 10, 20 and 30 mm, y known in two of them; the fourth stance is not steady."""
    nan = float("nan")
    table = table_of([1.0] * 4)
    table.reason[3] = Reason.TURN
    cop = np.full((4, 2, 101), 5.0)
    cop[:, 0, :] = np.array([10.0, 20.0, 30.0, 999.0])[:, None]
    cop[:, 1, :] = np.array([40.0, nan, 44.0, 999.0])[:, None]
    cop[:3, 0, 7] = nan
    cop[1:, 0, 8] = nan
    side = with_store(
        side_of(table, layout=LAYOUT, sensors=4),
        cop=[cop[:2], cop[2:]],
        sensor_peak=[[[1.0, 2, 0, 0], [3.0, 2, 0, 0]], [[5.0, 8, 0, 0], [99.0, 99, 0, 0]]],
        sensor_impulse=[[[10.0, 2, 0, 0], [20.0, 2, 0, 0]], [[60.0, 5, 0, 0], [99.0, 99, 0, 0]]],
    )
    found = assemble._picture(side)
    assert found is not None and found.n == 3
    assert found.cop_mean_mm[:, 0].tolist() == [20.0, 42.0]
    assert found.cop_sd_mm[:, 0] == pytest.approx([10.0, 2.8284271])  # of 10 20 30; of 40 44
    assert np.isnan(found.cop_mean_mm[0, 7]) and np.isnan(found.cop_sd_mm[0, 7])
    assert (found.cop_mean_mm[0, 8], found.cop_sd_mm[0, 8]) == (10.0, 0.0)
    assert found.sensor_peak_n.tolist() == [3.0, 4.0, 0.0, 0.0]
    assert found.sensor_impulse_n_s.tolist() == [30.0, 3.0, 0.0, 0.0]
    table.reason[:] = Reason.TURN
    assert assemble._picture(side) is None


def test_no_picture_without_sensor_places_or_cycles() -> None:
    bare = with_store(side_of(table_of([1.0])), cop=[np.zeros((1, 2, 101))])
    assert assemble._picture(bare) is None
    assert assemble._picture(side_of(layout=LAYOUT, sensors=4)) is None


def weighed(
    impulses: list[float], strides: list[float], steady: list[bool] | None = None, **kwargs: Any
) -> _Side:
    table = table_of(strides, impulse_n_s=np.array(impulses))
    if steady is not None:
        table.reason[~np.array(steady)] = Reason.TURN
    return side_of(table, **kwargs)


def test_body_weight_is_the_sum_of_the_feet_over_a_stride() -> None:
    """Left 400, 410, 300 N on average (median 400), right 350 and 330 (median 340)."""
    left = weighed([400.0, 492.0, 300.0], [1.0, 1.2, 1.0])
    right = weighed([350.0, 330.0, 9e9, float("nan")], [1.0] * 4, [True, True, False, True], foot=Foot.RIGHT)
    assert assemble._walking_weight([left, right]) == pytest.approx(740.0)
    assert assemble._walking_weight([left]) == pytest.approx(800.0)
    assert assemble._walking_weight([right]) == pytest.approx(680.0)


def test_body_weight_needs_steady_strides_of_every_foot() -> None:
    left = weighed([400.0], [1.0])
    none = weighed([400.0], [1.0], [False], foot=Foot.RIGHT)
    assert assemble._walking_weight([left, none]) is None
    assert assemble._walking_weight([weighed([float("nan")], [1.0])]) is None


def test_a_bout_counts_steps_strides_and_turns() -> None:
    """From 10 to 20 s: left contacts at 10, 12, 14, 16, 18 s, right at 11 ... 19 and at 20 s; those at 9 and
    21 s are outside. Eleven steps in 10 s: 60 a minute. Turns that touch it from within count, not those that
    end with its beginning or begin with its end."""
    left = side_of(table_of([2.0] * 4, first_s=10.0, bout=2))
    right = side_of(table_of([2.0] * 3, first_s=11.0, bout=2), foot=Foot.RIGHT)
    right.table.bout[2] = 1
    left.table.reason[0] = Reason.START
    steps = [np.array([9.0, 10, 12, 14, 16, 18, 21]), np.array([9.5, 11, 13, 15, 17, 19, 20, 21])]
    turns = [Turn(5.0, 10.0), Turn(5.0, 10.5), Turn(12.0, 13.0), Turn(19.5, 25.0), Turn(20.0, 25.0)]
    found = assemble._bout(2, (10.0, 20.0), [left, right], steps, turns)
    assert (found.index, found.from_s, found.to_s, found.duration_s) == (2, 10.0, 20.0, 10.0)
    assert (found.steps, found.strides_left, found.strides_right, found.turns) == (11, 4, 2, 3)
    assert found.cadence_per_min == 60.0 and found.duration_bin == "10-30 s"
    assert found.parameters["stride_time_s"].n == 5  # three of left, two of right
    alone = assemble._bout(2, (10.0, 20.0), [left], steps[:1], [])
    assert (alone.steps, alone.strides_left, alone.strides_right) == (10, 4, 0)
    assert alone.cadence_per_min == 54.0  # nine steps
    other = assemble._bout(2, (10.0, 20.0), [right], steps[1:], [])
    assert (other.steps, other.strides_left, other.strides_right) == (12, 0, 2)


def test_contacts_at_the_ends_of_a_bout_count_in_spite_of_rounding() -> None:
    left, right = side_of(), side_of(foot=Foot.RIGHT)
    steps = [np.array([10.0 - 1e-10, 15.0]), np.array([20.0 + 1e-10, 20.0 + 1e-6])]
    assert assemble._bout(0, (10.0, 20.0), [left, right], steps, []).steps == 3
    steps = [np.array([10.0 - 1e-6, 15.0]), np.array([20.0])]
    assert assemble._bout(0, (10.0, 20.0), [left, right], steps, []).steps == 2


def second(number: int, mean: float, low: float = 0.0, high: float = 0.0) -> list[float]:
    return [float(number), mean, low, high, 100.0]


def seen(
    rows: list[list[float]],
    first_s: float,
    last_s: float,
    foot: Foot = Foot.LEFT,
    levels: Any = (0.0, 500.0),
    **kwargs: Any,
) -> _Side:
    """A foot with these epochs, from its first to its last sample, and its levels (None: not known)."""
    side = side_of(foot=foot, first_s=first_s, **kwargs)
    stream = side.stream
    stream._buffer.time_s[0], stream._buffer.filled = last_s, 1
    stream.epochs = [np.array([row]) for row in rows]
    if levels is not None:
        stream._state["learnt"] = 1
        stream._state["swing"], stream._state["stance"] = levels
    return side


def activities(
    sides: Sequence[_Side], weight: float | None, spans: Sequence[tuple[float, float]] = ()
) -> list[tuple[str, float, float]]:
    levels = load_levels(
        swing={side.stream.foot: side.stream.swing_level for side in sides},
        calibrated=all(side.stream.quantity == "force" for side in sides),
        stated_n=weight,
        walking_n=None,
        earlier_n=None,
        steady_n=None,
    )
    found = activities_of([side.stream for side in sides], spans, levels, RULES)
    assert all(isinstance(one, Activity) for one in found)
    return [(one.kind, one.from_s, one.to_s) for one in found]


def test_the_load_of_both_feet_is_a_share_of_body_weight() -> None:
    """Body weight 800 N; left 300, 240, 240 N, right 180, 240, 239 N: 60, 60 and 59.9 %."""
    left = seen([second(0, 300.0), second(1, 240.0), second(2, 240.0)], 5.0, 7.99)
    right = seen([second(0, 180.0), second(1, 240.0), second(2, 239.0)], 5.0, 7.99, Foot.RIGHT)
    assert activities([left, right], 800.0) == [("standing", 5.0, 7.0), ("sitting", 7.0, 8.0)]
    assert activities([left, right], 800.0, [(6.2, 7.2)]) == [
        ("standing", 5.0, 6.0),
        ("walking", 6.0, 7.0),
        ("sitting", 7.0, 8.0),
    ]


def test_the_load_is_above_the_level_in_swing() -> None:
    left = seen([second(0, 280.0)], 0.0, 0.99, levels=(40.0, 540.0))
    right = seen([second(0, 280.0)], 0.0, 0.99, Foot.RIGHT, levels=(40.0, 540.0))
    assert activities([left, right], 800.0) == [("standing", 0.0, 1.0)]
    assert activities([left, right], 800.1) == [("sitting", 0.0, 1.0)]


def test_without_a_weight_a_foots_own_range_stands_for_it() -> None:
    """500 N above the level in swing; a footswitch's range whatever the weight."""
    left = seen([second(0, 150.0)], 0.0, 0.99)
    right = seen([second(0, 150.0)], 0.0, 0.99, Foot.RIGHT)
    assert activities([left, right], None) == [("standing", 0.0, 1.0)]
    right = seen([second(0, 149.0)], 0.0, 0.99, Foot.RIGHT)
    assert activities([left, right], None) == [("sitting", 0.0, 1.0)]
    switch = seen([second(0, 2.5)], 0.0, 0.99, quantity="footswitch", levels=(1.0, 6.0))
    assert activities([switch], 800.0) == [("standing", 0.0, 1.0)]  # twice 1.5 of 5
    switch = seen([second(0, 2.49)], 0.0, 0.99, quantity="footswitch", levels=(1.0, 6.0))
    assert activities([switch], 800.0) == [("sitting", 0.0, 1.0)]


def test_one_foot_alone_counts_twice() -> None:
    left = seen([second(0, 240.0), second(1, 239.0)], 0.0, 1.99)
    assert activities([left], 800.0) == [("standing", 0.0, 1.0), ("sitting", 1.0, 2.0)]


def test_a_second_is_not_known_where_a_foot_has_no_samples_or_no_level() -> None:
    left = seen([second(0, 600.0), second(1, 600.0), second(2, 600.0)], 0.0, 2.99)
    right = seen([second(0, 0.0), second(2, 0.0)], 0.0, 2.99, Foot.RIGHT)
    assert activities([left, right], 800.0) == [
        ("standing", 0.0, 1.0),
        ("unknown", 1.0, 2.0),
        ("standing", 2.0, 3.0),
    ]
    nothing = seen([second(0, 0.0)], 0.0, 2.99, Foot.RIGHT, levels=None, quantity="footswitch")
    assert activities([left, nothing], 800.0) == [("unknown", 0.0, 3.0)]
    empty = seen([], 0.0, 2.99, Foot.RIGHT)
    assert activities([left, empty], 800.0) == [("unknown", 0.0, 3.0)]


def test_a_foot_that_starts_later_has_its_seconds_in_place() -> None:
    """Left from 0 s, right from 2.0 s on: its first second is the third of the recording."""
    left = seen([second(number, 600.0) for number in range(4)], 0.0, 3.99)
    right = seen([second(0, 0.0), second(1, 0.0)], 2.0, 3.99, Foot.RIGHT)
    assert activities([left, right], 800.0) == [("unknown", 0.0, 2.0), ("standing", 2.0, 4.0)]
    swapped = activities([right, left], 800.0)
    assert swapped == [("unknown", 0.0, 2.0), ("standing", 2.0, 4.0)]


def test_the_last_second_is_that_of_the_foot_that_ends_last() -> None:
    left = seen([second(number, 600.0) for number in range(4)], 0.0, 3.5)
    right = seen([second(0, 0.0)], 0.0, 0.99, Foot.RIGHT)
    assert activities([left, right], 800.0) == [("standing", 0.0, 1.0), ("unknown", 1.0, 4.0)]
    assert activities([seen([second(0, 1.0)], 3.0, 3.0)], 800.0) == []
    assert activities([seen([second(0, 600.0)], 3.0, 3.01)], 800.0) == [("standing", 3.0, 4.0)]


def test_insoles_are_not_worn_when_neither_foot_is_loaded_or_moves_for_ten_minutes() -> None:
    """600 seconds; movement of 6 % of 800 N on either foot (48 N) is too much."""
    still = [second(number, 1.0, 0.0, 47.0) for number in range(600)]
    left, right = seen(still, 0.0, 599.99), seen(still, 0.0, 599.99, Foot.RIGHT)
    assert activities([left, right], 800.0) == [("not_worn", 0.0, 600.0)]
    moved = [*still[:300], second(300, 1.0, 1.0, 49.0), *still[301:]]
    restless = seen(moved, 0.0, 599.99, Foot.RIGHT)
    assert activities([left, restless], 800.0) == [("sitting", 0.0, 600.0)]
    other = seen(moved, 0.0, 599.99)
    assert activities([other, right], 800.0) == [("sitting", 0.0, 600.0)]
    assert activities([left], 800.0) == [("not_worn", 0.0, 600.0)]
