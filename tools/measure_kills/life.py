"""One life of the service: a process that ends by SIGKILL at a chosen instant, or with the day.

The instant is a moment of virtual time, or one of the operations that make something durable: the kill comes
just before it.
"""

import asyncio
import os
import signal
import sys
import traceback
from typing import cast

import sqlalchemy as sa
import sqlalchemy.event
from plantigrade.library.catalogue.library import Library
from plantigrade.service.bus import EventBus
from plantigrade.service.core import BridgeService
from plantigrade.service.offload import Offload
from plantigrade.twin.month.world import MonthWorld
from plantigrade.twin.soak.virtual_time import WorldLoop

from tools.measure_kills.day import UTC_START_NS, Place, links_of, make_insoles

PROGRESS_S = 1.0
DURABLE = frozenset({"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.truncate", "shutil.rmtree"})
"""Audit events of Python that change what lies on the disk; writes and statements of the database beside."""
DOWN_S = 20.0
"""From a kill to the next start, in virtual time."""
FINISH_S = 7200.0
"""After the day, for what is still to be fetched and made."""


class Killer:
    """Counts operations that make something durable, and kills this process before the chosen one.

    Args:
        at_operation: which, from 1; 0 for none.
    """

    def __init__(self, at_operation: int) -> None:
        self.count = 0
        self._at = at_operation

    def note(self, *_: object) -> None:
        """One more operation is about to be done."""
        self.count += 1
        if self.count == self._at:
            kill()

    def watch(self) -> None:
        """Count what this process does from now on."""
        sys.addaudithook(self._audit)
        sqlalchemy.event.listen(sa.Engine, "before_cursor_execute", self.note)
        sqlalchemy.event.listen(sa.Engine, "commit", self.note)

    def _audit(self, name: str, arguments: tuple[object, ...]) -> None:
        writes = name == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if name in DURABLE or writes:
            self.note()

    def sync(self, descriptor: int) -> None:
        """As `os.fsync`: what was written counts as durable from here on."""
        self.note()
        os.fsync(descriptor)


def kill() -> None:
    """End at once, as the system ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


async def live(place: Place, loop: WorldLoop, killer: Killer, kill_after_s: float) -> None:
    """One life, from where the last one ended."""
    start_us = loop.world.now_ns // 1000
    reached_us = place.reached_us(start_us)
    again = reached_us > start_us
    loop.world.now_ns = (reached_us + round(DOWN_S * 1e6 if again else 0)) * 1000
    world = MonthWorld(loop.world, UTC_START_NS, place.seed)
    end_us = place.end_us(start_us)
    make_insoles(place, world, start_us, world.now_us)
    happening = asyncio.create_task(world.run())
    progress = os.open(place.progress, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with Library(place.library) as library:
        service = BridgeService(
            library, links_of(world), EventBus(), now=world.now_ns, utc_ns=world.utc_ns,
            offload=Offload.inline(), sync=killer.sync,
        )  # fmt: skip
        running = asyncio.create_task(service.run())
        if kill_after_s:
            loop.call_later(kill_after_s, kill)
        while world.now_us < end_us + round(FINISH_S * 1e6):
            os.write(progress, f"{world.now_us}\n".encode())
            await asyncio.sleep(PROGRESS_S if world.now_us < end_us else 60.0)
            if running.done():
                break
        service.stop()
        await running
    happening.cancel()
    await asyncio.gather(happening, return_exceptions=True)


def run(place: Place, kill_after_s: float = 0.0, kill_at_operation: int = 0) -> int:
    """Run one life in a process of its own: a fork of this one, which has the program loaded already.

    Returns:
        Its exit status as of `os.waitstatus_to_exitcode`: 0 for a day that ended, -9 for a kill.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        errors = os.open(place.errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(errors, 2)
        killer = Killer(kill_at_operation)
        killer.watch()
        with asyncio.Runner(loop_factory=WorldLoop) as runner:
            runner.run(live(place, cast(WorldLoop, runner.get_loop()), killer, kill_after_s))
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)  # nothing of the process that was forked is to run here
