"""Who finds which pages where, and which entry says "you are here"."""

import pytest
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.layout.navigation import Navigation, first_page_of, navigation_of

PATIENT = Account("a", frozenset({Role.PATIENT}), "P001")
CLINICIAN = Account("b", frozenset({Role.CLINICIAN}))
ENGINEER = Account("c", frozenset({Role.ENGINEER}))
OWNER = Account("d", frozenset({Role.OWNER}))
FIRST_OF_A_HOME = Account("e", frozenset({Role.OWNER, Role.PATIENT}), "P001")
BOTH = Account("f", frozenset({Role.CLINICIAN, Role.PATIENT}), "P001")


def names(found: Navigation) -> tuple[str, str]:
    """Of the entries in the bar and under More."""
    return " ".join(item.name for item in found.main), " ".join(item.name for item in found.more)


@pytest.mark.parametrize(
    ("account", "about", "bar", "more"),
    [
        (PATIENT, "", "today now walks diary", "alerts what-helps compare insoles settings"),
        (FIRST_OF_A_HOME, "", "today now walks diary", "alerts what-helps compare insoles settings"),
        (BOTH, "", "today now walks diary", "people alerts what-helps compare insoles settings"),
        (BOTH, "P002", "people alerts walks compare", "now insoles settings"),
        (CLINICIAN, "", "people insoles settings", ""),
        (CLINICIAN, "P002", "people alerts walks compare", "now insoles settings"),
        (ENGINEER, "", "insoles now settings", ""),
        (OWNER, "", "settings insoles", ""),
    ],
)
def test_what_an_account_finds(account: Account, about: str, bar: str, more: str) -> None:
    assert names(navigation_of(account, about=about)) == (bar, more)


def test_links_keep_the_person_in_view() -> None:
    found = navigation_of(CLINICIAN, "/people/P002", "P002")
    links = [item.link for item in (*found.main, *found.more)]
    assert links == [
        "/people",
        "/alerts?person=P002",
        "/walks?person=P002",
        "/compare?person=P002",
        "/now?person=P002",
        "/insoles",
        "/settings",
    ]


@pytest.mark.parametrize(
    ("account", "path", "current"),
    [
        (PATIENT, "/", {"today": "page"}),
        (PATIENT, "/walks", {"walks": "page"}),
        (PATIENT, "/walks/20260301T100000Z-00000001", {"walks": "true"}),
        (PATIENT, "/walkssomething", {}),
        (PATIENT, "/nowhere", {}),
        (CLINICIAN, "/people/P002/visit", {"people": "true"}),
        (PATIENT, "/settings/sessions", {"settings": "true"}),
    ],
)
def test_the_entry_of_the_page_or_of_the_page_above_it_is_current(
    account: Account, path: str, current: dict[str, str]
) -> None:
    found = navigation_of(account, path)
    assert {item.name: item.current for item in (*found.main, *found.more) if item.current} == current


def test_only_pages_that_there_are_stand_in_it() -> None:
    assert names(navigation_of(PATIENT, paths={"/", "/walks", "/compare"})) == ("today walks compare", "")


@pytest.mark.parametrize(
    ("account", "path"),
    [(PATIENT, "/"), (CLINICIAN, "/people"), (ENGINEER, "/insoles"), (OWNER, "/settings")],
)
def test_where_an_account_begins(account: Account, path: str) -> None:
    assert first_page_of(account) == path
