# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Columns pass between NumPy and Arrow unchanged, and without pandas."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from plantigrade.library.recordings.arrow_arrays import as_arrow, as_numbers
from plantigrade.library.recordings.columns import ColumnFile, write_groups

COLUMNS: dict[str, Any] = {
    "double": np.array([1.5, np.nan, -0.0]),
    "single": np.array([1.5, np.inf, 2.0], np.float32),
    "long": np.array([-1, 0, 1 << 60]),
    "byte": np.array([0, 128, 255], np.uint8),
    "every other": np.arange(6)[::2],
    "truth": np.array([True, False, True]),
    "many truths": np.arange(100) % 3 == 0,
    "text": np.array(["left", "", "größer als µ"]),
    "no numbers": np.empty(0),
    "no texts": np.empty(0, "U4"),
    "list": [1, 2, 3],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_what_arrow_makes_of_it(name: str) -> None:
    made = pa.table({"x": as_arrow(COLUMNS[name])}).column("x")
    expected = pa.table({"x": pa.array(COLUMNS[name])}).column("x")
    assert made.type == expected.type
    assert repr(made.to_pylist()) == repr(expected.to_pylist())
    made.validate(full=True)


@pytest.mark.parametrize("kind", ["i1", "u2", "i4", "u8", "f4", "f8"])
@pytest.mark.parametrize("part", [slice(0, 5), slice(2, 4), slice(3, 3)], ids=["all", "some", "none"])
def test_numbers_are_those_of_arrow(kind: str, part: slice) -> None:
    array = pa.array(np.arange(5).astype(kind)).slice(part.start, part.stop - part.start)
    found = as_numbers(array)
    assert found is not None
    assert found.dtype == np.dtype(kind)
    assert found.tolist() == array.to_pylist()


@pytest.mark.parametrize(
    "values", [[1, None, 3], ["a", "b"], [True, False]], ids=["missing", "texts", "truths"]
)
def test_what_is_not_all_numbers_is_left_to_arrow(values: list[Any]) -> None:
    assert as_numbers(pa.array(values)) is None


def test_files_are_written_and_read_without_pandas(tmp_path: Path) -> None:
    script = f"""
import sys
import numpy as np
from pathlib import Path
from plantigrade.library.recordings.columns import ColumnFile, write_groups

path = Path({str(tmp_path / "x.parquet")!r})
write_groups(path, [{{"a": np.arange(3.0), "b": np.array(["x", "y", "z"])}}], dictionary=["b"])
assert ColumnFile(path).column("a", "f8").tolist() == [0.0, 1.0, 2.0]
print("pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_columns_that_were_read_can_be_changed(tmp_path: Path) -> None:
    """A compiled kernel is another one for arrays that cannot."""
    path = tmp_path / "x.parquet"
    write_groups(path, [{"a": np.arange(3)}])
    assert ColumnFile(path).read().column("a", "i8").flags.writeable
