"""Sessions of a library's accounts, without the way in: whoever has a token is signed in."""

from dataclasses import dataclass
from typing import Final

from plantigrade.library.catalogue.accounts.codes import digest
from plantigrade.library.catalogue.accounts.entries import Way
from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.site import SignedIn

BROWSER: Final = "tests of the pages"


def begin_session(library: Library, account: str) -> str:
    """Token of a new session of an account, as its cookie holds it."""
    return library.accounts.sessions.begin(account, Way.LINK, BROWSER, "127.0.0.1")


@dataclass(frozen=True)
class LibrarySessions:
    """Who is signed in, by the library's sessions."""

    library: Library

    def signed_in(self, token: str, active: bool = True) -> SignedIn | None:
        """The session with this token."""
        found = self.library.accounts.sessions.find(token, active)
        if found is None:
            return None
        stored = found.account
        account = Account(stored.name, frozenset(Role(role.value) for role in stored.roles), stored.person)
        form_token = digest(f"{token} of forms")
        return SignedIn(account, form_token, stored.language, stored.theme, stored.text_size)

    def shared_with(self, account: Account) -> frozenset[str]:
        """Codes of the people who share everything."""
        return self.library.accounts.sharing.with_account(account.name)

    def note_refusal(self, account: Account | None, address: str, what: str, status: int) -> None:
        """Refusals are not looked at here."""
