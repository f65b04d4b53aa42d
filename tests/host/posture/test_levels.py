"""Which level a rule is held against: the instrument, the pair's gains, the stride time."""

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
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
    assert (even.state, even.on, even.raise_level) == (State.ABSENT, Circumstance.MATCHED, 5.0)
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
    found = pair_gain(walk)
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
    assert pair_gain(one_leg(left, right)) is None


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
