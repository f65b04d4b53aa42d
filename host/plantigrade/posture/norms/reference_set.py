"""The file of a reference set (docs/reference/reference-sets.md): distributions of parameters in a group of
people, on one instrument, with the licence and the source of the recordings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import FileError
from plantigrade.gait.parameters.registry import symbol_of
from plantigrade.posture.json_file import read_values, write_values

SCHEMA: Final = "plantigrade.reference/1"
SHIPPED: Final = Path(__file__).resolve().parent / "shipped" / "healthy_in_shoe.json"
"""72 healthy people in shoes: the set that the shipped levels were taken from."""
STATISTICS: Final = ("median", "cv", "asymmetry")
"""Of a person's strides: the mean of the feet's medians, of their coefficients of variation in per cent, or
right minus left over half their sum in per cent."""


@dataclass(frozen=True)
class Slope:
    """How the middle moves with speed, age or stride time: by `per_unit` away from `at`."""

    of: str
    at: float
    per_unit: float


@dataclass(frozen=True)
class Distribution:
    """One parameter in the group.

    Attributes:
        parameter: name of a value of strides.
        statistic: one of `STATISTICS`.
        n: people.
        mean, sd: over people; of an asymmetry with its sign.
        low, high: 5th and 95th percentile; of an asymmetry of its size alone.
        residual_sd: SD that is left once the slopes are taken out; None without slopes.
        slopes: with speed, age or stride time.
    """

    parameter: str
    statistic: str
    n: int
    mean: float
    sd: float
    low: float | None = None
    high: float | None = None
    residual_sd: float | None = None
    slopes: tuple[Slope, ...] = ()

    @property
    def key(self) -> str:
        """Name in the set: "cv stride_time_s", or the parameter of a median."""
        return self.parameter if self.statistic == "median" else f"{self.statistic} {self.parameter}"

    @property
    def unit(self) -> str:
        """Of the figures."""
        if self.statistic != "median":
            return "%"
        symbol = symbol_of(self.parameter)
        return "" if symbol == "1" else symbol


@dataclass(frozen=True)
class ReferenceSet:
    """A group of people and what they have.

    Attributes:
        name, version: of the set; the version changes whenever a figure does.
        instrument: "insole", "plate", "treadmill" or "footswitch": figures of one say nothing of another.
        source, licence: of the recordings; who uses the set must name the source.
        people: how many.
        age_years, speed_m_s: range of them, lowest and highest; None where not known.
        algorithm: version of the gait engine that computed the figures.
        note: what to know before they are used.
        distributions: by key.
    """

    name: str
    version: int
    instrument: str
    source: str
    licence: str
    people: int
    algorithm: str
    age_years: tuple[float, float] | None = None
    speed_m_s: tuple[float, float] | None = None
    note: str = ""
    distributions: Mapping[str, Distribution] = field(default_factory=dict[str, Distribution])


def load_reference(path: Path = SHIPPED) -> ReferenceSet:
    """Read a set; the shipped one if no path is given.

    Raises:
        FileError: missing, not JSON, another schema, or a figure that cannot be.

    Example:
        >>> shipped = load_reference()
        >>> shipped.people, shipped.distributions["asymmetry impulse_n_s"].sd
        (72, 5.9)
    """
    values = read_values(path, SCHEMA, "a reference set")
    try:
        given = {key: value for key, value in values.items() if key != "schema"}
        listed = [_distribution(one) for one in given.pop("distributions")]
        for name in ("age_years", "speed_m_s"):
            if given.get(name) is not None:
                low, high = given[name]
                given[name] = (float(low), float(high))
        return ReferenceSet(**given, distributions={one.key: one for one in listed})
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(path, f"is not a reference set: {error}") from error


def _distribution(given: Mapping[str, Any]) -> Distribution:
    slopes = tuple(Slope(**slope) for slope in given.get("slopes", ()))
    figures: dict[str, Any] = {**given, "slopes": slopes}
    found = Distribution(**figures)
    if found.statistic not in STATISTICS:
        raise ValueError(f"{found.parameter}: no statistic is called {found.statistic!r}")
    if not (isfinite(found.mean) and isfinite(found.sd) and found.sd > 0 and found.n > 0):
        raise ValueError(f"{found.key}: mean, sd and n must be numbers, sd and n above 0")
    return found


def save_reference(found: ReferenceSet, path: Path) -> None:
    """Write a set.

    Raises:
        FileError: the file cannot be written.
    """
    values = asdict(found)
    values["distributions"] = [asdict(one) for one in found.distributions.values()]
    write_values(path, SCHEMA, values)
