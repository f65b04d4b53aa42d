"""What the demo and the tests stand on: two virtual insoles, the page served, a phone's browser."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from plantigrade.firmware_image.build import HOST_ARCHITECTURE, FirmwareBuild
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.pair import PairOptions, VirtualPair
from plantigrade.twin.radio.client import RadioAddress
from plantigrade.web.phone import routes
from plantigrade.web.security.headers import PHONE, POLICY_ADDITIONS, SecurityHeaders
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tools.phone_demo.cable import SHIM, cable_route
from tools.phone_demo.devtools import DevTools, Json, Tab, browser
from tools.phone_demo.phone_radio import PhoneRadio
from tools.served_app import served_app

SIDES: Final = ("left", "right")
EXPERIMENTAL: Final = "Web Bluetooth is experimental on this platform."
"""What Chromium says on Linux, where the tests run; on Android it does not."""
HOLD_S: Final = 4.5
LANGUAGE: Final = "--lang=en-GB"


@dataclass(frozen=True)
class Versions:
    """Parts of another version than this one, as it was built; None: of this one.

    Attributes:
        page: folder that its `plantigrade phone` wrote.
        firmware: its compiled firmware, the folder of its `build_firmware`.
    """

    page: Path | None = None
    firmware: Path | None = None

    def build(self) -> FirmwareBuild | None:
        """The firmware for a virtual board; None for that of this version."""
        if self.firmware is None:
            return None
        return FirmwareBuild(HOST_ARCHITECTURE, self.firmware, "of another version")


THIS_VERSION: Final = Versions()


class _PageOfFolder(StaticFiles):
    """A page that `plantigrade phone` wrote, with the headers of ours."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers[POLICY_ADDITIONS] = PHONE
        return answer


@asynccontextmanager
async def served(page: Path | None = None, cables: Mapping[str, str] | None = None) -> AsyncGenerator[str]:
    """The page as `plantigrade run` serves it, with the same headers; its address.

    Args:
        page: folder of another version's page.
        cables: the insoles' serial ports by side, for the replaced ports of `cable.SHIM`.
    """
    paths: list[BaseRoute] = list(routes.ROUTES)
    if page is not None:
        paths = [Mount(routes.PATH, _PageOfFolder(directory=page, html=True))]
    paths.append(cable_route({} if cables is None else cables))
    app = Starlette(routes=paths, middleware=[Middleware(SecurityHeaders)])
    async with served_app(app) as port:
        yield f"http://localhost:{port}{routes.PATH}/"


@dataclass
class Phone:
    """A phone's browser with the page open.

    Attributes:
        tools, tab: the browser and its page.
        radio: of the phone.
        complaints: of the browser: errors of scripts, and what the policy has blocked.
    """

    tools: DevTools
    tab: Tab
    radio: PhoneRadio
    url: str
    complaints: list[str] = field(default_factory=list[str])

    async def open(self) -> None:
        """Open the page and wait until it is ready."""
        self.tab.on["Runtime.exceptionThrown"] = lambda event: self.complaints.append(
            str(event["exceptionDetails"].get("exception", {}).get("description", event))
        )
        self.tab.on["Log.entryAdded"] = self._note
        await self.tab.open(self.url)
        await self.ready()

    def _note(self, event: Json) -> None:
        text = f"{event['entry']['text']} {event['entry'].get('url', '')}"
        if not text.startswith(EXPERIMENTAL):
            self.complaints.append(text)

    async def ready(self) -> None:
        """Wait until the page is ready."""
        await self.tab.until("document.documentElement?.dataset.ready === 'yes'")

    async def connect(self, address: str) -> None:
        """Tap the button and choose an insole."""
        self.radio.choose(address)
        before = await self.tab.run("window.plantigradePhone.connected.length")
        await self.tap("big" if before == 0 else "second")
        await self.tab.until(f"window.plantigradePhone.connected.length > {before}")

    async def tap(self, button: str) -> None:
        """Tap a button, by its identifier, once it can be tapped."""
        await self.tab.until(
            f"(one => !one.hidden && !one.disabled && one)(document.getElementById('{button}'))?.id"
        )
        await self.tab.run(f"document.getElementById('{button}').click()")

    async def page(self, expression: str, timeout_s: float = 60.0) -> Any:
        """The value of an expression about the page's own state."""
        return await self.tab.run(f"(async (page) => ({expression}))(window.plantigradePhone)", timeout_s)


@asynccontextmanager
async def phone(
    profile: Path, radio: PhoneRadio, url: str, options: Sequence[str] = (), private: bool = False
) -> AsyncGenerator[Phone]:
    """A phone with the page open, in a private window if asked for."""
    async with browser(profile, LANGUAGE, *options) as tools:
        tab = await tools.tab(private)
        await radio.join(tools, tab)
        await tab.send("Page.addScriptToEvaluateOnNewDocument", source=SHIM)
        opened = Phone(tools, tab, radio, url)
        await opened.open()
        try:
            yield opened
        finally:
            await radio.part()


@asynccontextmanager
async def insoles(
    feeds: dict[str, Path],
    folder: Path,
    keys: dict[str, tuple[bytes, bytes]] | None = None,
    versions: Versions = THIS_VERSION,
) -> AsyncGenerator[VirtualPair]:
    """Two virtual insoles that walk.

    Args:
        feeds: by side.
        folder: keeps their flash.
        keys: device key and log key of each side; None for open insoles.
        versions: of their firmware.
    """
    options = PairOptions(keys=keys or {}, firmware=versions.build())
    async with VirtualPair(feeds["left"], feeds["right"], directory=folder, options=options) as pair:
        yield pair


async def hold_buttons(pair: VirtualPair) -> None:
    """Hold both insoles' buttons until they take a new phone, for a minute."""
    await asyncio.gather(*(_hold(board) for board in pair.boards.values()))


async def _hold(board: VirtualBoard) -> None:
    board.hold_boot_button(True)
    await asyncio.sleep(HOLD_S)
    board.hold_boot_button(False)


def phone_radio(pair: VirtualPair, folder: Path) -> PhoneRadio:
    """The radio of a phone with bonds of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    at = pair.radio
    return PhoneRadio(RadioAddress(at.host, at.port, folder / "bonds.json"))
