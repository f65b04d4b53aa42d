"""`/sign-in/LINK`: a one-time link, which signs in or begins the first run. Looking at it does not use it."""

from typing import Final

from plantigrade.library.catalogue.accounts.entries import LinkKind
from plantigrade.web.accounts.door import SignInError, WaitError
from plantigrade.web.entering import caller_of, door_of, entered, own_path
from plantigrade.web.page import Answer, Form, Page, Shown
from plantigrade.web.pages.first_run.who import begin, who_are_you
from plantigrade.web.visit import Visit

_TEMPLATE: Final = "pages/sign_in_link/sign_in_link.html"
_LONGEST: Final = 100


def show(visit: Visit) -> Answer:
    """The button, or the first question of the first run."""
    try:
        link = door_of(visit).door.look_at_link(visit.parts["link"][:_LONGEST], caller_of(visit))
    except WaitError as error:
        door_of(visit).note_refusal(None, visit.address, "/sign-in/{link}", 429)
        return Shown(_TEMPLATE, {"link": None, "seconds": error.seconds}, 429)
    if link is None:
        return Shown(_TEMPLATE, {"link": None, "seconds": 0}, 410)
    if link.kind is LinkKind.FIRST_RUN:
        return who_are_you(visit)
    return Shown(_TEMPLATE, {"link": link, "seconds": 0, "next": own_path(visit.query.get("next", ""))})


def use(visit: Visit) -> Answer:
    """Sign in."""
    try:
        token = door_of(visit).door.by_link(visit.parts["link"][:_LONGEST], caller_of(visit))
    except WaitError as error:
        return Shown(_TEMPLATE, {"link": None, "seconds": error.seconds}, 429)
    except SignInError:
        return Shown(_TEMPLATE, {"link": None, "seconds": 0}, 410)
    return entered(visit, token, own_path(visit.form.get("next", "")))


PAGE: Final = Page(
    "sign-in-link",
    "/sign-in/{link}",
    None,
    show,
    forms=(Form("use", use, None), Form("begin", begin, None)),
)
