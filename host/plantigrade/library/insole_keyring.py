"""The keys of insoles for commands that may need them: the library is opened when a locked insole answers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from plantigrade.library.catalogue.insole_keys import KnownInsoles, LibraryKeyring


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

    def _is_there(self) -> bool:
        from plantigrade.library.catalogue.store import FILE_NAME

        return self._url is not None or (self._data_dir() / FILE_NAME).is_file()

    @contextmanager
    def _opened(self) -> "Generator[LibraryKeyring]":
        """The library with its own key.

        Raises:
            KeyMissingError: that key is not at hand.
        """
        from plantigrade.library.catalogue.insole_keys import LibraryKeyring
        from plantigrade.library.catalogue.library import Library

        with Library(self._data_dir(), self._url, self._key_file) as library:
            yield LibraryKeyring(library)

    def _known(self) -> "KnownInsoles":
        """Whose keys there are: a list that is not encrypted, so that an open insole asks for no key."""
        from plantigrade.library.catalogue.insole_keys import KnownInsoles, read_known_insoles
        from plantigrade.library.catalogue.store import Store

        if not self._is_there():
            return KnownInsoles((), ())
        store = Store(self._data_dir(), self._url)
        try:
            store.bring_up_to_date()
            return read_known_insoles(store)
        finally:
            store.close()

    @property
    def host(self) -> int:
        """As `Keyring`."""
        if not self._is_there():
            return 0
        with self._opened() as keyring:
            return keyring.host

    def serials(self) -> Collection[str]:
        """As `Keyring`."""
        return self._known().with_device_key

    def device_keys(self) -> Mapping[str, Sequence[bytes]]:
        """As `Keyring`."""
        if not self.serials():
            return {}
        with self._opened() as keyring:
            return keyring.device_keys()

    def log_keys(self, serial: str) -> Sequence[bytes]:
        """As `Keyring`."""
        if serial not in self._known().with_log_key:
            return ()
        with self._opened() as keyring:
            return keyring.log_keys(serial)
