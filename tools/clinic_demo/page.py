"""The clinician's page, open in a real browser while the homes send: what it shows, how fast it answers."""

import re
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tools.clinic_demo.clinic import PATIENCE_S, Demo
from tools.web_pictures.taking import LOOKS, SETTLE_MS
from tools.web_site.browser import DESKTOP, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

TURN_MS: Final = 500
"""Between two looks at the open page, and two requests whose time is taken."""
COUNTS: Final = "#received [role=status]"
THERE: Final = re.compile(r"(\d+) (?:not opened yet|opened)")
OPENED: Final = "#received .tag:has-text('opened by')"


@dataclass
class Seen:
    """What was seen on the page.

    Attributes:
        first_s, all_s: seconds from when the homes began until the page showed the first recording, and all.
        states: what the line of counts said, each once, in order.
        answer_ms: how long the page took to answer meanwhile, asked for again and again.
        opened: the recording that was opened.
        shown_s: seconds from opening it until the page that stayed open said who opened it.
    """

    first_s: float = 0.0
    all_s: float = 0.0
    states: list[str] = field(default_factory=list[str])
    answer_ms: list[float] = field(default_factory=list[float])
    opened: str = ""
    shown_s: float = 0.0

    def lines(self) -> list[str]:
        """For people."""
        half, most = np.percentile(self.answer_ms, [50, 100])
        return [
            f"the open page showed the first verified recording after {self.first_s:.0f} s, "
            f"all after {self.all_s:.0f} s: {'; '.join(self.states)}",
            f"it answered {len(self.answer_ms)} times meanwhile: "
            f"{half:.0f} ms in the middle, {most:.0f} ms at most",
            f"one was opened in another tab; {self.shown_s:.0f} s later the open page said by whom",
        ]


def watch(demo: Demo, pictures: Path | None) -> tuple[Seen, list["subprocess.Popen[bytes]"]]:
    """Open the page, let all homes send, look until all is there, and open one recording."""
    with chromium() as browser, closing(_signed_in(browser, demo)) as context:
        page = context.new_page()
        page.goto(f"{demo.address}/people")
        camera = _Camera(browser, context, pictures)
        camera.take(page, "1-begin")
        seen, begun, senders = Seen(), time.monotonic(), demo.send_all()
        _look(page, demo, seen, begun, lambda: camera.take(page, "2-coming"))
        camera.take(page, "3-all-there")
        _open_one(context, page, seen, camera)
        camera.take(page, "5-opened")
    return seen, senders


def _signed_in(browser: "Browser", demo: Demo) -> "BrowserContext":
    width, height = DESKTOP
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = context.new_page()
    page.goto(demo.sign_in_link())
    page.locator("form button").first.click()
    page.wait_for_url(f"{demo.address}/people")
    page.close()
    return context


def _look(page: "Page", demo: Demo, seen: Seen, begun: float, while_they_come: Callable[[], None]) -> None:
    """At the page as it changes by itself, until all recordings are there."""
    wanted = 2 * demo.homes
    is_pictured = False
    while True:
        text = page.locator(COUNTS).inner_text()
        if not seen.states or text != seen.states[-1]:
            seen.states.append(text)
        there, now_s = sum(map(int, THERE.findall(text))), time.monotonic() - begun
        if there and not seen.first_s:
            seen.first_s = now_s
        if there and not is_pictured:
            is_pictured = True
            while_they_come()
        if there == wanted:
            seen.all_s = now_s
            return
        if now_s > PATIENCE_S:
            raise SystemExit(f"the page says: {text}")
        asked = time.monotonic()
        if not page.request.get(page.url).ok:
            raise SystemExit("the page does not answer")
        seen.answer_ms.append(1000 * (time.monotonic() - asked))
        page.wait_for_timeout(TURN_MS)


def _open_one(context: "BrowserContext", page: "Page", seen: Seen, camera: "_Camera") -> None:
    """In another tab; the first one goes on looking by itself."""
    link = page.locator("#received a.go").first.get_attribute("href") or ""
    seen.opened = link.removeprefix("/walks/").split("?")[0]
    other = context.new_page()
    other.goto(page.url.removesuffix("/people") + link)
    begun = time.monotonic()
    other.get_by_text("Opened first by").wait_for()
    camera.take(other, "4-recording")
    page.locator(OPENED).first.wait_for(timeout=1000 * PATIENCE_S)
    seen.shown_s = time.monotonic() - begun


@dataclass
class _Camera:
    """Takes a page as it stands open, and in all looks in windows of their own, which are signed in as the
    first one is and show what there is by then."""

    browser: "Browser"
    signed_in: "BrowserContext"
    folder: Path | None

    def take(self, open_page: "Page", name: str) -> None:
        """Pictures `NAME-open.png` and `NAME-LOOK.png`; none without a folder."""
        if self.folder is None:
            return
        open_page.screenshot(path=str(self.folder / f"{name}-open.png"), full_page=True)
        for look_name, look in LOOKS.items():
            options: dict[str, Any] = {
                "viewport": {"width": look.size[0], "height": look.size[1]},
                "color_scheme": "dark" if look.dark else "light",
                "reduced_motion": "reduce",
                "locale": "en-GB",
                "storage_state": self.signed_in.storage_state(),
            }
            with closing(self.browser.new_context(**options)) as context:
                page = context.new_page()
                page.goto(open_page.url, wait_until="load")
                page.wait_for_timeout(SETTLE_MS)
                page.screenshot(path=str(self.folder / f"{name}-{look_name}.png"), full_page=True)
