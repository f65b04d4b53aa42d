"""The first days of the month: real firmware on two soak boards, with every fault of the soak."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from plantigrade.link.base import Link
from plantigrade.twin.body import write_feed
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.month.days import Day
from plantigrade.twin.month.feed import FEET, RATE_HZ, Foot, Piece, Pieces
from plantigrade.twin.soak.board import Board, Radio, copy_sources
from plantigrade.twin.soak.faults import Schedule, make_schedule
from plantigrade.twin.soak.host import Host
from plantigrade.twin.soak.run import TICK_S, Soak
from plantigrade.twin.soak.virtual_time import WorldSelector
from plantigrade.twin.soak.wearing import Plan, Wearing
from plantigrade.twin.soak.world import SoakLink, World

LOG_BLOCKS = 8192
"""32 MB."""
CHIP = ChipBehaviour("off")
"""What a chip that is held costs is the soak's question."""
UNIQUE_ID = "0a50477a3f{:02x}"
DRIFT_PPB = (-20_000, 35_000)
LAST_S = 1200.0
"""At the end the pair is in reach for so long without faults, before its flash goes on without firmware."""
NOT_OF_THE_SERVICE = ("host_killed", "disk_full", "wall_clock_stepped", "bit_flipped")


def serial_of(number: int) -> bytes:
    """Serial number of a foot's insole (0 left, 1 right)."""
    return bytes(2) + bytes.fromhex(UNIQUE_ID.format(number + 1))


def make_feeds(days: list[Day], pieces: Pieces, folder: Path) -> Wearing:
    """What the boards' sensors show on these days, as files, and the plan of it."""
    order: list[Piece] = []
    plan: Plan = []
    first: dict[int, int] = {}
    for day in days:
        for playing in day.playing(pieces):
            if id(playing.piece) not in first:
                first[id(playing.piece)] = sum(piece.rows for piece in order)
                order.append(playing.piece)
            plan.append((playing.from_us, first[id(playing.piece)], playing.piece.rows))
    counts = {foot: np.concatenate([piece.counts[foot].reshape(-1, 16) for piece in order]) for foot in FEET}
    feeds = {foot: folder / f"{foot}.feed" for foot in FEET}
    for foot, path in feeds.items():
        write_feed(path, counts[foot], RATE_HZ)
    return Wearing(dict[str, Path](feeds), dict[str, np.ndarray](counts), plan)


@dataclass
class FirmwareDays:
    """Two boards, their world, and the faults that befall them.

    Args:
        folder: of the boards.
        selector: of the loop.
        days: what is lived through.
        pieces: of the wearer.
        seed: of the faults.
    """

    folder: Path
    selector: WorldSelector
    days: list[Day]
    pieces: Pieces
    seed: int

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        wearing = make_feeds(self.days, self.pieces, self.folder)
        sources = copy_sources(self.folder)
        boards = {
            foot: Board(
                side=foot,
                folder=self.folder / foot,
                sources=sources,
                feed=wearing.feeds[foot],
                plan=wearing.plan,
                unique_id=UNIQUE_ID.format(number + 1),
                log_blocks=LOG_BLOCKS,
                card_sectors=0,  # the month goes on with a log in flash
                chip=CHIP,
                radio=Radio(phase_us=7_000 * number),
                drift_ppb=DRIFT_PPB[number],
            )
            for number, foot in enumerate(FEET)
        }
        self.world = World(self.selector, boards, self.seed)
        hours = len(self.days) * 24.0
        schedule = make_schedule(hours, self.seed)
        self._soak = _Faults(
            self.folder, hours, self.seed, self.world, wearing, _of_the_insoles(schedule),
            Host(self.world, self.folder / "unused.journal", self.seed), lambda _: None, CHIP,
        )  # fmt: skip

    async def link(self, foot: Foot) -> Link:
        """A link to one of the boards."""
        return SoakLink(self.world, self.world.boards[foot])

    def power_on(self) -> None:
        """Switch both boards on."""
        for board in self.world.boards.values():
            board.power_on(self.world.now_us)

    async def live(self, until_us: int) -> None:
        """Live through the days; at the end all is in reach and well."""
        await self._soak.befall(until_us - round(LAST_S * 1e6))
        await asyncio.sleep(max(0.0, (until_us - self.world.now_us) * 1e-6))

    def end(self) -> dict[Foot, Path]:
        """Take the power away for good; the flash of each foot."""
        for board in self.world.boards.values():
            board.power_off(self.world.now_us)
        self.selector.advance = lambda until_ns: until_ns
        return {foot: self.folder / foot / "log.bin" for foot in FEET}


def _of_the_insoles(schedule: Schedule) -> Schedule:
    """Without the faults of the host, which `measure_kills` has."""
    return Schedule(
        schedule.windows, [fault for fault in schedule.faults if fault.kind not in NOT_OF_THE_SERVICE]
    )


class _Faults(Soak):
    """The faults of a soak, without its host."""

    async def befall(self, until_us: int) -> None:
        """Do each fault when it is due, until a moment."""
        start_us = self.world.now_us
        self.world.on_board_ended = self._board_ended
        faults = list(self.schedule.faults)
        while self.world.now_us < until_us:
            at_s = (self.world.now_us - start_us) * 1e-6
            self._reach(self.schedule.in_reach(at_s))
            while faults and faults[0].at_s <= at_s:
                await self._do(faults.pop(0))
            await asyncio.sleep(TICK_S)
        self._reach(True)
        await asyncio.gather(*self._power)
