"""How alerts are listed: what is open, put off, over and held back; and that a snooze can be ended."""

import asyncio

import pytest
from plantigrade.library.person.entries import AnswerKind
from plantigrade.posture.rules_engine.alerts import LIMIT_AN_HOUR
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.life import AlertError, AlertKey, AlertState, Snooze
from plantigrade.service.alerts.overview import answer_stored, overview_of
from plantigrade.service.events import AlertClass

from tests.host.service.alerts.alert_kit import Clock, Store, book


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def alerts(clock: Clock) -> AlertBook:
    return book(Store(), clock, [])


def raised(
    alerts: AlertBook, rule: str, severity: Severity = Severity.NOTICE, held_back: str = ""
) -> AlertKey:
    key = AlertKey(rule, "left", alerts.utc_ns())
    alerts.raised(key, severity, AlertClass.LIVE, held_back)
    return key


def test_critical_ones_come_first(alerts: AlertBook, clock: Clock) -> None:
    raised(alerts, "sustained-pressure", Severity.CRITICAL)
    clock.wait(minutes=1)
    raised(alerts, "low-arch")
    assert [one.alert.key.rule for one in overview_of(alerts).open] == ["sustained-pressure", "low-arch"]


def test_what_asks_for_something_now_comes_before_what_was_only_found(
    alerts: AlertBook, clock: Clock
) -> None:
    raised(alerts, "prolonged-standing")
    clock.wait(minutes=1)
    raised(alerts, "low-arch")
    assert [one.alert.key.rule for one in overview_of(alerts).open] == ["prolonged-standing", "low-arch"]


def test_each_alert_is_listed_once(alerts: AlertBook, clock: Clock) -> None:
    over = raised(alerts, "pronation")
    clock.wait(minutes=5)
    alerts.cleared(over, clock())
    raised(alerts, "supination", held_back=LIMIT_AN_HOUR)
    asleep = raised(alerts, "low-arch")
    raised(alerts, "high-arch")
    asyncio.run(alerts.answer(asleep, AnswerKind.SNOOZED, by="P001", snooze=Snooze.THIRTY))
    found = overview_of(alerts)
    listed = {
        "open": [one.alert.key.rule for one in found.open],
        "asleep": [one.alert.key.rule for one in found.asleep],
        "earlier": [one.alert.key.rule for one in found.earlier],
        "held back": [one.alert.key.rule for one in found.held_back],
    }
    assert listed == {
        "open": ["high-arch"],
        "asleep": ["low-arch"],
        "earlier": ["pronation"],
        "held back": ["supination"],
    }
    assert found.reasons == {LIMIT_AN_HOUR: 1}
    assert len(found.all) == 4


def test_one_that_is_woken_is_open_again_and_stays_so_after_a_restart(clock: Clock) -> None:
    store = Store()
    alerts = book(store, clock, [])
    key = raised(alerts, "low-arch")
    asyncio.run(alerts.answer(key, AnswerKind.SNOOZED, by="P001", snooze=Snooze.TOMORROW))
    clock.wait(minutes=2)
    asyncio.run(alerts.answer(key, AnswerKind.WOKEN, by="P001"))
    alerts.step()
    (one,) = overview_of(alerts).open
    assert (one.state, one.quiet_until) == (AlertState.SEEN, None)
    assert one.last_answer is not None and one.last_answer.answer is AnswerKind.WOKEN
    again = book(store, clock, [])
    clock.wait(minutes=2)
    assert again.raised(AlertKey("low-arch", "left", clock()), Severity.NOTICE, AlertClass.LIVE).shown


def test_a_critical_one_does_not_sleep_so_it_cannot_be_woken(alerts: AlertBook) -> None:
    key = raised(alerts, "sustained-pressure", Severity.CRITICAL)
    with pytest.raises(AlertError, match="not asleep"):
        asyncio.run(alerts.answer(key, AnswerKind.WOKEN, by="P001"))


def test_without_the_service_an_answer_is_stored_all_the_same(clock: Clock) -> None:
    store = Store()
    alerts = book(store, clock, [])
    key = raised(alerts, "low-arch")
    answer_stored(alerts, key, AnswerKind.SEEN, by="P001")
    assert store.entries[-1].answer is AnswerKind.SEEN
