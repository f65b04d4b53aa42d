"""Sensor places and insole outline, read from `layout.toml`, in millimetres for any size and foot.

Coordinates of a right insole seen from above: x grows from the medial to the lateral edge, y from heel to
toe, origin at the medial-most and rear-most lines of the outline. A left insole is the mirror image, which
leaves these medial-lateral coordinates as they are; only drawings flip them.
"""

import tomllib
from dataclasses import dataclass
from itertools import combinations
from math import dist
from pathlib import Path

TOML = Path(__file__).parent / "layout.toml"
REGIONS = ("heel", "midfoot", "forefoot", "toes")
CURVE_STEPS = 12  # points drawn between two given ones

Point = tuple[float, float]


@dataclass(frozen=True)
class Sensor:
    """One place: its name, its region and its position as shares of width and length."""

    name: str
    region: str
    x: float
    y: float


@dataclass(frozen=True)
class SensorBody:
    """What is mounted at each place, and the room it needs; millimetres."""

    diameter_mm: float
    active_diameter_mm: float
    min_gap_mm: float
    min_edge_margin_mm: float


@dataclass(frozen=True)
class InsoleLayout:
    """Everything that `layout.toml` says."""

    identifier: int
    name: str
    sensors: tuple[Sensor, ...]
    body: SensorBody
    outline: tuple[Point, ...]
    mm_per_eu_size: float
    width_share: float
    eu_sizes: range

    def length_mm(self, eu_size: float) -> float:
        """Length of the insole of an EU size ("Paris points" of 2/3 cm)."""
        return eu_size * self.mm_per_eu_size

    def width_mm(self, eu_size: float) -> float:
        """Greatest width of the insole of an EU size."""
        return self.length_mm(eu_size) * self.width_share

    def place_mm(self, point: Point, eu_size: float, left: bool = False) -> Point:
        """A point given in shares, in millimetres; a left insole is drawn mirrored."""
        x = 1.0 - point[0] if left else point[0]
        return x * self.width_mm(eu_size), point[1] * self.length_mm(eu_size)

    def sensors_mm(self, eu_size: float, left: bool = False) -> dict[str, Point]:
        """Centre of each sensor by name."""
        return {s.name: self.place_mm((s.x, s.y), eu_size, left) for s in self.sensors}

    def outline_mm(self, eu_size: float, left: bool = False) -> list[Point]:
        """The outline as a dense closed polygon (the first point is not repeated)."""
        return [self.place_mm(p, eu_size, left) for p in smooth(self.outline)]


def load(path: Path = TOML) -> InsoleLayout:
    """Read a layout file.

    Raises:
        KeyError: a table or field is missing.
        tomllib.TOMLDecodeError: the file is not TOML.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    outline = [(float(x), float(y)) for x, y in data["outline"]["medial"] + data["outline"]["lateral"]]
    size = data["size"]
    return InsoleLayout(
        identifier=data["layout"]["id"],
        name=data["layout"]["name"],
        sensors=tuple(Sensor(**entry) for entry in data["sensor"]),
        body=SensorBody(**data["sensor_body"]),
        outline=tuple(outline),
        mm_per_eu_size=size["mm_per_eu_size"],
        width_share=size["width_share"],
        eu_sizes=range(size["eu_min"], size["eu_max"] + 1),
    )


def smooth(points: tuple[Point, ...], steps: int = CURVE_STEPS) -> list[Point]:
    """Closed Catmull-Rom curve through `points`, `steps` points for each given one."""
    count = len(points)
    curve: list[Point] = []
    for i in range(count):
        p0, p1, p2, p3 = (points[(i + k - 1) % count] for k in range(4))
        for step in range(steps):
            t = step / steps
            weights = (
                -0.5 * t + t * t - 0.5 * t**3,
                1 - 2.5 * t * t + 1.5 * t**3,
                0.5 * t + 2 * t * t - 1.5 * t**3,
                -0.5 * t * t + 0.5 * t**3,
            )
            quad = (p0, p1, p2, p3)
            x, y = (sum(w * p[axis] for w, p in zip(weights, quad, strict=True)) for axis in (0, 1))
            curve.append((x, y))
    return curve


def inside(point: Point, polygon: list[Point]) -> bool:
    """Whether a point lies in a polygon (even-odd rule)."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


@dataclass(frozen=True)
class Finding:
    """One check of the layout: its name, the figure found, its limit and whether it holds."""

    check: str
    figure: float
    limit: float
    ok: bool
    where: str


def check(layout: InsoleLayout) -> list[Finding]:
    """Spacing and margins at the smallest size, mirror symmetry, and sensors in each region."""
    return [_spacing(layout), _margin(layout), _mirror(layout), *_coverage(layout)]


def _spacing(layout: InsoleLayout) -> Finding:
    places = layout.sensors_mm(layout.eu_sizes.start)
    closest = min(combinations(places, 2), key=lambda pair: dist(places[pair[0]], places[pair[1]]))
    gap = dist(places[closest[0]], places[closest[1]]) - layout.body.diameter_mm
    limit = layout.body.min_gap_mm
    return Finding("gap between sensors, mm", gap, limit, gap >= limit, " and ".join(closest))


def _margin(layout: InsoleLayout) -> Finding:
    outline = layout.outline_mm(layout.eu_sizes.start)
    margins: dict[str, float] = {}
    for name, place in layout.sensors_mm(layout.eu_sizes.start).items():
        nearest = min(dist(place, edge) for edge in outline)
        margins[name] = (nearest if inside(place, outline) else -nearest) - layout.body.diameter_mm / 2
    tightest = min(margins, key=lambda name: margins[name])
    limit = layout.body.min_edge_margin_mm
    return Finding("margin to the edge, mm", margins[tightest], limit, margins[tightest] >= limit, tightest)


def _mirror(layout: InsoleLayout) -> Finding:
    size = layout.eu_sizes.start
    right, left = layout.sensors_mm(size), layout.sensors_mm(size, left=True)
    width = layout.width_mm(size)
    worst = max(abs(right[n][0] + left[n][0] - width) + abs(right[n][1] - left[n][1]) for n in right)
    return Finding("left against mirrored right, mm", worst, 1e-9, worst <= 1e-9, "all")


def _coverage(layout: InsoleLayout) -> list[Finding]:
    counts = {region: sum(s.region == region for s in layout.sensors) for region in REGIONS}
    return [Finding(f"sensors in the {region}", n, 3, n >= 3, region) for region, n in counts.items()]
