"""When a task dies: why is noted, the log page is written, and the insole starts anew."""

import gc

import machine
from insole_protocol import ids


class CrashHandler:
    """For `asyncio` loops: notes the exception, saves what waits for the log, and resets."""

    def __init__(self, record, recorder, clock):
        self._record = record
        self._recorder = recorder
        self._clock = clock

    def remember(self):
        """Tell the record how far this start has come."""
        self._record.alive(self._clock.now_us() // 1000000, self._recorder.boot)

    def __call__(self, _loop, context):
        self.end(ids.CRASH_TASK, context.get("exception"))

    def end(self, cause, error):
        """Note why (`ids.CRASH_*`; an exception, a text or None), flush the log, reset. Never raises."""
        try:
            self.remember()
        except MemoryError:  # the crash is noted with the time of the last look
            pass
        self._record.note(cause, error)
        try:
            gc.collect()
            self._recorder.flush()
        except Exception:  # noqa: BLE001 - the log may be what is broken; the reset must come
            pass
        machine.reset()
