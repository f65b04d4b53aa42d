"""What the fuzz of makers' tables found, each as a kind: rows written twice, shifted cells, lost rows of a
picture, numbers cut off at the end."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Walk
from plantigrade.imports import formats

from tests.host.imports.reading import message, refusal, written
from tests.host.imports.test_description import ACME
from tests.host.imports.test_description import WALK as ACME_WALK
from tests.host.imports.vendor_files import COUNT, FILES, emed, fscan, loadsol, moticon, xsensor

ROW_A_SAMPLE = ("moticon", "loadsol", "pedar", "pliance", "stappone", "gaitpdb")


def lines_of(text: str) -> tuple[list[str], int]:
    """The lines, and the number of one that is a sample well inside."""
    lines = text.split("\n")
    return lines, len(lines) // 3


def joined(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def same(one: Walk, other: Walk) -> bool:
    pairs = zip(one.feet, other.feet, strict=True)
    return all(
        np.array_equal(a.force_n, b.force_n, equal_nan=True) and np.allclose(a.time_s, b.time_s)
        for a, b in pairs
    )


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ROW_A_SAMPLE)
def test_a_row_that_was_written_twice_is_one_sample(name: str, times: int, tmp_path: Path) -> None:
    lines, at = lines_of(FILES[name]())
    true = formats.read(written(tmp_path / "true.txt", joined(lines)))
    twice = joined(
        lines[: at + 1] + lines[at:] if times == 1 else lines[: at + 1] + [lines[at]] * 2 + lines[at + 1 :]
    )
    walk = formats.read(written(tmp_path / "twice.txt", twice))
    assert same(walk, true)
    assert f"{times} row{'s' * (times > 1)} written twice: one of each was used" in message(walk)


def test_a_described_row_that_was_written_twice_is_one_sample(tmp_path: Path) -> None:
    description = written(tmp_path / "acme.toml", ACME)
    lines = ACME_WALK.split("\n")
    walk = formats.read(written(tmp_path / "w.txt", joined(lines[:6] + lines[5:])), str(description))
    assert walk.left is not None
    assert walk.left.time_s == pytest.approx(np.arange(4) * 0.01)
    assert "1 row written twice" in message(walk)


def test_a_stamp_of_loadsol_that_makes_up_for_a_jump_is_no_row_written_twice(tmp_path: Path) -> None:
    """Where the insole's clock is slower, 0.010 0.020 0.020 0.025 are four samples, though two are alike."""
    stamps = np.arange(150) * 0.005
    stamps[40] += 0.005
    lines = loadsol(times=stamps, feet="R").split("\n")
    lines[4 + 41] = lines[4 + 40]
    walk = formats.read(written(tmp_path / "w.txt", joined(lines)))
    assert walk.right is not None
    assert walk.right.time_s == pytest.approx(np.arange(150) * 0.005)
    assert "written twice" not in message(walk) and "1 stamp repeated" in message(walk)
    walk = formats.read(written(tmp_path / "w.txt", joined(lines[: 4 + 41] + lines[4 + 40 :])))
    assert walk.right is not None and len(walk.right.time_s) == 150
    assert "1 row written twice" in message(walk)


def test_cells_of_loadsol_that_moved_are_refused(tmp_path: Path) -> None:
    lines = loadsol(feet="R").split("\n")
    first, rest = lines[30].split("\t", 1)
    lines[30] = f"{first}\t\t{rest}"
    assert refusal(written(tmp_path / "w.txt", joined(lines))).startswith("line 31 has ")


def test_a_zone_of_loadsol_without_its_unit_is_refused(tmp_path: Path) -> None:
    lines = loadsol(feet="R").split("\n")
    units = lines[3].split("\t")
    units[1] = 'Forc"e[N]'
    lines[3] = "\t".join(units)
    assert refusal(written(tmp_path / "w.txt", joined(lines))) == (
        "column 'PGV1-R::lateral' has the unit 'Forc\"e[N]'; Force[N] is known"
    )


def test_moticon_may_have_one_column_beside_the_time(tmp_path: Path) -> None:
    lines = [line.split("\t") for line in moticon().split("\n")]
    keep = next(i for i, title in enumerate(lines[9]) if title == "left total force[N]")
    text = joined(["\t".join([row[0], row[keep]]) if len(row) > 2 else row[0] for row in lines])
    walk = formats.read(written(tmp_path / "w.txt", text))
    assert walk.source.format == "moticon" and [foot.sensor_count for foot in walk.feet] == [1]


@pytest.mark.parametrize("last", [[], [5, 5]])
def test_a_picture_with_other_rows_is_refused(last: list[int], tmp_path: Path) -> None:
    lines = emed().split("\n")
    starts = [i for i, line in enumerate(lines) if line.startswith("30\t")]
    page = lines[starts[4] : starts[4] + 6]
    lines[starts[4] : starts[4] + 6] = [page[i] for i in (0, 1, 2, 3, 4, *last)]
    assert "a row is missing, or one was written twice" in refusal(
        written(tmp_path / "step_L.lst", joined(lines))
    )


def test_a_picture_that_another_one_breaks_into_is_refused(tmp_path: Path) -> None:
    lines = emed().split("\n")
    at = [i for i, line in enumerate(lines) if line.startswith("30\t")][4]
    lines.insert(at + 3, "\t\t\t\tPage 99")
    problem = refusal(written(tmp_path / "step_L.lst", joined(lines)))
    assert problem == f"line {at + 4}: picture 5 has no row of forces at its end"


def test_rows_of_two_pictures_that_changed_places_are_said(tmp_path: Path) -> None:
    lines = emed().split("\n")
    one, other = [i for i, line in enumerate(lines) if line.startswith("34\t")][3:5]
    lines[one], lines[other] = lines[other], lines[one]
    note = message(formats.read(written(tmp_path / "step_L.lst", joined(lines))))
    assert "pressures of 2 of 60 pictures do not add up to their stated force" in note


def test_the_last_frame_of_xsensor_may_have_lost_digits_and_is_left_out(tmp_path: Path) -> None:
    text = xsensor().rstrip("\n")
    walk = formats.read(written(tmp_path / "w.csv", text[:-1]))
    assert walk.right is not None
    assert np.isnan(walk.right.force_n[-1]).all() and np.isfinite(walk.right.force_n[-2]).all()
    assert "the last frame is incomplete and was left out (truncated)" in message(walk)


def test_a_frame_of_xsensor_has_one_time(tmp_path: Path) -> None:
    lines = xsensor().split("\n")
    at = [i for i, line in enumerate(lines) if line.startswith("Time,")][5]
    problem = refusal(written(tmp_path / "w.csv", joined([*lines[: at + 1], *lines[at:]])))
    assert problem == f"line {at + 2}: a second time in one frame"


def test_the_last_frame_of_a_movie_has_no_row_too_many(tmp_path: Path) -> None:
    lines = fscan().split("\n")
    at = max(i for i, line in enumerate(lines) if line.startswith("Frame"))
    problem = refusal(written(tmp_path / "walk_L.asf", joined([*lines[: at + 2], *lines[at + 1 :]])))
    assert problem.endswith("the frame before has more than 6 rows")


def test_a_movie_that_is_cut_off_in_its_last_number_loses_that_frame(tmp_path: Path) -> None:
    lines = fscan().split("\n")
    at = max(i for i, line in enumerate(lines) if line.startswith("Frame"))
    cut = joined(lines[: at + 7])[:-1]
    walk = formats.read(written(tmp_path / "walk_L.asf", cut))
    assert walk.left is not None and len(walk.left.time_s) == COUNT - 1
    assert "the last frame is incomplete and was left out" in message(walk)


@pytest.mark.parametrize("name", ["xsensor", "fscan", "emed", "pliance", "pedar", "moticon", "loadsol"])
def test_an_underscore_is_no_part_of_a_number(name: str, tmp_path: Path) -> None:
    """Python reads 1_5 as 15."""
    text = FILES[name]()
    head, cell, rest = re.split(r"(?<=[\t, ])(3\d\.\d\d)", text, maxsplit=1)
    damaged = written(tmp_path / "walk_L.txt", f"{head}3_{cell[2:]}{rest}")
    assert (
        "is no number" in (problem := refusal(damaged))
        or "not a row of numbers" in problem
        or ("something that is no number" in problem)
    )


def test_names_of_loadsol_that_moved_are_refused(tmp_path: Path) -> None:
    lines = loadsol(feet="R").split("\n")
    lines[2] = lines[2].removeprefix("\t")
    assert refusal(written(tmp_path / "w.txt", joined(lines))) == (
        "column 'PGV1-R::lateral' has the unit 'Time[secs]'; Force[N] is known"
    )
    lines = loadsol(feet="R").split("\n")
    lines[2] = lines[2].replace("PGV1-R::medial", "")
    assert refusal(written(tmp_path / "w.txt", joined(lines))) == (
        "column 3 has a force, but no name of an insole above it"
    )


def test_titles_of_a_described_table_stand_before_its_rows(tmp_path: Path) -> None:
    description = written(tmp_path / "acme.toml", ACME)
    lines = ACME_WALK.split("\n")
    lines[2], lines[5] = lines[5], lines[2]
    assert refusal(written(tmp_path / "w.txt", joined(lines)), str(description)) == (
        "line 3 looks like a row of samples before the titles in line 6"
    )


def test_a_title_that_a_description_does_not_know_is_named(tmp_path: Path) -> None:
    """A damaged title must not drop a sensor without a word."""
    description = written(tmp_path / "acme.toml", ACME)
    walk = formats.read(written(tmp_path / "w.txt", ACME_WALK.replace("L2;", "Lz;")), str(description))
    assert walk.left is not None and walk.left.sensor_count == 1
    assert "not read, as their titles are not known: columns Lz, remark" in message(walk)


@pytest.mark.parametrize("key", ["ROW_SPACING", "COL_SPACING", "SECONDS_PER_FRAME", "ROWS", "COLS"])
def test_a_damaged_number_in_the_header_of_a_movie_is_refused(key: str, tmp_path: Path) -> None:
    """5.#8 mm is not 5 mm."""
    text = re.sub(rf"(?m)^({key} [\d.]*)(\d)", r"\1#", fscan(), count=1)
    assert refusal(written(tmp_path / "walk_L.asf", text)) == f"its header has no number for {key}"


@pytest.mark.parametrize("name", ["pedar", "pliance"])
def test_titles_between_rows_of_samples_are_refused(name: str, tmp_path: Path) -> None:
    lines = FILES[name]().split("\n")
    titles = next(i for i, line in enumerate(lines) if line.startswith("time["))
    lines[titles], lines[titles + 9] = lines[titles + 9], lines[titles]
    assert refusal(written(tmp_path / "walk.asc", joined(lines))) == (
        f"line {titles + 1} looks like a row of samples, but stands before the titles"
    )


def test_the_first_frame_of_xsensor_has_a_date_where_the_others_have_one(tmp_path: Path) -> None:
    """Without its date a frame would lie two thousand years before the next."""
    text = xsensor().replace("Date, 2022", "Date 2022", 1)
    problem = refusal(written(tmp_path / "walk.csv", text))
    assert problem.endswith("a date, but the frames before have none")
