"""The service with insoles in daily mode, in virtual time: a load that stays reaches the person's alerts."""

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

from plantigrade.library.entries import Person
from plantigrade.library.person.entries import AnswerKind
from plantigrade.service.alerts.life import AlertKey
from plantigrade.service.events import AlertClass, AlertEvent, RecordingEvent, WatchingEvent
from plantigrade.service.live_analysis.analysis import LiveAnalysis
from plantigrade.service.offload import Offload

from tests.host.bridge_kit.virtual_time import virtual_now_ns
from tests.host.service.service_kit import SERIALS, Living, between, live

RULE = "sustained-pressure"
START, STOOD_FROM, STOOD_TO = "2026-03-01T06:50", "2026-03-01T07:00", "2026-03-01T08:00"
LIMIT_MIN = 15.0
"""What the clinician enters, in minutes."""


def alerts(living: Living) -> list[AlertEvent]:
    return [one for one in living.events if isinstance(one, AlertEvent) and one.rule == RULE]


def minutes_after(start: str, utc_ns: int) -> float:
    return utc_ns / 60e9 - datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp() / 60


def person_with_a_critical_rule(living: Living) -> None:
    living.library.add_person(Person("P001", weight_kg=70.0, time_zone="Europe/Berlin"))
    record = living.library.record("P001")
    since = datetime(2026, 2, 1, tzinfo=UTC)
    for serial in SERIALS.values():
        record.insoles.assign(serial, since)
    record.rules.switch_on(RULE, 4.7, 60.0 * LIMIT_MIN, reason="reduced feeling", at=since)


@contextlib.asynccontextmanager
async def followed(living: Living):
    """Live analysis beside the service."""
    analysis = LiveAnalysis(
        living.library, living.service.bus, virtual_now_ns, living.world.utc_ns, Offload.inline(), 900.0
    )
    analysis.attach(living.service)
    task = asyncio.create_task(analysis.run())
    try:
        yield analysis
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_load_that_stays_is_an_alert_one_burst_later_and_not_again_when_its_recording_is_analysed(
    tmp_path: Path,
):
    """Standing from 7:00 to 8:00; the limit is passed at 7:15; bursts are 15 min apart."""

    async def story(living: Living) -> None:
        person_with_a_critical_rule(living)
        async with followed(living) as analysis:
            await living.world.until("2026-03-01T07:38")
            feet = {one.foot: one for one in alerts(living)}
            assert feet.keys() == {"left", "right"}
            for alert in feet.values():
                onset, known = (
                    minutes_after(STOOD_FROM, ns) for ns in (alert.onset_utc_ns, alert.known_utc_ns)
                )
                assert 0.0 <= onset <= 1.5, "a record of a minute may begin before the load"
                assert LIMIT_MIN <= known - onset <= LIMIT_MIN + 15.0 + 2.0
                assert (alert.severity, alert.alert_class) == ("critical", AlertClass.DELAYED)
            assert analysis.watching("P001")
            key = AlertKey(RULE, "left", feet["left"].onset_utc_ns)
            book = await analysis.book("P001")
            await book.answer(key, AnswerKind.WEIGHT_TAKEN_OFF, by="P001")
            await living.world.until("2026-03-01T07:55")
            left = [one for one in alerts(living) if one.foot == "left" and one.shown]
            assert len(left) == 2, "the load has stayed: it is back after a quarter of an hour"
            await living.world.until("2026-03-01T08:50")
            assert not analysis.watching("P001")
            assert analysis.alerts_open()["P001"] == 0
            (finalized, *_) = living.recorded("provisional") or living.recorded("final")
            stored = living.library.open(finalized.recording)
            assert {one.origin for one in stored.alerts if one.rule == RULE} == {"live"}
            stored.full_analysis()
            living.service.bus.publish(RecordingEvent(finalized.recording, "P001", 1, "analysed"))
            await living.world.until("2026-03-01T08:51")
            later = [one for one in alerts(living) if one.alert_class is AlertClass.FOUND_AFTERWARDS]
            assert later == []
            again = living.library.open(finalized.recording).alerts
            assert {one.origin for one in again if one.rule == RULE} == {"live", "analysis"}
        watching = [one.watching for one in living.events if isinstance(one, WatchingEvent)]
        assert watching[-1] is False
        assert True in watching

    live(tmp_path, START, between((STOOD_FROM, STOOD_TO)), story)


def test_a_service_that_was_killed_follows_a_wearing_that_lasts_again(tmp_path: Path):
    async def story(living: Living) -> None:
        person_with_a_critical_rule(living)
        async with followed(living):
            await living.world.until("2026-03-01T07:10")
        await living.restart(kill=True)
        async with followed(living) as analysis:
            await living.world.until("2026-03-01T07:58")
            assert analysis.watching("P001")
            assert {one.foot for one in alerts(living)} == {"left", "right"}

    live(tmp_path, START, between((STOOD_FROM, STOOD_TO)), story)


def test_nobodys_insoles_raise_no_alert(tmp_path: Path):
    async def story(living: Living) -> None:
        async with followed(living):
            await living.world.until("2026-03-01T07:38")
            assert alerts(living) == []

    live(tmp_path, START, between((STOOD_FROM, STOOD_TO)), story)
