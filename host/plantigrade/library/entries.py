"""What the library answers with: plain values, detached from its database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

TAG_KINDS: Final = ("shoe", "orthotic", "terrain", "other")
ALERT_ORIGINS: Final = ("live", "analysis")
SEXES: Final = ("female", "male", "other")


@dataclass(frozen=True)
class Person:
    """A wearer.

    Attributes:
        code: pseudonym, such as "P001"; it names the person wherever the name should not appear.
        name, birth_date, remark: encrypted in an encrypted library.
        sex: one of `SEXES`, or None.
        height_cm, weight_kg: the newest; the record's `body` has all of them with their days.
        shoe_size_eu: None where unknown, like height and weight.
        time_zone: IANA name, such as "Europe/Berlin"; "" where unknown: that of the computer then.
        language: of texts for the person, such as "en"; "" where unknown.
    """

    code: str
    name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    shoe_size_eu: float | None = None
    remark: str = ""
    time_zone: str = ""
    language: str = ""


@dataclass(frozen=True)
class Device:
    """An insole.

    Attributes:
        serial: as it reports it.
        side: "left", "right" or "unset", when it was last seen.
        layout: identifier of the sensor layout.
        firmware: version when it was last seen.
        calibrated_on: ISO date of the calibration that the library holds for it; None where it holds none.
        method: of that calibration.
    """

    serial: str
    side: str
    layout: int
    firmware: str
    calibrated_on: str | None = None
    method: str | None = None


@dataclass(frozen=True, order=True)
class Tag:
    """A tag of a recording: kind (one of `TAG_KINDS`) and value."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True)
class Note:
    """A remark on a recording; `at_s` is a time in it, None for the whole recording."""

    id: int
    text: str
    at_s: float | None
    author: str
    created_utc: datetime


@dataclass(frozen=True)
class StoredAnalysis:
    """A stored result: which algorithm in which version, and its JSON document."""

    id: int
    algorithm: str
    version: str
    made_utc: datetime
    document: Mapping[str, Any]


@dataclass(frozen=True)
class StoredAlert:
    """An alert that was raised while recording or analysing.

    Attributes:
        rule: name of the rule.
        foot: "left", "right" or "both".
        from_s, to_s: span in the recording; `to_s` None while it lasted to the end.
        document: as `posture.rules_engine.section.alert_as_json` writes it.
        origin: "live" for an alert that was raised on the way, "analysis" for one that an analysis of the
            whole recording raised.
    """

    rule: str
    foot: str
    from_s: float
    to_s: float | None
    document: Mapping[str, Any]
    origin: str = "live"


@dataclass(frozen=True)
class AuditEntry:
    """Something that was done to the library. `subject` is the identifier of a recording or a person."""

    id: int
    at_utc: datetime
    actor: str
    action: str
    subject: str
    detail: str


class RecordingEntry(NamedTuple):
    """A recording as the catalogue knows it. A tuple, because thousands of them are made for one listing.

    Attributes:
        id: name of its folder.
        kind: "insole", or "import" for a file of another system.
        title: free text, at first the name of an imported file without its ending.
        person: the wearer's code; None while nobody was named.
        start_utc_ns: None where no clock is known.
        duration_s: None where no clock is known.
        feet: "left", "right" (or "unset") in the order of the manifest.
        sample_rate_hz: frames per second.
        frames_recorded, frames_missing: over both feet.
        bytes: size of its files.
        tags: in order of kind and value.
        added_utc: when the library took it in.
        deleted_utc: when it was deleted; it can be restored until it is purged.
    """

    id: str
    kind: str
    title: str
    person: str | None
    start_utc_ns: int | None
    duration_s: float | None
    feet: tuple[str, ...]
    sample_rate_hz: float
    frames_recorded: int
    frames_missing: int
    bytes: int
    tags: tuple[Tag, ...]
    added_utc: datetime
    deleted_utc: datetime | None


@dataclass(frozen=True)
class Filter:
    """Which recordings: all conditions that are given must hold.

    Attributes:
        person: code of the wearer.
        tags: all of these.
        device: serial of an insole.
        kind: "insole" or "import".
        since, until: of the start (UTC); recordings without a clock go by when they were added.
        text: part of the title, in any case.
        with_gaps: only recordings in which frames are missing (True) or none are (False).
        deleted: the deleted ones instead of the others.
        limit: a page of so many, newest first.
        after: only what comes after this recording in that order: the next page, which takes as long in the
            middle of a million as at its beginning. Nothing comes after one that is not there.
        before: in the same way only what comes before it; with a `limit` those that are next to it, which are
            the page before.
    """

    person: str | None = None
    tags: tuple[Tag, ...] = field(default=())
    device: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    with_gaps: bool | None = None
    deleted: bool = False
    limit: int | None = None
    after: str | None = None
    before: str | None = None
