# Neither Dask nor pyarrow has type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""How `plantigrade archive analyze` scales: days a minute with 1 and 2 workers, beside a process pool, with a
worker killed every some seconds; and the limits beyond.

    python -m tools.measure_archive --days 40 --hours 24 --made 2

`--made` days of virtual people are made (`twin.body`), the others are copies of them under other names, so
that the disk holds them; the analysis reads and computes each anew. Workers have analysed one recording when
the clock starts. On a busy computer use the CPU seconds: of the workers, and of the client, in which the
scheduler runs.
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from plantigrade.archive import plan
from plantigrade.archive.run import Report, Workers, client_of, run
from plantigrade.archive.task import Outcome, Place, Task, analyse
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.sending_tables import ArchiveResultRow
from plantigrade.library.recordings.container import (
    Draft,
    FootManifest,
    RecordingManifest,
    read_manifest,
)
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.twin.body.day import live_through, ordinary_day
from plantigrade.twin.body.person import draw_person
from plantigrade.twin.electrical import FrontEnd

RATE_HZ = 100
START_NS = 1_772_000_000_000_000_000
MB = 1 << 20


def make_day(recordings: Path, number: int, hours: float) -> Path:
    """A virtual person's day on two insoles, as a recording."""
    fronts = {Foot.LEFT: FrontEnd(2 * number), Foot.RIGHT: FrontEnd(2 * number + 1)}
    counts: dict[Foot, list[Any]] = {foot: [] for foot in fronts}
    for _, walk in live_through(draw_person(number), ordinary_day(hours, number), number):
        for foot, force in ((Foot.LEFT, walk.left), (Foot.RIGHT, walk.right)):
            counts[foot].append(fronts[foot].counts(force, RATE_HZ).astype(np.uint16))
    draft = Draft.begin(recordings, f"day-{number:04d}-0000")
    feet = [_foot(draft, foot.value, np.concatenate(parts)) for foot, parts in counts.items()]
    rows = feet[0].rows
    return draft.finish(
        RecordingManifest(draft.target.name, START_NS, rows / RATE_HZ, {"made_by": "measure_archive"}, feet)
    )


def _foot(draft: Draft, name: str, counts: Any) -> FootManifest:
    rows = len(counts)
    seq = np.arange(rows, dtype=np.int64)
    frames = FootFrames(
        seq=seq,
        slots=np.ones(rows, np.uint8),
        boot=np.ones(rows, np.uint16),
        status=np.zeros(rows, np.uint16),
        device_us=seq * 10_000,
        host_ns=START_NS + seq * 10_000_000,
        uncertainty_us=np.full(rows, 500, np.int32),
        counts=counts,
    )
    identity = {"serial": f"V-{draft.target.name}-{name}", "side": name, "firmware": "0", "layout": 1}
    return FootManifest(
        foot=name,
        insole=identity | {"protocol_version": 1, "capabilities": 0, "period_us": 10_000},
        requested=[(0, rows)],
        frames_requested=rows,
        frames_recorded=rows,
        frames_missing=0,
        missing_by_reason={},
        gaps=[],
        rows=rows,
        sha256=draft.write_frames(name, frames),
    )


def copy_day(source: Path, name: str) -> None:
    """The same samples under another name, without taking room twice."""
    target = source.parent / name
    target.mkdir()
    for path in source.glob("*.parquet"):
        os.link(path, target / path.name)
    (target / "recording.json").write_text(replace(read_manifest(source), id=name).as_json())


def forget(library: Library) -> None:
    """All results."""
    with library.store.write() as session:
        session.execute(sa.delete(ArchiveResultRow))
    shutil.rmtree(library.data_dir / "results", ignore_errors=True)


def digest(library: Library) -> str:
    """Of all results' columns."""
    import pyarrow.parquet as pq

    found = hashlib.sha256()
    for path in sorted((library.data_dir / "results").rglob("*.parquet")):
        table: Any = pq.read_table(path)
        found.update(path.name.encode())
        for column in table.columns:
            found.update(str(column.to_pylist()).encode())
    return found.hexdigest()


def place_of(library: Library) -> Place:
    """Of a plain library in a folder."""
    return Place(str(library.data_dir), "{}", library.data_dir, library.uuid, None, None)


class Killer:
    """Kills a worker every some seconds."""

    def __init__(self, client: Any, every_s: float) -> None:
        self._client, self._every_s = client, every_s
        self._ended = threading.Event()
        self.kills = 0
        self._thread = threading.Thread(target=self._kill, daemon=True)
        self._thread.start()

    def _kill(self) -> None:
        while not self._ended.wait(self._every_s):
            pids = list(self._client.run(os.getpid).values())
            if pids:
                os.kill(pids[self.kills % len(pids)], signal.SIGKILL)
                self.kills += 1

    def end(self) -> None:
        """No more."""
        self._ended.set()
        self._thread.join()


@dataclass(frozen=True)
class Cost:
    """What one process has taken.

    Attributes:
        cpu_s: of the processor, by the program and for it, with all its threads.
        peak_mb: of memory.
    """

    cpu_s: float
    peak_mb: int

    @classmethod
    def now(cls) -> "Cost":
        """Of this process until now."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def with_dask(
    library: Library, workers: int, kill_every_s: float | None = None
) -> tuple[Report, dict[str, Any]]:
    """A run, and what it took."""
    forget(library)
    wanted, place = plan.missing(library), place_of(library)
    with client_of(Workers(count=workers)) as client:
        client.run(analyse, place, next(plan.tasks(library, wanted)))  # kernels are loaded then
        begun, client_begun = client.run(Cost.now), Cost.now()
        killer = None if kill_every_s is None else Killer(client, kill_every_s)
        report = run(
            client,
            place,
            analyse,
            plan.tasks(library, wanted),
            len(wanted),
            lambda done: plan.keep(library, done),
        )
        if killer is not None:
            killer.end()
        ended, client_ended = client.run(Cost.now), Cost.now()
    row = {
        "way": f"dask, {workers} worker{'s' * (workers > 1)}",
        "days_a_minute": len(wanted) / report.seconds * 60,
        "failed": len(report.failures),
        "client_cpu_s": client_ended.cpu_s - client_begun.cpu_s,
        "peak_mb_a_worker": max((cost.peak_mb for cost in ended.values()), default=0),
    }
    if killer is None:
        row["workers_cpu_s"] = sum(cost.cpu_s - begun[name].cpu_s for name, cost in ended.items())
    else:
        row |= {"way": f"{row['way']}, one killed every {kill_every_s:.0f} s", "kills": killer.kills}
    return report, row | {"digest": digest(library)[:12]}


def with_pool(library: Library, workers: int) -> dict[str, Any]:
    """The same by a plain process pool, without a scheduler or a catalogue."""
    forget(library)
    tasks = list(plan.tasks(library, plan.missing(library)))
    place = place_of(library)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:  # as Dask begins its workers
        list(pool.map(_costed, [place] * workers, tasks[:1] * workers))  # kernels are loaded then
        begun = time.monotonic()
        done = list(pool.map(_costed, [place] * len(tasks), tasks))
        seconds = time.monotonic() - begun
    way = f"process pool, {workers} process{'es' * (workers > 1)}"
    return {
        "way": way,
        "days_a_minute": len(tasks) / seconds * 60,
        "failed": sum(bool(outcome.problem) for outcome, _, _ in done),
        "peak_mb_a_worker": max(peak_mb for _, _, peak_mb in done),
        "workers_cpu_s": sum(cpu_s for _, cpu_s, _ in done),
        "digest": digest(library)[:12],
    }


def _costed(place: Place, task: Task) -> tuple[Outcome, float, int]:
    """Analyse a recording: what became of it, seconds of the processor, and the process' peak of memory."""
    begun = Cost.now()
    outcome = analyse(place, task)
    ended = Cost.now()
    return outcome, ended.cpu_s - begun.cpu_s, ended.peak_mb


def _nothing(_place: Place, task: Task) -> Outcome:
    return Outcome(task.recording, task.manifest_sha256)


def limits(library: Library, count: int) -> dict[str, float]:
    """What scheduler, catalogue and lookups do in a second, with tasks that do nothing."""
    names = [name for name, _ in plan.everything(library)]
    wanted = [(names[number % len(names)], "") for number in range(count)]
    begun = time.monotonic()
    tasks = list(plan.tasks(library, wanted))
    lookups = count / (time.monotonic() - begun)
    with client_of(Workers(count=2)) as client:
        report = run(client, place_of(library), _nothing, iter(tasks), count, lambda _done: None)
        scheduler = count / report.seconds
    begun, outcomes = time.monotonic(), [Outcome(name, "") for name in names]
    rounds = max(1, count // max(1, len(names)) // 10)
    for _ in range(rounds):
        plan.keep(library, outcomes)
    catalogue = rounds * len(names) / (time.monotonic() - begun)
    forget(library)
    return {"lookups_a_s": lookups, "scheduler_tasks_a_s": scheduler, "catalogue_rows_a_s": catalogue}


def extrapolate(
    found: dict[str, float], rows: list[dict[str, Any]], days: int, workers: int
) -> dict[str, float]:
    """Hours for many days on many workers, by each part alone: the largest is the next limit."""
    one = next(row["days_a_minute"] for row in rows if row["way"] == "dask, 1 worker")
    return {
        "workers_h": days / (one * workers) / 60,
        "scheduler_h": days / found["scheduler_tasks_a_s"] / 3600,
        "catalogue_h": days / found["catalogue_rows_a_s"] / 3600,
        "lookups_h": days / found["lookups_a_s"] / 3600,
    }


def measure(
    data: Path, days: int, hours: float, made: int, kill_every_s: float, tell: Callable[[str], object]
) -> Any:
    """All rows."""
    with Library(data) as library:
        begun = time.monotonic()
        sources = [make_day(library.recordings, number, hours) for number in range(made)]
        for number in range(days - made):
            source = sources[number % made]
            copy_day(source, f"{source.name[:8]}-{number + 1:04d}")
        library.scan()
        size = sum(path.stat().st_size for one in sources for path in one.iterdir()) / made / MB
        took = time.monotonic() - begun
        tell(f"{days} days of {hours:g} h, {made} of them made, {size:.0f} MB each, in {took:.0f} s")
        rows: list[dict[str, Any]] = []
        for workers in (1, 2):
            rows.append(with_dask(library, workers)[1])
            tell(json.dumps(rows[-1]))
        for workers in (1, 2):
            rows.append(with_pool(library, workers))
            tell(json.dumps(rows[-1]))
        rows.append(with_dask(library, 2, kill_every_s)[1])
        tell(json.dumps(rows[-1]))
        found = limits(library, 2000)
        tell(json.dumps(found))
        beyond = extrapolate(found, rows, 1_000_000, 200)
        tell(json.dumps(beyond))
    share, of_pool = (two["days_a_minute"] / one["days_a_minute"] / 2 for one, two in (rows[0:2], rows[2:4]))
    same = len({row["digest"] for row in rows}) == 1
    tell(f"share of linear with 2 workers: {share:.1%} (process pool: {of_pool:.1%}); results equal: {same}")
    return {"rows": rows, "limits": found, "million_days_200_workers": beyond, "share": share,
            "share_of_pool": of_pool, "equal": same}  # fmt: skip


def main() -> int:
    """Measure, and say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--made", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()

    def tell(text: str) -> None:
        print(text, flush=True)

    with tempfile.TemporaryDirectory(prefix="plantigrade-archive-") as folder:
        found = measure(Path(folder), chosen.days, chosen.hours, chosen.made, chosen.kill_every, tell)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if found["equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
