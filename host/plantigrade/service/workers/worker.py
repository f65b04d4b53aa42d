"""Recordings wait here to be analysed, one at a time, in a worker process; nothing of it waits in the loop.

The queue is what the library says: recordings that are not analysed in their present version and for their
present wearer. So it survives restarts, and takes in what other programs add. What the service has just made
comes first, then the newest.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import MOST_ATTEMPTS, RecordingState, unanalysed
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.service.bus import EventBus
from plantigrade.service.events import Event, RecordingEvent
from plantigrade.service.offload import Runner, in_thread
from plantigrade.service.process import ProcessError, in_process
from plantigrade.service.workers.analyse import (
    AnalysisJob,
    AnalysisResult,
    Outcome,
    analyse,
    note_failure,
    take_back,
)
from plantigrade.service.workers.settings import WorkerSettings

FINALIZED: frozenset[str] = frozenset({"provisional", "final"})
"""Stages of a recording after which it is to be analysed."""


class AnalysisWorker:
    """Analyses recordings as they are finalized, and those that were left.

    Args:
        library: open in the service; the worker process opens it for itself.
        bus: finalized recordings are heard of here, and what became of them is published.
        url, key_file: with which the process opens the library.
        process: runs an analysis elsewhere; `service.offload.at_once` in virtual time.
        thread: runs calls to the database.
        settings: how to behave.
        utc_ns: the wall clock.
    """

    def __init__(
        self,
        library: Library,
        bus: EventBus,
        url: str | None = None,
        key_file: Path | None = None,
        process: Runner = in_process,
        thread: Runner = in_thread,
        settings: WorkerSettings = WorkerSettings(),  # noqa: B008 (frozen)
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._library, self._bus = library, bus
        self._url, self._key_file = url, key_file
        self._process, self._thread = process, thread
        self._settings, self._utc_ns = settings, utc_ns
        self._waiting: deque[str] = deque()
        self._arrived = asyncio.Event()
        self._published: dict[str, str] = {}
        self._not_before: dict[str, float] = {}
        self._done: set[RecordingState] = set()
        self.under_way: str | None = None
        bus.call_on_event(self._hear)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Recordings that are still to be analysed, in their order, without the one under way."""
        return tuple(self._waiting)

    def add(self, recording: str) -> None:
        """Analyse a recording next."""
        if recording in self._waiting:
            self._waiting.remove(recording)
        self._not_before.pop(recording, None)
        self._waiting.appendleft(recording)
        self._arrived.set()

    def _hear(self, event: Event) -> None:
        if isinstance(event, RecordingEvent) and event.stage in FINALIZED:
            self.add(event.recording)

    async def run(self) -> None:
        """Analyse until cancelled; whatever fails is published, noted and tried again later."""
        while True:
            await self._look()
            while self._waiting:
                self.under_way = self._waiting.popleft()
                try:
                    await self._attempt(self.under_way)
                finally:
                    self.under_way = None
            await self._rest()

    async def idle(self) -> None:
        """Analyse what waits now, and return: for tests and for programs that end."""
        await self._look()
        while self._waiting:
            await self._attempt(self._waiting.popleft())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._utc_ns() * 1e-9, UTC)

    async def _look(self) -> None:
        """Take in what the library says is not analysed."""
        try:
            left: list[RecordingState] = await self._thread(
                unanalysed, self._library, version("plantigrade"), self._now(), self._done
            )
        except LibraryError:  # another program writes just now; the next look finds them
            return
        now_s = asyncio.get_running_loop().time()
        for one in left:
            if one.id not in self._waiting and now_s >= self._not_before.get(one.id, now_s):
                self._waiting.append(one.id)

    async def _rest(self) -> None:
        """Until something was finalized, an attempt is due, or it is time to look again."""
        self._arrived.clear()
        until_s = self._settings.look_again_s
        if self._not_before:
            due_s = min(self._not_before.values()) - asyncio.get_running_loop().time()
            until_s = max(0.0, min(until_s, due_s))
        try:
            async with asyncio.timeout(until_s):
                await self._arrived.wait()
        except TimeoutError:
            return

    async def _attempt(self, recording: str) -> None:
        job = AnalysisJob(self._library.data_dir, self._url, self._key_file, recording, self._now())
        try:
            result: AnalysisResult = await self._process(analyse, job)
        except ProcessError as error:
            result = await self._ended_badly(recording, str(error))
        except asyncio.CancelledError:
            take_back(self._library, recording)
            raise
        self._take(result)

    async def _ended_badly(self, recording: str, reason: str) -> AnalysisResult:
        try:
            return await self._thread(note_failure, self._library, recording, reason, self._now())
        except LibraryError as error:
            return AnalysisResult(recording, Outcome.NOT_ANALYSED, note=f"{reason}; {error}")

    def _take(self, result: AnalysisResult) -> None:
        self._not_before.pop(result.recording, None)
        if result.outcome is Outcome.SUPERSEDED:
            if result.recording not in self._waiting:
                self._waiting.append(result.recording)
        elif result.outcome is Outcome.GONE:
            self._published.pop(result.recording, None)
        elif result.outcome is Outcome.ANALYSED:
            self._published.pop(result.recording, None)
            self._publish(result)
        elif result.outcome is Outcome.NOT_ANALYSED:
            wait_s = self._settings.retry_s * max(1, result.attempts)
            self._not_before[result.recording] = asyncio.get_running_loop().time() + wait_s
            if self._published.get(result.recording) != result.note:
                self._published[result.recording] = result.note
                self._publish(result)
            if result.attempts >= MOST_ATTEMPTS:  # the library's own rule says when it is tried again
                self._not_before.pop(result.recording)

    def _publish(self, result: AnalysisResult) -> None:
        self._bus.publish(
            RecordingEvent(result.recording, result.person, result.version, result.outcome.value, result.note)
        )
