"""The CSV files of a tiny analysis made by hand: each value under its title, in its row, of its foot."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from plantigrade.analysis import tables

from tests.host.analyze import tiny

TITLES = (
    "foot,initial_contact_s,final_contact_s,next_initial_contact_s,stride_time_s,stance_time_s,swing_time_s,"
    "stance_pct,swing_pct,double_support_s,double_support_pct,valid,bout,reason,step_time_s,"
    "initial_double_support_s,terminal_double_support_s,single_support_s,foot_flat_s,heel_off_s,"
    "initial_contact_sd_s,final_contact_sd_s,bridged_samples,peak_force_n,f1_n,f1_time_pct,f2_n,f2_time_pct,f3_n,f3_time_pct,loading_rate_n_per_s,push_off_rate_n_per_s,"
    "impulse_n_s,mean_force_n,cpei_pct,pti_kpa_s"
)


@pytest.fixture
def text() -> str:
    return tables.strides_csv(tiny.analysis())


@pytest.fixture
def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_titles(text: str) -> None:
    assert text.splitlines()[0] == TITLES
    assert ",".join(tables.stride_columns(tiny.analysis())) == TITLES
    assert text.endswith("\n")
    assert "\r" not in text


def test_rows_of_both_feet_in_order_of_contact(rows: list[dict[str, str]]) -> None:
    assert [(row["foot"], row["initial_contact_s"]) for row in rows] == [
        ("left", "1.000000"),
        ("right", "1.500000"),
        ("left", "2.125000"),
        ("right", "2.625000"),
        ("left", "3.250000"),
    ]
    assert [row["final_contact_s"] for row in rows][:2] == ["1.625000", "2.125000"]
    assert [row["next_initial_contact_s"] for row in rows][:2] == ["2.000000", "2.500000"]


def test_which_strides_count_and_why_others_do_not(rows: list[dict[str, str]]) -> None:
    assert [(row["valid"], row["reason"], row["bout"]) for row in rows] == [
        ("1", "", "0"),
        ("1", "", "1"),
        ("0", "turn; outlier", ""),
        ("0", "start of walking", ""),
        ("0", "samples missing", ""),
    ]


def test_every_column_holds_its_own_values(rows: list[dict[str, str]]) -> None:
    """Column c of row i holds 1000 + 10 c + i / 8 on the left, 3000 + ... on the right (tiny.strides)."""
    expected = {
        "stride_time_s": "1000.125000",
        "stance_time_s": "1010.125000",
        "swing_time_s": "1020.125000",
        "stance_pct": "1030.1250",
        "swing_pct": "1040.1250",
        "step_time_s": "1050.125000",
        "initial_double_support_s": "1060.125000",
        "terminal_double_support_s": "1070.125000",
        "single_support_s": "1080.125000",
        "double_support_s": "1090.125000",
        "double_support_pct": "1100.1250",
        "foot_flat_s": "1110.125000",
        "heel_off_s": "1120.125000",
        "initial_contact_sd_s": "1130.125000",
        "final_contact_sd_s": "1140.125000",
        "bridged_samples": "1150.1250",
        "peak_force_n": "1160.1250",
        "f1_n": "1170.1250",
        "f1_time_pct": "1180.1250",
        "f2_n": "",  # not known in the second stride
        "f2_time_pct": "1200.1250",
        "f3_n": "1210.1250",
        "f3_time_pct": "1220.1250",
        "loading_rate_n_per_s": "1230.125000",
        "push_off_rate_n_per_s": "1240.125000",
        "impulse_n_s": "1250.125000",
        "mean_force_n": "1260.1250",
        "cpei_pct": "1300.0000",
        "pti_kpa_s": "",
    }
    assert {name: rows[2][name] for name in expected} == expected
    assert rows[0]["f2_n"] == "1190.0000"
    assert (rows[1]["f1_n"], rows[1]["f3_n"], rows[1]["cpei_pct"]) == ("3170.0000", "3210.0000", "3300.0000")


def test_seconds_have_six_decimals_and_other_figures_four() -> None:
    made = tiny.analysis()
    assert made.left is not None
    strides = replace(
        made.left.strides,
        stance_time_s=np.array([0.12345678, 1.0, 1.0]),
        stance_pct=np.array([61.23456, np.inf, -np.inf]),
    )
    made = replace(made, left=replace(made.left, strides=strides))
    found = list(csv.DictReader(io.StringIO(tables.strides_csv(made))))
    assert (found[0]["stance_time_s"], found[0]["stance_pct"]) == ("0.123457", "61.2346")
    assert (found[2]["stance_pct"], found[4]["stance_pct"]) == ("", "")


def test_a_time_found_under_the_foot_stands_in_where_the_force_tells_none() -> None:
    """Heel-off and foot-flat may come from either; a value of the force's own table goes first."""
    made = tiny.analysis()
    assert made.left is not None
    strides = replace(
        made.left.strides,
        heel_off_s=np.array([0.5, np.nan, np.nan]),
        pressure_names=("heel_off_s",),
        pressure=np.array([[0.25], [0.375], [np.nan]]),
    )
    found = list(
        csv.DictReader(
            io.StringIO(tables.strides_csv(replace(made, left=replace(made.left, strides=strides))))
        )
    )
    left = [row["heel_off_s"] for row in found if row["foot"] == "left"]
    assert left == ["0.500000", "0.375000", ""]


def test_a_column_of_one_foot_is_empty_on_the_other() -> None:
    made = tiny.analysis()
    assert made.right is not None
    strides = replace(
        made.right.strides, pressure_names=("gait_line_width_mm",), pressure=np.array([[7.5], [8.0]])
    )
    text = tables.strides_csv(replace(made, right=replace(made.right, strides=strides)))
    assert text.splitlines()[0] == TITLES + ",gait_line_width_mm"
    found = list(csv.DictReader(io.StringIO(text)))
    assert [row["gait_line_width_mm"] for row in found] == ["", "7.5000", "", "8.0000", ""]
    assert [row["cpei_pct"] for row in found][:2] == ["1300.0000", ""]


def test_events_of_both_feet_in_time_order() -> None:
    assert tables.events_csv(tiny.analysis()).splitlines() == [
        "foot,event,time_s",
        "left,initial_contact,1.000000",
        "right,initial_contact,1.500000",
        "left,final_contact,1.625000",
        "left,initial_contact,2.125000",
        "right,final_contact,2.125000",
        "right,initial_contact,2.625000",
        "left,final_contact,2.750000",
        "left,initial_contact,3.250000",
        "right,final_contact,3.250000",
        "left,final_contact,3.875000",
    ]


def test_events_of_one_foot() -> None:
    made = replace(tiny.analysis(), left=None)
    lines = tables.events_csv(made).splitlines()
    assert len(lines) == 5
    assert all(line.startswith("right,") for line in lines[1:])
