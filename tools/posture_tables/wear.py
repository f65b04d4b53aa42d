"""Hours of virtual wear: false alerts of neutral days, standing patterns, and the path of one alert."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from plantigrade.calibration import Calibrator
from plantigrade.gait.engine import Engine
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.posture.alerts import Alert
from plantigrade.posture.live import Watcher
from plantigrade.posture.rulebook import RuleBook
from plantigrade.posture.rules import Severity
from plantigrade.twin.body import Condition, Segment, another_day, live_through, ordinary_day
from plantigrade.twin.electrical import Fault, FaultKind, FrontEnd
from plantigrade.twin.wearer import EU_SIZE, Wearer

from tools.posture_tables.sessions import baseline
from tools.posture_tables.table import Table, met, proportion

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
    """A wearer lives through segments; counts go through calibration, gait engine and watcher in pieces.

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
        codes = [
            sensor.counts(f, rate) for sensor, f in zip(sensors, (forces.left, forces.right), strict=True)
        ]
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
    with ProcessPoolExecutor(processes) as pool:
        days = list(pool.map(neutral_day, range(first_seed, first_seed + people)))
    hours = sum(day.hours for day in days)
    shown = [alert for day in days for alert in day.alerts if alert.shown]
    critical = sum(alert.severity is Severity.CRITICAL for alert in shown)
    names = Counter(alert.rule for alert in shown)
    rate = 8 * len(shown) / hours
    row = (
        f"{people} people, {hours:.0f} h, {sum(day.strides for day in days)} strides",
        str(len(shown)),
        ", ".join(f"{name} {count}" for name, count in names.most_common()) or "none",
        str(critical),
        f"{rate:.2f}",
        met(rate, 1.0, at_least=False) if critical == 0 else "NOT met",
    )
    words = (
        f"Ordinary days of {DAY_HOURS:.0f} h (20 % walking, 25 % standing with weight shifts, 55 % sitting), "
        "another "
        "day than the baseline's, all imperfections on, counts through calibration, gait engine and rules in "
        "pieces "
        "of ten seconds. Bar: at most 1 in 8 h, none critical."
    )
    columns = ("wear", "alerts", "rules", "critical", "per 8 h", "")
    return Table("False alerts on neutral virtual wear", words, columns, (row,))


ONSET_S = 420.0
STANDING = (
    (
        "standing still, 20 min",
        (Segment("stand", 1200, (Condition("standing-still", 1),)),),
        "standing-still",
    ),
    ("standing for 70 min", (Segment("stand", 4200, (Condition("standing", 1),)),), "prolonged-standing"),
    ("no relief, 25 min", (Segment("stand", 1500, (Condition("standing-still", 1),)),), "static-load"),
    (
        "72 % on one side, 12 min",
        (Segment("stand", 720, (Condition("standing-asymmetric", 72, "left"),)),),
        "one-sided-standing",
    ),
    ("not worn, 40 min", (Segment("off", 2400),), "not-worn"),
)
SLOW_HZ = 20.0
QUIET = (Segment("walk", 120), Segment("stand", 480), Segment("walk", 120), Segment("stand", 480))


def _standing_one(seed: int) -> tuple[dict[str, bool], frozenset[str]]:
    found = {
        name: any(
            alert.rule == rule for alert in wear(seed, segments, with_baseline=False, rate=SLOW_HZ).alerts
        )
        for name, segments, rule in STANDING
    }
    walking = (Segment("walk", 420),)
    faults = {9: Fault(FaultKind.DEAD, 60.0)}
    broken = wear(seed, walking, with_baseline=False, faults=faults, rate=SLOW_HZ)
    found["a dead sensor, 6 min of walking"] = any(a.rule == "sensor-fault" for a in broken.alerts)
    quiet = wear(seed, QUIET, with_baseline=False, rate=SLOW_HZ)
    return found, frozenset(alert.rule for alert in quiet.alerts)


def standing(people: int, first_seed: int, processes: int) -> Table:
    """Patterns of seconds."""
    with ProcessPoolExecutor(processes) as pool:
        results = list(pool.map(_standing_one, range(first_seed, first_seed + people), chunksize=2))
    rules = {name: rule for name, _, rule in STANDING} | {"a dead sensor, 6 min of walking": "sensor-fault"}
    rows: list[tuple[str, ...]] = []
    for name, rule in rules.items():
        hits = sum(found[name] for found, _ in results)
        quiet = sum(rule not in others for _, others in results)
        rows.append(
            (
                name,
                rule,
                proportion(hits, people),
                met(hits / people, 0.90),
                proportion(quiet, people),
                met(quiet / people, 0.95),
            )
        )
    words = (
        f"{people} virtual people; quiet: 20 min of walks and standing with weight shifts by the same people "
        "(20 Hz, no gait engine)."
    )
    columns = ("pattern", "rule", "sensitivity", "", "specificity", "")
    return Table("Detection of standing, wear and faults", words, columns, tuple(rows))


def alert_path(seed: int) -> Table:
    """From the onset of a condition to the alert, and a clinician's edits on the way."""
    rows: list[tuple[str, ...]] = []
    for kind, rule, strict in (
        ("flat-foot", "low-arch", 0.5),
        ("pronation", "pronation-drift", 50.0),
        ("antalgic", "stance-asymmetry", 40.0),
        ("forefoot-overload", "forefoot-overload", 150.0),
        ("unsteady", "stride-variability", 20.0),
    ):
        condition = Condition(kind, 2.0, "left" if kind == "antalgic" else "both")
        segments = (Segment("walk", ONSET_S), Segment("walk", 300, (condition,)))
        quick = {"dwell_s": 5.0, "window_strides": 30.0}
        for words, changes in (
            ("as shipped", {}),
            ("quicker", quick),
            ("level raised", {"raise_level": strict}),
        ):
            book = _edited(rule, changes)
            worn = wear(seed, segments, with_baseline=True, book=book)
            alert = next((a for a in worn.alerts if a.rule == rule and a.raised_s > ONSET_S), None)
            after = f"{alert.raised_s - ONSET_S:.0f} s" if alert else "none"
            raised_s = alert.raised_s if alert else 0.0
            strides = sum(ONSET_S < end_s <= raised_s for end_s in worn.left_ends_s)
            level = f"{book.rules[rule].raise_level:g}"
            label = alert.rule_version if alert else book.label(rule)
            trail = str(len(book.trail))
            rows.append(
                (f"{kind}:2", rule, words, level, label, trail, after, str(strides) if alert else "-")
            )
    words = (
        f"One wearer (seed {seed}) walks neutrally for {ONSET_S:.0f} s, then with the condition, live: "
        "counts in "
        "pieces of ten seconds through calibration, gait engine and rules. Seconds and strides of the left "
        "foot from "
        "the onset to the alert. The clinician's edits: a dwell of 5 s and a window of 30 strides, or a "
        "level out of "
        "reach; the version names the edits, which stay in the audit trail."
    )
    columns = ("condition", "rule", "book", "level", "rule version", "trail", "to the alert", "strides")
    return Table("An alert's path", words, columns, tuple(rows))


def _edited(rule: str, changes: dict[str, float]) -> RuleBook:
    book = RuleBook()
    at = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
    for name, value in changes.items():
        book.edit(rule, name, value, by="clinician", at=at, reason="measurement of the alert's path")
    return book
