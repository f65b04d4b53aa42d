"""What is taken off a stance's samples, and why a figure cannot be known with an insole."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.pressure.regions import REGIONS
from plantigrade.gait.pressure.stance import NAMES, StanceFeatures
from plantigrade.gait.signals import Quantity, SensorLayout

from tests.host.pressure.insoles import FOREFOOT, HEEL, MIDFOOT, TOES, eight, figures, layout, rows_of

STANCE = [100.0, 50, 20, 30, 80, 40, 60, 20]


def impulse_after(swing_s: Sequence[float], heel_n: Sequence[float], stance_n: float = 100.0) -> float:
    """Impulse of the medial heel in 0.4 s of stance at 1 s, after swing samples at given times."""
    time = [*swing_s, 1.0, 1.1, 1.2, 1.3]
    force = np.zeros((len(time), 8))
    force[: len(swing_s), 0] = heel_n
    force[len(swing_s) :, 0] = stance_n
    force[len(swing_s) :, 4] = 10.0
    return float(rows_of(time, force, eight(), first=len(swing_s)).impulse_n_s[0, 0])


@pytest.mark.parametrize(
    ("before_s", "level"),
    [(0.165, 0.0), (0.155, 8.0), (0.10, 8.0), (0.065, 8.0), (0.055, 0.0), (0.01, 0.0)],
)
def test_the_level_comes_from_0_16_to_0_06_s_before_the_stance(before_s: float, level: float) -> None:
    """One sample there reads 8 N, its neighbours outside the span are there so that no gap is seen."""
    times = sorted({0.83, 0.835, 0.945, 1.0 - before_s})
    heel = [8.0 if time == 1.0 - before_s else 0.0 for time in times]
    inside = [time for time in times if 0.06 <= 1.0 - time <= 0.16]
    expected = level / max(len(inside), 1)
    assert impulse_after(times, heel) == pytest.approx(0.4 * (100 - expected), rel=1e-6)


@pytest.mark.parametrize(
    ("times", "level"),
    [((0.0, 0.1, 0.16), 14.0), ((0.0, 0.1, 0.15), 8.0), ((0.0, 0.06), 8.0)],
    ids=["0.16 s before", "a step of 0.1 s", "0.06 s before"],
)
def test_the_ends_of_the_span_and_a_step_of_a_tenth_of_a_second_count(
    times: tuple[float, ...], level: float
) -> None:
    """8 N in the recording's first sample, 20 N in the next; the stance begins with the last of these
    times."""
    start = times[-1]
    force = np.zeros((len(times) + 2, 8))
    force[:, 0] = [8.0, 20.0, *[100.0] * len(times)][: len(times) - 1] + [100.0] * 3
    rows = rows_of([*times, start + 0.1, start + 0.2], force, eight(), first=len(times) - 1)
    assert rows.impulse_n_s[0, 0] == pytest.approx(0.3 * (100 - level), rel=1e-6)


def test_the_level_is_the_mean_of_its_samples() -> None:
    """4, 6 and 11 N: 7 N; below zero counts as nothing: 4, 0 and 11 N are 5 N."""
    times = [0.80, 0.86, 0.90, 0.93, 0.97]
    assert impulse_after(times, [50, 4, 6, 11, 50]) == pytest.approx(0.4 * 93, rel=1e-6)
    for below in (-5, -0.5):
        assert impulse_after(times, [50, 4, below, 11, 50]) == pytest.approx(0.4 * 95, rel=1e-6)


def test_a_sensor_never_carries_less_than_nothing() -> None:
    """100 N in swing and 30 N in stance are no load; a net load of 0 N leaves the others' shares."""
    assert impulse_after([0.86, 0.93], [100, 100], stance_n=30) == 0


@pytest.mark.parametrize(("last", "level"), [(0.95, 20.0), (0.96, 0.0), (0.97, 0.0)])
def test_what_lies_beyond_a_gap_of_more_than_a_tenth_of_a_second_is_no_level(
    last: float, level: float
) -> None:
    """Samples at 0.85 and 0.855 s of 20 N, then one that lies too late to count: after 0.095, 0.105 or 0.115
    s."""
    assert impulse_after([0.85, 0.855, last], [20, 20, 0]) == pytest.approx(0.4 * (100 - level), rel=1e-6)


def test_a_gap_right_before_the_stance_leaves_no_level() -> None:
    """Samples 0.15 and 0.145 s before it, and none after them."""
    assert impulse_after([0.85, 0.855], [20, 20]) == pytest.approx(40, rel=1e-6)


def test_the_first_stance_of_a_recording_has_no_level() -> None:
    assert impulse_after([], []) == pytest.approx(40, rel=1e-6)


def test_each_stance_has_its_own_level() -> None:
    """Two stances of 0.3 s; 10 N before the first, 30 N before the second, at 10 samples a second and 0.1 s
    before each."""
    force = np.zeros((10, 8))
    force[:, 0] = (10, 10, 110, 110, 110, 30, 30, 110, 110, 110)
    features = StanceFeatures(eight())
    rows = features.rows(np.arange(10) / 10, force.astype(np.float32), np.array([2, 7]), np.array([5, 10]))
    assert rows.impulse_n_s[:, 0] == pytest.approx([30, 24], rel=1e-6)
    assert rows.peak_force_n[:, 0].tolist() == [110, 110]


def test_a_short_stance_between_others_gives_nothing_and_spoils_nothing() -> None:
    """Three samples are the least; they lie 0.2 s apart, so that no level is seen."""
    force = np.tile(np.array(STANCE, dtype=np.float32), (12, 1))
    features = StanceFeatures(eight())
    starts, stops = np.array([0, 4, 8]), np.array([3, 6, 12])
    rows = features.rows(np.arange(12) / 5, force, starts, stops)
    column = NAMES.index("peak_pressure_kpa")
    assert rows.values[:, column] == pytest.approx([500, np.nan, 500], nan_ok=True)
    assert rows.impulse_n_s[:, 0] == pytest.approx([60, 0, 80], rel=1e-6)
    assert rows.peak_force_n[1].tolist() == [0] * 8
    assert np.isnan(rows.cop_curves[1]).all()


def test_an_unloaded_stance_keeps_its_peaks_but_has_no_figures() -> None:
    """60 N in swing and in stance: nothing carries, yet 60 N were read."""
    time = [0.86, 0.93, 1.0, 1.1, 1.2]
    rows = rows_of(time, np.tile([60.0] * 8, (5, 1)), eight(), first=2)
    assert np.isnan(rows.values).all()
    assert rows.peak_force_n[0].tolist() == [60] * 8
    assert rows.impulse_n_s[0].tolist() == [0] * 8


def test_samples_without_a_layout_give_blank_rows() -> None:
    rows = rows_of((0, 0.1, 0.2), np.ones((3, 4)), None)
    assert rows.values.shape == (1, len(NAMES))
    assert rows.cop_curves.shape == (1, 2, 101)
    assert rows.peak_force_n.shape == rows.impulse_n_s.shape == (1, 4)
    assert np.isnan(rows.values).all()


NO_LAYOUT = "the source does not say where the sensors lie"
NO_AREA = "the source does not say how large the sensors are"
NO_SCALE = "the source gives sensor places on an arbitrary scale, so lengths are not millimetres"
NO_SHAPE = "the source gives sensor places on an arbitrary scale, so the bend of the gait line means nothing"
NOT_NEWTONS = "the sensors are not calibrated to newtons"
PRESSURES = {
    f"{stem}{region}_{unit}"
    for stem, unit in (("peak_pressure", "kpa"), ("pti", "kpa_s"), ("contact_area", "cm2"))
    for region in ("", *(f"_{region}" for region in REGIONS))
}
LENGTHS = {
    "gait_line_length_mm",
    "gait_line_range_mm",
    "gait_line_width_mm",
    "cop_mean_velocity_mm_per_s",
    "cop_peak_velocity_mm_per_s",
}
AREAS = {name for name in PRESSURES if name.endswith("cm2")}
IMPULSES = {f"fti_{region}_n_s" for region in REGIONS}


def why(insole: SensorLayout | None, quantity: Quantity = "force") -> dict[str, str]:
    return StanceFeatures(insole, quantity).unavailable


def test_a_whole_insole_knows_everything() -> None:
    assert why(eight()) == {}
    got = figures(np.arange(5) / 10, np.tile(STANCE, (5, 1)), eight())
    known = {name for name, value in got.items() if np.isfinite(value)}
    # The centre of pressure stands still, so there is no bend; the heel stays loaded, so it never lifts.
    assert set(NAMES) - known == {"cpei_pct", "heel_off_s"}


def test_without_places_nothing_is_known() -> None:
    assert why(None) == dict.fromkeys(NAMES, NO_LAYOUT)


def test_without_areas_there_are_no_pressures() -> None:
    unknown = replace(eight(), area_cm2=np.full(8, np.nan))
    assert why(unknown) == dict.fromkeys(PRESSURES, NO_AREA)
    assert why(unknown, "footswitch") == dict.fromkeys(PRESSURES, NO_AREA) | dict.fromkeys(
        IMPULSES, NOT_NEWTONS
    )


def test_without_newtons_there_are_no_pressures_nor_impulses() -> None:
    assert why(eight(), "footswitch") == dict.fromkeys(PRESSURES | IMPULSES, NOT_NEWTONS)


def test_on_an_arbitrary_scale_there_are_no_millimetres() -> None:
    """With a stated length the bend of the line is known, without one it is not."""
    assert why(eight(relative=True)) == dict.fromkeys(LENGTHS | AREAS, NO_SCALE)
    assert why(eight(relative=True, length_mm=None)) == dict.fromkeys(LENGTHS | AREAS, NO_SCALE) | {
        "cpei_pct": NO_SHAPE
    }


def of_regions(*regions: str) -> SensorLayout:
    """Two sensors, medial and lateral, in each of the given regions."""
    places = [(x, 50.0 * (1 + n)) for n in range(len(regions)) for x in (20.0, 70.0)]
    return layout(places, [region for region in regions for _ in range(2)])


def figures_of(region: str) -> set[str]:
    return {name for name in NAMES if region in name.split("_")}


NEEDS_THREE = "heel, midfoot and forefoot need sensors"
NEEDS_TWO = "heel and forefoot need sensors"
ARCHES = ("force_arch_index", "medial_arch_index")
PHASES = ("foot_flat_s", "heel_off_s")


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_without_sensors_has_no_figures(region: str) -> None:
    insole = of_regions(*(other for other in REGIONS if other != region))
    expected = dict.fromkeys(figures_of(region), f"no sensor lies in the {region}")
    if region != TOES:
        expected |= dict.fromkeys(ARCHES, NEEDS_THREE)
    if region in (HEEL, FOREFOOT):
        expected[f"ml_index_{region}"] = f"the {region} has no sensors on both its sides"
        expected |= dict.fromkeys(PHASES, NEEDS_TWO)
    if region == HEEL:
        expected["heel_off_s"] = NEEDS_TWO
    assert why(insole) == expected


@pytest.mark.parametrize("region", [HEEL, MIDFOOT, FOREFOOT])
def test_sides_need_sensors_on_both_of_them(region: str) -> None:
    one_line = {HEEL: 25.0, MIDFOOT: 112.5, FOREFOOT: 175.0}[region]
    x = np.where(eight().y_mm == one_line, 45.0, eight().x_mm)
    expected = {"medial_arch_index": "heel, midfoot and forefoot need sensors on both their sides"}
    if region != MIDFOOT:
        expected[f"ml_index_{region}"] = f"the {region} has no sensors on both its sides"
    assert why(replace(eight(), x_mm=x)) == expected


def test_what_cannot_be_known_is_blank_whatever_the_samples_say() -> None:
    insole = of_regions(HEEL, FOREFOOT)
    got = figures(np.arange(5) / 10, np.tile(STANCE[:4], (5, 1)), insole)
    assert all(np.isnan(got[name]) for name in why(insole))
    assert got["load_share_heel_pct"] == pytest.approx(75)
