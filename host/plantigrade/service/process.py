"""Runs a function in a process of its own, which gives way to others and ends when the service does.

One process for each call: it starts clean, its memory is given back when it ends, and whatever happens to it
(a crash, the kernel's killer) is noticed as an error of this one call.
"""

import asyncio
import os
import signal
import threading
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing import connection, get_context, parent_process
from typing import Any, ParamSpec, TypeVar, cast

from plantigrade.errors import PlantigradeError
from plantigrade.service.settings import PROCESS_LIMIT_S, PROCESS_NICE

P = ParamSpec("P")
T = TypeVar("T")

_START_METHOD = "spawn"
"""Not fork: the service has threads, and a fork of them may hang."""


class ProcessError(PlantigradeError):
    """The process ended without a result."""


async def in_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function of a module, computed in a process of its own with lowered priority.

    For seconds of computing, which in a thread would hold up the radio's loop (measured with an analysis: a
    tick of 25 Hz came 117 ms late at the 99th percentile beside a thread, 8 ms beside a process).

    Cancelling kills the process. A computer without POSIX priorities runs it with the usual one.

    Raises:
        ProcessError: the function failed, or its process was killed, crashed or took too long.
    """
    call = _Call(partial(function, *args, **kwargs), PROCESS_LIMIT_S)
    try:
        return cast(T, await asyncio.to_thread(call.run))
    except asyncio.CancelledError:
        call.kill()
        raise


class _Call:
    def __init__(self, function: Callable[[], Any], limit_s: float) -> None:
        self._function, self._limit_s = function, limit_s
        self._process: Any = None
        self._lock = threading.Lock()
        self._killed = False

    def run(self) -> Any:
        """Blocks until the process has ended."""
        context = get_context(_START_METHOD)
        receiver, sender = context.Pipe(duplex=False)
        with receiver:
            with self._lock:
                if self._killed:
                    raise ProcessError("it was stopped before it began")
                self._process = context.Process(target=_work, args=(sender, self._function), daemon=True)
                self._process.start()
            sender.close()
            ready = connection.wait([receiver, self._process.sentinel], self._limit_s)
            if not ready:
                self.kill()
            try:
                found, error = receiver.recv() if receiver.poll() else (None, None)
            except (EOFError, OSError):  # killed while it was sending
                found, error = None, None
            self._process.join()
        if error is not None:
            raise ProcessError(error)
        if found is None:
            raise ProcessError(self._ending() if ready else f"it took more than {self._limit_s:.0f} s")
        return found[0]

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _ending(self) -> str:
        code = self._process.exitcode
        if code is not None and code < 0:
            names = {number.value: number.name for number in signal.Signals}
            return f"its process was ended by {names.get(-code, -code)}; is the memory full?"
        return f"its process ended with exit code {code}"


def _work(sender: connection.Connection, function: Callable[[], Any]) -> None:
    """The process: computes, sends, ends; its parent handles Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(PROCESS_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer: tuple[tuple[Any] | None, str | None] = ((function(),), None)
    except MemoryError:
        answer = (None, "the memory is full")
    except PlantigradeError as error:
        answer = (None, str(error))
    except Exception as error:  # noqa: BLE001 (whatever it is, the service says it and goes on)
        answer = (None, "".join(traceback.format_exception_only(error)).strip())
    sender.send(answer)
    sender.close()


def _end_with_parent() -> None:
    """A service that was killed leaves no process behind; what it writes is whole or not there."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
