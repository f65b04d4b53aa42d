"""What the radio is like: everything that can be set about it."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Self, cast


@dataclass(frozen=True)
class RadioConditions:
    """Conditions of every link of one virtual radio; changes apply to running connections too.

    Attributes:
        interval_ms: connection interval that connections begin with; a host may ask for another later.
        packets_per_event: link-layer packets of up to 251 bytes that each side may send in one connection
            event.
        latency_ms: extra delay of every packet, one way.
        buffers: packets that an insole's controller holds until they are on the air; notifications beyond
            them take blocks of its stack's pool (`ble_mbufs` of the chip's behaviours), and ENOMEM refuses
            what finds none.
        mtu: largest ATT MTU that an insole agrees to, whatever its firmware asks for.
        drop, duplicate, truncate: share (0 to 1) of notifications that vanish, come twice, or come cut short:
            faults of a host's stack, since the link layer itself repeats until a packet has arrived.
        seed: of the choice which notifications these are.
    """

    interval_ms: float = 30.0
    packets_per_event: int = 6
    latency_ms: float = 0.0
    buffers: int = 12
    mtu: int = 517
    drop: float = 0.0
    duplicate: float = 0.0
    truncate: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        if not 7.5 <= self.interval_ms <= 4000:
            raise ValueError(f"connection interval of {self.interval_ms} ms: must be 7.5 to 4000 ms")
        if self.packets_per_event < 1 or not 1 <= self.buffers <= 255 or not 23 <= self.mtu <= 517:
            raise ValueError("packets_per_event from 1, buffers 1 to 255, mtu 23 to 517")
        if self.latency_ms < 0 or not all(0 <= x <= 1 for x in (self.drop, self.duplicate, self.truncate)):
            raise ValueError("latency_ms from 0; drop, duplicate and truncate 0 to 1")

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The conditions that `to_json` wrote.

        Raises:
            ValueError: not JSON, an unknown name, or a value out of range.
        """
        values: Any = json.loads(text)
        known = {field.name for field in fields(cls)}
        if not set(cast(dict[str, Any], values)) <= known:
            raise ValueError(f"unknown radio condition; known are {', '.join(sorted(known))}")
        return cls(**values)
