"""Figures of the report as SVG, drawn by the panels of `curves` and `feet`, each with words for people who
cannot see it."""

# pyright: reportUnknownMemberType=false
# matplotlib types its keyword arguments only in part.

from collections.abc import Callable
from io import StringIO
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.parameters.definition import View, digits_of
from plantigrade.gait.parameters.pressure import LOAD_SHARE, REGIONS
from plantigrade.gait.parameters.registry import shown_in
from plantigrade.gait.results import Analysis
from plantigrade.report.curves import butterfly_panel, force_panel, timing_bars
from plantigrade.report.document_blocks import Picture
from plantigrade.report.feet import feet_panel, load_unit, map_title
from plantigrade.report.style import styled
from plantigrade.report.wording import Wording

_FORCES: Final = shown_in(View.FORCE_FIGURE)
_SHARES: Final = tuple(map(LOAD_SHARE.name, REGIONS))
_TIMES: Final = shown_in(View.TIMING_FIGURE)


def has_places(full_analysis: RecordingAnalysis) -> bool:
    """Whether any foot has sensor places, so that a map can be drawn."""
    return any(foot.layout is not None for foot in full_analysis.walk.feet)


def has_cycles(full_analysis: RecordingAnalysis) -> bool:
    """Whether any foot has a steady stride."""
    return any(bool(foot.strides.valid.any()) for foot in full_analysis.analysis.feet)


def force_picture(
    full_analysis: RecordingAnalysis, wording: Wording, caption: str, share: float = 1.0, title: str = ""
) -> Picture:
    """Ensembles of the vertical force, or the trace where there is no steady cycle."""
    averaged = any(
        foot.force_cycle is not None and foot.force_cycle.n for foot in full_analysis.analysis.feet
    )
    alt = (
        wording("figure.force_alt", facts=_facts(full_analysis.analysis, _FORCES, wording))
        if averaged
        else wording("figure.trace_alt")
    )

    def draw(axes: Axes) -> None:
        force_panel(axes, full_analysis.walk, full_analysis.analysis, wording.panel)
        if averaged and share < 1:  # the caption says the rest
            axes.set_xlabel(wording("figure.cycle_axis"))

    svg = svg_of((6.9 * share, 2.5), draw, title or (wording("figure.force_title") if averaged else ""))
    return Picture(svg, alt, caption, share)


def timing_picture(
    full_analysis: RecordingAnalysis, wording: Wording, caption: str, share: float, title: str = ""
) -> Picture:
    """Bars of stance and swing; with a title of its own in plaas text."""
    alt = wording("figure.timing_alt", facts=_facts(full_analysis.analysis, _TIMES, wording))

    def draw(axes: Axes) -> None:
        if title:
            forms = wording("title.stance_plain"), wording("title.swing_plain")
        else:
            forms = wording("figure.stance"), wording("figure.swing")
        timing_bars(axes, full_analysis.analysis, *forms, wording.panel)
        axes.set_xlabel(wording("title.cycle_plain" if title else "figure.cycle_axis"))

    svg = svg_of((6.9 * share, 1.8), draw, title)
    return Picture(svg, alt, caption, share)


def butterfly_picture(
    full_analysis: RecordingAnalysis, wording: Wording, caption: str, share: float
) -> Picture:
    """The butterfly with its crossing."""
    found = full_analysis.butterfly
    facts = wording("figure.no_fact")
    if found is not None:
        facts = f"x {found.crossing_x_pct:.0f} %, y {found.crossing_y_pct:.0f} %."
    svg = svg_of((6.9 * share, 2.7), lambda axes: butterfly_panel(axes, found, wording.panel))
    return Picture(svg, wording("figure.butterfly_alt", facts=facts), caption, share)


def feet_picture(
    full_analysis: RecordingAnalysis, wording: Wording, caption: str, share: float, plain_title: str = ""
) -> Picture:
    """Map, gait line and shares on the outlines; with a grey scale unless it has a plain title."""
    scale = not plain_title
    alt = wording("figure.feet_alt", facts=_facts(full_analysis.analysis, _SHARES, wording))

    def draw(axes: Axes) -> None:
        counted = wording("title.steps_plain" if plain_title else "figure.stances")
        image = feet_panel(axes, full_analysis.walk, full_analysis.analysis, counted, wording.panel)
        figure = axes.get_figure(root=True)
        if scale and image is not None and figure is not None:
            bar = figure.colorbar(
                image, ax=axes, orientation="horizontal", fraction=0.03, pad=0.09, aspect=45
            )
            bar.set_label(
                f"{wording.panel(map_title(full_analysis.analysis))}, {load_unit(full_analysis.walk)}",
                fontsize=7.5,
            )

    return Picture(svg_of((6.9 * share, 3.7 if scale else 3.3), draw, plain_title), alt, caption, share)


def svg_of(size_inches: tuple[float, float], draw: Callable[[Axes], None], title: str = "") -> str:
    """The figure's SVG; the same recording gives the same text."""
    with styled():
        figure = Figure(figsize=size_inches, facecolor="white", layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        draw(axes)
        if title:
            axes.set_title(title)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _facts(analysis: Analysis, names: tuple[str, ...], wording: Wording) -> str:
    sentences: list[str] = []
    for foot in analysis.feet:
        for name in names:
            parameter = foot.parameters.get(name)
            if parameter is not None and parameter.value is not None:
                value = f"{parameter.value:.{digits_of(parameter.value)}f}"
                sentences.append(
                    wording(
                        "figure.fact",
                        title=wording.parameter(name),
                        foot=wording(foot.foot.value),
                        value=value,
                        unit=parameter.unit,
                    )
                )
    return "; ".join(sentences) + "." if sentences else wording("figure.no_fact")
