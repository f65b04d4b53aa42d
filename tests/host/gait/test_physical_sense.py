"""What must hold of any walk: properties of the figures under changes whose effect physics tells.

Walks are drawn with random durations and shapes; each property changes the samples and says what may change.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import STRIDE_UNITS, Analysis, FootAnalysis
from plantigrade.gait.signals import Floats, Foot, FootSignal, Walk
from plantigrade.gait.tested_range import GaitKind

from tests.host.gait.drawn import Corners
from tests.host.gait.hand_walk import hand_walk, signal_of, total_of
from tests.host.gait.square import LAYOUT

TIMES = [name for name, unit in STRIDE_UNITS.items() if unit in ("s", "%")]
FORCES = [name for name, unit in STRIDE_UNITS.items() if unit.startswith("N")]
FEW = settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""A few walks; one that fails does not become plainer by shrinking."""


def humps(stance_s: float, first_n: float, valley_n: float, third_n: float) -> Corners:
    """A stance with two humps; flanks take 0.12 and 0.15 of it."""
    shares = [0.0, 0.12, 0.25, 0.45, 0.55, 0.75, 0.85, 1.0]
    force = [0.0, 0.8 * first_n, first_n, valley_n, valley_n, third_n, third_n, 0.0]
    return [(share * stance_s, value) for share, value in zip(shares, force, strict=True)]


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """Nine strides a foot of unequal length, step, stance and force, with four sensors a foot."""
    count = 9
    stride_s = draw(st.floats(0.9, 1.5))
    step_share = draw(st.floats(0.45, 0.55))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    contact = 1.0 + np.concatenate([[0.0], np.cumsum(stride_s * random.uniform(0.97, 1.03, count))])
    feet: list[FootSignal] = []
    time = np.arange(round(100.0 * (contact[-1] + 2.5 * stride_s))) / 100.0
    for foot, late in ((Foot.LEFT, 0.0), (Foot.RIGHT, step_share * stride_s)):
        weight_n = draw(st.floats(350.0, 900.0))
        first, third = draw(st.floats(0.95, 1.3)), draw(st.floats(0.95, 1.3))
        stance_s = draw(st.floats(0.62, 0.7)) * stride_s
        shapes = [
            humps(stance_s * scale, first * weight_n, 0.7 * weight_n, third * weight_n)
            for scale in random.uniform(0.98, 1.02, count + 1)
        ]
        total = total_of((contact + late).tolist(), shapes, time)
        heel = np.array([0.3, 0.25, 0.25, 0.2])
        feet.append(FootSignal(foot, time, (total[:, None] * heel).astype(np.float32), LAYOUT))
    return Walk(feet[0], feet[1], 100.0)


def pair(analysis: Analysis) -> tuple[FootAnalysis, FootAnalysis]:
    assert analysis.left is not None and analysis.right is not None
    return analysis.left, analysis.right


def changed(walk: Walk, force: float = 1.0, level: float = 0.0, later_s: float = 0.0) -> Walk:
    """The walk with all forces scaled, a level added to each sensor, and all times moved."""
    feet = {
        foot.foot: replace(
            foot,
            time_s=foot.time_s + later_s,
            force_n=(foot.force_n * np.float32(force) + np.float32(level)).astype(np.float32),
        )
        for foot in walk.feet
    }
    return Walk(feet.get(Foot.LEFT), feet.get(Foot.RIGHT), walk.sample_rate_hz)


def same(a: Floats, b: Floats, **tolerance: float) -> None:
    assert a == pytest.approx(b, nan_ok=True, **tolerance)


def compare(one: FootAnalysis, other: FootAnalysis, force: float = 1.0) -> None:
    """Every column of two feet's tables: times alike, forces by the factor."""
    assert len(one.strides) == len(other.strides) > 5
    for name in TIMES:
        same(getattr(other.strides, name), getattr(one.strides, name), abs=2e-4 if "pct" in name else 2e-6)
    for name in FORCES:
        same(getattr(other.strides, name), force * getattr(one.strides, name), rel=2e-5, abs=1e-3)
    assert (one.strides.reason == other.strides.reason).all()


@FEW
@given(walk=walks(), factor=st.floats(0.3, 4.0))
def test_scaling_all_forces_scales_forces_and_leaves_times(walk: Walk, factor: float) -> None:
    plain, scaled = analyze(walk), analyze(changed(walk, factor))
    for one, other in zip(plain.feet, scaled.feet, strict=True):
        compare(one, other, factor)
        for name in ("fti_heel_n_s", "peak_pressure_kpa"):
            before, after = one.strides.pressure_column(name), other.strides.pressure_column(name)
            same(after, factor * before, rel=2e-5, abs=1e-3)
        for name in ("load_share_heel_pct", "ml_index_heel", "rear_load_pct", "cop_mean_y_pct"):
            same(other.strides.pressure_column(name), one.strides.pressure_column(name), rel=2e-5, abs=1e-5)
    assert scaled.body_weight_n == pytest.approx(factor * (plain.body_weight_n or 0.0), rel=2e-5)
    assert scaled.both["steps"].value == plain.both["steps"].value


@FEW
@given(walk=walks())
def test_swapping_the_feet_swaps_left_and_right(walk: Walk) -> None:
    assert walk.left is not None and walk.right is not None
    swapped = Walk(replace(walk.right, foot=Foot.LEFT), replace(walk.left, foot=Foot.RIGHT), 100.0)
    plain, other = analyze(walk), analyze(swapped)
    compare(pair(plain)[0], pair(other)[1])
    compare(pair(plain)[1], pair(other)[0])
    for name, figure in plain.both.items():
        value = other.both[name].value
        if name.startswith("symmetry") and figure.value is not None:
            assert value == pytest.approx(-figure.value, abs=1e-6), name
        elif figure.value is None or name.startswith("phase") or name == "phase_coordination_index_pct":
            continue
        else:
            assert value == pytest.approx(figure.value, rel=1e-9), name
    assert other.body_weight_n == pytest.approx(plain.body_weight_n)
    assert [bout.strides_left for bout in other.bouts] == [bout.strides_right for bout in plain.bouts]


@FEW
@given(walk=walks(), later_s=st.floats(-5000.0, 50_000.0))
def test_shifting_time_shifts_events_and_nothing_else(walk: Walk, later_s: float) -> None:
    plain, shifted = analyze(walk), analyze(changed(walk, later_s=later_s))
    for one, other in zip(plain.feet, shifted.feet, strict=True):
        compare(one, other)
        same(other.initial_contact_s - later_s, one.initial_contact_s, abs=2e-6)
        same(other.final_contact_s - later_s, one.final_contact_s, abs=2e-6)
    assert shifted.from_s - later_s == pytest.approx(plain.from_s, abs=1e-6)
    assert [(b.from_s - later_s, b.steps) for b in shifted.bouts] == [
        (pytest.approx(b.from_s, abs=2e-6), b.steps) for b in plain.bouts
    ]


@FEW
@given(walk=walks(), level=st.floats(0.5, 60.0))
def test_a_constant_load_on_every_sensor_moves_levels_and_pressures_alone(walk: Walk, level: float) -> None:
    """Forces and loads are above the level in swing; pressures are as measured: 10 kPa for 1 N on 1 cm2."""
    plain, pressed = analyze(walk), analyze(changed(walk, level=level))
    for one, other in zip(plain.feet, pressed.feet, strict=True):
        compare(one, other)
        assert other.swing_level - one.swing_level == pytest.approx(4 * level, rel=1e-4)
        assert other.stance_level - one.stance_level == pytest.approx(4 * level, rel=1e-4)
        inner = slice(1, None)  # before the first contact there may be no swing to tell the level
        peaks = (foot.strides.pressure_column("peak_pressure_kpa")[inner] for foot in (one, other))
        before, after = peaks
        same(after - before, np.full(len(before), 10.0 * level), rel=1e-3)
        for name in ("load_share_heel_pct", "rear_load_pct", "fti_heel_n_s"):
            columns = (foot.strides.pressure_column(name)[inner] for foot in (one, other))
            before, after = columns
            same(after, before, rel=2e-3)
    if pressed.gait.kind is GaitKind.SHUFFLING:
        assert pressed.body_weight_n is None  # what presses in swing may be the body
    else:
        assert pressed.body_weight_n == pytest.approx(plain.body_weight_n, rel=1e-4)


@FEW
@given(walk=walks())
def test_phases_add_up(walk: Walk) -> None:
    for foot in analyze(walk).feet:
        table = foot.strides
        same(table.stance_time_s + table.swing_time_s, table.stride_time_s, abs=1e-9)
        same(table.stance_pct + table.swing_pct, np.full(len(table), 100.0), abs=1e-9)
        parts = table.initial_double_support_s + table.single_support_s + table.terminal_double_support_s
        known = np.isfinite(parts)
        assert known.sum() >= len(table) - 1
        same(parts[known], table.stance_time_s[known], abs=1e-9)
        shares = [table.pressure_column(f"load_share_{name}_pct") for name in ("heel", "forefoot")]
        same(np.sum(shares, axis=0), np.full(len(table), 100.0), abs=1e-6)
        assert (table.f1_n <= table.peak_force_n + 1e-9).all() and (
            table.f3_n <= table.peak_force_n + 1e-9
        ).all()
        assert (table.f2_n < np.minimum(table.f1_n, table.f3_n)).all()
        assert (table.f1_time_pct < table.f2_time_pct).all() and (table.f2_time_pct < table.f3_time_pct).all()
        same(table.mean_force_n * table.stance_time_s, table.impulse_n_s, rel=1e-9)
    left, right = pair(analyze(walk))
    # a left step ends where the right step after it begins: together they are a stride
    count = min(len(left.strides), len(right.strides))
    steps = left.strides.step_time_s[:count] + right.strides.step_time_s[:count]
    same(
        steps,
        right.strides.next_initial_contact_s[:count] - right.strides.initial_contact_s[:count],
        abs=1e-9,
    )


@FEW
@given(
    weight_n=st.floats(300.0, 1200.0),
    stride_s=st.floats(0.9, 1.6),
    double_share=st.floats(0.08, 0.18),
)
def test_both_feet_carry_the_body_on_average(weight_n: float, stride_s: float, double_share: float) -> None:
    """Load passes evenly from foot to foot in each double support, so that both together always carry the
    weight: it is found to 1 %, whatever the shares of stance. A foot alone, taken twice, carries it, too."""
    ramp = double_share * stride_s
    stance = 0.5 * stride_s + ramp
    shape: Corners = [(0.0, 0.0), (ramp, weight_n), (stance - ramp, weight_n), (stance, 0.0)]
    time = np.arange(round(100.0 * 14 * stride_s)) / 100.0
    rises = [1.0 + stride_s * number for number in range(12)]
    late = [rise + 0.5 * stride_s for rise in rises]
    left = signal_of(Foot.LEFT, time, total_of(rises, shape, time))
    right = signal_of(Foot.RIGHT, time, total_of(late, shape, time))
    assert analyze(Walk(left, right, 100.0)).body_weight_n == pytest.approx(weight_n, rel=0.01)
    assert analyze(Walk(left, None, 100.0)).body_weight_n == pytest.approx(weight_n, rel=0.01)


RESAMPLED = {
    # name: (left, right) as worked out at 100 Hz, and how far another rate may be from it
    "stride_time_s": (1.2, 1.2, 0.005),
    "stance_time_s": (0.788, 0.740, 0.006),
    "double_support_s": (0.328, 0.328, 0.006),
    "peak_force_n": (900.0, 700.0, 2.0),
    "f1_n": (800.0, 700.0, 2.0),
    "f2_n": (500.0, 420.0, 2.0),
    "f3_n": (900.0, 660.0, 2.0),
    "f1_time_pct": (22.97, 30.0, 1.5),
    "f3_time_pct": (69.92, 67.84, 1.5),
    "loading_rate_n_per_s": (8000.0, 4000.0, 250.0),
    "push_off_rate_n_per_s": (6000.0, 3275.0, 150.0),
    "impulse_n_s": (469.5, 326.26, 0.6),
}


@pytest.mark.parametrize("rate_hz", [50.0, 120.0, 128.0, 200.0, 400.0])
def test_another_sampling_rate_changes_figures_within_stated_bounds(rate_hz: float) -> None:
    """Times by 6 ms, forces by 2 N, rates by 7 %, the impulse by 0.2 %."""
    found = analyze(hand_walk(12, rate_hz=rate_hz))
    for name, (left, right, bound) in RESAMPLED.items():
        for foot, value in zip(pair(found), (left, right), strict=True):
            assert getattr(foot.strides, name)[1:-1] == pytest.approx(value, abs=bound), (name, foot.foot)
    assert found.both["steps"].value == 24.0


@FEW
@given(walk=walks(), start=st.floats(0.2, 0.8), length_s=st.floats(0.03, 2.0), nan=st.booleans())
def test_missing_samples_take_their_strides_and_no_others(
    walk: Walk, start: float, length_s: float, nan: bool
) -> None:
    """Left loses a span, as rows that are not numbers or as rows that are not there: no stride of either foot
    that the result holds crosses it with phases of left, and all others are as without it."""
    left = walk.left
    assert left is not None
    from_s = float(left.time_s[int(start * len(left))])
    lost = (left.time_s >= from_s) & (left.time_s < from_s + length_s)
    if nan:
        force = left.force_n.copy()
        force[lost] = np.nan
        holed = replace(left, force_n=force)
    else:
        holed = replace(left, time_s=left.time_s[~lost], force_n=left.force_n[~lost])
    to_s = float(left.time_s[np.flatnonzero(lost)[-1]]) + 0.01
    plain, found = analyze(walk), analyze(Walk(holed, walk.right, 100.0))
    accounting = pair(found)[0].accounting
    assert accounting.samples_missing == lost.sum()
    assert accounting.samples_spanned == accounting.samples_used + accounting.samples_missing
    assert len(accounting.gaps) == 1 and len(pair(found)[1].accounting.gaps) == 0
    complete, retained = pair(plain)[0].strides, pair(found)[0].strides
    assert not ((retained.initial_contact_s < to_s) & (retained.next_initial_contact_s > from_s)).any()
    clear = (complete.next_initial_contact_s < from_s - 0.3) | (complete.initial_contact_s > to_s + 0.4)
    for row in np.flatnonzero(clear):
        (again,) = np.flatnonzero(
            np.abs(retained.initial_contact_s - complete.initial_contact_s[row]) < 0.001
        )
        for name in ("stride_time_s", "stance_time_s"):
            assert getattr(retained, name)[again] == pytest.approx(getattr(complete, name)[row], abs=2e-4)
        for name in ("f1_n", "impulse_n_s"):
            assert getattr(retained, name)[again] == pytest.approx(getattr(complete, name)[row], rel=1e-6)
    other = pair(found)[1].strides
    crossing = (other.initial_contact_s < to_s) & (other.next_initial_contact_s > from_s)
    assert np.isnan(other.double_support_s[crossing]).all() and np.isnan(other.step_time_s[crossing]).all()
    same(other.stride_time_s, pair(plain)[1].strides.stride_time_s, abs=1e-9)


@FEW
@given(walk=walks())
def test_mirroring_the_insoles_flips_medial_and_lateral(walk: Walk) -> None:
    layout = replace(LAYOUT, x_mm=100.0 - LAYOUT.x_mm)
    feet = [replace(foot, layout=layout) for foot in walk.feet]
    plain, mirrored = analyze(walk), analyze(Walk(feet[0], feet[1], 100.0))
    for one, other in zip(plain.feet, mirrored.feet, strict=True):
        compare(one, other)
        for name in ("ml_index_heel", "ml_index_forefoot"):
            same(other.strides.pressure_column(name), -one.strides.pressure_column(name), abs=1e-6)
        width_pct = one.strides.pressure_column("cop_mean_x_pct")
        assert (width_pct > 0).all()
        for name in ("load_share_heel_pct", "cop_mean_y_pct", "gait_line_length_mm"):
            same(other.strides.pressure_column(name), one.strides.pressure_column(name), abs=1e-3)
