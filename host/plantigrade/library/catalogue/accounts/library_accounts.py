"""All that a library holds of accounts, in one place."""

from typing import Any, Final

import sqlalchemy as sa

from plantigrade.library.catalogue.account_tables import AccountRow
from plantigrade.library.catalogue.accounts.invitations import InvitationRegister
from plantigrade.library.catalogue.accounts.links import LinkRegister
from plantigrade.library.catalogue.accounts.passkeys import PasskeyRegister
from plantigrade.library.catalogue.accounts.register import AccountRegister
from plantigrade.library.catalogue.accounts.sessions import SessionRegister
from plantigrade.library.catalogue.accounts.sharing import Sharing
from plantigrade.library.catalogue.accounts.sign_in_log import SignInLog
from plantigrade.library.catalogue.queries import person_row
from plantigrade.library.catalogue.store import Store

SCHEMA: Final = "plantigrade.accounts-of-person/1"


class LibraryAccounts:
    """Accounts and what belongs to them.

    Args:
        store: the database of the library.

    Attributes:
        register: the accounts themselves, with passwords and second factors.
        sessions: who is signed in.
        links: one-time links.
        passkeys: passkeys and their challenges.
        sharing: who shares data with whom.
        invitations: by which people begin to share.
        log: sign-ins and refusals.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.register = AccountRegister(store)
        self.sessions = SessionRegister(store)
        self.links = LinkRegister(store)
        self.passkeys = PasskeyRegister(store)
        self.sharing = Sharing(store)
        self.invitations = InvitationRegister(store)
        self.log = SignInLog(store)

    def of_person(self, code: str) -> dict[str, Any]:
        """What accounts hold of a person, for the export: no secrets, and nothing of other accounts.

        Raises:
            UnknownPersonError: there is no such person.
        """
        with self._store.read() as session:
            about = person_row(session, code)
            names = list(session.scalars(sa.select(AccountRow.name).where(AccountRow.person_id == about.id)))
        return {
            "schema": SCHEMA,
            "person": code,
            "accounts": [self._of_account(name) for name in sorted(names)],
            "invitations": [
                {
                    "label": one.label,
                    "data": [kind.value for kind in one.data],
                    "made_utc": one.made_utc.isoformat(),
                    "until_utc": None if one.until_utc is None else one.until_utc.isoformat(),
                    "taken_utc": None if one.taken_utc is None else one.taken_utc.isoformat(),
                }
                for one in self.invitations.of(code)
            ],
        }

    def _of_account(self, name: str) -> dict[str, Any]:
        account = self.register.get(name)
        return {
            "name": account.name,
            "roles": sorted(account.roles),
            "created_utc": account.created_utc.isoformat(),
            "language": account.language,
            "theme": account.theme,
            "text_size": account.text_size,
            "password": account.has_password,
            "authenticator_app": account.has_totp,
            "passkeys": [key.name for key in self.passkeys.of(name)],
            "sessions": [
                {
                    "created_utc": one.created_utc.isoformat(),
                    "seen_utc": one.seen_utc.isoformat(),
                    "way": one.way.value,
                    "browser": one.browser,
                    "address": one.address,
                }
                for one in self.sessions.of(name)
            ],
        }
