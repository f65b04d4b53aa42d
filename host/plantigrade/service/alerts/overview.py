"""The alerts of a person as a page lists them: open, put off, over, held back. With or without the service.

Without the service nothing is open: alerts whose end nobody saw are over as far as anybody knows.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.rules_engine.added import all_rules
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.library_answers import LibraryAnswers
from plantigrade.service.alerts.life import AlertKey, AlertState, LivingAlert, Snooze, utc_of
from plantigrade.service.offload import Offload

_OF_SERVICE: Final = (AnswerKind.RAISED, AnswerKind.CLEARED)
ABOUT_INSOLES: Final = frozenset({"sensor-fault", "not-worn"})
"""Patterns that are about the insoles, not about the body."""
_QUIET: Final = (AlertState.SNOOZED, AlertState.SILENCED)


@dataclass(frozen=True)
class ListedAlert:
    """An alert as it stands.

    Attributes:
        alert: with the answers to it.
        state: where it stands.
        quiet_until: until when it is put off; None where it is not.
    """

    alert: LivingAlert
    state: AlertState
    quiet_until: datetime | None = None

    @property
    def last_answer(self) -> AlertAnswer | None:
        """What a person answered last; None where nobody has."""
        answered = [one for one in self.alert.answers if one.answer not in _OF_SERVICE]
        return answered[-1] if answered else None


@dataclass(frozen=True)
class AlertOverview:
    """All alerts of a person of the last days, newest first.

    Attributes:
        open: shown, and their cause lasts; critical ones first, then those that ask for something at once.
        asleep: their cause lasts, and they are put off, or the weight was taken off.
        earlier: shown, and over.
        held_back: not shown, with the reason in `alert.held_back_by`.
        reasons: how many were held back, by reason.
        is_live: whether the service runs, so that what is open can be known.
    """

    open: tuple[ListedAlert, ...]
    asleep: tuple[ListedAlert, ...]
    earlier: tuple[ListedAlert, ...]
    held_back: tuple[ListedAlert, ...]
    reasons: Mapping[str, int]
    is_live: bool

    @property
    def all(self) -> tuple[ListedAlert, ...]:
        """Each alert once, open ones first."""
        return (*self.open, *self.asleep, *self.earlier, *self.held_back)

    @property
    def waiting(self) -> tuple[ListedAlert, ...]:
        """Open ones that wait for an answer: to the others something was answered already."""
        return tuple(one for one in self.open if one.state is AlertState.RAISED)

    def find(self, key: AlertKey) -> ListedAlert | None:
        """The alert of a name; None where there is none."""
        return next((one for one in self.all if one.alert.key.is_same(key)), None)


def overview_of(book: AlertBook, is_live: bool = True) -> AlertOverview:
    """The alerts of a book, as a page lists them; call it where the book may be touched."""
    listed = [ListedAlert(one, book.state(one), book.quiet_until(one)) for one in book.history()]
    lasting = [one for one in listed if one.state is not AlertState.CLEARED]
    over = [one for one in listed if one.state is AlertState.CLEARED]
    asleep = tuple(one for one in lasting if one.state in _QUIET)
    shown = [one for one in lasting if one.alert.shown and one.state not in _QUIET]
    held_back = tuple(one for one in listed if not one.alert.shown and one not in asleep)
    return AlertOverview(
        tuple(sorted(shown, key=lambda one: (not one.alert.critical, not acts_at_once(one.alert.key)))),
        asleep,
        tuple(one for one in over if one.alert.shown),
        held_back,
        Counter(one.alert.held_back_by for one in held_back),
        is_live,
    )


def acts_at_once(key: AlertKey) -> bool:
    """Whether an alert asks for something to be done now: those of the last minutes do, those of how one
    walks do not.

    Example:
        >>> [acts_at_once(AlertKey(rule, "left", 0)) for rule in ("static-load", "low-arch")]
        [True, False]
    """
    rule = all_rules().get(key.rule)
    return rule is not None and rule.scope.of_seconds and rule.pattern not in ABOUT_INSOLES


def stored_book(library: Library, person: str, entries: Sequence[AlertAnswer], utc_ns: int) -> AlertBook:
    """The alerts of a person from what is stored, while no service runs.

    Raises:
        LibraryError: there is no such person, or the record cannot be read.
    """
    store = LibraryAnswers(library, person, Offload.inline().thread)
    book = AlertBook(person, lambda event: None, store, lambda: utc_ns, zone_of(library.person(person)))
    book.load(entries)
    return book


def answer_stored(
    book: AlertBook, key: AlertKey, kind: AnswerKind, *, by: str, snooze: Snooze | None = None
) -> LivingAlert:
    """Answer an alert while no service runs; call it from a thread.

    Raises:
        AlertError: there is no such alert, or it cannot be answered like this.
        LibraryError: the answer could not be stored.
    """
    at = utc_of(book.utc_ns())
    return asyncio.run(book.answer(key, kind, by=by, at_utc=at, snooze=snooze))
