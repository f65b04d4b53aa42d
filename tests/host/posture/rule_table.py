"""Every shipped rule: its numbers, strides just inside and just outside its level with the value worked out
on paper, and what it says.

A stride value is a number, or a mean and a swing around it: 1.1 -+ 0.03 in turn over 30 strides has an SD of
0.03 x sqrt(30 / 29) = 0.0305129, over the mean 2.77390 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = float | tuple[float, float]


@dataclass(frozen=True)
class Numbers:
    """As the files of rules have them."""

    version: int
    raise_level: float
    clear_level: float
    severity: str
    interval_s: float
    dwell_s: float = 20.0
    own_insole_only: bool = False
    clinician_only: bool = False
    strides: tuple[int, int, int] = (30, 200, 60)
    """For a finding, for an alert, looked at."""


OWN, DAY_S = True, 86400.0
NUMBERS = {
    "low-arch": Numbers(4, 0.33, 0.30, "notice", DAY_S, own_insole_only=OWN),
    "high-arch": Numbers(4, -0.085, -0.105, "notice", DAY_S, own_insole_only=OWN),
    "pronation": Numbers(5, 1.3, 1.0, "notice", DAY_S, own_insole_only=OWN),
    "supination": Numbers(5, 1.4, 1.05, "notice", DAY_S, own_insole_only=OWN),
    "pronation-drift": Numbers(1, 2.5, 1.5, "notice", 7200.0),
    "supination-drift": Numbers(1, 2.5, 1.5, "notice", 7200.0),
    "arch-drift": Numbers(1, 3.0, 2.0, "notice", 7200.0),
    "forefoot-overload": Numbers(2, 86.0, 81.0, "warning", 7200.0, own_insole_only=OWN),
    "forefoot-overload-drift": Numbers(2, 1.14, 1.08, "warning", 7200.0),
    "heel-overload-drift": Numbers(1, 1.17, 1.1, "warning", 7200.0),
    "loading-rate": Numbers(3, 20.0, 18.0, "notice", 7200.0, own_insole_only=OWN),
    "loading-rate-drift": Numbers(1, 1.25, 1.15, "notice", 7200.0),
    "push-off-drift": Numbers(2, 2.5, 1.5, "notice", 7200.0),
    "push-off-missing": Numbers(3, 3.0, 1.5, "notice", 7200.0),
    "standing-still": Numbers(2, 900.0, 60.0, "info", 1800.0, 0.0, strides=(0, 0, 0)),
    "prolonged-standing": Numbers(1, 3600.0, 60.0, "notice", 3600.0, 0.0, strides=(0, 0, 0)),
    "static-load": Numbers(1, 1200.0, 30.0, "warning", 1200.0, 0.0, strides=(0, 0, 0)),
    "one-sided-standing": Numbers(2, 57.0, 53.0, "notice", 3600.0, 60.0, strides=(0, 0, 0)),
    "sensor-fault": Numbers(1, 0.5, 0.4, "warning", DAY_S, 0.0, strides=(0, 0, 0)),
    "not-worn": Numbers(1, 1800.0, 60.0, "info", 14400.0, 0.0, strides=(0, 0, 0)),
    "stance-asymmetry": Numbers(3, 6.0, 4.2, "notice", 7200.0),
    "load-asymmetry": Numbers(4, 13.0, 7.0, "notice", 7200.0),
    "leg-length": Numbers(3, 1.6, 1.1, "info", DAY_S, own_insole_only=OWN, clinician_only=True),
    "leg-length-patients": Numbers(3, 1.3, 0.9, "info", DAY_S, own_insole_only=OWN, clinician_only=True),
    "side-load": Numbers(1, 1.3, 0.8, "info", 7200.0, own_insole_only=OWN),
    "stride-variability": Numbers(3, 2.72, 2.4, "warning", 7200.0, strides=(30, 200, 120)),
    "double-support-drift": Numbers(1, 2.5, 1.5, "warning", 7200.0),
    "fatigue": Numbers(3, 1.5, 1.0, "info", 7200.0, strides=(30, 200, 120)),
}


@dataclass(frozen=True)
class Own:
    """Own days to compare with: centres, one spread, the usual variation."""

    centres: Mapping[str, float]
    spread: float = 1.0
    cv_pct: float = float("nan")


@dataclass(frozen=True)
class Case:
    """Strides of a rule: `this` foot and the `other`, the value on this side, whether it is present there."""

    rule: str
    this: Mapping[str, Value]
    value: float
    present: bool
    other: Mapping[str, Value] = field(default_factory=dict)
    usual: Own | None = None
    between: bool = True
    """Whether the value lies at least above the clear level."""
    level: float | None = None
    """The level where it is not the rule's own: at this stride time."""


def _pronation(
    rule: str, heel: float, ball: float, cop: float, value: float, present: bool, **more: bool
) -> Case:
    strides = {"ml_index_heel": heel, "ml_index_forefoot": ball, "cop_mean_x_pct": cop}
    return Case(rule, strides, value, present, **more)


def _drift(rule: str, heel: float, ball: float, value: float, present: bool) -> Case:
    own = Own({"ml_index_heel": 0.01, "ml_index_forefoot": 0.15}, 0.04)
    return Case(rule, {"ml_index_heel": heel, "ml_index_forefoot": ball}, value, present, usual=own)


def _leg(heel: Value, ball: Value, value: float, present: bool, **more: bool) -> Case:
    """Heel-off 0.35 and 0.40 over 7: 1.904762; stance 0.635 and 0.655 over 2.2: 1.409443."""
    this = {
        "load_share_heel_pct": heel,
        "load_share_forefoot_pct": ball,
        "heel_off_s": 0.35,
        "stance_time_s": 0.635,
    }
    other = {
        "load_share_heel_pct": 28.5,
        "load_share_forefoot_pct": 44.0,
        "heel_off_s": 0.40,
        "stance_time_s": 0.655,
    }
    return Case("leg-length-patients", this, value, present, other, **more)


def _tired(mean: float, swing: float, value: float, present: bool, **more: bool) -> Case:
    own = Own({"stride_time_s": 1.1}, 0.02, 2.0)
    this = {"stride_time_s": (mean, swing)}
    return Case("fatigue", this, value, present, this, own, **more)


SLOWER = 2.75
"""2.72 and 1.5 for each second of stride time above 1.08 s, at 1.1 s."""


def _uneven(this: float, other: float, value: float, present: bool) -> Case:
    swings = ({"stride_time_s": (1.1, swing)} for swing in (this, other))
    return Case("stride-variability", next(swings), value, present, next(swings), level=SLOWER)


def _sides(
    rule: str,
    names: tuple[str, ...],
    this: tuple[float, ...],
    other: tuple[float, ...],
    value: float,
    **more: bool,
) -> Case:
    """Values of this side and of the other."""
    present = more.pop("present")
    feet = (dict(zip(names, values, strict=True)) for values in (this, other))
    return Case(rule, next(feet), value, present, next(feet), **more)


PUSHES = Own({"push_off_bw": 1.1, "second_peak_missing": 0.1}, 0.02)
FEET = [
    Case("low-arch", {"medial_arch_index": 0.33}, 0.33, True),
    Case("low-arch", {"medial_arch_index": 0.329}, 0.329, False),
    Case("high-arch", {"lateral_arch_index": 0.085}, -0.085, True),
    Case("high-arch", {"lateral_arch_index": 0.086}, -0.086, False),
    # (0.127 + 0.018) / 0.10 = 1.45, (0.27 - 0.049) / 0.17 = 1.3, (54.4 - 51.15) / 2.5 = 1.3.
    _pronation("pronation", 0.127, 0.27, 51.15, 1.35, True),
    _pronation("pronation", 0.127, 0.253, 51.4, 1.283333, False),  # 1.2 and 1.2
    # 4.01, 2.0 and only 0.3, a mean of 2.1: no more than 0.3 / 0.3.
    _pronation("pronation", 0.383, 0.389, 53.65, 1.0, False, between=False),
    _pronation("pronation", -0.167, -0.097, 58.02, -4.966667, False, between=False),  # -1.49 / 0.3
    _pronation("supination", -0.173, -0.189, 57.9, 1.45, True),  # 1.55, 1.4 and 1.4
    _pronation("supination", -0.173, -0.172, 57.65, 1.383333, False),  # 1.55, 1.3 and 1.3
    # 0.11 / 0.04 = 2.75; 0.102 / 0.04 = 2.55, 0.098 / 0.04 = 2.45.
    _drift("pronation-drift", 0.12, 0.252, 2.55, True),
    _drift("pronation-drift", 0.12, 0.248, 2.45, False),
    _drift("pronation-drift", 0.108, 0.40, 2.45, False),  # the heel alone keeps it back
    _drift("supination-drift", -0.10, 0.048, 2.55, True),
    _drift("supination-drift", -0.10, 0.052, 2.45, False),
    _drift("supination-drift", -0.088, -0.10, 2.45, False),
    Case("arch-drift", {"force_arch_index": 0.181}, 3.1, True, usual=Own({"force_arch_index": 0.15}, 0.01)),
    Case("arch-drift", {"force_arch_index": 0.179}, 2.9, False, usual=Own({"force_arch_index": 0.15}, 0.01)),
    Case("forefoot-overload", {"forefoot_load_kpa_bw": 86.0}, 86.0, True),
    Case("forefoot-overload", {"forefoot_load_kpa_bw": 85.9}, 85.9, False),
    Case(
        "forefoot-overload-drift", {"forefoot_pti_bw": 46.0}, 1.15, True, usual=Own({"forefoot_pti_bw": 40.0})
    ),
    Case(
        "forefoot-overload-drift",
        {"forefoot_pti_bw": 45.2},
        1.13,
        False,
        usual=Own({"forefoot_pti_bw": 40.0}),
    ),
    Case("heel-overload-drift", {"heel_pti_bw": 47.2}, 1.18, True, usual=Own({"heel_pti_bw": 40.0})),
    Case("heel-overload-drift", {"heel_pti_bw": 46.4}, 1.16, False, usual=Own({"heel_pti_bw": 40.0})),
    Case("loading-rate", {"loading_rate_bw_per_s": 20.0}, 20.0, True),
    Case("loading-rate", {"loading_rate_bw_per_s": 19.9}, 19.9, False),
    Case(
        "loading-rate-drift",
        {"loading_rate_bw_per_s": 12.6},
        1.26,
        True,
        usual=Own({"loading_rate_bw_per_s": 10.0}),
    ),
    Case(
        "loading-rate-drift",
        {"loading_rate_bw_per_s": 12.4},
        1.24,
        False,
        usual=Own({"loading_rate_bw_per_s": 10.0}),
    ),
    Case("push-off-drift", {"push_off_bw": 1.048}, 2.6, True, usual=PUSHES),
    Case("push-off-drift", {"push_off_bw": 1.052}, 2.4, False, usual=PUSHES),
    Case(
        "push-off-missing",
        {"second_peak_missing": 0.8},
        3.5,
        True,
        usual=Own({"second_peak_missing": 0.1}, 0.2),
    ),
    Case(
        "push-off-missing",
        {"second_peak_missing": 0.8},
        2.5,
        False,
        usual=Own({"second_peak_missing": 0.3}, 0.2),
    ),
]
STANCE, IMPULSE = ("stance_time_s",), ("impulse_n_s",)
LEG, CARRIED = ("stance_time_s", "mean_force_n"), ("carried_bw", "impulse_n_s")
SIDES = [
    # 3.8 / 0.631 and 3.7 / 0.6315; 5200 / 394 and 5100 / 394.5.
    _sides("stance-asymmetry", STANCE, (0.612,), (0.65,), 6.022187, present=True),
    _sides("stance-asymmetry", STANCE, (0.613,), (0.65,), 5.859066, present=False),
    _sides("load-asymmetry", IMPULSE, (368.0,), (420.0,), 13.197970, present=True),
    _sides("load-asymmetry", IMPULSE, (369.0,), (420.0,), 12.927757, present=False),
    # Stance 3 / 0.645 = 4.651163 % over 2.2 is 2.114165; force 5000 / 600 over 5.7 is 1.461988, or
    # 2000 / 600 over 5.7: 0.584795.
    _sides("leg-length", LEG, (0.63, 625.0), (0.66, 575.0), 1.788077, present=True),
    _sides("leg-length", LEG, (0.63, 610.0), (0.66, 590.0), 1.349480, present=False),
    # Stance 12.5 % over 2.2 is 5.681818, but force 0.5 over 5.7 is 0.087719: no more than that over 0.4.
    _sides("leg-length", LEG, (0.60, 601.5), (0.68, 598.5), 0.219298, present=False, between=False),
    # Heel 450 / 26.25 over 12 is 1.428571; ball 1100 / 49.5 over 13.5 is 1.646091, or 200 / 45 over 13.5:
    # 0.329218, and no more than that over 0.3.
    _leg(24.0, 55.0, 1.597217, True),
    _leg(24.0, 46.0, 1.097394, False),
    # Heel 20 / 28.4 over 12 is 0.058685: over 0.3.
    _leg(28.3, 60.0, 0.195618, False, between=False),
    # 0.56 + 0.51: 0.07 / 0.05 = 1.4. Impulse 3000 / 425 over 5 is 1.411765, or 2500 / 422.5 over 5:
    # 1.183432.
    _sides("side-load", CARRIED, (0.56, 440.0), (0.51, 410.0), 1.4, present=True),
    _sides("side-load", CARRIED, (0.56, 440.0), (0.50, 410.0), 1.2, present=False),
    _sides("side-load", CARRIED, (0.56, 435.0), (0.51, 410.0), 1.183432, present=False),
]
DOUBLE = Own({"double_support_pct": 20.0}, 1.0)
BOTH = [
    # 2.773897 % and 2.727665 %, or 2.681434 %.
    _uneven(0.03, 0.0295, 2.750781, True),
    _uneven(0.03, 0.029, 2.727665, False),
    Case(
        "double-support-drift", {"double_support_pct": 22.4}, 2.6, True, {"double_support_pct": 22.8}, DOUBLE
    ),
    Case(
        "double-support-drift", {"double_support_pct": 22.2}, 2.4, False, {"double_support_pct": 22.6}, DOUBLE
    ),
    # 0.034 / 0.02 = 1.7, (2.690728 / 2 - 1) / 0.25 = 1.381456; 1.5 and 1.400506.
    _tired(1.134, 0.03, 1.540728, True),
    _tired(1.130, 0.03, 1.450253, False),
    _tired(1.102, 0.04, 0.25, False, between=False),  # 0.1 over 0.4, however uneven the strides
]
CASES = [*FEET, *SIDES, *BOTH]
ALERT_CASES = [
    *FEET,
    *(case for case in SIDES if not NUMBERS[case.rule].clinician_only),
    *(case for case in BOTH if case.rule == "double-support-drift"),
    # Over 120 strides an SD is sqrt(120 / 119) times the swing: 2.756965 with 2.747836 %, or 2.747836 with
    # 2.738707 %.
    _uneven(0.0302, 0.0301, 2.752400, True),
    _uneven(0.0301, 0.03, 2.743271, False),
    # (2.656595 / 2 - 1) / 0.25 = 1.313189 and 1.331999 in the place of 1.381456 and 1.400506.
    _tired(1.134, 0.03, 1.506595, True),
    _tired(1.130, 0.03, 1.416000, False),
]


def _gone(rule: str, **this: Value) -> Case:
    return Case(rule, this, 0.0, False, this)


GONE = {
    one.rule: one
    for one in (
        _gone("low-arch", medial_arch_index=0.30),
        _gone("high-arch", lateral_arch_index=0.105),
        _gone("pronation", ml_index_heel=0.076, ml_index_forefoot=0.217, cop_mean_x_pct=52.1),  # 0.949
        _gone("supination", ml_index_heel=-0.104, ml_index_forefoot=-0.123, cop_mean_x_pct=57.1),  # 0.984
        _gone("pronation-drift", ml_index_heel=0.069, ml_index_forefoot=0.4),  # 1.475
        _gone("supination-drift", ml_index_heel=-0.049, ml_index_forefoot=-0.4),  # 1.475
        _gone("arch-drift", force_arch_index=0.1699),  # 1.99
        _gone("forefoot-overload", forefoot_load_kpa_bw=81.0),
        _gone("forefoot-overload-drift", forefoot_pti_bw=43.1),  # 1.0775
        _gone("heel-overload-drift", heel_pti_bw=43.9),  # 1.0975
        _gone("loading-rate", loading_rate_bw_per_s=18.0),
        _gone("loading-rate-drift", loading_rate_bw_per_s=11.49),  # 1.149
        _gone("push-off-drift", push_off_bw=1.071),  # 1.45
        _gone("push-off-missing", second_peak_missing=0.4),  # 1.5
        _gone("stride-variability", stride_time_s=(1.1, 0.026)),  # 2.37 %
        _gone("double-support-drift", double_support_pct=21.5),  # 1.5
        _gone("fatigue", stride_time_s=(1.104, 0.03)),  # 0.2 / 0.4
    )
}
"""Values at or just below the clear level; rules of sides clear when the sides change places."""

SECONDS = {
    "standing-still": "still_s",
    "prolonged-standing": "standing_s",
    "static-load": "loaded_s",
    "one-sided-standing": "one_sided_pct",
    "sensor-fault": "faulty_sensors",
    "not-worn": "not_worn_s",
}

TEXTS = {
    "low-arch": "The inner middle of your {} carries more load than we take for usual.",
    "high-arch": "The middle of your {} carries very little load.",
    "pronation": "The inner side of your {} carries more than usual.",
    "supination": "The outer side of your {} carries more than usual.",
    "pronation-drift": "Compared with your own usual days, the inner side of your {} now carries more.",
    "supination-drift": "Compared with your own usual days, the outer side of your {} now carries more.",
    "arch-drift": "The middle of your {} carries more than on your usual days.",
    "forefoot-overload": "The ball of your {} carries a lot of pressure for a long time with each step.",
    "forefoot-overload-drift": "The ball of your {} carries more pressure than on your usual days.",
    "heel-overload-drift": "Your heel carries more pressure than on your usual days ({}).",
    "loading-rate": "Your {} meets the ground hard at the start of each step.",
    "loading-rate-drift": "Your {} meets the ground harder than on your usual days.",
    "push-off-drift": "You push off less with your {} than on your usual days.",
    "push-off-missing": "More steps of your {} end without a clear push than on your usual days.",
    "stance-asymmetry": "You stay on your {} for a shorter time than on the other one.",
    "load-asymmetry": "You put less weight on your {} than on the other one.",
    "leg-length": "The way you load your feet can be seen when one leg is a little shorter ({} side).",
    "leg-length-patients": "The way you load your feet can be seen when one leg is a little shorter ({} side)"
    ".",
    "side-load": "You seem to carry something on the side of your {}.",
    "fatigue": "Your steps look as steps may do after long hours: slower and a little less even than "
    "on your usual days.",
    "stride-variability": "Your steps are less even than usual in adults.",
    "double-support-drift": "You keep both feet on the ground longer than on your usual days.",
    "standing-still": "You have been standing without shifting your weight for a quarter of an hour.",
    "prolonged-standing": "You have been standing for an hour.",
    "static-load": "One of your feet has carried weight for 20 minutes without a rest.",
    "one-sided-standing": "You stand on one leg much more than on the other.",
    "sensor-fault": "A sensor in your insole does not work.",
    "not-worn": "Your insoles feel no foot.",
}
"""The first sentence for the wearer; {} stands for the side."""
