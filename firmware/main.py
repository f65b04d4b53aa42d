"""Power-on: the watchdog before anything else that can fail, then the slot, then the insole.

This file, boot.py and what is in /launcher never change over the air. They choose the firmware that runs and
leave it when it fails on trial; its files cannot do them harm. Nothing leads to the interpreter's prompt but
Ctrl-C. `insole.startup` notes why a start has failed and chooses safe mode after three of them; should even
that not load, safe mode is tried without it, and then that of the other slot.
"""

import sys

import machine

WATCHDOG_MS = 8000
FEED_MS = 1000
RESET_AFTER_MS = 10000  # for an engineer to get hold of an insole of which nothing loads
OF_A_SLOT = ("insole", "insole_protocol", "safe_mode", "drivers", "boards")

watchdog = machine.WDT(timeout=WATCHDOG_MS)


def lock_prompt():
    """No prompt in an insole that has keys: the interpreter has allowed Ctrl-C anew for this script."""
    try:
        import prompt

        prompt.lock()
        del sys.modules["prompt"]
    except Exception as error:
        print("no lock:", repr(error))


def choose():
    """The slot that runs now, as `slots.choose` gives it; None when the launcher itself is broken."""
    if "/launcher" not in sys.path:
        sys.path.insert(0, "/launcher")
    try:
        import slots

        chosen = slots.choose()
        slots.use(chosen[0])
        if on_trial(chosen):
            slots.watch_trial()
        else:
            del sys.modules["slots"]
    except Exception as error:
        print("no launcher:", repr(error))
        return None
    print("slot", chosen[0] or "none", "on trial" if on_trial(chosen) else "")
    return chosen


def on_trial(chosen):
    """Whether the firmware or the MicroPython that runs still has to show that it is well."""
    return chosen is not None and bool(chosen[1]["trial"] or chosen[1]["app"])


def run(chosen):
    """The insole, or safe mode; comes back only by an exception, or when nothing of either loads."""
    try:
        from insole import startup

        startup.start(watchdog, chosen)
    except Exception as error:
        print("no start:", repr(error))
    if on_trial(chosen):
        machine.reset()  # a try that has failed
    run_safe_mode()
    if chosen is not None and chosen[0]:
        forget_slot()
        use_other(chosen[0])
        run_safe_mode()


def use_other(slot):
    """Let modules come from the other slot."""
    try:
        import slots

        slots.use(slots.OTHER[slot])
    except Exception as error:
        print("no other slot:", repr(error))


def run_safe_mode():
    """Safe mode of the slot in use; comes back when it does not load."""
    try:
        import safe_mode

        safe_mode.run(watchdog, None)
    except Exception as error:
        print("no safe mode:", repr(error))


def forget_slot():
    """Nothing of the slot in use is to be found by the other one."""
    for name in list(sys.modules):
        if name.split(".")[0] in OF_A_SLOT:
            del sys.modules[name]


def main():
    """Run until Ctrl-C; any other end is a reset. At the prompt a timer feeds the watchdog."""
    try:
        lock_prompt()
        run(choose())
        import time

        for _ in range(RESET_AFTER_MS // 100):
            watchdog.feed()
            time.sleep_ms(100)
        machine.reset()
    except (KeyboardInterrupt, SystemExit):
        machine.Timer(1).init(
            mode=machine.Timer.PERIODIC, period=FEED_MS, callback=lambda _timer: watchdog.feed()
        )
        raise


if __name__ == "__main__":
    main()
