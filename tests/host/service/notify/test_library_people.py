"""Notifications and the records of a real library: settings read, deliveries stored, a test message sent."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Channel, Delivery, DeliveryOutcome, PersonSettings
from plantigrade.service.notify.errors import NotifyError
from plantigrade.service.notify.library_people import LibraryPeople, zone_or_here
from plantigrade.service.notify.people import EVERY_CHANNEL
from plantigrade.service.notify.trial import send_test

from tools.local_servers import ntfy

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_settings_are_those_of_the_record_and_deliveries_are_stored(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001", time_zone="Europe/Berlin", language="de"))
        library.add_person(Person("P002"))
        record = library.record("P001")
        record.insoles.assign("A1B2", NOW - timedelta(days=2))
        library.record("P002").insoles.assign("A1B3", NOW - timedelta(days=2), NOW - timedelta(days=1))
        set_by_person = PersonSettings(time(22), time(7), channels=(Channel("phone", "ntfy://secret"),))
        record.settings.set(set_by_person)
        people = LibraryPeople(library, now_utc=lambda: NOW)
        assert await people.codes() == ["P001"], "only who has an insole now is looked after"
        recipient = await people.recipient("P001")
        assert recipient.settings == set_by_person
        assert (recipient.zone, recipient.language) == (ZoneInfo("Europe/Berlin"), "de")
        assert (await people.recipient("P002")).language == "en"
        held = Delivery(NOW, EVERY_CHANNEL, "low-arch left 1", DeliveryOutcome.HELD_BACK, "quiet hours")
        await people.add_delivery("P001", held)
        (stored,) = await people.deliveries("P001", NOW)
        assert (stored.subject, stored.outcome, stored.note) == (held.subject, held.outcome, held.note)
        assert await people.deliveries("P001", NOW + timedelta(seconds=1)) == []


async def test_a_test_message_goes_over_every_channel_and_says_what_failed(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
        people = LibraryPeople(library)
        with pytest.raises(NotifyError, match="P001 has no channel"):
            await send_test(people, "P001")
        async with ntfy() as good, ntfy(status=403) as bad:
            channels = (
                Channel("old phone", f"ntfy://127.0.0.1:{bad.port}/topic-one"),
                Channel("phone", f"ntfy://127.0.0.1:{good.port}/topic-two"),
            )
            night = {"quiet_from": time(0), "quiet_to": time(23, 59)}
            library.record("P001").settings.set(PersonSettings(channels=channels, **night))  # type: ignore[arg-type]
            done = await send_test(people, "P001")
        assert [(name, sent.delivered) for name, sent in done] == [("old phone", False), ("phone", True)]
        assert "403" in done[0][1].note and "topic-one" not in done[0][1].note
        assert [got["message"] for got in good.got] == [
            "This is a test of Plantigrade's notifications. Nothing is wrong."
        ]
        stored = library.record("P001").deliveries.all()
        assert [(one.channel, one.subject, one.outcome.value) for one in stored] == [
            ("old phone", "test", "failed"),
            ("phone", "test", "delivered"),
        ]


def test_a_person_without_a_time_zone_has_that_of_the_computer() -> None:
    for at in (NOW, NOW + timedelta(days=150)):
        assert at.astimezone(zone_or_here(Person("P001"))).utcoffset() == at.astimezone().utcoffset()
    assert zone_or_here(Person("P001", time_zone="Asia/Kolkata")) == ZoneInfo("Asia/Kolkata")
