"""A folder as a disk holds it: what is there now, what is durable, and what a power cut may leave.

The model, and what it leaves out:

- A file's content is durable as it was when it was last fsynced; what was never fsynced may be lost, or be
  there in part, or be there whole. Parts are a prefix of what is new; blocks out of order are not modelled.
- The names in a folder (new files, renames, removals) are durable as they were when the folder was last
  fsynced. Names survive or are lost together, over the whole folder: some of several renames is modelled by
  cutting between them, not by losing one and keeping the other. That a file's fsync makes its name durable,
  as on some file systems, is not relied on. A folder is entered in its parent by the parent's fsync.
- Everything in the folder before the action begins is durable.
- SQLite in WAL mode syncs in C, unseen by us. Its log is taken to be durable as it is after each commit on a
  connection with `synchronous` FULL or EXTRA, and never on others. Its main file is only written from a log
  that was synced, and is taken as it stands; its shared memory is gone after every cut but a clean one. The
  order of SQLite's own writes within a checkpoint is trusted, not tested.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

Tree = dict[str, bytes | None]
"""What is in a folder: contents of files by path from it, None for a folder."""
LOG, SHARED = "-wal", "-shm"


@dataclass(frozen=True)
class State:
    """Names and contents at one moment, by inode.

    Attributes:
        folders: names in each folder, with the inode of each.
        files: content of each file.
    """

    folders: dict[int, dict[str, int]]
    files: dict[int, bytes]


@dataclass(frozen=True)
class Moment:
    """The state at a cut, and of it what is durable.

    Attributes:
        root: inode of the folder.
        now, durable: states.
        folders: inodes that are or were folders.
        databases: names of SQLite files from the folder.
    """

    root: int
    now: State
    durable: State
    folders: frozenset[int]
    databases: frozenset[str] = frozenset()

    def remains(self, names: str, contents: str) -> Tree:
        """What is there after the cut.

        Args:
            names: "kept", or "lost" as far as no folder was fsynced.
            contents: "kept", or "torn" or "lost" as far as no file was fsynced.
        """
        tree: Tree = {}
        self._grow(tree, "", self.root, names, contents)
        if (names, contents) != ("kept", "kept"):
            for database in self.databases:
                tree.pop(database + SHARED, None)
        return tree

    def _grow(self, tree: Tree, at: str, folder: int, names: str, contents: str) -> None:
        state = self.now if names == "kept" else self.durable
        for name, inode in state.folders.get(folder, {}).items():
            path = at + name
            if inode in self.folders:
                tree[path] = None
                self._grow(tree, f"{path}/", inode, names, contents)
            else:
                tree[path] = self._content(inode, "kept" if path in self.databases else contents)

    def _content(self, inode: int, contents: str) -> bytes:
        old = self.durable.files.get(inode, b"")
        new = self.now.files.get(inode, old)  # a removed file that comes back has what was durable of it
        if contents == "kept":
            return new
        return old if contents == "lost" else torn(old, new)


def torn(old: bytes, new: bytes) -> bytes:
    """A content half-way between two: a prefix of the new one, then what the old one had there."""
    same = _common(old, new)
    middle = same + (len(new) - same) // 2
    return new[:middle] + (old[middle:] if len(new) >= len(old) else b"")


def _common(one: bytes, other: bytes) -> int:
    """Length of what two contents begin with in common."""
    sure, possible = 0, min(len(one), len(other))
    while sure < possible:
        middle = (sure + possible + 1) // 2
        if one[sure:middle] == other[sure:middle]:
            sure = middle
        else:
            possible = middle - 1
    return sure


@dataclass
class Disk:
    """Follows a folder: reads its state at any moment and keeps account of what is durable."""

    root: Path
    databases: set[str] = field(default_factory=set[str])
    _durable: State = field(default_factory=lambda: State({}, {}))
    _contents: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    _held: dict[int, int] = field(default_factory=dict[int, int])
    _folders: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        self.root = self.root.resolve()
        self._durable = self._read()

    def moment(self) -> Moment:
        """Now."""
        durable = replace(self._durable, folders=dict(self._durable.folders), files=dict(self._durable.files))
        now, root = self._read(), self.root.stat().st_ino
        return Moment(root, now, durable, frozenset(self._folders), frozenset(self.databases))

    def sync(self, descriptor: int) -> None:
        """A file or folder was fsynced."""
        path = self.path_of(descriptor)
        if path is not None:
            self.sync_path(path)

    def sync_path(self, path: Path) -> None:
        """The content of a file, or the names in a folder, are durable as they are."""
        inode = path.stat().st_ino
        if path.is_dir():
            self._durable.folders[inode] = _names(path)
        else:
            self._durable.files[inode] = path.read_bytes()

    def sync_log(self, database: Path) -> None:
        """SQLite made its log durable, and that it is there."""
        log = database.with_name(database.name + LOG)
        for path in (database, log):
            if path.exists():
                self.sync_path(path)
                inode = database.parent.stat().st_ino
                self._durable.folders.setdefault(inode, {})[path.name] = path.stat().st_ino

    def path_of(self, descriptor: int) -> Path | None:
        """Where an open file or folder is; None where that is not in our folder."""
        sought = os.fstat(descriptor).st_ino
        return next((path for path in self._all() if path.lstat().st_ino == sought), None)

    def holds(self, path: object) -> bool:
        """Whether a path is our folder or lies in it, whether it is there or not."""
        complete = Path(os.path.realpath(os.fsdecode(path)))  # type: ignore[arg-type]
        return complete.is_relative_to(self.root)

    def close(self) -> None:
        """Let go of the files."""
        while self._held:
            os.close(self._held.popitem()[1])

    def _all(self) -> Iterator[Path]:
        yield self.root
        yield from self.root.rglob("*")

    def _read(self) -> State:
        state = State({}, {})
        for path in self._all():
            known = path.lstat()
            if known.st_ino not in self._held and stat.S_IFMT(known.st_mode) in (stat.S_IFREG, stat.S_IFDIR):
                # An inode that someone holds is not given to another file.
                self._held[known.st_ino] = os.open(path, os.O_RDONLY)
            if stat.S_ISDIR(known.st_mode):
                self._folders.add(known.st_ino)
                state.folders[known.st_ino] = _names(path)
            elif stat.S_ISREG(known.st_mode):
                content = path.read_bytes()
                state.files[known.st_ino] = self._contents.setdefault(content, content)
        return state


def _names(folder: Path) -> dict[str, int]:
    with os.scandir(folder) as found:
        return {entry.name: entry.inode() for entry in found}


def lay_out(tree: Tree, folder: Path) -> None:
    """Make a folder with that content."""
    folder.mkdir(parents=True)
    for name, content in tree.items():  # a folder comes before what is in it
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content)
