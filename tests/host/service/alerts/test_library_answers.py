"""What happens to alerts is in the person's record: after a restart, after weeks, for other programs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import AnswerKind
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.library_answers import LibraryAnswers
from plantigrade.service.alerts.life import AlertKey, AlertState, Snooze
from plantigrade.service.events import AlertClass
from plantigrade.service.offload import Offload

from tests.host.service.alerts.alert_kit import BERLIN, NOON, Clock

KEY = AlertKey("low-arch", "left", Clock()())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path) as opened:
        opened.add_person(Person("P001"))
        yield opened


async def started(library: Library, clock: Clock) -> AlertBook:
    """The book after a start of the service."""
    store = LibraryAnswers(library, "P001", Offload.inline().thread)
    book = AlertBook("P001", lambda event: None, store, clock, BERLIN)
    book.load(await store.latest(clock.at))
    return book


async def test_a_snooze_and_the_history_are_in_the_record(library: Library):
    clock = Clock()
    book = await started(library, clock)
    book.raised(KEY, Severity.NOTICE, AlertClass.LIVE)
    await book.answer(KEY, AnswerKind.SNOOZED, by="P001", snooze=Snooze.SIXTY)
    await book.flush()
    clock.wait(minutes=10)
    book.cleared(KEY, clock())
    await book.flush()
    entries = library.record("P001").answers.all()
    assert sorted((one.answer.value, one.by) for one in entries) == [
        ("cleared", "service"),
        ("raised", "service"),
        ("snoozed", "P001"),
    ]
    again = await started(library, clock)
    (alert,) = again.history()
    assert again.state(alert) is AlertState.CLEARED
    assert [answer.answer for answer in alert.answers] == [AnswerKind.SNOOZED]
    later = again.raised(AlertKey("low-arch", "left", clock()), Severity.NOTICE, AlertClass.LIVE)
    assert later.held_back_by == "snoozed"


async def test_the_confirmed_sentence_is_not_asked_for_again_after_weeks(library: Library):
    clock = Clock()
    await (await started(library, clock)).confirm_reminder("a reminder", by="P001")
    clock.wait(days=100)
    assert (await started(library, clock)).reminder_confirmed("a reminder") == NOON


async def test_what_other_programs_answer_is_in_the_record_as_well(library: Library):
    clock = Clock()
    book, other = await started(library, clock), await started(library, clock)
    book.raised(KEY, Severity.NOTICE, AlertClass.LIVE)
    await book.flush()
    other.load(await other.store.latest(clock.at))  # type: ignore[attr-defined]
    await other.answer(KEY, AnswerKind.SNOOZED, by="P001", snooze=Snooze.FIFTEEN)
    book.load(await book.store.latest(clock.at))  # type: ignore[attr-defined]
    assert book.state(book.open()[0]) is AlertState.SNOOZED
    assert book.quiet_until(book.open()[0]) == NOON + timedelta(minutes=15)
