"""A walk is held against own days of like speed, and says so."""

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import Day, TagReference
from plantigrade.posture.rules_engine.findings import RuleFinding, State, judge, speed_of
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.settings import LIKE_SPEED_M_S

from tests.host.posture.kit import columns, stride

NAN = float("nan")
RULE = "loading-rate-drift"
"""Raised from 1.25 times the usual loading rate on."""
SPEED, RATE = "speed_m_per_s", "loading_rate_bw_per_s"


def own_days(*rates_by_speed: tuple[float, float]) -> TagReference:
    """Days of (speed or NaN, loading rate), the same for both feet."""
    days: list[Day] = []
    for number, (speed, rate) in enumerate(rates_by_speed, start=1):
        medians = {f"{foot.value}/{RATE}": rate for foot in Foot}
        if not np.isnan(speed):
            medians |= {f"{foot.value}/{SPEED}": speed for foot in Foot}
        days.append(Day(f"2026-03-{number:02d}", "shoe", 400, medians))
    return TagReference("shoe", days)


def judged(usual: TagReference, rate: float, speed: float) -> RuleFinding:
    tables = [columns(foot, noise=0.0, **{RATE: rate, SPEED: speed, "stride_time_s": 1.1}) for foot in Foot]
    return next(one for one in judge(tables, RuleBook(), usual) if one.rule == RULE and one.foot is Foot.LEFT)


SLOW, FAST = (0.80, 6.0), (1.25, 10.0)


@pytest.mark.parametrize(
    ("days", "rate", "speed", "state", "value", "note"),
    [
        # whose days are all alike: as ever
        ([FAST, FAST, FAST], 13.0, 1.25, State.PRESENT, 1.3, ""),
        # slow and fast days: of both only those of like speed count
        ([SLOW] * 3 + [FAST] * 4, 8.0, 0.80, State.PRESENT, 8 / 6, "held against 3 of 7 own days"),
        ([SLOW] * 3 + [FAST] * 4, 8.0, 1.25, State.ABSENT, 0.8, "held against 4 of 7 own days"),
        # slower than on any own day: not known, and said
        ([FAST] * 5, 13.0, 0.80, State.UNKNOWN, NAN, "walked at 0.80 m/s; own days were at 1.25 to 1.25 m/s"),
        ([SLOW] * 2 + [FAST] * 5, 13.0, 0.80, State.UNKNOWN, NAN, "fewer than three of them within 0.17 m/s"),
        # days before there was a sensor count at any speed
        ([(NAN, 10.0)] * 3, 13.0, 0.80, State.PRESENT, 1.3, ""),
        ([(NAN, 10.0)] * 3 + [FAST], 13.0, 0.80, State.PRESENT, 1.3, "held against 3 of 4 own days"),
        # no sensor today: all days count
        ([SLOW] * 3 + [FAST] * 4, 13.0, NAN, State.PRESENT, 1.3, ""),
    ],
)
def test_a_walk_is_held_against_days_of_like_speed(
    days: list[tuple[float, float]], rate: float, speed: float, state: State, value: float, note: str
) -> None:
    found = judged(own_days(*days), rate, speed)
    assert (found.state, found.value) == (state, pytest.approx(value, nan_ok=True))
    assert note in found.note and bool(note) == bool(found.note)


def test_rules_that_need_no_own_days_carry_no_word_of_them() -> None:
    tables = [columns(foot, noise=0.0, **{RATE: 9.0, SPEED: 0.8, "stride_time_s": 1.1}) for foot in Foot]
    found = {one.rule: one for one in judge(tables, RuleBook(), own_days(*[SLOW] * 3, *[FAST] * 4))}
    assert found["stride-variability"].note == ""


def test_the_limit_is_what_ordinary_days_may_differ_by() -> None:
    usual = own_days(*[(1.0, 10.0)] * 3)
    assert pytest.approx(0.1662) == LIKE_SPEED_M_S
    assert usual.at_speed(1.16).reference is usual
    assert usual.at_speed(1.17).reference is None


def test_the_speed_is_known_where_half_of_the_strides_have_one() -> None:
    tables = [columns(foot, strides=10, noise=0.0, stride_time_s=1.1, speed_m_per_s=1.2) for foot in Foot]
    for table, known in zip(tables, (5, 5), strict=True):
        table.values[SPEED][known:] = NAN
    assert speed_of(tables) == pytest.approx(1.2)
    tables[0].values[SPEED][4:] = NAN
    assert np.isnan(speed_of(tables))


@pytest.mark.parametrize(("speed", "raised"), [(1.25, True), (0.80, False), (NAN, True)])
def test_live_a_walk_at_another_speed_raises_nothing_against_own_days(speed: float, raised: bool) -> None:
    monitor = Monitor(RuleBook(), own_days(*[FAST] * 5))
    values = {RATE: 14.0, "stride_time_s": 1.1} | ({} if np.isnan(speed) else {SPEED: speed})
    alerts = monitor.feed([stride(0.55 * n, list(Foot)[n % 2], **values) for n in range(500)])
    alerts += monitor.finish()
    assert (RULE in {one.rule for one in alerts}) is raised
