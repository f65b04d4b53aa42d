"""`/sign-out`: ends the session on the server, removes its cookie, has the browser forget what it kept."""

from typing import Final

from plantigrade.web.entering import door_of
from plantigrade.web.page import Answer, Form, Page, Redirect
from plantigrade.web.requests import cookie_name
from plantigrade.web.visit import Visit


def show(_visit: Visit) -> Answer:
    """Nothing: an address that is opened signs nobody out (ASVS 3.5.3)."""
    return Redirect("/")


def sign_out(visit: Visit) -> Answer:
    """End the session."""
    if visit.token:
        door_of(visit).stored.sessions.end(visit.token)
    return Redirect("/sign-in", ((cookie_name(visit.site.settings.secure), "", 0),), forget=True)


PAGE: Final = Page("sign-out", "/sign-out", None, show, forms=(Form("", sign_out, None),))
