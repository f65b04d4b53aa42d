"""The alerts of a whole recording: the rules that watch a wearer live, run over what was stored.

The same `Watcher` as live, minute by minute, so that limits on the number of alerts work as they do live.
"""

from dataclasses import fields, replace
from typing import Final

import numpy as np

from plantigrade.gait.results import Analysis, StrideTable
from plantigrade.gait.signals import Walk
from plantigrade.library.entries import StoredAlert
from plantigrade.posture.rules_engine.even_time import TotalForce
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.section import OWN_LAYOUT_PREFIX, alert_as_json
from plantigrade.posture.rules_engine.watcher import Watcher

PIECE_S: Final = 60.0


def alerts_of(walk: Walk, analysis: Analysis) -> list[StoredAlert]:
    """Alerts that the posture rules raise on a recording; none where forces or a weight are not known."""
    weight_n = analysis.body_weight_n
    if not weight_n or any(foot.quantity != "force" for foot in walk.feet):
        return []
    own = all(
        foot.layout is not None and foot.layout.name.startswith(OWN_LAYOUT_PREFIX) for foot in walk.feet
    )
    start_s = analysis.from_s
    watcher = Watcher(walk.sample_rate_hz, weight_n, own_insole=own, start_s=start_s)
    totals = [TotalForce(foot, walk.sample_rate_hz) for foot in (walk.left, walk.right)]
    at_s = start_s
    while at_s < analysis.to_s:
        until_s = at_s + PIECE_S
        for foot in analysis.feet:
            watcher.strides(foot.foot, _between(foot.strides, at_s, until_s))
        rows = round((min(until_s, analysis.to_s) - at_s) * walk.sample_rate_hz)
        watcher.forces(*(foot.between(at_s, rows) for foot in totals))
        at_s = until_s
    watcher.finish()
    texts = catalogue()
    return [
        StoredAlert(
            alert.rule,
            alert.foot.value if alert.foot is not None else "both",
            alert.onset_s,
            alert.cleared_s,
            alert_as_json(alert, texts),
            "analysis",
        )
        for alert in watcher.alerts
    ]


def _between(strides: StrideTable, from_s: float, to_s: float) -> StrideTable:
    """The strides that end in a span."""
    ends = strides.next_initial_contact_s
    chosen = np.flatnonzero((ends >= from_s) & (ends < to_s))
    return replace(
        strides,
        **{
            item.name: getattr(strides, item.name)[chosen]
            for item in fields(strides)
            if isinstance(getattr(strides, item.name), np.ndarray)
        },
    )
