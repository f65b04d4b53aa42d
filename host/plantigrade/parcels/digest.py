"""The digest of a content: SHA-256 over the SHA-256 of each piece of 64 KiB.

Not the plain SHA-256, because WebCrypto hashes only what it holds whole: a phone would have to load a day of
wearing into memory.
"""

import hashlib

from plantigrade.parcels.settings import CHUNK_BYTES


class PiecesDigest:
    """Computes the digest as bytes come by, in pieces of any length.

    Example:
        >>> from hashlib import sha256
        >>> digest = PiecesDigest()
        >>> digest.update(b"steps")
        >>> digest.hex() == sha256(sha256(b"steps").digest()).hexdigest()
        True
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._outer = hashlib.sha256()
        self._inner = hashlib.sha256()
        self._held = 0

    def update(self, data: bytes | memoryview) -> None:
        """Take more bytes."""
        view = memoryview(data)
        self.bytes += len(view)
        while len(view):
            part = view[: CHUNK_BYTES - self._held]
            self._inner.update(part)
            self._held += len(part)
            view = view[len(part) :]
            if self._held == CHUNK_BYTES:
                self._outer.update(self._inner.digest())
                self._inner, self._held = hashlib.sha256(), 0

    def hex(self) -> str:
        """The digest of what came until now, 64 hexadecimal digits."""
        outer = self._outer.copy()
        if self._held:
            outer.update(self._inner.digest())
        return outer.hexdigest()
