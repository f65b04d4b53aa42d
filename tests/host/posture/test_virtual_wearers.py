"""The whole way: body, imperfect insoles, calibration, gait engine, findings, alerts, JSON."""

import json

import numpy as np
import pytest
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.posture.rules_engine.features import from_analysis
from plantigrade.posture.rules_engine.findings import State
from plantigrade.posture.rules_engine.section import findings, posture_section
from plantigrade.posture.rules_engine.watcher import Watcher
from plantigrade.twin.body import Condition, make_forces
from plantigrade.twin.electrical import Fault, FaultKind, FrontEnd
from plantigrade.twin.wearer import EU_SIZE, Wearer

from tools.posture_tables.sessions import matched

LAYOUT = own_layout(EU_SIZE)


@pytest.fixture(scope="module")
def wearer() -> Wearer:
    return Wearer(24)


def analysed(wearer: Wearer, *conditions: Condition) -> Analysis:
    walk, _ = wearer.walk(wearer.person, 75, 5, conditions)
    return analyze(walk)


def present(wearer: Wearer, *conditions: Condition) -> set[tuple[str, str]]:
    tables = from_analysis(analysed(wearer, *conditions), wearer.relative_sd())
    return {
        (f.rule, f.foot.value if f.foot else "both")
        for f in findings(tables, LAYOUT)
        if f.state is State.PRESENT
    }


def test_a_neutral_walker_has_no_finding(wearer: Wearer):
    assert present(wearer) == set()


@pytest.mark.parametrize(
    ("condition", "rule", "sides"),
    [
        (Condition("flat-foot", 3, "left"), "low-arch", {"left"}),
        (Condition("high-arch", 3), "high-arch", {"left", "right"}),
        (Condition("pronation", 3, "right"), "pronation", {"right"}),
        (Condition("supination", 3), "supination", {"left", "right"}),
        (Condition("antalgic", 3, "right"), "stance-asymmetry", {"right"}),
        (Condition("leg-length", 40, "left"), "leg-length", {"left"}),
        (Condition("unsteady", 3), "stride-variability", {"both"}),
    ],
)
def test_a_marked_condition_is_found_on_its_side(wearer: Wearer, condition: Condition, rule: str, sides: set):
    found = present(wearer, condition)
    assert {side for name, side in found if name == rule} == sides


def test_insoles_of_healthy_pairs_differ_in_gain_and_standing_on_each_leg_tells_by_how_much():
    """Mean forces differ by 5.7 % SD in insoles and by 1.8 % on plates, which leaves 5.4 % to the pair."""
    apart = np.log([np.divide(*Wearer(seed).gains) for seed in range(300)])
    assert np.std(apart) == pytest.approx(np.sqrt(5.7**2 - 1.8**2) / 100, rel=0.1)
    assert Wearer(3, pair_gain_sd=0.0).gains == (1.0, 1.0)
    for seed in (20, 21, 22):
        uneven = Wearer(seed)
        gain = matched(uneven, 0)
        assert gain is not None
        true_pct = -100.0 * np.log(np.divide(*uneven.gains))
        assert gain.difference_pct == pytest.approx(true_pct, abs=4.0)


def test_uncertainty_of_the_sensors_reaches_the_finding(wearer: Wearer):
    analysis = analysed(wearer)
    vague = {foot: np.full(16, 0.3) for foot in Foot}
    by_rule = [
        {f.rule: f.sd for f in findings(from_analysis(analysis, sd), LAYOUT) if f.foot is Foot.LEFT}
        for sd in (wearer.relative_sd(), vague)
    ]
    assert by_rule[0]["low-arch"] < by_rule[1]["low-arch"]


def test_the_posture_section_of_a_walk_is_json(wearer: Wearer):
    section = posture_section(analysed(wearer, Condition("flat-foot", 3)), LAYOUT)
    text = json.dumps(section, allow_nan=False)
    assert "low-arch" in text
    assert section[0]["state"] == "present"
    assert all(entry["state"] != "present" for entry in posture_section(analysed(wearer), None))


def live(wearer: Wearer, walk: Walk, rows: int) -> Watcher:
    """The walk in pieces of `rows`, as it comes over the air."""
    engine = Engine(sample_rate_hz=100, body_weight_n=wearer.person.weight_n)
    watcher = Watcher(100, wearer.person.weight_n)
    for left, right in walk.chunks(rows):
        assert isinstance(left, FootSignal)
        assert isinstance(right, FootSignal)
        engine.feed(left, right)
        for foot, table in engine.take_strides():
            watcher.strides(foot, table)
        watcher.forces(left.force_n.sum(axis=1), right.force_n.sum(axis=1))
    watcher.finish()
    return watcher


@pytest.mark.slow
def test_an_alert_follows_the_onset_within_two_minutes_whatever_the_pieces(wearer: Wearer):
    forces = make_forces((Condition("flat-foot", 3),), wearer.person, 420, 8, neutral_s=270)
    walk = wearer.measured(forces)
    alerts = [[(a.rule, a.foot, a.raised_s) for a in live(wearer, walk, rows).alerts] for rows in (100, 173)]
    assert alerts[0] == alerts[1]
    assert {rule for rule, _, _ in alerts[0]} == {"low-arch"}
    assert all(270 < raised_s < 390 for _, _, raised_s in alerts[0])


def test_a_broken_sensor_is_an_alert():
    wearer = Wearer(22)
    forces = make_forces((), wearer.person, 120, 3)
    watcher = Watcher(100, wearer.person.weight_n)
    codes = FrontEnd(44, faults={9: Fault(FaultKind.DEAD, 30.0)}).counts(forces.left, 100)
    for start in range(0, len(codes), 500):
        part = slice(start, start + 500)
        watcher.forces(forces.left[part].sum(axis=1), forces.right[part].sum(axis=1))
        watcher.counts(Foot.LEFT, codes[part])
    watcher.finish()
    assert [alert.rule for alert in watcher.alerts] == ["sensor-fault"]
