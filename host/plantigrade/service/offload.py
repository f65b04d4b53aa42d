"""Work that would hold up the event loop: in another process, or in a thread."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


Runner = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments somewhere, and gives its result."""


async def in_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function of a module in a process of its own, which ends with it.

    For seconds of computing, which in a thread would hold up the radio's loop (measured with an analysis: a
    tick of 25 Hz came 117 ms late at the 99th percentile beside a thread, 8 ms beside a process).
    """
    from functools import partial

    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, partial(function, *args, **kwargs))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function in a thread: for calls to the database."""
    return await asyncio.to_thread(function, *args, **kwargs)


async def at_once(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function here and now: in virtual time, months would pass while another process works."""
    return function(*args, **kwargs)


@dataclass(frozen=True)
class Offload:
    """Where work goes: `process` for seconds of computing, `thread` for the database."""

    process: Runner = in_process
    thread: Runner = in_thread

    @classmethod
    def inline(cls) -> "Offload":
        """Everything in the loop, for virtual time."""
        return cls(at_once, at_once)
