"""`/offline`: what the installed app shows while its computer cannot be reached, with no data."""

from typing import Final

from plantigrade.web.page import Answer, Page, Shown
from plantigrade.web.visit import Visit


def show(visit: Visit) -> Answer:
    """The page, the same for everybody."""
    del visit
    return Shown("pages/offline/offline.html")


PAGE: Final = Page("offline", "/offline", None, show)
