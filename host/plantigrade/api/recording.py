# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false
"""A recording as people work with it: samples as tables, slices by time, results of its analysis."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, cast

from plantigrade.api import tables
from plantigrade.api.analysis import Analysis, analysis_of
from plantigrade.api.facts import RecordingFacts, Side
from plantigrade.api.sources import Span, file_of, holds_counts
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot, FootSignal

if TYPE_CHECKING:
    import pandas as pd

    from plantigrade.api.arrays import RecordingArrays

Progress = Callable[[str, float], None]


class Recording(RecordingFacts):
    """One recording, or a slice of it; `plantigrade.read`, `Library.read` and `plantigrade.twin` make them.

    Times are seconds on the recording's own clock; a slice keeps them. Tables are pandas DataFrames: their
    `attrs["units"]` names the unit of every column, and units stand in the names. The same as xarray
    objects, with units and coordinates: `recording.xarray`.

    Samples of our own recordings are read when they are asked for. `recording[60:120]` reads no more of the
    files than the groups of rows that hold the slice; a slice of newtons reads a minute more before it, in
    which the sensors' baselines are learned.

    Example:
        >>> import plantigrade as pg
        >>> recording = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)
        >>> recording.feet
        ('left', 'right')
        >>> recording.strides()[["foot", "stride_time_s", "stance_pct"]].round(2).head(2)
            foot  stride_time_s  stance_pct
        0   left           0.94       63.60
        1  right           0.92       64.62
    """

    def __getitem__(self, span: slice) -> "Recording":
        """`recording[10:20]`: from second 10 to before second 20; see `between`.

        Raises:
            TypeError: it is no slice of seconds.
        """
        if not isinstance(cast("object", span), slice) or span.step is not None:
            raise TypeError(
                "recordings are cut by seconds: recording[10:20], recording[:60], recording[3600:]"
            )
        return self.between(span.start, span.stop)

    def between(self, from_s: float | None = None, to_s: float | None = None) -> "Recording":
        """A slice by time; nothing is read before it is asked for.

        Args:
            from_s, to_s: seconds on the recording's clock, the end excluded; None for no limit. A slice of
                a slice counts on the same clock.

        Raises:
            PlantigradeError: it ends before it begins.

        Example:
            >>> import plantigrade as pg
            >>> walk = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)
            >>> len(walk.between(10, 20).forces("left")), len(walk[10:20][15:].forces("left"))
            (1000, 500)
        """
        if from_s is not None and to_s is not None and not from_s < to_s:
            raise PlantigradeError(f"a slice from {from_s:g} to {to_s:g} s ends before it begins")
        return Recording(self._source, self._span.within(Span(from_s, to_s)))

    def frames(self, foot: Side | None = None) -> "pd.DataFrame":
        """The samples as they were recorded, a row a frame, before any calibration.

        Of our insoles: `seq` (number of the first slot), `slots` (that the frame stands for), `boot`,
        `status`, `device_us`, `utc`, `uncertainty_us` (of `utc`, 95 %), counts of the 16 sensors `c00` ...
        `c15` and, where recorded, the motion sensor's. Of other systems: the sensors as the file gave them,
        `f00_n` ... in newtons (`f00` of a footswitch, without a unit), and motion in m/s2 and degrees/s.

        Args:
            foot: one foot, indexed by `time_s`; by default both below each other, indexed by `foot` and
                `time_s`.

        Raises:
            PlantigradeError: the recording has no such foot, or its files are damaged or locked.

        Example:
            >>> import plantigrade as pg
            >>> pg.read(pg.twin.example_file()).frames("left").shape
            (12119, 8)
        """
        if holds_counts(self._source):
            return self._each(foot, self._counts)
        return self._each(foot, lambda side: tables.samples_of(self._signal(side), self._about(side)))

    def forces(self, foot: Side | None = None) -> "pd.DataFrame":
        """Calibrated forces: the total `force_n` and each sensor's `f00_n` ... in newtons.

        A footswitch has no newtons: its columns are `load` and `f00`, without a unit.

        Args:
            foot: one foot (n, 1 + S), indexed by `time_s`; by default both below each other, indexed by
                `foot` and `time_s`. Rows with a sample that has no number hold NaN.

        Raises:
            PlantigradeError: the recording has no such foot, or its files are damaged or locked.

        Example:
            >>> import plantigrade as pg
            >>> forces = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).forces("left")
            >>> forces.shape, forces.attrs["units"]["force_n"]
            ((3000, 17), 'N')
            >>> float(forces["force_n"].max()) > 800  # a person of 837 N
            True
        """
        return self._each(foot, lambda side: tables.forces_of(self._signal(side), self._about(side)))

    def cop(self, foot: Side | None = None) -> "pd.DataFrame":
        """Centre of pressure: `cop_x_mm` (medial to lateral), `cop_y_mm` (heel to toes) and the load
        `force_n`.

        The mean of the sensors' places, weighted by their forces; NaN where the foot carries less than 20
        N. Axes: docs/reference/coordinates.md. Without the insole's size the columns are `cop_x_relative`,
        `cop_y_relative`.

        Args:
            foot: one foot (n, 3), indexed by `time_s`; by default both, indexed by `foot` and `time_s`.

        Raises:
            PlantigradeError: no such foot, no forces, or places of the sensors that are not known.

        Example:
            >>> import plantigrade as pg
            >>> cop = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).cop("left").dropna()
            >>> bool(cop["cop_y_mm"].min() < 60 < 200 < cop["cop_y_mm"].max())  # heel to toes
            True
        """
        return self._each(foot, lambda side: tables.cop_of(self._signal(side), self._about(side)))

    def sensors(self, foot: Side) -> "pd.DataFrame":
        """Places `x_mm`, `y_mm`, `area_cm2` and `region` of the sensors of a foot (S, 4), indexed by
        `sensor`.

        Args:
            foot: "left" or "right".

        Raises:
            PlantigradeError: no such foot, or the source does not know the places.

        Example:
            >>> import plantigrade as pg
            >>> sensors = pg.twin.walk(pg.twin.person(1), seconds=5, seed=1).sensors("left")
            >>> sensors["region"].value_counts(sort=False).to_dict()
            {'heel': 4, 'midfoot': 4, 'forefoot': 5, 'toes': 3}
        """
        return tables.sensors_of(self._signal(foot), self._about(foot))

    def gaps(self) -> "pd.DataFrame":
        """Spans without samples and why: `foot`, `from_s`, `to_s`, `reason`, a row a gap.

        Example:
            >>> import plantigrade as pg
            >>> len(pg.twin.walk(pg.twin.person(1), seconds=5, seed=1).gaps())
            0
        """
        rows = [(foot.foot.value, gap) for foot in self._walk.feet for gap in foot.gaps]
        columns = {
            "foot": [foot for foot, _ in rows],
            "from_s": [gap.from_s for _, gap in rows],
            "to_s": [gap.to_s for _, gap in rows],
            "reason": [gap.reason for _, gap in rows],
        }
        return tables.table(columns, {"foot": "1", "from_s": "s", "to_s": "s", "reason": "1"}, self._about())

    def analyze(
        self,
        *,
        body_weight_kg: float | None = None,
        feet_apart_mm: float | None = None,
        eyes_open: tuple[float, float] | None = None,
        eyes_closed: tuple[float, float] | None = None,
        rules: str | PathLike[str] | None = None,
        baseline: str | PathLike[str] | None = None,
        tag: str = "everyday",
        progress: Progress | None = None,
    ) -> Analysis:
        """Analyse it; the same figures as `plantigrade analyze` gives, to the bit.

        Args:
            body_weight_kg: weight of the person in kg; goes before what the recording says.
            feet_apart_mm: distance of the insoles' middle lines while standing, for the sway of the whole
                body.
            eyes_open, eyes_closed: spans of quiet standing to compare, in seconds.
            rules: the patient's rules, a file that `plantigrade posture edit` writes; the shipped ones
                otherwise.
            baseline: the person's own days, a file that `plantigrade posture learn` writes.
            tag: shoes or orthotic that were worn, for `baseline`.
            progress: called with what is being done and the share that is done, 0 to 1.

        Raises:
            PlantigradeError: it cannot be analysed, or a span lies outside of it.

        Example:
            >>> import plantigrade as pg
            >>> walk = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)
            >>> walk.analyze(body_weight_kg=70).parameters().loc[("both", "steps"), "value"]
            np.float64(63.0)
        """
        return analysis_of(
            self._walk,
            body_weight_kg=body_weight_kg,
            feet_apart_mm=feet_apart_mm,
            eyes_open=eyes_open,
            eyes_closed=eyes_closed,
            rules=rules,
            baseline=baseline,
            tag=tag,
            progress=progress,
        )

    @cached_property
    def _analysis(self) -> Analysis:
        return self.analyze()

    def strides(self) -> "pd.DataFrame":
        """All strides, a row each, as an analysis with the usual settings finds them; see `Analysis.strides`.

        Example:
            >>> import plantigrade as pg
            >>> strides = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).strides()
            >>> round(strides["stride_time_s"].median(), 2), strides.attrs["units"]["stride_time_s"]
            (np.float64(0.94), 's')
        """
        return self._analysis.strides()

    def events(self) -> "pd.DataFrame":
        """Initial and final contacts; see `Analysis.events`.

        Example:
            >>> import plantigrade as pg
            >>> events = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).events()
            >>> events["event"].unique().tolist()
            ['initial_contact', 'final_contact']
        """
        return self._analysis.events()

    def bouts(self) -> "pd.DataFrame":
        """Walking bouts; see `Analysis.bouts`.

        Example:
            >>> import plantigrade as pg
            >>> len(pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).bouts())
            1
        """
        return self._analysis.bouts()

    def balance(self) -> "pd.DataFrame":
        """Spans of standing with load shares and sway; see `Analysis.balance`.

        Example:
            >>> import plantigrade as pg
            >>> standing = pg.twin.stand(pg.twin.person(1), seconds=60, seed=1)
            >>> standing.balance()[["kind", "standing_left_load_pct"]].round(0)
                   kind  standing_left_load_pct
            0  standing                    53.0
        """
        return self._analysis.balance()

    def posture(self) -> "pd.DataFrame":
        """Findings of the posture rules; see `Analysis.posture`.

        Example:
            >>> import plantigrade as pg
            >>> walk = pg.twin.walk(pg.twin.person(1), seconds=60, seed=1, conditions=["high-arch:3"])
            >>> walk.posture().query("state == 'present'")["rule"].unique().tolist()
            ['high-arch']
        """
        return self._analysis.posture()

    def parameters(self) -> "pd.DataFrame":
        """Gait parameters of each foot and of both; see `Analysis.parameters`.

        Example:
            >>> import plantigrade as pg
            >>> parameters = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).parameters()
            >>> parameters.loc[("both", "cadence_steps_per_min"), ["unit", "n"]].tolist()
            ['steps/min', np.int64(57)]
        """
        return self._analysis.parameters()

    @property
    def xarray(self) -> "RecordingArrays":
        """The same as xarray objects: `recording.xarray.forces("left")` and so on, see `RecordingArrays`.

        Raises:
            MissingPartError: xarray is not installed; the message names the extra.

        Example:
            >>> import plantigrade as pg
            >>> forces = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1).xarray.forces("left")
            >>> dict(forces.sizes), forces["force"].attrs["units"]
            ({'time': 3000, 'sensor': 16}, 'N')
        """
        from plantigrade.api.arrays import RecordingArrays

        return RecordingArrays(self, self._signal, self._about)

    def _signal(self, foot: str) -> FootSignal:
        for signal in self._walk.feet:
            if signal.foot.value == foot:
                return signal
        raise PlantigradeError(f"{self.id} has no {foot} foot; it has {' and '.join(self.feet)}")

    def _counts(self, foot: Side) -> "pd.DataFrame":
        stored = self._source.stored
        assert stored is not None
        if foot not in self.feet:
            raise PlantigradeError(f"{self.id} has no {foot} foot; it has {' and '.join(self.feet)}")
        frames = stored.frames(file_of(stored, Foot(foot)), *self._span)
        return tables.counts_of(frames, stored.times_s(frames), self._about(foot))

    def _each(self, foot: Side | None, make: "Callable[[Side], pd.DataFrame]") -> "pd.DataFrame":
        if foot is not None:
            return make(foot)
        return tables.by_foot({side: make(side) for side in self.feet})

    def _about(self, foot: str | None = None) -> Mapping[str, Any]:
        facts = {"recording": self.id, "format": self.format, "sample_rate_hz": self.sample_rate_hz}
        return facts if foot is None else {**facts, "foot": foot}

    def __iter__(self) -> Iterator[Side]:
        raise TypeError("a recording is no list; .frames() has its samples, .feet its feet")
