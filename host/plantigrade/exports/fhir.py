"""FHIR R4: a bundle (JSON) of Patient, Devices, Observations and a DiagnosticReport.

Holds identities and figures, not samples. Nearly no gait figure has a code of LOINC or SNOMED: the
figures carry codes of a local code system that the bundle itself contains and defines. The exceptions are
LOINC's codes of steps, walking distance and mean walking speed in 24 hours, given only for recordings of 23.5
to 24.5 hours. Units are UCUM where UCUM has them. Balance, gaps and versions stand in the notes of the
report and, complete, in `about.json`. The report for people (PDF) and `about.json` are the forms in which the
DiagnosticReport is presented.
"""

import base64
import hashlib
import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from insole_protocol.gap_reasons import title_of

from plantigrade.exports.about import about_text
from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.export_data import ExportData, ExportFoot
from plantigrade.gait.results import Parameter, Parameters

SPACE: Final = uuid.UUID("6b1f5a0e-3f0d-5c0b-9c55-0a3f6f4f2d10")
LOCAL_SYSTEM: Final = f"urn:uuid:{uuid.uuid5(SPACE, 'gait-parameters')}"
PERSON_SYSTEM: Final = f"urn:uuid:{uuid.uuid5(SPACE, 'person-codes')}"
SERIAL_SYSTEM: Final = f"urn:uuid:{uuid.uuid5(SPACE, 'insole-serials')}"
UCUM: Final = "http://unitsofmeasure.org"
LOINC: Final = "http://loinc.org"
CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
UCUM_CODES: Final = {
    "s": "s", "%": "%", "N": "N", "N/s": "N/s", "N s": "N.s", "mm": "mm", "1/min": "/min", "/min": "/min",
    "steps/min": "/min", "mm/s": "mm/s", "kPa": "kPa", "kPa s": "kPa.s", "1": "1", "": "1", "mm2": "mm2",
    "cm2": "cm2", "deg": "deg", "m": "m", "m/s": "m/s", "steps": "{steps}", "bouts": "{bouts}",
}  # fmt: skip
DAY_S: Final = (23.5 * 3600.0, 24.5 * 3600.0)
OF_A_DAY: Final = {
    "steps": {"code": "41950-7", "display": "Number of steps in 24 hour Measured"},
    "walking_distance_m": {"code": "41953-1"},
    "walking_speed_m_per_s": {"code": "41957-2"},
}
"""LOINC's codes of what was done in a day, by both feet: steps, distance, and mean speed of walking; with
LOINC's own name where we have it."""
SEXES: Final = {"female": "female", "male": "male", "other": "other"}


def write(data: ExportData, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: it cannot be written.
    """
    from fhir.resources.R4B.bundle import Bundle

    bundle = Bundle.model_validate(bundle_of(data))
    text = bundle.model_dump_json(indent=1)
    with new_file(path) as draft:
        draft.write_text(text + "\n", encoding="utf-8")


def bundle_of(data: ExportData) -> dict[str, Any]:
    """The bundle as plain values."""
    patient = _patient(data)
    devices = [_device(data, foot) for foot in data.feet]
    observations = _observations(data, _reference(patient), devices)
    report = _report(data, _reference(patient), observations)
    codes = _code_system(data, observations)
    resources = [codes, patient, *devices, *observations, report]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _id(data: ExportData, *parts: str) -> str:
    return str(uuid.uuid5(SPACE, "/".join((data.id, *parts))))


def _reference(resource: dict[str, Any]) -> dict[str, str]:
    return {"reference": f"urn:uuid:{resource['id']}"}


def _patient(data: ExportData) -> dict[str, Any]:
    person = data.person
    patient: dict[str, Any] = {"resourceType": "Patient", "id": _id(data, "patient")}
    if person is None:
        return patient
    patient["identifier"] = [{"system": PERSON_SYSTEM, "value": person.code}]
    patient["gender"] = SEXES.get(person.sex or "", "unknown")
    if person.name:
        patient["name"] = [{"text": person.name}]
    if person.birth_date is not None:
        patient["birthDate"] = person.birth_date.isoformat()
    return patient


def _device(data: ExportData, foot: ExportFoot) -> dict[str, Any]:
    insole = foot.manifest.insole
    device: dict[str, Any] = {
        "resourceType": "Device",
        "id": _id(data, "device", foot.foot),
        "type": {"text": f"pressure insole, {foot.foot}"},
        "deviceName": [{"name": f"{foot.foot} insole", "type": "user-friendly-name"}],
        "note": [{"text": _accounting_text(foot)}],
    }
    if insole.get("serial"):
        device["serialNumber"] = str(insole["serial"])
        device["identifier"] = [{"system": SERIAL_SYSTEM, "value": str(insole["serial"])}]
    if insole.get("firmware"):
        device["version"] = [{"type": {"text": "firmware"}, "value": str(insole["firmware"])}]
    return device


def _accounting_text(foot: ExportFoot) -> str:
    manifest = foot.manifest
    reasons = ", ".join(
        f"{count} {title_of(reason)}" for reason, count in sorted(manifest.missing_by_reason.items())
    )
    return (
        f"{manifest.frames_requested} samples requested, {manifest.frames_recorded} recorded, "
        f"{manifest.frames_missing} missing" + (f" ({reasons})" if reasons else "")
    )


def _when(data: ExportData) -> dict[str, Any]:
    if data.start is None:
        return {}
    end = data.start + timedelta(seconds=data.duration_s or 0.0)
    return {"effectivePeriod": {"start": data.start.isoformat(), "end": end.isoformat()}}


def _observations(
    data: ExportData, patient: dict[str, str], devices: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    found = _figures(data, patient, "both", data.analysis.both, None)
    for foot in data.analysis.feet:
        device = next(
            (one for one, own in zip(devices, data.feet, strict=True) if own.foot == foot.foot.value), None
        )
        found += _figures(data, patient, foot.foot.value, foot.parameters, device)
    return found


def _figures(
    data: ExportData,
    patient: dict[str, str],
    side: str,
    figures: Parameters,
    device: dict[str, Any] | None,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, figure in figures.items():
        one: dict[str, Any] = {
            "resourceType": "Observation",
            "id": _id(data, "observation", side, name),
            "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": "activity"}]}],
            "code": {"coding": _codings(data, name, side), "text": _texts(name)},
            "subject": patient,
            "method": {"text": f"Plantigrade gait algorithm {data.versions['gait_algorithm']}"},
            **_when(data),
            **_value(figure),
        }
        if side != "both":
            one["bodySite"] = {"text": f"{side} foot"}
        if device is not None:
            one["device"] = _reference(device)
        found.append(one)
    return found


def _codings(data: ExportData, name: str, side: str) -> list[dict[str, str]]:
    codings = [{"system": LOCAL_SYSTEM, "code": _code(name), "display": _texts(name)}]
    if name in OF_A_DAY and side == "both" and DAY_S[0] <= (data.duration_s or 0.0) <= DAY_S[1]:
        codings.append({"system": LOINC, **OF_A_DAY[name]})
    return codings


def _code(name: str) -> str:
    return re.sub("[^A-Za-z0-9]+", "-", name).strip("-")


def _texts(name: str) -> str:
    return name.replace("_", " ")


def _value(figure: Parameter) -> dict[str, Any]:
    if figure.value is None:
        return {"dataAbsentReason": {"text": figure.note or "not known"}}
    notes = [f"n = {figure.n}"] if figure.n else []
    if figure.note:
        notes.append(figure.note)
    value: dict[str, Any] = {"valueQuantity": _quantity(figure.value, figure.unit)}
    if notes:
        value["note"] = [{"text": "; ".join(notes)}]
    spread = {"sd": (figure.sd, figure.unit), "cv": (figure.cv_pct, "%")}
    parts = [
        {
            "code": {"coding": [{"system": LOCAL_SYSTEM, "code": key}]},
            "valueQuantity": _quantity(number, unit),
        }
        for key, (number, unit) in spread.items()
        if number is not None
    ]
    return value | ({"component": parts} if parts else {})


def _quantity(value: float, unit: str) -> dict[str, Any]:
    quantity: dict[str, Any] = {"value": float(f"{value:.8g}"), "unit": unit or "1"}
    code = UCUM_CODES.get(unit)
    return quantity | ({} if code is None else {"system": UCUM, "code": code})


def _report(data: ExportData, patient: dict[str, str], observations: list[dict[str, Any]]) -> dict[str, Any]:
    findings = [finding.text for finding in data.analysis.findings]
    accounts = [f"{foot.foot}: {_accounting_text(foot)}" for foot in data.feet]
    text = about_text(data).encode()
    return {
        "resourceType": "DiagnosticReport",
        "id": _id(data, "report"),
        "status": "final",
        "code": {
            "coding": [{"system": LOCAL_SYSTEM, "code": "gait-analysis", "display": "gait analysis"}],
            "text": "gait analysis by pressure insoles",
        },
        "subject": patient,
        **_when(data),
        "result": [_reference(one) for one in observations],
        "conclusion": " ".join([f"Accounting: {'; '.join(accounts)}.", *findings]),
        "presentedForm": [
            *([] if data.report is None else [_attached("report.pdf", "application/pdf", data.report())]),
            _attached("about.json", "application/json", text),
        ],
    }


def _attached(title: str, kind: str, content: bytes) -> dict[str, Any]:
    """A document inside the bundle; FHIR R4 wants its SHA-1."""
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    return {
        "contentType": kind,
        "language": "en",
        "title": title,
        "size": len(content),
        "hash": base64.b64encode(digest).decode(),
        "data": base64.b64encode(content).decode(),
    }


def _code_system(data: ExportData, observations: list[dict[str, Any]]) -> dict[str, Any]:
    names = {one["code"]["coding"][0]["code"]: one["code"]["text"] for one in observations}
    names |= {"gait-analysis": "gait analysis", "sd": "standard deviation", "cv": "coefficient of variation"}
    return {
        "resourceType": "CodeSystem",
        "id": _id(data, "codes"),
        "url": LOCAL_SYSTEM,
        "version": data.versions["gait_algorithm"],
        "name": "PlantigradeGaitParameters",
        "title": "Gait parameters of Plantigrade",
        "status": "active",
        "content": "fragment",
        "concept": [{"code": code, "display": text} for code, text in sorted(names.items())],
    }
