"""Faults of sensors in windows made by hand: each limit on both sides, when a fault is told and when it goes.

The foot of round numbers: 16 sensors that lie at their unloaded code (250) in half of the rows and 200 codes
above it in the other half; one row a second, so that a window of 20 s has 20 rows.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.calibration import FaultWatch, SensorFault, SensorFaultKind

from tests.host.calibration.paper import FRONT, ZERO

K = SensorFaultKind
NEVER_IDLE = (0, 1, 2, 9, 10)
SOMETIMES_IDLE = (3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15)


def window(rows: int = 20, load: float = 200.0, **sensors: object) -> np.ndarray:
    """Codes of one window of walking. `s5=61` holds sensor 5 at 61 codes above the unloaded one; an array is
    its codes row by row; `s5=(0, 90)` swings between the two."""
    above = np.zeros((rows, 16))
    above[rows // 2 :] = load
    for name, value in sensors.items():
        sensor = int(name[1:])
        if isinstance(value, tuple) and len(value) == 2:
            above[: rows // 2, sensor], above[rows // 2 :, sensor] = value
        else:
            above[:, sensor] = value
    return (ZERO + above).astype(np.uint16)


def found(*windows: np.ndarray, rate_hz: float = 1.0) -> dict[int, SensorFaultKind]:
    watch = FaultWatch(rate_hz, FRONT)
    for one in windows:
        watch.feed(one)
    return {sensor: fault.kind for sensor, fault in watch.current.items()}


STILL = np.full((20, 16), ZERO, np.uint16)


@pytest.mark.worked_example("walking")
@pytest.mark.parametrize(("load", "judged"), [(101.0, True), (100.0, False)])
def test_the_foot_walks_where_all_codes_together_rise_by_more_than_1500(load: float, judged: bool):
    """15 sensors and a dead one: 15 x 101 = 1515 and 15 x 100 = 1500."""
    assert found(window(load=load, s1=0)) == ({1: K.DEAD} if judged else {})


@pytest.mark.worked_example("walking")
@pytest.mark.parametrize(("rest", "judged"), [(69, True), (70, False)])
def test_the_foot_walks_where_it_comes_up_again(rest: float, judged: bool):
    """15 sensors: 5 % of the time at most may lie below 35 % of 15 x 200 = 1050: 15 x 69 = 1035, 15 x 70."""
    rows = np.zeros(100)
    rows[4:50], rows[50:] = rest, 200.0
    walk = np.full((100, 16), ZERO, np.uint16)
    walk[:, [s for s in range(16) if s != 1]] += rows.astype(np.uint16)[:, None]
    assert found(walk, rate_hz=5.0) == ({1: K.DEAD} if judged else {})


@pytest.mark.worked_example("dead")
@pytest.mark.parametrize("sensor", range(16))
def test_where_every_walk_loads_a_silent_sensor_is_dead_at_once(sensor: int):
    assert found(window(**{f"s{sensor}": 0})) == ({sensor: K.DEAD} if sensor in NEVER_IDLE else {})


@pytest.mark.worked_example("dead")
@pytest.mark.parametrize("sensor", SOMETIMES_IDLE)
@pytest.mark.parametrize(("once", "dead"), [(61, True), (60, False)])
def test_elsewhere_it_is_dead_where_it_was_loaded_once(sensor: int, once: float, dead: bool):
    """Loaded is more than ten times the 6 codes of a silent sensor."""
    before, after = window(**{f"s{sensor}": (0, once)}), window(**{f"s{sensor}": 0})
    assert found(before, after) == ({sensor: K.DEAD} if dead else {})


@pytest.mark.worked_example("dead")
@pytest.mark.parametrize(
    ("sensor", "neighbour"), [(5, 4), (5, 6), (8, 7), (8, 9), (11, 12), (14, 13), (14, 15), (15, 14)]
)
@pytest.mark.parametrize(("load", "dead"), [(101, True), (100, False)])
def test_and_where_its_neighbours_are_loaded(sensor: int, neighbour: int, load: float, dead: bool):
    after = window(**{f"s{sensor}": 0, f"s{neighbour}": (0, load)})
    assert found(window(), after) == ({sensor: K.DEAD} if dead else {})


@pytest.mark.worked_example("dead")
@pytest.mark.parametrize(("span", "silent"), [(5, True), (6, False)])
def test_silent_is_a_code_that_moves_by_less_than_6(span: float, silent: bool):
    assert found(window(s1=(0, span))) == ({1: K.DEAD} if silent else {})


def test_one_row_in_a_hundred_at_either_end_does_not_make_a_sensor_alive():
    codes = np.zeros(100)
    codes[[3, 70]] = [-50, 90]
    assert found(window(100, s1=codes), rate_hz=5.0) == {1: K.DEAD}
    codes[[4, 71]] = [-50, 90]
    assert found(window(100, s1=codes), rate_hz=5.0) == {}
    codes[4] = 0  # two rows at one end only
    assert found(window(100, s1=codes), rate_hz=5.0) == {}


@pytest.mark.worked_example("stuck")
@pytest.mark.parametrize("sensor", [1, 5, 15])
@pytest.mark.parametrize(("level", "stuck"), [(61, True), (60, False)])
def test_a_sensor_that_stands_more_than_60_codes_above_the_unloaded_one_is_stuck(
    sensor: int, level: float, stuck: bool
):
    kind = K.STUCK if stuck else K.DEAD if sensor in NEVER_IDLE else None
    assert found(window(**{f"s{sensor}": level})) == ({} if kind is None else {sensor: kind})


@pytest.mark.worked_example("over range", "saturated", "shorted")
@pytest.mark.parametrize(
    ("code", "rows", "kind"),
    [
        (3499, 20, None),
        (3500, 10, None),  # 10 of 100 rows are not more than 10 %
        (3500, 11, K.OVER_RANGE),
        (4089, 11, K.OVER_RANGE),
        (4090, 10, None),
        (4090, 11, K.SATURATED),
        (4095, 98, K.SATURATED),
        (4095, 99, K.SHORTED),
        (4090, 100, K.SHORTED),
        (4089, 100, K.OVER_RANGE),
    ],
)
def test_the_end_of_the_converters_range(code: int, rows: int, kind: SensorFaultKind | None):
    codes = np.zeros(100)
    codes[100 - rows :] = code - ZERO
    assert found(window(100, s5=codes), rate_hz=5.0) == ({} if kind is None else {5: kind})


@pytest.mark.worked_example("over range")
def test_few_clipped_rows_among_many_above_the_linear_range_are_over_range():
    codes = np.zeros(100)
    codes[70:], codes[90:] = 3500 - ZERO, 4095 - ZERO  # 30 above, 10 of them clipped
    assert found(window(100, s5=codes), rate_hz=5.0) == {5: K.OVER_RANGE}
    codes[89] = 4095 - ZERO
    assert found(window(100, s5=codes), rate_hz=5.0) == {5: K.SATURATED}


def test_several_faults_in_one_window_are_all_told():
    got = found(window(s1=0, s5=100, s9=(0, 3300), s12=4095 - ZERO))
    assert got == {1: K.DEAD, 5: K.STUCK, 9: K.OVER_RANGE, 12: K.SHORTED}


def test_only_a_load_beyond_the_linear_range_is_no_fault():
    assert {kind for kind in K if not kind.broken} == {K.OVER_RANGE}
    assert {kind.value for kind in K} == {"dead", "stuck", "shorted", "saturated", "drifting", "over range"}


def test_a_window_is_judged_when_its_last_row_is_there():
    watch = FaultWatch(1.0, FRONT)
    both = np.concatenate([window(), window(s1=0)])
    assert watch.feed(both[:39]) == []
    assert watch.feed(both[39:]) == [SensorFault(1, K.DEAD, 20.0)]
    assert watch.feed(both[:0]) == []
    # 20 s of 2.52 Hz are 50.4 rows: 50.
    watch = FaultWatch(2.52, FRONT)
    assert watch.feed(window(49, s1=0)) == []
    assert [fault.since_s for fault in watch.feed(window(1, s1=0))] == [0.0]


@pytest.mark.worked_example("since_s")
def test_a_fault_is_new_once_and_has_the_time_of_the_window_that_showed_it_first():
    watch = FaultWatch(1.0, FRONT)
    assert watch.feed(np.concatenate([window(), STILL, window(s1=0)])) == [SensorFault(1, K.DEAD, 40.0)]
    assert watch.feed(window(s1=0)) == []
    assert watch.current == {1: SensorFault(1, K.DEAD, 40.0)}
    # Another kind of fault of the same sensor is new.
    assert watch.feed(window(s1=100)) == [SensorFault(1, K.STUCK, 80.0)]
    assert watch.feed(window(s1=100, s2=0)) == [SensorFault(2, K.DEAD, 100.0)]
    assert watch.current == {1: SensorFault(1, K.STUCK, 80.0), 2: SensorFault(2, K.DEAD, 100.0)}
    # At 5 Hz a window of 100 rows takes 20 s as well.
    watch = FaultWatch(5.0, FRONT)
    assert watch.feed(np.concatenate([window(100), window(100, s1=0)])) == [SensorFault(1, K.DEAD, 20.0)]


def test_a_fault_has_gone_after_six_windows_of_walking_without_it():
    watch = FaultWatch(1.0, FRONT)
    watch.feed(window(s1=0))
    watch.feed(np.concatenate([window()] * 5))
    assert 1 in watch.current
    watch.feed(STILL)  # nobody walks: nothing can be said
    assert 1 in watch.current
    watch.feed(window())
    assert watch.current == {}
    assert watch.feed(window(s1=0)) == [SensorFault(1, K.DEAD, 160.0)]
    # Seen again in between, the count begins anew; another sensor has its own.
    watch.feed(np.concatenate([*[window(s2=0)] * 5, window(s1=0), *[window()] * 4]))
    assert set(watch.current) == {1, 2}
    watch.feed(window())
    assert set(watch.current) == {1}
    watch.feed(window())
    assert watch.current == {}


def test_a_shorted_sensor_of_a_foot_that_stands_still_keeps_its_fault_and_forgets_others():
    """A window that shows a fault counts, whether the foot walks or not."""
    watch = FaultWatch(1.0, FRONT)
    watch.feed(window(s1=0))
    shorted = STILL.copy()
    shorted[:, 5] = 4095
    watch.feed(np.concatenate([shorted] * 5))
    assert set(watch.current) == {1, 5}
    watch.feed(shorted)
    assert set(watch.current) == {5}


def test_without_a_front_end_the_designs_is_taken():
    watch = FaultWatch(100.0)
    assert watch.front.usable_count == 3434
    assert watch.rate_hz == 100.0


@settings(max_examples=20)
@given(st.lists(st.integers(0, 130), max_size=6), st.integers(0, 2**20))
def test_pieces_of_a_stream_show_what_the_whole_shows(cuts: list[int], seed: int):
    draw = np.random.default_rng(seed)
    kinds = [{}, {"s1": 0}, {"s5": 100}, {"s9": 4095 - ZERO}, {"s2": (0, 3300)}]
    rows = np.concatenate([window(**kinds[i]) for i in draw.integers(0, len(kinds), 12)] + [STILL])
    complete, cut = FaultWatch(1.0, FRONT), FaultWatch(1.0, FRONT)
    pieces = np.split(rows, np.minimum(np.cumsum(cuts), len(rows)))
    assert [fault for piece in pieces for fault in cut.feed(piece)] == complete.feed(rows)
    assert cut.current == complete.current
