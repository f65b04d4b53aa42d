"""The alerts of a whole recording: the rules that watch a wearer live, run over what was stored.

The same `Watcher` as live, minute by minute, so that limits on the number of alerts work as they do live.
"""

import numpy as np

from plantigrade.analysis.live.steady import chosen_strides
from plantigrade.gait.results import Analysis, StrideTable
from plantigrade.gait.signals import Walk
from plantigrade.library.entries import StoredAlert
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.even_time import EvenForces
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.section import OWN_LAYOUT_PREFIX, alert_as_json
from plantigrade.posture.rules_engine.statistics import Reference
from plantigrade.posture.rules_engine.watcher import Watcher
from plantigrade.posture.settings import WATCHED_PIECE_S


def alerts_of(
    walk: Walk, analysis: Analysis, book: RuleBook | None = None, reference: Reference | None = None
) -> list[StoredAlert]:
    """Alerts that the posture rules raise on a recording; none where forces or a weight are not known.

    Args:
        walk: the recording.
        analysis: of it.
        book: the person's rules; None for the shipped ones.
        reference: the person's own days in the footwear that was worn; None where there are too few.
    """
    weight_n = analysis.body_weight_n
    if not weight_n or any(foot.quantity != "force" for foot in walk.feet):
        return []
    layouts = [foot.layout for foot in walk.feet]
    own = all(layout is not None and layout.name.startswith(OWN_LAYOUT_PREFIX) for layout in layouts)
    start_s = analysis.from_s
    rate_hz = walk.sample_rate_hz
    watcher = Watcher(
        rate_hz,
        weight_n,
        book=book,
        reference=reference,
        own_insole=own,
        start_s=start_s,
        layout=layouts[0] if layouts else None,
    )
    forces = [EvenForces(foot, rate_hz) for foot in (walk.left, walk.right)]
    at_s = start_s
    while at_s < analysis.to_s:
        until_s = at_s + WATCHED_PIECE_S
        for foot in analysis.feet:
            watcher.strides(foot.foot, _between(foot.strides, at_s, until_s))
        rows = round((min(until_s, analysis.to_s) - at_s) * rate_hz)
        if watcher.wants_pressures:
            watcher.pressures(*(foot.between(at_s, rows) for foot in forces))
        watcher.forces(*(foot.total_between(at_s, rows) for foot in forces))
        at_s = until_s
    watcher.finish()
    return [as_stored(alert, "analysis") for alert in watcher.alerts]


def as_stored(alert: Alert, origin: str) -> StoredAlert:
    """An alert as the library keeps it; `origin` is one of `entries.ALERT_ORIGINS`."""
    foot = alert.foot.value if alert.foot is not None else "both"
    document = alert_as_json(alert, catalogue())
    return StoredAlert(alert.rule, foot, alert.onset_s, alert.cleared_s, document, origin)


def _between(strides: StrideTable, from_s: float, to_s: float) -> StrideTable:
    """The strides that end in a span."""
    ends = strides.next_initial_contact_s
    return chosen_strides(strides, np.flatnonzero((ends >= from_s) & (ends < to_s)))
