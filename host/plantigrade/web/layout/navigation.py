"""Which pages an account finds in the bar and under More."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from plantigrade.web.accounts.rights import Account, Role

MOST_IN_BAR: Final = 4
"""Beside More: five things are as many as a thumb finds on 320 px."""


@dataclass(frozen=True)
class Item:
    """A page in the navigation.

    Attributes:
        name: of its words and its icon.
        path: its address.
        link: where the entry leads: the address, about the person in view.
        current: "page" on the page itself, "true" on a page below it, else "": `aria-current`.
    """

    name: str
    path: str
    link: str = ""
    current: str = ""


@dataclass(frozen=True)
class Navigation:
    """The bar of four, and what stands under More (beside it on a wide screen)."""

    main: tuple[Item, ...]
    more: tuple[Item, ...]


_TODAY, _NOW = Item("today", "/"), Item("now", "/now")
_WALKS, _DIARY = Item("walks", "/walks"), Item("diary", "/diary")
_ALERTS, _HELP = Item("alerts", "/alerts"), Item("what-helps", "/what-helps")
_COMPARE, _PEOPLE = Item("compare", "/compare"), Item("people", "/people")
_INSOLES, _SETTINGS = Item("insoles", "/insoles"), Item("settings", "/settings")
_OF_A_PERSON: Final = (_ALERTS, _WALKS, _COMPARE, _NOW)
ABOUT_A_PERSON: Final = frozenset(item.path for item in _OF_A_PERSON)
"""Addresses of pages that a reader opens about another person."""

_PATIENT: Final = (_TODAY, _NOW, _WALKS, _DIARY, _ALERTS, _HELP, _COMPARE, _INSOLES, _SETTINGS)
_CLINICIAN: Final = (_PEOPLE, _INSOLES, _SETTINGS)
_ABOUT_A_PERSON: Final = (_PEOPLE, _ALERTS, _WALKS, _COMPARE, _NOW, _INSOLES, _SETTINGS)
_ENGINEER: Final = (_INSOLES, _NOW, _SETTINGS)
_OWNER: Final = (_SETTINGS, _INSOLES)


def navigation_of(
    account: Account, path: str = "", about: str = "", paths: Collection[str] = ()
) -> Navigation:
    """What an account finds, by its roles.

    Args:
        account: who looks.
        path: of the page that is shown.
        about: code of another person whom that page is about; links to pages of a person keep it.
        paths: of all pages there are; empty: as if all were there.

    Example:
        >>> home = Account("a", frozenset({Role.PATIENT}), "P001")
        >>> [(item.path, item.current) for item in navigation_of(home, "/walks/20260301").main]
        [('/', ''), ('/now', ''), ('/walks', 'true'), ('/diary', '')]
    """
    items = [item for item in _items_of(account, about) if not paths or item.path in paths]
    shown = [replace(item, link=_link(item, about), current=_current(item, path, items)) for item in items]
    return Navigation(tuple(shown[:MOST_IN_BAR]), tuple(shown[MOST_IN_BAR:]))


def _items_of(account: Account, about: str) -> tuple[Item, ...]:
    if Role.PATIENT in account.roles and account.person is not None and not about:
        people = (_PEOPLE,) if Role.CLINICIAN in account.roles else ()
        return (*_PATIENT[:MOST_IN_BAR], *people, *_PATIENT[MOST_IN_BAR:])
    if about:
        return _ABOUT_A_PERSON
    if Role.CLINICIAN in account.roles:
        return _CLINICIAN
    return _ENGINEER if Role.ENGINEER in account.roles else _OWNER


def _link(item: Item, about: str) -> str:
    return f"{item.path}?person={about}" if about and item in _OF_A_PERSON else item.path


def _current(item: Item, path: str, items: Iterable[Item]) -> str:
    """Of all entries above the page, the nearest one is where the reader is."""
    if item.path == path:
        return "page"
    above = [one.path for one in items if one.path != "/" and path.startswith(f"{one.path}/")]
    return "true" if above and item.path == max(above, key=len) else ""


def first_page_of(account: Account) -> str:
    """Where an account begins."""
    return _items_of(account, "")[0].path
