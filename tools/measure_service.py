"""Measure what a day of wear costs the service: `python -m tools.measure_service --help`.

A virtual person's day of 24 hours on two insoles becomes a recording; then

- a tick of 25 Hz runs in an event loop: alone, beside an analysis in a thread, and beside the worker process;
- the overview is measured: bytes, time to open a chart of the whole day and of an hour, and the greatest
  difference from the samples themselves.

Figures are of this computer and of what else it does; they are printed beside each other for that reason.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.recordings.container import COUNTS, Draft, FootManifest, RecordingManifest
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.library.recordings.overview import EVERY_SECOND, SIGNALS, overview
from plantigrade.library.recordings.recording import Recording
from plantigrade.service.bus import EventBus
from plantigrade.service.offload import in_thread
from plantigrade.service.workers.analyse import AnalysisJob, analyse
from plantigrade.service.workers.worker import AnalysisWorker
from plantigrade.twin.body import Segment, live_through, ordinary_day
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.wearer import EU_SIZE, Wearer

RATE_HZ: Final = 100.0
TICK_S: Final = 0.04
START_NS: Final = 1_772_060_400_000_000_000
"""25 February 2026, 23:00 UTC: midnight in Berlin."""
NAME: Final = "20260225T230000Z-0000da71"
PERSON: Final = Person("P001", shoe_size_eu=EU_SIZE, time_zone="Europe/Berlin")
NIGHT_SHARE: Final = 1.0 / 3.0


def make_day(folder: Path, hours: float, seed: int) -> None:
    """A recording of so many hours of a virtual person in a library; nothing where it is there already."""
    recordings = folder / "recordings"
    if (recordings / NAME).is_dir():
        return
    counts = _counts(hours, seed)
    draft = Draft.begin(recordings, NAME)
    feet = [_write_foot(draft, side.value, one) for side, one in zip(Foot, counts, strict=True)]
    draft.finish(RecordingManifest(NAME, START_NS, hours * 3600.0, {"made_by": "a virtual person"}, feet))


def _counts(hours: float, seed: int) -> list[np.ndarray]:
    """(n, 16) of the left and the right foot: a night without shoes, then walking, standing and sitting."""
    wearer = Wearer(seed)
    night = Segment("off", hours * 3600.0 * NIGHT_SHARE)
    segments = (night, *ordinary_day(hours * (1.0 - NIGHT_SHARE), seed))
    rows = round(hours * 3600.0 * RATE_HZ)
    counts = [np.zeros((rows, 16), np.uint16) for _ in Foot]
    sensors = [FrontEnd(2 * seed + number) for number in range(2)]
    at = 0
    for _, forces in live_through(wearer.person, segments, seed, RATE_HZ):
        taken = min(len(forces.left), rows - at)
        for number, force_n in enumerate((forces.left, forces.right)):
            counts[number][at : at + taken] = sensors[number].counts(force_n[:taken], RATE_HZ)
        at += taken
    return counts


def _write_foot(draft: Draft, side: str, counts: np.ndarray) -> FootManifest:
    rows = len(counts)
    seq = np.arange(rows, dtype=np.int64)
    period_us = round(1e6 / RATE_HZ)
    frames = FootFrames(
        seq=seq,
        slots=np.ones(rows, np.uint8),
        boot=np.ones(rows, np.uint16),
        status=np.zeros(rows, np.uint16),
        device_us=seq * period_us,
        host_ns=START_NS + seq * period_us * 1000,
        uncertainty_us=np.full(rows, 500, np.int32),
        counts=counts,
    )
    identity = {
        "serial": f"DA71{side[0].upper()}",
        "side": side,
        "firmware": "0",
        "layout": 1,
        "period_us": 10_000,
    }
    digest = draft.write_frames(side, frames)
    return FootManifest(side, identity, [(0, rows)], rows, rows, 0, {}, [], rows, digest, quantity=COUNTS)


async def lateness_ms(beside: Callable[[], Awaitable[Any]] | None, seconds: float) -> np.ndarray:
    """How late each tick came, while something else ran: until it ends, or for so long where nothing runs."""
    loop = asyncio.get_running_loop()
    task = None if beside is None else asyncio.ensure_future(beside())
    begun, late = loop.time(), list[float]()
    while (task is None and loop.time() < begun + seconds) or (task is not None and not task.done()):
        due = begun + TICK_S * (len(late) + 1)
        await asyncio.sleep(max(0.0, due - loop.time()))
        late.append(1e3 * (loop.time() - due))
        if late[-1] > 1e3 * TICK_S:  # the next tick is due from now on, or one late tick would count for many
            begun += 1e-3 * late[-1]
    if task is not None:
        await task
    return np.array(late)


def measure_ticks(folder: Path, seconds: float) -> dict[str, dict[str, float]]:
    """Lateness of the tick alone, beside the worker process, and beside a thread."""
    job = AnalysisJob(folder, None, None, NAME)

    async def worker() -> None:
        with Library(folder) as library:
            await AnalysisWorker(library, EventBus()).idle()

    found: dict[str, dict[str, float]] = {}
    cases: dict[str, Callable[[], Awaitable[Any]] | None] = {
        "alone": None,
        "worker process": worker,
        "thread": lambda: in_thread(analyse, job),
    }
    for name, beside in cases.items():
        if beside is not None:
            _forget(folder)
        begun = time.monotonic()
        late = asyncio.run(lateness_ms(beside, seconds))
        found[name] = {
            "wall_s": round(time.monotonic() - begun, 1),
            "ticks": len(late),
            "p50_ms": round(float(np.quantile(late, 0.5)), 2),
            "p99_ms": round(float(np.quantile(late, 0.99)), 2),
            "max_ms": round(float(late.max()), 1),
        }
        if beside is worker:
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[name]["peak_mb"] = round(used.ru_maxrss / 1024)
            found[name]["cpu_s"] = round(used.ru_utime + used.ru_stime, 1)
        print(name, found[name], file=sys.stderr)
    return found


def _forget(folder: Path) -> None:
    """As if the recording had never been analysed."""
    with suppress(FileNotFoundError):
        (folder / "recordings" / NAME / "computed.json").unlink()


def measure_overview(folder: Path) -> dict[str, float]:
    """Bytes, times and the greatest differences from the samples."""
    with Library(folder) as library:
        recording = library.open(NAME)
        size = (recording.folder / "overview.parquet").stat().st_size
        strides = (recording.folder / "strides.parquet").stat().st_size
        raw = sum((recording.folder / f"{side.value}.parquet").stat().st_size for side in Foot)
        hours = (recording.entry.duration_s or 0.0) / 3600.0
        found = {
            "hours": hours,
            "overview_bytes": size,
            "strides_bytes": strides,
            "raw_bytes": raw,
            "open_day_ms": _time_ms(lambda: overview(recording)),
            "open_hour_ms": _time_ms(lambda: overview(recording, 36_000.0, 39_600.0, 4000)),
            "open_every_second_ms": _time_ms(lambda: overview(recording, points=EVERY_SECOND)),
        }
        return found | differences(recording)


def _time_ms(work: Callable[[], object]) -> float:
    taken: list[float] = []
    for _ in range(11):
        begun = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - begun))
    return round(float(np.median(taken)), 2)


def differences(recording: Recording) -> dict[str, float]:
    """Greatest difference of smallest, mean and largest of any second from the samples themselves.

    Sums are made sensor by sensor here, not by the overview's own way.
    """
    walk = recording.walk()
    seconds = overview(recording, points=EVERY_SECOND)
    greatest = {"min_n": 0.0, "max_n": 0.0, "mean_relative": 0.0}
    for foot in walk.feet:
        stated = seconds.feet[foot.foot.value]
        layout = foot.layout
        regions = np.array(layout.region if layout is not None else [])
        edges = np.searchsorted(foot.time_s, np.append(seconds.start_s, seconds.start_s[-1] + 1))
        for row, (first, end) in enumerate(pairwise(edges.tolist())):
            force = np.asarray(foot.force_n[first:end], np.float64)
            if not len(force):
                continue
            loads = np.stack(
                [force.sum(axis=1)] + [force[:, regions == name].sum(axis=1) for name in SIGNALS[1:]], axis=1
            )
            mean = loads.mean(axis=0)
            low, high = loads.min(axis=0).astype(np.float32), loads.max(axis=0).astype(np.float32)
            greatest["min_n"] = max(greatest["min_n"], float(np.abs(stated.minimum_n[row] - low).max()))
            greatest["max_n"] = max(greatest["max_n"], float(np.abs(stated.maximum_n[row] - high).max()))
            relative = np.abs(stated.mean_n[row] - mean) / np.maximum(np.abs(mean), 1e-9)
            greatest["mean_relative"] = max(greatest["mean_relative"], float(relative.max()))
    return greatest


def main() -> None:
    """Make the day, measure, print JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=24.0, help="length of the recording")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the library here; a temporary folder otherwise")
    parser.add_argument("--idle-s", type=float, default=30.0, help="how long the tick is measured alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = chosen.folder or Path(temporary)
        make_day(folder, chosen.hours, chosen.seed)
        with Library(folder) as library:
            if not library.people():
                library.add_person(PERSON)
            library.assign(NAME, PERSON.code)
        found = {
            "cores": os.cpu_count(),
            "ticks": measure_ticks(folder, chosen.idle_s),
            "overview": measure_overview(folder),
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
