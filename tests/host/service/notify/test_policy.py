"""Any days of alerts, and what must hold of all of them: quiet hours, limits, nothing twice, nothing lost."""

import asyncio
from collections import Counter
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.library.person.entries import DeliveryOutcome, PersonSettings
from plantigrade.service.events import AlertEvent
from plantigrade.service.notify.messages import QUIET_SUBJECT, subject_of
from plantigrade.service.notify.quiet_hours import quiet_until

from tests.host.service.notify.notify_kit import BERLIN, MAIL, NOON, PHONE, Records, World, alert

Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["critical", "notice", "warning", "again", "break", "mend", "restart"]),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=12,
)
"""What happens, and how many minutes pass afterwards."""
HOURS = st.sampled_from([(None, None), (time(22), time(7)), (time(12, 30), time(14))])


def lived(steps: list[Step], chosen: PersonSettings) -> tuple[World, list[AlertEvent]]:
    """The world after these steps, and the alerts that were raised; what was sent goes on over restarts."""
    it = World(Records({"P001": chosen}))
    raised: list[AlertEvent] = []
    parts: list[list[Step]] = [[]]
    for step in steps:
        parts[-1].append(step)
        if step[0] == "restart":
            parts.append([])
    begin = NOON

    for part in parts:
        world = World(it.records, begin, sent=it.sent, heard=it.heard, refuses=it.refuses)

        async def story(world: World, part: list[Step] = part) -> None:
            for kind, minutes in part:
                if kind == "break":
                    world.refuses.add("phone")
                elif kind == "mend":
                    world.refuses.discard("phone")
                elif kind == "again" and raised:
                    world.bus.publish(raised[-1])
                elif kind in ("critical", "notice", "warning"):
                    onset = world.now.replace(microsecond=0) - timedelta(seconds=len(raised) + 1)
                    raised.append(alert(onset, kind))
                    world.bus.publish(raised[-1])
                await asyncio.sleep(60 * minutes + 1)

        world.live(story)
        begin = begin + timedelta(seconds=sum(60 * minutes + 1 for _, minutes in part) + 1)
    last = World(it.records, begin, sent=it.sent, heard=it.heard)
    last.live(lambda world: asyncio.sleep(50_000))
    return it, raised


@settings(max_examples=30, deadline=None)
@given(STEPS, HOURS, st.integers(0, 4))
def test_whatever_happens(steps: list[Step], hours: tuple[time | None, time | None], limit: int) -> None:
    chosen = PersonSettings(*hours, alerts_a_day=limit, channels=(PHONE, MAIL))
    it, raised = lived(steps, chosen)
    stored = [delivery for _, delivery in it.records.stored]
    delivered = [one for one in stored if one.outcome is DeliveryOutcome.DELIVERED]
    ordinary = {(one.at_utc, one.channel) for one in delivered if one.note != "critical"}

    def quiet(at: datetime) -> bool:
        return quiet_until(*hours, at, BERLIN) is not None

    assert not [at for at, _ in ordinary if quiet(at)], "nobody is woken but for what is critical"
    days = Counter(
        at.astimezone(BERLIN).date()
        for at in {
            one.at_utc for one in delivered if one.note != "critical" and not _summed_up(one.at_utc, stored)
        }
    )
    assert all(number <= limit for number in days.values())
    subjects = Counter(one.subject for one in delivered if one.subject != QUIET_SUBJECT)
    assert not [subject for subject, number in subjects.items() if number > 1], "nothing is sent twice"
    for one in raised:
        of_it = [delivery for delivery in stored if delivery.subject == subject_of(one)]
        assert of_it, "every alert is sent, summed up, or listed"
        if one.severity == "critical":
            assert of_it[-1].outcome is DeliveryOutcome.DELIVERED
            assert of_it[-1].at_utc.timestamp() * 1e9 - one.onset_utc_ns < 60e9


def _summed_up(at: datetime, stored: list) -> bool:  # type: ignore[type-arg]
    """Whether a message is that about quiet hours, which is not counted against the limit."""
    return any(one.at_utc == at and one.subject == QUIET_SUBJECT for one in stored)
