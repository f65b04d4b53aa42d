"""Figures of keeping an insole, each with its reason."""

from typing import Final

CONNECT_S: Final = 60.0
"""A radio that has not connected by then never will; the next attempt begins anew."""
LOW_BATTERY_PCT: Final = 15
"""Below this the person is told: some hours of the daily mode are left."""
LOG_FILLS_PCT: Final = 80.0
"""Above this the person is told: the insole has not been emptied for about two weeks."""
CATCH_UP_SLOTS: Final = 360_000
"""Before a stream begins, so much of the log is fetched first, so that its frames come in order: an hour,
which takes some seconds to a minute. A longer backlog is fetched beside the stream."""
CLOCK_PERIOD_S: Final = 5.0
"""While an insole streams, clocks are compared so often: a hundred round trips within the ten minutes that
count. Left and right then agree to 0.6 ms (95 %, `python -m tools.measure_clocks`), far below the 10 ms from
frame to frame, at a tenth of the computing that the twice a second of a short recording takes."""
GATHER_S: Final = 0.04
"""While an insole streams, what both feet have brought is decoded and delivered 25 times a second, as often
as a live page is drawn. It costs a frame 20 ms on the average and 40 ms at most of the 150 ms that it may
take to the page, and spares the service a third of its waking up."""
BLINK_S: Final = 10
"""An insole that is to be found blinks so long: time to look at both shoes."""
SELF_TEST_S: Final = 15.0
"""A self-test takes the insole two seconds; a command waits behind a log transfer at most some more."""
ZERO_FRAMES: Final = 300
"""Three seconds at 100 Hz: the mean code of a still sensor is then known to a tenth of a code."""
ZERO_TIMEOUT_S: Final = 9.0
"""Frames of a streaming insole are here by then; the page that asked waits no longer than ten seconds."""
CODE_LOWEST: Final = 250
CODE_HIGHEST: Final = 4090
"""Codes of a sensor that is connected lie between: the amplifier rests at 330, and the self-test of the
firmware finds fault with the same codes (`firmware/insole/self_test.py`)."""
