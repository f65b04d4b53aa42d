"""From the first line of main.py to an insole that runs, in normal mode or, after starts that failed, in safe
mode. Whatever ends it but Ctrl-C is noted and leads to a reset.
"""

import os
import sys

import insole
import machine
from esp32 import Partition
from insole_protocol import ids


def end_feeding_of_soft_reset():
    """boot.py lets a timer feed the watchdog of the run before: from here on whoever runs has to."""
    machine.Timer(1).deinit()


def store_crash(record):
    """Put the crash before this start into flash; what that meets is no reason not to start."""
    try:
        from insole import crash_file

        crash_file.store(record)
    except Exception as error:  # noqa: BLE001 - it stays in RTC memory
        print("crash not stored:", repr(error))
    insole.forget("crash_file")


def fold_journal(chosen):
    """Put into its files what the start before had no time for; what that meets is no reason not to start.

    Where there is nothing the journal's code is not loaded: its names would stay on the heap for good.
    """
    try:
        head = bytearray(8)
        for partition in Partition.find(Partition.TYPE_DATA, label="keys"):
            partition.readblocks(partition.info()[3] // 4096 - 1, head)
        if head in (bytes(8), b"\xff" * 8):  # no such partition, or nothing noted
            return
        from insole import journal

        journal.fold(chosen and chosen[1])
    except Exception as error:  # noqa: BLE001 - the notes are still there: tried again at the next start
        print("journal not folded:", repr(error))
    insole.forget("journal")
    insole.forget("events")


def finish_wipe(board, watchdog):
    """Erase what WIPE was asked to, before anything is opened; what that meets is no reason not to start."""
    try:
        os.stat("/wipe.json")
    except OSError:
        return
    try:
        from insole import wipe

        wipe.finish(board, watchdog.feed)
    except Exception as error:  # noqa: BLE001 - the note is still there: tried again at the next start
        print("not wiped:", repr(error))
    insole.forget("wipe")


def faults_before_update(chosen):
    """When this start is one for an update: the faults that normal mode has had. Else None."""
    note = "/update.go"
    try:
        os.stat(note)
    except OSError:
        return None
    from insole import files

    try:
        content = files.read_json(note)
    except ValueError:
        content = None
    try:
        os.remove(note)
    except OSError:
        return None  # it would be so at every start
    return content["faults"] if content and chosen is not None else None


def run_normal(watchdog, record, chosen):
    """Normal mode; returns only by an exception."""
    import asyncio

    import boards

    finish_wipe(boards.current(), watchdog)
    store_crash(record)
    from insole import assembly

    watchdog.feed()
    firmware = assembly.Firmware(boards.current(), watchdog, record, chosen)
    watchdog.feed()
    assembly.forget_making()
    try:
        asyncio.run(firmware.run())
    except Exception as error:
        sys.print_exception(error)
        firmware.crash.end(ids.CRASH_EXCEPTION, error)
    except (KeyboardInterrupt, SystemExit):
        firmware.leave()
        raise


def start(watchdog, chosen=None):
    """Run; comes back only for Ctrl-C and `machine.soft_reset`, as the exceptions that they are.

    `chosen` is what the launcher's `slots.choose` gave; None where there are no slots.
    """
    end_feeding_of_soft_reset()
    from insole import starts

    record = starts.begin(chosen is not None and chosen[2])
    fold_journal(chosen)
    faults = faults_before_update(chosen)
    safe = starts.wants_safe_mode(record)
    del starts
    insole.forget("starts")
    try:
        if safe or faults is not None:
            import safe_mode

            safe_mode.run(watchdog, record, chosen, faults)
        else:
            run_normal(watchdog, record, chosen)
    except Exception as error:
        sys.print_exception(error)
        record.note(ids.CRASH_SAFE_MODE if safe else ids.CRASH_START, error)
        machine.reset()
    except (KeyboardInterrupt, SystemExit):  # an engineer, not a failure
        record.good()
        raise
