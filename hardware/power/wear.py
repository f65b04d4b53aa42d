"""Hours of wear that follow from the slot budget: how long the processor runs in each slot, at what current.

`python -m hardware.power.wear` prints the table and what matters most. `budget.py` has the round shares that
the board was designed for; here they are those that the compiled firmware needs (`tools.chip_time`).
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware.power.budget import load
from tools.chip_time.budget import SLOT_US, Budget

TOML = Path(__file__).parent / "wear.toml"
NOMINAL, WORST = "ma", "worst"
# Parts of budget.toml and of the drivers that draw the same here; the others are reckoned anew.
_ELSEWHERE = ("ESP32-S3", "SD NAND", "BLE burst")


@dataclass(frozen=True)
class Way:
    """One way of running.

    Attributes:
        mode: "live" or "daily".
        mhz: clock of the processor.
        sleeps: whether the chip sleeps lightly between slots; else it waits for the next interrupt.
        conversions: of one reading; None for as many as the firmware takes.
    """

    mode: str
    mhz: int
    sleeps: bool
    conversions: int | None = None

    @property
    def title(self) -> str:
        """As in the table."""
        rest = "light sleep between slots" if self.sleeps else "waits between slots"
        fewer = f", {self.conversions} conversions" if self.conversions else ""
        return f"{self.mode}, {self.mhz} MHz, {rest}{fewer}"


# Today's firmware first; then what is still to come or could be chosen.
WAYS = (
    Way("live", 160, False),
    Way("live", 240, False),
    Way("daily", 160, False),
    Way("daily", 160, True),
    Way("daily", 80, True),
    Way("daily", 160, True, 4),
    Way("daily", 160, True, 2),
)


class Wear:
    """Mean current of each way of running.

    Args:
        budget: the slot budget.
        figures: as `wear.toml`.
    """

    def __init__(self, budget: Budget, figures: Mapping[str, Any]) -> None:
        self._budget = budget
        self._figures = figures
        complete = load()
        self.sizes_mah = complete.sizes_mah
        self._usable_share = complete.usable_share
        self._others_ma = {
            mode.name: sum(d.mean_ma for d in mode.draw if not d.part.startswith(_ELSEWHERE))
            for mode in complete.modes
        }

    def busy_share(self, way: Way, end: str = NOMINAL) -> float:
        """Share of the time that the processor runs, waking included; at most 1."""
        band = 1 + self._budget.figures.band if end == WORST else 1.0
        slot_us = self._budget.slot(way.mode, "adc_usual", way.conversions).us(way.mhz, band)
        if way.sleeps:
            slot_us += 1000 * self._figures["wake"]["ms" if end == NOMINAL else WORST]
        return min(1.0, slot_us / SLOT_US)

    def draws(self, way: Way, end: str = NOMINAL) -> dict[str, float]:
        """Mean milliamperes by figure; "other parts" are those of budget.toml and the drivers."""
        return self._draws(way, dict.fromkeys(self.names(way), end))

    def names(self, way: Way) -> tuple[str, ...]:
        """The figures that a way depends on; "cycles" is the band of the slot budget."""
        rest = "light_sleep" if way.sleeps else f"waiting_{way.mhz}"
        return (f"running_{way.mhz}", rest, f"radio_{way.mode}", "card", "cycles")

    def _draws(self, way: Way, ends: Mapping[str, str]) -> dict[str, float]:
        running, rest, radio, card, cycles = self.names(way)
        busy = self.busy_share(way, ends[cycles])
        figure = {name: self._figures["figure"][name][ends[name]] for name in (running, rest, radio, card)}
        return {
            running: busy * figure[running],
            rest: (1 - busy) * figure[rest],
            radio: figure[radio],
            card: figure[card],
            "other parts": self._others_ma[way.mode],
        }

    def hours(self, way: Way, size_mah: float, end: str = NOMINAL) -> float:
        """How long a battery lasts."""
        return size_mah * self._usable_share / sum(self.draws(way, end).values())

    def sensitivity(self, way: Way) -> list[tuple[str, float]]:
        """Milliamperes more when one figure alone is at its worst, the one that matters most first."""
        names = self.names(way)
        nominal = sum(self.draws(way).values())
        changes = [
            (
                name,
                sum(self._draws(way, {n: WORST if n == name else NOMINAL for n in names}).values()) - nominal,
            )
            for name in names
        ]
        return sorted(changes, key=lambda change: -change[1])


def table(wear: Wear) -> str:
    """A row a way, nominal and worst."""
    sizes = " | ".join(f"{size:.0f} mAh, h (worst)" for size in wear.sizes_mah)
    lines = [
        f"| way of running | processor runs, % | mean mA (worst) | {sizes} |",
        "|---|---|---|" + "---|" * len(wear.sizes_mah),
    ]
    for way in WAYS:
        low, high = (sum(wear.draws(way, end).values()) for end in (NOMINAL, WORST))
        hours = " | ".join(
            f"{wear.hours(way, size):.1f} ({wear.hours(way, size, WORST):.1f})" for size in wear.sizes_mah
        )
        lines.append(f"| {way.title} | {100 * wear.busy_share(way):.0f} | {low:.1f} ({high:.1f}) | {hours} |")
    return "\n".join(lines)


def sensitivities(wear: Wear) -> str:
    """What matters most in daily mode, without and with light sleep."""
    lines = ["| figure at its worst, others nominal | " + " | ".join(w.title for w in _SHOWN) + " |"]
    lines.append("|---" * (1 + len(_SHOWN)) + "|")
    changes = [dict(wear.sensitivity(way)) for way in _SHOWN]
    for title, names in _ROWS:
        cells = [next((f"+{c[n]:.1f} mA" for n in names if n in c), "") for c in changes]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


_SHOWN = (Way("daily", 160, False), Way("daily", 160, True))
_ROWS = (
    ("current while running", ("running_160",)),
    ("current between slots", ("waiting_160", "light_sleep")),
    ("cycles of code, with waking", ("cycles",)),
    ("radio", ("radio_daily",)),
    ("card", ("card",)),
)


def sources() -> Iterator[str]:
    """Rows of the figures: name, nominal, worst, kind, source."""
    data = figures()
    for name, row in data["figure"].items():
        yield f"| `{name}` | {row['ma']:g} ({row['worst']:g}) mA | {row['kind']} | {row['source']} |"
    wake = data["wake"]
    yield f"| `wake` | {wake['ms']:g} ({wake['worst']:g}) ms | {wake['kind']} | {wake['source']} |"


def figures() -> dict[str, Any]:
    """`wear.toml`."""
    return tomllib.loads(TOML.read_text(encoding="utf-8"))


def main() -> int:
    """Print it."""
    wear = Wear(Budget(), figures())
    print(table(wear), sensitivities(wear), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
