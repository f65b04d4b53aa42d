"""A recording in which one foot has no sample, as when its log was full: everything is still made."""

from pathlib import Path

import pytest
from plantigrade.exports.registry import export_formats
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.recording import Recording
from plantigrade.report.pdf import report_bytes

from tests.host.report.kit import foot_without_samples


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return foot_without_samples(Library(tmp_path / "data"))


def test_it_is_analysed_and_kept(recording: Recording) -> None:
    found = recording.full_analysis()
    assert [len(foot) for foot in found.walk.feet] == [0, 190]


def test_its_report_is_set(recording: Recording) -> None:
    assert report_bytes(recording).startswith(b"%PDF")


@pytest.mark.parametrize("form", list(export_formats().offered))
def test_it_is_exported(form: str, recording: Recording, tmp_path: Path) -> None:
    export_formats().offered[form].write(recording, tmp_path / f"walk-{form}", deidentify=False, report=False)
    assert list(tmp_path.glob(f"walk-{form}*"))
