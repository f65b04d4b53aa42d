"""An insole for its next wearer: log, bonds, keys, settings of the person and traces of use are erased.

What is asked for is noted in a file, and done at the next start, before anything has opened what is erased:
a power cut anywhere leaves either the note and nothing done, or the note and the rest to do, or an insole
that is clean. Who it is (serial, identity record, calibration), its firmware and the numbers of slots and
boots stay: a number that was used is never used again. The side stays, too: it belongs to the insole.

littlefs leaves old content where it lay until it needs the block. So free blocks are written over at last,
and the file system's own blocks are rewritten often enough that both copies are new ones.
"""

import os

from insole import events, files, forget, settings
from insole_protocol import event_records as records

MARKER = "/wipe.json"
FILES = ("/bonds.json", "/crashes.json")
FILLER = "/filler"
SPARED_BLOCKS = 2  # of the file system, so that it stays able to work
SMALL_BYTES = 96  # a file so small lies in the log of its folder
REWRITES = 160  # of it: more than both blocks of that log
SIDE_UNSET = 255
_BLOCK = 4096


def carry_out(insole, session, command):
    """WIPE and FORGET."""
    from insole_protocol import ids, messages

    try:
        if command.op == ids.OP_FORGET:
            return messages.build_reply(command.op, command.tag, forget_peers(insole, session.transport))
        _refuse_unless_meant(insole, command.arguments[0])
        begin(insole, session.transport)
        insole.power.reboot_soon(False)
        return messages.build_reply(command.op, command.tag)
    finally:
        forget("wipe")


def _refuse_unless_meant(insole, confirmation):
    from insole.commands import Refusal
    from insole_protocol import ids

    if confirmation.to_bytes(4, "little") != insole.identity.serial[-4:]:
        raise Refusal(ids.RESULT_NOT_ALLOWED, "the confirmation is not the end of this insole's serial")
    if insole.erasing:
        raise Refusal(ids.RESULT_BUSY, "the log is being erased")


def forget_peers(insole, transport):
    """Forget every bonded peer but the one that asks, and end the others' connections; how many."""
    peer = getattr(transport, "peer", None)
    bonds = insole.bonds
    before = bonds.peers()
    if peer:
        bonds.keep_only(peer)
    else:
        bonds.clear()
    insole.keep_bonds()
    insole.radio.end_others(transport)
    forgotten = before - bonds.peers()
    insole.note(records.BONDS_FORGOTTEN, transport, str(forgotten))
    return forgotten


def begin(insole, transport):
    """Note what shall be done at the next start.

    Raises:
        OSError: flash refuses; nothing is erased.
    """
    peer = getattr(transport, "peer", None)
    link = records.LINK_USB if peer is None else records.LINK_BLE
    insole.counters.save(insole.recorder)
    content = {"boot": insole.recorder.boot, "link": link, "peer": list(peer or ())}
    files.write_json(MARKER, content)


def finish(board, feed):
    """Erase everything, as noted by `begin` before this start; `feed()` is called between two erases.

    Storage that refuses is left, and named by the event: an insole must start all the same. Only if none
    does are the slots of before explained as erased on command.

    Raises:
        OSError: the file system refuses; the note is still there.
    """
    from insole.persistent_counters import PersistentCounters

    try:
        content = files.read_json(MARKER) or {}
    except ValueError:
        content = {}
    left = []
    for name, erase in (
        ("keys", lambda: _erase_partition("keys", feed)),
        ("log", lambda: _erase_partition(board.LOG_PARTITION, feed)),
        ("card", lambda: _erase_card(board, feed)),
    ):
        try:
            erase()
        except OSError:
            left.append(name)
    if not left:
        PersistentCounters().note_erased()
    peer = bytes(content.get("peer", ()))[: records.PEER_BYTES]
    detail = "not: " + ",".join(left) if left else ""
    events.put(content.get("boot", 0), records.WIPED, content.get("link", 255), 0, peer, detail, alone=True)
    _erase_files(feed)
    os.remove(MARKER)


def _erase_partition(label, feed):
    from esp32 import Partition

    for device in Partition.find(Partition.TYPE_DATA, label=label):
        for block in range(device.ioctl(4, 0)):
            if device.ioctl(6, block):
                raise OSError(5)
            feed()


def _erase_card(board, feed):
    if getattr(board, "SD_CS_PIN", None) is None:
        return
    from drivers.sd_nand import SdNand
    from insole.recorder import media

    card = media.attach(SdNand(board))
    for page in range(0, card.pages, card.wipes):
        card.wipe(page, min(card.wipes, card.pages - page))
        feed()


def _erase_files(feed):
    _forget_settings()
    for path in FILES + (settings.PATH + ".new", FILLER):
        for one in (path, path + ".new"):
            _remove(one)
    feed()
    _fill(os.statvfs("/")[3] - SPARED_BLOCKS, feed)
    _fill(2 * SPARED_BLOCKS, feed)  # the file system takes blocks in turn: now those that were spared
    nothing = bytes(SMALL_BYTES)
    for _ in range(REWRITES):
        with open(FILLER, "wb") as file:
            file.write(nothing)
        feed()
    _remove(FILLER)


def _forget_settings():
    """Every setting back to its default but the side, in one step."""
    side = settings.Settings().side
    if side == SIDE_UNSET:
        _remove(settings.PATH)
        return
    content = {"version": settings.VERSION, "min_reader": settings.MIN_READER, "values": {"side": side}}
    files.write_json(settings.PATH, content)


def _fill(blocks, feed):
    """Write over so many free blocks."""
    zeros = bytes(256)
    with open(FILLER, "wb") as file:
        try:
            for _ in range(max(0, blocks) * _BLOCK // len(zeros)):
                file.write(zeros)
                feed()
        except OSError as error:
            if error.errno != 28:  # full is what it shall be
                raise
    _remove(FILLER)


def _remove(path):
    try:
        os.remove(path)
    except OSError as error:
        if error.errno != 2:
            raise
