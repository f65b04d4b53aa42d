# pandas and xarray are typed in part.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The same as xarray objects: units, names and coordinates travel with the numbers."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from plantigrade.api import parts
from plantigrade.api.facts import Side
from plantigrade.api.tables import UNITS, centre_values, cop_unit
from plantigrade.gait.parameters.registry import title_of
from plantigrade.gait.signals import FootSignal

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TIME: Final = {"units": "s", "long_name": "time on the recording's clock", "axis": "T"}
PLACES: Final = {"x": "medial to lateral", "y": "heel to toes"}


class ResultTables(Protocol):
    """The tables of an analysis."""

    def strides(self) -> "pd.DataFrame":
        """Strides."""
        ...

    def events(self) -> "pd.DataFrame":
        """Contacts."""
        ...

    def bouts(self) -> "pd.DataFrame":
        """Walking bouts."""
        ...

    def balance(self) -> "pd.DataFrame":
        """Spans of standing."""
        ...

    def posture(self) -> "pd.DataFrame":
        """Findings of the posture rules."""
        ...


class SampleTables(ResultTables, Protocol):
    """The tables of a recording."""

    @property
    def feet(self) -> tuple[Side, ...]:
        """Feet that were recorded."""
        ...

    def frames(self, foot: Side | None = None) -> "pd.DataFrame":
        """Samples as recorded."""
        ...


class AnalysisArrays:
    """The tables of an analysis as xarray datasets; `Analysis.xarray` makes it.

    Each variable has `units` and, where the registry of parameters knows it, `long_name` in its attributes.

    Example:
        >>> import plantigrade as pg
        >>> strides = pg.analyze(pg.twin.example_file()).xarray.strides()
        >>> strides["stance_pct"].dims, strides["stance_pct"].attrs
        (('stride',), {'units': '%', 'long_name': 'Stance'})
    """

    def __init__(self, analysis: ResultTables) -> None:
        parts.xarray()
        self._analysis = analysis

    def strides(self) -> "xr.Dataset":
        """`Analysis.strides` along `stride`; initial contact and foot are coordinates of it.

        Example:
            >>> import plantigrade as pg
            >>> sorted(pg.analyze(pg.twin.example_file()).xarray.strides().coords)
            ['foot', 'initial_contact_s', 'stride']
        """
        made = dataset(self._analysis.strides(), "stride")
        return made.set_coords(["foot", "initial_contact_s"])

    def events(self) -> "xr.Dataset":
        """`Analysis.events` along `contact`; `time_s` is a coordinate.

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).xarray.events()["time_s"].attrs["units"]
            's'
        """
        return dataset(self._analysis.events(), "contact").set_coords(["time_s"])

    def bouts(self) -> "xr.Dataset":
        """`Analysis.bouts` along `bout`.

        Example:
            >>> import plantigrade as pg
            >>> dict(pg.analyze(pg.twin.example_file()).xarray.bouts().sizes)
            {'bout': 1}
        """
        return dataset(self._analysis.bouts(), "bout")

    def balance(self) -> "xr.Dataset":
        """`Analysis.balance` along `standing`.

        Example:
            >>> import plantigrade as pg
            >>> standing = pg.twin.stand(pg.twin.person(1), seconds=60, seed=1)
            >>> dict(standing.xarray.balance().sizes)
            {'standing': 1}
        """
        return dataset(self._analysis.balance(), "standing")

    def posture(self) -> "xr.Dataset":
        """`Analysis.posture` along `finding`; rule and foot are coordinates.

        Example:
            >>> import plantigrade as pg
            >>> sorted(pg.analyze(pg.twin.example_file()).xarray.posture().coords)
            ['finding', 'foot', 'rule']
        """
        return dataset(self._analysis.posture(), "finding").set_coords(["rule", "foot"])


class RecordingArrays(AnalysisArrays):
    """Samples and results of a recording as xarray objects; `Recording.xarray` makes it.

    Example:
        >>> import plantigrade as pg
        >>> walk = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)
        >>> toes = walk.xarray.forces("left").groupby("region").sum()["force"].sel(region="toes")
        >>> toes.dims, toes.attrs["units"]
        (('time',), 'N')
    """

    def __init__(
        self,
        recording: SampleTables,
        signal: Callable[[Side], FootSignal],
        about: Callable[[str], Mapping[str, Any]],
    ) -> None:
        super().__init__(recording)
        self._recording, self._signal, self._about = recording, signal, about

    def frames(self, foot: Side) -> "xr.Dataset":
        """`Recording.frames` of one foot along `time`.

        Args:
            foot: "left" or "right".

        Raises:
            PlantigradeError: the recording has no such foot.

        Example:
            >>> import plantigrade as pg
            >>> pg.read(pg.twin.example_file()).xarray.frames("left")["f00_n"].attrs["units"]
            'N'
        """
        frame = self._recording.frames(foot)
        made = dataset(frame.rename_axis("time"), "time")
        made["time"].attrs.update(TIME)
        return made

    def forces(self, foot: Side) -> "xr.Dataset":
        """Newtons: `force` (time, sensor) and `total_force` (time), with the sensors' places as coordinates.

        Coordinates of `sensor`: `x`, `y` (mm, or the layout's own scale), `area` (cm2) and `region`, where
        known. A footswitch has the unit "1".

        Args:
            foot: "left" or "right".

        Raises:
            PlantigradeError: the recording has no such foot.

        Example:
            >>> import plantigrade as pg
            >>> forces = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).xarray.forces("left")
            >>> sorted(forces.coords), forces["area"].attrs["units"]
            (['area', 'region', 'sensor', 'time', 'x', 'y'], 'cm2')
        """
        signal = self._signal(foot)
        force = np.asarray(signal.force_n)
        unit = "N" if signal.quantity == "force" else "1"
        long_name = "vertical force" if signal.quantity == "force" else "load of a footswitch"
        variables = {
            "force": (("time", "sensor"), force, {"units": unit, "long_name": f"{long_name} of each sensor"}),
            "total_force": (
                "time",
                force.sum(axis=1, dtype=np.float64),
                {"units": unit, "long_name": long_name},
            ),
        }
        return self._of(signal, variables, _sensor_coordinates(signal))

    def cop(self, foot: Side) -> "xr.Dataset":
        """Centre of pressure: `cop_x` (medial to lateral) and `cop_y` (heel to toes) along `time`.

        Args:
            foot: "left" or "right".

        Raises:
            PlantigradeError: no such foot, no forces, or places of the sensors that are not known.

        Example:
            >>> import plantigrade as pg
            >>> cop = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).xarray.cop("left")
            >>> cop["cop_y"].attrs
            {'units': 'mm', 'long_name': 'centre of pressure, heel to toes'}
        """
        signal = self._signal(foot)
        centre, (_, unit) = centre_values(signal), cop_unit(signal)
        variables = {
            f"cop_{axis}": (
                "time",
                centre[:, number],
                {"units": unit, "long_name": f"centre of pressure, {PLACES[axis]}"},
            )
            for number, axis in enumerate("xy")
        }
        return self._of(signal, variables, {})

    def tree(self) -> "xr.DataTree":
        """Everything in one tree: `left` and `right` with forces, then `strides`, `events`, `bouts`,
        `balance`, `posture`.

        Example:
            >>> import plantigrade as pg
            >>> tree = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).xarray.tree()
            >>> sorted(tree.children)
            ['balance', 'bouts', 'events', 'left', 'posture', 'right', 'strides']
        """
        xr = parts.xarray()
        nodes: dict[str, Any] = {foot: self.forces(foot) for foot in self._recording.feet}
        for name in ("strides", "events", "bouts", "balance", "posture"):
            nodes[name] = getattr(self, name)()
        return xr.DataTree.from_dict(nodes)

    def _of(self, signal: FootSignal, variables: Mapping[str, Any], more: Mapping[str, Any]) -> "xr.Dataset":
        xr = parts.xarray()
        return xr.Dataset(
            variables, {"time": ("time", signal.time_s, TIME), **more}, dict(self._about(signal.foot.value))
        )


def _sensor_coordinates(signal: FootSignal) -> dict[str, Any]:
    coordinates: dict[str, Any] = {"sensor": ("sensor", np.arange(signal.sensor_count), {"units": "1"})}
    layout = signal.layout
    if layout is not None:
        unit = "1" if layout.relative else "mm"
        for axis, values in (("x", layout.x_mm), ("y", layout.y_mm)):
            coordinates[axis] = ("sensor", values, {"units": unit, "long_name": f"place, {PLACES[axis]}"})
        coordinates["area"] = ("sensor", layout.area_cm2, {"units": "cm2", "long_name": "active area"})
        coordinates["region"] = (
            "sensor",
            np.array(layout.region, np.str_),
            {"long_name": "region of the foot"},
        )
    return coordinates


def dataset(frame: "pd.DataFrame", dimension: str) -> "xr.Dataset":
    """A table as a dataset along one dimension, its units beside each variable.

    Args:
        frame: with `attrs["units"]`.
        dimension: name of its rows.
    """
    xr = parts.xarray()
    units: Mapping[str, str] = frame.attrs.get(UNITS, {})
    variables: dict[str, Any] = {}
    for name in frame.columns:
        attributes = {"units": units.get(name, "1")}
        if (title := title_of(name)) != name:
            attributes["long_name"] = title
        variables[name] = (dimension, _plain(frame[name]), attributes)
    about = {name: value for name, value in frame.attrs.items() if name != UNITS}
    return xr.Dataset(variables, {dimension: (dimension, frame.index.to_numpy())}, about)


def _plain(column: Any) -> Any:
    """An array of plain numbers or texts: pandas' own kinds do not travel into files."""
    if column.dtype.kind in "biufM":
        return column.to_numpy() if column.dtype.name != "Int64" else column.to_numpy(float, na_value=np.nan)
    return np.array([str(value) for value in column], np.str_)
