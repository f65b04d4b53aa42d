"""The files of a bundle on their way into a slot: one file there, as they come (see /launcher/pack.py)."""

import hashlib
import os

from insole.update import slots
from insole.update.conditions import Refused
from insole.update.index import IndexReader
from insole_protocol import bundle_layout as layout
from insole_protocol import update_codes as codes

RESERVE_BLOCKS = 24  # that stay free for settings, bonds, counters, crashes, events and the slots' folders
SYNC_BYTES = 16384  # after as many what has come survives a power cut
BLOCK = 4096
_PIECE = 512


class FilesTarget:
    """Takes the payload of a bundle of kind 1.

    Attributes:
        wanted: offset in the payload of the next byte.
    """

    def __init__(self, fields, active, feed_watchdog):
        self.wanted = 0
        self._slot = slots.OTHER[active]
        self._path = slots.payload_path(self._slot)
        self._bytes = fields[layout.PAYLOAD_BYTES]
        self._sha256 = fields[layout.PAYLOAD_SHA256]
        self._feed_watchdog = feed_watchdog
        self._file = None

    def begin(self, goes_on):
        """Go on with what is in flash, or clear the slot, of which the manifest goes first. Returns itself.

        Raises:
            Refused: there is no room.
        """
        size = _size_of(self._path)
        if goes_on and 0 <= size <= self._bytes:
            self.wanted = size
        else:
            self._check_room(max(0, size))
            slots.remove(slots.manifest_path(self._slot))
            slots.remove(self._path)
            for folder in (slots.SLOTS[:-1], slots.SLOTS + self._slot):
                _make_folder(folder)
        self._file = open(self._path, "ab")  # noqa: SIM115 - `leave` closes it
        return self

    def _check_room(self, former_bytes):
        state = os.statvfs("/")
        free = state[3] * state[1] // BLOCK + former_bytes // BLOCK
        needed = self._bytes // BLOCK + 1 + RESERVE_BLOCKS
        if needed > free:
            text = "flash is full: %d blocks free, %d needed" % (free, needed)
            raise Refused(codes.REFUSAL_STORAGE_FULL, text)

    def take(self, data):
        """Bytes of the payload from `wanted` on. OSError: flash refuses."""
        data = data[: self._bytes - self.wanted]
        self._file.write(data)
        before = self.wanted // SYNC_BYTES
        self.wanted += len(data)
        if self.wanted // SYNC_BYTES != before:
            self._file.flush()

    def complete(self):
        """Whether every byte is there."""
        return self.wanted == self._bytes

    def leave(self):
        """Close what is open; flash keeps what it has."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def steps_to_verify(self):
        """Read everything back, 4 KiB at each step, and compare it with the manifest.

        Raises:
            Refused: it is not the payload that was signed, or its index has what no slot takes.
        """
        self.leave()
        total = hashlib.sha256()
        index = IndexReader(self._bytes)
        buffer = bytearray(_PIECE)
        view = memoryview(buffer)
        at = 0
        with open(self._path, "rb") as file:
            while True:
                count = file.readinto(buffer)
                if not count:
                    break
                total.update(view[:count])
                index.feed(view[:count])
                at += count
                if not at % BLOCK:
                    yield
        if total.digest() != self._sha256:
            slots.forget_bundle()
            raise Refused(codes.REFUSAL_ALTERED, "what was written is not what was signed")
        if not index.done:
            raise Refused(codes.REFUSAL_INDEX, "the index of the files goes beyond the bundle's end")

    def switch(self, head, faults, link):
        """Make the slot whole and let the launcher try it."""
        path = slots.manifest_path(self._slot)
        with open(path + ".new", "wb") as file:
            file.write(head)
        os.rename(path + ".new", path)
        slots.start_trial(faults, link, active=self._slot, trial=1 + slots.TRIES)


def _size_of(path):
    try:
        return os.stat(path)[6]
    except OSError:
        return -1


def _make_folder(path):
    try:
        os.mkdir(path)
    except OSError as error:
        if error.errno != 17:  # it is there
            raise
