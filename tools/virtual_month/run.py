"""Runs the days of a month, and measures what the service makes of them."""

import asyncio
import gc
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import mean
from typing import cast
from zoneinfo import ZoneInfo

from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.link.base import Link
from plantigrade.twin.body import draw_person
from plantigrade.twin.month.battery import Battery, Currents
from plantigrade.twin.month.days import FIRST_DAY, Day, Month, happenings, make_month, short_month
from plantigrade.twin.month.feed import FEET, Feed, Foot, Pieces
from plantigrade.twin.month.insole import EncodedInsole
from plantigrade.twin.month.world import MonthWorld
from plantigrade.twin.soak.virtual_time import WorldLoop
from plantigrade.twin.soak.world import Counts

from hardware.power import budget
from tools.virtual_month.figures import DayFigures, MonthFigures, judge
from tools.virtual_month.firmware_days import DRIFT_PPB, LOG_BLOCKS, FirmwareDays, serial_of
from tools.virtual_month.home import Home
from tools.virtual_month.wearer import ScriptedWearer

ZONE = "Europe/Berlin"
CHARGE_MA = 60.0
CELL_MAH = 200.0
PAGE_BYTES = resource.getpagesize()
LOOK_SHARE, LOOK_MIN = 0.4, 4.0
"""Each day someone looks at the live page: so far into what is worn first, and for so many minutes. In live
mode each record is decoded by itself, which makes its minutes the dearest of the day."""
SETTLE_S = 3600.0
"""After the last day, so that what waits is fetched and finalized."""


@dataclass
class MonthRun:
    """One run in a folder of its own.

    Attributes:
        days: how many.
        firmware: how many of them, at the beginning, run real firmware.
        seed: of everything.
        reach_share: part of the day in which the pair is in reach.
        folder: of library and boards.
        short: instead of days some hours, for tests.
        show: gets a line for each day, with about how long the rest will take.
    """

    days: int
    firmware: int
    seed: int
    reach_share: float
    folder: Path
    short: bool = False
    show: Callable[[str], None] = lambda line: None
    figures: list[DayFigures] = field(default_factory=list[DayFigures])

    def run(self) -> MonthFigures:
        """Live through the days."""
        began = time.monotonic()
        with asyncio.Runner(loop_factory=WorldLoop) as runner:
            loop = cast(WorldLoop, runner.get_loop())
            midnight = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=ZoneInfo(ZONE))
            start_ns = round(midnight.timestamp()) * 1_000_000_000 - loop.world.now_ns
            world = MonthWorld(loop.world, start_ns, self.seed)
            zone = ZoneInfo(ZONE)
            month = (
                short_month(world, self.seed, zone)
                if self.short
                else make_month(world, self.days, self.seed, zone, reach_share=self.reach_share)
            )
            return runner.run(self._live(loop, world, month, began))

    async def _live(self, loop: WorldLoop, world: MonthWorld, month: Month, began: float) -> MonthFigures:
        person = draw_person(self.seed)
        sensors: dict[Foot, int] = {"left": 2 * self.seed, "right": 2 * self.seed + 1}
        pieces = Pieces(person, sensors, self.seed)
        counts = Counts()
        boards = self._boards(loop, month, pieces)
        running = asyncio.create_task(world.run())
        insoles = None if boards else self._insoles(world, month.days[0], pieces, {})
        links: dict[str, LinkFactory] = {foot: partial(self._link, world, boards, foot) for foot in FEET}
        home = Home(
            self.folder / "library",
            world,
            loop.world,
            links,
            {**sensors},
            person.mass_kg,
            ZONE,
            one_process=self.short,
        )
        self._boards_now = boards
        if boards:
            boards.power_on()
        await home.first_visit(self.folder)
        wearer = ScriptedWearer(home, self.seed)
        home.start()
        wearer.start()
        for day in month.days:
            day_began, cpu_began = time.monotonic(), cpu_s()
            if boards and self._boards_now and day.number < self.firmware:
                await self._firmware_day(boards, month, day)
                if day.number == self.firmware - 1:
                    counts = boards.world.counts
                    self._boards_now = None
                    flash = boards.end()
                    insoles = self._insoles(world, day, pieces, flash)
            else:
                await self._encoded_day(world, month, day, pieces, home)
            home.check()
            self.figures.append(self._measure(home, day, time.monotonic() - day_began, cpu_began))
            self.show(f"{self.figures[-1].line()}, {self._left_text(len(month.days))}")
        await asyncio.sleep(SETTLE_S)
        await wearer.stop()
        await home.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for kind, times in counts.by_kind.items():
            world.counts.add(kind, times)
        return judge(self, home, wearer, world, insoles or {}, time.monotonic() - began)

    # The insoles

    def _boards(self, loop: WorldLoop, month: Month, pieces: Pieces) -> FirmwareDays | None:
        if not self.firmware:
            return None
        days = list(month.days[: self.firmware])
        return FirmwareDays(self.folder / "boards", loop.world, days, pieces, self.seed)

    async def _link(self, world: MonthWorld, boards: FirmwareDays | None, foot: Foot) -> Link:
        if boards is not None and self._boards_now is not None:
            return await boards.link(foot)
        return await world.link(foot)

    def _insoles(
        self, world: MonthWorld, day: Day, pieces: Pieces, flash: Mapping[Foot, Path]
    ) -> dict[str, EncodedInsole]:
        """Both insoles without firmware, from the flash that the firmware left or new ones."""
        usable_mah, currents = currents_of(CELL_MAH)
        feed = Feed(day.playing(pieces))
        for number, foot in enumerate(FEET):
            insole = EncodedInsole(
                foot, serial_of(number), feed, self.folder / "insoles",
                Battery(usable_mah, currents, CHARGE_MA, usable_mah, charging=True), LOG_BLOCKS,
                DRIFT_PPB[number], world.now_us,
            )  # fmt: skip
            if foot in flash:
                insole.log.recover(flash[foot])
            world.add(foot, insole)
            insole.power_on(world.now_us)
        return world.insoles

    async def _firmware_day(self, boards: FirmwareDays, month: Month, day: Day) -> None:
        world = boards.world
        end_us = _end_us(month, day)
        if day.number == 0:
            self._faults = asyncio.create_task(boards.live(_end_us(month, month.days[self.firmware - 1])))
        await asyncio.sleep((end_us - world.now_us) * 1e-6)
        if day.number == self.firmware - 1:
            await self._faults

    async def _encoded_day(
        self, world: MonthWorld, month: Month, day: Day, pieces: Pieces, home: Home
    ) -> None:
        world.settle()
        for insole in {id(insole.feed): insole for insole in world.insoles.values()}.values():
            insole.feed.forget(world.now_us)
            if day.number or self.firmware:
                insole.feed.add(day.playing(pieces))
        pieces.forget(day.number)
        world.happen(happenings(month, day, world))
        world.happen(self._looks(home, day))
        await asyncio.sleep((_end_us(month, day) - world.now_us) * 1e-6)
        world.settle()

    def _looks(self, home: Home, day: Day) -> Iterator[tuple[int, Callable[[], None]]]:
        """The wearer looks at the live page, some time after the pair was put on."""
        minutes = 1.0 if self.short else LOOK_MIN
        for from_s, to_s in day.worn_s[:1]:
            at_s = from_s + LOOK_SHARE * (to_s - from_s)
            yield day.midnight_us + round(at_s * 1e6), lambda: home.service.request_live(minutes)

    # Measuring

    def _measure(self, home: Home, day: Day, wall_s: float, cpu_began: tuple[float, float]) -> DayFigures:
        gc.collect()
        own_s, others_s = (now - before for now, before in zip(cpu_s(), cpu_began, strict=True))
        return DayFigures(
            day.number + 1, day.day.isoformat(), day.kind.value, round(wall_s, 1), round(own_s, 1),
            round(others_s, 1), resident_mb(), len(home.library.find()),
        )  # fmt: skip

    def _left_text(self, days: int) -> str:
        """About how long the rest will take: as the days of the same kind did."""
        done = len(self.figures)
        if done == days:
            return "done"
        with_firmware = [day.wall_s for day in self.figures[: self.firmware]]
        without = [day.wall_s for day in self.figures[self.firmware :]] or with_firmware
        left_s = max(0, self.firmware - done) * (mean(with_firmware) if with_firmware else 0.0)
        left_s += (days - max(done, self.firmware)) * mean(without)
        return f"about {left_s / 60:.0f} min left"


def _end_us(month: Month, day: Day) -> int:
    """The moment at which the next day begins."""
    if day.number + 1 < len(month.days):
        return month.days[day.number + 1].midnight_us
    return day.midnight_us + round(day.length_s * 1e6)


def cpu_s() -> tuple[float, float]:
    """Seconds of a processor so far: of this process, and of those that it started and that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(kind) for kind in kinds]
    return used[0].ru_utime + used[0].ru_stime, used[1].ru_utime + used[1].ru_stime


def resident_mb() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * PAGE_BYTES / 1e6, 1)


def currents_of(size_mah: float) -> tuple[float, Currents]:
    """What can be used of a battery, and what an insole draws from it, by the hardware's power budget."""
    power = budget.load()
    modes = {mode.name: mode for mode in power.modes}
    burst = next(draw for draw in modes["daily"].draw if draw.part.startswith("BLE burst"))
    daily_ma = modes["daily"].mean_ma - burst.mean_ma
    currents = Currents(daily_ma, modes["live"].mean_ma, modes["sleep"].mean_ma, burst.ma)
    return size_mah * power.usable_share, currents
