"""The JSON of a tiny analysis made by hand: each figure stands under its own name, with its unit and side."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from plantigrade.analysis import document
from plantigrade.gait.load_levels import LoadedFrom, LoadLevels, UnloadedFrom
from plantigrade.gait.results import Parameter
from plantigrade.gait.signals import Foot
from plantigrade.gait.standing_caveats import Caveat

from tests.host.analyze import tiny


@pytest.fixture
def found() -> dict[str, Any]:
    return json.loads(document.to_text(tiny.full_analysis()))


def test_members_in_their_order(found: dict[str, Any]) -> None:
    assert list(found) == [
        "schema",
        "input",
        "algorithm",
        "accounting",
        "notes",
        "findings",
        "bouts",
        "left",
        "right",
        "both",
        "activities",
        "hours",
        "turns",
        "stairs",
        "posture",
        "gait",
        "load_levels",
        "standing",
        "sway_norms",
        "eyes_closed_over_open",
        "butterfly",
    ]
    assert found["schema"] == "plantigrade.analysis/1"


def test_input(found: dict[str, Any]) -> None:
    assert found["input"] == {
        "path": "folder/tiny.csv",
        "format": "csv",
        "note": "from a test",
        "instrument": "insole",
        "sample_rate_hz": 100.0,
        "from_s": 0.5,
        "to_s": 125.0,
        "body_weight_n": 712.4,
        "feet": {
            "left": {"samples": 4, "sensors": 3, "quantity": "force", "layout": "tiny-3"},
            "right": {"samples": 5, "sensors": 3, "quantity": "force", "layout": None},
        },
    }


def test_algorithm_accounting_notes_and_findings(found: dict[str, Any]) -> None:
    assert found["algorithm"] == {"version": "1", "settings": {"contact.load_share": 0.35, "filter": "none"}}
    gap = {"from_s": 4.5, "to_s": 4.75, "reason": "overrun", "bridged": False}
    assert found["accounting"] == {
        "left": {"samples_spanned": 500, "samples_used": 475, "samples_missing": 25, "gaps": [gap]},
        "right": {"samples_spanned": 498, "samples_used": 498, "samples_missing": 0, "gaps": []},
    }
    assert found["notes"] == ["one thing", "another thing"]
    text = "left foot: sensor 2 never saw a load"
    assert found["findings"] == [{"code": "sensor_dead", "text": text, "foot": "left", "sensor": 2}]


def test_bouts_activities_hours_turns_and_stairs(found: dict[str, Any]) -> None:
    assert found["bouts"] == [
        {
            "index": 0,
            "from_s": 1.0,
            "to_s": 4.25,
            "duration_s": 3.25,
            "duration_bin": "< 10 s",
            "steps": 6,
            "strides_left": 3,
            "strides_right": 2,
            "turns": 1,
            "cadence_per_min": 110.75,
            "parameters": {"stride_time_s": {"value": 1.15, "n": 4, "unit": "s", "sd": 0.03}},
        }
    ]
    assert found["activities"] == [
        {"kind": "standing", "from_s": 0.5, "to_s": 1.0},
        {"kind": "walking", "from_s": 1.0, "to_s": 84.6},
        {"kind": "standing", "from_s": 84.6, "to_s": 125.0},
    ]
    assert found["hours"] == [
        {"hour": 0, "steps": 11, "walking_s": 83.6, "cadence_per_min": 98.5},
        {"hour": 1, "steps": 0, "walking_s": 0.0, "cadence_per_min": None},
    ]
    assert found["turns"] == [{"from_s": 2.25, "to_s": 3.125, "angle_deg": None}]
    assert found["stairs"] == [
        {
            "from_s": 40.5,
            "to_s": 52.0,
            "height_m": -2.56,
            "height_sd_m": 0.15,
            "steps": 16,
            "pattern": "step_by_step",
        }
    ]


def test_each_foot_has_its_own_figures(found: dict[str, Any]) -> None:
    left, right = found["left"], found["right"]
    assert list(left) == [*tiny.left_parameters(), "force_cycle", "load_map"]
    assert left["stride_time_s"] == {
        "value": 1.1016,
        "n": 2,
        "unit": "s",
        "sd": 0.0234,
        "cv_pct": 2.124,
        "median": 1.1,
        "mad": 0.0148,
    }
    assert left["f1_n"] == {"value": 901.4, "n": 2, "unit": "N", "sd": 11.2}
    assert left["f3_n"] == {"value": 853.2, "n": 1, "unit": "N", "sd": 5.0}
    assert right["f1_n"] == {"value": 803.4, "n": 3, "unit": "N", "sd": 12.6}
    assert right["ml_index_heel"] == {"value": -0.234, "n": 3, "unit": "1", "sd": 0.06}
    assert left["cpei_pct"] == {"value": None, "n": 0, "unit": "%", "note": "sensor places are relative"}


def test_the_ensemble_of_each_foot(found: dict[str, Any]) -> None:
    left, right = found["left"]["force_cycle"], found["right"]["force_cycle"]
    assert (left["unit"], left["n"], right["n"]) == ("N", 2, 3)
    assert left["mean"] == [float(i) for i in range(101)]
    assert left["sd"][:3] == [0.0, 0.1, 0.2]
    assert right["mean"][7] == 1007.0


def test_a_map_has_places_as_shares_of_the_length_and_only_where_places_are_known(
    found: dict[str, Any],
) -> None:
    drawn = found["left"]["load_map"]
    assert (drawn["unit"], len(drawn["load"])) == ("kPa", 3)
    assert drawn["x_share"] == [round(x / 260, 4) for x in (30, 40, 50)]
    assert drawn["y_share"] == [round(y / 260, 4) for y in (20, 110, 180)]
    assert "load_map" not in found["right"]


def test_both_feet_with_the_butterfly(found: dict[str, Any]) -> None:
    both = found["both"]
    assert list(both)[-3:] == [
        "butterfly_crossing_x_pct",
        "butterfly_crossing_y_pct",
        "butterfly_asymmetry_pct",
    ]
    assert both["butterfly_crossing_x_pct"] == {"value": -7.25, "n": 3, "unit": "%", "sd": 1.5}
    assert both["butterfly_crossing_y_pct"] == {"value": 48.5, "n": 3, "unit": "%", "sd": 2.5}
    assert both["butterfly_asymmetry_pct"] == {"value": 3.75, "n": 3, "unit": "%"}
    assert both["cadence_steps_per_min"] == {"value": 99.96, "n": 5, "unit": "steps/min"}
    note = "30 strides are needed"
    assert both["swing_time_cv_pct"] == {"value": 6.85, "n": 5, "unit": "%", "note": note}
    drawn = found["butterfly"]
    assert drawn["n"] == 3
    assert (drawn["x_pct"][:2], drawn["y_pct"][:2]) == ([-50.0, -49.0], [0.0, 0.8])


def test_a_butterfly_that_does_not_cross_is_unknown_with_the_reason() -> None:
    nan = float("nan")
    drawn = replace(tiny.butterfly(), crossing_x_pct=nan, crossing_y_pct=nan, crossing_x_sd_pct=nan)
    both = document.document(replace(tiny.full_analysis(), butterfly=drawn))["both"]
    assert both["butterfly_crossing_x_pct"] == {  # type: ignore[index]
        "value": None,
        "n": 3,
        "unit": "%",
        "note": "the diagonals do not cross",
    }
    assert both["butterfly_asymmetry_pct"] == {"value": 3.75, "n": 3, "unit": "%"}  # type: ignore[index]


def test_one_foot_has_no_figures_of_two() -> None:
    found: dict[str, Any] = document.document(tiny.one_foot())
    assert found["left"] is None
    assert list(found["accounting"]) == ["right"]
    assert found["butterfly"] is None
    assert found["eyes_closed_over_open"] is None
    note = "needs both feet, sensor places and at least three cycles"
    for name in ("crossing_x", "crossing_y", "asymmetry"):
        assert found["both"][f"butterfly_{name}_pct"] == {"value": None, "n": 0, "unit": "%", "note": note}


def test_a_foot_without_an_ensemble_has_none() -> None:
    full_analysis = tiny.full_analysis()
    assert full_analysis.analysis.left is not None
    bare = replace(full_analysis.analysis, left=replace(full_analysis.analysis.left, force_cycle=None))
    found: dict[str, Any] = document.document(replace(full_analysis, analysis=bare))
    assert "force_cycle" not in found["left"]
    assert "force_cycle" in found["right"]


def test_standing(found: dict[str, Any]) -> None:
    (span,) = found["standing"]
    sides = {name: span.pop(f"sway_{name}") for name in ("left", "right", "both")}
    assert span == {
        "kind": "standing",
        "from_s": 5.0,
        "to_s": 35.5,
        "leg": None,
        "eyes": None,
        "caveats": [],
        "standing_left_load_pct": {"value": 55.4, "n": 1, "unit": "%"},
        "standing_rear_load_pct": {"value": 65.6, "n": 1, "unit": "%"},
        "standing_left_rear_pct": {"value": 61.0, "n": 1, "unit": "%"},
        "standing_right_rear_pct": {"value": 71.0, "n": 1, "unit": "%"},
        "standing_load_shift_sd_pct": {"value": 2.26, "n": 1, "unit": "%"},
        "notes": ["the distance of the feet is not known"],
    }
    assert sides["both"] is None
    values = {name: (entry["value"], entry["unit"]) for name, entry in sides["left"].items()}
    assert values == {
        "path_mm": (101.0, "mm"),
        "mean_velocity_mm_per_s": (102.0, "mm/s"),
        "unfiltered_velocity_mm_per_s": (98.0, "mm/s"),
        "range_x_mm": (103.0, "mm"),
        "range_y_mm": (104.0, "mm"),
        "rms_x_mm": (105.0, "mm"),
        "rms_y_mm": (106.0, "mm"),
        "ellipse_area_mm2": (107.0, "mm2"),
        "ellipse_major_mm": (108.0, "mm"),
        "ellipse_minor_mm": (109.0, "mm"),
        "ellipse_angle_deg": (110.0, "degrees"),
        "x_mean_hz": (120.0, "Hz"),
        "x_median_hz": (121.0, "Hz"),
        "x_f95_hz": (122.0, "Hz"),
        "x_low_pct": (123.0, "%"),
        "x_medium_pct": (124.0, "%"),
        "x_high_pct": (125.0, "%"),
        "y_mean_hz": (130.0, "Hz"),
        "y_median_hz": (131.0, "Hz"),
        "y_f95_hz": (132.0, "Hz"),
        "y_low_pct": (133.0, "%"),
        "y_medium_pct": (134.0, "%"),
        "y_high_pct": (135.0, "%"),
    }
    assert sides["right"]["path_mm"]["value"] == 201.0
    assert {entry["n"] for entry in sides["right"].values()} == {1}


def test_every_sway_figure_names_the_filter_that_it_went_through(found: dict[str, Any]) -> None:
    sway = found["standing"][0]["sway_left"]
    corners = {name: entry["low_pass_hz"] for name, entry in sway.items()}
    assert corners.pop("unfiltered_velocity_mm_per_s") is None
    assert set(corners.values()) == {10.0}


def test_healthy_peoples_sway_stands_beside_the_bodys_with_its_source() -> None:
    entire = replace(tiny.standing(), both=tiny.sway(1.0))
    shown: Any = document.document(replace(tiny.full_analysis(), standings=(entire,)))["sway_norms"]
    assert shown["licence"] == "CC BY 4.0" and "Santos & Duarte 2016" in shown["source"]
    assert shown["instrument"] == "plate" and len(shown["rows"]) == 16
    closed = replace(entire, eyes="closed")
    shown = document.document(replace(tiny.full_analysis(), standings=(closed,)))["sway_norms"]
    assert {row["eyes"] for row in shown["rows"]} == {"closed"}


def test_a_span_with_a_caveat_is_held_against_no_norm() -> None:
    questioned = replace(
        tiny.standing(), both=tiny.sway(1.0), caveats=(Caveat("clipped", "it stops at 300 N"),)
    )
    found: Any = document.document(replace(tiny.full_analysis(), standings=(questioned,)))
    assert found["sway_norms"] is None
    assert found["standing"][0]["caveats"] == [{"code": "clipped", "text": "it stops at 300 N"}]


def test_load_levels_name_their_reason() -> None:
    levels = LoadLevels(
        540.25,
        LoadedFrom.STEADY_SUM,
        {Foot.LEFT: 0.0, Foot.RIGHT: 12.5},
        {Foot.LEFT: UnloadedFrom.CALIBRATION, Foot.RIGHT: UnloadedFrom.SWING},
        540.25,
        "the stated weight is too small",
    )
    full_analysis = tiny.full_analysis()
    changed = replace(full_analysis, analysis=replace(full_analysis.analysis, load_levels=levels))
    assert document.document(changed)["load_levels"] == {
        "loaded_n": 540.25,
        "loaded_from": "steady_sum",
        "text": "the sum of both feet, which stays steady while each foot's load moves",
        "steady_sum_n": 540.25,
        "unloaded": {
            "left": {"level_n": 0.0, "from": "calibration"},
            "right": {"level_n": 12.5, "from": "swing"},
        },
        "caveat": "the stated weight is too small",
    }


def test_standing_of_one_foot_says_why_shares_are_unknown() -> None:
    nan = float("nan")
    bare = replace(
        tiny.standing(),
        left_load_pct=nan,
        load_shift_sd_pct=nan,
        rear_load_pct=nan,
        left_rear_pct=nan,
        right_rear_pct=nan,
        right=replace(tiny.sway(1.0), spectrum_y=None),
        notes=("the left foot is missing", "too short"),
    )
    (span,) = document.document(replace(tiny.full_analysis(), standings=(bare,)))["standing"]  # type: ignore[misc]
    why = {"value": None, "n": 0, "unit": "%", "note": "the left foot is missing; too short"}
    places = {"value": None, "n": 0, "unit": "%", "note": "the source has no sensor places"}
    assert span["standing_left_load_pct"] == why
    assert span["standing_load_shift_sd_pct"] == why
    for name in ("rear_load", "left_rear", "right_rear"):
        assert span[f"standing_{name}_pct"] == places
    no_spectrum = {
        "value": None,
        "n": 0,
        "unit": "Hz",
        "note": "could not be computed from this span",
        "low_pass_hz": 10.0,
    }
    assert span["sway_right"]["y_f95_hz"] == no_spectrum
    assert span["sway_right"]["x_f95_hz"]["value"] == 23.0


def test_eyes_closed_over_open(found: dict[str, Any]) -> None:
    assert found["eyes_closed_over_open"] == {
        "velocity": {"value": 1.256, "n": 1, "unit": "1"},
        "area": {"value": 2.344, "n": 1, "unit": "1"},
        "range_x": {"value": 1.5, "n": 1, "unit": "1"},
        "range_y": {"value": 1.75, "n": 1, "unit": "1"},
    }


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.0 / 3.0, 0.333333333),
        (123456789.04, 123456789.0),
        (-0.00012345678949, -0.000123456789),
        (float("inf"), None),
        (float("-inf"), None),
        (float("nan"), None),
        (None, None),
        (0.0, 0.0),
    ],
)
def test_a_figure_has_nine_significant_digits_or_is_unknown(
    value: float | None, written: float | None
) -> None:
    full_analysis = tiny.full_analysis()
    both = {**tiny.both_parameters(), "x": Parameter(value, "s", 4, sd=value)}
    found: dict[str, Any] = document.document(
        replace(full_analysis, analysis=replace(full_analysis.analysis, both=both))
    )
    entry = found["both"]["x"]
    assert entry["value"] == written
    if written is None:
        assert entry == {
            "value": None,
            "n": 4,
            "unit": "s",
            "note": "could not be computed from this recording",
        }
    else:
        assert entry["sd"] == written


def test_unknown_points_of_a_curve_are_null() -> None:
    full_analysis = tiny.full_analysis()
    curve = np.full(101, np.nan)
    curve[3] = 2.5
    found: dict[str, Any] = document.document(
        replace(full_analysis, butterfly=replace(tiny.butterfly(), x_pct=curve, y_pct=curve + 1))
    )
    assert found["butterfly"]["x_pct"][2:5] == [None, 2.5, None]
    assert found["butterfly"]["y_pct"][2:5] == [None, 3.5, None]


def test_the_text_is_indented_utf8_with_a_last_line_end() -> None:
    text = document.to_text(replace(tiny.full_analysis(), notes=("Grüße",)))
    assert text.startswith('{\n "schema": "plantigrade.analysis/1",\n "input": {\n  "path"')
    assert text.endswith("\n}\n")
    assert '"Grüße"' in text


def test_names_of_all_parameters() -> None:
    names = document.parameter_names(tiny.analysis())
    assert names == set(tiny.left_parameters()) | set(tiny.right_parameters()) | set(tiny.both_parameters())


@pytest.mark.parametrize(
    ("entry", "yes"),
    [
        ({"value": 1, "n": 2, "unit": "s"}, True),
        ({"value": 1, "n": 2, "unit": "s", "sd": 1}, True),
        ({"value": 1, "n": 2}, False),
        ({"n": 1, "unit": "N", "mean": []}, False),
        ([], False),
        (None, False),
    ],
)
def test_what_is_a_parameter(entry: object, yes: bool) -> None:
    assert document.is_parameter(entry) is yes
