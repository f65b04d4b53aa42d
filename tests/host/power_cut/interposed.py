"""Everything that Python code does to the files of a folder, told before it is done.

Replaced for a while: `open`, `io.open` and what they return for writing; the calls of `os` that change files
or folders (also under `pathlib`, `shutil` and `tempfile`, which look them up when they need them); `os.fsync`
and `os.fdatasync`; the statements and commits that SQLAlchemy sends to a database in the folder. What a
library does in C (pyarrow, ezc3d, SQLite) is not told, but is there at the next operation, as not fsynced. A
name that a module bound before (`from os import replace`) is not seen; nor are other processes.
"""

import builtins
import contextlib
import io
import os
import sqlite3
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final, Protocol

import sqlalchemy as sa
import sqlalchemy.event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

from tests.host.power_cut.disk import Disk

PATHS: Final = {
    "rename": 2,
    "replace": 2,
    "link": 2,
    "symlink": 2,
    "remove": 1,
    "unlink": 1,
    "rmdir": 1,
    "mkdir": 1,
}
"""Calls that take one path or two."""
DESCRIPTORS: Final = ("write", "pwrite", "writev", "pwritev", "ftruncate", "sendfile", "fsync", "fdatasync")
SYNCS: Final = ("fsync", "fdatasync")
FULL: Final = 2
"""`PRAGMA synchronous` from which on a commit in WAL mode is durable."""


class Listener(Protocol):
    """Is told of every operation."""

    def before(self, operation: str) -> None:
        """It will be done now."""

    def committed(self, database: Path, durable: bool) -> None:
        """A transaction of a database was committed this moment; `durable` when SQLite synced it."""


class Interposed:
    """Tells a listener what is done to the folder of a disk, and the disk what was fsynced."""

    def __init__(self, disk: Disk, listener: Listener) -> None:
        self._disk, self._listener = disk, listener
        self._turn = threading.RLock()
        self._open = io.open

    @contextlib.contextmanager
    def watching(self) -> Generator[None]:
        """Replace the calls."""
        calls = {name: self._by_path(name, count) for name, count in PATHS.items()}
        calls |= {name: self._by_descriptor(name) for name in DESCRIPTORS if hasattr(os, name)}
        calls |= {"open": self._os_open(), "truncate": self._truncate()}
        patched: list[tuple[Any, str, Any, Any]] = [
            (os, name, getattr(os, name), call) for name, call in calls.items()
        ]
        patched += [(module, "open", self._open, self._file) for module in (builtins, io)]
        patched.append((DefaultDialect, "do_commit", DefaultDialect.do_commit, self._commit()))
        for module, name, _, call in patched:
            setattr(module, name, call)
        sqlalchemy.event.listen(Engine, "before_cursor_execute", self._statement)
        try:
            yield
        finally:
            sqlalchemy.event.remove(Engine, "before_cursor_execute", self._statement)
            for module, name, real, _ in patched:
                setattr(module, name, real)

    def _tell(self, what: str, path: object) -> None:
        self._listener.before(f"{what} {Path(os.fsdecode(os.fspath(path))).name}")  # type: ignore[arg-type]

    def _by_path(self, name: str, count: int) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any, **options: Any) -> Any:
            with self._turn:
                paths = [
                    self._placed(path, options.get("dir_fd") or options.get(f"{end}_dir_fd"))
                    for path, end in zip(arguments[:count], ("src", "dst"), strict=False)
                ]
                if any(self._disk.holds(path) for path in paths):
                    self._tell(name, paths[-1])
                return real(*arguments, **options)

        return call

    def _placed(self, path: Any, folder: int | None) -> Any:
        parent = None if folder is None else self._disk.path_of(folder)
        return path if parent is None else parent / os.fsdecode(path)

    def _by_descriptor(self, name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(file: Any, *arguments: Any) -> Any:
            with self._turn:
                descriptor = file if isinstance(file, int) else file.fileno()
                path = self._disk.path_of(descriptor)
                if path is None:
                    return real(file, *arguments)
                self._tell(name, path)
                result = real(file, *arguments)
                if name in SYNCS:
                    self._disk.sync(descriptor)
                return result

        return call

    def _os_open(self) -> Callable[..., int]:
        real = os.open

        def call(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            with self._turn:
                if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
                    place = self._placed(path, dir_fd)
                    if self._disk.holds(place):
                        self._tell("open", place)
                return real(path, flags, mode, dir_fd=dir_fd)

        return call

    def _truncate(self) -> Callable[..., None]:
        real, by_descriptor = os.truncate, self._by_descriptor("ftruncate")

        def call(path: Any, length: int) -> None:
            if isinstance(path, int):
                by_descriptor(path, length)
                return
            with self._turn:
                if self._disk.holds(path):
                    self._tell("truncate", path)
                real(path, length)

        return call

    def _file(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """`open`, whose files for writing tell of every write below their buffer."""
        writes = any(letter in mode for letter in "wax+")
        if not writes or not self._is_ours(file):
            return self._open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        with self._turn:
            if not isinstance(file, int):
                self._tell("open", file)
            raw = _ReportedFile(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        raw.before, raw.turn = self._before_write, self._turn
        if buffering == 0:
            return raw
        size = io.DEFAULT_BUFFER_SIZE if buffering in (-1, 1) else buffering
        buffer = io.BufferedRandom(raw, size) if "+" in mode else io.BufferedWriter(raw, size)
        if "b" in mode:
            return buffer
        text: Any = io.TextIOWrapper(buffer, encoding, errors, newline, line_buffering=buffering == 1)
        text.mode = mode
        return text

    def _is_ours(self, file: Any) -> bool:
        return self._disk.path_of(file) is not None if isinstance(file, int) else self._disk.holds(file)

    def _before_write(self, descriptor: int) -> None:
        path = self._disk.path_of(descriptor)
        self._tell("write", path or "a removed file")

    def _statement(self, connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if self._database(connection.connection.dbapi_connection) is not None:
            self._listener.before(f"SQL {' '.join(statement.split()[:3])}")

    def _commit(self) -> Callable[..., None]:
        real = DefaultDialect.do_commit

        def call(dialect: DefaultDialect, connection: Any) -> None:
            database = self._database(connection)
            if database is None:
                real(dialect, connection)
                return
            ((level,),) = connection.cursor().execute("PRAGMA synchronous").fetchall()
            self._listener.before("SQL COMMIT")
            real(dialect, connection)
            self._listener.committed(database, level >= FULL)

        return call

    def _database(self, connection: Any) -> Path | None:
        """The file of an SQLite connection, if it lies in our folder."""
        raw = getattr(connection, "dbapi_connection", connection)
        if not isinstance(raw, sqlite3.Connection):
            return None
        name = raw.execute("PRAGMA database_list").fetchone()[2]
        if not name or not self._disk.holds(name):
            return None
        self._disk.databases.add(Path(name).resolve().relative_to(self._disk.root).as_posix())
        return Path(name)


class _ReportedFile(io.FileIO):
    """Tells of every write and truncation."""

    before: Callable[[int], None]
    turn: threading.RLock

    def write(self, data: Any, /) -> int:
        with self.turn:
            self.before(self.fileno())
            return super().write(data)

    def truncate(self, size: int | None = None, /) -> int:
        with self.turn:
            self.before(self.fileno())
            return super().truncate(size)
