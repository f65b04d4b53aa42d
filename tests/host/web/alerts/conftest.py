"""A site with the service's alerts beside it: the real parts in a loop of their own, without insoles."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import AlertKey
from plantigrade.service.assembly import Assembly
from plantigrade.service.events import AlertClass
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.app import make_app
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from starlette.testclient import TestClient

from tests.host.web.conftest import KnownAccounts
from tools.in_thread import loop_in_thread


@dataclass
class Running:
    """A site with alerts that can be raised and cleared.

    Attributes:
        site: with the service.
        accounts: who may come in.
    """

    site: Site
    accounts: KnownAccounts

    def raise_alert(
        self, rule: str, foot: str = "both", severity: Severity = Severity.NOTICE, minutes_ago: float = 62.0
    ) -> AlertKey:
        """An alert of P001 whose cause began so long ago, and which is known now."""
        key = AlertKey(rule, foot, self.site.utc_ns() - round(minutes_ago * 60e9))

        async def raised(assembly: Assembly) -> None:
            (await assembly.live.book("P001")).raised(key, severity, AlertClass.LIVE)

        self.site.awaited(raised)
        return key

    def clear(self, key: AlertKey) -> None:
        """Its cause has gone."""

        async def cleared(assembly: Assembly) -> None:
            (await assembly.live.book("P001")).cleared(key, self.site.utc_ns())

        self.site.awaited(cleared)

    def open_browser(self, role: Role = Role.PATIENT, person: str | None = "P001") -> TestClient:
        """A browser that is signed in."""
        token = f"token of {role} {person}"
        account = Account(f"{role}{person or ''}", frozenset({role}), person)
        self.accounts.of_token[token] = SignedIn(account, "form token")
        client = TestClient(make_app(self.site), base_url="http://localhost", follow_redirects=False)
        client.cookies.set(COOKIE, token)
        return client

    def now(self) -> datetime:
        """As the pages see it."""
        return datetime.fromtimestamp(self.site.utc_ns() / 1e9, UTC)


@pytest.fixture
def running(library: Library, accounts: KnownAccounts) -> Iterator[Running]:
    """Alerts of P001 live."""

    async def made() -> Assembly:
        return Assembly(library, links={})

    with loop_in_thread() as loop:
        assembly = asyncio.run_coroutine_threadsafe(made(), loop).result(10)
        yield Running(Site(library, accounts, assembly, loop), accounts)
