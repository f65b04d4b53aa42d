"""One page about one recording: what a clinician reads first."""

# pyright: reportUnknownMemberType=false
# matplotlib types its keyword arguments only in part.

import textwrap
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from plantigrade.analysis.document import both_parameters
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.analysis.terminal import asymmetry_text, bouts_text, strides_text
from plantigrade.errors import FileError
from plantigrade.gait.parameters.definition import View, digits_of
from plantigrade.gait.parameters.registry import norm_of, shown_in, title_of
from plantigrade.gait.results import Parameter
from plantigrade.report.curves import butterfly_panel, force_panel, timing_bars
from plantigrade.report.feet import feet_panel, load_unit, map_title
from plantigrade.report.style import FAINT, INK, styled

_EACH_FOOT: Final = shown_in(View.PAGE_FEET)
_FULL_WALK: Final = shown_in(View.PAGE_WALK)
_SMALL: Final = 7.5
_ROW: Final = 0.064
_MAX_NOTES: Final = 9
_DPI: Final = 130


def draw(full_analysis: RecordingAnalysis, path: Path) -> None:
    """Draw the page and write it as the ending of the path says (.png, .pdf, .svg).

    Raises:
        FileError: it cannot be written.
    """
    with styled():
        figure = page(full_analysis)
        try:
            # No dates in the file: the same recording gives the same page.
            metadata = {".png": {}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
            figure.savefig(path, dpi=_DPI, metadata=metadata.get(path.suffix.lower(), {}))
        except OSError as error:
            raise FileError(path, f"cannot be written: {error.strerror or error}") from error


def page(full_analysis: RecordingAnalysis) -> Figure:
    """The page as a figure of A4 size."""
    figure = Figure(figsize=(8.27, 11.69), facecolor="white")
    FigureCanvasAgg(figure)
    _header(figure, full_analysis)
    top = figure.add_gridspec(1, 1, left=0.085, right=0.965, top=0.905, bottom=0.725)
    force_panel(figure.add_subplot(top[0]), full_analysis.walk, full_analysis.analysis)
    feet = figure.add_subplot(figure.add_gridspec(1, 1, left=0.035, right=0.555, top=0.655, bottom=0.345)[0])
    image = feet_panel(feet, full_analysis.walk, full_analysis.analysis)
    if image is not None:
        bar = figure.colorbar(
            image, cax=figure.add_axes((0.14, 0.333, 0.31, 0.008)), orientation="horizontal"
        )
        bar.set_label(f"{map_title(full_analysis.analysis)}, {load_unit(full_analysis.walk)}", fontsize=7.5)
    right = figure.add_gridspec(
        2, 1, left=0.625, right=0.965, top=0.655, bottom=0.345, hspace=0.62, height_ratios=(0.8, 1.2)
    )
    timing_bars(figure.add_subplot(right[0]), full_analysis.analysis)
    butterfly_panel(figure.add_subplot(right[1]), full_analysis.butterfly)
    _each_foot(figure.add_axes((0.035, 0.095, 0.545, 0.185)), full_analysis)
    _full_walk(figure.add_axes((0.625, 0.095, 0.34, 0.185)), full_analysis)
    _notes(figure, full_analysis)
    return figure


def _header(figure: Figure, full_analysis: RecordingAnalysis) -> None:
    walk, analysis = full_analysis.walk, full_analysis.analysis
    seconds = analysis.to_s - analysis.from_s
    span = f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
    steady = sum(int(foot.strides.valid.sum()) for foot in analysis.feet)
    weight = ""
    if analysis.body_weight_n:
        how = "" if walk.body_weight_n else " (estimated)"
        weight = f"; body weight {analysis.body_weight_n:.0f} N{how}"
    figure.text(0.035, 0.965, "Gait analysis", fontsize=15, weight="bold", color=INK)
    figure.text(0.965, 0.965, f"Plantigrade, algorithm {analysis.algorithm_version}", ha="right", color=FAINT)
    figure.text(0.035, 0.948, f"{Path(walk.source.path).name} ({walk.source.format})", fontsize=10, color=INK)
    figure.text(
        0.035,
        0.932,
        f"{span} at {walk.sample_rate_hz:.4g} Hz; {bouts_text(analysis)}; {strides_text(analysis)}, "
        f"{steady} of them steady and averaged{weight}",
        color=FAINT,
    )


def _each_foot(axes: Axes, full_analysis: RecordingAnalysis) -> None:
    """What both feet have, side by side."""
    analysis = full_analysis.analysis
    left = dict(analysis.left.parameters) if analysis.left else {}
    right = dict(analysis.right.parameters) if analysis.right else {}
    names = [n for n in _EACH_FOOT if _known(left.get(n)) or _known(right.get(n))]
    columns = (0.0, 0.53, 0.66, 0.86, 1.0)
    heights = _rows(
        axes, "Each foot (mean over steady strides)", columns, ("left", "right", "usual", "R to L"), names
    )
    for name, y in zip(names, heights, strict=True):
        one, other = left.get(name), right.get(name)
        unit = next(p.unit for p in (one, other) if p is not None)
        _label(axes, y, name, unit)
        _cell(axes, columns[1], y, one, name)
        _cell(axes, columns[2], y, other, name)
        _usual(axes, columns[3], y, name)
        axes.text(
            columns[4],
            y,
            asymmetry_text(one, other, name),
            ha="right",
            fontsize=_SMALL,
            transform=axes.transAxes,
        )


def _full_walk(axes: Axes, full_analysis: RecordingAnalysis) -> None:
    """What belongs to the walk as a whole."""
    both = both_parameters(full_analysis)
    names = [n for n in _FULL_WALK if _known(both.get(n))]
    columns = (0.0, 0.72, 1.0)
    heights = _rows(axes, "Whole walk", columns, ("", "usual"), names)
    for name, y in zip(names, heights, strict=True):
        parameter = both[name]
        _label(axes, y, name, parameter.unit)
        _cell(axes, columns[1], y, parameter, name)
        _usual(axes, columns[2], y, name)


def _rows(
    axes: Axes, title: str, columns: tuple[float, ...], heads: tuple[str, ...], names: list[str]
) -> list[float]:
    """Draw the head of a table; the heights of its rows."""
    axes.set_axis_off()
    axes.set_title(title)
    if not names:
        axes.text(0, 0.9, "no steady stride to average", color=FAINT, style="italic", fontsize=_SMALL)
        return []
    for x, head in zip(columns[1:], heads, strict=True):
        axes.text(x, 0.95, head, ha="right", weight="bold", fontsize=_SMALL, transform=axes.transAxes)
    return [0.95 - _ROW * (row + 1) for row in range(len(names))]


def _label(axes: Axes, y: float, name: str, unit: str) -> None:
    text = title_of(name) + (f", {unit}" if unit != "1" else "")
    axes.text(0.0, y, text, fontsize=_SMALL, transform=axes.transAxes)


def _usual(axes: Axes, x: float, y: float, name: str) -> None:
    norm = norm_of(name)
    text = norm.text() if norm else ""
    axes.text(x, y, text, ha="right", fontsize=_SMALL, color=FAINT, transform=axes.transAxes)


def _known(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.value is not None


def _cell(axes: Axes, x: float, y: float, parameter: Parameter | None, name: str) -> None:
    if parameter is None or parameter.value is None:
        text, weight = "-", "normal"
    else:
        value = parameter.value
        digits = digits_of(value)
        norm = norm_of(name)
        outside = norm is not None and not norm.holds(value)
        text, weight = f"{value:.{digits}f}" + (" !" if outside else ""), "bold" if outside else "normal"
    axes.text(x, y, text, ha="right", fontsize=7.5, weight=weight, transform=axes.transAxes)


def _notes(figure: Figure, full_analysis: RecordingAnalysis) -> None:
    lines: list[str] = []
    for note in full_analysis.notes[:_MAX_NOTES]:
        lines += textwrap.wrap(note, 150, initial_indent="- ", subsequent_indent="  ")
    if len(full_analysis.notes) > _MAX_NOTES:
        lines.append(f"- and {len(full_analysis.notes) - _MAX_NOTES} more notes in the JSON")
    lines.append(
        "! outside the usual range of healthy adults; ranges and definitions: docs/reference/parameters.md. "
        "No diagnosis."
    )
    figure.text(0.035, 0.082, "\n".join(lines), va="top", fontsize=7, color=INK, linespacing=1.35)
