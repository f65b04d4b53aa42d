"""`cryptolib.aes` of MicroPython, on this computer: what seals records there can seal them here."""

from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from insole_protocol.sealing import CBC


class CryptolibAes:
    """As `cryptolib.aes(key, mode)` or `(key, mode, iv)`; CBC goes on from call to call, as there.

    >>> CryptolibAes(bytes(32), 1).encrypt(bytes(16), out := bytearray(16))
    >>> out.hex()
    'dc95c078a2408989ad48a21492842087'
    """

    def __init__(self, key: bytes, mode: int, iv: bytes = bytes(16)) -> None:
        chosen = modes.CBC(iv) if mode == CBC else modes.ECB()
        self._encryptor: Any = Cipher(algorithms.AES(key), chosen).encryptor()

    def encrypt(self, data: bytes | bytearray | memoryview, out: bytearray | memoryview) -> None:
        """Encrypt whole blocks of 16 bytes; both may be the same buffer."""
        out[: len(data)] = self._encryptor.update(bytes(data))
