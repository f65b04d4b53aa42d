"""How recordings are sent, each figure with its reason; the rate stands in DATA/service/settings.toml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError
from plantigrade.service.settings_file import section_of, settings_file

PIECE_BYTES: Final = 1 << 20
"""Of one request: 8 s on a line of 1 Mbit/s, so that little is sent twice after a cut."""
TIMEOUT_S: Final = 60.0
MOST_ANSWER_BYTES: Final = 1 << 20
LOOK_S: Final = 60.0
"""Between two looks for new recordings and withdrawn consents."""
USUAL_RATE_KB_PER_S: Final = 600
"""Half of a line of 10 Mbit/s upwards: who makes a call or works from home meanwhile notices nothing, and a
day of both feet (0.2 GB) is there after six minutes."""
MOST_RATE_KB_PER_S: Final = 1_000_000
"""More than any line: a number beyond it is in another unit."""
_BYTES_PER_KB: Final = 1000
_RATE: Final = "rate_kb_per_s"
MOST_RETRY_AFTER_S: Final = 24 * 3600.0


@dataclass(frozen=True)
class SendingSettings:
    """How to send.

    Attributes:
        rate_bytes_per_s: at most, over a piece; 0: as fast as the line takes it.
        piece_bytes: of one request.
    """

    rate_bytes_per_s: float = USUAL_RATE_KB_PER_S * _BYTES_PER_KB
    piece_bytes: int = PIECE_BYTES

    def pause_s(self, sent_bytes: int, took_s: float) -> float:
        """How long to wait after a piece, so that the rate holds.

        Example:
            >>> SendingSettings(rate_bytes_per_s=1000).pause_s(500, 0.2), SendingSettings(0).pause_s(500, 0.2)
            (0.3, 0.0)
        """
        if not self.rate_bytes_per_s:
            return 0.0
        return max(0.0, sent_bytes / self.rate_bytes_per_s - took_s)


def read_sending_settings(data: Path) -> SendingSettings:
    """The section [sending] of a data folder's settings; the usual ones without it.

    Raises:
        FileError: the file cannot be read, or says something that makes no sense.
    """
    values = section_of(data, "sending")
    if values is None:
        return SendingSettings()
    path = settings_file(data)
    if unknown := set(values) - {_RATE}:
        raise FileError(path, f"[sending] {min(unknown)} is not known; there is {_RATE}")
    rate = values.get(_RATE, USUAL_RATE_KB_PER_S)
    if type(rate) is not int or not 0 <= rate <= MOST_RATE_KB_PER_S:
        raise FileError(
            path,
            f"[sending] {_RATE} is a whole number of kilobytes a second, at most {MOST_RATE_KB_PER_S}; "
            "0: as fast as the line takes it",
        )
    return SendingSettings(rate_bytes_per_s=rate * _BYTES_PER_KB)
