"""Streams of a foot that have seen given cycles, for figures whose answers are worked out on paper."""

import numpy as np
from plantigrade.gait.bilateral import Contacts
from plantigrade.gait.foot import FootStream
from plantigrade.gait.motion.values import Flag, Value
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Foot, FootSignal, Quantity
from plantigrade.gait.stride_kernel import FORCE_COLUMNS


def contacts(
    initial: list[float],
    final: list[float],
    lost: list[tuple[float, float]] | None = None,
    breaks: list[float] | None = None,
) -> Contacts:
    spans = np.array(lost or [], dtype=np.float64).reshape(-1, 2)
    return Contacts(np.array(initial), np.array(final), np.array(breaks or []), spans)


def stream(
    cycles: list[tuple[float, float, float]],
    *,
    blocks: list[int] | None = None,
    quantity: Quantity = "force",
    sensors: int = 2,
) -> FootStream:
    """A foot that has seen the given cycles (contact, release, next contact), stored in blocks of these
    sizes; force features count up from 100, pressure values from 1000."""
    signal = FootSignal(Foot.LEFT, np.zeros(1), np.zeros((1, sensors), np.float32), quantity=quantity)
    made = FootStream(signal, 100.0, ContactSettings(), None)
    rows = np.array([(*cycle, 0.0, 0.0, 0.0) for cycle in cycles])
    forces = 100.0 + np.arange(len(rows) * FORCE_COLUMNS, dtype=np.float64).reshape(-1, FORCE_COLUMNS)
    pressure = 1000.0 + np.arange(len(rows) * len(NAMES), dtype=np.float64).reshape(-1, len(NAMES))
    motion = np.full((len(rows), len(Value)), np.nan)
    motion[:, Value.FLAGS] = Flag.NO_SENSOR
    at = 0
    for size in blocks or [len(rows)]:
        made.store.rows.append(rows[at : at + size])
        made.store.forces.append(forces[at : at + size])
        made.store.pressure.append(pressure[at : at + size])
        made.store.certainty.append(np.zeros((size, 3)))
        made.store.motion.append(motion[at : at + size])
        at += size
    return made
