"""Signing in: by password and app, by passkey, by one-time link. What is wrong is never told apart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.accounts.entries import AccountSession, Link, LinkKind, Way
from plantigrade.library.catalogue.accounts.library_accounts import LibraryAccounts
from plantigrade.library.catalogue.accounts.settings import PROOF_LASTS
from plantigrade.library.catalogue.audit import acting_as
from plantigrade.web.accounts.limits import SignInLimits
from plantigrade.web.accounts.one_time_codes import DIGITS, step_of
from plantigrade.web.accounts.passkeys import PasskeyError, Passkeys
from plantigrade.web.accounts.passwords import matches

NOBODY: Final = "nobody signed in"


class SignInError(PlantigradeError):
    """Signing in failed; says nothing about accounts."""


class WaitError(PlantigradeError):
    """Too many tries.

    Attributes:
        seconds: to wait before the next.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s and try again")
        self.seconds = seconds


@dataclass(frozen=True)
class Caller:
    """Who asks, as far as it is known before signing in.

    Attributes:
        address: of the browser.
        browser: what it says of itself.
        now: the time.
    """

    address: str
    browser: str
    now: datetime


class Door:
    """Lets people in.

    Args:
        accounts: of the library.
        limits: how often somebody may try.
    """

    def __init__(self, accounts: LibraryAccounts, limits: SignInLimits) -> None:
        self._accounts, self._limits = accounts, limits

    def by_password(self, name: str, password: str, code: str, caller: Caller) -> str:
        """The token of a new session, for the right password and the right code: of the app, or for recovery.

        Raises:
            SignInError: something is wrong; it says the same whatever it is.
            WaitError: too many tries.
            BusyError: too many people sign in at this moment.
        """
        self.check_tries(name, caller.address)
        if not self.proves(name, password, code, caller):
            with acting_as(NOBODY):
                self._accounts.log.failed(name, caller.address, "by password")
            raise SignInError("name, password or code is not right")
        return self.let_in(name, Way.PASSWORD, caller)

    def by_passkey(self, credential: str, passkeys: Passkeys, caller: Caller) -> str:
        """The token of a new session, for the right answer of a passkey.

        Raises:
            SignInError: the answer is not right.
            WaitError: too many tries.
        """
        self.check_tries("", caller.address)
        try:
            key = passkeys.check(credential)
        except PasskeyError as error:
            with acting_as(NOBODY):
                self._accounts.log.failed("", caller.address, "by passkey")
            raise SignInError(str(error)) from error
        return self.let_in(key.account, Way.PASSKEY, caller)

    def look_at_link(self, secret: str, caller: Caller) -> Link | None:
        """What a link is for, without using it; None where it was used or has expired.

        Raises:
            WaitError: too many tries.
        """
        found = self._accounts.links.look(secret, caller.now)
        if found is None:
            self.check_tries("", caller.address)
        return found

    def by_link(self, secret: str, caller: Caller) -> str:
        """The token of a new session, for a link that was not used.

        Raises:
            SignInError: it was used, has expired, or is that of a first run.
            WaitError: too many tries.
        """
        self.check_tries("", caller.address)
        links = self._accounts.links
        found = links.look(secret, caller.now)
        if found is None or found.kind is not LinkKind.SIGN_IN or links.use(secret, caller.now) is None:
            with acting_as(NOBODY):
                self._accounts.log.failed("", caller.address, "by link")
            raise SignInError("this link was used or has expired")
        return self.let_in(found.account, Way.LINK, caller)

    def proves(self, name: str, password: str, code: str, caller: Caller) -> bool:
        """Whether password and second factor are those of an account; the code is used up.

        Raises:
            BusyError: too many people sign in at this moment.
        """
        register = self._accounts.register
        right = matches(register.password_hash(name), password)
        secret = register.totp_secret(name)
        step = None if secret is None else step_of(secret, code, caller.now.timestamp())
        if not right or secret is None:
            return False
        if step is not None:
            return register.use_totp_step(name, step)
        return len(code.strip()) > DIGITS and register.use_recovery_code(name, code)

    def prove_again(
        self, session: AccountSession, token: str, password: str, code: str, caller: Caller
    ) -> None:
        """Show again who it is, before something that matters is changed (ASVS 7.5.1).

        Raises:
            SignInError: password or code is not right.
            WaitError: too many tries.
            BusyError: too many people sign in at this moment.
        """
        name = session.account.name
        self.check_tries(name, caller.address)
        if not self.proves(name, password, code, caller):
            self._accounts.log.failed(name, caller.address, "again, by password")
            raise SignInError("password or code is not right")
        self._limits.succeeded(name, caller.address)
        self._accounts.sessions.prove(token, caller.now)

    def check_tries(self, name: str, address: str) -> None:
        """Count a try.

        Raises:
            WaitError: there were too many.
        """
        seconds = self._limits.wait_s(name, address)
        if seconds:
            raise WaitError(seconds)

    def let_in(self, name: str, way: Way, caller: Caller) -> str:
        """The token of a new session of an account whose holder has shown who it is.

        Raises:
            LibraryError: the account is gone or shut.
        """
        account = self._accounts.register.get(name)
        self._limits.succeeded(name, caller.address)
        with acting_as(account.person or account.name):
            return self._accounts.sessions.begin(
                account.name, way, caller.browser, caller.address, caller.now
            )


def is_proved(session: AccountSession, now: datetime) -> bool:
    """Whether the holder of a session showed recently enough who it is."""
    return now - session.proved_utc < PROOF_LASTS
