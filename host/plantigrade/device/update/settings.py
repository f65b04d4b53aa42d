"""How long an update may take, and how often its parts are tried again."""

from typing import Final

REPLY_S: Final = 10.0
"""An erase of flash may lie between a command and its reply; PROTOCOL.md asks hosts to wait 5 s at least, and
with a window of commands the last one waits for all before it."""
VERIFY_S: Final = 60.0
"""The insole reads back all it has written: PROTOCOL.md section 4.8."""
RESTART_S: Final = 90.0
"""From the switch to a new HELLO: a restart takes seconds, three failed starts about a minute."""
TRIAL_S: Final = 12 * 60.0
"""A firmware that is not confirmed goes back after 10 minutes by itself."""
POLL_S: Final = 1.0
"""Between two questions whether the bundle has been checked, or to an insole that was short of memory."""
TRIAL_POLL_S: Final = 5.0
"""Between two questions how a trial goes: the insole loads code to answer, which must not cost it slots."""
RECONNECT_S: Final = 3.0
"""Pause before an insole is looked for again: the S3's controller refuses who comes back within 1 to 2 s
(esp-rs/esp-hal#5877)."""
TRIES: Final = 8
"""Connections that may break in one transfer without a single byte between them; questions to an insole that
is short of memory."""
IDLE_TRIES: Final = 5
"""Times that another host may switch the insole out of idle mode."""
LARGEST_WINDOW: Final = 8
"""More UPDATE_DATA than this are never unanswered, whatever an insole offers."""
RATE_OVER_S: Final = 10.0
"""Speed and time left are those of so many seconds past."""
