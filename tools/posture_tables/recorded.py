"""Recorded walking of gaitpdb: false alerts of controls, and Parkinson's against controls."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.posture.findings import State
from plantigrade.posture.intake import StrideColumns, from_analysis, stride_observations
from plantigrade.posture.monitor import Monitor
from plantigrade.posture.rulebook import RuleBook
from plantigrade.posture.section import findings
from plantigrade.posture.statistics import cv_pct
from plantigrade.twin.body import load_walk

from tools.posture_tables.table import Table, met

F64 = NDArray[np.float64]
RESAMPLES = 2000
QUICK_STRIDES = 30


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


def quick_book() -> RuleBook:
    """The shipped rules, allowed to speak after 30 strides instead of 200."""
    rules = RuleBook().rules
    return RuleBook(
        {
            name: replace(
                rule,
                alert_strides=min(rule.alert_strides, QUICK_STRIDES),
                min_strides=min(rule.min_strides, QUICK_STRIDES),
            )
            for name, rule in rules.items()
        }
    )


def controls(data: Path) -> Table:
    """Alerts and findings on the recorded controls."""
    layout = own_layout(42.0)
    rows: list[tuple[str, ...]] = []
    hours, alerts, quick, present = 0.0, Counter[str](), Counter[str](), Counter[str]()
    people = 0
    for path in sorted(data.glob("gaitpdb/*Co*.txt.gz")):
        tables, seconds = strides_of(path)
        hours += seconds / 3600
        people += 1
        for book, counter in ((RuleBook(), alerts), (quick_book(), quick)):
            monitor = Monitor(book)
            monitor.feed(list(stride_observations(tables)))
            monitor.finish()
            counter.update(alert.rule for alert in monitor.log.alerts)
        present.update({f.rule for f in findings(tables, layout) if f.state is State.PRESENT})
    bar = met(8 * sum(alerts.values()) / hours, 1.0, at_least=False)
    rows.append(("alerts, as shipped (200 strides first)", str(sum(alerts.values())), _names(alerts), bar))
    rows.append(
        (f"alerts if allowed after {QUICK_STRIDES} strides", str(sum(quick.values())), _names(quick), "")
    )
    rows.append(("people with a finding in the report", str(sum(present.values())), _names(present), ""))
    words = (
        f"{people} controls, {hours:.2f} h of walking, eight sensors mapped onto our places, no personal "
        "baseline. The "
        "recordings are too short (about 110 strides a foot) to pass the gate of 200 strides, so the first "
        "row cannot "
        "fail here; the second shows what the rules would say without it. Bar: at most 1 alert in 8 h, none "
        "critical."
    )
    return Table("False alerts on recorded controls", words, ("", "number", "rules", ""), tuple(rows))


def _names(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


def parkinson(data: Path, seed: int) -> Table:
    """How well variability and asymmetry separate the groups."""
    scores: dict[str, tuple[list[float], list[float]]] = {}
    for path in sorted(data.glob("gaitpdb/*.txt.gz")):
        tables, _ = strides_of(path)
        group = 1 if "Pt" in path.name else 0
        for name, value in _scores(tables).items():
            scores.setdefault(name, ([], []))[group].append(value)
    rows: list[tuple[str, ...]] = []
    for name, (control, patient) in scores.items():
        area, low, high = auc(np.array(control), np.array(patient), seed)
        rows.append(
            (
                name,
                f"{np.median(control):.2f} (n = {len(control)})",
                f"{np.median(patient):.2f} (n = {len(patient)})",
                f"{area:.2f} ({low:.2f}-{high:.2f})",
            )
        )
    words = (
        "Medians, and the area under the ROC curve with a 95 % interval (bootstrap over people). Valid "
        "strides of the "
        "gait engine only; coefficients of variation without outliers beyond four robust SDs, as the rules "
        "use them."
    )
    columns = ("value", "controls", "Parkinson's", "AUC")
    return Table("Recorded Parkinson's disease against controls", words, columns, tuple(rows))


def _scores(tables: list[StrideColumns]) -> dict[str, float]:
    left, right = tables

    def mean_cv(name: str) -> float:
        return float(np.nanmean([cv_pct(table.of(name)) for table in tables]))

    def skew(name: str) -> float:
        a, b = float(np.median(left.of(name))), float(np.median(right.of(name)))
        return 100 * abs(a - b) / (0.5 * (a + b))

    return {
        "stride time CV, %": mean_cv("stride_time_s"),
        "stance time CV, %": mean_cv("stance_time_s"),
        "swing time CV, %": mean_cv("swing_time_s"),
        "double support, %": float(np.mean([np.median(t.of("double_support_pct")) for t in tables])),
        "stance asymmetry, %": skew("stance_time_s"),
        "swing asymmetry, %": skew("swing_time_s"),
        "load asymmetry, %": skew("mean_force_n"),
    }


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
