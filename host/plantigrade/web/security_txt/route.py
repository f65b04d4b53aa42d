"""The address of security.txt, and what it says."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from plantigrade.support import security_txt_expires
from plantigrade.web.site import SiteSettings
from plantigrade.web.words import languages

PATH: Final = "/.well-known/security.txt"


def security_txt(contact: str, expires: date, canonical: str = "") -> str:
    """The text (RFC 9116).

    Args:
        contact: address to write to.
        expires: the last day on which this holds.
        canonical: address of the file itself, over https; "" to leave it out.

    Example:
        >>> print(security_txt("mailto:a@b.example", date(2027, 11, 28)), end="")
        Contact: mailto:a@b.example
        Expires: 2027-11-28T23:59:59Z
        Preferred-Languages: de, en
    """
    fields: Mapping[str, str] = {
        "Contact": contact,
        "Expires": f"{expires.isoformat()}T23:59:59Z",
        "Preferred-Languages": ", ".join(languages()),
        "Canonical": canonical,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def security_txt_route(settings: SiteSettings) -> Route:
    """The route; without a contact there is no such file, as one without it would say nothing."""

    async def answer(request: Request) -> Response:
        if not settings.security_contact:
            return PlainTextResponse("Nobody gave a contact.\n", 404)
        canonical = str(request.url.replace(query="")) if settings.secure else ""
        return PlainTextResponse(security_txt(settings.security_contact, security_txt_expires(), canonical))

    return Route(PATH, answer, name="security-txt")
