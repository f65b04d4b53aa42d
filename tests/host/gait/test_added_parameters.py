"""Parameters of other packages: computed beside ours, or refused with the package's name."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from plantigrade.analysis import pipeline
from plantigrade.gait import results, summary
from plantigrade.gait.parameters import added
from plantigrade.gait.parameters.added import AddedParameter, AddedParameters, StrideFigures, added_parameters
from plantigrade.gait.parameters.definition import Home, Needs, ParameterDefinition, ParameterGroup
from plantigrade.gait.signals import Floats

from tests.host.analyze import tiny

ROW = ParameterDefinition(
    "acme_ratio",
    "Ratio",
    "1",
    Home.STRIDE,
    ParameterGroup.TIMING,
    Needs.CONTACTS,
    definition="swing / stance",
)


def ratio(strides: StrideFigures) -> Floats:
    return strides["swing_time_s"] / strides["stance_time_s"]


def broken(strides: StrideFigures) -> Floats:
    raise KeyError("no such column")


RATIO = AddedParameter(ROW, ratio)
SECOND = RATIO
OURS = AddedParameter(replace(ROW, name="stride_time_s"), ratio)
WALK = AddedParameter(replace(ROW, name="acme_walk", home=Home.WALK), ratio)
UPPER = AddedParameter(replace(ROW, name="Acme Ratio"), ratio)
NONE = "a text"

Found = Callable[..., AddedParameters]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    """The parameters that a package adds which names these of this module."""

    def of(*names: str) -> AddedParameters:
        entries = [EntryPoint(name, f"{__name__}:{name}", added.GROUP) for name in names]
        monkeypatch.setattr(added, "entry_points", lambda group: entries)
        return added_parameters(frozenset({"stride_time_s"}))

    return of


def test_a_formula_is_computed_beside_our_columns(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "ADDED", found("RATIO"))
    left = tiny.full_analysis().analysis.left
    assert left is not None
    table = left.strides
    given = table.acme_ratio  # pyright: ignore
    assert np.array_equal(given, table.swing_time_s / table.stance_time_s, equal_nan=True)
    with pytest.raises(AttributeError, match="the strides have no 'nonsense'"):
        table.nonsense  # noqa: B018  # pyright: ignore


def test_a_formula_sees_every_column_by_name(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(results, "ADDED", found("RATIO"))
    left = tiny.full_analysis().analysis.left
    assert left is not None
    columns = results._ByName(left.strides)  # pyright: ignore
    seen += columns
    assert {"initial_contact_s", "stance_pct", *left.strides.pressure_names} <= set(seen)
    assert len(columns) == len(seen) and np.array_equal(columns["f1_n"], left.strides.f1_n, equal_nan=True)
    with pytest.raises(KeyError):
        columns["acme_ratio"]


@pytest.mark.parametrize(
    ("formula", "problem"),
    [
        (broken, "KeyError: 'no such column'"),
        (lambda _strides: np.zeros(2), r"gave \(2,\), not \(3,\)"),
        (lambda _strides: "words", "could not convert"),
    ],
)
def test_a_formula_that_fails_gives_nothing_and_says_why(
    formula: Callable[[StrideFigures], Floats], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = AddedParameters((ROW,), {}, {}, {"acme_ratio": ("the package acme adds", formula)})
    assert np.isnan(parameters.column("acme_ratio", {}, 3)).all()
    monkeypatch.setattr(summary, "ADDED", parameters)
    assert re.search(problem, summary._why("acme_ratio", {}, True, True))  # pyright: ignore
    good = AddedParameters(
        (ROW,), {}, parameters.failed, {"acme_ratio": ("acme adds", lambda _s: np.zeros(3))}
    )
    good.column("acme_ratio", {}, 3)
    assert parameters.failed == {}, "what works again is no problem any more"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("OURS", "'stride_time_s', which there is already"),
        ("WALK", "only those of each stride are added|only parameters of each stride"),
        ("UPPER", "lower case"),
        ("NONE", "is none"),
        ("MISSING", "cannot be loaded"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_named(name: str, problem: str, found: Found) -> None:
    parameters = found(name, "RATIO")
    assert [row.name for row in parameters.rows] == ["acme_ratio"]
    (reason,) = parameters.refused.values()
    assert reason.startswith("the package tests adds")
    assert any(part in reason for part in problem.split("|"))
    assert reason.endswith("update or remove that package")


def test_the_same_name_twice_is_refused_once(found: Found) -> None:
    parameters = found("RATIO", "SECOND")
    assert len(parameters.rows) == 1 and "which there is already" in parameters.refused["SECOND"]


def test_the_notes_of_an_analysis_name_what_is_left_out(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "ADDED", found("WALK"))
    full = tiny.full_analysis()
    notes = pipeline._notes(full.walk, full.analysis)  # pyright: ignore
    assert any("adds 'acme_walk'" in note for note in notes)
