"""Events as JSON, `plantigrade.events/1`: one document for each, for every program outside."""

from dataclasses import fields
from enum import Enum
from typing import Any, Final, get_args

from plantigrade.service import events
from plantigrade.service.events import SCHEMA, Event

NAMES: Final[dict[type[Event], str]] = {
    events.InsoleState: "insole",
    events.StrideEvent: "stride",
    events.AlertEvent: "alert",
    events.WatchingEvent: "watching",
    events.RecordingEvent: "recording",
    events.DeliveryEvent: "delivery",
    events.WarningEvent: "warning",
    events.SummaryEvent: "summary",
}
"""The field `event` of a document."""
assert set(NAMES) == set(get_args(Event)), "every event has a name"


def as_document(event: Event) -> dict[str, Any]:
    """An event as a document that JSON can hold.

    Example:
        >>> list(as_document(events.WatchingEvent("P001", True, 5)).values())
        ['plantigrade.events/1', 'watching', 'P001', True, 5]
    """
    document: dict[str, Any] = {"schema": SCHEMA, "event": NAMES[type(event)]}
    for item in fields(event):
        document[item.name] = _plain(getattr(event, item.name))
    if isinstance(event, events.StrideEvent):
        document["values"] = dict(event.values)
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
