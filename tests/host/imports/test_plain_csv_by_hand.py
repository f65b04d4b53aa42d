"""Plain CSV, each line of its definition: clock, delimiters, kinds of columns, places, remarks, refusals."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats, plain_header

from tests.host.imports.reading import message, refusal, written

ROWS = "0.00,1,4\n0.01,2,5\n0.02,3,9\n"


def read(tmp_path: Path, text: str, foot: Foot | None = None) -> Walk:
    return formats.read(written(tmp_path / "walk.csv", text), foot=foot)


def left(walk: Walk) -> list[list[float]]:
    assert walk.left is not None
    return walk.left.force_n.tolist()


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz", "body_weight_n")
@pytest.mark.parametrize(
    "text",
    [
        "time_s,left_force_n,right_force_n\n" + ROWS,
        "# body_weight_kg: 70\n\n# a remark\ntime_s, Left_Force_N ,RIGHT_FORCE_N\r\n" + ROWS,
        '"time_s","left_force_n","right_force_n"\n' + ROWS,
        "time_s;left_force_n;right_force_n\n" + ROWS.replace(",", ";"),
        "time_s\tleft_force_n\tright_force_n\n" + ROWS.replace(",", "\t"),
        "time_s;left_force_n;right_force_n\n" + ROWS.replace(",", ";").replace(".", ","),
        "right_force_n,remark_n,left_force_n,time_s\n4,7,1,0.00\n5,7,2,0.01\n9,7,3,0.02\n",
        "# sample_rate_hz: 100\nleft_force_n,right_force_n\n1,4\n2,5\n3,9\n",
        "#sample_rate_hz:100\nleft_force_n,right_force_n\n1,4\n2,5\n3,9\n",
    ],
)
def test_three_rows_of_both_feet(tmp_path: Path, text: str):
    walk = read(tmp_path, text)
    assert walk.source.format == "csv"
    assert walk.sample_rate_hz == pytest.approx(100.0)
    assert left(walk) == [[1.0], [2.0], [3.0]]
    assert walk.right is not None
    assert walk.right.force_n.tolist() == [[4.0], [5.0], [9.0]]
    assert walk.right.time_s == pytest.approx([0.0, 0.01, 0.02])
    assert walk.body_weight_n == (pytest.approx(686.4655) if "70" in text else None)  # 70 x 9.80665
    assert (walk.right.layout, walk.right.quantity, message(walk)) == (None, "force", "")


def test_a_header_that_says_another_rate_than_its_clock(tmp_path: Path):
    walk = read(tmp_path, "# sample_rate_hz: 50\ntime_s,left_force_n,right_force_n\n" + ROWS)
    assert walk.sample_rate_hz == pytest.approx(100.0)
    assert message(walk) == "the header says 50 Hz but the time column runs at 100 Hz, which was used"


@pytest.mark.worked_example("force_n")
def test_kinds_of_columns(tmp_path: Path):
    walk = read(tmp_path, "time_s,left_2_n,left_force_n,right_footswitch,left_1_n\n0,1,9,3,5\n0.01,2,9,4,7\n")
    assert left(walk) == [[1.0, 5.0], [2.0, 7.0]]  # each sensor goes before the total, in the file's order
    assert walk.right is not None
    assert walk.right.quantity == "footswitch"
    assert walk.right.force_n.tolist() == [[3.0], [4.0]]
    walk = read(tmp_path, "time_s,left_footswitch,left_force_n\n0,1,9\n0.01,2,8\n")
    assert walk.left is not None
    assert (left(walk), walk.left.quantity) == ([[9.0], [8.0]], "force")


@pytest.mark.worked_example("missing")
@pytest.mark.parametrize(
    "rows",
    [
        "0.00,,4\n0.01,2,\n0.02,,\n0.03,1,1\n",
        "0.00,nan,4\n0.01,2,NaN\n0.02,nan,nan\n0.03,1,1\n",
        "0.00;;4\n0.01;2;\n0.02;;\n0.03;1;1\n",
        "0.00\t\t4\n0.01\t2\t\n0.02\t\t\n0.03\t1\t1",
    ],
)
def test_an_empty_cell_is_a_missing_sample(tmp_path: Path, rows: str):
    mark = next(mark for mark in ";\t," if mark in rows)
    walk = read(tmp_path, f"time_s{mark}left_force_n{mark}right_force_n\n{rows}")
    assert np.isnan(left(walk))[:, 0].tolist() == [True, False, True, False]
    assert walk.right is not None
    assert np.isnan(walk.right.force_n)[:, 0].tolist() == [False, True, True, False]


def test_an_empty_first_cell_is_a_time_that_is_missing(tmp_path: Path):
    path = written(tmp_path / "walk.csv", "time_s,left_force_n\n0,1\n,2\n0.02,3\n")
    assert refusal(path) == "the time of sample 2 is not a number (1 such samples)"


@pytest.mark.worked_example("x_mm", "y_mm", "area_cm2", "region", "insole_length_mm")
def test_places_from_the_file(tmp_path: Path):
    """Without a length, the farthest sensor lies at 1 / 1.08 of it: 250 x 1.08 = 270 mm."""
    head = (
        "# sensor heel: 30 27 2.5\n# Sensor 2 : 60 135 0\n# sensor toe: 40.5 250 -1\n# sensor other: 1 2 3\n"
    )
    rows = "time_s,left_toe_n,left_heel_n,left_2_n\n0,1,2,3\n0.01,2,3,4\n"
    layout = read(tmp_path, head + rows).feet[0].layout
    assert layout is not None
    assert layout.name == "from the file"
    assert layout.x_mm.tolist() == [40.5, 30.0, 60.0]
    assert layout.y_mm.tolist() == [250.0, 27.0, 135.0]
    assert layout.area_cm2[1] == 2.5
    assert np.isnan(layout.area_cm2).tolist() == [True, False, True]
    assert layout.insole_length_mm == pytest.approx(270.0)
    assert layout.region == ("toes", "heel", "midfoot")
    assert not layout.relative
    layout = read(tmp_path, "# insole_length_mm: 400\n" + head + rows).feet[0].layout
    assert layout is not None
    assert layout.insole_length_mm == 400.0
    assert layout.region == ("forefoot", "heel", "midfoot")  # 0.625, 0.0675, 0.3375


@pytest.mark.worked_example("x_mm", "y_mm", "insole_length_mm")
def test_our_own_names_bring_our_own_places(tmp_path: Path):
    """Size 45 is 300 mm, whose ball is 108 mm wide: heel_posterior at 0.62 and 0.07 of them, hallux at 0.17
    and 0.9."""
    order = ["hallux", *(name for name in SENSOR_NAMES if name != "hallux")]
    titles = ",".join(["time_s", *(f"right_{name}_n" for name in order)])
    rows = "0," + ",".join("1" * 16) + "\n0.01," + ",".join("2" * 16) + "\n"
    layout = read(tmp_path, f"# eu_size: 45\n{titles}\n{rows}").feet[0].layout
    assert layout is not None
    assert layout.name == "plantigrade-16-v1"
    assert layout.x_mm[:2] == pytest.approx([18.36, 66.96])
    assert layout.y_mm[:2] == pytest.approx([270.0, 21.0])
    assert layout.region[:2] == ("toes", "heel")
    assert layout.insole_length_mm == pytest.approx(300.0)
    assert not layout.relative
    assert 5 < layout.area_cm2[0] < layout.area_cm2[1] * 4
    nominal = read(tmp_path, f"{titles}\n{rows}").feet[0].layout
    assert nominal is not None
    assert nominal.relative
    assert nominal.insole_length_mm == pytest.approx(280.0)
    # The area of each goes with the square of the length, and with its own name.
    assert layout.area_cm2 == pytest.approx(nominal.area_cm2 * (300 / 280) ** 2)
    straight = ",".join(["time_s", *(f"right_{name}_n" for name in SENSOR_NAMES)])
    own = read(tmp_path, f"# eu_size: 45\n{straight}\n{rows}").feet[0].layout
    assert own is not None
    assert own.area_cm2[13] == layout.area_cm2[0]
    fewer = read(
        tmp_path, titles.rpartition(",")[0] + "\n" + rows.replace(",1\n", "\n").replace(",2\n", "\n")
    )
    assert fewer.feet[0].layout is None


def test_the_side_of_a_file_of_one_foot_can_be_named(tmp_path: Path):
    text = "time_s,left_force_n\n0,1\n0.01,2\n"
    assert read(tmp_path, text).left is not None
    named = read(tmp_path, text, Foot.RIGHT)
    assert (named.left, named.feet[0].foot) == (None, Foot.RIGHT)
    both = written(tmp_path / "walk.csv", "time_s,left_force_n,right_force_n\n" + ROWS)
    assert refusal(both, foot=Foot.LEFT) == "has both feet; leave --foot out"


HEAD = "time_s,left_1_n,left_2_n\n"
NOT_POSITIVE = "the line '# sample_rate_hz:' needs a positive number, not "
BODY = "0,1,2\n0.01,3,4\n"
NO_COLUMN = (
    "has no column such as left_force_n, left_1_n, left_footswitch or left_acc_x_m_s2; see "
    "docs/reference/file-formats.md"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("# body_weight_kg: 70\n", "has no row of column titles"),
        ("time_s,force\n" + BODY, NO_COLUMN),
        ("time_s,left_force\n" + BODY, NO_COLUMN),
        ("time_s,middle_1_n\n" + BODY, NO_COLUMN),
        (HEAD, "has column titles but no sample"),
        (HEAD + "\n\n", "has column titles but no sample"),
        ("time_s,left_1_n,time_s\n" + BODY, "has the column 'time_s' twice"),
        ("time_s,left_1_n,LEFT_1_N\n" + BODY, "has the column 'left_1_n' twice"),
        (f"time_s,left_{'a' * 50}_n,left_{'a' * 50}_n\n" + BODY, f"has the column 'left_{'a' * 35}' twice"),
        ("left_1_n,left_2_n,x\n" + BODY, "has neither a time_s column nor a line '# sample_rate_hz: ...'"),
        (HEAD + BODY + "0.02,5\n", "line 4 has 2 columns instead of 3"),
        ("# one\n\n# two\n" + HEAD + BODY + "0.02,5,y\n", "line 7: 'y' in column 'left_2_n' is not a number"),
        (HEAD + "0,1,2\n0.01,3,4\n0.005,5,6\n",
         "time does not rise from sample 2 (0.01 s) to the next (0.005 s), 1 such places; "
         "sort or repair the time column"),
        ("# sample_rate_hz: 0\n" + HEAD + BODY, NOT_POSITIVE + "'0'"),
        ("# sample_rate_hz: -5\n" + HEAD + BODY, NOT_POSITIVE + "'-5'"),
        ("# sample_rate_hz: inf\n" + HEAD + BODY, NOT_POSITIVE + "'inf'"),
        ("# sample_rate_hz: nan\n" + HEAD + BODY, NOT_POSITIVE + "'nan'"),
        (f"# body_weight_kg: {'9' * 9}x{'9' * 15}\n" + HEAD + BODY,
         f"the line '# body_weight_kg:' needs a positive number, not '{'9' * 9}x{'9' * 10}'"),
        ("# insole_length_mm: long\n# sensor 1: 1 2 3\n# sensor 2: 1 2 3\n" + HEAD + BODY,
         "the line '# insole_length_mm:' needs a positive number, not 'long'"),
        ("# sensor 1: 1 2 3\n" + HEAD + BODY, "has places for some sensors but none for '2'"),
        ("\n# sensor 1: 1 2\n" + HEAD + BODY,
         "line 2: a sensor line is '# sensor NAME: x_mm y_mm area_cm2', not '1 2'"),
        ("# sensor 1: 1 2 3 4\n" + HEAD + BODY,
         "line 1: a sensor line is '# sensor NAME: x_mm y_mm area_cm2', not '1 2 3 4'"),
        (f"# sensor 1: a b {'c' * 60}\n" + HEAD + BODY,
         f"line 1: a sensor line is '# sensor NAME: x_mm y_mm area_cm2', not 'a b {'c' * 36}'"),
        ("# sensor 1: 1001 2 3\n" + HEAD + BODY, "line 1: a sensor cannot lie at 1001, 2 mm"),
        ("# sensor 1: 1 -1000.5 3\n" + HEAD + BODY, "line 1: a sensor cannot lie at 1, -1000.5 mm"),
        ("# sensor 1: nan 2 3\n" + HEAD + BODY, "line 1: a sensor cannot lie at nan, 2 mm"),
        ("# sensor 1: 1 inf 3\n" + HEAD + BODY, "line 1: a sensor cannot lie at 1, inf mm"),
        ("time_s,left_1_n,left_footswitch\n" + BODY,
         "the left foot has force sensors and a footswitch; keep one kind"),
        ("time_s,right_1_n,right_footswitch\n" + BODY,
         "the right foot has force sensors and a footswitch; keep one kind"),
        ("time_s,left_1_n,left_2_n\n0,1,1\n0.01,1,1\n",
         "no sensor carries a changing signal; nothing can be analysed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, text: str, problem: str):
    path = written(tmp_path / "walk.csv", text)
    assert refusal(path, "csv") == problem


def test_places_up_to_a_metre_are_believed(tmp_path: Path):
    head = "# sensor 1: 1000 -1000 3\n# sensor 2: 1 500 3\n"
    layout = read(tmp_path, head + HEAD + BODY).feet[0].layout
    assert layout is not None
    assert (layout.x_mm[0], layout.y_mm[0]) == (1000.0, -1000.0)


def test_4096_columns_are_read(tmp_path: Path):
    def rows_of(columns: int) -> str:
        titles = ",".join(["time_s", *(f"left_{i}_n" for i in range(columns - 1))])
        rows = "".join(f"{t}" + f",{t}" * (columns - 1) + "\n" for t in (0, 0.01, 0.02))
        return titles + "\n" + rows

    walk = read(tmp_path, rows_of(4096))
    assert walk.feet[0].sensor_count == 4095
    assert refusal(written(tmp_path / "walk.csv", rows_of(4097))) == "has 4097 columns; at most 4096 are read"


def test_2000_lines_of_remarks_may_come_first(tmp_path: Path):
    assert plain_header.MAX_COMMENTS == 2000
    assert left(read(tmp_path, "# x\n" * 2000 + HEAD + BODY)) == [[1.0, 2.0], [3.0, 4.0]]
    assert left(read(tmp_path, "\n" * 2000 + HEAD + BODY)) == [[1.0, 2.0], [3.0, 4.0]]
    path = written(tmp_path / "walk.csv", "# x\n" * 2001 + HEAD + BODY)
    assert refusal(path, "csv") == "has no row of column titles"


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-999, 999, width=32), st.floats(0, 999, width=32)), max_size=30),
    st.sampled_from(",;\t"),
    st.booleans(),
)  # fmt: skip
def test_numbers_survive_a_written_file(values: list[tuple[float, float]], mark: str, decimal_comma: bool):
    table = [
        f"{i / 100!r}{mark}{a!r}{mark}{b!r}" for i, (a, b) in enumerate([(0.0, 1.0), (1.0, 0.0), *values])
    ]
    text = mark.join(("time_s", "left_1_n", "left_2_n")) + "\n" + "\n".join(table) + "\n"
    if decimal_comma and mark != ",":
        head, _, body = text.partition("\n")
        text = head + "\n" + body.replace(".", ",")
    with tempfile.TemporaryDirectory() as folder:
        walk = read(Path(folder), text)
    assert left(walk)[2:] == [list(pair) for pair in values]
