"""Columns of numbers in their files: groups of rows, encodings, encryption, and long files piece by piece."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey, is_encrypted
from plantigrade.library.recordings import forces, frames, long_files
from plantigrade.library.recordings.columns import ZSTD_LEVEL, ColumnFile, write_columns
from plantigrade.library.recordings.forces import ForceFrames, read_forces, write_forces
from plantigrade.library.recordings.frames import NO_TIME, read_parquet, write_parquet
from plantigrade.library.recordings.long_files import CACHED_GROUPS, StoredForces, StoredFrames

from tests.host.library.library_kit import frames as made_frames

KEY, OTHER = FileKey(b"k" * 32, b"walk/left"), FileKey(b"o" * 32, b"walk/left")


def columns(path: Path, key: FileKey | None = None) -> None:
    write_columns(
        path,
        {"n": np.arange(10), "x": np.arange(10) / 2, "few": np.zeros(10, np.uint8)},
        {"n": "DELTA_BINARY_PACKED", "x": "BYTE_STREAM_SPLIT"},
        dictionary=("few",),
        row_group=4,
        key=key,
    )


def test_columns_in_groups_of_rows(tmp_path: Path) -> None:
    columns(tmp_path / "a")
    file = ColumnFile(tmp_path / "a")
    assert (file.rows, file.group_sizes, file.names) == (10, [4, 4, 2], {"n", "x", "few"})
    assert file.read().column("n", "i8").tolist() == list(range(10))
    assert file.read([1], ["x"]).column("x", "f8").tolist() == [2.0, 2.5, 3.0, 3.5]
    assert file.read([0, 2]).column("n", "i4").tolist() == [0, 1, 2, 3, 8, 9]
    assert len(file.read([]).column("n", "i8")) == 0
    assert file.column("n", "i8").tolist() == list(range(10)) and file.column("n", "f4").dtype == np.float32
    assert file.read([1]).matrix(["x", "n"], "f4").tolist() == [
        [2.0, 4.0],
        [2.5, 5.0],
        [3.0, 6.0],
        [3.5, 7.0],
    ]
    about = pq.ParquetFile(tmp_path / "a").metadata.row_group(0)
    reported = {about.column(i).path_in_schema: about.column(i) for i in range(3)}
    assert {one.compression for one in reported.values()} == {"ZSTD"}
    assert "DELTA_BINARY_PACKED" in reported["n"].encodings and "BYTE_STREAM_SPLIT" in reported["x"].encodings
    assert reported["few"].has_dictionary_page and not reported["n"].has_dictionary_page


@pytest.mark.parametrize(
    ("low", "high", "groups"),
    [
        (0, 100, [0, 1, 2]), (4, 8, [1]), (3, 4, [0]), (3.5, 4, []), (3, 4.1, [0, 1]), (9, 10, [2]),
        (9.1, 99, []), (-5, 0, []), (-5, 0.1, [0]), (7, 8, [1]),
    ],
)  # fmt: skip
def test_groups_that_may_hold_values(low: float, high: float, groups: list[int], tmp_path: Path) -> None:
    """Groups hold 0 to 3, 4 to 7, 8 and 9; the upper limit is not meant."""
    columns(tmp_path / "a")
    assert ColumnFile(tmp_path / "a").groups_between("n", low, high) == groups


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    columns(tmp_path / "a")
    file = ColumnFile(tmp_path / "a")
    for call in (
        lambda: file.read().column("none", "i8"),
        lambda: file.read().matrix(["none"], "i8"),
        lambda: file.column("none", "i8"),
    ):
        with pytest.raises(RecordingError, match="is not a sound recording: "):
            call()
    with pytest.raises(RecordingError) as gone:
        ColumnFile(tmp_path / "none")
    assert str(gone.value) == f"{tmp_path / 'none'}: is not there"
    (tmp_path / "b").write_bytes(b"PAR1 no")
    with pytest.raises(RecordingError, match="is not a sound recording: ") as unsound:
        ColumnFile(tmp_path / "b")
    assert "\n" not in str(unsound.value)


def test_encrypted_columns(tmp_path: Path) -> None:
    columns(tmp_path / "plain")
    columns(tmp_path / "a", KEY)
    assert is_encrypted(tmp_path / "a") and not is_encrypted(tmp_path / "plain")
    assert ColumnFile(tmp_path / "a", KEY).column("n", "i8").tolist() == list(range(10))
    assert ColumnFile(tmp_path / "plain", KEY).rows == 10, "a plain file is read with or without a key"
    with pytest.raises(
        RecordingError, match="is encrypted; open it through its library, which holds the key"
    ) as locked:
        ColumnFile(tmp_path / "a")
    assert locked.value.path == tmp_path / "a"
    for wrong in (OTHER, FileKey(KEY.secret, b"walk/right")):
        with pytest.raises(
            RecordingError, match="cannot be decrypted: it was changed, or belongs to another key"
        ):
            ColumnFile(tmp_path / "a", wrong)


def test_what_is_not_known_is_empty_in_the_file(tmp_path: Path) -> None:
    content = made_frames(4)
    content.host_ns[1], content.uncertainty_us[1:3] = NO_TIME, -1
    write_parquet(tmp_path / "a", content)
    table = pq.read_table(tmp_path / "a")
    assert table["host_ns"].null_count == 1 and table["uncertainty_us"].to_pylist() == [500, None, None, 500]
    assert table.column_names[:8] == [
        "seq",
        "slots",
        "boot",
        "status",
        "device_us",
        "host_ns",
        "uncertainty_us",
        "counts",
    ]
    assert table.column_names[8:] == ["counts_kind"]
    back = read_parquet(tmp_path / "a")
    for name in ("seq", "slots", "boot", "status", "device_us", "host_ns", "uncertainty_us", "counts"):
        assert np.array_equal(getattr(back, name), getattr(content, name)), name
        assert getattr(back, name).dtype == getattr(content, name).dtype
    assert back.imu is None and len(back) == 4
    about = pq.ParquetFile(tmp_path / "a").metadata.row_group(0)
    encodings = {about.column(i).path_in_schema: about.column(i).encodings for i in range(about.num_columns)}
    assert "BYTE_STREAM_SPLIT" in encodings["counts"]
    assert all("DELTA_BINARY_PACKED" in encodings[name] for name in ("seq", "device_us", "host_ns"))
    assert frames.ROW_GROUP == forces.ROW_GROUP == 65_536
    assert ZSTD_LEVEL == 3


def test_frames_by_their_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "ROW_GROUP", 4)
    content = made_frames(10)
    content.host_ns[5] = NO_TIME
    write_parquet(tmp_path / "a", content)
    begin = int(content.host_ns[0])
    found = read_parquet(tmp_path / "a", None, (begin + 30_000_000, begin + 70_000_000))
    assert found.seq.tolist() == [3, 4, 6]
    assert len(read_parquet(tmp_path / "a", None, (0, begin))) == 0


def test_motion_sensors_are_kept(tmp_path: Path) -> None:
    imu = np.arange(24, dtype=np.int16).reshape(4, 6) - 5
    write_parquet(tmp_path / "a", replace(made_frames(4), imu=imu))
    assert pq.read_table(tmp_path / "a").column_names[-2:] == ["motion", "motion_kind"]
    back = read_parquet(tmp_path / "a")
    assert back.imu is not None and np.array_equal(back.imu, imu) and back.imu.dtype == np.int16
    assert back.rows(slice(1, 3)).imu.tolist() == imu[1:3].tolist()  # type: ignore[union-attr]
    assert StoredFrames(ColumnFile(tmp_path / "a")).has_imu


def test_forces_by_their_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forces, "ROW_GROUP", 3)
    force = np.arange(20, dtype=np.float32).reshape(10, 2)
    write_forces(tmp_path / "a", ForceFrames(np.arange(10), np.arange(10) / 10, force))
    assert pq.read_table(tmp_path / "a").column_names == ["seq", "time_s", "f000", "f001"]
    found = read_forces(tmp_path / "a", None, (0.3, 0.6))
    assert found.seq.tolist() == [3, 4, 5] and found.time_s.tolist() == [0.3, 0.4, 0.5]
    assert found.force_n.tolist() == [[6, 7], [8, 9], [10, 11]]
    write_columns(tmp_path / "b", {"seq": np.arange(2)}, {"seq": "PLAIN"}, row_group=4)
    with pytest.raises(RecordingError, match="is not a sound recording: it holds no forces"):
        read_forces(tmp_path / "b")


def test_groups_of_a_long_file_are_read_as_they_are_asked_for() -> None:
    """Groups of 3, 0, 2, 4 rows; the last four that were used are kept."""
    sizes = [3, 0, 2, 4, 1, 1]
    read: list[int] = []

    def counts(number: int) -> np.ndarray:
        read.append(number)
        first = sum(sizes[:number])
        return np.arange(first, first + sizes[number], dtype=np.float32)[:, None]

    stored = StoredForces(sizes, 1, counts, None)
    assert stored.shape == (11, 1) and len(stored) == 11 and stored.ndim == 2 and stored.dtype == np.float32
    assert CACHED_GROUPS == 4

    def rows(*limits: int | None) -> list[float]:
        return np.ravel(stored[slice(*limits)]).tolist()

    assert rows(1, 3) == [1, 2] and read == [0]
    assert rows(3, 5) == [3, 4] and read == [0, 2]
    assert rows(2, 6) == [2, 3, 4, 5] and read == [0, 2, 1, 3]
    assert rows(9, 10) == [9] and rows(3, 4) == [3] and read == [0, 2, 1, 3, 4]
    assert rows(1, 2) == [1] and read[-1] == 0, "four came after it"
    assert rows(10, 11) == [10] and read[-1] == 5
    assert rows(4, 5) == [4] and read[-1] == 5, "it was used meanwhile"
    assert rows(5, 6) == [5] and read[-1] == 3, "the one that was not used for the longest time was let go"
    assert (
        rows(0, 11, 4) == [0, 4, 8] and rows(-2, None) == [9, 10] and rows(5, 5) == [] and rows(20, 30) == []
    )
    assert np.asarray(stored).tolist() == [[n] for n in range(11)]
    assert np.asarray(stored, np.float64).dtype == np.float64


class Learner:
    """A calibration that learns: it adds to each count how many it has seen before."""

    calibration = "table"

    def __init__(self) -> None:
        self.seen = 0
        self.fed: list[int] = []

    def feed(self, counts: np.ndarray) -> np.ndarray:
        self.fed.append(len(counts))
        force = counts + self.seen + np.arange(len(counts))[:, None]
        self.seen += len(counts)
        return force.astype(np.float32)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 0, 2, 1], [2, 3, 1, 3, 0], [3, 3, 1, 1], [1, 2, 0, 3]])
def test_forces_of_a_calibration_that_learns_do_not_depend_on_the_order(order: list[int]) -> None:
    """Groups of two counts of 100: the first group gives 100 and 101, the second 102 and 103, and so on."""
    learner = Learner()
    stored = StoredForces([2, 2, 2, 2], 1, lambda _: np.full((2, 1), 100), learner)  # type: ignore[arg-type]
    for number in order:
        stored._groups._cached.clear()  # as if other groups had been looked at meanwhile
        rows = stored[2 * number : 2 * number + 2]
        assert np.ravel(rows).tolist() == [100 + 2 * number, 101 + 2 * number]
    assert learner.fed == [], "the one that was handed over is never changed"


def test_what_was_learned_is_remembered_at_every_group() -> None:
    """Going on where the last group ended learns nothing twice; going back begins at the group itself."""
    read: list[int] = []

    def counts(number: int) -> np.ndarray:
        read.append(number)
        return np.full((2, 1), 100)

    stored = StoredForces([2] * 12, 1, counts, Learner())  # type: ignore[arg-type]
    for number in range(12):
        stored[2 * number : 2 * number + 2]
    assert read == list(range(12))
    stored[0:2]
    stored[6:8]
    assert read[12:] == [0, 3]


def test_frames_of_a_file_a_slice_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "ROW_GROUP", 4)
    write_parquet(tmp_path / "a", made_frames(10))
    groups: list[list[int]] = []
    original = long_files.frames_of
    monkeypatch.setattr(
        long_files, "frames_of", lambda file, chosen: groups.append(chosen) or original(file, chosen)
    )
    stored = StoredFrames(ColumnFile(tmp_path / "a"))
    assert len(stored) == 10 and not stored.has_imu
    for (start, stop), chosen in (
        ((0, 4), [0]),
        ((3, 5), [0, 1]),
        ((4, 8), [1]),
        ((8, 10), [2]),
        ((2, 9), [0, 1, 2]),
    ):
        assert stored.rows(slice(start, stop)).seq.tolist() == list(range(start, stop))
        assert groups.pop() == chosen
    assert len(stored.rows(slice(4, 4))) == 0 and len(stored.rows(slice(30, 40))) == 0
    assert stored.complete.seq.tolist() == list(range(10))
    later = stored.changed(lambda one: replace(one, seq=one.seq + 100)).changed(
        lambda one: replace(one, seq=one.seq * 2)
    )
    assert later.rows(slice(1, 3)).seq.tolist() == [202, 204]


def test_a_key_does_not_show_its_secret() -> None:
    key = FileKey(b"0123456789abcdef" * 2, b"left.parquet")
    assert "0123456789abcdef" not in repr(key) and "left.parquet" in repr(key)
