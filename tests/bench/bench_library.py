"""The session library: bytes and speed of its files, listing of many recordings, and reading a slice."""

import csv
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from plantigrade.library.catalogue import Library
from plantigrade.library.entries import Filter
from plantigrade.library.frames import FootFrames, read_parquet, write_parquet
from plantigrade.library.recording import read_books
from plantigrade.library.tables import RecordingRow

from tests.host.library.library_kit import START_NS, sealed
from tools.bench import Row

RECORDINGS = 10_000
HOURS = 24
RATE_HZ = 100
CSV_SHARE = 48


def run() -> list[Row]:
    """Compare with CSV, Parquet as it comes, HDF5, and with reading every recording's books."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_files(folder), *_listing(folder)]


def _day() -> FootFrames:
    """24 h of one foot: 16 channels of noise on slow loads, with walking a part of the time."""
    draw, rows = np.random.default_rng(1), HOURS * 3600 * RATE_HZ
    time_s = np.arange(rows) / RATE_HZ
    walking = (time_s % 3600 < 300).astype(np.float32)
    load = 300 + walking * 900 * np.clip(np.sin(2 * np.pi * time_s / 1.1), 0, None).astype(np.float32)
    counts = np.empty((rows, 16), np.uint16)
    for channel in range(16):
        noise = draw.standard_normal(rows, np.float32) * 2
        counts[:, channel] = np.clip(load * (0.5 + channel / 16) + noise, 0, 4095)
    seq = np.arange(rows, dtype=np.int64)
    return FootFrames(
        seq=seq,
        slots=np.ones(rows, np.uint8),
        boot=np.ones(rows, np.uint16),
        status=np.zeros(rows, np.uint16),
        device_us=seq * 10_000,
        host_ns=START_NS + seq * 10_000_000,
        uncertainty_us=np.full(rows, 500, np.int32),
        counts=counts,
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _read_bytes() -> int:
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("rchar"):
            return int(line.split()[1])
    raise OSError("the system does not tell how much was read")


def _files(folder: Path) -> list[Row]:
    day, samples = _day(), HOURS * 3600 * RATE_HZ * 16
    ours = folder / "ours.parquet"
    write_s = _timed(lambda: write_parquet(ours, day))
    read_s = _timed(lambda: read_parquet(ours))
    columns = {f"c{channel:02d}": day.counts[:, channel] for channel in range(16)}
    columns |= {"seq": day.seq, "device_us": day.device_us, "host_ns": day.host_ns}
    rows: list[Row] = []
    for name, write, read in (
        ("Parquet defaults", _write_plain, pq.read_table),
        ("HDF5 gzip 4 + shuffle", _write_hdf5, _read_hdf5),
        ("CSV", _write_csv, _read_csv),
    ):
        share = CSV_SHARE if name == "CSV" else 1  # half an hour tells as much as a day
        part = {key: np.ascontiguousarray(value[: len(day) // share]) for key, value in columns.items()}
        path = folder / "other"
        their_write, their_read = (
            _timed(partial(write, path, part)) * share,
            _timed(partial(read, path)) * share,
        )
        size = path.stat().st_size * share
        rows += [
            Row(
                f"24 h of a foot, size / {name}",
                ours.stat().st_size / samples,
                size / samples,
                "bytes/sample",
                ours.stat().st_size / size,
            ),
            Row(f"24 h of a foot, write / {name}", write_s, their_write, "s", their_write / write_s),
            Row(f"24 h of a foot, read / {name}", read_s, their_read, "s", their_read / read_s),
        ]
    span = (START_NS + 10 * 3600 * 10**9, START_NS + 11 * 3600 * 10**9)
    before = _read_bytes()
    slice_s = _timed(lambda: read_parquet(ours, None, span))
    share = (_read_bytes() - before) / ours.stat().st_size
    rows.append(Row("1 h out of 24 h: share of the file that is read", share, 1.0, "", share, "<= 0.08"))
    rows.append(Row("1 h out of 24 h / reading it all", slice_s, read_s, "s", read_s / slice_s))
    return rows


def _write_plain(path: Path, columns: dict[str, np.ndarray]) -> None:
    pq.write_table(pa.table(columns), path)


def _write_hdf5(path: Path, columns: dict[str, np.ndarray]) -> None:
    with h5py.File(path, "w") as file:
        for name, values in columns.items():
            file.create_dataset(name, data=values, compression="gzip", compression_opts=4, shuffle=True)


def _read_hdf5(path: Path) -> list[np.ndarray]:
    with h5py.File(path) as file:
        return [file[name][()] for name in file]


def _write_csv(path: Path, columns: dict[str, np.ndarray]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))


def _read_csv(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.int64)


def _listing(folder: Path) -> list[Row]:
    """10 000 recordings in the catalogue, against reading as many books."""
    library = Library(folder / "data")
    books = sealed(library.recordings, "book", rows=100)
    now = datetime.now(UTC)
    with library.store.write() as session:
        session.execute(
            sa.insert(RecordingRow),
            [
                {"id": f"r{n:05d}", "kind": "insole", "title": f"walk {n}", "start_utc_ns": n, "order_ns": n,
                 "duration_s": 60.0, "feet": "left,right", "sample_rate_hz": 100.0, "frames_recorded": 6000,
                 "frames_missing": n % 2, "bytes": 1, "books_sha256": "", "source": "", "added_utc": now}
                for n in range(RECORDINGS)
            ],
        )  # fmt: skip
    naive_s = _timed(lambda: [read_books(books) for _ in range(RECORDINGS // 10)]) * 10
    json.dumps(library.find(Filter(limit=1))[0].id)
    page_s = min(_timed(lambda: library.find(Filter(limit=50))) for _ in range(5))
    gaps_s = min(_timed(lambda: library.find(Filter(with_gaps=True, limit=50))) for _ in range(5))
    all_s = min(_timed(library.find) for _ in range(5))
    library.close()
    name = "of 10 000 recordings / reading all books"
    return [
        Row(f"a page {name}", page_s * 1e3, naive_s * 1e3, "ms", naive_s / page_s, ">= 20"),
        Row(f"a filtered page {name}", gaps_s * 1e3, naive_s * 1e3, "ms", naive_s / gaps_s, ">= 20"),
        Row(f"all {name}", all_s * 1e3, naive_s * 1e3, "ms", naive_s / all_s),
    ]
