# h5py has no complete type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""MATLAB level 7.3 files: HDF5 with MATLAB's marks, written piece by piece, for recordings of any length.

Structs are groups, matrices lie transposed (HDF5 runs along rows, MATLAB along columns), text is 16-bit
characters, cells are references into the group `#refs#`.
"""

import errno
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

USERBLOCK: Final = 512
CHUNK_ROWS: Final = 1 << 14
_CLASSES: Final = {
    "f8": "double", "f4": "single", "i8": "int64", "i4": "int32", "i2": "int16", "i1": "int8",
    "u8": "uint64", "u4": "uint32", "u2": "uint16", "u1": "uint8",
}  # fmt: skip


class Writer:
    """Puts structs, matrices and texts into an open file."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def struct(self, path: str, values: Mapping[str, Any]) -> None:
        """A struct; its values are texts, numbers, arrays, lists of texts, or mappings again."""
        self._group(path)
        for name, value in values.items():
            place = f"{path}/{name}"
            if isinstance(value, Mapping):
                self.struct(place, {str(key): one for key, one in value.items()})
            elif isinstance(value, str):
                self._text(place, value)
            elif isinstance(value, list):
                self._cells(place, [str(one) for one in value])
            else:
                array = np.asarray(value)
                self._marked(place, np.atleast_2d(array) if array.ndim < 2 else array.T, array.dtype)

    def rows(self, path: str, count: int, pieces: Iterator[Mapping[str, NDArray[Any]]]) -> None:
        """Matrices of `count` rows in the struct `path` that come together in pieces of rows."""
        made: dict[str, Any] = {}
        done = 0
        for piece in pieces:
            size = 0
            for name, values in piece.items():
                block = values.reshape(len(values), -1)
                if name not in made:
                    made[name] = self._empty(f"{path}/{name}", count, block)
                made[name][:, done : done + len(block)] = block.T
                size = len(block)
            done += size

    def _empty(self, path: str, count: int, like: NDArray[Any]) -> Any:
        columns = like.shape[1]
        made = self._file.create_dataset(
            path,
            (columns, count),
            like.dtype,
            chunks=(columns, min(CHUNK_ROWS, count)),
            compression="gzip",
            compression_opts=1,
            shuffle=True,
        )
        self._mark(made, like.dtype)
        return made

    def _group(self, path: str) -> None:
        group = self._file.require_group(path)
        group.attrs["MATLAB_class"] = np.bytes_("struct")

    def _marked(self, path: str, values: NDArray[Any], dtype: np.dtype[Any]) -> Any:
        if not values.size:
            made = self._file.create_dataset(path, data=np.array(values.shape[::-1], np.uint64))
            made.attrs["MATLAB_empty"] = np.uint8(1)
        else:
            made = self._file.create_dataset(path, data=values)
        self._mark(made, dtype)
        return made

    @staticmethod
    def _mark(made: Any, dtype: np.dtype[Any]) -> None:
        made.attrs["MATLAB_class"] = np.bytes_(_CLASSES[dtype.str[1:]])

    def _text(self, path: str, text: str) -> Any:
        units = np.frombuffer(text.encode("utf-16-le"), "<u2").reshape(-1, 1)
        made = self._marked(path, units, np.dtype("u2"))
        made.attrs["MATLAB_class"] = np.bytes_("char")
        made.attrs["MATLAB_int_decode"] = np.int32(2)
        return made

    def _cells(self, path: str, texts: list[str]) -> None:
        import h5py

        first = len(self._file.require_group("#refs#"))
        # Equal texts are stored once: a day has 200 000 events of a few kinds.
        made = {
            text: self._text(f"#refs#/t{number}", text).ref
            for number, text in enumerate(dict.fromkeys(texts), first)
        }
        references = np.array([made[text] for text in texts], h5py.ref_dtype).reshape(1, -1)
        cells = self._file.create_dataset(path, data=references, dtype=h5py.ref_dtype)
        cells.attrs["MATLAB_class"] = np.bytes_("cell")


@contextmanager
def new(path: Path) -> Generator[Writer]:
    """A new file, complete when the block ends.

    Raises:
        OSError: it cannot be written.
        ModuleNotFoundError: h5py is not installed.
    """
    import h5py

    try:
        with h5py.File(path, "w", userblock_size=USERBLOCK) as file:
            yield Writer(file)
    except RuntimeError as error:  # what HDF5 makes of a failed write while it closes the file
        raise OSError(errno.EIO, "the disk is full or failed") from error
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, made by Plantigrade HDF5 schema 1.00 ."
    with path.open("r+b") as raw:
        raw.write(head.ljust(116) + bytes(8) + b"\x00\x02IM")
