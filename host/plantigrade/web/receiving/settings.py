"""How a clinic takes parcels in."""

from dataclasses import dataclass
from typing import Final

TUS_VERSION: Final = "1.0.0"
PREFIX: Final = "/clinic"
PARCELS: Final = "/parcels"
MOST_JSON_BYTES: Final = 4096
BUSY_S: Final = 5
DATABASE_S: Final = 30
FULL_S: Final = 3600
PREFLIGHT_S: Final = 600
CHECKSUM_MISMATCH: Final = 460
"""tus 1.0, extension checksum."""
ALLOWED: Final = (
    "Authorization",
    "Content-Type",
    "Tus-Resumable",
    "Upload-Checksum",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
)
EXPOSED: Final = (
    "Location",
    "Retry-After",
    "Tus-Resumable",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Offset",
)


@dataclass(frozen=True)
class ReceivingSettings:
    """How a clinic takes parcels in.

    Attributes:
        clinic: its name, for people.
        origins: of pages elsewhere that may send, such as "https://phone.example"; exactly these.
    """

    clinic: str
    origins: tuple[str, ...] = ()
