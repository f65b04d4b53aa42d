"""Where the log lies: on the SD NAND with the internal flash as its fall-back, or on what there is."""

import sys

from esp32 import Partition

from insole.recorder import Recorder


def open_log(board, keep_oldest, counters):
    """The log, opened, or what stands in for it when no storage answers: sampling does not depend on it.

    A board with an SD NAND that does not answer logs to its flash; `degraded` says so.
    """
    card = _found("card", _card, board, keep_oldest)
    flash = _found("flash", _flash, board, keep_oldest, card)
    if card and flash:
        from insole.recorder.fallback import FallbackLog

        log = _opened(FallbackLog(card, flash), counters)
        if log:
            return log
    log = _opened(card, counters) or _opened(flash, counters)
    if log is None:
        from insole.recorder.absent import AbsentLog

        return AbsentLog(counters)
    log.degraded = log is flash and _has_card(board)
    return log


def _has_card(board):
    """Whether the board has an SD NAND, answering or not."""
    return getattr(board, "SD_CS_PIN", None) is not None


def _card(board):
    if not _has_card(board):
        return None
    from drivers.sd_nand import SdNand

    try:
        return SdNand(board)
    except OSError:
        sys.modules.pop("drivers.sd_nand", None)  # it leaves its room on the heap
        raise


def _flash(board):
    return Partition.find(Partition.TYPE_DATA, label=board.LOG_PARTITION)[0]


def _found(name, find, board, keep_oldest, beside=None):
    """A log on a device, not opened yet; None, and a line for whoever looks, when there is no such device."""
    try:
        device = find(board)
        return Recorder(device, keep_oldest, beside) if device else None
    except (OSError, IndexError, ValueError) as error:  # refused; no such partition; too small
        print("no log in %s:" % name, error)
        return None


def _opened(log, counters):
    """The log, opened; None when its device refuses."""
    if log is None:
        return None
    try:
        log.open(counters)
    except OSError as error:
        print("no log:", error)
        return None
    return log
