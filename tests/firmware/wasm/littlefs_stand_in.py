"""In the place of littlefs: files in memory, kept by the block device that they are said to lie on.

What littlefs does with a device's blocks is not shown: tests of power cuts run on the build that has it.
"""

import io

_ENOENT, _EEXIST = 2, 17
_FILE = 0x8000
_FOLDER = 0x4000


class _File(io.IOBase):
    """An open file; what was written is there for others when it is closed."""

    def __init__(self, files, name, mode):
        self._files = files
        self._name = name
        self._text = "b" not in mode
        self._writes = "w" in mode or "a" in mode
        self._data = bytearray(b"" if "w" in mode else files.get(name, b""))
        self._at = len(self._data) if "a" in mode else 0
        if self._writes:
            files[name] = bytes(self._data)

    def readinto(self, buffer):
        part = self._data[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def read(self, size=-1):
        end = len(self._data) if size < 0 else self._at + size
        part = bytes(self._data[self._at : end])
        self._at += len(part)
        return part.decode() if self._text else part

    def write(self, data):
        data = data.encode() if isinstance(data, str) else bytes(data)
        self._data[self._at : self._at + len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset, whence=0):
        self._at = offset + (0, self._at, len(self._data))[whence]
        return self._at

    def ioctl(self, request, argument):
        return 0

    def flush(self):
        if self._writes:
            self._files[self._name] = bytes(self._data)

    def close(self):
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()


class VfsLfs2:
    """The face of MicroPython's `VfsLfs2`, without folders."""

    @staticmethod
    def mkfs(device):
        _files_of_device[id(device)] = (device, {})

    def __init__(self, device, **_options):
        if id(device) not in _files_of_device:
            raise OSError(19)
        self._files = _files_of_device[id(device)][1]

    def mount(self, readonly, mkfs):
        """Nothing to do."""

    def umount(self):
        """Nothing to do."""

    def open(self, path, mode):
        name = path.lstrip("/")
        if name not in self._files and "w" not in mode and "a" not in mode:
            raise OSError(_ENOENT)
        return _File(self._files, name, mode)

    def stat(self, path):
        name = path.lstrip("/")
        if not name:
            return (_FOLDER,) + (0,) * 9
        if name not in self._files:
            raise OSError(_ENOENT)
        return (_FILE, 0, 0, 0, 0, 0, len(self._files[name]), 0, 0, 0)

    def ilistdir(self, _path):
        return iter([(name, _FILE, 0, len(self._files[name])) for name in self._files])

    def remove(self, path):
        if path.lstrip("/") not in self._files:
            raise OSError(_ENOENT)
        del self._files[path.lstrip("/")]

    def rename(self, old, new):
        if old.lstrip("/") not in self._files:
            raise OSError(_ENOENT)
        self._files[new.lstrip("/")] = self._files.pop(old.lstrip("/"))

    def mkdir(self, _path):
        raise OSError(_EEXIST)

    def chdir(self, _path):
        """Nothing to do."""

    def getcwd(self):
        return "/"

    def statvfs(self, _path):
        return (4096, 4096, 64, 32, 32, 0, 0, 0, 0, 255)


_files_of_device = {}  # id of a block device -> (the device, its files)
