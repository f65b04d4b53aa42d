"""The second factor: codes of an authenticator app (RFC 6238), each taken once."""

import io
from typing import Final

import segno
from markupsafe import Markup
from pyotp import random_base32
from pyotp.totp import TOTP
from pyotp.utils import strings_equal

from plantigrade.library.catalogue.accounts.settings import TOTP_STEP_S, TOTP_WINDOW

ISSUER: Final = "Plantigrade"
DIGITS: Final = 6
SECRET_LENGTH: Final = 32
"""Base32 characters: 160 bits, as RFC 4226 advises."""
_BASE32: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def new_totp_secret() -> str:
    """A secret for an app."""
    return random_base32(SECRET_LENGTH)


def is_totp_secret(text: str) -> bool:
    """Whether a text is a secret as `new_totp_secret` makes it.

    Example:
        >>> is_totp_secret("A" * 32), is_totp_secret("a secret")
        (True, False)
    """
    return len(text) == SECRET_LENGTH and set(text) <= _BASE32


def step_of(secret: str, code: str, utc_s: float) -> int | None:
    """The step of time whose code this is; None where it is none of now.

    Example:
        >>> step_of("A" * 32, TOTP("A" * 32).at(1_000_000), 1_000_000) == 1_000_000 // 30
        True
    """
    digits = "".join(code.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdecimal():
        return None
    totp, now = TOTP(secret), int(utc_s // TOTP_STEP_S)
    found: int | None = None
    for step in range(now - TOTP_WINDOW, now + TOTP_WINDOW + 1):
        if strings_equal(totp.generate_otp(step), digits):
            found = step
    return found


def uri_of(secret: str, account: str) -> str:
    """What an app reads from the picture."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def picture_of(text: str) -> Markup:
    """A QR code as SVG for a page: dark on light in every scheme, since cameras need that."""
    return Markup(segno.make(text, error="m").svg_inline(scale=4, border=4, dark="black", light="white"))


def terminal_picture_of(text: str) -> str:
    """A QR code as lines of characters, for a terminal."""
    lines = io.StringIO()
    segno.make(text, error="l").terminal(lines, compact=True)
    return lines.getvalue()
