"""XSENSOR `.csv`: frames written by hand whose grids, units, times and loads are known; every refusal."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written

LF, RF = "HX210.11.31.M11-DFM-LF S0073", "HX210.11.31.M11-DFM-RF S0073"


def block(
    name: str = LF,
    cells: str = "0,0,0\n0,10,0\n20,0,30\n",
    *,
    rows: str | None = "3",
    columns: str | None = "3",
    width: str | None = "0.8",
    height: str | None = "1.0",
    load: str = "",
) -> str:
    """One insole of 3 x 3 cells of 8 x 10 mm in one frame."""
    facts = {
        "Rows": rows,
        "Columns": columns,
        "Sensel Width (cm)": width,
        "Sensel Height (cm)": height,
        "Est. Load (N)": load or None,
    }
    stated = "".join(f"{key},{value},,,\n,,,\n" for key, value in facts.items() if value is not None)
    return f"SENSOR,{name},,\n,,,\n{stated}SENSELS,,,\n{cells}"


EMPTY = "0,0,0\n0,0,0\n0,0,0\n"


def frame(number: int, seconds: float, *blocks: str, day: str = "2022 Aug 16", after: str = "") -> str:
    hours, rest = divmod(seconds, 3600)
    clock = f"{int(hours):02d}:{int(rest // 60):02d}:{rest % 60:06.3f}"
    return f"FRAME,{number},,\n,,,\nDate, {day},,\nTime, {clock},,\n" + "".join(blocks) + after


def csv(*frames: str, unit: str = "kPa") -> str:
    return f"File:,walk.XSN,,\n,,,\nUnits:,{unit},,\n,,,\n" + "".join(frames)


def three(name: str = LF, **how: str) -> list[str]:
    """Three frames of 8 h 21 min, 20 ms apart, of which the second is loaded."""
    loaded = [{"cells": EMPTY}, {}, {"cells": EMPTY}]
    return [frame(i, 30060 + 0.02 * i, block(name, **(cells | how))) for i, cells in enumerate(loaded)]


def read(tmp_path: Path, text: str) -> Walk:
    return formats.read(written(tmp_path / "walk.csv", text))


def refused(tmp_path: Path, text: str) -> str:
    return refusal(written(tmp_path / "walk.csv", text))


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz", "area_cm2", "x_mm", "y_mm", "region")
@pytest.mark.parametrize(
    ("name", "foot", "x_mm"), [(LF, Foot.LEFT, [12.0, 20.0, 4.0]), (RF, Foot.RIGHT, [12.0, 4.0, 20.0])]
)
def test_a_recording_of_one_insole(tmp_path: Path, name: str, foot: Foot, x_mm: list[float]):
    """Cells of 8 x 10 mm are 0.8 cm2: 10, 20 and 30 kPa are 0.8, 1.6 and 2.4 N. Three are ever loaded: the
    middle of row 2 and both ends of row 3; three rows of 10 mm are the whole insole."""
    walk = read(tmp_path, csv(*three(name)))
    assert walk.source.format == "xsensor"
    assert [one.foot for one in walk.feet] == [foot]
    (signal,) = walk.feet
    assert walk.sample_rate_hz == pytest.approx(50.0, rel=1e-3)
    assert np.diff(signal.time_s) == pytest.approx([0.02, 0.02], abs=1e-5)
    assert signal.force_n == pytest.approx(np.array([[0, 0, 0], [0.8, 1.6, 2.4], [0, 0, 0]]), rel=1e-6)
    layout = signal.layout
    assert layout is not None
    assert layout.name == "xsensor-3x3"
    assert layout.x_mm.tolist() == x_mm
    assert layout.y_mm.tolist() == [15.0, 5.0, 5.0]
    assert layout.area_cm2 == pytest.approx([0.8] * 3)
    assert layout.region == ("midfoot", "heel", "heel")
    assert layout.insole_length_mm == 30.0
    assert (signal.quantity, signal.gaps, message(walk)) == ("force", (), "")


@pytest.mark.worked_example("force_n")
def test_both_insoles_each_with_its_grid(tmp_path: Path):
    right = block(RF, "1,2\n3,4\n", rows="2", columns="2", width="1", height="1")
    still = block(RF, "0,0\n0,0\n", rows="2", columns="2", width="1", height="1")
    blocks = [(block(), still), (block(cells=EMPTY), right), (block(), still)]
    walk = read(tmp_path, csv(*[frame(i, 10 + 0.02 * i, *both) for i, both in enumerate(blocks)]))
    left_n, right_n = (foot.force_n for foot in walk.feet)
    assert left_n[:, 0] == pytest.approx([0.8, 0, 0.8])
    assert right_n[1] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert [foot.layout.name for foot in walk.feet if foot.layout] == ["xsensor-3x3", "xsensor-2x2"]


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(("unit", "factor"), [("mmHg", 0.133322387), ("psi", 6.894757), ("N/cm²", 10.0)])
def test_units_of_pressure(tmp_path: Path, unit: str, factor: float):
    walk = read(tmp_path, csv(*three(), unit=unit))
    assert walk.feet[0].force_n[1] == pytest.approx(np.array([0.8, 1.6, 2.4]) * factor, rel=1e-6)


@pytest.mark.worked_example("force_n")
def test_an_insole_that_a_frame_lacks_is_missing_there(tmp_path: Path):
    walk = read(
        tmp_path,
        csv(
            frame(1, 10, block(), block(RF)),
            frame(2, 10.02, block(RF, EMPTY)),
            frame(3, 10.04, block(cells=EMPTY), block(RF)),
        ),
    )
    left, right = walk.feet
    assert np.isnan(left.force_n).all(axis=1).tolist() == [False, True, False]
    assert left.force_n[[0, 2], 0] == pytest.approx([0.8, 0.0])
    assert right.force_n[:, 0] == pytest.approx([0.8, 0.0, 0.8])
    assert "left foot: samples without a number, counted as missing: 1 of 3 (33.3 %)" in message(walk)


@pytest.mark.worked_example("time_s")
def test_midnight_and_the_end_of_a_month_pass(tmp_path: Path):
    walk = read(
        tmp_path,
        csv(
            frame(1, 86399.98, block(), day="2024 Feb 29"),
            frame(2, 0.0, block(cells=EMPTY), day="2024 Mar 1"),
            frame(3, 0.02, block(), day="2024 Mar 1"),
        ),
    )
    assert np.diff(walk.feet[0].time_s) == pytest.approx([0.02, 0.02], abs=2e-5)


@pytest.mark.worked_example("time_s")
def test_times_count_from_the_first_frame(tmp_path: Path):
    """8:21:17.962 is 0; a time of day without a date does not tell when it was."""
    text = csv(*three()).replace("Date, 2022 Aug 16,,\n", "")
    text = text.replace("08:21:00.000", "8:21:17.962").replace("08:21:00.020", "8:21:17.982")
    text = text.replace("08:21:00.040", "8:21:18.002")
    walk = read(tmp_path, text)
    assert walk.feet[0].time_s == pytest.approx([0.0, 0.02, 0.04], abs=1e-6)
    assert walk.source.started_local is None
    dated = text.replace("Time, 8:21:17.962", "Date, 2022 Aug 16,,\nTime, 8:21:17.962")
    walk = read(tmp_path, dated)
    assert walk.feet[0].time_s == pytest.approx([0.0, 0.02, 0.04], abs=1e-5)
    assert walk.source.started_local == datetime(2022, 8, 16, 8, 21, 17, 962_000)


@pytest.mark.parametrize("name", ["Left foot", "my LF", "LEFT", "lf"])
def test_names_of_a_left_insole(tmp_path: Path, name: str):
    assert read(tmp_path, csv(*three(name))).left is not None


@pytest.mark.parametrize("name", ["right foot", "RF 2", "BRIGHT"])
def test_names_of_a_right_insole(tmp_path: Path, name: str):
    assert read(tmp_path, csv(*three(name))).right is not None


def test_the_side_of_a_file_of_one_foot_can_be_named(tmp_path: Path):
    """Medial is then the other side of the grid."""
    path = written(tmp_path / "walk.csv", csv(*three(LF)))
    (signal,) = formats.read(path, foot=Foot.RIGHT).feet
    assert signal.foot is Foot.RIGHT
    assert signal.layout is not None
    assert signal.layout.x_mm.tolist() == [12.0, 4.0, 20.0]
    both = [frame(i, 10 + 0.02 * i, block(cells=EMPTY if i else "1,0,0\n" * 3), block(RF)) for i in range(3)]
    assert refusal(written(path, csv(*both)), foot=Foot.LEFT) == "has both feet; leave --foot out"


def test_a_sensor_that_is_no_foot_is_left_out_and_said_once(tmp_path: Path):
    seat = block("Seat of a chair, with a name of more than forty letters")
    frames = [
        frame(i, 10 + 0.02 * i, seat, block(cells="0,0,0\n0,1,0\n0,0,0\n" if i else EMPTY)) for i in range(3)
    ]
    walk = read(tmp_path, csv(*frames))
    assert len(walk.feet) == 1
    assert message(walk).startswith(
        "sensor 'Seat of a chair, with a name of more tha' names no foot and was left out"
    )
    assert message(walk).count("names no foot") == 1


def test_groups_are_passed_over_until_the_next_sensor(tmp_path: Path):
    group = "GROUP,1,,\nRows,99,,\nSENSELS,,,\n1,1,1\nUnits:,psi,,\n"
    frames = [
        frame(i, 10 + 0.02 * i, block(**({} if i else {"cells": EMPTY})), group, block(RF)) for i in range(3)
    ]
    frames[1] = frame(1, 10.02, block(), group, block(RF, EMPTY), after=group)
    walk = read(tmp_path, csv(*frames))
    assert walk.feet[0].force_n[1] == pytest.approx([0.8, 1.6, 2.4])
    assert walk.feet[1].force_n[:, 0] == pytest.approx([0.8, 0.0, 0.8])


@pytest.mark.parametrize(
    ("load", "texts"),
    [
        ("100", ""),
        ("95.3", ""),  # 4.9 %
        ("94.7", "left foot: cells add up to 1.06 times the load that the file states"),
        ("105.2", ""),
        ("105.4", "left foot: cells add up to 0.95 times the load that the file states"),
        ("50", ""),  # light loads are not compared
        ("50.1", "left foot: cells add up to 2.00 times the load that the file states"),
        ("nan", ""),
    ],
)
def test_cells_are_compared_with_the_load_that_is_stated(tmp_path: Path, load: str, texts: str):
    """1250 kPa on a cell of 0.8 cm2 are 100 N."""
    cells = "0,0,0\n0,1250,0\n0,0,0\n"
    frames = [
        frame(i, 10 + 0.02 * i, block(cells=cells if i else EMPTY, load=load if i else "0")) for i in range(3)
    ]
    assert message(read(tmp_path, csv(*frames))) == texts


def test_the_middle_of_all_loads_is_compared(tmp_path: Path):
    cells = "0,0,0\n0,1250,0\n0,0,0\n"
    loads = ("200", "101", "99", "100", "0")
    frames = [
        frame(i, 10 + 0.02 * i, block(cells=cells if i < 4 else EMPTY, load=load))
        for i, load in enumerate(loads)
    ]
    assert message(read(tmp_path, csv(*frames))) == ""


def test_a_last_frame_that_was_cut_off_is_left_out(tmp_path: Path):
    cut = csv(*three(), frame(4, 30060.06, block(cells="0,0,0\n")))
    walk = read(tmp_path, cut)
    assert walk.feet[0].force_n.shape == (4, 3)
    assert np.isnan(walk.feet[0].force_n[3]).all()
    assert message(walk).startswith("the last frame is incomplete and was left out (truncated)")
    for tail in ("", "0,0,0\n0,0,0\n", "0,0,0\n0,0,0\n0,0\n"):
        cut = csv(*three(), frame(4, 30060.06, block(cells=tail)))
        assert message(read(tmp_path, cut)).startswith(
            "the last frame is incomplete and was left out (truncated)"
        )
    # Within its facts; within a group there is nothing to say.
    cut = csv(*three(), frame(4, 30060.06, "SENSOR,LF,,\nRows,3,,\n"))
    assert message(read(tmp_path, cut)).startswith(
        "the last frame is incomplete and was left out (truncated)"
    )
    cut = csv(*three(), frame(4, 30060.06, "SENSOR,LF,,\n"))
    assert message(read(tmp_path, cut)).startswith(
        "the last frame is incomplete and was left out (truncated)"
    )
    grouped = csv(*three(), frame(4, 30060.06, block(), "GROUP,1,,\nRows,5"))
    assert message(read(tmp_path, grouped)) == ""
    # A frame that ends before its insoles, or before its time.
    assert "incomplete" not in message(read(tmp_path, csv(*three(), frame(4, 30060.06))))
    assert len(read(tmp_path, csv(*three(), "FRAME,9,,\n")).feet[0]) == 3


def test_infinite_cells_are_missing(tmp_path: Path):
    frames = three()
    frames[2] = frames[2].replace("0,0,0\n0,0,0", "0,0,0\n0,1e16,0")
    walk = read(tmp_path, csv(*frames))
    assert np.isnan(walk.feet[0].force_n).tolist() == [[False] * 3, [False] * 3, [True, False, False]]


TWO = three()[:2]
NO_DATE = "line 7: '{}' is no date as in 2022 Aug 16"


def dated(day: str) -> str:
    return csv(*three()).replace("2022 Aug 16", day)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (csv(*three(), unit="RAW"), "states no pressure unit that we know (RAW)"),
        (csv(*three(), unit=""), "states no pressure unit that we know (none)"),
        (csv(*three("Seat")), "holds no complete frame of a left or right insole"),
        (dated("2022 August 16"), NO_DATE.format("2022 August 16")),
        (dated("2022 Feb 30"), NO_DATE.format("2022 Feb 30")),
        (dated("2022 Abc 16"), NO_DATE.format("2022 Abc 16")),
        (dated("16.8.2022"), NO_DATE.format("16.8.2022")),
        (csv(*three()).replace("08:21:00.000", "08:21"), "line 8: '08:21' is no time as in 08:21:17.982"),
        (csv(*three()).replace("08:21:00.020", "8h" + "x" * 40),
         f"line 26: '8h{'x' * 28}' is no time as in 08:21:17.982"),
        (csv(*three()).replace("Time, 08:21:00.020,,\n", ""),
         "line 26: a SENSOR block in a frame without a time"),
        (csv(*TWO, frame(3, 30060.04, block(rows=None))), "the block before line 57 does not state its grid"),
        (csv(frame(1, 5, block(rows=None)), *TWO), "the block before line 21 does not state its grid"),
        (csv(frame(1, 5, block(columns="three")), *TWO), "the block before line 23 does not state its grid"),
        (csv(frame(1, 5, block(height="high")), *TWO), "the block before line 23 does not state its grid"),
        (csv(*three(rows="1")), "states a grid of 1 x 3 cells of 8 x 10 mm"),
        (csv(*three(columns="1")), "states a grid of 3 x 1 cells of 8 x 10 mm"),
        (csv(*three(rows="3", columns="6667")), "states a grid of 3 x 6667 cells of 8 x 10 mm"),
        (csv(*three(rows="200", columns="100")), "the block before line 23 is no grid of 200 x 100 cells"),
        (csv(*three(width="0.09")), "states a grid of 3 x 3 cells of 0.9 x 10 mm"),
        (csv(*three(height="5.1")), "states a grid of 3 x 3 cells of 8 x 51 mm"),
        (csv(*three(rows="4")), "the block before line 23 is no grid of 4 x 3 cells"),
        (csv(*three(columns="2")), "the block before line 23 is no grid of 3 x 2 cells"),
        (csv(frame(1, 5, block(cells="0,0,0\n0,x,0\n0,0,0\n")), *TWO),
         "the block before line 23 holds something that is no number"),
        (csv(frame(1, 5, block(load="much")), *TWO),
         "the block before line 25 holds something that is no number"),
        (csv(frame(1, 5, block(), block()), *TWO), "line 37: the left insole comes twice in one frame"),
        (csv(*TWO, frame(3, 30060.04, block(rows="2", cells="0,0,0\n0,0,0\n")), "FRAME,4,,\n"),
         "the left insole changes its grid at line 58"),
        (csv(*[frame(i, 10 + 0.02 * i, block(cells=EMPTY)) for i in range(3)]),
         "no cell of the left insole is ever loaded"),
        (csv(frame(1, 10, block()), frame(2, 10.02, block()), frame(3, 10.01, block())),
         "time does not rise from sample 2"),
        (csv(*three()[1:2]), "holds fewer than two samples"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, problem: str):
    assert refused(tmp_path, text).startswith(problem)


def test_facts_of_a_block_are_bounded(tmp_path: Path):
    """The first hundred lines of facts count; what stands beyond them does not."""
    facts = "".join(f"Fact {i},1,,\n" for i in range(96))
    frames = [one.replace("Rows,3", facts + "Rows,3") for one in three()]
    assert len(read(tmp_path, csv(*frames)).feet) == 1
    frames = [one.replace("Rows,3", facts + "Fact 96,1,,\nRows,3") for one in three()]
    assert "does not state its grid" in refused(tmp_path, csv(*frames))
