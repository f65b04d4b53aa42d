"""The accounts of the library, as the frame of the pages asks for them."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from plantigrade.library.catalogue.audit import acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import DataKind
from plantigrade.web.accounts.door import NOBODY, Door
from plantigrade.web.accounts.limits import SignInLimits, network_of
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.per_library import PerLibrary
from plantigrade.web.site import SignedIn, Site

_FORM: Final = b"form token"
_LOGGED_EVERY_S: Final = 60.0
"""Of refusals for trying too often, one line a minute and address says it all."""
_TOO_OFTEN: Final = 429
_WITH_OTHERS: Final = frozenset({Role.CLINICIAN, Role.OWNER})


class PageAccounts:
    """Implements `web.site.Accounts` on a library.

    Args:
        library: open.
        utc_ns: the wall clock.

    Attributes:
        stored: the accounts as the library has them.
        door: lets people in.
    """

    def __init__(self, library: Library, utc_ns: Callable[[], int] = time.time_ns) -> None:
        self.stored = library.accounts
        self.door = Door(self.stored, SignInLimits())
        self._utc_ns = utc_ns
        self._logged: dict[str, float] = {}

    def signed_in(self, token: str, active: bool = True) -> SignedIn | None:
        """The session with this token; None when there is none, or it has ended."""
        found = self.stored.sessions.find(token, active, self._now())
        if found is None:
            return None
        of = found.account
        account = Account(of.name, of.roles, of.person)
        return SignedIn(account, form_token_of(token), of.language, of.theme, of.text_size)

    def shared_with(self, account: Account) -> frozenset[str]:
        """Codes of the people who share everything with this account now."""
        if not account.roles & _WITH_OTHERS:
            return frozenset()
        return self.stored.sharing.with_account(account.name, self._now())

    def kinds_shared_with(self, account: Account) -> Mapping[str, frozenset[DataKind]]:
        """The kinds of data that people share with this account now, by their codes."""
        if not account.roles & _WITH_OTHERS:
            return {}
        return self.stored.sharing.kinds(account.name, self._now())

    def note_refusal(self, account: Account | None, address: str, what: str, status: int) -> None:
        """Log that something was refused (ASVS 16.3.2)."""
        if status == _TOO_OFTEN and not self._is_due(network_of(address)):
            return
        with acting_as(NOBODY if account is None else account.person or account.name):
            self.stored.log.refused(None if account is None else account.name, address, what, status)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._utc_ns() / 1e9, UTC)

    def _is_due(self, address: str) -> bool:
        now = time.monotonic()
        self._logged = {key: at for key, at in self._logged.items() if now - at < _LOGGED_EVERY_S}
        if address in self._logged:
            return False
        self._logged[address] = now
        return True


def form_token_of(token: str) -> str:
    """What the forms of a session carry: made from its token, so that no database holds it."""
    return hmac.new(token.encode(), _FORM, hashlib.sha256).hexdigest()


_OF_LIBRARY: Final = PerLibrary[PageAccounts]()


def accounts_of(site: Site) -> PageAccounts:
    """The accounts of a site's library, with the limits that all its pages share."""
    if isinstance(site.accounts, PageAccounts):
        return site.accounts
    return _OF_LIBRARY.of(site.library, lambda: PageAccounts(site.library, site.utc_ns))
