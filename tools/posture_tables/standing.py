"""Patterns of seconds: standing, relief, wear and faults of sensors. At 20 Hz, without the gait engine."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from plantigrade.twin.body import Condition, Segment
from plantigrade.twin.electrical import Fault, FaultKind

from tools.posture_tables.table import Table, met, proportion
from tools.posture_tables.wear import wear

SLOW_HZ = 20.0
SENSITIVITY, SPECIFICITY = 0.90, 0.95
QUIET = (
    *(Segment("walk", 180), Segment("stand", 900)) * 2,
    Segment("sit", 1200),
    Segment("walk", 300),
)
STILL = (Segment("stand", 1260, (Condition("standing-still", 1),)),)
LONG = (Segment("stand", 3780, (Condition("standing", 1),)),)
OFF = (Segment("walk", 60), Segment("off", 1860))
WALK = (Segment("walk", 420),)
FAULT_FROM_S = 120.0
LONG_WALK = (Segment("walk", 1800),)


def _one_sided(share_pct: float) -> tuple[Segment, ...]:
    return (Segment("stand", 720, (Condition("standing-asymmetric", share_pct, "left"),)),)


@dataclass(frozen=True)
class Trial:
    """Some wear, and the rule that should speak in it; `bar` is None where it is only shown."""

    name: str
    rule: str
    segments: tuple[Segment, ...]
    fault: FaultKind | None = None
    bar: float | None = SENSITIVITY


TRIALS = (
    Trial("standing without weight shifts, 21 min", "standing-still", STILL),
    Trial("the same: a foot without relief", "static-load", STILL),
    Trial("standing for 63 min, with weight shifts", "prolonged-standing", LONG),
    Trial("standing with 66 % on one side, 12 min", "one-sided-standing", _one_sided(66.0), bar=None),
    Trial("standing with 70 % on one side, 12 min", "one-sided-standing", _one_sided(70.0)),
    Trial("insoles not worn for 31 min", "not-worn", OFF),
    Trial("a dead sensor, any of 16, 5 min of walking", "sensor-fault", WALK, FaultKind.DEAD),
    Trial("a sensor stuck at a code", "sensor-fault", WALK, FaultKind.STUCK),
    Trial("a shorted sensor", "sensor-fault", WALK, FaultKind.SHORTED),
    Trial(
        "a sensor that loses half in 10 min, 28 min of walking", "sensor-fault", LONG_WALK, FaultKind.DRIFTING
    ),
)


def rules_spoken(seed: int, segments: tuple[Segment, ...], fault: FaultKind | None = None) -> frozenset[str]:
    """Rules with an alert in some wear."""
    faults: dict[int, Fault] = {}
    if fault is not None:
        sensor = int(np.random.default_rng([seed, 21]).integers(16))
        faults[sensor] = Fault(fault, FAULT_FROM_S)
    worn = wear(seed, segments, with_baseline=False, faults=faults, rate=SLOW_HZ)
    return frozenset(alert.rule for alert in worn.alerts)


def one_person(seed: int) -> tuple[dict[str, bool], frozenset[str]]:
    """Which trials were found, and what was said in quiet wear."""
    spoken: dict[tuple[tuple[Segment, ...], FaultKind | None], frozenset[str]] = {}
    found: dict[str, bool] = {}
    for trial in TRIALS:
        key = (trial.segments, trial.fault)
        if key not in spoken:
            spoken[key] = rules_spoken(seed, *key)
        found[trial.name] = trial.rule in spoken[key]
    return found, rules_spoken(seed, QUIET)


def measure(people: int, first_seed: int, processes: int) -> Table:
    """The table over `people` virtual people."""
    seeds = range(first_seed, first_seed + people)
    run: Callable[[int], tuple[dict[str, bool], frozenset[str]]] = one_person
    if processes == 1:
        results = [run(seed) for seed in seeds]
    else:
        with ProcessPoolExecutor(processes) as pool:
            results = list(pool.map(run, seeds, chunksize=2))
    rows: list[tuple[str, ...]] = []
    for trial in TRIALS:
        hits = sum(found[trial.name] for found, _ in results)
        quiet = sum(trial.rule not in text for _, text in results)
        shown = "" if trial.bar is None else met(hits / people, trial.bar)
        rows.append(
            (
                trial.name,
                trial.rule,
                proportion(hits, people),
                shown,
                proportion(quiet, people),
                met(quiet / people, SPECIFICITY),
            )
        )
    texts = (
        f"{people} virtual people (seeds {first_seed} to {first_seed + people - 1}) at 20 Hz without the "
        "gait engine. Specificity: the same people's quiet wear of 61 min (twice 3 min of walking and "
        "15 min of standing with weight shifts about every 90 s, 20 min of sitting, 5 min of walking), in "
        "which none of these should be said. The faulty sensor is drawn anew for each person. Levels were "
        "set on seeds 30000 to 30079."
    )
    columns = ("pattern", "rule", "sensitivity", "", "specificity", "")
    return Table("Detection of standing, wear and faults", texts, columns, tuple(rows))
