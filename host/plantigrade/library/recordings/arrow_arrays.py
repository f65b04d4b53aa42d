# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Arrays of Arrow and of NumPy, one as the other, by the memory that they lie in.

Arrow's own ways (`to_numpy`, `pyarrow.array`) import pandas where it is installed, which takes 40 MB and half
a second in each process that reads or writes a column of numbers.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BYTE_BITS = 8


def as_numbers(array: Any) -> NDArray[Any] | None:
    """The numbers (n,) of an Arrow array as they lie in memory, read-only; None where some are missing, or it
    holds something else.

    Example:
        >>> import pyarrow as pa
        >>> as_numbers(pa.array([1.5, 2.5, 3.5]).slice(1))
        array([2.5, 3.5])
    """
    import pyarrow.types as kinds

    kind = array.type
    if array.null_count or not (kinds.is_integer(kind) or kinds.is_floating(kind)):
        return None
    letter = "f" if kinds.is_floating(kind) else "i" if kinds.is_signed_integer(kind) else "u"
    dtype = np.dtype(f"{letter}{kind.bit_width // _BYTE_BITS}")
    if not len(array):
        return np.empty(0, dtype)
    return np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * dtype.itemsize)


def as_arrow(values: Any) -> Any:
    """A column for a file: numbers, truth values and texts (n,) as an Arrow array; whatever is none of these
    as it is.

    Example:
        >>> as_arrow(np.array(["left", "right"])).to_pylist(), as_arrow(np.array([True, False])).to_pylist()
        (['left', 'right'], [True, False])
    """
    import pyarrow as pa

    if not isinstance(values, np.ndarray):
        return values
    column: NDArray[Any] = np.ascontiguousarray(values)
    if column.dtype.kind == "U":
        return _texts(column)
    if column.dtype.kind == "b":
        kind, stored = pa.bool_(), np.packbits(column, bitorder="little")
    elif column.dtype.kind in "iuf" and column.dtype.isnative:
        kind, stored = pa.from_numpy_dtype(column.dtype), column
    else:
        return values
    return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(stored)])


def _texts(column: NDArray[np.str_]) -> Any:
    import pyarrow as pa

    encoded = [text.encode() for text in column.tolist()]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))
