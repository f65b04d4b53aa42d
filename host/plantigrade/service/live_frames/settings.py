"""How live frames are shown: every figure with its reason."""

from typing import Final

RATE_HZ: Final = 100.0
"""Frames a second of our insoles."""
STALE_S: Final = 5.0
"""A picture that is older is taken away, never frozen: nobody stands so still that it could still hold."""
UNLOADED_N: Final = 15.0
"""Total of a foot below which nobody stands on the insole: two per cent of a light person's weight."""
NOT_WORN_S: Final = 10.0
"""Unloaded for so long is no swing and no sitting with a foot lifted for a moment: not worn."""
COP_N: Final = 20.0
"""The centre of pressure is that of noise below this total."""
ZEROING_S: Final = 3.0
"""Codes of the unloaded insole are collected for so long: noise of a code falls to a twentieth of it."""
HELD_S: Final = 90.0
"""What a balance test needs: a half with eyes open, one with eyes closed, and the pause between."""
MOST_FEET: Final = 64
"""Insoles whose frames are calibrated at a time: thirty people in a hall."""
STEP_S: Final = 0.2
"""Contacts are certain 0.2 s after they happened; looking more often finds nothing sooner."""
LAST_STEPS: Final = 10
"""Figures are of so many steps: five strides of each foot, a few seconds of walking."""
FEWEST_STEPS: Final = 2
"""Steps that a cadence is told of: one of each foot."""
FIGURES_LAST_S: Final = 15.0
"""Figures of steps that are older are those of another walk."""
SAME_STRIDE_S: Final = 0.2
"""A stride that begins this near to an earlier one is the same, found anew."""
LONGEST_STRIDE_S: Final = 3.0
FEET_APART_MM: Final = 180.0
"""Middle lines of the feet in the balance test, hip-wide; assumed, and said so on the page. Sway forward
and back does not depend on it."""
SHORTEST_STANDING_S: Final = 5.0
"""Load shares of less are those of a moment."""
LOOK_S: Final = 2.0
"""A page without script waits so long for the next frame of each foot."""
LOOK_STEP_S: Final = 0.05
