"""Time stamps beside the instants that a board has noted: distances by hand, and what is marked."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import ids
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.twin.soak.proof import NOTE
from plantigrade.twin.soak.time_stamps import TimeStamps, check_time_stamps

MARKED = ids.STATUS_OFF_GRID
START_US = 1_000_000


@dataclass
class Board:
    """What a board has noted."""

    boots: list[tuple[int, Path]]


def board(folder: Path, taken_us: list[int]) -> Board:
    notes = np.zeros(len(taken_us), NOTE)
    notes["device_us"] = taken_us
    path = folder / "sampled"
    notes.tofile(path)
    return Board([(3, path)])


def frames(stamps_us: list[int], status: list[int], slots: list[int]) -> FootFrames:
    count = len(stamps_us)
    return FootFrames(
        seq=np.arange(count, dtype=np.int64),
        slots=np.array(slots, np.uint8),
        boot=np.full(count, 3, np.uint16),
        status=np.array(status, np.uint16),
        device_us=np.array(stamps_us, np.int64),
        host_ns=np.zeros(count, np.int64),
        uncertainty_us=np.zeros(count, np.int32),
        counts=np.zeros((count, 16), np.uint16),
    )


def check(folder: Path, off_us: list[int], status: list[int]) -> TimeStamps:
    """One frame a slot, each sample so far from its time."""
    stamps = [START_US + 10_000 * i for i in range(len(off_us))]
    taken = [stamp + off for stamp, off in zip(stamps, off_us, strict=True)]
    return check_time_stamps(board(folder, taken), frames(stamps, status, [1] * len(stamps)))  # pyright: ignore[reportArgumentType]


def test_the_largest_distance_counts_to_either_side(tmp_path: Path) -> None:
    found = check(tmp_path, [0, 120, -480, 300], [0] * 4)
    assert found == TimeStamps(samples=4, off_us=480, unmarked_off_us=480, off=0, marked=0)
    assert found.honest


def test_a_marked_sample_may_be_far_off(tmp_path: Path) -> None:
    found = check(tmp_path, [0, 6200, -2300, 90], [0, MARKED, MARKED | 64, 0])
    assert found == TimeStamps(samples=4, off_us=6200, unmarked_off_us=90, off=2, marked=2)
    assert found.honest


@pytest.mark.parametrize("off_us", [501, -501, 7000])
def test_one_that_is_far_off_and_not_marked_is_found(tmp_path: Path, off_us: int) -> None:
    found = check(tmp_path, [0, off_us, 0], [MARKED, 0, 0])
    assert not found.honest
    assert found.unmarked_off_us == abs(off_us)


def test_every_sample_of_a_mean_counts(tmp_path: Path) -> None:
    taken = [START_US + 10_000 * i for i in range(10)]
    taken[7] += 4000
    found = check_time_stamps(
        board(tmp_path, taken),  # pyright: ignore[reportArgumentType]
        frames([START_US], [0], [10]),
    )
    assert found == TimeStamps(samples=10, off_us=4000, unmarked_off_us=4000, off=1, marked=0)
