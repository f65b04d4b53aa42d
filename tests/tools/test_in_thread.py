"""What is held open in a loop in a thread: at its end nothing of it is left, however it ends."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tools.in_thread import in_thread, loop_in_thread


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "kettle"]


def test_tasks_that_are_left_are_cancelled_and_waited_for() -> None:
    left: list[asyncio.Task[None]] = []
    heard: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            heard.append("cancelled")

    with loop_in_thread("kettle") as loop:

        async def begin() -> None:
            left.append(asyncio.create_task(forever()))
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(begin(), loop).result()
        assert threads() == ["kettle"] and not left[0].done()
    assert left[0].cancelled() and heard == ["cancelled"]
    assert loop.is_closed() and threads() == []


@asynccontextmanager
async def kettle(fails_at_start: bool, fails_at_end: bool) -> AsyncGenerator[str]:
    if fails_at_start:
        raise OSError("no power")
    yield "boils"
    if fails_at_end:
        raise OSError("dry")


@pytest.mark.parametrize(
    ("at_start", "at_end", "text"), [(True, False, "no power"), (False, True, "dry"), (False, False, "ours")]
)
def test_what_fails_is_raised_where_the_block_is(at_start: bool, at_end: bool, text: str) -> None:
    with (
        pytest.raises((OSError, ValueError), match=text),
        in_thread(lambda: kettle(at_start, at_end), "kettle") as state,
    ):
        assert state == "boils"
        if not at_end:
            raise ValueError("ours")
    assert threads() == []


def test_what_does_not_begin_in_time_is_given_up() -> None:
    cancelled = threading.Event()

    @asynccontextmanager
    async def never() -> AsyncGenerator[None]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        yield

    with (
        pytest.raises(TimeoutError, match="the kettle did not start in time"),
        in_thread(never, "kettle", 0.05),
    ):
        raise AssertionError("nothing is there")
    assert cancelled.is_set() and threads() == []
