"""novel pedar `.asc`: a file written by hand whose forces, rate, sides and area are known; every refusal."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written

CELLS = 99
PLACES = "cell places are approximate (plain outline, 15 rows); forces use the mean cell area of the size"


def asc(
    *,
    feet: int = 2,
    cells: int = CELLS,
    rows: list[str] | None = None,
    head: str = "sensor type:  y-1865l-1870r\n",
    rate: str = "scanning rate [Hz]:   100\n",
    unit: str = "pressure values in  kPa\n",
    masks: str = "left insole: 1,2,3\nright insole: 1,2,3\n",
    titles: bool = True,
) -> str:
    """A recording in which cell k of the first insole reads k kPa in odd rows, of the second k + 100 in every
    third."""
    line = "time[secs]\t" + "\t".join(str(1 + k % CELLS) for k in range(cells * feet)) + "\t\n"
    if rows is None:
        rows = [row(0.01 * i, [1.0 * (i % 2), (i % 3 == 0) * 1.0][:feet], cells) for i in range(40)]
    return head + rate + unit + masks + "\n" + (line if titles else "") + "".join(rows)


def row(time_s: float, levels: list[float], cells: int = CELLS) -> str:
    values = [level * (k + 1 + 100 * i) for i, level in enumerate(levels) for k in range(cells)]
    return f"     {time_s:.5f}\t" + "\t".join(f"{value:7.3f}" for value in values) + "\t\n"


def read(tmp_path: Path, text: str, foot: Foot | None = None) -> Walk:
    return formats.read(written(tmp_path / "walk.asc", text), foot=foot)


def refused(tmp_path: Path, text: str) -> str:
    return refusal(written(tmp_path / "walk.asc", text))


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz", "area_cm2")
def test_a_recording_of_two_insoles(tmp_path: Path):
    """Size y has cells of 1.93 cm2: k kPa on one are 0.193 k newtons."""
    walk = read(tmp_path, asc())
    assert walk.source.format == "pedar"
    assert walk.sample_rate_hz == pytest.approx(100.0)
    assert walk.body_weight_n is None
    assert [foot.foot for foot in walk.feet] == [Foot.LEFT, Foot.RIGHT]
    left, right = walk.feet
    assert left.force_n.shape == right.force_n.shape == (40, 99)
    assert left.time_s[[0, 1, 39]].tolist() == [0.0, 0.01, 0.39]
    assert left.force_n[0].tolist() == [0.0] * 99
    assert left.force_n[1, [0, 1, 98]] == pytest.approx([0.193, 0.386, 19.107], rel=1e-6)
    assert right.force_n[0, [0, 98]] == pytest.approx([0.193 * 101, 0.193 * 199], rel=1e-6)
    assert right.force_n[1].tolist() == [0.0] * 99
    assert left.layout is not None
    assert left.layout.area_cm2[0] == 1.93
    assert left.layout.insole_length_mm == pytest.approx(266.4843, rel=1e-5)  # root(99 x 1.93 / 0.26906)
    assert left.layout is right.layout
    assert (left.quantity, left.gaps) == ("force", ())
    assert walk.source.note == f"{PLACES}; only 0.4 s long: averages rest on very few strides"


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(
    ("unit", "factor"), [("kPa", 1.0), ("N/cm²", 10.0), ("mmHg", 0.133322387), ("PSI", 6.894757)]
)
def test_units_of_pressure(tmp_path: Path, unit: str, factor: float):
    walk = read(tmp_path, asc(unit=f"Pressure Values in {unit}\n"))
    assert walk.left is not None
    assert walk.left.force_n[1, 98] == pytest.approx(19.107 * factor, rel=1e-6)


@pytest.mark.worked_example("force_n", "area_cm2")
@pytest.mark.parametrize(
    ("head", "cell_cm2"),
    [("sensor type: x-12l\n", 1.74), ("Sensor Type:  xw-12\n", 2.06), ("sensor type: U1\n", 1.27)],
)
def test_sizes(tmp_path: Path, head: str, cell_cm2: float):
    walk = read(tmp_path, asc(head=head))
    assert walk.left is not None
    assert walk.left.force_n[1, 98] == pytest.approx(99 * 0.1 * cell_cm2, rel=1e-6)
    assert message(walk) == PLACES


@pytest.mark.parametrize(
    ("head", "named"), [("sensor type: q-5\n", "'q'"), ("sensor type: 44\n", "'not stated'")]
)
def test_an_unknown_size_is_assumed_and_said(tmp_path: Path, head: str, named: str):
    walk = read(tmp_path, asc(head=head))
    assert walk.left is not None
    assert walk.left.force_n[1, 98] == pytest.approx(99 * 0.174, rel=1e-6)
    assert walk.source.note.startswith(
        f"insole size {named} is not known: forces assume cells of 1.74 cm2 and may be off by a quarter; "
        f"pressures are exact; {PLACES}"
    )


@pytest.mark.parametrize(
    ("masks", "asked", "side"),
    [
        ("left insole: 1,2,3\nright insole:\n", None, Foot.LEFT),
        ("left insole: none\nRight Insole: 4\n", None, Foot.RIGHT),
        ("right insole: 4\n", None, Foot.RIGHT),
        ("left insole: 1,2,3\nright insole:\n", Foot.RIGHT, Foot.RIGHT),
        ("", Foot.LEFT, Foot.LEFT),
        ("left insole: 1\nright insole: 1\n", Foot.RIGHT, Foot.RIGHT),
    ],
)
def test_the_side_of_one_insole(tmp_path: Path, masks: str, asked: Foot | None, side: Foot):
    walk = read(tmp_path, asc(feet=1, masks=masks), asked)
    assert [foot.foot for foot in walk.feet] == [side]
    assert walk.feet[0].force_n[1, [0, 98]] == pytest.approx([0.193, 19.107], rel=1e-6)


@pytest.mark.parametrize("masks", ["", "left insole: 1\nright insole: 1\n", "a left insole: 1\n"])
def test_one_insole_that_names_no_side_is_refused(tmp_path: Path, masks: str):
    problem = refused(tmp_path, asc(feet=1, masks=masks))
    assert problem == "has 99 cells of one insole but does not say which; add --foot left or --foot right"


@pytest.mark.parametrize(("cells", "feet"), [(98, 1), (100, 1), (98, 2), (99, 3)])
def test_insoles_of_other_cells_are_refused(tmp_path: Path, cells: int, feet: int):
    problem = refused(tmp_path, asc(cells=cells, feet=feet))
    assert problem == f"has {cells * feet} cells; pedar insoles of 99 cells a foot are read"


def test_decimal_commas(tmp_path: Path):
    text = asc(rate="scanning rate [Hz]:   100,0\n", masks="left insole: 1\nright insole: 1\n")
    head, _, body = text.partition("time[secs]")
    walk = read(tmp_path, head + "time[secs]" + body.replace(".", ","))
    assert walk.left is not None
    assert walk.left.force_n[1, 98] == pytest.approx(19.107, rel=1e-6)
    assert walk.left.time_s[39] == 0.39
    assert message(walk) == PLACES


@pytest.mark.parametrize(
    ("rate", "stated"),
    [
        ("scanning rate [Hz]: 102\n", None),
        ("Scanning Rate [hz]: 50\n", "50"),
        ("scanning rate [Hz]: 50,5\n", "50.5"),
        ("scanning rate [Hz]: 1.2.3\n", None),
        ("scanning rate [Hz]: fast\n", None),
    ],
)
def test_the_rate_of_the_header_is_compared(tmp_path: Path, rate: str, stated: str | None):
    walk = read(tmp_path, asc(rate=rate))
    assert walk.sample_rate_hz == pytest.approx(100.0)
    other = f"; the header says {stated} Hz but the time column runs at 100 Hz, which was used"
    assert message(walk) == PLACES + (other if stated else "")


@pytest.mark.parametrize(
    ("unit", "named"), [("", "none"), ("pressure values in RAW\n", "RAW"), ("pressure in kPa\n", "none")]
)
def test_an_unknown_unit_is_refused(tmp_path: Path, unit: str, named: str):
    assert refused(tmp_path, asc(unit=unit)) == f"states no pressure unit that we know ({named})"


def test_what_ends_early(tmp_path: Path):
    assert refused(tmp_path, asc(titles=False, rows=[])) == "ends inside its header (truncated)"
    assert refused(tmp_path, asc(rows=[])) == "has a header but no sample (truncated)"
    assert refused(tmp_path, asc(rows=["0.01\t5"])) == "has a header but no sample (truncated)"
    cut = read(tmp_path, asc()[:-100])
    assert len(cut.feet[0]) == 39
    assert message(cut) == f"the last line is incomplete and was left out; {PLACES}"


def test_the_titles_must_come_within_60_lines(tmp_path: Path):
    """Five lines of the header and 55 more; the titles are the 60th or the 61st."""
    walk = read(tmp_path, asc(head="sensor type: y\n" + "remark\n" * 53))
    assert len(walk.feet) == 2
    problem = refused(tmp_path, asc(head="sensor type: y\n" + "remark\n" * 54))
    assert problem == "has no row of column titles beginning with time[secs]"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("0.02\t5\t\n", "line 10 has 2 columns instead of 199"),
        (
            row(0.02, [1.0, 1.0]).replace("1.000", "x.000", 1),
            "line 10 is not a row of numbers: '0.02000\\t  x.000\\t  2.000\\t",
        ),
    ],
)
def test_a_broken_row_is_named_by_its_line(tmp_path: Path, bad: str, problem: str):
    """Seven lines of header and titles, rows from line 8."""
    rows = [row(0.0, [1.0, 0.0]), row(0.01, [0.0, 1.0]), bad, row(0.03, [0.0, 1.0])]
    assert refused(tmp_path, asc(rows=rows)).startswith(problem)


def test_a_clock_that_goes_back_is_refused(tmp_path: Path):
    rows = [row(t, [i % 2, 1.0]) for i, t in enumerate((0.0, 0.01, 0.02, 0.01, 0.03))]
    problem = refused(tmp_path, asc(rows=rows))
    assert problem.startswith("time does not rise from sample 3 (0.02 s) to the next (0.01 s)")


def test_a_jump_is_a_gap(tmp_path: Path):
    rows = [
        row(t, [i % 2, 1.0 - i % 2]) for i, t in enumerate((*np.arange(20) / 100, *(1 + np.arange(20) / 100)))
    ]
    walk = read(tmp_path, asc(rows=rows))
    assert [(gap.from_s, gap.to_s) for gap in walk.feet[0].gaps] == [(pytest.approx(0.2), pytest.approx(1.0))]


def test_both_feet_and_a_side_do_not_go_together(tmp_path: Path):
    path = written(tmp_path / "walk.asc", asc())
    assert refusal(path, foot=Foot.LEFT) == "has both feet; leave --foot out"
