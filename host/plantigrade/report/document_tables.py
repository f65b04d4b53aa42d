"""Tables of the clinician's pages about walking and standing."""

import math
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from plantigrade.analysis.document import both_parameters
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.analysis.terminal import asymmetry_text
from plantigrade.gait.balance import Standing, StandingKind
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.pressure import REGIONAL, REGIONS
from plantigrade.gait.parameters.registry import NORMS, digits_for, norm_of, shown_in
from plantigrade.gait.results import Parameter, Parameters
from plantigrade.gait.sway_norms import norms
from plantigrade.report.document_blocks import Block, Cell, Table, Text
from plantigrade.report.document_numbers import interval, number, spread_interval
from plantigrade.report.wording import Wording

TIMING: Final = shown_in(View.TIMING)
FORCES: Final = shown_in(View.FORCE)
FOOT_LEVEL: Final = shown_in(View.PRESSURE)
VARIABILITY: Final = shown_in(View.VARIABILITY)
_MAX_STANDINGS: Final = 5
_NONE: Final[Parameters] = {}


def feet_table(
    full_analysis: RecordingAnalysis, names: tuple[str, ...], wording: Wording, *, both: bool = False
) -> Table:
    """Left and right (and both) with SD, interval, usual range and symmetry index; unknown said as such."""
    analysis = full_analysis.analysis
    left = analysis.left.parameters if analysis.left else _NONE
    right = analysis.right.parameters if analysis.right else _NONE
    head = [wording("timing.parameter"), wording("left"), wording("right")]
    head += [wording("timing.both")] if both else []
    normed = any(norm_of(name) is not None for name in names)
    head += [wording("timing.usual")] if normed else []
    head.append(wording("timing.asymmetry"))
    rows: list[list[Cell]] = []
    for name in names:
        one, other = left.get(name), right.get(name)
        joint = analysis.both.get(name)
        unit = next((p.unit for p in (one, other, joint) if p is not None), "1")
        why = _shared_reason(one, other)
        row = [Cell(_label(name, unit, wording).text, why)]
        per_foot = one is not None or other is not None
        cells = [measure(p, name, wording) if per_foot else Cell("") for p in (one, other)]
        row += [Cell(cell.text) for cell in cells] if why else cells
        if both:
            row.append(measure(joint, name, wording))
        row += [usual(name)] if normed else []
        row.append(Cell(asymmetry_text(one, other, name)))
        rows.append(row)
    return Table(head, rows, texts=(0,))


def _shared_reason(one: Parameter | None, other: Parameter | None) -> str:
    """Why a figure is unknown on both feet, to be said once; empty where one is known or reasons differ."""
    if one is None or other is None or one.value is not None or other.value is not None:
        return ""
    return one.note if one.note == other.note else ""


def measure(parameter: Parameter | None, name: str, wording: Wording) -> Cell:
    """A figure with its SD, its interval below; why it is unknown where it is."""
    if parameter is None or parameter.value is None:
        return Cell(wording("unknown"), parameter.note if parameter is not None else "")
    value = parameter.value
    digits = digits_for(name, value)
    norm = norm_of(name)
    outside = norm is not None and not norm.holds(value)
    text = number(value, wording("unknown"), digits)
    if parameter.sd is not None and parameter.n > 1:
        text += f" ± {parameter.sd:.{digits}f}"
    span = interval(parameter)
    finer = 0 if abs(value) >= 1000 else digits + 1
    below = f"{number(span[0], '', finer)} {wording('to')} {number(span[1], '', finer)}" if span else ""
    return Cell(text + (" !" if outside else ""), below, outside)


def usual(name: str) -> Cell:
    """The usual range of a parameter, empty where none is published."""
    norm = norm_of(name)
    return Cell(norm.text() if norm else "")


def _label(name: str, unit: str, wording: Wording) -> Cell:
    return Cell(with_unit(wording.parameter(name), unit))


def with_unit(title: str, unit: str) -> str:
    """A title with its unit as it is printed: "Contact area, cm²"."""
    return title + (f", {unit.replace('cm2', 'cm²')}" if unit != "1" else "")


def regions_table(full_analysis: RecordingAnalysis, wording: Wording) -> Table:
    """Load, pressure and area of each region, left / right; without what the source does not tell."""
    feet = full_analysis.analysis.feet
    reported = [
        family
        for family in sorted(REGIONAL, key=attrgetter("place"))
        if family.place
        and any(_known(foot.parameters.get(family.name(region))) for foot in feet for region in REGIONS)
    ]
    sides = " / ".join(wording(foot.foot.value) for foot in feet)
    rows: list[list[Cell]] = []
    for region in REGIONS:
        row = [Cell(wording.panel(region))]
        for family in reported:
            found = [foot.parameters.get(family.name(region)) for foot in feet]
            texts = [number(p.value if p else None, wording("unknown")) for p in found]
            row.append(Cell(texts[0] if set(texts) == {wording("unknown")} else " / ".join(texts)))
        rows.append(row)
    heads = [with_unit(wording.family(family.title), family.unit) for family in reported]
    return Table([f"{wording('pressure.region')} ({sides})", *heads], rows)


def _known(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.value is not None


def variability_table(full_analysis: RecordingAnalysis, wording: Wording) -> Table:
    """Spread from stride to stride, coordination and symmetry of the walk as a whole."""
    found = both_parameters(full_analysis)
    head = [wording("timing.parameter"), wording("timing.both"), wording("timing.usual"), wording("timing.n")]
    rows: list[list[Cell]] = []
    for name in VARIABILITY:
        parameter = found.get(name)
        cell = measure(parameter, name, wording)
        note = parameter.note if parameter is not None else ""
        if note:
            cell = Cell(cell.text, strong=cell.strong)
        elif name.endswith("_cv_pct") and parameter is not None and parameter.value is not None:
            span = spread_interval(parameter.value, parameter.n)
            cell = Cell(
                cell.text, f"{span[0]:.2f} {wording('to')} {span[1]:.2f}" if span else "", cell.strong
            )
        count = str(parameter.n) if parameter is not None and parameter.n else ""
        label = _label(name, parameter.unit if parameter else "1", wording).text
        rows.append([Cell(label, note), cell, usual(name), Cell(count)])
    return Table(head, rows, caption=wording("timing.spread_caption"))


def balance_blocks(full_analysis: RecordingAnalysis, wording: Wording) -> list[Block]:
    """Standing spans with their sway, or that there were none."""
    if not full_analysis.standings:
        return [Text(wording("balance.none"))]
    names = ("span", "left_load", "rear_load", "shift", "velocity", "ellipse")
    rows = [_standing(standing, wording) for standing in full_analysis.standings[:_MAX_STANDINGS]]
    left, rear = NORMS["standing_left_load_pct"].text(), NORMS["standing_rear_load_pct"].text()
    caveats = {caveat.text for standing in full_analysis.standings for caveat in standing.caveats}
    shown_text = dict.fromkeys(note for standing in full_analysis.standings for note in standing.notes)
    notes = [note for note in shown_text if note not in caveats]
    caption = " ".join([wording("balance.usual", left=left, rear=rear), *(f"{note}." for note in notes)])
    blocks: list[Block] = [Table([wording(f"balance.{name}") for name in names], rows, caption=caption)]
    if len(full_analysis.standings) > _MAX_STANDINGS:
        blocks.append(
            Text(wording("balance.more", count=len(full_analysis.standings) - _MAX_STANDINGS), "small")
        )
    blocks += _sway_texts(full_analysis.standings, wording)
    if full_analysis.romberg is not None:
        values = {
            "velocity": f"{full_analysis.romberg.velocity:.2f}",
            "area": f"{full_analysis.romberg.area:.2f}",
        }
        blocks.append(Text(wording("balance.romberg", **values)))
    return blocks


def _kind(standing: Standing, wording: Wording) -> str:
    if standing.kind is StandingKind.QUIET:
        return ""
    key = f"{standing.kind.value}_{standing.leg}" if standing.leg else standing.kind.value
    return wording(f"balance.kind_{key}")


def _sway_texts(standings: Sequence[Standing], wording: Wording) -> list[Block]:
    """The filter behind the sway of the body, what healthy people sway, and what is not to be trusted."""
    caveats = dict.fromkeys(caveat.text for standing in standings for caveat in standing.caveats)
    blocks: list[Block] = [Text(wording("balance.caveat", text=text)) for text in caveats]
    known = [standing for standing in standings if standing.both is not None]
    for standing in known[:1]:
        sway = standing.both
        if sway is None or sway.low_pass_hz is None:
            blocks.append(Text(wording("balance.unfiltered"), "small"))
        else:
            velocity = f"{sway.unfiltered_velocity_mm_per_s:.1f}"
            corner = f"{sway.low_pass_hz:g}"
            blocks.append(Text(wording("balance.filtered", corner=corner, velocity=velocity), "small"))
    eyes = dict.fromkeys(standing.eyes or "open" for standing in known if not standing.caveats)
    return [*blocks, *(Text(_norm(one, wording), "small") for one in eyes)]


def _norm(eyes: str, wording: Wording) -> str:
    table = norms()
    texts = [
        wording(
            "balance.norm_row",
            low=f"{row.median:g}",
            high=f"{row.p95:g}",
            unit=unit,
            age_from=row.age_from,
            age_to=row.age_to,
        )
        for name, unit in (("unfiltered_velocity_mm_per_s", "mm/s"), ("ellipse_area_mm2", "mm²"))
        for row in table.of(name, eyes=eyes, surface="firm")
    ]
    return wording(f"balance.norm_{eyes}", texts="; ".join(texts), source=table.source)


def _standing(standing: Standing, wording: Wording) -> list[Cell]:
    unknown = wording("unknown")
    sways = {name: getattr(standing, name) for name in ("both", "left", "right")}
    shown = {name: sway for name, sway in sways.items() if sway is not None}
    if "both" in shown:
        shown = {"both": shown["both"]}

    def say(attribute: str) -> Cell:
        texts = [
            wording("balance.whose", value=number(getattr(sway, attribute), unknown), whose=wording(name))
            for name, sway in shown.items()
        ]
        return Cell(texts[0], texts[1] if len(texts) > 1 else "") if texts else Cell(unknown)

    return [
        Cell(f"{standing.from_s:.0f} - {standing.to_s:.0f} s", _kind(standing, wording)),
        _against(standing.left_load_pct, "standing_left_load_pct", unknown),
        _against(standing.rear_load_pct, "standing_rear_load_pct", unknown),
        Cell(number(standing.load_shift_sd_pct, unknown)),
        say("mean_velocity_mm_per_s"),
        say("ellipse_area_mm2"),
    ]


def _against(value: float, name: str, unknown: str) -> Cell:
    outside = math.isfinite(value) and not NORMS[name].holds(value)
    return Cell(number(value, unknown) + (" !" if outside else ""), strong=outside)
