"""The facts that go beside the samples: what, when, who, which insoles, what is missing, which versions."""

import json
from dataclasses import asdict
from typing import Any, cast

import numpy as np

from plantigrade.calibration.model import as_json
from plantigrade.exports.export_data import ExportData, ExportFoot
from plantigrade.gait.results import Parameter
from plantigrade.library.recordings.forces import layout_as_json


def about(data: ExportData) -> dict[str, Any]:
    """Everything but the samples, ready for JSON."""
    person = None
    if data.person is not None:
        person = asdict(data.person)
        born = data.person.birth_date
        person["birth_date"] = None if born is None else born.isoformat()
    return {
        "schema": data.versions["export_schema"],
        "recording": data.id,
        "deidentified": data.deidentified,
        "start_utc": None if data.start is None else data.start.isoformat(),
        "duration_s": data.duration_s,
        "sample_rate_hz": data.rate_hz,
        "versions": data.versions,
        "provenance": dict(data.provenance),
        "person": person,
        "body_weight_n": data.body_weight_n,
        "feet": [_foot(foot) for foot in data.feet],
        "notes": [
            {"text": n.text, "at_s": n.at_s, "author": n.author, "created_utc": n.created_utc.isoformat()}
            for n in data.notes
        ],
        "alerts": [{"rule": a.rule, "foot": a.foot, "from_s": a.from_s, "to_s": a.to_s} for a in data.alerts],
        "analysis": _analysis(data),
    }


def about_text(data: ExportData) -> str:
    """`about` as the text of a file."""
    return json.dumps(about(data), indent=1, sort_keys=True, default=_number, ensure_ascii=False) + "\n"


def _number(value: object) -> Any:
    if isinstance(value, np.generic):
        return cast("np.generic[Any]", value).item()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _foot(foot: ExportFoot) -> dict[str, Any]:
    manifest = foot.manifest
    return {
        "foot": foot.foot,
        "insole": manifest.insole,
        "quantity": manifest.quantity,
        "sensors": list(foot.sensors),
        "force_unit": foot.force_unit,
        "rows": len(foot),
        "frames_requested": manifest.frames_requested,
        "frames_recorded": manifest.frames_recorded,
        "frames_missing": manifest.frames_missing,
        "missing_by_reason": manifest.missing_by_reason,
        "gaps": [asdict(gap) for gap in foot.gaps],
        "calibration": None if foot.calibration is None else as_json(foot.calibration),
        "layout": layout_as_json(foot.layout),
    }


def _analysis(data: ExportData) -> dict[str, Any]:
    analysis = data.analysis

    def figures(parameters: "dict[str, Parameter]") -> dict[str, Any]:
        return {name: asdict(one) for name, one in parameters.items()}

    return {
        "algorithm_version": analysis.algorithm_version,
        "settings": dict(analysis.settings),
        "findings": [
            {"code": f.code, "text": f.text, "foot": None if f.foot is None else f.foot.value}
            for f in analysis.findings
        ],
        "both": figures(dict(analysis.both)),
        "feet": {foot.foot.value: figures(dict(foot.parameters)) for foot in analysis.feet},
        "bouts": [
            {"index": b.index, "from_s": b.from_s, "to_s": b.to_s, "steps": b.steps} for b in analysis.bouts
        ],
    }
