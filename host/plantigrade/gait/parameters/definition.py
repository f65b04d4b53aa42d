"""What a row of the registry holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import Final

MIN_STRIDES: Final = 12
MIN_STRIDES_VARIABILITY: Final = 30


class Needs(Flag):
    """What a recording must have for a parameter to be known."""

    CONTACTS = auto()
    NEWTONS = auto()
    TWO_PEAKS = auto()
    PLACES = auto()
    MILLIMETRES = auto()
    AREAS = auto()
    BOTH_FEET = auto()
    STANDING = auto()
    MOTION = auto()

    @property
    def text(self) -> str:
        """For people: "newtons, sensor areas"."""
        return ", ".join(_NEEDS_TEXT[one] for one in Needs if one in self)


_NEEDS_TEXT: Final[Mapping[Needs, str]] = {
    Needs.CONTACTS: "contacts",
    Needs.NEWTONS: "newtons",
    Needs.TWO_PEAKS: "two peaks of force",
    Needs.PLACES: "sensor places",
    Needs.MILLIMETRES: "places in millimetres",
    Needs.AREAS: "sensor areas",
    Needs.BOTH_FEET: "both feet",
    Needs.STANDING: "standing",
    Needs.MOTION: "an inertial sensor",
}


class Home(Enum):
    """Which part of an analysis holds the value."""

    STRIDE = "a column of the strides' table"
    STANCE = "a column of the strides' table, from pressure"
    WALK = "a figure of the whole walk"
    STANDING = "a figure of a span of standing"
    SWAY = "a figure of sway"
    SPECTRUM = "a figure of the spectrum of sway"
    UNKNOWABLE = "never known from what is in a shoe"


class ParameterGroup(Enum):
    """Section of docs/reference/parameters.md."""

    TIMING = "timing"
    WALKING = "walking"
    BOTH_FEET = "both feet"
    FORCE = "force"
    PRESSURE = "pressure"
    MOTION = "motion"
    STANDING = "standing"
    SWAY = "sway"
    UNKNOWABLE = "unknowable"


class View(Enum):
    """Tables for people. A row says in which it stands and at which place: `shown={View.SUMMARY: 35}` stands
    between those with 30 and 40."""

    SUMMARY = "terminal"
    TIMING = "report: timing"
    FORCE = "report: force"
    PRESSURE = "report: pressure"
    REGIONS = "report: regions"
    MOTION = "report: motion"
    VARIABILITY = "report: variability"
    COMPARISON = "report: comparison"
    PAGE_FEET = "page: each foot"
    PAGE_WALK = "page: whole walk"
    FORCE_FIGURE = "report: figure of force"
    TIMING_FIGURE = "report: figure of timing"
    SOURCES = "report: sources of usual ranges"


Shown = Mapping[View, int]


def digits_of(value: float) -> int:
    """Decimals that a figure is shown with: three significant digits, none beyond 100.

    >>> [digits_of(value) for value in (1.234, 12.34, 123.4)]
    [2, 1, 0]
    """
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2


@dataclass(frozen=True)
class Norm:
    """A range in which a healthy adult's figure usually lies.

    Attributes:
        low, high: in the unit of the parameter; None for an open end.
        source: whose figures, in short; `sources.SOURCES` has the whole citation.
    """

    low: float | None
    high: float | None
    source: str

    def holds(self, value: float) -> bool:
        """Whether a figure, as it is shown, lies in the range."""
        value = round(value, digits_of(value))
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def text(self) -> str:
        """The range for people: "0.9 to 1.26", "up to 2.66" or "from 5"."""
        if self.low is None:
            return f"up to {self.high:g}"
        if self.high is None:
            return f"from {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class SymmetryIndex:
    """The symmetry index of a parameter of each foot: its name, and where it is shown."""

    name: str
    shown: Shown = field(default_factory=dict[View, int])


@dataclass(frozen=True)
class PerBodyWeight:
    """A parameter divided by body weight, as the rules of posture look at it.

    Attributes:
        name: of the metric.
        factor: value = factor x parameter / body weight in newtons.
        title, unit, shown: as in `ParameterDefinition`; an empty title where no table shows it.
    """

    name: str
    factor: float = 1.0
    title: str = ""
    unit: str = "1"
    shown: Shown = field(default_factory=dict[View, int])


@dataclass(frozen=True)
class ParameterDefinition:
    """One row of the registry.

    Attributes:
        name: in JSON, tables and exports; its last part is the unit.
        title: in tables for people, without the unit.
        unit: of the value; "1" for none, "% of length" where a share needs saying of what.
        home: which part of an analysis holds it.
        group: section of docs/reference/parameters.md.
        needs: what a recording must have for it.
        definition: the formula, as Markdown; rows with the same formula and limits share a line of the page.
        usual: published range of healthy adults.
        usual_text: what the page says where there is no such range.
        limits: where not to trust it, as Markdown.
        min_strides: steady strides a foot that it needs; 0 where strides do not matter.
        min_seconds: seconds of standing that it needs.
        low_pass_hz: corner of the low pass that the signal goes through; None where it goes through none.
        symmetry: the index that compares the feet; None where none is computed.
        cv_of, walk_cv_of: the parameter whose variation from stride to stride, or from walk to walk, this is.
        ratio: whether the feet can be compared as a ratio; not for indices that lie about zero.
        per_body_weight: what the rules of posture make of it.
        page_unit: unit as the page has it, where it says more.
        shown: tables for people that have it, and its place there.
    """

    name: str
    title: str
    unit: str
    home: Home
    group: ParameterGroup
    needs: Needs
    definition: str
    usual: Norm | None = None
    usual_text: str = ""
    limits: str = ""
    min_strides: int = MIN_STRIDES
    min_seconds: float = 0.0
    low_pass_hz: float | None = None
    symmetry: SymmetryIndex | None = None
    cv_of: str = ""
    walk_cv_of: str = ""
    ratio: bool = True
    per_body_weight: PerBodyWeight | None = None
    page_unit: str = ""
    shown: Shown = field(default_factory=dict[View, int])

    @property
    def symbol(self) -> str:
        """The unit without what it is a share of: "%" for "% of length"."""
        return self.unit.partition(" of ")[0]

    @property
    def decimals(self) -> int:
        """Of the strides' table: microseconds for whatever is counted in seconds, else four."""
        return 6 if "s" in self.unit.replace("/", " ").split() else 4

    @property
    def rule_metrics(self) -> tuple[str, ...]:
        """Names under which the rules of posture can look at it: every column of the strides' table as it is,
        some also divided by body weight."""
        own = (self.name,) if self.home in (Home.STRIDE, Home.STANCE) else ()
        return own if self.per_body_weight is None else (*own, self.per_body_weight.name)
