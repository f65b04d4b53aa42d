"""The summary of a tiny analysis made by hand, as a person reads it: rounding, units, sides, marks."""

import io
from dataclasses import replace
from typing import Any

import pytest
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.analysis.posture import as_texts
from plantigrade.analysis.terminal import asymmetry_text, print_summary
from plantigrade.gait.load_levels import LoadedFrom, LoadLevels
from plantigrade.gait.results import Activity, Parameter
from plantigrade.gait.tested_range import Gait, GaitKind
from rich.console import Console

from tests.host.analyze import tiny

NAN = float("nan")


def printed(full_analysis: RecordingAnalysis) -> str:
    console = Console(file=io.StringIO(), width=130, highlight=False)
    print_summary(full_analysis, console)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


SUMMARY = """\
tiny.csv  csv, 100 Hz, 2.1 min
1 walking bout, 3.2 s of walking; 5 strides, 2 of them steady; body weight 712 N, estimated from the walk

Whole walk                               Usual range
────────────────────────────────────────────────────
Stride time, variation, %          2.66   up to 2.66
Cadence, steps/min                100.0   100 to 120
Swing time, variation, %         6.85 !    up to 6.8
Phase coordination index, %      5.44 !    up to 5.4
Gait asymmetry, swing, %           12.3
Load asymmetry, right - left, %    3.75

Each foot                         Left         Right   Usual range  R to L
──────────────────────────────────────────────────────────────────────────
Stride time, s              1.10 ±0.02  1.30 ±0.04 !   0.9 to 1.26   +17 %
Stance, %                    62.3 ±1.3   60.0 ±0.9 !  60.8 to 68.7    -4 %
Swing, %                     37.7 ±1.3   40.0 ±0.9 !  31.3 to 39.2    +6 %
Double support, %            24.0 ±0.3     24.0 ±0.5      20 to 30     0 %
Step time, s                0.54 ±0.01    0.65 ±0.02                 +18 %

Peak force, N                   905 ±9        824 ±9                  -9 %
First peak F1, N               901 ±11       803 ±13                 -11 %
Valley F2, N                    603 ±7        504 ±6                 -18 %
Second peak F3, N                  853       755 ±15                 -12 %
Loading rate, N/s            6543 ±321     5432 ±222                 -19 %
Impulse, N s                    412 ±4        399 ±5                  -3 %

Load, heel, %                     31.0          29.0                  -7 %
Load, forefoot, %                 45.0          47.0                  +4 %
Medial-lateral index, heel  0.12 ±0.05   -0.23 ±0.06

Standing 1: 5 to 36 s
load left 55 %, right 45 %; rear 66 %, fore 34 %; sway left 102.0 mm/s, ellipse 107 mm2; \
sway right 202.0 mm/s, ellipse 207 mm2
Eyes closed over open: velocity 1.26, ellipse area 2.34
Posture
  Rules and sides: 0 found, 0 clear, 41 cannot be judged here; the JSON says why
To know
- one thing
- another thing
! outside the usual range of healthy adults (docs/reference/parameters.md); no diagnosis. \
± is the SD over strides."""
"""Worked out from `tiny` by hand. The symmetry index of F1, for example: 100 (803.4 - 901.4) / 852.4 = -11.5,
that of the loading rate 100 (5432.1 - 6543.2) / 5987.65 = -18.6."""


def test_the_whole_summary() -> None:
    assert printed(tiny.full_analysis()) == SUMMARY


def test_one_foot_has_one_column_of_figures_and_no_symmetry() -> None:
    text = printed(tiny.one_foot())
    rows = [line.split("  ") for line in text.splitlines()]
    assert ["First peak F1, N", "803 ±13"] in [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert "Stride time, s" in text.split("Each foot")[0], "of the whole walk, where one foot is unknown"
    assert "+17 %" not in text
    assert "Eyes closed" not in text


def test_a_figure_that_one_foot_lacks_is_a_dash() -> None:
    full_analysis = tiny.full_analysis()
    assert full_analysis.analysis.left is not None
    left = tiny.left_parameters()
    left |= {"f1_n": Parameter(None, "N", note="one peak"), "f2_n": Parameter(NAN, "N", 2)}
    changed = replace(full_analysis.analysis, left=replace(full_analysis.analysis.left, parameters=left))
    text = printed(replace(full_analysis, analysis=changed))
    rows = {line.split(",")[0]: line.split() for line in text.splitlines()}
    assert rows["First peak F1"][-3:] == ["-", "803", "±13"]
    assert rows["Valley F2"][-3:] == ["-", "504", "±6"], "and no symmetry index"


def test_without_a_steady_stride_there_is_no_table() -> None:
    full_analysis = tiny.full_analysis()
    left, right = (
        replace(foot, strides=replace(foot.strides, reason=foot.strides.reason | 1))
        for foot in full_analysis.analysis.feet
    )
    text = printed(replace(full_analysis, analysis=replace(full_analysis.analysis, left=left, right=right)))
    assert "\nNo steady walking was found in this recording.\n" in text
    assert "5 strides, 0 of them steady" in text
    assert "Each foot" not in text


def test_steady_strides_of_either_foot_make_a_table() -> None:
    full_analysis = tiny.full_analysis()
    assert full_analysis.analysis.left is not None
    left = replace(full_analysis.analysis.left.strides, reason=full_analysis.analysis.left.strides.reason | 1)
    changed = replace(full_analysis.analysis, left=replace(full_analysis.analysis.left, strides=left))
    assert "Each foot" in printed(replace(full_analysis, analysis=changed))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (119.94, "119.9 s"),
        (120.0, "2.0 min"),
        (7199.0, "120.0 min"),
        (7200.0, "2.0 h"),
        (90000.0, "25.0 h"),
    ],
)
def test_the_length_of_the_recording(seconds: float, text: str) -> None:
    full_analysis = tiny.full_analysis()
    lasting = replace(full_analysis.analysis, from_s=10.0, to_s=10.0 + seconds)
    assert (
        printed(replace(full_analysis, analysis=lasting)).splitlines()[0] == f"tiny.csv  csv, 100 Hz, {text}"
    )


@pytest.mark.parametrize(
    ("known", "way", "text"),
    [
        (None, LoadedFrom.UNKNOWN, "steady"),
        (712.4, LoadedFrom.WALKING, "steady; body weight 712 N, estimated from the walk"),
        (712.6, LoadedFrom.STATED_WEIGHT, "steady; body weight 713 N"),
        (540.2, LoadedFrom.STEADY_SUM, "steady; body weight 540 N, from the steady sum of both feet"),
        (540.2, LoadedFrom.EARLIER, "steady; body weight 540 N, from earlier recordings"),
    ],
)
def test_whose_body_weight_it_is(known: float | None, way: LoadedFrom, text: str) -> None:
    full_analysis = tiny.full_analysis()
    analysis = replace(full_analysis.analysis, body_weight_n=known, load_levels=LoadLevels(known, way))
    changed = replace(full_analysis, analysis=analysis)
    assert printed(changed).splitlines()[1].endswith(text)


def test_walking_is_the_sum_of_the_bouts() -> None:
    full_analysis = tiny.full_analysis()
    bouts = (tiny.bout(), replace(tiny.bout(), from_s=10.0, to_s=20.5))
    text = printed(replace(full_analysis, analysis=replace(full_analysis.analysis, bouts=bouts)))
    assert text.splitlines()[1].startswith("2 walking bouts, 13.8 s of walking; 5 strides")


def test_a_run_is_not_called_a_walk() -> None:
    full_analysis = tiny.full_analysis()
    analysis = replace(full_analysis.analysis, gait=Gait(GaitKind.RUNNING))
    text = printed(replace(full_analysis, analysis=analysis))
    assert text.splitlines()[1].startswith("1 running bout, 3.2 s of running; 5 strides")


@pytest.mark.parametrize(("spans", "more"), [(3, ""), (4, "and 1 more spans of standing"), (9, "and 6 more")])
def test_three_spans_of_standing_are_shown(spans: int, more: str) -> None:
    standings = tuple(replace(tiny.standing(), from_s=100.0 * i, to_s=100.0 * i + 30.0) for i in range(spans))
    text = printed(replace(tiny.full_analysis(), standings=standings))
    assert "Standing 3: 200 to 230 s" in text
    assert "Standing 4" not in text
    assert more in text
    assert ("more spans of standing (all are in the JSON)" in text) is bool(more)


def test_standing_without_places_or_a_second_foot() -> None:
    bare = replace(tiny.standing(), left_load_pct=NAN, left=None, right=None)
    text = printed(replace(tiny.full_analysis(), standings=(bare,)))
    assert "\nrear 66 %, fore 34 %\n" in text
    text = printed(replace(tiny.full_analysis(), standings=(replace(bare, rear_load_pct=NAN),)))
    assert "\nnothing could be measured\n" in text


def test_sway_of_the_body_goes_first() -> None:
    standing = replace(tiny.standing(), both=tiny.sway(300.0))
    text = printed(replace(tiny.full_analysis(), standings=(standing,)))
    assert "fore 34 %; sway both 302.0 mm/s, ellipse 307 mm2; sway left 102.0 mm/s" in text


@pytest.mark.parametrize(("notes", "shown", "rest"), [(0, 0, ""), (12, 12, ""), (13, 12, "- and 1 more")])
def test_twelve_remarks_are_shown(notes: int, shown: int, rest: str) -> None:
    text = printed(replace(tiny.full_analysis(), notes=tuple(f"remark {i}" for i in range(notes))))
    assert text.count("- remark") == shown
    assert ("To know" in text) is (notes > 0)
    assert ("more (all are in the JSON)" in text) is bool(rest)
    assert rest in text


def made_of(value: float | None) -> Parameter:
    return Parameter(value, "N", 3)


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        (100.0, 110.0, "+10 %"),  # 100 * 10 / 105 = 9.52
        (110.0, 100.0, "-10 %"),
        (400.0, 401.9, "0 %"),  # 0.474
        (400.0, 402.1, "+1 %"),  # 0.524
        (402.1, 400.0, "-1 %"),
        (100.0, 100.0, "0 %"),
        (399.0, 401.0, "0 %"),  # 0.5 exactly
        (401.0, 399.0, "0 %"),
        (1.0, 3.0, "+100 %"),
        (0.0, 100.0, ""),
        (100.0, 0.0, ""),
        (-5.0, 100.0, ""),
        (NAN, 100.0, ""),
        (100.0, NAN, ""),
        (None, 100.0, ""),
        (100.0, None, ""),
    ],
)
def test_the_symmetry_index_is_right_less_left_over_their_mean(
    left: float | None, right: float | None, text: str
) -> None:
    assert asymmetry_text(made_of(left), made_of(right), "f1_n") == text


@pytest.mark.parametrize("name", ["stride_time_cv_pct", "ml_index_heel", "ml_index_forefoot", "cpei_pct"])
def test_figures_without_a_symmetry_index(name: str) -> None:
    assert asymmetry_text(made_of(1.0), made_of(3.0), name) == ""


def test_one_foot_has_no_symmetry_index() -> None:
    assert asymmetry_text(None, made_of(3.0), "f1_n") == ""
    assert asymmetry_text(made_of(3.0), None, "f1_n") == ""


def finding(rule: str, state: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "rule_version": 3,
        "state": state,
        "patient": f"words of {rule}",
        "guidance": {"disclaimer": f"disclaimer of {rule}"},
    }


def test_posture_in_words() -> None:
    found = [
        finding("a", "present"),
        finding("b", "present"),
        finding("c", "absent"),
        finding("d", "unknown"),
    ]
    assert as_texts(found) == [
        "words of a (a, version 3)",
        "words of b (b, version 3)",
        "Rules and sides: 2 found, 1 clear, 1 cannot be judged here; the JSON says why",
        "disclaimer of a",
    ]
    assert as_texts([finding("c", "absent"), finding("d", "absent")]) == [
        "Rules and sides: 0 found, 2 clear, 0 cannot be judged here"
    ]


def test_activities_are_not_part_of_the_summary() -> None:
    full_analysis = tiny.full_analysis()
    changed = replace(full_analysis.analysis, activities=(Activity("sitting", 0.5, 125.0),))
    assert printed(replace(full_analysis, analysis=changed)) == SUMMARY
