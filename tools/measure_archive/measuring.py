# Neither Dask nor pyarrow has type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Runs of the archive with Dask and with a process pool, and the limits beyond."""

import hashlib
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from plantigrade.archive import plan
from plantigrade.archive.run import Report, Workers, client_of, run
from plantigrade.archive.task import Outcome, Place, analyse
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.sending_tables import ArchiveResultRow

from tools.measure_archive.days import copy_day, make_day
from tools.measure_archive.on_worker import Cost, costed, nothing

MB: Final = 1 << 20


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


def compile_kernels(library: Library) -> None:
    """In a process that ends: once for each version, and what that takes of memory is not the analysis'."""
    task = next(plan.tasks(library, plan.missing(library)))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(costed, place_of(library), task).result()


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
        list(pool.map(costed, [place] * workers, tasks[:1] * workers))  # kernels are loaded then
        begun = time.monotonic()
        done = list(pool.map(costed, [place] * len(tasks), tasks))
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


def limits(library: Library, count: int) -> dict[str, float]:
    """What scheduler, catalogue and lookups do in a second, with tasks that do nothing."""
    names = [name for name, _ in plan.everything(library)]
    wanted = [(names[number % len(names)], "") for number in range(count)]
    begun = time.monotonic()
    tasks = list(plan.tasks(library, wanted))
    lookups = count / (time.monotonic() - begun)
    with client_of(Workers(count=2)) as client:
        report = run(client, place_of(library), nothing, iter(tasks), count, lambda _done: None)
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
        compile_kernels(library)
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
