"""Compiled kernels, cached on disk for as long as what they were made from stays the same.

Numba takes constants and other kernels into the code that it makes, but its cache watches the kernel's own
file alone. Each state of the sources that a kernel is made from therefore has a cache of its own: a constant
that is changed in a settings file is in force at once.
"""

import hashlib
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import numba
from numba.core import config

PACKAGE: Final = "plantigrade"

_IMPORT: Final = re.compile(
    rf"^[ ]*(?:from ({PACKAGE}[\w.]*) import (\([^)]*\)|.*)|import ({PACKAGE}[\w.]*))", re.MULTILINE
)
_NAME: Final = re.compile(r"\w+")

Decorator = Callable[[Callable[..., Any]], Any]


def compiled(**options: Any) -> Decorator:
    """A decorator that compiles a kernel when it is called first.

    Args:
        options: of `numba.njit` beside `cache` and `nogil`, which are always set.

    Examples:
        >>> @compiled()
        ... def doubled(value: float) -> float:
        ...     return 2.0 * value
        >>> doubled(1.5)
        3.0
    """

    def decorate(kernel: Callable[..., Any]) -> Any:
        path = Path(kernel.__code__.co_filename)
        if not path.is_file():  # typed at a prompt: there is no file to keep a cache beside
            return numba.njit(nogil=True, **options)(kernel)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        with _cached_in(path):
            return numba.njit(cache=True, nogil=True, **options)(kernel)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]

    return decorate


@contextmanager
def _cached_in(path: Path) -> Generator[None]:
    """The cache of one kernel; Numba looks for its place when a kernel is decorated."""
    settings: dict[str, Any] = config.__dict__  # names that no type checker knows
    chosen = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = str(cache_folder(path, chosen))
    try:
        yield
    finally:
        settings["CACHE_DIR"] = chosen


def cache_folder(path: Path, chosen: str = "") -> Path:
    """Where the compiled code of a kernel's file lies, named after the sources that it is made from.

    Args:
        path: the kernel's file.
        chosen: folder that NUMBA_CACHE_DIR names; beside the file when it names none.
    """
    folder = Path(chosen) if chosen else path.parent / "__pycache__"
    return folder / f"kernels-{_stamp(path)}"


def was_compiled(path: Path) -> bool:
    """Whether kernels of this file have been compiled before, in the present state of their sources."""
    folder = cache_folder(path, config.__dict__["CACHE_DIR"])
    return next(folder.rglob(f"{path.stem}.*.nbi"), None) is not None


@cache
def _stamp(path: Path) -> str:
    digest = hashlib.sha256()
    for source in sorted(_sources(path)):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(path: Path) -> frozenset[Path]:
    """The file and all files of this package that it imports, and those that they import."""
    found = {path}
    open_ends = [path]
    while open_ends:
        for other in _imports(open_ends.pop()):
            if other not in found:
                found.add(other)
                open_ends.append(other)
    return frozenset(found)


@cache
def _imports(path: Path) -> list[Path]:
    """Files of this package that a file imports; they are loaded, since a kernel stands below its imports."""
    names: list[str] = []
    for start, members, single in _IMPORT.findall(path.read_text("utf-8")):
        names += [single] if single else [start, *(f"{start}.{name}" for name in _NAME.findall(members))]
    modules = (sys.modules.get(name) for name in names)
    return [Path(module.__file__) for module in modules if module is not None and module.__file__]
