"""Random secrets and how they are stored: as SHA-256, which suffices for what nobody can guess."""

import hashlib
import secrets

from plantigrade.library.catalogue.accounts.settings import CODE_CHARACTERS, SECRET_BYTES

_GROUP = 4


def new_secret() -> str:
    """A token or link: 256 random bits, safe in addresses."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_code(length: int) -> str:
    """A code that people copy by hand, in groups of four.

    Example:
        >>> len(new_code(16))
        19
    """
    text = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(length))
    return "-".join(text[at : at + _GROUP] for at in range(0, length, _GROUP))


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(code: str) -> str:
    """What is stored of a code; written with or without dashes and spaces, in small or capital letters.

    Example:
        >>> code_digest("abcd-2345") == code_digest(" ABCD 2345")
        True
    """
    return digest("".join(character for character in code.upper() if character in CODE_CHARACTERS))
