"""How live frames reach browsers: every figure with its reason."""

from typing import Final

from plantigrade.service.insoles.settings import GATHER_S

PATH: Final = "/live.ws"
TICK_S: Final = GATHER_S
"""Insoles' frames are delivered so often at most: 25 times a second. The eye sees no steps, and a page has
time to draw each."""
GAP_S: Final = TICK_S / 2
"""Between two messages at least. What is delivered goes on at once, and does not wait for a tick of its own;
insoles that are delivered one after the other do not make two messages of one."""
IDLE_S: Final = 0.2
"""How often it is looked what else is to be told while no frames come."""
WINDOW: Final = 25
"""Frames that a browser may be behind: a second. A slow one gets the newest after that, not a queue."""
MOST_EVENTS: Final = 40
"""Small messages that wait for a slow browser; the oldest are dropped."""
MOST_OF_AN_ACCOUNT: Final = 8
"""Sockets of an account: a phone and some tabs."""
MOST_SOCKETS: Final = 200
"""Of all accounts together."""
LIVE_MIN: Final = 2.0
"""Live mode is asked for so long at a time, and renewed while a page is open: a page that vanishes without a
word costs the insoles two minutes of battery."""
RENEW_S: Final = 60.0
LINGER_S: Final = 10.0
"""Live mode goes on so long after the last page has gone: most come back, having been loaded again."""
CHECK_S: Final = 10.0
"""How often it is asked again whether a session still stands and the person still shares."""
STATE_S: Final = 1.0
"""How often recording, links and figures are told, if they have changed."""
LONGEST_CODE: Final = 64
"""Characters of a person's code in the address."""
