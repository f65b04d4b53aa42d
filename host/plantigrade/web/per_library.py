"""One object of a kind for each open library, however many threads of pages ask for it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from plantigrade.library.catalogue.library import Library

T = TypeVar("T")


class PerLibrary(Generic[T]):
    """Makes the object when it is first asked for; it goes with its library."""

    def __init__(self) -> None:
        self._found: WeakKeyDictionary[Library, T] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, library: Library, make: Callable[[], T]) -> T:
        """The object of a library; `make` makes the first one."""
        with self._lock:
            found = self._found.get(library)
            if found is None:
                found = self._found[library] = make()
            return found

    def use(self, library: Library, one: T) -> None:
        """Take this one from now on."""
        with self._lock:
            self._found[library] = one
