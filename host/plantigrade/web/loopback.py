"""By which names a computer reaches itself."""

from typing import Final

LOOPBACK: Final = ("localhost", "127.0.0.1")
"""As a certificate names them."""
HOSTS_OF_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
"""As a browser asks for them (header Host), with the address that the pages are opened by first."""
