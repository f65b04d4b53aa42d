"""Reading what was drawn, and analyses to draw."""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.results import FootPicture

from tests.host.analyze import tiny

NAN = float("nan")
GAP = 0.05
"""Half the gap between the feet, in lengths."""
LENGTH = 260.0


def axes() -> Axes:
    return Figure().add_subplot()


def lines(drawn: Axes) -> dict[str, Any]:
    return {str(line.get_label()): line for line in drawn.lines}


def texts_of_page(drawn: Axes) -> list[str]:
    return [text.get_text() for text in drawn.texts]


def colour(artist: Any) -> str:
    return to_hex(artist.get_color() if hasattr(artist, "get_color") else artist.get_facecolor())


def still(walk: Any = None) -> RecordingAnalysis:
    """No cycle on either foot."""
    full_analysis = tiny.full_analysis()
    left, right = (replace(foot, force_cycle=None) for foot in full_analysis.analysis.feet)
    return replace(
        full_analysis,
        walk=walk or full_analysis.walk,
        analysis=replace(full_analysis.analysis, left=left, right=right),
    )


def pictured() -> RecordingAnalysis:
    """Both feet with places. Mean peaks of left: 100, 300, 150 N on 10, 20, 30 cm2: 100, 150 and 50 kPa; of
    right 80, 40, 60 N: 80, 20 and 20 kPa. The gait line runs along x = 26 mm from y = 26 mm to 234 mm."""
    full_analysis = tiny.full_analysis()
    walk = full_analysis.walk
    assert walk.right is not None
    path = np.stack([np.full(101, 26.0), np.linspace(26.0, 234.0, 101)])
    path[:, 0] = NAN
    feet = [
        replace(foot, picture=FootPicture(path, path * 0, np.array(peaks), np.array(peaks), n))
        for foot, peaks, n in zip(
            full_analysis.analysis.feet, ((100.0, 300.0, 150.0), (80.0, 40.0, 60.0)), (7, 8), strict=True
        )
    ]
    return replace(
        full_analysis,
        walk=replace(walk, right=replace(walk.right, layout=tiny.LAYOUT)),
        analysis=replace(full_analysis.analysis, left=feet[0], right=feet[1]),
    )


def shade(image: Any, x: float, y: float) -> float:
    """Value of the map at a place of the panel."""
    first, last, low, high = image.get_extent()
    array = np.asarray(image.get_array())
    row = round((y - low) / (high - low) * (array.shape[0] - 1))
    column = round((x - first) / (last - first) * (array.shape[1] - 1))
    return float(array[row, column])
