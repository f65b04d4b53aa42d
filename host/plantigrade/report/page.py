"""One page about one recording: what a clinician reads first."""

# pyright: reportUnknownMemberType=false
# matplotlib types its keyword arguments only in part.

import textwrap
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from plantigrade.analyze.document import both_parameters
from plantigrade.analyze.norms import norm_of
from plantigrade.analyze.terminal import TITLES
from plantigrade.analyze.whole import Whole
from plantigrade.errors import FileError
from plantigrade.gait.results import Parameter
from plantigrade.report.curves import butterfly_panel, force_ensembles, timing_bars
from plantigrade.report.feet import feet_panel, load_unit
from plantigrade.report.style import FAINT, INK, styled

_SHOWN: Final = (
    "stride_time_s",
    "stride_time_cv_pct",
    "cadence_per_min",
    "stance_pct",
    "swing_time_cv_pct",
    "double_support_pct",
    "phase_coordination_index_pct",
    "f1_n",
    "f2_n",
    "f3_n",
    "loading_rate_n_per_s",
    "impulse_n_s",
    "peak_pressure_kpa",
    "pti_kpa_s",
    "contact_area_cm2",
    "force_arch_index",
    "gait_line_range_pct",
    "gait_line_width_pct",
    "cpei_pct",
)
_MAX_NOTES: Final = 9
_DPI: Final = 130


def draw(whole: Whole, path: Path) -> None:
    """Draw the page and write it as the ending of the path says (.png, .pdf, .svg).

    Raises:
        FileError: it cannot be written.
    """
    with styled():
        figure = page(whole)
        try:
            # No dates in the file: the same recording gives the same page.
            metadata = {".png": {}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
            figure.savefig(path, dpi=_DPI, metadata=metadata.get(path.suffix.lower(), {}))
        except OSError as error:
            raise FileError(path, f"cannot be written: {error.strerror or error}") from error


def page(whole: Whole) -> Figure:
    """The page as a figure of A4 size."""
    figure = Figure(figsize=(8.27, 11.69), facecolor="white")
    FigureCanvasAgg(figure)
    _header(figure, whole)
    grid = figure.add_gridspec(
        3,
        2,
        left=0.085,
        right=0.965,
        top=0.905,
        bottom=0.155,
        hspace=0.33,
        wspace=0.22,
        height_ratios=(1, 1.25, 1.2),
    )
    force_ensembles(figure.add_subplot(grid[0, :]), whole.analysis)
    feet = figure.add_subplot(grid[1:, 0])
    image = feet_panel(feet, whole.walk, whole.analysis)
    if image is not None:
        bar = figure.colorbar(image, ax=feet, orientation="horizontal", fraction=0.025, pad=0.015, shrink=0.6)
        bar.set_label(f"mean over stances of each sensor's peak, {load_unit(whole.walk)}")
    right = grid[1:, 1].subgridspec(3, 1, height_ratios=(0.75, 1.05, 2.2), hspace=0.42)
    timing_bars(figure.add_subplot(right[0]), whole.analysis)
    butterfly_panel(figure.add_subplot(right[1]), whole.butterfly)
    _figures(figure.add_subplot(right[2]), whole)
    _notes(figure, whole)
    return figure


def _header(figure: Figure, whole: Whole) -> None:
    walk, analysis = whole.walk, whole.analysis
    seconds = analysis.to_s - analysis.from_s
    span = f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
    steady = sum(int(foot.strides.valid.sum()) for foot in analysis.feet)
    strides = sum(len(foot.strides) for foot in analysis.feet)
    weight = f", body weight {analysis.body_weight_n:.0f} N" if analysis.body_weight_n else ""
    figure.text(0.035, 0.965, "Gait analysis", fontsize=15, weight="bold", color=INK)
    figure.text(0.965, 0.965, f"Plantigrade, algorithm {analysis.algorithm_version}", ha="right", color=FAINT)
    figure.text(0.035, 0.948, f"{Path(walk.source.path).name} ({walk.source.format})", fontsize=10, color=INK)
    figure.text(
        0.035,
        0.932,
        f"{span} at {walk.sample_rate_hz:.4g} Hz; {len(analysis.bouts)} walking bouts; {strides} strides, "
        f"of which {steady} steady ones are averaged{weight}",
        color=FAINT,
    )


def _figures(axes: Axes, whole: Whole) -> None:
    """The table of figures."""
    axes.set_axis_off()
    axes.set_title("Figures (mean over steady strides)")
    analysis = whole.analysis
    left = dict(analysis.left.parameters) if analysis.left else {}
    right = dict(analysis.right.parameters) if analysis.right else {}
    both = both_parameters(whole)
    names = [n for n in _SHOWN if any(_known(group.get(n)) for group in (left, right, both))]
    step = min(0.058, 0.96 / max(1, len(names) + 1))
    columns = (0.0, 0.58, 0.74, 0.80, 1.0)
    y = 0.97
    for x, title, align in (
        (columns[1], "left", "right"),
        (columns[2], "right", "right"),
        (1.0, "usual", "right"),
    ):
        axes.text(x, y, title, ha=align, weight="bold", fontsize=7.5, transform=axes.transAxes)
    for name in names:
        y -= step
        one, other = left.get(name), right.get(name)
        if not (_known(one) or _known(other)):
            one = other = None
        unit = next(p.unit for p in (left.get(name), right.get(name), both.get(name)) if p is not None)
        label = TITLES[name] + (f", {unit}" if unit != "1" else "")
        axes.text(columns[0], y, label, fontsize=7.5, transform=axes.transAxes)
        if one is None and other is None:
            _cell(axes, columns[2], y, both.get(name), name)
        else:
            _cell(axes, columns[1], y, one, name)
            _cell(axes, columns[2], y, other, name)
        norm = norm_of(name)
        axes.text(
            1.0,
            y,
            norm.text() if norm else "",
            ha="right",
            fontsize=7.5,
            color=FAINT,
            transform=axes.transAxes,
        )


def _known(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.value is not None


def _cell(axes: Axes, x: float, y: float, parameter: Parameter | None, name: str) -> None:
    if parameter is None or parameter.value is None:
        text, weight = "-", "normal"
    else:
        value = parameter.value
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        norm = norm_of(name)
        outside = norm is not None and not norm.holds(value)
        text, weight = f"{value:.{digits}f}" + (" !" if outside else ""), "bold" if outside else "normal"
    axes.text(x, y, text, ha="right", fontsize=7.5, weight=weight, transform=axes.transAxes)


def _notes(figure: Figure, whole: Whole) -> None:
    lines: list[str] = []
    for note in whole.notes[:_MAX_NOTES]:
        lines += textwrap.wrap(note, 150, initial_indent="- ", subsequent_indent="  ")
    if len(whole.notes) > _MAX_NOTES:
        lines.append(f"- and {len(whole.notes) - _MAX_NOTES} more notes in the JSON")
    lines.append(
        "! outside the usual range of healthy adults; ranges and definitions: docs/reference/parameters.md. "
        "No diagnosis."
    )
    figure.text(0.035, 0.125, "\n".join(lines), va="top", fontsize=7, color=INK, linespacing=1.35)
