"""Works on boards, one at a time on this computer, each in a thread with an event loop of its own.

A board that is being written to must not be left because its page was closed, so a work goes on to its end
whatever the browser does.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.web.board_work.settings import KEEP_S, MOST_LINES
from plantigrade.web.per_library import PerLibrary

Report = Callable[[str], None]
"""Called with a line for people."""
Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in bytes."""
Do = Callable[[Report, Progress], Awaitable[str]]
"""The work; gives its closing line. Raises PlantigradeError with a text for people."""


class BusyError(PlantigradeError):
    """This computer works on a board already."""


class WorkState(StrEnum):
    """Where a work stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Work:
    """One work.

    Attributes:
        id: nobody can guess it.
        account: that asked for it.
        kind: "flash", "update" and so on; the key of its words.
        begun_s: monotonic; when it ended, once it has.
        state: where it stands.
        share: of the bytes that are written, 0 to 1; None before the first.
        lines: what it told, oldest first.
        problem: why it failed, for people.
        about: more that its page shows.
        ended: set once it is done or has failed.
    """

    id: str
    account: str
    kind: str
    begun_s: float
    state: WorkState = WorkState.RUNNING
    share: float | None = None
    lines: list[str] = field(default_factory=list[str])
    problem: str = ""
    about: object = None
    ended: threading.Event = field(default_factory=threading.Event, repr=False)

    def report(self, line: str) -> None:
        """Take a line of the work."""
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)

    def progress(self, done: int, total: int) -> None:
        """Take how far it is."""
        self.share = min(1.0, done / total) if total > 0 else None


class Works:
    """All works at this computer.

    Args:
        clock_s: monotonic.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._works: dict[str, Work] = {}
        self._lock = threading.Lock()

    def start(self, account: str, kind: str, do: Do, about: object = None) -> Work:
        """Begin a work.

        Args:
            account: that asks for it.
            kind: "flash", "update" and so on.
            do: the work.
            about: more that its page shows.

        Raises:
            BusyError: another one is under way, of this account or another.
        """
        with self._lock:
            self._expire()
            if any(not work.ended.is_set() for work in self._works.values()):
                raise BusyError("this computer works on a board already; wait until that is done")
            work = Work(secrets.token_urlsafe(12), account, kind, self._clock_s(), about=about)
            self._works[work.id] = work
        # Not a daemon: a board that is being written to is finished even when the service is told to stop.
        threading.Thread(target=self._run, args=(work, do), name=f"{kind} {work.id}").start()
        return work

    def find(self, work: str, account: str) -> Work | None:
        """A work of this account; None where there is none, or where it is too old."""
        with self._lock:
            self._expire()
            found = self._works.get(work)
        return found if found is not None and found.account == account else None

    def running(self, account: str, kind: str) -> Work | None:
        """The work of this account that is under way: its page may have been closed."""
        with self._lock:
            found = (one for one in self._works.values() if not one.ended.is_set())
            return next((one for one in found if (one.account, one.kind) == (account, kind)), None)

    def _run(self, work: Work, do: Do) -> None:
        async def doing() -> str:
            return await do(work.report, work.progress)

        try:
            work.report(asyncio.run(doing()))
            work.state = WorkState.DONE
        except PlantigradeError as error:
            work.problem = str(error)
        finally:  # the text of a defect goes to standard error, which is the service's log
            if work.state is WorkState.RUNNING:
                work.state = WorkState.FAILED
            work.begun_s = self._clock_s()
            work.ended.set()

    def _expire(self) -> None:
        now_s = self._clock_s()
        for work in [one for one in self._works.values() if one.ended.is_set()]:
            if now_s - work.begun_s > KEEP_S:
                del self._works[work.id]


_OF_LIBRARY: Final = PerLibrary[Works]()


def works_of(library: Library) -> Works:
    """The works at the computer of a library."""
    return _OF_LIBRARY.of(library, Works)
