"""Work that would hold up the event loop: in another process, or in a thread."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from plantigrade.service.process import in_process

P = ParamSpec("P")
T = TypeVar("T")


Runner = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments somewhere, and gives its result."""


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function in a thread: for calls to the database."""
    return await asyncio.to_thread(function, *args, **kwargs)


async def at_once(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function here and now: in virtual time, months would pass while another process works."""
    return function(*args, **kwargs)


@dataclass(frozen=True)
class Offload:
    """Where work goes: `process` for seconds of computing, `thread` for the database.

    Attributes:
        compiling: held while kernels are compiled, which happens once.
    """

    process: Runner = in_process
    thread: Runner = in_thread
    compiling: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def inline(cls) -> "Offload":
        """Everything in the loop, for virtual time."""
        return cls(at_once, at_once)
