"""Whether this is the time for an update, and how a refusal is told."""

import sys

from insole_protocol import ids
from insole_protocol import update_codes as codes

LEAST_PERCENT = 30  # of the battery, without a charger
_BUSY = (codes.REFUSAL_ON_TRIAL, codes.REFUSAL_NOT_IDLE)
_STORAGE = (codes.REFUSAL_STORAGE_FULL, codes.REFUSAL_STORAGE_FAILED)
_NOT_AVAILABLE = (
    codes.REFUSAL_NOT_BEGUN,
    codes.REFUSAL_INCOMPLETE,
    codes.REFUSAL_NO_OTHER,
    codes.REFUSAL_NO_APP_SLOTS,
)
_ENOSPC = 28


class Refused(Exception):
    """`code` is one of `update_codes.REFUSAL_*`."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.text = text

    @property
    def result(self):
        """Of the reply that says so."""
        if self.code in _BUSY:
            return ids.RESULT_BUSY
        if self.code in _STORAGE:
            return ids.RESULT_STORAGE
        return ids.RESULT_NOT_AVAILABLE if self.code in _NOT_AVAILABLE else ids.RESULT_NOT_ALLOWED

    @property
    def ends_bundle(self):
        """Whether the bundle cannot go on later."""
        return self.code not in _BUSY + _NOT_AVAILABLE + (codes.REFUSAL_BATTERY,)


def failed_storage(error):
    """What an OSError of flash means for an update."""
    if error.errno == _ENOSPC:
        return Refused(codes.REFUSAL_STORAGE_FULL, "flash is full")
    return Refused(codes.REFUSAL_STORAGE_FAILED, "flash failed: error %s" % error.errno)


def check_power(chosen, battery):
    """What holds in every mode.

    Raises:
        Refused: the insole has no slots, or its battery might not last.
    """
    if chosen is None or not chosen[0]:
        raise Refused(codes.REFUSAL_NO_OTHER, "this insole has no slots: flash it by cable")
    if battery is not None and battery.percent < LEAST_PERCENT and not battery.charging:
        text = "the battery has %d %%, an update needs %d %% or a charger" % (battery.percent, LEAST_PERCENT)
        raise Refused(codes.REFUSAL_BATTERY, text)


def check_insole(insole):
    """What has to hold in normal mode.

    Raises:
        Refused: as `check_power`; a firmware is on trial, samples are taken, the log is being erased.
    """
    if insole.trial is not None:
        raise Refused(codes.REFUSAL_ON_TRIAL, "a firmware is on trial: wait until it is confirmed")
    if insole.modes.mode or insole.sampler.running or insole.erasing:
        raise Refused(codes.REFUSAL_NOT_IDLE, "an update needs idle mode: no samples are taken meanwhile")
    check_power(insole.chosen, insole.battery)


def carried_out(insole, action, *modules):
    """What `action()` gives. Afterwards its modules leave the heap.

    Raises:
        Refusal: it is refused; UPDATE_STATUS tells the reason afterwards.
    """
    from insole.commands import Refusal

    try:
        return action()
    except OSError as error:
        insole.faults.storage_errors += 1
        refused = failed_storage(error)
    except Refused as error:
        refused = error
    finally:
        leave(*modules)
    insole.refusal = codes.STATE_REFUSED, refused.code, refused.text
    raise Refusal(refused.result, refused.text)


def leave(*names):
    """The code of an update leaves the heap, but for a trial's, which somebody else holds."""
    package = sys.modules.get("insole")
    for name in names + ("conditions",):
        sys.modules.pop("insole.update." + name, None)
    sys.modules.pop("insole.update", None)
    if hasattr(package, "update"):
        del package.update
