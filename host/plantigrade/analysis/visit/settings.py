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
LEAST_STANCE_S: Final = 1.0
"""A shorter stance is a step: in walking each foot is off the ground for less than half a second."""
