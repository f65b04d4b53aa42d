"""One run of a board's interpreter: a process, its pipes, and what it says on them."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PIPES = ("wake", "kick", "control", "events")
_CHILD_ENDS = {
    "wake_in": "wake_in",
    "wake_out": "wake_out",
    "kick_in": "kick_in",
    "kick_out": "kick_out",
    "control": "control_in",
    "events": "events_out",
}
"""What `board.json` calls the ends that the chip gets, and which these are."""
_CHUNK = 4096


class ChipRun:
    """From start to end of one process.

    Args:
        folder: of the board; `board.json` in it tells the interpreter what it is.
        on_event: takes each line that the chip says, as words.
    """

    def __init__(self, folder: Path, on_event: Callable[[list[str]], None]) -> None:
        self._folder = folder
        self._on_event = on_event
        self._pipes: dict[str, int] = {}
        self._events = b""
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process is not None
        return self._process.pid

    async def start(self, inner: int, heap_bytes: int, script: Path, settings: dict[str, Any]) -> None:
        """Start it.

        Args:
            inner: end of the terminal that becomes its standard streams; is closed here.
            heap_bytes: of the interpreter.
            script: that it runs.
            settings: for `board.json`, without the pipes.
        """
        for name in _PIPES:
            self._pipes[f"{name}_in"], self._pipes[f"{name}_out"] = os.pipe()
        ends = {name: self._pipes[end] for name, end in _CHILD_ENDS.items()}
        path = self._folder / "board.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({**settings, "pipes": ends}))
        os.set_blocking(self._pipes["events_in"], False)
        asyncio.get_running_loop().add_reader(self._pipes["events_in"], self.read_events)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "plantigrade.twin.board_process",
            str(heap_bytes),
            str(script),
            stdin=inner,
            stdout=inner,
            stderr=inner,
            pass_fds=tuple(ends.values()),
            env={**os.environ, "PLANTIGRADE_BOARD": str(self._folder)},
        )
        os.close(inner)
        for end in _CHILD_ENDS.values():
            os.close(self._pipes.pop(end))

    def request(self, line: str) -> None:
        """Send the chip something from the world outside."""
        os.write(self._pipes["control_out"], line.encode() + b"\n")

    def read_events(self) -> None:
        """Act on what the chip has said."""
        try:
            data = os.read(self._pipes["events_in"], _CHUNK)
        except (BlockingIOError, KeyError):
            return
        if not data:
            asyncio.get_running_loop().remove_reader(self._pipes["events_in"])
            return
        *lines, self._events = (self._events + data).split(b"\n")
        for line in lines:
            self._on_event(line.decode("ascii", "replace").split())

    def kill(self) -> None:
        """Let it end at once, as a chip does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def wait(self) -> int:
        """Wait for its end: how it ended, as `subprocess` says it."""
        assert self._process is not None
        return await self._process.wait()

    def close(self) -> None:
        """Let go of the pipes."""
        if "events_in" in self._pipes:
            asyncio.get_running_loop().remove_reader(self._pipes["events_in"])
        for descriptor in self._pipes.values():
            os.close(descriptor)
        self._pipes.clear()
