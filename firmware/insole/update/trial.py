"""A firmware, or a MicroPython, that is new here shows that it is well; else the insole goes back by itself.

It is well when its self-test has found no fault that was not there before, 60 s have passed without a lost
slot, and a host has said HELLO over the kind of link that brought it.
"""

import machine
from insole import files, hold_offs
from insole_protocol import ids
from micropython import const

CLEAN_S = const(60)
FAULTY_S = const(30)  # for which a new fault must stay: a motion sensor may be set up anew
LOSING_S = const(180)  # without 60 s in a row that lost nothing
MOST_S = const(600)  # until a host has said HELLO; the launcher ends the trial a minute later

# As in `insole_protocol.update_codes`; a test compares them.
_WAITS_SELF_TEST = const(1)
_WAITS_SLOTS = const(2)
_WAITS_HELLO = const(4)
_NEW_FAULT = const(65)
_SLOTS_LOST = const(66)
_NO_HELLO = const(67)
_BOOT_LOADER = const(69)
_UPDATE_CONFIRMED = const(2)  # of `event_records`
_STATE = "/slot.json"
_DEADLINE_TIMER = const(2)
_FLOOR_AT = const(46)  # in a manifest

# Faults of what a firmware does; battery and charger are not its own, and failed starts are counted apart.
_ITS_OWN = (
    ids.FAULT_SENSOR
    | ids.FAULT_IMU
    | ids.FAULT_LOG
    | ids.FAULT_SETTINGS
    | ids.FAULT_CLOCK
    | ids.FAULT_NATIVE_CODE
    | ids.FAULT_RADIO
    | ids.FAULT_CARD
    | ids.FAULT_BONDS
)


def begin(insole):
    """What the start of a firmware owes to the state: a trial, or a word about a MicroPython taken back."""
    state = insole.chosen[1]
    if not state["app"] and not state["trial"]:
        return None
    if state["app"] and _running_label() != state["app"]:
        state["back"] = state["back"] or _BOOT_LOADER
        state["app"] = ""
        files.write_json(_STATE, state)
        if not state["trial"]:
            return None
    return Trial(insole, state)


def _running_label():
    import esp32

    try:
        return esp32.Partition(esp32.Partition.RUNNING).info()[4]
    except (OSError, AttributeError):
        return ""


def _read():
    try:
        return files.read_json(_STATE) or {}
    except ValueError:
        return {}


def _floor_of(slot):
    """The floor that the manifest of a slot asks for, -1 where the slot is not whole."""
    try:
        with open("/slots/%s/manifest.bin" % slot, "rb") as file:
            file.seek(_FLOOR_AT)
            return int.from_bytes(file.read(4), "little")
    except OSError:
        return -1


class Trial:
    """Attributes: `waits_for`, what is still missing (`update_codes.WAITS_*`)."""

    def __init__(self, insole, state):
        self.waits_for = _WAITS_SELF_TEST | _WAITS_SLOTS | _WAITS_HELLO
        self._insole = insole
        self._before = state.get("faults", 0)
        self._link = 1 << state.get("link", 0)
        self._lost = 0
        self._seconds = self._clean_s = self._losing_s = self._faulty_s = 0

    def pass_second(self):
        """Once a second; whether the trial is over."""
        insole = self._insole
        self._seconds += 1
        lost = insole.sampler.lost
        self._clean_s = self._clean_s + 1 if lost == self._lost else 0
        self._lost = lost
        self._losing_s = 0 if self._clean_s >= CLEAN_S else self._losing_s + 1
        flags = insole.faults.flags & _ITS_OWN & ~self._before
        if insole.recorder.full:
            flags &= ~ids.FAULT_LOG
        self._faulty_s = self._faulty_s + 1 if flags else 0
        self.waits_for = (
            (_WAITS_SELF_TEST if flags else 0)
            | (_WAITS_SLOTS if self._clean_s < CLEAN_S else 0)
            | (_WAITS_HELLO if not insole.greeted & self._link else 0)
        )
        if not self.waits_for:
            self._confirm()
            return True
        if self._faulty_s >= FAULTY_S:
            self._go_back(_NEW_FAULT)
        elif self._losing_s >= LOSING_S:
            self._go_back(_SLOTS_LOST)
        elif self._seconds >= MOST_S:
            self._go_back(_NO_HELLO)
        return False

    def _confirm(self):
        """It is well: the floor rises to what this version asks for, not before."""
        state = _read()
        changes = {"trial": 0, "app": "", "confirmed": 1}
        changes["floor"] = max(state.get("floor", 0), _floor_of(self._insole.chosen[0]))
        if state.get("app"):
            import esp32

            before = hold_offs.begin(hold_offs.FLASH_ERASE)  # of the sector of the boot choice
            esp32.Partition.mark_app_valid_cancel_rollback()
            hold_offs.end(before)
            changes["app_floor"] = max(state.get("app_floor", 0), state.get("app_floor_next", 0))
        state.update(changes)
        if not self._noted(changes):
            files.write_json(_STATE, state)
        machine.Timer(_DEADLINE_TIMER).deinit()  # the launcher's, which may read what is not in the file yet
        self._insole.chosen[1].update(changes)
        self._insole.note(_UPDATE_CONFIRMED, None, self._insole.identity.firmware_version)

    def _noted(self, changes):
        """Whether the confirmation is in the journal, which holds no sample up; the file takes it when
        nothing is sampled, at the latest at the next start, before this firmware can be left."""
        try:
            from insole import forget, journal

            taken = journal.put_confirmed(self._insole.chosen[0], changes)
            forget("journal")
        except MemoryError:
            return False
        return taken

    def _go_back(self, reason):
        """To the other slot; where MicroPython is on trial its boot loader does the rest."""
        self._insole.stop()  # first: flash that is written now holds up no sample
        state = _read()
        other = "a" if self._insole.chosen[0] == "b" else "b"
        state.update({"back": reason, "failed": self._insole.identity.firmware_version})
        if state.get("trial") and _floor_of(other) >= 0:
            state.update({"active": other, "trial": 0})
        files.write_json(_STATE, state)
        machine.reset()
