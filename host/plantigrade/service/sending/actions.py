"""What `plantigrade clinic` does."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import click

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.entries import Clinic, Sending, SendingState
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.library.sending.settings import PURPOSE
from plantigrade.library.time_zone import in_zone
from plantigrade.parcels.invitation import Invitation
from plantigrade.service.sending.link import join, new_client
from plantigrade.service.sending.outbox import Outbox
from plantigrade.service.sending.settings import read_sending_settings

SCHEMA: Final = "plantigrade.clinics/1"
_SHOWN: Final = 10
STATE_TEXTS: Final[Mapping[SendingState, str]] = {
    SendingState.WAITING: "waits to be sent",
    SendingState.SENDING: "is being sent",
    SendingState.RECEIVED: "is there, not verified yet",
    SendingState.FILED: "received and verified",
    SendingState.OPENED: "opened",
    SendingState.QUARANTINED: "put aside by the clinic",
}


@dataclass(frozen=True)
class Wish:
    """What `clinic join` was asked for; see its options."""

    invitation: str
    person: str | None
    since: datetime | None
    device: str
    yes: bool


def join_clinic(data: Path, where: Mapping[str, Any], wish: Wish) -> None:
    """Take an invitation.

    Raises:
        PlantigradeError: it is none, the clinic does not answer, or refuses.
    """
    invitation = Invitation.parse(wish.invitation)
    with _open(data, where) as library:
        person = wish.person or _only_person(library)
        zone = library.zones().get(library.person(person).code)
        click.echo(f"The server: {invitation.address}\nYour consent: {PURPOSE}")
        click.echo("You can withdraw it at any time: plantigrade clinic leave")
        if not wish.yes:
            click.confirm(f"Do you consent, for {person}?", abort=True)
        now = datetime.now(UTC)
        with new_client() as client:
            found = join(client, invitation, wish.device or socket.gethostname()[:80])
        clinic = ClinicRegister(library).add(
            person,
            invitation.address,
            found.clinic,
            found.person,
            found.key,
            found.credential,
            in_zone(wish.since, zone) or now,
            now,
        )
        waiting = SendingRegister(library.store).plan(clinic, now)
    click.echo(f"{person}'s recordings go to {found.clinic} from now on. Waiting to be sent: {waiting}.")
    click.echo("`plantigrade run` sends them; `plantigrade clinic status` shows what arrived.")


def show_status(data: Path, where: Mapping[str, Any], file: IO[str] | None) -> None:
    """Which clinics there are, and what became of recordings."""
    with _open(data, where) as library:
        register, sendings = ClinicRegister(library), SendingRegister(library.store)
        found = [(clinic, sendings.of_clinic(clinic)) for clinic in register.all()]
    if file is not None:
        document = {"schema": SCHEMA, "clinics": [_as_json(clinic, ways) for clinic, ways in found]}
        file.write(json.dumps(document, indent=1) + "\n")
        return
    if not found:
        click.echo("Recordings go to no clinic. With its invitation: plantigrade clinic join LINK")
    for clinic, ways in found:
        for line in lines_of(clinic, ways):
            click.echo(line)


def lines_of(clinic: Clinic, ways: list[Sending]) -> list[str]:
    """A clinic and its recordings, as lines for people."""
    state = "since " + clinic.joined_utc.strftime("%Y-%m-%d")
    if clinic.ended_utc is not None:
        end = "it was told" if clinic.acknowledged_utc is not None else "it is told as soon as it answers"
        state = f"ended {clinic.ended_utc:%Y-%m-%d}; {end}"
    lines = [f"{clinic.id}  {clinic.name}, {clinic.address}: {clinic.person}'s recordings, {state}"]
    if clinic.problem:
        lines.append(f"   ! {clinic.problem}")
    for one in ways[:_SHOWN]:
        lines.append(f"   {one.recording}  {_state_text(one)}")
    if len(ways) > _SHOWN:
        lines.append(f"   and {len(ways) - _SHOWN} earlier ones (all with --json -)")
    return lines


def _state_text(one: Sending) -> str:
    text = STATE_TEXTS[one.state]
    if one.state is SendingState.SENDING:
        text += f": {one.sent * 100 // max(1, one.bytes)} %"
    if one.state is SendingState.OPENED and one.opened_by:
        text += f" by {one.opened_by}"
    return f"{text} ({one.problem})" if one.problem else text


def leave_clinic(data: Path, where: Mapping[str, Any], number: int, erase: bool) -> None:
    """Withdraw the consent, and tell the clinic if it answers now.

    Raises:
        LibraryError: there is no such clinic.
        FileError: the settings make no sense.
    """
    settings = read_sending_settings(data)
    with _open(data, where) as library:
        register = ClinicRegister(library)
        clinic = register.get(number)
        register.end(number, erase)
        with new_client() as client:
            Outbox(library, settings, client).round()
        acknowledged = register.get(number).acknowledged_utc is not None
    click.echo(f"Nothing more goes to {clinic.name}.")
    wish = " and of the wish to erase" if erase else ""
    later = (
        "" if acknowledged else " as soon as it answers, by `plantigrade run` or `plantigrade clinic send`"
    )
    click.echo(f"It {'was told of this' if acknowledged else 'will be told of this'}{wish}{later}.")


def send_now(data: Path, where: Mapping[str, Any]) -> None:
    """Send what waits.

    Raises:
        FileError: the settings make no sense.
    """
    settings = read_sending_settings(data)
    with _open(data, where) as library, new_client() as client:
        Outbox(library, settings, client).round()
    show_status(data, where, None)


def _as_json(clinic: Clinic, ways: list[Sending]) -> dict[str, Any]:
    return {
        "number": clinic.id,
        "person": clinic.person,
        "name": clinic.name,
        "address": clinic.address,
        "joined_utc": clinic.joined_utc.isoformat(),
        "ended_utc": _time(clinic.ended_utc),
        "acknowledged_utc": _time(clinic.acknowledged_utc),
        "problem": clinic.problem,
        "recordings": [
            {
                "recording": one.recording,
                "state": one.state.value,
                "bytes": one.bytes,
                "sent_bytes": one.sent,
                "problem": one.problem,
                "received_utc": _time(one.received_utc),
                "filed_utc": _time(one.filed_utc),
                "opened_utc": _time(one.opened_utc),
                "opened_by": one.opened_by,
            }
            for one in ways
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _only_person(library: Library) -> str:
    people = library.people()
    if len(people) != 1:
        raise LibraryError(f"there are {len(people)} people here; say whose recordings go with --person CODE")
    return people[0].code


def _open(data: Path, where: Mapping[str, Any]) -> Library:
    return Library(data, where["url"], where["key_file"])
