"""Every figure has an example whose answer was worked out on paper.

Tests carry `@pytest.mark.worked_example("name", ...)` for the figures that they assert against numbers. Here
these marks are read from the sources of all tests and held against the names that the project gives its
figures: the tables of docs/reference/parameters.md, what the rules of posture can look at, and what a
calibration holds.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from plantigrade.calibration.model import Calibration, SensorCurve
from plantigrade.calibration.weight import WeightScale
from plantigrade.gait.balance import Romberg
from plantigrade.posture.diary.day_load import LONGEST, SUMMED
from plantigrade.posture.rules_engine.features import derived
from plantigrade.posture.rules_engine.rules import Statistic, shipped_rules
from plantigrade.posture.rules_engine.standing import StandingWatch

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "parameters.md"
FIRST, BEYOND = "## Timing", "## What these insoles cannot know"
MARK = "worked_example"


class Mark(NamedTuple):
    """One name in one mark."""

    name: str
    place: str


def parameters() -> set[str]:
    """Names in the first column of the page's tables, without those that no force insole can know."""
    text = PAGE.read_text(encoding="utf-8")
    rows = text[text.index(FIRST) : text.index(BEYOND)].splitlines()
    first_cells = [row.split("|")[1] for row in rows if row.startswith("|")]
    return {name for cell in first_cells for name in re.findall(r"`([a-z0-9_]+)`", cell)}


def eyes() -> set[str]:
    """The ratios of standing with closed and with open eyes."""
    return {f"eyes_closed_over_open.{field.name}" for field in fields(Romberg)}


def posture() -> set[str]:
    """What a rule can use beside the strides' own columns: derived columns, values of seconds, statistics."""
    watch = StandingWatch(10.0, 700.0)
    (second,) = watch.feed(np.full(10, 350.0), np.full(10, 350.0))
    named = {term.metric for rule in shipped_rules().values() for term in rule.terms}
    return named | set(derived({}, 700.0)) | set(second.values) | {one.value for one in Statistic}


def loads_of_the_day() -> set[str]:
    """What the diary asks about that no stride holds."""
    return {*SUMMED, *LONGEST, "load_asymmetry_pct"}


def numbers_of(*classes: Any) -> set[str]:
    """Fields of dataclasses that hold a number."""
    kinds = ("float", "int", "float | None")
    return {field.name for one in classes for field in fields(one) if str(_type_name(field.type)) in kinds}


def _type_name(kind: Any) -> str:
    return kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def calibrations() -> set[str]:
    """Numbers that fits of bench loads and of body weight find."""
    return numbers_of(SensorCurve, WeightScale, Calibration)


@cache
def required() -> dict[str, set[str]]:
    """Names that need an example, by where they come from."""
    return {
        "parameters of docs/reference/parameters.md": parameters(),
        "ratios of closed to open eyes": eyes(),
        "measures and statistics of posture rules": posture(),
        "loads of a day": loads_of_the_day(),
        "figures of calibrations": calibrations(),
    }


@cache
def words_of_the_project() -> frozenset[str]:
    """Every name and word in the host's sources: a mark may name whatever is there, but nothing else."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "host").rglob("*.py"))
    return frozenset(word.lstrip("_") for text in texts for word in re.findall(r"\w+", text))


def exists(name: str) -> bool:
    """Whether the project has a figure, a field or a word of this name."""
    figure = any(name in names for names in required().values())
    return figure or set(re.findall(r"\w+", name)) <= words_of_the_project()


def marks_in(source: str, place: str) -> Iterator[Mark]:
    """The names of every `worked_example(...)` in a source; names must be literals, to be readable."""
    for node in ast.walk(ast.parse(source)):
        if not (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == MARK
        ):
            continue
        where = f"{place}:{node.lineno}"
        assert node.args, f"{where}: {MARK} names no figure"
        for argument in node.args:
            literal = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            assert literal, f"{where}: {MARK} needs names written out, not {ast.unparse(argument)}"
            yield Mark(str(argument.value), where)  # type: ignore[attr-defined]


@cache
def all_marks() -> list[Mark]:
    """The marks of all tests."""
    own = Path(__file__).resolve()
    texts = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if path != own
    }
    return [mark for place, text in texts.items() if MARK in text for mark in marks_in(text, place)]


def without_example(names: set[str], marks: list[Mark]) -> list[str]:
    """Names that no mark has."""
    return sorted(names - {mark.name for mark in marks})


def unknown(marks: list[Mark]) -> list[str]:
    """Marks whose name nothing has, with their places."""
    return [f"{mark.place}: {mark.name}" for mark in marks if not exists(mark.name)]


@pytest.mark.parametrize("kind", required())
def test_every_figure_has_a_worked_example(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = required()[kind]
    missing = without_example(names, all_marks())
    with capsys.disabled():
        print(f"\nworked examples, {kind}: {len(names) - len(missing)} of {len(names)}")
    assert not missing, f"no worked example among the {kind}: {', '.join(missing)}"


def test_marks_name_figures_that_exist() -> None:
    assert not unknown(all_marks())


def test_a_made_up_parameter_is_reported_missing_and_unknown() -> None:
    marks = list(
        marks_in('@pytest.mark.worked_example("f1_n", "stride_flair_pct")\ndef test_x(): ...', "t.py")
    )
    assert marks == [Mark("f1_n", "t.py:1"), Mark("stride_flair_pct", "t.py:1")]
    assert without_example({"f1_n", "hop_height_mm"}, marks) == ["hop_height_mm"]
    assert unknown(marks) == ["t.py:1: stride_flair_pct"]


@pytest.mark.parametrize("mark", ["worked_example(NAME)", "worked_example('f1' + '_n')", "worked_example()"])
def test_a_mark_whose_names_cannot_be_read_is_refused(mark: str) -> None:
    with pytest.raises(AssertionError, match=r"test_x\.py:1"):
        list(marks_in(f"@pytest.mark.{mark}\ndef test_x(): ...", "test_x.py"))


def test_the_names_are_really_found() -> None:
    """The collectors see one known name of each kind; an empty list would have every example."""
    assert {"stride_time_s", "f2_time_pct", "cpei_pct", "standing_left_load_pct", "y_f95_hz"} <= parameters()
    assert not {"walking_speed_km_per_h", "force_cycle"} & parameters()
    assert len(parameters()) > 110
    assert eyes() >= {"eyes_closed_over_open.velocity", "eyes_closed_over_open.area"}
    assert {
        "second_peak_missing",
        "one_sided_pct",
        "cv_ratio",
        "faulty_sensors",
        "ml_index_heel",
    } <= posture()
    assert {"exponent", "residual_pct", "points", "left", "sd_pct", "scale"} <= calibrations()
    assert "serial" not in calibrations()
