"""What UPDATE_STATUS tells. Asked for often while a firmware is on trial, so that it loads nothing else.

Numbers are those of `insole_protocol.update_codes`, which a test compares.
"""

import sys

import insole as package
from insole import files
from insole_protocol import ids, messages
from micropython import const

_NONE = const(0)
_ON_TRIAL = const(4)
_CONFIRMED = const(5)
_ROLLED_BACK = const(7)
_TEXT_VERSION = const(1)
_TEXT_OTHER_VERSION = const(2)
_TEXT_MICROPYTHON = const(3)
_VERSION_AT = const(86)  # in a manifest
_VERSION_BYTES = const(24)
_BACK_FROM = const(64)
_BACK = (
    "three starts of %s failed",
    "%s had a fault that was not there before",
    "%s lost slots",
    "no host said HELLO to %s over the kind of link that brought it",
    "%s did not say in time that it is well",
    "the boot loader took the new MicroPython back",
    "asked for",
    "the other slot was not whole",
)  # by `update_codes.BACK_*`, from the first on


def carry_out(insole, _session, command):
    """The reply in normal mode."""
    trial = insole.trial
    now = (_ON_TRIAL, 0, "") if trial else insole.refusal
    try:
        state = insole.chosen[1] if insole.chosen else {}
        return reply(command, insole.chosen, now, (0, 0), trial.waits_for if trial else 0, state)
    finally:
        sys.modules.pop("insole.update.status", None)
        if not trial and hasattr(package, "update"):
            sys.modules.pop("insole.update", None)
            del package.update


def reply(command, chosen, now, progress, waits_for, state=None):
    """The reply.

    `now` is (state, refusal, text) of what is under way or was refused, `progress` (next offset, bytes),
    `state` the content of `/slot.json` where it is known.
    """
    if state is None:
        try:
            state = files.read_json("/slot.json") or {}
        except ValueError:
            state = {}
    slot = chosen[0] if chosen else ""
    if now[0] == _NONE and not now[1]:
        now = _settled(state, slot)
    text = now[2]
    wanted = command.arguments[0]
    if wanted == _TEXT_VERSION:
        text = _own_version()
    elif wanted == _TEXT_OTHER_VERSION:
        text = _other_version(slot)
    elif wanted == _TEXT_MICROPYTHON:
        text = "%d.%d.%d" % tuple(sys.implementation.version[:3])
    return messages.build_reply(
        command.op,
        command.tag,
        now[0],
        progress[0],
        progress[1],
        1 if slot == "b" else 0,
        max(0, state.get("trial", 0) - 1),
        waits_for,
        state.get("floor", 0),
        now[1],
        tail=messages.cut_text(text, ids.MAX_TEXT_BYTES),
    )


def _own_version():
    from insole.identity import FIRMWARE_VERSION

    return FIRMWARE_VERSION


def _other_version(slot):
    """The version in the other slot, "" where there is none that is whole."""
    try:
        with open("/slots/%s/manifest.bin" % ("a" if slot == "b" else "b"), "rb") as file:
            file.seek(_VERSION_AT)
            return file.read(_VERSION_BYTES).rstrip(b"\0").decode()
    except (OSError, ValueError):
        return ""


def _settled(state, slot):
    """How the last update ended, while none is under way."""
    back = state.get("back", 0)
    if _BACK_FROM <= back < _BACK_FROM + len(_BACK):
        text = _BACK[back - _BACK_FROM]
        if "%s" in text:
            text %= state.get("failed") or _other_version(slot) or "the other firmware"
        return _ROLLED_BACK, back, text
    return _CONFIRMED if state.get("confirmed") else _NONE, 0, ""
