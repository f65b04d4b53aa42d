"""Pressure without relief: values of seconds worked out on paper, and the prescribed rules that look at
them."""

from datetime import UTC, datetime

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.rules_engine.findings import judge
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.sustained import SustainedPressure
from plantigrade.posture.rules_engine.watcher import Watcher

RATE_HZ = 4.0
AREA_CM2 = np.array([10.0, 20.0])
NAN = float("nan")
AT = datetime(2026, 3, 1, tzinfo=UTC)


def second(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows)


LOADED = second(*[(20.0, 20.0)] * 4)
"""20 N on 10 cm2 and on 20 cm2: 20 and 10 kPa."""
STEP = second((20.0, 20.0), (0.0, 0.0), (20.0, 20.0), (20.0, 20.0))
LOST = np.full((4, 2), NAN)


def left_kpa(*seconds: np.ndarray) -> list[float]:
    watch = SustainedPressure(RATE_HZ, AREA_CM2)
    rows = np.concatenate(seconds)
    found = watch.feed(rows, np.zeros_like(rows))
    assert [one.time_s for one in found] == [float(i + 1) for i in range(len(seconds))]
    assert {one.values["unrelieved_kpa_right"] for one in found} == {0.0}
    return [one.values["unrelieved_kpa_left"] for one in found]


@pytest.mark.worked_example("unrelieved_kpa")
@pytest.mark.parametrize(
    ("seconds", "kpa"),
    [
        ((LOADED, LOADED), [20.0, 20.0]),
        ((LOADED, STEP, LOADED), [20.0, 20.0, 20.0]),
        ((LOADED, STEP, STEP), [20.0, 20.0, 0.0]),
        ((STEP, STEP), [0.0, 0.0]),
        ((second((20.0, 60.0), (8.0, 60.0), (8.0, 60.0), (8.0, 50.0)),), [25.0]),
    ],
    ids=[
        "held",
        "a relief of one second",
        "a relief of two",
        "walking",
        "the lowest of each, the highest of both",
    ],
)
def test_the_highest_pressure_that_a_sensor_has_not_come_below(
    seconds: tuple[np.ndarray, ...], kpa: list[float]
):
    assert left_kpa(*seconds) == kpa


def test_pieces_of_any_size_give_the_same_seconds():
    rows = np.concatenate([LOADED, STEP, STEP, LOADED])
    at_once = SustainedPressure(RATE_HZ, AREA_CM2).feed(rows, rows)
    watch = SustainedPressure(RATE_HZ, AREA_CM2)
    pieces = [
        one
        for start in range(0, 16, 3)
        for one in watch.feed(rows[start : start + 3], rows[start : start + 3])
    ]
    assert [one.values for one in pieces] == [one.values for one in at_once]


def test_what_was_not_recorded_is_the_last_known_value_for_half_a_minute_and_then_unknown():
    values = left_kpa(LOADED, *[LOST] * 31, LOADED)
    assert values[:31] == [20.0] * 31
    assert np.isnan(values[31])
    assert values[32] == 20.0
    half = second((20.0, 20.0), (20.0, 20.0), (NAN, NAN), (NAN, NAN))
    assert left_kpa(half) == [20.0], "half of a second is enough"
    assert np.isnan(left_kpa(second((20.0, 20.0), *[(NAN, NAN)] * 3))[0])


def test_a_foot_that_is_missing_is_unknown():
    found = SustainedPressure(RATE_HZ, AREA_CM2).feed(LOADED, np.zeros((4, 0)))
    assert found[0].values["unrelieved_kpa_left"] == 20.0
    assert np.isnan(found[0].values["unrelieved_kpa_right"])


def prescribed(limit: float = 15.0, duration_s: float = 20.0) -> RuleBook:
    book = RuleBook()
    book.switch_on("sustained-pressure", limit, duration_s, by="Dr. A", at=AT, reason="reduced feeling")
    return book


def standing(watcher: Watcher, seconds: int, newtons: float) -> list[Alert]:
    """So many seconds with so much on each of the 16 sensors of the left foot, nothing on the right."""
    left = np.full((round(10 * seconds), 16), newtons)
    return watcher.pressures(left, np.zeros_like(left))


def test_the_alert_of_a_prescribed_rule_is_critical_names_the_foot_and_is_cleared_by_a_minute_of_relief():
    watcher = Watcher(10.0, 700.0, book=prescribed())
    assert watcher.wants_pressures
    assert standing(watcher, 10, 0.0) == []
    (alert,) = standing(watcher, 26, 60.0)
    assert (alert.rule, alert.foot, alert.severity.value) == ("sustained-pressure", Foot.LEFT, "critical")
    assert (alert.onset_s, alert.raised_s, alert.rule_version) == (11.0, 31.0, "1+4")
    (cleared,) = standing(watcher, 68, 0.0)
    assert (cleared.number, cleared.cleared_s) == (alert.number, 98.0), "two seconds of relief, then a minute"


def test_a_rule_that_is_off_is_neither_watched_nor_judged():
    watcher = Watcher(10.0, 700.0)
    assert not watcher.wants_pressures
    assert standing(watcher, 2000, 60.0) == []
    off = {rule.id for rule in RuleBook().rules.values() if not rule.enabled}
    table = StrideColumns(Foot.LEFT, np.arange(40.0), np.ones(40, np.bool_), {})
    assert off and not off & {finding.rule for finding in judge([table])}


def test_its_levels_are_for_our_insole_only():
    assert not Watcher(10.0, 700.0, book=prescribed(), own_insole=False).wants_pressures
