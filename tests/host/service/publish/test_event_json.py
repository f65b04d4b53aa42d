"""Every event as JSON, and the page that describes them: docs/reference/events.md."""

import json
from dataclasses import fields
from typing import get_args

import pytest
from plantigrade.service.events import (
    AlertClass,
    AlertEvent,
    DeliveryEvent,
    Event,
    InsoleState,
    LinkState,
    RecordingEvent,
    StrideEvent,
    SummaryEvent,
    WarningEvent,
    WatchingEvent,
)
from plantigrade.service.publish.event_json import NAMES, as_document
from plantigrade.service.publish.privacy import ABOUT_HEALTH, Policy

from tools.make_events_page import PAGE, with_tables

UTC_NS = 1_772_000_000_000_000_000
INSOLE_STATE = InsoleState(
    "00000A50477A3F01", "left", LinkState.CONNECTED, UTC_NS, 71, False, 3.44, ("sensor 7 is silent",), 120,
    "P001", "daily",
)  # fmt: skip
ALERT = AlertEvent("P001", "low-arch", "left", "warning", UTC_NS, UTC_NS, None, AlertClass.LIVE, True)
EVENTS: dict[str, Event] = {
    "insole": INSOLE_STATE,
    "stride": StrideEvent("P001", "left", UTC_NS, (("stride_time_s", 1.1), ("stance_pct", 62.5))),
    "alert": ALERT,
    "watching": WatchingEvent("P001", True, UTC_NS),
    "recording": RecordingEvent("20260301T100000Z-00000001", "P001", 1, "final"),
    "delivery": DeliveryEvent("P001", "phone", "low-arch left 1", True),
    "warning": WarningEvent("P001", "battery low", "00000A50477A3F01", "Please charge.", UTC_NS),
    "summary": SummaryEvent("P001", "2026-02-23", "2026-03-01", "You walked.", "/data/week.pdf"),
}


@pytest.mark.parametrize("name", list(EVENTS))
def test_an_event_is_a_flat_document_with_all_its_fields(name: str) -> None:
    event = EVENTS[name]
    document = as_document(event)
    assert document.pop("schema") == "plantigrade.events/1"
    assert document.pop("event") == name
    assert list(document) == [item.name for item in fields(event)]
    assert json.loads(json.dumps(document)) == document


def test_every_event_has_a_name_of_its_own() -> None:
    assert set(NAMES) == set(get_args(Event)) == {type(event) for event in EVENTS.values()}
    assert len(set(NAMES.values())) == len(NAMES)


def test_documents_by_hand() -> None:
    assert as_document(ALERT) == {
        "schema": "plantigrade.events/1", "event": "alert", "person": "P001", "rule": "low-arch",
        "foot": "left", "severity": "warning", "onset_utc_ns": UTC_NS, "known_utc_ns": UTC_NS,
        "cleared_utc_ns": None, "alert_class": "live", "shown": True, "held_back_by": "",
    }  # fmt: skip
    assert as_document(EVENTS["stride"])["values"] == {"stride_time_s": 1.1, "stance_pct": 62.5}
    assert as_document(INSOLE_STATE)["faults"] == ["sensor 7 is silent"]
    assert as_document(INSOLE_STATE)["link"] == "connected"


def test_the_page_describes_exactly_these_events() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_tables(text) == text, "python -m tools.make_events_page writes it"


@pytest.mark.parametrize("name", list(EVENTS))
@pytest.mark.parametrize("health", [False, True])
@pytest.mark.parametrize("people", [(), ("P001",)])
def test_what_may_leave(name: str, health: bool, people: tuple[str, ...]) -> None:
    """Without the person's leave no event names anyone; about health only with it and with the option."""
    event = EVENTS[name]
    sent = Policy("0a1b2c3d", health, people).outgoing(event)
    if isinstance(event, ABOUT_HEALTH) and not (health and people):
        assert sent is None
        return
    assert sent is not None and "P001" not in json.dumps(as_document(sent))
    assert sent.person == ("b9f8c90fe0" if people else None)
    assert "/data" not in json.dumps(as_document(sent)), "no paths of this computer"


def test_pseudonyms_differ_between_installations_and_people() -> None:
    one, other = Policy("0a1b2c3d"), Policy("0a1b2c3e")
    assert len({one.pseudonym("P001"), one.pseudonym("P002"), other.pseudonym("P001")}) == 3
