"""Tables of the printed report about a tiny analysis made by hand: each figure in its row and its foot's
column, with the interval of its mean by Student's t (12.706 for 2 strides, 4.303 for 3, 2.776 for 5)."""

from dataclasses import replace

import pytest
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.balance import StandingKind
from plantigrade.gait.parameters.registry import title_of
from plantigrade.gait.results import Parameter
from plantigrade.gait.standing_caveats import Caveat
from plantigrade.report.document_blocks import Cell, Table, Text
from plantigrade.report.document_tables import (
    FOOT_LEVEL,
    FORCES,
    TIMING,
    balance_blocks,
    feet_table,
    measure,
    regions_table,
    variability_table,
)
from plantigrade.report.wording import load_wording

from tests.host.analyze import tiny

WORDING = load_wording("en")
NAN = float("nan")


def texts(table: Table) -> list[list[str]]:
    """Cells as text: "what is below" after a bar, "*" for what stands out."""
    return [[_shown(cell) for cell in row] for row in table.rows]


def _shown(cell: Cell) -> str:
    return cell.text + (f" | {cell.below}" if cell.below else "") + (" *" if cell.strong else "")


def test_timing() -> None:
    """Stride time of the left foot: 1.1016 ± 12.706 * 0.0234 / sqrt(2) = 0.891 to 1.312."""
    table = feet_table(tiny.full_analysis(), TIMING, WORDING, both=True)
    assert list(table.head) == ["Parameter", "left", "right", "Both feet", "Usual", "R to L"]
    assert texts(table) == [
        [
            "Stride time, s",
            "1.10 ± 0.02 | 0.891 to 1.312",
            "1.30 ± 0.04 ! | 1.202 to 1.407 *",
            "1.20 ± 0.10 | 1.076 to 1.324",
            "0.9 to 1.26",
            "+17 %",
        ],
        ["Cadence, steps/min", "", "", "100.0", "100 to 120", ""],
        [
            "Stance, %",
            "62.3 ± 1.3 | 51.02 to 73.67",
            "60.0 ± 0.9 ! | 57.61 to 62.29 *",
            "unknown",
            "60.8 to 68.7",
            "-4 %",
        ],
        [
            "Swing, %",
            "37.7 ± 1.3 | 26.33 to 48.98",
            "40.0 ± 0.9 ! | 37.71 to 42.39 *",
            "unknown",
            "31.3 to 39.2",
            "+6 %",
        ],
        [
            "Double support, %",
            "24.0 ± 0.3 | 21.34 to 26.74",
            "24.0 ± 0.5 | 22.86 to 25.14",
            "unknown",
            "20 to 30",
            "0 %",
        ],
        ["Single support", "", "", "unknown", "", ""],
        [
            "Step time, s",
            "0.54 ± 0.01 | 0.445 to 0.643",
            "0.65 ± 0.02 | 0.601 to 0.701",
            "unknown",
            "",
            "+18 %",
        ],
    ]


def test_forces() -> None:
    """F1 of the right foot: 803.4 ± 4.303 * 12.6 / sqrt(3) = 772.1 to 834.7; no decimals from 1000 on."""
    table = feet_table(tiny.full_analysis(), FORCES, WORDING)
    assert list(table.head) == ["Parameter", "left", "right", "R to L"]
    assert texts(table) == [
        ["Peak force, N", "905 ± 9 | 827.3 to 981.9", "824 ± 9 | 801.1 to 847.9", "-9 %"],
        ["First peak F1, N", "901 ± 11 | 800.8 to 1002.0", "803 ± 13 | 772.1 to 834.7", "-11 %"],
        ["Valley F2, N", "603 ± 7 | 539.8 to 665.6", "504 ± 6 | 488.6 to 520.4", "-18 %"],
        ["Second peak F3, N", "853", "755 ± 15 | 717.6 to 792.6", "-12 %"],
        ["Loading rate, N/s", "6543 ± 321 | 3659 to 9427", "5432 ± 222 | 4881 to 5984", "-19 %"],
        ["Push-off rate", "", "", ""],
        ["Impulse, N s", "412 ± 4 | 376.4 to 448.3", "399 ± 5 | 386.3 to 411.2", "-3 %"],
    ]


def test_what_both_feet_lack_for_one_reason_is_said_once() -> None:
    rows = {
        row[0].split(" |")[0]: row for row in texts(feet_table(tiny.full_analysis(), FOOT_LEVEL, WORDING))
    }
    assert rows["CPEI, %"] == ["CPEI, % | sensor places are relative", "unknown", "unknown", ""]
    index = rows["Medial-lateral index, heel"]
    assert index[1:] == ["0.12 ± 0.05 | -0.326 to 0.572", "-0.23 ± 0.06 | -0.383 to -0.085", ""]


def test_different_reasons_stand_at_each_foot() -> None:
    full_analysis = tiny.full_analysis()
    assert full_analysis.analysis.left is not None
    left = tiny.left_parameters() | {"cpei_pct": Parameter(None, "%", note="too short")}
    changed = replace(full_analysis.analysis, left=replace(full_analysis.analysis.left, parameters=left))
    table = feet_table(replace(full_analysis, analysis=changed), FOOT_LEVEL, WORDING)
    row = next(row for row in texts(table) if row[0].startswith("CPEI"))
    assert row == ["CPEI, %", "unknown | too short", "unknown | sensor places are relative", ""]
    left["cpei_pct"] = Parameter(12.5, "%", 2)
    changed = replace(full_analysis.analysis, left=replace(full_analysis.analysis.left, parameters=left))
    table = feet_table(replace(full_analysis, analysis=changed), FOOT_LEVEL, WORDING)
    row = next(row for row in texts(table) if row[0].startswith("CPEI"))
    assert row == ["CPEI, %", "12.5", "unknown | sensor places are relative", ""]


def test_one_foot_alone() -> None:
    table = feet_table(tiny.one_foot(), ("f1_n", "stance_pct"), WORDING, both=True)
    assert texts(table)[0] == ["First peak F1, N", "unknown", "803 ± 13 | 772.1 to 834.7", "unknown", "", ""]
    assert table.rows[1][4].text == "60.8 to 68.7"


@pytest.mark.parametrize(
    ("parameter", "name", "shown"),
    [
        (None, "f1_n", "unknown"),
        (Parameter(None, "N", note="why"), "f1_n", "unknown | why"),
        (Parameter(700.4, "N", 1, sd=5.0), "f1_n", "700"),
        (Parameter(700.4, "N", 9), "f1_n", "700"),
        (Parameter(-0.001, "1", 1), "ml_index_heel", "0.00"),
        # 4.303 * 30 / sqrt(3) = 74.5
        (Parameter(999.6, "N", 3, sd=30.0), "f1_n", "1000 ± 30 | 925.1 to 1074.1"),
        (Parameter(1000.0, "N", 3, sd=30.0), "f1_n", "1000 ± 30 | 925 to 1075"),
        (Parameter(-1000.0, "N", 3, sd=30.0), "f1_n", "-1000 ± 30 | -1075 to -925"),
        (Parameter(10.04, "%", 1), "symmetry_f1_pct", "10.0"),
        (Parameter(10.06, "%", 1), "symmetry_f1_pct", "10.1 ! *"),
        (Parameter(-10.06, "%", 1), "symmetry_f1_pct", "-10.1 ! *"),
    ],
)
def test_a_figure_in_a_cell(parameter: Parameter | None, name: str, shown: str) -> None:
    assert _shown(measure(parameter, name, WORDING)) == shown


def with_regions(left_foot: bool = True) -> RecordingAnalysis:
    """The heel's figures on the left are 1 to 4, on the right 11 to 14; its forefoot's peak is known."""
    full_analysis = tiny.full_analysis()
    names = ("load_share_heel_pct", "peak_pressure_heel_kpa", "pti_heel_kpa_s", "contact_area_heel_cm2")
    left = {name: Parameter(1.0 + i, "x", 2) for i, name in enumerate(names)}
    right = {name: Parameter(11.0 + i, "x", 2) for i, name in enumerate(names)}
    right |= {"peak_pressure_forefoot_kpa": Parameter(215.6, "kPa", 2)}
    assert full_analysis.analysis.left is not None and full_analysis.analysis.right is not None
    feet = (
        replace(full_analysis.analysis.left, parameters=left),
        replace(full_analysis.analysis.right, parameters=right),
    )
    return replace(
        full_analysis,
        analysis=replace(full_analysis.analysis, left=feet[0] if left_foot else None, right=feet[1]),
    )


def test_regions() -> None:
    table = regions_table(with_regions(), WORDING)
    assert list(table.head) == [
        "Region (left / right)",
        "Load share, %",
        "Peak pressure, kPa",
        "PTI, kPa s",
        "Contact area, cm²",
    ]
    assert texts(table) == [
        ["heel", "1.00 / 11.0", "2.00 / 12.0", "3.00 / 13.0", "4.00 / 14.0"],
        ["midfoot", "unknown", "unknown", "unknown", "unknown"],
        ["forefoot", "unknown", "unknown / 216", "unknown", "unknown"],
        ["toes", "unknown", "unknown", "unknown", "unknown"],
    ]


def test_regions_of_one_foot_without_what_the_source_does_not_tell() -> None:
    table = regions_table(with_regions(left_foot=False), WORDING)
    assert table.head[0] == "Region (right)"
    assert texts(table)[2] == ["forefoot", "unknown", "216", "unknown", "unknown"]
    table = regions_table(tiny.full_analysis(), WORDING)
    assert list(table.head) == ["Region (left / right)", "Load share, %"]
    assert [row[1] for row in texts(table)] == ["31.0 / 29.0", "unknown", "45.0 / 47.0", "unknown"]


def test_variability() -> None:
    """The crossing to the side: -7.25 ± 4.303 * 1.5 / sqrt(3) = -10.976 to -3.524."""
    table = variability_table(tiny.full_analysis(), WORDING)
    assert list(table.head) == ["Parameter", "Both feet", "Usual", "n"]
    assert texts(table) == [
        ["Stride time, variation, %", "2.66", "up to 2.66", "5"],
        ["Swing time, variation, % | 30 strides are needed", "6.85 ! *", "up to 6.8", "5"],
        ["Stance time, variation", "unknown", "", ""],
        ["Double support, variation", "unknown", "", ""],
        ["Phase coordination index, %", "5.44 ! *", "up to 5.4", "5"],
        ["Gait asymmetry, swing, %", "12.3", "", "5"],
        ["Symmetry index, stance time, %", "-4.20", "-10 to 10", "5"],
        ["Symmetry index, impulse", "unknown", "-10 to 10", ""],
        ["Butterfly crossing, to the side, %", "-7.25 ± 1.50 | -10.976 to -3.524", "", "3"],
        ["Butterfly crossing, along, %", "48.5 ± 2.5 | 42.29 to 54.71", "", "3"],
        ["Load asymmetry, right - left, %", "3.75", "", "3"],
    ]
    assert table.caption == WORDING("timing.spread_caption")


def test_the_interval_of_a_variation_stands_below_it() -> None:
    """48 strides: factor exp(1.96 sqrt(1 / 92 + 0.02664^2 / 48)) = exp(0.20448) = 1.2269."""
    full_analysis = tiny.full_analysis()
    both = {**tiny.both_parameters(), "stride_time_cv_pct": Parameter(2.664, "%", 48)}
    table = variability_table(
        replace(full_analysis, analysis=replace(full_analysis.analysis, both=both)), WORDING
    )
    assert texts(table)[0] == ["Stride time, variation, %", "2.66 | 2.17 to 3.27", "up to 2.66", "48"]


def test_balance() -> None:
    table, romberg = balance_blocks(tiny.full_analysis(), WORDING)
    assert isinstance(table, Table)
    assert list(table.head) == [
        "Span",
        "Load left, %",
        "Load rear, %",
        "Load shift SD, %",
        "Sway, mm/s",
        "95 % ellipse, mm²",
    ]
    assert texts(table) == [
        ["5 - 36 s", "55.4 ! *", "65.6 ! *", "2.26", "102 (left) | 202 (right)", "107 (left) | 207 (right)"]
    ]
    assert table.caption == (
        "Usual: load left 45 to 55 %, load rear 44 to 65 %. the distance of the feet is not known."
    )
    assert romberg == Text("Eyes closed over open: sway velocity 1.26, ellipse area 2.34.")


def test_sway_of_the_body_replaces_that_of_the_feet() -> None:
    standing = replace(tiny.standing(), both=tiny.sway(31.0), left_load_pct=55.0, rear_load_pct=44.0)
    table, filtered, norm = balance_blocks(
        replace(tiny.full_analysis(), standings=(standing,), romberg=None), WORDING
    )
    assert isinstance(table, Table) and isinstance(filtered, Text) and isinstance(norm, Text)
    assert texts(table)[0][1:] == ["55.0", "44.0", "2.26", "33.0 (both)", "38.0 (both)"]
    assert filtered.text == (
        "Sway is low-passed at 10 Hz; the mean velocity of the path as measured is 29.0 mm/s."
    )
    assert norm.text.startswith(
        "Healthy people with open eyes on a firm floor, median to 95th percentile: "
        "8 to 15.1 mm/s at 18 to 39 years; 9.9 to 16.6 mm/s at 60 to 85 years; "
        "202 to 553 mm² at 18 to 39 years; 215 to 524 mm² at 60 to 85 years (Santos & Duarte 2016"
    )


def test_what_is_with_a_caveat_is_named_and_held_against_no_norm() -> None:
    caveat = Caveat("gains_differ", "the left insole reads 30 % more")
    standing = replace(
        tiny.standing(),
        both=tiny.sway(31.0),
        caveats=(caveat,),
        notes=(caveat.text,),
        kind=StandingKind.ONE_LEG,
    )
    standing = replace(standing, leg="left")
    table, named, filtered = balance_blocks(
        replace(tiny.full_analysis(), standings=(standing,), romberg=None), WORDING
    )
    assert isinstance(table, Table) and isinstance(filtered, Text)
    assert named == Text("Not to be trusted: the left insole reads 30 % more.")
    assert texts(table)[0][0] == "5 - 36 s | on the left leg"
    assert "30 %" not in table.caption


def test_what_standing_does_not_tell_is_unknown() -> None:
    bare = replace(
        tiny.standing(), left=None, right=None, left_load_pct=NAN, rear_load_pct=NAN, load_shift_sd_pct=NAN
    )
    (table,) = balance_blocks(replace(tiny.full_analysis(), standings=(bare,), romberg=None), WORDING)
    assert isinstance(table, Table)
    assert texts(table)[0][1:] == ["unknown"] * 5


@pytest.mark.parametrize(("spans", "rows", "more"), [(5, 5, None), (6, 5, "1 more spans of standing")])
def test_five_spans_of_standing_are_printed(spans: int, rows: int, more: str | None) -> None:
    standings = tuple(replace(tiny.standing(), notes=(f"note {i // 2}",)) for i in range(spans))
    blocks = balance_blocks(replace(tiny.full_analysis(), standings=standings, romberg=None), WORDING)
    assert isinstance(blocks[0], Table)
    assert len(blocks[0].rows) == rows
    assert blocks[0].caption.endswith("65 %. note 0. note 1. note 2.")
    if more is None:
        assert len(blocks) == 1
    else:
        assert isinstance(blocks[1], Text)
        assert blocks[1].text.startswith(more)
        assert blocks[1].look == "small"


def test_no_standing_is_said() -> None:
    assert balance_blocks(replace(tiny.full_analysis(), standings=()), WORDING) == [
        Text("No quiet standing of at least 5 s was found in this recording.")
    ]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("f1_n", "First peak F1"),
        ("f3_n", "Second peak F3"),
        ("symmetry_stance_time_pct", "Symmetry index, stance time"),
        ("standing_rear_load_pct", "Load rear in standing"),
        ("something_else", "something_else"),
    ],
)
def test_names_for_people(name: str, title: str) -> None:
    assert title_of(name) == title
