"""Passwords: what is accepted, and how it is stored.

OWASP ASVS 5.0, 6.2.1 to 6.2.12: at least 12 characters, at least 64 allowed, any characters, none of the
passwords that everybody tries first, no words of this context. Hashed with Argon2id (RFC 9106) with the
parameters that argon2-cffi recommends, for few people at once: each takes 64 MB and four threads.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from plantigrade.errors import PlantigradeError

SHORTEST: Final = 12
LONGEST: Final = 256
"""Longer ones cost the server time and add nothing."""
_CONTEXT: Final = ("plantigrade", "insole", "password", "passwort", "qwerty", "12345")
_COMMON: Final = frozenset(
    {
        "1q2w3e4r5t6y", "q1w2e3r4t5y6", "1qaz2wsx3edc", "1qazxsw23edc", "zaq12wsxcde3", "qazwsxedcrfv",
        "123qweasdzxc", "1q2w3e4r5t", "asdfghjkl", "zxcvbnm", "unbelievable", "administrator",
        "motherfucker", "iloveyou", "letmein", "welcome", "abc123", "trustno", "sunshine", "princess",
        "football", "baseball", "superman", "dragon", "monkey", "changeme", "default", "geheim", "hallo",
        "schatz", "passw0rd", "p@ssw0rd", "abcdefghijkl", "liverpool", "arsenal", "chelsea", "manchester",
    }
)  # fmt: skip
"""What lists of the passwords that everybody tries first hold, as far as twelve characters can be made of it:
of the 3000 commonest, hardly any is that long."""
_FEWEST_DIFFERENT: Final = 5
_SHORTEST_PART: Final = 3
"""Of a name that is a word of this context; shorter ones stand in every text."""
MOST_AT_ONCE: Final = 2
MOST_WAITING: Final = 6
"""Others are told to try again: a thread that waits could have served a page."""
LONGEST_WAIT_S: Final = 5.0
_hasher = PasswordHasher()
_NOBODYS: Final = _hasher.hash("nobody signs in with this")
"""Checked when there is no such account, so that the time of an answer does not tell."""


class PasswordError(PlantigradeError):
    """A password that would be guessed too soon."""


class BusyError(PlantigradeError):
    """Too many passwords are checked at this moment."""


_working: Final = threading.BoundedSemaphore(MOST_AT_ONCE)
_places: Final = threading.BoundedSemaphore(MOST_AT_ONCE + MOST_WAITING)
_BUSY: Final = "many people sign in at this moment; try again in some seconds"


@contextmanager
def _in_turn() -> Generator[None]:
    """One of the few who may compute at once.

    Raises:
        BusyError: too many wait already, or waiting took too long.
    """
    if not _places.acquire(blocking=False):
        raise BusyError(_BUSY)
    try:
        if not _working.acquire(timeout=LONGEST_WAIT_S):
            raise BusyError(_BUSY)
        try:
            yield
        finally:
            _working.release()
    finally:
        _places.release()


def check_new(password: str, name: str) -> None:
    """Refuse a password that would be guessed.

    Raises:
        PasswordError: says what to do.

    Example:
        >>> check_new("correct horse battery", "home")
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
    rest, found = lowered, ""
    parts = (part for part in name.lower().split() if len(part) >= _SHORTEST_PART)
    for word in (*_CONTEXT, *_COMMON, *parts):
        if word in rest:
            rest, found = rest.replace(word, ""), found or word
    if found and len(rest) < SHORTEST // 2:
        raise PasswordError(
            f"this password is little more than {found!r}; take words that do not belong together"
        )


def hash_password(password: str) -> str:
    """As it is stored.

    Raises:
        BusyError: too many passwords are checked at this moment.
    """
    with _in_turn():
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one; takes as long when there is none (`stored` is None).

    Raises:
        BusyError: too many passwords are checked at this moment.
    """
    try:
        with _in_turn():
            _hasher.verify(_NOBODYS if stored is None else stored, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
