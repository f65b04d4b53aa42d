"""Notes of when the chip was held or busy, and by what: slots that were lost are laid to it afterwards."""

import notes
import wire
from sim.chip import hardware

_SHORTEST_US = 1000  # alone it costs no slot; what follows the one before closely counts with it
_notes = notes.Notes(wire.settings["held"])
_codes = {}  # cause -> its number in the notes, told to the host when it first comes
_last = [0, 0, None]  # begun, ended, cause


def note(begun_us, ended_us):
    """The chip was held or busy in this device time, by `hardware.busy_with`."""
    cause = hardware.busy_with
    if cause is _last[2] and begun_us - _last[1] < _SHORTEST_US:
        _last[1] = ended_us
        return
    _close(True)
    _last[0], _last[1], _last[2] = begun_us, ended_us, cause


def _close(heard):
    """Write the last one down; the host may not hear any more what a new number stands for."""
    begun_us, ended_us, cause = _last
    _last[2] = None
    if cause is None or ended_us - begun_us < _SHORTEST_US:
        return
    code = _codes.get(cause)
    if code is None:
        if not heard:
            return
        code = _codes[cause] = len(_codes)
        wire.tell(101, 0, b"cause %d %s" % (code, cause.encode()))
    _notes.add(begun_us, ended_us - begun_us, code)


def _flush():
    _close(False)
    _notes.flush()


wire.at_end.append(_flush)
