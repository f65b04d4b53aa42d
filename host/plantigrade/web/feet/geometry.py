"""Outline and sensors of our insole in units of drawing, and the map that passes through each sensor's value.

Everything is of a right insole seen from above: x from the medial edge, y from the toes down, in per mille of
the insole's length; a left insole is its mirror image.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from insole_protocol.layout import SENSOR_NAMES, X_PERMILLE, Y_PERMILLE

from plantigrade.array_types import F64
from plantigrade.errors import FileError
from plantigrade.gait.pressure.own_insole import own_layout

SCHEMA: Final = "plantigrade.map/1"
LENGTH: Final = 1000.0
TOP_KPA: Final = 350.0
"""Top of the map. Mean pressure of a sensor's territory is lower than the peak under a bone: walking loads
heel and ball with 100 to 350 kPa so told. A map that changed its top could not be compared with itself."""
CONTACT_KPA: Final = 10.0
"""Below this the place counts as unloaded (`gait.settings.CONTACT_KPA`)."""
_STEPS: Final = 6
"""Pieces of the smooth curve between two points of the outline."""
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_PLACES: Final = (_PACKAGE / "_hardware" / "layout.toml", _PACKAGE.parents[1] / "hardware" / "layout.toml")


@dataclass(frozen=True, eq=False)
class InsoleMap:
    """What drawing a foot needs.

    Attributes:
        width: of the insole, in per mille of its length.
        outline: (n, 2) closed.
        sensors: (16, 2).
        names: of the sensors.
        area_cm2: (16,) territories of the sensors; pressure is force by them.
        spline: (19, 16): values at the sensors to the coefficients of the thin plate through them.
    """

    width: float
    outline: F64
    sensors: F64
    names: tuple[str, ...]
    area_cm2: F64
    spline: F64

    def as_json(self) -> dict[str, Any]:
        """As `plantigrade.map/1`."""
        return {
            "schema": SCHEMA,
            "width": self.width,
            "length": LENGTH,
            "outline": np.round(self.outline, 1).tolist(),
            "sensors": np.round(self.sensors, 1).tolist(),
            "names": list(self.names),
            "area_cm2": np.round(self.area_cm2, 3).tolist(),
            "spline": [[float(f"{value:.6g}") for value in row] for row in self.spline],
            "top_kpa": TOP_KPA,
            "contact_kpa": CONTACT_KPA,
        }


@cache
def insole_map(eu_size: float | None = None) -> InsoleMap:
    """The map of an insole of a size; areas of the nominal size where none is known.

    Raises:
        FileError: the layout is missing or damaged.
    """
    size, outline = _layout()
    width = size * LENGTH
    x = np.array(X_PERMILLE, np.float64) / 1000 * width
    y = LENGTH - np.array(Y_PERMILLE, np.float64) / 1000 * LENGTH
    sensors = np.column_stack([x, y])
    edge = _smooth(np.column_stack([outline[:, 0] * width, LENGTH - outline[:, 1] * LENGTH]))
    return InsoleMap(width, edge, sensors, SENSOR_NAMES, own_layout(eu_size).area_cm2, thin_plate(sensors))


def thin_plate(sensors: F64) -> F64:
    """The solved system of a thin plate through values at places (Duchon 1977; Bookstein 1989).

    A plate that passes through values v at the places p_i is
    sum of w_i U(|p - p_i|) + a + b x + c y with U(r) = r^2 ln r^2, where (w, a, b, c) = `spline` v.
    Places are divided by the length, so that the system is well conditioned.

    Args:
        sensors: (n, 2) places.

    Returns:
        (n + 3, n).
    """
    places = sensors / LENGTH
    count = len(places)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = kernel(places, places)
    system[:count, count] = system[count, :count] = 1.0
    system[:count, count + 1 :] = places
    system[count + 1 :, :count] = places.T
    solved: F64 = np.asarray(np.linalg.inv(system), np.float64)
    return solved[:, :count]


def kernel(points: F64, places: F64) -> F64:
    """(m, n): U of the distances of points (m, 2) from places (n, 2); 0 where they fall together."""
    squared = ((points[:, None] - places) ** 2).sum(axis=-1)
    return squared * np.log(np.maximum(squared, np.finfo(np.float64).tiny))


def _layout() -> tuple[float, F64]:
    """Width as a share of the length, and the outline as shares of both, heel to toes and back."""
    path = next((place for place in _PLACES if place.is_file()), _PLACES[-1])
    try:
        with path.open("rb") as stream:
            table = tomllib.load(stream)
        points = [*table["outline"]["medial"], *table["outline"]["lateral"]]
        return float(table["size"]["width_share"]), np.array(points, np.float64)
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise FileError(path, f"is no layout of an insole: {error}") from error


def _smooth(points: F64) -> F64:
    """A closed smooth curve through points (Catmull and Rom 1974)."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    beyond = np.roll(points, -2, axis=0)
    pieces: list[F64] = []
    for t in np.arange(_STEPS) / _STEPS:
        bent = (2 * before - 5 * points + 4 * after - beyond) * t**2
        twisted = (3 * points - before - 3 * after + beyond) * t**3
        pieces.append(0.5 * (2 * points + (after - before) * t + bent + twisted))
    return np.stack(pieces, axis=1).reshape(-1, 2)
