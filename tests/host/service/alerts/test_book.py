"""The life of alerts: raised, seen, put off, cleared; across restarts, analyses and each other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.life import (
    NO_DATA,
    AlertError,
    AlertKey,
    AlertState,
    LivingAlert,
    Snooze,
    ns_of,
    snoozed_until,
)
from plantigrade.service.events import AlertClass, AlertEvent

from tests.host.service.alerts.alert_kit import BERLIN, NOON, Clock, Store, book

CRITICAL, WARNING, NOTICE = Severity.CRITICAL, Severity.WARNING, Severity.NOTICE
LIVE = AlertClass.LIVE
SECOND = 1_000_000_000


class Table:
    """A book, its clock, its store and what was heard of it."""

    def __init__(self) -> None:
        self.store, self.clock = Store(), Clock()
        self.heard: list[AlertEvent] = []
        self.book = book(self.store, self.clock, self.heard)

    async def restart(self) -> None:
        """The service ends in good order and starts again."""
        await self.book.flush()
        self.kill()

    def kill(self) -> None:
        """The service is killed and starts again."""
        self.heard.clear()
        self.book = book(self.store, self.clock, self.heard)

    def raised(
        self, rule: str, severity: Severity = NOTICE, foot: str = "left", why: str = ""
    ) -> LivingAlert:
        return self.book.raised(AlertKey(rule, foot, self.clock()), severity, LIVE, why)

    def reported(self) -> list[tuple[str, bool, bool]]:
        """Rule, whether shown, whether cleared, of what was heard since the last time."""
        reported = [(one.rule, one.shown, one.cleared_utc_ns is not None) for one in self.heard]
        self.heard.clear()
        return reported

    def state(self, alert: LivingAlert) -> AlertState:
        return self.book.state(next(one for one in self.book.history() if one.key == alert.key))


@pytest.fixture
def table() -> Table:
    return Table()


async def snooze(table: Table, alert: LivingAlert, choice: Snooze) -> LivingAlert:
    return await table.book.answer(alert.key, AnswerKind.SNOOZED, by="P001", snooze=choice)


async def test_an_alert_is_raised_seen_and_cleared_and_each_change_is_told(table: Table):
    alert = table.raised("low-arch")
    assert table.reported() == [("low-arch", True, False)]
    assert table.state(alert) is AlertState.RAISED
    assert table.book.open() == (alert,)
    assert table.book.unanswered() == (alert,)
    table.clock.wait(minutes=2)
    await table.book.answer(alert.key, AnswerKind.SEEN, by="P001")
    assert table.state(alert) is AlertState.SEEN
    assert table.book.unanswered() == ()
    assert len(table.book.open()) == 1
    table.clock.wait(minutes=3)
    table.book.cleared(alert.key, table.clock())
    assert table.reported() == [("low-arch", True, True)]
    assert table.state(alert) is AlertState.CLEARED
    assert table.book.open() == ()
    (over,) = table.book.history()
    assert (over.helped, over.helped_after_min) == (True, 3.0), "three minutes after it was seen"


async def test_what_the_person_says_of_help_goes_before_what_was_measured(table: Table):
    alert = table.raised("low-arch")
    await table.book.answer(alert.key, AnswerKind.SEEN, by="P001")
    table.clock.wait(minutes=3)
    table.book.cleared(alert.key, table.clock())
    await table.book.answer(alert.key, AnswerKind.HELPED, by="P001", after_min=10.0)
    assert (table.book.history()[0].helped, table.book.history()[0].helped_after_min) == (True, 10.0)
    await table.book.answer(alert.key, AnswerKind.DID_NOT_HELP, by="P001")
    assert table.book.history()[0].helped is False


@pytest.mark.parametrize(
    ("choice", "minutes"),
    [(Snooze.FIFTEEN, 15), (Snooze.THIRTY, 30), (Snooze.SIXTY, 60), (Snooze.TOMORROW, 720)],
)
async def test_a_snooze_holds_until_its_end_and_then_reminds_again(
    table: Table, choice: Snooze, minutes: int
):
    """Noon in Berlin: tomorrow begins twelve hours later."""
    alert = table.raised("low-arch")
    table.reported()
    await snooze(table, alert, choice)
    table.clock.wait(minutes=minutes, seconds=-1)
    table.book.step()
    assert table.reported() == []
    assert table.state(alert) is AlertState.SNOOZED
    table.clock.wait(seconds=1)
    table.book.step()
    assert table.reported() == [("low-arch", True, False)]
    table.book.step()
    assert table.reported() == [], "once"


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 20, 0, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (datetime(2026, 3, 10, 23, 30, tzinfo=UTC), datetime(2026, 3, 11, 23, 0, tzinfo=UTC)),
    ],
    ids=["the night in which summer time begins", "the night after", "half past midnight"],
)
def test_tomorrow_begins_at_the_persons_local_midnight(at: datetime, end: datetime):
    assert snoozed_until(Snooze.TOMORROW, at, BERLIN) == end


async def test_a_snooze_is_of_one_rule_and_one_foot(table: Table):
    alert = table.raised("low-arch", foot="left")
    await snooze(table, alert, Snooze.SIXTY)
    table.clock.wait(minutes=10)
    table.reported()
    table.raised("low-arch", foot="left")
    table.raised("low-arch", foot="right")
    table.raised("high-arch", foot="left")
    assert table.reported() == [
        ("low-arch", False, False),
        ("low-arch", True, False),
        ("high-arch", True, False),
    ]
    quiet, reasons = table.book.held_back()
    assert [(one.key.rule, one.key.foot) for one in quiet] == [("low-arch", "left")]
    assert reasons == {"snoozed": 1}


async def test_a_snooze_holds_across_a_restart_and_a_kill(table: Table):
    alert = table.raised("low-arch")
    await snooze(table, alert, Snooze.SIXTY)
    for again in (table.restart, table.kill):
        result = again()
        if result is not None:
            await result
        table.clock.wait(minutes=20)
        table.raised("low-arch")
        assert table.reported() == [("low-arch", False, False)]
    table.clock.wait(minutes=20)
    table.book.step()
    assert table.reported() == [("low-arch", True, False)], "an hour is over, and the cause has stayed"
    assert len(table.book.unanswered()) == 1


async def test_a_critical_alert_cannot_be_put_off(table: Table):
    alert = table.raised("sustained-pressure", CRITICAL)
    with pytest.raises(AlertError, match="cannot be put off"):
        await snooze(table, alert, Snooze.FIFTEEN)
    assert table.store.entries == []


async def test_the_weight_taken_off_silences_for_a_quarter_of_an_hour_and_it_returns_if_the_load_stays(
    table: Table,
):
    alert = table.raised("sustained-pressure", CRITICAL)
    table.reported()
    await table.book.answer(alert.key, AnswerKind.WEIGHT_TAKEN_OFF, by="P001")
    assert table.state(alert) is AlertState.SILENCED
    table.clock.wait(minutes=14, seconds=59)
    table.book.step()
    assert table.reported() == []
    table.clock.wait(seconds=1)
    table.book.step()
    assert table.reported() == [("sustained-pressure", True, False)]
    assert table.state(alert) is AlertState.SEEN


async def test_the_weight_taken_off_and_the_load_gone_is_the_end(table: Table):
    alert = table.raised("sustained-pressure", CRITICAL)
    await table.book.answer(alert.key, AnswerKind.WEIGHT_TAKEN_OFF, by="P001")
    table.clock.wait(minutes=2)
    table.book.cleared(alert.key, table.clock())
    table.reported()
    table.clock.wait(minutes=30)
    table.book.step()
    assert table.reported() == []
    assert table.book.history()[0].helped_after_min == 2.0


async def test_it_stays_silent_across_a_restart_and_returns(table: Table):
    alert = table.raised("sustained-pressure", CRITICAL)
    await table.book.answer(alert.key, AnswerKind.WEIGHT_TAKEN_OFF, by="P001")
    await table.restart()
    table.clock.wait(minutes=5)
    table.raised("sustained-pressure", CRITICAL)
    assert table.reported() == [("sustained-pressure", False, False)]
    table.clock.wait(minutes=10)
    table.book.step()
    assert table.reported() == [("sustained-pressure", True, False)]


def test_no_limit_of_the_rules_engine_holds_a_critical_alert_back(table: Table):
    table.raised("sustained-pressure", CRITICAL, why="limit an hour")
    table.raised("low-arch", why="limit an hour")
    assert table.reported() == [("sustained-pressure", True, False), ("low-arch", False, False)]


@pytest.mark.parametrize(("answered", "other"), [(NO_DATA, "static-load"), ("static-load", NO_DATA)])
async def test_no_data_and_values_never_silence_each_other(table: Table, answered: str, other: str):
    alert = table.raised(answered, WARNING)
    await snooze(table, alert, Snooze.TOMORROW)
    table.reported()
    table.clock.wait(minutes=5)
    table.raised(other, WARNING)
    assert table.reported() == [(other, True, False)]
    table.clock.wait(minutes=5)
    table.raised(answered, WARNING)
    assert table.reported() == [(answered, False, False)]


async def test_an_alert_with_no_data_answered_never_silences_a_critical_one(table: Table):
    alert = table.raised(NO_DATA, WARNING)
    await snooze(table, alert, Snooze.TOMORROW)
    table.reported()
    table.raised("sustained-pressure", CRITICAL)
    assert table.reported() == [("sustained-pressure", True, False)]


def test_an_alert_that_is_open_is_told_once(table: Table):
    key = AlertKey("low-arch", "left", table.clock())
    table.book.raised(key, NOTICE, LIVE)
    table.book.raised(key, NOTICE, LIVE)
    assert len(table.reported()) == 1
    table.book.cleared(key, table.clock())
    table.book.cleared(key, table.clock())
    assert len(table.reported()) == 1


async def test_what_an_analysis_finds_again_is_the_alert_that_is_known_with_its_answers(table: Table):
    """The onset is found 40 s earlier; the answer stays."""
    alert = table.raised("low-arch")
    await table.book.answer(alert.key, AnswerKind.SEEN, by="P001")
    table.reported()
    again = AlertKey("low-arch", "left", alert.key.onset_utc_ns - 40 * SECOND)
    assert table.book.found_afterwards(again, NOTICE, None) is None
    assert table.reported() == []
    assert [answer.answer for answer in table.book.history()[0].answers] == [AnswerKind.SEEN]


def test_what_an_analysis_alone_finds_is_told_once_as_over(table: Table):
    key = AlertKey("leg-length", "right", table.clock() - 3600 * SECOND)
    table.book.found_afterwards(key, NOTICE, None)
    table.book.found_afterwards(key, NOTICE, None)
    assert [(one.alert_class, one.cleared_utc_ns is not None) for one in table.heard] == [
        (AlertClass.FOUND_AFTERWARDS, True)
    ]
    assert table.book.open() == ()


async def test_the_history_comes_back_after_a_restart(table: Table):
    first = table.raised("low-arch")
    table.clock.wait(minutes=1)
    table.book.cleared(first.key, table.clock())
    table.clock.wait(minutes=9)
    table.raised("leg-length", why="shown lately")
    await table.restart()
    reported = [
        (one.key.rule, one.severity, one.alert_class, one.held_back_by) for one in table.book.history()
    ]
    assert reported == [("leg-length", NOTICE, LIVE, "shown lately"), ("low-arch", NOTICE, LIVE, "")]
    assert table.book.history()[1].cleared_utc_ns == first.key.onset_utc_ns + 60 * SECOND
    assert table.book.open() == (), "what nobody has looked at since is not open"


async def test_an_answer_that_cannot_be_kept_does_not_hold(table: Table):
    alert = table.raised("low-arch")
    table.store.refuses = True
    with pytest.raises(PlantigradeError, match="disk is full"):
        await snooze(table, alert, Snooze.SIXTY)
    assert table.state(alert) is AlertState.RAISED
    with pytest.raises(PlantigradeError, match="disk is full"):
        await table.book.flush()
    table.store.refuses = False
    await table.book.flush()
    assert [entry.answer for entry in table.store.entries] == [AnswerKind.RAISED]


async def test_answers_of_other_programs_hold_as_well(table: Table):
    alert = table.raised("low-arch")
    table.reported()
    until = NOON + timedelta(minutes=60)
    other = AlertAnswer("low-arch", "left", alert.key.onset_utc_ns, AnswerKind.SNOOZED, NOON, until)
    table.book.load([other])
    table.book.load([other])
    assert table.state(alert) is AlertState.SNOOZED
    table.clock.wait(minutes=60)
    table.book.step()
    assert table.reported() == [("low-arch", True, False)]


@pytest.mark.parametrize(
    ("severity", "ask", "text"),
    [
        (NOTICE, {"kind": AnswerKind.WEIGHT_TAKEN_OFF}, "is not critical"),
        (NOTICE, {"kind": AnswerKind.SNOOZED}, "for how long: 15 min, 30 min, 60 min, tomorrow"),
        (NOTICE, {"kind": AnswerKind.RAISED}, "the service says by itself"),
        (NOTICE, {"kind": AnswerKind.CLEARED}, "the service says by itself"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_refused(
    table: Table, severity: Severity, ask: dict[str, AnswerKind], text: str
):
    alert = table.raised("low-arch", severity)
    with pytest.raises(AlertError, match=text):
        await table.book.answer(alert.key, by="P001", **ask)
    assert table.store.entries == []


async def test_an_alert_that_is_not_there_cannot_be_answered(table: Table):
    with pytest.raises(AlertError, match=r"there is no alert low-arch \(left\)"):
        await table.book.answer(AlertKey("low-arch", "left", 0), AnswerKind.SEEN, by="P001")


async def test_the_sentence_beside_critical_rules_is_confirmed_once_and_anew_when_it_changes(table: Table):
    text = catalogue("en").alerts["reminder"]
    assert table.book.reminder_confirmed(text) is None
    await table.book.confirm_reminder(text, by="P001")
    await table.restart()
    assert table.book.reminder_confirmed(text) == NOON
    assert table.book.reminder_confirmed(text + " Call us.") is None
    assert table.book.history() == ()


def test_the_oldest_that_are_over_are_let_go(table: Table):
    open_one: Callable[[AlertBook], AlertKey] = lambda made: made.open()[-1].key  # noqa: E731
    first = table.raised("static-load", WARNING)
    for number in range(600):
        table.clock.wait(minutes=5)
        key = AlertKey(f"rule-{number}", "left", table.clock())
        table.book.raised(key, NOTICE, LIVE)
        table.book.cleared(key, table.clock())
    assert len(table.book.history()) == 500
    assert open_one(table.book) == first.key


@pytest.mark.parametrize("moment", [NOON, NOON + timedelta(microseconds=1), datetime(1970, 1, 1, tzinfo=UTC)])
def test_times_are_exact_to_the_microsecond(moment: datetime):
    assert ns_of(moment) % 1000 == 0
    assert datetime.fromtimestamp(ns_of(moment) // 1_000_000_000, UTC) == moment.replace(microsecond=0)
