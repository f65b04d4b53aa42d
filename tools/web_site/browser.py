"""Debian's Chromium, driven by playwright, on our pages."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.web.requests import COOKIE

from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

REQUIRED: Final = "PLANTIGRADE_BROWSER_REQUIRED"
"""Set where a missing browser is a fault and no reason to skip: in CI."""
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
PHONE: Final = (390, 844)
DESKTOP: Final = (1280, 900)
NARROW: Final = (320, 640)


def find_chromium() -> Path | None:
    """The browser of this computer; None where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return None if found is None else Path(found)


@contextmanager
def chromium() -> Generator["Browser"]:
    """A browser without a window.

    Raises:
        FileNotFoundError: there is none.
    """
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        raise FileNotFoundError("there is no Chromium here; on Debian `tools/browser/install` installs it")
    # As root there is no sandbox to be had; the browser sees nothing but our own pages.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(path), args=options)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Look:
    """How a reader looks at the pages.

    Attributes:
        size: width and height of the window.
        dark: whether the system asks for dark colours.
        script: whether JavaScript runs.
    """

    size: tuple[int, int] = DESKTOP
    dark: bool = False
    script: bool = True


def signed_in(browser: "Browser", site: Served, role: Role | None, look: Look) -> "BrowserContext":
    """A window of an account with this role; None: nobody is signed in."""
    width, height = look.size
    options: dict[str, Any] = {
        "viewport": {"width": width, "height": height},
        "color_scheme": "dark" if look.dark else "light",
        "java_script_enabled": look.script,
        "reduced_motion": "reduce",
        "locale": "en-GB",
        "base_url": site.url,
    }
    context = browser.new_context(**options)
    if role is not None:
        token = site.tokens[role]
        context.add_cookies(
            [{"name": COOKIE, "value": token, "url": site.url, "httpOnly": True, "sameSite": "Lax"}]
        )
    return context
