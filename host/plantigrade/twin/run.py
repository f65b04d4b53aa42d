"""What `plantigrade twin run` does: a virtual pair that announces itself and lasts until it is stopped
end.
"""

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import click
from insole_protocol import advert

from plantigrade.errors import PlantigradeError
from plantigrade.posture.rules_engine.rulebook import RuleBook, load_rulebook
from plantigrade.twin.body import draw_person, load_walk, make_forces, on_the_bench, parse_condition
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.chip_behaviour import TYPICAL, ChipBehaviour
from plantigrade.twin.feeds import SIDES, write_feeds
from plantigrade.twin.pair import PairOptions, VirtualPair
from plantigrade.twin.radio.conditions import RadioConditions
from plantigrade.twin.rendezvous import TwinNotice, announce, withdraw
from plantigrade.twin.seeds import seed_in_error
from plantigrade.twin.watch import warm_up, watch

SCHEMA = "plantigrade.twin/1"
_MADE_UP_WALK_S = 120.0
_ON_THE_BENCH_S = 10.0
"""Of a feed that is read again and again; nothing changes in it."""
_HINT_PERIOD_S = 1.5
_END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Choices:
    """The options of the command."""

    source: Path | None = None
    conditions: tuple[str, ...] = ()
    neutral_s: float = 0.0
    seed: int = 1
    interval_ms: float = 30.0
    seconds: float | None = None
    directory: Path | None = None
    json_file: Path | None = None
    live: bool = False
    rules: Path | None = None
    chip: ChipBehaviour = field(default_factory=ChipBehaviour)
    card: bool = True
    boards: PairOptions = field(default_factory=PairOptions)


def run_twin(choices: Choices) -> None:
    """Run until Ctrl-C, SIGTERM, SIGHUP or the end of the chosen time; leaves nothing behind.

    Raises:
        PlantigradeError: a file cannot be used, or a value is out of range.
    """
    try:
        radio = RadioConditions(interval_ms=choices.interval_ms, seed=choices.seed)
        walk = _walk(choices)
        book = load_rulebook(choices.rules) if choices.rules is not None else None
    except ValueError as error:
        raise PlantigradeError(str(error)) from error
    with seed_in_error(choices.seed, _again(choices)):
        asyncio.run(_run(choices, radio, walk, book))


def _again(choices: Choices) -> str:
    """What to type for the same pair, walking the same way."""
    parts = ["plantigrade twin run", f"--seed {choices.seed}"]
    parts += [f"--condition {text}" for text in choices.conditions]
    parts += [f"--neutral-s {choices.neutral_s:g}"] if choices.neutral_s else []
    parts += [f"--source {choices.source}"] if choices.source else []
    parts += [] if choices.chip.level == TYPICAL else [f"--chip {choices.chip.level}"]
    parts += [] if choices.card else ["--no-card"]
    return " ".join(parts)


def _walk(choices: Choices) -> ForceWalk:
    if not choices.conditions:
        if choices.boards.blank and choices.source is None:
            return on_the_bench(_ON_THE_BENCH_S)
        return load_walk(choices.source)
    if choices.source is not None:
        raise PlantigradeError("--source and --condition exclude each other: a recorded walk is what it is")
    conditions = tuple(parse_condition(text) for text in choices.conditions)
    seconds = choices.neutral_s + _MADE_UP_WALK_S
    return make_forces(conditions, draw_person(choices.seed), seconds, choices.seed, choices.neutral_s)


async def _run(choices: Choices, radio: RadioConditions, walk: ForceWalk, book: RuleBook | None) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        loop.add_signal_handler(number, ended.set)
    if choices.live:
        await asyncio.to_thread(warm_up)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plantigrade-feeds-")))
        feeds = write_feeds(walk, folder)
        pair = VirtualPair(
            feeds["left"],
            feeds["right"],
            radio,
            directory=choices.directory,
            options=replace(choices.boards, chip=choices.chip, card=choices.card),
        )
        await stack.enter_async_context(pair)
        ports = {side: board.serial_port for side, board in pair.boards.items()}
        announce(TwinNotice(os.getpid(), pair.radio, ports, {side: str(feeds[side]) for side in ports}))
        stack.callback(withdraw, os.getpid())
        _show(choices, pair, walk)
        notify = partial(click.echo, err=str(choices.json_file) == "-")
        blinking = asyncio.create_task(_show_blinking(pair, notify))
        stack.callback(blinking.cancel)
        if choices.live:
            notify("Alerts follow; those about walking need 200 strides of a foot, about four minutes.")
            onset_s = choices.neutral_s if choices.conditions else None
            watching = watch(pair, _weight_n(choices, walk), notify, book, onset_s)
            await _follow(watching, ended, choices.seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(choices.seconds):
                await ended.wait()


async def _show_blinking(pair: VirtualPair, notify: Callable[[str], None]) -> None:
    """Say when an LED is asked to blink: the firmware lights it twice each 1.5 s as a hint, five times for
    `device identify`, and by itself once in 3 s."""
    before: dict[str, int] = dict.fromkeys(pair.boards, 0)
    shown: dict[str, str] = dict.fromkeys(pair.boards, "")
    while True:
        await asyncio.sleep(_HINT_PERIOD_S)
        for side, board in pair.boards.items():
            blinks = board.state.blinks
            often, before[side] = blinks - before[side], blinks
            kind = "blinks quickly: identify" if often >= 4 else "blinks twice: a hint" if often >= 2 else ""
            if kind and kind != shown[side]:
                notify(f"The LED of the {side} insole {kind}.")
            shown[side] = kind


async def _follow(following: Coroutine[Any, Any, None], ended: asyncio.Event, seconds: float | None) -> None:
    """Show alerts until the end; a failure of the bridge ends the run with its message."""
    watching = asyncio.create_task(following)
    ending = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait({watching, ending}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
    finally:
        for task in (watching, ending):
            task.cancel()
        await asyncio.gather(watching, ending, return_exceptions=True)


def _weight_n(choices: Choices, walk: ForceWalk) -> float:
    """Body weight of the made-up person; of a recorded one the mean force, which walking makes the same."""
    if choices.conditions:
        return draw_person(choices.seed).weight_n
    return float((walk.left.sum(axis=1) + walk.right.sum(axis=1)).mean())


def _insole(pair: VirtualPair, side: str) -> dict[str, str]:
    spec = pair.boards[side].spec
    return {
        "name": advert.device_name(SIDES.index(side), bytes.fromhex(spec.unique_id)),
        "address": spec.radio_address,
        "serial_port": pair.boards[side].serial_port,
    }


def _show(choices: Choices, pair: VirtualPair, walk: ForceWalk) -> None:
    insoles = {side: _insole(pair, side) for side in pair.boards}
    if choices.json_file is not None:
        values: dict[str, Any] = {
            "schema": SCHEMA,
            "pid": os.getpid(),
            "source": walk.source,
            "seed": choices.seed,
            "radio": {"host": pair.radio.host, "port": pair.radio.port, "framing": "h4"},
            "insoles": insoles,
        }
        text = json.dumps(values)
        if str(choices.json_file) == "-":
            click.echo(text)
            return
        choices.json_file.write_text(text + "\n")
    if choices.boards.blank or choices.boards.hold_boot:
        _show_waiting(pair)
        return
    click.echo(
        f"Two virtual insoles walk: {walk.source}" + f", seed {choices.seed}" * bool(choices.conditions)
    )
    for side, insole in insoles.items():
        click.echo(f"  {side:<6} {insole['name']}  {insole['address']}  serial port {insole['serial_port']}")
    click.echo(f"Radio for other hosts: HCI (H4) over TCP at {pair.radio.host}:{pair.radio.port}")
    click.echo("Ctrl-C ends both.")


def _show_waiting(pair: VirtualPair) -> None:
    """What can be done with boards that wait to be flashed."""
    for board in pair.boards.values():
        mib = board.spec.flash_mib
        click.echo(f"A virtual board with {mib} MiB of flash waits to be flashed on {board.serial_port}")
    click.echo("In another terminal:")
    click.echo("  plantigrade device flash")
    click.echo("or by hand, with its port, and --after watchdog-reset to start what was flashed:")
    click.echo("  esptool --chip esp32s3 --port PORT --before no-reset --after no-reset flash-id")
    click.echo(f"Radio for hosts: HCI (H4) over TCP at {pair.radio.host}:{pair.radio.port}")
    click.echo("Ctrl-C ends it.")
