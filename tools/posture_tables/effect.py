"""Before and after: how often the interval of the difference holds the true effect of a virtual orthotic."""

from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.before_after import compare
from plantigrade.posture.rules_engine.features import median_of
from plantigrade.posture.settings import COMPARED_MIN_STRIDES
from plantigrade.twin.body import Condition
from plantigrade.twin.wearer import Wearer

from tools.posture_tables.sessions import session
from tools.posture_tables.table import Table, met, proportion

METRICS = ("force_arch_index", "ml_index_forefoot", "ml_index_heel", "push_off_bw", "stance_pct")
SESSIONS = 5
TRUTH_DAYS = 8
SECONDS = 50.0
BEFORE = (Condition("flat-foot", 2.0), Condition("pronation", 1.0))
AFTER = (Condition("flat-foot", 1.3), Condition("pronation", 0.4))
BAR = 0.93
Held = dict[tuple[str, Foot], bool]
"""Whether the interval of a value of a foot held the truth; not of values that were unknown on a side."""


def one_run(seed: int, paired: bool) -> Held:
    """Whether each metric's interval held the truth for one person.

    The truth is the person's own difference over many other days, measured by the same insoles: what the
    comparison would find if it went on for ever.
    """
    wearer = Wearer(seed)
    before = [session(wearer, 200 + i, BEFORE, SECONDS) for i in range(SESSIONS)]
    shift = 0 if paired else 50
    after = [session(wearer, 200 + shift + i, AFTER, SECONDS) for i in range(SESSIONS)]
    truth: dict[tuple[str, Foot], list[float]] = {(metric, foot): [] for metric in METRICS for foot in Foot}
    for day in range(TRUTH_DAYS):
        with_condition = {t.foot: t for t in session(wearer, 400 + day, AFTER, SECONDS)}
        without = {t.foot: t for t in session(wearer, 400 + day, BEFORE, SECONDS)}
        for metric, foot in truth:
            pair = with_condition[foot].of(metric), without[foot].of(metric)
            if min(len(values) for values in pair) >= COMPARED_MIN_STRIDES:
                truth[metric, foot].append(median_of(pair[0]) - median_of(pair[1]))
    held: Held = {}
    for difference in compare(before, after, METRICS, paired=paired):
        days = truth[difference.metric, difference.foot]
        if difference.low is None or difference.high is None or len(days) < TRUTH_DAYS:
            continue
        held[difference.metric, difference.foot] = difference.low <= float(np.mean(days)) <= difference.high
    return held


def coverage(runs: int, first_seed: int, processes: int, *, paired: bool = False) -> Table:
    """Share of runs whose interval holds the truth."""
    seeds = range(first_seed, first_seed + runs)
    if processes == 1:
        results = [one_run(seed, paired) for seed in seeds]
    else:
        with ProcessPoolExecutor(processes) as pool:
            results = list(pool.map(one_run, seeds, repeat(paired), chunksize=4))
    rows = [_row(metric, results, [(metric, foot) for foot in Foot]) for metric in METRICS]
    every = [(metric, foot) for metric in METRICS for foot in Foot]
    rows.append(_row("all values of both feet", results, every))
    texts = (
        f"{runs} virtual people (seeds {first_seed} to {first_seed + runs - 1}) with flat feet and pronation "
        f"get an orthotic (flat-foot 2 to 1.3, pronation 1 to 0.4): {SESSIONS} sessions before, {SESSIONS} "
        f"after on other days, {SECONDS:.0f} s each, the insoles off the feet at night; intervals of 95 % "
        f"over sessions. The truth is the mean difference of {TRUTH_DAYS} further pairs of days of the same "
        f"person, measured by the same insoles. Share of runs whose interval holds it; bar {BAR:.2f}. Known: "
        "share of the feet that can be compared; somebody without a second peak has no push-off."
    )
    columns = ("value", "known", "left foot", "right foot", "both", "")
    return Table("Before and after: the true effect lies in the interval", texts, columns, tuple(rows))


def _row(label: str, results: list[Held], keys: list[tuple[str, Foot]]) -> tuple[str, ...]:
    def share(wanted: list[tuple[str, Foot]]) -> tuple[int, int]:
        known = [held[key] for held in results for key in wanted if key in held]
        return sum(known), len(known)

    sides = [proportion(*share([key for key in keys if key[1] is foot])) for foot in Foot]
    hits, of = share(keys)
    known = f"{of / (len(results) * len(keys)):.2f}"
    return label, known, *sides, f"{hits / of:.3f}", met(hits / of, BAR)
