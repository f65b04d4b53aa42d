"""The FHIR bundle, resource by resource, from the recording of `tiny`; fhirkit finds it valid."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from plantigrade.exports.about import about_text
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.fhir import bundle_of
from plantigrade.exports.formats import FORMATS
from plantigrade.gait.results import Parameter

from tests.host.exports import tiny

LOCAL = "urn:uuid:aff66319-e0b1-502f-8e7f-83e745ad727a"
"""UUID version 5 of the name "gait-parameters" in the space 6b1f5a0e-3f0d-5c0b-9c55-0a3f6f4f2d10: it must
never change, since others store it beside the figures."""
PEOPLE = "urn:uuid:bb1a4453-c3d0-53d9-8026-09f05b2875f8"
SERIALS = "urn:uuid:4ee20e93-d71a-5986-bc9f-46c1d8a771f7"
PERIOD = {"start": "2026-03-01T12:00:00.250000+00:00", "end": "2026-03-01T12:00:01.050000+00:00"}


@pytest.fixture
def data(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


def of_kind(data: ExportData, kind: str) -> list[dict[str, Any]]:
    resources = [entry["resource"] for entry in bundle_of(data)["entry"]]
    return [one for one in resources if one["resourceType"] == kind]


def observation(data: ExportData, name: str, side: str | None = None) -> dict[str, Any]:
    site = None if side is None else {"text": f"{side} foot"}
    (one,) = (
        one
        for one in of_kind(data, "Observation")
        if one["code"]["text"] == name and one.get("bodySite") == site
    )
    return one


def test_the_resources_in_their_order(data: ExportData) -> None:
    bundle = bundle_of(data)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds == ["CodeSystem", "Patient", "Device", "Device", *["Observation"] * 6, "DiagnosticReport"]
    assert all(entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}" for entry in bundle["entry"])
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == 11


def test_the_file_is_the_bundle_and_valid(data: ExportData, tmp_path: Path) -> None:
    FORMATS["fhir"].write_data(data, tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text.startswith('{\n "resourceType": "Bundle",') and text.endswith("}\n")
    assert fhirkit.validate(text) == []
    written = json.loads(text)["entry"]
    assert [one["fullUrl"] for one in written] == [one["fullUrl"] for one in bundle_of(data)["entry"]]


def test_the_patient(data: ExportData) -> None:
    (patient,) = of_kind(data, "Patient")
    assert patient == {
        "resourceType": "Patient",
        "id": "b2c8c4a2-ee71-5fe5-84fa-cdd9db9f0696",
        "identifier": [{"system": PEOPLE, "value": "P-1"}],
        "gender": "female",
        "name": [{"text": "Anna Berg"}],
        "birthDate": "1951-03-09",
    }


@pytest.mark.parametrize(
    ("sex", "gender"), [("female", "female"), ("male", "male"), ("other", "other"), (None, "unknown")]
)
def test_a_patient_without_a_name(sex: str | None, gender: str, data: ExportData) -> None:
    assert data.person is not None
    person = replace(data.person, sex=sex, name=None, birth_date=None)
    (patient,) = of_kind(replace(data, person=person), "Patient")
    assert {key: patient[key] for key in patient if key not in ("id", "resourceType")} == {
        "identifier": [{"system": PEOPLE, "value": "P-1"}],
        "gender": gender,
    }


def test_nobody(data: ExportData) -> None:
    (patient,) = of_kind(replace(data, person=None), "Patient")
    assert set(patient) == {"resourceType", "id"}


def test_the_insoles(data: ExportData) -> None:
    left, right = of_kind(data, "Device")
    assert left == {
        "resourceType": "Device",
        "id": "7c695e61-7656-53e6-9c16-842f6d34313f",
        "type": {"text": "pressure insole, left"},
        "deviceName": [{"name": "left insole", "type": "user-friendly-name"}],
        "note": [{"text": "8 samples requested, 6 recorded, 2 missing (2 overrun)"}],
        "serialNumber": "L-1",
        "identifier": [{"system": SERIALS, "value": "L-1"}],
        "version": [{"type": {"text": "firmware"}, "value": "1.2.0"}],
    }
    assert right["note"] == [{"text": "4 samples requested, 4 recorded, 0 missing"}]


def test_an_insole_of_which_nothing_is_known(data: ExportData) -> None:
    one, other = data.feet
    manifest = replace(one.manifest, insole={}, missing_by_reason={"lost": 1, "busy": 3})
    device, _ = of_kind(replace(data, feet=(replace(one, manifest=manifest), other)), "Device")
    assert set(device) == {"resourceType", "id", "type", "deviceName", "note"}
    assert device["note"][0]["text"].endswith("2 missing (3 busy, 1 lost)")


def test_a_figure_of_both_feet(data: ExportData) -> None:
    one = observation(data, "cadence")
    assert one == {
        "resourceType": "Observation",
        "id": one["id"],
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "activity",
                    }
                ]
            }
        ],
        "code": {
            "coding": [{"system": LOCAL, "code": "cadence", "display": "cadence"}],
            "text": "cadence",
        },
        "subject": {"reference": "urn:uuid:b2c8c4a2-ee71-5fe5-84fa-cdd9db9f0696"},
        "method": {"text": "Plantigrade gait algorithm 7"},
        "effectivePeriod": PERIOD,
        "valueQuantity": {
            "value": 96.5, "unit": "steps/min", "system": "http://unitsofmeasure.org", "code": "/min",
        },
        "note": [{"text": "n = 12; short"}],
    }  # fmt: skip
    steps = observation(data, "steps")
    assert "note" not in steps and "component" not in steps
    assert steps["valueQuantity"]["code"] == "{steps}"


def test_a_figure_of_one_foot_with_its_spread(data: ExportData) -> None:
    one = observation(data, "stride time s", "left")
    assert one["code"]["coding"][0] == {"system": LOCAL, "code": "stride-time-s", "display": "stride time s"}
    assert one["device"] == {"reference": "urn:uuid:7c695e61-7656-53e6-9c16-842f6d34313f"}
    assert one["valueQuantity"]["value"] == 0.5 and one["note"] == [{"text": "n = 1"}]
    ucum = {"system": "http://unitsofmeasure.org"}
    assert one["component"] == [
        {"code": {"coding": [{"system": LOCAL, "code": "sd"}]},
         "valueQuantity": {"value": 0.01, "unit": "s", "code": "s"} | ucum},
        {"code": {"coding": [{"system": LOCAL, "code": "cv"}]},
         "valueQuantity": {"value": 2.0, "unit": "%", "code": "%"} | ucum},
    ]  # fmt: skip


def test_a_figure_that_is_not_known(data: ExportData) -> None:
    one = observation(data, "stride time s", "right")
    assert one["dataAbsentReason"] == {"text": "too few strides"} and "valueQuantity" not in one
    assert one["device"]["reference"] == f"urn:uuid:{of_kind(data, 'Device')[1]['id']}"
    silent = replace(data.analysis, both={"x": Parameter(None, "s")})
    assert observation(replace(data, analysis=silent), "x")["dataAbsentReason"] == {"text": "not known"}


def test_a_foot_without_an_insole_has_no_device(data: ExportData) -> None:
    only = replace(data, feet=data.feet[:1])
    assert "device" not in observation(only, "stride time s", "right")
    assert "device" in observation(only, "stride time s", "left")


@pytest.mark.parametrize(
    ("value", "unit", "quantity"),
    [
        (1.0, "s", ("s", "s")), (1.0, "%", ("%", "%")), (1.0, "N", ("N", "N")), (1.0, "N/s", ("N/s", "N/s")),
        (1.0, "N s", ("N s", "N.s")), (1.0, "mm", ("mm", "mm")), (1.0, "1/min", ("1/min", "/min")),
        (1.0, "/min", ("/min", "/min")), (1.0, "steps/min", ("steps/min", "/min")),
        (1.0, "mm/s", ("mm/s", "mm/s")), (1.0, "kPa", ("kPa", "kPa")), (1.0, "kPa s", ("kPa s", "kPa.s")),
        (1.0, "1", ("1", "1")), (1.0, "", ("1", "1")), (1.0, "mm2", ("mm2", "mm2")),
        (1.0, "cm2", ("cm2", "cm2")), (1.0, "deg", ("deg", "deg")), (1.0, "m", ("m", "m")),
        (1.0, "m/s", ("m/s", "m/s")), (1.0, "steps", ("steps", "{steps}")),
        (1.0, "bouts", ("bouts", "{bouts}")), (1.0, "BW/s", ("BW/s", None)),
    ],
)  # fmt: skip
def test_units(value: float, unit: str, quantity: tuple[str, str | None], data: ExportData) -> None:
    made = replace(data.analysis, both={"x": Parameter(value, unit)})
    found = observation(replace(data, analysis=made), "x")["valueQuantity"]
    assert (found["unit"], found.get("code")) == quantity and ("system" in found) == (quantity[1] is not None)


def test_values_have_eight_digits(data: ExportData) -> None:
    made = replace(data.analysis, both={"a__b": Parameter(1234.567891234, "N"), "c%": Parameter(-2e-9, "1")})
    one = replace(data, analysis=made)
    assert observation(one, "a  b")["valueQuantity"]["value"] == 1234.5679
    assert observation(one, "c%")["valueQuantity"]["value"] == -2e-9
    assert observation(one, "a  b")["code"]["coding"][0]["code"] == "a-b"
    assert observation(one, "c%")["code"]["coding"][0]["code"] == "c"


@pytest.mark.parametrize(
    ("duration_s", "has_code"),
    [
        (84_599.0, False),
        (84_600.0, True),
        (86_400.0, True),
        (88_200.0, True),
        (88_201.0, False),
        (None, False),
    ],
)
def test_what_is_done_in_a_day_has_a_code_of_loinc(
    duration_s: float | None, has_code: bool, data: ExportData
) -> None:
    """Steps, distance and mean speed in 24 hours: for 23.5 to 24.5 hours, both feet, and these alone."""
    both = data.analysis.both | {
        "walking_distance_m": Parameter(5210.0, "m"),
        "walking_speed_m_per_s": Parameter(1.18, "m/s", 4200),
    }
    day = replace(data, duration_s=duration_s, analysis=replace(data.analysis, both=both))
    codes = {
        "steps": {"code": "41950-7", "display": "Number of steps in 24 hour Measured"},
        "walking_distance_m": {"code": "41953-1"},
        "walking_speed_m_per_s": {"code": "41957-2"},
    }
    for name, code in codes.items():
        loinc = {"system": "http://loinc.org", **code}
        assert (loinc in observation(day, name.replace("_", " "))["code"]["coding"]) is has_code
        assert loinc not in observation(day, "cadence")["code"]["coding"]
    assert data.analysis.left is not None
    left = replace(data.analysis.left, parameters={"steps": Parameter(6.0, "steps")})
    of_foot = replace(day, analysis=replace(data.analysis, left=left))
    assert len(observation(of_foot, "steps", "left")["code"]["coding"]) == 1


def test_times(data: ExportData) -> None:
    assert "effectivePeriod" not in observation(replace(data, start=None), "cadence")
    endless = observation(replace(data, duration_s=None), "cadence")
    assert endless["effectivePeriod"] == PERIOD | {"end": PERIOD["start"]}
    later = replace(data, start=datetime(2026, 3, 1, 23, 59, 59, 500_000, UTC))
    assert observation(later, "cadence")["effectivePeriod"]["end"] == "2026-03-02T00:00:00.300000+00:00"


def test_the_report(data: ExportData) -> None:
    (report,) = of_kind(data, "DiagnosticReport")
    form = report.pop("presentedForm")
    references = [{"reference": f"urn:uuid:{one['id']}"} for one in of_kind(data, "Observation")]
    assert report == {
        "resourceType": "DiagnosticReport",
        "id": report["id"],
        "status": "final",
        "code": {
            "coding": [{"system": LOCAL, "code": "gait-analysis", "display": "gait analysis"}],
            "text": "gait analysis by pressure insoles",
        },
        "subject": {"reference": "urn:uuid:b2c8c4a2-ee71-5fe5-84fa-cdd9db9f0696"},
        "effectivePeriod": PERIOD,
        "result": references,
        "conclusion": "Accounting: left: 8 samples requested, 6 recorded, 2 missing (2 overrun); right: 4 "
        "samples requested, 4 recorded, 0 missing. One sensor is dead. Too short.",
    }
    content = about_text(data).encode()
    assert form == [
        {
            "contentType": "application/json",
            "language": "en",
            "title": "about.json",
            "size": len(content),
            "hash": base64.b64encode(hashlib.sha1(content).digest()).decode(),
            "data": base64.b64encode(content).decode(),
        }
    ]


def test_the_report_for_people_comes_first(data: ExportData) -> None:
    (report,) = of_kind(replace(data, report=lambda: b"%PDF"), "DiagnosticReport")
    first, second = report["presentedForm"]
    assert (first["title"], first["contentType"], first["size"]) == ("report.pdf", "application/pdf", 4)
    # SHA-1 of the four bytes "%PDF", and those bytes, each in base64.
    assert (first["data"], second["title"]) == ("JVBERg==", "about.json")


def test_the_codes(data: ExportData) -> None:
    (codes,) = of_kind(data, "CodeSystem")
    assert codes["url"] == LOCAL and codes["version"] == "7"
    assert (codes["status"], codes["content"]) == ("active", "fragment")
    assert [(one["code"], one["display"]) for one in codes["concept"]] == [
        ("cadence", "cadence"),
        ("cv", "coefficient of variation"),
        ("double-support-pct", "double support pct"),
        ("f1-n", "f1 n"),
        ("gait-analysis", "gait analysis"),
        ("sd", "standard deviation"),
        ("steps", "steps"),
        ("stride-time-s", "stride time s"),
    ]


def test_identifiers_are_those_of_the_recording(data: ExportData) -> None:
    """The same export gives the same resources, another recording others."""
    ids = [
        [one["resource"]["id"] for one in bundle_of(s)["entry"]] for s in (data, data, replace(data, id="b"))
    ]
    assert ids[0] == ids[1] and not set(ids[0]) & set(ids[2])
