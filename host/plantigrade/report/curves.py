"""Panels about time: force over the cycle, phases of the cycle, the butterfly."""

# pyright: reportUnknownMemberType=false
# matplotlib types its keyword arguments only in part.

from collections.abc import Callable
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from plantigrade.gait.parameters.registry import NORMS
from plantigrade.gait.pressure.butterfly import Butterfly
from plantigrade.gait.results import Analysis, FootAnalysis
from plantigrade.gait.signals import Foot, Walk
from plantigrade.report.style import COLOUR, FAINT, HATCH, INK, LINE, PAPER, USUAL

LONGEST_TRACE_S: Final = 30.0
Say = Callable[[str], str]
"""Says a word of a panel in the reader's language."""
_BAND_ALPHA: Final = {Foot.LEFT: 0.22, Foot.RIGHT: 0.16}


def force_panel(axes: Axes, walk: Walk, analysis: Analysis, say: Say = str) -> None:
    """The ensembles, or the bare force over time where there is no steady cycle to average."""
    if any(foot.force_cycle is not None and foot.force_cycle.n for foot in analysis.feet):
        force_ensembles(axes, analysis, say)
    else:
        force_over_time(axes, walk, say)


def force_over_time(axes: Axes, walk: Walk, say: Say = str) -> None:
    """Total of each foot over the first half minute."""
    axes.set_title(say("Vertical force over time (no steady cycle to average)"))
    recorded = [foot for foot in walk.feet if len(foot.time_s)]
    start = min((float(foot.time_s[0]) for foot in recorded), default=0.0)
    for foot in recorded:
        stop = int(np.searchsorted(foot.time_s, start + LONGEST_TRACE_S))
        total = foot.force_n[:stop].sum(axis=1)
        axes.plot(
            foot.time_s[:stop] - start,
            total,
            color=COLOUR[foot.foot],
            linestyle=LINE[foot.foot],
            label=say(foot.foot.value),
        )
    axes.set_xlabel(say("s from the start of the recording"))
    axes.set_ylabel(
        say("Force, N") if all(foot.quantity == "force" for foot in walk.feet) else "Signal, input units"
    )
    axes.legend(loc="upper right")


def force_ensembles(axes: Axes, analysis: Analysis, say: Say = str) -> None:
    """Mean force over the gait cycle of both feet, one SD either side."""
    unit = ""
    percent = np.arange(101)
    for foot in analysis.feet:
        curve = foot.force_cycle
        if curve is None or not curve.n:
            continue
        unit = curve.unit
        colour = COLOUR[foot.foot]
        low, high = curve.mean - curve.sd, curve.mean + curve.sd
        axes.fill_between(
            percent,
            low,
            high,
            color=colour,
            alpha=_BAND_ALPHA[foot.foot],
            hatch=HATCH[foot.foot],
            linewidth=0,
        )
        label = f"{say(foot.foot.value)} ({curve.n} {say('cycles')})"
        axes.plot(percent, curve.mean, color=colour, linestyle=LINE[foot.foot], linewidth=1.8, label=label)
    what = "Vertical force" if unit == "N" else "Signal"
    axes.set_title(f"{what} over the gait cycle (mean ± SD)")
    axes.set_xlim(0, 100)
    axes.set_ylim(min(0.0, axes.get_ylim()[0]), None)
    axes.set_xlabel("% of gait cycle, from initial contact to the next of the same foot")
    axes.set_ylabel(say("Force, N") if unit == "N" else f"Signal, {unit}")
    weight = analysis.body_weight_n
    if unit == "N" and weight:
        axes.axhline(weight, color=FAINT, linewidth=0.8, linestyle=":")
        axes.annotate(say("body weight"), (66, weight), ha="left", va="bottom", fontsize=7.5, color=FAINT)
    axes.legend(loc="lower center", bbox_to_anchor=(0.33, 0.12))  # under the curves, where nothing runs


def timing_bars(
    axes: Axes,
    analysis: Analysis,
    stance_form: str = "stance {:.1f}",
    swing_form: str = "swing {:.1f}",
    say: Say = str,
) -> None:
    """Stance and swing of each foot as shares of the cycle, the two double supports hatched.

    Args:
        axes: to draw on.
        analysis: with steady strides.
        stance_form, swing_form: what is written on the bars; {} is the percentage.
        say: the words of the panel.
    """
    axes.set_title(say("Timing, % of gait cycle"))
    norm = NORMS["stance_pct"]
    assert norm.low is not None
    assert norm.high is not None
    rows = list(reversed(analysis.feet))
    drawn = False
    for y, foot in enumerate(rows):
        stance = _value(foot, "stance_pct")
        if stance is None:
            continue
        drawn = True
        colour = COLOUR[foot.foot]
        axes.barh(y, stance, height=0.5, color=colour, alpha=0.85)
        axes.barh(y, 100 - stance, left=stance, height=0.5, color=PAPER, edgecolor=colour, linewidth=1.0)
        message = stance_form.format(stance)
        size = 8.5 if len(message) < 13 else 7.0  # between the hatched parts
        axes.text(stance / 2, y, message, ha="center", va="center", color=PAPER, weight="bold", fontsize=size)
        message = swing_form.format(100 - stance)
        axes.text((100 + stance) / 2, y, message, ha="center", va="center", color=INK)
        _double_supports(axes, foot, y, stance)
    if not drawn:
        _nothing(axes, "no steady cycle")
        return
    axes.axvspan(norm.low, norm.high, color=USUAL, zorder=0, linewidth=0)
    axes.set_yticks(range(len(rows)), [say(foot.foot.value) for foot in rows])
    axes.set_ylim(-0.75, len(rows) - 0.25)
    axes.set_xlim(0, 100)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("shaded: usual end of stance; hatched: double support", fontsize=7.5)


def _double_supports(axes: Axes, foot: FootAnalysis, y: int, stance: float) -> None:
    cycle = _value(foot, "stride_time_s")
    first = _value(foot, "initial_double_support_s")
    last = _value(foot, "terminal_double_support_s")
    if not cycle or first is None or last is None:
        return
    for left, seconds in ((0.0, first), (stance - 100 * last / cycle, last)):
        axes.barh(
            y,
            100 * seconds / cycle,
            left=left,
            height=0.5,
            facecolor="none",
            edgecolor=PAPER,
            hatch="xxx",
            linewidth=0,
        )


def butterfly_panel(axes: Axes, found: Butterfly | None, say: Say = str) -> None:
    """The butterfly with its crossing."""
    axes.set_title(say("Butterfly (centre of pressure)"))
    if found is None:
        _nothing(axes, "needs both feet with sensor places\nand three steady cycles")
        return
    axes.axvline(0, color=FAINT, linewidth=0.6, linestyle=":")
    closed = np.append(np.arange(len(found.x_pct)), 0)
    axes.plot(found.x_pct[closed], found.y_pct[closed], color=INK, linewidth=1.3)
    if np.isfinite(found.crossing_x_pct):
        axes.plot(
            found.crossing_x_pct, found.crossing_y_pct, "o", color=PAPER, markeredgecolor=INK, markersize=6
        )
        side = "right" if found.crossing_x_pct > 0 else "left"
        text = say("crossing {across:.0f} % to the {side},\n{along:.0f} % of length").format(
            across=abs(found.crossing_x_pct), side=say(side), along=found.crossing_y_pct
        )
        axes.text(0.5, 0.02, text, transform=axes.transAxes, ha="center", va="bottom", fontsize=7.5)
    axes.set_xlim(-140, 140)
    axes.set_ylim(0, 100)
    axes.set_xticks([-100, 0, 100], [say("left"), say("middle"), say("right")])
    axes.set_ylabel(say("% of length"))


def _value(foot: FootAnalysis, name: str) -> float | None:
    parameter = foot.parameters.get(name)
    return parameter.value if parameter is not None else None


def _nothing(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=FAINT, style="italic")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
