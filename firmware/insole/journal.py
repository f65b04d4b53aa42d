"""What must be in flash at once while samples are taken: notes, one behind the other, in a sector that was
erased beforehand. As soon as nothing is sampled they are folded into the files that they are meant for.

A file takes a block that the file system erases first, which holds sampling up for four slots and more; a
note is programmed in the time of a tenth of a slot. The sector is the last one of the partition `keys`, for
bonds are secrets: WIPE erases it with the others.

    offset 0  u16  bytes of the body          2  u8 kind         3  u8 bytes of the path at the body's start
           4  u32  CRC-32 of what it replaces
           8       body
              u32  CRC-32 of all before it; then zeros up to a multiple of 4

A note counts if its CRC is right, and what comes behind one that is torn does not. It is taken over only
where the file still is what it replaces, so that folding twice, or after another firmware has written the
file, does no harm. Loaded for a note or to fold, and forgotten afterwards.
"""

import os
import struct
from binascii import crc32

from esp32 import Partition
from insole import files, hold_offs

PARTITION = "keys"
SECTOR_BYTES = 4096
FILE, EVENT, CONFIRMED = 1, 2, 3
_HEAD = "<HBBI"
_HEAD_BYTES = 8
_CRC_BYTES = 4
_PIECE = 64
_ERASE_BLOCK = 6
_STATE = "/slot.json"


def _sector():
    """(partition, number of the sector); None where there is no such partition."""
    found = Partition.find(Partition.TYPE_DATA, label=PARTITION)
    return (found[0], found[0].info()[3] // SECTOR_BYTES - 1) if found else None


def _room(body_bytes):
    return (_HEAD_BYTES + body_bytes + _CRC_BYTES + 3) & ~3


def notes(end=None):
    """(kind, crc of what it replaces, path, content) of each note; `end[0]` becomes the end of the last."""
    place = _sector()
    at = 0
    while place and at + _HEAD_BYTES + _CRC_BYTES <= SECTOR_BYTES:
        head = bytearray(_HEAD_BYTES)
        place[0].readblocks(place[1], head, at)
        length, kind, path_bytes, base = struct.unpack(_HEAD, head)
        if path_bytes > length or at + _room(length) > SECTOR_BYTES:
            break
        body = bytearray(length + _CRC_BYTES)
        place[0].readblocks(place[1], body, at + _HEAD_BYTES)
        content = memoryview(body)[:length]
        if crc32(content, crc32(head)) != int.from_bytes(body[length:], "little"):
            break
        at += _room(length)
        if end:
            end[0] = at
        yield kind, base, bytes(content[:path_bytes]).decode(), bytes(content[path_bytes:])


def is_blank(at=0, end=SECTOR_BYTES):
    """Whether so much of the sector can be programmed; True where there is no sector."""
    place = _sector()
    piece = bytearray(_PIECE)
    while place and at < end:
        part = memoryview(piece)[: min(_PIECE, end - at)]
        place[0].readblocks(place[1], part, at)
        if part != b"\xff" * len(part):
            return False
        at += len(part)
    return True


def _put(kind, base, path, content):
    """Whether a note was taken. False: there is no room for it, no sector, or flash refuses."""
    place = _sector()
    end = [0]
    for _ in notes(end):
        pass
    name = path.encode()
    length = len(name) + len(content)
    at = end[0]
    if not place or at + _room(length) > SECTOR_BYTES or not is_blank(at, at + _room(length)):
        return False
    head = struct.pack(_HEAD, length, kind, len(name), base) + name
    tail = struct.pack("<I", crc32(content, crc32(head)))
    tail += bytes(_room(length) - len(head) - len(content) - len(tail))
    before = hold_offs.begin(hold_offs.FLASH_PROGRAM)
    try:
        for part in (head, content, tail):
            place[0].writeblocks(place[1], part, at)
            at += len(part)
    except OSError:
        return False
    finally:
        hold_offs.end(before)
    files.noted = True
    for _ in notes(end):
        pass
    return end[0] == at


def put_file(path, content):
    """Note that a file has new content, in bytes; whether the note was taken."""
    base = _crc_of(path)
    for kind, _, other, former in notes():
        if kind == FILE and other == path:
            base = crc32(former)
    return _put(FILE, base, path, content)


def put_event(entry):
    """Note an entry for the ring of events; whether it was taken."""
    return _put(EVENT, 0, "", entry)


def put_confirmed(slot, changes):
    """Note that the firmware in a slot is well, and what follows for the state; whether it was taken."""
    import json

    return _put(CONFIRMED, _crc_of(_manifest(slot)), slot, json.dumps(changes).encode())


def events():
    """Entries for the ring of events that are not in its file yet."""
    return [content for kind, _, _, content in notes() if kind == EVENT]


def _manifest(slot):
    return "/slots/" + slot + "/manifest.bin"


def _crc_of(path):
    """CRC-32 of a file's content, 0 where there is none."""
    piece = bytearray(_PIECE)
    found = 0
    try:
        with open(path, "rb") as file:
            while True:
                count = file.readinto(piece)
                if not count:
                    return found
                found = crc32(memoryview(piece)[:count], found)
    except OSError:
        return 0


def fold(state=None):
    """Put the notes into their files and erase the sector. Not while samples are taken.

    `state` is the launcher's as it was read at this start; it follows a confirmation.

    Raises:
        OSError: flash refuses; the notes are still there.
    """
    files.noted = not is_blank()
    if not files.noted:
        return
    newest = {}  # path -> [CRC of the content so far, content or None]
    for kind, base, path, content in notes():
        if kind == FILE:
            file = newest.setdefault(path, [_crc_of(path), None])
            if file[0] == base:
                file[:] = crc32(content), content
        elif kind == EVENT:
            _take_event(content)
        elif kind == CONFIRMED and base == _crc_of(_manifest(path)):
            _take_confirmation(path, content, state)
    for path in newest:
        if newest[path][1] is not None:
            _replace(path, newest[path][1])
    partition, sector = _sector()
    before = hold_offs.begin(hold_offs.FLASH_ERASE)
    try:
        if partition.ioctl(_ERASE_BLOCK, sector):
            raise OSError(5)
    finally:
        hold_offs.end(before)
    files.noted = False


def _replace(path, content):
    draft = path + ".new"
    with open(draft, "wb") as file:
        file.write(content)
    os.rename(draft, path)


def _take_event(entry):
    from insole import events

    event = events.records.unpack(entry)
    if event and event[0] not in events.numbers_in_file():
        events.write(event[0], entry)


def _take_confirmation(slot, content, state):
    """The state says so where the slot still is the one that runs. Floors only rise."""
    import json

    try:
        stored = files.read_json(_STATE) or {}
    except ValueError:
        return
    if stored.get("active") != slot:
        return
    changes = json.loads(content)
    for name in ("floor", "app_floor"):
        if name in changes:
            changes[name] = max(changes[name], stored.get(name, 0))
    stored.update(changes)
    files.write_json(_STATE, stored)
    if state is not None:
        state.update(changes)
