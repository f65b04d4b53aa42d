"""A day with many short wearings, so that kills meet recordings being made, and the insoles that live it.

The insoles outlive the service. What they show follows from the seed, and what they were told to forget is in
a file: a process that is started anew makes them as they were.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.twin.body import draw_person
from plantigrade.twin.clock import ClockRule
from plantigrade.twin.month.battery import Battery, Currents
from plantigrade.twin.month.feed import FEET, Feed, Foot, Pieces, Playing
from plantigrade.twin.month.insole import EncodedInsole
from plantigrade.twin.month.log import PageLog
from plantigrade.twin.month.sampling import Sampling
from plantigrade.twin.month.world import MonthWorld

UTC_START_NS = 1_773_014_400_000_000_000
WORN_S, PAUSE_S = 1200.0, 2400.0
"""Worn for twenty minutes, off for forty: a wearing each hour."""
POWER_CUT_EVERY_S = 9000.0
CURRENTS = Currents(8.2, 42.0, 0.2, 95.0)
CELL_MAH = 170.0
PAGES = 32_768
"""128 MB, so that a day fits although each life is told only at its start what was acknowledged before."""
DRIFT_PPB = (-20_000, 35_000)
WALK_S, STAND_S = 400.0, 200.0


@dataclass(frozen=True)
class Place:
    """Where a measurement lies.

    Attributes:
        folder: of everything.
        seed: of what the insoles show.
        hours: how long the day is.
    """

    folder: Path
    seed: int
    hours: float = 24.0

    def end_us(self, start_us: int) -> int:
        """The end of the day."""
        return start_us + round(self.hours * 3600e6)

    @property
    def library(self) -> Path:
        """The library of the service."""
        return self.folder / "library"

    @property
    def acknowledged(self) -> Path:
        """Each acknowledgement that an insole has heard: foot and slot a line."""
        return self.folder / "acknowledged"

    @property
    def errors(self) -> Path:
        """What a life had to say that ended by itself."""
        return self.folder / "errors.txt"

    @property
    def progress(self) -> Path:
        """True times that the process has got to, a line each, in microseconds."""
        return self.folder / "progress"

    def reached_us(self, otherwise: int) -> int:
        """The last of these times; `otherwise` where there is none."""
        lines = self.progress.read_text().split("\n")[:-1] if self.progress.exists() else []
        return int(lines[-1]) if lines else otherwise

    def acknowledged_to(self) -> dict[Foot, int]:
        """The last acknowledgement of each foot; a line that was cut short is none."""
        found: dict[Foot, int] = dict.fromkeys(FEET, 0)
        lines = self.acknowledged.read_text().split("\n")[:-1] if self.acknowledged.exists() else []
        for line in lines:
            name, slot = line.split()
            foot: Foot = "left" if name == "left" else "right"
            found[foot] = max(found[foot], int(slot))
        return found


class WitnessedLog(PageLog):
    """A log that tells a file what it was allowed to forget, before it answers."""

    witness = -1
    foot = ""

    def ack(self, seq: int) -> int:
        """Take an acknowledgement, and write it down outside of this process."""
        found = super().ack(seq)
        if self.witness >= 0:
            os.write(self.witness, f"{self.foot} {found}\n".encode())
        return found


@cache
def pieces_of(seed: int) -> Pieces:
    """What the wearer of a seed does; made once for all lives."""
    return Pieces(draw_person(seed), {"left": 6, "right": 7}, seed, variants=2, piece_s=60.0)


def prepare(seed: int) -> None:
    """Load and compile what every life needs, so that forks have it."""
    pieces = pieces_of(seed)
    for doing in ("walk", "stand", "off"):
        for number in range(2):
            pieces.piece(doing, 0, number)
    sampling = Sampling("left", Feed([Playing(0, pieces.piece("walk", 0, 0))]), ClockRule(0, 0, 0, 1), 0, 1)
    sampling.start(0)
    for now_us in (0, 5_000_000):
        for _ in sampling.follow(now_us, 40, True):
            pass


def make_insoles(place: Place, world: MonthWorld, start_us: int, until_us: int) -> None:
    """Both insoles as they are at `until_us`, having begun at `start_us`."""
    (place.folder / "insoles").mkdir(parents=True, exist_ok=True)
    pieces = pieces_of(place.seed)
    plan = [Playing(start_us, pieces.piece("off", 0, 0))]
    at_s = PAUSE_S
    for number in range(round(place.hours * 3600 / (WORN_S + PAUSE_S))):
        for part, (doing, seconds) in enumerate((("walk", WALK_S), ("stand", STAND_S)) * 2):
            plan.append(Playing(start_us + round(at_s * 1e6), pieces.piece(doing, 0, number + part)))  # pyright: ignore[reportArgumentType]
            at_s += seconds
        plan.append(Playing(start_us + round(at_s * 1e6), pieces.piece("off", 0, 0)))
        at_s += PAUSE_S
    acknowledged = place.acknowledged_to()
    witness = os.open(place.acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, foot in enumerate(FEET):
        insole = EncodedInsole(
            foot, bytes((0, 0, 10, 80, 71, 127, 63, number + 1)), Feed(plan), place.folder / "insoles",
            Battery(CELL_MAH, CURRENTS, 60.0, CELL_MAH, charging=True), PAGES, DRIFT_PPB[number], start_us,
        )  # fmt: skip
        insole.log.close_file()
        log = WitnessedLog(place.folder / "insoles" / f"{foot}.log", PAGES)
        log.foot = foot
        insole.log = log
        insole.power_on(start_us)
        cut_us = start_us + round((0.5 + 0.3 * number) * POWER_CUT_EVERY_S * 1e6)
        while cut_us < min(
            until_us, place.end_us(start_us)
        ):  # power cuts lie on a raster, so that each life of the process has the same
            insole.power_off(cut_us, orderly=False)
            insole.power_on(cut_us)
            cut_us += round(POWER_CUT_EVERY_S * 1e6)
        insole.advance(until_us)
        log.ack(acknowledged[foot])
        log.witness = witness
        world.add(foot, insole)
        world.happen(_cuts(world, foot, cut_us, place.end_us(start_us)))


def _cuts(
    world: MonthWorld, foot: Foot, first_us: int, end_us: int
) -> Iterator[tuple[int, Callable[[], None]]]:
    every_us = round(POWER_CUT_EVERY_S * 1e6)
    for at_us in range(first_us, end_us, every_us):
        yield at_us, partial(world.restart, foot, orderly=False)


def links_of(world: MonthWorld) -> dict[str, LinkFactory]:
    """What makes links to both."""
    return {foot: partial(world.link, foot) for foot in FEET}
