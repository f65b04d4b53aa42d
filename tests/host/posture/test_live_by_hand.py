"""What watches a wearer live: strides, seconds and sensors into one stream of alerts; times by hand."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Rule, Statistic, Term, shipped_rules
from plantigrade.posture.rules_engine.watcher import Watcher

from tests.host.posture.analysed import stride_table
from tests.host.posture.kit import Usual

RULES = shipped_rules()
WEIGHT_N, RATE_HZ = 800.0, 10.0
WINDOW = 200
"""Rows that the check of the sensors looks at: 20 s."""


def watcher(*rules: Rule, **options: object) -> Watcher:
    return Watcher(RATE_HZ, WEIGHT_N, book=RuleBook({rule.id: rule for rule in rules}), **options)


def stand(watching: Watcher, seconds: int, share: float = 1.0) -> list[Alert]:
    """So many seconds of so much of the weight on both feet together."""
    force = np.full(round(seconds * RATE_HZ), 0.5 * share * WEIGHT_N)
    return watching.forces(force, force)


def reported(alerts: list[Alert]) -> list[tuple[str, float, float | None]]:
    return [(one.rule, one.raised_s, one.cleared_s) for one in alerts]


STILL = replace(RULES["standing-still"], raise_level=10.0, clear_level=2.0)


@pytest.mark.parametrize("start_s", [0.0, 1000.0])
def test_seconds_are_counted_from_the_start_and_judged_five_seconds_later(start_s: float):
    watching = watcher(STILL, start_s=start_s)
    assert stand(watching, 14) == [], "ten seconds still at 10 s, known at 15 s"
    assert watching.alerts == ()
    assert reported(stand(watching, 1)) == [("standing-still", start_s + 10.0, None)]
    assert stand(watching, 5) == []
    assert reported(stand(watching, 6, 0.0)) == [("standing-still", start_s + 10.0, start_s + 21.0)]
    assert reported(list(watching.alerts)) == [("standing-still", start_s + 10.0, start_s + 21.0)]


def test_shares_are_of_the_wearers_weight():
    heavy, light = watcher(STILL), Watcher(RATE_HZ, 2 * WEIGHT_N, book=RuleBook({STILL.id: STILL}))
    assert stand(heavy, 20)
    assert stand(light, 20) == [], "half the weight is no standing"


def test_less_than_a_second_is_no_second_yet():
    watching = watcher(STILL)
    force = np.full(9, 400.0)
    assert watching.forces(force, force) == []
    assert watching.finish().wear_h == 0.0


def test_the_end_judges_what_waits_and_sums_up_the_time_of_wear():
    """30 s worn, 10 s not: the alert of the 10th second is cleared at the 31st."""
    watching = watcher(STILL)
    stand(watching, 12)
    assert watching.alerts == ()
    watching.finish()
    assert reported(list(watching.alerts)) == [("standing-still", 10.0, None)]
    watching = watcher(STILL)
    stand(watching, 30)
    stand(watching, 10, 0.0)
    response = watching.finish()
    assert response.wear_h == pytest.approx(30 / 3600)
    assert (response.shown, response.cleared, response.median_offload_s) == (1, 1, 21.0)


PUSH = replace(
    RULES["push-off-drift"],
    terms=(Term("push_off_bw", Statistic.MEDIAN),),
    raise_level=1.1,
    clear_level=1.0,
    dwell_s=0.0,
    min_strides=12,
    alert_strides=12,
    window_strides=12,
)


def strides(watching: Watcher, n: int, f3_n: float, from_s: float = 0.0) -> list[Alert]:
    table = stride_table((from_s + np.arange(1.0, n + 1)).tolist(), f3_n=[f3_n] * n)
    return watching.strides(Foot.RIGHT, table)


def test_strides_are_brought_to_the_wearers_weight_and_judged_by_foot():
    watching = watcher(PUSH)
    (alert,) = strides(watching, 17, 880.0)  # 880 / 800
    assert (alert.foot, alert.value, alert.raised_s, alert.strides) == (Foot.RIGHT, 1.1, 12.0, 12)
    assert strides(watcher(PUSH), 16, 880.0) == [], "the twelfth is not five seconds old"
    low = watcher(PUSH)
    assert strides(low, 30, 879.0) == []
    assert low.finish().shown == 0


def test_strides_that_are_not_valid_are_not_judged():
    watching = watcher(PUSH)
    table = stride_table(np.arange(1.0, 31.0).tolist(), f3_n=[880.0] * 30, reason=[0] * 11 + [4] * 19)
    watching.strides(Foot.LEFT, table)
    assert watching.finish().shown == 0


def test_own_days_and_own_insole_are_passed_on():
    drift = replace(PUSH, terms=(Term("push_off_bw", Statistic.RATIO),))
    usual = Usual({"push_off_bw": 1.0, "second_peak_missing": 0.1}, 0.1)
    assert strides(watcher(drift, reference=usual), 20, 880.0)
    assert strides(watcher(drift), 20, 880.0) == []
    owned = replace(PUSH, own_insole_only=True)
    assert strides(watcher(owned), 20, 880.0)
    assert strides(watcher(owned, own_insole=False), 20, 880.0) == []


def walking_codes(windows: int, **at_full_scale: int) -> np.ndarray:
    """Codes of a foot that is loaded half of the time; sensors that stand at the highest code throughout."""
    codes = np.full((windows * WINDOW, 16), 330, np.uint16)
    codes[np.arange(len(codes)) % 10 < 5] = 630
    for sensor in at_full_scale.values():
        codes[:, sensor] = 4095
    return codes


FAULT = RULES["sensor-fault"]


def test_a_sensors_fault_is_told_at_the_latest_second_and_goes_away_with_it():
    """A window of 20 s with a sensor at full scale; then six windows without it."""
    watching = watcher(FAULT)
    stand(watching, 7)
    assert watching.counts(Foot.LEFT, walking_codes(1, a=3)) == []
    (alert,) = stand(watching, 5)
    assert (alert.rule, alert.foot, alert.value, alert.raised_s) == ("sensor-fault", None, 1.0, 7.0)
    assert watching.counts(Foot.LEFT, walking_codes(5)) == []
    assert stand(watching, 8) == [], "two minutes of walking have not passed yet"
    assert watching.counts(Foot.LEFT, walking_codes(1)) == []
    (cleared,) = stand(watching, 5)
    assert (cleared.number, cleared.cleared_s) == (1, 20.0)


def test_faults_of_both_feet_are_counted_together():
    many = replace(FAULT, raise_level=2.5)
    watching = watcher(many)
    stand(watching, 1)
    watching.counts(Foot.LEFT, walking_codes(1, a=3, b=4))
    stand(watching, 1)
    watching.counts(Foot.RIGHT, walking_codes(1, a=7))
    watching.finish()
    (alert,) = watching.alerts
    assert (alert.value, alert.raised_s) == (3.0, 2.0)


def test_a_load_beyond_the_linear_range_is_no_fault():
    """3500 is above the usable 3434 and far below the highest code."""
    watching = watcher(FAULT)
    stand(watching, 1)
    codes = walking_codes(1)
    codes[codes == 630] = 3500
    watching.counts(Foot.LEFT, codes)
    watching.finish()
    assert watching.alerts == ()


def test_codes_that_change_nothing_say_nothing():
    at_once = replace(FAULT, clear_level=-1.0, raise_level=0.0)  # any report at all would be an alert
    watching = watcher(at_once)
    stand(watching, 1)
    watching.counts(Foot.LEFT, walking_codes(2))
    watching.finish()
    assert watching.alerts == ()
    watching.counts(Foot.LEFT, walking_codes(1, a=3))
    watching.finish()
    assert len(watching.alerts) == 1


def test_the_shipped_rules_hold_unless_others_are_given():
    assert Watcher(RATE_HZ, WEIGHT_N).monitor.book.rules == RULES
