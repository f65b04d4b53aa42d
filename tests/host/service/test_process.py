"""A function in a process of its own: its result, or why there is none."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.service.process import ProcessError, in_process


def test_a_function_runs_in_a_process_of_its_own() -> None:
    """With its arguments, with lowered priority, and its result comes back."""
    pid, niceness, total = asyncio.run(in_process(_somewhere, 2, more=3))
    assert pid != os.getpid()
    assert niceness > os.getpriority(os.PRIO_PROCESS, 0)
    assert total == 5


def _somewhere(number: int, more: int) -> tuple[int, int, int]:
    return os.getpid(), os.getpriority(os.PRIO_PROCESS, 0), number + more


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("_raise", "^ValueError: no such thing$"),
        ("_refuse", "^/disk/x: is full$"),
        ("_kill", "SIGKILL"),
        ("_exit", "exit code 3"),
    ],
)
def test_whatever_a_process_ends_with_is_told(function: str, reason: str) -> None:
    """A defect, an error with a message for people, a kill from outside, an exit."""
    with pytest.raises(ProcessError, match=reason):
        asyncio.run(in_process(globals()[function]))


def _raise() -> None:
    raise ValueError("no such thing")


def _refuse() -> None:
    raise FileError(Path("/disk/x"), "is full")


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _exit() -> None:
    os._exit(3)


def test_cancelling_ends_the_process(tmp_path: Path) -> None:
    """A process that would work for an hour is gone when the service stops."""
    pid_file = tmp_path / "pid"

    async def main() -> int:
        task = asyncio.create_task(in_process(_hour, pid_file))
        await asyncio.to_thread(_until, lambda: pid_file.exists() and bool(pid_file.read_text()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return int(pid_file.read_text())

    pid = asyncio.run(main())
    _until(lambda: not _is_alive(pid))


def _until(holds: Callable[[], bool]) -> None:
    """Wait for another process; a test that hangs is ended by the runner."""
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up
        os.sched_yield()


def _hour(pid_file: Path) -> None:
    pid_file.write_text(str(os.getpid()))
    time.sleep(3600)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
