"""The overview of a recording: what a window of any length says of its samples, and what is not there."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.overview import LEVELS_S, SIGNALS, Overview, read_overview, write_overview

RATE_HZ = 20.0
LAYOUT = SensorLayout(
    "test-5",
    np.arange(5.0),
    np.arange(5.0),
    np.ones(5),
    ("heel", "heel", "midfoot", "forefoot", "toes"),
)


def walk_of(
    left_s: np.ndarray, right_s: np.ndarray, layout: SensorLayout | None = LAYOUT, seed: int = 1
) -> Walk:
    draw = np.random.default_rng(seed)
    feet = [
        FootSignal(foot, times, draw.uniform(0, 300, (len(times), 5)).astype(np.float32), layout)
        for foot, times in ((Foot.LEFT, left_s), (Foot.RIGHT, right_s))
    ]
    return Walk(feet[0], feet[1], RATE_HZ, SourceInfo("a", "b"))


def stored(walk: Walk, folder: Path, **span: float) -> Overview:
    path = folder / "overview.parquet"
    write_overview(walk, path)
    points = int(span.pop("points", 100_000))
    return read_overview(ColumnFile(path), span.get("from_s"), span.get("to_s"), points)


def by_hand(
    signal: FootSignal, start_s: float, end_s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Smallest, mean and largest of each of `SIGNALS` from the samples themselves."""
    rows = (signal.time_s >= start_s) & (signal.time_s < end_s)
    force = np.asarray(signal.force_n[rows], np.float64)
    if not len(force):
        nothing = np.full(len(SIGNALS), np.nan, np.float32)
        return nothing, nothing, nothing, 0
    regions = [force[:, np.array(LAYOUT.region) == name].sum(axis=1) for name in SIGNALS[1:]]
    loads = np.stack([force.sum(axis=1), *regions], axis=1)
    return (
        loads.min(axis=0).astype(np.float32),
        loads.mean(axis=0).astype(np.float32),
        loads.max(axis=0).astype(np.float32),
        len(force),
    )


def test_a_second_on_paper(tmp_path: Path) -> None:
    """Four samples of one second: 10, 20, 30 and 40 N under the heel, 1 N under the toes each time."""
    force = np.zeros((4, 5), np.float32)
    force[:, 0] = [10, 20, 30, 40]
    force[:, 4] = 1
    signal = FootSignal(Foot.LEFT, np.array([3.0, 3.25, 3.5, 3.75]), force, LAYOUT)
    found = stored(Walk(signal, None, 4.0, SourceInfo("a", "b")), tmp_path)
    left = found.feet["left"]
    assert found.start_s.tolist() == [3.0]
    assert left.minimum_n.tolist() == [[11, 10, 0, 0, 1]]
    assert left.mean_n.tolist() == [[26, 25, 0, 0, 1]]
    assert left.maximum_n.tolist() == [[41, 40, 0, 0, 1]]
    assert left.samples.tolist() == [4]


@given(
    left=st.lists(st.integers(0, 60_000), min_size=1, max_size=60, unique=True),
    right=st.lists(st.integers(0, 60_000), max_size=60, unique=True),
    level=st.sampled_from(LEVELS_S),
)
@settings(max_examples=40, deadline=None)
def test_every_level_says_what_the_samples_say(
    left: list[int], right: list[int], level: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Smallest and largest exactly, the mean to the last bit of float32, NaN where nothing was recorded."""
    walk = walk_of(np.sort(left) / RATE_HZ, np.sort(right) / RATE_HZ)
    path = tmp_path_factory.mktemp("o") / "overview.parquet"
    write_overview(walk, path)
    complete = read_overview(ColumnFile(path), points=10**9)
    span_s = complete.start_s[-1] + 1 - complete.start_s[0]
    found = read_overview(ColumnFile(path), points=max(1, int(np.ceil(span_s / level))))
    for foot in walk.feet:
        stated = found.feet[foot.foot.value]
        for row, start_s in enumerate(found.start_s):
            least, mean, most, samples = by_hand(foot, start_s, start_s + found.level_s)
            assert np.array_equal(stated.minimum_n[row], least, equal_nan=True)
            assert np.array_equal(stated.maximum_n[row], most, equal_nan=True)
            assert np.allclose(stated.mean_n[row], mean, rtol=2.0**-23, atol=0, equal_nan=True)
            assert stated.samples[row] == samples


def test_the_finest_level_that_fits_the_chart_is_read(tmp_path: Path) -> None:
    """An hour: as many points as asked for, or fewer."""
    times = np.arange(0, 3600, 1 / RATE_HZ)
    walk = walk_of(times, times)
    path = tmp_path / "overview.parquet"
    write_overview(walk, path)
    file = ColumnFile(path)
    levels = {points: read_overview(file, points=points).level_s for points in (3600, 3599, 360, 60, 6, 1)}
    assert levels == {3600: 1, 3599: 10, 360: 10, 60: 60, 6: 600, 1: 600}
    part = read_overview(file, 100.5, 160.2, points=100)
    assert (part.level_s, part.start_s[0], part.start_s[-1]) == (1, 100.0, 160.0)
    outside = read_overview(file, 5000.0, 6000.0)
    assert len(outside.start_s) == 0


def test_the_second_in_which_two_pieces_meet_is_one_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples are worked through in pieces; results do not depend on where these end."""
    times = np.arange(0, 30, 1 / RATE_HZ)
    walk = walk_of(times, times + 0.01)
    complete = stored(walk, tmp_path)
    monkeypatch.setattr("plantigrade.library.recordings.overview.PIECE_ROWS", 7)
    pieces = stored(walk, tmp_path)
    for foot, one in complete.feet.items():
        other = pieces.feet[foot]
        assert np.array_equal(one.minimum_n, other.minimum_n)
        assert np.array_equal(one.maximum_n, other.maximum_n)
        assert np.allclose(one.mean_n, other.mean_n, rtol=2.0**-23)
        assert np.array_equal(one.samples, other.samples)


def test_regions_are_unknown_where_the_places_of_the_sensors_are(tmp_path: Path) -> None:
    """Without a layout only the total is known; a region without a sensor is unknown, not empty."""
    times = np.arange(0, 2, 1 / RATE_HZ)
    found = stored(walk_of(times, times, None), tmp_path).feet["left"]
    assert np.isfinite(found.mean_n[:, 0]).all()
    assert np.isnan(found.mean_n[:, 1:]).all()
    heel_only = SensorLayout("h", np.arange(5.0), np.arange(5.0), np.ones(5), ("heel",) * 5)
    found = stored(walk_of(times, times, heel_only), tmp_path).feet["left"]
    assert np.isfinite(found.mean_n[:, :2]).all()
    assert np.isnan(found.mean_n[:, 2:]).all()


def test_a_clock_that_was_set_far_forward_costs_no_rows(tmp_path: Path) -> None:
    """Only windows that hold samples are stored; a gap of thirty years is read as windows without any."""
    walk = walk_of(np.array([0.0, 1.0, 1e9]), np.array([0.5]))
    path = tmp_path / "overview.parquet"
    assert write_overview(walk, path) == 3 + 2 + 2 + 2
    found = read_overview(ColumnFile(path), 0.0, 100.0)
    assert found.feet["left"].samples.sum() == 2


def test_nothing_with_a_time_makes_no_overview(tmp_path: Path) -> None:
    """Said with words, and no file is left."""
    walk = walk_of(np.array([np.nan, np.nan]), np.empty(0))
    with pytest.raises(RecordingError, match="no sample with a time"):
        write_overview(walk, tmp_path / "overview.parquet")
    assert not (tmp_path / "overview.parquet").exists()
