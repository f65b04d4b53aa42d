"""Before and after: how often the interval of the difference holds the true effect of a virtual orthotic."""

from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.posture.compare import compare
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


def one_run(seed: int, paired: bool) -> dict[str, bool]:
    """Whether each metric's interval held the truth for one person.

    The truth is the person's own difference over many other days, measured by the same insoles: what the
    comparison would find if it went on for ever.
    """
    wearer = Wearer(seed)
    before = [session(wearer, 200 + i, BEFORE, SECONDS) for i in range(SESSIONS)]
    shift = 0 if paired else 50
    after = [session(wearer, 200 + shift + i, AFTER, SECONDS) for i in range(SESSIONS)]
    truth = {(metric, foot): [0.0] * TRUTH_DAYS for metric in METRICS for foot in Foot}
    for day in range(TRUTH_DAYS):
        with_condition = {t.foot: t for t in session(wearer, 400 + day, AFTER, SECONDS)}
        without = {t.foot: t for t in session(wearer, 400 + day, BEFORE, SECONDS)}
        for metric, foot in truth:
            change = np.median(with_condition[foot].of(metric)) - np.median(without[foot].of(metric))
            truth[metric, foot][day] = float(change)
    held: dict[str, bool] = {}
    for difference in compare(before, after, METRICS, paired=paired):
        true = float(np.mean(truth[difference.metric, difference.foot]))
        assert difference.low is not None and difference.high is not None
        if difference.foot is Foot.LEFT:
            held[difference.metric] = difference.low <= true <= difference.high
    return held


def coverage(runs: int, first_seed: int, processes: int, *, paired: bool = False) -> Table:
    """Share of runs whose interval holds the truth."""
    seeds = range(first_seed, first_seed + runs)
    with ProcessPoolExecutor(processes) as pool:
        results = list(pool.map(one_run, seeds, repeat(paired), chunksize=4))
    rows: list[tuple[str, ...]] = []
    for metric in METRICS:
        hits = sum(result[metric] for result in results)
        rows.append((metric, proportion(hits, runs), met(hits / runs, BAR)))
    words = (
        f"{runs} virtual people with flat feet and pronation get an orthotic (flat-foot 2 to 1.3, pronation "
        "1 to 0.4): "
        f"{SESSIONS} sessions before, {SESSIONS} after on other days, {SECONDS:.0f} s each, Welch intervals "
        "of 95 % "
        "over sessions. "
        f"The truth is the mean difference of {TRUTH_DAYS} further pairs of days of the same person. Bar: "
        f"{BAR:.2f}."
    )
    return Table(
        "Before and after: the true effect lies in the interval", words, ("value", "share", ""), tuple(rows)
    )
