"""What healthy people sway, by age, eyes and surface: shown beside balance figures, never a finding.

The table is `sway_norms.toml`, with its source and licence. It comes from a plate and one protocol; platforms
disagree with each other, and insoles with platforms, so it is a range to read a figure against, no limit.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from plantigrade.errors import PlantigradeError

TABLE: Final = Path(__file__).with_name("sway_norms.toml")


@dataclass(frozen=True)
class SwayNorm:
    """One row: a figure of healthy people.

    Attributes:
        parameter: name in the registry, of the body's sway (`sway_both`).
        unit: of the figures.
        surface: "firm" or "foam".
        eyes: "open" or "closed".
        age_from, age_to: years, both included.
        people: behind it.
        median, p90, p95: of the people.
    """

    parameter: str
    unit: str
    surface: str
    eyes: str
    age_from: int
    age_to: int
    people: int
    median: float
    p90: float
    p95: float


@dataclass(frozen=True)
class SwayNorms:
    """A table of norms.

    Attributes:
        version: of the table.
        instrument, protocol: what it was measured with, and how.
        source, licence: whose figures.
        rows: the figures.
    """

    version: int
    instrument: str
    protocol: str
    source: str
    licence: str
    rows: tuple[SwayNorm, ...]

    def of(self, parameter: str, *, eyes: str = "", surface: str = "") -> Sequence[SwayNorm]:
        """Rows of a figure; an empty name stands for every one.

        >>> rows = norms().of("ellipse_area_mm2", eyes="open", surface="firm")
        >>> [(row.age_from, row.median) for row in rows]
        [(18, 202.0), (60, 215.0)]
        """
        return tuple(
            row
            for row in self.rows
            if row.parameter == parameter and eyes in ("", row.eyes) and surface in ("", row.surface)
        )


@cache
def norms(path: Path = TABLE) -> SwayNorms:
    """Read a table.

    Raises:
        PlantigradeError: it is none.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = tuple(SwayNorm(**row) for row in found.pop("rows"))
        table = SwayNorms(rows=rows, **found)
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise PlantigradeError(f"{path.name} is no table of sway norms: {error}") from error
    if any(not 0.0 < row.median <= row.p90 <= row.p95 for row in rows):
        raise PlantigradeError(f"{path.name}: percentiles must rise from above zero")
    return table
