"""The alerts of the person a page is about: from the running service, else from the record."""

from datetime import timedelta

from plantigrade.library.catalogue.audit import actor
from plantigrade.library.person.entries import AnswerKind
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.life import REMINDER, AlertKey, LivingAlert, Snooze, ns_of
from plantigrade.service.alerts.overview import AlertOverview, answer_stored, overview_of, stored_book
from plantigrade.service.alerts.settings import HISTORY_DAYS
from plantigrade.service.assembly import Assembly
from plantigrade.web.visit import Visit


def overview(visit: Visit) -> AlertOverview:
    """All alerts of the last days.

    Raises:
        NoServiceError: the service does not answer.
        LibraryError: the record cannot be read.
    """
    person, site = visit.subject, visit.site
    if site.assembly is None or site.loop is None:
        return overview_of(_stored(visit), is_live=False)
    # The service reads as itself; this reading is logged as that of the account that asks.
    site.library.record(person).answers.all(visit.now)

    async def read(assembly: Assembly) -> AlertOverview:
        return overview_of(await assembly.live.book(person))

    return site.awaited(read)


def answer(visit: Visit, key: AlertKey, kind: AnswerKind, snooze: Snooze | None = None) -> LivingAlert:
    """Answer an alert; returns when the answer is stored.

    Raises:
        AlertError: there is no such alert, or it cannot be answered like this.
        LibraryError: the answer could not be stored.
    """
    person, site, by = visit.subject, visit.site, actor()
    if site.assembly is None or site.loop is None:
        return answer_stored(_stored(visit), key, kind, by=by, snooze=snooze)

    async def give(assembly: Assembly) -> LivingAlert:
        book = await assembly.live.book(person)
        return await book.answer(key, kind, by=by, snooze=snooze)

    return site.awaited(give)


def _stored(visit: Visit) -> AlertBook:
    person, library = visit.subject, visit.site.library
    answers = library.record(person).answers
    entries = [*answers.to(REMINDER, "both", 0), *answers.all(visit.now - timedelta(days=HISTORY_DAYS))]
    return stored_book(library, person, entries, ns_of(visit.now))
