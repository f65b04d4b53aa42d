"""Recordings of real steps in a library, as if insoles had made them."""

from functools import cache

import numpy as np
import sqlalchemy as sa
from plantigrade.gait.signals import FootSignal, SourceInfo, Walk
from plantigrade.imports.formats import read
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import RecordingRow
from plantigrade.twin.walks import BUNDLED_WALK

START_NS = 1_772_000_000_000_000_000
"""25 February 2026, 06:13:20 UTC."""


@cache
def bundled_walk() -> Walk:
    """Two minutes of a control's walking."""
    walk = read(BUNDLED_WALK)
    source = SourceInfo("walk", walk.source.format)
    return Walk(walk.left, walk.right, walk.sample_rate_hz, source, walk.body_weight_n)


def heavier(factor: float) -> Walk:
    """Another walk of the same strides: everything heavier by a factor."""
    walk = bundled_walk()
    feet = [
        FootSignal(one.foot, one.time_s, (one.force_n * factor).astype(np.float32), one.layout)
        for one in walk.feet
    ]
    return Walk(feet[0], feet[1], walk.sample_rate_hz, walk.source, walk.body_weight_n)


def stored(
    library: Library,
    walk: Walk | None = None,
    person: str | None = None,
    state: str = "final",
    later_s: int = 0,
) -> str:
    """A walk in the library, as if insoles had recorded it from `START_NS` on."""
    entry = library.import_walk(walk or bundled_walk())
    if person is not None:
        library.assign(entry.id, person)
    start_ns = START_NS + later_s * 10**9
    values = {"start_utc_ns": start_ns, "order_ns": start_ns, "state": state}
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).where(RecordingRow.id == entry.id).values(**values))
    return entry.id
