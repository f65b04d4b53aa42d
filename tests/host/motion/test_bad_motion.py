"""Motion that is not as it should be: found and said, or flagged on the strides that it touches."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.motion.axes import aligned, signed_orders
from plantigrade.gait.signals import Floats, Foot, Motion, Walk
from plantigrade.imports.formats import read
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings import reader

from tests.host.motion.drawn_feet import RATE_HZ, Strides, walk_of

MADE = Strides(count=8, outwards_deg=5.0, aside_m=0.03)
EXCHANGED = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
TURNED = [order for order in signed_orders() if np.linalg.det(order) > 0]


def moved(walk: Walk, acc: Floats, gyr: Floats) -> Walk:
    """The walk with its motion multiplied by (3, 3) matrices."""

    def change(foot):
        motion = foot.motion
        changed = Motion(
            (motion.acc_m_s2 @ acc.T).astype(np.float32), (motion.gyr_deg_s @ gyr.T).astype(np.float32)
        )
        return replace(foot, motion=changed)

    return replace(walk, left=change(walk.left), right=change(walk.right))


def put_right(walk: Walk) -> tuple[Walk, tuple[str, ...]]:
    found = aligned([(foot.foot, foot.time_s, foot.motion) for foot in walk.feet], walk.sample_rate_hz)
    left, right = (found[foot.foot] for foot in walk.feet)
    notes = (*left.notes, *right.notes)
    return replace(
        walk, left=replace(walk.left, motion=left.motion), right=replace(walk.right, motion=right.motion)
    ), notes


def lengths(walk: Walk) -> list[float]:
    return [float(v) for foot in analyze(walk).feet for v in foot.strides.stride_length_m[1:-1]]


def angles(walk: Walk) -> list[float]:
    return [float(v) for foot in analyze(walk).feet for v in foot.strides.foot_progression_deg[1:-1]]


@pytest.mark.parametrize("order", TURNED, ids=lambda order: str(order.astype(int).tolist()))
def test_however_the_sensor_is_turned_in_the_shoe_it_is_found(order: Floats) -> None:
    """Axes exchanged, upside down, back to front: all 24 ways to turn it."""
    walk, notes = put_right(moved(walk_of(MADE), order, order))
    assert lengths(walk) == pytest.approx([1.2] * 10, abs=0.01)
    assert angles(walk) == pytest.approx([5.0] * 10, abs=0.3)
    assert bool(notes) != np.array_equal(order, np.eye(3))
    assert any("upside down" in note for note in notes) == (order[2, 2] < 0)


def test_x_that_runs_from_medial_to_lateral_on_both_feet_is_understood() -> None:
    """As the insole's own x does: the left foot's axes are left-handed then."""
    walk = walk_of(MADE)
    mirror = np.diag([-1.0, 1.0, 1.0])
    left = moved(walk, mirror, mirror).left
    walk, notes = put_right(replace(walk, left=left))
    assert notes == ()
    assert angles(walk) == pytest.approx([5.0] * 10, abs=0.3)


def test_axes_of_rotation_that_are_not_those_of_acceleration_are_put_right_and_said() -> None:
    walk, notes = put_right(moved(walk_of(MADE), EXCHANGED, np.eye(3)))
    assert all("exchanged or mirrored" in note for note in notes[::2])
    assert lengths(walk) == pytest.approx([1.2] * 10, abs=0.01)
    assert np.isnan(angles(walk)).all(), "which side is left cannot be told"


@pytest.mark.parametrize("long_rows", [1 << 19, 100], ids=["in memory", "in the file"])
def test_angles_to_the_side_stay_withheld_in_a_library(
    long_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LONG_ROWS", long_rows)
    mirrored, _ = put_right(moved(walk_of(MADE), EXCHANGED, np.eye(3)))
    with Library(tmp_path) as library:
        mixed = replace(mirrored, right=walk_of(MADE).right)
        walk = library.open(library.import_walk(mixed).id).walk()
    found = analyze(walk)
    assert np.isnan(found.left.strides.foot_progression_deg).all()
    assert found.left.strides.stride_length_m[1:-1] == pytest.approx(1.2, abs=0.01)
    assert found.right.strides.foot_progression_deg[1:-1] == pytest.approx(5.0, abs=0.2)


def test_units_of_g_and_radians_are_found_and_said() -> None:
    walk, notes = put_right(moved(walk_of(MADE), np.eye(3) / 9.80665, np.eye(3) * np.pi / 180.0))
    assert any("in g" in note for note in notes)
    assert any("rad/s" in note for note in notes)
    assert lengths(walk) == pytest.approx([1.2] * 10, abs=0.01)


def test_an_acceleration_that_is_no_acceleration_is_left_out() -> None:
    walk, notes = put_right(moved(walk_of(MADE), 3.0 * np.eye(3), np.eye(3)))
    assert all("left out" in note for note in notes)
    assert np.isnan(lengths(walk)).all()


def changed(change) -> Walk:
    """The walk with the left foot's motion changed in place: `change(time_s, acc, gyr)`."""
    walk = walk_of(MADE)
    motion = walk.left.motion
    acc, gyr = motion.acc_m_s2.copy(), motion.gyr_deg_s.copy()
    change(walk.left.time_s, acc, gyr)
    return replace(walk, left=replace(walk.left, motion=Motion(acc, gyr)))


def test_half_a_second_of_lost_samples_takes_its_stride_and_no_other() -> None:
    def lose(time_s, acc, gyr):
        gone = (time_s > 5.1) & (time_s < 5.6)
        acc[gone] = gyr[gone] = np.nan

    strides = analyze(changed(lose)).left.strides
    touched = (strides.initial_contact_s < 5.6) & (strides.next_initial_contact_s > 5.1)
    texts = [strides.motion_reason_text(row) for row in range(len(strides))]
    lost = np.array([text == "samples of motion missing" for text in texts])
    assert lost.any() and not (lost & ~touched).any()
    assert np.isnan(strides.stride_length_m[lost]).all()
    assert np.isfinite(strides.stride_length_m[~lost]).all()
    assert strides.stride_length_m[~lost][1:-1] == pytest.approx(1.2, abs=0.01)


def test_a_sensor_at_the_end_of_its_range_is_flagged() -> None:
    strides = analyze(changed(lambda _, acc, gyr: np.clip(gyr, -200.0, 200.0, out=gyr))).left.strides
    assert all("beyond the sensor's range" in strides.motion_reason_text(row) for row in range(len(strides)))


def test_a_sensor_that_slips_is_flagged_where_it_slips_and_right_again_after() -> None:
    """15 degrees about the foot's length, in the stride at 6 s."""
    roll = np.radians(15.0)
    turned = np.array([[np.cos(roll), 0, -np.sin(roll)], [0, 1, 0], [np.sin(roll), 0, np.cos(roll)]])

    def slip(time_s, acc, gyr):
        after = time_s > 6.2
        acc[after], gyr[after] = acc[after] @ turned.T, gyr[after] @ turned.T

    strides = analyze(changed(slip)).left.strides
    flagged = ["lies differently" in strides.motion_reason_text(row) for row in range(len(strides))]
    hit = (strides.initial_contact_s < 6.2) & (strides.next_initial_contact_s > 6.2)
    assert flagged == hit.tolist()
    assert strides.stride_length_m[~hit][1:-1] == pytest.approx(1.2, abs=0.01)


@pytest.mark.parametrize("bias", [(3.0, -3.0, 2.0), (-4.0, 0.0, 5.0)])
def test_a_gyroscope_that_is_off_by_degrees_a_second_is_zeroed_by_standing(bias: tuple[float, ...]) -> None:
    def off(_, acc, gyr):
        gyr += np.float32(bias)
        acc *= np.float32(0.984)

    strides = analyze(changed(off)).left.strides
    assert strides.stride_length_m[1:-1] == pytest.approx(1.2, abs=0.03)
    assert strides.turning_deg[1:-1] == pytest.approx(0.0, abs=0.3)


def test_motion_that_comes_late_by_less_than_a_tenth_of_a_second_does_no_harm() -> None:
    """Clocks of force and motion that drift apart: still instants lie in mid-stance, not at its ends."""

    def late(_, acc, gyr):
        acc[8:], gyr[8:] = acc[:-8].copy(), gyr[:-8].copy()

    strides = analyze(changed(late)).left.strides
    assert strides.stride_length_m[1:-1] == pytest.approx(1.2, abs=0.02)


def shift(rows: int):
    """Motion that comes late by some samples: clocks of force and motion that have drifted apart."""

    def late(_, acc, gyr):
        acc[rows:], gyr[rows:] = acc[:-rows].copy(), gyr[:-rows].copy()

    return late


def clip(at_m_s2: float):
    return lambda _, acc, gyr: np.clip(acc, -at_m_s2, at_m_s2, out=acc)


MOVING = "the foot turns where its force says that it stands"
CLIPPED = "motion beyond the sensor's range"


@pytest.mark.parametrize(
    ("change", "reason", "known", "finding"),
    [
        pytest.param(shift(20), "", True, False, id="0.2 s late: no harm"),
        pytest.param(shift(40), MOVING, False, False, id="0.4 s late"),
        pytest.param(clip(19.6), CLIPPED, True, True, id="end of 2 g"),
        pytest.param(clip(30.0), CLIPPED, True, False, id="end of 3 g"),
        pytest.param(clip(200.0), "", True, False, id="nothing beyond the range"),
        pytest.param(lambda _, acc, gyr: np.multiply(acc, 0.85, out=acc), "", True, True, id="scale"),
    ],
)
def test_motion_of_one_foot_that_cannot_be_is_flagged_on_its_strides_or_found_by_the_other_foot(
    change, reason: str, known: bool, finding: bool
) -> None:
    """Both feet go the same way: what no flag of a stride shows, the other foot does."""
    analysis = analyze(changed(change))
    strides = analysis.left.strides
    middle = range(1, len(strides) - 1)
    assert {strides.motion_reason_text(row) for row in middle} == {reason}
    assert np.isfinite(strides.stride_length_m[1:-1]).all() == known
    assert any(one.code == "ways_apart" for one in analysis.findings) == finding


def test_units_of_thousandths_are_found_and_said() -> None:
    walk, notes = put_right(moved(walk_of(MADE), 1000.0 / 9.80665 * np.eye(3), 1000.0 * np.eye(3)))
    assert any("in mg" in note for note in notes)
    assert any("in mdeg/s" in note for note in notes)
    assert lengths(walk) == pytest.approx([1.2] * 10, abs=0.01)


@pytest.mark.parametrize("axis", range(3))
def test_axes_that_are_mirrored_are_put_right_and_angles_to_the_side_withheld(axis: int) -> None:
    """A left-handed set of axes on both feet; x alone is what an insole's own x does on one of them."""
    mirror = np.eye(3)
    mirror[axis, axis] = -1.0
    walk, notes = put_right(moved(walk_of(MADE), mirror, mirror))
    assert any("right-hand rule" in note for note in notes)
    assert lengths(walk) == pytest.approx([1.2] * 10, abs=0.01)
    assert np.isnan(angles(walk)).all()


def write(path: Path, walk: Walk) -> Path:
    """Plain CSV with motion alone."""
    titles, columns = ["time_s"], [walk.left.time_s]
    for foot in walk.feet:
        for kind, values, unit in (
            ("acc", foot.motion.acc_m_s2, "m_s2"),
            ("gyr", foot.motion.gyr_deg_s, "deg_s"),
        ):
            for axis, name in enumerate("xyz"):
                titles.append(f"{foot.foot.value}_{kind}_{name}_{unit}")
                columns.append(values[:, axis])
    np.savetxt(
        path, np.column_stack(columns), delimiter=",", header=",".join(titles), comments="", fmt="%.6f"
    )
    return path


def test_plain_csv_of_motion_alone_is_analysed(tmp_path: Path) -> None:
    made = Strides(count=12)
    walk = read(write(tmp_path / "walk.csv", walk_of(made)))
    assert "no forces" in walk.source.note
    assert {foot.quantity for foot in walk.feet} == {"motion"}
    found = analyze(walk)
    assert len(found.bouts) == 1
    for foot in found.feet:
        known = foot.strides.stride_length_m[np.isfinite(foot.strides.stride_length_m)]
        assert len(known) >= 9
        assert known[1:-1] == pytest.approx(1.2, abs=0.01)
        assert np.isnan(foot.strides.peak_force_n).all()


def test_a_recording_of_one_foot_without_rotation_says_why_it_is_refused(tmp_path: Path) -> None:
    from plantigrade.errors import FileError

    path = tmp_path / "walk.csv"
    path.write_text("time_s,left_acc_x_m_s2\n0.00,1.0\n0.01,1.1\n0.02,1.0\n")
    with pytest.raises(FileError):
        read(path)


def test_without_a_sensor_everything_is_unavailable_with_the_reason() -> None:
    walk = walk_of(MADE)
    bare = replace(walk, left=replace(walk.left, motion=None), right=replace(walk.right, motion=None))
    found = analyze(bare)
    assert found.both["walking_speed_m_per_s"].value is None
    assert "inertial sensor" in found.both["walking_speed_m_per_s"].note
    assert found.left.strides.motion_reason_text(0) == "no motion sensor"
    assert found.left.parameters["stride_length_m"].note == found.both["walking_distance_m"].note


def test_the_rate_of_sampling_may_be_another() -> None:
    assert RATE_HZ == 100.0
    for rate_hz in (60.0, 200.0):
        strides = analyze(walk_of(MADE, rate_hz=rate_hz)).left.strides
        assert strides.stride_length_m[1:-1] == pytest.approx(1.2, abs=0.02)


def test_a_foot_of_the_other_side_counts_outwards_the_other_way() -> None:
    walk = walk_of(MADE)
    assert walk.left.foot is Foot.LEFT
    assert angles(walk) == pytest.approx([5.0] * 10, abs=0.2)
