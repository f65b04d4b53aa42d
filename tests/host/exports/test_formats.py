"""Every format read back by a program that is not ours: largest difference from the recording."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import edfio
import numpy as np
import pyedflib
import pytest
from plantigrade.exports.export_data import ExportData, ExportFoot, FootPiece
from plantigrade.exports.formats import FORMATS
from plantigrade.exports.marks import marks
from pymatreader import read_mat

from tests.host.exports import readers, sample

Read = Callable[[Path, ExportData], dict[str, readers.Back]]

# format, reader, largest differences of: time in seconds, force in newtons
TABLE: list[tuple[str, Read, float, float]] = [
    ("csv", readers.read_csv, 0.0, 0.0),
    ("parquet", readers.read_parquet, 0.0, 0.0),
    ("edf", readers.read_edf, 1.1e-5, 0.0051),
    ("mat", readers.read_matlab, 0.0, 0.0),
    ("opengo", readers.read_opengo, 0.0051, 0.002),
    ("motion-bids", readers.read_bids, 1e-8, 0.0),
    ("c3d", readers.read_c3d, 1e-8, 0.0),
]
IDS = [row[0] for row in TABLE]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, sample.Opened]:
    root = tmp_path_factory.mktemp("recordings")
    return {"counts": sample.counts_recording(root), "forces": sample.forces_recording(root)}


@pytest.fixture(scope="module")
def subjects(recordings: dict[str, sample.Opened]) -> dict[str, ExportData]:
    return {name: ExportData.of(recording) for name, recording in recordings.items()}


def worst(theirs: np.ndarray, ours: np.ndarray) -> float:
    """Largest difference; what is missing must be missing on both sides."""
    assert theirs.shape == ours.shape
    assert np.array_equal(np.isnan(theirs), np.isnan(ours))
    return float(np.nanmax(np.abs(theirs - ours)))


@pytest.mark.parametrize("content", ["counts", "forces"])
@pytest.mark.parametrize(("name", "read", "time_s", "force_n"), TABLE, ids=IDS)
def test_a_third_party_reads_what_was_recorded(
    name: str,
    read: Read,
    time_s: float,
    force_n: float,
    content: str,
    subjects: dict[str, ExportData],
    tmp_path: Path,
) -> None:
    data = subjects[content]
    if name == "opengo" and content == "forces":
        pytest.skip("the shape needs sixteen sensors a foot; its refusal is tested below")
    path = tmp_path / f"with space é{FORMATS[name].suffix}"
    FORMATS[name].write_data(data, path)
    back = read(path, data)
    compared = 0
    for foot in data.feet:
        got = back[foot.foot]
        if foot.frames is not None and got.counts is not None:
            assert np.abs(got.counts.astype(np.int64) - foot.frames.complete.counts).max() == 0
            compared += 1
        if got.time_s is not None:
            assert worst(got.time_s, foot.time_s) <= time_s
        if got.force_n is not None:
            assert worst(got.force_n.astype(np.float32), foot.force_n) <= force_n
            compared += 1
    assert compared >= len(data.feet)


def test_a_long_recording_is_a_matlab_file_of_level_7_3(
    subjects: dict[str, ExportData], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantigrade.exports.mat.LONG_ROWS", 100)
    monkeypatch.setattr("plantigrade.exports.export_data.ExportFoot.pieces", pieces_of(333))
    for content, data in subjects.items():
        path = tmp_path / f"{content}.mat"
        FORMATS["mat"].write_data(data, path)
        assert path.read_bytes()[:10] == b"MATLAB 7.3"
        back = readers.read_matlab(path, data)
        for foot in data.feet:
            got = back[foot.foot]
            assert got.time_s is not None and got.force_n is not None
            assert worst(got.time_s, foot.time_s) == 0
            assert worst(got.force_n, foot.force_n) == 0
            if foot.frames is not None:
                assert got.counts is not None
                assert np.array_equal(got.counts, foot.frames.complete.counts)
        read = read_mat(path)["plantigrade"]
        assert read["id"] == data.id
        assert json.loads(read["about"])["recording"] == data.id
        assert list(read["left"]["sensors"]) == list(data.feet[0].sensors)


def pieces_of(rows: int) -> Callable[..., Iterator[FootPiece]]:
    """Pieces that are smaller than the recording."""
    original = ExportFoot.pieces

    def pieces(foot: ExportFoot, _rows: int = 0) -> Iterator[FootPiece]:
        return original(foot, rows)

    return pieces


def edfio_annotations(path: Path) -> list[tuple[float, float | None, str]]:
    return [(one.onset, one.duration, one.text) for one in edfio.read_edf(path).annotations]


def edflib_annotations(path: Path) -> list[tuple[float, float | None, str]]:
    with pyedflib.EdfReader(str(path)) as file:
        times, lasted, texts = file.readAnnotations()
    return [
        (at, long if long >= 0 else None, text) for at, long, text in zip(times, lasted, texts, strict=True)
    ]


@pytest.mark.parametrize("read", [edfio_annotations, edflib_annotations])
@pytest.mark.parametrize("records", [3, 600])
def test_annotations_of_edf_have_their_times_and_words(
    read: Callable[[Path], list[tuple[float, float | None, str]]],
    records: int,
    subjects: dict[str, ExportData],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("plantigrade.exports.edf.BLOCK_RECORDS", records)
    data, path = subjects["counts"], tmp_path / "a.edf"
    FORMATS["edf"].write_data(data, path)
    found = sorted(read(path))
    expected = sorted((max(one.at_s, 0.0), one.duration_s, one.label) for one in marks(data))
    assert [text for *_, text in found] == [text for *_, text in expected]
    assert [at for at, *_ in found] == pytest.approx([at for at, *_ in expected], abs=2e-6)
    assert any("Ångström" in text for *_, text in found)
    assert sum("overrun" in text for *_, text in found) == 2


def test_the_header_of_edf_says_who_and_when(subjects: dict[str, ExportData], tmp_path: Path) -> None:
    data, path = subjects["counts"], tmp_path / "a.edf"
    FORMATS["edf"].write_data(data, path)
    assert data.start is not None
    for start in (edfio.read_edf(path).starttime, pyedflib_start(path).time()):
        assert start.replace(microsecond=0) == data.start.time().replace(microsecond=0)
    patient = edfio.read_edf(path).patient
    assert (patient.code, patient.sex, patient.birthdate) == ("P001", "F", sample.BIRTH)


def pyedflib_start(path: Path) -> datetime:
    with pyedflib.EdfReader(str(path)) as file:
        return file.getStartdatetime()
