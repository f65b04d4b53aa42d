"""Who changed this insole: the last 32 events, in a file (PROTOCOL.md section 4.9).

Loaded when something is noted or asked for, and forgotten afterwards: it costs no heap in between. An event
takes one entry of the file and one write. The file system keeps the file as it was until the write is done,
and an entry that is damaged all the same counts as none. While samples are taken an event goes into the
`journal` first.
"""

import os
import sys

import insole_protocol
from insole import files, forget, hold_offs
from insole_protocol import event_records as records

PATH = "/events.bin"
_STATE = "/slot.json"
_FIRST_START = 3  # tries that a new firmware has left when it starts first (`update.slots.TRIES`)
_BACK_ASKED = 70  # of `update_codes`


def note(insole, kind, transport=None, detail="", link=records.LINK_NONE):
    """Put an event into the ring. Flash that refuses is counted; it is no reason not to do what is noted.

    Args:
        insole: the parts of an insole; its boot and uptime are noted.
        kind: of `event_records`.
        transport: the link that the command came over, None for what the insole does by itself.
        detail: a text of at most 18 bytes.
        link: where there is no transport any more, the kind of link that it came over.
    """
    peer = getattr(transport, "peer", None)
    if transport is not None:
        link = records.LINK_USB if peer is None else records.LINK_BLE
    uptime_s = insole.clock.now_us() // 1000000
    try:
        put(insole.recorder.boot, kind, link, uptime_s, bytes(peer or records.NO_PEER), detail)
    except OSError:
        insole.faults.storage_errors += 1


def note_start(insole):
    """What this start owes to an update: a new firmware begins its trial, or a former one runs again.

    Raises:
        OSError: flash refuses.
    """
    state = insole.chosen[1]
    version = insole.identity.firmware_version
    if state.get("back") and not state.get("back_noted"):
        asked = state["back"] == _BACK_ASKED
        link = state.get("link", records.LINK_NONE) if asked else records.LINK_NONE
        note(insole, records.ROLLED_BACK, None, version, link)
        state["back_noted"] = 1
        files.write_json(_STATE, state)
    elif state.get("trial") == _FIRST_START and not state.get("back"):
        note(insole, records.UPDATE_INSTALLED, None, version, state.get("link", records.LINK_NONE))


def put(boot, kind, link, uptime_s, peer=records.NO_PEER, detail="", alone=False):
    """Put an event into the ring, before there is an insole. `alone`: in the place of all that are there.

    Raises:
        OSError: flash refuses; the ring is as it was.
    """
    number = max(numbers(), default=-1) + 1
    text = detail.encode()[: records.DETAIL_BYTES]
    entry = records.pack(number, boot, kind, link, uptime_s, peer, text)
    if alone or not _put_into_journal(entry):
        write(number, entry, alone)


def write(number, entry, alone=False):
    """Put an entry into the file. Arguments and exceptions as of `put`."""
    path = PATH + ".new" if alone else PATH
    before = hold_offs.begin(hold_offs.FLASH_ERASE)
    try:
        with open(path, "r+b" if not alone and numbers_in_file() else "wb") as file:
            file.seek(number % records.STORED * records.EVENT_BYTES)
            file.write(entry)
        if alone:
            os.rename(path, PATH)
    finally:
        hold_offs.end(before)


def _put_into_journal(entry):
    if not files.sampler or not files.sampler.running:
        return False
    try:
        from insole import journal

        return journal.put_event(entry)
    except MemoryError:
        return False


def _noted():
    """Number and entry of each event that waits in the journal."""
    if not files.noted:
        return {}
    from insole import journal

    return {records.unpack(entry)[0]: entry for entry in journal.events()}


def numbers():
    """Numbers of the events that are there, the oldest first."""
    return sorted(set(numbers_in_file()) | set(_noted()))[-records.STORED :]


def numbers_in_file():
    """Numbers of the events in the file, in its order."""
    found = []
    entry = bytearray(records.EVENT_BYTES)
    try:
        with open(PATH, "rb") as file:
            while file.readinto(entry) == records.EVENT_BYTES:
                event = records.unpack(entry)
                if event:
                    found.append(event[0])
    except OSError:
        return found  # no file yet, or one that cannot be read
    return found


def read(index, room):
    """(how many there are, bytes of as many as fit into `room` from `index` on, 0 the newest)."""
    found = numbers()
    found.reverse()
    noted = _noted()
    parts = []
    for number in found[index : index + room // records.EVENT_BYTES]:
        parts.append(noted.get(number) or _entry(number))
    return len(found), b"".join(parts)


def _entry(number):
    with open(PATH, "rb") as file:
        file.seek(number % records.STORED * records.EVENT_BYTES)
        return file.read(records.EVENT_BYTES)


def carry_out(_insole, _session, command):
    """EVENTS."""
    from insole_protocol import messages

    stored, entries = read(command.arguments[0], messages.MAX_DATA_BYTES)
    leave()
    return messages.build_reply(command.op, command.tag, stored, tail=entries)


def leave():
    """This module, the entries' format and the journal leave the heap."""
    forget("journal")
    if sys.modules.pop("insole_protocol.event_records", None):
        delattr(insole_protocol, "event_records")
    forget("events")
