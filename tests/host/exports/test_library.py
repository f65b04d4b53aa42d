"""From the library: a recording with a wearer and a note, exported with and without names."""

import base64
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import fhirkit
import pytest
from plantigrade.exports.formats import FORMATS
from plantigrade.library.catalogue.library import Library
from pypdf import PdfReader

from tests.host.exports import sample


@pytest.mark.parametrize("deidentify", [False, True])
def test_a_recording_of_the_library(deidentify: bool, tmp_path: Path) -> None:
    made = sample.counts_recording(tmp_path / "data" / "recordings", seconds=12.0)
    assert made.person is not None
    with Library(tmp_path / "data") as library:
        entry = library.add_recording(made.folder)
        library.add_person(replace(made.person, code="P007"))
        library.assign(entry.id, "P007")
        library.note(entry.id, f"{sample.NAME} stumbled", at_s=2.0)
        FORMATS["csv"].write(library.open(entry.id), tmp_path / "out", deidentify=deidentify)
    about = (tmp_path / "out" / "about.json").read_text(encoding="utf-8")
    assert "P007" in about
    assert (sample.NAME in about) is not deidentify
    assert (f"{sample.NAME} stumbled" in about) is not deidentify


@pytest.mark.parametrize("name", ["csv", "edf", "opengo", "motion-bids"])
def test_a_writer_tells_how_far_it_is(name: str, tmp_path: Path) -> None:
    made = sample.counts_recording(tmp_path / "data" / "recordings", seconds=12.0)
    reported: list[tuple[str, float]] = []
    with Library(tmp_path / "data") as library:
        recording = library.open(library.add_recording(made.folder).id)
        recording.full_analysis(lambda step, share: reported.append((step, share)))
        assert {step for step, _ in reported} >= {"analysing"}
        reported.clear()
        FORMATS[name].write(recording, tmp_path / "out", progress=lambda *step: reported.append(step))
    for foot in ("left", "right"):
        shares = [share for step, share in reported if step == f"writing, {foot} foot"]
        assert max(shares) == 1.0
        assert min(shares) >= 0.0


def documents(path: Path) -> dict[str, bytes]:
    """Documents in a FHIR bundle by their kind."""
    bundle = json.loads(path.read_text(encoding="utf-8"))
    (report,) = (
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "DiagnosticReport"
    )
    found: dict[str, bytes] = {}
    for form in report["presentedForm"]:
        content = base64.b64decode(form["data"], validate=True)
        assert len(content) == form["size"]
        assert base64.b64encode(hashlib.sha1(content).digest()).decode() == form["hash"]
        found[form["contentType"]] = content
    return found


@pytest.mark.parametrize(
    ("deidentify", "report", "kinds"),
    [
        (False, True, {"application/pdf", "application/json"}),
        (False, False, {"application/json"}),
        (True, True, {"application/json"}),
    ],
)
def test_the_report_is_in_the_bundle_unless_it_would_name_someone(
    deidentify: bool, report: bool, kinds: set[str], tmp_path: Path
) -> None:
    made = sample.counts_recording(tmp_path / "data" / "recordings", seconds=12.0)
    assert made.person is not None
    with Library(tmp_path / "data") as library:
        entry = library.add_recording(made.folder)
        library.add_person(replace(made.person, code="P007"))
        library.assign(entry.id, "P007")
        path = tmp_path / "out.json"
        FORMATS["fhir"].write(library.open(entry.id), path, deidentify=deidentify, report=report)
    found = documents(path)
    assert set(found) == kinds
    assert fhirkit.validate(path.read_text(encoding="utf-8")) == []
    if "application/pdf" in found:
        pages = PdfReader(io.BytesIO(found["application/pdf"])).pages
        assert sample.NAME in pages[0].extract_text()
