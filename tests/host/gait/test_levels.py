"""Levels of the unloaded and of the loaded foot: which blocks teach them, and when they are given up.

A block is given by its lowest and highest force; the numbers beside each case are worked out by hand.
"""

from typing import Any

import numpy as np
import pytest
from plantigrade.gait import contact_kernel
from plantigrade.gait.foot import contact_config
from plantigrade.gait.levels import end_block, qualifies
from plantigrade.gait.settings import ContactSettings

CONFIG = contact_config(ContactSettings(), 100.0, 60.0, calibrated=True)
"""Steps range over 60 N and over ten times the mean difference between samples."""


@pytest.mark.parametrize(
    ("low", "high", "travel", "rows", "steps"),
    [
        (0.0, 60.0, 0.0, 200, True),
        (0.0, 59.999, 0.0, 200, False),
        (40.0, 100.0, 0.0, 200, True),
        (41.0, 100.0, 0.0, 200, False),
        (-30.0, 30.0, 0.0, 200, True),
        (0.0, 100.0, 1999.0, 200, True),  # mean difference 9.995 N
        (0.0, 100.0, 2000.0, 200, False),  # 10 N: just a tenth of the range
        (0.0, 100.0, 999.0, 100, True),
        (0.0, 100.0, 1000.0, 100, False),
        (0.0, 100.0, 0.0, 2, True),
        (0.0, 100.0, 0.0, 1, False),
    ],
)
def test_a_block_looks_like_steps_by_its_range_and_its_quiet(
    low: float, high: float, travel: float, rows: int, steps: bool
) -> None:
    assert bool(qualifies(CONFIG[0], low, high, travel, rows)) is steps


class Learner:
    """Blocks in, levels out."""

    def __init__(self) -> None:
        self.state = np.zeros(1, contact_kernel.STATE)

    def end(self, low: float, high: float, *, travel: float = 0.0) -> None:
        """One block of 200 samples ends."""
        st = self.state[0]
        st.low, st.high, st.travel, st.rows = low, high, travel, 200
        end_block(st, CONFIG[0])

    def blocks(self, *pairs: tuple[float, float]) -> "Learner":
        for low, high in pairs:
            self.end(low, high)
        return self

    def __getitem__(self, name: str) -> Any:
        return self.state[name][0]

    @property
    def levels(self) -> tuple[float, float] | None:
        """Swing and stance level; None before they are known."""
        return (float(self["swing"]), float(self["stance"])) if self["learnt"] else None


def test_three_blocks_that_are_alike_teach_the_first_levels() -> None:
    """Medians of the lows 2, 0, 7 and of the highs 100, 110, 105."""
    learner = Learner().blocks((2.0, 100.0), (0.0, 110.0))
    assert learner.levels is None
    assert learner.blocks((7.0, 105.0)).levels == (2.0, 105.0)


@pytest.mark.parametrize(
    ("third", "levels"),
    [
        ((0.0, 59.99), None),  # not a step at all
        ((10.0, 70.0), (0.0, 100.0)),  # 60 % of 100 N
        ((10.0, 69.0), None),  # 59 N: below the least range
        ((0.0, 170.0), (0.0, 100.0)),
        ((0.0, 170.1), None),
        ((-70.0, 100.0), (0.0, 100.0)),
    ],
)
def test_alike_is_from_60_to_170_per_cent_of_the_second_widest(
    third: tuple[float, float], levels: tuple[float, float] | None
) -> None:
    assert Learner().blocks((0.0, 100.0), (0.0, 100.0), third).levels == levels


def test_the_widest_range_is_not_the_measure_of_the_others() -> None:
    """Ranges of 1000, 200, 120 and 119 N: second widest 200 N: 120 to 340 N are alike."""
    learner = Learner().blocks((0.0, 1000.0), (0.0, 200.0), (1.0, 121.0))
    assert learner.levels is None
    assert learner.blocks((2.0, 121.0)).levels is None
    assert learner.blocks((3.0, 203.0)).levels == (1.0, 200.0)  # 0, 1, 3 and 200, 121, 203


def test_blocks_that_are_not_alike_are_forgotten_once_the_levels_are_known() -> None:
    """Standing up (70 N) before walking: the next two blocks still leave a median of walking alone."""
    learner = Learner().blocks((500.0, 570.0), (0.0, 300.0), (4.0, 300.0))
    assert learner.levels is None
    assert learner.blocks((8.0, 320.0)).levels == (4.0, 300.0)
    assert learner.blocks((8.0, 320.0)).levels == (6.0, 310.0)  # 0 4 8 8, 300 300 320 320
    assert learner.blocks((8.0, 320.0)).levels == (8.0, 320.0)


def test_blocks_without_steps_teach_no_first_level() -> None:
    learner = Learner().blocks((0.0, 100.0), (0.0, 100.0))
    learner.end(0.0, 20.0)
    learner.end(0.0, 100.0, travel=5000.0)
    assert learner.levels is None and learner["block_count"] == 2
    assert learner.blocks((0.0, 100.0)).levels == (0.0, 100.0)


def test_while_nothing_is_learnt_only_the_last_five_blocks_are_compared() -> None:
    """Ranges in turn of 100, 400, 100, 400 N are never alike; the third 400 N within five is."""
    learner = Learner().blocks((0.0, 100.0), (1.0, 401.0), (2.0, 102.0), (3.0, 403.0), (4.0, 104.0))
    # second widest 400 N: only two of 240 to 680 N
    assert learner.levels is None
    assert learner.blocks((5.0, 405.0)).levels == (3.0, 403.0)


TAUGHT = ((10.0, 500.0), (20.0, 510.0), (30.0, 520.0))
"""Levels 20 and 510 N: a range of 490 N."""


def test_levels_are_medians_of_the_last_five_blocks() -> None:
    learner = Learner().blocks(*TAUGHT)
    assert learner.levels == (20.0, 510.0)
    assert learner.blocks((40.0, 530.0)).levels == (25.0, 515.0)
    assert learner.blocks((50.0, 540.0)).levels == (30.0, 520.0)
    assert learner.blocks((60.0, 550.0)).levels == (40.0, 530.0)  # 10 N is forgotten
    assert learner.blocks((70.0, 560.0)).levels == (50.0, 540.0)
    assert learner.blocks((0.0, 480.0)).levels == (50.0, 540.0)  # 40 50 60 70 0, 530 540 550 560 480


@pytest.mark.parametrize(
    ("block", "taken"),
    [
        ((20.0, 216.0), True),  # 196 N, 0.4 of 490 N
        ((20.0, 215.9), False),
        ((20.0, 1245.0), True),  # 1225 N, 2.5 times 490 N
        ((20.0, 1245.1), False),
    ],
)
def test_a_block_is_taken_from_0_4_to_2_5_times_the_range(block: tuple[float, float], taken: bool) -> None:
    learner = Learner().blocks(*TAUGHT, block)
    assert learner["block_count"] == (4 if taken else 3)
    assert learner["refused"] == (0 if taken else 1)
    assert (learner.levels == (20.0, 510.0)) is not taken


def test_three_wider_blocks_in_a_row_replace_the_levels() -> None:
    """The last of them is the new level; the walk is judged again from there."""
    learner = Learner().blocks(*TAUGHT, (0.0, 2000.0), (1.0, 2001.0))
    assert learner.levels == (20.0, 510.0) and learner["reset"] == 0
    learner.blocks((2.0, 2002.0))
    assert learner.levels == (2.0, 2002.0)
    assert (learner["reset"], learner["refused"], learner["block_count"]) == (1, 0, 1)
    assert learner.blocks((4.0, 2000.0)).levels == (3.0, 2001.0)


def test_thirty_narrower_blocks_in_a_row_replace_the_levels() -> None:
    learner = Learner().blocks(*TAUGHT, *[(100.0, 200.0)] * 29)
    assert learner.levels == (20.0, 510.0) and learner["refused"] == 29
    learner.blocks((101.0, 201.0))
    assert learner.levels == (101.0, 201.0)
    assert (learner["reset"], learner["refused"], learner["block_count"]) == (1, 0, 1)


def test_a_block_that_fits_starts_the_count_of_refused_ones_anew() -> None:
    learner = Learner().blocks(*TAUGHT, (0.0, 2000.0), (0.0, 2000.0), (20.0, 510.0), (0.0, 2000.0))
    assert learner["refused"] == 1 and learner["reset"] == 0
    learner.blocks((0.0, 2000.0), (0.0, 2000.0))
    assert learner["reset"] == 1 and learner.levels == (0.0, 2000.0)


@pytest.mark.parametrize(
    ("second", "count"),
    [((0.0, 3399.0), 2), ((0.0, 3400.0), 1), ((0.0, 1300.0), 2), ((500.0, 2499.0), 2)],
)
def test_refused_blocks_must_be_alike_themselves(second: tuple[float, float], count: int) -> None:
    """Between 0.6 and 1.7 times the range of the one before, 2000 N: both ends excluded."""
    assert Learner().blocks(*TAUGHT, (0.0, 2000.0), second)["refused"] == count


def test_a_refused_block_of_just_60_per_cent_is_not_alike() -> None:
    """3000 N, then 1800 N (60 %); beside 2900 N 1800 N would do."""
    assert Learner().blocks(*TAUGHT, (0.0, 3000.0), (0.0, 1800.0))["refused"] == 1
    assert Learner().blocks(*TAUGHT, (0.0, 2900.0), (0.0, 1800.0))["refused"] == 2


def test_each_refused_block_is_compared_with_the_one_just_before() -> None:
    """2000, 3000, 4500 N: each is 1.5 times the last, the third 2.25 times the first."""
    assert Learner().blocks(*TAUGHT, (0.0, 2000.0), (0.0, 3000.0), (0.0, 4500.0))["reset"] == 1
    learner = Learner().blocks(*TAUGHT, (0.0, 2000.0), (0.0, 8000.0), (0.0, 8000.0))
    assert learner["refused"] == 2 and learner["reset"] == 0


def test_a_foot_in_the_air_lets_the_swing_level_follow_drift() -> None:
    """Below 20 + 0.2 * 490 = 118 N: a fifth of the way from 20 to its lowest force, 70 N, is 10 N, and
    the range stays."""
    learner = Learner().blocks(*TAUGHT)
    learner.end(70.0, 117.0)
    assert learner.levels == (30.0, 520.0)
    learner.end(70.0, 127.0)  # up to 128 N now: 8 N on
    assert learner.levels == (38.0, 528.0)
    learner.end(-2.0, 40.0)
    assert learner.levels == (30.0, 520.0)


def test_a_foot_that_is_not_quite_unloaded_moves_no_level() -> None:
    learner = Learner().blocks(*TAUGHT)
    learner.end(70.0, 118.0)
    assert learner.levels == (20.0, 510.0)
    learner.end(400.0, 420.0)
    assert learner.levels == (20.0, 510.0)


def test_drift_moves_all_blocks_that_the_level_is_made_of() -> None:
    """Five blocks, one air phase of +10 N, then one more block: the median is of five moved ones but one."""
    learner = Learner().blocks(*TAUGHT, (40.0, 530.0), (50.0, 540.0))
    learner.end(80.0, 81.0)  # 30 + (80 - 30) / 5
    assert learner.levels == (40.0, 530.0)
    # lows 20 30 40 50 60, the oldest of them, 20, replaced by 0: median 40; highs 510 to 550, one now 490
    assert learner.blocks((0.0, 490.0)).levels == (40.0, 530.0)
    assert learner.blocks((0.0, 490.0)).levels == (40.0, 530.0)
    assert learner.blocks((0.0, 490.0)).levels == (0.0, 490.0)


def test_standing_with_steps_refused_leaves_their_count() -> None:
    """Blocks without the contrast of steps between refused ones do not start their count anew."""
    learner = Learner().blocks(*TAUGHT, (0.0, 2000.0), (500.0, 510.0), (0.0, 2000.0), (500.0, 510.0))
    assert learner["refused"] == 2
    assert learner.blocks((0.0, 2000.0))["reset"] == 1


def test_a_block_leaves_its_rows_and_travel_at_zero() -> None:
    learner = Learner()
    for travel in (5.0, 1e6):
        learner.end(0.0, 500.0, travel=travel)
        assert learner["rows"] == 0 and learner["travel"] == 0.0
