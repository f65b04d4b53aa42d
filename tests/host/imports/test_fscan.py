"""Tekscan F-Scan `.asf`: movies written by hand whose cells, side, area and rate are known; every refusal."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats, fscan

from tests.host.imports.reading import message, refusal, written

SHEET = ["B,B,B,{0},{1},B", "{2},{3},{4},{5},{6},{7}", "B,{8},{9},{10},{11},B", "B,{12},{13},{14},{15},B"]
"""A left sheet of 4 x 6: 16 cells whose tip lies to the right, where the medial side of a left foot is."""
HEADER = {
    "DATA_TYPE": "MOVIE",
    "FILENAME": "C:\\movies\\one.fsx",
    "ROWS": "4",
    "COLS": "6",
    "ROW_SPACING": "5 mm",
    "COL_SPACING": "4 mm",
    "SENSEL_AREA": "20 mm2",
    "SECONDS_PER_FRAME": "0.02",
    "START_FRAME": "1",
    "END_FRAME": "3",
    "UNITS": "KPa",
}
CUT = "the last frame is incomplete and was left out"
NO_END = "the end mark of the file is missing (truncated)"
REGIONS = "regions are shares of the loaded length of the sheet"


def frame(*values: float | str, sheet: list[str] = SHEET) -> list[str]:
    """The rows of a frame; cells that are not given are 0."""
    return [row.format(*[*values, *[0] * 60][:60]) for row in sheet]


FRAMES = [frame(), frame(10, 20, *[0] * 13, 30), frame(5)]


def asf(frames: list[list[str]] = FRAMES, end: str = "@@\n", **header: str | None) -> str:
    lines = [f"{key} {value}" for key, value in (HEADER | header).items() if value is not None]
    lines.append("ASCII_DATA @@")
    for number, rows in enumerate(frames, 1):
        lines += ["", f"Frame {number}", *rows]
    return "\n".join(lines) + "\n" + end


def read(tmp_path: Path, text: str, name: str = "walk.asf", foot: Foot | None = None) -> Walk:
    return formats.read(written(tmp_path / name, text), foot=foot)


def refused(tmp_path: Path, text: str) -> str:
    return refusal(written(tmp_path / "walk.asf", text))


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz", "area_cm2", "x_mm", "y_mm", "region")
def test_a_movie_of_a_left_foot(tmp_path: Path):
    """Cells of 4 x 5 mm are 0.2 cm2: a kilopascal on one is 0.02 N. Three of the 16 are ever loaded: two at
    the tip (columns 4 and 5, row 1) and one at the heel (column 5, row 4)."""
    walk = read(tmp_path, asf())
    assert walk.source.format == "fscan"
    assert walk.right is None
    assert walk.left is not None
    assert walk.sample_rate_hz == 50.0
    assert walk.left.time_s.tolist() == [0.0, 0.02, 0.04]
    assert walk.left.force_n == pytest.approx(np.array([[0, 0, 0], [0.2, 0.4, 0.6], [0.1, 0, 0]]), rel=1e-6)
    layout = walk.left.layout
    assert layout is not None
    assert layout.name == "fscan (loaded cells)"
    assert layout.area_cm2 == pytest.approx([0.2] * 3)
    # From the medial (right-hand) of the loaded columns, 4 mm apart; four rows of 5 mm from the heel.
    assert layout.x_mm.tolist() == [6.0, 2.0, 2.0]
    assert layout.y_mm.tolist() == [17.5, 17.5, 2.5]
    assert layout.region == ("toes", "toes", "heel")
    assert layout.insole_length_mm == 20.0
    assert walk.left.quantity == "force"
    assert message(walk) == REGIONS
    assert walk.left.force_n.flags["C_CONTIGUOUS"]


@pytest.mark.worked_example("x_mm", "area_cm2", "force_n")
@pytest.mark.parametrize(
    ("column", "row", "cell_cm2"),
    [
        ("5.08 mm", "5.08 mm", 0.258064),
        ("0.2 inch", "0.2 Inches", 0.258064),  # 5.08 mm
        ("0.5 cm", "0.5 centimeters", 0.25),
        ("+5e0", "5.0 MM", 0.25),
    ],
)
def test_the_pitch_and_its_unit(tmp_path: Path, column: str, row: str, cell_cm2: float):
    walk = read(tmp_path, asf(COL_SPACING=column, ROW_SPACING=row))
    assert walk.left is not None
    assert walk.left.layout is not None
    assert walk.left.layout.area_cm2[0] == pytest.approx(cell_cm2, rel=1e-9)
    assert walk.left.force_n[1, 2] == pytest.approx(30 * 0.1 * cell_cm2, rel=1e-6)


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(("unit", "factor"), [("mmHg", 0.133322387), ("PSI", 6.894757), ("N/cm2", 10.0)])
def test_pressures_in_other_units(tmp_path: Path, unit: str, factor: float):
    walk = read(tmp_path, asf(UNITS=unit))
    assert walk.left is not None
    assert walk.left.force_n[1] == pytest.approx(np.array([0.2, 0.4, 0.6]) * factor, rel=1e-6)


@pytest.mark.parametrize(("unit", "named"), [("RAW", "RAW"), ("", "unnamed units"), (None, "unnamed units")])
def test_what_is_not_calibrated_gives_timing_only(tmp_path: Path, unit: str | None, named: str):
    walk = read(tmp_path, asf(UNITS=unit))
    assert walk.left is not None
    assert walk.left.quantity == "footswitch"
    assert walk.left.force_n[1].tolist() == [10.0, 20.0, 30.0]
    assert message(walk) == f"pressures are in {named}, not calibrated: timing only; {REGIONS}"


MIRRORED = [",".join(row.split(",")[::-1]) for row in SHEET]
LEVEL = ["B,B,{0},{1},B,B", "{2},{3},{4},{5},{6},{7}", "B,{8},{9},{10},{11},B", "B,{12},{13},{14},{15},B"]
HALF = ["B,B,B,{0},B,B", *SHEET[1:]]
"""Its tip, column 4, lies half a column to the right of the middle of all."""


def movie(sheet: list[str], **header: str | None) -> str:
    return asf([frame(sheet=sheet), frame(10, 20, *[0] * 13, 30, sheet=sheet)], END_FRAME="2", **header)


@pytest.mark.parametrize(
    ("sheet", "asked", "side"),
    [
        (SHEET, None, Foot.LEFT),
        (MIRRORED, None, Foot.RIGHT),
        (HALF, None, Foot.LEFT),
        ([",".join(row.split(",")[::-1]) for row in HALF], None, Foot.RIGHT),
        (SHEET, Foot.RIGHT, Foot.RIGHT),
        (LEVEL, Foot.LEFT, Foot.LEFT),
    ],
    ids=["left", "right", "left by half a column", "right by half a column", "as asked", "level, as asked"],
)
def test_the_tip_of_a_sheet_is_medial(tmp_path: Path, sheet: list[str], asked: Foot | None, side: Foot):
    walk = read(tmp_path, movie(sheet), foot=asked)
    assert [foot.foot for foot in walk.feet] == [side]
    assert message(walk) == REGIONS


def test_the_tip_is_a_twentieth_of_the_rows(tmp_path: Path):
    """Four columns, their middle 1.5. Row 1 has column 1 (right), rows 1 and 2 columns 1 to 3 (left)."""
    rows = ["B,1,B,B", "B,B,1,1", *["1,1,1,1"] * 38]
    empty = [row.replace("1", "0") for row in rows]
    movie = asf([rows, empty], ROWS="40", COLS="4", END_FRAME="2")
    assert read(tmp_path, movie).left is not None
    movie = asf([rows[:-1], empty[:-1]], ROWS="39", COLS="4", END_FRAME="2")
    assert read(tmp_path, movie).right is not None


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("FrasP01L.fsx", Foot.LEFT),
        ("testR.FSX", Foot.RIGHT),
        ("P10 R.asf", Foot.RIGHT),
        ("walk_r.fsx", Foot.RIGHT),
        ("walk-l.fsx", Foot.LEFT),
        ("walk2l.fsx", Foot.LEFT),
        ("R.fsx", Foot.RIGHT),
        ("l.fsx", Foot.LEFT),
        ("LEFT foot 3.fsx", Foot.LEFT),
        ("3 right.asf.gz", Foot.RIGHT),
        ("trial.fsx", None),
        ("TRIAL.fsx", None),
        ("power.fsx", None),
        ("L walk.fsx", None),
        ("one.fsx", None),
        ("", None),
    ],
)
def test_a_name_may_tell_the_side_where_the_sheet_does_not(tmp_path: Path, name: str, side: Foot | None):
    text = movie(LEVEL, FILENAME="C:\\Right L\\movies/" + name)
    if side is None:
        assert refused(tmp_path, text) == "does not tell which foot it is; add --foot left or --foot right"
    else:
        assert [foot.foot for foot in read(tmp_path, text).feet] == [side]


def test_the_name_in_the_header_goes_before_that_of_the_file(tmp_path: Path):
    for stem, side in (("walkL", Foot.LEFT), ("walkR", Foot.RIGHT)):
        for header, expected in (("one.fsx", side), (None, side), ("twoL.fsx", Foot.LEFT)):
            walk = read(tmp_path, movie(LEVEL, FILENAME=header), stem + ".asf")
            assert [foot.foot for foot in walk.feet] == [expected]


def test_a_name_that_contradicts_the_outline_is_said(tmp_path: Path):
    walk = read(tmp_path, movie(SHEET, FILENAME="twoR.fsx"))
    assert walk.left is not None
    assert message(walk) == (
        "the name says right but the sheet has the outline of a left insole; taken as left "
        f"(say --foot right if the sheet was mirrored); {REGIONS}"
    )
    assert message(read(tmp_path, movie(SHEET, FILENAME="twoL.fsx"))) == REGIONS
    assert message(read(tmp_path, movie(SHEET, FILENAME="twoR.fsx"), foot=Foot.RIGHT)) == REGIONS


def test_what_comes_after_the_end_mark_is_not_read(tmp_path: Path):
    walk = read(tmp_path, asf(end="\n@@\nFrame 4\n1,2\n"))
    assert len(walk.feet[0]) == 3
    assert message(walk) == REGIONS


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        (asf(end=""), [NO_END]),
        (asf(end="Frame 4\n" + FRAMES[1][0] + "\n"), [NO_END, CUT]),
        (asf(end="Frame 4\n" + FRAMES[1][0] + "\n@@\n"), [CUT]),
        (asf(END_FRAME="5"), ["the header promises 5 frames, the file has 3"]),
        (asf(START_FRAME="7", END_FRAME="8"), ["the header promises 2 frames, the file has 3"]),
        (asf(START_FRAME="7", END_FRAME="9"), []),
        (asf(START_FRAME=None), []),
        (asf(END_FRAME="x"), []),
    ],
)
def test_what_is_odd_is_said(tmp_path: Path, text: str, remarks: list[str]):
    walk = read(tmp_path, text)
    assert len(walk.feet[0]) == 3
    assert message(walk) == "; ".join([*remarks, REGIONS])


def test_a_coarse_rate_is_said(tmp_path: Path):
    walk = read(tmp_path, asf(SECONDS_PER_FRAME="0.05"))
    assert message(walk) == f"{REGIONS}; sampled at 20 Hz: contact times are good to about 25 ms only"


def test_cells_that_a_later_frame_lacks_are_missing_samples(tmp_path: Path):
    walk = read(tmp_path, asf([FRAMES[1], FRAMES[0], frame(*["B"] * 16)]))
    assert walk.left is not None
    assert np.isnan(walk.left.force_n).tolist() == [[False] * 3, [False] * 3, [True, True, True]]


def test_a_row_may_end_in_a_comma_and_a_number_may_be_too_large_for_a_sample(tmp_path: Path):
    rows = [row + "," for row in FRAMES[1]]
    walk = read(tmp_path, asf([rows, FRAMES[0], frame(5, "1e16")]))
    assert walk.left is not None
    assert walk.left.force_n[0] == pytest.approx([0.2, 0.4, 0.6])
    assert np.isnan(walk.left.force_n[2]).tolist() == [False, True, False]


def test_the_first_entry_of_a_name_counts_and_a_colon_is_no_part_of_it(tmp_path: Path):
    text = asf().replace("UNITS KPa\n", "UNITS: mmHg\nUNITS KPa\n")
    walk = read(tmp_path, text)
    assert walk.feet[0].force_n[1, 0] == pytest.approx(0.2 * 0.133322387, rel=1e-6)


HEADER_LINES = 12
FIRST = f"the frame that ends in line {HEADER_LINES + 6}"
"""Twelve lines of header, a blank one, the title of the frame and its four rows."""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (asf().replace("ASCII_DATA", "DATA"),
         "has no ASCII_DATA section (truncated, or another kind of Tekscan file)"),
        (asf(ROWS=None), "its header has no number for ROWS"),
        (asf(COLS="six"), "its header has no number for COLS"),
        (asf(ROWS="1"), "states a grid of 1 x 6 cells, which no insole has"),
        (asf(COLS="1"), "states a grid of 4 x 1 cells, which no insole has"),
        (asf(ROWS="-4"), "states a grid of -4 x 6 cells, which no insole has"),
        (asf(ROWS="3", COLS="6667"), "states a grid of 3 x 6667 cells, which no insole has"),
        (asf(frames=[], ROWS="200", COLS="100"), "holds no complete frame"),
        (asf(frames=[]), "holds no complete frame"),
        (asf(SECONDS_PER_FRAME="0"), "states 0 seconds per frame"),
        (asf(SECONDS_PER_FRAME="-0.5"), "states -0.5 seconds per frame"),
        (asf(frames=FRAMES, COL_SPACING=None), "its header has no number for COL_SPACING"),
        (asf(COL_SPACING="0.9 mm"), "states a COL_SPACING of 0.9 mm, which no insole has"),
        (asf(ROW_SPACING="2.1 inch"), "states a ROW_SPACING of 53.34 mm, which no insole has"),
        (asf([["B,B,B,B,B,B"] * 4] * 3), "holds no cell at all"),
        (asf([frame()] * 3), "no cell is ever loaded"),
        (asf([FRAMES[1][:3], FRAMES[0]]), f"line {HEADER_LINES + 7}: the frame before has 3 of 4 rows"),
        (asf([FRAMES[1], [*FRAMES[0], "0,0"], FRAMES[0]]),
         f"line {HEADER_LINES + 13}: the frame before has more than 4 rows"),
        (asf([FRAMES[0], FRAMES[1], [FRAMES[0][0], *FRAMES[0]]]),
         f"line {HEADER_LINES + 19}: the frame before has more than 4 rows"),
        (asf([[*FRAMES[1][:3], "0,0,0,0,0"]]), f"{FIRST} has rows that are not 6 cells wide"),
        (asf([[*FRAMES[1][:3], "0,0,0,0,0,0,0"]]), f"{FIRST} has rows that are not 6 cells wide"),
        (asf([[*FRAMES[1][:3], "0,0,x,0,0,0"]]), f"{FIRST} holds something that is no number"),
        (asf([FRAMES[1], FRAMES[0]], SECONDS_PER_FRAME="0.5"),
         "its rate would be 2 Hz; gait needs 10 to 5000 Hz. Is the time column in seconds?"),
        (asf([FRAMES[1]]), "holds fewer than two samples"),
        (asf([FRAMES[1]] * 3), "no sensor carries a changing signal; nothing can be analysed"),
    ],
)  # fmt: skip
def test_what_is_no_movie_is_refused(tmp_path: Path, text: str, problem: str):
    assert refused(tmp_path, text) == problem


def test_a_header_ends_within_500_lines(tmp_path: Path):
    """Eleven entries and the last line; 488 remarks between them are 500 lines."""
    assert fscan.MAX_HEADER_LINES == 500
    long = asf().replace("ASCII_DATA", "REMARK x\n" * 488 + "ASCII_DATA")
    assert read(tmp_path, long).left is not None
    longer = asf().replace("ASCII_DATA", "REMARK x\n" * 489 + "ASCII_DATA")
    assert (
        refused(tmp_path, longer) == "has no ASCII_DATA section (truncated, or another kind of Tekscan file)"
    )


@pytest.mark.parametrize(
    ("stated", "started"),
    [
        ("Thursday, 16 February 2017 11:26:22 a.m.", "2017-02-16 11:26:22"),
        ("16/2/2019 6:21:52.34PM", "2019-02-16 18:21:52.340000"),
        (None, "None"),
    ],
)
def test_the_time_of_the_header_is_the_start(tmp_path: Path, stated: str | None, started: str):
    assert str(read(tmp_path, asf(TIME=stated)).source.started_local) == started


def test_a_date_that_may_be_two_days_is_no_start_and_said(tmp_path: Path):
    walk = read(tmp_path, asf(TIME="12/2/2019 6:21:52.34PM"))
    assert walk.source.started_local is None
    assert "may be 2019-02-12 or 2019-12-02" in walk.source.note
