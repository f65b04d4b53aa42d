"""Hours of virtual wear through calibration, gait engine and rules, and the false alerts of neutral days."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from plantigrade.calibration import Calibrator
from plantigrade.gait.engine import Engine
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.posture.rules_engine.watcher import Watcher
from plantigrade.twin.body import Segment, another_day, live_through, ordinary_day
from plantigrade.twin.electrical import Fault, FrontEnd
from plantigrade.twin.wearer import EU_SIZE, Wearer

from tools.posture_tables.sessions import baseline
from tools.posture_tables.table import Table, met

CHUNK_ROWS = 100
DAY_HOURS = 8.0


@dataclass(frozen=True)
class Worn:
    """Outcome of some hours of wear."""

    alerts: tuple[Alert, ...]
    hours: float
    strides: int
    left_ends_s: tuple[float, ...]


def wear(
    seed: int,
    segments: tuple[Segment, ...],
    *,
    with_baseline: bool,
    faults: dict[int, Fault] | None = None,
    book: RuleBook | None = None,
    rate: float = 100.0,
) -> Worn:
    """A wearer goes through segments; counts go through calibration, gait engine and watcher in pieces.

    Below 100 Hz there is no gait engine, which is enough for standing.
    """
    wearer = Wearer(seed)
    reference = baseline(wearer) if with_baseline else None
    person = another_day(wearer.person, seed * 1000 + 500)
    calibrators = [Calibrator(calibration, rate) for calibration in wearer.calibrations]
    sensors = [FrontEnd(2 * seed, faults=faults or {}), FrontEnd(2 * seed + 1)]
    engine = Engine(sample_rate_hz=rate, body_weight_n=person.weight_n)
    watcher = Watcher(rate, person.weight_n, book=book, reference=reference)
    layout = own_layout(EU_SIZE)
    first, strides = 0, 0
    left_ends_s: list[float] = []
    for _, forces in live_through(person, segments, seed, rate):
        felt = (wearer.gains[0] * forces.left, wearer.gains[1] * forces.right)
        codes = [sensor.counts(f, rate) for sensor, f in zip(sensors, felt, strict=True)]
        rows = len(codes[0])
        for start in range(0, rows, CHUNK_ROWS * 10):
            part = slice(start, min(start + CHUNK_ROWS * 10, rows))
            time_s = (first + np.arange(part.start, part.stop)) / rate
            newtons = [c.feed(code[part]) for c, code in zip(calibrators, codes, strict=True)]
            for foot, code in zip(Foot, codes, strict=True):
                watcher.counts(foot, code[part])
            watcher.forces(newtons[0].sum(axis=1), newtons[1].sum(axis=1))
            if rate < wearer.rate_hz:
                continue
            engine.feed(*(FootSignal(foot, time_s, f, layout) for foot, f in zip(Foot, newtons, strict=True)))
            for foot, table in engine.take_strides():
                strides += int(table.valid.sum())
                if foot is Foot.LEFT:
                    left_ends_s += table.next_initial_contact_s.tolist()
                watcher.strides(foot, table)
        first += rows
    watcher.finish()
    return Worn(watcher.alerts, first / rate / 3600, strides, tuple(left_ends_s))


def neutral_day(seed: int) -> Worn:
    """Eight hours of ordinary neutral wear, with a baseline."""
    return wear(seed, ordinary_day(DAY_HOURS, seed), with_baseline=True)


def false_alerts(people: int, first_seed: int, processes: int) -> Table:
    """Alerts on neutral days."""
    seeds = range(first_seed, first_seed + people)
    if processes == 1:
        days = [neutral_day(seed) for seed in seeds]
    else:
        with ProcessPoolExecutor(processes) as pool:
            days = list(pool.map(neutral_day, seeds))
    rows = [_day_row(f"seed {seed}", [day]) for seed, day in zip(seeds, days, strict=True)]
    rows.append(_day_row("all", days))
    texts = (
        f"Ordinary days of {DAY_HOURS:.0f} h (20 % walking, 25 % standing with weight shifts, 55 % sitting), "
        "another day than the baseline's, all imperfections on, counts through calibration, gait engine and "
        "rules in pieces of ten seconds. `shown` alerts; the rate limit and the interval of a rule may keep "
        "others quiet. Bar: at most 1 in 8 h, none critical."
    )
    columns = ("wear", "hours", "strides", "shown", "suppressed", "rules", "critical", "per 8 h", "")
    return Table("False alerts on neutral virtual wear", texts, columns, tuple(rows))


def _day_row(label: str, days: list[Worn]) -> tuple[str, ...]:
    alerts = [alert for day in days for alert in day.alerts]
    shown = [alert for alert in alerts if alert.shown]
    names = Counter(alert.rule for alert in shown)
    hours = sum(day.hours for day in days)
    critical = sum(alert.severity is Severity.CRITICAL for alert in shown)
    rate = round(DAY_HOURS * len(shown) / hours, 2)
    return (
        label,
        f"{hours:.0f}",
        str(sum(day.strides for day in days)),
        str(len(shown)),
        str(len(alerts) - len(shown)),
        ", ".join(f"{name} {count}" for name, count in names.most_common()) or "none",
        str(critical),
        f"{rate:.2f}",
        met(rate, 1.0, at_least=False) if critical == 0 else "NOT met",
    )
