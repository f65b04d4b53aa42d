"""The commands that measure what the docs state, on short stretches: they run, and the bars hold."""

import pytest
from plantigrade.calibration.motion import Ranges

from tools import measure_clocks, measure_log


def agreement(slow_ms: float) -> list[measure_clocks.Agreement]:
    return measure_clocks.measure(measure_clocks.Setting(hours=0.06, slow_ms=slow_ms))


@pytest.fixture(scope="module")
def fair() -> list[measure_clocks.Agreement]:
    return agreement(0.0)


def test_left_and_right_agree_and_the_stated_uncertainty_covers_it(
    fair: list[measure_clocks.Agreement],
) -> None:
    assert {one.where for one in fair} == {"live", "recording"}
    for one in fair:
        assert one.met, one
        assert one.moments > 2000


def test_a_path_that_differs_shows_in_the_error_and_in_what_is_stated(
    fair: list[measure_clocks.Agreement],
) -> None:
    """With 8 ms one way the bar of the error is missed: the measure can fail."""
    for even, uneven in zip(fair, agreement(8.0), strict=True):
        assert uneven.p95_ms > 2.0 > even.p95_ms
        assert uneven.stated_p95_ms > even.stated_p95_ms


@pytest.mark.parametrize("motion", [None, Ranges(16, 2000)])
def test_a_day_of_wear_fits_into_128_mib(motion: Ranges | None) -> None:
    figures = measure_log.measure(40, 1, motion)
    for rates in figures.bytes_per_s.values():
        assert rates["walking"] > rates["standing"] >= rates["sitting"] >= rates["not worn"] > 0
    card = figures.bytes_per_s["card"]
    assert card["standing"] > figures.bytes_per_s["flash"]["standing"], "each commit fills its sectors"
    assert figures.day_hours_that_fit["SD NAND, 128 MiB"] > 2 * sum(measure_log.DAY_H.values())
