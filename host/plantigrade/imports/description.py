"""Description files: a table format of somebody else's, told in a small TOML file instead of a program.

docs/how-to/describe-a-table.md explains each entry with an example. A description says how a file is
recognised, where the titles stand, which columns are time, forces and motion (as patterns), in which units,
and where the sensors lie. It is checked when it is loaded, so that a mistake is said before any recording.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from plantigrade.errors import FileError
from plantigrade.gait.signals import Instrument
from plantigrade.imports import cells

SUFFIX: Final = ".toml"
MAX_BYTES: Final = 1 << 18
SEPARATORS: Final = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|", "space": " "}
SECONDS_PER_UNIT: Final = {"s": 1.0, "sec": 1.0, "secs": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
ANY_UNIT: Final = "any"
"""Of forces that are not calibrated: they tell timing only."""
_KINDS: Final = {"acceleration": "acc", "rotation": "gyr"}
ENTRIES: Final = {
    "": {
        *("name", "title", "source", "instrument", "recognised_by", "table"),
        *("time", "sides", "force", "motion", "places", "facts"),
    },
    "recognised_by": {"lines", "titles"},
    "table": {"separator", "titles", "rows_between", "missing"},
    "time": {"column", "unit", "rate_hz", "rate_line"},
    "sides": {"left", "right", "line"},
    "force": {"column", "unit", "factor"},
    "motion": {"column", "unit", "kind"},
    "facts": {"body_weight_kg"},
}


@dataclass(frozen=True)
class Columns:
    """Columns of one kind.

    Attributes:
        pattern: of a whole title; groups `side`, `sensor` (forces) and `axis` (motion).
        unit: empty where it stands in the title: `Force [N]`.
        kind: "force", "acc" or "gyr".
        factor: of forces: newtons (or units of pressure) in one unit of the file.
    """

    pattern: re.Pattern[str]
    unit: str
    kind: str
    factor: float = 1.0


@dataclass(frozen=True)
class Description:
    """A table format.

    Attributes:
        path: of the description.
        name: on the command line.
        title: for people.
        origin: where the format is documented.
        instrument: what measures.
        lines: patterns that must each be found in one of the first lines.
        titles: patterns that must each fit a column title.
        separator: between cells; a space stands for any white space.
        titles_line: pattern of the row of titles, None for the first row that has all titles.
        rows_between: rows between titles and samples (units).
        missing: words for "no number" beside the usual.
        time: pattern of the time column, None where only a rate is known.
        time_unit: empty where it stands in the title.
        rate_hz: where there is no time column.
        rate_line: pattern of a line whose group is the rate.
        sides: what `side` groups say for left and right.
        side_line: pattern of a line whose group is the side of a file of one foot.
        columns: of forces and motion.
        places: x_mm, y_mm, area_cm2 of each sensor by name.
        length_mm: of the insole.
        weight_line: pattern of a line whose group is the body weight in kg.
    """

    path: Path
    name: str
    title: str
    origin: str = ""
    instrument: Instrument = Instrument.INSOLE
    lines: tuple[re.Pattern[str], ...] = ()
    titles: tuple[re.Pattern[str], ...] = ()
    separator: str = ","
    titles_line: re.Pattern[str] | None = None
    rows_between: int = 0
    missing: tuple[str, ...] = ()
    time: re.Pattern[str] | None = None
    time_unit: str = ""
    rate_hz: float | None = None
    rate_line: re.Pattern[str] | None = None
    sides: dict[str, str] = field(default_factory=lambda: {"left": "left", "right": "right"})
    side_line: re.Pattern[str] | None = None
    columns: tuple[Columns, ...] = ()
    places: dict[str, tuple[float, float, float]] = field(
        default_factory=dict[str, tuple[float, float, float]]
    )
    length_mm: float | None = None
    weight_line: re.Pattern[str] | None = None


def load(path: Path) -> Description:
    """Read and check a description.

    Raises:
        FileError: it cannot be read, is no TOML, or an entry is missing, unknown or does not hold.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileError(path, "is too large for a description of a format")
        with path.open("rb") as file:
            entries = tomllib.load(file)
    except OSError as error:
        raise FileError(path, f"cannot be opened: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(path, f"is no TOML: {' '.join(str(error).split())}") from error
    return _Reader(path, entries).description()


class _Reader:
    """Takes the entries apart; every complaint names the entry."""

    def __init__(self, path: Path, entries: dict[str, Any]) -> None:
        self._path = path
        self._entries = entries

    def description(self) -> Description:
        self._check_keys("", self._entries)
        recognised, table = self._table("recognised_by"), self._table("table")
        time, sides = self._table("time"), self._table("sides")
        description = Description(
            path=self._path,
            name=self._name(),
            title=self._text(self._entries, "", "title"),
            origin=self._text(self._entries, "", "source", ""),
            instrument=self._instrument(),
            lines=self._patterns(recognised, "recognised_by", "lines"),
            titles=self._patterns(recognised, "recognised_by", "titles"),
            separator=self._one_of(table, "table", "separator", SEPARATORS),
            titles_line=self._pattern(table, "table", "titles"),
            rows_between=self._count(table, "table", "rows_between"),
            missing=tuple(self._texts(table, "table", "missing")),
            time=self._pattern(time, "time", "column"),
            time_unit=self._text(time, "time", "unit", ""),
            rate_hz=self._number(time, "time", "rate_hz"),
            rate_line=self._pattern(time, "time", "rate_line", groups=1),
            sides={side: self._text(sides, "sides", side, side) for side in ("left", "right")},
            side_line=self._pattern(sides, "sides", "line", groups=1),
            columns=(*self._columns("force"), *self._columns("motion")),
            places=self._places(),
            length_mm=self._number(self._table("places"), "places", "length_mm"),
            weight_line=self._pattern(self._table("facts"), "facts", "body_weight_kg", groups=1),
        )
        self._check(description)
        return description

    def _check(self, found: Description) -> None:
        if not found.lines and not found.titles:
            raise self._wrong("recognised_by", "needs lines or titles by which a file is recognised")
        if not any(column.kind == "force" for column in found.columns):
            raise self._wrong("force", "names no column of forces")
        if found.time is None and found.rate_hz is None and found.rate_line is None:
            raise self._wrong("time", "needs a column, rate_hz or rate_line")
        if found.time_unit and found.time_unit not in SECONDS_PER_UNIT:
            raise self._wrong("time", f"unit is one of {', '.join(SECONDS_PER_UNIT)}")
        if found.titles_line is None and not found.titles:
            raise self._wrong("table", "needs titles, or recognised_by needs titles, to find their row")
        for column in found.columns:
            if column.kind == "force" and column.unit not in ("", "N", ANY_UNIT):
                if cells.kpa_per_unit(column.unit) is None:
                    raise self._wrong("force", f"does not know the unit {column.unit!r}")
                if not found.places:
                    raise self._wrong("force", "has pressures, which need [places] with areas")

    def _wrong(self, entry: str, problem: str) -> FileError:
        return FileError(self._path, f"{f'[{entry}] ' if entry else ''}{problem}")

    def _check_keys(self, entry: str, values: dict[str, Any]) -> None:
        unknown = sorted(set(values) - ENTRIES[entry])
        if unknown:
            raise self._wrong(
                entry, f"{unknown[0]!r} is no entry; known are {', '.join(sorted(ENTRIES[entry]))}"
            )

    def _table(self, name: str) -> dict[str, Any]:
        value = self._entries.get(name, {})
        if not isinstance(value, dict):
            raise self._wrong(name, "must be a table")
        table = cast(dict[str, Any], value)
        if name != "places":
            self._check_keys(name, table)
        return table

    def _name(self) -> str:
        name = self._text(self._entries, "", "name")
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", name):
            raise self._wrong("", f"the name {name!r} must be lower-case letters, digits, - and _")
        return name

    def _text(self, values: dict[str, Any], entry: str, key: str, default: str | None = None) -> str:
        value = values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._wrong(entry, f'needs {key} = "..."')
        return value

    def _instrument(self) -> Instrument:
        word = self._text(self._entries, "", "instrument", Instrument.INSOLE.value)
        if word not in {one.value for one in Instrument}:
            raise self._wrong("", f"instrument is one of {', '.join(one.value for one in Instrument)}")
        return Instrument(word)

    def _texts(self, values: dict[str, Any], entry: str, key: str) -> list[str]:
        value = values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):  # pyright: ignore[reportUnknownVariableType]
            raise self._wrong(entry, f"{key} must be a list of texts")
        return cast(list[str], value)

    def _patterns(self, values: dict[str, Any], entry: str, key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(self._compiled(word, entry, key) for word in self._texts(values, entry, key))

    def _pattern(
        self, values: dict[str, Any], entry: str, key: str, *, groups: int = 0
    ) -> re.Pattern[str] | None:
        if key not in values:
            return None
        pattern = self._compiled(self._text(values, entry, key), entry, key)
        if pattern.groups < groups:
            raise self._wrong(entry, f"{key} needs a group in brackets around the value")
        return pattern

    def _compiled(self, text: str, entry: str, key: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except re.error as error:
            raise self._wrong(entry, f"{key}: {text!r} is no regular expression ({error})") from error

    def _one_of(self, values: dict[str, Any], entry: str, key: str, known: dict[str, str]) -> str:
        word = self._text(values, entry, key)
        if word not in known:
            raise self._wrong(entry, f"{key} is one of {', '.join(known)}, not {word!r}")
        return known[word]

    def _number(self, values: dict[str, Any], entry: str, key: str) -> float | None:
        if key not in values:
            return None
        value = values[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise self._wrong(entry, f"{key} must be a number above 0")
        return float(value)

    def _count(self, values: dict[str, Any], entry: str, key: str) -> int:
        value = values.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
            raise self._wrong(entry, f"{key} must be a whole number up to 100")
        return value

    def _columns(self, entry: str) -> list[Columns]:
        value = self._entries.get(entry, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):  # pyright: ignore[reportUnknownVariableType]
            raise self._wrong(entry, f"is written [[{entry}]]")
        rows = cast(list[dict[str, Any]], value)
        found: list[Columns] = []
        for row in rows:
            self._check_keys(entry, row)
            pattern = self._pattern(row, entry, "column")
            if pattern is None:
                raise self._wrong(entry, 'needs column = "..."')
            kind = "force"
            if entry == "motion":
                kind = self._one_of(row, entry, "kind", _KINDS)
                if "axis" not in pattern.groupindex:
                    raise self._wrong(entry, "column needs a group (?P<axis>[xyz])")
            factor = self._number(row, entry, "factor") or 1.0
            found.append(Columns(pattern, self._text(row, entry, "unit", ""), kind, factor))
        return found

    def _places(self) -> dict[str, tuple[float, float, float]]:
        places: dict[str, tuple[float, float, float]] = {}
        for name, value in self._table("places").items():
            if name == "length_mm":
                continue
            good = isinstance(value, list) and all(isinstance(v, int | float) for v in value)  # pyright: ignore[reportUnknownVariableType]
            numbers = cast(list[float], value) if good else []
            if len(numbers) != 3 or max(abs(numbers[0]), abs(numbers[1])) > 1000 or numbers[2] < 0:
                raise self._wrong("places", f"{name} = [x_mm, y_mm, area_cm2]")
            places[name] = (float(numbers[0]), float(numbers[1]), float(numbers[2]))
        return places
