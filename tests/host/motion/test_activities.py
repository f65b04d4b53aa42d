"""Activities by motion: drawn seconds whose answer is known, and what virtual people do."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.motion.pedalling import cycling_spans
from plantigrade.gait.motion.seconds import seconds_of
from plantigrade.gait.motion.trace import MotionTrace, Tenths
from plantigrade.gait.moved_seconds import MovedSeconds, lying_of, unworn_of
from plantigrade.gait.signals import NEWTONS_PER_KG, Floats, Foot, Walk
from plantigrade.gait.stillness import outside
from plantigrade.twin.body.day import Segment
from plantigrade.twin.motion_sensor import Imperfections
from plantigrade.twin.moving_day import MovingDay, moving_day
from plantigrade.twin.moving_people import moving_walk

RATE_HZ = 50.0
G = NEWTONS_PER_KG
QUICK = Imperfections(sampling=False)
"""All errors but those of the sensor's own clock and filter, which take most of the time."""


def trace_of(acc: Floats, pitch_deg_s: Floats | float = 0.0, from_s: float = 0.0) -> Tenths:
    """Of (n, 3) accelerations at 50 Hz."""
    time_s = from_s + (np.arange(len(acc)) + 0.5) / RATE_HZ
    gyr = np.zeros((len(acc), 3))
    gyr[:, 0] = pitch_deg_s
    made = MotionTrace(RATE_HZ)
    made.feed(time_s, acc.astype(np.float32), gyr.astype(np.float32))
    return made.tenths()


def flat(seconds: float) -> Floats:
    return np.tile([0.0, 0.0, G], (round(seconds * RATE_HZ), 1))


def on_pedals(
    seconds: float, rpm: float, crank_m: float = 0.17, half_turns: float = 0.0, squeezed: float = 1.0
) -> Floats:
    """A foot that lies level on a pedal; `squeezed` makes an ellipse of its circle."""
    rate = rpm * 2.0 * np.pi / 60.0
    angle = rate * np.arange(round(seconds * RATE_HZ)) / RATE_HZ + np.pi * half_turns
    inwards = crank_m * rate**2
    forwards, up = -inwards * np.sin(angle), -inwards * squeezed * np.cos(angle)
    return np.column_stack([np.zeros(len(angle)), forwards, G + up])


def both_on_pedals(**kwargs: float) -> list[Tenths]:
    return [trace_of(on_pedals(60.0, half_turns=turns, **kwargs)) for turns in (0.0, 1.0)]  # type: ignore[arg-type]


@pytest.mark.parametrize("rpm", [40.0, 60.0, 85.0, 110.0])
def test_feet_on_pedals_ride(rpm: float) -> None:
    ((begin, end),) = cycling_spans(both_on_pedals(rpm=rpm))
    assert (begin, end) == (pytest.approx(0.0, abs=0.2), pytest.approx(60.0, abs=5.0))


def test_the_smallest_crank_at_the_slowest_turning_moves_enough_to_be_looked_at() -> None:
    assert cycling_spans(both_on_pedals(rpm=36.0, crank_m=0.081))
    assert not cycling_spans(both_on_pedals(rpm=36.0, crank_m=0.078))


@pytest.mark.parametrize(
    "feet",
    [
        pytest.param(both_on_pedals(rpm=25.0), id="too slow for pedals"),
        pytest.param(both_on_pedals(rpm=150.0), id="too fast"),
        pytest.param(both_on_pedals(rpm=60.0, crank_m=0.5), id="a circle of half a metre"),
        pytest.param(both_on_pedals(rpm=60.0, squeezed=0.1), id="forwards and back"),
        pytest.param([trace_of(on_pedals(60.0, 60.0))] * 2, id="both feet at once: a rowing machine"),
        pytest.param([trace_of(on_pedals(60.0, 60.0)), trace_of(flat(60.0))], id="one foot"),
        pytest.param([trace_of(on_pedals(12.0, 60.0))], id="twelve seconds"),
        pytest.param([], id="no sensor"),
    ],
)
def test_what_is_no_ride(feet: list[Tenths]) -> None:
    assert cycling_spans(feet) == []


def test_missing_samples_are_no_ride_and_no_seconds() -> None:
    """Half a second missing in each five: no ten seconds are whole."""
    made, acc = MotionTrace(RATE_HZ), on_pedals(60.0, 60.0).astype(np.float32)
    time_s = (np.arange(len(acc)) + 0.5) / RATE_HZ
    there = time_s % 5.0 < 4.5
    made.feed(time_s[there], acc[there], np.zeros_like(acc[there]))
    assert cycling_spans([made.tenths()]) == []
    seconds = seconds_of(made.tenths(), 0.0, 60)
    assert seconds.known.tolist() == [number % 5 != 4 for number in range(60)]
    assert np.isnan(seconds.gravity[4]).all()


def test_a_trace_is_the_same_in_pieces_of_any_size() -> None:
    acc = np.random.default_rng(1).normal(0.0, 3.0, (1000, 3)).astype(np.float32)
    time_s, gyr = (np.arange(1000) + 0.5) / RATE_HZ, acc * 2.0
    once, parts = MotionTrace(RATE_HZ), MotionTrace(RATE_HZ)
    once.feed(time_s, acc, gyr)
    for rows in np.split(np.arange(1000), [1, 2, 3, 17, 400, 401, 990]):
        parts.feed(time_s[rows], acc[rows], gyr[rows])
    complete, cut = once.tenths(), parts.tenths()
    np.testing.assert_array_equal(complete.numbers, cut.numbers)
    np.testing.assert_array_equal(complete.values, cut.values)
    assert len(complete.stretches(10, 10)) == 20


def test_times_that_jump_to_and_fro_do_no_harm() -> None:
    """They are refused later; the trace comes before."""
    made = MotionTrace(RATE_HZ)
    time_s = np.where(np.arange(1000) % 2, 0.0, 50.0)
    made.feed(time_s, np.zeros((1000, 3), np.float32), np.zeros((1000, 3), np.float32))
    assert cycling_spans([made.tenths()]) == []


def test_seconds_that_rest_and_jolts_after_which_a_shoe_lies_as_before() -> None:
    """A jolt of 2 s at 10 s changes nothing; one at 20 s leaves the shoe tilted by two degrees."""
    acc = flat(30.0)
    for start_s in (10.0, 20.0):
        rows = slice(round(start_s * RATE_HZ), round((start_s + 2.0) * RATE_HZ))
        acc[rows, 1] += np.where(np.arange(100) % 20 < 10, 3.0, -3.0)
    acc[round(22.0 * RATE_HZ) :, 1] += G * np.sin(np.radians(2.0))
    seconds = seconds_of(trace_of(acc), 0.0, 30)
    assert np.flatnonzero(~seconds.unmoved).tolist() == [20, 21]
    assert np.flatnonzero(seconds.shaken).tolist() == [10, 11, 20, 21]
    tilt = np.degrees(np.arccos(seconds.tilt_cos(np.array([0.0, 0.0, 1.0]))))
    assert tilt[25] == pytest.approx(2.0, abs=0.1)


def test_a_trace_that_begins_later_has_its_seconds_in_place() -> None:
    seconds = seconds_of(trace_of(flat(5.0), from_s=3.0), 0.0, 10)
    assert np.flatnonzero(seconds.known).tolist() == [3, 4, 5, 6, 7]


NO = np.zeros(1300, np.bool_)


def moved(**flags: tuple[int, int]) -> MovedSeconds:
    """1300 seconds, all known; each flag holds from one second to another."""
    made = {name: NO.copy() for name in ("tilted", "unmoved", "shaken", "cycling")}
    for name, (start, stop) in flags.items():
        made[name][start:stop] = True
    return MovedSeconds(~NO, **made)


def test_lying_takes_a_minute_without_load() -> None:
    none = np.zeros(1300)
    assert lying_of(moved(tilted=(100, 159)), none).sum() == 0
    assert np.flatnonzero(lying_of(moved(tilted=(100, 160)), none))[[0, -1]].tolist() == [100, 159]
    assert lying_of(moved(tilted=(100, 400)), none + 0.05).sum() == 0, "on tiptoe"
    assert lying_of(moved(tilted=(100, 400)), none * np.nan).sum() == 0, "nothing is known of the load"
    turned = moved(tilted=(100, 200))
    turned.tilted[225:300] = True
    assert lying_of(turned, none).sum() == 200, "a turn of 25 s is part of it"


def test_insoles_are_worn_as_long_as_they_move() -> None:
    """Ten minutes and more without a movement; with one in each nine minutes somebody is in the shoes."""
    none = np.zeros(1300)
    assert unworn_of(moved(unmoved=(100, 700)), none, none, 600).sum() == 600
    assert unworn_of(moved(unmoved=(100, 699)), none, none, 600).sum() == 0
    assert unworn_of(moved(unmoved=(100, 700)), none + 0.04, none, 600).sum() == 0, "somebody sits"
    unknown = replace(moved(), known=NO)
    assert unworn_of(unknown, none, none, 600).sum() == 1300, "without motion the load tells"


def test_shoes_that_are_shaken_without_load_are_carried() -> None:
    none = np.zeros(1300)
    assert unworn_of(moved(shaken=(100, 160)), none, none, 600).sum() == 60
    assert unworn_of(moved(shaken=(100, 153)), none, none, 600).sum() == 0, "less than 54 seconds"
    assert unworn_of(moved(shaken=(100, 160)), none + 0.5, none, 600).sum() == 0, "somebody walks"
    assert unworn_of(moved(shaken=(100, 160), cycling=(100, 160)), none, none, 600).sum() == 0
    put_down = moved(shaken=(100, 200))
    put_down.shaken[500:600] = True
    assert unworn_of(put_down, none, none, 600).sum() == 500, "with a stop of five minutes"


@pytest.fixture(scope="module")
def day() -> MovingDay:
    plan = [("walk", 30.0), ("sit", 40.0), ("lie", 90.0), ("cycle", 60.0), ("walk", 20.0), ("bag", 80.0)]
    return moving_day(1002, [Segment(*one) for one in plan], acts=QUICK)  # type: ignore[arg-type]


def test_a_virtual_person_walks_sits_lies_rides_and_carries_the_shoes(day: MovingDay) -> None:
    found = analyze(day.walk)
    middles = {doing: 0.5 * (start + stop) for doing, start, stop in day.done}
    kinds = {
        doing: next(one.kind for one in found.activities if one.from_s <= at < one.to_s)
        for doing, at in middles.items()
    }
    assert kinds == {
        "walk": "walking",
        "sit": "sitting",
        "lie": "lying",
        "cycle": "cycling",
        "bag": "not_worn",
    }
    _, begin, end = day.done[3]
    for foot in found.feet:
        inside = (foot.strides.initial_contact_s > begin) & (foot.strides.next_initial_contact_s < end)
        assert not (foot.strides.bout[inside] >= 0).any(), "on a bicycle nobody walks"


def test_activities_are_the_same_however_the_samples_come(day: MovingDay) -> None:
    expected = analyze(day.walk)
    engine = Engine(sample_rate_hz=day.walk.sample_rate_hz, body_weight_n=day.walk.body_weight_n)
    for left, right in day.walk.chunks(733):
        engine.feed(left, right)
    assert engine.finish().activities == expected.activities


def test_live_strides_on_a_bicycle_are_no_strides_once_it_is_known(day: MovingDay) -> None:
    """It takes fifteen seconds of pedalling to know."""
    engine = Engine(sample_rate_hz=day.walk.sample_rate_hz, body_weight_n=day.walk.body_weight_n)
    begun: list[float] = []
    for left, right in day.walk.chunks(50):
        engine.feed(left, right)
        taken = engine.take_strides()
        still = engine.still_spans() if taken else []
        for _, strides in taken:
            begun += outside(strides.initial_contact_s, still).tolist()
        engine.drop_pictures()
    _, start, stop = day.done[3]
    late = [at for at in begun if start + 22.0 < at < stop - 8.0]
    assert late == [] and len([at for at in begun if at < 30.0]) > 30


def walked(share: float, foot: Foot) -> Walk:
    """Forty seconds in which one foot bears only a share of its load."""
    walk = moving_walk(1003, 40.0, 1.1, acts=QUICK).walk
    signal = walk.left if foot is Foot.LEFT else walk.right
    assert signal is not None
    less = replace(signal, force_n=(share * signal.force_n).astype(np.float32))
    return replace(walk, left=less) if foot is Foot.LEFT else replace(walk, right=less)


@pytest.mark.parametrize("foot", Foot)
def test_a_foot_that_walks_without_load_is_a_finding(foot: Foot) -> None:
    """An insole beside its shoe, a cable that is off, or a foot that is spared."""
    (finding,) = (one for one in analyze(walked(0.0, foot)).findings if one.code == "walks_unloaded")
    assert finding.foot is foot
    assert finding.text.startswith(f"{foot.value} foot: it moves as in walking for ")


def test_a_foot_that_bears_some_of_the_weight_is_none() -> None:
    for walk in (walked(1.0, Foot.LEFT), walked(0.2, Foot.LEFT)):
        assert "walks_unloaded" not in {one.code for one in analyze(walk).findings}


def test_shoes_in_a_bag_and_on_pedals_do_not_walk(day: MovingDay) -> None:
    assert "walks_unloaded" not in {one.code for one in analyze(day.walk).findings}


def test_without_a_sensor_there_are_the_activities_of_forces(day: MovingDay) -> None:
    def bare(walk: Walk) -> Walk:
        left, right = (replace(foot, motion=None) for foot in (walk.left, walk.right))
        return replace(walk, left=left, right=right)

    kinds = {one.kind for one in analyze(bare(day.walk)).activities}
    assert kinds <= {"walking", "standing", "sitting", "not_worn", "unknown"}
