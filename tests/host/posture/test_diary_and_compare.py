"""Diary and comparison: honest statistics that say when they cannot know."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.before_after import compare
from plantigrade.posture.diary.diary import QUESTIONS, BodySite, Entry, relations, spearman
from scipy import stats

from tests.host.posture.kit import columns

FIRST = date(2026, 1, 1)


def entries(scores: list[int], place: BodySite = BodySite.KNEE) -> list[Entry]:
    start = datetime(2026, 1, 1, 20, tzinfo=UTC)
    return [Entry(start + timedelta(days=i), place, score) for i, score in enumerate(scores)]


def daily(values: list[float]) -> dict[date, float]:
    return {FIRST + timedelta(days=i): value for i, value in enumerate(values)}


def test_a_strong_relation_is_found_without_claiming_a_cause():
    steps = np.random.default_rng(1).uniform(2000, 12000, 40)
    scores = np.clip(np.round(steps / 1500), 0, 10).astype(int).tolist()
    (relation,) = relations(entries(scores), BodySite.KNEE, {"steps": daily(steps.tolist())})
    assert relation.rho is not None
    assert relation.low is not None
    assert relation.rho > 0.9
    assert relation.low > 0
    assert "This cannot tell" in relation.words


def test_too_few_days_and_no_variation_are_said():
    (few,) = relations(entries([3, 4, 5] * 3), BodySite.KNEE, {"steps": daily([1000.0] * 9)})
    assert few.rho is None
    assert "too early to say" in few.words
    assert "known on 9 days, 14 are needed" in few.words
    (flat,) = relations(entries([3] * 30), BodySite.KNEE, {"steps": daily(list(range(30)))})
    assert flat.rho is None
    assert "hardly changed" in flat.words


def test_unrelated_diaries_are_rarely_called_related():
    wrong = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        pain = np.clip(np.round(4 + np.convolve(draw.normal(0, 2, 44), np.ones(5) / 5, "valid")), 0, 10)
        loads = {
            metric: daily(np.convolve(draw.normal(0, 1, 42), np.ones(3) / 3, "valid").tolist())
            for metric in QUESTIONS[BodySite.KNEE]
        }
        found = relations(entries(pain.astype(int).tolist()), BodySite.KNEE, loads, seed)
        assert all(relation.questions == 3 for relation in found)
        wrong += any(r.low is not None and r.high is not None and not r.low <= 0 <= r.high for r in found)
    assert wrong <= 6


def test_only_the_questions_fixed_beforehand_are_asked():
    everything = {name: daily(list(range(30))) for name in ("steps", "standing_h", "shoe_colour")}
    scores = [i % 7 for i in range(30)]
    asked = {
        r.metric for r in relations(entries(scores, BodySite.LOWER_BACK), BodySite.LOWER_BACK, everything)
    }
    assert asked == {"standing_h"}


@given(st.lists(st.integers(0, 5), min_size=3, max_size=30), st.integers(0, 100))
def test_rank_correlation_is_scipys(values: list[int], seed: int):
    a = np.array(values, float)
    b = np.random.default_rng(seed).integers(0, 4, len(values)).astype(float)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        assert spearman(a, b) == 0
    else:
        assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": 11},
        {"score": -1},
        {"side": "up"},
        {"at": datetime(2026, 1, 1)},
        {"note": "x" * 2000},
    ],
)
def test_a_diary_entry_that_makes_no_sense_is_refused(wrong: dict):
    good = {"at": datetime(2026, 1, 1, tzinfo=UTC), "place": BodySite.KNEE, "score": 3}
    Entry(**good)
    with pytest.raises(PlantigradeError):
        Entry(**(good | wrong))


def session(mean: float, seed: int) -> list:
    return [columns(foot, seed=seed, noise=0.05, force_arch_index=mean) for foot in Foot]


def sessions(mean: float, between: float, count: int, seed: int) -> list[list]:
    draw = np.random.default_rng(seed)
    return [session(mean + between * draw.standard_normal(), 1000 * seed + i) for i in range(count)]


@pytest.mark.parametrize("paired", [False, True])
def test_the_interval_holds_the_true_difference_as_often_as_it_says(paired: bool):
    held = 0
    for seed in range(100):
        before = sessions(0.30, 0.02, 5, 2 * seed)
        after = sessions(0.25, 0.02, 5, 2 * seed + 1)
        (left, _) = compare(before, after, ["force_arch_index"], paired=paired)
        assert left.low is not None
        assert left.high is not None
        held += left.low <= -0.05 <= left.high
    assert 92 <= held <= 100


def test_a_clear_change_is_one_plain_sentence():
    (left, _) = compare(sessions(0.30, 0.004, 6, 1), sessions(0.22, 0.004, 6, 2), ["force_arch_index"])
    assert left.words.startswith("The share of load on the middle of the foot (left foot) fell by -0.0")
    assert left.difference == pytest.approx(-0.08, abs=0.01)


def test_small_changes_are_held_against_what_ordinary_days_differ_by():
    (left, _) = compare(sessions(0.300, 0.001, 8, 1), sessions(0.292, 0.001, 8, 2), ["force_arch_index"])
    assert "less than the 0.028 by which we assume" in left.words
    assert left.minimal_change is not None
    assert "assumed" in left.minimal_change.source


def test_chance_is_called_chance():
    (left, _) = compare(sessions(0.30, 0.02, 4, 1), sessions(0.30, 0.02, 4, 2), ["force_arch_index"])
    assert "did not clearly change" in left.words
    (single, _) = compare([session(0.3, 1)], [session(0.2, 2)], ["force_arch_index"])
    assert single.low is None
    assert "cannot tell a change from chance" in single.words


def test_pairs_of_unequal_number_are_refused():
    with pytest.raises(PlantigradeError, match="as many sessions"):
        compare([session(0.3, 1)], [session(0.3, 1)] * 2, ["force_arch_index"], paired=True)
    with pytest.raises(PlantigradeError, match="at least one"):
        compare([], [session(0.3, 1)], ["force_arch_index"])
