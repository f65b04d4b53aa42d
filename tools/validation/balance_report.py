"""The section on balance of the validation report, as Markdown and as figures for scripts."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tools.validation import standing_variations
from tools.validation.balance import LEAST_S, RATIO_FROM, RATIO_TO, Trial

HEAD: Final = (
    "trial",
    "eyes, surface",
    "recognised s, weight told",
    "not told",
    "area mm²: published",
    "ours",
    "ratio",
    "velocity mm/s: published",
    "ours, unfiltered",
    "ratio",
    "ours, 10 Hz low pass",
)


def section(trials: Sequence[Trial], variations: Sequence[standing_variations.Row] = ()) -> list[str]:
    """Published area and velocity beside ours: bars, ratios, each trial."""
    lines = ["## Standing on a plate (BDS)", ""]
    if not trials:
        return [*lines, "Not at hand: no `BDSinfoCOP.txt` with trials beside it was found.", ""]
    lines += [
        "Santos and Duarte 2016 (PeerJ 4:e2648): a minute of standing on a plate at 100 Hz. Its force",
        "and centre of pressure are carried by two insoles of four sensors, 160 mm apart, so that force and",
        "centre of both together stay what the plate measured (`tools/validation/balance.py`). No span is",
        "named. This rests on people for the plate's figures, and for what sway does to the sum of the feet;",
        "it says nothing of insoles under these people, whose own errors are not in it.",
        "",
        *_bars(trials),
        "",
        *_ratios(trials),
        "",
        *standing_variations.section(variations),
        "### Each trial",
        "",
        *_table(HEAD, _rows(trials)),
        "",
    ]
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def summary(trials: Sequence[Trial]) -> dict[str, float]:
    """Shares recognised in percent, and the lowest, median and highest ratios."""
    reported = [trial for trial in trials if trial.weighed]
    silent = [trial for trial in trials if not trial.weighed]
    found = {
        "recognised_with_weight_pct": _share(reported),
        "recognised_without_weight_pct": _share(silent),
    }
    for name in ("area_ratio", "velocity_ratio"):
        values = [getattr(trial, name) for trial in trials]
        known = [value for value in values if np.isfinite(value)] or [float("nan")]
        low, middle, high = np.quantile(known, [0.0, 0.5, 1.0])
        found |= {f"{name}_lowest": low, f"{name}_median": middle, f"{name}_highest": high}
    return {name: float(value) for name, value in found.items()}


def _share(trials: Sequence[Trial]) -> float:
    return 100.0 * sum(trial.recognised for trial in trials) / len(trials) if trials else float("nan")


def _bars(trials: Sequence[Trial]) -> list[str]:
    found = summary(trials)
    area = found["area_ratio_lowest"] >= RATIO_FROM and found["area_ratio_highest"] <= RATIO_TO
    velocity = found["velocity_ratio_lowest"] >= RATIO_FROM and found["velocity_ratio_highest"] <= RATIO_TO
    reported, silent = found["recognised_with_weight_pct"], found["recognised_without_weight_pct"]
    span = f"one standing of {LEAST_S:g} s or more, % of trials"
    ratio = f"{RATIO_FROM:g} to {RATIO_TO:g}"
    rows = [
        [f"{span}, weight told", f"{reported:.0f}", "100", _met(reported >= 100.0)],
        [f"{span}, weight not told", f"{silent:.0f}", ">= 85", _met(silent >= 85.0)],
        ["ellipse area, ours over published", _from_to(found, "area_ratio"), ratio, _met(area)],
        [
            "unfiltered velocity, ours over published",
            _from_to(found, "velocity_ratio"),
            ratio,
            _met(velocity),
        ],
    ]
    return _table(("figure", "ours", "bar", ""), rows)


def _met(met: bool) -> str:
    return "met" if met else "**not met**"


def _from_to(found: dict[str, float], name: str) -> str:
    return f"{found[f'{name}_lowest']:.4f} to {found[f'{name}_highest']:.4f}"


def _ratios(trials: Sequence[Trial]) -> list[str]:
    """Velocity with and without the low pass, by eyes and surface: what the filter takes off."""
    rows: list[list[str]] = []
    reported = [trial for trial in trials if trial.weighed]
    for surface, eyes in sorted({(trial.published.surface, trial.published.eyes) for trial in reported}):
        some = [t for t in reported if (t.published.surface, t.published.eyes) == (surface, eyes)]
        filtered = [
            t.filtered_mm_per_s / t.published.velocity_mm_per_s
            for t in some
            if t.filtered_mm_per_s is not None
        ]
        rows.append(
            [
                f"{surface}, eyes {eyes}",
                str(len(some)),
                f"{np.median([t.area_ratio for t in some]):.4f}",
                f"{np.median([t.velocity_ratio for t in some]):.4f}",
                f"{min(filtered):.3f} to {max(filtered):.3f}" if filtered else "",
            ]
        )
    head = ("condition", "trials", "area ratio, median", "unfiltered velocity ratio, median", "low-passed")
    return _table(head, rows)


def _rows(trials: Sequence[Trial]) -> list[list[str]]:
    silent = {trial.trial: trial for trial in trials if not trial.weighed}
    rows: list[list[str]] = []
    for reported in trials:
        if not reported.weighed:
            continue
        other, published = silent.get(reported.trial), reported.published
        rows.append(
            [
                reported.trial,
                f"{published.eyes}, {published.surface}",
                f"{reported.standing_s:.1f}",
                "" if other is None else f"{other.standing_s:.1f}",
                f"{published.area_mm2:.1f}",
                "" if reported.area_mm2 is None else f"{reported.area_mm2:.1f}",
                f"{reported.area_ratio:.4f}",
                f"{published.velocity_mm_per_s:.2f}",
                "" if reported.velocity_mm_per_s is None else f"{reported.velocity_mm_per_s:.2f}",
                f"{reported.velocity_ratio:.4f}",
                "" if reported.filtered_mm_per_s is None else f"{reported.filtered_mm_per_s:.2f}",
            ]
        )
    return rows
