# fsspec has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportPrivateImportUsage=false
"""Where recordings and results lie: a folder, or an object store that fsspec knows (S3 and others).

    recordings/ID/recording.json, left.parquet, right.parquet, keys.json
    results/KEY/strides/ID.parquet

KEY is the number of the library's key that the results are encrypted with, or `plain`.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar

import fsspec
from fsspec.implementations.local import LocalFileSystem

from plantigrade.archive.errors import ArchiveError, StoreAwayError, StoreRefusedError
from plantigrade.library.keys.encrypted_files import KEYS_FILE
from plantigrade.library.recordings.container import MANIFEST_FILE

RECORDINGS: Final = "recordings"
RESULTS: Final = "results"
PLAIN: Final = "plain"
_SENT: Final = (MANIFEST_FILE, KEYS_FILE)
_GONE: Final = (FileNotFoundError, NotADirectoryError)
_NO_BUCKET: Final = "NoSuchBucket"
_WRONG_SETTINGS: Final = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "ValueError", "ParamValidationError"}
)
"""What botocore raises before it asks any server: no keys, half of them, and addresses that are none."""
T = TypeVar("T")


class ArchiveStore:
    """A store.

    Args:
        url: such as "/srv/archive" or "s3://bucket/prefix".
        options: of fsspec, such as {"endpoint_url": ...} for S3 elsewhere.

    Raises:
        ArchiveError: nothing is known of that kind of address.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = ArchiveStore(folder)
        ...     store.is_local, list(store.names())
        (True, [])
    """

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        self.url, self.options = url, options or {}
        try:
            filesystem, root = fsspec.core.url_to_fs(url, **self.options)
        except (ValueError, ImportError) as error:
            raise ArchiveError(f"{url}: no store of a kind that is known ({error})") from error
        self.fs: Any = filesystem
        self.root = str(root).rstrip("/")
        self.is_local = isinstance(filesystem, LocalFileSystem)

    def _path(self, *parts: str) -> str:
        return str(PurePosixPath(self.root, *parts))

    def names(self) -> Iterator[str]:
        """Recordings that are there, by name.

        Raises:
            StoreAwayError: the store does not answer.
        """
        base = self._path(RECORDINGS)
        try:
            found: list[str] = self._asked(lambda: self.fs.ls(base, detail=False))
        except FileNotFoundError:
            return
        for path in sorted(found):
            name = PurePosixPath(path).name
            if not name.startswith("."):
                yield name

    @contextmanager
    def folder(self, recording: str) -> Generator[Path]:
        """The folder of a recording on this computer: where it is, or a copy for the time being.

        Raises:
            StoreAwayError: the store does not answer.
            ArchiveError: it is not there.
        """
        if self.is_local:
            path = Path(self._path(RECORDINGS, recording))
            if not (path / MANIFEST_FILE).is_file():
                raise ArchiveError(f"{recording}: is not in the store")
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="plantigrade-archive-") as room:
            path = Path(room) / recording
            path.mkdir()
            self.fetch(recording, path)
            yield path

    def fetch(self, recording: str, folder: Path, only_manifest: bool = False) -> int:
        """Copy the files of a recording; how many bytes they have in the store.

        Raises:
            StoreAwayError: the store does not answer, or gives less than it said.
            ArchiveError: it is not there.
        """
        entries = self._entries(recording)
        for name, size in entries.items():
            if only_manifest and name != MANIFEST_FILE:
                continue
            target = folder / name
            source = self._path(RECORDINGS, recording, name)
            self._asked(lambda source=source, target=target: self.fs.get_file(source, str(target)))
            if target.stat().st_size != size:
                raise StoreAwayError(
                    f"{recording}/{name}: the store gave {target.stat().st_size} of {size} bytes"
                )
        return sum(entries.values())

    def _entries(self, recording: str) -> dict[str, int]:
        base = self._path(RECORDINGS, recording)
        try:
            found: list[Any] = self._asked(lambda: self.fs.ls(base, detail=True))
        except _GONE as error:
            raise ArchiveError(f"{recording}: is not in the store") from error
        sizes = {PurePosixPath(one["name"]).name: int(one["size"]) for one in found if one["type"] == "file"}
        wanted = {name: size for name, size in sizes.items() if name in _SENT or name.endswith(".parquet")}
        if MANIFEST_FILE not in wanted:
            raise ArchiveError(f"{recording}: has no {MANIFEST_FILE} in the store")
        return wanted

    def put_recording(self, folder: Path) -> bool:
        """Copy a recording's folder into the store, its manifest last; whether it was not there.

        Raises:
            StoreAwayError: the store does not answer; it is put again as a whole.
        """
        manifest = (folder / MANIFEST_FILE).read_bytes()
        if self.read(RECORDINGS, folder.name, MANIFEST_FILE) == manifest:
            return False
        for path in sorted(folder.glob("*.parquet")):
            self.put_file(path, RECORDINGS, folder.name, path.name)
        for name in (KEYS_FILE, MANIFEST_FILE):
            if (folder / name).is_file():
                self.put_file(folder / name, RECORDINGS, folder.name, name)
        return True

    def read(self, *parts: str) -> bytes | None:
        """A small object; None where there is none.

        Raises:
            StoreAwayError: the store does not answer.
        """
        try:
            return self._asked(lambda: self.fs.cat_file(self._path(*parts)))
        except _GONE:
            return None

    def put_file(self, path: Path, *parts: str) -> None:
        """Put a file; what was there before is there until all of it has come.

        Raises:
            StoreAwayError: the store does not answer.
        """
        target = self._path(*parts)

        def put() -> None:
            if not self.is_local:
                self.fs.put_file(str(path), target)  # objects appear whole
                return
            final = Path(target)
            final.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=f".{final.name}.", dir=final.parent)
            os.close(descriptor)
            try:
                shutil.copyfile(path, name)
                Path(name).replace(final)
            finally:
                Path(name).unlink(missing_ok=True)

        self._asked(put)

    def get_file(self, target: Path, *parts: str) -> bool:
        """Get an object as a file; whether there is one.

        Raises:
            StoreAwayError: the store does not answer.
        """
        try:
            self._asked(lambda: self.fs.get_file(self._path(*parts), str(target)))
        except _GONE:
            return False
        return True

    def path_of(self, *parts: str) -> str:
        """The path of an object as the file system names it."""
        return self._path(*parts)

    def require(self, recording: str) -> None:
        """Ask the store for a recording, so that wrong settings are found before anything is waited for.

        Raises:
            StoreRefusedError: the folder or bucket is not there, or gives no access.
            StoreAwayError: the store does not answer; it may later.
        """
        if self.is_local and not Path(self.root).is_dir():
            raise StoreRefusedError(f"{self.url}: there is no such folder; check --store, or attach its disk")
        self.read(RECORDINGS, recording, MANIFEST_FILE)

    def _asked(self, ask: Callable[[], T]) -> T:
        """What the store answers; its own errors in our words.

        Raises:
            FileNotFoundError: there is nothing of that name.
            StoreRefusedError: it cannot be used with these settings.
            StoreAwayError: it does not answer.
        """
        try:
            return ask()
        except _GONE as error:
            if type(error.__cause__).__name__ == _NO_BUCKET:
                raise StoreRefusedError(f"{self.url}: there is no such bucket; check --store") from error
            raise
        except PermissionError as error:
            means = "who may read the folder" if self.is_local else "the keys, and what they give access to"
            raise StoreRefusedError(f"{self.url}: no access ({error}); check {means}") from error
        except OSError as error:
            raise StoreAwayError(f"{self.url}: the store does not answer: {error}") from error
        except Exception as error:
            name = type(error).__name__
            if name in _WRONG_SETTINGS:
                raise StoreRefusedError(
                    f"{self.url}: the store's settings are wrong ({error}); check --store-options"
                ) from error
            raise StoreAwayError(f"{self.url}: the store does not answer: {name}: {error}") from error
