"""The pages beside the service: how they are reached, and the link with which the first browser signs in."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

import click
import segno

from plantigrade import support
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.service.assembly import Assembly, Part
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.security_txt.contact import security_contact
from plantigrade.web.server import Pages, PagesError
from plantigrade.web.site import Site, SiteSettings

PART: Final = "pages"
"""The part's name in the status, should it fail."""
LINK_PATH: Final = "/sign-in/"
EVERYWHERE: Final = "0.0.0.0"
"""All addresses of this computer; names that are not its own are refused (`security.hosts`)."""


@dataclass(frozen=True)
class Reach:
    """How the pages are to be reached.

    Attributes:
        port: to listen on; 0 for a free one.
        lan: from the home network, too.
    """

    port: int
    lan: bool = False


Beside = Callable[[Library, Assembly], Mapping[str, Part]]


def pages_beside(reach: Reach, quiet: bool) -> Beside:
    """The pages as a part beside the service.

    Args:
        reach: how they are to be reached.
        quiet: do not print the link; where nobody reads the output, it would lie in a log.
    """

    def beside(library: Library, assembly: Assembly) -> Mapping[str, Part]:
        pages = pages_of(library, assembly, reach)

        async def run() -> None:
            for line in support.remarks(version("plantigrade"), datetime.now(UTC).date()):
                click.echo(line, err=True)
            pages.on_started = (lambda: None) if quiet else (lambda: click.echo(welcome(library, pages)))
            try:
                await pages.run()
            except PagesError as error:
                click.echo(f"no pages for now: {error}", err=True)
                raise

        return {PART: run}

    return beside


def pages_of(library: Library, assembly: Assembly | None, reach: Reach) -> Pages:
    """The server of the pages, not started yet.

    Raises:
        FileError: the file with the contact for security.txt holds no address.
    """
    accounts = PageAccounts(library)
    contact = security_contact(library.data_dir)
    if not reach.lan:
        settings = SiteSettings(port=reach.port, security_contact=contact)
        return Pages(Site(library, accounts, assembly, settings=settings))
    from plantigrade.web.lan.serving import lan_certificate

    certificate = lan_certificate(library.data_dir)
    settings = SiteSettings(port=reach.port, hosts=certificate.hosts, secure=True, security_contact=contact)
    site = Site(library, accounts, assembly, settings=settings)
    return Pages(site, address=EVERYWHERE, tls=certificate.tls, advice=certificate.advice)


def sign_in_link(library: Library, pages: Pages) -> str:
    """An address that signs the owner in, once; in a library without accounts it makes the first one."""
    owners = [
        account.name
        for account in library.accounts.register.all()
        if Role.OWNER in account.roles and not account.disabled
    ]
    secret = library.accounts.links.make(owners[0] if owners else None)
    return f"{pages.url}{LINK_PATH}{secret}"


def welcome(library: Library, pages: Pages) -> str:
    """Where the pages are, and the link as text and as QR code."""
    link = sign_in_link(library, pages)
    drawn = io.StringIO()
    segno.make(link, micro=False).terminal(drawn, compact=True)
    lines = [f"pages: {pages.url}", "This link signs you in once:", f"  {link}", drawn.getvalue().rstrip()]
    return "\n".join([*lines, pages.advice] if pages.advice else lines)
