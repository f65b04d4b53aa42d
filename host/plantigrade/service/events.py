"""What happens while the service runs: one typed schema for pages, publishers and notifications.

All times are UTC in nanoseconds. Events about a person carry the person's code, never a name.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SCHEMA: Final = "plantigrade.events/1"


class AlertClass(StrEnum):
    """How soon after its cause an alert can be known."""

    LIVE = "live"
    DELAYED = "delayed"
    """By one burst of the daily mode at most."""
    FOUND_AFTERWARDS = "found afterwards"


class LinkState(StrEnum):
    """Of the link to one insole."""

    CONNECTED = "connected"
    BETWEEN_BURSTS = "between bursts"
    SEARCHING = "searching"
    PAUSED = "paused"


@dataclass(frozen=True)
class InsoleState:
    """One insole as it stands; sent when something changed and at most each second.

    Attributes:
        serial: of the insole; "" until it has introduced itself.
        side: "left", "right" or "unset".
        link: of now.
        last_frame_utc_ns: of the newest frame that has come; None before the first.
        battery_pct: None where it is not known.
        charging: None where it is not known.
        log_used_pct: fill of the insole's log; None where it is not known.
        faults: as text, such as "sensor 7 is silent".
        slots_to_fetch: still lacking from the insole's log.
        person: whose it is; None while nobody knows.
        mode: "daily", "live" or "idle".
    """

    serial: str
    side: str
    link: LinkState
    last_frame_utc_ns: int | None
    battery_pct: int | None
    charging: bool | None
    log_used_pct: float | None
    faults: tuple[str, ...]
    slots_to_fetch: int
    person: str | None
    mode: str


@dataclass(frozen=True)
class StrideEvent:
    """A complete stride of a foot.

    Attributes:
        person: the wearer; None while nobody knows.
        foot: "left" or "right".
        initial_contact_utc_ns: when it began.
        values: the row of the strides file, by column name; what is unknown is missing.
    """

    person: str | None
    foot: str
    initial_contact_utc_ns: int
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class AlertEvent:
    """An alert was raised, changed or ended.

    Attributes:
        person: the wearer.
        rule: identifier of the rule.
        foot: "left", "right" or "both".
        severity: of the rule.
        onset_utc_ns: when the value first crossed the level; with rule and foot the alert's name.
        known_utc_ns: when the service found it.
        cleared_utc_ns: None while it lasts.
        alert_class: how soon it could be known.
        shown: False when a snooze or a limit of the rules held it back; it is listed and counted.
            Quiet hours and the limit a day hold back notifications, not alerts.
        held_back_by: why, such as "snoozed", "shown lately" or "limit an hour"; "" when it is shown.
    """

    person: str
    rule: str
    foot: str
    severity: str
    onset_utc_ns: int
    known_utc_ns: int
    cleared_utc_ns: int | None
    alert_class: AlertClass
    shown: bool
    held_back_by: str = ""


@dataclass(frozen=True)
class WatchingEvent:
    """Whether critical rules of a person are being watched.

    Attributes:
        person: who has critical rules.
        watching: False: do not rely on reminders.
        since_utc_ns: when this began.
    """

    person: str
    watching: bool
    since_utc_ns: int


@dataclass(frozen=True)
class RecordingEvent:
    """A recording was finalized, completed, analysed or could not be.

    Attributes:
        recording: its identifier.
        person: the wearer; None while nobody knows.
        version: of the recording.
        stage: "provisional", "final", "analysed" or "not analysed".
        note: why, for people; "" where there is nothing to say.
    """

    recording: str
    person: str | None
    version: int
    stage: str
    note: str = ""


@dataclass(frozen=True)
class DeliveryEvent:
    """A notification was delivered over a channel, or was not.

    Attributes:
        person: to whom.
        channel: its name, never its address.
        subject: what it was about, such as "low-arch left 1772000000000000000".
        delivered: whether the channel took it.
        note: why not; "critical" for a critical alert that was delivered.
    """

    person: str
    channel: str
    subject: str
    delivered: bool
    note: str = ""


@dataclass(frozen=True)
class WarningEvent:
    """Something needs a hand before it bites: a battery, a full disk, an insole that is silent.

    Attributes:
        person: whom it concerns; None: everyone who is looked after here.
        kind: one word or two, such as "battery low" or "disk nearly full"; with `about` the warning's name.
        about: what it is about, such as the serial of an insole; "" for this computer.
        text: one sentence for people; nothing about health.
        utc_ns: when.
    """

    person: str | None
    kind: str
    about: str
    text: str
    utc_ns: int


@dataclass(frozen=True)
class SummaryEvent:
    """The summary of a person's week is ready.

    Attributes:
        person: whose.
        from_day, to_day: local dates of the person, as in ISO 8601, both inclusive.
        text: a few sentences for the person, about health.
        file: the summary as PDF on this computer; "" where there is none.
    """

    person: str
    from_day: str
    to_day: str
    text: str
    file: str = ""


Event = (
    InsoleState
    | StrideEvent
    | AlertEvent
    | WatchingEvent
    | RecordingEvent
    | DeliveryEvent
    | WarningEvent
    | SummaryEvent
)
