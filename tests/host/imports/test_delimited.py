"""Tables of other makers: which decimal mark, what is missing, and what is said where a cell is no number."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.imports.delimited import Table
from plantigrade.imports.source import DecimalMark, open_source

ARABIC = {ord("0") + digit: 0x0660 + digit for digit in range(10)}


def column(
    folder: Path, *cells: str, stated: DecimalMark | None = None, missing: tuple[str, ...] = ()
) -> list[float]:
    """What a column is read as, beside a time of whole seconds."""
    path = folder / "table.txt"
    path.write_text("time\tforce\n" + "".join(f"{i}\t{cell}\n" for i, cell in enumerate(cells)))
    source = replace(open_source(path), decimal_mark=stated)
    table = Table(source, ["time", "force"], 2, "\t", missing=missing)
    return table.numbers({1}, exact=(0,))[1].tolist()


@pytest.mark.parametrize(
    ("cells", "stated", "values"),
    [
        (("998", "1024"), None, [998, 1024]),
        (("998.5", "1.024"), None, [998.5, 1.024]),
        (("998,5", "1,024"), None, [998.5, 1.024]),
        (("0.024", "1.024"), None, [0.024, 1.024]),
        (("998", "1.024"), "point", [998, 1.024]),
        (("998", "1,024"), "comma", [998, 1.024]),
        (("5", "1e3"), None, [5, 1000]),
        (("0.5", "1,024.5"), None, [0.5, 1024.5]),
        (("0,5", "1.024,5", "1\u202f024,5"), None, [0.5, 1024.5, 1024.5]),
        (("0.5", "1'024.5", "12,345.5"), None, [0.5, 1024.5, 12345.5]),
        (tuple(text.translate(ARABIC) for text in ("0\u066b5", "1\u066c024\u066b5")), None, [0.5, 1024.5]),
    ],
)
def test_one_number_that_is_clear_tells_how_the_others_are_meant(
    cells: tuple[str, ...], stated: DecimalMark | None, values: list[float], tmp_path: Path
) -> None:
    assert column(tmp_path, *cells, stated=stated) == pytest.approx(values)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (
            ("998", "1.024"),
            "line 3: '1.024' may be 1.024 or 1024, and no other number of the file tells which",
        ),
        (
            ("998", "1,024"),
            "line 3: '1,024' may be 1024 or 1.024, and no other number of the file tells which",
        ),
        (("0.5", "0,5"), "'0,5' has a decimal comma, but other numbers of the file have a decimal point"),
        (("0,5", "0.5"), "'0.5' has a decimal point, but other numbers of the file have a decimal comma"),
        (
            ("0.5", "1,024"),
            "line 3: '1,024' in column 'force' may have thousands, or a decimal mark of another region",
        ),
        (("0.25", "1,024.5", "412."), "line 4: '412.' in column 'force' ends with a decimal mark"),
        (("0.5", "walk"), "line 3, column 'force': 'walk' is no number"),
    ],
)
def test_what_may_be_two_numbers_or_is_none_is_refused(
    cells: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(FileError) as refused:
        column(tmp_path, *cells)
    assert problem in str(refused.value)


def test_no_number_has_many_spellings_and_those_of_the_format(tmp_path: Path) -> None:
    values = column(tmp_path, "0.5", "", "NaN", "nan", "N/A", "NULL", "#N/A", "--", "lost", missing=("lost",))
    assert values[0] == 0.5 and np.isnan(values[1:]).all() and len(values) == 9
