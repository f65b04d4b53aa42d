"""Standing: how load is shared, and how the centre of pressure sways."""

from functools import partial
from typing import Final

from plantigrade.gait.parameters import sources
from plantigrade.gait.parameters.definition import Home, Needs, ParameterDefinition, ParameterGroup, View
from plantigrade.gait.settings import LOW_PASS_HZ, MIN_LOAD_S, MIN_SWAY_S

_load = partial(
    ParameterDefinition,
    home=Home.STANDING,
    group=ParameterGroup.STANDING,
    min_strides=0,
    min_seconds=MIN_LOAD_S,
)
_sway = partial(
    ParameterDefinition,
    home=Home.SWAY,
    group=ParameterGroup.SWAY,
    needs=Needs.STANDING | Needs.PLACES | Needs.MILLIMETRES,
    min_strides=0,
    min_seconds=MIN_SWAY_S,
    low_pass_hz=LOW_PASS_HZ,
)
_spectrum = partial(_sway, home=Home.SPECTRUM)

_BEHIND: Final = "share of the load behind half the length"
_LENGTH: Final = "length of the path; over its duration"
_AS_MEASURED: Final = "length over duration of the path as it was measured, with the noise of the sensors"
_EXTENT: Final = "largest minus smallest; root mean square about the mean"
_ELLIPSE: Final = (
    "95 % **prediction** ellipse (Schubert & Kirchner 2014): area π c √(λ₁ λ₂), "
    "c = 2 (n - 1)(n + 1) / (n (n - 2)) · F₀.₉₅(2, n - 2)"
)
_CENTROID: Final = "centroid, 50 and 95 % of the power between 0.15 and 5 Hz (straight line off, Hann window)"
_SHARE: Final = "share of that power below 0.5 Hz, to 2 Hz, above"


def _of_axis(axis: str, direction: str) -> tuple[ParameterDefinition, ...]:
    return (
        _spectrum(f"{axis}_mean_hz", f"Mean frequency, {direction}", "Hz", definition=_CENTROID),
        _spectrum(f"{axis}_median_hz", f"Median frequency, {direction}", "Hz", definition=_CENTROID),
        _spectrum(f"{axis}_f95_hz", f"95 % frequency, {direction}", "Hz", definition=_CENTROID),
        _spectrum(f"{axis}_low_pct", f"Power below 0.5 Hz, {direction}", "%", definition=_SHARE),
        _spectrum(f"{axis}_medium_pct", f"Power from 0.5 to 2 Hz, {direction}", "%", definition=_SHARE),
        _spectrum(f"{axis}_high_pct", f"Power above 2 Hz, {direction}", "%", definition=_SHARE),
    )


PARAMETERS: Final = (
    _load(
        "standing_left_load_pct",
        "Load left in standing",
        "%",
        needs=Needs.STANDING | Needs.BOTH_FEET,
        definition="mean of 100 L / (L + R)",
        usual=sources.LEFT_LOAD,
        limits="5 s",
        shown={View.SOURCES: 100},
    ),
    _load(
        "standing_rear_load_pct",
        "Load rear in standing",
        "%",
        needs=Needs.STANDING | Needs.PLACES,
        definition=_BEHIND,
        usual=sources.REAR_LOAD,
        limits="5 s",
        shown={View.SOURCES: 110},
    ),
    _load(
        "standing_left_rear_pct",
        "Load rear in standing, left",
        "%",
        needs=Needs.STANDING | Needs.PLACES,
        definition=_BEHIND,
        limits="5 s",
    ),
    _load(
        "standing_right_rear_pct",
        "Load rear in standing, right",
        "%",
        needs=Needs.STANDING | Needs.PLACES,
        definition=_BEHIND,
        limits="5 s",
    ),
    _load(
        "standing_load_shift_sd_pct",
        "Load shift in standing",
        "%",
        needs=Needs.STANDING | Needs.BOTH_FEET,
        definition="SD of the left share over time",
    ),
    _sway("path_mm", "Sway path", "mm", definition=_LENGTH),
    _sway("mean_velocity_mm_per_s", "Mean sway velocity", "mm/s", definition=_LENGTH),
    _sway(
        "unfiltered_velocity_mm_per_s",
        "Mean sway velocity, unfiltered",
        "mm/s",
        definition=_AS_MEASURED,
        low_pass_hz=None,
    ),
    _sway("range_x_mm", "Sway range, sideways", "mm", definition=_EXTENT),
    _sway("range_y_mm", "Sway range, along", "mm", definition=_EXTENT),
    _sway("rms_x_mm", "Sway RMS, sideways", "mm", definition=_EXTENT),
    _sway("rms_y_mm", "Sway RMS, along", "mm", definition=_EXTENT),
    _sway("ellipse_area_mm2", "Sway ellipse, area", "mm2", definition=_ELLIPSE),
    _sway("ellipse_major_mm", "Sway ellipse, long half axis", "mm", definition=_ELLIPSE),
    _sway("ellipse_minor_mm", "Sway ellipse, short half axis", "mm", definition=_ELLIPSE),
    _sway("ellipse_angle_deg", "Sway ellipse, angle", "degrees", definition=_ELLIPSE),
    *_of_axis("x", "sideways"),
    *_of_axis("y", "along"),
)
