"""Who goes through a long recording once, from front to back, gets the same times and forces, to the bit."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.library.recordings import frames
from plantigrade.library.recordings import reader as finalized
from plantigrade.library.recordings.frames import NO_TIME, read_parquet, write_parquet
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.library.recordings.stored_times import StoredTimes

from tests.host.exports import sample

GROUP_ROWS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gaps, two clocks and frames of several slots, in groups of 300 rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "ROW_GROUP", GROUP_ROWS)
        return sample.counts_recording(tmp_path_factory.mktemp("data"), 30.0, motion=True).folder


def walk_of(folder: Path, *, forwards: bool) -> Walk:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finalized, "LONG_ROWS", 100)
        return replace(RecordingReader.open(folder), forwards=forwards).walk()


def feet(folder: Path) -> list[tuple[FootSignal, FootSignal]]:
    """Each foot as it is in memory, and as it is read from front to back."""
    return list(zip(walk_of(folder, forwards=False).feet, walk_of(folder, forwards=True).feet, strict=True))


def test_rows_and_slices_are_those_of_the_array(folder: Path) -> None:
    for plain, forwards in feet(folder):
        assert isinstance(forwards.time_s, StoredTimes)
        assert np.array_equal(np.asarray(forwards.time_s), plain.time_s)
        for start in range(0, len(plain), 170):
            rows = slice(start, start + 400)
            assert np.array_equal(forwards.time_s[rows], plain.time_s[rows])
            assert np.array_equal(forwards.force_n[rows], plain.force_n[rows])
        assert forwards.time_s[0] == plain.time_s[0]
        assert forwards.time_s[-1] == plain.time_s[-1]
        assert forwards.gaps == plain.gaps
        assert np.array_equal(forwards.time_s[700:20:-3], plain.time_s[700:20:-3])


def test_motion_is_on_the_same_rows(folder: Path) -> None:
    for plain, forwards in feet(folder):
        assert plain.motion is not None
        assert forwards.motion is not None
        assert np.array_equal(np.asarray(forwards.motion.acc_m_s2), np.asarray(plain.motion.acc_m_s2))


@pytest.mark.parametrize("side", ["left", "right"])
def test_places_are_those_of_the_array(side: Literal["left", "right"], folder: Path) -> None:
    for plain, forwards in feet(folder):
        times = plain.time_s
        between = times[:-1] + np.diff(times) / 2
        sought = np.concatenate([times[::7], times[::GROUP_ROWS], between[::11], [-1.0, times[-1], 1e6]])
        found = forwards.time_s.searchsorted(sought, side)
        assert np.array_equal(found, times.searchsorted(sought, side))


def test_an_analysis_sees_no_difference(folder: Path) -> None:
    plain, forwards = (analyze(walk_of(folder, forwards=way)) for way in (False, True))
    assert plain.left is not None
    assert forwards.left is not None
    assert len(plain.left.strides) > 15
    assert np.array_equal(plain.left.strides.initial_contact_s, forwards.left.strides.initial_contact_s)
    assert np.array_equal(plain.left.strides.pressure, forwards.left.strides.pressure, equal_nan=True)
    assert repr(plain.both) == repr(forwards.both)


@pytest.mark.parametrize("place", [0, 5, GROUP_ROWS], ids=["first", "middle", "first of a group"])
@pytest.mark.parametrize("time_ns", [NO_TIME, None], ids=["not known", "runs backwards"])
def test_frames_that_are_left_out_take_all_times_to_tell(
    time_ns: int | None, place: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a foot with such frames all times are in memory, as they are without `forwards`."""
    monkeypatch.setattr(frames, "ROW_GROUP", GROUP_ROWS)
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    stored = read_parquet(tmp_path / "left.parquet")
    host_ns = stored.host_ns.copy()
    host_ns[place] = host_ns[place + 3] if time_ns is None else time_ns
    write_parquet(tmp_path / "left.parquet", replace(stored, host_ns=host_ns))
    plain, forwards = (walk_of(tmp_path, forwards=way) for way in (False, True))
    assert isinstance(forwards.left and forwards.left.time_s, np.ndarray)
    assert plain.left is not None and forwards.left is not None
    assert len(forwards.left) < int(stored.slots.sum())
    assert np.array_equal(forwards.left.time_s, plain.left.time_s)
    assert np.array_equal(np.asarray(forwards.left.force_n), np.asarray(plain.left.force_n))
    assert forwards.source.note == plain.source.note


def test_one_group_of_times_is_in_memory() -> None:
    read: list[int] = []

    def load(number: int) -> np.ndarray:
        read.append(number)
        return np.arange(10.0) + 10 * number

    times = StoredTimes([10, 0, 10], load)
    for start in range(0, 20, 5):
        assert len(times[start : start + 5]) == 5
    assert read == [0, 2]
    assert times.searchsorted([3.5, 25.5, 22.0, 99.0]).tolist() == [4, 16, 12, 20]
    assert read == [0, 2, 0, 2]
