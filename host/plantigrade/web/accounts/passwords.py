"""Passwords: what is accepted, and how it is stored.

OWASP ASVS 5.0, 6.2.1 to 6.2.12: at least 12 characters, at least 64 allowed, any characters, none of the
passwords that everybody tries first, no words of this context. Hashed with Argon2id (RFC 9106) with the
parameters that argon2-cffi recommends.
"""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from plantigrade.errors import PlantigradeError

SHORTEST: Final = 12
LONGEST: Final = 256
"""Longer ones cost the server time and add nothing."""
_CONTEXT: Final = ("plantigrade", "insole", "password", "passwort", "qwerty", "12345")
_FEWEST_DIFFERENT: Final = 5
_hasher = PasswordHasher()
_NOBODYS: Final = _hasher.hash("nobody signs in with this")
"""Checked when there is no such account, so that the time of an answer does not tell."""


class PasswordError(PlantigradeError):
    """A password that would be guessed too soon."""


def check_new(password: str, name: str) -> None:
    """Refuse a password that would be guessed.

    Raises:
        PasswordError: says what to do.

    Example:
        >>> check_new("correct horse battery", "ann")
    """
    lowered = password.lower()
    if len(password) < SHORTEST:
        raise PasswordError(
            f"a password has at least {SHORTEST} characters; four words that do not belong together are good"
        )
    if len(password) > LONGEST:
        raise PasswordError(f"a password has at most {LONGEST} characters")
    if len(set(lowered)) < _FEWEST_DIFFERENT:
        raise PasswordError("this password repeats few characters; take words that do not belong together")
    for word in (*_CONTEXT, name.lower()):
        rest = lowered.replace(word, "") if word else lowered
        if len(rest) < SHORTEST // 2:
            raise PasswordError(
                f"this password is little more than {word!r}; take words that do not belong together"
            )


def hash_password(password: str) -> str:
    """As it is stored."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one; takes as long when there is none (`stored` is None)."""
    try:
        _hasher.verify(_NOBODYS if stored is None else stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
