"""The same walk as in `test_step_report`, read as its maker's own text: no step is lost on the way."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports.formats import read

from tests.host.witnesses.step_report import RECORDING, steps


@pytest.fixture(scope="module")
def walk(shared_data: Path) -> Walk:
    return read(shared_data / "moticon" / RECORDING)


@pytest.fixture(scope="module")
def analysis(walk: Walk) -> Analysis:
    return analyze(walk)


@pytest.mark.parametrize("foot", Foot)
def test_steps_and_steady_strides(foot: Foot, analysis: Analysis, shared_data: Path) -> None:
    """Every step of the report within 60 ms; at least five strides a foot are steady."""
    found = analysis.left if foot is Foot.LEFT else analysis.right
    assert found is not None
    reported = steps(shared_data, foot.value)["Initial contact (s)"]
    away = [float(np.abs(found.initial_contact_s - at).min()) for at in reported]
    assert max(away) <= 0.060
    assert int(np.count_nonzero(found.strides.valid)) >= 5


def test_the_cells_add_up_to_the_stated_force_and_centre(walk: Walk, shared_data: Path) -> None:
    """Forces are areas times pressures; the file's own totals have whole newtons, its centres six digits."""
    lines = (shared_data / "moticon" / RECORDING).read_text("utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("# time")) + 1
    rows = [line.split("\t") for line in lines[first:]]
    for foot, column in ((walk.left, 23), (walk.right, 48)):
        assert foot is not None and foot.layout is not None
        there = [i for i, row in enumerate(rows) if row[column]]
        stated = np.array([[float(cell) for cell in rows[i][column : column + 3]] for i in there])
        force = foot.force_n[there].astype(np.float64)
        total = force.sum(axis=1)
        assert np.abs(total - stated[:, 0]).max() < 0.6
        heavy = stated[:, 0] > 100
        length = foot.layout.insole_length_mm
        assert length is not None
        along = (force @ foot.layout.y_mm)[heavy] / total[heavy] / length - 0.5
        assert np.abs(along - stated[heavy, 1]).max() < 2e-4


def test_motion_is_kept(walk: Walk) -> None:
    """At rest, before the first step, the length of the acceleration is g within 3 %."""
    for foot in walk.feet:
        assert foot.motion is not None and foot.motion.gyr_deg_s is not None
        rest = foot.motion.acc_m_s2[100:150]
        assert np.nanmean(np.linalg.norm(rest, axis=1)) == pytest.approx(9.81, rel=0.03)
        assert np.nanmax(np.abs(foot.motion.gyr_deg_s)) == pytest.approx(400, rel=0.5)
