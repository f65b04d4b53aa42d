# pyarrow has no type stubs.
# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownArgumentType=false
"""Counts and motions are stored as differences, and come back as they were; files of before are read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings import frames
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.difference_columns import as_differences
from plantigrade.library.recordings.differences_kernel import (
    BLOCK_ROWS,
    LAST,
    LINE,
    MEAN,
    START,
    fold_rows,
    unfold_rows,
)
from plantigrade.library.recordings.frames import (
    NO_TIME,
    FootFrames,
    counts_of,
    read_parquet,
    write_open_parquet,
    write_parquet,
)
from plantigrade.library.recordings.long_files import StoredFrames

from tests.host.library.library_kit import frames as made_frames

FIELDS = ("seq", "slots", "boot", "status", "device_us", "host_ns", "uncertainty_us", "counts", "imu")
OLD = Path(__file__).parent / "released" / "frames-0.1.parquet"


def folded(column: list[int]) -> tuple[list[int], list[int]]:
    """Kinds and folded differences of one column."""
    rows = np.array(column, np.int16)[:, None]
    kinds, out = np.empty(len(rows), np.uint8), np.empty(rows.shape, np.uint16)
    fold_rows(rows, kinds, out)
    return kinds.tolist(), out[:, 0].tolist()


def unfolded(kinds: list[int], differences: list[int]) -> list[int] | None:
    """What one column of differences stands for; None where it cannot be."""
    out = np.zeros((len(kinds), 1), np.int16)
    good = unfold_rows(np.array(differences, np.uint16)[:, None], np.array(kinds, np.uint8), out)
    return out[:, 0].tolist() if good else None


@pytest.mark.parametrize(
    ("column", "kinds", "differences"),
    [
        # the first stands alone, three differ from the one before: 9 - 10 = -1 is folded to 1, 2 to 4
        ([10, 9, 11, 10], [START, LAST, LAST, LAST], [20, 1, 4, 1]),
        # about one level: the mean of four, rounded down: 12 - 40 // 4 = 2, 10 - 42 // 4 = 0
        ([10, 9, 11, 10, 12, 10], [START, LAST, LAST, LAST, MEAN, MEAN], [20, 1, 4, 1, 4, 0]),
        # along a line: 50 - (2 x 40 - 30) = 0, 61 - 60 = 1
        ([10, 20, 30, 40, 50, 61], [START, LAST, LAST, LAST, LINE, LINE], [20, 20, 20, 20, 0, 2]),
        # from the smallest to the largest number is 65535, which comes round to -1
        ([-32768, 32767], [START, LAST], [65535, 1]),
    ],
)
def test_by_hand(column: list[int], kinds: list[int], differences: list[int]) -> None:
    assert folded(column) == (kinds, differences)
    assert unfolded(kinds, differences) == column


def test_the_kind_follows_the_signal_block_by_block() -> None:
    """Noise about one level, then a ramp of 7 a row."""
    noise = np.random.default_rng(1).integers(300, 320, BLOCK_ROWS)
    ramp = 300 + 7 * np.arange(BLOCK_ROWS)
    kinds, _ = folded([*noise.tolist(), *ramp.tolist()])
    assert set(kinds[4:BLOCK_ROWS]) == {MEAN} and set(kinds[BLOCK_ROWS:]) == {LINE}


@pytest.mark.parametrize(
    "kinds",
    [
        [LAST, LAST, LAST, LAST],  # of a first row
        [START, LINE, LAST, LAST],  # one row makes no line
        [START, LAST, LAST, MEAN],  # three are no four
        [START, LAST, START, LINE],  # another stretch has begun
        [START, LAST, LAST, 4],  # nobody knows this one
        [START, LAST, LAST, 255],
    ],
)
def test_what_cannot_be_is_refused(kinds: list[int]) -> None:
    assert unfolded(kinds, [2, 2, 2, 2]) is None


@given(
    arrays(np.int16, st.tuples(st.integers(1, 700), st.integers(1, 3)), elements=st.integers(-32768, 32767)),
    st.integers(1, 300),
)
def test_any_numbers_come_back_from_groups_of_any_length(
    tmp_path_factory: pytest.TempPathFactory, rows: np.ndarray, group: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "a"
    pq.write_table(pa.table(as_differences("x", rows, group)), path, row_group_size=group)
    file = ColumnFile(path)
    assert np.array_equal(file.read().differences("x", rows.shape[1]), rows)
    last = len(file.group_sizes) - 1
    assert np.array_equal(file.read([last]).differences("x", rows.shape[1]), rows[last * group :])


def equal(one: FootFrames, other: FootFrames) -> bool:
    pairs = ((getattr(one, name), getattr(other, name)) for name in FIELDS)
    return all((a is None and b is None) or (np.array_equal(a, b) and a.dtype == b.dtype) for a, b in pairs)


def with_motion(rows: int) -> FootFrames:
    imu = np.random.default_rng(2).integers(-32768, 32768, (rows, 6)).astype(np.int16)
    return replace(made_frames(rows), imu=imu)


def test_both_layouts_hold_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "ROW_GROUP", 8)
    content = with_motion(21)
    write_parquet(tmp_path / "a", content)
    write_open_parquet(tmp_path / "b", content)
    table = pq.read_table(tmp_path / "b")
    assert table["c03"].to_pylist() == content.counts[:, 3].tolist()
    assert table["rate_y"].to_pylist() == content.imu[:, 4].tolist()  # type: ignore[index]
    for name in "ab":
        assert equal(read_parquet(tmp_path / name), content)
        file = ColumnFile(tmp_path / name)
        assert StoredFrames(file).has_imu
        assert equal(StoredFrames(file).rows(slice(5, 19)), content.rows(slice(5, 19)))
        assert np.array_equal(counts_of(file, 1), content.counts[8:16])


def test_a_file_of_the_first_release_is_read() -> None:
    """Forty rows in three groups, written by version 0.1.0 before it stored differences."""
    n = np.arange(40)
    found = read_parquet(OLD)
    assert found.seq.tolist() == list(range(5, 45)) and found.host_ns[3] == NO_TIME
    assert np.array_equal(found.counts, (n[:, None] * 37 + np.arange(16) * 101) % 4096)
    imu = (n[:, None] * 911 + np.arange(6) * 7000) % 65536 - 32768
    imu[7] = -32768
    assert found.imu is not None and np.array_equal(found.imu, imu)
    assert found.motion_lost.nonzero()[0].tolist() == [7]
    begin = int(found.host_ns[0])
    part = read_parquet(OLD, None, (begin + 200_000_000, begin + 250_000_000))
    assert part.seq.tolist() == [25, 26, 27, 28, 29]
    assert np.array_equal(part.counts, found.counts[20:25])


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.set_column(8, "counts_kind", [np.full(5, MEAN, np.uint8)]),
        lambda table: table.set_column(7, "counts", [pa.array([b"1234"] * 5, pa.binary(4))]),
        lambda table: table.set_column(7, "counts", [pa.array([None] * 5, pa.binary(32))]),
        lambda table: table.drop_columns(["counts_kind"]),
    ],
)
def test_a_file_that_does_not_make_sense_is_refused(tmp_path: Path, change: object) -> None:
    write_parquet(tmp_path / "a", made_frames(5))
    broken = change(pq.read_table(tmp_path / "a"))  # type: ignore[operator]
    pq.write_table(broken, tmp_path / "a")
    with pytest.raises(RecordingError, match="is not a sound recording"):
        read_parquet(tmp_path / "a")
