"""Orders from another process: done and answered, refused in words, and never carried out late."""

import asyncio
import json
import os
import stat
import time
from pathlib import Path

import pytest
from plantigrade.service import control
from plantigrade.service.control import Action, ControlError, Order, folder_of, parse_order, send, serve


async def ask(data: Path, order: Order) -> tuple[str, list[Order]]:
    """The answer of a service that refuses to pause, and the orders that it saw."""
    seen: list[Order] = []

    async def execute(given: Order) -> str:
        seen.append(given)
        if given.action is Action.PAUSE:
            raise ControlError("there is nothing to pause")
        return f"did {given.action}"

    serving = asyncio.create_task(serve(data, execute))
    try:
        return await asyncio.to_thread(send, data, order), seen
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_an_order_is_done_and_answered(tmp_path: Path) -> None:
    order = Order(Action.START_RECORDING, seconds=60, title="stairs")
    assert await ask(tmp_path, order) == ("did start recording", [order])
    assert list(folder_of(tmp_path).iterdir()) == [], "nothing is left lying about"


async def test_a_refusal_is_the_senders_error(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="nothing to pause"):
        await ask(tmp_path, Order(Action.PAUSE))


def test_without_a_service_the_order_is_taken_back(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="is it running"):
        send(tmp_path, Order(Action.STOP), taken_s=0.2)
    assert list(folder_of(tmp_path).iterdir()) == []


async def test_a_service_that_is_busy_with_an_order_is_not_said_to_be_away(tmp_path: Path) -> None:
    """To start a recording takes as long as the radio takes: the time for taking an order does not count."""
    may_end = asyncio.Event()

    async def execute(given: Order) -> str:
        await may_end.wait()
        return f"did {given.action}"

    serving = asyncio.create_task(serve(tmp_path, execute))
    order = Order(Action.START_RECORDING)
    try:
        with pytest.raises(ControlError, match="still busy with this"):
            await asyncio.to_thread(send, tmp_path, order, answered_s=0.1)
        may_end.set()
        assert await asyncio.to_thread(send, tmp_path, order) == "did start recording"
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_an_order_that_lay_while_no_service_ran_is_not_carried_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    folder.mkdir(parents=True)
    old = folder / "1.order.json"
    old.write_text(json.dumps({"action": "stop"}))
    long_ago = time.time() - control.STALE_S - 1
    os.utime(old, (long_ago, long_ago))
    assert (await ask(tmp_path, Order(Action.RESUME)))[1] == [Order(Action.RESUME)]
    assert not old.exists()


def test_only_the_owner_may_enter(tmp_path: Path) -> None:
    with pytest.raises(ControlError):
        send(tmp_path, Order(Action.STOP), taken_s=0.05)
    assert stat.S_IMODE(folder_of(tmp_path).stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "no order"),
        (b"[1]", "no order"),
        (b"[" * 4096, "no order"),
        (b'{"action": "dance"}', "no order"),
        (b'{"action": "live"}', "number of minutes"),
        (b'{"action": "live", "minutes": 1e9}', "not between"),
        (b'{"action": "live", "minutes": -1}', "not between"),
        (b'{"action": "live", "minutes": true}', "not between"),
        (b'{"action": "start recording", "seconds": NaN}', "not between"),
        (b'{"action": "start recording", "seconds": "60"}', "not between"),
    ],
)
def test_what_makes_no_sense_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(ControlError, match=reason):
        parse_order(text)
