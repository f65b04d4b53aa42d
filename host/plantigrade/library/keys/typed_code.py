"""A secret as a code that people write down and type in: Crockford's base 32 in groups of four, with a check.

Behind the secret stand three check bytes, the first of a SHA-256 of a purpose and the secret, so that a code
that was typed wrongly is told from a right one (one of 2**24 slips through), and a code of one purpose from
that of another. Small letters count as capitals, O as 0, I and L as 1; spaces, hyphens and line ends stand
anywhere. https://www.crockford.com/base32.html, without its own check symbol.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from plantigrade.errors import PlantigradeError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP: Final = 4
CHECK_BYTES: Final = 3
MOST_CHARACTERS: Final = 400
"""Of what is taken as a code, with all that stands between its characters: four times the longest."""
_BITS: Final = 5
_ALIKE: Final = str.maketrans("OIL", "011")
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2014]+")  # a printed hyphen is copied as one of these


class CodeError(PlantigradeError):
    """What was typed is no such code; the message shows nothing of it but a character that no code has."""


@dataclass(frozen=True)
class CodeKind:
    """One kind of code.

    Attributes:
        name: for messages, such as "paper code".
        purpose: goes into the check.
        secret_bytes: length of the secret; with the check bytes a multiple of 5, so that no bit is left over.
    """

    name: str
    purpose: bytes
    secret_bytes: int

    @property
    def groups(self) -> int:
        """How many groups a code has."""
        return (self.secret_bytes + CHECK_BYTES) * 8 // _BITS // GROUP

    def write(self, secret: bytes) -> str:
        """The code of a secret.

        >>> PAPER_CODE.write(bytes(32))[:24]
        '0000-0000-0000-0000-0000'

        Raises:
            ValueError: the secret has another length.
        """
        if len(secret) != self.secret_bytes:
            raise ValueError(f"a {self.name} is of {self.secret_bytes} bytes")
        number = int.from_bytes(secret + self._check(secret))
        count = self.groups * GROUP
        text = "".join(ALPHABET[number >> _BITS * at & 31] for at in reversed(range(count)))
        return "-".join(text[at : at + GROUP] for at in range(0, count, GROUP))

    def read(self, text: str) -> bytes:
        """The secret of a code that was typed.

        >>> ONE_TIME_CODE.read(ONE_TIME_CODE.write(bytes(12)).lower().replace("0", "o")) == bytes(12)
        True

        Raises:
            CodeError: it is none; names the groups that are wrong where that can be known.
        """
        symbols = self._symbols(text)
        secret = self._secret(symbols)
        if secret is not None:
            return secret
        wrong = sorted({at // GROUP + 1 for at in self._mended(symbols)})
        if len(wrong) == 1:
            raise CodeError(f"the {self.name} does not fit: look at group {wrong[0]} again")
        raise CodeError(f"the {self.name} does not fit: more than one of its {self.groups} groups is wrong")

    def _check(self, secret: bytes) -> bytes:
        return hashlib.sha256(b"plantigrade code\0" + self.purpose + b"\0" + secret).digest()[:CHECK_BYTES]

    def _symbols(self, text: str) -> list[int]:
        if len(text) > MOST_CHARACTERS:
            raise CodeError(f"a {self.name} has {self.groups} groups of {GROUP} characters; this is longer")
        groups = [group for group in _BETWEEN.split(text.upper().translate(_ALIKE)) if group]
        if len(groups) != self.groups:  # written without gaps, or with others than ours
            joined = "".join(groups)
            groups = [joined[at : at + GROUP] for at in range(0, len(joined), GROUP)]
        for number, group in enumerate(groups, 1):
            unknown = sorted({character for character in group if character not in ALPHABET})
            if unknown:
                raise CodeError(f"the {self.name}, group {number}: {unknown[0]!r} stands in no code")
        if len(groups) != self.groups:
            raise CodeError(
                f"a {self.name} has {self.groups} groups of {GROUP} characters, not {len(groups)}"
            )
        for number, group in enumerate(groups, 1):
            if len(group) != GROUP:
                raise CodeError(
                    f"the {self.name}, group {number}: has {len(group)} characters instead of {GROUP}"
                )
        return [ALPHABET.index(character) for group in groups for character in group]

    def _secret(self, symbols: list[int]) -> bytes | None:
        return self._secret_of(_number(symbols))

    def _secret_of(self, number: int) -> bytes | None:
        data = number.to_bytes(self.secret_bytes + CHECK_BYTES)
        secret, check = data[: self.secret_bytes], data[self.secret_bytes :]
        return secret if self._check(secret) == check else None

    def _mended(self, symbols: list[int]) -> Iterator[int]:
        """Where one other character, or two that change places, would make a right code."""
        number = _number(symbols)
        places = [_BITS * at for at in reversed(range(len(symbols)))]
        for at, symbol in product(range(len(symbols)), range(len(ALPHABET))):
            if self._secret_of(number + (symbol - symbols[at] << places[at])) is not None:
                yield at
        for at in range(len(symbols) - 1):
            difference = symbols[at + 1] - symbols[at]
            exchanged = number + (difference << places[at]) - (difference << places[at + 1])
            if self._secret_of(exchanged) is not None:
                yield at


def _number(symbols: list[int]) -> int:
    number = 0
    for symbol in symbols:
        number = number << _BITS | symbol
    return number


PAPER_CODE: Final = CodeKind("paper code", b"library key", 32)
"""Of a library's key."""
ONE_TIME_CODE: Final = CodeKind("one-time code", b"moved keys", 12)
"""Of a file with keys of insoles: 96 random bits."""
