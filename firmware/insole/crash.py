"""When a task dies: a short file for whoever looks, then the watchdog restarts the insole."""

import io
import sys

from insole import files

PATH = "/crash.json"
MAX_TEXT = 1000


class CrashHandler:
    """For `asyncio` loops: notes the exception, and lets the watchdog bite."""

    def __init__(self, watchdog, clock):
        self._watchdog = watchdog
        self._clock = clock

    def __call__(self, _loop, context):
        self._watchdog.task_died = True
        error = context.get("exception")
        text = io.StringIO()
        if error is not None:
            sys.print_exception(error, text)
            sys.print_exception(error)
        report = {"uptime_us": self._clock.now_us(), "text": text.getvalue()[-MAX_TEXT:]}
        try:
            files.write_json(PATH, report)
        except OSError:
            return  # flash refuses too: the console has the text
