"""Recordings that stay in their files: any stretch, in any order, is that of the whole, to the bit."""

import copy
import gc
import tracemalloc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plantigrade.analysis.pipeline import Request, of_walk
from plantigrade.calibration.stream import Calibrator
from plantigrade.gait.signals import Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings import forces, frames, long_files
from plantigrade.library.recordings import reader as finalized
from plantigrade.library.recordings.long_files import StoredForces

from tests.host.exports import sample
from tests.host.library.library_kit import finalized as finalized_recording
from tests.host.library.library_kit import walk

GROUP_ROWS = 300


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Walk, Walk]]:
    """For each content the walk in memory and the same in its file, of groups of 300 rows."""
    patch = pytest.MonkeyPatch()
    data = tmp_path_factory.mktemp("data")
    for module in (frames, forces):
        patch.setattr(module, "ROW_GROUP", GROUP_ROWS)
    made = sample.counts_recording(data / "recordings", 30.0, motion=True)  # gaps, reduced rate, two clocks
    found: dict[str, tuple[Walk, Walk]] = {}
    with Library(data) as library:
        entries = {"counts": library.add_recording(made.folder), "forces": library.import_walk(walk(3, 3000))}
        for name, entry in entries.items():
            plain = library.open(entry.id).walk()
            patch.setattr(finalized, "LONG_ROWS", 100)
            found[name] = plain, library.open(entry.id).walk()
            patch.undo()
    return found


@pytest.mark.parametrize("content", ["counts", "forces"])
def test_the_whole_is_the_same(content: str, stored: dict[str, tuple[Walk, Walk]]) -> None:
    for plain, long in zip(*(one.feet for one in stored[content]), strict=True):
        assert isinstance(long.force_n, StoredForces)
        assert isinstance(plain.force_n, np.ndarray)
        assert np.array_equal(long.time_s, plain.time_s)
        assert long.force_n.shape == plain.force_n.shape
        assert np.array_equal(np.asarray(long.force_n), plain.force_n)
        assert long.gaps == plain.gaps


def test_forces_that_nobody_holds_are_gone_at_once() -> None:
    read = StoredForces([3], 2, lambda _: np.ones((3, 2), np.float32), None)
    assert read[:].sum() == 6
    held = weakref.ref(read)
    gc.disable()  # nothing waits for Python's search for cycles
    try:
        del read
        assert held() is None
    finally:
        gc.enable()


def test_motion_of_the_whole_is_the_same(stored: dict[str, tuple[Walk, Walk]]) -> None:
    for plain, long in zip(*(one.feet for one in stored["counts"]), strict=True):
        assert plain.motion is not None and long.motion is not None
        for read, in_memory in (
            (long.motion.acc_m_s2, plain.motion.acc_m_s2),
            (long.motion.gyr_deg_s, plain.motion.gyr_deg_s),
        ):
            assert isinstance(read, StoredForces) and np.array_equal(np.asarray(read), in_memory)
            assert np.array_equal(read[250:650], in_memory[250:650])
        assert long.motion.axes == plain.motion.axes


@given(st.lists(st.tuples(st.integers(-50, 3400), st.integers(0, 900), st.integers(1, 3)), max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("content", ["counts", "forces"])
def test_any_stretch_in_any_order(
    content: str, stored: dict[str, tuple[Walk, Walk]], stretches: list[tuple[int, int, int]]
) -> None:
    plain, long = (one.left for one in stored[content])
    assert plain is not None and long is not None
    for start, size, step in stretches:
        rows = slice(start, start + size, step)
        assert np.array_equal(long.force_n[rows], plain.force_n[rows])


@pytest.mark.parametrize("room_bytes", [1, 30_000, 10**9], ids=["none fits", "some fit", "all fit"])
@pytest.mark.parametrize("content", ["counts", "forces"])
def test_what_is_kept_is_the_same(
    content: str, room_bytes: int, stored: dict[str, tuple[Walk, Walk]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept in pieces of 70 rows, of which two lie open; read forwards, backwards and forwards again."""
    monkeypatch.setattr(long_files, "PACKED_ROWS", 70)
    monkeypatch.setattr(long_files, "OPEN_PIECES", 2)
    for plain, long in zip(*(one.feet for one in stored[content]), strict=True):
        held = copy.deepcopy(long.force_n)
        assert isinstance(held, StoredForces)
        held.keep(room_bytes)
        starts = [*range(0, len(plain), 130)]
        for start in (*starts, *reversed(starts), *starts):
            rows = slice(start, start + 150)
            assert np.array_equal(held[rows], plain.force_n[rows])


def test_kept_forces_are_calibrated_once(
    stored: dict[str, tuple[Walk, Walk]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[int] = []
    feed = Calibrator.feed

    def counted(self: Calibrator, counts: np.ndarray) -> np.ndarray:
        fed.append(len(counts))
        return feed(self, counts)

    monkeypatch.setattr(Calibrator, "feed", counted)
    long = stored["counts"][1].left
    assert long is not None and isinstance(long.force_n, StoredForces)
    held = copy.deepcopy(long.force_n)
    held.keep(10**9)
    for _ in range(3):
        np.asarray(held)
    assert sum(fed) <= len(held)


def test_an_analysis_sees_no_difference(stored: dict[str, tuple[Walk, Walk]]) -> None:
    plain, long = (of_walk(one, Request(Path())) for one in stored["counts"])
    assert plain.analysis.left is not None and long.analysis.left is not None
    assert len(plain.analysis.left.strides) > 15
    for name, figure in plain.analysis.both.items():
        assert replace(figure) == replace(long.analysis.both[name]) or figure.value != figure.value
    assert (plain.butterfly is None) == (long.butterfly is None)
    if plain.butterfly is not None and long.butterfly is not None:
        assert np.array_equal(plain.butterfly.x_pct, long.butterfly.x_pct)


def test_a_long_recording_takes_little_memory(tmp_path: Path) -> None:
    """Beside the times that are kept (8 bytes a row) no more than one other column at once."""
    rows = 600_000
    folder = finalized_recording(tmp_path, "long", rows)
    tracemalloc.start()
    found = finalized.RecordingReader.open(folder).walk().left
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is not None and isinstance(found.force_n, StoredForces) and len(found) == rows
    assert peak < 24 * rows + 10_000_000, f"{(peak - 1e7) / rows:.1f} bytes a row"
