"""Write what others need of `hardware/layout.toml`: the protocol's layout module and the docs' picture.

`python -m tools.generate_layout` writes both; with `--check` it only says whether they are up to date.
"""

import argparse
import sys
from pathlib import Path

from hardware.layout import Finding, InsoleLayout, check, load

ROOT = Path(__file__).resolve().parent.parent
MODULE = ROOT / "shared/insole_protocol/layout.py"
IDENTIFIER = ROOT / "shared/insole_protocol/layout_id.py"
PICTURE = ROOT / "docs/pictures/sensor-places.svg"
PICTURE_SIZE = 42
FILLS = {"heel": "#dddddd", "midfoot": "#ffffff", "forefoot": "#bbbbbb", "toes": "#eeeeee"}


def identifier_text(layout: InsoleLayout) -> str:
    """The little that an insole keeps in memory of its layout."""
    return f'''# Generated from hardware/layout.toml by tools/generate_layout.py: do not edit.
"""Which layout this is; names and places, which an insole does not need, are in layout.py."""

LAYOUT_ID = {layout.identifier}
SENSOR_COUNT = {len(layout.sensors)}
'''


def module_text(layout: InsoleLayout) -> str:
    """The generated module: plain constants that MicroPython reads too."""

    def listed(values: list[str]) -> str:
        return "(\n" + "".join(f'    "{value}",\n' for value in values) + ")"

    x = ", ".join(str(round(1000 * s.x)) for s in layout.sensors)
    y = ", ".join(str(round(1000 * s.y)) for s in layout.sensors)
    return f'''# Generated from hardware/layout.toml by tools/generate_layout.py: do not edit.
"""Where the sensors lie: index, name, region, place.

x: 0 medial edge to 1000 lateral edge; y: 0 heel end to 1000 toe end, both in thousandths of the insole.
"""

from insole_protocol.layout_id import LAYOUT_ID, SENSOR_COUNT

__all__ = [
    "EU_SIZES",
    "LAYOUT_ID",
    "LAYOUT_NAME",
    "LENGTH_UM_PER_EU_SIZE",
    "REGIONS",
    "SENSOR_COUNT",
    "SENSOR_NAMES",
    "WIDTH_PERMILLE",
    "X_PERMILLE",
    "Y_PERMILLE",
]

LAYOUT_NAME = "{layout.name}"
SENSOR_NAMES = {listed([s.name for s in layout.sensors])}
REGIONS = {listed([s.region for s in layout.sensors])}
X_PERMILLE = ({x})
Y_PERMILLE = ({y})
# Insole length of EU size s in micrometres: s * LENGTH_UM_PER_EU_SIZE; width: WIDTH_PERMILLE of the length.
LENGTH_UM_PER_EU_SIZE = {round(1000 * layout.mm_per_eu_size)}
WIDTH_PERMILLE = {round(1000 * layout.width_share)}
EU_SIZES = ({layout.eu_sizes.start}, {layout.eu_sizes.stop - 1})
'''


def picture_text(layout: InsoleLayout) -> str:
    """Both insoles seen from above with numbered sensors, as SVG in millimetres."""
    width, length = layout.width_mm(PICTURE_SIZE), layout.length_mm(PICTURE_SIZE)
    parts = [
        _insole(layout, left, (width + 30.0) * (not left) + 10.0, length + 10.0) for left in (True, False)
    ]
    total = 2 * width + 50.0
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total:.0f} {length + 30:.0f}" '
        f'font-family="sans-serif" font-size="6" text-anchor="middle">\n'
        f"<title>Sensor places of {layout.name}, EU {PICTURE_SIZE}, seen from above</title>\n"
        + "".join(parts)
        + "</svg>\n"
    )


def _insole(layout: InsoleLayout, left: bool, x0: float, y0: float) -> str:
    points = " ".join(f"{x0 + x:.1f},{y0 - y:.1f}" for x, y in layout.outline_mm(PICTURE_SIZE, left))
    text = f'<polygon points="{points}" fill="none" stroke="black" stroke-width="0.8"/>\n'
    radius = layout.body.diameter_mm / 2
    places = layout.sensors_mm(PICTURE_SIZE, left)
    for index, sensor in enumerate(layout.sensors):
        x, y = x0 + places[sensor.name][0], y0 - places[sensor.name][1]
        text += (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{FILLS[sensor.region]}" '
            f'stroke="black" stroke-width="0.5"><title>{sensor.name}</title></circle>\n'
            f'<text x="{x:.1f}" y="{y + 2:.1f}">{index}</text>\n'
        )
    middle = x0 + layout.width_mm(PICTURE_SIZE) / 2
    return text + f'<text x="{middle:.1f}" y="{y0 + 14:.1f}">{"left" if left else "right"}</text>\n'


def generated(layout: InsoleLayout) -> dict[Path, str]:
    """Every generated file with its text."""
    return {
        IDENTIFIER: identifier_text(layout),
        MODULE: module_text(layout),
        PICTURE: picture_text(layout),
    }


def table(findings: list[Finding]) -> str:
    """The checks as lines for people."""
    return "\n".join(
        f"{'ok  ' if f.ok else 'FAIL'} {f.check}: {f.figure:.3g} (limit {f.limit:.3g}; {f.where})"
        for f in findings
    )


def main() -> int:
    """Check the layout, then write or compare; 1 when something fails or is out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate_layout", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when a generated file is out of date"
    )
    chosen = parser.parse_args()
    layout = load()
    findings = check(layout)
    print(table(findings))
    failed = any(not f.ok for f in findings)
    for path, text in generated(layout).items():
        current = path.exists() and path.read_text(encoding="utf-8") == text
        if chosen.check and not current:
            print(f"FAIL {path.relative_to(ROOT)} is not what hardware/layout.toml says; run without --check")
            failed = True
        elif not current:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
