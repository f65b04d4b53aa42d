"""The world of a month: true time, both insoles, who is in reach of whom, and what happens when."""

import asyncio
import heapq
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

from plantigrade.link.base import Link
from plantigrade.twin.month.commands import Commands
from plantigrade.twin.month.insole import EncodedInsole
from plantigrade.twin.month.link import Air, EncodedLink
from plantigrade.twin.soak.virtual_time import WorldSelector
from plantigrade.twin.soak.world import Counts

REBOOT_US = 300_000
"""From the command to the reset."""


@dataclass(frozen=True, order=True)
class Happening:
    """Something that happens at a moment of true time."""

    at_us: int
    order: int
    act: Callable[[], None] = field(compare=False)


class MonthWorld:
    """Insoles without firmware, and the air between them and one host.

    Args:
        selector: of the event loop; its clock is true time, which is the host's monotonic clock.
        utc_start_ns: the wall clock at the loop's time zero.
        seed: of what the air does.
        air: of every connection.
    """

    def __init__(self, selector: WorldSelector, utc_start_ns: int, seed: int, air: Air = Air()) -> None:  # noqa: B008 (frozen)
        self.insoles: dict[str, EncodedInsole] = {}
        self.counts = Counts()
        self.wall_step_ns = 0
        self._selector = selector
        self._utc_start_ns = utc_start_ns
        self._draw = random.Random(f"{seed} air")
        self._air = air
        self._commands: dict[str, Commands] = {}
        self._reachable: dict[str, bool] = {}
        self._links: list[EncodedLink] = []
        self._numbers = count()
        self._coming: list[Happening] = []
        self._changed = asyncio.Event()

    @property
    def now_us(self) -> int:
        """True time."""
        return self._selector.now_ns // 1000

    def now_ns(self) -> int:
        """The host's monotonic clock."""
        return self._selector.now_ns

    def utc_ns(self) -> int:
        """The host's wall clock."""
        return self._utc_start_ns + self._selector.now_ns + self.wall_step_ns

    def us_of_utc(self, utc_ns: int) -> int:
        """The true time at which an unstepped wall clock shows this."""
        return (utc_ns - self._utc_start_ns) // 1000

    def add(self, name: str, insole: EncodedInsole, reachable: bool = True) -> None:
        """There is one more insole."""
        self.insoles[name] = insole
        self._reachable[name] = reachable
        self._commands[name] = commands = Commands(insole, lambda: self.now_us)
        commands.reboot_asked = lambda: self.happen(
            [(self.now_us + REBOOT_US, lambda: self.restart(name, orderly=True))]
        )

    async def link(self, name: str) -> Link:
        """A link to an insole, not open yet: what the bridge wants as its factory."""
        return EncodedLink(self, self.insoles[name], self._commands[name], self._draw, self._air)

    # Reach and connections

    def in_reach(self, insole: EncodedInsole) -> bool:
        """Whether the host and an insole hear each other."""
        return any(self._reachable[name] for name, known in self.insoles.items() if known is insole)

    def reach(self, name: str, reachable: bool) -> None:
        """An insole comes into reach or leaves it; a connection ends silently then."""
        if self._reachable[name] and not reachable:
            self.counts.add("out_of_reach")
            self.lose(name, silent=True)
        self._reachable[name] = reachable

    def lose(self, name: str, silent: bool) -> None:
        """Its connections end."""
        for link in self.links_of(self.insoles[name]):
            link.lose(silent)

    def links_of(self, insole: EncodedInsole) -> list[EncodedLink]:
        """The open connections of an insole."""
        return [link for link in self._links if link.insole is insole]

    def open_links(self, insole: EncodedInsole) -> int:
        """How many connections an insole has."""
        return len(self.links_of(insole))

    def connected(self, link: EncodedLink) -> None:
        """A connection has been made."""
        self._links.append(link)

    def disconnected(self, link: EncodedLink) -> None:
        """A connection has ended."""
        if link in self._links:
            self._links.remove(link)

    # Power

    def restart(self, name: str, orderly: bool) -> None:
        """An insole starts anew: after a command, or because its power was away for a moment."""
        self.counts.add("restart" if orderly else "power_cut")
        insole = self.insoles[name]
        if not insole.powered:
            return
        insole.power_off(self.now_us, orderly)
        self.lose(name, silent=True)
        insole.power_on(self.now_us)

    # What happens when

    def happen(self, happenings: Iterable[tuple[int, Callable[[], None]]]) -> None:
        """Plan what happens at moments of true time."""
        for at_us, act in happenings:
            heapq.heappush(self._coming, Happening(at_us, next(self._numbers), act))
        self._changed.set()

    async def run(self) -> None:
        """Let it happen, until cancelled."""
        while True:
            while self._coming and self._coming[0].at_us <= self.now_us:
                heapq.heappop(self._coming).act()
            self._changed.clear()
            wait_s = (self._coming[0].at_us - self.now_us) * 1e-6 if self._coming else None
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def settle(self) -> None:
        """Let every insole catch up with the time."""
        for insole in self.insoles.values():
            insole.advance(self.now_us)
