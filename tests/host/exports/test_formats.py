"""Every format read back by a program that is not ours: largest difference from the recording."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from plantigrade.exports.formats import FORMATS
from plantigrade.exports.subject import Subject

from tests.host.exports import readers, sample

Read = Callable[[Path, Subject], dict[str, readers.Back]]

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
def subjects(recordings: dict[str, sample.Opened]) -> dict[str, Subject]:
    return {name: Subject.of(recording) for name, recording in recordings.items()}


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
    subjects: dict[str, Subject],
    tmp_path: Path,
) -> None:
    subject = subjects[content]
    if name == "opengo" and content == "forces":
        pytest.skip("the shape needs sixteen sensors a foot; its refusal is tested below")
    path = tmp_path / f"with space é{FORMATS[name].suffix}"
    FORMATS[name].write_subject(subject, path)
    back = read(path, subject)
    compared = 0
    for foot in subject.feet:
        got = back[foot.foot]
        if foot.frames is not None and got.counts is not None:
            assert np.abs(got.counts.astype(np.int64) - foot.frames.counts).max() == 0
            compared += 1
        if got.time_s is not None:
            assert worst(got.time_s, foot.time_s) <= time_s
        if got.force_n is not None:
            assert worst(got.force_n.astype(np.float32), foot.force_n) <= force_n
            compared += 1
    assert compared >= len(subject.feet)
