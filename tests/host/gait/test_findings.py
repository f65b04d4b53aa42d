"""What the reader is told of a recording: each finding on both sides of its limit, with its words."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from plantigrade.gait import findings
from plantigrade.gait.foot import FootStream
from plantigrade.gait.results import FootPicture, SignalFinding
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, TimeGap

from tests.host.gait.square import LAYOUT


def stream_of(sensors: int = 4, foot: Foot = Foot.LEFT) -> FootStream:
    signal = FootSignal(foot, np.zeros(0), np.zeros((0, sensors), np.float32))
    return FootStream(signal, 100.0, ContactSettings(), None)


def cycles(states: list[list[int]], foot: Foot = Foot.LEFT) -> FootStream:
    """A stream whose cycles have these sensor states (0 alive, 1 dead, 2 stuck), a block for each two."""
    stream = stream_of(len(states[0]), foot)
    table = np.array(states, np.int8)
    for start in range(0, len(table), 2):
        block = table[start : start + 2]
        stream.store.sensor_states.append(block)
        stream.store.rows.append(np.zeros((len(block), 6)))
    return stream


def reported(found: list[SignalFinding]) -> list[tuple[str, int | None]]:
    return [(one.code, one.sensor) for one in found]


def test_a_sensor_is_dead_when_it_stays_at_zero_in_98_of_100_cycles() -> None:
    for alive, dead in ((2, True), (3, False)):
        states = [[0, 0]] * alive + [[0, 1]] * (100 - alive)
        assert reported(findings.sensors(cycles(states))) == ([("sensor_dead", 1)] if dead else [])
    (one,) = findings.sensors(cycles([[1, 0]] * 3, Foot.RIGHT))
    assert one == SignalFinding(
        "sensor_dead", "right foot: sensor 1 reads zero throughout: dead or never loaded", Foot.RIGHT, 0
    )


def test_a_sensor_is_stuck_when_it_keeps_one_value_in_a_tenth_of_the_cycles() -> None:
    for stuck, reported_so in ((10, True), (9, False)):
        states = [[2, 0]] * stuck + [[0, 0]] * (100 - stuck)
        assert reported(findings.sensors(cycles(states))) == ([("sensor_stuck", 0)] if reported_so else [])
    (one,) = findings.sensors(cycles([[0, 0, 2]] * 3 + [[0, 0, 0]] * 9))
    assert one == SignalFinding(
        "sensor_stuck",
        "left foot: sensor 3 is stuck at one value in 25 % of the cycles; "
        "it adds nothing to the forces above the unloaded level",
        Foot.LEFT,
        2,
    )


def test_one_cycle_alone_makes_no_sensor_stuck() -> None:
    """A tenth of ten cycles is one; two are needed."""
    assert findings.sensors(cycles([[2, 0]] + [[0, 0]] * 9)) == []
    assert reported(findings.sensors(cycles([[2, 0]] * 2 + [[0, 0]] * 8))) == [("sensor_stuck", 0)]


def test_sensors_are_judged_from_three_cycles_on_and_where_there_are_several() -> None:
    assert findings.sensors(cycles([[1, 0]] * 2)) == []
    assert len(findings.sensors(cycles([[1, 0]] * 3))) == 1
    assert findings.sensors(cycles([[1]] * 3)) == []


def test_many_dead_cells_are_told_together() -> None:
    """Insoles of 33 cells and more have cells that are never loaded: one finding with their number."""
    row = [1] * 7 + [0] * 26
    assert findings.sensors(cycles([row] * 3)) == [
        SignalFinding("sensor_dead", "left foot: 7 of 33 cells were never loaded", Foot.LEFT)
    ]
    assert reported(findings.sensors(cycles([[1, 1] + [0] * 30] * 3))) == [
        ("sensor_dead", 0),
        ("sensor_dead", 1),
    ]
    assert findings.sensors(cycles([[0] * 33] * 3)) == []


def epochs(*rows: tuple[float, float, float]) -> list[np.ndarray]:
    """One epoch a block: mean, minimum, maximum."""
    return [np.array([[number, *row, 100.0]]) for number, row in enumerate(rows)]


def state(seconds: float = 60.0, **changes: Any) -> list[str]:
    """Findings of a foot that walks, but for what is changed."""
    return [one.code for one in state_of(seconds, **changes)]


def state_of(seconds: float = 60.0, **changes: Any) -> list[SignalFinding]:
    usual = {
        "foot": Foot.LEFT,
        "epochs": epochs((5.0, 0.0, 9.0)),
        "samples_used": 100,
        "swing_level": 0.0,
        "store": [1, 2, 3],
        "gaps": [],
        "bridged": [],
    }
    return findings.stream_state(SimpleNamespace(**(usual | changes)), seconds)  # type: ignore[arg-type]


def test_a_foot_that_walks_has_no_finding() -> None:
    assert state() == []


def test_a_foot_without_samples() -> None:
    (one,) = state_of(samples_used=0, epochs=[], swing_level=float("nan"), store=[])
    assert one == SignalFinding("no_samples", "left foot: no usable sample", Foot.LEFT)


def test_a_signal_that_never_changes() -> None:
    nan = float("nan")
    (one,) = state_of(epochs=epochs((3.0, 3.0, 3.0), (3.0, 3.0, 3.0)), swing_level=nan, store=[])
    assert one == SignalFinding("constant_signal", "left foot: the signal never changes", Foot.LEFT)
    # another level in another second, or a change within one, is no constant signal
    assert state(epochs=epochs((3.0, 3.0, 3.0), (4.0, 4.0, 4.0)), swing_level=nan) == ["no_walking"]
    assert state(epochs=epochs((3.0, 3.0, 3.0), (3.0, 2.0, 4.0)), swing_level=nan) == ["no_walking"]
    assert state(epochs=[], swing_level=nan) == ["no_walking"]


def test_a_foot_that_does_not_walk_or_makes_no_whole_cycle() -> None:
    (one,) = state_of(swing_level=float("nan"))
    assert one == SignalFinding("no_walking", "left foot: nothing in the signal looks like steps", Foot.LEFT)
    (one,) = state_of(store=[])
    assert one == SignalFinding("no_cycle", "left foot: no whole gait cycle", Foot.LEFT)


def test_less_than_ten_seconds_is_short() -> None:
    assert state(10.0) == []
    (one,) = state_of(9.96)
    assert one == SignalFinding(
        "short_recording",
        "left foot: only 10.0 s recorded; too short for anything but single steps",
        Foot.LEFT,
    )
    assert [one.code for one in state_of(0.0, samples_used=0)] == ["no_samples", "short_recording"]


def test_gaps_are_summed() -> None:
    (one,) = state_of(gaps=[TimeGap(1.0, 1.5, "a"), TimeGap(4.0, 4.25, "b")])
    assert one == SignalFinding(
        "gaps", "left foot: 2 gaps, 0.75 s without samples; no cycle is made up across them", Foot.LEFT
    )
    (one,) = state_of(gaps=[TimeGap(1.0, 1.5, "a")])
    assert one.text.startswith("left foot: 1 gap, 0.50 s")


def test_short_gaps_are_counted_apart() -> None:
    bridges = [SimpleNamespace(rows=1), SimpleNamespace(rows=2)]
    (one,) = state_of(bridged=[TimeGap(1.0, 1.01, "a"), TimeGap(4.0, 4.02, "b")], bridges=bridges)
    assert one == SignalFinding(
        "short_gaps",
        "left foot: 2 short gaps of 3 samples in all; straight lines stand for them, "
        "and each stride says how many of its samples are such",
        Foot.LEFT,
    )


def picture(
    start: float, end: float, *, heel_y: float = 20.0, toe_y: float = 200.0, n: int = 5
) -> FootPicture:
    """A centre of pressure that lies at x = start until half of stance and at x = end from 88 % on."""
    at = np.arange(101.0)
    x = np.interp(at, [50, 88], [start, end])
    y = np.interp(at, [5, 95], [heel_y, toe_y])
    return FootPicture(np.array([x, y]), np.zeros((2, 101)), np.zeros(4), np.zeros(4), n)


def oriented(left: FootPicture | None, right: FootPicture | None) -> list[tuple[str, Foot | None]]:
    found = findings.orientation([(Foot.LEFT, left, LAYOUT), (Foot.RIGHT, right, LAYOUT)])
    return [(one.code, one.foot) for one in found]


def test_feet_that_push_off_on_the_inner_side_are_as_they_should_be() -> None:
    assert oriented(picture(50, 40), picture(50, 40)) == []


def test_feet_are_swapped_when_both_push_off_clearly_on_the_outer_side() -> None:
    """Shifts of 11 and 9.1 mm of 100 mm: more than 20 % together, both above 0."""
    assert oriented(picture(40, 51), picture(40, 49.1)) == [("feet_swapped", None)]
    assert oriented(picture(40, 51), picture(40, 48.9)) == []
    assert oriented(picture(40, 51.9), picture(40, 40)) == []  # one does not move
    assert oriented(picture(40, 39), picture(40, 60)) == [("foot_mirrored", Foot.RIGHT)]
    (one,) = findings.orientation(
        [(Foot.LEFT, picture(40, 60), LAYOUT), (Foot.RIGHT, picture(40, 60), LAYOUT)]
    )
    assert one.text.startswith("the load runs over the outer side under both feet: left and right are")


SIDED = SensorLayout(
    "sided",
    np.array([0.0, 100.0, 20.0, 80.0]),
    np.array([20.0, 20.0, 120.0, 120.0]),
    np.ones(4),
    ("heel", "heel", "midfoot", "midfoot"),
    insole_length_mm=270.0,
)


def loaded_midfoot(end: float, inner: float, outer: float) -> FootPicture:
    """As `picture`, with such loads on the inner and the outer side of the midfoot out of 100."""
    heel = 0.5 * (100.0 - inner - outer)
    return replace(picture(40, end), sensor_impulse_n_s=np.array([heel, heel, inner, outer]))


@pytest.mark.parametrize(
    ("end", "inner", "outer", "swapped"),
    [
        (46.0, 12.0, 7.0, True),  # 6 % lateral, 5 % more on the inner side: 11 % a foot
        (46.0, 11.0, 8.0, False),  # 9 %
        (46.0, 7.0, 12.0, False),  # 1 %: as a foot that rolls over straight
        (34.0, 12.0, 7.0, False),  # medial
    ],
)
def test_the_inner_side_of_the_midfoot_tells_of_swapped_feet_too(
    end: float, inner: float, outer: float, swapped: bool
) -> None:
    foot = loaded_midfoot(end, inner, outer)
    found = findings.orientation([(Foot.LEFT, foot, SIDED), (Foot.RIGHT, foot, SIDED)])
    assert [one.code for one in found] == (["feet_swapped"] if swapped else [])


def test_a_foot_is_mirrored_when_it_alone_pushes_off_on_the_outer_side() -> None:
    """Beyond 12 % of the sensors' width."""
    assert oriented(picture(40, 52.1), picture(40, 30)) == [("foot_mirrored", Foot.LEFT)]
    assert oriented(picture(40, 51.9), picture(40, 30)) == []
    assert oriented(picture(40, 30), picture(40, 52.1)) == [("foot_mirrored", Foot.RIGHT)]
    assert oriented(None, picture(40, 60)) == [("foot_mirrored", Foot.RIGHT)]
    (one,) = findings.orientation([(Foot.RIGHT, picture(40, 60), LAYOUT)])
    assert one.text == ("right foot: push-off is on the outer side: the sensor order is probably mirrored")


def test_the_shift_runs_from_mid_stance_to_push_off() -> None:
    """Means over 30 to 50 % and over 88 to 95 % of stance; what lies outside does not count."""
    one = picture(40, 52.1)
    one.cop_mean_mm[0, :30] = 99.0
    one.cop_mean_mm[0, 51:88] = 99.0
    one.cop_mean_mm[0, 96:] = 0.0
    assert oriented(one, None) == [("foot_mirrored", Foot.LEFT)]
    for at in (30, 50):
        moved = picture(40, 52.1)
        moved.cop_mean_mm[0, at] = 43.0  # 3 mm of one of 21 values: 0.14 mm
        assert oriented(moved, None) == []
    for at in (88, 95):
        moved = picture(40, 52.1)
        moved.cop_mean_mm[0, at] = 51.0  # 1.1 mm of one of 8 values: 0.14 mm
        assert oriented(moved, None) == []


def test_a_line_that_is_not_known_where_it_is_needed_tells_nothing() -> None:
    for at in (30, 50, 88, 95):
        one = picture(40, 60)
        one.cop_mean_mm[0, at] = np.nan
        assert oriented(one, None) == []
    assert oriented(picture(40, 60, n=4), None) == []
    assert oriented(picture(40, 60, n=5), None) == [("foot_mirrored", Foot.LEFT)]
    one = findings.orientation([(Foot.LEFT, picture(40, 60), None)])
    assert one == []
    narrow = SensorLayout("line", np.full(4, 30.0), LAYOUT.y_mm, LAYOUT.area_cm2, LAYOUT.region)
    assert findings.orientation([(Foot.LEFT, picture(40, 60), narrow)]) == []


def test_a_foot_is_reversed_when_its_load_runs_back_by_a_fifth_of_the_length() -> None:
    """From 5 to 95 % of stance; 40 mm of 200 mm."""
    back = picture(50, 40, heel_y=100.0, toe_y=59.9)
    assert oriented(back, None) == [("foot_reversed", Foot.LEFT)]
    assert oriented(picture(50, 40, heel_y=100.0, toe_y=60.1), None) == []
    assert oriented(None, back) == [("foot_reversed", Foot.RIGHT)]
    (one,) = findings.orientation([(Foot.LEFT, back, LAYOUT)])
    assert one.text == "left foot: the load runs from toes to heel: the sensor order is probably reversed"
    assert oriented(picture(50, 40, heel_y=100.0, toe_y=20.0, n=4), None) == []
    for at in (5, 95):
        unknown = picture(50, 40, heel_y=100.0, toe_y=20.0)
        unknown.cop_mean_mm[1, at] = np.nan
        assert oriented(unknown, None) == []
    assert findings.orientation([(Foot.LEFT, back, None)]) == []


def with_contacts(times: list[float], foot: Foot) -> FootStream:
    stream = stream_of(foot=foot)
    stream.contacts = [(time_s, 0.0, 1.0) for time_s in times]
    return stream


def test_a_missing_foot_is_named() -> None:
    assert findings.pair([with_contacts([1.0], Foot.LEFT)]) == [
        SignalFinding(
            "foot_missing",
            "the right foot is missing: double support, steps and symmetry are unavailable",
            Foot.RIGHT,
        )
    ]
    (one,) = findings.pair([with_contacts([1.0], Foot.RIGHT)])
    assert one.foot is Foot.LEFT and one.text.startswith("the left foot is missing")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ([1.0, 2, 3, 4, 5], [1.0, 2, 3, 4, 5], True),
        ([1.0, 2, 3, 4], [1.0, 2, 3, 4], False),  # four contacts may fall together
        ([1.0, 2, 3, 4, 5], [1.0, 2, 3, 4, 5.001], False),
        ([], [], False),
    ],
)
def test_one_channel_recorded_twice(left: list[float], right: list[float], same: bool) -> None:
    found = findings.pair([with_contacts(left, Foot.LEFT), with_contacts(right, Foot.RIGHT)])
    texts = "left and right hold the same signal: one channel was recorded twice"
    assert found == ([SignalFinding("same_signal", texts)] if same else [])
