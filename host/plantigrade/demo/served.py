"""The service with its pages on the stage of the demo: a library for the length of the run, a person, an
account, and a link that signs it in once.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from plantigrade.demo.stage import Stage
from plantigrade.errors import MissingPartError
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.link.base import Link
from plantigrade.link.ble import BleLink
from plantigrade.service.assembly import Assembly
from plantigrade.service.settings import ServiceSettings

try:
    from plantigrade.library.catalogue.accounts.entries import Role
    from plantigrade.web.server import Pages
    from plantigrade.web.starting import Reach, pages_of
except ModuleNotFoundError as error:
    raise MissingPartError("the pages of the demo", "web", error.name or "starlette") from error

PERSON: Final = "P001"
ACCOUNT: Final = "demo"
SHOE_SIZE_EU: Final = 42.0
LINK: Final = "/sign-in/"
STARTED_S: Final = 20.0
FULL_LOADS: Final = 1.0
"""Mean force of both feet over a walk, as a share of body weight: what goes up comes down."""
STANDARD_GRAVITY: Final = 9.80665


@dataclass(frozen=True)
class Served:
    """What runs while the demo is shown in the browser.

    Attributes:
        library: of this run alone.
        assembly: the service with its parts.
        pages: the server of the pages.
    """

    library: Library
    assembly: Assembly
    pages: Pages

    def link(self) -> str:
        """An address that signs the person in, once; a new one each time."""
        return f"{self.pages.url}{LINK}{self.library.accounts.links.make(ACCOUNT)}"


@asynccontextmanager
async def served(scene: Stage, port: int = 0) -> AsyncGenerator[Served]:
    """Start service and pages on the stage; all of it ends with the context, the library is removed.

    Args:
        scene: the walk, the insoles and the radio.
        port: of the pages; 0 for a free one.

    Raises:
        PlantigradeError: the pages cannot be served.
    """
    with (
        tempfile.TemporaryDirectory(prefix="plantigrade-demo-") as folder,
        _library(folder, scene) as library,
    ):
        links = {side: partial(_link, scene, side) for side in scene.sightings}
        settings = ServiceSettings(stay_connected=True)
        assembly = Assembly(library, settings=settings, links=links)
        pages = pages_of(library, assembly, Reach(port))
        tasks: list[asyncio.Task[None]] = [
            asyncio.create_task(assembly.run()),
            asyncio.create_task(pages.run()),
        ]
        started = asyncio.create_task(_started(pages))
        try:
            async with asyncio.timeout(STARTED_S):
                await asyncio.wait([*tasks, started], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
            yield Served(library, assembly, pages)
        finally:
            assembly.service.stop()
            for task in (started, tasks[1]):
                task.cancel()
            await asyncio.gather(*tasks, started, return_exceptions=True)


async def _started(pages: Pages) -> None:
    await pages.started.wait()


async def _link(scene: Stage, side: str) -> Link:
    return BleLink(scene.sightings[side].device, backend=scene.radio.client)


def _library(folder: str, scene: Stage) -> Library:
    """With the person whose insoles these are, and the account that looks at them."""
    library = Library(Path(folder) / "data")
    walk = scene.walk
    weight_n = float((walk.left.sum(axis=1) + walk.right.sum(axis=1)).mean()) / FULL_LOADS
    with acting_as(SERVICE):
        library.add_person(
            Person(PERSON, shoe_size_eu=SHOE_SIZE_EU, weight_kg=round(weight_n / STANDARD_GRAVITY, 1))
        )
        since = datetime.now(UTC)
        for sighting in scene.sightings.values():
            library.record(PERSON).insoles.assign(sighting.insole.serial_end, since)
        library.accounts.register.add(ACCOUNT, {Role.OWNER, Role.PATIENT}, PERSON)
    return library
