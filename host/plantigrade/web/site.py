"""What all pages work on: the library, the service in the same process, and how this site is reached."""

import asyncio
import concurrent.futures
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import DataKind
from plantigrade.service.assembly import Assembly
from plantigrade.service.status import ServiceStatus
from plantigrade.web.accounts.rights import Account
from plantigrade.web.loopback import HOSTS_OF_LOOPBACK

LOOP_TIMEOUT_S: Final = 10.0
"""The service's loop answers within milliseconds; a page that waits longer says that something is wrong."""

Result = TypeVar("Result")


class NoServiceError(PlantigradeError):
    """The pages run without the service, which this needs."""


@dataclass(frozen=True)
class SiteSettings:
    """How the site is reached.

    Attributes:
        port: of the server.
        hosts: names and addresses by which a browser may ask for it, without the port; all else is refused,
            so that a stranger's page cannot reach it by a name of its own (DNS rebinding).
        secure: whether it is served over TLS.
        of_clinic: the pages of a clinic for many homes: no insoles and no bridge are near.
        security_contact: of whoever runs it, for those who found a vulnerability; "" where none was given.
    """

    port: int = 8080
    hosts: tuple[str, ...] = HOSTS_OF_LOOPBACK
    secure: bool = False
    of_clinic: bool = False
    security_contact: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A session of an account.

    Attributes:
        account: whose it is.
        form_token: secret of the session that its forms carry.
        language: of the account; "" for the person's, or the browser's.
        theme: "light", "dark", or "" for the browser's.
        text_size: "", "large" or "larger".
    """

    account: Account
    form_token: str
    language: str = ""
    theme: str = ""
    text_size: str = ""


class Accounts(Protocol):
    """Who is signed in, and who shares with whom."""

    def signed_in(self, token: str, active: bool = True) -> SignedIn | None:
        """The session with this token; None when there is none, or it has ended.

        Args:
            token: as the browser has it.
            active: someone asked for a page; what a page asks for by itself keeps no session alive.
        """
        ...

    def shared_with(self, account: Account) -> frozenset[str]:
        """Codes of the people who share everything with this account now."""
        ...

    def kinds_shared_with(self, account: Account) -> Mapping[str, frozenset[DataKind]]:
        """The kinds of data that people share with this account now, by their codes."""
        ...

    def note_refusal(self, account: Account | None, address: str, what: str, status: int) -> None:
        """Log that something was refused (ASVS 16.3.2); `what` is the pattern of the address, no data."""
        ...


@dataclass(frozen=True)
class Site:
    """What all pages work on.

    Attributes:
        library: open.
        accounts: who may come in.
        assembly: the service with all its parts, in this process; None where the pages run alone.
        loop: in which the service runs; None where the pages run alone.
        settings: how the site is reached.
        utc_ns: the wall clock.
    """

    library: Library
    accounts: Accounts
    assembly: Assembly | None = None
    loop: asyncio.AbstractEventLoop | None = None
    settings: SiteSettings = field(default_factory=SiteSettings)
    utc_ns: Callable[[], int] = time.time_ns

    @property
    def service(self) -> Assembly:
        """The service with all its parts.

        Raises:
            NoServiceError: the pages run alone.
        """
        if self.assembly is None:
            raise NoServiceError("the bridge does not run beside these pages; `plantigrade run` starts it")
        return self.assembly

    def in_loop(self, work: Callable[[Assembly], Result]) -> Result:
        """Call something of the service from a page's thread: it may be touched in its own loop only.

        Raises:
            NoServiceError: the pages run alone.
            PlantigradeError: what the service says.
        """

        async def called(assembly: Assembly) -> Result:
            return work(assembly)

        return self.awaited(called)

    def awaited(self, work: Callable[[Assembly], Coroutine[Any, Any, Result]]) -> Result:
        """Wait, in a page's thread, for something that the service does in its loop.

        Raises:
            NoServiceError: the pages run alone, or the service does not answer.
            PlantigradeError: what the service says.
        """
        assembly, loop = self.service, self.loop
        if loop is None:
            raise NoServiceError("the bridge has not started yet; load this page again")
        future = asyncio.run_coroutine_threadsafe(work(assembly), loop)
        try:
            return future.result(LOOP_TIMEOUT_S)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise NoServiceError("the bridge does not answer; `plantigrade status` says how it is") from None

    def status(self) -> ServiceStatus | None:
        """How the service and the insoles are; None where the pages run alone."""
        if self.assembly is None or self.loop is None:
            return None
        return self.in_loop(lambda assembly: assembly.service.status())

    def people_changed(self) -> None:
        """Let the service know that an insole was assigned or a time zone changed."""
        if self.assembly is not None and self.loop is not None:
            self.awaited(lambda assembly: assembly.service.people_changed())
