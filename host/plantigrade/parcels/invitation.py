"""An invitation: where the clinic is, the one-time code, and the pin of its key, as one link.

What stands after `#` is not sent to a server by a browser that opens the link.
"""

import ipaddress
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from plantigrade.parcels.errors import ParcelError
from plantigrade.parcels.pin import PIN_CHARACTERS, normal_code

CODE_CHARACTERS: Final = 16
_PAGE: Final = "/join"
_LONGEST: Final = 500


@dataclass(frozen=True)
class Invitation:
    """An invitation.

    Attributes:
        address: of the clinic's server, without a slash at its end.
        code: works once.
        pin: of the clinic's public key.
    """

    address: str
    code: str
    pin: str

    def link(self) -> str:
        """The link; also what a QR code holds."""
        return f"{self.address}{_PAGE}#{self.code}.{self.pin}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """An invitation from its link, as it was typed or scanned.

        Raises:
            ParcelError: it is none, or leads to a server without encryption.

        Example:
            >>> pin = "5EPGZNGGV6FAWH1YJCN2C51BS8"
            >>> invitation = Invitation("https://clinic.example", "0123456789ABCDEF", pin)
            >>> Invitation.parse(invitation.link().replace("ABC", "a-bc")) == invitation
            True
        """
        text = "".join(text.split())
        try:
            parts = urlsplit(text if len(text) <= _LONGEST and text.isprintable() else "")
        except ValueError:  # such as half an address in brackets
            parts = urlsplit("")
        code, _, pin = (normal_code(part) if part != "." else part for part in parts.fragment.partition("."))
        complete = (len(code), len(pin)) == (CODE_CHARACTERS, PIN_CHARACTERS)
        if not (complete and parts.netloc and parts.path.endswith(_PAGE) and "@" not in parts.netloc):
            raise ParcelError(
                "this is no invitation: copy the whole link, which looks like https://clinic.example/join#CODE.KEY"
            )
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname or "")):
            raise ParcelError("the link of an invitation begins with https://; this one is not encrypted")
        return cls(f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix(_PAGE)}", code, pin)


def _is_here(host: str) -> bool:
    """Whether a server is on this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
