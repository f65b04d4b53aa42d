"""Which insoles the service looks after, and a link to each.

Known insoles: those that are somebody's, and those that have recorded into this library before. Any other
insole in reach may be a neighbour's. It is taken only until there is a first pair, or when asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.device import targets
from plantigrade.link.base import Link, LinkError
from plantigrade.link.discovery import FoundInsole
from plantigrade.scan.actions import find_insoles, radios

LOOK_EVERY_S: Final = 60.0
"""Pause between two looks around; each keeps the radio busy for some seconds."""
FIRST_LOOKS_EVERY_S: Final = 5.0
"""The same while there is no pair yet: somebody is waiting, and the radio has little else to do."""
PAIR: Final = 2

FindLink = Callable[[str], Awaitable[Link]]
Look = Callable[[], Awaitable[list[FoundInsole]]]


class InsolesInReach:
    """Looks around for insoles that the service does not look after yet.

    Args:
        watch: takes the name of an insole and what makes a link to it (`BridgeService.watch_insole`).
        look: lists what is in reach.
        find: a link to an insole by the end of its serial number.
        take_any: also take insoles that nobody knows.
    """

    def __init__(
        self,
        watch: Callable[[str, LinkFactory], None],
        look: Look,
        find: FindLink = targets.find,
        take_any: bool = False,
    ) -> None:
        self._watch = watch
        self._look = look
        self._find = find
        self._take_any = take_any
        self._radio = asyncio.Lock()  # a radio looks for one insole at a time
        self._watched: set[str] = set()

    def take(self, serials: Iterable[str]) -> None:
        """Look after these insoles, in reach or not."""
        for serial in sorted(serials):
            if not self._knows(serial):
                self._watched.add(serial)
                self._watch(serial, partial(self._link, serial))

    async def run(self) -> None:
        """Look around until cancelled, or until there is a pair where no others are wanted."""
        while self._take_any or len(self._watched) < PAIR:
            try:
                async with self._radio:
                    found = await self._look()
            except LinkError:
                found = []  # no adapter, or it is switched off: tried again
            self.take(insole.serial or insole.serial_end for insole in found)
            await asyncio.sleep(LOOK_EVERY_S if len(self._watched) >= PAIR else FIRST_LOOKS_EVERY_S)

    def _knows(self, serial: str) -> bool:
        return any(serial.endswith(known) or known.endswith(serial) for known in self._watched)

    async def _link(self, serial: str) -> Link:
        async with self._radio:
            return await self._find(serial)


async def look_around() -> list[FoundInsole]:
    """The insoles that advertise now, on every radio of this computer.

    Raises:
        LinkError: no radio works.
    """
    found, _ = await find_insoles(targets.SCAN_S, radios(), quick=True)
    return found
