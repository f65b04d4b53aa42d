"""From the numbers of a file to a walk: what counts as a sample; every remark in its words and in order."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, TimeGap, Walk
from plantigrade.imports import cells, clock, formats
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.clock import Clock
from plantigrade.imports.source import Source

FILE = Source(Path("folder/walk.txt"), False, "latin-1")
ROWS = 2000
"""20 s at 100 Hz."""
NO_RIGHT = "no right foot in the file: nothing that needs both feet can be computed"


def wave(sensors: int = 1, rows: int = ROWS, turn: int = 0) -> np.ndarray:
    """0 and 100 N in turns of 50 rows."""
    one = 100.0 * ((np.arange(rows) + turn) // 50 % 2)
    return np.repeat(one[:, None], sensors, axis=1).astype(np.float32)


def walk_of(
    left: np.ndarray | ImportedFoot, right: np.ndarray | ImportedFoot | None = None, **more: object
) -> Walk:
    feet = {
        foot: data if isinstance(data, ImportedFoot) else ImportedFoot(data)
        for foot, data in ((Foot.LEFT, left), (Foot.RIGHT, right))
        if data is not None
    }
    rows = len(next(iter(feet.values())).force_n)
    ticks = more.pop("ticks", None) or clock.steady(rows, 100.0, FILE.path)
    return to_walk(FILE, "made", ticks, feet, **more)  # type: ignore[arg-type]


def remarks(
    left: np.ndarray | ImportedFoot, right: np.ndarray | ImportedFoot | None = None, **more: object
) -> list[str]:
    """Remarks of a walk; without a right foot, those beside the one that says so."""
    text = walk_of(left, right, **more).source.note.split("; ")
    return [one for one in text if one and one != NO_RIGHT]


def test_a_walk_carries_what_the_file_says():
    left, right = wave(3), wave(2, turn=25)
    layout = cells.stappone()
    ticks = clock.steady(ROWS, 100.0, FILE.path)
    made = walk_of(
        ImportedFoot(left, None), ImportedFoot(right), ticks=ticks, notes=["from a test"], body_weight_n=700.0
    )
    assert made.left is not None
    assert made.right is not None
    assert (made.left.foot, made.right.foot) == (Foot.LEFT, Foot.RIGHT)
    assert made.left.force_n is left
    assert made.left.time_s is ticks.time_s
    assert (made.sample_rate_hz, made.body_weight_n) == (100.0, 700.0)
    assert (made.source.path, made.source.format) == ("folder/walk.txt", "made")
    assert made.source.note == "from a test"
    single = walk_of(ImportedFoot(wave(12), layout, "footswitch"))
    assert single.left is not None
    assert single.left.layout is layout
    assert (single.left.quantity, single.body_weight_n) == ("footswitch", None)
    assert single.right is None
    assert single.source.note == NO_RIGHT


def test_a_right_foot_alone_lacks_the_left():
    made = to_walk(FILE, "made", clock.steady(ROWS, 100.0, FILE.path), {Foot.RIGHT: ImportedFoot(wave())})
    assert made.left is None
    assert made.source.note == "no left foot in the file: nothing that needs both feet can be computed"


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(
    ("value", "retained"),
    [
        (1e6, True),
        (-1e6, True),
        (1_000_001.0, False),
        (-1_000_001.0, False),
        (np.inf, False),
        (-np.inf, False),
        (np.nan, False),
    ],
)
def test_what_no_foot_can_press_is_no_sample(value: float, retained: bool):
    """A million newtons are the most that is taken for a number at all."""
    force = wave(2)
    force[7, 1] = value
    made = walk_of(force)
    assert made.left is not None
    assert made.left.force_n[7].tolist()[0] == 0.0
    missing = "left foot: samples without a number, counted as missing: 1 of 2000"
    if retained:
        assert made.left.force_n[7, 1] == value
        assert missing not in made.source.note
    else:
        assert np.isnan(made.left.force_n[7, 1])
        assert np.count_nonzero(np.isnan(made.left.force_n)) == 1
        assert missing in made.source.note


@pytest.mark.worked_example("missing")
@pytest.mark.parametrize(
    ("rows", "missing", "amount"),
    [
        (1000, 1, "1 of 1000 (0.1 %)"),
        (1001, 1, "1 of 1001"),  # 0.0999 %
        (2000, 50, "50 of 2000 (2.5 %)"),
        (1000, 996, "996 of 1000 (99.6 %)"),
    ],
)
def test_missing_samples_are_rows_and_counted(rows: int, missing: int, amount: str):
    force = wave(3, rows)
    force[2 : 2 + missing, 0] = np.nan
    force[2, 1:] = np.nan
    text = [one for one in remarks(force, ticks=clock.steady(rows, 50.0, FILE.path)) if "missing" in one]
    assert text == [f"left foot: samples without a number, counted as missing: {amount}"]


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({}, []),
        ({3: 0.0}, ["left foot: sensors 4 never saw a load"]),
        ({3: 0.0, 0: 0.0}, ["left foot: sensors 1, 4 never saw a load"]),
        ({3: -4.0}, ["left foot: sensors 4 never saw a load"]),
        ({3: np.nan}, ["left foot: samples without a number, counted as missing: 2000 of 2000 (100.0 %)",
                       "left foot: sensors 4 never saw a load"]),
        ({3: 0.5}, ["left foot: sensors 4 stand still at a load (stuck)"]),
        ({3: 37.0, 5: 2.0, 1: 0.0}, ["left foot: sensors 4, 6 stand still at a load (stuck)"]),
        (dict.fromkeys(range(1, 7), 9.0),
         ["left foot: sensors 2, 3, 4, 5, 6, 7 stand still at a load (stuck)"]),
        (dict.fromkeys(range(1, 8), 9.0),
         ["left foot: sensors 2, 3, 4, 5, 6, 7 and 1 more stand still at a load (stuck)"]),
        (dict.fromkeys(range(1, 11), 9.0),
         ["left foot: sensors 2, 3, 4, 5, 6, 7 and 4 more stand still at a load (stuck)"]),
    ],
)  # fmt: skip
def test_sensors_that_stand_still(columns: dict[int, float], text: list[str]):
    force = wave(16)
    for column, value in columns.items():
        force[:, column] = value
    assert remarks(force) == text


def test_a_rim_of_a_grid_and_footswitches_may_stay_unloaded_but_not_stand_at_a_load():
    grid = wave(17)
    grid[:, 5] = 0.0
    assert remarks(grid) == []
    assert remarks(grid[:, :16]) == ["left foot: sensors 6 never saw a load"]
    assert remarks(ImportedFoot(grid[:, :16], None, "footswitch")) == []
    grid[:, 5] = 3.0
    assert remarks(grid) == ["left foot: sensors 6 stand still at a load (stuck)"]
    assert remarks(ImportedFoot(grid, None, "footswitch")) == [
        "left foot: sensors 6 stand still at a load (stuck)"
    ]


@pytest.mark.parametrize(
    ("lowest", "text"),
    [
        (-20.0, []),
        (-20.6, ["right foot: forces down to -21 N", "is the signal upside down or badly zeroed?"]),
    ],
)
def test_forces_far_below_zero_are_said(lowest: float, text: list[str]):
    right = wave(2, turn=25)
    right[10, 1] = lowest
    assert remarks(wave(), right) == text
    assert remarks(wave(), ImportedFoot(right, None, "footswitch")) == []


@pytest.mark.parametrize("value", [0.0, 300.0, np.nan])
def test_one_foot_that_never_changes_is_said_and_two_are_refused(value: float):
    dead = np.full((ROWS, 2), value, np.float32)
    text = remarks(wave(), dead)
    assert text[-1] == "right foot: the signal never changes (dead or unplugged)"
    assert len(text) == (2 if np.isnan(value) else 1)
    with pytest.raises(FileError) as caught:
        walk_of(dead.copy(), dead.copy())
    assert str(caught.value) == (
        "folder/walk.txt: no sensor carries a changing signal; nothing can be analysed"
    )


def test_no_foot_is_no_walk():
    with pytest.raises(FileError, match=r"^folder/walk\.txt: holds no foot$"):
        to_walk(FILE, "made", clock.steady(ROWS, 100.0, FILE.path), {})


SAME = "both feet carry the same signal: one of them was recorded or copied twice"


@pytest.mark.worked_example("correlation")
@pytest.mark.parametrize(("share", "text"), [(0.0140, [SAME]), (0.0143, [])])
def test_feet_that_move_as_one_are_one_foot_twice(share: float, text: list[str]):
    """A wave and the same with a share k of one a quarter turn later, which has no part of it: their
    correlation is 1 / root(1 + k^2), 0.999902 for 0.0140 and 0.999898 for 0.0143."""
    one, quarter = wave(), wave(turn=25)
    assert remarks(one, one + np.float32(share) * quarter) == text
    assert remarks(one, 3 * one + 50) == [SAME]
    assert remarks(one, 100 - one) == []  # the other way round they are two feet
    assert remarks(wave(3), one) == [SAME]
    # Feet of different length, or one that never moves, are not compared.
    late = ImportedFoot(one[:1000], None, "force", clock.steady(1000, 100.0, FILE.path))
    assert remarks(one, late) == []


def test_missing_samples_do_not_hide_that_the_feet_are_the_same():
    one, two = wave(), wave()
    one[3:5, 0] = two[3:5, 0] = np.nan
    assert SAME in remarks(one, two)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (1001, []),  # 10.00 s from the first to the last sample
        (1000, ["only 10.0 s long: averages rest on very few strides"]),
        (301, ["only 3.0 s long: averages rest on very few strides"]),
    ],
)
def test_under_ten_seconds_is_said(rows: int, text: list[str]):
    assert remarks(wave(rows=rows)) == text
    shifted = clock.steady(rows, 100.0, FILE.path, start_s=500.0)
    assert remarks(wave(rows=rows), ticks=shifted) == text


def test_remarks_stand_in_one_order_and_once():
    left, right = wave(2, 500), wave(2, 500)
    left[:, 1] = 5.0
    left[4, 0] = np.nan
    right[:, 0] = 0.0
    own = Clock(np.arange(500) / 100, 100.0, (), ("its clock is odd",))
    shared = Clock(np.arange(500) / 100, 100.0, (), ("the clock is odd", "noted"))
    text = remarks(
        left, ImportedFoot(right, None, "force", own), ticks=shared, notes=["noted", "noted", "first"]
    )
    assert text == [
        "noted",
        "first",
        "the clock is odd",
        "right foot: its clock is odd",
        "left foot: samples without a number, counted as missing: 1 of 500 (0.2 %)",
        "left foot: sensors 2 stand still at a load (stuck)",
        "right foot: sensors 1 never saw a load",
        "both feet carry the same signal: one of them was recorded or copied twice",
        "only 5.0 s long: averages rest on very few strides",
    ]


def test_each_foot_may_have_a_clock_and_gaps_of_its_own():
    gap, other = TimeGap(1.0, 2.0, "here"), TimeGap(3.0, 4.0, "there")
    shared = Clock(np.arange(ROWS) / 100, 100.0, (gap,), ())
    own = Clock(0.004 + np.arange(1500) / 75, 75.0, (other,), ())
    made = walk_of(wave(), ImportedFoot(wave(rows=1500, turn=9), None, "force", own), ticks=shared)
    assert made.left is not None
    assert made.right is not None
    assert (made.left.time_s is shared.time_s, made.left.gaps) == (True, (gap,))
    assert (made.right.time_s is own.time_s, made.right.gaps) == (True, (other,))
    assert made.sample_rate_hz == 100.0


@pytest.mark.parametrize(("kg", "is_used"), [(1.0, False), (2.5, True), (499.0, True), (700.0, False)])
def test_a_body_weight_that_nobody_has_is_not_used(tmp_path: Path, kg: float, is_used: bool) -> None:
    """Of ten times the weight no step is found."""
    path = tmp_path / "w.csv"
    rows = "".join(f"{i / 100},{i % 100}\n" for i in range(300))
    path.write_text(f"# body_weight_kg: {kg}\ntime_s,left_force_n\n{rows}")
    walk = formats.read(path)
    assert (walk.body_weight_n is not None) is is_used
    note = f"the file states a body weight of {kg:.4g} kg, which nobody has: it was not used"
    assert (note in walk.source.note) is not is_used
