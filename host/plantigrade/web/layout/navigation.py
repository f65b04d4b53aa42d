"""Which pages an account finds in the bar and under More."""

from dataclasses import dataclass
from typing import Final

from plantigrade.web.accounts.rights import Account, Role


@dataclass(frozen=True)
class Item:
    """A page in the navigation; `name` is that of its words and its icon."""

    name: str
    path: str


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

_PATIENT: Final = Navigation((_TODAY, _NOW, _WALKS, _DIARY), (_ALERTS, _HELP, _COMPARE, _INSOLES, _SETTINGS))
_CLINICIAN: Final = Navigation((_PEOPLE, _NOW), (_INSOLES, _SETTINGS))
_ENGINEER: Final = Navigation((_INSOLES, _NOW), (_SETTINGS,))
_OWNER: Final = Navigation((_SETTINGS, _INSOLES), ())


def navigation_of(account: Account) -> Navigation:
    """What an account finds, by its roles.

    Example:
        >>> [item.path for item in navigation_of(Account("a", frozenset({Role.PATIENT}), "P001")).main]
        ['/', '/now', '/walks', '/diary']
    """
    if Role.PATIENT in account.roles and account.person is not None:
        people = (_PEOPLE,) if Role.CLINICIAN in account.roles else ()
        return Navigation(_PATIENT.main, (*people, *_PATIENT.more))
    if Role.CLINICIAN in account.roles:
        return _CLINICIAN
    return _ENGINEER if Role.ENGINEER in account.roles else _OWNER


def first_page_of(account: Account) -> str:
    """Where an account begins."""
    return navigation_of(account).main[0].path
