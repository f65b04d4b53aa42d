"""PhysioNet's "Gait in Parkinson's Disease": tables written by hand, sides told by their totals, refusals."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats, gaitpdb, table

from tests.host.imports.reading import message, refusal, written


def row(
    time_s: float, left: float, right: float, totals: tuple[float, float] | None = None, mark: str = "\t"
) -> str:
    """Sensor k of a foot carries k times its level: 36 levels in all."""
    sides = totals or (36 * left, 36 * right)
    values = [time_s, *(left * k for k in range(1, 9)), *(right * k for k in range(1, 9)), *sides]
    return mark.join(f"{value:.3f}" for value in values) + "\n"


def rows(count: int = 60, step_s: float = 0.01, mark: str = "\t") -> list[str]:
    return [row(step_s * i, 1.0 * (i % 2), 2.0 * (i % 3 == 0), mark=mark) for i in range(count)]


def read(tmp_path: Path, lines: list[str]) -> Walk:
    return formats.read(written(tmp_path / "GaCo01_01.txt", "".join(lines)))


def refused(tmp_path: Path, text: str, format_name: str = "auto") -> str:
    return refusal(written(tmp_path / "GaCo01_01.txt", text), format_name)


@pytest.mark.worked_example("force_n", "time_s", "sample_rate_hz")
@pytest.mark.parametrize("mark", ["\t", " ", "   "])
def test_a_record(tmp_path: Path, mark: str):
    walk = read(tmp_path, rows(mark=mark))
    assert walk.source.format == "gaitpdb"
    assert [foot.foot for foot in walk.feet] == [Foot.LEFT, Foot.RIGHT]
    left, right = walk.feet
    assert walk.sample_rate_hz == pytest.approx(100.0)
    assert left.time_s[[0, 1, 59]].tolist() == [0.0, 0.01, 0.59]
    assert left.force_n[:2].tolist() == [[0.0] * 8, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]
    assert right.force_n[:2].tolist() == [[2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0], [0.0] * 8]
    assert (left.quantity, left.force_n.dtype) == ("force", np.float32)
    assert message(walk) == ""


@pytest.mark.worked_example("x_mm", "y_mm", "region")
def test_the_places_of_the_databases_format_txt(tmp_path: Path):
    """x 300 to 700 lies at a quarter and three quarters of the ball, which is 0.36 of the length of 265 mm:
    23.85, 47.7 and 71.55 mm. y -800 to 800 of -1000 to 1000: a tenth, 0.3, 0.5, 0.7 and 0.9 of the length."""
    layout = gaitpdb.layout()
    assert layout.name == "gaitpdb-8"
    assert layout.x_mm == pytest.approx([47.7, 71.55, 23.85, 71.55, 23.85, 71.55, 23.85, 47.7])
    assert layout.y_mm == pytest.approx([26.5, 79.5, 79.5, 132.5, 132.5, 185.5, 185.5, 238.5])
    assert layout.region == ("heel",) * 3 + ("midfoot",) * 2 + ("forefoot",) * 2 + ("toes",)
    assert np.isnan(layout.area_cm2).all()
    assert layout.relative
    assert layout.insole_length_mm is None
    walk = read(tmp_path, rows())
    assert all(foot.layout is not None and foot.layout.name == "gaitpdb-8" for foot in walk.feet)


EXCHANGED = (
    "left and right are exchanged: the total of each foot is the sum of the other foot's sensors. "
    "Put columns 2-9 and 18 (left), 10-17 and 19 (right) in order"
)

OTHER = (
    "columns 18 and 19 are not the totals of columns 2-9 and 10-17 (off by {} N); "
    "this is another kind of table"
)


def totals(left_off: float, right_off: float, exchanged: bool = False) -> str:
    """Feet of 36 and 72 N whose totals are off by this much."""
    lines = []
    for i in range(60):
        level = 1.0 + i % 2
        sides = (36 * level + left_off, 72 * level + right_off)
        lines.append(row(0.01 * i, level, 2 * level, sides[::-1] if exchanged else sides))
    return "".join(lines)


@pytest.mark.worked_example("totals")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (totals(0, 0), ""),
        (totals(1, 1), ""),
        (totals(1.01, 1.01), OTHER.format(1)),
        (totals(0.5, 1.4), ""),  # the middle of both feet's is 0.95
        (totals(0, 0, True), EXCHANGED),
        (totals(1, -1, True), EXCHANGED),
        (totals(7, -7, True), OTHER.format(47)),
    ],
)
def test_the_totals_tell_the_sides(tmp_path: Path, text: str, problem: str):
    """Exchanged feet of 36 and 72 N, or 72 and 144 N, are off by 36 and 72 N; with 7 N less between them by
    29 and 65: the middle is 47."""
    if problem:
        assert refused(tmp_path, text) == problem
    else:
        path = written(tmp_path / "record.txt", text)
        assert formats.read(path).left is not None


def test_a_few_wrong_totals_do_not_matter(tmp_path: Path):
    lines = [line if i % 5 else row(0.01 * i, 1.0, 2.0, (500.0, 0.0)) for i, line in enumerate(rows())]
    assert read(tmp_path, lines).right is not None


def test_totals_that_are_no_numbers_are_not_compared(tmp_path: Path):
    lines = [row(0.01 * i, 1.0 * (i % 2), 2.0 * (i % 3), (np.nan, np.nan)) for i in range(60)]
    assert read(tmp_path, lines).feet[0].force_n[1, 7] == 8.0
    lines = [row(0.01 * i, 1.0 * (i % 2), 2.0 * (i % 3), (np.nan, 9.0)) for i in range(60)]
    assert refused(tmp_path, "".join(lines)).startswith("columns 18 and 19 are not the totals")


def test_blocks_are_joined_and_each_counts_for_the_totals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    complete = read(tmp_path, rows(61))
    monkeypatch.setattr(table, "BLOCK_LINES", 7)
    pieces = read(tmp_path, rows(61))
    for one, other in zip(complete.feet, pieces.feet, strict=True):
        assert one.force_n.tolist() == other.force_n.tolist()
        assert one.time_s.tolist() == other.time_s.tolist()
    exchanged = totals(0, 0, True)
    assert refused(tmp_path, exchanged) == EXCHANGED


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("".join(rows(4)) + "1\t2\t3\n" + row(0.05, 1, 1), "line 5 has 3 columns instead of 19"),
        ("".join(rows(4)) + row(0.04, 1, 1).replace("1.000", "one", 1),
         "line 5 is not a row of numbers: '0.040\\tone\\t2.000"),
        (row(0, 1, 1) + row(0.02, 1, 1) + row(0.01, 0, 0),
         "time does not rise from sample 2 (0.02 s) to the next (0.01 s)"),
        (row(0, 1, 1), "holds fewer than two samples"),
        ("".join(rows(step_s=0.2)), "its rate would be 5 Hz"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path: Path, text: str, problem: str):
    assert refused(tmp_path, text, "gaitpdb").startswith(problem)


@pytest.mark.parametrize(("text", "columns"), [("1 2 3\n", 3), (row(0, 1, 1)[:-1] + "\t4\n", 20), ("\n", 0)])
def test_a_first_line_of_another_width_is_named(tmp_path: Path, text: str, columns: int):
    assert refused(tmp_path, text, "gaitpdb") == f"line 1 has {columns} columns; a gaitpdb record has 19"


def test_a_record_cut_in_its_only_line_holds_nothing(tmp_path: Path):
    """Nineteen words without a line end are a row; eighteen and a half number are a row of another number."""
    walk = read(tmp_path, [*rows(), row(0.6, 1, 1)[:60]])
    assert len(walk.feet[0]) == 60
    assert message(walk) == "the last line is incomplete and was left out"
