"""What `plantigrade run` and `plantigrade status` do."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from plantigrade.bridge.keyring import keys_at_hand
from plantigrade.errors import PlantigradeError
from plantigrade.json_output import write_json
from plantigrade.library.catalogue.insole_keys import LibraryKeyring
from plantigrade.library.catalogue.library import Library
from plantigrade.service.assembly import Assembly, Part
from plantigrade.service.console import Console, status_lines
from plantigrade.service.control import Action, Order
from plantigrade.service.core import BridgeService
from plantigrade.service.publish.describe import describe
from plantigrade.service.publish.installation import installation_id
from plantigrade.service.publish.settings import PublishSettings, read_settings
from plantigrade.service.sending.settings import SendingSettings, read_sending_settings
from plantigrade.service.status import read_status

_END_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class NotRunningError(PlantigradeError):
    """No service looks after this library."""


@dataclass(frozen=True)
class Start:
    """How the service is to run.

    Attributes:
        data, url, key_file: of the library.
        live_minutes: live mode at the beginning; None for none.
        quiet: print nothing but errors.
        take_any: also look after insoles that nobody knows.
        beside: further parts by name, such as the pages; begun again when they fail.
    """

    data: Path
    url: str | None = None
    key_file: Path | None = None
    live_minutes: float | None = None
    quiet: bool = False
    take_any: bool = False
    beside: Callable[[Library, Assembly], Mapping[str, Part]] = lambda _library, _assembly: {}


def run(start: Start) -> None:
    """Run the service until Ctrl-C, SIGTERM, or an order.

    Raises:
        PlantigradeError: the library cannot be opened, its key is missing, a settings file makes no sense, or
            another service looks after it.
    """
    publish, sending = read_settings(start.data), read_sending_settings(start.data)
    with Library(start.data, start.url, start.key_file) as library:
        keys_at_hand.set(LibraryKeyring(library))  # for whoever talks to an insole beside the collectors
        asyncio.run(_run(start, library, publish, sending))


async def _run(start: Start, library: Library, publish: PublishSettings, sending: SendingSettings) -> None:
    assembly = Assembly(library, start.url, start.key_file, publish, take_any=start.take_any, sending=sending)
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        if sys.platform == "win32":  # its loops know no signals
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(assembly.service.stop))
        else:
            loop.add_signal_handler(number, assembly.service.stop)
    if not start.quiet:
        console = Console(click.echo)
        assembly.bus.call_on_event(console.show)
        click.echo(f"looking after insoles; recordings go to {start.data}. Ctrl-C ends it.")
        click.echo(describe(publish, installation_id(start.data)))
    assembly.run_beside(start.beside(library, assembly))
    assembly.serve_orders(lambda order: execute(assembly.service, order))
    if start.live_minutes is not None:
        assembly.service.request_live(start.live_minutes)
    await assembly.run()


async def execute(service: BridgeService, order: Order) -> str:
    """Carry out an order; what was done, in one line.

    Raises:
        PlantigradeError: why not.
    """
    match order.action:
        case Action.LIVE:
            minutes = order.minutes or 0.0
            service.request_live(minutes)
            done = f"live for {minutes:g} minutes from now"
        case Action.DAILY:
            service.end_live()
            done = "back to daily mode"
        case Action.PAUSE:
            service.pause()
            done = "paused; the insoles keep logging"
        case Action.RESUME:
            service.resume()
            done = "looking after the insoles again"
        case Action.START_RECORDING:
            service.start_recording(order.title, order.seconds)
            end = (
                "`plantigrade service record --stop` ends it"
                if order.seconds is None
                else "it ends by itself"
            )
            done = f"recording; {end}"
        case Action.STOP_RECORDING:
            service.stop_recording()
            done = "the recording has ended; it is stored as soon as its frames have been fetched"
        case Action.STOP:
            service.stop()
            done = "the service ends"
    return done


def show_status(data: Path, json_file: Path | None) -> None:
    """Print what a running service knows.

    Raises:
        NotRunningError: none runs; what was known last is printed all the same.
        FileError: its file cannot be read.
    """
    found = read_status(data)
    if json_file is not None and found.values:
        write_json(found.values | {"running": found.alive}, json_file)
    elif json_file is None:
        if found.values and not found.alive:
            click.echo(f"no service runs; this is how things were at {found.values['at_utc']}:")
        for line in status_lines(found.values):
            click.echo(line)
    if found.alive and not found.values:
        raise NotRunningError(f"{data}: the service has just started and knows nothing yet; ask again")
    if not found.alive:
        raise NotRunningError(f"{data}: no service runs; `plantigrade run` starts it")
