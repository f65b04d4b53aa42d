"""A walk of another maker's insoles through our engine, step by step beside his own program's report.

The recording goes in as plain CSV, so that reading, contacts, force features and the gait line all take part.
Each row says by how much ours may differ on average and in a single step, and why.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis, FootAnalysis
from plantigrade.gait.signals import Floats, Foot
from plantigrade.imports.formats import read

from tests.host.witnesses.step_report import plain_csv, steps

Transform = Callable[[Floats], Floats]


def as_it_is(values: Floats) -> Floats:
    return values


def from_the_end(values: Floats) -> Floats:
    """-0.5 to 0.5 along the insole as per cent from the heel."""
    return 100 * (values + 0.5)


def per_cent(values: Floats) -> Floats:
    return 100 * values


@pytest.fixture(scope="module")
def analysis(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Our analysis of the recording."""
    return analyze(read(plain_csv(shared_data, tmp_path_factory.mktemp("csv") / "walk.csv")))


def foot_of(analysis: Analysis, foot: Foot) -> FootAnalysis:
    found = analysis.left if foot is Foot.LEFT else analysis.right
    assert found is not None
    return found


def rows_of(analysis: Analysis, foot: Foot, report: dict[str, Floats]) -> list[int]:
    """Our stride of each of the report's steps: that whose contact is nearest, at most 0.1 s away."""
    ours = foot_of(analysis, foot).strides.initial_contact_s
    rows = [int(np.argmin(np.abs(ours - contact))) for contact in report["Initial contact (s)"]]
    assert np.abs(ours[rows] - report["Initial contact (s)"]).max() < 0.1
    assert len(set(rows)) == len(rows)
    return rows


# column, title, transform, mean difference (ours less theirs) from, to, largest difference
COLUMNS = [
    # Ours is where the flank leaves its foot, found between samples; theirs is one of the samples.
    ("initial_contact_s", "Initial contact (s)", as_it_is, -0.012, 0.002, 0.025),
    # Ours waits for the last hundredth of the working range, which a shoe gives up slowly.
    ("final_contact_s", "Toe off (s)", as_it_is, 0.0, 0.05, 0.05),
    ("stride_time_s", "Stride time (s)", as_it_is, -0.01, 0.01, 0.025),
    ("stance_time_s", "Stance (s)", as_it_is, 0.0, 0.05, 0.07),
    ("swing_time_s", "Swing (s)", as_it_is, -0.05, 0.0, 0.07),
    ("initial_double_support_s", "Double support (s)", as_it_is, 0.0, 0.04, 0.055),
    # A mean of three samples and the level of swing taken off: peaks a little lower, valleys higher.
    ("peak_force_n", "Max total force during stance phase (N)", as_it_is, -12.0, -2.0, 18.0),
    ("f1_n", "First peak (N)", as_it_is, -12.0, -2.0, 15.0),
    ("f2_n", "Local minimum between peaks (N)", as_it_is, 5.0, 16.0, 20.0),
    ("f3_n", "Second peak (N)", as_it_is, -10.0, -2.0, 18.0),
    # Times are shares of a stance that is longer here; a flat valley may have its lowest point elsewhere.
    ("f1_time_pct", "First peak timing (as % of stance)", as_it_is, -2.0, 2.0, 2.0),
    ("f2_time_pct", "Local minimum timing (as % of stance)", as_it_is, -3.0, 3.0, 14.0),
    ("f3_time_pct", "Second peak timing (as % of stance)", as_it_is, -2.0, 2.0, 4.0),
    # Over a longer stance the mean is lower.
    ("mean_force_n", "Mean total force during stance phase (N)", as_it_is, -30.0, 5.0, 40.0),
    # From 5 % of the peak force on; theirs begins and ends at a share of its own.
    ("cop_start_y_pct", "Gaitline start x", from_the_end, -1.0, 2.5, 4.5),
    ("cop_end_y_pct", "Gaitline end x", from_the_end, -0.5, 2.0, 3.0),
    ("gait_line_range_pct", "Gaitline length", per_cent, 0.5, 3.5, 4.5),
    ("gait_line_width_pct", "Gaitline width", per_cent, -0.5, 3.0, 7.0),
]


@pytest.mark.parametrize("foot", Foot)
@pytest.mark.parametrize(
    ("name", "title", "transform", "low", "high", "largest"), COLUMNS, ids=[row[0] for row in COLUMNS]
)
def test_a_figure_of_each_step(
    name: str,
    title: str,
    transform: Transform,
    low: float,
    high: float,
    largest: float,
    foot: Foot,
    analysis: Analysis,
    shared_data: Path,
) -> None:
    report = steps(shared_data, foot.value)
    strides = foot_of(analysis, foot).strides
    rows = rows_of(analysis, foot, report)
    column = strides.pressure_column(name) if name in strides.pressure_names else getattr(strides, name)
    away = column[rows] - transform(report[title])
    away = away[np.isfinite(away)]
    assert len(away) >= 5
    assert low <= away.mean() <= high, away
    assert np.abs(away).max() <= largest, away


def test_the_report_counts_seven_steps_a_foot_and_we_find_them_all(
    analysis: Analysis, shared_data: Path
) -> None:
    """The first and the last of them are marked as start and end of walking; we see one step more, the
    last."""
    for foot in Foot:
        report = steps(shared_data, foot.value)
        rows = rows_of(analysis, foot, report)
        reasons = [foot_of(analysis, foot).strides.reason_text(row) for row in rows]
        assert reasons == ["start of walking", "", "", "", "", "", "end of walking"]
        assert len(foot_of(analysis, foot).initial_contact_s) == 8
    assert len(analysis.bouts) == 1
