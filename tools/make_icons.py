"""The icons of the installed app as PNG, drawn by Chromium from icon.svg.

python -m tools.make_icons
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from plantigrade.web.assets import FOLDER

from tools.web_site.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZES: Final = {"icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512}
MASKABLE: Final = "icon-maskable-512.png"
MASKABLE_SIZE: Final = 512
INSIDE: Final = "matrix(.78 0 0 .78 7.04 7.04)"
"""Browsers cut circles out of maskable icons: the picture lies in the middle."""


def draw(browser: "Browser", svg: str, size: int, target: Path) -> None:
    """Draw a picture of 64 by 64 at a size."""
    with browser.new_context(viewport={"width": size, "height": size}) as context:
        page = context.new_page()
        page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:100vw}}</style>{svg}")
        page.screenshot(path=str(target), omit_background=True)


def main() -> None:
    """Draw all."""
    svg = (FOLDER / "icon.svg").read_text("utf-8")
    square = svg.replace('rx="14"', "").replace("<g transform=", f'<g transform="{INSIDE}"><g transform=', 1)
    square = square.replace("</svg>", "</g></svg>")
    with chromium() as browser:
        for name, size in SIZES.items():
            draw(browser, svg, size, FOLDER / "pwa" / name)
        draw(browser, square, MASKABLE_SIZE, FOLDER / "pwa" / MASKABLE)


if __name__ == "__main__":
    main()
