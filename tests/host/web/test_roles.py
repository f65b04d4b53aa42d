"""Who may do what: every route, by every role, about every kind of person, against rules written down here.

The routes are those of the pages as they are, so that a new page is in the table by itself. What each right
means is said here a second time, in words of its own, and compared with what the pages do: first with probes
in the place of the pages' handlers, which show what the frame lets through; then with the handlers, which
must show nothing of people that the account may not see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Footwear, FootwearKind
from plantigrade.web import app as app_module
from plantigrade.web.accounts.rights import Account, Action, Role
from plantigrade.web.app import make_app
from plantigrade.web.page import Answer, Document, Form, Page, Part
from plantigrade.web.pages import pages
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from plantigrade.web.visit import Visit
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.host.library.library_kit import finalized
from tests.host.web.conftest import KnownAccounts

OWN, SHARED, FOREIGN, UNKNOWN, NONE = "own", "shared", "foreign", "unknown", "none"
ABOUT = (OWN, SHARED, FOREIGN, UNKNOWN, NONE)
PERSON = {OWN: "P001", SHARED: "P002", FOREIGN: "P003", UNKNOWN: "P404", NONE: None}
RECORDING = {
    OWN: "20260301T100000Z-00000001",
    SHARED: "20260302T100000Z-00000002",
    FOREIGN: "20260303T100000Z-00000003",
    UNKNOWN: "20260304T100000Z-00000004",
    NONE: "20260305T100000Z-00000005",
}
"""Wearers of recordings; that of UNKNOWN is not there, that of NONE is nobody's."""
NAME = {"P001": "Ownname", "P002": "Sharedname", "P003": "Foreignname"}

ACCOUNTS = {
    "owner": Account("olga", frozenset({Role.OWNER})),
    "patient": Account("home", frozenset({Role.PATIENT}), "P001"),
    "home": Account("home", frozenset({Role.OWNER, Role.PATIENT}), "P001"),
    "clinician": Account("practice", frozenset({Role.CLINICIAN})),
    "engineer": Account("sam", frozenset({Role.ENGINEER})),
}

WHOSE: dict[Action, dict[str, set[str]]] = {
    # An owner sees nobody without consent, and with it changes nothing. An engineer sees no person at all.
    Action.SEE: {"owner": {SHARED}, "patient": {OWN}, "home": {OWN, SHARED}, "clinician": {SHARED}},
    Action.CHANGE: {"patient": {OWN}, "home": {OWN}, "clinician": {SHARED}},
    Action.PRESCRIBE: {"clinician": {SHARED}},
    Action.EXPORT: {"patient": {OWN}, "home": {OWN}, "clinician": {SHARED}},
    # Consents and erasing are the person's own.
    Action.SHARE: {"patient": {OWN}, "home": {OWN}},
    Action.ERASE: {"patient": {OWN}, "home": {OWN}},
}
"""Rights that name a person: about whom which account has them."""
WHO: dict[Action, set[str]] = {
    Action.KEEP_ACCOUNT: set(ACCOUNTS),
    Action.SEE_INSOLES: set(ACCOUNTS),
    Action.CONTROL_SERVICE: set(ACCOUNTS),
    Action.SERVE_INSOLES: {"engineer"},
    Action.SEE_PEOPLE: {"clinician"},
    Action.SEE_ACCOUNTS: {"owner", "home"},
    Action.CHANGE_ACCOUNTS: {"owner", "home"},
}
"""Other rights: which account has them."""
OPEN = {"/sign-in", "/sign-in/{link}", "/sign-out", "/offline", "/phone"}
"""All that opens without signing in: the door itself, and pages that hold no data."""

REACHED, REFUSED, HIDDEN, SIGN_IN = "reached", "403", "404", "sign in"


@dataclass(frozen=True)
class Way:
    """One thing that can be asked for: GET of an address, or a form."""

    path: str
    right: Action | None
    form: str | None = None

    @property
    def name(self) -> str:
        return self.path if self.form is None else f"{self.path} {self.form or 'form'}"


def ways() -> list[Way]:
    """All of them."""
    found: list[Way] = []
    for page in pages():
        found.append(Way(page.path, page.right))
        if page.as_json is not None:
            found.append(Way(f"{page.data_path}.json", page.right))
        if page.as_json is not None and page.rows:
            found.append(Way(f"{page.data_path}.csv", page.right))
        found += [Way(part.path, part.right) for part in page.parts]
        found += [Way(page.path, form.right, form.name) for form in page.forms]
    return found


WAYS = ways()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people with a name, shoes of that name and a recording each; and a recording of nobody."""
    folder = tmp_path_factory.mktemp("roles") / "data"
    with Library(folder) as library:
        for about, name in RECORDING.items():
            if about != UNKNOWN:
                finalized(library.recordings, name, rows=20)
        library.scan()
        for about in (OWN, SHARED, FOREIGN):
            code = PERSON[about] or ""
            library.add_person(Person(code, NAME[code], time_zone="Europe/Berlin"))
            library.record(code).footwear.add(Footwear(FootwearKind.SHOE, f"shoe of {NAME[code]}"))
            library.assign(RECORDING[about], code)
            library.rename(RECORDING[about], f"walk of {NAME[code]}")
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Site]:
    """With the accounts, and what P002 shares with all of them but patients."""
    known = KnownAccounts()
    for kind, account in ACCOUNTS.items():
        known.of_token[kind] = SignedIn(account, "form token")
        known.shares[account.name] = frozenset() if kind == "patient" else frozenset({"P002"})
    with Library(data) as library:
        yield Site(library, known)


def probe(_visit: Visit) -> Answer:
    """In the place of a handler."""
    return Document({"schema": "plantigrade.probe/1", REACHED: True, "rows": []})


def with_probes(page: Page) -> Page:
    """A page whose handlers are probes."""
    return replace(
        page,
        show=probe,
        forms=tuple(Form(form.name, probe, form.right) for form in page.forms),
        parts=tuple(Part(part.path, probe, part.right) for part in page.parts),
        as_json=None if page.as_json is None else probe,
        rows="rows" if page.rows else "",
    )


@pytest.fixture(scope="module")
def probed(site: Site) -> Starlette:
    """All routes, with probes."""
    patch = pytest.MonkeyPatch()
    found = tuple(with_probes(page) for page in pages())
    patch.setattr(app_module, "pages", lambda: found)
    try:
        return make_app(site)
    finally:
        patch.undo()


def browser(app: Starlette, kind: str | None) -> TestClient:
    """Of an account, or of nobody."""
    client = TestClient(app, base_url="http://localhost", follow_redirects=False)
    if kind is not None:
        client.cookies.set(COOKIE, kind)
    return client


def address(way: Way, about: str) -> str:
    """The address about a kind of person: in the path where it has a place, else in the query."""
    code, path = PERSON[about], way.path
    path = path.replace("{code}", code or "none").replace("{id}", RECORDING[about])
    named = path != way.path
    path = re.sub(r"\{\w+\}", "x", path)
    return path if named or code is None else f"{path}?person={code}"


def ask(client: TestClient, way: Way, about: str) -> object:
    """Ask for it."""
    if way.form is None:
        return client.get(address(way, about))
    form = {"action": way.form, "form_token": "form token"}
    return client.post(address(way, about), data=form)


def outcome(answer: object) -> str:
    """What came of it."""
    if answer.status_code in (403, 404):
        return str(answer.status_code)
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in?"):
        return SIGN_IN
    return REACHED


def expected(way: Way, kind: str | None, about: str) -> set[str]:
    """What the rules say."""
    if way.right is None:
        return {REACHED}
    if kind is None:
        return {SIGN_IN}
    if way.right in WHO:
        return {REACHED} if kind in WHO[way.right] else {REFUSED, HIDDEN}
    whose = WHOSE[way.right].get(kind, set())
    if about == NONE and "{" not in way.path:
        about = OWN if ACCOUNTS[kind].person else NONE
        if about == NONE and way.path in ("/", "/today.json", "/today.csv"):
            return {REACHED, REFUSED}  # to the page where such an account begins
    return {REACHED} if about in whose else {REFUSED, HIDDEN}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_role_reaches_what_the_rules_say_and_nothing_else(way: Way, probed: Starlette) -> None:
    wrong: list[str] = []
    for kind in (None, *ACCOUNTS):
        client = browser(probed, kind)
        for about in ABOUT if kind is not None and way.right in WHOSE else (NONE, FOREIGN):
            found, wanted = outcome(ask(client, way, about)), expected(way, kind, about)
            if found not in wanted:
                wrong.append(f"{kind} about {about}: {found}, not {' or '.join(sorted(wanted))}")
    assert not wrong


def test_a_person_who_is_not_there_looks_as_one_who_is_not_shared(probed: Starlette) -> None:
    """Nobody finds out by trying who is in the library (ASVS 8.2.2)."""
    for way in WAYS:
        if way.right in WHOSE and way.right is not None:
            for kind in ACCOUNTS:
                client = browser(probed, kind)
                found = {outcome(ask(client, way, about)) for about in (FOREIGN, UNKNOWN)}
                assert len(found) == 1, (way.name, kind, found)


def test_only_the_door_is_open() -> None:
    assert {way.path for way in WAYS if way.right is None} <= OPEN


def test_what_names_a_person_or_a_recording_needs_a_right_about_people() -> None:
    for way in WAYS:
        if "{code}" in way.path or "{id}" in way.path:
            assert way.right in WHOSE, way.name


def test_every_right_has_a_rule() -> None:
    assert set(WHOSE) | set(WHO) == set(Action)
    assert not set(WHOSE) & set(WHO)


READS = [way for way in WAYS if way.form is None and (way.right in WHO or way.path == "/")]


@pytest.mark.parametrize("way", READS, ids=lambda way: way.name)
def test_pages_of_everybody_show_nothing_of_people_that_one_may_not_see(way: Way, site: Site) -> None:
    """Insoles, settings and the live page check by themselves whom they are about (ASVS 8.2.3)."""
    app = make_app(site)
    leaks: list[str] = []
    for kind, account in ACCOUNTS.items():
        seen = {PERSON[about] for about in WHOSE[Action.SEE].get(kind, set())}
        for about in (NONE, SHARED, FOREIGN):
            text = ask(browser(app, kind), way, about).text
            hidden = [name for code, name in NAME.items() if code not in seen and name in text]
            leaks += [f"{kind} about {about}: {name}" for name in hidden]
            if Role.ENGINEER in account.roles and "name" in text:
                leaks += [f"{kind}: a name, {name}" for name in NAME.values() if name in text]
    assert not leaks
