"""The pictures that README and docs show: which page, in which look, under which name."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plantigrade.library.catalogue.accounts.entries import Role

from tools.web_pictures.taking import LOOKS, SETTLE_MS
from tools.web_site.browser import signed_in
from tools.web_site.openings import Opening
from tools.web_site.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "pages"
MOST_BYTES: Final = 100_000
"""Of a picture in the documentation: a page of them opens at once."""
COLOURS: Final = 128


@dataclass(frozen=True)
class DocsPicture:
    """A picture of the documentation.

    Attributes:
        name: of the file, without ending.
        opening: the page.
        look: name of one of `LOOKS`.
        height: in pixels that are shown of the page.
    """

    name: str
    opening: Opening
    look: str
    height: int

    @property
    def path(self) -> Path:
        """The file."""
        return FOLDER / f"{self.name}.png"


PICTURES: Final = (
    DocsPicture("today", Opening("today", Role.PATIENT, "/"), "390-light", 844),
    DocsPicture("alerts", Opening("alerts", Role.PATIENT, "/alerts"), "390-dark", 844),
    DocsPicture("diary", Opening("diary", Role.PATIENT, "/diary"), "390-light", 844),
    DocsPicture("what-helps", Opening("what-helps", Role.PATIENT, "/what-helps"), "390-light", 844),
    DocsPicture(
        "walk", Opening("walk", Role.CLINICIAN, "/walks/{id}", recording="analysed"), "1280-light", 900
    ),
    DocsPicture("people", Opening("people", Role.CLINICIAN, "/people"), "1280-light", 760),
    DocsPicture("person", Opening("person", Role.CLINICIAN, "/people/{code}"), "1280-light", 900),
)


def take_for_docs(browser: "Browser", site: Served, pictures: tuple[DocsPicture, ...] = PICTURES) -> None:
    """Take the pictures of the documentation; in few colours, so that they stay small."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        with signed_in(browser, site, picture.opening.role, LOOKS[picture.look]) as context:
            page = context.new_page()
            page.goto(picture.opening.address(site.filled), wait_until="load")
            page.wait_for_timeout(SETTLE_MS)
            width = LOOKS[picture.look].size[0]
            shown = page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": picture.height})
        picture.path.write_bytes(small(shown))


def small(png: bytes) -> bytes:
    """The same picture in fewer colours."""
    from PIL import Image

    made = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()
