"""Pages as pictures, and all of them on one sheet."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.web_site.browser import DESKTOP, PHONE, Look, signed_in
from tools.web_site.openings import Opening
from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOOKS: Final = {
    "390-light": Look(PHONE),
    "390-dark": Look(PHONE, dark=True),
    "1280-light": Look(DESKTOP),
    "1280-dark": Look(DESKTOP, dark=True),
}
SETTLE_MS: Final = 150
"""Charts and the live map draw themselves after the page was loaded."""


@dataclass(frozen=True)
class Picture:
    """A page as it was taken.

    Attributes:
        opening: the page, who opened it and in which state.
        look: name of how it was looked at.
        path: of the file.
    """

    opening: Opening
    look: str
    path: Path


def take(
    browser: "Browser", site: Served, openings: Sequence[Opening], looks: Sequence[str], folder: Path
) -> Iterator[Picture]:
    """Take pages of one site, whole from top to end."""
    for opening in openings:
        for name in looks:
            target = folder / f"{opening}-{name}.png"
            with signed_in(browser, site, opening.role, LOOKS[name]) as context:
                page = context.new_page()
                page.goto(opening.address(site.filled), wait_until="load")
                page.wait_for_timeout(SETTLE_MS)
                page.screenshot(path=str(target), full_page=True)
            yield Picture(opening, name, target)


def contact_sheet(pictures: Sequence[Picture], target: Path) -> None:
    """All pictures in one HTML file, a row for each page."""
    rows: dict[str, list[Picture]] = {}
    for picture in pictures:
        rows.setdefault(str(picture.opening), []).append(picture)
    parts = ["<!doctype html><meta charset=utf-8><title>Pages</title><style>", SHEET, "</style>"]
    for name, found in rows.items():
        shown = "".join(
            f'<a href="{html.escape(one.path.name)}"><img loading=lazy src="{html.escape(one.path.name)}"'
            f' alt="{html.escape(name)}, {one.look}"></a>'
            for one in found
        )
        parts.append(f"<h2>{html.escape(name)}</h2><div>{shown}</div>")
    target.write_text("\n".join(parts), "utf-8")


SHEET: Final = (
    "body{font:14px sans-serif}div{display:flex;gap:8px;align-items:start}img{height:420px;max-width:640px}"
)
