"""Shares of load and sway of people who stand on two insoles, worked out on paper.

Insoles of 250 mm (ball 90 mm, middle line at 45 mm) with sensors at 20 % and 80 % of the length.
"""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait import balance
from plantigrade.gait.signals import Floats, Foot, FootSignal, SensorLayout

from tests.host.pressure.insoles import HEEL, TOES, layout

RATE = 50.0
SHORT = "sway needs 20 s of quiet standing, this span has {} s"
NEED_DISTANCE = "sway of the whole body needs the distance of the feet (--feet-apart-mm)"
NEED_BOTH = "the load of both feet needs both feet"
NEED_PATHS = "sway of the whole body needs the centre of pressure of both feet, in millimetres"


def insole(x_mm: float = 45.0, **changes: object) -> SensorLayout:
    return layout([(x_mm, 50.0), (x_mm, 200.0)], [HEEL, TOES], **changes)  # type: ignore[arg-type]


def foot(
    side: Foot,
    load_n: Floats | float,
    front: Floats | float = 0.5,
    *,
    seconds: float = 30.0,
    place: SensorLayout | None = None,
) -> FootSignal:
    """A foot that carries `load_n`, of it the share `front` at its toes."""
    n = round(seconds * RATE)
    load, toes = np.broadcast_to(load_n, n), np.broadcast_to(front, n)
    force = np.column_stack([load * (1 - toes), load * toes]).astype(np.float32)
    return FootSignal(side, np.arange(n) / RATE, force, place or insole())


def sine(hz: float, amplitude: float, seconds: float = 30.0) -> Floats:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def stand(
    left: FootSignal | None, right: FootSignal | None, to_s: float = 30.0, **how: float
) -> balance.Standing:
    return balance.standing(left, right, RATE, 0.0, to_s, **how)


@pytest.mark.worked_example(
    "standing_left_load_pct",
    "standing_rear_load_pct",
    "standing_left_rear_pct",
    "standing_right_rear_pct",
    "standing_load_shift_sd_pct",
)
def test_shares_of_a_still_stand() -> None:
    """Left 450 N with 40 % in front, right 300 N with 50 %: rear 270 and 150 of 750 N."""
    got = stand(foot(Foot.LEFT, 450, 0.4), foot(Foot.RIGHT, 300, 0.5))
    assert got.left_load_pct == pytest.approx(60)
    assert (got.left_rear_pct, got.right_rear_pct) == pytest.approx((60, 50))
    assert got.rear_load_pct == pytest.approx(56)
    assert got.load_shift_sd_pct == pytest.approx(0, abs=1e-5)
    assert (got.from_s, got.to_s) == (0, 30)


@pytest.mark.worked_example("standing_left_load_pct", "standing_load_shift_sd_pct")
def test_the_left_share_is_a_mean_over_time() -> None:
    """For half of the time 300 of 1000 N, for the other half 700 of 1400: 30 and 50 %, mean 40, SD 10. The
    share of the mean forces would be 41.67 %."""
    early = np.arange(1500) < 750
    got = stand(foot(Foot.LEFT, np.where(early, 300.0, 700.0)), foot(Foot.RIGHT, 700.0))
    assert got.left_load_pct == pytest.approx(40)
    assert got.load_shift_sd_pct == pytest.approx(10)


@pytest.mark.worked_example("standing_left_rear_pct", "standing_rear_load_pct")
def test_the_rear_share_is_that_of_the_load_over_time() -> None:
    """Left: 200 N all behind for half of the time, 600 N all in front for the other: 200 of 800, 25 %. Right:
    400 N half behind, 400 of 800. Together 600 of 1600: 37.5 %."""
    early = np.arange(1500) < 750
    left = foot(Foot.LEFT, np.where(early, 200.0, 600.0), np.where(early, 0.0, 1.0))
    got = stand(left, foot(Foot.RIGHT, 400.0, 0.5))
    assert (got.left_rear_pct, got.right_rear_pct) == pytest.approx((25, 50))
    assert got.rear_load_pct == pytest.approx(37.5)


def test_only_the_span_counts_its_end_left_out() -> None:
    """From 10 s to 20 s all is on the left foot, before and after it is shared; 5 s of it are taken."""
    t = np.arange(1500) / RATE
    inside = (t >= 10) & (t < 15)
    left = foot(Foot.LEFT, np.where(inside, 600.0, 300.0))
    right = foot(Foot.RIGHT, np.where(inside, 0.0, 300.0))
    got = balance.standing(left, right, RATE, 10.0, 15.0)
    assert got.left_load_pct == 100
    assert got.load_shift_sd_pct == 0
    assert (got.from_s, got.to_s) == (10, 15)
    later = balance.standing(left, right, RATE, 10.02, 15.02)
    assert later.left_load_pct == pytest.approx(100 - 50 / 250)


def test_forces_below_zero_count_as_nothing_and_missing_samples_not_at_all() -> None:
    left, right = foot(Foot.LEFT, 400.0, 0.5), foot(Foot.RIGHT, 400.0, 0.5)
    left.force_n[:, 0] = -200
    left.force_n[100:200] = right.force_n[100:200] = np.nan
    got = stand(left, right)
    assert got.left_load_pct == pytest.approx(100 / 3)
    assert got.left_rear_pct == 0


def test_moments_in_which_nothing_is_loaded_have_no_share() -> None:
    empty = np.arange(1500) < 300
    got = stand(foot(Foot.LEFT, np.where(empty, 0, 300)), foot(Foot.RIGHT, np.where(empty, 0, 700)))
    assert got.left_load_pct == pytest.approx(30)
    assert got.load_shift_sd_pct == pytest.approx(0, abs=1e-5)


def test_empty_insoles_have_no_shares() -> None:
    got = stand(foot(Foot.LEFT, 0.0), foot(Foot.RIGHT, 0.0))
    for name in ("left_load_pct", "rear_load_pct", "left_rear_pct", "right_rear_pct", "load_shift_sd_pct"):
        assert np.isnan(getattr(got, name)), name
    assert got.left is None
    assert got.right is None


@pytest.mark.worked_example("path_mm", "mean_velocity_mm_per_s", "range_y_mm", "rms_y_mm")
def test_sway_of_each_foot_in_its_own_insole() -> None:
    """Left: the front carries 0.5 + 0.1 sin(2 pi t / 2): y = 125 + 15 sin, 15 times in 30 s: 900 mm, 30 mm/s,
    range 30, RMS 10.607 mm. The low-pass keeps 0.99999 of it. Right: 0.2 sin at 1 Hz: 60 mm and 30 times."""
    got = stand(foot(Foot.LEFT, 400.0, 0.5 + sine(0.5, 0.1)), foot(Foot.RIGHT, 400.0, 0.5 + sine(1.0, 0.2)))
    assert got.left is not None
    assert got.right is not None
    assert got.left.path_mm == pytest.approx(900, rel=2e-3)
    assert got.left.mean_velocity_mm_per_s == pytest.approx(30, rel=2e-3)
    assert (got.left.range_y_mm, got.left.range_x_mm) == pytest.approx((30, 0), abs=1e-3)
    assert got.left.rms_y_mm == pytest.approx(10.6066, rel=1e-4)
    assert got.right.range_y_mm == pytest.approx(60, rel=3e-3)
    assert got.right.path_mm == pytest.approx(3600, rel=5e-3)
    assert got.left.duration_s == pytest.approx(29.98)


def test_sway_of_a_foot_is_low_passed_once() -> None:
    """15 mm at 10 Hz become 7.5 mm."""
    got = stand(foot(Foot.LEFT, 400.0, 0.5 + sine(10.0, 0.1)), foot(Foot.RIGHT, 400.0))
    assert got.left is not None
    assert got.left.rms_y_mm == pytest.approx(7.5 / np.sqrt(2), rel=0.01)


def both(left: FootSignal, right: FootSignal, feet_apart_mm: float) -> balance.Sway:
    got = stand(left, right, feet_apart_mm=feet_apart_mm).both
    assert got is not None
    return got


@pytest.mark.worked_example("range_x_mm", "rms_x_mm", "range_y_mm")
def test_the_body_sways_when_load_goes_from_foot_to_foot() -> None:
    """Middle lines 200 mm apart, both centres on them: the left share 0.5 + 0.1 sin moves the body by -20 sin
    mm: range 40, RMS 14.142."""
    left, right = foot(Foot.LEFT, 400 + sine(0.5, 80)), foot(Foot.RIGHT, 400 - sine(0.5, 80))
    got = both(left, right, 200.0)
    assert got.range_x_mm == pytest.approx(40, rel=1e-3)
    assert got.rms_x_mm == pytest.approx(14.1421, rel=1e-4)
    assert got.range_y_mm == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("left_x", "right_x", "apart", "range_x"),
    [
        (60.0, 60.0, 200.0, 46.0),
        (30.0, 30.0, 200.0, 34.0),
        (60.0, 45.0, 200.0, 43.0),
        (45.0, 45.0, 300.0, 60.0),
    ],
)
def test_the_feets_own_centres_lie_to_either_side_of_the_body(
    left_x: float, right_x: float, apart: float, range_x: float
) -> None:
    """A tenth of the load to either side moves the body by a tenth of the way between the feet's centres:
    with both 15 mm lateral of their middle lines that way is 230 mm."""
    left = foot(Foot.LEFT, 400 + sine(0.5, 80), place=insole(left_x))
    right = foot(Foot.RIGHT, 400 - sine(0.5, 80), place=insole(right_x))
    assert both(left, right, apart).range_x_mm == pytest.approx(range_x, rel=1e-3)


def wide() -> SensorLayout:
    """Medial and lateral sensors 20 mm to either side of the middle line."""
    return layout([(25.0, 125.0), (65.0, 125.0)], [HEEL, TOES])


def test_a_foot_that_rolls_outwards_moves_the_body_to_its_own_side() -> None:
    """The left foot carries 600 of 800 N and its centre goes 10 mm lateral and back: the body 7.5 mm to the
    left. The right foot with 200 N moves lateral at the same time: 2.5 mm to the right. Together 5 mm."""
    left = foot(Foot.LEFT, 600.0, 0.5 + sine(0.5, 0.25), place=wide())
    right = foot(Foot.RIGHT, 200.0, 0.5 + sine(0.5, 0.25), place=wide())
    still = foot(Foot.RIGHT, 200.0, 0.5, place=wide())
    assert both(left, still, 200.0).range_x_mm == pytest.approx(15, rel=1e-3)
    assert both(left, right, 200.0).range_x_mm == pytest.approx(10, rel=1e-3)


def test_the_body_leans_forward_by_the_load_weighted_mean() -> None:
    """Left 600 N sways by 15 mm, right 200 N by 30 mm against it: 11.25 - 7.5 = 3.75 mm: range 7.5."""
    left, right = foot(Foot.LEFT, 600.0, 0.5 + sine(0.5, 0.1)), foot(Foot.RIGHT, 200.0, 0.5 - sine(0.5, 0.2))
    assert both(left, right, 200.0).range_y_mm == pytest.approx(7.5, rel=2e-3)


@pytest.mark.worked_example("ellipse_angle_deg")
def test_x_of_the_body_is_to_its_right_and_y_forward() -> None:
    """The load goes to the right foot by 20 sin mm as both feet lean forward by 20 sin mm: 45 degrees; to the
    left foot: -45."""
    lean = 0.5 + sine(0.5, 20 / 150)
    light, heavy = 400 - sine(0.5, 80), 400 + sine(0.5, 80)
    for left_n, right_n, angle in ((light, heavy, 45.0), (heavy, light, -45.0)):
        got = both(foot(Foot.LEFT, left_n, lean), foot(Foot.RIGHT, right_n, lean), 200.0)
        assert got.ellipse_angle_deg == pytest.approx(angle, abs=0.01)


def test_sway_of_the_body_is_low_passed_once() -> None:
    """Both feet sway by 15 mm at 10 Hz: half of it is left, not a quarter."""
    front = 0.5 + sine(10.0, 0.1)
    got = both(foot(Foot.LEFT, 400.0, front), foot(Foot.RIGHT, 400.0, front), 200.0)
    assert got.rms_y_mm == pytest.approx(7.5 / np.sqrt(2), rel=0.01)


def test_notes_of_a_whole_stand() -> None:
    left, right = foot(Foot.LEFT, 400.0), foot(Foot.RIGHT, 400.0)
    assert stand(left, right, feet_apart_mm=200.0).notes == ()
    assert stand(left, right).notes == (NEED_DISTANCE,)
    assert stand(left, right).both is None


@pytest.mark.parametrize(("seconds", "sways"), [(20.0, True), (19.9, False)])
def test_sway_needs_20_s(seconds: float, sways: bool) -> None:
    left, right = foot(Foot.LEFT, 400.0), foot(Foot.RIGHT, 400.0)
    got = stand(left, right, to_s=seconds, feet_apart_mm=200.0)
    assert (got.left is not None) is sways
    assert (got.right is not None) is sways
    assert (got.both is not None) is sways
    assert got.notes == (() if sways else (SHORT.format("19.9"),))
    assert got.left_load_pct == pytest.approx(50)


def test_one_foot_sways_alone_and_has_no_share() -> None:
    for side in Foot:
        one = foot(side, 400.0, 0.3)
        got = stand(one, None) if side is Foot.LEFT else stand(None, one)
        assert np.isnan(got.left_load_pct)
        assert np.isnan(got.load_shift_sd_pct)
        assert got.rear_load_pct == pytest.approx(70)
        assert got.notes == (NEED_BOTH,)
        assert (got.left is None, got.right is None) == (side is Foot.RIGHT, side is Foot.LEFT)
        assert np.isnan(got.right_rear_pct if side is Foot.LEFT else got.left_rear_pct)


def test_standing_needs_a_foot() -> None:
    with pytest.raises(ValueError, match="standing needs at least one foot"):
        stand(None, None)


@pytest.mark.parametrize(("load", "sways"), [(50.1, True), (50.0, True), (49.9, False)])
def test_a_foot_that_carries_less_than_50_n_has_no_sway(load: float, sways: bool) -> None:
    got = stand(foot(Foot.LEFT, load), foot(Foot.RIGHT, 400.0))
    assert (got.left is not None) is sways
    assert got.right is not None


def test_the_load_of_a_foot_is_judged_by_its_median() -> None:
    """45 N for 40 % of the time, 400 N for the rest."""
    light = np.arange(1500) % 10 < 4
    assert stand(foot(Foot.LEFT, np.where(light, 45.0, 400.0)), None).left is not None
    assert stand(foot(Foot.LEFT, np.where(~light, 45.0, 400.0)), None).left is None


def test_without_places_there_are_loads_but_neither_rear_nor_sway() -> None:
    blind = replace(foot(Foot.LEFT, 600.0), layout=None)
    got = stand(blind, foot(Foot.RIGHT, 200.0, 0.25), feet_apart_mm=200.0)
    assert got.left_load_pct == pytest.approx(75)
    assert np.isnan(got.left_rear_pct)
    assert np.isnan(got.rear_load_pct)
    assert got.right_rear_pct == pytest.approx(75)
    assert got.left is None
    assert got.both is None
    assert got.notes == (NEED_PATHS,)


@pytest.mark.parametrize("side", Foot)
def test_places_on_an_arbitrary_scale_give_shares_but_no_sway(side: Foot) -> None:
    feet = {one: foot(one, 400.0, 0.3, place=insole(relative=one is side)) for one in Foot}
    got = stand(feet[Foot.LEFT], feet[Foot.RIGHT], feet_apart_mm=200.0)
    assert (got.left_rear_pct, got.right_rear_pct) == pytest.approx((70, 70))
    assert (got.left is None, got.right is None) == (side is Foot.LEFT, side is Foot.RIGHT)
    assert got.both is None
    assert got.notes == (NEED_PATHS,)


@pytest.mark.worked_example("standing_left_load_pct", "standing_load_shift_sd_pct")
def test_shares_are_those_of_the_same_moment_where_a_foot_lost_samples() -> None:
    """The left foot carries 400 and 600 of 1000 N in turn, a second each; its first second is lost. Moments
    of both feet: 14 of 40 and 15 of 60 %: mean 50.345, SD 9.994. The feet's samples one by one would be 400
    beside 400 N."""
    heavy = np.arange(1500) % 100 >= 50
    left, right = foot(Foot.LEFT, np.where(heavy, 600, 400)), foot(Foot.RIGHT, np.where(heavy, 400, 600))
    left.force_n[:50] = np.nan
    got = stand(left, right)
    assert got.left_load_pct == pytest.approx(40 + 20 * 15 / 29)
    assert got.load_shift_sd_pct == pytest.approx(20 * np.sqrt(14 * 15) / 29)
    turned = stand(replace(right, foot=Foot.LEFT), replace(left, foot=Foot.RIGHT))
    assert turned.left_load_pct == pytest.approx(60 - 20 * 15 / 29)


@pytest.mark.parametrize(("late_s", "shares"), [(0.0, True), (0.009, True), (-0.009, True), (0.5, False)])
def test_the_feets_samples_need_not_fall_on_the_same_instant(late_s: float, shares: bool) -> None:
    """At 50 samples a second they belong together up to 10 ms apart; who walks half a second later does not
    stand alike. Left 40 and 60 % in turn, ten samples each."""
    heavy = np.arange(1500) % 20 >= 10
    left, right = foot(Foot.LEFT, np.where(heavy, 600, 400)), foot(Foot.RIGHT, np.where(heavy, 400, 600))
    got = stand(left, replace(right, time_s=right.time_s + late_s))
    assert (got.load_shift_sd_pct == pytest.approx(10, abs=0.01)) is shares


def test_feet_that_lost_different_samples_have_no_common_path() -> None:
    for lost in (slice(5, 6), slice(0, 0)):
        for side in (0, 1):
            feet = foot(Foot.LEFT, 400.0), foot(Foot.RIGHT, 100.0)
            feet[side].force_n[100] = np.nan
            feet[1 - side].force_n[lost] = np.nan
            got = stand(*feet, feet_apart_mm=200.0)
            assert got.both is None
            assert got.notes == (NEED_PATHS,)
            assert got.left_load_pct == pytest.approx(80)


def test_the_body_sways_where_both_feet_were_recorded() -> None:
    """The left foot's first 2 s are lost, the right foot is 8 ms late: 28 s of both, in which the load goes
    from foot to foot as above: 40 mm at 0.5 Hz, 14 times."""
    left, right = foot(Foot.LEFT, 400 + sine(0.5, 80)), foot(Foot.RIGHT, 400 - sine(0.5, 80))
    left.force_n[:100] = np.nan
    got = both(left, replace(right, time_s=right.time_s + 0.008), 200.0)
    assert got.duration_s == pytest.approx(27.98)
    assert got.range_x_mm == pytest.approx(40, rel=1e-3)
    assert got.path_mm == pytest.approx(80 * 14, rel=3e-3)


def test_feet_without_a_common_moment_have_no_common_path() -> None:
    left, right = foot(Foot.LEFT, 400.0), foot(Foot.RIGHT, 400.0)
    left.force_n[750:] = right.force_n[:750] = np.nan
    got = stand(left, right, feet_apart_mm=200.0)
    assert got.both is None
    assert np.isnan(got.left_load_pct)


def test_feet_that_lost_the_same_samples_have_one() -> None:
    left, right = foot(Foot.LEFT, 400.0), foot(Foot.RIGHT, 100.0)
    left.force_n[100] = right.force_n[100] = np.nan
    assert stand(left, right, feet_apart_mm=200.0).both is not None


def test_over_a_foot_that_is_in_the_air_the_body_stands_on_the_other() -> None:
    """Midway between the feet, 200 mm apart, then for 10 of 30 s over the right foot, 100 mm aside."""
    t = np.arange(1500) / RATE
    load = np.where((t >= 10.0) & (t < 20.0), 0.0, 400.0)
    got = stand(foot(Foot.LEFT, load), foot(Foot.RIGHT, 800.0 - load), feet_apart_mm=200.0)
    assert got.left is None and got.right is not None
    assert got.left_rear_pct == pytest.approx(50)
    assert got.both is not None and got.both.range_x_mm == pytest.approx(100.0, rel=0.2)
    assert got.both.range_y_mm == pytest.approx(0.0, abs=1e-6)


def test_a_body_that_is_in_the_air_has_no_path() -> None:
    load = np.full(1500, 400.0)
    load[700] = 0.0
    got = stand(foot(Foot.LEFT, load), foot(Foot.RIGHT, load), feet_apart_mm=200.0)
    assert got.both is None
    assert "sway of the whole body needs a load on the insoles throughout" in got.notes


def test_a_span_without_samples_has_nothing() -> None:
    got = balance.standing(foot(Foot.LEFT, 400.0), foot(Foot.RIGHT, 400.0), RATE, 100.0, 130.0)
    assert np.isnan(got.left_load_pct)
    assert np.isnan(got.rear_load_pct)
    assert got.left is None
