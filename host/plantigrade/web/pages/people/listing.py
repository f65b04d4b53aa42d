"""What the list of people shows of the query: searched, filtered, sorted, one page of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Final

from plantigrade.library.catalogue.at_a_glance import Sharing, sharing_with, tagged
from plantigrade.service.people.overview import (
    Need,
    Order,
    PersonOverview,
    ordered,
    people_overview,
    with_days,
)
from plantigrade.service.people.settings import PEOPLE_A_PAGE
from plantigrade.web.visit import RefusedError, Visit

LONGEST_SEARCH: Final = 100


class Only(StrEnum):
    """Which people are shown."""

    ALL = "all"
    ALERTS = "alerts"
    SILENT = "silent"


@dataclass(frozen=True)
class Asked:
    """What the query asks for."""

    search: str
    only: Only
    order: Order
    page: int


@dataclass(frozen=True)
class Listing:
    """One page of the list.

    Attributes:
        asked: the query.
        everyone: all who share, whatever is asked for.
        found: how many are left by search and filter.
        people: of this page, with their days.
        pages: how many there are.
        withdrawn: who once shared and no longer does, newest first.
    """

    asked: Asked
    everyone: Sequence[PersonOverview]
    found: int
    people: Sequence[PersonOverview]
    pages: int
    withdrawn: Sequence[Sharing]

    def of(self, need: Need) -> list[PersonOverview]:
        """Those of a group on this page."""
        return [one for one in self.people if one.need is need]

    def count(self, *needs: Need) -> int:
        """How many of all are in these groups."""
        return sum(one.need in needs for one in self.everyone)


def asked_of(visit: Visit) -> Asked:
    """What the query asks for.

    Raises:
        RefusedError: 400, it asks for what there is not.
    """
    query = visit.query
    try:
        only, order = Only(query.get("show", "all")), Order(query.get("sort", "need"))
        page = int(query.get("page", "1")[:6])
    except ValueError:
        raise RefusedError(400) from None
    return Asked(query.get("q", "").strip()[:LONGEST_SEARCH], only, order, max(1, page))


def listing_of(visit: Visit, asked: Asked, all_pages: bool = False) -> Listing:
    """The list as asked for.

    Args:
        visit: who asks.
        asked: what for.
        all_pages: in one, for files.

    Raises:
        LibraryError: the database fails.
    """
    library, now = visit.site.library, visit.now.astimezone(UTC)
    status = visit.site.status()
    everyone = people_overview(library, visit.shared_with, now, () if status is None else status.insoles)
    chosen = [one for one in everyone if _wanted(one, asked.only)]
    if asked.search:
        by_tag = tagged(library, visit.shared_with, asked.search)
        sought = asked.search.casefold()
        chosen = [one for one in chosen if sought in one.code.casefold() or one.code in by_tag]
    if all_pages or asked.order is Order.WORN:  # the hours of all are needed before the first page is known
        chosen = with_days(library, chosen, now)
    chosen = ordered(chosen, asked.order)
    pages = 1 if all_pages else max(1, -(-len(chosen) // PEOPLE_A_PAGE))
    begin = (min(asked.page, pages) - 1) * PEOPLE_A_PAGE
    shown = chosen if all_pages else chosen[begin : begin + PEOPLE_A_PAGE]
    if not all_pages and asked.order is not Order.WORN:
        shown = with_days(library, shown, now)
    ended = [
        one
        for one in sharing_with(library, visit.who.name, now).values()
        if one.ended_utc is not None and one.person not in visit.shared_with
    ]
    ended.sort(key=lambda one: one.ended_utc or now, reverse=True)
    return Listing(asked, everyone, len(chosen), shown, pages, ended)


def _wanted(one: PersonOverview, only: Only) -> bool:
    if only is Only.ALERTS:
        return bool(one.open_alerts)
    return only is Only.ALL or one.need is Need.SILENT
