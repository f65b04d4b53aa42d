"""A site with its pages, asked without a socket; who is signed in is said by the test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from plantigrade.library.catalogue.accounts.entries import Way
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import DataKind
from plantigrade.web.accounts.rights import ALL_KINDS, Account, Role
from plantigrade.web.app import make_app
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from starlette.testclient import TestClient

NOW_NS = 1_773_144_000_000_000_000
"""10 March 2026, 12:00 UTC."""


@dataclass
class KnownAccounts:
    """Accounts that a test names."""

    of_token: dict[str, SignedIn] = field(default_factory=dict)
    shares: dict[str, frozenset[str]] = field(default_factory=dict)
    refusals: list[tuple[str, int]] = field(default_factory=list)

    def signed_in(self, token: str, active: bool = True) -> SignedIn | None:
        return self.of_token.get(token)

    def shared_with(self, account: Account) -> frozenset[str]:
        return self.shares.get(account.name, frozenset())

    def kinds_shared_with(self, account: Account) -> dict[str, frozenset[DataKind]]:
        return dict.fromkeys(self.shared_with(account), ALL_KINDS)

    def note_refusal(self, account: Account | None, address: str, what: str, status: int) -> None:
        self.refusals.append((what, status))


@pytest.fixture(scope="session")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a library with two people: to copy it takes an eighth of the time of making one."""
    data = tmp_path_factory.mktemp("two-people") / "data"
    with Library(data) as made:
        made.add_person(Person("P001", time_zone="Europe/Berlin"))
        made.add_person(Person("P002", time_zone="Europe/Berlin"))
    return data


@pytest.fixture
def library(two_people: Path, tmp_path: Path) -> Iterator[Library]:
    """With two people, without recordings."""
    with Library(Path(shutil.copytree(two_people, tmp_path / "data"))) as opened:
        yield opened


@pytest.fixture
def accounts() -> KnownAccounts:
    """Nobody yet."""
    return KnownAccounts()


@pytest.fixture
def site(library: Library, accounts: KnownAccounts) -> Site:
    """Without a running service."""
    return Site(library, accounts, utc_ns=lambda: NOW_NS)


@pytest.fixture
def browser(site: Site, accounts: KnownAccounts) -> Callable[..., TestClient]:
    """A browser that is signed in: `browser(Role.PATIENT, "P001")`; without a role, it is not."""
    app = make_app(site)

    def open_browser(role: Role | None = None, person: str | None = None, shares: str = "") -> TestClient:
        client = TestClient(app, base_url="http://localhost", follow_redirects=False)
        if role is not None:
            token = f"token of {role} {person}"
            account = Account(f"{role}{person or ''}", frozenset({role}), person)
            accounts.of_token[token] = SignedIn(account, "form token")
            accounts.shares[account.name] = frozenset(shares.split())
            client.cookies.set(COOKIE, token)
        return client

    return open_browser


@pytest.fixture
def page_accounts(library: Library) -> PageAccounts:
    """The accounts of the library: no stand-in."""
    return PageAccounts(library)


@pytest.fixture
def door(library: Library, page_accounts: PageAccounts) -> Callable[..., TestClient]:
    """A browser of a site with the real accounts: `door("home")` is signed in as home, `door()` as nobody."""
    app = make_app(Site(library, page_accounts))

    def open_browser(name: str = "", address: str = "192.0.2.1") -> TestClient:
        client = TestClient(
            app, base_url="http://localhost", follow_redirects=False, client=(address, 50_000)
        )
        if name:
            token = page_accounts.stored.sessions.begin(name, Way.LINK, "a browser", address)
            client.cookies.set(COOKIE, token)
        return client

    return open_browser
