"""Levels and contacts together: what the kernel measures of a block, when levels take effect, what is told
again, and what the end of a recording still tells.

The foot steps in boxes: unloaded for 20 samples, loaded for 20, so that a block of 40 samples holds one step.
"""

import numpy as np
import pytest
from plantigrade.gait.signals import Floats

from tests.host.gait.machine import ContactMachine, Reported, events_of

NAN = float("nan")


def boxes(*heights: float, low: float = 0.0, rows: int = 20) -> Floats:
    """One step for each height: `rows` samples low, then as many high."""
    return np.concatenate([np.concatenate([np.full(rows, low), np.full(rows, high)]) for high in heights])


def measured(x: list[float], t: list[float] | None = None, block_rows: int = 100) -> tuple[float, ...]:
    """Rows, lowest, highest and travel of the block under way after these samples."""
    machine = ContactMachine(None, block_rows=block_rows)
    time = np.arange(len(x)) / 100.0 if t is None else np.array(t)
    machine.advance(np.array(x), time, 0, len(x))
    return tuple(float(machine[name]) for name in ("rows", "low", "high", "travel"))


def test_a_block_measures_rows_lowest_highest_and_travel() -> None:
    assert measured([5.0]) == (1, 5, 5, 0)
    assert measured([5.0, 9.0]) == (2, 5, 9, 4)
    assert measured([5.0, 9.0, -1.0, 0.0]) == (4, -1, 9, 15)  # 4 + 10 + 1


def test_missing_rows_are_not_measured_nor_the_step_over_them() -> None:
    assert measured([5.0, 9.0, NAN, 20.0, 22.0]) == (4, 5, 22, 6)  # 4 + 2
    assert measured([NAN, NAN, 3.0, 4.0]) == (2, 3, 4, 1)
    assert measured([NAN]) == (0, 0, 0, 0)


def test_a_jump_of_time_begins_the_block_anew() -> None:
    assert measured([5.0, 9.0, 2.0, 3.0], [0.0, 0.01, 0.0361, 0.0461]) == (2, 2, 3, 1)
    assert measured([5.0, 9.0, 2.0, 3.0], [0.0, 0.01, 0.0259, 0.0359]) == (4, 2, 9, 12)


def test_the_next_block_begins_with_the_row_after_the_last_and_its_own_travel() -> None:
    """Blocks of three: 0 400 500, then 300 50: the step from 500 to 300 is in neither."""
    assert measured([0.0, 400.0, 500.0, 300.0], block_rows=3) == (1, 300, 300, 0)
    assert measured([0.0, 400.0, 500.0, 300.0, 50.0], block_rows=3) == (2, 50, 300, 250)


def backward_times(t: list[float]) -> int:
    machine = ContactMachine(None)
    machine.advance(np.zeros(len(t)), np.array(t), 0, len(t))
    return int(machine["backward"])


def test_times_that_stand_still_or_run_backwards_are_counted() -> None:
    assert backward_times([0.0, 0.01, 0.02]) == 0
    assert backward_times([-5.0, -4.99]) == 0
    assert backward_times([0.0, 0.01, 0.01, 0.02]) == 1
    assert backward_times([0.0, 0.01, 0.005, 0.02, 0.01, 0.01]) == 3


def test_the_time_of_the_last_piece_is_remembered() -> None:
    machine, x, t = ContactMachine(None), np.zeros(4), np.array([0.0, 0.01, 0.01, 0.02])
    machine.advance(x, t, 0, 2)
    assert machine["backward"] == 0 and machine["last_time"] == 0.01
    machine.advance(x, t, 2, 3)
    machine.advance(x, t, 3, 4)
    assert machine["backward"] == 1


STEPS: list[Reported] = [
    ("initial", 20, 0.1902, 800.0),
    ("final", 40, 0.3999, 800.0),
    ("initial", 60, 0.5902, 800.0),
    ("final", 80, 0.7999, 800.0),
    ("initial", 100, 0.9902, 800.0),
    ("final", 120, 1.1999, 800.0),
    ("initial", 140, 1.3902, 800.0),
]
"""Contacts of boxes of 800 N: 16 N of the one sample up, 8 N of the one down."""


def test_what_waited_for_the_levels_is_told_when_they_are_known() -> None:
    """Three blocks of 40 rows: with row 119 the levels are known; what is confirmed by then is told."""
    x = boxes(*[800.0] * 4)
    assert events_of(x[:119], levels=None, block_rows=40) == []
    assert events_of(x[:120], levels=None, block_rows=40) == STEPS[:5]
    assert events_of(x[:150], levels=None, block_rows=40) == STEPS[:6]
    assert events_of(x, levels=None, block_rows=40) == STEPS


def test_samples_older_than_the_history_are_not_gone_through() -> None:
    """History of 75 rows: from row 45, in swing, on; of 70 rows: the same; of 50: from row 70, in stance."""
    x = boxes(*[800.0] * 3)
    assert events_of(x, levels=None, block_rows=40, history_rows=75) == STEPS[2:5]
    assert events_of(x, levels=None, block_rows=40, history_rows=50) == STEPS[4:5]


def test_new_levels_are_used_from_the_last_row_of_their_block_on() -> None:
    """Levels of 0 and 800 N; a block up to row 39 with 1600 N makes the median of the stance level 1600 N
    (one block known): the threshold is 560 N from row 39 on."""
    machine, t = ContactMachine((0.0, 800.0), block_rows=40), np.arange(80) / 100.0
    x = np.concatenate([boxes(1600.0), np.zeros(15), np.full(25, 500.0)])
    machine.advance(x, t, 0, 39)
    assert machine["stance"] == 800.0
    machine.advance(x, t, 39, 80)
    assert machine["stance"] == 1600.0 and machine["loaded"] == 0  # 500 N of 1600 N is no load


RESET_BEFORE: list[Reported] = [
    ("initial", 20, 0.19002, 800.0),
    ("final", 40, 0.39999, 800.0),
    ("initial", 60, 0.59003, 800.0),
    ("final", 80, 0.79999, 800.0),
    ("initial", 100, 0.99003, 800.0),
]
"""The same steps told while 100 N was taken for the range: 2 N and 1 N above the feet."""


def test_wider_levels_withdraw_what_was_told_of_the_blocks_that_taught_them() -> None:
    """Boxes of 800 N on levels of 100 N: three refused blocks end at row 120; everything is told again."""
    found = events_of(boxes(*[800.0] * 3), levels=(0.0, 100.0), block_rows=40)
    assert found == [*RESET_BEFORE, ("reset", 0, 0.0, 800.0), *STEPS[:5]]


def test_what_was_told_before_those_blocks_stays() -> None:
    """Two steps of 100 N first: the reset goes back to row 80, to the first of the three wider blocks."""
    x = np.concatenate([boxes(100.0, 100.0), boxes(*[800.0] * 3)])
    found = events_of(x, levels=(0.0, 100.0), block_rows=40)
    assert [e[:2] for e in found[:3]] == [("initial", 20), ("final", 40), ("initial", 60)]
    reset = [e[0] for e in found].index("reset")
    assert found[reset] == ("reset", 80, 0.8, 800.0)
    assert [e[:2] for e in found[reset + 1 :]] == [
        ("initial", 100), ("final", 120), ("initial", 140), ("final", 160), ("initial", 180),
    ]  # fmt: skip


@pytest.mark.parametrize(("history", "row"), [(1000, 0), (120, 0), (119, 1), (50, 70)])
def test_a_reset_goes_back_no_farther_than_the_history(history: int, row: int) -> None:
    found = events_of(boxes(*[800.0] * 3), levels=(0.0, 100.0), block_rows=40, history_rows=history)
    assert [e[:3] for e in found if e[0] == "reset"] == [("reset", row, row / 100.0)]


def test_a_reset_does_not_go_back_over_a_gap() -> None:
    """Five missing rows from row 62 on: the blocks end five rows later, the first row after the gap is 67."""
    x = boxes(*[800.0] * 4)
    x[62:67] = NAN
    found = events_of(x[:125], levels=(0.0, 100.0), block_rows=40)
    assert [e[:3] for e in found if e[0] == "reset"] == [("reset", 67, 0.67)]
    assert [e[:2] for e in found[-1:]] == [("initial", 100)]


def test_a_reset_into_a_contact_does_not_know_when_it_began() -> None:
    """Blocks that end in mid-stance: the reset goes back to row 30, where the foot is loaded; the fall at row
    40 belongs to a contact that was withdrawn and is not told."""
    found = events_of(boxes(*[800.0] * 4)[:150], levels=(0.0, 100.0), block_rows=40, history_rows=90)
    reset = [e[0] for e in found].index("reset")
    assert found[reset][:2] == ("reset", 30)
    assert [e[:2] for e in found[reset + 1 :]][:2] == [("initial", 60), ("final", 80)]


def test_the_end_of_a_short_recording_learns_from_what_there_is() -> None:
    """Two whole blocks are too few while samples come; at the end they do."""
    x = boxes(800.0, 800.0)
    assert events_of(x, levels=None, block_rows=40) == []
    assert events_of(x, levels=None, block_rows=40, end=True) == STEPS[:3]


@pytest.mark.parametrize(("rows", "reported"), [(50, 0), (51, 1), (60, 1)])
def test_a_block_under_way_counts_at_the_end_when_more_than_half_of_it_is_there(
    rows: int, reported: int
) -> None:
    x = boxes(800.0, rows=20)
    complete = np.concatenate([x, np.full(20, 800.0)])[:rows]
    found = events_of(complete, levels=None, block_rows=100, end=True)
    assert found == STEPS[:reported]


def test_a_block_under_way_that_does_not_step_teaches_nothing_at_the_end() -> None:
    assert events_of(boxes(59.0), levels=None, block_rows=50, end=True) == []
    # after one whole block of steps its own levels remain
    x = np.concatenate([boxes(800.0), np.full(30, 30.0)])
    machine, t = ContactMachine(None, block_rows=40), np.arange(len(x)) / 100.0
    machine.advance(x, t, 0, len(x))
    machine.flush(x, t, len(x))
    assert (machine["swing"], machine["stance"], machine["block_count"]) == (0.0, 800.0, 1)


def test_a_block_under_way_joins_the_others_at_the_end() -> None:
    """One whole block of 0 to 800 N, 30 rows of 100 to 700 N: medians of two."""
    x = np.concatenate([boxes(800.0), boxes(700.0, low=100.0, rows=15)])
    machine, t = ContactMachine(None, block_rows=40), np.arange(len(x)) / 100.0
    machine.advance(x, t, 0, len(x))
    machine.flush(x, t, len(x))
    assert (machine["swing"], machine["stance"], machine["learnt"]) == (50.0, 750.0, 1)


def test_the_end_does_not_touch_levels_that_are_known() -> None:
    machine, x = ContactMachine((0.0, 800.0), block_rows=40), boxes(700.0, rows=15)
    t = np.arange(len(x)) / 100.0
    machine.advance(x, t, 0, len(x))
    machine.flush(x, t, len(x))
    assert (machine["swing"], machine["stance"], machine["block_count"]) == (0.0, 800.0, 0)


def test_a_recording_without_steps_tells_nothing_at_its_end() -> None:
    assert events_of(np.full(200, 300.0), levels=None, block_rows=40, end=True) == []
