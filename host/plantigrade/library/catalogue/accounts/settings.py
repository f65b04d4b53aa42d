"""Every limit of accounts, sessions and links, with its reason; docs/explanation/accounts.md says them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from plantigrade.library.catalogue.accounts.entries import Role

LONGEST_NAME: Final = 100
"""Characters of an account's name: as long as addresses of e-mail mostly are."""
LONGEST_BROWSER: Final = 120
"""Characters that are stored of what a browser says of itself, to tell one's own sessions apart."""
SECRET_BYTES: Final = 32
"""Random bytes of tokens and links: 256 bits (OWASP ASVS 5.0, 7.2.3 asks for 128)."""
CODE_CHARACTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes that people copy by hand: none that look alike."""
RECOVERY_CODES: Final = 8
RECOVERY_LENGTH: Final = 16
"""79 random bits, so that a plain SHA-256 of a code cannot be tried out (NIST SP 800-63B asks for 64)."""
INVITATION_LENGTH: Final = 16
LINK_LASTS: Final = timedelta(minutes=10)
"""A link that the terminal of this computer shows is used at once."""
INVITED_LINK_LASTS: Final = timedelta(days=3)
"""The first link of somebody else's account has to reach that person."""
INVITATION_LASTS: Final = timedelta(days=14)
CHALLENGE_LASTS: Final = timedelta(minutes=5)
"""As browsers wait for a passkey."""
PROOF_LASTS: Final = timedelta(minutes=10)
"""Passwords, second factors and invitations are changed by someone who showed this recently who it is."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How often a session's last use is written: a page would wait for the disk otherwise."""
TOTP_STEP_S: Final = 30
TOTP_WINDOW: Final = 1
"""Steps before and after in which the app's code is taken: clocks of phones differ (RFC 6238, 5.2)."""


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts.

    Attributes:
        idle: without a page being asked for.
        longest: from signing in on.
    """

    idle: timedelta
    longest: timedelta


OF_PATIENT: Final = SessionLimits(timedelta(days=30), timedelta(days=180))
"""One's own phone or computer, and one's own data: asking again each day would only teach weak habits."""
OF_OTHERS: Final = SessionLimits(timedelta(minutes=15), timedelta(hours=12))
"""Other people's data or other people's accounts, on computers that others pass by: a working day at most."""


def limits_of(roles: frozenset[Role]) -> SessionLimits:
    """How long a session of an account with these roles lasts: as long as the strictest of them allows. The
    owner of a home, who is its patient, is signed in as a patient is.

    Example:
        >>> limits_of(frozenset({Role.OWNER, Role.PATIENT})).idle.days
        30
    """
    if roles and roles <= {Role.PATIENT, Role.OWNER} and Role.PATIENT in roles:
        return OF_PATIENT
    return OF_OTHERS
