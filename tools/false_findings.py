"""Every posture finding on recordings of healthy people, with what explains it:

    python -m tools.false_findings [--data ../shared/data] [--output FILE]

A finding without an explanation is a failure of this command, so that none is passed over.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from plantigrade.analysis.pipeline import Request, of_walk
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, SensorLayout, Walk
from plantigrade.imports.formats import read
from plantigrade.posture.rules_engine.features import LATERAL_ARCH, StrideColumns, from_analysis
from plantigrade.posture.rules_engine.findings import RuleFinding, State
from plantigrade.posture.rules_engine.pair_gain import circumstance_of, pair_gain
from plantigrade.posture.rules_engine.rules import Circumstance
from plantigrade.posture.rules_engine.section import findings, medial_of

from tools.validation import balance

F64 = NDArray[np.float64]
ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reference" / "false-findings.md"
EU_SIZE: Final = 42.0
PRINT_STRIDES: Final = 40
LOADED_KPA: Final = 5.0
"""Pixels of the mean print above this belong to the foot; below lies the smear of 104 registered prints."""
HEEL_ACROSS: Final = 0.62
"""Where the middle of the heel lies across the insole."""
WHY: Final[Mapping[tuple[str, str], str]] = {
    (
        "GaCo12_01",
        "stance-asymmetry",
    ): "true of this walk: stances differ by 7.2 %, strides of both feet agree, "
    "and the load differs the same way; two of all 72 controls are beyond 6 %",
    (
        "GaCo12_01",
        "load-asymmetry",
    ): "half of it is the shorter stance, half the mean force (7.5 %), which may be "
    "the pair's gains: nobody weighed them on one leg",
    ("control3", "stance-asymmetry"): "a footswitch ends the stance where its own foot releases it: the two "
    "differ in how long they stay pressed",
    (
        "control13",
        "stride-variability",
    ): "just beyond: two SDs leave one healthy person in forty",
}
"""What explains each finding, by record and rule."""


@dataclass(frozen=True)
class Group:
    """Recordings of healthy people.

    Attributes:
        name: in the table.
        people: recordings.
        decided: rules that were judged in at least one.
        present: findings by record.
    """

    name: str
    people: int
    decided: frozenset[str]
    present: Mapping[str, tuple[RuleFinding, ...]]


def _judged(walk: Walk) -> list[RuleFinding]:
    on = circumstance_of(walk)
    analysis = analyze(walk)
    gain = pair_gain(walk, analysis.pair_load)
    return findings(from_analysis(analysis), walk.feet[0].layout, on=on, gain=gain, uncertainty=False)


def group_of(name: str, found: Mapping[str, Sequence[RuleFinding]]) -> Group:
    """What was said of a group, by record."""
    every = [one for judged in found.values() for one in judged]
    present = {
        record: tuple(one for one in judged if one.state is State.PRESENT) for record, judged in found.items()
    }
    return Group(
        name,
        len(found),
        frozenset(one.rule for one in every if one.state is not State.UNKNOWN),
        {record: some for record, some in present.items() if some},
    )


def print_strides(pressure: F64, foot: Foot, layout: SensorLayout) -> StrideColumns:
    """A print (kPa, heel first) seen through an insole's places: each pixel belongs to the nearest sensor.

    Args:
        pressure: (rows, columns).
        foot: side; the hallux lies at the higher columns of a left foot.
        layout: of the insole.
    """
    loaded = pressure > LOADED_KPA
    rows, across = np.flatnonzero(loaded.any(axis=1)), np.flatnonzero(loaded.any(axis=0))
    part = pressure[rows[0] : rows[-1] + 1, across[0] : across[-1] + 1]
    if foot is Foot.LEFT:
        part = part[:, ::-1]  # medial first
    length = layout.insole_length_mm or float(layout.y_mm.max())
    pixel = length / len(part)
    y, x = (grid.astype(np.float64) for grid in np.indices(part.shape))
    heel = part[: len(part) // 4].sum(axis=0)
    middle = float(heel @ np.arange(len(heel)) / heel.sum())
    width = float(layout.x_mm.max() + layout.x_mm.min())
    x_mm, y_mm = (x - middle) * pixel + HEEL_ACROSS * width, (y + 0.5) * pixel
    away: F64 = (x_mm.ravel()[:, None] - layout.x_mm) ** 2 + (y_mm.ravel()[:, None] - layout.y_mm) ** 2
    force = np.bincount(np.argmin(away, axis=1), part.ravel(), layout.sensor_count)
    midfoot, toes = (np.array([one == region for one in layout.region]) for region in ("midfoot", "toes"))
    lateral = 0.5 * (1.0 - medial_of(layout))
    values = {
        name: np.full(PRINT_STRIDES, float(part @ midfoot) / float(part @ ~toes))
        for name, part in (("force_arch_index", force), (LATERAL_ARCH, lateral * force))
    }
    return StrideColumns(foot, np.arange(1.0, PRINT_STRIDES + 1), np.ones(PRINT_STRIDES, np.bool_), values)


def prints(folder: Path, on: Circumstance | None) -> dict[str, list[RuleFinding]]:
    """The mean print of 104 adults, as an insole's or as a plate's."""
    layout = own_layout(EU_SIZE)
    tables = [
        print_strides(np.loadtxt(folder / f"MUN104{foot.value[0].upper()}.csv", delimiter=","), foot, layout)
        for foot in Foot
    ]
    return {"mean print": findings(tables, layout, on=on, uncertainty=False)}


def groups(data: Path) -> Iterator[Group]:
    """Every group of healthy people that the folder has."""
    for name, pattern in (
        ("gaitpdb controls, 2 min in shoes, eight sensors a foot", "gaitpdb/*Co*.txt*"),
        ("gaitndd controls, 5 min, footswitches", "gaitndd/control*.hea"),
        ("F-Scan pair, one walk (too few strides)", "fscan_pair/FrasP01L*"),
    ):
        if paths := sorted(data.glob(pattern)):
            yield group_of(name, {path.name.split(".")[0]: _judged(read(path)) for path in paths})
    if (data / "bds").is_dir():
        yield group_of("bds, 60 s of standing on a plate", standing(data / "bds"))
    if (data / "mun104").is_dir():
        yield group_of(
            "mun104, mean print of 104 adults, taken for an insole's", prints(data / "mun104", None)
        )
        on_plate = prints(data / "mun104", Circumstance.PLATE)
        yield group_of("the same, said to be a plate's", on_plate)


def standing(folder: Path) -> dict[str, list[RuleFinding]]:
    """Trials on a plate: nobody walks, so that a finding of strides would be one of steps that were not."""
    found: dict[str, list[RuleFinding]] = {}
    for path in sorted(folder.glob("BDS0*.txt*")):
        full = of_walk(
            balance.two_feet(balance.read_plate(path)),
            Request(path, feet_apart_mm=balance.FEET_APART_MM),
        )
        found[path.name.split(".")[0]] = findings(from_analysis(full.analysis), None, uncertainty=False)
    return found


def page(found: Sequence[Group]) -> str:
    """The page.

    Raises:
        KeyError: a finding that nothing explains.
    """
    lines = [
        "# False findings on healthy people",
        "",
        "Made by `python -m tools.false_findings` from recordings of healthy people; every finding that is "
        "present is in the list, with what explains it. Bar: at most 5 % of people flagged by any one rule; "
        "a single one of the 18 is 5.6 %, of the 8 12.5 %.",
        "",
        "| recordings | n | judged | flagged, by rule |",
        "|---|---|---|---|",
    ]
    for group in found:
        counts = Counter(
            rule for some in group.present.values() for rule in sorted({one.rule for one in some})
        )
        flagged = ", ".join(f"`{rule}` {n} ({n / group.people:.1%})" for rule, n in counts.most_common())
        judged = ", ".join(f"`{rule}`" for rule in sorted(group.decided)) or "none"
        lines.append(f"| {group.name} | {group.people} | {judged} | {flagged or 'none'} |")
    lines += ["", "| record | rule | side | value | level | why |", "|---|---|---|---|---|---|"]
    for group in found:
        for record, some in group.present.items():
            for one in some:
                side = one.foot.value if one.foot is not None else "both"
                figures = f"{one.value:.2f} | {one.raise_level:.2f}"
                lines.append(f"| {record} | `{one.rule}` | {side} | {figures} | {WHY[record, one.rule]} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """0 when every finding is explained, 1 otherwise or without recordings."""
    parser = argparse.ArgumentParser(prog="python -m tools.false_findings")
    parser.add_argument("--data", type=Path, default=ROOT / ".." / "shared" / "data")
    parser.add_argument("--output", type=Path, default=PAGE, help="Markdown; `-` for stdout")
    chosen = parser.parse_args(arguments)
    found = list(groups(chosen.data))
    if not found:
        print(f"{chosen.data}: no recordings of healthy people are here", file=sys.stderr)
        return 1
    try:
        text = page(found)
    except KeyError as error:
        print(f"nothing explains {error}: add it to WHY in tools/false_findings.py", file=sys.stderr)
        return 1
    if str(chosen.output) == "-":
        print(text)
    else:
        chosen.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
