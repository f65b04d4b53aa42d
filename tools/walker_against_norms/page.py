"""The table of the virtual walker beside the norms, as a page."""

from collections.abc import Sequence
from typing import Final

from tools.walker_against_norms.people import Measured
from tools.walker_against_norms.speeds import FootTypes

HEAD: Final = """# The virtual walker against the norms

Made by `python -m tools.walker_against_norms`. Every row is what healthy people were measured to have, and
beside it what [virtual people](../explanation/body-model.md) have through the same analysis: the mean of
people at 1.25 m/s, how it changes for each m/s from slow people to fast ones, and the SD of people around
that line. Insoles here have no error of their own.

A figure is **held** where it differs from the norm by no more than two samples of one population would in 95
of 100 cases: twice SD x root(1/n + 1/N) for a mean, the same over the controls' 0.16 m/s for a slope, and a
ratio of SDs within 1 + root(2/n + 2/N). Means of shares, indices and tilts depend on where an insole has its
sensors and are not held; their spread is.

"""
NOT_HELD: Final = "-"


def _number(value: float | None) -> str:
    if value is None:
        return NOT_HELD
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _pair(norm: float | None, ours: float | None) -> str:
    return NOT_HELD if norm is None or ours is None else f"{_number(norm)} : {_number(ours)}"


def page(found: Sequence[Measured], types: Sequence[FootTypes], first_seed: int) -> str:
    """The whole page, ending with a line break."""
    people = max(one.people for one in found if one.row.statistic == "median")
    last_seed = first_seed + people - 1
    lines = [
        f"{people} virtual people (seeds {first_seed} to {last_seed}), two minutes each; between walks: the "
        "same people on two other days. `norm : virtual`.",
        "",
        "| figure | unit | mean at 1.25 m/s | for each m/s | spread | ratio, bound | held | norm from |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(one) for one in found]
    held = sum(one.held for one in found)
    lines += ["", f"{held} of {len(found)} rows are held.", ""]
    return HEAD + "\n".join(lines) + "\n" + _speeds(types) + LEFT_OUT


def _line(one: Measured) -> str:
    row, outside = one.row, one.outside()
    spread = " % of the mean" if row.relative else " %" if row.logarithm else ""
    low, high = 1.0 / (1.0 + one.spread_bound), 1.0 + one.spread_bound
    cells = (
        row.label,
        row.unit or "-",
        _pair(row.mean, one.mean),
        _pair(row.slope, one.slope),
        _pair(row.spread, one.spread) + spread,
        f"{one.spread / row.spread:.2f}, {low:.2f} to {high:.2f}",
        f"no: {', '.join(outside)}" if outside else "yes",
        f"{row.source}, n = {row.n}",
    )
    return f"| {' | '.join(cells)} |"


def _speeds(types: Sequence[FootTypes]) -> str:
    lines = [
        "## Foot types by speed alone",
        "",
        "The same virtual people at 0.95, 1.25 and 1.55 m/s: how many are not of the same foot type "
        "(`low-arch`, `high-arch`, `pronation`, `supination`, of either foot) at all three. Bar: at most 1 "
        "of 10.",
        "",
        "| people | n | of a type at 1.25 m/s | changed by speed | |",
        "|---|---|---|---|---|",
    ]
    for one in types:
        share = one.changed / one.people
        lines.append(
            f"| {one.label} | {one.people} | {one.of_a_type} | {one.changed} ({100 * share:.0f} %) "
            f"| {'met' if share <= BAR else 'NOT met'} |"
        )
    return "\n".join(lines) + "\n\n"


BAR: Final = 0.10
LEFT_OUT: Final = """## What is not as measured

- Ages: the controls are 64 years old in the middle and the walker has no age. Stride times are those of
  people of 28.
- The mean force of the two feet differs in the controls by 5.7 %, most of it the gains of the insoles. The
  body has what plates show (1.8 %); a virtual pair of insoles has the rest, beside its calibration. The 2.4 %
  of the impulse are what is left of 5.9 % in shoes without those gains.
- The outer half of the midfoot (`lateral_arch_index`) differs by 33 % between virtual people, by 21 % in 18
  controls and by 25 % in 30 people of McCormick 2013: a high arch is found in fewer of them than it may be.
- Sizes of the norms rest on 72 people with eight sensors a foot, of the foot's speed slope on ten people
  barefoot.
"""
