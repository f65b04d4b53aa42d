"""How a recording came here, or where it went: what the homes and the clinic know of each other."""

from plantigrade.library.catalogue.library import Library
from plantigrade.library.receiving.arrivals import Arrivals
from plantigrade.library.sending.entries import Sending
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.web.formats import Formats


def way_of(library: Library, recording: str, formats: Formats) -> list[str]:
    """Sentences; none where no home sent it and it goes to no clinic.

    Raises:
        LibraryError: the database fails.
    """
    words, sentences = formats.words, list[str]()
    arrival = Arrivals(library.store).of_recording(recording)
    if arrival is not None:
        parcel = arrival.parcel
        came = formats.moment(parcel.received_utc)
        sentences.append(words("walk.way.received", device=arrival.device, at=came))
        if parcel.opened_utc is not None:
            opened = formats.moment(parcel.opened_utc)
            sentences.append(words("walk.way.opened", by=parcel.opened_by, at=opened))
    sent = SendingRegister(library.store).of_recording(recording)
    return sentences + [_sent(one, clinic, formats) for one, clinic in sent]


def _sent(one: Sending, clinic: str, formats: Formats) -> str:
    return formats.words(
        f"walk.way.sent.{one.state.value}",
        clinic=clinic,
        share=formats.quantity(100.0 * one.sent / max(1, one.bytes), "%"),
        by=one.opened_by,
        at=formats.moment(one.opened_utc or one.filed_utc or one.received_utc),
    )
