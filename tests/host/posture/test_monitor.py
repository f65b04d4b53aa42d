"""Alerts: gate, hysteresis, dwell, order of arrival, rate limit, snooze, response; live equals
retrospective."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.monitor import LATENESS_S, Monitor
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION, Rule, Statistic, Term, shipped_rules

from tests.host.posture.kit import Usual, second, stride

LOW_ARCH = replace(
    shipped_rules()["low-arch"],
    version=7,
    terms=(Term("force_arch_index", Statistic.MEDIAN),),
    raise_level=0.252,
    clear_level=0.232,
    min_strides=12,
    alert_strides=40,
    window_strides=20,
    dwell_s=10,
    min_interval_s=0,
)


def book(*rules: Rule) -> RuleBook:
    return RuleBook({rule.id: rule for rule in rules})


def walking(*levels: float, each: int = 60, seed: int = 0) -> list[Observation]:
    """Strides of both feet, `each` at every level of the arch index, one a foot every 1.1 s."""
    draw = np.random.default_rng(seed)
    arch = np.repeat(levels, each)
    observations = []
    for i, level in enumerate(arch):
        value = float(level + draw.normal(0, 0.01))
        observations.append(stride(1.1 * i, Foot.LEFT, force_arch_index=value))
        observations.append(stride(1.1 * i + 0.55, Foot.RIGHT, force_arch_index=0.15))
    return observations


def run(monitor: Monitor, observations: list[Observation]) -> tuple[Alert, ...]:
    monitor.feed(observations)
    monitor.finish()
    return tuple(monitor.log.alerts)


def test_nothing_is_said_before_enough_strides():
    assert run(Monitor(book(LOW_ARCH)), walking(0.40, each=39)) == ()
    (alert,) = run(Monitor(book(LOW_ARCH)), walking(0.40, each=80))
    assert alert.strides >= 40


def test_an_alert_names_rule_engine_side_level_and_when_it_began():
    (alert,) = run(Monitor(book(LOW_ARCH)), walking(0.15, 0.40, each=60))
    assert (alert.rule, alert.rule_version, alert.engine) == ("low-arch", "7", ENGINE_VERSION)
    assert alert.foot is Foot.LEFT
    assert alert.value >= alert.level == LOW_ARCH.raise_level
    assert 66 < alert.onset_s < alert.raised_s
    assert alert.raised_s - alert.onset_s >= LOW_ARCH.dwell_s


def test_between_the_levels_an_open_alert_stays_and_a_closed_one_does_not_open():
    between = 0.5 * (LOW_ARCH.raise_level + LOW_ARCH.clear_level)
    assert run(Monitor(book(LOW_ARCH)), walking(0.15, between)) == ()
    (alert,) = run(Monitor(book(LOW_ARCH)), walking(0.40, between))
    assert alert.cleared_s is None
    (alert,) = run(Monitor(book(LOW_ARCH)), walking(0.40, 0.15))
    assert alert.cleared_s is not None


@pytest.mark.parametrize(("excursion", "alerts"), [(13, 0), (20, 1)])
def test_a_short_excursion_is_not_an_alert(excursion: int, alerts: int):
    """More than half of the latest 20 strides are high for 6 strides (6.6 s) or 20 (22 s); dwell is 10 s."""
    arch = [0.15] * 60 + [0.40] * excursion + [0.15] * 60
    walked = [stride(1.1 * i, Foot.LEFT, force_arch_index=value) for i, value in enumerate(arch)]
    assert len(run(Monitor(book(LOW_ARCH)), walked)) == alerts


def test_the_clinicians_edit_changes_the_next_alert():
    observations = walking(0.28, each=120)
    shipped = book(LOW_ARCH)
    assert len(run(Monitor(shipped), observations)) == 1
    edited = book(replace(LOW_ARCH, raise_level=0.35))
    assert run(Monitor(edited), observations) == ()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(0, 1000))
def test_live_pieces_and_late_feet_give_the_alerts_of_the_whole_file(cuts, seed):
    observations = walking(0.15, 0.40, 0.12, 0.42)
    complete = run(Monitor(book(LOW_ARCH)), observations)
    delay = np.random.default_rng(seed).uniform(0, 0.9 * LATENESS_S, len(observations))
    order = np.argsort([o.time_s + d for o, d in zip(observations, delay, strict=True)])
    late = [observations[i] for i in order]
    monitor = Monitor(book(LOW_ARCH))
    edges = np.minimum(np.cumsum(cuts), len(late)).tolist()
    for piece in np.split(np.array(late, dtype=object), edges):
        monitor.feed(list(piece))
    monitor.finish()
    assert tuple(monitor.log.alerts) == complete
    assert len(complete) == 2


def test_a_rule_for_our_insole_is_silent_on_others():
    assert run(Monitor(book(LOW_ARCH), own_insole=False), walking(0.40, each=120)) == ()


def test_a_rule_that_needs_a_baseline_is_silent_without_one():
    drift = replace(
        shipped_rules()["arch-drift"], min_strides=12, alert_strides=40, window_strides=20, min_interval_s=0
    )
    observations = walking(0.22, each=120)
    assert run(Monitor(book(drift)), observations) == ()
    usual = Usual({"force_arch_index": 0.15}, 0.01)
    alerts = run(Monitor(book(drift), usual), observations)
    assert [alert.foot for alert in alerts] == [Foot.LEFT]


def test_the_sparing_side_is_named():
    rule = replace(shipped_rules()["stance-asymmetry"], alert_strides=40)
    observations = []
    for i in range(120):
        observations.append(stride(1.1 * i, Foot.LEFT, stance_time_s=0.62))
        observations.append(stride(1.1 * i + 0.5, Foot.RIGHT, stance_time_s=0.70))
    (alert,) = run(Monitor(book(rule)), observations)
    assert alert.foot is Foot.LEFT
    assert alert.value == pytest.approx(100 * 0.08 / 0.66)


def test_missing_values_neither_raise_nor_clear():
    monitor = Monitor(book(LOW_ARCH))
    monitor.feed(walking(0.40, each=80))
    for i in range(200):
        monitor.feed([stride(200 + i, Foot.LEFT, stance_time_s=0.6)])
    monitor.finish()
    assert [alert.cleared_s for alert in monitor.log.alerts] == [None]


STILL = replace(shipped_rules()["standing-still"], min_interval_s=0)


def standing(*spells: int) -> list[Observation]:
    """Spells of standing still of so many seconds, a step between them."""
    still = [s for spell in spells for s in [*range(1, spell), 0]]
    return [second(float(t), still_s=float(s)) for t, s in enumerate(still)]


def test_standing_still_speaks_up_after_a_quarter_of_an_hour_and_is_cleared_by_moving():
    (alert,) = run(Monitor(book(STILL)), standing(1000, 100))
    assert alert.raised_s == pytest.approx(900, abs=2)
    assert alert.cleared_s == pytest.approx(999, abs=2)


def test_the_same_alert_is_not_shown_again_within_its_interval_but_is_kept():
    rule = replace(STILL, min_interval_s=5000)
    alerts = run(Monitor(book(rule)), standing(1000, 1000, 1000, 1000, 1000, 1000, 1000))
    assert [alert.shown for alert in alerts] == [True, False, False, False, False, True, False]


def test_snoozed_alerts_are_kept_quiet_and_counted():
    monitor = Monitor(book(STILL))
    monitor.log.snooze("standing-still", until_s=1500)
    alerts = run(monitor, standing(1000, 1000))
    assert [alert.shown for alert in alerts] == [False, True]
    response = monitor.log.response(wear_s=7200)
    assert (response.shown, response.suppressed) == (1, 1)


def test_no_more_than_four_an_hour_are_shown():
    alerts = run(Monitor(book(replace(STILL, raise_level=60, clear_level=30))), standing(*[100] * 50))
    times = [alert.raised_s for alert in alerts if alert.shown]
    assert len(alerts) == 50
    assert all(sum(t - 3600 < u <= t for u in times) <= 4 for t in times)


def test_the_response_measures_relief_wear_and_acknowledgement():
    monitor = Monitor(book(STILL))
    run(monitor, standing(1000, 3000))
    monitor.log.acknowledge(1, 905.0)
    response = monitor.log.response(wear_s=2 * 3600)
    assert response.shown == 2
    assert response.alerts_per_hour == 1.0
    assert response.cleared == 2
    assert response.median_offload_s == 1100.0, "between 100 and 2100 s"
    assert response.within_20_min == 0.5
    assert response.acknowledged == 1
    with pytest.raises(IndexError):
        monitor.log.acknowledge(9, 1.0)
