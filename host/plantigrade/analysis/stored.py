"""Reading a stored analysis: the document of `analysis.document` as typed values, without its recording.

Pages show a recording of a day within milliseconds by it, where analysing again would take a minute.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.activity_kinds import ON_FOOT, ActivityKind, Flight, StairPattern
from plantigrade.gait.pressure.load_map import LoadMap
from plantigrade.posture.baseline.t_distribution import t_quantile

CONFIDENCE: Final = 0.95
FEET: Final = ("left", "right")


@dataclass(frozen=True)
class StoredFigure:
    """A parameter of the document.

    Attributes:
        name: of the parameter.
        value: None where it is not known.
        n: strides behind it.
        unit: "1" for none.
        sd: of the strides.
        note: why it is not known, or what to know; "" otherwise.
    """

    name: str
    value: float | None
    n: int
    unit: str
    sd: float | None = None
    note: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % t interval of the mean over these strides, taken as independent; None where they say none.

        Example:
            >>> low, high = StoredFigure("stride_time_s", 1.0, 25, "s", 0.05).interval or (0, 0)
            >>> round(low, 3), round(high, 3)
            (0.979, 1.021)
        """
        if self.value is None or self.sd is None or self.n < 2:
            return None
        reach = t_quantile(0.5 + CONFIDENCE / 2, self.n - 1.0) * self.sd / math.sqrt(self.n)
        return self.value - reach, self.value + reach


@dataclass(frozen=True, eq=False)
class StoredCurve:
    """An ensemble: mean and SD at 0 to 100 % of the cycle, NaN where unknown."""

    unit: str
    n: int
    mean: F64
    sd: F64


@dataclass(frozen=True)
class StoredGap:
    """A gap of one foot; `reason` as the recording has it."""

    foot: str
    from_s: float
    to_s: float
    reason: str


@dataclass(frozen=True)
class StoredTurn:
    """A turn; `angle_deg` to the left positive, None where no motion sensor told it."""

    from_s: float
    to_s: float
    angle_deg: float | None


@dataclass(frozen=True, eq=False)
class StoredDocument:
    """The document of an analysis.

    Attributes:
        json: the document itself.
    """

    json: Mapping[str, Any]

    def both(self, name: str) -> StoredFigure | None:
        """A figure of both feet together; None where the analysis has none of that name."""
        return _figure(name, self.json.get("both"))

    def foot(self, side: str, name: str) -> StoredFigure | None:
        """A figure of one foot; None where there is none, or the foot was not recorded."""
        return _figure(name, self.json.get(side))

    @property
    def feet(self) -> tuple[str, ...]:
        """Feet that were recorded."""
        return tuple(side for side in FEET if self.json.get(side) is not None)

    def force_cycle(self, side: str) -> StoredCurve | None:
        """The ensemble of the force of one foot; None without steady cycles."""
        entry = self._side(side).get("force_cycle")
        if not entry or not entry["n"]:
            return None
        return StoredCurve(entry["unit"], entry["n"], _array(entry["mean"]), _array(entry["sd"]))

    def load_map(self, side: str) -> LoadMap | None:
        """The load by place of one foot; None where places are unknown, or an older release made it."""
        entry = self._side(side).get("load_map")
        if not entry:
            return None
        names = ("x_share", "y_share", "load", "gait_x_share", "gait_y_share")
        return LoadMap(entry["unit"], entry["n"], *(_array(entry[name]) for name in names))

    def _side(self, side: str) -> Mapping[str, Any]:
        entry: Mapping[str, Any] | None = self.json.get(side)
        return entry or {}

    @property
    def walks(self) -> bool:
        """Whether any steady cycle was found."""
        figure = self.both("stride_time_s")
        return figure is not None and figure.value is not None

    @property
    def span_s(self) -> tuple[float, float]:
        """Where the recording begins and ends, on its own clock."""
        entry = self.json["input"]
        return float(entry["from_s"] or 0.0), float(entry["to_s"] or 0.0)

    @property
    def body_weight_n(self) -> float | None:
        """As known or estimated when it was analysed."""
        return self.json["input"].get("body_weight_n")

    def gaps(self) -> Iterator[StoredGap]:
        """All gaps, foot by foot."""
        for foot, entry in self.json["accounting"].items():
            for gap in entry["gaps"]:
                yield StoredGap(foot, gap["from_s"] or 0.0, gap["to_s"] or 0.0, gap["reason"])

    def turns(self) -> Iterator[StoredTurn]:
        """All turns, in time order; of an analysis by an older release without angles."""
        for turn in self.json["turns"]:
            yield StoredTurn(turn["from_s"] or 0.0, turn["to_s"] or 0.0, turn.get("angle_deg"))

    def flights(self) -> Iterator[Flight]:
        """Flights of stairs, in time order; none in an analysis by an older release."""
        for one in self.json.get("stairs", []):
            height_m, height_sd_m, steps = one["height_m"], one["height_sd_m"], one["steps"]
            pattern = StairPattern(one["pattern"])
            yield Flight(one["from_s"] or 0.0, one["to_s"] or 0.0, height_m, height_sd_m, steps, pattern)

    def samples(self, foot: str) -> tuple[int, int]:
        """Samples used and spanned of one foot."""
        entry = self.json["accounting"].get(foot, {"samples_used": 0, "samples_spanned": 0})
        return entry["samples_used"], entry["samples_spanned"]

    @property
    def floors_climbed(self) -> float:
        """Floors, as `floors_climbed` has them; 0 where no stairs are known, as without a motion sensor."""
        floors = self.both("floors_climbed")
        return 0.0 if floors is None or floors.value is None else floors.value

    @property
    def activity_times_s(self) -> dict[ActivityKind, float]:
        """Seconds spent in each kind of activity that occurs."""
        times: dict[ActivityKind, list[float]] = {}
        for one in self.json["activities"]:
            times.setdefault(one["kind"], []).append((one["to_s"] or 0.0) - (one["from_s"] or 0.0))
        return {kind: math.fsum(each_s) for kind, each_s in times.items()}

    @property
    def walking_s(self) -> float:
        """Seconds of walking, on stairs too."""
        return math.fsum(time_s for kind, time_s in self.activity_times_s.items() if kind in ON_FOOT)

    def posture(self, state: str) -> list[Mapping[str, Any]]:
        """Findings in one state: "present", "absent" or "unknown"."""
        return [one for one in self.json["posture"] if one["state"] == state]


def _figure(name: str, entries: Mapping[str, Any] | None) -> StoredFigure | None:
    entry = (entries or {}).get(name)
    if entry is None:
        return None
    return StoredFigure(
        name, entry["value"], entry["n"], entry["unit"], entry.get("sd"), entry.get("note", "")
    )


def _array(values: Sequence[float | None]) -> F64:
    return np.array([math.nan if value is None else value for value in values])
