# dask has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportPrivateImportUsage=false
"""Spreads work on many recordings over Dask workers: https://distributed.dask.org

Some tasks are under way at any time, and the catalogue is told of each that is done; whatever ends (a worker,
the scheduler, this program), the next run does what is missing.
"""

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import dask
from distributed import Client, LocalCluster, as_completed
from distributed.scheduler import KilledWorker

from plantigrade.archive.errors import ArchiveError, StoreAwayError
from plantigrade.archive.settings import (
    ALLOWED_FAILURES,
    COUNT_WORKERS_EVERY_S,
    IN_FLIGHT_PER_WORKER,
    STORE_PATIENCE_S,
    STORE_WAIT_S,
    TICK,
    WORKER_MEMORY,
    WRITE_EVERY_S,
    WRITE_TOGETHER,
)
from plantigrade.archive.task import Outcome, Place, Task, Work

_QUIET: Final = 40  # logging.ERROR


@dataclass(frozen=True)
class Workers:
    """Who works.

    Attributes:
        scheduler: address of a running cluster; None for workers on this computer.
        count: of workers here; None for one a core.
        memory: that one of them may take, as Dask writes it.
    """

    scheduler: str | None = None
    count: int | None = None
    memory: str = WORKER_MEMORY


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        total, done, failed, strides: counts; `failed` are among `done`.
        waiting_for_store: the store does not answer at the moment.
        dashboard: address of Dask's page.
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    strides: int = 0
    waiting_for_store: bool = False
    dashboard: str = ""


@dataclass
class Report:
    """What a run did.

    Attributes:
        done: recordings without a problem.
        failures: the reason, by recording.
        strides: that were found.
        seconds: that it took.
    """

    done: int = 0
    failures: dict[str, str] = field(default_factory=dict[str, str])
    strides: int = 0
    seconds: float = 0.0


Keep = Callable[[list[Outcome]], None]
Tell = Callable[[Progress], None]


@contextmanager
def client_of(workers: Workers) -> Generator[Any]:
    """A client of the cluster that was named, or of one on this computer.

    Raises:
        ArchiveError: nobody answers at that address.
    """
    settings = {
        "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
        "distributed.worker.daemon": False,
        # Looking at the stack of each task a hundred times a second took a fifth of the processor.
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": TICK,
        "distributed.logging.distributed": "error",
    }
    with dask.config.set(settings):
        if workers.scheduler is not None:
            try:
                client = Client(workers.scheduler, timeout="10s", set_as_default=False)
            except (OSError, TimeoutError, ValueError) as error:
                raise ArchiveError(f"{workers.scheduler}: no scheduler answers there") from error
            with client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=workers.count,
                threads_per_worker=1,
                memory_limit=workers.memory,
                dashboard_address="127.0.0.1:0",
                silence_logs=_QUIET,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client


def run(
    client: Any,
    place: Place,
    work: Work,
    tasks: Iterable[Task],
    total: int,
    keep: Keep,
    tell: Tell = lambda _progress: None,
    wait: Callable[[float], None] = time.sleep,
) -> Report:
    """Do all tasks.

    Args:
        client: of Dask.
        place: where workers find things.
        work: what is done with each.
        tasks: in any order; taken as they are needed.
        total: how many, for the progress.
        keep: is told of outcomes, some at a time.
        tell: is told how far it is.
        wait: waits for a store that does not answer.

    Raises:
        StoreAwayError: the store did not answer for `STORE_PATIENCE_S`; what was done is stored.
    """
    return _Run(client, place, work, keep, tell, wait).all(iter(tasks), total)


class _Run:
    def __init__(self, client: Any, place: Place, work: Work, keep: Keep, tell: Tell, wait: Any) -> None:
        self._client, self._place, self._work = client, place, work
        self._keep, self._tell, self._wait = keep, tell, wait
        self._report, self._held = Report(), list[Outcome]()
        self._written_s = time.monotonic()
        self._away: list[Task] = []
        self._away_since_s = 0.0
        self._wait_s = STORE_WAIT_S[0]
        self._threads, self._counted_s = 0, -math.inf
        self._of_key: dict[str, Task] = {}
        self._progress = Progress(dashboard=str(client.dashboard_link or ""))

    def all(self, tasks: Iterator[Task], total: int) -> Report:
        begun_s = time.monotonic()
        self._progress.total = total
        self._tell(self._progress)
        try:
            self._pass(tasks)
            while self._away:
                self._wait_for_store()
                again, self._away = self._away, []
                self._pass(iter(again))
        finally:
            self._write()
            self._report.seconds = time.monotonic() - begun_s
        return self._report

    def _pass(self, tasks: Iterator[Task]) -> None:
        """All tasks once; those that the store did not answer for are held."""
        # Results are fetched together, and as many tasks go out at once: each way to the scheduler and back
        # takes some milliseconds, which beside tiny recordings is all that a run takes.
        pool = as_completed(loop=self._client.loop)
        self._submit(pool, tasks)
        for done in pool.batches():
            found: dict[str, Outcome] = self._client.gather({one.key: one for one in done}, errors="skip")
            for future in done:
                task = self._of_key.pop(future.key)
                self._take(task, found.get(future.key) or _outcome(future, task))
                future.release()
            if not self._progress.waiting_for_store:
                self._submit(pool, tasks)
        self._away += tasks  # those that were not begun because the store does not answer

    def _window(self) -> int:
        if time.monotonic() > self._counted_s + COUNT_WORKERS_EVERY_S:
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
            self._threads = sum(int(one["nthreads"]) for one in workers.values())
            self._counted_s = time.monotonic()
        return max(1, self._threads) * IN_FLIGHT_PER_WORKER

    def _submit(self, pool: Any, tasks: Iterator[Task]) -> None:
        """As many tasks as may be under way beside those that are."""
        some = list(islice(tasks, max(0, self._window() - len(self._of_key))))
        if some:
            futures = self._client.map(self._work, [self._place] * len(some), some, pure=False, retries=0)
            self._of_key.update((future.key, task) for future, task in zip(futures, some, strict=True))
            pool.update(futures)

    def _take(self, task: Task, outcome: Outcome) -> None:
        if outcome.away:
            if not self._progress.waiting_for_store:
                self._progress.waiting_for_store = True
                self._away_since_s = self._away_since_s or time.monotonic()
            self._away.append(task)
            self._last_problem = outcome.problem
            self._tell(self._progress)
            return
        self._away_since_s, self._wait_s = 0.0, STORE_WAIT_S[0]
        self._held.append(outcome)
        self._progress.done += 1
        self._progress.strides += outcome.strides
        self._report.strides += outcome.strides
        if outcome.problem:
            self._progress.failed += 1
            self._report.failures[outcome.recording] = outcome.problem
        else:
            self._report.done += 1
        if len(self._held) >= WRITE_TOGETHER or time.monotonic() - self._written_s > WRITE_EVERY_S:
            self._write()
        self._tell(self._progress)

    def _write(self) -> None:
        if self._held:
            self._keep(self._held)
            self._held = []
        self._written_s = time.monotonic()

    def _wait_for_store(self) -> None:
        """Wait a little longer each time, then let everything try again."""
        self._write()
        if time.monotonic() - self._away_since_s > STORE_PATIENCE_S:
            raise StoreAwayError(f"{self._last_problem}; begin again later, what was done is stored")
        self._wait(self._wait_s)
        self._wait_s = min(self._wait_s * 2, STORE_WAIT_S[1])
        self._progress.waiting_for_store = False


def _outcome(future: Any, task: Task) -> Outcome:
    """What became of a task whose result did not come with the others, most likely no result: its worker was
    ended again and again, or the cluster could not do it."""
    try:
        return future.result()
    except KilledWorker:
        problem = f"it ended {ALLOWED_FAILURES + 1} workers; is their memory too small for it? (--memory)"
    except Exception as error:  # noqa: BLE001 (whatever a cluster says of one task ends no other)
        problem = f"the cluster could not do it: {type(error).__name__}: {error}"
    return Outcome(task.recording, task.manifest_sha256, " ".join(problem.split()))
