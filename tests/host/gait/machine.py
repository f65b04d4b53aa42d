"""The contact kernel driven by hand: samples in, events out, with levels that are known from the start."""

from typing import Any

import numpy as np
from plantigrade.gait import contact_kernel
from plantigrade.gait.foot import contact_config
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Floats

KINDS = {
    contact_kernel.INITIAL: "initial",
    contact_kernel.FINAL: "final",
    contact_kernel.BREAK: "break",
    contact_kernel.RESET: "reset",
}
Reported = tuple[str, int, float, float]
"""Kind, absolute row, time in seconds, peak."""


class ContactMachine:
    """State and settings of the kernel at 100 Hz.

    Args:
        levels: swing and stance level; None: to be learnt.
        config: settings to change, by name. Blocks never end unless `block_rows` is given.
    """

    def __init__(self, levels: tuple[float, float] | None = (0.0, 800.0), **config: float) -> None:
        self.config = contact_config(ContactSettings(), 100.0, 60.0, calibrated=True)
        self.config["block_rows"] = 1_000_000
        for name, value in config.items():
            self.config[name] = value
        self.state = np.zeros(1, contact_kernel.STATE)
        self.state["loaded"] = self.state["up"] = self.state["down"] = -1
        if levels is not None:
            self.state["learnt"] = 1
            self.state["swing"], self.state["stance"] = levels

    def __getitem__(self, name: str) -> Any:
        return self.state[name][0]

    def advance(self, x: Floats, t: Floats, start: int, stop: int, base: int = 0) -> list[Reported]:
        """Take the rows from `start` to `stop` of a buffer that begins with the absolute row `base`."""
        events = np.zeros(len(x) + 16, contact_kernel.EVENT)
        count = contact_kernel.advance(self.state, self.config, x, t, base, start, stop, events)
        return reported(events[:count])

    def flush(self, x: Floats, t: Floats, stop: int, base: int = 0) -> list[Reported]:
        """The recording ends."""
        events = np.zeros(len(x) + 16, contact_kernel.EVENT)
        count = contact_kernel.flush(self.state, self.config, x, t, base, stop, events)
        return reported(events[:count])


def reported(events: np.ndarray) -> list[Reported]:
    """Events as tuples, times and peaks rounded to a hundred thousandth."""
    return [
        (KINDS[int(e["kind"])], int(e["row"]), round(float(e["time_s"]), 5), round(float(e["peak"]), 5))
        for e in events
    ]


def events_of(
    x: Floats,
    t: Floats | None = None,
    *,
    cuts: tuple[int, ...] = (),
    levels: tuple[float, float] | None = (0.0, 800.0),
    end: bool = False,
    **config: float,
) -> list[Reported]:
    """Every event of the samples, fed in pieces that end at `cuts`; with `end` the recording ends there."""
    time = np.arange(len(x)) / 100.0 if t is None else t
    machine = ContactMachine(levels, **config)
    found: list[Reported] = []
    for start, stop in zip((0, *cuts), (*cuts, len(x)), strict=True):
        found += machine.advance(x, time, start, stop)
    return found + machine.flush(x, time, len(x)) if end else found
