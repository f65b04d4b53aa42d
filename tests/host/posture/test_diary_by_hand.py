"""Pain and load: ranks, correlation, effective days, interval and sentences, by hand and by SciPy."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from plantigrade.posture.diary import diary
from plantigrade.posture.diary.diary import BodySite, Entry, Relation, daily_worst, relations, spearman
from scipy import stats

FIRST = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def entries(scores: Sequence[int], place: BodySite = BodySite.OTHER) -> list[Entry]:
    return [Entry(NOON + timedelta(days=i), place, score) for i, score in enumerate(scores)]


def daily(values: Sequence[float]) -> dict[date, float]:
    return {FIRST + timedelta(days=i): value for i, value in enumerate(values)}


def relation(scores: Sequence[int], steps: Sequence[float], seed: int = 0) -> Relation:
    (one,) = relations(entries(scores), BodySite.OTHER, {"steps": daily(steps)}, seed)
    return one


@pytest.mark.worked_example("rho")
@pytest.mark.parametrize(
    ("a", "b", "rho"),
    [
        ([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], 1.0),
        ([1, 2, 3, 4, 5], [9, 7, 5, 3, 1], -1.0),
        (
            [106, 86, 100, 101, 99],
            [7, 0, 27, 50, 28],
            0.3,
        ),  # 1 - 6 x (9 + 1 + 4) / 120
        ([1, 2, 2, 4], [1, 2, 3, 4], 0.948683),  # ranks 1, 2.5, 2.5, 4: 4.5 / sqrt(4.5 x 5)
        ([3, 3, 3, 3], [1, 2, 3, 4], 0.0),
        ([1, 2, 3, 4], [3, 3, 3, 3], 0.0),
    ],
)
def test_rank_correlation(a: list[float], b: list[float], rho: float):
    assert spearman(np.array(a, float), np.array(b, float)) == pytest.approx(rho, abs=1e-6)


def test_the_worst_score_of_a_day_in_the_time_of_the_entry_counts():
    east = timezone(timedelta(hours=5))
    late = datetime(2026, 1, 2, 1, tzinfo=east)  # still the first of January in Greenwich
    stored = [
        Entry(NOON, BodySite.KNEE, 4),
        Entry(NOON + timedelta(hours=2), BodySite.KNEE, 7),
        Entry(NOON + timedelta(hours=4), BodySite.KNEE, 5),
        Entry(NOON, BodySite.HIP, 9),
        Entry(late, BodySite.KNEE, 0),
    ]
    assert daily_worst(stored, BodySite.KNEE) == {FIRST: 7, date(2026, 1, 2): 0}
    assert daily_worst(stored, BodySite.SHIN) == {}


@pytest.mark.worked_example("effective_days")
def test_days_that_resemble_the_days_before_count_for_less():
    """1, 2, 3, 4: autocorrelation at one day 1.25 / 5 = 1/4: 4 / (1 + 2 / 16) = 3.5556."""
    rising = np.array([1.0, 2.0, 3.0, 4.0])
    assert diary._effective_days(rising, rising) == pytest.approx(3.555556, rel=1e-6)
    assert diary._effective_days(rising, np.array([1.0, 4.0, 1.0, 4.0])) == 4.0, "opposed days count in full"
    # A fortnight and two days of one, as many of the other: (32 - 3k) / 32 at k days, up to a week:
    # (29^2 + 26^2 + 23^2 + 20^2 + 17^2 + 14^2 + 11^2) / 1024 = 2.980469: 32 / (1 + 5.960938).
    halves = np.repeat([1.0, 3.0], 16)
    assert diary._effective_days(halves, -halves) == pytest.approx(4.597082, rel=1e-6)
    # Of 13 days a third are four: x = -6 ... 6, 182: 140, 99, 60, 24 (lags 1 to 4).
    line = np.arange(13.0)
    expected = 13 / (1 + 2 * (140**2 + 99**2 + 60**2 + 24**2) / 182**2)
    assert diary._effective_days(line, line) == pytest.approx(expected, rel=1e-9)


CYCLE = [0, 3, 1, 2] * 4


@pytest.mark.worked_example("rho", "low", "high")
def test_the_interval_of_pain_that_follows_the_steps_exactly():
    """Sixteen days in a cycle of four: autocorrelations -0.7625, 0.525, -0.6375, 0.75, -0.5625 up to a third.

    Squares 2.142344: 3.03 effective days, of which at least five are believed. Resampling finds no spread, so
    1.03 / sqrt(2) = 0.728320. Fisher's z of 0.999 is 3.800201, t with three degrees of freedom 3.182446:
    tanh(3.800201 -+ 2.317839).
    """
    one = relation(CYCLE, [1000.0 * score for score in CYCLE])
    assert (one.days, one.questions) == (16, 1)
    assert one.rho == pytest.approx(1.0)
    assert one.low == pytest.approx(0.901909, abs=2e-6)
    assert one.high == pytest.approx(0.999990, abs=1e-6)
    opposite = relation(CYCLE, [-1000.0 * score for score in CYCLE])
    assert (opposite.rho, opposite.low, opposite.high) == pytest.approx(
        (-1.0, -0.999990, -0.901909), abs=2e-6
    )


def test_several_questions_widen_each_interval():
    """Three questions: t at 1 - 0.025 / 3 = 0.991667 with three degrees of freedom is 4.856657."""
    steps = daily([1000.0 * score for score in CYCLE])
    asked = {"steps": steps, "loading_rate_bw_per_s": steps, "force_arch_index": steps, "standing_h": steps}
    found = relations(entries(CYCLE, BodySite.KNEE), BodySite.KNEE, asked)
    assert [(one.metric, one.questions) for one in found] == [
        ("steps", 3),
        ("loading_rate_bw_per_s", 3),
        ("force_arch_index", 3),
    ]
    assert all(one.low == pytest.approx(0.257100, abs=2e-6) for one in found)


def witness(pain: np.ndarray, load: np.ndarray, seed: int, asked: int) -> tuple[float, float]:
    """The interval with SciPy's ranks, correlations and quantiles, one resampled diary after the other."""
    n = len(pain)
    x, y = stats.rankdata(pain), stats.rankdata(load)
    a, b = x - x.mean(), y - y.mean()
    of_a, of_b = np.correlate(a, a, "full")[n - 1 :], np.correlate(b, b, "full")[n - 1 :]
    alike = [of_a[k] * of_b[k] / (of_a[0] * of_b[0]) for k in range(1, min(7, n // 3) + 1)]
    effective = max(n / (1 + 2 * sum(max(one, 0.0) for one in alike)), 5.0)
    starts = np.random.default_rng(seed).integers(0, n, (2000, int(np.ceil(n / 4))))
    z = []
    for blocks in starts:
        picked = [(start + i) % n for start in blocks for i in range(4)][:n]
        varies = np.ptp(x[picked]) > 0 and np.ptp(y[picked]) > 0
        rho = np.corrcoef(x[picked], y[picked])[0, 1] if varies else 0.0
        z.append(np.arctanh(np.clip(rho, -0.999, 0.999)))
    spread = max(float(np.std(z, ddof=1)), 1.03 / np.sqrt(effective - 3))
    centre = np.arctanh(np.clip(stats.spearmanr(pain, load).statistic, -0.999, 0.999))
    reach = stats.t.ppf(1 - 0.025 / asked, effective - 2) * spread
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def alike_days(n: int, seed: int, alike: int) -> tuple[list[int], list[float]]:
    """Pain and load of days of which so many in a row resemble each other."""
    draw = np.random.default_rng(seed)
    smooth = np.convolve(draw.normal(0, 1, n + alike - 1), np.ones(alike) / alike, "valid")
    pain = np.clip(np.round(4 + 2 * smooth + draw.normal(0, 1.5, n)), 0, 10)
    return pain.astype(int).tolist(), (smooth * 3000 + 8000).tolist()


@pytest.mark.parametrize(("n", "seed", "alike"), [(14, 8, 1), (15, 17, 4), (30, 12, 5), (30, 5, 3)])
def test_intervals_are_those_of_scipy(n: int, seed: int, alike: int):
    """In all but the last the spread of the resampled diaries is the larger one."""
    pain, load = alike_days(n, seed, alike)
    one = relation(pain, load, seed)
    assert one.rho == pytest.approx(stats.spearmanr(pain, load).statistic, abs=1e-12)
    assert (one.low, one.high) == pytest.approx(witness(np.array(pain), np.array(load), seed, 1), abs=1e-6)


def test_the_seed_of_the_resampling_is_nought_unless_asked_for():
    pain, load = alike_days(20, 18, 1)
    (unasked,) = relations(entries(pain), BodySite.OTHER, {"steps": daily(load)})
    assert unasked == relation(pain, load, 0)
    assert unasked.low != relation(pain, load, 1).low


@pytest.mark.parametrize(
    ("scores", "steps", "known"),
    [
        ([0, 5] * 7, [1.0, 2.0, 3.0, 4.0] * 4, True),  # fourteen days, four loads, two scores
        ([0, 5] * 7, [1.0, 2.0, 3.0] * 5, False),
        ([5] * 14, [1.0, 2.0, 3.0, 4.0] * 4, False),
        ([0, 5] * 7, [1.0, 2.0, 3.0, 4.0] * 3 + [1.0], False),  # thirteen days have both
        ([0, 5] * 7, [1.0, 2.0, 3.0, 4.0] * 3 + [1.0, np.nan], False),
        ([0, 5] * 7, [1.0, 2.0, 3.0, 4.0] * 3 + [1.0, np.inf], False),
    ],
)
def test_fourteen_days_four_loads_and_two_scores_are_needed(
    scores: list[int], steps: list[float], known: bool
):
    one = relation(scores, steps)
    assert ((one.rho is not None), (one.low is not None), (one.high is not None)) == (known, known, known)
    assert one.days == min(len(scores), int(np.isfinite(steps).sum()))


def text(**changed: object) -> str:
    given = {
        "place": BodySite.LOWER_BACK,
        "metric": "standing_h",
        "days": 20,
        "rho": 0.5,
        "low": 0.1,
        "high": 0.8,
    }
    one = Relation(**(given | {"questions": 1, "words": ""} | changed))
    return diary._say(one, diary.catalogue("en"))


NUMBERS = "rank correlation +0.50, +0.10 to +0.80, 20 days"
CAUSES = "This cannot tell which causes which, or whether a third thing causes both."


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, f"On days with more lower back pain, the time spent standing was higher ({NUMBERS}). {CAUSES}"),
        (
            {"rho": -0.5, "low": -0.8, "high": -0.1},
            "On days with more lower back pain, the time spent standing was lower (rank correlation -0.50, "
            f"-0.80 to -0.10, 20 days). {CAUSES}",
        ),
        (
            {"low": 0.0},
            "No clear link of lower back pain with the time spent standing (rank correlation +0.50, +0.00 to "
            "+0.80, 20 days).",
        ),
        (
            {"rho": -0.5, "low": -0.8, "high": 0.0},
            "No clear link of lower back pain with the time spent standing (rank correlation -0.50, -0.80 to "
            "+0.00, 20 days).",
        ),
        (
            {"rho": None, "low": None, "high": None, "days": 13},
            "It is too early to say whether lower back pain goes with the time spent standing: both are "
            "known on 13 days, 14 are needed.",
        ),
        (
            {"rho": None, "low": None, "high": None, "days": 14},
            "It is unknown whether lower back pain goes with the time spent standing: one of them hardly "
            "changed in 14 days.",
        ),
        ({"metric": "x_y"}, f"On days with more lower back pain, x_y was higher ({NUMBERS}). {CAUSES}"),
    ],
)
def test_the_answer_is_a_sentence(changed: Mapping[str, object], sentence: str):
    assert text(**changed) == sentence
