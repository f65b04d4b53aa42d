"""The panel of the feet: load of each sensor's place, gait line and shares of the regions on a plain
outline.
"""

# pyright: reportUnknownMemberType=false
# matplotlib types its keyword arguments only in part.

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Polygon

from plantigrade.gait.pressure import outline
from plantigrade.gait.pressure.load_map import load_map, unit_of
from plantigrade.gait.pressure.regions import REGIONS
from plantigrade.gait.results import Analysis, FootAnalysis
from plantigrade.gait.settings import BALL_WIDTH_SHARE, DENSE_SENSORS, FOREFOOT_END, HEEL_END, MIDFOOT_END
from plantigrade.gait.signals import Floats, Foot, Walk
from plantigrade.report.curves import Say
from plantigrade.report.style import COLOUR, FAINT, INK, LINE, MAP, PAPER

_GAP: Final = 0.10
_BORDERS: Final = (0.0, HEEL_END, MIDFOOT_END, FOREFOOT_END, 1.0)


def feet_panel(
    axes: Axes, walk: Walk, analysis: Analysis, counted: str = "{} stances", say: Say = str
) -> AxesImage | None:
    """Both feet seen from above, medial edges towards each other.

    Args:
        axes: to draw on.
        walk: the samples.
        analysis: of the walk.
        counted: what is written below each foot; {} is the number of stances.
        say: the words of the panel.

    Returns:
        One of the maps, for a colour bar; None when no foot has sensor places.
    """
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(say("Load and gait line (seen from above)"))
    maps = [_foot(axes, walk, foot, counted, say) for foot in analysis.feet]
    shown = [m for m in maps if m is not None]
    axes.set_xlim(-0.66, 0.66)
    axes.set_ylim(-0.10, 1.02)
    axes.set_anchor("N")
    if not shown:
        axes.text(0, 0.5, "the source has no sensor places", ha="center", color=FAINT, style="italic")
        return None
    top = max(float(np.nanmax(np.asarray(m.get_array()))) for m in shown)
    for m in shown:
        m.set_clim(0, top)
    return shown[0]


def map_title(analysis: Analysis) -> str:
    """What the shades are."""
    if any(foot.picture is not None and foot.picture.n for foot in analysis.feet):
        return "mean over stances of each sensor's peak"
    return "greatest load of each sensor in the recording"


def load_unit(walk: Walk) -> str:
    """What the map shows: pressure where areas are known, else force or the sensors' own units."""
    for foot in walk.feet:
        if foot.layout is not None:
            return unit_of(foot.layout, foot.quantity)
    return ""


def _foot(axes: Axes, walk: Walk, foot: FootAnalysis, counted: str, say: Say) -> AxesImage | None:
    found = load_map(foot, walk.left if foot.foot is Foot.LEFT else walk.right)
    if found is None:
        return None
    side = -1.0 if foot.foot is Foot.LEFT else 1.0
    x_share, y_share = found.x_share, found.y_share
    image = _map(axes, x_share, y_share, found.load, side)
    edge = outline.boundary()
    axes.add_patch(
        Polygon(
            np.column_stack([side * (_GAP / 2 + edge[:, 0]), edge[:, 1]]),
            closed=True,
            fill=False,
            edgecolor=INK,
            linewidth=1.1,
        )
    )
    if len(x_share) < DENSE_SENSORS:
        axes.plot(side * (_GAP / 2 + x_share), y_share, ".", color=FAINT, markersize=2.5)
    if found.n:
        _gait_line(axes, foot, np.stack([found.gait_x_share, found.gait_y_share]), side)
        _shares(axes, foot, side, say)
    width = BALL_WIDTH_SHARE
    axes.text(
        side * (_GAP / 2 + width / 2),
        -0.03,
        f"{say(foot.foot.value)}\n({counted.format(found.n)})" if found.n else say(foot.foot.value),
        ha="center",
        va="top",
        fontsize=8,
        weight="bold",
        color=COLOUR[foot.foot],
    )
    return image


def _map(axes: Axes, x: Floats, y: Floats, load: Floats, side: float) -> AxesImage:
    """Each place of the sheet in the shade of its nearest sensor."""
    across = np.linspace(-0.03, BALL_WIDTH_SHARE + 0.03, 90)
    along = np.linspace(-0.01, 1.01, 220)
    px, py = np.meshgrid(across, along)
    distance = (px[..., None] - x) ** 2 + (py[..., None] - y) ** 2
    nearest = np.argmin(distance, axis=-1)
    shade = load[nearest]
    if len(x) < DENSE_SENSORS:
        medial, lateral = outline.edges(along)
        outside = (px < medial[:, None]) | (px > lateral[:, None]) | (py < 0) | (py > 1)
    else:
        # Dense cells show themselves: nothing is drawn beyond half a cell from one.
        pitch = float(
            np.median(np.sort(np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2), axis=1)[:, 1])
        )
        outside = np.min(distance, axis=-1) > (0.75 * pitch) ** 2
    shade = np.ma.masked_where(outside | ~np.isfinite(shade), shade)
    if side < 0:
        shade = shade[:, ::-1]
    first, last = across[0] + _GAP / 2, across[-1] + _GAP / 2
    extent = (first, last, along[0], along[-1]) if side > 0 else (-last, -first, along[0], along[-1])
    return axes.imshow(
        shade, origin="lower", extent=extent, cmap=MAP, aspect="equal", interpolation="nearest"
    )


def _gait_line(axes: Axes, foot: FootAnalysis, path: Floats, side: float) -> None:
    x, y = side * (_GAP / 2 + path[0]), path[1]
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return
    # A white line below keeps a dashed one readable on dark places.
    axes.plot(x[known], y[known], color=PAPER, linewidth=4.4, solid_capstyle="round")
    axes.plot(x[known], y[known], color=COLOUR[foot.foot], linestyle=LINE[foot.foot], linewidth=2.0)
    axes.plot(x[known][:1], y[known][:1], "o", color=PAPER, markeredgecolor=COLOUR[foot.foot], markersize=5)
    axes.plot(
        x[known][-1:], y[known][-1:], "^", color=PAPER, markeredgecolor=COLOUR[foot.foot], markersize=5.5
    )


def _shares(axes: Axes, foot: FootAnalysis, side: float, say: Say) -> None:
    """Share of each region in the impulse, outside the lateral edge."""
    at = side * (_GAP / 2 + BALL_WIDTH_SHARE + 0.03)
    for low, high, region in zip(_BORDERS[:-1], _BORDERS[1:], REGIONS, strict=True):
        if low > 0:
            axes.plot([at, at + side * 0.06], [low, low], color=FAINT, linewidth=0.5)
        parameter = foot.parameters.get(f"load_share_{region}_pct")
        if parameter is None or parameter.value is None:
            continue
        axes.text(
            at + side * 0.01,
            (low + high) / 2,
            f"{say(region)}\n{parameter.value:.0f} %",
            ha="left" if side > 0 else "right",
            va="center",
            fontsize=8,
        )
