"""Who may look at live frames: what a page asks of a visitor, asked of a WebSocket (ASVS 8.3.1, 4.4)."""

from dataclasses import dataclass

from starlette.websockets import WebSocket

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import acting_as
from plantigrade.web.accounts.rights import Account, Action, may
from plantigrade.web.live.settings import LONGEST_CODE, PATH
from plantigrade.web.requests import cookie_name, is_own_origin
from plantigrade.web.site import Site


class NotAdmittedError(PlantigradeError):
    """A WebSocket that is refused, with the reason for the log."""


@dataclass(frozen=True)
class Looker:
    """Who looks at whom.

    Attributes:
        account: who looks.
        person: at whose pair; None: at insoles that are nobody's.
        token: of the session.
    """

    account: Account
    person: str | None
    token: str

    @property
    def actor(self) -> str:
        """Under which name it is logged."""
        return self.account.person or self.account.name


def check_own_page(socket: WebSocket, site: Site) -> None:
    """A WebSocket must come from these pages: a browser always says where it comes from.

    Raises:
        NotAdmittedError: it comes from elsewhere, or does not say.
    """
    origin = socket.headers.get("origin")
    if origin is None or not is_own_origin(origin, socket.headers.get("host", ""), site):
        raise NotAdmittedError("from another page")


def admit(site: Site, token: str, asked: str | None, active: bool = True) -> Looker:
    """Who may look. Blocks: called in a thread.

    Args:
        site: accounts and consents.
        token: of the session; "" where none came.
        asked: code of the person in the address; None for the account's own.
        active: somebody opened a page; asking again by itself keeps no session alive.

    Raises:
        NotAdmittedError: not signed in, or this is not the account's to see.
    """
    signed_in = site.accounts.signed_in(token, active) if token else None
    if signed_in is None:
        raise NotAdmittedError("not signed in")
    account = signed_in.account
    person = (asked or account.person) or None
    if person is None:
        allowed = may(account, Action.SEE_INSOLES)
    else:
        shared = site.accounts.shared_with(account)
        allowed = len(person) <= LONGEST_CODE and may(account, Action.SEE, person, person in shared)
    if not allowed:
        raise NotAdmittedError("not this account's to see")
    return Looker(account, person, token)


def note_refusal(site: Site, token: str, address: str) -> None:
    """Log that a WebSocket was refused. Blocks: called in a thread."""
    signed_in = site.accounts.signed_in(token, active=False) if token else None
    site.accounts.note_refusal(None if signed_in is None else signed_in.account, address, PATH, 403)


def note_looking(site: Site, looker: Looker) -> None:
    """Log whose frames are looked at, as for any reading of a record. Blocks: called in a thread."""
    if looker.person is not None:
        with acting_as(looker.actor):
            site.service.frames.note_looking(looker.person)


def token_of(socket: WebSocket, site: Site) -> str:
    """The session's token that came with the request; "" where none came."""
    return socket.cookies.get(cookie_name(site.settings.secure), "")
