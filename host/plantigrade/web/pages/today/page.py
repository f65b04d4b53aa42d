"""`/`: is there something to do, and how is today against usual?"""

from typing import Final

from plantigrade.web.accounts.rights import Action
from plantigrade.web.page import Answer, Page, Shown
from plantigrade.web.visit import Visit


def show(visit: Visit) -> Answer:
    """The page."""
    return Shown("pages/today/today.html", {"person": visit.subject})


PAGE: Final = Page("today", "/", Action.SEE, show)
