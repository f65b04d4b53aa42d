"""Slices by time: the same samples as the whole recording's, and no more read than they need."""

from pathlib import Path
from typing import Any

import numpy as np
import plantigrade as pg
import pytest
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.frames import ROW_GROUP

from tests.host.analyze.walks import write_walk
from tests.host.library import library_kit

GROUPS = 8
IO = Path("/proc/self/io")


def bytes_read() -> int:
    """What this process has asked the operating system for, from whatever file."""
    return int(IO.read_text().split()[1])


class Reads:
    """Groups of rows that are read from now on, by file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.groups: list[int] = []
        original = ColumnFile.read

        def read(file: ColumnFile, groups: list[int] | None = None, names: list[str] | None = None) -> Any:
            self.groups += range(len(file.group_sizes)) if groups is None else groups
            return original(file, groups, names)

        monkeypatch.setattr(ColumnFile, "read", read)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of one of our insoles of 87 minutes in eight groups of rows."""
    return library_kit.finalized(tmp_path_factory.mktemp("recordings"), "R1", rows=GROUPS * ROW_GROUP)


def test_opening_reads_no_samples(counts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Reads(monkeypatch)
    recording = pg.read(counts)
    assert (recording.id, recording.feet, recording.sample_rate_hz) == ("R1", ("left",), 100.0)
    assert recording.duration_s == GROUPS * ROW_GROUP / 100
    assert recording.start_utc is not None and recording.start_utc.year == 2026
    assert repr(recording) == "<Recording R1: left, 100 Hz, 5242.9 s>"
    recording[3000:3060].between(3010)
    assert reads.groups == []


@pytest.mark.parametrize("what", ["frames", "forces", "cop"])
def test_a_slice_reads_one_group_of_rows_of_eight(
    counts: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    reads = Reads(monkeypatch)
    piece = pg.read(counts)[3000:3060]  # in the fifth group; a minute before it too
    assert len(getattr(piece, what)("left")) == 6000
    assert reads.groups == [4]


@pytest.mark.skipif(not IO.exists(), reason="counts the bytes as Linux tells them")
def test_a_slice_reads_an_eighth_of_the_bytes(counts: Path) -> None:
    size = (counts / "left.parquet").stat().st_size
    recording = pg.read(counts)
    recording[10:11].frames("left")  # what is imported on the way
    before = bytes_read()
    recording[3000:3060].frames("left")
    used = bytes_read() - before
    before = bytes_read()
    recording.frames("left")
    entire = bytes_read() - before
    assert entire >= 0.95 * size
    assert used < 0.16 * entire, f"{used} of {entire} bytes"


def test_frames_of_a_slice_are_those_of_the_whole(counts: Path) -> None:
    recording = pg.read(counts)
    entire = recording.frames("left")
    piece = recording[1000:1010].frames("left")
    assert entire.loc[1000:1009.995].equals(piece)
    assert piece.attrs["units"]["c00"] == "counts"
    assert piece["utc"].iloc[0].value == library_kit.START_NS + 1_000_000_000_000


def test_samples_of_a_file_are_cut_by_the_same_clock(tmp_path: Path) -> None:
    recording = pg.read(write_walk(tmp_path / "walk.csv"))
    entire, piece = recording.forces(), recording[10:20].forces()
    for foot in ("left", "right"):
        assert entire.loc[foot].loc[10:19.995].equals(piece.loc[foot])
    assert recording[10:20].span_s == (10.0, 19.99)
    assert recording[10:20][15:].span_s == (15.0, 19.99)
    assert recording[:5][10:].forces("left").empty
    assert np.isnan(recording[:5][10:].span_s[0]) and recording[:5][10:].duration_s is None
    assert len(recording[5:35].strides()) < len(recording.strides())
    assert len(recording.between().forces("left")) == len(recording.forces("left"))


@pytest.mark.parametrize("wrong", [3, "left", slice(0, 10, 2)])
def test_what_is_no_slice_of_seconds(wrong: Any, counts: Path) -> None:
    with pytest.raises(TypeError, match=r"recording\[10:20\]"):
        pg.read(counts)[wrong]


def test_a_slice_that_ends_before_it_begins(counts: Path) -> None:
    with pytest.raises(pg.PlantigradeError, match="20 to 10 s ends before it begins"):
        pg.read(counts)[20:10]
