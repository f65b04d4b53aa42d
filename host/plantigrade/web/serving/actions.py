"""What `plantigrade serve` does."""

import asyncio
import contextlib
import io
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import segno

from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.entries import Parcel, ParcelState
from plantigrade.library.receiving.parcels import ParcelRegister
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.receiving.spool import Spool
from plantigrade.parcels.invitation import Invitation
from plantigrade.parcels.pin import pin_of
from plantigrade.web.loopback import HOSTS_OF_LOOPBACK
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.receiving.routes import receiving_routes
from plantigrade.web.receiving.settings import ReceivingSettings
from plantigrade.web.security_txt.contact import security_contact
from plantigrade.web.server import Pages, Tls
from plantigrade.web.serving.supervisor import Supervisor
from plantigrade.web.serving.worker import Place
from plantigrade.web.site import Site, SiteSettings
from plantigrade.web.starting import welcome

EVERYWHERE: Final = "0.0.0.0"
HERE: Final = "127.0.0.1"


@dataclass(frozen=True)
class Serving:
    """How the clinic is served; see the options of `plantigrade serve`."""

    data: Path
    url: str | None
    key_file: Path | None
    port: int
    names: tuple[str, ...]
    tls: Tls | None
    behind_proxy: bool
    clinic: str
    origins: tuple[str, ...]
    workers: int
    quiet: bool


def serve(serving: Serving) -> None:
    """Serve until told to end.

    Raises:
        LibraryError: the library is not encrypted, or a name without encryption is asked for.
        PagesError: the port is taken.
    """
    if serving.names and serving.tls is None and not serving.behind_proxy:
        raise LibraryError(
            "health data goes over the network encrypted only: give --certificate and --private-key, or "
            "--behind-proxy where a proxy on this computer does it"
        )
    with Library(serving.data, serving.url, serving.key_file) as library:
        if library.vault is None:
            raise LibraryError(
                "the library of a clinic is encrypted; run `plantigrade sessions keys new` first"
            )
        pages = pages_of(library, serving)
        pages.on_started = lambda: None if serving.quiet else click.echo(welcome(library, pages))
        place = Place(serving.data, serving.url, serving.key_file)
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_run(pages, Supervisor(place, serving.workers)))


def pages_of(library: Library, serving: Serving) -> Pages:
    """The server of the pages and of what receives parcels, not started yet."""
    secure = serving.tls is not None or serving.behind_proxy
    settings = SiteSettings(
        port=serving.port,
        hosts=(*serving.names, *HOSTS_OF_LOOPBACK),
        secure=secure,
        of_clinic=True,
        security_contact=security_contact(library.data_dir),
    )
    return Pages(
        Site(library, PageAccounts(library), settings=settings),
        address=EVERYWHERE if serving.names and not serving.behind_proxy else HERE,
        tls=serving.tls,
        more=receiving_routes(library, ReceivingSettings(serving.clinic, serving.origins)),
        behind_proxy=serving.behind_proxy,
    )


async def _run(pages: Pages, supervisor: Supervisor) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    tasks = [asyncio.create_task(part) for part in (pages.run(), supervisor.run())]
    waiting = asyncio.create_task(ended.wait())
    try:
        done, _ = await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            task.result()
    finally:
        for task in (*tasks, waiting):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def invite(data: Path, where: Mapping[str, Any], person: str, address: str) -> None:
    """Invite a device of a person: the link, as text and as QR code.

    Raises:
        UnknownPersonError: there is no such person.
        ParcelError: the address is none.
    """
    with _open(data, where) as library:
        pin = pin_of(public_key(library.store))
        Invitation.parse(Invitation(address.rstrip("/"), "0" * 16, pin).link())  # before a code is spent
        code = SenderRegister(library.store).invite(person)
    link = Invitation(address.rstrip("/"), code, pin).link()
    drawn = io.StringIO()
    segno.make(link, micro=False).terminal(drawn, compact=True)
    click.echo(f"For {person}, once, within 7 days:\n  {link}\n{drawn.getvalue().rstrip()}")
    click.echo(f'At home: plantigrade clinic join "{link}"')


def show_devices(data: Path, where: Mapping[str, Any]) -> None:
    """All devices that joined."""
    with _open(data, where) as library:
        found = SenderRegister(library.store).all()
    if not found:
        click.echo("No device has joined yet: plantigrade serve invite PERSON")
    for one in found:
        seen = "never heard of" if one.seen_utc is None else f"heard of {one.seen_utc:%Y-%m-%d %H:%M} UTC"
        ended = "" if one.ended_utc is None else f"; ended {one.ended_utc:%Y-%m-%d}"
        wish = "" if one.erasure_wished_utc is None else "; WISHES that what it sent be erased"
        click.echo(f"{one.id}  {one.person}  {one.device}: {seen}{ended}{wish}")


def end_device(data: Path, where: Mapping[str, Any], number: int) -> None:
    """End the credential of a device.

    Raises:
        ReceivingError: there is no such device.
    """
    with _open(data, where) as library:
        register = SenderRegister(library.store)
        register.end(register.get(number).id)
    click.echo(f"Device {number} can send nothing more.")


def show_parcels(data: Path, where: Mapping[str, Any]) -> None:
    """How many parcels there are, and those that were put aside or are odd."""
    with _open(data, where) as library:
        parcels = ParcelRegister(library.store, Spool(library.data_dir))
        counts = parcels.counts()
        aside = parcels.in_state(ParcelState.QUARANTINED)
        odd = [one for one in parcels.in_state(ParcelState.FILED, ParcelState.OPENED) if one.problem]
        senders = {one.id: one for one in SenderRegister(library.store).all()}
    click.echo(", ".join(f"{count} {state.value}" for state, count in counts.items()))
    for title, found in (("Put aside:", aside), ("Filed, but odd:", odd)):
        if found:
            click.echo(title)
        for one in found:
            click.echo(f"  {_line(one, senders[one.sender].person if one.sender in senders else '?')}")
    if aside:
        click.echo("`plantigrade serve retry N` opens one again, `plantigrade serve discard N` removes it.")


def _line(parcel: Parcel, person: str) -> str:
    name = f" {parcel.recording}" if parcel.recording else ""
    return f"{parcel.id}  {parcel.touched_utc:%Y-%m-%d}  {person}{name}: {parcel.problem}"


def retry(data: Path, where: Mapping[str, Any], number: int) -> None:
    """Open a parcel again that was put aside.

    Raises:
        ReceivingError: it is not among them.
    """
    with _open(data, where) as library:
        ParcelRegister(library.store, Spool(library.data_dir)).try_again(number)
    click.echo(f"Parcel {number} waits for a worker.")


def discard(data: Path, where: Mapping[str, Any], number: int) -> None:
    """Remove a parcel that was put aside.

    Raises:
        ReceivingError: it is not among them.
    """
    with _open(data, where) as library:
        ParcelRegister(library.store, Spool(library.data_dir)).discard(number)
    click.echo(f"Parcel {number} is gone.")


def _open(data: Path, where: Mapping[str, Any]) -> Library:
    return Library(data, where["url"], where["key_file"])
