"""Hours without any wearing between two bursts: they take no memory, and what follows is judged as ever."""

import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.analysis.live.even_rows import EvenRows
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.gait.signals import Foot

from tests.host.analysis.live.test_later_foot import SECOND_NS, pressed_book, second

HOURS = 12
MOST_BYTES = 60_000_000
"""The rows of twelve hours of one foot alone would be 276 million bytes."""


def test_a_night_between_two_bursts_takes_no_memory() -> None:
    live = LiveWearer(WearerSetup(100.0, 700.0, book=pressed_book()))
    worn = [*range(60), *range(HOURS * 3600, HOURS * 3600 + 700)]
    raised: set[str] = set()
    tracemalloc.start()
    try:
        for number in worn:
            for foot in Foot:
                live.put(foot, second(number))
            found = live.step((number + 1) * SECOND_NS).alerts
            raised |= {alert.foot.value for alert in found if alert.rule == "sustained-pressure"}
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert raised == {"left", "right"}
    assert most < MOST_BYTES


@given(
    st.lists(st.integers(0, 20_000), min_size=1, max_size=40, unique=True).map(sorted),
    st.lists(st.integers(0, 25_000), min_size=1, max_size=8).map(sorted),
)
def test_rows_are_those_of_one_long_array(at: list[int], ends: list[int]) -> None:
    """Whenever they are taken: what was recorded stands in its row, and nothing stands elsewhere."""
    expected = np.full(ends[-1], np.nan, np.float32)
    recorded = [row for row in at if row < ends[-1]]
    expected[recorded] = recorded
    rows = EvenRows(100.0, 1)
    rows.add(np.array(at) / 100, np.array(at, np.float32)[:, None])
    taken = np.concatenate([rows.take(end)[:, 0] for end in ends])
    np.testing.assert_array_equal(taken, expected)  # element by element in C: there are up to 25 000
    assert rows.end == max(at[-1] + 1, ends[-1])
