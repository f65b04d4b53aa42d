"""The closing summary of the demo: what was reconstructed beside the truth, for people and for scripts."""

from dataclasses import asdict, dataclass
from typing import Any

from plantigrade.bridge.accounting import LedgerStatement
from plantigrade.demo.measure import Spread
from plantigrade.demo.strides import StrideComparison

SCHEMA = "plantigrade.demo/1"
FEET = ("left", "right")
MATCHED_SHARE = 0.9
"""A run in which fewer strides of the reference were found again is not sound."""


@dataclass(frozen=True)
class FootResult:
    """One foot at the end of the run.

    Attributes:
        frames_sent: counted inside the firmware (STATUS).
        frames_received: distinct frames that the bridge has passed on.
        latency: sensor to host, over the live frames.
        clock_error: of the host times, against the twin's true clock.
        clock_uncertainty_ms: what the bridge itself stated about its host times at the end.
        accounting: of the bridge.
        malformed: dropped input by name.
        strides: beside the same engine on the source forces.
        drift_ppm: of the insole's clock as the bridge measured it.
        connections: how often the link was made.
        bytes_per_frame: of the block records.
    """

    frames_sent: int
    frames_received: int
    latency: Spread
    clock_error: Spread
    clock_uncertainty_ms: float | None
    drift_ppm: float | None
    ledger: LedgerStatement
    malformed: dict[str, int]
    strides: StrideComparison
    connections: int
    battery_pct: int | None
    firmware: str
    serial: str
    bytes_per_frame: float | None

    @property
    def frames_missing(self) -> int:
        """What the insole has sent and the bridge has not got."""
        return max(0, self.frames_sent - self.frames_received)


@dataclass(frozen=True)
class DemoResult:
    """The complete run."""

    seconds: float
    source: str
    interval_ms: float
    insoles: dict[str, FootResult]
    left_right: Spread
    host_cpu_pct: float

    def problems(self) -> list[str]:
        """Why the run was not sound, as text; empty when it was."""
        found: list[str] = []
        for side, foot in self.insoles.items():
            if foot.frames_received == 0:
                found.append(f"{side}: no frames arrived")
                continue
            if foot.frames_missing:
                found.append(f"{side}: {foot.frames_missing} frames missing")
            if foot.frames_received < 0.95 * 100 * self.seconds:
                found.append(f"{side}: only {foot.frames_received} frames in {self.seconds:g} s")
            if not foot.ledger.balanced:
                found.append(f"{side}: the slot counts do not balance")
            if foot.strides.reference == 0:
                found.append(f"{side}: no strides in the source")
            if foot.strides.matched < MATCHED_SHARE * foot.strides.reference:
                found.append(
                    f"{side}: {foot.strides.matched} of {foot.strides.reference} strides were found again"
                )
        return found

    def to_json(self) -> dict[str, Any]:
        """The object that docs/reference/demo-json.md describes."""
        return {
            "schema": SCHEMA,
            "seconds": self.seconds,
            "source": self.source,
            "interval_ms": self.interval_ms,
            "insoles": {side: _insole_json(foot) for side, foot in self.insoles.items()},
            "strides": {side: asdict(foot.strides) for side, foot in self.insoles.items()},
            "left_right_clock_error_ms": asdict(self.left_right),
            "host_cpu_pct": self.host_cpu_pct,
            "sound": not self.problems(),
            "problems": self.problems(),
        }


def _insole_json(foot: FootResult) -> dict[str, Any]:
    return {
        "serial": foot.serial,
        "firmware": foot.firmware,
        "frames_sent": foot.frames_sent,
        "frames_received": foot.frames_received,
        "frames_missing": foot.frames_missing,
        "latency_ms": asdict(foot.latency),
        "clock_error_ms": asdict(foot.clock_error),
        "clock_uncertainty_ms": foot.clock_uncertainty_ms,
        "drift_ppm": foot.drift_ppm,
        "accounting": {
            "slots_requested": foot.ledger.requested,
            "slots_recorded": foot.ledger.recorded,
            "slots_missing": foot.ledger.missing,
            "missing_by_reason": {
                str(reason): count for reason, count in foot.ledger.missing_by_reason.items()
            },
        },
        "malformed": foot.malformed,
        "connections": foot.connections,
        "battery_pct": foot.battery_pct,
        "bytes_per_frame": foot.bytes_per_frame,
    }
