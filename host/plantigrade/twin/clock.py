"""What the clock of a virtual board really showed: the rule that the board itself follows."""

from dataclasses import dataclass, field
from typing import NamedTuple

_BILLION = 1_000_000_000


class ClockRule(NamedTuple):
    """device_us = offset_us + (true_us - origin_us) * (1 + drift_ppb / 1e9), from `origin_us` on."""

    origin_us: int
    offset_us: int
    drift_ppb: int
    boot: int

    def device_us(self, true_us: float) -> float:
        """The device's time at a true time."""
        elapsed = true_us - self.origin_us
        return self.offset_us + elapsed + elapsed * self.drift_ppb / _BILLION

    def true_us(self, device_us: float) -> float:
        """The true time at which the device showed this."""
        return self.origin_us + (device_us - self.offset_us) / (1 + self.drift_ppb / _BILLION)


@dataclass
class ClockTruth:
    """The device clock of one board since it was first switched on.

    True time is the host's monotonic clock. `boot` counts power-ons and resets from 1, each of which restarts
    the device's clock; it is the twin's own count, the firmware keeps another.
    """

    rules: list[ClockRule] = field(default_factory=lambda: list[ClockRule]())

    def _rule_at(self, true_us: float) -> ClockRule:
        if not self.rules:
            raise ValueError("the board was never switched on")
        chosen = self.rules[0]
        for rule in self.rules:
            if rule.origin_us <= true_us:
                chosen = rule
        return chosen

    def device_us(self, host_monotonic_ns: int) -> float:
        """Device time in microseconds at a moment of the host's monotonic clock."""
        true_us = host_monotonic_ns / 1000
        return self._rule_at(true_us).device_us(true_us)

    def host_monotonic_ns(self, device_us: float, boot: int | None = None) -> float:
        """When, by the host's monotonic clock, the device's clock showed `device_us` (in the given or last
        boot).
        """
        boot = self.rules[-1].boot if boot is None and self.rules else boot
        rules = [rule for rule in self.rules if rule.boot == boot]
        if not rules:
            raise ValueError(f"no boot {boot} of this board")
        chosen = rules[0]
        for rule in rules:
            if rule.offset_us <= device_us:
                chosen = rule
        return chosen.true_us(device_us) * 1000

    def pairs(self, host_monotonic_ns: list[int]) -> list[tuple[int, float]]:
        """(host monotonic ns, device us) at each of the given moments."""
        return [(moment, self.device_us(moment)) for moment in host_monotonic_ns]
