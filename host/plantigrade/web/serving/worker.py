"""A worker process of a clinic: files the parcels that wait, then analyses what they became.

In this order, because homes wait for their receipts and people for what has come; an analysis takes longer.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.files.durable import lock_folder, release_folder
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import RecordingState, unanalysed
from plantigrade.library.receiving.filing import Filing
from plantigrade.service.workers.analyse import analyse_recording

LOOK_S: Final = 2.0
"""Between two looks for parcels: a home waits longer than that for its receipt."""
SWEEP_S: Final = 120.0
"""Between two looks for recordings that were left, by one of the workers."""
TIDY_S: Final = 3600.0


@dataclass(frozen=True)
class Place:
    """How a worker opens the library; see `Library`.

    Attributes:
        sweeps: it also analyses what others left, and forgets uploads that nothing comes for.
    """

    data_dir: Path
    url: str | None
    key_file: Path | None
    sweeps: bool = False


def work(place: Place) -> None:
    """Work until the process is told to end, or the one that started it has ended."""
    stopped = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def stop(_number: int, _frame: object) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with acting_as(SERVICE), Library(place.data_dir, place.url, place.key_file) as library:
        Worker(library, place.sweeps).run(stopped.is_set, stopped.wait)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


class Worker:
    """Files and analyses.

    Args:
        library: open.
        sweeps: see `Place`.
        clock_s: for looks now and then.
    """

    def __init__(self, library: Library, sweeps: bool, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._library, self._sweeps, self._clock_s = library, sweeps, clock_s
        self._filing = Filing(library)
        self._done: set[RecordingState] = set()
        self._to_analyse = deque[str]()
        self._swept_s = self._tidied_s = -float("inf")

    def run(self, is_stopped: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """Until stopped. What fails is tried again: the parcel waits in the database."""
        while not is_stopped():
            try:
                busy = self.step()
            except (PlantigradeError, OSError):
                busy = False
            if not busy:
                wait(LOOK_S)

    def step(self) -> bool:
        """One piece of work; whether there was any.

        Raises:
            PlantigradeError, OSError: the database or the disk fails; nothing is lost.
        """
        filed = self._filing.file_next()
        if filed is not None:
            if filed.recording:
                self._to_analyse.append(filed.recording)  # what is lost with this worker, a sweep finds
            return True
        if self._to_analyse:
            self._analyse(self._to_analyse.popleft())
            return True
        return self._sweeps and self._sweep()

    def _sweep(self) -> bool:
        now_s = self._clock_s()
        if now_s - self._tidied_s > TIDY_S:
            self._tidied_s = now_s
            self._filing.parcels.tidy()
        if now_s - self._swept_s < SWEEP_S:
            return False
        left = unanalysed(self._library, version("plantigrade"), None, self._done)
        for one in left:
            self._analyse(one.id)
        self._swept_s = self._clock_s()
        return bool(left)

    def _analyse(self, recording: str) -> None:
        """Unless another worker does: two at once would mix their files."""
        try:
            lock = lock_folder(self._library.recordings / recording)
        except (BlockingIOError, FileNotFoundError):
            return
        try:
            analyse_recording(self._library, recording)
        finally:
            release_folder(lock)
