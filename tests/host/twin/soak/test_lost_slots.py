"""Slots without a sample are counted from when samples were taken, and laid to what held the chip."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.twin.soak.lost_slots import HELD, UNKNOWN, held_by_cause, lost_by_cause, slots_of
from plantigrade.twin.soak.proof import NOTE

ERASE, PROGRAM = 0, 1


class Notes:
    """What the notes of a board say; of a `Board` only this is asked."""

    def __init__(self, folder: Path, taken_us: list[int], held: list[tuple[int, int, int]]) -> None:
        truth = folder / "sampled-1.bin"
        np.array([(us, 0, 0) for us in taken_us], NOTE).tofile(truth)
        np.array(held, HELD).tofile(self.held_of(truth))
        self.boots = [(1, truth)]
        self.causes = {(truth, ERASE): "flash_erase", (truth, PROGRAM): "flash_program"}

    @staticmethod
    def held_of(truth: Path) -> Path:
        return truth.with_name("held-1.bin")


def every(period_ms: int, *without_ms: int) -> list[int]:
    """Samples for 200 ms, but for some."""
    return [ms * 1000 for ms in range(10, 210, period_ms) if ms not in without_ms]


CASES: dict[str, tuple[list[int], list[tuple[int, int, int]], dict[str, int]]] = {
    "nothing was lost": (every(10), [], {}),
    "an erase": (every(10, 50, 60, 70, 80), [(45_000, 45_000, ERASE)], {"flash_erase": 4}),
    "the longer of two": (
        every(10, 50, 60, 70, 80),
        [(41_000, 700, PROGRAM), (45_000, 45_000, ERASE)],
        {"flash_erase": 4},
    ),
    "each its own": (
        every(10, 50, 60, 120),
        [(45_000, 22_000, ERASE), (115_000, 12_000, PROGRAM)],
        {"flash_erase": 2, "flash_program": 1},
    ),
    "nothing held the chip": (every(10, 50), [(100_000, 5_000, ERASE)], {UNKNOWN: 1}),
    "late, and still in its slot": ([10_000, 27_400, 30_000, 40_000], [], {}),
    "late into the next slot": ([10_000, 28_000, 40_000], [(15_000, 13_000, ERASE)], {"flash_erase": 1}),
    "fewer than two samples": ([10_000], [], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_lost_slots_and_their_causes(tmp_path: Path, name: str) -> None:
    taken_us, held, expected = CASES[name]
    assert lost_by_cause(Notes(tmp_path, taken_us, held)) == expected  # pyright: ignore[reportArgumentType]


def test_the_time_that_each_cause_took(tmp_path: Path) -> None:
    notes = Notes(
        tmp_path, every(10), [(0, 45_000, ERASE), (90_000, 44_600, ERASE), (150_000, 2_400, PROGRAM)]
    )
    assert held_by_cause(notes) == {  # pyright: ignore[reportArgumentType]
        "flash_erase": (2, 90),
        "flash_program": (1, 2),
    }


def test_a_first_sample_that_was_rounded_up_moves_no_other() -> None:
    """The slot begins at 9 999; a sample a quarter of a slot early still is that slot's."""
    taken_us = np.array([10_000, 19_999, 29_999, 37_499, 50_000])
    assert slots_of(taken_us).tolist() == [0, 1, 2, 3, 4]
