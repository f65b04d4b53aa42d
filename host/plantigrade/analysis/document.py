"""The JSON document of an analysis: schema `plantigrade.analysis/1`, described in
docs/reference/analysis-json.md.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.analysis.posture import posture_of
from plantigrade.gait.balance import Romberg, Spectrum, Standing, Sway
from plantigrade.gait.parameters.definition import Home
from plantigrade.gait.parameters.registry import definition_of, units_of
from plantigrade.gait.pressure.butterfly import Butterfly
from plantigrade.gait.pressure.load_map import load_map
from plantigrade.gait.results import Analysis, Bout, Ensemble, FootAccounting, FootAnalysis, Parameter
from plantigrade.gait.signals import FootSignal
from plantigrade.gait.sway_norms import norms

SCHEMA: Final = "plantigrade.analysis/1"
MAP_DECIMALS: Final = 4
"""Of places (0.03 mm on a foot) and loads of a map: it is a picture."""
Json = dict[str, object]


def document(full_analysis: RecordingAnalysis) -> Json:
    """Everything that was found, ready for `json.dumps`."""
    analysis = full_analysis.analysis
    return {
        "schema": SCHEMA,
        "input": _input(full_analysis),
        "algorithm": {"version": analysis.algorithm_version, "settings": dict(analysis.settings)},
        "accounting": {foot.foot.value: _accounting(foot.accounting) for foot in analysis.feet},
        "notes": list(full_analysis.notes),
        "findings": [
            {
                "code": finding.code,
                "text": finding.text,
                "foot": finding.foot.value if finding.foot else None,
                "sensor": finding.sensor,
            }
            for finding in analysis.findings
        ],
        "bouts": [_bout(bout) for bout in analysis.bouts],
        "left": _foot(analysis.left, full_analysis.walk.left),
        "right": _foot(analysis.right, full_analysis.walk.right),
        "both": _both(full_analysis),
        "activities": [
            {"kind": a.kind, "from_s": _number(a.from_s), "to_s": _number(a.to_s)}
            for a in analysis.activities
        ],
        "hours": [
            {
                "hour": hour.hour,
                "steps": hour.steps,
                "walking_s": _number(hour.walking_s),
                "cadence_per_min": _number(hour.cadence_per_min),
            }
            for hour in analysis.hours
        ],
        "turns": [
            {
                "from_s": _number(turn.from_s),
                "to_s": _number(turn.to_s),
                "angle_deg": None if turn.angle_deg is None else _number(turn.angle_deg),
            }
            for turn in analysis.turns
        ],
        "stairs": [
            {
                "from_s": _number(flight.from_s),
                "to_s": _number(flight.to_s),
                "height_m": _number(flight.height_m),
                "height_sd_m": _number(flight.height_sd_m),
                "steps": flight.steps,
                "pattern": flight.pattern.value,
            }
            for flight in analysis.stairs
        ],
        "posture": posture_of(full_analysis),
        "gait": {
            "kind": analysis.gait.kind.value,
            "tested": not analysis.gait.reasons,
            "reasons": list(analysis.gait.reasons),
        },
        "load_levels": _load_levels(analysis),
        "standing": [_standing(standing) for standing in full_analysis.standings],
        "sway_norms": _sway_norms(full_analysis.standings),
        "eyes_closed_over_open": _romberg(full_analysis.romberg),
        "butterfly": _butterfly(full_analysis.butterfly),
    }


def to_text(full_analysis: RecordingAnalysis) -> str:
    """The document as indented JSON text; NaN never appears in it."""
    return json.dumps(document(full_analysis), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def both_parameters(full_analysis: RecordingAnalysis) -> Mapping[str, Parameter]:
    """Parameters of both feet together: the engine's and the butterfly's."""
    found = dict(full_analysis.analysis.both)
    butterfly = full_analysis.butterfly
    reason = "" if butterfly is not None else "needs both feet, sensor places and at least three cycles"
    figures = {
        "butterfly_crossing_x_pct": (getattr(butterfly, "crossing_x_pct", None), "crossing_x_sd_pct"),
        "butterfly_crossing_y_pct": (getattr(butterfly, "crossing_y_pct", None), "crossing_y_sd_pct"),
        "butterfly_asymmetry_pct": (getattr(butterfly, "asymmetry_pct", None), ""),
    }
    for name, (value, spread) in figures.items():
        known = _number(value)
        note = reason or ("" if known is not None else "the diagonals do not cross")
        n = butterfly.n if butterfly is not None else 0
        unit, sd = definition_of(name).unit, _number(getattr(butterfly, spread, None))
        found[name] = Parameter(known, unit, n, sd=sd, note=note)
    return found


def _number(value: float | None) -> float | None:
    """A finite number rounded to nine significant digits, else None."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.9g}")


def _input(full_analysis: RecordingAnalysis) -> Json:
    walk, analysis = full_analysis.walk, full_analysis.analysis
    return {
        "path": walk.source.path,
        "format": walk.source.format,
        "note": walk.source.note,
        "instrument": walk.source.instrument.value,
        "sample_rate_hz": _number(walk.sample_rate_hz),
        "from_s": _number(analysis.from_s),
        "to_s": _number(analysis.to_s),
        "body_weight_n": _number(analysis.body_weight_n),
        "feet": {
            foot.foot.value: {
                "samples": len(foot),
                "sensors": foot.sensor_count,
                "quantity": foot.quantity,
                "layout": foot.layout.name if foot.layout is not None else None,
            }
            for foot in walk.feet
        },
    }


def _load_levels(analysis: Analysis) -> Json:
    """What the feet read unloaded and under the whole body, and how that is known."""
    levels = analysis.load_levels
    return {
        "loaded_n": _number(levels.loaded_n),
        "loaded_from": levels.loaded_from.value,
        "text": levels.text,
        "steady_sum_n": _number(levels.steady_sum_n),
        "unloaded": {
            foot.value: {"level_n": _number(level), "from": levels.unloaded_from[foot].value}
            for foot, level in levels.unloaded.items()
        },
        "caveat": levels.caveat,
    }


def _accounting(accounting: FootAccounting) -> Json:
    return {
        "samples_spanned": accounting.samples_spanned,
        "samples_used": accounting.samples_used,
        "samples_missing": accounting.samples_missing,
        "gaps": [
            {
                "from_s": _number(gap.from_s),
                "to_s": _number(gap.to_s),
                "reason": gap.reason,
                "bridged": gap.bridged,
            }
            for gap in accounting.gaps
        ],
    }


def _parameter(parameter: Parameter) -> Json:
    """The optional members appear where they apply."""
    value = _number(parameter.value)
    entry: Json = {"value": value, "n": parameter.n, "unit": parameter.unit}
    for name in ("sd", "cv_pct", "median", "mad"):
        number = _number(getattr(parameter, name))
        if number is not None:
            entry[name] = number
    note = parameter.note or ("could not be computed from this recording" if value is None else "")
    if note:
        entry["note"] = note
    return entry


def _parameters(parameters: Mapping[str, Parameter]) -> Json:
    return {name: _parameter(parameter) for name, parameter in parameters.items()}


def _foot(foot: FootAnalysis | None, signal: FootSignal | None) -> Json | None:
    if foot is None:
        return None
    entry = _parameters(foot.parameters)
    if foot.force_cycle is not None:
        entry["force_cycle"] = _curve(foot.force_cycle)
    found = load_map(foot, signal)
    if found is not None:
        entry["load_map"] = {"unit": found.unit, "n": found.n} | {
            name: [_number(round(v, MAP_DECIMALS)) for v in getattr(found, name).tolist()]
            for name in ("x_share", "y_share", "load", "gait_x_share", "gait_y_share")
        }
    return entry


def _curve(curve: Ensemble) -> Json:
    return {
        "unit": curve.unit,
        "n": curve.n,
        "mean": [_number(v) for v in curve.mean.tolist()],
        "sd": [_number(v) for v in curve.sd.tolist()],
    }


def _both(full_analysis: RecordingAnalysis) -> Json:
    return _parameters(both_parameters(full_analysis))


def _bout(bout: Bout) -> Json:
    return {
        "index": bout.index,
        "from_s": _number(bout.from_s),
        "to_s": _number(bout.to_s),
        "duration_s": _number(bout.duration_s),
        "duration_bin": bout.duration_bin,
        "steps": bout.steps,
        "strides_left": bout.strides_left,
        "strides_right": bout.strides_right,
        "turns": bout.turns,
        "cadence_per_min": _number(bout.cadence_per_min),
        "parameters": _parameters(bout.parameters),
    }


def _measure(value: float | None, unit: str, note: str = "") -> Json:
    number = _number(value)
    entry: Json = {"value": number, "n": 1 if number is not None else 0, "unit": unit}
    if number is None:
        entry["note"] = note or "could not be computed from this span"
    return entry


def sway_measures(sway: Sway) -> dict[str, tuple[float | None, str]]:
    """Names, values and units of one sway, spectra included."""
    found: dict[str, tuple[float | None, str]] = {
        name: (getattr(sway, name), unit) for name, unit in units_of(Home.SWAY).items()
    }
    spectra = {"x": sway.spectrum_x, "y": sway.spectrum_y}
    for name, unit in units_of(Home.SPECTRUM).items():
        axis, _, member = name.partition("_")
        found[name] = (_of_spectrum(spectra[axis], member), unit)
    return found


def _of_spectrum(spectrum: Spectrum | None, name: str) -> float | None:
    return getattr(spectrum, name) if spectrum is not None else None


def _standing(standing: Standing) -> Json:
    why = "; ".join(standing.notes)
    no_places = "the source has no sensor places"
    figures = {
        "standing_left_load_pct": (standing.left_load_pct, why),
        "standing_rear_load_pct": (standing.rear_load_pct, no_places),
        "standing_left_rear_pct": (standing.left_rear_pct, no_places),
        "standing_right_rear_pct": (standing.right_rear_pct, no_places),
        "standing_load_shift_sd_pct": (standing.load_shift_sd_pct, why),
    }
    entry: Json = {
        "kind": standing.kind.value,
        "from_s": _number(standing.from_s),
        "to_s": _number(standing.to_s),
        "leg": standing.leg or None,
        "eyes": standing.eyes or None,
        "caveats": [{"code": caveat.code, "text": caveat.text} for caveat in standing.caveats],
    }
    for name, (value, note) in figures.items():
        entry[name] = _measure(value, definition_of(name).unit, note)
    entry["notes"] = list(standing.notes)
    for name in ("left", "right", "both"):
        sway: Sway | None = getattr(standing, name)
        entry[f"sway_{name}"] = _sway(sway) if sway else None
    return entry


def _sway(sway: Sway) -> Json:
    """Measures of one sway, each with the corner of the low pass that it went through."""
    found: Json = {}
    for name, (value, unit) in sway_measures(sway).items():
        filtered = definition_of(name).low_pass_hz is not None
        found[name] = _measure(value, unit) | {"low_pass_hz": sway.low_pass_hz if filtered else None}
    return found


def _sway_norms(standings: Sequence[Standing]) -> Json | None:
    """Healthy people's sway beside that of the spans that have the body's and may be trusted; no finding
    rests on it."""
    shown = [one for one in standings if one.both is not None and not one.caveats]
    if not shown:
        return None
    table = norms()
    known = {one.eyes for one in shown}
    rows = [row for row in table.rows if row.eyes in known or "" in known]
    return {
        "version": table.version,
        "instrument": table.instrument,
        "protocol": table.protocol,
        "source": table.source,
        "licence": table.licence,
        "rows": [asdict(row) for row in rows],
    }


def _romberg(romberg: Romberg | None) -> Json | None:
    if romberg is None:
        return None
    return {
        name: _measure(getattr(romberg, name), "1") for name in ("velocity", "area", "range_x", "range_y")
    }


def _butterfly(butterfly: Butterfly | None) -> Json | None:
    if butterfly is None:
        return None
    return {
        "n": butterfly.n,
        "x_pct": [_number(v) for v in butterfly.x_pct.tolist()],
        "y_pct": [_number(v) for v in butterfly.y_pct.tolist()],
    }


def is_parameter(entry: object) -> bool:
    """Whether a member of the document is a parameter."""
    return isinstance(entry, dict) and {"value", "n", "unit"} <= entry.keys()


def parameter_names(analysis: Analysis) -> set[str]:
    """Names of all parameters of both feet and of the whole."""
    return {name for foot in analysis.feet for name in foot.parameters} | set(analysis.both)
