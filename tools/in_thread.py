"""Something asynchronous, held open in a loop in a thread of its own; at its end nothing of it is left."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from typing import Final, TypeVar

from anyio.from_thread import start_blocking_portal

START_S: Final = 60.0
"""So long may it take to begin on a busy computer."""

T = TypeVar("T")


@contextmanager
def in_thread(
    make: Callable[[], AbstractAsyncContextManager[T]], name: str, start_s: float = START_S
) -> Generator[T]:
    """What an asynchronous context manager gives, while the block lasts.

    After the block the context manager has ended, tasks that it left have been cancelled and waited for, the
    loop is closed and the thread has ended: nothing is found open by whatever runs next.

    Args:
        make: makes the context manager, in the loop.
        name: of the thread, and of what did not begin in time.
        start_s: so long may it take to begin.

    Raises:
        TimeoutError: it did not begin in time.
        Exception: what the context manager raised.

    Example:
        >>> from contextlib import asynccontextmanager
        >>> @asynccontextmanager
        ... async def lamp():
        ...     yield "on"
        >>> with in_thread(lamp, "lamp") as state:
        ...     print(state)
        on
    """
    with (
        start_blocking_portal(name=name) as portal,
        portal.wrap_async_context_manager(_begun_in_time(make, name, start_s)) as value,
    ):
        yield value


@contextmanager
def loop_in_thread(name: str = "loop") -> Generator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own while the block lasts, and is given its work from outside."""
    with start_blocking_portal(name=name) as portal:
        yield portal.call(asyncio.get_running_loop)


@asynccontextmanager
async def _begun_in_time(
    make: Callable[[], AbstractAsyncContextManager[T]], name: str, start_s: float
) -> AsyncGenerator[T]:
    async with AsyncExitStack() as stack:
        limit = asyncio.timeout(start_s)
        try:
            async with limit:
                value = await stack.enter_async_context(make())
        except TimeoutError as error:
            if limit.expired():
                raise TimeoutError(f"the {name} did not start in time") from error
            raise
        yield value
