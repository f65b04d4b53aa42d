"""Recorded walking of gaitpdb: false alerts of controls, and Parkinson's against controls."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.imports.formats import read
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis, stride_observations
from plantigrade.posture.rules_engine.findings import State
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.posture.rules_engine.section import findings
from plantigrade.posture.rules_engine.statistics import cv_pct
from plantigrade.twin.body import load_walk

from tools.posture_tables.table import Table, met

F64 = NDArray[np.float64]
RESAMPLES = 2000
DAY_WALKING_S = 0.2 * 8 * 3600.0


def strides_of(path: Path) -> tuple[list[StrideColumns], float]:
    """Strides of a recorded walk on our places, and its length in seconds."""
    walk = load_walk(path)
    time_s = np.arange(len(walk.left)) / walk.rate_hz
    layout = own_layout(42.0)
    feet = [
        FootSignal(foot, time_s, force.astype(np.float32), layout)
        for foot, force in zip(Foot, (walk.left, walk.right), strict=True)
    ]
    result = analyze(Walk(feet[0], feet[1], walk.rate_hz, SourceInfo(path.name, "gaitpdb")))
    return from_analysis(result), walk.seconds


def as_read(path: Path) -> tuple[list[StrideColumns], float]:
    """Strides of a recording as `plantigrade analyze` reads it, with its own sensors, and its length."""
    recorded = read(path)
    times = [signal.time_s for signal in (recorded.left, recorded.right) if signal is not None]
    return from_analysis(analyze(recorded)), float(max(time[-1] for time in times))


def worn_for_a_day(tables: list[StrideColumns], seconds: float, *, own_insole: bool) -> list[Alert]:
    """Alerts when the walk is walked again and again for as long as an ordinary day of 8 h holds walking."""
    monitor = Monitor(own_insole=own_insole)
    once = list(stride_observations(tables))
    for turn in range(int(np.ceil(DAY_WALKING_S / seconds))):
        monitor.feed([replace(o, time_s=o.time_s + turn * seconds) for o in once])
    monitor.finish()
    return monitor.log.alerts


def controls(data: Path) -> Table:
    """Alerts on the recorded controls."""
    paths = sorted(data.glob("gaitpdb/*Co*.txt.gz"))
    days: dict[str, list[list[Alert]]] = {"as read": [], "on our places": []}
    present: Counter[str] = Counter()
    hours = 0.0
    for path in paths:
        tables, seconds = as_read(path)
        hours += seconds / 3600
        days["as read"].append(worn_for_a_day(tables, seconds, own_insole=False))
        present.update({f.rule for f in findings(tables, None) if f.state is State.PRESENT})
        mapped, seconds = strides_of(path)
        days["on our places"].append(worn_for_a_day(mapped, seconds, own_insole=True))
    rows = [
        _days("alerts, as the recordings are read (other sensors than ours)", days["as read"], bar=True),
        _days("for information: forced onto our sixteen places", days["on our places"], bar=False),
        ("people with a finding in `analyze`", str(sum(present.values())), "", "", _names(present), ""),
    ]
    texts = (
        f"{len(paths)} controls, {hours:.2f} h of walking in all. A recording of two minutes cannot pass the "
        "gate of 200 strides, so that one alone could never raise an alert. Here each control's walk is "
        f"walked again and again for {DAY_WALKING_S / 60:.0f} min, what an ordinary day of 8 h holds of "
        "walking (20 %), with gate, window, dwell and interval as shipped; no personal baseline. The first "
        "row is what these recordings are: eight sensors that are not ours, for which rules with levels of "
        "our insole stay silent. The second forces them onto our places: an eight-sensor insole without our "
        "calibration does not tell what our levels ask for, so that it bounds nothing, but it shows which "
        "rules depend on it. Bar: at most 1 alert in 8 h, none critical."
    )
    columns = ("", "shown", "critical", "per 8 h (most of one person)", "rules", "")
    return Table("False alerts on recorded controls", texts, columns, tuple(rows))


def _days(label: str, days: list[list[Alert]], *, bar: bool) -> tuple[str, ...]:
    shown = [[alert for alert in day if alert.shown] for day in days]
    alerts = [alert for day in shown for alert in day]
    critical = sum(alert.severity is Severity.CRITICAL for alert in alerts)
    rate = len(alerts) / len(days)
    good = met(rate, 1.0, at_least=False) if critical == 0 else "NOT met"
    names = _names(Counter(alert.rule for alert in alerts))
    each = f"{rate:.2f} ({max(len(day) for day in shown)})"
    return label, str(len(alerts)), str(critical), each, names, good if bar else ""


def _names(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


def parkinson(data: Path, seed: int) -> list[Table]:
    """How well variability and asymmetry separate the groups, in each of the two databases."""
    pressure = [(path, "Pt" in path.name) for path in sorted(data.glob("gaitpdb/*.txt.gz"))]
    switches = [
        (path, path.name.startswith("park"))
        for path in sorted(data.glob("gaitndd/*.hea"))
        if path.name.startswith(("park", "control"))
    ]
    return [
        _separation("Recorded Parkinson's disease against controls (gaitpdb)", pressure, seed),
        _separation("The same on footswitches (gaitndd)", switches, seed),
    ]


def _separation(title: str, records: list[tuple[Path, bool]], seed: int) -> Table:
    scores: dict[str, tuple[list[float], list[float]]] = {}
    for path, ill in records:
        for name, value in _scores(as_read(path)[0]).items():
            if np.isfinite(value):
                scores.setdefault(name, ([], []))[int(ill)].append(value)
    rows: list[tuple[str, ...]] = []
    for name, (control, patient) in scores.items():
        area, low, high = auc(np.array(control), np.array(patient), seed)
        rows.append(
            (
                name,
                f"{np.median(control):.2f} (n = {len(control)})",
                f"{np.median(patient):.2f} (n = {len(patient)})",
                f"{area:.2f} ({low:.2f}-{high:.2f})",
                "yes" if low > 0.5 else "not shown",
            )
        )
    texts = (
        f"Medians, and the area under the ROC curve with a 95 % interval ({RESAMPLES} bootstrap draws of "
        f"people, seed {seed}). Valid strides of the gait engine only; coefficients of variation without "
        "outliers beyond four robust SDs, as the rules use them. The groups are separated where the interval "
        "lies above 0.5."
    )
    return Table(title, texts, ("value", "controls", "Parkinson's", "AUC", "separated"), tuple(rows))


def _scores(tables: list[StrideColumns]) -> dict[str, float]:
    left, right = tables

    def mean_cv(name: str) -> float:
        return float(np.nanmean([cv_pct(table.of(name)) for table in tables]))

    def skew(name: str) -> float:
        one, other = left.of(name), right.of(name)
        if not (len(one) and len(other)):
            return float("nan")
        a, b = float(np.median(one)), float(np.median(other))
        return 100 * abs(a - b) / (0.5 * (a + b))

    scores = {
        "stride time CV, %": mean_cv("stride_time_s"),
        "stance time CV, %": mean_cv("stance_time_s"),
        "swing time CV, %": mean_cv("swing_time_s"),
        "double support, %": float(np.mean([np.median(t.of("double_support_pct")) for t in tables])),
        "stance asymmetry, %": skew("stance_time_s"),
        "swing asymmetry, %": skew("swing_time_s"),
        "load asymmetry, %": skew("impulse_n_s"),
    }
    flags = {
        "variability, all three CVs": [
            scores[f"{name} time CV, %"] for name in ("stride", "stance", "swing")
        ],
        "asymmetry, stance and swing": [scores[f"{name} asymmetry, %"] for name in ("stance", "swing")],
    }
    return scores | {name: float(np.exp(np.mean(np.log(parts)))) for name, parts in flags.items()}


def auc(control: F64, patient: F64, seed: int) -> tuple[float, float, float]:
    """Probability that a patient's value exceeds a control's, ties half, with its bootstrap interval."""
    draw = np.random.default_rng(seed)

    def area(a: F64, b: F64) -> float:
        higher: F64 = (b[:, None] > a) + 0.5 * (b[:, None] == a)
        return float(higher.mean())

    values = [
        area(draw.choice(control, len(control)), draw.choice(patient, len(patient))) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(values, [2.5, 97.5])
    return area(control, patient), float(low), float(high)
