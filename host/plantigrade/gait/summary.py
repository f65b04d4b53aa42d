"""Figures over a bout or a recording: spread, symmetry, coordination, ensembles. Formulas:
docs/reference/parameters.md."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from plantigrade.gait.medians import middle
from plantigrade.gait.parameters.definition import MIN_STRIDES, MIN_STRIDES_VARIABILITY, Home, Needs
from plantigrade.gait.parameters.registry import (
    ADDED,
    CV_OF,
    SYMMETRY_OF,
    WALK_CV_OF,
    definition_of,
    units_of,
)
from plantigrade.gait.results import STRIDE_UNITS, Parameter, StrideTable, figure
from plantigrade.gait.settings import FEWEST_WALKS, MAD_TO_SD
from plantigrade.gait.signals import Floats, Foot

NO_MOTION: Final = "needs an inertial sensor, and strides whose motion is known; force alone cannot tell it"
_BETWEEN_FEET: Final = "needs to know where the feet are to each other, which no sensor in a shoe shows"


def spread(values: Floats, unit: str, unavailable: str = "") -> Parameter:
    """Mean with SD, CV, median and MAD of the finite values.

    Args:
        values: (k,) one value a stride.
        unit: unit of the values.
        unavailable: what to say when none is finite.
    """
    known = values[np.isfinite(values)]
    count = len(known)
    if count == 0:
        return Parameter(None, unit, 0, note=unavailable or "no valid stride")
    mean, median = float(np.add.reduce(known) / count), middle(np.sort(known))
    if count < 2:
        return Parameter(mean, unit, 1, median=median, note="one stride only")
    away = known - mean
    sd = float(np.sqrt(np.add.reduce(away * away) / (count - 1)))
    return Parameter(
        value=mean,
        unit=unit,
        n=count,
        sd=sd,
        cv_pct=100.0 * sd / abs(mean) if mean else None,
        median=median,
        mad=MAD_TO_SD * middle(np.sort(np.abs(known - median))),
        note=_enough(count),
    )


def _enough(count: int) -> str:
    if count < MIN_STRIDES:
        return f"{count} strides; at least {MIN_STRIDES} are needed for a mean"
    if count < MIN_STRIDES_VARIABILITY:
        return f"{count} strides; at least {MIN_STRIDES_VARIABILITY} are needed for a variability"
    return ""


def foot_parameters(
    table: StrideTable, reasons: Mapping[str, str], *, two_feet: bool, force: bool
) -> dict[str, Parameter]:
    """Spread of every column over the valid strides of one foot.

    Args:
        table: the foot's strides.
        reasons: why pressure columns are unavailable, by name.
        two_feet: whether the other foot was recorded.
        force: whether the input is calibrated.
    """
    valid = table.valid
    result: dict[str, Parameter] = {}
    for name, unit in STRIDE_UNITS.items():
        result[name] = spread(getattr(table, name)[valid], unit, _why(name, reasons, two_feet, force))
    for column, name in enumerate(table.pressure_names):
        if name not in result:
            unit = definition_of(name).unit
            result[name] = spread(table.pressure[valid, column], unit, reasons.get(name, ""))
    return result


def _why(name: str, reasons: Mapping[str, str], two_feet: bool, force: bool) -> str:
    if name in reasons:
        return reasons[name]
    if name in ADDED.failed:
        return ADDED.failed[name]
    needs = definition_of(name).needs
    if Needs.MOTION in needs:
        return NO_MOTION
    if Needs.BOTH_FEET in needs and not two_feet:
        return "needs both feet; one is missing"
    if Needs.NEWTONS in needs and not force:
        return "the input is not calibrated to newtons"
    return "no two peaks with a valley between them" if Needs.TWO_PEAKS in needs else ""


def symmetry_index(left: float, right: float) -> float:
    """100 (R - L) / half (R + L), percent; positive when the right foot has more (Robinson 1987)."""
    return 100.0 * (right - left) / (0.5 * (right + left))


def symmetry(left: Mapping[str, Parameter], right: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Symmetry index of the feet's means and Plotnik's gait asymmetry of swing time."""
    result: dict[str, Parameter] = {}
    for name, label in SYMMETRY_OF.items():
        a, b = left[name], right[name]
        if a.value is None or b.value is None or a.value + b.value == 0:
            note = a.note or b.note or "one foot has no value"
            result[label] = figure(label, None, note=note)
        else:
            value = symmetry_index(a.value, b.value)
            result[label] = figure(label, value, min(a.n, b.n), _enough(min(a.n, b.n)))
    a, b = left["swing_time_s"], right["swing_time_s"]
    if a.value and b.value:
        asymmetry = 100.0 * abs(float(np.log(min(a.value, b.value) / max(a.value, b.value))))
        result["gait_asymmetry_pct"] = figure("gait_asymmetry_pct", asymmetry, min(a.n, b.n))
    return result


def phase_coordination(tables: Mapping[Foot, StrideTable]) -> dict[str, Parameter]:
    """Phase coordination index (Plotnik 2007): CV of the phase + mean distance from 180 degrees, in percent.

    The phase is 360 x step / stride, with the foot whose swing is longer as the one whose strides are
    divided.
    """
    left, right = tables[Foot.LEFT], tables[Foot.RIGHT]
    swings = [float(np.nanmean(t.swing_time_s[t.valid])) if t.valid.any() else np.nan for t in (left, right)]
    base = right if swings[1] > swings[0] else left
    step_before = base.stride_time_s - base.step_time_s
    phase = (360.0 * step_before / base.stride_time_s)[base.valid]
    phase = phase[np.isfinite(phase)]
    if len(phase) < 2:
        name = "phase_coordination_index_pct"
        return {name: figure(name, None, len(phase), "needs paired steps of both feet")}
    cv = 100.0 * float(np.std(phase, ddof=1) / np.mean(phase))
    accuracy = 100.0 * float(np.mean(np.abs(phase - 180.0))) / 180.0
    note = _enough(len(phase))
    index = figure("phase_coordination_index_pct", cv + accuracy, len(phase), note)
    return {
        "phase_coordination_index_pct": index,
        "phase_deg": spread(phase, definition_of("phase_deg").unit),
        "phase_cv_pct": figure("phase_cv_pct", cv, len(phase), note),
        "phase_accuracy_pct": figure("phase_accuracy_pct", accuracy, len(phase), note),
    }


def joined(tables: Sequence[StrideTable], rows: Sequence[Floats] | None = None) -> dict[str, Parameter]:
    """Spread of the timing columns over the valid strides of both feet together.

    Args:
        tables: the feet's strides.
        rows: masks that say which strides of each foot count; valid ones where None.
    """
    masks = [table.valid for table in tables] if rows is None else rows
    result: dict[str, Parameter] = {}
    for name, unit in STRIDE_UNITS.items():
        if Needs.NEWTONS in definition_of(name).needs:
            continue
        parts = [getattr(table, name)[mask] for table, mask in zip(tables, masks, strict=True)]
        note = "needs both feet; one is missing" if len(tables) == 1 else ""
        note = NO_MOTION if Needs.MOTION in definition_of(name).needs else note
        result[name] = spread(np.concatenate([np.empty(0), *parts]), unit, note)
    return result


def variability(feet: Sequence[Mapping[str, Parameter]]) -> dict[str, Parameter]:
    """Stride-to-stride CV: mean of the feet's own CVs, so that an asymmetry between them does not count."""
    result: dict[str, Parameter] = {}
    for name, label in CV_OF.items():
        known = [foot[name] for foot in feet if foot[name].cv_pct is not None]
        count = sum(p.n for p in known)
        if not known:
            result[label] = figure(label, None, note="too few valid strides")
            continue
        value = float(np.mean([p.cv_pct for p in known if p.cv_pct is not None]))
        result[label] = figure(label, value, count, _enough(min(p.n for p in known)))
    return result


def bout_variability(tables: Sequence[StrideTable], bouts: int) -> dict[str, Parameter]:
    """SD between bouts of their mean stride and swing time, over bouts of at least 12 valid strides."""
    result: dict[str, Parameter] = {}
    for name, label in WALK_CV_OF.items():
        means: list[float] = []
        for bout in range(bouts):
            values = np.concatenate([getattr(t, name)[t.valid & (t.bout == bout)] for t in tables])
            if len(values) >= MIN_STRIDES:
                means.append(float(np.mean(values)))
        if len(means) < FEWEST_WALKS:
            asked = f"at least {MIN_STRIDES} valid strides; at least {FEWEST_WALKS} are needed"
            note = f"{len(means)} walks of {asked}"
            result[label] = figure(label, None, len(means), note)
        else:
            value = 100.0 * float(np.std(means, ddof=1) / np.mean(means))
            result[label] = figure(label, value, len(means))
    return result


def unavailable() -> dict[str, Parameter]:
    """What insoles cannot know, with the reason."""
    return {name: figure(name, None, note=_BETWEEN_FEET) for name in units_of(Home.UNKNOWABLE)}
