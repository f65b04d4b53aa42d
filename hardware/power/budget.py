"""Hours of each mode for each battery size, from `budget.toml` and the drivers' own rows.

`python -m hardware.power.budget FOLDER` writes the table and a picture.

Hours = capacity x usable share / sum(current x share of time). A mode is called an estimate when figures that
were measured or read in a data sheet make up less than half of its current.
"""

import sys
import tomllib
from dataclasses import dataclass
from math import log10
from pathlib import Path

TOML = Path(__file__).parent / "budget.toml"
DRIVERS = Path(__file__).parents[2] / "firmware" / "drivers"
KINDS = ("measured", "stored", "recalled", "estimate")


@dataclass(frozen=True)
class Draw:
    """One part in one mode: `ma` milliamperes for `share` of the time, and where the figure is from."""

    part: str
    ma: float
    share: float
    kind: str
    source: str

    @property
    def mean_ma(self) -> float:
        """Its contribution to the mode's mean current."""
        return self.ma * self.share


@dataclass(frozen=True)
class Mode:
    """A way of running and everything that draws current in it."""

    name: str
    title: str
    draw: tuple[Draw, ...]

    @property
    def mean_ma(self) -> float:
        """Mean current from the battery."""
        return sum(d.mean_ma for d in self.draw)

    @property
    def sure_share(self) -> float:
        """Share of the mean current whose figures were measured or read in a source."""
        return sum(d.mean_ma for d in self.draw if d.kind in ("measured", "stored")) / self.mean_ma


@dataclass(frozen=True)
class Budget:
    """All modes and the batteries they are reckoned for."""

    sizes_mah: tuple[float, ...]
    usable_share: float
    modes: tuple[Mode, ...]

    def hours(self, mode: Mode, size_mah: float) -> float:
        """How long a battery of `size_mah` lasts in a mode."""
        return size_mah * self.usable_share / mode.mean_ma


def load(path: Path = TOML, drivers: Path = DRIVERS) -> Budget:
    """Read a budget and what the parts with a driver add to it (`budget.toml` in a folder of `drivers`).

    Raises:
        ValueError: a figure without a known kind, a share outside 0 to 1 or a current that is not positive;
            a row of a driver for a mode that there is not.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    added: dict[str, list[Draw]] = {entry["name"]: [] for entry in data["mode"]}
    for fragment in sorted(drivers.glob("*/budget.toml")):
        for row in tomllib.loads(fragment.read_text(encoding="utf-8"))["draw"]:
            mode = row.pop("mode")
            if mode not in added:
                raise ValueError(f"{fragment.parent.name}/{fragment.name}: there is no mode {mode}")
            added[mode].append(Draw(**row))
    modes = tuple(
        Mode(
            entry["name"], entry["title"], (*(Draw(**draw) for draw in entry["draw"]), *added[entry["name"]])
        )
        for entry in data["mode"]
    )
    for draw in (d for mode in modes for d in mode.draw):
        if draw.kind not in KINDS or not 0 < draw.share <= 1 or draw.ma <= 0 or not draw.source:
            raise ValueError(
                f"{path.name}: {draw.part}: needs ma > 0, 0 < share <= 1, a source and one of {KINDS}"
            )
    return Budget(tuple(data["battery"]["sizes_mah"]), data["battery"]["usable_share"], modes)


def table(budget: Budget) -> str:
    """The budget as Markdown: a row a mode."""
    sizes = " | ".join(f"{size:.0f} mAh, h" for size in budget.sizes_mah)
    lines = [
        f"| mode | mean mA | {sizes} | from data sheets |",
        "|---" * (3 + len(budget.sizes_mah)) + "|",
    ]
    for mode in budget.modes:
        hours = " | ".join(f"{budget.hours(mode, size):.0f}" for size in budget.sizes_mah)
        sure = f"{100 * mode.sure_share:.0f} % of the current" + (
            "" if mode.sure_share >= 0.5 else " (estimate)"
        )
        lines.append(f"| {mode.title} | {mode.mean_ma:.3g} | {hours} | {sure} |")
    return "\n".join(lines)


def picture(budget: Budget) -> str:
    """Mean current of each mode by kind of figure, logarithmic bars, as SVG."""
    width, bar, left = 560.0, 26.0, 250.0
    scale = (width - left - 20.0) / 4.0  # 0.01 to 100 mA
    parts: list[str] = []
    for row, mode in enumerate(budget.modes):
        y = 30.0 + row * 44.0
        length = max(1.0, (log10(mode.mean_ma) + 2.0) * scale)
        parts.append(f'<text x="10" y="{y + 17:.0f}">{mode.title}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar}" fill="#777"/>')
        hours = ", ".join(f"{budget.hours(mode, size):.0f} h on {size:.0f} mAh" for size in budget.sizes_mah)
        parts.append(f'<text x="{left + 4}" y="{y + 40:.0f}">{mode.mean_ma:.3g} mA: {hours}</text>')
    height = 40.0 + 44.0 * len(budget.modes)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="sans-serif" font-size="10">\n'
        f"<title>Mean current of each mode, logarithmic</title>\n{body}\n</svg>\n"
    )


def main() -> int:
    """Write the table and the picture into a folder."""
    if len(sys.argv) != 2:
        print("usage: python -m hardware.power.budget FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    budget = load()
    (folder / "power.md").write_text(table(budget) + "\n", encoding="utf-8")
    (folder / "power.svg").write_text(picture(budget), encoding="utf-8")
    print(table(budget))
    return 0


if __name__ == "__main__":
    sys.exit(main())
