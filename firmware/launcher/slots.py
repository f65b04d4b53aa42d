"""Which of the two slots runs: decided at every start, before anything of a firmware is loaded.

`/slots/a` and `/slots/b` hold a firmware each as one file, `payload.bin` (see `pack`); `manifest.bin` says
that it is whole: an update removes it first and writes it last. `/slot.json` says which one is active:

    {"active": "a" or "b", "trial": 0, "back": 0, "app": "", ...}

`trial` is 0 for a firmware that is confirmed, else one more than the starts that it may still use up. It is
counted down before the start that it stands for, so that a crash, a hang, the watchdog and a power that fails
count alike. `app` names the partition of a MicroPython on trial, whose starts the chip's boot loader counts.
The firmware writes the file when it is updated or confirmed; names that are not known here stay in it.

This file never changes over the air, and neither do the meanings above. It stays source: a MicroPython
that takes other .mpy files still runs it.
"""

import json
import os
import sys
import vfs

import machine
import pack

STATE = "/slot.json"
SLOTS = "/slots/"
OTHER = {"a": "b", "b": "a"}
MOUNTED = "/slot"  # the firmware that runs, read-only
MANIFEST_MAGIC = b"PGFW"
MANIFEST_BYTES = 256
_PAYLOAD_BYTES_AT = 50
STARTS_FAILED, TIME_OUT, INCOMPLETE = 64, 68, 71  # `back`: why the slot was left; 0: it was not
DEADLINE_MS = 11 * 60 * 1000  # of a trial; the firmware gives up by itself a minute earlier
_DEADLINE_TIMER = 2
_FORMER = ("", "/", "/lib")  # on a chip's path: an old /lib must not be in the way of a slot


def read():
    """The state; what is damaged in it is as at the factory."""
    state = {}
    try:
        with open(STATE) as file:
            state = json.load(file)
    except (OSError, ValueError):
        pass
    if not isinstance(state, dict):
        state = {}
    if state.get("active") not in ("a", "b"):
        state["active"] = "a" if is_complete("a") or not is_complete("b") else "b"
        state["trial"] = 0
    for name in ("trial", "back"):
        if not isinstance(state.get(name), int) or state[name] < 0:
            state[name] = 0
    if not isinstance(state.get("app"), str):
        state["app"] = ""
    return state


def write(state):
    """Put the state into flash, the old or the new one whatever happens. OSError when flash refuses."""
    with open(STATE + ".new", "w") as file:
        json.dump(state, file)
    os.rename(STATE + ".new", STATE)


def is_complete(slot):
    """Whether a slot holds a whole firmware that this interpreter can load."""
    try:
        with open(SLOTS + slot + "/manifest.bin", "rb") as file:
            head = file.read(MANIFEST_BYTES)
        size = os.stat(SLOTS + slot + "/payload.bin")[6]
    except OSError:
        return False
    if size.to_bytes(4, "little") != head[_PAYLOAD_BYTES_AT : _PAYLOAD_BYTES_AT + 4]:
        return False
    word = getattr(sys.implementation, "_mpy", 0)
    right = len(head) == MANIFEST_BYTES and head[:4] == MANIFEST_MAGIC
    return right and head[10] | head[11] << 8 == word & 0xFFFF


def choose():
    """Decide, count the try, and remember the decision. Never raises.

    Returns (slot, state, went back): "a", "b" or, where neither is whole, ""; the content of `/slot.json`;
    whether this very start has left the other slot. Nothing of this module hangs on them.
    """
    state = read()
    slot = state["active"]
    other = OTHER[slot]
    complete = is_complete(slot)
    if complete and state["trial"] > 1:
        state["trial"] -= 1
        if _stored(state):
            return slot, state, False
    elif complete and not state["trial"]:
        return slot, state, False
    if is_complete(other):
        state["back"] = STARTS_FAILED if complete else INCOMPLETE
        state["active"], state["trial"] = other, 0
        _stored(state)
        return other, state, True
    if state["trial"]:
        state["trial"] = 0  # there is nothing to go back to
        _stored(state)
    return slot if complete else "", state, False


def _stored(state):
    try:
        write(state)
    except OSError as error:
        print("slot not noted:", repr(error))
        return False
    return True


def use(slot):
    """Let modules come from a slot, and from nothing else but the interpreter and the launcher; where there
    is no slot from /lib, as on a board that somebody develops on.

    Raises:
        OSError, ValueError: it cannot be mounted.
    """
    others = [one for one in sys.path if one not in _FORMER and one != MOUNTED + "/lib"]
    sys.path[:] = [MOUNTED + "/lib" if slot else "/lib"] + others
    try:
        vfs.umount(MOUNTED)
    except OSError:
        pass  # nothing was mounted yet
    if slot:
        vfs.mount(pack.Pack(SLOTS + slot + "/payload.bin"), MOUNTED)


def watch_trial():
    """Take a firmware back that neither is confirmed nor gives up by itself."""
    timer = machine.Timer(_DEADLINE_TIMER)
    timer.init(mode=machine.Timer.ONE_SHOT, period=DEADLINE_MS, callback=give_up)


def give_up(_timer):
    """The time of a trial is over."""
    state = read()
    if not state["trial"] and not state["app"]:
        return  # confirmed meanwhile
    if state["trial"] and is_complete(OTHER[state["active"]]):
        state["active"], state["trial"], state["back"] = OTHER[state["active"]], 0, TIME_OUT
        _stored(state)
    machine.reset()
