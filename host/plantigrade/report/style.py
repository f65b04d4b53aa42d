"""How our figures look: readable in black and white, told apart by colour-blind eyes, sober."""

from contextlib import AbstractContextManager
from typing import Any, Final

from plantigrade.errors import MissingPartError
from plantigrade.gait.signals import Foot

try:
    import matplotlib as mpl
except ImportError as error:
    raise MissingPartError("--plot", "plot", "matplotlib") from error

COLOUR: Final = {Foot.LEFT: "#0060a8", Foot.RIGHT: "#c8500a"}
"""Blue and vermilion: far apart for every kind of colour vision, and in lightness."""
LINE: Final = {Foot.LEFT: "-", Foot.RIGHT: (0, (5, 2))}
"""Left is solid, right dashed: the feet differ without colour."""
HATCH: Final = {Foot.LEFT: "", Foot.RIGHT: "////"}
INK: Final = "#202020"
FAINT: Final = "#707070"
PAPER: Final = "#ffffff"
USUAL: Final = "#d9e6d3"
MAP: Final = "Greys"

_SETTINGS: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "none",
    "svg.hashsalt": "plantigrade",
    "pdf.fonttype": 42,
}


def styled() -> AbstractContextManager[Any]:
    """A context in which figures have our look; nothing global changes."""
    return mpl.rc_context(_SETTINGS)  # pyright: ignore[reportUnknownMemberType]
