"""A line of small bars, one a day; a day of which nothing is known is grey, never 0."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

STEP: Final = 9
WIDTH: Final = 6
HEIGHT: Final = 24
FULL: Final = 12.0
"""Hours of a bar of full height; nobody wears insoles for much longer."""


def spark(values: Sequence[float | None], full: float = FULL) -> Markup:
    """The bars, for the eye alone: the mean stands beside them.

    Example:
        >>> "M0 12h6v12h-6z" in spark([6.0, None])
        True
    """
    bars, gaps = "", ""
    for place, value in enumerate(values):
        left = place * STEP
        if value is None:
            gaps += f"M{left} 0h{WIDTH}v{HEIGHT}h-{WIDTH}z"
            continue
        height = max(1, round(min(value / full, 1.0) * HEIGHT))
        bars += f"M{left} {HEIGHT - height}h{WIDTH}v{height}h-{WIDTH}z"
    paths = "".join(
        f'<path class="{name}" d="{path}"/>' for name, path in (("barm", bars), ("band gap", gaps)) if path
    )
    box = f"0 0 {len(values) * STEP} {HEIGHT}"
    return Markup(f'<svg class="spark" viewBox="{box}" aria-hidden="true">{paths}</svg>')  # numbers alone
