"""Bench loads on the sixteen places: by a person with weights, of a file, or on a virtual insole.

Whoever puts the loads on is a `Loader`; the codes are read from the insole itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Protocol

import click
import numpy as np
from insole_protocol import ids, replies

from plantigrade.bridge.session import Session
from plantigrade.calibration.bench import BenchReading, fit_bench
from plantigrade.calibration.model import Calibration
from plantigrade.device.calibrate.actions import fit_loads
from plantigrade.device.provision import settings
from plantigrade.device.provision.places import picture, place_name
from plantigrade.device.provision.record import SENSORS, in_record_precision
from plantigrade.errors import PlantigradeError
from plantigrade.files.atomic_write import new_file

Codes = tuple[float, ...]
LOADS: Final = "loads.csv"


class BenchError(PlantigradeError):
    """Bench loads that cannot be used."""


@dataclass(frozen=True)
class Measured:
    """What a bench measured of one insole: readings, and the unloaded code of each place."""

    readings: tuple[BenchReading, ...]
    zero: Codes


class Loader(Protocol):
    """Puts known loads on."""

    @property
    def loads_n(self) -> Sequence[float]:
        """Loads in newtons, from the lightest up."""
        ...

    @property
    def together(self) -> bool:
        """Whether one load is on all places at once."""
        ...

    async def unload(self, side: str) -> None:
        """Take every load off."""
        ...

    async def load(self, side: str, place: int, force_n: float) -> None:
        """Put a load on a place (on all of them where they are loaded together)."""
        ...

    def seen(self, reading: BenchReading, rise: float) -> None:
        """A load was read; `rise` is by how many counts it raised the code of its place."""
        ...

    def end(self) -> None:
        """The bench is over, however it went."""
        ...


class Source(Protocol):
    """Where the calibration of an insole comes from."""

    async def calibrate(
        self, session: Session, port: str, serial: str, side: str, day: date, folder: Path
    ) -> Calibration:
        """The calibration of the insole of this serial number; what was measured is put into `folder`."""
        ...


async def measure(session: Session, loader: Loader, side: str) -> Measured:
    """Have every load put on and read it.

    Raises:
        BenchError: a load that does not rest, or is not seen on its place.
        BridgeError, LinkError: the insole does not answer.
    """
    await loader.unload(side)
    zero = await _codes(session, "unloaded", None)
    readings: list[BenchReading] = []
    for place in (None,) if loader.together else range(SENSORS):
        for number, force_n in enumerate(loader.loads_n):
            await loader.load(side, place or 0, force_n)
            codes = await _codes(session, f"{force_n:g} N", place)
            for index in range(SENSORS) if place is None else (place,):
                rise = codes[index] - zero[index]
                if rise < settings.LEAST_RISE_COUNTS:
                    raise BenchError(
                        f"{place_name(index)}: {force_n:g} N raise its code by {rise:.0f} only; see that the "
                        "load stands on it, and that its wire is whole"
                    )
                readings.append(BenchReading(index, force_n, codes[index], 1, settings.HELD_S))
                loader.seen(readings[-1], rise)
            if number + 1 == len(loader.loads_n):
                await loader.unload(side)
    return Measured(tuple(readings), zero)


async def _codes(session: Session, what: str, place: int | None) -> Codes:
    """Means of several codes of each place."""
    taken: list[tuple[int, ...]] = []
    for _ in range(settings.READINGS):
        async with asyncio.timeout(settings.SELF_TEST_TIMEOUT_S):
            answer = await session.command_client.ask(ids.OP_SELF_TEST)
        taken.append(replies.SelfTestReply(answer.reply).levels)
    codes = np.array(taken, np.float64)
    spread = np.ptp(codes, axis=0)
    for index in range(SENSORS) if place is None else (place,):
        if spread[index] > settings.LARGEST_SPREAD_COUNTS:
            raise BenchError(
                f"{place_name(index)}, {what}: its code moved by {spread[index]:.0f}; see that nothing shakes"
            )
    return tuple(float(mean) for mean in codes.mean(axis=0))


def fit(measured: Measured, serial: str, day: date) -> Calibration:
    """The calibration, in the precision of an identity record.

    Raises:
        BenchError: the readings make no curves.
    """
    try:
        return in_record_precision(fit_bench(measured.readings, measured.zero, day, serial))
    except BenchError:
        raise
    except PlantigradeError as error:
        raise BenchError(str(error)) from error


def write_loads(measured: Measured, path: Path) -> None:
    """The readings as `plantigrade device calibrate bench` reads them.

    Raises:
        FileError: the file cannot be written.
    """
    lines = ["sensor,force_n,count,direction,held_s"]
    lines += [f"{index},0,{code:.3f},," for index, code in enumerate(measured.zero)]
    lines += [
        f"{one.sensor},{one.force_n:g},{one.count:.3f},up,{one.held_s:g}"
        for one in sorted(measured.readings, key=lambda one: (one.sensor, one.force_n))
    ]
    with new_file(path) as draft:
        draft.write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Bench:
    """Loads put on by somebody, codes read from the insole.

    Attributes:
        loader: makes whoever loads an insole, from its port and serial number.
    """

    loader: Callable[[str, str], Loader]

    async def calibrate(
        self, session: Session, port: str, serial: str, side: str, day: date, folder: Path
    ) -> Calibration:
        """See `Source`.

        Raises:
            BenchError: as `measure` and `fit`.
        """
        loader = self.loader(port, serial)
        try:
            measured = await measure(session, loader, side)
        finally:
            loader.end()
        write_loads(measured, folder / LOADS)
        return fit(measured, serial, day)


@dataclass(frozen=True)
class LoadsFile:
    """Loads that were measured elsewhere: a CSV file as of `plantigrade device calibrate bench`.

    Attributes:
        path: the file, or a folder with one for each insole, named by its serial number.
    """

    path: Path

    async def calibrate(
        self, session: Session, port: str, serial: str, side: str, day: date, folder: Path
    ) -> Calibration:
        """See `Source`.

        Raises:
            FileError: there is no such file, or it is no list of bench loads.
        """
        path = self.path / f"{serial}.csv" if self.path.is_dir() else self.path
        return in_record_precision(fit_loads(path, serial, day))


class TerminalLoader:
    """Asks a person to put weights on, one place after the other."""

    together = False

    def __init__(self, loads_n: Sequence[float] = settings.BENCH_LOADS_N) -> None:
        self.loads_n: Sequence[float] = loads_n
        self._shown = -1

    async def unload(self, side: str) -> None:
        """Ask to take everything off."""
        await self._ask("Take everything off the insole")

    async def load(self, side: str, place: int, force_n: float) -> None:
        """Show the place and ask for the load."""
        if place != self._shown:
            click.echo(f"\n{picture(side, place)}")
            self._shown = place
        kilograms = force_n / settings.STANDARD_GRAVITY
        await self._ask(f"{place_name(place)}: put {force_n:g} N ({kilograms:.2f} kg) on it")

    def seen(self, reading: BenchReading, rise: float) -> None:
        """Say what the load did."""
        click.echo(f"  its code rose by {rise:.0f}")

    def end(self) -> None:
        """Nothing is left to do."""

    async def _ask(self, text: str) -> None:
        answer = await asyncio.to_thread(
            click.prompt, f"{text}, then Enter (q ends)", default="", show_default=False
        )
        if str(answer).strip().lower() == "q":
            raise BenchError("ended by q; what is done stays done, the bench begins anew next time")
