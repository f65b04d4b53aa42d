"""Jobs of all accounts: bounded, one at a time for each account, their files removed soon."""

import asyncio
import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.service.process import in_process
from plantigrade.web.jobs.settings import KEEP_S, MOST_AN_HOUR, MOST_AT_ONCE, MOST_WAITING
from plantigrade.web.jobs.work import PROGRESS_FILE, Made, Order, Place, do
from plantigrade.web.per_library import PerLibrary

FOLDER: Final = "downloads"
HOUR_S: Final = 3600.0
_CHUNK: Final = 1 << 16
_log: Final = logging.getLogger("plantigrade.web")

Runner = Callable[[Place, Order], Made]
"""Does an order; elsewhere, so that the pages go on."""


class TooManyJobsError(PlantigradeError):
    """An account asks for more than this computer gives it.

    Attributes:
        seconds: after which it may ask again.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many at once; try again in {seconds:.0f} s")
        self.seconds = seconds


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Job:
    """One job.

    Attributes:
        id: nobody can guess it.
        account: that ordered it.
        person: code of whom it is about.
        order: what is to be done.
        unchanged: of what it was made of: while this stays the same, what was made is still right.
        folder: of its files.
        begun_s: monotonic.
        state, made: what became of it.
        problem: why it failed, for people; "" where it did not, or where nobody knows.
        then: called in the job's thread with what was made.
        ended: set once it is done or has failed.
    """

    id: str
    account: str
    person: str
    order: Order
    unchanged: str
    folder: Path
    begun_s: float
    state: JobState = JobState.WAITING
    made: Made = field(default_factory=Made)
    problem: str = ""
    then: Callable[[Made], None] | None = field(default=None, repr=False)
    ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def progress(self) -> tuple[str, float]:
        """What is being done, one of `work.STAGES` or "", and the share of it that is done."""
        try:
            stage, _, share = (self.folder / PROGRESS_FILE).read_text(encoding="ascii").partition(" ")
            return stage, float(share)
        except (OSError, ValueError):
            return "", 0.0

    @property
    def path(self) -> Path:
        """The file that it made."""
        return self.folder / self.made.file

    def chunks(self) -> Iterator[bytes]:
        """The file, piece by piece; it is opened before it can be removed."""
        with self.path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


class Jobs:
    """All jobs of one library.

    Args:
        library: open.
        run: does an order; in a process of its own unless told otherwise.
        clock_s: monotonic.
    """

    def __init__(
        self, library: Library, run: Runner | None = None, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._library = library
        self._run = run or _in_process
        self._clock_s = clock_s
        self._root = library.data_dir / FOLDER
        self._jobs: dict[str, Job] = {}
        self._begun_s: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(MOST_AT_ONCE)
        self._turns: dict[str, threading.Lock] = {}
        self._tidy_root()

    def add(
        self,
        account: str,
        person: str,
        order: Order,
        unchanged: str = "",
        then: Callable[[Made], None] | None = None,
    ) -> Job:
        """Order something; what was made of the same, unchanged things for this account is given again.

        Args:
            account: that orders it.
            person: code of whom it is about.
            order: what; the file of an import lies in a folder of `new_folder`.
            unchanged: what it is made of, as a text that changes with it; "" where nothing is used again.
            then: called in the job's thread with what was made.

        Raises:
            TooManyJobsError: the account has too many that wait, or ordered too many lately.
        """
        now_s = self._clock_s()
        with self._lock:
            self._expire(now_s)
            for job in self._jobs.values():
                same = (job.account, job.order, job.unchanged) == (account, order, unchanged)
                if unchanged and same and job.state is not JobState.FAILED:
                    return job
            self._check(account, now_s)
            folder = self.new_folder()
            job = Job(secrets.token_urlsafe(12), account, person, order, unchanged, folder, now_s, then=then)
            self._jobs[job.id] = job
            self._begun_s.setdefault(account, []).append(now_s)
            turn = self._turns.setdefault(account, threading.Lock())
        threading.Thread(target=self._work, args=(job, turn), name=f"job {job.id}", daemon=True).start()
        return job

    def find(self, job: str, account: str) -> Job | None:
        """A job of this account; None where there is none, or where it is too old."""
        with self._lock:
            self._expire(self._clock_s())
            found = self._jobs.get(job)
        return found if found is not None and found.account == account else None

    def new_folder(self) -> Path:
        """A folder for a job, readable by this account of the computer only."""
        folder = self._root / secrets.token_hex(8)
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def _check(self, account: str, now_s: float) -> None:
        begun = [at for at in self._begun_s.get(account, []) if now_s - at < HOUR_S]
        self._begun_s[account] = begun
        waiting = [job for job in self._jobs.values() if job.account == account and not job.ended.is_set()]
        if len(waiting) >= MOST_WAITING:
            raise TooManyJobsError(10.0)
        if len(begun) >= MOST_AN_HOUR:
            raise TooManyJobsError(HOUR_S - (now_s - begun[0]))

    def _work(self, job: Job, turn: threading.Lock) -> None:
        with turn, self._slots:
            job.state = JobState.RUNNING
            library = self._library
            place = Place(library.data_dir, library.url, library.key_file, job.account, job.folder)
            try:
                job.made = self._run(place, job.order)
                job.problem = job.made.problem
                if job.then is not None and not job.problem:
                    job.then(job.made)
                job.state = JobState.FAILED if job.problem else JobState.DONE
            except PlantigradeError as error:  # its process ended; what it was is for the log alone
                _log.error("%s failed: %s", type(job.order).__name__, error)
            finally:
                if job.state is JobState.RUNNING:
                    job.state = JobState.FAILED
                job.begun_s = self._clock_s()
                job.ended.set()

    def _expire(self, now_s: float) -> None:
        for job in [one for one in self._jobs.values() if one.ended.is_set()]:
            if now_s - job.begun_s > KEEP_S:
                del self._jobs[job.id]
                shutil.rmtree(job.folder, ignore_errors=True)

    def _tidy_root(self) -> None:
        """Remove what an earlier run left; another one that still works on it is given its time."""
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if time.time() - folder.stat().st_mtime > KEEP_S:
                shutil.rmtree(folder, ignore_errors=True)


def _in_process(place: Place, order: Order) -> Made:
    return asyncio.run(in_process(do, place, order))


_OF_LIBRARY: Final = PerLibrary[Jobs]()


def jobs_of(library: Library) -> Jobs:
    """The jobs of a library."""
    return _OF_LIBRARY.of(library, lambda: Jobs(library))


def use_jobs(library: Library, jobs: Jobs) -> None:
    """Let the pages of a library use these jobs: for tests that run them elsewhere."""
    _OF_LIBRARY.use(library, jobs)
