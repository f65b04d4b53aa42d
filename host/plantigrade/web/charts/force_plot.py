"""The mean vertical force of each foot over the gait cycle, with a band of one SD."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.analysis.stored import FEET, StoredDocument
from plantigrade.web.charts.axes import band_path, line_path, ticks_to

WIDTH: Final = 600.0
HEIGHT: Final = 200.0
TABLE_PCT: Final = tuple(range(0, 101, 10))


@dataclass(frozen=True)
class ForceLine:
    """One foot of the plot: `band` and `line` are path data, `peak` the greatest mean force."""

    side: str
    n: int
    band: str
    line: str
    peak: float


@dataclass(frozen=True)
class ForcePlot:
    """The plot.

    Attributes:
        unit: of the force.
        ticks: of the vertical axis, from below.
        grid: heights of the lines of the ticks.
        weight: height of the line of the body weight; None where it is not known or beyond the axis.
        lines: of the feet that have steady cycles.
        table: per cent of the cycle, with mean and SD of the left and the right foot; None without cycles.
    """

    unit: str
    ticks: tuple[float, ...]
    grid: tuple[float, ...]
    weight: float | None
    lines: tuple[ForceLine, ...]
    table: tuple[tuple[int, tuple[tuple[float, float] | None, ...]], ...]


def force_plot(found: StoredDocument) -> ForcePlot | None:
    """The plot of an analysis; None where no foot has steady cycles."""
    curves = {side: found.force_cycle(side) for side in FEET}
    known = {side: curve for side, curve in curves.items() if curve is not None}
    if not known:
        return None
    top = max(float(np.nanmax(curve.mean + curve.sd, initial=0.0)) for curve in known.values())
    weight_n = found.body_weight_n
    unit = next(iter(known.values())).unit
    ticks = ticks_to(max(top, weight_n or 0.0) if unit == "N" else top)
    x = np.linspace(0.0, WIDTH, 101)

    def height(force: np.ndarray) -> np.ndarray:
        return HEIGHT * (1.0 - np.clip(force, 0.0, None) / ticks[-1])

    lines = tuple(
        ForceLine(
            side,
            curve.n,
            band_path(x, height(curve.mean - curve.sd), height(curve.mean + curve.sd)),
            line_path(x, height(curve.mean)),
            float(np.nanmax(curve.mean, initial=0.0)),
        )
        for side, curve in known.items()
    )
    table = tuple(
        (
            percent,
            tuple(
                None if curve is None else (float(curve.mean[percent]), float(curve.sd[percent]))
                for curve in curves.values()
            ),
        )
        for percent in TABLE_PCT
    )
    line = round(HEIGHT * (1.0 - weight_n / ticks[-1]), 1) if weight_n is not None and unit == "N" else None
    grid = tuple(round(HEIGHT * (1.0 - tick / ticks[-1]), 1) for tick in ticks)
    return ForcePlot(unit, ticks, grid, line, lines, table)
