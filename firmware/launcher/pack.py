"""A slot's files out of one: `/slots/x/payload.bin` as it came, mounted read-only.

A file of its own takes 4 KiB of flash and a folder 8, so that two slots of small files would not fit into the
file system; and what was signed is what runs. The payload: u16 count, for each file u8 length of its path,
path, u32 size and SHA-256, then the files in the same order (`insole_protocol.bundle_layout`).

Never changed over the air, kept as source: see `slots`.
"""

import io
from array import array
from binascii import crc32

_FOLDER, _FILE = 0x4000, 0x8000
_ENOENT, _EROFS = 2, 30


def _key(name):
    return crc32(name).to_bytes(4, "little")


def _place(keys, name):
    """The place of a name among the keys, -1 where it is not."""
    key = _key(name)
    at = keys.find(key)
    while at > 0 and at % 4:
        at = keys.find(key, at + 1)
    return at // 4


class Pack:
    """A file system of the interpreter (`vfs.mount`). It keeps four bytes of each name, as heap is dear.

    Raises:
        OSError, ValueError: the payload cannot be read.
    """

    def __init__(self, path):
        self._path = path
        files, folders = bytearray(), bytearray(_key(b""))
        self._ends = array("I")  # of each file, from the first one's begin
        end = 0
        with open(path, "rb") as file:
            for _ in range(int.from_bytes(file.read(2), "little")):
                name = file.read(file.read(1)[0])
                end += int.from_bytes(file.read(36)[:4], "little")
                self._ends.append(end)
                files.extend(_key(name))
                at = name.find(b"/")
                while at > 0:
                    if _place(folders, name[:at]) < 0:
                        folders.extend(_key(name[:at]))
                    at = name.find(b"/", at + 1)
            self._start = file.tell()
        self._files, self._folders = bytes(files), bytes(folders)

    def mount(self, _readonly, _mkfs):
        """Nothing to do."""

    def umount(self):
        """Nothing to do."""

    def chdir(self, _path):
        """There is no way into it."""
        raise OSError(_ENOENT)

    def stat(self, path):
        """Whether there is a folder or a file, and its size."""
        name = path.strip("/").encode()
        if _place(self._folders, name) >= 0:
            return (_FOLDER, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        start, end = self._span(name)
        return (_FILE, 0, 0, 0, 0, 0, end - start, 0, 0, 0)

    def open(self, path, mode):
        """A file for reading: whole, so that nothing is left between what an import puts on the heap."""
        if "w" in mode or "a" in mode or "+" in mode:
            raise OSError(_EROFS)
        start, end = self._span(path.strip("/").encode())
        with open(self._path, "rb") as file:
            file.seek(self._start + start)
            return io.BytesIO(file.read(end - start))

    def _span(self, name):
        number = _place(self._files, name)
        if number < 0:
            raise OSError(_ENOENT)
        return self._ends[number - 1] if number else 0, self._ends[number]
