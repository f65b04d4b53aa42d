"""Sessions of a library's accounts, without the way in: whoever has a token is signed in."""

from typing import Final

from plantigrade.library.catalogue.accounts.entries import Way
from plantigrade.library.catalogue.library import Library

BROWSER: Final = "tests of the pages"


def begin_session(library: Library, account: str) -> str:
    """Token of a new session of an account, as its cookie holds it."""
    return library.accounts.sessions.begin(account, Way.LINK, BROWSER, "127.0.0.1")
