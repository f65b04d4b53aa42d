"""Runs before main.py. Locks the prompt first, where the insole has keys (`launcher/prompt.py`).

While modules are loaded garbage is collected often, so that what stays lies close together and the free heap
is in one piece. After a soft reset (mpremote's way in) the watchdog of the run before still counts: it is fed
from here on.
"""

import gc
import sys

import machine

gc.threshold(4096)
sys.path.insert(0, "/launcher")
try:
    import prompt

    prompt.lock()
except Exception as error:
    print("no lock:", repr(error))

if machine.reset_cause() == machine.SOFT_RESET:
    _watchdog = machine.WDT(timeout=8000)
    machine.Timer(1).init(mode=machine.Timer.PERIODIC, period=1000, callback=lambda _timer: _watchdog.feed())
