"""A sensor that drifts: its share of the load against the first five minutes, on windows made by hand.

16 sensors, one row a second, 20 rows a window, each sensor at its unloaded code or 1000 above it. Of
equal shares, one sensor's gain changes: all shares change with the sum, and the median of the changes is
taken off, so that what is left is ln of the gain.
"""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.calibration import FaultWatch, SensorFault, SensorFaultKind

from tests.host.calibration.paper import FRONT, ZERO


def windows(count: int, idle: float = 0.0, **loads: float) -> np.ndarray:
    """Windows of walking in which the named sensors have these codes under load, all others 1000."""
    above = np.zeros((20, 16))
    above[10:] = 1000.0
    for name, load in loads.items():
        above[10:, int(name[1:])] = load
        above[:10, int(name[1:])] = idle
    return np.tile((ZERO + above).astype(np.uint16), (count, 1))


def drifting(first: np.ndarray, then: np.ndarray) -> set[int]:
    watch = FaultWatch(1.0, FRONT)
    assert watch.feed(first) == []
    watch.feed(then)
    assert {fault.kind for fault in watch.current.values()} <= {SensorFaultKind.DRIFTING}
    return set(watch.current)


@pytest.mark.worked_example("drifting", "since_s")
def test_the_first_fifteen_windows_are_compared_with_the_middle_of_the_last_fifteen():
    """Of windows 9 to 23 eight are changed ones: window 23, which begins at 440 s, shows it first."""
    watch = FaultWatch(1.0, FRONT)
    assert watch.feed(windows(15)) == []
    assert watch.feed(windows(7, s5=1500)) == []
    assert watch.feed(windows(1, s5=1500)) == [SensorFault(5, SensorFaultKind.DRIFTING, 440.0)]
    # Windows 16 to 30 still have eight changed ones, 17 to 31 seven; six without it and it has gone.
    watch.feed(windows(8 + 4))
    assert set(watch.current) == {5}
    watch.feed(windows(1))
    assert watch.current == {}


def test_what_was_so_from_the_beginning_is_the_reference():
    assert drifting(windows(15, s5=1500), windows(30, s5=1500)) == set()
    assert drifting(windows(15, s5=1500), windows(8)) == {5}
    # Fourteen windows make no reference; with the 15th, eight of which are changed, it is the changed gait.
    assert drifting(windows(7), windows(20, s5=1500)) == set()


def test_a_drift_is_held_against_the_first_minutes_however_slow_it_comes():
    slow = [windows(10, s5=load) for load in range(1000, 1600, 50)]
    assert drifting(windows(15), np.concatenate(slow)) == {5}


@pytest.mark.worked_example("drifting")
@pytest.mark.parametrize(
    ("load", "reported"),
    [
        (1420, True),  # ln 1.420 = 0.350657 of 0.35
        (1419, False),  # 0.349952
        (704, True),  # -0.350977
        (705, False),  # -0.349557
    ],
)
def test_a_share_that_grows_by_42_or_shrinks_by_30_percent_drifts(load: float, reported: bool):
    assert drifting(windows(15), windows(8, s5=load)) == ({5} if reported else set())


@pytest.mark.worked_example("drifting")
@pytest.mark.parametrize(("before", "reported"), [(307, True), (306, False)])
def test_a_place_with_less_than_2_percent_of_the_load_is_not_judged(before: float, reported: bool):
    """307 of 15307 are 2.0056 %, 306 of 15306 1.9992 %."""
    assert drifting(windows(15, s5=before), windows(8, s5=2 * before)) == ({5} if reported else set())
    assert drifting(windows(15, s5=before), windows(8, s5=before / 2)) == ({5} if reported else set())


@pytest.mark.worked_example("drifting")
@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({"s5": 1500, "s9": 1500}, {5, 9}),  # two places
        ({"s5": 1500, "s9": 600}, {5, 9}),
        ({"s0": 1500, "s5": 1500, "s9": 1500}, set()),  # three: the whole foot is used in another way
        ({"s0": 600, "s5": 1500, "s9": 600}, set()),
        ({"s5": 1500, "s6": 1191}, {5}),  # ln 1.191 = 0.174793 of 0.175
        ({"s5": 1500, "s6": 1192}, set()),  # 0.175633: the gait has changed, not the sensor
        ({"s5": 1500, "s4": 1192}, set()),
        ({"s5": 1500, "s7": 1192}, set()),
        ({"s5": 1500, "s3": 1192}, {5}),  # of another region: the heel
        ({"s5": 1500, "s8": 1192}, {5}),  # and the forefoot
        ({"s5": 1500, "s6": 700}, {5}),  # the other way: 0.357, which is far as well
        ({"s5": 600, "s6": 840}, {5}),  # ln 0.840 = -0.174353
        ({"s5": 600, "s6": 839}, set()),  # -0.175545
        ({"s5": 600, "s6": 1300}, {5}),
        ({"s5": 1500, "s6": 1500}, set()),
    ],
)
def test_who_moves_with_it(changes: dict[str, float], reported: set[int]):
    if changes == {"s5": 1500, "s6": 700}:
        reported = {5, 6}
    assert drifting(windows(15), windows(8, **changes)) == reported


def test_a_heavier_or_lighter_step_changes_no_share():
    every = {f"s{sensor}": 1500.0 for sensor in range(16)}
    assert drifting(windows(15), windows(8, **every)) == set()
    every = {f"s{sensor}": 500.0 for sensor in range(16)}
    assert drifting(windows(15), windows(8, **every)) == set()
    # Half of one sensor in a step of half the force is a quarter: that drifts, the others do not.
    assert drifting(windows(15), windows(8, **(every | {"s5": 250.0}))) == {5}


def test_codes_below_the_unloaded_one_take_nothing_off_the_load():
    """500 codes under load; resting 250 below the unloaded code would halve the sum."""
    assert drifting(windows(15, s5=500), windows(8, idle=-250.0, s5=500)) == set()
    assert drifting(windows(15, s5=500), windows(8, s5=250)) == {5}


def test_a_dead_place_of_no_load_is_no_error():
    watch = FaultWatch(1.0, FRONT)
    watch.feed(windows(30, s4=0))
    assert watch.current == {}


@pytest.mark.worked_example("drifting")
@pytest.mark.parametrize(("above", "reported"), [(0.07, {5, 9}), (0.075, set())])
def test_a_place_of_no_load_counts_as_one_code(above: float, reported: set[int]):
    """Sensor 3 rests below its unloaded code, load 0; later a little above it, in 20 rows 1.4 or 1.5 codes:
    ln 1.4 = 0.336 is not far, ln 1.5 = 0.405 is, and would be the third that has moved."""
    front = replace(FRONT, v_ref=ZERO - above)
    watch = FaultWatch(1.0, front)
    watch.feed(windows(15, idle=-1.0, s3=-1.0))
    watch.feed(windows(8, s3=0.0, s5=1500.0, s9=1500.0))
    assert set(watch.current) == reported


def test_only_walking_counts():
    still = np.full((20, 16), ZERO, np.uint16)
    watch = FaultWatch(1.0, FRONT)
    watch.feed(windows(15))
    watch.feed(np.tile(still, (20, 1)))
    watch.feed(windows(7, s5=1500))
    assert watch.current == {}
    assert watch.feed(windows(1, s5=1500)) == [SensorFault(5, SensorFaultKind.DRIFTING, 840.0)]


def test_a_clipped_sensor_that_drifts_is_called_by_what_it_shows():
    watch = FaultWatch(1.0, FRONT)
    watch.feed(windows(15))
    watch.feed(windows(8, s5=4000))
    assert watch.current[5].kind is SensorFaultKind.SATURATED
