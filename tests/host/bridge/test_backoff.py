"""Waits between attempts to connect."""

import random

import pytest
from plantigrade.bridge.backoff import Backoff


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(first_s=0.5, longest_s=8.0, jitter=0.0)
    assert [backoff.next_s() for _ in range(7)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_success_starts_over() -> None:
    backoff = Backoff(first_s=0.5, jitter=0.0)
    backoff.next_s()
    backoff.next_s()
    backoff.reset()
    assert backoff.next_s() == 0.5


@pytest.mark.parametrize("seed", range(5))
def test_jitter_only_ever_shortens_and_stays_within_its_share(seed: int) -> None:
    backoff = Backoff(first_s=1.0, longest_s=30.0, jitter=0.5, rng=random.Random(seed))
    waits = [backoff.next_s() for _ in range(12)]
    assert all(
        0.5 * bound <= wait <= bound for wait, bound in zip(waits, [1, 2, 4, 8, 16] + [30] * 7, strict=True)
    )
    assert len(set(waits)) == len(waits)


def test_a_night_out_of_reach_does_not_overflow() -> None:
    backoff = Backoff(jitter=0.0)
    assert [backoff.next_s() for _ in range(5000)][-1] == 30.0
