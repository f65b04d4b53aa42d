"""The index of a bundle of files: what no slot takes is refused, in whatever pieces it comes."""

import struct

from insole.update.conditions import Refused
from insole_protocol import bundle_layout as layout
from insole_protocol import update_codes as codes


def is_path(name):
    """Whether a path stays inside a slot, below lib/: no file of the launcher, nothing outside."""
    parts = name.split(b"/")
    if len(parts) < 2 or parts[0] != b"lib" or len(name) > layout.MAX_PATH_BYTES:
        return False
    for part in parts:
        if part in (b"", b".", b"..") or b"\\" in part or min(part) < 32 or max(part) > 126:
            return False
    return True


class IndexReader:
    """Takes the bytes of an index in any pieces.

    Attributes:
        done: the whole index has been taken.
        length: bytes of the index that are understood.
    """

    def __init__(self, payload_bytes):
        self.done = False
        self.length = 0
        self._left = None  # entries that are still to come
        self._payload_bytes = payload_bytes
        self._files_bytes = 0
        self._entry = bytearray()
        self._last = b""

    def feed(self, data):
        """Take bytes; how many of them belong to the index.

        Raises:
            Refused: a path that leaves the slot or comes twice, sizes that cannot be.
        """
        used = 0
        while used < len(data) and not self.done:
            wanted = self._wanted() - len(self._entry)
            piece = data[used : used + wanted]
            self._entry.extend(piece)
            used += len(piece)
            if len(self._entry) == self._wanted():
                self._take()
        return used

    def _wanted(self):
        """Bytes of the piece that is under way."""
        if self._left is None:
            return layout.COUNT_BYTES
        if not self._entry:
            return 1
        return 1 + self._entry[0] + layout.FILE_ENTRY_BYTES

    def _take(self):
        entry = self._entry
        if len(entry) == 1:
            return  # the length of a path: the rest of the entry is wanted now
        self.length += len(entry)
        if self._left is None:
            self._left = entry[0] | entry[1] << 8
            if not 0 < self._left <= layout.MAX_FILES:
                raise Refused(codes.REFUSAL_INDEX, "the bundle names %d files" % self._left)
        else:
            self._take_file(bytes(entry[1 : 1 + entry[0]]))
        self._entry = bytearray()

    def _take_file(self, name):
        if not is_path(name):
            raise Refused(codes.REFUSAL_PATH, "a file would lie outside of the slot: %r" % name[:40])
        if name == self._last:
            raise Refused(codes.REFUSAL_DUPLICATE, "%s comes twice" % name.decode())
        if name < self._last:
            raise Refused(codes.REFUSAL_INDEX, "%s is out of order" % name.decode())
        size = struct.unpack_from("<I", self._entry, 1 + len(name))[0]
        if size > layout.MAX_FILE_BYTES:
            raise Refused(codes.REFUSAL_TOO_LARGE, "%s has %d bytes" % (name.decode(), size))
        self._last = name
        self._files_bytes += size
        self._left -= 1
        if not self._left:
            self.done = True
            length = self.length + self._files_bytes
            if length != self._payload_bytes:
                raise Refused(
                    codes.REFUSAL_INDEX, "the files have %d bytes, not %d" % (length, self._payload_bytes)
                )
