"""Something asynchronous, held open in a loop in a thread of its own; at its end nothing of it is left."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, wait
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Final, TypeVar

START_S: Final = 60.0
"""So long may it take to begin on a busy computer."""
END_S: Final = 60.0
"""So long may it take to end there."""

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
        name: of the thread, and of what did not begin or end in time.
        start_s: so long may it take to begin.

    Raises:
        TimeoutError: it did not begin or end in time.
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
    held: Future[T] = Future()
    ended: Future[None] = Future()
    stop: Future[Callable[[], object]] = Future()

    async def hold() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        task = asyncio.current_task()
        assert task is not None, "the loop runs it as a task"
        stop.set_result(lambda: loop.call_soon_threadsafe(over.set if held.done() else task.cancel))
        async with make() as value:
            held.set_result(value)
            await over.wait()

    def run() -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):  # it was given up before it began
                asyncio.run(hold())
            ended.set_result(None)
        except BaseException as error:  # noqa: BLE001 (it is raised where the block is)
            ended.set_exception(error)
            if not held.done():
                held.set_exception(error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield _in_time(held, start_s, f"the {name} did not start in time")
    finally:
        if not ended.done():
            stop.result(END_S)()
        _in_time(ended, END_S, f"the {name} did not end in time")
        thread.join()


@contextmanager
def loop_in_thread(name: str = "loop") -> Generator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own while the block lasts, and is given its work from outside."""

    @asynccontextmanager
    async def running() -> AsyncGenerator[asyncio.AbstractEventLoop]:
        yield asyncio.get_running_loop()

    with in_thread(running, name) as loop:
        yield loop


def _in_time(future: Future[T], seconds: float, text: str) -> T:
    if not wait({future}, seconds).done:
        raise TimeoutError(text)
    return future.result()
