"""Formats of figures and folders: FHIR by another library, BIDS by its validator, the ZIP by its sums."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import fhirkit
import pytest
from fhirclient.models.bundle import Bundle
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS

from tests.host.exports import sample


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> ExportData:
    return ExportData.of(sample.counts_recording(tmp_path_factory.mktemp("recording")))


def test_fhirclient_reads_the_bundle_as_r4(exported: ExportData, tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    FORMATS["fhir"].write_data(exported, path)
    bundle = Bundle(json.loads(path.read_text(encoding="utf-8")), strict=True)
    kinds = [entry.resource.resource_type for entry in bundle.entry]
    assert {"Patient", "Device", "Observation", "DiagnosticReport", "CodeSystem"} == set(kinds)
    known = {entry.fullUrl for entry in bundle.entry}
    assert len(known) == len(bundle.entry)
    codes = next(e.resource for e in bundle.entry if e.resource.resource_type == "CodeSystem")
    defined = {concept.code for concept in codes.concept}
    figures = {name: figure.value for name, figure in exported.analysis.both.items()}
    seen = 0
    for one in (entry.resource for entry in bundle.entry):
        if one.resource_type != "Observation":
            continue
        assert one.subject.reference in known
        coding = one.code.coding[0]
        assert (coding.system, coding.code in defined) == (codes.url, True)
        name = one.code.text.replace(" ", "_")
        if one.bodySite is None and one.valueQuantity is not None:
            assert one.valueQuantity.value == pytest.approx(figures[name], rel=1e-7)
            seen += 1
    assert seen == sum(value is not None for value in figures.values()) > 10


BREAKAGES = {
    "no status": lambda one: one("Observation").pop("status"),
    "a date in words": lambda one: one("Patient").update(birthDate="28.02.1950"),
    "two values": lambda one: one("Observation").update(valueString="x"),
    "an unknown element": lambda one: one("DiagnosticReport").update(grade=1),
    "no base64": lambda one: one("DiagnosticReport")["presentedForm"][0].update(data="!!"),
}
"""What the validator must notice."""


def test_fhirkit_finds_the_bundle_valid_and_notices_what_is_not(exported: ExportData, tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    FORMATS["fhir"].write_data(exported, path)
    text = path.read_text(encoding="utf-8")
    assert [str(issue) for issue in fhirkit.validate(text)] == []
    for name, damage in BREAKAGES.items():
        bundle = json.loads(text)
        kinds = {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle["entry"]}
        damage(kinds.__getitem__)
        assert fhirkit.validate(bundle), name


def test_an_unknown_figure_has_a_reason_and_no_value(exported: ExportData, tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    FORMATS["fhir"].write_data(exported, path)
    resources = [entry["resource"] for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]]
    figures = [one for one in resources if one["resourceType"] == "Observation"]
    assert all(("valueQuantity" in one) is not ("dataAbsentReason" in one) for one in figures)
    codes = [coding for one in figures for coding in one["code"]["coding"]]
    assert not [coding for coding in codes if coding["system"] == "http://loinc.org"], (
        "no day, no code for it"
    )


def bids_errors(folder: Path) -> list[str]:
    """Codes of the errors that the official validator finds."""
    tool = Path(sys.executable).with_name("bids-validator-deno")
    if not tool.exists():
        pytest.skip("bids-validator-deno is not installed")
    command = [str(tool), str(folder), "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=folder.parent, check=False)
    issues = json.loads(answer.stdout)["issues"]["issues"]
    return [issue["code"] for issue in issues if issue.get("severity") == "error"]


def test_the_bids_validator_finds_no_error(exported: ExportData, tmp_path: Path) -> None:
    folder = tmp_path / "data set"
    FORMATS["motion-bids"].write_data(exported, folder)
    assert bids_errors(folder) == []
    (sidecar,) = folder.glob("sub-*/motion/*_motion.json")
    values = json.loads(sidecar.read_text(encoding="utf-8"))
    del values["SamplingFrequency"]
    sidecar.write_text(json.dumps(values), encoding="utf-8")
    assert bids_errors(folder) != [], "the validator must notice what is missing"


def test_the_zip_holds_all_formats_and_its_sums_agree(exported: ExportData, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    FORMATS["zip"].write_data(exported, path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        root = "walk-20260528/"
        sums = dict(
            reversed(line.split("  ", 1)) for line in archive.read(root + "SHA256SUMS").decode().splitlines()
        )
        names = {name.removeprefix(root) for name in archive.namelist()} - {"SHA256SUMS"}
        assert set(sums) == names
        for name, digest in sums.items():
            assert hashlib.sha256(archive.read(root + name)).hexdigest() == digest
        for form in set(FORMATS) - {"zip"}:
            assert any(name.startswith(form) for name in names), form
        assert "left out" not in archive.read(root + "README.txt").decode()
