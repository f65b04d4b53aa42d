"""How recordings are sent, each figure with its reason."""

from dataclasses import dataclass
from typing import Final

PIECE_BYTES: Final = 1 << 20
"""Of one request: 8 s on a line of 1 Mbit/s, so that little is sent twice after a cut."""
TIMEOUT_S: Final = 60.0
MOST_ANSWER_BYTES: Final = 1 << 20
LOOK_S: Final = 60.0
"""Between two looks for new recordings and withdrawn consents."""
MOST_RETRY_AFTER_S: Final = 24 * 3600.0


@dataclass(frozen=True)
class SendingSettings:
    """How to send.

    Attributes:
        rate_bytes_per_s: at most, over a piece; half of a line of 10 Mbit/s upwards.
        piece_bytes: of one request.
    """

    rate_bytes_per_s: float = 600_000.0
    piece_bytes: int = PIECE_BYTES
