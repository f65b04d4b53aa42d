"""Power-on: the watchdog before anything else that can fail, then the insole.

Nothing leads to the interpreter's prompt but Ctrl-C. `insole.startup` notes why a start has failed and
chooses safe mode after three of them; should even that not load, safe mode is tried without it.
"""

import machine

WATCHDOG_MS = 8000
FEED_MS = 1000
RESET_AFTER_MS = 10000  # for an engineer to get hold of an insole of which nothing loads

watchdog = machine.WDT(timeout=WATCHDOG_MS)


def run():
    """The insole, or safe mode; comes back only by an exception, or when nothing of either loads."""
    try:
        from insole import startup

        startup.start(watchdog)
    except Exception as error:
        print("no start:", repr(error))
    try:
        import safe_mode

        safe_mode.run(watchdog, None)
    except Exception as error:
        print("no safe mode:", repr(error))


def main():
    """Run until Ctrl-C; any other end is a reset. At the prompt a timer feeds the watchdog."""
    try:
        run()
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
