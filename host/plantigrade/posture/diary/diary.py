"""A diary of symptoms, and whether they go along with load: one honest test for each question.

The relation of daily pain (0 to 10) with a daily value is measured by Spearman's rank correlation. Its
interval comes from a moving-block bootstrap (blocks of four days, because pain today resembles pain
yesterday). Questions are fixed before looking (`QUESTIONS`); asking several, the intervals are widened to
hold together (Bonferroni). With fewer than 14 days, or hardly any variation, the answer is that it cannot be
said. A day without an entry is not known, so days without pain are entered with 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from plantigrade.array_types import F64
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.posture.baseline.t_distribution import t_quantile
from plantigrade.posture.json_file import read_values, write_values
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.posture.settings import (
    BLOCK_DAYS,
    DIARY_MIN_DAYS,
    FISHER_LOST_DAYS,
    HIGHEST_SCORE,
    LAG_PARTS,
    LARGEST_CORRELATION,
    LEAST_INDEPENDENT_DAYS,
    LONGEST_LAG,
    LONGEST_NOTE,
    MIN_DIFFERENT,
    RANK_FACTOR,
    RESAMPLES,
    SMALLEST_NORM,
    TAIL,
)

SCHEMA = "plantigrade.diary/1"


class BodySite(Enum):
    """Where it hurts."""

    FOOT = "foot"
    ANKLE = "ankle"
    SHIN = "shin"
    KNEE = "knee"
    HIP = "hip"
    LOWER_BACK = "lower-back"
    OTHER = "other"


@dataclass(frozen=True)
class Entry:
    """One line of the diary.

    Attributes:
        at: when, with time zone.
        place: where.
        side: `left`, `right`, `both` or empty.
        score: 0 no pain to 10 the worst imaginable.
        note: in the person's words.
    """

    at: datetime
    place: BodySite
    score: int
    side: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise PlantigradeError("a diary entry needs a time with its time zone")
        if not 0 <= self.score <= HIGHEST_SCORE:
            raise PlantigradeError(f"pain is given from 0 to 10, not {self.score}")
        if self.side not in ("", "left", "right", "both"):
            raise PlantigradeError(f"the side is left, right or both, not {self.side!r}")
        if len(self.note) > LONGEST_NOTE:
            raise PlantigradeError(f"a note has at most {LONGEST_NOTE} characters")


def as_json(entry: Entry) -> dict[str, Any]:
    """An entry as `save_diary` writes it."""
    at = entry.at.isoformat(timespec="minutes")
    side, place = entry.side, entry.place.value
    return {"at": at, "place": place, "side": side, "score": entry.score, "note": entry.note}


def save_diary(path: Path, entries: Sequence[Entry]) -> None:
    """Write a diary as JSON, in the order of its times; whole or not at all, for the owner alone.

    Raises:
        FileError: it cannot be written.
    """
    listed = [as_json(entry) for entry in sorted(entries, key=lambda entry: entry.at)]
    write_values(path, SCHEMA, {"entries": listed})


def load_diary(path: Path) -> list[Entry]:
    """Read what `save_diary` wrote.

    Raises:
        FileError: missing, not JSON, another schema or an entry that makes no sense.
    """
    values = read_values(path, SCHEMA, "a diary")
    try:
        return [entry_from(item) for item in values["entries"]]
    except (KeyError, TypeError, ValueError, PlantigradeError) as error:
        raise FileError(path, f"holds an entry that makes no sense: {error}") from error


def entry_from(item: Mapping[str, Any]) -> Entry:
    """An entry of its document.

    Raises:
        KeyError, TypeError, ValueError, PlantigradeError: it makes no sense.
    """
    at = datetime.fromisoformat(item["at"])
    return Entry(at, BodySite(item["place"]), int(item["score"]), str(item["side"]), str(item["note"]))


QUESTIONS: Mapping[BodySite, tuple[str, ...]] = {
    BodySite.FOOT: ("steps", "standing_h", "forefoot_pti_bw"),
    BodySite.ANKLE: ("steps", "ml_index_forefoot"),
    BodySite.SHIN: ("steps", "loading_rate_bw_per_s"),
    BodySite.KNEE: ("steps", "loading_rate_bw_per_s", "force_arch_index"),
    BodySite.HIP: ("steps", "standing_h", "load_asymmetry_pct"),
    BodySite.LOWER_BACK: ("standing_h", "longest_still_min", "load_asymmetry_pct"),
    BodySite.OTHER: ("steps",),
}
"""Daily values that a place is asked about, fixed beforehand."""


@dataclass(frozen=True)
class Relation:
    """Answer to one question.

    Attributes:
        place, metric: the question.
        days: days that have both.
        rho: Spearman's correlation; None when it cannot be said.
        low, high: its interval, widened for the number of questions; None when it cannot be said.
        questions: how many were asked together.
        words: the answer as a sentence.
    """

    place: BodySite
    metric: str
    days: int
    rho: float | None
    low: float | None
    high: float | None
    questions: int
    words: str


def daily_worst(entries: Sequence[Entry], place: BodySite) -> dict[date, int]:
    """The worst score of each day at a place."""
    worst: dict[date, int] = {}
    for entry in entries:
        if entry.place is place:
            day = entry.at.date()
            worst[day] = max(worst.get(day, 0), entry.score)
    return worst


def relations(
    entries: Sequence[Entry],
    place: BodySite,
    daily: Mapping[str, Mapping[date, float]],
    seed: int = 0,
    language: str = "en",
) -> list[Relation]:
    """The fixed questions about a place.

    Args:
        entries: of the diary.
        place: asked about.
        daily: metric to day to value.
        seed: of the bootstrap.
        language: of the words.
    """
    worst = daily_worst(entries, place)
    asked = [metric for metric in QUESTIONS[place] if metric in daily]
    found = [_relate(place, metric, worst, daily[metric], len(asked), seed) for metric in asked]
    return [replace(relation, words=_say(relation, catalogue(language))) for relation in found]


def _relate(
    place: BodySite,
    metric: str,
    worst: Mapping[date, int],
    values: Mapping[date, float],
    asked: int,
    seed: int,
) -> Relation:
    days = sorted(set(worst) & {day for day, value in values.items() if np.isfinite(value)})
    pain = np.array([worst[day] for day in days], np.float64)
    load = np.array([values[day] for day in days], np.float64)
    if (
        len(days) < DIARY_MIN_DAYS
        or min(len(set(load.tolist())), 2 * len(set(pain.tolist()))) < MIN_DIFFERENT
    ):
        return Relation(place, metric, len(days), None, None, None, asked, "")
    low, high = _interval(pain, load, asked, seed)
    return Relation(place, metric, len(days), spearman(pain, load), low, high, asked, "")


def _say(relation: Relation, texts: Catalogue) -> str:
    """The answer as a sentence or two."""
    text: dict[str, object] = {
        "place": texts.places[relation.place.value],
        "what": texts.metrics.get(relation.metric, relation.metric),
        "days": relation.days,
        "needed": DIARY_MIN_DAYS,
    }
    if relation.rho is None or relation.low is None or relation.high is None:
        return texts.diary["few" if relation.days < DIARY_MIN_DAYS else "flat"].format(**text)
    rho, low, high = (
        f"{value:+.2f}".replace(".", texts.diary["decimal"])
        for value in (relation.rho, relation.low, relation.high)
    )
    text["numbers"] = texts.diary["numbers"].format(rho=rho, low=low, high=high, days=relation.days)
    if relation.low <= 0 <= relation.high:
        return texts.diary["none"].format(**text)
    return texts.diary["more" if relation.rho > 0 else "less"].format(**text)


def spearman(a: F64, b: F64) -> float:
    """Rank correlation with mean ranks for ties; 0 where one does not vary."""
    x, y = _ranks(a), _ranks(b)
    x, y = x - x.mean(), y - y.mean()
    norm = float(np.sqrt(x @ x) * np.sqrt(y @ y))
    return float(x @ y) / norm if norm > 0 else 0.0


def _ranks(values: F64) -> F64:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts).astype(np.float64)
    return (ends - 0.5 * (counts - 1))[inverse]


def _interval(pain: F64, load: F64, asked: int, seed: int) -> tuple[float, float]:
    """Interval of the rank correlation by Fisher's z, for all questions together.

    The spread is the larger of the block bootstrap's and of Fisher's own for the effective number of days:
    days that resemble the ones before count for less (Bartlett: n / (1 + 2 sum of the products of both
    autocorrelations)).
    """
    x, y = _ranks(pain), _ranks(load)
    independent = max(_effective_days(x, y), LEAST_INDEPENDENT_DAYS)
    own = RANK_FACTOR / float(np.sqrt(independent - FISHER_LOST_DAYS))
    spread = max(_bootstrap_spread(x, y, seed), own)
    centre = float(np.arctanh(np.clip(spearman(pain, load), -LARGEST_CORRELATION, LARGEST_CORRELATION)))
    reach = t_quantile(1 - TAIL / max(asked, 1), independent - 2.0) * spread
    return float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def _effective_days(x: F64, y: F64) -> float:
    n = len(x)
    a, b = x - x.mean(), y - y.mean()
    total = 0.0
    for lag in range(1, min(LONGEST_LAG, n // LAG_PARTS) + 1):
        product = float(a[lag:] @ a[:-lag]) * float(b[lag:] @ b[:-lag]) / (float(a @ a) * float(b @ b))
        total += max(product, 0.0)
    return n / (1.0 + 2.0 * total)


def _bootstrap_spread(x: F64, y: F64, seed: int) -> float:
    """SD of Fisher's z over resampled blocks of days."""
    n = len(x)
    draw = np.random.default_rng(seed)
    blocks = -(-n // BLOCK_DAYS)
    starts = draw.integers(0, n, (RESAMPLES, blocks))
    rows = ((starts[:, :, None] + np.arange(BLOCK_DAYS)) % n).reshape(RESAMPLES, -1)[:, :n]
    a, b = x[rows], y[rows]
    a = a - a.mean(axis=1, keepdims=True)
    b = b - b.mean(axis=1, keepdims=True)
    norm = np.sqrt(np.sum(a * a, axis=1) * np.sum(b * b, axis=1))
    rho = np.sum(a * b, axis=1) / np.maximum(norm, SMALLEST_NORM)
    bounded = np.clip(rho, -LARGEST_CORRELATION, LARGEST_CORRELATION)
    return float(np.arctanh(bounded).std(ddof=1))
