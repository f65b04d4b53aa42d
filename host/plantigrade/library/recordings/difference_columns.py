# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Several columns of 16-bit numbers as one Parquet column: each row is one string of bytes, the differences
from what was to be expected (`differences_kernel`), and a second column says which expectation it was.

The bytes of equal weight of one sensor lie together (BYTE_STREAM_SPLIT), so what is read needs no turning
from columns into rows, and none of the zeros that Parquet's 32-bit integers put before 16-bit ones.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

_NUMBER_BYTES: Final = 2


def kind_name(name: str) -> str:
    """The column that says how the rows of column `name` are written."""
    return f"{name}_kind"


def as_differences(name: str, rows: npt.NDArray[Any], group_rows: int) -> dict[str, Any]:
    """The two columns of rows (n, S) of 16-bit numbers, by name.

    Args:
        name: of the first column.
        rows: the numbers.
        group_rows: rows that are compressed, and read, together: each such group stands alone.
    """
    import pyarrow as pa

    # It brings the compiler, which a list of recordings does not need.
    from plantigrade.library.recordings.differences_kernel import fold_rows

    numbers = np.ascontiguousarray(rows).view(np.int16)
    folded = np.empty(numbers.shape, np.uint16)
    kinds = np.empty(len(numbers), np.uint8)
    for first in range(0, len(numbers), group_rows):
        part = slice(first, first + group_rows)
        fold_rows(numbers[part], kinds[part], folded[part])
    text = pa.binary(_NUMBER_BYTES * numbers.shape[1])
    stored = pa.FixedSizeBinaryArray.from_buffers(
        text, len(folded), [None, pa.py_buffer(folded.astype("<u2", copy=False))]
    )
    return {name: stored, kind_name(name): kinds}


def from_differences(stored: Any, kinds: npt.NDArray[np.uint8], columns: int) -> npt.NDArray[np.int16]:
    """Rows (n, columns) as they were.

    Args:
        stored: the first column as Arrow reads it, in chunks.
        kinds: (n,) of the second.
        columns: how many numbers a row has.

    Raises:
        ValueError: the bytes are none of `as_differences`.
    """
    import pyarrow as pa

    from plantigrade.library.recordings.differences_kernel import unfold_rows

    if stored.type != pa.binary(_NUMBER_BYTES * columns) or stored.null_count:
        raise ValueError(f"a row of {columns} numbers has {_NUMBER_BYTES * columns} bytes, and all are there")
    joined = stored.chunk(0) if stored.num_chunks == 1 else pa.concat_arrays(stored.chunks)
    rows = np.empty((len(joined), columns), np.int16)
    if not len(rows):
        return rows
    folded = np.frombuffer(joined.buffers()[1], "<u2")[columns * joined.offset :][: rows.size]
    if not unfold_rows(folded.reshape(rows.shape), np.ascontiguousarray(kinds), rows):
        raise ValueError("rows of differences without those that they are differences from")
    return rows
