"""Who is told what, when, and over which channel; in virtual time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from plantigrade.library.person.entries import Delivery, DeliveryOutcome, PersonSettings
from plantigrade.service.events import AlertClass, SummaryEvent, WarningEvent
from plantigrade.service.notify.messages import subject_of

from tests.host.service.notify.notify_kit import MAIL, NOON, PHONE, Records, World, alert

PRIVATE = "Plantigrade has a message for you."
IMPORTANT = "Plantigrade has an important message for you. Please look at it now."
NIGHT = {"quiet_from": time(22), "quiet_to": time(7)}


def world(begin: datetime = NOON, **settings: object) -> World:
    """One person with two channels."""
    known = PersonSettings(channels=(PHONE, MAIL), **settings)  # type: ignore[arg-type]
    return World(Records({"P001": known}), begin)


def test_an_alert_goes_over_the_first_channel_alone() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    assert it.texts_sent == [("phone", PRIVATE)]
    assert it.records.outcomes == [("phone", "delivered")]
    assert [(e.person, e.channel, e.subject, e.delivered) for e in it.heard] == [
        ("P001", "phone", subject_of(alert()), True)
    ]


@pytest.mark.parametrize(
    "event",
    [
        alert(shown=False),
        alert(cleared=NOON),
        SummaryEvent("P001", "2026-02-23", "2026-03-01", "text"),
    ],
)
def test_what_was_held_back_is_over_or_not_asked_for_is_not_told(event: object) -> None:
    async def story(it: World) -> None:
        it.bus.publish(event)  # type: ignore[arg-type]
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    assert it.texts_sent == [] and it.records.stored == []


def test_a_failed_channel_is_shown_and_the_next_one_tried_at_once() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(1)

    it = world()
    it.refuses = {"phone"}
    it.live(story)
    assert it.texts_sent == [("phone", PRIVATE), ("mail", PRIVATE)]
    assert it.records.outcomes == [("phone", "failed"), ("mail", "delivered")]
    assert [(e.channel, e.delivered, e.note) for e in it.heard] == [
        ("phone", False, "refused"), ("mail", True, ""),
    ]  # fmt: skip


def test_when_no_channel_takes_it_all_are_tried_three_times_and_no_more() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert(severity="critical"))
        await asyncio.sleep(3600)

    it = world()
    it.refuses = {"phone", "mail"}
    it.live(story)
    at_s = [round((at - NOON).total_seconds()) for at, _, _ in it.sent]
    assert at_s == [0, 0, 30, 30, 150, 150]
    assert it.records.outcomes == [("phone", "failed"), ("mail", "failed")] * 3


def test_a_critical_alert_without_a_channel_is_a_failure_that_is_shown() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert(severity="critical"))
        it.bus.publish(alert())
        await asyncio.sleep(1)

    it = World(Records({"P001": PersonSettings()}))
    it.live(story)
    assert [(e.channel, e.note) for e in it.heard] == [("no channel", "no channel is set up")]


def test_a_channel_that_hangs_holds_up_neither_what_is_critical_nor_another_person() -> None:
    async def story(it: World) -> None:
        it.hangs = {"phone"}
        it.bus.publish(alert())
        await asyncio.sleep(1)
        it.hangs = set()
        it.bus.publish(alert(rule="high-arch", severity="critical"))
        it.bus.publish(alert(person="P002"))
        await asyncio.sleep(1)

    it = world()
    it.records.settings["P002"] = PersonSettings(channels=(MAIL,))
    it.live(story)
    assert it.texts_sent == [("phone", PRIVATE), ("phone", IMPORTANT), ("mail", PRIVATE)]


def test_what_waits_behind_a_slow_channel_goes_out_as_one_message() -> None:
    async def story(it: World) -> None:
        it.hangs = {"phone"}
        it.bus.publish(alert())
        await asyncio.sleep(1)
        it.hangs = set()
        for rule in ("high-arch", "pronation", "supination"):
            it.bus.publish(alert(rule=rule))
        it.bus.publish(alert(rule="supination", cleared=NOON))
        await asyncio.sleep(3700)

    it = world()
    it.live(story)
    assert it.texts_sent == [("phone", PRIVATE), ("phone", "Plantigrade has 2 messages for you.")]


def test_nothing_is_told_twice_after_a_new_analysis_or_a_restart() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(1)
        it.bus.publish(alert())
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    again = World(it.records, NOON + timedelta(days=30))
    again.live(story)
    assert it.texts_sent == [("phone", PRIVATE)] and again.texts_sent == []


@pytest.mark.parametrize(("severity", "text"), [("critical", IMPORTANT), ("warning", PRIVATE)])
def test_an_alert_that_returns_after_its_silence_is_sent_again(severity: str, text: str) -> None:
    async def story(it: World) -> None:
        for _ in range(2):
            it.bus.publish(alert(severity=severity))
            await asyncio.sleep(1)
        await asyncio.sleep(900)
        it.bus.publish(alert(severity=severity, known=it.now))
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    assert it.texts_sent == [("phone", text)] * 2


def test_what_only_the_analysis_found_is_sent_once_although_it_is_over() -> None:
    found = alert(NOON - timedelta(hours=5), cleared=NOON, kind=AlertClass.FOUND_AFTERWARDS, known=NOON)

    async def story(it: World) -> None:
        it.bus.publish(found)
        await asyncio.sleep(60)
        it.bus.publish(replace(found, known_utc_ns=it.utc_ns()))  # after the next analysis
        await asyncio.sleep(60)

    it = world(health_text=True)
    it.live(story)
    ((_, text),) = it.texts_sent
    assert text.startswith("At 08:00: The inner middle of your left foot")


def test_a_critical_alert_that_a_burst_brought_with_its_end_is_sent_and_others_are_listed() -> None:
    async def story(it: World) -> None:
        for severity in ("critical", "warning"):
            it.bus.publish(alert(severity=severity, rule=f"low-{severity}"))
            it.bus.publish(alert(severity=severity, rule=f"low-{severity}", cleared=NOON))
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    assert it.texts_sent == [("phone", IMPORTANT)]
    assert "held back: over before it could be sent" in [e.note for e in it.heard]


def test_the_days_limit_counts_messages_below_critical_and_begins_anew_at_local_midnight() -> None:
    """Berlin: the local day ends at 23:00 UTC."""

    async def story(it: World) -> None:
        for number, severity in enumerate(("critical", "notice", "notice", "notice", "critical")):
            it.bus.publish(alert(NOON + timedelta(seconds=number), severity))
            await asyncio.sleep(60)
        assert len(it.sent) == 4
        await it.until(22, 50)
        it.bus.publish(alert(NOON + timedelta(seconds=9)))
        await it.until(23, 10)
        it.bus.publish(alert(NOON + timedelta(seconds=10)))
        await asyncio.sleep(60)

    it = world(alerts_a_day=2)
    it.live(story)
    assert [body for _, body in it.texts_sent] == [IMPORTANT, PRIVATE, PRIVATE, IMPORTANT, PRIVATE]
    held = [one for _, one in it.records.stored if one.outcome is DeliveryOutcome.HELD_BACK]
    assert [(one.channel, one.note) for one in held] == [("no channel", "limit of 2 a day")] * 2
    assert [e.note for e in it.heard if not e.delivered] == ["limit of 2 a day"] * 2


def test_quiet_hours_hold_back_all_but_critical_alerts_and_are_summed_up_when_they_end() -> None:
    """22:00 to 07:00 in Berlin is 21:00 to 06:00 UTC."""

    async def story(it: World) -> None:
        for rule in ("low-arch", "high-arch"):
            it.bus.publish(alert(NOON, rule=rule))
            await asyncio.sleep(60)
        it.bus.publish(alert(severity="critical", rule="pronation"))
        await asyncio.sleep(60)
        it.bus.publish(alert(NOON))  # published once more
        await it.until(5, 59)
        assert it.texts_sent == [("phone", IMPORTANT)]
        await it.until(6, 1)
        it.bus.publish(alert(NOON))  # and once more, when it has been told
        await asyncio.sleep(60)

    it = world(datetime(2026, 3, 2, 22, tzinfo=UTC), **NIGHT)
    it.live(story)
    assert it.texts_sent[1:] == [("phone", "While it was quiet (22:00 to 07:00): 2 messages.")]
    assert it.records.outcomes == [
        ("no channel", "held back"), ("no channel", "held back"), ("phone", "delivered"),
        *[("phone", "delivered")] * 3,
    ]  # fmt: skip
    assert {one.note for _, one in it.records.stored} == {"quiet hours until 07:00", "critical", ""}


def test_a_restart_in_quiet_hours_forgets_nothing() -> None:
    async def evening(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(60)

    async def night(it: World) -> None:
        it.bus.publish(alert())  # the same one
        it.bus.publish(alert(rule="high-arch"))
        await it.until(7)

    first = world(datetime(2026, 3, 2, 22, tzinfo=UTC), **NIGHT)
    first.live(evening)
    second = World(first.records, datetime(2026, 3, 3, 2, tzinfo=UTC))
    second.live(night)
    assert second.texts_sent == [("phone", "While it was quiet (22:00 to 07:00): 2 messages.")]
    third = World(first.records, datetime(2026, 3, 3, 8, tzinfo=UTC))
    third.live(lambda it: asyncio.sleep(3600))
    assert third.texts_sent == []


def test_a_weekly_summary_waits_for_the_end_of_quiet_hours_in_its_own_message() -> None:
    async def story(it: World) -> None:
        it.bus.publish(SummaryEvent("P001", "2026-02-23", "2026-03-01", "You walked.", "/week.pdf"))
        await it.until(6, 1)

    it = world(datetime(2026, 3, 1, 22, tzinfo=UTC), weekly_summary=True, health_text=True, **NIGHT)
    it.live(story)
    assert it.texts_sent == [("phone", "You walked.")]
    assert str(it.sent[0][2].file) == "/week.pdf"


def test_a_warning_about_the_computer_goes_to_everyone_and_twice_an_hour_at_most() -> None:
    disk = WarningEvent(None, "disk nearly full", "", "The disk has room for 2 days.", 0)

    async def story(it: World) -> None:
        for _ in range(10):
            it.bus.publish(disk)
            await asyncio.sleep(601)

    it = world()
    it.records.settings["P002"] = PersonSettings(channels=(MAIL,))
    it.live(story)
    assert sorted(it.texts_sent) == [("mail", disk.text)] * 4 + [("phone", disk.text)] * 4


def test_a_weekly_summary_is_sent_once_also_when_the_service_starts_again_days_later() -> None:
    async def story(it: World) -> None:
        it.bus.publish(SummaryEvent("P001", "2026-02-23", "2026-03-01", "You walked."))
        await asyncio.sleep(60)

    it = world(weekly_summary=True, health_text=True)
    it.live(story)
    again = World(it.records, NOON + timedelta(days=5))
    again.live(story)
    assert it.texts_sent == [("phone", "You walked.")] and again.texts_sent == []


def test_someone_who_wants_no_alerts_still_gets_warnings() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert(severity="critical"))
        it.bus.publish(WarningEvent("P001", "battery low", "A1B2", "Please charge.", 0))
        await asyncio.sleep(1)

    it = world(notify_alerts=False)
    it.live(story)
    assert it.texts_sent == [("phone", "Please charge.")]


def test_the_insole_blinks_for_those_who_want_it_beside_their_channels() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert(foot="right"))
        await asyncio.sleep(1)

    for wanted in (True, False):
        it = world(led_hint=wanted)
        it.live(story)
        assert it.hints == ([("P001", "right")] if wanted else [])
        assert it.texts_sent == [("phone", PRIVATE)]
        assert it.records.outcomes == [("LED", "delivered")] * wanted + [("phone", "delivered")]


def test_an_insole_that_does_not_answer_holds_up_nothing_and_is_shown() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(60)

    it = world(led_hint=True)
    it.insole_hangs = True
    it.live(story)
    assert it.sent[0][0] < NOON + timedelta(seconds=1)
    assert ("LED", False, "the insole did not answer within 6 s") in [
        (e.channel, e.delivered, e.note) for e in it.heard
    ]


def test_while_the_records_cannot_be_read_critical_alerts_go_by_what_was_known() -> None:
    async def story(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(1)
        it.records.broken = True
        it.bus.publish(alert(rule="high-arch"))
        it.bus.publish(alert(rule="pronation", severity="critical"))
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    assert it.texts_sent == [("phone", PRIVATE), ("phone", IMPORTANT)]
    notes = {(e.subject.split()[0], e.delivered, e.note) for e in it.heard}
    assert ("high-arch", False, "the database is locked") in notes
    assert ("pronation", True, "critical (not recorded: the database is locked)") in notes


def test_records_that_cannot_be_read_are_tried_again_and_not_for_ever() -> None:
    async def story(it: World) -> None:
        it.records.broken = True
        it.bus.publish(alert(severity="critical"))
        await asyncio.sleep(45)
        it.records.broken = False
        await asyncio.sleep(30)
        assert it.texts_sent == [("phone", IMPORTANT)]
        it.records.broken = True
        it.bus.publish(alert(person="P003"))
        await asyncio.sleep(3600)

    it = world()
    it.live(story)
    failed = [e.person for e in it.heard if e.note == "the database is locked"]
    assert failed == ["P001"] * 2 + ["P003"] * 3


def test_a_flood_is_bounded_and_what_makes_way_is_shown() -> None:
    async def story(it: World) -> None:
        it.hangs = {"phone"}
        it.bus.publish(alert())
        await asyncio.sleep(1)
        for number in range(105):
            it.bus.publish(alert(NOON + timedelta(seconds=number + 1)))
        await asyncio.sleep(1)

    it = world()
    it.live(story)
    assert [e.note for e in it.heard] == ["held back: more than 100 messages wait"] * 5


def test_a_delivery_by_the_led_alone_does_not_count_as_told() -> None:
    """The LED blinked, and then the service was stopped before the channels were tried."""

    async def story(it: World) -> None:
        it.bus.publish(alert())
        await asyncio.sleep(1)

    it = world(led_hint=True)
    it.records.stored.append(("P001", Delivery(NOON, "LED", subject_of(alert()), DeliveryOutcome.DELIVERED)))
    it.live(story)
    assert it.texts_sent == [("phone", PRIVATE)]
