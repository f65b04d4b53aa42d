"""The keys of insoles for commands that may need them: the library is opened when a locked insole answers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from plantigrade.library.catalogue.insole_keys import LibraryKeyring


class KeyringOnDemand:
    """Asks the library of a data folder each time; where there is none, there are no keys.

    Args:
        data_dir: its folder, as a callable: options are read after this is made.
        url: database of its catalogue; None for SQLite in that folder.
        key_file: holds the library's own keys; None: as `find_keys` looks for them.
    """

    def __init__(
        self, data_dir: "Callable[[], Path]", url: str | None = None, key_file: "Path | None" = None
    ) -> None:
        self._data_dir, self._url, self._key_file = data_dir, url, key_file

    @contextmanager
    def _opened(self) -> "Generator[LibraryKeyring | None]":
        from plantigrade.library.catalogue.store import FILE_NAME

        data_dir = self._data_dir()
        if self._url is None and not (data_dir / FILE_NAME).is_file():
            yield None
            return
        from plantigrade.library.catalogue.insole_keys import LibraryKeyring
        from plantigrade.library.catalogue.library import Library

        with Library(data_dir, self._url, self._key_file) as library:
            yield LibraryKeyring(library)

    @property
    def host(self) -> int:
        """As `Keyring`."""
        with self._opened() as keyring:
            return 0 if keyring is None else keyring.host

    def serials(self) -> Collection[str]:
        """As `Keyring`."""
        with self._opened() as keyring:
            return () if keyring is None else keyring.serials()

    def device_keys(self) -> Mapping[str, Sequence[bytes]]:
        """As `Keyring`."""
        with self._opened() as keyring:
            return {} if keyring is None else keyring.device_keys()

    def log_keys(self, serial: str) -> Sequence[bytes]:
        """As `Keyring`."""
        with self._opened() as keyring:
            return () if keyring is None else keyring.log_keys(serial)
