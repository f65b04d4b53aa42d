"""The summary that a person sees: one table with left, right and both feet, the usual range, and what to
know.
"""

import math
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from plantigrade.analysis.document import both_parameters
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.analysis.posture import as_texts, posture_of
from plantigrade.gait.balance import Standing, StandingKind
from plantigrade.gait.load_levels import LoadedFrom
from plantigrade.gait.parameters.definition import ParameterGroup, View, digits_of
from plantigrade.gait.parameters.registry import PARAMETERS, group_of, norm_of, shown_in, title_of
from plantigrade.gait.results import Analysis, Parameter, Parameters
from plantigrade.gait.sway_norms import norms
from plantigrade.gait.tested_range import GaitKind
from plantigrade.text_format import counted

SHOWN: Final = shown_in(View.SUMMARY)
"""What the table shows, in this order; the JSON has all parameters."""

_OWN_SECTION: Final = (ParameterGroup.FORCE, ParameterGroup.PRESSURE)
_BOX: Final = box.SIMPLE_HEAD
_MAX_NOTES: Final = 12
_NONE: Final[Parameters] = {}
_WEIGHT_FROM: Final = {
    LoadedFrom.WALKING: ", estimated from the walk",
    LoadedFrom.EARLIER: ", from earlier recordings",
    LoadedFrom.STEADY_SUM: ", from the steady sum of both feet",
}
"""How the body weight is known; nothing where it was stated."""
_KINDS: Final = {
    StandingKind.QUIET: "Standing",
    StandingKind.ONE_LEG: "One-leg stance",
    StandingKind.TANDEM: "Probably tandem stance",
    StandingKind.SIT_TO_STAND: "Rising from a seat",
}


def print_summary(full_analysis: RecordingAnalysis, console: Console) -> None:
    """Print the whole summary."""
    console.print(summary(full_analysis))


def summary(full_analysis: RecordingAnalysis) -> RenderableType:
    """What `print_summary` prints."""
    parts: list[RenderableType] = [_heading(full_analysis)]
    if any(foot.strides.valid.any() for foot in full_analysis.analysis.feet):
        parts.append(_table(full_analysis))
    else:
        parts.append(Text("\nNo steady walking was found in this recording.\n", style="bold"))
    parts += [
        _standing(standing, number) for number, standing in enumerate(full_analysis.standings[:3], start=1)
    ]
    if len(full_analysis.standings) > 3:
        parts.append(
            Text(f"and {len(full_analysis.standings) - 3} more spans of standing (all are in the JSON)")
        )
    if full_analysis.romberg is not None:
        r = full_analysis.romberg
        parts.append(Text(f"Eyes closed over open: velocity {r.velocity:.2f}, ellipse area {r.area:.2f}"))
    parts.append(_posture(full_analysis))
    parts.append(_notes(full_analysis))
    return Group(*parts)


def _posture(full_analysis: RecordingAnalysis) -> RenderableType:
    lines = [Text("Posture", style="bold")]
    lines += [Text(f"  {line}") for line in as_texts(posture_of(full_analysis))]
    return Group(*lines)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def _heading(full_analysis: RecordingAnalysis) -> RenderableType:
    walk, analysis = full_analysis.walk, full_analysis.analysis
    line = Text()
    line.append(Path(walk.source.path).name, style="bold")
    span = _duration(analysis.to_s - analysis.from_s)
    line.append(f"  {walk.source.format}, {walk.sample_rate_hz:.4g} Hz, {span}")
    steady = sum(int(foot.strides.valid.sum()) for foot in analysis.feet)
    walked = sum(bout.duration_s for bout in analysis.bouts)
    second = Text(
        f"{bouts_text(analysis)}, {_duration(walked)} of {_gait_name(analysis)}; {strides_text(analysis)}, "
        f"{steady} of them steady",
        style="dim",
    )
    if analysis.body_weight_n:
        how = _WEIGHT_FROM.get(analysis.load_levels.loaded_from, "")
        second.append(f"; body weight {analysis.body_weight_n:.0f} N{how}")
    return Group(line, second)


def _table(full_analysis: RecordingAnalysis) -> RenderableType:
    """Two tables: the walk as a whole, and each foot."""
    analysis = full_analysis.analysis
    left: Parameters = analysis.left.parameters if analysis.left else _NONE
    right: Parameters = analysis.right.parameters if analysis.right else _NONE
    both = both_parameters(full_analysis)
    overall = _grid("Whole walk", ("", "Usual range"))
    for name in SHOWN:
        if _known(both.get(name)) and not (_known(left.get(name)) and _known(right.get(name))):
            overall.add_row(_title(title_of(name), both[name].unit), _cell(both, name), _usual(name))
    feet = _grid("Each foot", ("Left", "Right", "Usual range", "R to L"))
    group = None
    for name in SHOWN:
        if group_of(name) is not group and group_of(name) in _OWN_SECTION and feet.row_count:
            feet.add_section()
        group = group_of(name)
        shown = next((part[name] for part in (left, right) if _known(part.get(name))), None)
        if shown is not None:
            feet.add_row(
                _title(title_of(name), shown.unit),
                _cell(left, name),
                _cell(right, name),
                _usual(name),
                Text(asymmetry_text(left.get(name), right.get(name), name)),
            )
    return Padding(Group(overall, Text(""), feet), (1, 0, 1, 0))


def _grid(title: str, heads: tuple[str, ...]) -> Table:
    table = Table(box=_BOX, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    table.add_column(Text(title, style="bold underline"), no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _title(title: str, unit: str) -> Text:
    text = Text(title)
    if unit != "1":
        text.append(f", {unit}", style="dim")
    return text


def _usual(name: str) -> Text:
    norm = norm_of(name)
    return Text(norm.text() if norm else "", style="dim")


def _known(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.value is not None and math.isfinite(parameter.value)


def _cell(group: Parameters, name: str) -> Text:
    parameter = group.get(name)
    if parameter is None:
        return Text("")
    if parameter.value is None or not _known(parameter):
        return Text("-", style="dim")
    digits = digits_of(parameter.value)
    text = Text(f"{parameter.value:.{digits}f}")
    if parameter.sd is not None and parameter.n > 1:
        text.append(f" ±{parameter.sd:.{digits}f}", style="dim")
    norm = norm_of(name)
    if norm is not None and not norm.holds(parameter.value):
        text.stylize("bold yellow")
        text.append(" !", style="bold yellow")
    return text


def asymmetry_text(left: Parameter | None, right: Parameter | None, name: str) -> str:
    """Symmetry index 100 (R - L) / ((R + L) / 2) as text, where both feet have a positive figure."""
    row = PARAMETERS.get(name)
    if row is not None and not row.ratio:
        return ""
    if left is None or right is None or left.value is None or right.value is None:
        return ""
    if not (left.value > 0 and right.value > 0):
        return ""
    index = 200.0 * (right.value - left.value) / (right.value + left.value)
    return f"{index:+.0f} %" if abs(index) > 0.5 else "0 %"


def bouts_text(analysis: Analysis) -> str:
    """How many bouts of walking or running, as text."""
    return counted(len(analysis.bouts), f"{_gait_name(analysis)} bout")


def _gait_name(analysis: Analysis) -> str:
    return "running" if analysis.gait.kind is GaitKind.RUNNING else "walking"


def strides_text(analysis: Analysis) -> str:
    """How many strides of both feet, as text."""
    return counted(sum(len(foot.strides) for foot in analysis.feet), "stride")


def _standing(standing: Standing, number: int) -> RenderableType:
    name = _KINDS[standing.kind] + (f" ({standing.leg})" if standing.leg else "")
    line = Text(f"{name} {number}: {standing.from_s:.0f} to {standing.to_s:.0f} s", style="bold")
    message: list[str] = []
    if math.isfinite(standing.left_load_pct):
        message.append(
            f"load left {standing.left_load_pct:.0f} %, right {100 - standing.left_load_pct:.0f} %"
        )
    if math.isfinite(standing.rear_load_pct):
        message.append(f"rear {standing.rear_load_pct:.0f} %, fore {100 - standing.rear_load_pct:.0f} %")
    for name in ("both", "left", "right"):
        sway = getattr(standing, name)
        if sway is not None:
            message.append(
                f"sway {name} {sway.mean_velocity_mm_per_s:.1f} mm/s, ellipse {sway.ellipse_area_mm2:.0f} mm2"
            )
    lines: list[RenderableType] = [line, Text("; ".join(message) or "nothing could be measured")]
    lines += [Text(f"not to be trusted: {caveat.text}", style="bold yellow") for caveat in standing.caveats]
    if standing.both is not None:
        corner = standing.both.low_pass_hz
        how = "not filtered" if corner is None else f"low-passed at {corner:g} Hz"
        plain = standing.both.unfiltered_velocity_mm_per_s
        lines.append(Text(f"sway is {how}; velocity unfiltered {plain:.1f} mm/s", style="dim"))
        if not standing.caveats:
            lines.append(Text(_norm(standing.eyes), style="dim"))
    return Group(*lines)


def _norm(eyes: str) -> str:
    """Healthy people's sway on a firm floor as one line: median to the 95th percentile."""
    found = norms()
    texts: list[str] = []
    for name, unit in (("unfiltered_velocity_mm_per_s", "mm/s"), ("ellipse_area_mm2", "mm2")):
        for row in found.of(name, eyes=eyes or "open", surface="firm"):
            texts.append(f"{row.median:g} to {row.p95:g} {unit} at {row.age_from} to {row.age_to} years")
    return (
        f"healthy people, firm floor, eyes {eyes or 'open'}: {'; '.join(texts)} "
        f"({found.instrument}; {found.source})"
    )


def _notes(full_analysis: RecordingAnalysis) -> RenderableType:
    lines: list[RenderableType] = []
    if full_analysis.notes:
        lines.append(Text("To know", style="bold"))
        lines += [Text(f"- {note}") for note in full_analysis.notes[:_MAX_NOTES]]
        if len(full_analysis.notes) > _MAX_NOTES:
            lines.append(Text(f"- and {len(full_analysis.notes) - _MAX_NOTES} more (all are in the JSON)"))
    lines.append(
        Text(
            "! outside the usual range of healthy adults (docs/reference/parameters.md); no diagnosis. "
            "± is the SD over strides.",
            style="dim",
        )
    )
    return Group(*lines)
