"""Pressures, contact areas, loads and indices of one stance, worked out on paper.

Samples at 0, 0.1, 0.3 and 0.4 s stand for 0.1, 0.2, 0.1 and (as the step before it) 0.1 s. Force in N:

    time s          heel        midfoot     forefoot    toes
               medial lateral   med lat     med lat     med lat
    0.0          40   20         0   0       0   0       0   0
    0.1          75   70         5  10      60  15       0   0
    0.3          20   30        20  20      80  20      60  20
    0.4           0    0        10   0      50  20      90  30
    area cm2    2.5    4         5 2.5     2.5   4     2.5   2

Pressure in kPa is 10 F / A; the highest of each region (and of the foot) at each sample:

    0.0   heel 160, 50           midfoot 0        forefoot 0             toes 0            foot 160
    0.1   heel 300, 175          midfoot 10, 40   forefoot 240, 37.5     toes 0            foot 300
    0.3   heel 80, 75            midfoot 40, 80   forefoot 320, 50       toes 240, 100     foot 320
    0.4   heel 0                 midfoot 20, 0    forefoot 200, 50       toes 360, 150     foot 360
"""

import numpy as np
import pytest
from plantigrade.gait.pressure import stance
from plantigrade.gait.pressure.stance import NAMES, UNITS

from tests.host.pressure.insoles import (
    FOREFOOT,
    HEEL,
    MIDFOOT,
    TOES,
    eight,
    figures,
    layout,
    rows_of,
)

AREA = (2.5, 4.0, 5.0, 2.5, 2.5, 4.0, 2.5, 2.0)
TIME = (0.0, 0.1, 0.3, 0.4)
FORCE = (
    (40, 20, 0, 0, 0, 0, 0, 0),
    (75, 70, 5, 10, 60, 15, 0, 0),
    (20, 30, 20, 20, 80, 20, 60, 20),
    (0, 0, 10, 0, 50, 20, 90, 30),
)


def worked() -> dict[str, float]:
    return figures(TIME, FORCE, eight(AREA))


@pytest.mark.worked_example(
    "peak_pressure_kpa",
    "peak_pressure_heel_kpa",
    "peak_pressure_midfoot_kpa",
    "peak_pressure_forefoot_kpa",
    "peak_pressure_toes_kpa",
)
def test_peak_pressure_is_the_greatest_of_any_sensor_at_any_time() -> None:
    got = worked()
    assert got["peak_pressure_heel_kpa"] == pytest.approx(300)
    assert got["peak_pressure_midfoot_kpa"] == pytest.approx(80)
    assert got["peak_pressure_forefoot_kpa"] == pytest.approx(320)
    assert got["peak_pressure_toes_kpa"] == pytest.approx(360)
    assert got["peak_pressure_kpa"] == pytest.approx(360)


@pytest.mark.worked_example(
    "pti_kpa_s", "pti_heel_kpa_s", "pti_midfoot_kpa_s", "pti_forefoot_kpa_s", "pti_toes_kpa_s"
)
def test_pressure_time_integral_sums_the_highest_pressure_of_each_moment() -> None:
    """Heel 16 + 60 + 8; midfoot 8 + 8 + 2; forefoot 48 + 32 + 20; toes 24 + 36; foot 16 + 60 + 32 + 36."""
    got = worked()
    assert got["pti_heel_kpa_s"] == pytest.approx(84)
    assert got["pti_midfoot_kpa_s"] == pytest.approx(18)
    assert got["pti_forefoot_kpa_s"] == pytest.approx(100)
    assert got["pti_toes_kpa_s"] == pytest.approx(60)
    assert got["pti_kpa_s"] == pytest.approx(144)


@pytest.mark.worked_example("fti_heel_n_s", "fti_midfoot_n_s", "fti_forefoot_n_s", "fti_toes_n_s")
@pytest.mark.worked_example(
    "load_share_heel_pct", "load_share_midfoot_pct", "load_share_forefoot_pct", "load_share_toes_pct"
)
def test_loads_of_the_regions() -> None:
    """Impulses of the sensors in N s: heel 21 and 19, midfoot 4 and 4, forefoot 25 and 7, toes 15 and 5; the
    foot has 100."""
    got = worked()
    assert [got[f"fti_{r}_n_s"] for r in (HEEL, MIDFOOT, FOREFOOT, TOES)] == pytest.approx([40, 8, 32, 20])
    shares = [got[f"load_share_{r}_pct"] for r in (HEEL, MIDFOOT, FOREFOOT, TOES)]
    assert shares == pytest.approx([40, 8, 32, 20])


@pytest.mark.worked_example(
    "contact_area_cm2",
    "contact_area_heel_cm2",
    "contact_area_midfoot_cm2",
    "contact_area_forefoot_cm2",
    "contact_area_toes_cm2",
)
def test_contact_area_of_the_regions() -> None:
    """Every sensor presses more than 10 kPa at some time."""
    got = worked()
    assert got["contact_area_heel_cm2"] == pytest.approx(6.5)
    assert got["contact_area_midfoot_cm2"] == pytest.approx(7.5)
    assert got["contact_area_forefoot_cm2"] == pytest.approx(6.5)
    assert got["contact_area_toes_cm2"] == pytest.approx(4.5)
    assert got["contact_area_cm2"] == pytest.approx(25)


def test_contact_begins_at_10_kpa() -> None:
    """On 2 cm2, 2.0 N press 10 kPa and 1.99 N less; each sensor for one sample of three."""
    force = np.zeros((3, 8))
    force[1] = (2.0, 1.99, 1.99, 2.0, 2.0, 2.0, 1.99, 0.5)
    got = figures((0, 0.1, 0.2), force, eight((1, 2, 2, 2, 2, 1, 2, 2)))
    assert got["contact_area_heel_cm2"] == pytest.approx(1)
    assert got["contact_area_midfoot_cm2"] == pytest.approx(2)
    assert got["contact_area_forefoot_cm2"] == pytest.approx(3)
    assert got["contact_area_toes_cm2"] == 0
    assert got["contact_area_cm2"] == pytest.approx(6)


@pytest.mark.worked_example(
    "ml_index_heel", "ml_index_forefoot", "force_arch_index", "medial_arch_index", "rear_load_pct"
)
def test_indices() -> None:
    """Heel (21 - 19) / 40, forefoot (25 - 7) / 32; midfoot over the toeless foot 8 / 80, medial halves 4 /
    50; heel and midfoot lie behind half the length."""
    got = worked()
    assert got["ml_index_heel"] == pytest.approx(0.05)
    assert got["ml_index_forefoot"] == pytest.approx(0.5625)
    assert got["force_arch_index"] == pytest.approx(0.1)
    assert got["medial_arch_index"] == pytest.approx(0.08)
    assert got["rear_load_pct"] == pytest.approx(48)


def test_a_sensor_on_the_middle_line_counts_half_to_either_side() -> None:
    """Heel: medial 10, middle 20, lateral 10 N s: (20 - 20) / 40 = 0; forefoot: 10, 30, 0: (25 - 15) / 40 =
    0.25.

    Medial arch: midfoot medial 6 and half of 8 = 10; toeless medial: 20 + 10 + 25 = 55.
    """
    places = [(x, y) for y in (25.0, 112.5, 175.0) for x in (20.0, 45.0, 70.0)]
    insole = layout(places, [HEEL] * 3 + [MIDFOOT] * 3 + [FOREFOOT] * 3)
    second = np.array([10, 20, 10, 6, 8, 2, 10, 30, 0], dtype=np.float64)
    # Four samples of 0.25 s make 1 s.
    got = figures((0, 0.25, 0.5, 0.75), np.tile(second, (4, 1)), insole)
    assert got["ml_index_heel"] == pytest.approx(0, abs=1e-12)
    assert got["ml_index_forefoot"] == pytest.approx(0.25)
    assert got["medial_arch_index"] == pytest.approx(10 / 55)
    assert got["force_arch_index"] == pytest.approx(16 / 96)


def test_an_unloaded_region_has_no_index() -> None:
    """Only the forefoot carries: its index is known, the heel's is not, arch indices are 0."""
    force = np.zeros((3, 8))
    force[:, 4] = 30
    got = figures((0, 0.1, 0.2), force, eight())
    assert np.isnan(got["ml_index_heel"])
    assert got["ml_index_forefoot"] == 1
    assert got["force_arch_index"] == 0
    assert got["medial_arch_index"] == 0
    assert got["rear_load_pct"] == 0


def test_a_foot_on_its_toes_has_no_arch_index() -> None:
    force = np.zeros((3, 8))
    force[:, 6:] = 30
    got = figures((0, 0.1, 0.2), force, eight())
    assert np.isnan(got["force_arch_index"])
    assert np.isnan(got["medial_arch_index"])
    assert got["load_share_toes_pct"] == pytest.approx(100)


def test_a_foot_that_is_loaded_on_the_lateral_side_alone_has_no_medial_arch_index() -> None:
    force = np.zeros((3, 8))
    force[:, 1::2] = 30
    got = figures((0, 0.1, 0.2), force, eight())
    assert np.isnan(got["medial_arch_index"])
    assert got["force_arch_index"] == pytest.approx(1 / 3)
    assert got["ml_index_heel"] == -1


def test_peak_and_impulse_of_each_sensor_stand_in_the_order_of_the_samples() -> None:
    """Sensors that are listed from the toes to the heel keep their places."""
    backwards = layout(
        [(20, 225), (20, 175), (20, 112), (20, 25)], [TOES, FOREFOOT, MIDFOOT, HEEL], area_cm2=(1, 2, 4, 5)
    )
    force = ((1, 20, 3, 40), (10, 2, 30, 4), (5, 6, 7, 8))
    rows = rows_of((0, 0.1, 0.3), force, backwards)
    assert rows.peak_force_n[0].tolist() == [10, 20, 30, 40]
    # 0.1, 0.2 and 0.2 s.
    assert rows.impulse_n_s[0] == pytest.approx([3.1, 3.6, 7.7, 6.4])
    got = figures((0, 0.1, 0.3), force, backwards)
    assert got["fti_toes_n_s"] == pytest.approx(3.1)
    assert got["fti_heel_n_s"] == pytest.approx(6.4)
    assert got["peak_pressure_toes_kpa"] == pytest.approx(100)
    assert got["peak_pressure_forefoot_kpa"] == pytest.approx(100)
    assert got["peak_pressure_midfoot_kpa"] == pytest.approx(75)
    assert got["peak_pressure_heel_kpa"] == pytest.approx(80)


def test_forces_below_zero_press_nothing() -> None:
    """-30 N on the lateral heel neither takes load off nor moves the centre of pressure."""
    got = figures((0, 0.1, 0.2), np.tile([60, -30, 0, 0, 0, 0, 0, 20.0], (3, 1)), eight())
    assert got["fti_heel_n_s"] == pytest.approx(18)
    assert got["ml_index_heel"] == 1
    assert got["peak_pressure_heel_kpa"] == pytest.approx(300)
    assert got["cop_mean_x_pct"] == pytest.approx(100 * (60 * 20 + 20 * 70) / 80 / 90)


UNITS_OF = {
    "peak_pressure_toes_kpa": "kPa",
    "pti_kpa_s": "kPa s",
    "pti_midfoot_kpa_s": "kPa s",
    "fti_heel_n_s": "N s",
    "load_share_toes_pct": "%",
    "contact_area_cm2": "cm2",
    "contact_area_forefoot_cm2": "cm2",
    "ml_index_heel": "1",
    "ml_index_forefoot": "1",
    "force_arch_index": "1",
    "medial_arch_index": "1",
    "rear_load_pct": "%",
    "cop_start_y_pct": "% of length",
    "cop_end_y_pct": "% of length",
    "cop_mean_x_pct": "% of width",
    "cop_mean_y_pct": "% of length",
    "gait_line_length_mm": "mm",
    "gait_line_range_mm": "mm",
    "gait_line_range_pct": "% of length",
    "gait_line_width_mm": "mm",
    "gait_line_width_pct": "% of width",
    "cop_mean_velocity_mm_per_s": "mm/s",
    "cop_peak_velocity_mm_per_s": "mm/s",
    "cpei_pct": "%",
    "foot_flat_s": "s",
    "heel_off_s": "s",
}


def test_every_place_of_the_kernels_row_is_some_column() -> None:
    assert len(worked()) == len(NAMES)
    places = {int(place) for place in stance.kernel.COLUMNS.values()}
    assert places == set(range(stance.kernel.COUNT))
    assert len(NAMES) == len(set(NAMES)) == len(places) + 2, "range and width stand in mm and in per cent"


@pytest.mark.parametrize(("name", "unit"), UNITS_OF.items())
def test_units(name: str, unit: str) -> None:
    assert name in worked()
    assert UNITS[name] == unit
    assert set(UNITS) == set(NAMES)
