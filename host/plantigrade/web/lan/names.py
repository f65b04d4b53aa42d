"""By which names and addresses this computer is reached from the home network."""

import ipaddress
import socket
from typing import Final

from plantigrade.web.loopback import LOOPBACK

_ELSEWHERE: Final = ("192.0.2.1", 9)
"""An address of documentation (RFC 5737): asking for the way there sends nothing."""
_LOCAL: Final = ".local"


def names_of_computer() -> tuple[str, ...]:
    """Addresses in private networks and the name in the home network, then those of this computer itself.

    Example:
        >>> names_of_computer()[-2:]
        ('localhost', '127.0.0.1')
    """
    host = socket.gethostname().partition(".")[0].lower()
    names = [f"{host}{_LOCAL}"] if _is_name(host) and host != "localhost" else []
    return tuple(dict.fromkeys((*_addresses(), *names, *LOOPBACK)))


def _addresses() -> list[str]:
    found: list[str] = []
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(_ELSEWHERE)
            found.append(str(asking.getsockname()[0]))
    except OSError:
        pass  # not connected
    try:
        infos = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        infos = []
    found += [str(info[4][0]) for info in infos]
    return [address for address in dict.fromkeys(found) if _is_at_home(address)]


def _is_at_home(address: str) -> bool:
    """Only private addresses: a server that the whole internet reaches needs a certificate that it trusts."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_private and not parsed.is_loopback and not parsed.is_unspecified


def _is_name(text: str) -> bool:
    return bool(text) and text.isascii() and text.replace("-", "").isalnum() and not text.startswith("-")
