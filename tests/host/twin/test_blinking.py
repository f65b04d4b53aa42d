"""`plantigrade twin run` says when an LED is asked to blink, and what it means."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

import pytest
from plantigrade.twin.board import BoardState
from plantigrade.twin.pair import VirtualPair
from plantigrade.twin.run import _show_blinking  # pyright: ignore[reportPrivateUsage]

from tests.host.bridge_kit.virtual_time import run_virtually


@dataclass
class Board:
    """A board of which only the LED is looked at."""

    state: BoardState


@pytest.mark.parametrize(
    ("period_s", "pair", "shown"),
    [
        (3.15, 1, []),  # live mode
        (1.5, 2, ["The LED of the left insole blinks twice: a hint."]),
        (0.3, 1, ["The LED of the left insole blinks quickly: identify."]),
    ],
)
def test_only_blinking_that_was_asked_for_is_shown_and_once(
    period_s: float, pair: int, shown: list[str]
) -> None:
    """`pair` blinks, 300 ms apart, each `period_s`, for twelve seconds."""
    boards = {side: Board(BoardState()) for side in ("left", "right")}

    @dataclass
    class Pair:
        boards: dict[str, Board]

    lines: list[str] = []

    async def story() -> None:
        showing = asyncio.create_task(_show_blinking(cast(VirtualPair, Pair(boards)), lines.append))
        for _ in range(round(12 / period_s)):
            for _ in range(pair):
                boards["left"].state.blinks += 1
                await asyncio.sleep(0.3 if pair > 1 else 0)
            await asyncio.sleep(period_s - 0.3 * pair if pair > 1 else period_s)
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing

    run_virtually(story())
    assert lines == shown
