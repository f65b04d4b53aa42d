"""What is kept beside the strides: epochs of the load, missing samples, sensors that do not move."""

import numpy as np
import pytest
from plantigrade.gait import epoch_kernel, stride_kernel
from plantigrade.gait.signals import Floats

NAN = float("nan")


def epochs_of(time: list[float], total: list[float], length_s: float, cuts: tuple[int, ...] = ()) -> Floats:
    """Epochs that end within the samples (fed in pieces that end at `cuts`), then the one under way."""
    state, scratch = np.zeros(7), np.full((len(time) + 1, 5), -9.0)
    t, x = np.array(time), np.array(total)
    found: list[Floats] = []
    for start, stop in zip((0, *cuts), (*cuts, len(time)), strict=True):
        count = epoch_kernel.epochs(t, x, start, stop, state, length_s, scratch)
        found.append(scratch[:count].copy())
    last = np.zeros(5)
    if state[3] > 0:
        epoch_kernel.close_epoch(state, last)
        found.append(last[None])
    return np.concatenate(found)


TIME = [10.0, 10.25, 10.5, 10.75, 11.0, 11.25, 11.75, 12.0, 12.5]
TOTAL = [4.0, -2.0, 7.0, 3.0, 5.0, 9.0, 1.0, 6.0, 8.0]
EPOCHS = [
    [0.0, 3.0, -2.0, 7.0, 4.0],  # 4 - 2 + 7 + 3 = 12 of 4
    [1.0, 5.0, 1.0, 9.0, 3.0],  # 5 + 9 + 1 = 15 of 3: the sample at 11.0 begins it
    [2.0, 7.0, 6.0, 8.0, 2.0],
]


@pytest.mark.parametrize("cuts", [(), (1,), (4,), (5,), (2, 4, 8), tuple(range(1, 9))])
def test_epochs_hold_number_mean_minimum_maximum_and_count(cuts: tuple[int, ...]) -> None:
    assert epochs_of(TIME, TOTAL, 1.0, cuts) == pytest.approx(np.array(EPOCHS))


def test_epochs_are_counted_from_the_first_sample_and_empty_ones_are_left_out() -> None:
    """The origin is 0.5 s; nothing between 1.5 and 4.5 s: epoch 4 follows epoch 0."""
    found = epochs_of([0.5, 1.25, 4.5, 5.25, 5.5], [1.0, 3.0, 10.0, 20.0, 5.0], 1.0)
    assert found.tolist() == [[0, 2, 1, 3, 2], [4, 15, 10, 20, 2], [5, 5, 5, 5, 1]]


def test_samples_that_are_not_numbers_do_not_count_in_an_epoch() -> None:
    """Nor does an epoch of them alone; minimum and maximum begin with the first number."""
    time = [0.0, 0.4, 0.8, 1.0, 1.4, 2.0, 2.4, 2.8]
    total = [NAN, 6.0, 2.0, NAN, NAN, -3.0, NAN, -5.0]
    assert epochs_of(time, total, 1.0).tolist() == [[0, 4, 2, 6, 2], [2, -4, -5, -3, 2]]


def test_epochs_of_two_seconds() -> None:
    found = epochs_of([0.0, 1.0, 1.5, 2.0, 3.9, 4.0], [1.0, 2.0, 3.0, 4.0, 6.0, 8.0], 2.0)
    assert found.tolist() == [[0, 2, 1, 3, 3], [1, 5, 4, 6, 2], [2, 8, 8, 8, 1]]


def gaps_of(
    time: list[float],
    total: list[float],
    *,
    longest: float = 0.016,
    cuts: tuple[int, ...] = (),
    base: int = 0,
) -> list[list[float]]:
    """Gaps found in samples fed in pieces that end at `cuts`, and the state at the end."""
    t, x, state, out = np.array(time), np.array(total), np.zeros(2), np.zeros((len(time) + 1, 3))
    found: list[list[float]] = []
    first = 1 if base else 0
    for start, stop in zip((first, *cuts), (*cuts, len(time)), strict=True):
        count = stride_kernel.gaps(t, x, base, start, stop, longest, state, out)
        found += out[:count].tolist()
    return [*found, ["open", state[1]]] if state[0] else found  # type: ignore[list-item]


GAPPED = [0.0, 0.01, 0.02, 0.05, 0.06, 0.07, 0.08, 0.09, 0.105, 0.122]
HOLED = [1.0, 1.0, 1.0, 1.0, NAN, NAN, 1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("cuts", [(), (3,), (4,), (5,), (6,), (7,), (9,), tuple(range(1, 10))])
def test_gaps_are_jumps_of_time_and_rows_that_are_not_numbers(cuts: tuple[int, ...]) -> None:
    """A jump runs from the sample before to the one after it; 15 ms between samples are none, 17 ms are.
    Rows that are not numbers are missing from the first of them to the next number."""
    assert gaps_of(GAPPED, HOLED, cuts=cuts) == [[0.02, 0.05, 0.0], [0.06, 0.08, 1.0], [0.105, 0.122, 0.0]]


def test_a_step_of_time_of_just_the_longest_is_no_gap() -> None:
    assert gaps_of([0.0, 0.5, 1.0, 1.75], [1.0] * 4, longest=0.5) == [[1.0, 1.75, 0.0]]


def test_rows_that_are_not_numbers_at_the_end_stay_open() -> None:
    assert gaps_of([0.0, 0.01, 0.02, 0.03], [1.0, 1.0, NAN, NAN]) == [["open", 0.02]]


def test_a_jump_within_missing_rows_belongs_to_them() -> None:
    assert gaps_of([0.0, 0.01, 0.05, 0.06], [1.0, NAN, NAN, 1.0]) == [[0.01, 0.06, 1.0]]


def test_nothing_is_missing_before_the_very_first_sample_but_before_a_buffers_first_new_row() -> None:
    """Buffers are longer than what they hold: zeros follow."""
    t, x, out = np.array([5.0, 5.01, 0.0]), np.array([1.0, 1.0, 0.0]), np.zeros((4, 3))
    assert stride_kernel.gaps(t, x, 0, 0, 2, 0.016, np.zeros(2), out) == 0
    assert gaps_of([5.0, 5.5, 5.51], [1.0] * 3, base=100) == [[5.0, 5.5, 0.0]]
    assert gaps_of([5.0, 5.5, 5.51], [1.0] * 3) == [[5.0, 5.5, 0.0]]


def states_of(columns: list[list[float]], rows: list[tuple[int, int]]) -> list[list[int]]:
    """States of sensors (their samples in columns) in cycles from row to row."""
    force = np.array(columns, np.float32).T.copy()
    states = np.full((len(rows), len(columns)), 9, np.int8)
    table = np.array([(first, first, last) for first, last in rows])
    stride_kernel.sensor_states(force, table, states)
    return states.tolist()


def test_a_sensor_is_dead_at_zero_stuck_at_one_value_and_alive_when_it_moves() -> None:
    """0 alive, 1 dead, 2 stuck; a change in the last row of a cycle counts, in the row after it not."""
    found = states_of(
        [
            [0, 0, 0, 0, 0, 0, 0, 0],
            [7, 7, 7, 7, 7, 7, 7, 7],
            [0, 0, 0, 1, 1, 1, 1, 0],
            [5, 5, 5, 5, 0, 0, 0, 0],
            [0, 0, 0, 0, 3, 3, 3, 3],
            [-1, -1, -1, -1, -1, -1, -1, 2],
        ],
        [(0, 4), (4, 8), (0, 3), (0, 5)],
    )
    assert found == [[1, 2, 0, 2, 1, 2], [1, 2, 0, 1, 2, 0], [1, 2, 1, 2, 1, 2], [1, 2, 0, 0, 0, 2]]
