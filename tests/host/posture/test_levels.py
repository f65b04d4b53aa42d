"""Which level a rule is held against: the instrument, the pair's gains, the stride time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.analysis.pipeline import Request, of_walk
from plantigrade.analysis.posture import posture_of
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import Foot, FootSignal, Instrument, SourceInfo, Walk
from plantigrade.posture.rules_engine.findings import RuleFinding, State
from plantigrade.posture.rules_engine.levels import Grade, Level, level_of
from plantigrade.posture.rules_engine.pair_gain import PairGain, doubtful_pair, pair_gain
from plantigrade.posture.rules_engine.rules import Circumstance, shipped_rules
from plantigrade.posture.rules_engine.section import findings, sentence_of

from tests.host.posture.kit import Strides, columns

RULES = shipped_rules()
RATE_HZ = 50.0


def asymmetric(pct: float, stance_pct: float = 0.0) -> list:
    """40 strides a foot whose loads differ by `pct`, less on the left, and whose stances by `stance_pct`."""

    def foot(side: Foot) -> dict[str, float]:
        sign = -0.005 if side is Foot.LEFT else 0.005
        load, stance = 1 + sign * pct, 1 + sign * stance_pct
        return {
            "impulse_n_s": 400 * load,
            "mean_force_n": 600 * load / stance,
            "stance_time_s": 0.65 * stance,
        }

    return [columns(side, strides=40, noise=0.0, **foot(side)) for side in Foot]


def load(tables: list, **given) -> RuleFinding:
    found = findings(tables, None, uncertainty=False, **given)
    return next(f for f in found if f.rule == "load-asymmetry" and f.foot is Foot.LEFT)


@pytest.mark.parametrize(
    ("on", "pct", "present", "level"),
    [
        (None, 12.9, False, 13.0),
        (None, 13.1, True, 13.0),
        (Circumstance.PLATE, 3.9, False, 4.0),
        (Circumstance.PLATE, 4.1, True, 4.0),
        (Circumstance.TREADMILL, 5.9, False, 6.0),
        (Circumstance.TREADMILL, 6.1, True, 6.0),
    ],
)
def test_a_difference_of_load_is_held_against_the_level_of_its_instrument(
    on: Circumstance | None, pct: float, present: bool, level: float
):
    found = load(asymmetric(pct), on=on)
    assert found.value == pytest.approx(pct)
    assert (found.state is State.PRESENT, found.raise_level, found.on) == (present, level, on)


def test_matched_insoles_are_told_from_a_limp():
    """The right insole reads 12 % more: the load looks 12 % uneven, and is even."""
    stood = dict.fromkeys(Foot, 10.0)
    gain = PairGain({Foot.LEFT: 700 * 0.94, Foot.RIGHT: 700 * 1.06}, stood)
    assert gain.difference_pct == pytest.approx(12.0)
    even = load(asymmetric(12.0), gain=gain)
    assert (even.state, even.on, even.raise_level) == (State.ABSENT, Circumstance.MATCHED, 6.0)
    assert even.value == pytest.approx(0.0, abs=1e-9)
    limp = load(asymmetric(18.5), gain=gain)
    assert (limp.state, limp.grade) == (State.PRESENT, Grade.MILD)
    assert limp.value == pytest.approx(6.536, abs=0.01)
    assert load(asymmetric(12.0), gain=gain, on=Circumstance.PLATE).value == pytest.approx(12.0)


def one_leg(left_n: list[tuple[float, float]], right_n: list[tuple[float, float]]) -> Walk:
    """A recording of pieces: (seconds, newtons) of each foot."""

    def signal(foot: Foot, pieces: list[tuple[float, float]]) -> FootSignal:
        force = np.concatenate([np.full(round(s * RATE_HZ), n) for s, n in pieces])
        time_s = np.arange(len(force)) / RATE_HZ
        return FootSignal(foot, time_s, force[:, None].astype(np.float32))

    return Walk(signal(Foot.LEFT, left_n), signal(Foot.RIGHT, right_n), RATE_HZ, SourceInfo("", ""))


def test_standing_on_each_leg_gives_the_gains():
    walk = one_leg([(5, 350), (6, 680), (6, 2), (3, 350)], [(5, 360), (6, 2), (6, 720), (3, 360)])
    found = pair_gain(walk, analyze(walk).pair_load)
    assert found is not None
    assert found.reading_n == pytest.approx({Foot.LEFT: 680.0, Foot.RIGHT: 720.0})
    assert found.seconds == pytest.approx({Foot.LEFT: 5.0, Foot.RIGHT: 5.0})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([(5, 350), (3, 680), (6, 2)], [(5, 360), (3, 2), (6, 720)]),
        ([(5, 350), (6, 680), (6, 350)], [(5, 360), (6, 2), (6, 360)]),
        ([(2, 500), (2, 680), (2, 500), (6, 2)], [(6, 2), (6, 720)]),
        ([(20, 350)], [(20, 350)]),
    ],
    ids=["too short a stand on the left", "one leg only", "moving on the left", "on both"],
)
def test_less_than_that_gives_none(left: list[tuple[float, float]], right: list[tuple[float, float]]):
    walk = one_leg(left, right)
    assert pair_gain(walk, analyze(walk).pair_load) is None


def test_an_insole_that_reads_a_third_less_is_named_and_no_difference_rests_on_it():
    off = asymmetric(35.3)
    assert doubtful_pair(off).startswith(
        "the left insole reads 35 % less than the other in steps of even time"
    )
    found = load(off)
    assert (found.state, found.note) == (State.UNKNOWN, doubtful_pair(off))
    assert load(off, on=Circumstance.PLATE).state is State.PRESENT
    stance = next(f for f in findings(off, None) if f.rule == "stance-asymmetry")
    assert stance.state is State.ABSENT, "times need no gain"


def test_a_foot_that_is_spared_is_no_doubtful_insole():
    """Who carries little on a foot stands on it briefly, as on crutches."""
    spared = asymmetric(45.0, stance_pct=12.0)
    assert doubtful_pair(spared) == ""
    assert load(spared).state is State.PRESENT
    assert doubtful_pair(asymmetric(19.0)) == ""
    assert doubtful_pair(spared[:1]) == ""


@pytest.mark.parametrize(
    ("rule", "stride_time_s", "level"),
    [
        ("stride-variability", 0.95, 2.72),
        ("stride-variability", 1.08, 2.72),
        ("stride-variability", 1.4448, 3.2672),
        ("stride-variability", 2.5, 3.5),
        ("loading-rate", 1.08, 20.0),
        ("loading-rate", 0.90, 24.29),
        ("loading-rate", 1.20, 16.04),
        ("loading-rate", 1.60, 12.74),
        ("load-asymmetry", 1.60, 13.0),
    ],
)
def test_levels_move_with_the_stride_time_where_healthy_people_do(
    rule: str, stride_time_s: float, level: float
):
    strides = Strides({"stride_time_s": [stride_time_s] * 5})
    held = level_of(RULES[rule], strides)
    assert held.raised == pytest.approx(level)
    assert held.raised - held.cleared == pytest.approx(RULES[rule].raise_level - RULES[rule].clear_level)


BY_SPEED, BY_TIME = "speed_m_per_s", "stride_time_s"


@pytest.mark.parametrize(
    ("rule", "speeds_m_s", "level", "by"),
    [
        ("stride-variability", [1.25] * 6, 2.72, BY_SPEED),
        ("stride-variability", [1.60] * 6, 2.72, BY_SPEED),
        ("stride-variability", [0.75] * 6, 3.035, BY_SPEED),
        ("stride-variability", [0.75] * 3, 3.035, BY_SPEED),
        ("stride-variability", [0.75] * 2, 2.90, BY_TIME),
        ("stride-variability", [], 2.90, BY_TIME),
        ("loading-rate", [1.25] * 6, 20.0, BY_SPEED),
        ("loading-rate", [1.00] * 6, 16.425, BY_SPEED),
        ("loading-rate", [1.70] * 6, 24.29, BY_SPEED),
        ("loading-rate", [0.30] * 6, 12.707, BY_SPEED),
        ("loading-rate", [1.00] * 2, 16.04, BY_TIME),
        ("load-asymmetry", [0.75] * 6, 13.0, ""),
    ],
)
def test_measured_speed_moves_the_levels_where_half_of_the_strides_have_one(
    rule: str, speeds_m_s: list[float], level: float, by: str
):
    """Six strides of 1.20 s, which alone would mean a slow walk, and the speeds of as many as are given."""
    held = level_of(RULES[rule], Strides({"stride_time_s": [1.20] * 6, "speed_m_per_s": speeds_m_s}))
    assert (held.raised, held.by) == (pytest.approx(level), by)
    assert held.raised - held.cleared == pytest.approx(RULES[rule].raise_level - RULES[rule].clear_level)


def test_a_finding_says_what_moved_its_level():
    tables = [
        columns(side, strides=40, noise=0.0, stride_time_s=1.2, speed_m_per_s=0.75, loading_rate_bw_per_s=9.0)
        for side in Foot
    ]
    found = {one.rule: one for one in findings(tables, None)}
    assert (found["stride-variability"].level_by, found["stride-variability"].raise_level) == (
        BY_SPEED,
        pytest.approx(3.035),
    )
    assert found["load-asymmetry"].level_by == ""


def test_without_stride_times_the_rules_own_levels_hold():
    assert level_of(RULES["loading-rate"], Strides({})) == Level(20.0, 18.0, 23.0)


def test_a_slow_walker_on_a_treadmill_is_not_unsteady():
    """3.0 km/h: strides of 1.445 s that vary by 2.84 %, as a healthy man of 24 had."""
    swing = 0.0284 * 1.445 * np.sqrt(39 / 40) * np.where(np.arange(40) % 2, 1, -1)
    tables = [columns(side, strides=40, noise=0.0, stride_time_s=1.0) for side in Foot]
    for table in tables:
        table.values["stride_time_s"][:] = 1.445 + swing
    found = next(f for f in findings(tables, None) if f.rule == "stride-variability")
    assert found.value == pytest.approx(2.84)
    assert (found.state, found.raise_level) == (State.ABSENT, pytest.approx(3.2675))


def test_findings_are_mild_or_marked():
    assert [Level(4.0, 3.0, 8.0).grade(v) for v in (3.9, 4.0, 8.0)] == [None, Grade.MILD, Grade.MARKED]
    assert Level(4.0, 3.0).grade(9.0) is None
    assert Level(4.0, 3.0, 8.0).grade(float("nan")) is None


def test_what_is_for_clinicians_is_not_told_in_patients_words():
    entry = {"patient": "a", "clinician": "b"}
    assert sentence_of(entry) == "a"
    assert sentence_of(entry | {"clinician_only": True}) == "For clinicians: b"


def stances(less_pct: float, gain: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """42 cycles of 1.1 s at 100 Hz with stances of 0.68 s, less under the left foot; the right insole reads
    `gain` times what it carries."""
    shape = 700 * np.interp(np.linspace(0, 1, 68), [0, 0.22, 0.5, 0.78, 1], [0, 1.1, 0.75, 1.1, 0])
    left, right = np.zeros(42 * 110 + 60), np.zeros(42 * 110 + 60)
    for start in range(0, 42 * 110, 110):
        left[start : start + 68] += shape * (1 - less_pct / 200)
        right[start + 55 : start + 123] += shape * (1 + less_pct / 200)
    return left, gain * right


def judged(
    left_n: np.ndarray, right_n: np.ndarray, instrument: Instrument = Instrument.INSOLE
) -> dict[str, Any]:
    """What a whole analysis says of the load of the left foot."""
    time_s = np.arange(len(left_n)) / 100.0
    feet = [
        FootSignal(foot, time_s, force[:, None].astype(np.float32))
        for foot, force in zip(Foot, (left_n, right_n), strict=True)
    ]
    walk = Walk(feet[0], feet[1], 100.0, SourceInfo("", "", instrument=instrument))
    found = posture_of(of_walk(walk, Request(Path("walk.csv"))))
    return next(one for one in found if (one["rule"], one["foot"]) == ("load-asymmetry", "left"))


def test_ten_seconds_on_each_leg_tell_a_gain_from_a_limp():
    """The right insole reads 12 % more: once the wearer has stood on each leg, 6.5 % less load is found and
    12 % of gain is not."""
    legs = [(350, 350, 5), (700, 0, 6), (350, 350, 2), (0, 700, 6), (350, 350, 3)]
    left, right = (np.concatenate([np.full(100 * leg[2], float(leg[i])) for leg in legs]) for i in (0, 1))

    def stood_and_walked(less_pct: float) -> dict[str, Any]:
        walked = stances(less_pct, 1.12)
        return judged(np.concatenate([left, walked[0]]), np.concatenate([1.12 * right, walked[1]]))

    even, limp = stood_and_walked(0.0), stood_and_walked(6.5)
    assert (even["state"], even["level_of"], even["raise_level"]) == ("absent", "matched", 6.0)
    assert even["value"] == pytest.approx(0.0, abs=0.1)
    assert (limp["state"], limp["grade"]) == ("present", "mild")
    assert limp["value"] == pytest.approx(6.5, abs=0.1)
    alone = judged(*stances(0.0, 1.12))
    assert (alone["state"], alone["raise_level"]) == ("absent", 13.0)
    assert alone["value"] == pytest.approx(11.3, abs=0.1)


@pytest.mark.parametrize(
    ("instrument", "less_pct", "state", "level"),
    [
        (Instrument.PLATE, 3.5, "absent", 4.0),
        (Instrument.PLATE, 4.5, "present", 4.0),
        (Instrument.TREADMILL, 4.5, "absent", 6.0),
        (Instrument.INSOLE, 4.5, "absent", 13.0),
    ],
)
def test_a_recording_is_held_against_the_level_of_the_instrument_that_it_names(
    instrument: Instrument, less_pct: float, state: str, level: float
):
    found = judged(*stances(less_pct), instrument)
    assert (found["state"], found["raise_level"]) == (state, level)
    assert found.get("level_of") == (None if instrument is Instrument.INSOLE else instrument.value)
