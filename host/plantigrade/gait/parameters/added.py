"""Parameters of each stride that installed packages add.

A package adds one by an entry point of the group `plantigrade.parameters` that names an `AddedParameter`: a
row of the registry and the formula. Its column then stands in the strides' table, its mean in JSON, reports
and exports, and rules can look at it. One that cannot be used is left out; one whose formula fails is
unknown, and its note says why. docs/how-to/write-a-plug-in.md has a template.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.errors import PlantigradeError
from plantigrade.gait.parameters.definition import Home, ParameterDefinition
from plantigrade.plugins import call, load, package_of

GROUP: Final = "plantigrade.parameters"
StrideFigures = Mapping[str, F64]
"""Columns (k,) of the strides of one foot by name; NaN where a stride has no such figure."""


@dataclass(frozen=True)
class AddedParameter:
    """A parameter of each stride.

    Attributes:
        row: what the registry says of it; its home is `Home.STRIDE`.
        compute: (k,) figures from the columns of the strides of one foot; NaN where a figure is unknown.

    Example:
        >>> from plantigrade.gait.parameters.definition import Needs, ParameterGroup
        >>> row = ParameterDefinition(
        ...     "swing_over_stance", "Swing over stance", "1", Home.STRIDE, ParameterGroup.TIMING,
        ...     Needs.CONTACTS, definition="swing / stance")
        >>> AddedParameter(row, lambda strides: strides["swing_time_s"] / strides["stance_time_s"]).row.name
        'swing_over_stance'
    """

    row: ParameterDefinition
    compute: Callable[[StrideFigures], F64]


@dataclass(frozen=True)
class AddedParameters:
    """What packages add.

    Attributes:
        rows: of the registry, in the order of the entry points' names.
        refused: why an entry point is not used, by its name.
        failed: why a formula gave nothing, by the parameter's name; filled while strides are computed.
    """

    rows: tuple[ParameterDefinition, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    _formulas: Mapping[str, tuple[str, Callable[[StrideFigures], F64]]] = field(
        default_factory=dict[str, tuple[str, Callable[[StrideFigures], F64]]]
    )

    def __contains__(self, name: str) -> bool:
        return name in self._formulas

    def column(self, name: str, strides: StrideFigures, count: int) -> F64:
        """(count,) figures of one added parameter; NaN, and a reason in `failed`, where its formula fails."""
        adds, formula = self._formulas[name]
        try:
            found = call(formula, strides, title=f"{adds} the parameter {name!r}, whose formula")
            values = np.asarray(found, np.float64)
            if values.shape != (count,):
                raise PlantigradeError(f"{adds} {name!r}, whose formula gave {values.shape}, not ({count},)")
        except (PlantigradeError, TypeError, ValueError) as error:
            self.failed[name] = str(error)
            return np.full(count, np.nan)
        self.failed.pop(name, None)
        return values


def added_parameters(known: frozenset[str]) -> AddedParameters:
    """The parameters that installed packages add.

    Args:
        known: names that there are already; no package changes what they mean.
    """
    rows: dict[str, ParameterDefinition] = {}
    formulas: dict[str, tuple[str, Callable[[StrideFigures], F64]]] = {}
    refused: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            added = _loaded(entry, known | rows.keys())
        except PlantigradeError as error:
            refused[entry.name] = f"{error}; update or remove that package"
            continue
        rows[added.row.name] = added.row
        formulas[added.row.name] = (f"{package_of(entry)} adds", added.compute)
    return AddedParameters(tuple(rows.values()), refused, {}, formulas)


def _loaded(entry: EntryPoint, known: frozenset[str]) -> AddedParameter:
    added = load(entry, AddedParameter, "parameter")
    assert isinstance(added, AddedParameter)
    adds, row = f"{package_of(entry)} adds", added.row
    if row.name in known:
        raise PlantigradeError(f"{adds} a parameter called {row.name!r}, which there is already")
    if not row.name.isidentifier() or row.name != row.name.lower():
        raise PlantigradeError(
            f"{adds} {row.name!r}; names of parameters are lower case with their unit at the end"
        )
    if row.home is not Home.STRIDE:
        raise PlantigradeError(
            f"{adds} {row.name!r} as {row.home.value}; only parameters of each stride are added"
        )
    return added
