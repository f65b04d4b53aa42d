"""What the pages of signing in share: who calls, where to go on, the cookie of a session."""

from datetime import UTC
from typing import Final

from plantigrade.library.catalogue.accounts.settings import limits_of
from plantigrade.web.accounts.door import Caller
from plantigrade.web.layout.navigation import first_page_of
from plantigrade.web.page import Redirect
from plantigrade.web.page_accounts import PageAccounts, accounts_of
from plantigrade.web.requests import cookie_name
from plantigrade.web.visit import Visit

LONGEST_PATH: Final = 500
_DOOR: Final = ("/sign-in", "/sign-out")


def door_of(visit: Visit) -> PageAccounts:
    """The accounts, and who lets people in."""
    return accounts_of(visit.site)


def caller_of(visit: Visit) -> Caller:
    """Who calls."""
    return Caller(visit.address, visit.browser, visit.now.astimezone(UTC))


def own_path(text: str) -> str:
    """A path of this site to go on to; "" for anything else, so that no link leads through here elsewhere.

    Example:
        >>> own_path("/walks?person=P001"), own_path("//evil.example"), own_path("https://evil.example")
        ('/walks?person=P001', '', '')
    """
    path = text.strip()
    if not path.startswith("/") or path.startswith("//") or len(path) > LONGEST_PATH:
        return ""
    if "\\" in path or not path.isprintable() or " " in path or path.startswith(_DOOR):
        return ""
    return path


def entered(visit: Visit, token: str, path: str = "") -> Redirect:
    """To the page that was asked for, with the cookie of the new session; an older session of this browser
    ends."""
    accounts = door_of(visit)
    if visit.token:
        accounts.stored.sessions.end(visit.token)
    signed_in = accounts.signed_in(token)
    if signed_in is None:
        return Redirect("/sign-in")
    lasts = limits_of(signed_in.account.roles).longest
    cookie = (cookie_name(visit.site.settings.secure), token, int(lasts.total_seconds()))
    return Redirect(path or first_page_of(signed_in.account), (cookie,))
