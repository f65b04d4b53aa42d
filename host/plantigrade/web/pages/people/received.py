"""What came from homes: how much of it is here, who opened it; looked for again while the page is open."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownRecordingError
from plantigrade.library.entries import RecordingEntry
from plantigrade.library.person.entries import DataKind
from plantigrade.library.receiving.arrivals import Arrival, Arrivals
from plantigrade.library.receiving.entries import Parcel, ParcelState
from plantigrade.web.formats import Formats
from plantigrade.web.pages.walks.rows import Standing, facts_of
from plantigrade.web.visit import Visit

MOST_ROWS: Final = 8
"""What came last; what came before stands among the recordings of its person."""
BUSY_S: Final = 3
"""Between two looks while something comes: a worker looks every two seconds."""
QUIET_S: Final = 10
"""Else: what began to come is seen before somebody loads the page again."""
_LOOKS: Final = {
    ParcelState.RECEIVING: ("", "clock"),
    ParcelState.RECEIVED: ("", "clock"),
    ParcelState.FILED: ("ok", "check"),
    ParcelState.OPENED: ("", "person"),
    ParcelState.QUARANTINED: ("attention", "triangle"),
}
"""How a state stands out: class and icon of its tag."""


@dataclass(frozen=True)
class ReceivedRow:
    """One line.

    Attributes:
        person: code.
        link: of the recording; "" while there is none.
        facts: when it was recorded, from where and when it came.
        standing: how far it is.
    """

    person: str
    link: str
    facts: str
    standing: Standing


@dataclass(frozen=True)
class Received:
    """What came.

    Attributes:
        devices: how many send.
        counts: how many are in which state, in the reader's words; "" for nothing.
        rows: what came last.
        aside: how many were put aside.
        again_s: after how many seconds it is worth another look.
    """

    devices: int
    counts: str
    rows: list[ReceivedRow]
    aside: int
    again_s: int


def received_of(visit: Visit, formats: Formats) -> Received | None:
    """What came from people whose recordings the account may see; None where none of them sends.

    Raises:
        LibraryError: the database fails.
    """
    library, words = visit.site.library, visit.words
    people = [code for code, kinds in visit.shared_kinds.items() if DataKind.RECORDINGS in kinds]
    arrivals = Arrivals(library.store)
    devices, counts = arrivals.devices(people), arrivals.counts(people)
    if not devices and not any(counts.values()):
        return None
    texts = [
        words(f"people.received.count.{state.value}", number=formats.number(count))
        for state, count in counts.items()
        if count
    ]
    is_busy = counts[ParcelState.RECEIVING] or counts[ParcelState.RECEIVED]
    return Received(
        devices,
        " · ".join(texts),
        _rows(library, arrivals, people, formats),
        counts[ParcelState.QUARANTINED],
        BUSY_S if is_busy else QUIET_S,
    )


def _rows(
    library: Library, arrivals: Arrivals, people: Collection[str], formats: Formats
) -> list[ReceivedRow]:
    return [_row(library, one, formats) for one in arrivals.newest(people, MOST_ROWS)]


def _row(library: Library, arrival: Arrival, formats: Formats) -> ReceivedRow:
    parcel, words = arrival.parcel, formats.words
    entry = _entry(library, parcel)
    came = words("people.received.begun" if parcel.received_utc is None else "people.received.came")
    at = formats.moment(parcel.received_utc or parcel.begun_utc)
    facts = [words("people.received.from", device=arrival.device, came=came, at=at)]
    if entry is not None:
        facts.insert(0, facts_of(entry, None, formats))
    link = "" if entry is None else f"/walks/{entry.id}?person={arrival.person}"
    return ReceivedRow(arrival.person, link, " · ".join(facts), _standing(parcel, formats))


def _entry(library: Library, parcel: Parcel) -> RecordingEntry | None:
    """The recording that a parcel became; None before, and after it was erased or deleted."""
    if not parcel.recording:
        return None
    try:
        entry = library.entry(parcel.recording)
    except UnknownRecordingError:
        return None
    return entry if entry.deleted_utc is None else None


def _standing(parcel: Parcel, formats: Formats) -> Standing:
    state, icon = _LOOKS[parcel.state]
    share = formats.quantity(100.0 * parcel.received / max(1, parcel.bytes), "%")
    text = formats.words(f"people.received.state.{parcel.state.value}", share=share, by=parcel.opened_by)
    return Standing(parcel.state.value, state, icon, text)
