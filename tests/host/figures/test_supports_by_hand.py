"""Steps and supports of cycles that were drawn on paper."""

import numpy as np
import pytest
from plantigrade.gait.bilateral import (
    Contacts,
    first_inside,
    last_inside,
    stride_table,
    supports,
)
from plantigrade.gait.foot import FootStream
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import STRIDE_UNITS
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Foot, FootSignal, TimeGap

from tests.host.figures.streams import contacts, stream

CYCLES = [(10.0, 10.7, 11.1), (11.1, 11.75, 12.0)]
"""The foot lands at 10, 11.1 and 12 s and lifts at 10.7 and 11.75 s."""
OTHER = contacts([9.6, 10.5, 11.65], [9.4, 10.16, 11.2])
"""The other foot lands at 10.5 and 11.65 s and lifts at 10.16 and 11.2 s within these cycles."""


@pytest.mark.worked_example("stride_time_s", "stance_time_s", "swing_time_s", "stance_pct", "swing_pct")
def test_times_and_shares_of_the_cycle() -> None:
    """1.1 and 0.9 s; stance 0.7 and 0.65 s, swing 0.4 and 0.25 s; 100 * 0.7 / 1.1 = 63.63 %, 100 * 0.65 / 0.9
    = 72.22 %."""
    got = stride_table(stream(CYCLES), OTHER)
    assert got.stride_time_s == pytest.approx([1.1, 0.9])
    assert got.stance_time_s == pytest.approx([0.7, 0.65])
    assert got.swing_time_s == pytest.approx([0.4, 0.25])
    assert got.stance_pct == pytest.approx([63.636364, 72.222222])
    assert got.swing_pct == pytest.approx([36.363636, 27.777778])
    assert got.initial_contact_s.tolist() == [10.0, 11.1]
    assert got.final_contact_s.tolist() == [10.7, 11.75]
    assert got.next_initial_contact_s.tolist() == [11.1, 12.0]


@pytest.mark.worked_example(
    "step_time_s",
    "initial_double_support_s",
    "terminal_double_support_s",
    "single_support_s",
    "double_support_s",
    "double_support_pct",
)
def test_supports_and_steps() -> None:
    """Initial double support 10 to 10.16 and 11.1 to 11.2; single support to 10.5 and 11.65; terminal to 10.7
    and 11.75; the step from 10.5 to 11.1 and from 11.65 to 12. Double support 0.36 of 1.1 s, 0.2 of 0.9 s."""
    got = stride_table(stream(CYCLES), OTHER)
    assert got.initial_double_support_s == pytest.approx([0.16, 0.1])
    assert got.single_support_s == pytest.approx([0.34, 0.45])
    assert got.terminal_double_support_s == pytest.approx([0.2, 0.1])
    assert got.step_time_s == pytest.approx([0.6, 0.35])
    assert got.double_support_s == pytest.approx([0.36, 0.2])
    assert got.double_support_pct == pytest.approx([32.727273, 22.222222])


def test_without_the_other_foot_there_are_times_but_no_supports() -> None:
    got = stride_table(stream(CYCLES), Contacts.of(None))
    assert got.stride_time_s == pytest.approx([1.1, 0.9])
    for name in ("step_time_s", "double_support_s", "double_support_pct", "single_support_s"):
        assert np.isnan(getattr(got, name)).all(), name


def one(other: Contacts) -> list[float]:
    """Initial double, single, terminal double support and step of the cycle 10, 10.7, 11.1."""
    got = supports(np.array([10.0]), np.array([10.7]), np.array([11.1]), other)
    return [float(v[0]) for v in (got.initial_double_s, got.single_s, got.terminal_double_s, got.step_s)]


nan = float("nan")
ONE_CYCLE = [
    pytest.param(contacts([10.5], [10.16]), [0.16, 0.34, 0.2, 0.6], id="an ordinary step"),
    pytest.param(contacts([10.8], [10.16]), [0.16, nan, nan, 0.3], id="it lands after the foot has lifted"),
    pytest.param(contacts([10.5], [10.75]), [nan, nan, 0.2, 0.6], id="it lifts only after the foot has"),
    pytest.param(contacts([10.5], []), [nan, nan, 0.2, 0.6], id="its release was not seen"),
    pytest.param(contacts([], [10.16]), [nan, nan, nan, nan], id="its contact was not seen"),
    pytest.param(contacts([10.2], [10.4]), [nan, nan, 0.5, 0.9], id="it lifts only after it has landed"),
    pytest.param(contacts([10.3], [10.3]), [nan, nan, 0.4, 0.8], id="it lifts as it lands"),
    pytest.param(contacts([10.3, 10.5], [10.16, 10.4]), [0.16, 0.34, 0.2, 0.6], id="the last contact counts"),
    pytest.param(contacts([10.0], [10.0]), [nan, nan, nan, nan], id="both at the very begin"),
    pytest.param(contacts([11.1], [10.7]), [nan, nan, nan, nan], id="both at the very end"),
    pytest.param(contacts([10.7], [10.16]), [0.16, nan, nan, 0.4], id="it lands as the foot lifts"),
]


@pytest.mark.parametrize(("other", "expected"), ONE_CYCLE)
def test_which_events_of_the_other_foot_count(other: Contacts, expected: list[float]) -> None:
    assert one(other) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("lost", "known"),
    [
        ((10.3, 10.4), False),
        ((9.0, 9.9), True),
        ((9.0, 10.0), True),
        ((9.0, 10.01), False),
        ((11.09, 12.0), False),
        ((11.1, 12.0), True),
        ((9.0, 12.0), False),
    ],
)
def test_no_phase_is_made_up_where_samples_of_the_other_foot_are_missing(
    lost: tuple[float, float], known: bool
) -> None:
    expected = [0.16, 0.34, 0.2, 0.6] if known else [nan] * 4
    assert one(contacts([10.5], [10.16], [lost])) == pytest.approx(expected, nan_ok=True)


def test_spans_with_missing_samples_among_many_gaps() -> None:
    """Gaps 1 to 2, 4 to 5 and 8 to 9: the spans 0 to 1, 2 to 4 and 5 to 8 are whole."""
    gaps = contacts([], [], [(1, 2), (4, 5), (8, 9)])
    begins = np.array([0.0, 2.0, 5.0, 0.0, 3.0, 4.2, 1.5, 9.0])
    ends = np.array([1.0, 4.0, 8.0, 1.5, 6.0, 4.8, 8.5, 9.5])
    assert gaps.lost_in(begins, ends).tolist() == [False, False, False, True, True, True, True, False]


def test_first_and_last_events_inside_open_spans() -> None:
    events = np.array([1.0, 2.0, 3.0])
    begins, ends = np.array([0.5, 1.0, 2.5, 3.0, 1.2]), np.array([4.0, 3.0, 3.0, 9.0, 1.8])
    assert first_inside(events, begins, ends) == pytest.approx([1, 2, nan, nan, nan], nan_ok=True)
    assert last_inside(events, begins, ends) == pytest.approx([3, 2, nan, nan, nan], nan_ok=True)
    nothing = np.empty(0)
    assert np.isnan(first_inside(nothing, begins, ends)).all()
    assert np.isnan(last_inside(nothing, begins, ends)).all()


def test_columns_stand_where_the_kernels_wrote_them() -> None:
    """Force features of the first cycle are 100 to 110 in the order of the kernel, of the second 111 to
    121."""
    got = stride_table(stream(CYCLES), OTHER)
    order = [
        "peak_force_n",
        "f1_n",
        "f1_time_pct",
        "f2_n",
        "f2_time_pct",
        "f3_n",
        "f3_time_pct",
        "loading_rate_n_per_s",
        "push_off_rate_n_per_s",
        "impulse_n_s",
        "mean_force_n",
    ]
    assert [float(getattr(got, name)[0]) for name in order] == list(range(100, 111))
    assert [float(getattr(got, name)[1]) for name in order] == list(range(111, 122))
    assert set(order) < set(STRIDE_UNITS)


def test_pressure_columns_and_phases() -> None:
    got = stride_table(stream(CYCLES), OTHER)
    assert got.pressure_names == NAMES
    assert got.pressure[1, 0] == 1000 + len(NAMES)
    assert got.pressure_column(NAMES[3]).tolist() == [1003, 1003 + len(NAMES)]
    place = NAMES.index("foot_flat_s")
    assert got.foot_flat_s.tolist() == [1000 + place, 1000 + place + len(NAMES)]
    assert got.heel_off_s.tolist() == got.pressure_column("heel_off_s").tolist()
    assert NAMES.index("heel_off_s") != place


def test_a_footswitch_has_no_forces() -> None:
    got = stride_table(stream(CYCLES, quantity="footswitch", sensors=1), OTHER)
    assert np.isnan(got.peak_force_n).all()
    assert np.isnan(got.impulse_n_s).all()
    assert got.stride_time_s == pytest.approx([1.1, 0.9])


def test_strides_wait_for_their_bout_and_reason() -> None:
    got = stride_table(stream(CYCLES), OTHER)
    assert len(got) == 2
    assert got.bout.tolist() == [-1, -1]
    assert got.reason.tolist() == [0, 0]
    assert got.valid.tolist() == [True, True]


@pytest.mark.parametrize(
    ("first", "last", "starts"),
    [(0, None, [0, 1, 2, 3]), (1, None, [2, 3]), (1, 2, [2]), (0, 1, [0, 1]), (2, 2, []), (3, None, [])],
)
def test_blocks_of_cycles(first: int, last: int | None, starts: list[float]) -> None:
    """Four cycles stored in blocks of two, one and one."""
    cycles = [(float(n), n + 0.6, n + 1.0) for n in range(4)]
    got = stride_table(stream(cycles, blocks=[2, 1, 1]), contacts([], []), first, last)
    assert got.initial_contact_s.tolist() == starts
    assert len(got.pressure) == len(got.peak_force_n) == len(starts)


def test_no_cycle_gives_an_empty_table() -> None:
    made = FootStream(
        FootSignal(Foot.LEFT, np.zeros(1), np.zeros((1, 2), np.float32)), 100.0, ContactSettings(), None
    )
    got = stride_table(made, Contacts.of(None))
    assert len(got) == 0
    assert got.pressure.shape == (0, len(NAMES))


def test_contacts_of_a_stream_or_only_the_newest() -> None:
    made = stream(CYCLES)
    made.contacts += [(1.0, 0, 0), (2.0, 0, 0), (3.0, 0, 0)]
    made.finals += [(1.6, 9.0), (2.6, 9.0)]
    made.breaks += [5.0, 6.0, 7.0]
    made.gaps += [TimeGap(0.1, 0.2, "a"), TimeGap(0.3, 0.4, "b"), TimeGap(0.5, 0.6, "c")]
    every, newest = Contacts.of(made), Contacts.of(made, latest=2)
    assert every.initial_s.tolist() == [1, 2, 3]
    assert every.final_s.tolist() == [1.6, 2.6]
    assert every.breaks_s.tolist() == [5, 6, 7]
    assert every.lost_s.tolist() == [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    assert newest.initial_s.tolist() == [2, 3]
    assert newest.final_s.tolist() == [1.6, 2.6]
    assert newest.breaks_s.tolist() == [6, 7]
    assert newest.lost_s.tolist() == [[0.3, 0.4], [0.5, 0.6]]
    empty = Contacts.of(None)
    assert empty.lost_s.shape == (0, 2)
    assert len(empty.initial_s) == len(empty.final_s) == len(empty.breaks_s) == 0
