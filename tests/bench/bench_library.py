"""The session library: bytes and speed of its files, listing of many recordings, and reading a slice."""

import csv
import os
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
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import RecordingRow, TagRow
from plantigrade.library.entries import Filter, Tag
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.frames import FootFrames, read_parquet, write_parquet
from plantigrade.twin.electrical import FrontEnd

from tests.bench import synthetic_day
from tests.host.library.library_kit import START_NS, finalized
from tools.bench import Row

RECORDINGS = 10_000
HOURS = float(os.environ.get("PLANTIGRADE_BENCH_HOURS", "4"))
"""Of both feet; 24 for a whole day, which takes some minutes."""
RATE_HZ = 100
CSV_HOURS = 0.5
OTHERS = ("seq", "slots", "boot", "status", "device_us", "host_ns", "uncertainty_us")
FEET = ("left", "right")


def run() -> list[Row]:
    """Compare with CSV, Parquet as it comes, HDF5, and with reading every recording's manifest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_files(folder), *_listing(folder)]


def _foot(number: int) -> FootFrames:
    """A foot's frames: the shares of a day's activities, walked by a model, through the virtual front end."""
    front = FrontEnd(seed=number + 1)
    pieces = [
        front.counts(np.maximum((piece.left, piece.right)[number].force_n, 0), RATE_HZ).astype(np.uint16)
        for piece in synthetic_day.day(HOURS)
    ]
    counts = np.concatenate(pieces)
    seq = np.arange(len(counts), dtype=np.int64)
    return FootFrames(
        seq=seq,
        slots=np.ones(len(seq), np.uint8),
        boot=np.ones(len(seq), np.uint16),
        status=np.zeros(len(seq), np.uint16),
        device_us=seq * 10_000,
        host_ns=START_NS + seq * 10_000_000 + 31 * seq,  # a clock that runs 3 ppm slow
        uncertainty_us=np.full(len(seq), 500, np.int32),
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
    """Both feet one after the other, sums of both; every reader ends with the same arrays."""
    names = ("ours", "Parquet defaults", "HDF5 gzip 4 + shuffle", "CSV")
    size, write_s, read_s = (dict.fromkeys(names, 0.0) for _ in range(3))
    samples, ours = 0, folder / "ours.parquet"
    for number, _ in enumerate(FEET):
        frames = _foot(number)
        samples += frames.counts.size
        columns = {f"c{channel:02d}": frames.counts[:, channel] for channel in range(16)}
        columns |= {name: getattr(frames, name) for name in OTHERS}  # the same content in every format
        for name, write, read in (
            ("ours", lambda path, _, frames=frames: write_parquet(path, frames), read_parquet),
            ("Parquet defaults", _write_plain, _read_plain),
            ("HDF5 gzip 4 + shuffle", _write_hdf5, _read_hdf5),
            ("CSV", _write_csv, _read_csv),
        ):
            share = max(1.0, HOURS / CSV_HOURS) if name == "CSV" else 1.0  # half an hour tells it
            rows = int(len(frames) / share)
            part = {key: np.ascontiguousarray(value[:rows]) for key, value in columns.items()}
            path = ours if name == "ours" else folder / "other"
            write_s[name] += _timed(partial(write, path, part)) * share
            read_s[name] += min(_timed(partial(read, path)) for _ in range(2)) * share
            size[name] += path.stat().st_size * share
    rows = []
    for name in names[1:]:
        what = f"{HOURS:g} h of both feet"
        each = size["ours"] / samples, size[name] / samples
        write, read = write_s[name] / write_s["ours"], read_s[name] / read_s["ours"]
        rows += [
            Row(f"{what}, size / {name}", *each, "bytes/sample", each[0] / each[1], "<= 1"),
            Row(f"{what}, write / {name}", write_s["ours"], write_s[name], "s", write),
            Row(f"{what}, read / {name}", read_s["ours"], read_s[name], "s", read, ">= 1.3"),
        ]
    size_b = size["ours"] / samples
    rows.append(Row(f"{what}, size", size_b, None, "bytes/sample", None, "<= 0.6"))
    floor = _floor_bytes(_foot(0).counts)
    title = f"{what}, size / entropy of its noise alone"
    rows.append(Row(title, size_b, floor, "bytes/sample", size_b / floor))
    begin_h = 10 if HOURS >= 11 else HOURS / 2
    span = tuple(START_NS + round((begin_h + hour) * 3600e9) for hour in (0, 1))
    before = _read_bytes()
    slice_s = _timed(lambda: read_parquet(ours, None, span))
    share = (_read_bytes() - before) / ours.stat().st_size * HOURS
    complete_s = _timed(lambda: read_parquet(ours))
    rows.append(Row(f"1 h out of {HOURS:g} h: read of the file, in hours", share, 1.0, "h", share, "<= 2"))
    rows.append(
        Row(f"1 h out of {HOURS:g} h / reading it all", slice_s, complete_s, "s", complete_s / slice_s)
    )
    return rows


def _floor_bytes(counts: np.ndarray) -> float:
    """Bytes a sample that nobody can go below while the insole lies unworn: what a channel differs from its
    mean over that time is noise, whose samples know nothing of each other; its empirical entropy."""
    unworn = counts[: round(min(HOURS, 4.0) * 11 / 24 / 2 * 3600 * RATE_HZ)]
    total = 0.0
    for channel in range(counts.shape[1]):
        _, times = np.unique(unworn[:, channel], return_counts=True)
        share = times / times.sum()
        total -= float((share * np.log2(share)).sum())
    return total / counts.shape[1] / 8


def _matrix(columns: list[np.ndarray]) -> np.ndarray:
    return np.column_stack(columns)


def _read_plain(path: Path) -> list[np.ndarray]:
    table = pq.read_table(path)
    counts = _matrix([table.column(f"c{channel:02d}").to_numpy() for channel in range(16)])
    return [counts, *(table.column(name).to_numpy() for name in OTHERS)]


def _write_plain(path: Path, columns: dict[str, np.ndarray]) -> None:
    pq.write_table(pa.table(columns), path)


def _write_hdf5(path: Path, columns: dict[str, np.ndarray]) -> None:
    with h5py.File(path, "w") as file:
        for name, values in columns.items():
            file.create_dataset(name, data=values, compression="gzip", compression_opts=4, shuffle=True)


def _read_hdf5(path: Path) -> list[np.ndarray]:
    with h5py.File(path) as file:
        counts = _matrix([file[f"c{channel:02d}"][()] for channel in range(16)])
        return [counts, *(file[name][()] for name in OTHERS)]


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
    manifest = finalized(library.recordings, "book", rows=100)
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
    naive_s = _timed(lambda: [read_manifest(manifest) for _ in range(RECORDINGS // 10)]) * 10
    assert library.find(Filter(limit=1))
    page_s = min(_timed(lambda: library.find(Filter(limit=50))) for _ in range(5))
    gaps_s = min(_timed(lambda: library.find(Filter(with_gaps=True, limit=50))) for _ in range(5))
    with library.store.write() as session:
        every = ((f"r{n:05d}", "abc"[n % 3]) for n in range(RECORDINGS))
        session.execute(
            sa.insert(TagRow), [{"recording_id": one, "kind": "shoe", "value": tag} for one, tag in every]
        )
    tagged_s = min(_timed(lambda: library.find(Filter(tags=(Tag("shoe", "a"),), limit=50))) for _ in range(5))
    named_s = min(_timed(lambda: library.find(Filter(text="walk 99", limit=50))) for _ in range(5))
    all_s = min(_timed(library.find) for _ in range(5))
    library.close()
    name = "of 10 000 recordings / reading all books"
    found = {
        "a page": page_s,
        "a page with gaps": gaps_s,
        "a page of a tag": tagged_s,
        "a page by title": named_s,
        "all as objects": all_s,
    }
    rows = [Row(f"{what} {name}", s * 1e3, naive_s * 1e3, "ms", naive_s / s) for what, s in found.items()]
    slowest = max(found.values()) * 1e3
    return [
        *rows,
        Row("the slowest of these listings", slowest, None, "ms", None, "<= 100"),
        Row("all of 10 000 recordings as objects", all_s * 1e3, None, "ms", None, "<= 50"),
    ]
