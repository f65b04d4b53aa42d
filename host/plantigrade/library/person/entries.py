"""What a person's record holds: plain values, detached from the database.

`id` is the number under which an entry is stored, 0 before it is; `by` is who entered it. Times are UTC, days
are local dates of the person.
"""

import re
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from plantigrade.library.person.settings import SHORTEST_SERIAL_END, USUAL_ALERTS_A_DAY
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer


@dataclass(frozen=True)
class BodyMeasure:
    """Weight and height of a day; None for what was not measured then."""

    measured_on: date
    weight_kg: float | None = None
    height_cm: float | None = None
    by: str = ""
    id: int = 0


class FootwearKind(StrEnum):
    """What is worn on the foot. An orthotic is worn in a shoe, so that one of each may be worn at a time."""

    SHOE = "shoe"
    ORTHOTIC = "orthotic"


FOOTWEAR_KINDS: Final = tuple(kind.value for kind in FootwearKind)


@dataclass(frozen=True)
class Footwear:
    """A pair of shoes or orthotics."""

    kind: FootwearKind
    name: str
    remark: str = ""
    id: int = 0


@dataclass(frozen=True)
class FootwearPeriod:
    """When a pair was worn; `to_utc` is None while it is."""

    footwear: Footwear
    from_utc: datetime
    to_utc: datetime | None = None
    id: int = 0


@dataclass(frozen=True)
class InsoleAssignment:
    """Whose an insole is, by code, and when; `to_utc` is None while it is.

    `side` is the foot that it is for, "left" or "right"; "" where nobody said.
    """

    person: str
    serial: str
    from_utc: datetime
    to_utc: datetime | None = None
    id: int = 0
    side: str = ""


def is_insole(serial: str, named: str) -> bool:
    """Whether an insole is the one that is named by its serial number or the end of it.

    Example:
        >>> is_insole("00000A50477A3F01", "7A3F01"), is_insole("00000A50477A3F01", "01")
        (True, False)
    """
    return serial == named or (len(named) >= SHORTEST_SERIAL_END and serial.endswith(named.upper()))


def is_serial_end(text: str) -> bool:
    """Whether a text can name an insole: a serial number, or enough of its end.

    Example:
        >>> [is_serial_end(text) for text in ("00000A50477A3F01", "7a3f01", "01", "left")]
        [True, True, False, False]
    """
    return re.fullmatch(rf"[0-9A-Fa-f]{{{SHORTEST_SERIAL_END},16}}", text) is not None


class Unassigned(StrEnum):
    """Why data belong to nobody; they wait for an answer, reach no baseline and raise no alert."""

    NOT_ASSIGNED = "not assigned"
    """A known insole that was nobody's at that time."""
    UNKNOWN_INSOLE = "unknown insole"
    """An insole that was never assigned to anyone."""
    TWO_PEOPLE = "two people"
    """Both feet, but of different people."""
    SIDES_SWAPPED = "sides swapped"
    """The left insole on the right foot."""
    SAME_SIDE = "two of one side"
    """Two left or two right insoles."""
    SET_ASIDE = "set aside"
    """Someone said that these data are not the person's."""


@dataclass(frozen=True)
class Wearer:
    """Who wore insoles: the person's code, or else why nobody can be named."""

    person: str | None
    unassigned: Unassigned | None = None


class GoalKind(StrEnum):
    """What a goal counts."""

    WEAR_HOURS = "wear hours"
    EXERCISE = "exercise"


@dataclass(frozen=True)
class Goal:
    """What a person means to do each day.

    Attributes:
        kind: what is counted.
        target: a day: hours of wear, or times that the exercise is done.
        from_day: the first day.
        to_day: the last day, None while it holds.
        exercise: identifier of the exercise; "" for hours of wear.
    """

    kind: GoalKind
    target: float
    from_day: date
    to_day: date | None = None
    exercise: str = ""
    by: str = ""
    id: int = 0


@dataclass(frozen=True)
class GoalDone:
    """What was done of a goal on a day, in the unit of its target."""

    goal_id: int
    day: date
    amount: float
    note: str = ""
    id: int = 0


class AnswerKind(StrEnum):
    """What happened to an alert, and what was said to it."""

    RAISED = "raised"
    """By the service; `note`: severity, class, and what held it back."""
    CLEARED = "cleared"
    """By the service, `after_min` from when it was known."""
    SEEN = "seen"
    SNOOZED = "snoozed"
    """Until `until_utc`, for the rule and the foot."""
    WOKEN = "woken"
    """A snooze of the rule and the foot ends before its time."""
    WEIGHT_TAKEN_OFF = "weight taken off"
    """To a critical alert: silent until `until_utc`, and back if the load stays."""
    HELPED = "helped"
    """What was done helped after `after_min`."""
    DID_NOT_HELP = "did not help"
    WRONG = "wrong"
    """The person says that it was not so."""
    REMINDER_CONFIRMED = "reminder confirmed"
    """The person has read that this is a reminder, not a safety device; `note`: version of the text."""


@dataclass(frozen=True)
class AlertAnswer:
    """An answer to an alert, keyed by what the alert is about, so that a new analysis keeps it.

    Attributes:
        rule, foot, onset_utc_ns: of the alert; foot is "left", "right" or "both".
        answer: what was said.
        at_utc: when.
        until_utc: how long it holds; None for what has no end.
        after_min: minutes until it helped.
    """

    rule: str
    foot: str
    onset_utc_ns: int
    answer: AnswerKind
    at_utc: datetime
    until_utc: datetime | None = None
    after_min: float | None = None
    note: str = ""
    by: str = ""
    id: int = 0


class DeliveryOutcome(StrEnum):
    """What became of a notification."""

    DELIVERED = "delivered"
    FAILED = "failed"
    HELD_BACK = "held back"
    """By quiet hours or the limit a day; `note` says by which."""


@dataclass(frozen=True)
class Delivery:
    """An attempt to deliver a notification, without its text.

    Attributes:
        at_utc: when.
        channel: the name of the channel, never its address.
        subject: what it was about, such as "low-arch left 1772000000000000000" or "weekly summary".
        outcome: what became of it.
        note: why it failed or was held back.
    """

    at_utc: datetime
    channel: str
    subject: str
    outcome: DeliveryOutcome
    note: str = ""
    id: int = 0


@dataclass(frozen=True)
class AnsweredCaution:
    """An answer to one of the questions before exercises; the newest of a question counts."""

    caution: Caution
    answer: CautionAnswer
    at_utc: datetime
    note: str = ""
    by: str = ""
    id: int = 0


class DataKind(StrEnum):
    """Kinds of data that a consent names."""

    PERSON = "person"
    RECORDINGS = "recordings"
    ANALYSES = "analyses"
    ALERTS = "alerts"
    DIARY = "diary"
    PLANS = "plans"
    DAYS = "days"


@dataclass(frozen=True)
class Consent:
    """Who may have which data.

    Attributes:
        recipient: who.
        data: kinds of data.
        purpose: what for, in the words that were shown.
        from_utc, until_utc: from when to when; without an end, until it is withdrawn.
        text_version: version of the text that was shown.
        by: who gave it.
        withdrawn_utc: None while it stands.
    """

    recipient: str
    data: tuple[DataKind, ...]
    purpose: str
    from_utc: datetime
    until_utc: datetime | None
    text_version: str
    by: str = ""
    withdrawn_utc: datetime | None = None
    id: int = 0

    def holds(self, at_utc: datetime) -> bool:
        """Whether it is given at a time."""
        ended = [end for end in (self.until_utc, self.withdrawn_utc) if end is not None and end <= at_utc]
        return self.from_utc <= at_utc and not ended


@dataclass(frozen=True)
class Channel:
    """A way to reach a person: a name for people, and the address as apprise writes it, with its secrets."""

    name: str
    address: str = field(repr=False)


@dataclass(frozen=True)
class PersonSettings:
    """What a person has set; what a new person has is what stands here.

    Attributes:
        quiet_from, quiet_to: local times between which only critical alerts are delivered; None: never quiet.
        alerts_a_day: notifications below critical, at most.
        channels: in the order in which they are tried.
        notify_alerts: whether alerts are sent over the channels at all.
        health_text: whether a notification may say what it is about.
        weekly_summary: whether the summary of a week is sent.
        raw_days: raw samples are removed after so many days; None: kept for ever.
        led_hint: whether the insole blinks for an alert.
        publish: whether facts about this person may go to other programs (MQTT).
    """

    quiet_from: time | None = None
    quiet_to: time | None = None
    alerts_a_day: int = USUAL_ALERTS_A_DAY
    channels: tuple[Channel, ...] = ()
    notify_alerts: bool = True
    health_text: bool = False
    weekly_summary: bool = False
    raw_days: int | None = None
    led_hint: bool = False
    publish: bool = False


@dataclass(frozen=True)
class WearDay:
    """What a local day asked of the body, from one recording or from all of the day together.

    Attributes:
        worn_h: hours in which the insoles were worn: walking, standing and sitting.
        steps: of both feet.
        strides: complete and valid ones of both feet.
        walking_min, standing_min: minutes.
        load_left_bw_s, load_right_bw_s: force summed over time, in body weights times seconds; None where the
            body weight is not known.
        recorded_h: hours for which there are samples, worn or not.
    """

    worn_h: float = 0.0
    steps: int = 0
    strides: int = 0
    walking_min: float = 0.0
    standing_min: float = 0.0
    load_left_bw_s: float | None = 0.0
    load_right_bw_s: float | None = 0.0
    recorded_h: float = 0.0

    def __add__(self, other: "WearDay") -> "WearDay":
        """Both together; what one of them does not know stays unknown.

        Example:
            >>> (WearDay(2.0, 1000) + WearDay(1.5, 200)).steps
            1200
        """
        both = ((getattr(self, item.name), getattr(other, item.name)) for item in fields(self))
        return WearDay(*(_sum(one, two) for one, two in both))


def _sum(one: Any, two: Any) -> Any:
    return None if one is None or two is None else one + two


@dataclass(frozen=True)
class Access:
    """Someone read or changed the record: who, when, what was done ("read", "change record", ...) to what."""

    at_utc: datetime
    actor: str
    action: str
    what: str
