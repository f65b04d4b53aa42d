"""How often "changed" is said of people whose orthotic does nothing, and of those whose works.

One value a day, drawn with days that resemble each other, weekends, drifts and trends. Bounds are those that
a share of 5 % (or 80 %) keeps in all but one of a thousand runs; the seeds are fixed.
"""

from collections import Counter

import pytest
from plantigrade.posture.plans.verdict import Outcome
from scipy.stats import binom  # pyright: ignore[reportMissingTypeStubs]

from tests.host.posture.plans.days_kit import Drawn, verdict_after

PEOPLE = 60
MOST_OF_FIVE_PCT = int(binom.ppf(0.999, PEOPLE, 0.05))
LEAST_OF_EIGHTY_PCT = int(binom.ppf(0.001, PEOPLE, 0.80))


def outcomes(drawn: Drawn, weeks: int = 8) -> Counter[Outcome]:
    return Counter(verdict_after(drawn, seed, weeks).outcome for seed in range(PEOPLE))


@pytest.mark.parametrize(
    "drawn",
    [
        Drawn(),
        Drawn(spread=3.0),
        Drawn(spread=2.0, carried=0.7, memory=0.9),
        Drawn(weekend=2.0, recorded=0.5),
        Drawn(walk=1.0),
        Drawn(walk=0.5, before=21),
    ],
    ids=["plain", "wide", "days alike", "weekends", "drift", "drift, three weeks before"],
)
def test_what_does_nothing_is_hardly_ever_credited_with_a_change(drawn: Drawn):
    assert outcomes(drawn)[Outcome.CHANGED] <= MOST_OF_FIVE_PCT


@pytest.mark.parametrize("trend", [-2.0, -1.0, 1.0])
def test_a_trend_of_long_before_is_not_credited_to_the_plan(trend: float):
    found = outcomes(Drawn(trend=trend))
    assert found[Outcome.CHANGED] <= MOST_OF_FIVE_PCT
    assert found[Outcome.ALREADY_CHANGING] > 0


@pytest.mark.parametrize(
    "drawn",
    [Drawn(effect=2.0), Drawn(effect=2.0, spread=2.0), Drawn(effect=2.0, before=28, recorded=0.5)],
    ids=["plain", "wide", "half of the days"],
)
def test_twice_the_minimal_detectable_change_is_found(drawn: Drawn):
    assert outcomes(drawn)[Outcome.CHANGED] >= LEAST_OF_EIGHTY_PCT


def test_earlier_looks_are_stricter():
    """Ten days say little: after two weeks fewer are said to have changed than after eight."""
    drawn = Drawn(effect=2.0, spread=2.5)
    assert outcomes(drawn, 2)[Outcome.CHANGED] < outcomes(drawn, 8)[Outcome.CHANGED]
