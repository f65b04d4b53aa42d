"""Runs before main.py. After a soft reset (mpremote's way in) the watchdog of the run before still counts: feed it."""

import machine

if machine.reset_cause() == machine.SOFT_RESET:
    _watchdog = machine.WDT(timeout=8000)
    machine.Timer(1).init(mode=machine.Timer.PERIODIC, period=1000, callback=lambda _timer: _watchdog.feed())
