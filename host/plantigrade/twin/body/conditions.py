"""What can be different about a walker: conditions with a degree, a side and where their effect was
published.

Directions and, where given, sizes come from the named sources; how a degree scales between them is an
assumption of ours (docs/explanation/body-model.md says which is which). A condition acts on one foot through
`Change`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from plantigrade.array_types import F64
from plantigrade.errors import PlantigradeError
from plantigrade.twin.body.person import SENSORS, levers

Side = Literal["left", "right", "both"]

HEEL, MIDFOOT, FOREFOOT, TOES = slice(0, 4), slice(4, 8), slice(8, 13), slice(13, 16)
MEDIAL_MIDFOOT, LATERAL_MIDFOOT = [4, 6], [5, 7]
TILT_A_DEGREE = np.array([0.18, 0.04, 0.32])
"""Of heel, midfoot, forefoot: what moves each index by one SD of healthy feet."""


def _zeros() -> F64:
    return np.zeros(SENSORS)


@dataclass(frozen=True)
class Change:
    """How one foot differs from the neutral one; the default is no change.

    Attributes:
        log_gain: (16,) added to the logarithm of the places' amplitudes.
        contrast: power on the amplitudes; below 1 spreads the load evenly.
        stance: factor on stance time.
        force: factor on the whole force of this foot.
        first_peak, valley, second_peak: factors on the features of the vertical force.
        rise: factor on the time to the first peak; below 1 loads faster.
        heel_hold: factor on how long the heel stays down.
        stride_time: factor on the stride time (both feet share it).
        spread: factor on the variability of stride and stance times.
        extra_weight: weight carried, as a share of body weight.
    """

    log_gain: F64 = field(default_factory=_zeros)
    contrast: float = 1.0
    stance: float = 1.0
    force: float = 1.0
    first_peak: float = 1.0
    valley: float = 1.0
    second_peak: float = 1.0
    rise: float = 1.0
    heel_hold: float = 1.0
    stride_time: float = 1.0
    spread: float = 1.0
    extra_weight: float = 0.0

    def then(self, other: "Change") -> "Change":
        """Both changes together."""
        return Change(
            self.log_gain + other.log_gain,
            self.contrast * other.contrast,
            self.stance * other.stance,
            self.force * other.force,
            self.first_peak * other.first_peak,
            self.valley * other.valley,
            self.second_peak * other.second_peak,
            self.rise * other.rise,
            self.heel_hold * other.heel_hold,
            self.stride_time * other.stride_time,
            self.spread * other.spread,
            self.extra_weight + other.extra_weight,
        )


@dataclass(frozen=True)
class Condition:
    """A named condition of a walker.

    Attributes:
        kind: a key of `CATALOGUE`.
        degree: in the unit of the kind (1 to 3, millimetres, per cent, hours).
        side: the foot or leg concerned; for leg length the short one, for a load the carrying side.
    """

    kind: str
    degree: float = 1.0
    side: Side = "both"

    def change(self, foot: Literal["left", "right"]) -> Change:
        """What it does to a foot while walking."""
        here = self.side in ("both", foot)
        return CATALOGUE[self.kind].walking(self.degree, here)


@dataclass(frozen=True)
class Kind:
    """An entry of the catalogue.

    Attributes:
        title: as text.
        unit: of the degree.
        clinical: the degree at which detection is asked for.
        one_sided: whether a side must be named; otherwise both feet unless one is named.
        walking: degree and "this foot is concerned" to the foot's change.
        sources: where direction or size was published.
    """

    title: str
    unit: str
    clinical: float
    one_sided: bool
    walking: Callable[[float, bool], Change]
    sources: tuple[str, ...]


def _gain(*parts: tuple[slice | list[int], float]) -> F64:
    gain = np.zeros(SENSORS)
    for where, size in parts:
        gain[where] += size
    return gain


def _flat_foot(d: float, here: bool) -> Change:
    if not here:
        return Change()
    gain = _gain(
        (MEDIAL_MIDFOOT, 0.75 * d), (LATERAL_MIDFOOT, 0.27 * d), ([12], -0.10 * d), ([8, 13], 0.06 * d)
    )
    return Change(log_gain=gain)


def _high_arch(d: float, here: bool) -> Change:
    if not here:
        return Change()
    return Change(
        log_gain=_gain((MIDFOOT, -0.55 * d), (FOREFOOT, 0.17 * d), (HEEL, 0.14 * d), ([11, 12], 0.06 * d))
    )


def _tilt(sign: float) -> Callable[[float, bool], Change]:
    def change(d: float, here: bool) -> Change:
        return Change(log_gain=sign * d * (TILT_A_DEGREE @ levers())) if here else Change()

    return change


def _leg_raised(mm: float, short: bool) -> Change:
    part = mm / 20.0
    if short:
        return Change(force=1.0 + 0.0123 * part, contrast=1.0 - 0.03 * part)
    return Change(stance=1.0 + 0.0351 * part, force=1.0 - 0.0589 * part, contrast=1.0 - 0.06 * part)


def _leg_patients(mm: float, short: bool) -> Change:
    part = mm / 20.0
    if not short:
        return Change()
    gain = _gain((HEEL, -0.18 * part), (FOREFOOT, 0.12 * part))
    return Change(log_gain=gain, heel_hold=1.0 - 0.12 * part, stance=1.0 - 0.025 * part)


def _antalgic(d: float, painful: bool) -> Change:
    slow = 1.0 + 0.03 * d
    if not painful:
        return Change(stance=1.0 + 0.015 * d, stride_time=slow)
    return Change(
        stance=1.0 - 0.035 * d,
        force=1.0 - 0.005 * d,
        first_peak=1.0 - 0.04 * d,
        valley=1.0 + 0.03 * d,
        second_peak=1.0 - 0.05 * d,
        stride_time=slow,
    )


def _overload(where: slice | list[int], size: float) -> Callable[[float, bool], Change]:
    def change(d: float, here: bool) -> Change:
        return Change(log_gain=_gain((where, size * d))) if here else Change()

    return change


def _side_load(share_pct: float, here: bool) -> Change:
    extra = share_pct / 100.0
    more = 0.55 * extra
    force = 1.0 + more if here else 1.0 - more
    return Change(force=force, stance=1.0 + 0.15 * extra * (1 if here else -1), extra_weight=extra)


def _fatigue(hours: float, here: bool) -> Change:
    del here
    return Change(
        stride_time=1.0 + 0.008 * hours,
        spread=1.0 + 0.15 * hours,
    )


def _hard_heel(d: float, here: bool) -> Change:
    return Change(rise=0.82**d, first_peak=1.0 + 0.03 * d) if here else Change()


def _weak_push_off(d: float, here: bool) -> Change:
    if not here:
        return Change()
    return Change(second_peak=1.0 - 0.06 * d, valley=1.0 + 0.02 * d, log_gain=_gain((TOES, -0.25 * d)))


def _unsteady(d: float, here: bool) -> Change:
    del here
    return Change(spread=1.0 + 0.55 * d, stance=1.0 + 0.025 * d, stride_time=1.0 + 0.04 * d)


def _none(d: float, here: bool) -> Change:
    del d, here
    return Change()


GUNGOR = "Gungor et al., Does foot posture influence plantar pressure? (38 cavus, 72 rectus, 62 planus feet)"
CHANG = "Chang et al. 2014, PLoS ONE 9(4):e94535 (27 children; arch, load under medial forefoot and midfoot)"
COP_2014 = "J Foot Ankle Res 2014, 7(Suppl 1):A55 (90 people; foot type and centre of pressure, r < 0.27)"
PEREIRO = "Pereiro-Buceta et al. 2021, Healthcare 9(8):932 (37 people, simulated leg-length difference)"
SHORT_LEG = "21 adults with 15 to 30 mm of difference (J Mod Rehabil, article 406)"
KNEE = "Wiik et al. 2017, World J Orthop 8(4):322 (knee osteoarthritis, ground reaction forces)"
GALLAGHER = "Gallagher and Callaghan 2015, Hum Mov Sci 44:111 (standing for 2 h; citation recalled)"
MCCORMICK = "McCormick et al. 2013 (30 people in shoes: made-to-measure orthosis, medial midfoot force +81 %)"
FERNANDEZ = "Fernandez-Seguin et al. 2014, Gait Posture 39:789 (34 cavus, 34 normal feet)"
GAITPDB = "PhysioNet gaitpdb and gaitndd (72 healthy people; 23 people with Parkinson's disease)"
PLATE_PATIENTS = "132 patients on plates: load of the side 6 % less with ankles, 2 to 3 % with knees and hips"
POSTEMA = "Postema et al. 1998 (42 people with metatarsalgia: an insole takes off 10 % of the impulse)"
HOHMANN = "Hohmann et al. 2016, J Sports Sci Med 15:254 (10 runners: a marathon changed no pressure)"
OURS = "size assumed"

CATALOGUE: dict[str, Kind] = {
    "neutral": Kind("neutral", "-", 0, False, _none, ()),
    "flat-foot": Kind(
        "flat foot, fallen arch", "degree 1-3", 2, False, _flat_foot, (GUNGOR, CHANG, MCCORMICK)
    ),
    "high-arch": Kind("high arch", "degree 1-3", 2, False, _high_arch, (GUNGOR, FERNANDEZ)),
    "pronation": Kind("overpronation", "degree 1-3", 2, False, _tilt(1.0), (COP_2014, CHANG, GAITPDB)),
    "supination": Kind("supination", "degree 1-3", 2, False, _tilt(-1.0), (COP_2014, GUNGOR, GAITPDB)),
    "leg-length": Kind("leg-length difference, raised shoe", "mm", 20, True, _leg_raised, (PEREIRO, OURS)),
    "leg-length-patients": Kind(
        "leg-length difference, patients", "mm", 20, True, _leg_patients, (SHORT_LEG, OURS)
    ),
    "antalgic": Kind("antalgic gait", "degree 1-3", 2, True, _antalgic, (KNEE, PLATE_PATIENTS, OURS)),
    "forefoot-overload": Kind(
        "forefoot overload", "degree 1-3", 2, False, _overload([9, 10], 0.135), (POSTEMA,)
    ),
    "heel-overload": Kind("heel overload", "degree 1-3", 2, False, _overload(HEEL, 0.30), (OURS,)),
    "side-load": Kind("load carried on one side", "% of body weight", 15, True, _side_load, (OURS,)),
    "fatigue": Kind("fatigue", "hours", 4, False, _fatigue, (HOHMANN, OURS)),
    "hard-heel": Kind("hard heel strike", "degree 1-3", 2, False, _hard_heel, (GAITPDB,)),
    "weak-push-off": Kind("weak push-off", "degree 1-3", 2, False, _weak_push_off, (KNEE, OURS)),
    "unsteady": Kind("unsteady gait", "degree 1-3", 2, False, _unsteady, (GAITPDB,)),
    "standing": Kind("standing with weight shifts", "-", 0, False, _none, (GALLAGHER,)),
    "standing-still": Kind("standing without weight shifts", "-", 1, False, _none, (GALLAGHER,)),
    "standing-asymmetric": Kind("standing on one side", "% on that side", 70, True, _none, (OURS,)),
}
"""Every condition that the virtual body knows."""


def parse_condition(text: str) -> Condition:
    """Read `kind`, `kind:degree` or `kind:degree:side`, as the command line gives it.

    Raises:
        PlantigradeError: an unknown kind or side, or a degree that is no number.
    """
    kind, _, rest = text.partition(":")
    if kind not in CATALOGUE:
        raise PlantigradeError(f"unknown condition {kind!r}; known are: {', '.join(sorted(CATALOGUE))}")
    entry = CATALOGUE[kind]
    degree_text, _, side = rest.partition(":")
    try:
        degree = float(degree_text) if degree_text else entry.clinical
    except ValueError as error:
        raise PlantigradeError(f"condition {text!r}: the degree {degree_text!r} is no number") from error
    if not 0 <= degree <= 100:
        raise PlantigradeError(f"condition {text!r}: the degree must lie between 0 and 100 ({entry.unit})")
    if side not in ("", "left", "right", "both") or (entry.one_sided and side == "both"):
        raise PlantigradeError(f"condition {text!r}: the side must be left or right{_or_both(entry)}")
    condition = Condition(kind, degree)
    if side == "left" or (not side and entry.one_sided):
        return replace(condition, side="left")
    return replace(condition, side="right") if side == "right" else condition


def _or_both(entry: Kind) -> str:
    return "" if entry.one_sided else " or both"


def combined(conditions: tuple[Condition, ...], foot: Literal["left", "right"]) -> Change:
    """All conditions' change of one foot."""
    change = Change()
    for condition in conditions:
        change = change.then(condition.change(foot))
    return change
