"""Contacts of made walks, whose truth is known, and of recorded ones beside their authors' events."""

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import STRIDE_UNITS, Analysis, Reason
from plantigrade.gait.signals import Foot, FootSignal, Walk

from tests.host.gait.walks import DATA, MadeWalk, make_walk, recorded, without
from tools.validation import footswitch


def contact_errors(made: MadeWalk, analysis: Analysis, foot: Foot) -> tuple[np.ndarray, np.ndarray]:
    """Our contacts and releases minus the truth's, in seconds, NaN where none is within 0.1 s."""
    found = {one.foot: one for one in analysis.feet}[foot]
    _, contact = footswitch.nearest(found.initial_contact_s, made.contact_s[foot][:-1])
    _, release = footswitch.nearest(found.final_contact_s, made.release_s[foot])
    return contact, release


CASES = {
    "plain": {},
    "a foot that keeps 12 N in swing": {"offset_n": 12.0},
    "drift of 60 N in a minute": {"drift_n": 60.0},
    "noise of 8 N a total": {"noise_n": 8.0},
    "a child of 20 kg": {"weight_n": 200.0},
    "slow walking": {"stride_s": 1.9, "stance_share": 0.72},
    "fast walking": {"stride_s": 0.85, "stance_share": 0.57},
    "50 Hz": {"rate_hz": 50.0},
    "200 Hz": {"rate_hz": 200.0},
    "no standing before": {"start_s": 0.6},
}


@pytest.mark.parametrize("case", CASES)
def test_every_contact_is_found_in_time(case: str) -> None:
    made = make_walk(**CASES[case])
    analysis = analyze(made.walk)
    for foot in Foot:
        contact, release = contact_errors(made, analysis, foot)
        assert np.isfinite(contact).mean() >= 0.96
        assert abs(np.nanmean(contact)) < 0.012
        assert np.nanstd(contact) < 0.008
        assert abs(np.nanmean(release)) < 0.015
        assert np.nanstd(release) < 0.012


def test_strides_pair_with_the_other_foot() -> None:
    made = make_walk(seconds=60.0, stride_s=1.2, stance_share=0.62, jitter_s=0.0)
    analysis = analyze(made.walk)
    both = analysis.both
    assert both["stride_time_s"].value == pytest.approx(1.2, abs=0.002)
    assert both["step_time_s"].value == pytest.approx(0.6, abs=0.003)
    assert both["stance_pct"].value == pytest.approx(62.0, abs=1.5)
    assert both["double_support_pct"].value == pytest.approx(24.0, abs=3.0)
    assert both["phase_deg"].value == pytest.approx(180.0, abs=1.0)
    strides = analysis.feet[0].strides
    parts = strides.initial_double_support_s + strides.single_support_s + strides.terminal_double_support_s
    known = np.isfinite(parts)
    assert known[1:].all()
    assert np.allclose(parts[known], strides.stance_time_s[known], atol=1e-9)


def test_what_is_known_of_each_foot_is_known_of_both() -> None:
    analysis = analyze(make_walk(seconds=60.0).walk)
    timed = {name for name, unit in STRIDE_UNITS.items() if unit == "s"}
    assert timed <= set(analysis.both) and "foot_flat_s" in timed


def test_one_foot_alone_gives_its_own_cycles_and_says_what_needs_both() -> None:
    made = make_walk()
    pair = analyze(made.walk)
    alone = analyze(Walk(made.walk.left, None, 100.0))
    assert alone.left is not None and pair.left is not None
    assert np.array_equal(alone.left.strides.stride_time_s, pair.left.strides.stride_time_s)
    missing = alone.left.parameters["double_support_s"]
    assert missing.value is None and "both feet" in missing.note
    assert [finding.code for finding in alone.findings] == ["foot_missing"]


def test_no_cycle_crosses_a_gap() -> None:
    made = make_walk()
    assert made.walk.left is not None
    holed = without(made.walk.left, 20.0, 20.3, "link lost")
    analysis = analyze(Walk(holed, made.walk.right, 100.0))
    assert analysis.left is not None and analysis.right is not None
    strides = analysis.left.strides
    assert not ((strides.initial_contact_s < 20.0) & (strides.next_initial_contact_s > 20.3)).any()
    other = analysis.right.strides
    across = (other.initial_contact_s < 20.3) & (other.next_initial_contact_s > 20.0)
    assert across.any() and np.isnan(other.double_support_s[across]).all()
    accounting = analysis.left.accounting
    assert accounting.samples_used + accounting.samples_missing == accounting.samples_spanned
    assert accounting.samples_missing == 30
    assert [gap.reason for gap in accounting.gaps] == ["link lost"]


def test_a_missed_step_is_marked_not_averaged() -> None:
    made = make_walk(jitter_s=0.003)
    assert made.walk.left is not None
    force = made.walk.left.force_n.copy()
    lost = int(np.searchsorted(made.contact_s[Foot.LEFT], 30.0))
    start, stop = made.contact_s[Foot.LEFT][lost] - 0.02, made.release_s[Foot.LEFT][lost] + 0.02
    rows = (made.walk.left.time_s >= start) & (made.walk.left.time_s < stop)
    force[rows] = 0.0
    signal = FootSignal(Foot.LEFT, made.walk.left.time_s, force, made.walk.left.layout)
    strides = analyze(Walk(signal, made.walk.right, 100.0)).feet[0].strides
    double = strides.stride_time_s > 2.0
    assert double.sum() == 1
    assert strides.reason[double][0] & (Reason.STUMBLE | Reason.TURN)
    assert strides.stride_time_s[strides.valid].max() < 1.2


BARS = footswitch.Totals(0, 0, 99.0, 97.0, 3.0, 9.0, 99.0, 5.0, 12.0, 2.5, 6.0)


@pytest.mark.slow
def test_agreement_with_the_authors_of_the_footswitch_records() -> None:
    if not (DATA / "gaitndd").is_dir():
        pytest.skip(f"recorded walking is not at hand: {DATA / 'gaitndd'} is missing")
    agreements = footswitch.run(DATA / "gaitndd")
    every = footswitch.totals(agreements)
    assert every.contact_matched_pct >= BARS.contact_matched_pct
    assert every.contact_close_pct >= BARS.contact_close_pct
    assert abs(every.contact_bias_ms) <= BARS.contact_bias_ms
    assert every.contact_sd_ms <= BARS.contact_sd_ms
    assert abs(every.release_bias_ms) <= BARS.release_bias_ms
    assert every.release_sd_ms <= BARS.release_sd_ms
    assert every.stride_mae_ms <= BARS.stride_mae_ms
    assert abs(every.swing_bias_ms) <= BARS.swing_bias_ms
    controls = footswitch.totals([one for one in agreements if one.group == "control"])
    assert controls.stride_mae_ms <= 1.5


def test_swing_variability_of_healthy_walkers_is_physiological() -> None:
    names = ("GaCo02_01", "GaCo07_01", "GaCo13_01", "GaCo15_01", "GaCo17_01", "GaCo22_01")
    found = [analyze(recorded(f"gaitpdb/{name}.txt.gz")) for name in names]
    swing = np.mean([one.both["swing_time_cv_pct"].value for one in found])
    stride = np.mean([one.both["stride_time_cv_pct"].value for one in found])
    assert 2.0 <= swing <= 3.5
    assert 1.2 <= stride <= 2.4
    assert all(3 <= len(one.turns) <= 12 for one in found)
