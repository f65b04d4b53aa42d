"""What is told about wearings to whoever wants to know in the service's own process."""

from dataclasses import dataclass
from enum import StrEnum


class WearingStage(StrEnum):
    """What has happened to a wearing."""

    BEGAN = "began"
    """The first load was seen; told again when the service starts while the wearing lasts."""
    ENDED = "ended"
    """Its end is known; what is lacking is still being fetched."""


@dataclass(frozen=True)
class WearingNews:
    """A wearing began or ended.

    Attributes:
        stage: which.
        wearing: its number in this library's journals.
        recording: the identifier that its recording has or will have.
        person: code of the wearer, as far as known; None while nobody knows.
        unassigned: why nobody knows; None where somebody does.
        serials: of its insoles by foot side.
        from_utc_ns: of its first load.
        to_utc_ns: of its end; None while it lasts.
        title: of a finite recording; "" for a day's.
    """

    stage: WearingStage
    wearing: int
    recording: str
    person: str | None
    unassigned: str | None
    serials: tuple[tuple[str, str], ...]
    from_utc_ns: int | None
    to_utc_ns: int | None
    title: str = ""
