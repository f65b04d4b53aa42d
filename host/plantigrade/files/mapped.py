"""Large files looked through without reading them into memory."""

import mmap
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

FileBytes: TypeAlias = bytes | mmap.mmap


@contextmanager
def mapped(path: Path) -> Generator[FileBytes]:
    """The bytes of a file for as long as the context lasts; pages are loaded when they are looked at.

    Raises:
        OSError: the file cannot be opened.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "x"
        ...     _ = path.write_bytes(b"abc")
        ...     with mapped(path) as data:
        ...         data[1:]
        b'bc'
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:  # an empty file cannot be mapped
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
