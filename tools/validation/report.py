"""The validation report as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tools.validation import balance_report, evidence, moticon, motion, standing_variations
from tools.validation.balance import Trial
from tools.validation.footswitch import Agreement, Totals, totals
from tools.validation.insole_force import OWN_STUDY, PUBLISHED, ROWS, STUDIES, ExportData, group_mean
from tools.validation.vendors import Export

NOTES = {
    "als3": "the rise has two steps of like size; the truth takes now the first, now the second",
    "als5": "slow shuffling rise over a wandering swing level, no single point at which the rise begins",
    "control5": "a ledge between the heel's and the fore foot's step; the truth takes now one, now the other",
    "hunt13": "rises of 0.2 s without a corner; release over several ledges",
    "hunt15": "the foot often does not unload: no level that both would call swing",
    "park5": "put down softly: up to a sixth of the range comes before the steep part; the truth takes now "
    "that, now the steep part",
    "park11": "a heel bump falls back almost to the swing level before the foot is loaded",
}
BARS = (
    ("contact_close_pct", "initial contact within 20 ms, % of truth rows", ">= 97"),
    ("contact_bias_ms", "initial contact, bias ms", "+-3"),
    ("contact_sd_ms", "initial contact, SD ms", "<= 9"),
    ("release_bias_ms", "final contact, bias ms", "+-5"),
    ("release_sd_ms", "final contact, SD ms", "<= 12"),
    ("stride_mae_ms", "stride time, median over records of MAE, ms", "<= 2.5"),
    ("swing_bias_ms", "swing time, bias ms", "+-6"),
)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def _meets(value: float, bar: str) -> str:
    sign, limit = (bar[:2], float(bar[2:]))
    met = value >= limit if sign == ">=" else value <= limit if sign == "<=" else abs(value) <= limit
    return "met" if met else "**not met**"


def _totals_row(name: str, t: Totals) -> list[str]:
    return [
        name,
        str(t.records),
        str(t.rows),
        f"{t.contact_matched_pct:.1f}",
        f"{t.contact_close_pct:.1f}",
        f"{t.contact_bias_ms:+.1f} +- {t.contact_sd_ms:.1f}",
        f"{t.release_matched_pct:.1f}",
        f"{t.release_bias_ms:+.1f} +- {t.release_sd_ms:.1f}",
        f"{t.stride_mae_ms:.2f}",
        f"{t.swing_bias_ms:+.1f}",
    ]


HEAD = (
    "records",
    "n",
    "truth rows",
    "IC matched %",
    "IC < 20 ms %",
    "IC error ms",
    "FC matched %",
    "FC error ms",
    "stride MAE ms",
    "swing bias ms",
)


MOVED_HEAD = (
    "moved",
    "IC < 20 ms %",
    "IC SD ms",
    "stride MAE ms",
    "FC error ms",
    "right swing error ms",
)


def _right_section(groups: Sequence[tuple[str, list[Agreement]]]) -> list[str]:
    """Swing of the right feet, by which settings that served both halves of the left feet were told apart."""
    some = [(name, totals(members), members) for name, members in groups]
    rows = [
        [
            name,
            f"{np.isfinite(np.concatenate([a.right_swing_error_s for a in members])).mean():.1%}",
            f"{t.right_swing_bias_ms:+.1f} +- {t.right_swing_sd_ms:.1f}",
        ]
        for name, t, members in some
        if np.isfinite(t.right_swing_sd_ms)
    ]
    if not rows:
        return []
    return [
        "",
        "### Right feet",
        "",
        "The table tells the right foot's stride and swing in each row, without their times. Settings were",
        "searched on left feet; of those that served both halves, the ones that suit right feet best were",
        "taken, so that these are no held-out feet. A few rows tell the swing of another stride, which makes",
        "most of the spread.",
        "",
        *_table(("records", "rows of a stride that we found", "right swing error ms"), rows),
    ]


def _moved_section(moved: Sequence[tuple[str, list[Agreement]]]) -> list[str]:
    rows = [
        [
            texts,
            f"{t.contact_close_pct:.2f}",
            f"{t.contact_sd_ms:.1f}",
            f"{t.stride_mae_ms:.2f}",
            f"{t.release_bias_ms:+.1f} +- {t.release_sd_ms:.1f}",
            f"{t.right_swing_bias_ms:+.1f} +- {t.right_swing_sd_ms:.1f}",
        ]
        for texts, t in ((texts, totals(some)) for texts, some in moved)
    ]
    return [
        "",
        "### How much hangs on the settings",
        "",
        "One contact setting moved at a time, all records. A setting that costs much when it is moved was",
        "chosen with these records in sight; on other records expect the worse of its neighbours.",
        "",
        *_table(
            ("moved", "IC < 20 ms %", "IC SD ms", "stride MAE ms", "FC error ms", "right swing error ms"),
            rows,
        ),
    ]


def footswitch_section(
    agreements: list[Agreement], moved: Sequence[tuple[str, list[Agreement]]] = ()
) -> list[str]:
    """gaitndd: bars, groups, halves, records that resist, and what hangs on the settings."""
    lines = ["## Footswitch records (gaitndd)", ""]
    if not agreements:
        return [*lines, "Not at hand: no `.hea` with a `.ts` beside it was found.", ""]
    every = totals(agreements)
    lines += [
        "Footswitches, left foot: our contacts against the stride table of the database's authors, matched",
        "within 100 ms; error is ours minus theirs, mean +- SD. The table was made from these same signals,",
        "so this is agreement between two methods; its rows are unfiltered and some are plainly wrong.",
        "Shares are of all truth rows, matched or not.",
        "",
    ]
    bars = [
        [texts, f"{getattr(every, name):.2f}", bar, _meets(getattr(every, name), bar)]
        for name, texts, bar in BARS
    ]
    controls = [a for a in agreements if a.group == "control"]
    if controls:
        mae = totals(controls).stride_mae_ms
        bars.append(["stride time, the same over controls, ms", f"{mae:.2f}", "<= 1.5", _meets(mae, "<=1.5")])
    lines += [*_table(("figure", "ours", "bar", ""), bars), ""]
    groups = [("all", agreements)]
    groups += [(g, [a for a in agreements if a.group == g]) for g in sorted({a.group for a in agreements})]
    if len(agreements) > 3:
        groups.append(("every other record, from the first", agreements[::2]))
        groups.append(("every other record, from the second", agreements[1::2]))
    lines += [
        *_table(HEAD, [_totals_row(name, totals(members)) for name, members in groups]),
        "",
        "The two halves were used against each other when settings were tried: one was adopted only where",
        "it did not help one half at the cost of the other. No record outside this folder was looked at.",
        "",
        "### Each record, worst first",
        "",
    ]
    worst = sorted(agreements, key=lambda a: totals([a]).contact_close_pct)
    lines += _table(HEAD, [_totals_row(a.record, totals([a])) for a in worst])
    resisting = [a.record for a in worst if totals([a]).contact_close_pct < 95.0]
    lines += ["", "Records under 95 % within 20 ms, with what their signal shows:", ""]
    for record in resisting:
        lines.append(f"- {record}: {NOTES.get(record, 'not looked at yet')}")
    lines += _right_section(groups)
    if moved:
        lines += _moved_section(moved)
    return [*lines, ""]


def force_section(subjects: list[ExportData]) -> list[str]:
    """gaitpdb: the published table and ours, for each study at hand."""
    lines = ["## Insole forces (gaitpdb)", ""]
    if not subjects:
        return [*lines, "Not at hand: no recording named like `GaCo01_01.txt` was found.", ""]
    lines += [
        "Published: Frenkel-Toledo 2005 (J NeuroEng Rehabil 2:23), table 2, level ground, mean +- SD",
        "over subjects; its cohort is study Si. Ours: insoles of eight sensors a foot, usual walking (trial",
        "01), valid strides of both feet, turns, ends and outliers marked and left out (see [the gait",
        "engine](../explanation/gait-engine.md)); CV is the mean of the feet's own CVs.",
        "",
    ]
    for study in sorted({s.study for s in subjects}):
        lines += _study(study, [s for s in subjects if s.study == study])
    rows = [
        [s.record, *(f"{figure:.2f}" for figure in s.figures), str(s.turns), f"{s.valid} of {s.strides}"]
        for s in subjects
    ]
    lines += ["### Each recording", "", *_table(("record", *ROWS, "turns", "valid strides"), rows)]
    return [*lines, ""]


def _study(study: str, subjects: list[ExportData]) -> list[str]:
    same = "the published cohort" if study == OWN_STUDY else "another cohort than the published one"
    lines = [f"### Study {study}: {STUDIES.get(study, 'unknown')}, {same}", ""]
    rows: list[list[str]] = []
    for group, texts in (("Co", "controls"), ("Pt", "patients")):
        members = [s for s in subjects if s.group == group]
        if not members:
            continue
        for number, row in enumerate(ROWS):
            mean, sd, median = group_mean(members, number)
            published = PUBLISHED[group][row]
            away = (mean - published[0]) / published[1]
            ours = f"{mean:.2f} +- {sd:.2f}"
            theirs = f"{published[0]} +- {published[1]}"
            rows.append([f"{texts} ({len(members)})", row, theirs, ours, f"{median:.2f}", f"{away:+.1f}"])
    head = ("group", "parameter", "published", "ours", "our median", "difference in published SD")
    return [*lines, *_table(head, rows), ""]


def vendor_section(exports: list[Export]) -> list[str]:
    """Vendor files: one line each."""
    lines = ["## Exports of other systems", ""]
    if not exports:
        return [*lines, "Not at hand.", ""]
    rows: list[list[str]] = []
    for one in exports:
        if one.problem:
            rows.append([one.name, *[""] * 7, one.problem])
            continue
        figures = (one.stride_time_s, one.stance_pct, one.peak_force_n)
        rows.append(
            [
                one.name,
                one.instrument,
                f"{one.rate_hz:.4g}",
                f"{one.seconds:.1f}",
                f"{one.valid} of {one.strides}",
                *("" if figure is None else f"{figure:.4g}" for figure in figures),
                "; ".join(one.findings),
            ]
        )
    head = (
        "file",
        "instrument",
        "Hz",
        "s",
        "valid strides",
        "stride time s",
        "stance %",
        "peak force N",
        "findings",
    )
    return [*lines, *_table(head, rows), ""]


@dataclass(frozen=True)
class Figures:
    """All that was computed; empty where the recordings are not at hand or were not asked for.

    Attributes:
        parts: what was asked for, of `PARTS`.
        agreements: footswitch records beside their table.
        moved: the same with one setting changed at a time.
        subjects: recordings of insole forces.
        trials: standing on a plate.
        variations: the same trials, recorded otherwise.
        feet_in_motion: strides beside motion capture, on stairs, and of virtual people.
        steps: beside the vendor's step report.
        exports: files of other systems.
    """

    parts: Sequence[str]
    agreements: list[Agreement] = field(default_factory=list[Agreement])
    moved: list[tuple[str, list[Agreement]]] = field(default_factory=list[tuple[str, list[Agreement]]])
    subjects: list[ExportData] = field(default_factory=list[ExportData])
    trials: list[Trial] = field(default_factory=list[Trial])
    variations: list[standing_variations.Row] = field(default_factory=list[standing_variations.Row])
    feet_in_motion: motion.MotionFigures = field(default_factory=motion.MotionFigures)
    steps: list[moticon.StepReport] = field(default_factory=list[moticon.StepReport])
    exports: list[Export] = field(default_factory=list[Export])


PARTS = ("gaitndd", "gaitpdb", "bds", "gaitmap", "moticon", "vendor_exports")
"""Parts of the report, by the folders of their recordings."""


def as_markdown(figures: Figures, version: str) -> str:
    """The report, with the parts that were asked for."""
    sections = {
        "gaitndd": lambda: footswitch_section(figures.agreements, figures.moved),
        "gaitpdb": lambda: force_section(figures.subjects),
        "bds": lambda: balance_report.section(figures.trials, figures.variations),
        "gaitmap": lambda: motion.section(figures.feet_in_motion),
        "moticon": lambda: moticon.section(figures.steps),
        "vendor_exports": lambda: vendor_section(figures.exports),
    }
    lines = [
        "# Validation",
        "",
        f"Written by `make validate` (gait algorithm version {version}). Data: PhysioNet's *Gait in",
        "Neurodegenerative Disease* (gaitndd) and *Gait in Parkinson's Disease* (gaitpdb) databases,",
        "Hausdorff and colleagues, Goldberger 2000, Open Data Commons Attribution License 1.0; vendor",
        "exports from the R package pressuRe (MIT); *A public data set of human balance evaluations* (BDS),",
        "Santos and Duarte 2016, CC BY 4.0; a walk with optical motion capture and stairs from gaitmap",
        "(mad-lab-fau, MIT); a walk and its step report from moticon-opengo (Moticon, Apache-2.0).",
        "",
        "`python -m tools.validate --only bds` prints one part alone: "
        + ", ".join(f"`{part}`" for part in PARTS)
        + ".",
        "",
    ]
    if tuple(figures.parts) == PARTS:
        lines += evidence.section()
    for part in PARTS:
        if part in figures.parts:
            lines += sections[part]()
    return "\n".join(lines)


def finite(value: float) -> float | None:
    """For JSON, which has no NaN."""
    return float(value) if np.isfinite(value) else None
