"""Processes that tests start: none leaves a pipe open, for which the next test would be blamed."""

import asyncio
from typing import Final

END_S: Final = 60.0
_PIECE_BYTES: Final = 65_536


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill a process if it still runs; wait until it has ended and its pipes have been read to their end."""
    if process.returncode is None:
        process.kill()
    async with asyncio.timeout(END_S):
        for pipe in (process.stdout, process.stderr):
            while pipe is not None and await pipe.read(_PIECE_BYTES):
                pass
        await process.wait()
