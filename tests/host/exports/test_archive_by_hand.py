"""The ZIP of everything, and the formats by name: what they are called, what they lack, how they refuse."""

import hashlib
import json
import zipfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from plantigrade.errors import MissingPartError
from plantigrade.exports import atomic_write, formats
from plantigrade.exports.export_data import ExportData, ExportError
from plantigrade.exports.formats import FORMATS

from tests.host.exports import tiny

SCHEMA = "plantigrade.export/1"


@pytest.fixture
def data(tmp_path: Path) -> ExportData:
    return tiny.data(tmp_path / "recordings")


def test_the_archive(data: ExportData, tmp_path: Path) -> None:
    made = replace(data, id="tiny 1/ä", report=lambda: b"%PDF-1")
    FORMATS["zip"].write_data(made, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        assert all(name.startswith("tiny_1_ä/") for name in names)
        assert archive.read("tiny_1_ä/report.pdf") == b"%PDF-1"
        text = archive.read("tiny_1_ä/README.txt").decode()
        sums = archive.read("tiny_1_ä/SHA256SUMS").decode().splitlines()
        assert sums == sorted(sums, key=lambda line: line[66:])
        assert f"{hashlib.sha256(b'%PDF-1').hexdigest()}  report.pdf" in sums
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}
        assert names[-1] == "tiny_1_ä/SHA256SUMS"
    lines = text.splitlines()
    assert lines[:7] == [
        "Recording tiny 1/ä",
        "Start (UTC): 2026-03-01T12:00:00.250000+00:00",
        "Rate: 10 Hz",
        "left: 8 samples requested, 6 recorded, 2 missing in 1 gap",
        "right: 4 samples requested, 4 recorded, 0 missing in 0 gaps",
        f"Made by: plantigrade {version('plantigrade')}, gait_algorithm 7, export_schema {SCHEMA}",
        "",
    ]
    assert lines[7] == "Unless a file says otherwise: times in seconds since the start, forces in newtons."
    assert lines[9] == "report.pdf: the report for patient and clinician."
    assert "parquet: Parquet; holds everything." in lines
    assert "mat.mat: MATLAB; cannot hold: arrays above 2 GB." in lines
    assert lines[-2:] == ["", "SHA256SUMS holds the SHA-256 sum of every file."]


def test_the_archive_says_what_it_leaves_out_and_why(tmp_path: Path) -> None:
    made = replace(ExportData.of(tiny.imported(tmp_path / "recordings"), deidentify=True), start=tiny.START)
    FORMATS["zip"].write_data(made, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        lines = archive.read("recording/README.txt").decode().splitlines()
        assert not [name for name in archive.namelist() if "opengo" in name]
    assert lines[1] == (
        "Start (UTC): 2026-03-01T12:00:00.250000+00:00 (shifted: names, serials, notes and true dates were "
        "left out)"
    )
    assert (
        "OpenGo-shaped text: left out. the shape holds 16 calibrated sensors with known places a foot; the "
        "left foot does not have them; use csv or parquet"
    ) in lines
    FORMATS["zip"].write_data(replace(made, start=None, deidentified=False), tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert "Start (UTC): not known" in archive.read("recording/README.txt").decode().splitlines()


def test_a_disk_that_is_full_in_the_archive_names_the_archive(
    data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object, path: Path) -> None:
        raise ExportError(f"{path}: cannot be written: No space left on device") from OSError(28, "x")

    monkeypatch.setattr("plantigrade.exports.mat.write", full)
    with pytest.raises(ExportError) as found:
        FORMATS["zip"].write_data(data, tmp_path / "a.zip")
    assert str(found.value) == f"{tmp_path / 'a.zip'}: cannot be written: No space left on device"


def test_formats_by_name() -> None:
    kinds = {name: (form.kind, form.suffix, "report" in form.needs) for name, form in FORMATS.items()}
    assert kinds == {
        "csv": ("folder", "", False),
        "parquet": ("folder", "", False),
        "edf": ("file", ".edf", False),
        "mat": ("file", ".mat", False),
        "opengo": ("file", ".txt", False),
        "motion-bids": ("folder", "", False),
        "c3d": ("file", ".c3d", False),
        "fhir": ("file", ".json", True),
        "mobilise-d": ("folder", "", False),
        "zip": ("file", ".zip", True),
    }
    assert all(form.name == name for name, form in FORMATS.items())


def test_a_missing_package_is_named(
    data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ezc3d", None)
    texts = r"the export to C3D needs the Python module ezc3d.*pip install 'plantigrade\[exports\]'"
    with pytest.raises(MissingPartError, match=texts):
        FORMATS["c3d"].write_data(data, tmp_path / "a.c3d")


def test_a_memory_that_is_too_small_is_told(
    data: ExportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("plantigrade.exports.mat.write", fail)
    texts = "MATLAB is made in memory, which is too small; use csv or parquet"
    with pytest.raises(ExportError, match=texts):
        FORMATS["mat"].write_data(data, tmp_path / "a.mat")


def test_progress_is_told_foot_by_foot(tmp_path: Path) -> None:
    reported: list[tuple[str, float]] = []
    FORMATS["csv"].write(
        tiny.recording(tmp_path / "recordings"),
        tmp_path / "out",
        progress=lambda *step: reported.append(step),
    )
    assert reported == [("writing, left foot", 1.0), ("writing, right foot", 1.0)]
    (left, _) = tiny.data(tmp_path / "others").feet
    reported.clear()
    watched = formats._watched(left, lambda *step: reported.append(step))
    watched.forces(slice(0, 2))
    assert reported == [("writing, left foot", 0.4)], "two of five frames"


def test_only_a_recording_of_the_library_has_a_report(tmp_path: Path) -> None:
    FORMATS["fhir"].write(tiny.recording(tmp_path / "recordings"), tmp_path / "a.json")
    entries = json.loads((tmp_path / "a.json").read_text())["entry"]
    titles = [one["title"] for one in entries[-1]["resource"]["presentedForm"]]
    assert titles == ["about.json"]


def test_places_of_exports_refuse_in_their_words(tmp_path: Path) -> None:
    with (
        pytest.raises(ExportError, match="is a folder, this format is one file; name a file"),
        atomic_write.new_file(tmp_path),
    ):
        pass
    with (
        pytest.raises(ExportError, match="is there already, and this format is a folder"),
        atomic_write.new_folder(tmp_path),
    ):
        pass
