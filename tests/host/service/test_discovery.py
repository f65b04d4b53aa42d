"""Whom the service looks after: known insoles always, strangers only until there is a pair. Virtual time."""

import asyncio
from typing import Any, cast

from plantigrade.link.base import Link, LinkError
from plantigrade.link.discovery import FoundInsole
from plantigrade.service.discovery import InsolesInReach

from tests.host.bridge_kit.virtual_time import run_virtually


def advertised(serial_end: str) -> FoundInsole:
    return FoundInsole("address", "", "left", serial_end, 80, -60, 1, False, False, True, False, True)


class House:
    """What is in reach at each look around, and who is looked after in the end."""

    def __init__(self, *looks: list[str]) -> None:
        self.looks = list(looks)
        self.watched: list[str] = []
        self.count = 0

    async def look(self) -> list[FoundInsole]:
        self.count += 1
        names = self.looks[min(self.count, len(self.looks)) - 1]
        if names == ["no adapter"]:
            raise LinkError("no adapter")
        return [advertised(name) for name in names]

    def taken(self, *known: str, any_insole: bool = False) -> list[str]:
        async def course() -> None:
            found = InsolesInReach(
                lambda name, _link: self.watched.append(name), self.look, take_any=any_insole
            )
            found.take(known)
            task = asyncio.create_task(found.run())
            await asyncio.sleep(600)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        run_virtually(course())
        return self.watched


def test_with_a_known_pair_nobody_else_is_taken() -> None:
    house = House(["0000F1", "0000F2"])
    assert house.taken("AA00A1", "AA00A2") == ["AA00A1", "AA00A2"]
    assert house.count == 0, "nor looked for"


def test_at_the_first_start_a_pair_is_taken_even_if_it_comes_one_by_one() -> None:
    house = House([], ["0000A1"], ["0000A1", "0000A2"], ["0000F1"])
    assert house.taken() == ["0000A1", "0000A2"]


def test_strangers_are_taken_when_asked_for() -> None:
    house = House(["0000F1"], ["0000F2"])
    assert house.taken("AA00A1", "AA00A2", any_insole=True) == ["AA00A1", "AA00A2", "0000F1", "0000F2"]


def test_an_insole_is_known_by_the_end_of_its_serial_number() -> None:
    house = House(["0000A1", "0000A2"])
    assert house.taken("AB120000A1") == ["AB120000A1", "0000A2"]


def test_a_radio_that_fails_is_tried_again() -> None:
    assert House(["no adapter"], ["0000A1", "0000A2"]).taken() == ["0000A1", "0000A2"]


def test_one_link_is_looked_for_at_a_time() -> None:
    """Two scans at once hinder each other on many adapters."""
    busy: list[int] = []
    peak: list[int] = []

    async def find(serial: str) -> Link:
        busy.append(1)
        peak.append(len(busy))
        await asyncio.sleep(5)
        busy.pop()
        return cast(Any, serial)

    async def course() -> list[Any]:
        links: list[Any] = []
        InsolesInReach(lambda _name, link: links.append(link), House([]).look, find).take(["A1", "A2"])
        return await asyncio.gather(*(link() for link in links))

    assert run_virtually(course()) == ["A1", "A2"]
    assert max(peak) == 1
