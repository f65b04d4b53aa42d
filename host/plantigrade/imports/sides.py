"""Does a foot look like the foot that the file says it is? Said, never corrected.

Two habits of nearly every foot tell its side: the midfoot is loaded laterally, and the centre of pressure
moves medially between mid-stance and push-off. Where both are the other way round, medial and lateral are
exchanged: the channels are mirrored, or left and right are swapped. In the same way a line that runs from
toes to heel tells an insole that was read back to front.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.signals import Floats, FootSignal, Walk

MAX_ROWS: Final = 60_000
_MIN_SAMPLES: Final = 60
# Chosen on 66 real feet: no false alarm for a foot or a pair; found when mirrored: half of the single feet,
# two thirds of the pairs.
_ONE_FOOT: Final = (0.30, 0.01)
_BOTH_FEET: Final = (0.10, 0.01)
_BACKWARDS_SHARE: Final = 0.15


def with_uncertainties(walk: Walk) -> Walk:
    """The walk, with what looks exchanged added to the note of its source."""
    text = [
        f"{foot.foot.value} foot: the gait line runs from toes to heel; is the insole read back to front?"
        for foot in walk.feet
        if looks_backwards(foot)
    ]
    signs = {foot.foot: found for foot in walk.feet if (found := side_signs(foot)) is not None}
    if len(signs) == 2 and _exceeds(np.mean(list(signs.values()), axis=0), _BOTH_FEET):
        text.append("medial and lateral look exchanged in both feet: left and right may be swapped")
    else:
        text += [
            f"{foot.value} foot: medial and lateral look exchanged; mirrored, or the {foot.other.value} one?"
            for foot, sign in signs.items()
            if _exceeds(np.array(sign), _ONE_FOOT)
        ]
    if not text:
        return walk
    note = "; ".join([*([walk.source.note] if walk.source.note else []), *text])
    return replace(walk, source=replace(walk.source, note=note))


def _exceeds(signs: Floats, limits: tuple[float, float]) -> bool:
    return bool(signs[0] > limits[0] and signs[1] > limits[1])


def side_signs(foot: FootSignal) -> tuple[float, float] | None:
    """Two numbers that are negative in nearly every foot and positive in a mirrored one.

    Returns:
        Medial minus lateral over both, of the midfoot's impulse; and how far the centre of pressure moves
        outward between mid-stance and push-off, as a share of the width. None where the sensors do not show
        both.
    """
    path = _loaded_path(foot)
    if path is None or foot.layout is None:
        return None
    x, y, force = path
    masks = masks_of(foot.layout)
    middle = masks.region == 1
    impulse = force.sum(axis=0)
    inner = float((impulse * masks.medial)[middle].sum())
    outer = float((impulse * (1.0 - masks.medial))[middle].sum())
    early, late = (y > 0.3) & (y < 0.5), y > 0.7
    if not masks.has_sides[1] or inner + outer <= 0:
        return None
    if min(np.count_nonzero(early), np.count_nonzero(late)) < _MIN_SAMPLES:
        return None
    return (inner - outer) / (inner + outer), float(x[late].mean() - x[early].mean())


def looks_backwards(foot: FootSignal) -> bool:
    """Whether feet strike with the toes and leave with the heel throughout."""
    path = _loaded_path(foot, edges=True)
    if path is None:
        return False
    _, y, force = path
    total = force.sum(axis=1)
    rising = np.diff(total, append=total[-1]) > 0
    if min(np.count_nonzero(rising), np.count_nonzero(~rising)) < _MIN_SAMPLES // 4:
        return False
    return float(y[rising].mean() - y[~rising].mean()) > _BACKWARDS_SHARE


def _loaded_path(foot: FootSignal, *, edges: bool = False) -> tuple[Floats, Floats, Floats] | None:
    """Shares of width and length of the centre of pressure, and the forces, while the foot is loaded.

    Args:
        foot: with sensor places, or the answer is None.
        edges: only samples at 10 to 60 % of the usual peak, where a foot comes and goes.
    """
    if foot.layout is None:
        return None
    masks = masks_of(foot.layout)
    force = foot.force_n[:MAX_ROWS].astype(np.float64)
    force = force[np.isfinite(force).all(axis=1)]
    if len(force) < _MIN_SAMPLES:
        return None
    force = np.maximum(force - np.percentile(force, 2, axis=0), 0.0)
    total: Floats = force.sum(axis=1)
    top = float(np.percentile(total, 95))
    if top <= 0:
        return None
    retained = (total > 0.1 * top) & (total < 0.6 * top) if edges else total > 0.15 * top
    if np.count_nonzero(retained) < _MIN_SAMPLES // 2:
        return None
    force, total = force[retained], total[retained]
    return force @ masks.x_mm / total / masks.width_mm, force @ masks.y_mm / total / masks.length_mm, force
