"""novel loadsol text: zones, lost samples, repeated stamps, marks at the end of rows."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written
from tests.host.imports.recordings import SHARED, needs_recordings
from tests.host.imports.vendor_files import loadsol as made

NAMES = "\tP-R::lateral\tP-R::medial\tP-R::heel\tP-R\t\tP-R::xAcc\tP-R::yAcc\tP-R::zAcc\t\t"
UNITS = "Time[secs]\tForce[N]\tForce[N]\tForce[N]\tForce[N]\tTime[secs]\t[g]\t[g]\t[g]\t\t"
NO_PLACES = "right foot: zones heel, medial, lateral without places, so forces and timing only, no gait line"


def text(*rows: str, names: str = NAMES, units: str = UNITS) -> str:
    return "\n".join(["loadapp_2024_02_05_16_28_01_592.loadflux", "comment ", names, units, *rows]) + "\n\n"


def row(time_s: float, *forces: float, acc: str = "0.5\t0\t-1") -> str:
    cells = [f"{time_s:.3f}", *(f"{one:.3f}" for one in forces), f"{sum(forces):.3f}", f"{time_s:.3f}", acc]
    return "\t".join(cells) + "\t\t"


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz")
def test_zones_are_in_one_order_and_motion_in_units(tmp_path: Path) -> None:
    walk = formats.read(
        written(tmp_path / "w.txt", text(row(0, 1, 2, 3), row(0.005, 4, 5, 6), row(0.01, 7, 8, 9)))
    )
    foot = walk.right
    assert walk.left is None and foot is not None
    assert foot.force_n.tolist() == [[3, 2, 1], [6, 5, 4], [9, 8, 7]]  # heel, medial, lateral
    assert (foot.layout, walk.sample_rate_hz) == (None, pytest.approx(200))
    assert foot.time_s == pytest.approx([0, 0.005, 0.01])
    assert foot.motion is not None and foot.motion.gyr_deg_s is None
    assert foot.motion.acc_m_s2[1] == pytest.approx([4.903325, 0, -9.80665])
    assert walk.source.started_local == datetime(2024, 2, 5, 16, 28, 1, 592_000)
    assert (
        message(walk) == f"{NO_PLACES}; right motion has no rotation: how far the foot moves cannot be told"
    )


def test_a_lost_sample_is_missing_and_not_unloaded(tmp_path: Path) -> None:
    """-1 in each zone, 0 as total, - as motion."""
    lost = "0.005\t-1.000\t-1.000\t-1.000\t0.000\t0.005\t-\t-\t-\t\t"
    walk = formats.read(written(tmp_path / "w.txt", text(row(0, 1, 2, 3), lost, row(0.01, 7, 8, -1))))
    assert walk.right is not None and walk.right.motion is not None
    assert np.isnan(walk.right.force_n).all(axis=1).tolist() == [False, True, False]
    assert walk.right.force_n[2].tolist() == [-1, 8, 7]  # one zone at -1 is a force
    assert np.isnan(walk.right.motion.acc_m_s2[1]).all()
    assert "right foot: 1 sample marked as lost in the file (-1 in each zone), in 1 run of 5 ms" in message(
        walk
    )


def test_stamps_that_repeat_and_jump_are_one_even_clock(tmp_path: Path) -> None:
    """The insole's clock is slower than the file's grid: 0.010 0.010 0.020 is 0.010 0.015 0.020."""
    stamps = [0.0, 0.005, 0.01, 0.01, 0.02, 0.025, 0.035, 0.035, 0.04, 0.045]
    walk = formats.read(
        written(tmp_path / "w.txt", text(*(row(t, i, 2 * i, 3) for i, t in enumerate(stamps))))
    )
    assert walk.right is not None
    assert walk.right.time_s == pytest.approx(np.arange(10) * 0.005)
    assert not walk.right.gaps
    assert "right foot: 2 stamps repeated" in message(walk) and "at most 5 ms off" in message(walk)


def test_a_jump_that_no_repeated_stamp_explains_is_a_gap(tmp_path: Path) -> None:
    stamps = [0.0, 0.005, 0.01, 0.01, 0.02, 0.52, 0.525, 0.525, 0.535, 0.54]
    walk = formats.read(
        written(tmp_path / "w.txt", text(*(row(t, i, 2 * i, 3) for i, t in enumerate(stamps))))
    )
    assert walk.right is not None
    assert [(gap.from_s, gap.to_s) for gap in walk.right.gaps] == [pytest.approx((0.025, 0.52))]


def test_the_mark_of_the_end_stands_in_a_shorter_row(tmp_path: Path) -> None:
    ended = row(0.005, 4, 5, 6).removesuffix("\t\t") + "\tEnd measurement: walk"
    walk = formats.read(written(tmp_path / "w.txt", text(row(0, 1, 2, 3), ended, row(0.01, 7, 8, 9))))
    assert walk.right is not None and len(walk.right) == 3


def test_the_total_stands_for_the_zones_and_is_compared_with_them(tmp_path: Path) -> None:
    names, units = "\tP-L\t\tP-R\t", "Time[secs]\tForce[N]\tTime[secs]\tForce[N]\t"
    rows = [f"{i / 100:.3f}\t{100 * i}\t{i / 100:.3f}\t{300 - 100 * i}\t" for i in range(4)]
    walk = formats.read(written(tmp_path / "w.txt", text(*rows, names=names, units=units)))
    assert walk.left is not None and walk.left.force_n[:, 0].tolist() == [0, 100, 200, 300]
    assert message(walk) == ""
    wrong = [row(i / 100, 100, 20 * i, 30).replace(f"{130 + 20 * i:.3f}", "300.000") for i in range(4)]
    assert "right foot: zones add up to 0.53 times the total force" in message(
        formats.read(written(tmp_path / "w.txt", text(*wrong)))
    )


def test_each_insole_has_its_clock(tmp_path: Path) -> None:
    walk = formats.read(written(tmp_path / "w.txt", made().replace("\n\n", "\n")))
    assert walk.left is not None and walk.right is not None
    assert walk.left.force_n[10].tolist() == walk.left.force_n[10, [0, 1, 2]].tolist()
    assert message(walk).count("without places") == 2


@pytest.mark.parametrize(
    ("names", "units", "problem"),
    [
        (
            NAMES,
            UNITS.replace("Force[N]", "Force[lbs]", 1),
            "column 'P-R::lateral' has the unit 'Force[lbs]'; Force[N] is known",
        ),
        (NAMES, UNITS.replace("Time[secs]", "Time[ms]", 1), "its time is in 'Time[ms]'; Time[secs] is known"),
        (NAMES.replace("lateral", "arch"), UNITS, "has the zone 'arch'; heel, medial and lateral are known"),
        (
            NAMES.replace("P-R", "P"),
            UNITS,
            "the insole 'P' does not end with -L or -R; add --foot left or --foot right",
        ),
    ],
)
def test_titles_that_are_refused(names: str, units: str, problem: str, tmp_path: Path) -> None:
    path = written(tmp_path / "w.txt", text(row(0, 1, 2, 3), row(0.005, 4, 5, 6), names=names, units=units))
    assert refusal(path, "loadsol") == problem


def test_a_side_can_be_named_for_a_file_of_one_insole(tmp_path: Path) -> None:
    path = written(tmp_path / "w.txt", text(row(0, 1, 2, 3), row(0.005, 4, 5, 6)).replace("P-R", "P"))
    assert formats.read(path, foot=Foot.LEFT).left is not None


@needs_recordings
def test_the_real_files_lose_what_they_say_and_nothing_else() -> None:
    """Counted with awk: rows, and rows with -1 in each zone, of left and right."""
    for name, rows, lost in (
        ("roll_test", 7903, {Foot.RIGHT: 522}),
        ("test_poids", 1094, {Foot.LEFT: 91, Foot.RIGHT: 178}),
        ("test_pointe_1", 15487, {Foot.LEFT: 1307, Foot.RIGHT: 1125}),
    ):
        walk = formats.read(SHARED / "loadsol" / f"{name}.txt.gz")
        found = {foot.foot: int(np.isnan(foot.force_n[:, 0]).sum()) for foot in walk.feet}
        assert found == lost
        assert all(len(foot) == rows and foot.motion is not None for foot in walk.feet)
        assert walk.sample_rate_hz == pytest.approx(200)
