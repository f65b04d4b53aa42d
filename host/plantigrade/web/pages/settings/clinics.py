"""Clinics that the person's recordings go to: what is there, what waits, what is wrong."""

from dataclasses import dataclass

from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.entries import SendingState
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.web.visit import Visit


@dataclass(frozen=True)
class ShownClinic:
    """A clinic in the list.

    Attributes:
        name: of it.
        state: sentences of what is there and what waits.
        problem: why nothing goes there at the moment; "" for nothing.
    """

    name: str
    state: str
    problem: str


def clinics_shown(visit: Visit, person: str) -> list[ShownClinic]:
    """The clinics of a person, ended ones as long as they were not told."""
    library, words = visit.site.library, visit.words
    found: list[ShownClinic] = []
    for clinic in ClinicRegister(library).all(person):
        if clinic.acknowledged_utc is not None:
            continue
        counts = SendingRegister(library.store).counts(clinic)
        waiting = counts[SendingState.WAITING] + counts[SendingState.SENDING]
        there = counts[SendingState.RECEIVED] + counts[SendingState.FILED]
        state = words(
            "settings.clinics.state", waiting=waiting, there=there, opened=counts[SendingState.OPENED]
        )
        if counts[SendingState.QUARANTINED]:
            state += " " + words("settings.clinics.aside", count=counts[SendingState.QUARANTINED])
        if clinic.ended_utc is not None:
            state = words("settings.clinics.ending")
        found.append(ShownClinic(clinic.name, state, clinic.problem))
    return found
