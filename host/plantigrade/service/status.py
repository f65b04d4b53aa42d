"""What the service knows, as `plantigrade.status/1` in DATA/service/status.json, and whether one runs."""

from dataclasses import dataclass
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.service.events import InsoleState

SCHEMA: Final = "plantigrade.status/1"


class ServiceError(PlantigradeError):
    """The service cannot do what was asked."""


class ServiceRunningError(ServiceError):
    """Another service looks after this library."""


@dataclass(frozen=True)
class ServiceStatus:
    """How everything stands.

    Attributes:
        at_utc_ns: of now.
        insoles: one for each.
        recording: title of the finite recording under way; None while there is none.
        recording_since_utc_ns: since when.
        wearings: identifiers of recordings that are being made or completed.
        live_until_utc_ns: end of live mode; None in daily mode.
        paused: whether the insoles are left alone.
        problems: what the service cannot do at the moment, one line each.
        alerts_open: how many alerts are neither answered nor cleared.
    """

    at_utc_ns: int
    insoles: tuple[InsoleState, ...]
    recording: str | None
    recording_since_utc_ns: int | None
    wearings: tuple[str, ...]
    live_until_utc_ns: int | None
    paused: bool
    problems: tuple[str, ...]
    alerts_open: int = 0
