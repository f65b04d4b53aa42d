"""Every figure of the analysis of a visit, with its reason."""

from typing import Final

SETTLE_S: Final = 5.0
"""The first seconds of standing are left out: people still find their place. An assumption of ours;
with 5 s, nearly a minute stays of a minute."""
END_S: Final = 1.0
"""The last second is left out: people begin to move when the countdown ends."""
RAISED_SHARE: Final = 0.05
"""A foot that bears less than this share of the load of both is off the ground."""
LOADED_SHARE: Final = 0.1
"""From this share on it has touched down; between both it stays what it was, so that noise ends nothing."""
STANDING_N: Final = 200.0
"""Somebody stands on the insoles: a third of a light adult's weight, and far above the weight of a leg."""
SMOOTHED_S: Final = 0.1
"""Loads are averaged over so long before they are compared: a touch shorter than this is none."""
LEAST_STANDING_ONE_LEG_S: Final = 3.0
"""A foot that is off the ground for longer than the longest gait cycle lasts makes no step: in a recording
without named spans such a stance stands by itself."""
OFF_SHARE: Final = 0.02
"""In most of such a stance the raised foot reads less than this share: what a shoe presses with, 12 N."""
SEATED_LEAST_SHARE: Final = 0.05
"""Feet of somebody who sits carry more than this share of the body; with less nobody is on the insoles."""
LEAST_SEATED_S: Final = 0.5
"""In repeated rises people sit for about a second between two."""
RISEN_SHARE: Final = 0.8
"""Of the body's load: the person has left the seat."""
RISEN_S: Final = 3.0
"""What a person carries upright is the median of so long after that, or of as long as they stay up: a stated
weight may be wrong, and the feet carry more for a moment as the body is lifted."""
LONGEST_RISE_S: Final = 5.0
"""What takes longer is no rise from a seat but loading the feet bit by bit."""
RISE_FROM_SHARE: Final = 0.1
RISE_TO_SHARE: Final = 0.9
"""The rise is timed between these parts of the way from the seated load to the body's."""
TANDEM_TOGETHER: Final = 0.5
"""Correlation of both feet's tilt to the same side from which they tilt together."""
LEAST_STANCE_S: Final = 1.0
"""A shorter stance is a step: in walking each foot is off the ground for less than half a second."""
