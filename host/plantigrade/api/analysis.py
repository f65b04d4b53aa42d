# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false
"""What an analysis found, as tables, and the same documents as `plantigrade analyze` writes."""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from plantigrade.analysis import document
from plantigrade.analysis import tables as texts
from plantigrade.analysis.pipeline import RecordingAnalysis, Request, Span, of_walk
from plantigrade.analysis.posture import posture_of
from plantigrade.api.stride_table import stride_frame
from plantigrade.api.tables import OWN_UNIT, table
from plantigrade.errors import FileError
from plantigrade.gait.balance import Standing
from plantigrade.gait.parameters.definition import Home
from plantigrade.gait.parameters.registry import definition_of, units_of
from plantigrade.gait.results import Bout, Parameter
from plantigrade.gait.signals import Walk

if TYPE_CHECKING:
    import pandas as pd

    from plantigrade.api.arrays import AnalysisArrays

SIDES: Final = ("left", "right", "both")
SHARES: Final[Mapping[str, str]] = {
    "standing_left_load_pct": "left_load_pct",
    "standing_rear_load_pct": "rear_load_pct",
    "standing_left_rear_pct": "left_rear_pct",
    "standing_right_rear_pct": "right_rear_pct",
    "standing_load_shift_sd_pct": "load_shift_sd_pct",
}
"""Column of the table of standing, and where a `Standing` has it."""
FINDING_TEXTS: Final = (
    "rule", "rule_version", "title", "foot", "state", "unit", "severity", "grade", "evidence", "note",
    "patient", "clinician",
)  # fmt: skip
FINDING_NUMBERS: Final = ("value", "sd", "raise_level", "confidence", "n")


def analysis_of(
    walk: Walk,
    *,
    body_weight_kg: float | None = None,
    feet_apart_mm: float | None = None,
    eyes_open: tuple[float, float] | None = None,
    eyes_closed: tuple[float, float] | None = None,
    rules: str | PathLike[str] | None = None,
    baseline: str | PathLike[str] | None = None,
    tag: str = "everyday",
    progress: Callable[[str, float], None] | None = None,
) -> "Analysis":
    """Analyse a walk with the settings of `Recording.analyze`."""
    request = Request(
        path=Path(walk.source.path),
        body_weight_kg=body_weight_kg,
        feet_apart_mm=feet_apart_mm,
        eyes_open=None if eyes_open is None else Span(*eyes_open),
        eyes_closed=None if eyes_closed is None else Span(*eyes_closed),
        rules=None if rules is None else Path(rules),
        baseline=None if baseline is None else Path(baseline),
        tag=tag,
    )
    return Analysis(of_walk(walk, request, progress or (lambda _what, _share: None)))


class Analysis:
    """What was found in a recording; `plantigrade.analyze` and `Recording.analyze` make it.

    Tables hold the figures as they were computed; the CSV files and the JSON of the command line are the same
    figures, rounded there as docs/reference/analysis-json.md says. What cannot be known is NaN, never 0.

    Example:
        >>> import plantigrade as pg
        >>> analysis = pg.analyze(pg.twin.example_file())
        >>> analysis
        <Analysis of gaitpdb_GaCo13_01.txt.gz: 238 strides, 1 bout of walking>
        >>> round(analysis.parameters().loc[("both", "stride_time_s"), "value"], 2)
        np.float64(1.0)
    """

    def __init__(self, found: RecordingAnalysis) -> None:
        self._found = found

    def __repr__(self) -> str:
        analysis = self._found.analysis
        strides, bouts = sum(len(foot.strides) for foot in analysis.feet), len(analysis.bouts)
        name = Path(analysis.source.path).name
        return f"<Analysis of {name}: {strides} strides, {bouts} bout{'' if bouts == 1 else 's'} of walking>"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know: of the file, of sensors, of what could not be computed.

        Example:
            >>> import plantigrade as pg
            >>> short = pg.twin.walk(pg.twin.person(1), seconds=8, seed=1).analyze()
            >>> any("short" in note or "strides" in note for note in short.notes)
            True
        """
        return self._found.notes

    @property
    def algorithm_version(self) -> str:
        """Version of the gait engine; results of different versions may differ (CHANGELOG.md says how much).

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).algorithm_version
            '1'
        """
        return self._found.analysis.algorithm_version

    def strides(self) -> "pd.DataFrame":
        """All strides of both feet in order of initial contact, a row each: the columns of `analyze
        --strides`.

        `foot`, `initial_contact_s`, `final_contact_s`, `next_initial_contact_s`, then times, shares, forces
        and pressures as docs/reference/parameters.md defines them. `valid` is True for steady walking, else
        `reason` says why not; `bout` is the number of the walking bout, missing outside of one.

        Example:
            >>> import plantigrade as pg
            >>> strides = pg.analyze(pg.twin.example_file()).strides()
            >>> strides.query("valid").groupby("foot")["stance_pct"].mean().round(1).to_dict()
            {'left': 64.0, 'right': 65.4}
        """
        frame = stride_frame(self._found.analysis)
        frame.attrs.update(self._about())
        return frame

    def events(self) -> "pd.DataFrame":
        """Contacts of both feet in time order: `foot`, `event` (initial_contact or final_contact), `time_s`.

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).events().round(2).head(2)
                foot            event  time_s
            0   left  initial_contact    0.34
            1  right  initial_contact    0.87
        """
        found = sorted(
            (event for foot in self._found.analysis.feet for event in foot.events()),
            key=lambda event: event.time_s,
        )
        columns = {
            "foot": [event.foot.value for event in found],
            "event": [event.kind for event in found],
            "time_s": np.array([event.time_s for event in found], np.float64),
        }
        return table(columns, {"foot": "1", "event": "1", "time_s": "s"}, self._about())

    def bouts(self) -> "pd.DataFrame":
        """Walking bouts as Mobilise-D defines them, a row each, indexed by `bout`.

        `from_s`, `to_s`, `duration_s`, `duration_bin`, `steps`, `strides_left`, `strides_right`, `turns`,
        `cadence_per_min`, then the mean of each gait parameter over the valid strides of the bout.

        Example:
            >>> import plantigrade as pg
            >>> bouts = pg.analyze(pg.twin.example_file()).bouts()
            >>> bouts[["steps", "duration_bin"]].to_dict("records")
            [{'steps': 240, 'duration_bin': '> 60 s'}]
        """
        bouts = self._found.analysis.bouts
        own = (
            "index",
            "from_s",
            "to_s",
            "duration_s",
            "duration_bin",
            "steps",
            "strides_left",
            "strides_right",
        )
        own += ("turns", "cadence_per_min")
        columns: dict[str, Any] = {name: [getattr(bout, name) for bout in bouts] for name in own}
        units = dict.fromkeys(own, "1") | {
            "from_s": "s",
            "to_s": "s",
            "duration_s": "s",
            "cadence_per_min": "1/min",
        }
        for name in dict.fromkeys(name for bout in bouts for name in bout.parameters):
            columns[name] = np.array([_value(bout, name) for bout in bouts], np.float64)
            units[name] = definition_of(name).unit
        columns["bout"], units["bout"] = columns.pop("index"), units.pop("index")
        return table(columns, units, self._about(), ["bout"])

    def activities(self) -> "pd.DataFrame":
        """What the wearer did, span by span: `kind` (as in the analysis' JSON), `from_s`, `to_s`.

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).activities()["kind"].tolist()
            ['walking', 'standing']
        """
        found = self._found.analysis.activities
        columns = {name: [getattr(one, name) for one in found] for name in ("kind", "from_s", "to_s")}
        return table(columns, {"kind": "1", "from_s": "s", "to_s": "s"}, self._about())

    def stairs(self) -> "pd.DataFrame":
        """Flights of stairs, a row each; none without a motion sensor.

        `from_s`, `to_s`, `height_m` (downstairs negative), `height_sd_m` (its standard uncertainty), `steps`
        (stairs), `pattern` (step_over_step or step_by_step).

        Example:
            >>> import plantigrade as pg
            >>> len(pg.analyze(pg.twin.example_file()).stairs())
            0
        """
        units = {"from_s": "s", "to_s": "s", "height_m": "m", "height_sd_m": "m", "steps": "1"}
        units["pattern"] = "1"
        found = self._found.analysis.stairs
        columns = {name: [getattr(flight, name) for flight in found] for name in units}
        return table(columns, units, self._about())

    def balance(self) -> "pd.DataFrame":
        """Spans of standing, a row each: `kind`, `from_s`, `to_s`, `leg`, `eyes`, `caveats`, then the
        figures.

        Shares of load are `standing_left_load_pct` and its like; sway is `sway_both_ellipse_area_mm2`,
        `sway_left_mean_velocity_mm_per_s` and so on: `sway_`, the foot or `both` for the whole body, the
        measure of docs/reference/parameters.md. Where `caveats` is not empty the figures are not to be
        trusted.

        Example:
            >>> import plantigrade as pg
            >>> standing = pg.analyze(pg.twin.stand(pg.twin.person(1), 60, seed=1), feet_apart_mm=180)
            >>> float(standing.balance()["sway_both_ellipse_area_mm2"].iloc[0]) > 0
            True
        """
        standings = self._found.standings
        columns: dict[str, Any] = {
            "kind": [one.kind.value for one in standings],
            "from_s": [one.from_s for one in standings],
            "to_s": [one.to_s for one in standings],
            "leg": [one.leg for one in standings],
            "eyes": [one.eyes for one in standings],
            "caveats": ["; ".join(caveat.text for caveat in one.caveats) for one in standings],
        }
        units = dict.fromkeys(columns, "1") | {"from_s": "s", "to_s": "s"}
        for name, field in SHARES.items():
            columns[name] = np.array([getattr(one, field) for one in standings], np.float64)
            units[name] = definition_of(name).unit
        measures = units_of(Home.SWAY) | units_of(Home.SPECTRUM)
        for side in SIDES:
            for name, unit in measures.items():
                column = f"sway_{side}_{name}"
                columns[column] = np.array([_sway(one, side, name) for one in standings], np.float64)
                units[column] = unit
        return table(columns, units, self._about())

    def posture(self) -> "pd.DataFrame":
        """Findings of the posture rules, a row for each rule and side, those that are present first.

        `rule`, `rule_version`, `title`, `foot`, `state` (present, absent or unknown), `value`, `sd`, `unit`,
        `raise_level`, `confidence`, `n` (strides), `severity`, `grade`, `evidence`, `note` (why it is
        unknown) and the sentences for `patient` and `clinician` of what is present. It screens and informs;
        it does not diagnose. Rules and their sources: docs/reference/posture-rules.md.

        Example:
            >>> import plantigrade as pg
            >>> posture = pg.analyze(pg.twin.example_file()).posture()
            >>> posture["state"].isin(["present", "absent", "unknown"]).all()
            np.True_
        """
        found = posture_of(self._found)
        columns: dict[str, Any] = {name: [one.get(name, "") for one in found] for name in FINDING_TEXTS}
        for name in FINDING_NUMBERS:
            numbers = [one[name] for one in found]
            columns[name] = np.array([np.nan if one is None else one for one in numbers], np.float64)
        columns["n"] = np.array([one["n"] for one in found], np.int64)
        units = dict.fromkeys(columns, "1") | dict.fromkeys(("value", "sd", "raise_level"), OWN_UNIT)
        return table(columns, units, self._about())

    def parameters(self) -> "pd.DataFrame":
        """Gait parameters, indexed by `side` (left, right, both) and `parameter`.

        `value` (mean over steady strides, or the figure itself; NaN where it cannot be known, see `note`),
        `sd`, `cv_pct`, `median`, `mad` (scaled by 1.4826), `n` (strides or steps), `unit`, `note`.
        Definitions, sources and limits of each: docs/reference/parameters.md.

        Example:
            >>> import plantigrade as pg
            >>> parameters = pg.analyze(pg.twin.example_file()).parameters()
            >>> parameters.loc["left"].loc["stride_time_s", ["value", "sd", "unit"]].tolist()[2]
            's'
        """
        analysis = self._found.analysis
        found: list[tuple[str, str, Parameter]] = [
            (foot.foot.value, name, one) for foot in analysis.feet for name, one in foot.parameters.items()
        ]
        both = document.both_parameters(self._found)
        found += [("both", name, one) for name, one in both.items()]
        columns: dict[str, Any] = {"side": [row[0] for row in found], "parameter": [row[1] for row in found]}
        for field in ("value", "sd", "cv_pct", "median", "mad"):
            numbers = [getattr(row[2], field) for row in found]
            columns[field] = np.array([np.nan if one is None else one for one in numbers], np.float64)
        for field in ("n", "unit", "note"):
            columns[field] = [getattr(row[2], field) for row in found]
        units = dict.fromkeys(columns, "1") | dict.fromkeys(("value", "sd", "median", "mad"), OWN_UNIT)
        return table(columns, units | {"cv_pct": "%"}, self._about(), ["side", "parameter"])

    def to_dict(self) -> dict[str, Any]:
        """The document of `analyze --json`; members: docs/reference/analysis-json.md.

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).to_dict()["schema"]
            'plantigrade.analysis/1'
        """
        return document.document(self._found)

    def to_json(self, path: str | PathLike[str] | None = None) -> str:
        """The text that `analyze --json` writes, byte for byte.

        Args:
            path: also write it there.

        Raises:
            FileError: it cannot be written.

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).to_json()[:36]
            '{\\n "schema": "plantigrade.analysis/1'
        """
        return _written(document.to_text(self._found), path)

    def to_csv(
        self, kind: Literal["strides", "events"] = "strides", path: str | PathLike[str] | None = None
    ) -> str:
        """The text that `analyze --strides` or `--events` writes, byte for byte.

        Args:
            kind: which of the two tables.
            path: also write it there.

        Raises:
            FileError: it cannot be written.

        Example:
            >>> import plantigrade as pg
            >>> pg.analyze(pg.twin.example_file()).to_csv("events").splitlines()[:2]
            ['foot,event,time_s', 'left,initial_contact,0.335646']
        """
        make = {"strides": texts.strides_csv, "events": texts.events_csv}[kind]
        return _written(make(self._found.analysis), path)

    @property
    def xarray(self) -> "AnalysisArrays":
        """The tables as xarray datasets: `analysis.xarray.strides()` and so on, see `AnalysisArrays`.

        Raises:
            MissingPartError: xarray is not installed; the message names the extra.

        Example:
            >>> import plantigrade as pg
            >>> strides = pg.analyze(pg.twin.example_file()).xarray.strides()
            >>> strides["stride_time_s"].attrs["units"]
            's'
        """
        from plantigrade.api.arrays import AnalysisArrays

        return AnalysisArrays(self)

    def _about(self) -> Mapping[str, Any]:
        analysis = self._found.analysis
        return {
            "recording": analysis.source.path,
            "format": analysis.source.format,
            "algorithm_version": analysis.algorithm_version,
        }


def _value(bout: Bout, name: str) -> float:
    parameter = bout.parameters.get(name)
    return np.nan if parameter is None or parameter.value is None else parameter.value


def _sway(standing: Standing, side: str, name: str) -> float:
    sway = getattr(standing, side)
    value = None if sway is None else document.sway_measures(sway)[name][0]
    return np.nan if value is None else value


def _written(text: str, path: str | PathLike[str] | None) -> str:
    if path is not None:
        try:
            Path(path).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise FileError(Path(path), f"cannot be written: {error.strerror or error}") from error
    return text
