"""Has everything compiled that live frames go through, outside of the loop that serves radio and pages."""

import contextlib

from plantigrade.analysis.live.rehearsal import is_quick, rehearse
from plantigrade.service.offload import Offload
from plantigrade.service.process import ProcessError


async def rehearsed(offload: Offload) -> None:
    """Wait until nothing that live frames go through has to be compiled any more; no time after the first.

    The first time on a computer another process compiles it, a minute long: a thread of this one would hold
    the compiler's lock, and half of the interpreter's time, meanwhile. Later a thread reads it from a file.
    """
    async with offload.compiling:
        if not is_quick():
            with contextlib.suppress(ProcessError):  # then it is compiled in the thread
                await offload.process(rehearse)
        await offload.thread(rehearse)
