"""Findings of a recording, their confidence, the personal baseline and the JSON section."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import PersonalBaseline, load_baseline
from plantigrade.posture.rules_engine.features import StrideColumns, completed
from plantigrade.posture.rules_engine.findings import RuleFinding, State
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.section import as_json, findings, medial_of
from plantigrade.posture.rules_engine.uncertainty import ratio_sd, sensor_sd

from tests.host.posture.kit import columns

LAYOUT = own_layout(42)
NORMAL = {
    "force_arch_index": 0.155,
    "medial_arch_index": 0.087,
    "ml_index_heel": 0.006,
    "ml_index_forefoot": 0.17,
    "cop_mean_x_pct": 52.7,
    "stance_time_s": 0.65,
    "mean_force_n": 600.0,
    "stride_time_s": 1.1,
    "double_support_pct": 20.0,
}


def find(rule: str, foot: Foot | None, tables: list[StrideColumns], **kwargs) -> RuleFinding:
    return next(f for f in findings(tables, LAYOUT, **kwargs) if f.rule == rule and f.foot is foot)


def both(**changed: float) -> list[StrideColumns]:
    return [columns(foot, **(NORMAL | changed)) for foot in Foot]


def test_ordinary_values_are_found_absent_with_confidence():
    finding = find("low-arch", Foot.LEFT, both())
    assert finding.state is State.ABSENT
    assert finding.confidence > 0.99
    assert finding.value == pytest.approx(0.087, rel=0.02)
    assert finding.strides == 80


def test_a_loaded_midfoot_is_found_present_on_its_side_only():
    tables = [columns(Foot.LEFT, **(NORMAL | {"medial_arch_index": 0.40})), columns(Foot.RIGHT, **NORMAL)]
    assert find("low-arch", Foot.LEFT, tables).state is State.PRESENT
    assert find("low-arch", Foot.RIGHT, tables).state is State.ABSENT


def test_confidence_falls_towards_the_level():
    near, far = both(medial_arch_index=0.3303), both(medial_arch_index=0.50)
    assert find("low-arch", Foot.LEFT, near).confidence < 0.95 < find("low-arch", Foot.LEFT, far).confidence


def test_uncertain_sensors_lower_the_confidence():
    table = columns(Foot.LEFT, **(NORMAL | {"medial_arch_index": 0.355}))
    impulse = np.full(16, 25.0)
    sure = StrideColumns(table.foot, table.end_s, table.valid, table.values, np.full(16, 0.02), impulse)
    vague = StrideColumns(table.foot, table.end_s, table.valid, table.values, np.full(16, 0.25), impulse)
    assert find("low-arch", Foot.LEFT, [vague]).sd > 2 * find("low-arch", Foot.LEFT, [sure]).sd
    assert find("low-arch", Foot.LEFT, [vague]).confidence < find("low-arch", Foot.LEFT, [sure]).confidence


def test_what_cannot_be_said_says_why():
    few = [columns(foot, strides=20, **NORMAL) for foot in Foot]
    assert "needs 30 valid strides" in find("low-arch", Foot.LEFT, few).note
    assert "baseline" in find("arch-drift", Foot.LEFT, both()).note
    assert "does not give" in find("loading-rate", Foot.LEFT, both()).note
    other = [f for f in findings(both(), None) if f.rule == "low-arch"]
    assert all("other sensors" in f.note and f.state is State.UNKNOWN for f in other)
    one_foot = [columns(Foot.LEFT, **NORMAL)]
    assert find("stance-asymmetry", Foot.LEFT, one_foot).state is State.UNKNOWN


def test_invalid_strides_do_not_count():
    table = columns(Foot.LEFT, **(NORMAL | {"medial_arch_index": 0.40}))
    half = StrideColumns(table.foot, table.end_s, np.arange(80) < 25, table.values)
    assert find("low-arch", Foot.LEFT, [half]).state is State.UNKNOWN


def test_uncertainty_of_a_share_agrees_with_simulation():
    draw = np.random.default_rng(1)
    impulse = draw.uniform(5, 60, 16)
    relative = draw.uniform(0.02, 0.08, 16)
    above = np.array([region == "midfoot" for region in LAYOUT.region], float)
    below = np.array([region != "toes" for region in LAYOUT.region], float)
    runs = impulse * (1 + relative * draw.standard_normal((40000, 16)))
    simulated = np.std((runs @ above) / (runs @ below))
    assert ratio_sd(impulse, relative, above, below) == pytest.approx(simulated, rel=0.03)


def test_medial_and_lateral_sensors_are_told_from_the_layout():
    names = dict(zip(range(16), medial_of(LAYOUT), strict=True))
    assert (names[1], names[2], names[8], names[12], names[13]) == (1, -1, 1, -1, 1)


def test_values_in_body_weights_follow_the_strides_when_no_weight_is_known():
    table = columns(Foot.LEFT, noise=0.0, f3_n=770.0, impulse_n_s=385.0, stride_time_s=1.1)
    (done,) = completed([table])
    assert done.of("push_off_bw")[0] == pytest.approx(1.1)
    (known,) = completed([table], 800.0)
    assert known.of("push_off_bw")[0] == pytest.approx(770 / 800)


def test_the_section_is_json_and_speaks_only_of_what_is_present():
    entries = [as_json(f, catalogue()) for f in findings(both(medial_arch_index=0.40), LAYOUT)]
    json.dumps(entries, allow_nan=False)
    present = [entry for entry in entries if entry["state"] == "present"]
    assert {entry["rule"] for entry in present} == {"low-arch"}
    assert entries[: len(present)] == present
    for entry in entries:
        assert {"rule", "rule_version", "engine", "evidence", "references", "n", "unit"} <= set(entry)
        assert ("patient" in entry) == (entry["state"] == "present")
    assert "not a diagnosis" in present[0]["guidance"]["disclaimer"]


def learned(days: int, tag: str = "work shoes", **changed: float) -> PersonalBaseline:
    baseline = PersonalBaseline()
    for day in range(days):
        tables = [columns(foot, seed=day, **(NORMAL | changed)) for foot in Foot]
        assert baseline.add_day(date(2026, 1, 1) + timedelta(days=day), tag, tables)
    return baseline


def test_three_days_make_a_baseline_for_their_shoes_only():
    assert learned(2).for_tag("work shoes") is None
    baseline = learned(3)
    assert baseline.for_tag("other shoes") is None
    reference = baseline.for_tag("work shoes")
    assert reference is not None
    assert reference.centre(Foot.LEFT, "force_arch_index") == pytest.approx(0.155, rel=0.02)
    assert np.isnan(reference.centre(Foot.LEFT, "unheard of"))


def test_one_odd_day_hardly_moves_the_baseline():
    baseline = learned(6)
    odd = [columns(foot, **(NORMAL | {"force_arch_index": 0.5})) for foot in Foot]
    baseline.add_day(date(2026, 2, 1), "work shoes", odd)
    reference = baseline.for_tag("work shoes")
    assert reference is not None
    assert reference.centre(Foot.LEFT, "force_arch_index") == pytest.approx(0.155, rel=0.03)
    assert reference.spread(Foot.LEFT, "force_arch_index") < 0.02


def test_too_few_strides_teach_nothing_and_a_day_is_replaced_not_doubled():
    baseline = learned(3)
    short = [columns(foot, strides=30, **NORMAL) for foot in Foot]
    assert not baseline.add_day(date(2026, 3, 1), "work shoes", short)
    baseline.add_day(date(2026, 1, 1), "work shoes", both())
    assert len(baseline.days) == 3


def test_drift_is_found_against_the_own_baseline():
    reference = learned(5).for_tag("work shoes")
    drifted = both(ml_index_heel=0.25, ml_index_forefoot=0.40)
    finding = find("pronation-drift", Foot.LEFT, drifted, reference=reference)
    assert finding.state is State.PRESENT
    assert find("pronation-drift", Foot.LEFT, both(), reference=reference).state is State.ABSENT


def test_a_baseline_is_kept_in_a_file_and_a_broken_one_refused(tmp_path: Path):
    path = tmp_path / "baseline.json"
    baseline = learned(3)
    baseline.save(path)
    assert load_baseline(path).days == baseline.days
    for content in ("{", "[]", '{"schema": "plantigrade.baseline/1", "days": [{"day": "x"}]}'):
        path.write_text(content)
        with pytest.raises(FileError):
            load_baseline(path)


def test_sensor_uncertainty_is_known_for_shares_sums_and_nothing_else():
    table = columns(Foot.LEFT, **NORMAL)
    full = StrideColumns(
        table.foot, table.end_s, table.valid, table.values, np.full(16, 0.05), np.full(16, 20.0)
    )
    medial = medial_of(LAYOUT)
    for metric in ("force_arch_index", "load_share_heel_pct", "ml_index_heel", "mean_force_n"):
        assert sensor_sd(metric, full, LAYOUT.region, medial) > 0
    assert np.isnan(sensor_sd("stride_time_s", full, LAYOUT.region, medial))
    assert np.isnan(sensor_sd("force_arch_index", table, LAYOUT.region, medial))


def test_a_stance_without_two_peaks_has_no_second_one():
    peaks = columns(Foot.LEFT, strides=40, noise=0.0, peak_force_n=800.0, f3_n=770.0, impulse_n_s=385.0)
    values = dict(peaks.values)
    values["f3_n"] = np.where(np.arange(40) < 10, np.nan, 770.0)
    (done,) = completed([StrideColumns(Foot.LEFT, peaks.end_s, peaks.valid, values)], 700.0)
    assert done.of("second_peak_missing").sum() == 10
    unknown = values | {"peak_force_n": np.full(40, np.nan)}
    (none,) = completed([StrideColumns(Foot.LEFT, peaks.end_s, peaks.valid, unknown)], 700.0)
    assert len(none.of("second_peak_missing")) == 0


def test_what_both_feet_carry_is_known_only_with_the_body_weight():
    tables = [
        columns(foot, noise=0.0, impulse_n_s=412.5, stride_time_s=1.1, stance_time_s=0.66) for foot in Foot
    ]
    known = completed(tables, 700.0)
    assert sum(float(table.of("carried_bw")[0]) for table in known) == pytest.approx(750 / 700)
    assert all(len(table.of("carried_bw")) == 0 for table in completed(tables))


def test_the_forefoots_load_is_its_pressure_over_stance_at_700_newtons():
    (done,) = completed([columns(Foot.LEFT, noise=0.0, pti_forefoot_kpa_s=50.0, stance_time_s=0.625)], 800.0)
    assert done.of("forefoot_load_kpa_bw")[0] == pytest.approx(50 / 0.625 * 700 / 800)
