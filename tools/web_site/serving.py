"""The pages on a loopback port, beside a service without insoles, in a thread of their own."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import uvicorn
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import AlertKey, ns_of
from plantigrade.service.assembly import Assembly
from plantigrade.service.events import AlertClass
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.server import Pages
from plantigrade.web.site import Site, SiteSettings
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tools.in_thread import in_thread
from tools.web_site.filled import Filled, begin, fill
from tools.web_site.signed_in import begin_session

START_S: Final = 30.0
"""So long may a server take to listen on a busy computer."""


@dataclass
class Served:
    """Pages that are served.

    Attributes:
        url: of the site, without a slash at the end.
        library: what they show.
        filled: what is in it.
        assembly: the service beside them, without insoles.
        loop: in which it runs.
        tokens: of a session of each role.
    """

    url: str
    library: Library
    filled: Filled
    assembly: Assembly
    loop: asyncio.AbstractEventLoop
    tokens: dict[Role, str] = field(default_factory=dict[Role, str])

    def raise_alert(self, rule: str, foot: str, severity: Severity, minutes_ago: float = 12.0) -> None:
        """An alert of the main person, as the live analysis raises it."""

        async def raised() -> None:
            book = await self.assembly.live.book("P001")
            onset = datetime.now(UTC) - timedelta(minutes=minutes_ago)
            book.raised(AlertKey(rule, foot, ns_of(onset)), severity, AlertClass.LIVE)
            await book.flush()

        asyncio.run_coroutine_threadsafe(raised(), self.loop).result(START_S)


@dataclass
class HeardPages(Pages):
    """Pages whose answers are heard of.

    Attributes:
        on_status: hears the status of every answer.
    """

    on_status: Callable[[int], None] = lambda status: None

    def _config(self, site: Site) -> uvicorn.Config:
        config = super()._config(site)
        answer = cast(ASGIApp, config.__dict__["loaded_app"])  # uvicorn does not say what it is

        async def heard(scope: Scope, receive: Receive, send: Send) -> None:
            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.on_status(message["status"])
                await send(message)

            await answer(scope, receive, noted)

        config.loaded_app = cast(Any, heard)
        return config


@contextmanager
def served(
    folder: Path, empty: bool = False, on_status: Callable[[int], None] | None = None
) -> Generator[Served]:
    """Fill a library and serve it until the end of the block.

    Args:
        folder: for the library; must not exist.
        empty: as on the first day, instead of after some weeks.
        on_status: hears the status of every answer, in the thread of the server.
    """
    with Library(folder) as library:
        filled = begin(library) if empty else fill(library, datetime.now(UTC))
        assembly = Assembly(library)
        site = Site(library, PageAccounts(library), assembly, settings=SiteSettings(port=0))
        pages = Pages(site) if on_status is None else HeardPages(site, on_status=on_status)
        with in_thread(partial(_served, pages), "pages", START_S) as loop:
            made = Served(f"http://127.0.0.1:{pages.port}", library, filled, assembly, loop)
            made.tokens = {role: begin_session(library, name) for role, name in filled.accounts.items()}
            if not empty:
                made.raise_alert("prolonged-standing", "both", Severity.NOTICE)
                made.raise_alert("low-arch", "left", Severity.WARNING, minutes_ago=40.0)
            yield made


@asynccontextmanager
async def _served(pages: Pages) -> AsyncGenerator[asyncio.AbstractEventLoop]:
    """The pages until the end of the block, in the loop that it gives."""
    serving, started = asyncio.create_task(pages.run()), asyncio.create_task(pages.started.wait())
    try:
        await asyncio.wait({serving, started}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        yield asyncio.get_running_loop()
    finally:
        for task in (serving, started):
            task.cancel()
        await asyncio.wait({serving, started})
