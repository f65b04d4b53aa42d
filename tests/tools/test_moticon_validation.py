"""Our steps beside those of a vendor's report of the same walk."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.imports.formats import read

from tests.host.gait.walks import DATA
from tools.validation import moticon
from tools.validation.moticon import Difference, StepReport

FOLDER = DATA / "moticon"
EXPORT = "230927_102114.txt"
needed = pytest.mark.skipif(not (FOLDER / EXPORT).is_file(), reason="the vendor's walk is not at hand")


@pytest.fixture(scope="module")
def reports() -> list[StepReport]:
    return moticon.run(FOLDER)


@needed
def test_the_export_and_its_report_are_read() -> None:
    walk = read(FOLDER / EXPORT)
    assert walk.left is not None and walk.right is not None
    assert walk.left.force_n.shape == (1750, 16) and walk.left.time_s[-1] == pytest.approx(17.5)
    assert np.isnan(walk.left.force_n[:50]).all()  # the left insole came half a second later
    assert walk.right.force_n[0].sum() == pytest.approx(509.0, abs=1.0)  # the export's own total
    left = moticon.read_report(FOLDER / "gait_report_230927_10_21_14.xlsx", Foot.LEFT)
    assert left["ic_s"].tolist() == [3.0, 4.521, 5.822, 7.094, 8.355, 9.616, 10.897]
    assert (left["f1_n"][0], left["f3_n"][0], left["f2_n"][0]) == (845.0, 934.0, 612.0)


@needed
def test_every_step_is_found_and_lost_samples_cost_no_stride(reports: list[StepReport]) -> None:
    """Bars of the recording: every reported step within 60 ms, at least 5 + 5 strides, final contact no later
    beside the report than before (28 ms in the mean)."""
    assert [(one.foot, one.steps, one.found) for one in reports] == [("left", 7, 7), ("right", 7, 7)]
    assert all(one.valid >= 5 for one in reports)
    assert all(abs(one.contact_ms.mean) < 10 and one.contact_ms.sd < 20 for one in reports)
    assert np.mean([one.release_ms.mean for one in reports]) <= 28
    for one in reports:
        for peak in (one.f1_n, one.f2_n, one.f3_n):
            assert peak.n >= 6 and abs(peak.mean) < 20 and peak.sd < 15  # of about 950 N
        assert abs(one.gait_line_pct.mean) < 5 and one.gait_line_pct.sd < 3  # of 67 % of the length


@needed
def test_the_section_has_a_row_a_foot(reports: list[StepReport]) -> None:
    text = moticon.section(reports)
    assert sum(line.startswith("| 230927_102114 |") for line in text) == 2
    assert "Not at hand." in moticon.section([])


def test_differences() -> None:
    assert moticon.difference(np.array([1.0, 3.0, np.nan])) == Difference(2, 2.0, 2**0.5)
    assert np.isnan(moticon.difference(np.array([1.0])).mean)


def test_a_folder_without_reports_gives_none(tmp_path: Path) -> None:
    (tmp_path / "gait_report_230927_10_21_14.xlsx").write_bytes(b"")  # its export is missing
    assert moticon.run(tmp_path) == []
