"""Every reader against what happens to files on their way: resaved by a spreadsheet, cut, renamed, mixed up.

Each damage ends in one of two ways: refused in words, or read with every number that is there as it was. What
cannot be read is missing, never another number.
"""

import gzip
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Walk
from plantigrade.imports import formats

from tests.host.imports.test_bad_input import _mutate as mutate
from tests.host.imports.test_bad_input import mutations
from tests.host.imports.vendor_files import COUNT, FILES, TIME_S

HALF = COUNT // 2

NAMES = list(FILES)
COMMA_SEPARATED = {"fscan", "xsensor", "stappone"}
WITH_TIMES = ["moticon", "loadsol", "pedar", "pliance", "xsensor", "stappone", "gaitpdb"]


@cache
def text_of(name: str) -> str:
    return FILES[name]()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Walk]:
    folder = tmp_path_factory.mktemp("good")
    walks: dict[str, Walk] = {}
    for name in NAMES:
        (folder / name).write_text(text_of(name), "utf-8")
        walks[name] = formats.read(folder / name)
        assert walks[name].source.format == name
    return walks


def read_or_refused(path: Path, name: str = "auto", foot: Foot | None = None) -> Walk | str:
    """The walk, or the one line that is said instead."""
    try:
        return formats.read(path, name, foot=foot)
    except FileError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
        assert len(str(error)) < 900
        return error.problem


def assert_same_numbers(got: Walk, true: Walk, *, rows: int | None = None) -> None:
    """Whatever was read is what was in the file; at most `rows` of the beginning are compared."""
    for foot in got.feet:
        complete = next(one for one in true.feet if one.foot is foot.foot)
        count = min(len(foot), len(complete) if rows is None else rows)
        force, expected = foot.force_n[:count], complete.force_n[:count]
        assert force.shape[1] == expected.shape[1]
        there = np.isfinite(force)
        assert force[there] == pytest.approx(expected[there], rel=2e-3, abs=2e-3)
        assert there.mean() > 0.9


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "walk.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "Latin-1": lambda text: text.encode("latin-1"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("how", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
def test_encodings_and_line_ends_change_nothing(
    name: str, how: str, good: dict[str, Walk], tmp_path: Path
) -> None:
    got = formats.read(written(tmp_path, ENCODINGS[how](text_of(name))))
    assert got.source.format == name
    assert [len(foot) for foot in got.feet] == [len(foot) for foot in good[name].feet]
    assert_same_numbers(got, good[name])


@pytest.mark.parametrize("name", NAMES)
def test_decimal_commas(name: str, good: dict[str, Walk], tmp_path: Path) -> None:
    text = re.sub(r"(?<=\d)\.(?=\d)", ",", text_of(name))
    got = read_or_refused(written(tmp_path, text))
    if name in ("moticon", "loadsol", "pedar", "pliance"):
        assert not isinstance(got, str), got
    if not isinstance(got, str):
        assert_same_numbers(got, good[name])


def with_cell(name: str, cell: str) -> str:
    """The file with one number of a sample, well inside, replaced by a text."""
    lines = text_of(name).split("\n")
    middle = len(lines) // 2 if name != "pliance" else HALF
    for at in range(middle, len(lines)):
        found = list(re.finditer(r"(?<![\w.:-])\d+(?:\.\d+)?(?![\w.:-])", lines[at]))
        if len(found) > 2 and not re.search(r"Frame|Page|:|^\t26", lines[at]):
            one = found[2]
            lines[at] = lines[at][: one.start()] + cell + lines[at][one.end() :]
            return "\n".join(lines)
    raise AssertionError("no row of numbers")


CLEAR = {"1,234.56": "1234.56", "1'234.5": "1234.5"}
"""Thousands in a file of decimal points: there is one number that they can be."""


@pytest.mark.parametrize("cell", ["1,234.56", "1.234,56", "1,234", "1'234.5", "1 234", "x"])
@pytest.mark.parametrize("name", NAMES)
def test_a_number_that_is_none_or_may_be_two_is_refused(name: str, cell: str, tmp_path: Path) -> None:
    got = read_or_refused(written(tmp_path, with_cell(name, cell)))
    if name in ("moticon", "loadsol") and cell in CLEAR:
        assert not isinstance(got, str), got
        same = read_or_refused(written(tmp_path, with_cell(name, CLEAR[cell])))
        assert not isinstance(same, str), same
        assert_same_numbers(got, same)
        return
    assert isinstance(got, str), got.source.note


@pytest.mark.parametrize("cell", ["NaN", "-inf", "Infinity", "NA", "", "1e400", "9" * 40])
@pytest.mark.parametrize("name", NAMES)
def test_words_for_no_number_are_missing_or_refused(
    name: str, cell: str, good: dict[str, Walk], tmp_path: Path
) -> None:
    got = read_or_refused(written(tmp_path, with_cell(name, cell)))
    if not isinstance(got, str):
        assert_same_numbers(got, good[name])


@pytest.mark.parametrize("share", [0.02, 0.31, 0.77, 0.999])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_cut_off_is_a_beginning_or_refused(
    name: str, share: float, good: dict[str, Walk], tmp_path: Path
) -> None:
    text = text_of(name)
    got = read_or_refused(written(tmp_path, text[: int(share * len(text))]))
    if not isinstance(got, str):
        # StappOne's unloaded level is that of the rows that are there.
        if name != "stappone" or share > 0.5:
            assert_same_numbers(got, good[name])
        assert all(
            len(one) <= len(complete) for one, complete in zip(got.feet, good[name].feet, strict=False)
        )


@pytest.mark.parametrize("name", NAMES)
def test_gzip_that_ends_early_is_said(name: str, tmp_path: Path) -> None:
    packed = gzip.compress(text_of(name).encode())
    got = read_or_refused(written(tmp_path, packed[: 2 * len(packed) // 3]))
    assert got == "the gzip data are damaged or end early; copy the file again"


def jumped(times: np.ndarray) -> np.ndarray:
    return np.where(np.arange(COUNT) >= HALF, times + 5.0, times)


def backward(times: np.ndarray) -> np.ndarray:
    return np.where(np.arange(COUNT) >= HALF, times - 0.5, times)


def standing(times: np.ndarray) -> np.ndarray:
    return np.where(np.arange(COUNT) >= HALF, times[HALF], times)


@pytest.mark.parametrize("name", WITH_TIMES)
def test_stamps_that_jump_are_a_gap(name: str, tmp_path: Path) -> None:
    got = read_or_refused(written(tmp_path, FILES[name](times=jumped(TIME_S))))
    assert not isinstance(got, str), got
    for foot in got.feet:
        assert [(gap.from_s, gap.to_s) for gap in foot.gaps] == [
            pytest.approx((foot.time_s[0] + 0.75, foot.time_s[0] + 5.75), abs=0.011)
        ]


@pytest.mark.parametrize("change", [backward, standing])
@pytest.mark.parametrize("name", WITH_TIMES)
def test_stamps_that_run_backward_or_stand_still_are_refused(
    name: str, change: Callable[[np.ndarray], np.ndarray], tmp_path: Path
) -> None:
    got = read_or_refused(written(tmp_path, FILES[name](times=change(TIME_S))))
    assert isinstance(got, str) and "time" in got


@pytest.mark.parametrize("unit", ["", "furlong"])
@pytest.mark.parametrize("name", ["moticon", "pedar", "pliance", "emed", "xsensor"])
def test_a_unit_that_is_missing_or_unknown_is_not_guessed(name: str, unit: str, tmp_path: Path) -> None:
    got = read_or_refused(written(tmp_path, FILES[name](unit=unit)), name)
    assert isinstance(got, str) and re.search(r"unit|'Sensor size: ... cm'", got)


def test_loadsol_and_f_scan_without_their_units(tmp_path: Path) -> None:
    for unit in ("", "[lbs]"):
        got = read_or_refused(written(tmp_path, FILES["loadsol"](unit=unit)), "loadsol")
        assert isinstance(got, str) and got.endswith("Force[N] is known")
    for unit in ("", "furlong"):
        got = read_or_refused(written(tmp_path, FILES["fscan"](unit=unit)))
        assert not isinstance(got, str) and got.left is not None
        assert got.left.quantity == "footswitch" and "not calibrated: timing only" in got.source.note


@pytest.mark.parametrize("name", NAMES)
def test_a_million_columns(name: str, tmp_path: Path) -> None:
    lines = text_of(name).split("\n")
    at = max(range(len(lines)), key=lambda i: len(lines[i]))
    mark = "," if name in COMMA_SEPARATED else "\t"
    lines[at] += mark + mark.join(["0"] * 1_000_000)
    assert isinstance(read_or_refused(written(tmp_path, "\n".join(lines)), name), str)


@pytest.mark.parametrize("other", NAMES)
@pytest.mark.parametrize("name", NAMES)
def test_the_file_of_another_maker_is_told_by_its_content(name: str, other: str, tmp_path: Path) -> None:
    path = written(tmp_path, text_of(other))
    if name != other:
        assert isinstance(read_or_refused(path, name), str)
    else:
        assert formats.read(path).source.format == name


def test_files_of_one_foot(tmp_path: Path) -> None:
    for name, feet in (("moticon", ("right",)), ("loadsol", "R")):
        walk = formats.read(written(tmp_path, FILES[name](feet=feet)))
        assert walk.left is None and walk.right is not None
        assert "no left foot in the file" in walk.source.note


@pytest.mark.parametrize("name", ["moticon", "loadsol", "pliance", "emed"])
@pytest.mark.parametrize("forced", [False, True], ids=["auto", "forced"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=mutations)
def test_mutated_files_fail_with_a_message(
    name: str, forced: bool, tmp_path: Path, changes: list[tuple[str, float, bytes]]
) -> None:
    got = read_or_refused(
        written(tmp_path, mutate(text_of(name).encode(), changes)), name if forced else "auto"
    )
    if not isinstance(got, str):
        for foot in got.feet:
            assert np.all(np.diff(foot.time_s) > 0)
            assert len(foot.time_s) == len(foot.force_n)


def test_a_picture_without_a_page_of_its_own_has_its_own_columns(tmp_path: Path) -> None:
    """Found by mutation: the row of columns was taken from the page before."""
    text = re.sub(r"\n\t+Page 3\n", "\n", text_of("emed"))
    got = read_or_refused(written(tmp_path, text))
    assert not isinstance(got, str) and len(got.feet[0]) == 60
