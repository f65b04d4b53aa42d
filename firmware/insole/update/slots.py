"""The launcher's file and the slots, from the firmware's side. What they mean is in /launcher/slots.py."""

import os

from insole import files
from insole_protocol import bundle_layout as layout

STATE = "/slot.json"
SLOTS = "/slots/"
HEAD = "/update.bin"  # manifest and signature of the bundle that is under way
PROGRESS = "/update.at"
OTHER = {"a": "b", "b": "a"}
TRIES = 3  # starts that a firmware on trial may use up


def read_state():
    """The content of `/slot.json`; {} where there is none or it is damaged."""
    try:
        return files.read_json(STATE) or {}
    except ValueError:
        return {}


def change_state(**changes):
    """Change some names of the state and keep the rest. OSError: the old state is still there."""
    state = read_state()
    state.update(changes)
    files.write_json(STATE, state)
    return state


def manifest_path(slot):
    """Where a slot's manifest lies."""
    return SLOTS + slot + "/manifest.bin"


def manifest_fields(slot):
    """The fields of a slot's manifest, or None where the slot is not whole."""
    try:
        with open(manifest_path(slot), "rb") as file:
            head = file.read(layout.MANIFEST_BYTES)
    except OSError:
        return None
    if len(head) != layout.MANIFEST_BYTES or head[:4] != layout.MAGIC:
        return None
    return layout.fields(head)


def payload_path(slot):
    """Where a slot's files lie."""
    return SLOTS + slot + "/payload.bin"


def remove(path):
    """Remove a file; nothing happens where there is none."""
    try:
        os.remove(path)
    except OSError as error:
        if error.errno != 2:
            raise


def forget_bundle():
    """Nothing of a bundle is under way any more."""
    for path in (HEAD, PROGRESS):
        remove(path)


def start_trial(faults, link, back=0, **changes):
    """Let the launcher count the next starts. What the trial is measured by goes with it: the faults that
    were there before, and the kind of link."""
    change_state(back=back, back_noted=0, confirmed=0, link=link, faults=faults, **changes)
