"""Contacts told from samples: which rises and falls count, when they are told, what gaps do to them.

A foot of 0 to 800 N at 100 Hz: above 280 N (35 %) it is loaded, below 160 N (20 %) unloaded; what is shorter
than 0.1 s is neither a contact nor a swing. Rows are samples: row 30 is at 0.30 s.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait import contact_kernel
from plantigrade.gait.signals import Floats

from tests.host.gait.drawn import Corners, drawn
from tests.host.gait.machine import ContactMachine, events_of

NAN = float("nan")


def rows(corners: Corners, count: int) -> Floats:
    """Samples of a polygon whose corners are given by row."""
    return drawn(corners, np.arange(count, dtype=float))


def box(count: int, *spans: tuple[int, int], high: float = 800.0, low: float = 0.0) -> Floats:
    """Low but for the rows of the spans (stop excluded)."""
    x = np.full(count, low)
    for start, stop in spans:
        x[start:stop] = high
    return x


STEP: Corners = [(30, 0.0), (40, 800.0), (70, 800.0), (75, 900.0), (80, 800.0), (90, 0.0)]
"""One step: up by 80 N a sample from row 30, down by 80 N to row 90; 900 N at row 75."""


def test_one_step() -> None:
    """IC 16 N above the foot of the rise, a fifth of a sample after row 30; FC 8 N above that of the fall.

    Loaded from row 34 (320 N): told when 10 more samples have confirmed it, at row 44, with the peak so far.
    Unloaded from row 89 (80 N): told 20 samples later, with the peak of the whole contact.
    """
    x = rows(STEP, 130)
    assert events_of(x) == [("initial", 31, 0.302, 800.0), ("final", 90, 0.899, 900.0)]
    assert events_of(x[:44]) == []
    assert events_of(x[:45]) == [("initial", 31, 0.302, 800.0)]
    assert events_of(x[:109]) == [("initial", 31, 0.302, 800.0)]
    assert len(events_of(x[:110])) == 2


def test_the_row_of_an_event_is_the_first_sample_at_or_after_its_time() -> None:
    """With no share of the range above the feet the times fall on the samples 30 and 90 themselves."""
    x = rows(STEP, 130)
    found = events_of(x, onset_level_share=0.0, release_level_share=0.0)
    assert [(kind, row, time_s) for kind, row, time_s, _ in found] == [
        ("initial", 30, 0.3),
        ("final", 90, 0.9),
    ]


def test_events_carry_the_levels_of_their_moment() -> None:
    x, machine = rows(STEP, 130) + 25.0, ContactMachine((25.0, 825.0))
    events = np.zeros(200, contact_kernel.EVENT)
    t = np.arange(130) / 100.0
    count = contact_kernel.advance(machine.state, machine.config, x, t, 0, 0, 130, events)
    assert events[:count][["kind", "row", "swing", "stance", "peak"]].tolist() == [
        (contact_kernel.INITIAL, 31, 25.0, 825.0, 825.0),
        (contact_kernel.FINAL, 90, 25.0, 825.0, 925.0),
    ]


def kinds(x: Floats, **kwargs: float) -> str:
    """First letters of the kinds of the events."""
    return "".join(kind[0] for kind, *_ in events_of(x, **kwargs))  # type: ignore[arg-type]


@pytest.mark.parametrize(("high", "reported"), [(280.0, ""), (280.1, "if"), (800.0, "if")])
def test_a_contact_rises_above_35_per_cent_of_the_range(high: float, reported: str) -> None:
    assert kinds(box(150, (30, 80), high=high)) == reported


@pytest.mark.parametrize(("low", "reported"), [(160.0, "i"), (159.9, "ifi"), (0.0, "ifi")])
def test_a_swing_falls_below_20_per_cent_of_the_range(low: float, reported: str) -> None:
    x = box(150, (30, 70), (100, 150))
    x[70:100] = low
    assert kinds(x) == reported


def test_both_limits_are_shares_of_the_range_above_the_swing_level() -> None:
    """A foot of 200 to 600 N: loaded above 340 N, unloaded below 280 N."""
    for high, reported in ((340.0, ""), (340.1, "i")):
        x = box(80, (30, 80), high=high, low=200.0)
        assert "".join(e[0][0] for e in events_of(x, levels=(200.0, 600.0))) == reported
    for low, reported in ((280.0, "i"), (279.9, "if")):
        x = box(150, (30, 80), high=600.0, low=200.0)
        x[80:] = low
        assert "".join(e[0][0] for e in events_of(x, levels=(200.0, 600.0))) == reported


@pytest.mark.parametrize(("samples", "reported"), [(9, ""), (10, ""), (11, "if"), (12, "if")])
def test_a_bump_is_a_contact_when_it_is_still_loaded_a_tenth_of_a_second_later(
    samples: int, reported: str
) -> None:
    """Eleven samples: the eleventh is 0.1 s after the first."""
    assert kinds(box(100, (30, 30 + samples))) == reported


@pytest.mark.parametrize(("samples", "reported"), [(8, "i"), (9, "i"), (10, "ifi"), (11, "ifi")])
def test_a_dip_is_a_swing_when_a_tenth_of_a_second_lies_between_fall_and_rise(
    samples: int, reported: str
) -> None:
    assert kinds(box(120, (30, 60), (60 + samples, 120))) == reported


def test_a_contact_with_a_dip_goes_on_and_keeps_its_peak() -> None:
    """900 N before a dip of 5 samples, 700 N after it: one contact, from row 30 to row 90."""
    x = box(140, (30, 60), high=900.0) + box(140, (65, 90), high=700.0)
    assert events_of(x) == [("initial", 30, 0.29018, 900.0), ("final", 90, 0.89989, 900.0)]
    # 16 N of 900 in the sample before row 30; 8 N of 700 in the one before row 90


def test_the_peak_of_a_contact_begins_with_its_rise() -> None:
    """The contact before reached 900 N, this one 500 N; told with what was seen when it was confirmed."""
    x = box(200, (30, 60), high=900.0) + box(200, (90, 120), high=400.0)
    x[110] = 500.0
    assert [(kind, row, peak) for kind, row, _, peak in events_of(x)] == [
        ("initial", 30, 900.0),
        ("final", 60, 900.0),
        ("initial", 90, 400.0),
        ("final", 120, 500.0),
    ]


def test_a_fall_is_told_by_the_next_rise_when_that_comes_first() -> None:
    """A swing of 12 samples: final contact is known at the rise, row 72, not 20 samples after row 60."""
    x = box(100, (30, 60), (72, 100))
    assert [event[:2] for event in events_of(x[:72])] == [("initial", 30)]
    assert [event[:2] for event in events_of(x[:73])] == [("initial", 30), ("final", 60)]
    assert [event[:2] for event in events_of(x[:83])] == [("initial", 30), ("final", 60), ("initial", 72)]


def test_a_bump_within_a_swing_leaves_no_trace() -> None:
    """Loaded for 5 samples in mid-swing: the contact before and the one after are as without it."""
    plain = box(220, (30, 60), (130, 200))
    bumped = plain.copy()
    bumped[90:95] = 700.0
    assert events_of(bumped) == events_of(plain)


def test_what_is_seen_first_is_neither_loaded_nor_unloaded_until_a_limit_is_passed() -> None:
    """A recording that begins within a contact does not know when it began, nor tells when it ends."""
    x = box(200, (0, 40), (90, 140))
    assert [event[:2] for event in events_of(x)] == [("initial", 90), ("final", 140)]
    between = np.concatenate([np.full(50, 200.0), box(150, (0, 60), high=800.0)])
    assert kinds(between) == ""  # between the limits, then loaded: no rise was seen
    assert kinds(np.concatenate([np.full(50, 159.0), box(150, (0, 60))])) == "if"
    assert kinds(np.concatenate([np.full(50, 160.0), box(150, (0, 60))])) == ""
    assert kinds(np.concatenate([np.full(50, 280.0), np.full(50, 200.0), box(150, (0, 60))])) == ""


def test_a_contact_that_was_open_at_the_start_is_not_ended_by_a_swing_that_follows() -> None:
    assert kinds(box(120, (0, 40))) == ""


def test_missing_rows_break_a_contact() -> None:
    """One break at the first missing row; the contact begun is not ended, and one under way after the gap is
    not begun: the first full one comes after row 100."""
    x = box(250, (30, 60), (80, 110), (150, 180))
    x[50:90] = NAN
    assert [event[:3] for event in events_of(x)] == [
        ("initial", 30, 0.2902),
        ("break", 0, 0.5),
        ("initial", 150, 1.4902),
        ("final", 180, 1.7999),
    ]


def test_each_run_of_missing_rows_is_one_break() -> None:
    x = box(100)
    x[20:23] = x[30] = NAN
    x[0] = NAN
    assert [event[0::2] for event in events_of(x)] == [("break", 0.0), ("break", 0.2), ("break", 0.3)]


def test_a_jump_of_time_breaks_a_contact_at_the_sample_after_it() -> None:
    """1.6 sample intervals are no jump, more are."""
    x, t = box(200, (30, 80), (110, 150)), np.arange(200) / 100.0
    late = t.copy()
    late[50:] += 0.0061
    assert [e[:2] for e in events_of(x, late)] == [
        ("initial", 30),
        ("break", 0),
        ("initial", 110),
        ("final", 150),
    ]
    assert [e[2] for e in events_of(x, late)][1] == 0.5061
    late = t.copy()
    late[50:] += 0.0059
    assert [e[0] for e in events_of(x, late)] == ["initial", "final", "initial", "final"]


@pytest.mark.parametrize("cuts", [(), (50,), (51,), (49, 50, 51, 52)])
def test_a_jump_between_two_pieces_is_a_jump(cuts: tuple[int, ...]) -> None:
    x, t = box(200, (30, 80), (110, 150)), np.arange(200) / 100.0
    t[50:] += 5.0
    assert [e[0] for e in events_of(x, t, cuts=cuts)] == ["initial", "break", "initial", "final"]


def test_a_jump_while_nothing_happens_is_told_too() -> None:
    """In a quiet swing, and in a quiet stance with the levels of both passed over quickly."""
    for at in (10, 60):
        x, t = box(200, (30, 100)), np.arange(200) / 100.0
        t[at:] += 1.0
        assert ("break", 0, at / 100.0 + 1.0) in [event[:3] for event in events_of(x, t)]


def test_a_flank_is_not_sought_before_a_gap() -> None:
    """A rise of 10 N a sample passes 280 N at row 49; its foot is sought from row 29 on, but samples before
    row 40 are on the other side of a jump."""
    x, t = rows([(20, 0.0), (100, 800.0)], 140), np.arange(140) / 100.0
    x[:31] = 0.0
    # 290 N at row 49: rows 29 to 49 are searched; the foot is row 30 (0 N, one step of 110 N to row 31)
    assert events_of(x, t)[0][:3] == ("initial", 31, pytest.approx(0.30145, abs=1e-5))
    t[40:] += 3.0
    x[40:44] = 100.0
    # after the jump: 100 N to row 43, 240 N at row 44, a step of 140 N: 16 N of them
    assert [e[:3] for e in events_of(x, t)] == [
        ("break", 0, 3.4),
        ("initial", 44, pytest.approx(3.43114, abs=1e-5)),
    ]


def test_rows_before_the_fall_of_the_last_contact_are_not_searched() -> None:
    """Before the contact at row 30 the foot read -100 N, after it 0 N: sought over 70 samples, what is
    certain (80 N) counts from the 0 N. The foot of the next rise is row 90 (50 N): 16 N of 100 later.
    Counted from -100 N everything above -20 N would be certain, back to the stance before."""
    x = rows([(29, -100), (30, 600), (50, 600), (54, 0), (80, 0), (90, 50), (96, 650)], 120)
    assert [e[:3] for e in events_of(x, search_rows=70)] == [
        ("initial", 30, 0.29023),  # 16 N of 700
        ("final", 54, 0.53947),  # 8 N of 150
        ("initial", 91, 0.9016),
    ]


def test_the_steepest_fall_is_not_sought_before_a_gap() -> None:
    """A jump of time between row 49 (900 N) and row 50 (0 N); then a contact of three samples, enough here,
    that ends by 400 N a sample at row 55: released 8 N of 400 before it."""
    x, t = np.zeros(100), np.arange(100) / 100.0
    x[46:50], x[52:54], x[54] = 900.0, 800.0, 400.0
    t[50:] += 1.0
    found = events_of(x, t, contact_rows=1, edge_rows=8)
    assert [e[:3] for e in found[-2:]] == [("initial", 52, 1.5102), ("final", 55, 1.5498)]


def test_a_fall_at_the_end_of_a_recording_is_told_when_a_swing_has_passed() -> None:
    """Unloaded from row 60: the recording must go on to row 70, 0.1 s later, and one sample."""
    for count, reported in ((70, "i"), (71, "if"), (80, "if")):
        assert "".join(e[0][0] for e in events_of(box(count, (30, 60)), end=True)) == reported


def test_a_contact_that_is_not_ended_stays_open_at_the_end() -> None:
    assert [e[0] for e in events_of(box(80, (30, 80)), end=True)] == ["initial"]
    assert [e[0] for e in events_of(box(38, (30, 38)), end=True)] == []


def test_the_total_is_the_sum_of_the_channels_and_missing_when_one_is() -> None:
    force = np.array([[1, 2, 4], [8, NAN, 1], [0.5, -1, 0], [9, 9, 9]], np.float32)
    total = np.full(4, -7.0)
    contact_kernel.sum_rows(force, 0, 3, total)
    assert total.tolist()[0] == 7.0 and np.isnan(total[1]) and total.tolist()[2:] == [-0.5, -7.0]
    contact_kernel.sum_rows(force, 3, 4, total)
    assert total[3] == 27.0 and total[0] == 7.0


WALK = rows(
    [(10, 0), (18, 700), (40, 500), (60, 820), (72, 0), (100, 5), (110, 800), (160, 600), (170, 0), (178, 90),
     (190, 0), (200, 640), (230, 800), (240, 100), (244, 700), (270, 600), (280, 0)], 320,
)  # fmt: skip


@settings(max_examples=60)
@given(cuts=st.lists(st.integers(1, 319), max_size=25, unique=True).map(sorted))
def test_pieces_of_any_size_tell_the_same_events(cuts: list[int]) -> None:
    complete = events_of(WALK)
    assert [event[0] for event in complete] == ["initial", "final"] * 3
    assert events_of(WALK, cuts=tuple(cuts)) == complete


@settings(max_examples=30)
@given(base=st.integers(1, 10_000), lead=st.integers(25, 60))
def test_rows_are_told_as_absolute_rows_wherever_the_buffer_begins(base: int, lead: int) -> None:
    """The same samples `lead` rows into a buffer that begins at row `base`: everything moves by that."""
    x = np.concatenate([np.zeros(lead), WALK])
    t = np.arange(len(x)) / 100.0
    machine = ContactMachine()
    machine.state["cursor"] = machine.state["seen"] = base + lead
    machine.state["last_time"] = t[lead - 1]
    found = machine.advance(x, t, lead, len(x), base)
    plain = events_of(WALK)
    assert [(kind, row - base - lead, peak) for kind, row, _, peak in found] == [
        (kind, row, peak) for kind, row, _, peak in plain
    ]
    assert [time_s - lead / 100.0 for _, _, time_s, _ in found] == pytest.approx([e[2] for e in plain])
    assert machine["seen"] == machine["cursor"] == base + len(x)
