"""Orders to a running service from another process: files in a folder that only the same person may enter.

One file an order, answered by another beside it. It works alike on every system, needs no port, and whoever
may read the recordings may give orders. Pages in the service's own process call `BridgeService` directly.
"""

import asyncio
import contextlib
import json
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import PlantigradeError

POLL_S: Final = 0.5
TAKEN_TIMEOUT_S: Final = 10.0
"""A service looks for orders twice a second; one that has not taken an order by then is not running."""
ANSWER_TIMEOUT_S: Final = 60.0
"""To start a recording it asks both insoles over the radio, which may take several tries."""
STALE_S: Final = 30.0
"""An order that lay longer was given while no service ran: whoever gave it no longer waits for it."""
MAX_BYTES: Final = 4096
MAX_MINUTES: Final = 240.0
MAX_SECONDS: Final = 86_400.0
MAX_TITLE: Final = 200
_ORDER: Final = ".order.json"
_ANSWER: Final = ".answer.json"


class ControlError(PlantigradeError):
    """The service did not do what it was asked."""


class Action(StrEnum):
    """What can be ordered."""

    LIVE = "live"
    DAILY = "daily"
    PAUSE = "pause"
    RESUME = "resume"
    START_RECORDING = "start recording"
    STOP_RECORDING = "stop recording"
    STOP = "stop"


@dataclass(frozen=True)
class Order:
    """One order.

    Attributes:
        action: what to do.
        minutes: of live, for `Action.LIVE`.
        seconds: of a recording, for `Action.START_RECORDING`; None until it is stopped.
        title: of that recording.
    """

    action: Action
    minutes: float | None = None
    seconds: float | None = None
    title: str = ""


Execute = Callable[[Order], Awaitable[str]]
"""Carries out an order; the answer is one line for the person. Raises PlantigradeError with the reason why
not."""


def folder_of(data: Path) -> Path:
    """Where orders lie."""
    return data / "service" / "orders"


def parse_order(text: bytes) -> Order:
    """An order from its file.

    Raises:
        ControlError: it is none, or asks for what makes no sense.
    """
    try:
        values: Any = json.loads(text)
        order = Order(
            Action(values["action"]),
            _number(values.get("minutes"), MAX_MINUTES),
            _number(values.get("seconds"), MAX_SECONDS),
            str(values.get("title", ""))[:MAX_TITLE],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ControlError(f"this is no order to the service: {error}") from error
    if order.action is Action.LIVE and order.minutes is None:
        raise ControlError("live needs a number of minutes")
    return order


def _number(value: object, most: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ValueError(f"{value!r} is not between 0 and {most:g}")
    return float(value)


def send(
    data: Path, order: Order, taken_s: float = TAKEN_TIMEOUT_S, answered_s: float = ANSWER_TIMEOUT_S
) -> str:
    """Give an order to the running service and wait for its answer.

    Args:
        data: the data folder that the service looks after.
        order: what it is to do.
        taken_s: how long an order may lie, in s.
        answered_s: how long the service may work on it once it was taken, in s.

    Raises:
        ControlError: no service takes the order, it is still busy with it, or it says why not.
    """
    folder = folder_of(data)
    name = uuid.uuid4().hex
    given = folder / f"{name}{_ORDER}"
    answer = folder / f"{name}{_ANSWER}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _put(given, asdict(order))
    except OSError as error:
        raise ControlError(f"{folder}: cannot be written: {error.strerror}") from error
    if not _within(taken_s, lambda: not given.exists()):
        try:
            given.unlink()
        except FileNotFoundError:
            pass  # taken in this very moment
        else:
            raise ControlError("no service answers; is it running? `plantigrade run` starts it")
    if not _within(answered_s, answer.exists):
        raise ControlError(
            f"the service is still busy with this after {answered_s:g} s; `plantigrade status` shows what "
            "became of it"
        )
    values = json.loads(answer.read_bytes())
    answer.unlink(missing_ok=True)
    if values["done"]:
        return str(values["text"])
    raise ControlError(str(values["text"]))


def _within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Whether this came true in time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() >= until:
            return False
        time.sleep(POLL_S / 5)
    return True


async def serve(data: Path, execute: Execute) -> None:
    """Carry out orders until cancelled. What makes no sense is answered and changes nothing."""
    folder = folder_of(data)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        for path in sorted(folder.glob(f"*{_ORDER}")):
            await _serve_one(path, execute)
        _tidy(folder)
        await asyncio.sleep(POLL_S)


async def _serve_one(path: Path, execute: Execute) -> None:
    text = _take(path)
    if text is None:
        return
    try:
        values = {"done": True, "text": await execute(parse_order(text))}
    except PlantigradeError as error:
        values = {"done": False, "text": str(error)}
    with contextlib.suppress(OSError):  # a full disk: the sender is told that nobody answered
        _put(path.with_name(path.name.removesuffix(_ORDER) + _ANSWER), values)


def _take(path: Path) -> bytes | None:
    """The text of an order, which is then gone; None when it is stale or its sender has taken it back."""
    try:
        fresh = time.time() - path.stat().st_mtime < STALE_S
        with path.open("rb") as file:
            text = file.read(MAX_BYTES)
        path.unlink()
    except OSError:
        return None
    return text if fresh else None


def _put(path: Path, values: dict[str, Any]) -> None:
    """Complete or not at all; for the owner alone."""
    draft = path.with_name(f".{path.name}.new")  # no name that is looked for
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(values, file)
    draft.replace(path)


def _tidy(folder: Path) -> None:
    """Answers that nobody fetched."""
    for path in folder.glob(f"*{_ANSWER}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_S:
                path.unlink()
