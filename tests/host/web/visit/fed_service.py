"""A bridge that hears one pair and is fed with the bundled walk: recordings are there as soon as they end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.status import ServiceStatus
from plantigrade.service.wearing.judge import NoWearingError
from plantigrade.twin.body import load_walk
from plantigrade.twin.body.walk import ForceWalk

SERIALS = {"left": "00000A50477A3F01", "right": "00000A50477A3F02"}
FED_S = 20.0
"""Seconds of the walk behind each recording, whatever its step lasts."""


@dataclass
class FedService:
    """What the pages ask of the service.

    Attributes:
        library: into which recordings go.
        person: whose the insoles are.
        title: of the recording under way.
        recorded: titles of those that ended.
        live_min: for how long live mode was asked for.
    """

    library: Library
    person: str | None = None
    title: str | None = None
    recorded: list[str] = field(default_factory=list[str])
    live_min: float = 0.0

    def status(self) -> ServiceStatus:
        """Both insoles are connected."""
        insoles = tuple(
            InsoleState(serial, side, LinkState.CONNECTED, None, 80, False, None, (), 0, self.person, "live")
            for side, serial in SERIALS.items()
        )
        return ServiceStatus(0, insoles, self.title, None, (), None, False, ())

    def request_live(self, minutes: float) -> None:
        """Noted."""
        self.live_min = minutes

    def start_recording(self, title: str, seconds: float | None = None) -> None:
        """One at a time."""
        assert seconds is not None
        if self.title is not None:
            raise NoWearingError("a recording is under way; stop it first")
        self.title = title

    def stop_recording(self) -> None:
        """It becomes a recording at once."""
        if self.title is None:
            raise NoWearingError("no recording is under way")
        title, self.title = self.title, None
        self.recorded.append(title)
        self.library.import_walk(_walk(len(self.recorded)), title=title)

    async def people_changed(self) -> None:
        """Whose the insoles are, as the library says now."""
        self.person = "P001"


@cache
def _forces() -> ForceWalk:
    return load_walk().cut(FED_S)


def _walk(seed: int) -> Walk:
    """The bundled walk, each time with a load that differs by a thousandth, as no two walks are one."""
    forces = _forces()
    layout = SensorLayout(
        "fed-16",
        np.tile([20.0, 40.0, 60.0, 80.0], 4),
        np.repeat([30.0, 90.0, 170.0, 230.0], 4),
        np.full(16, 2.0),
        ("heel",) * 4 + ("midfoot",) * 4 + ("forefoot",) * 4 + ("toes",) * 4,
    )
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    left, right = (
        FootSignal(foot, time_s, (force * (1 + 1e-3 * seed)).astype(np.float32), layout)
        for foot, force in ((Foot.LEFT, forces.left), (Foot.RIGHT, forces.right))
    )
    return Walk(left, right, forces.rate_hz, SourceInfo("", "csv", "fed by a test"), 700.0)


@dataclass
class FedCare:
    """Zeroes at once."""

    zeroed: list[str] = field(default_factory=list[str])

    async def zero_all(self, serials: Sequence[str]) -> None:
        """Noted."""
        self.zeroed.extend(serials)


@dataclass
class FedAssembly:
    """The parts that the pages touch."""

    service: FedService
    care: FedCare = field(default_factory=FedCare)
    live: Any = field(default_factory=lambda: SimpleNamespace(open_states=dict, alerts_open=dict))
