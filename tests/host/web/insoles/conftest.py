"""A service that has heard of two insoles and is connected to none, and a site beside it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from plantigrade.bridge.insole import Identity
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import Link, LinkError
from plantigrade.service.assembly import Assembly
from plantigrade.web.site import Site

from tests.host.web.conftest import NOW_NS, KnownAccounts
from tools.in_thread import loop_in_thread

LEFT, RIGHT = "00000A50477A3F01", "00000A50477A3F02"
SINCE = datetime(2026, 3, 1, tzinfo=UTC)


async def _out_of_reach() -> Link:
    raise LinkError("out of reach")


@dataclass
class Running:
    """A service that has heard of both insoles and is connected to none."""

    assembly: Assembly
    loop: asyncio.AbstractEventLoop

    def read_people(self) -> None:
        asyncio.run_coroutine_threadsafe(self.assembly.service.people_changed(), self.loop).result()


@pytest.fixture
def running(library: Library) -> Iterator[Running]:
    """The left insole is P001's."""

    async def assemble() -> Assembly:
        made = Assembly(library)
        for side, serial in (("left", LEFT), ("right", RIGHT)):
            made.service.watch_insole(side, _out_of_reach)
            made.service.collectors[side].insole.identity = Identity(serial, side, "0.1.0", 1, 1, 2, 10_000)
        return made

    library.record("P001").insoles.assign(LEFT, SINCE)
    with loop_in_thread() as loop:
        made = Running(asyncio.run_coroutine_threadsafe(assemble(), loop).result(), loop)
        made.read_people()
        yield made


@pytest.fixture
def site(library: Library, accounts: KnownAccounts, running: Running) -> Site:
    return Site(library, accounts, running.assembly, running.loop, utc_ns=lambda: NOW_NS)
