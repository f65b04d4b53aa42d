"""What files say of themselves beside what is read: the figures of docs/reference/formats-read.md."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.imports.formats import read

from tools.formats_read import FILES, OUTPUT, nothing

READ = [row for row in FILES if row[1] is not nothing or row[0].endswith(".xls")]


@pytest.mark.parametrize(("name", "witness", "side"), READ, ids=[row[0] for row in READ])
def test_what_is_read_is_what_the_file_says(name, witness, side, shared_data: Path) -> None:  # type: ignore[no-untyped-def]
    walk = read(shared_data / name, foot=Foot(side) if side else None)
    stated = witness(shared_data / name)
    for foot in walk.feet:
        total = foot.force_n.sum(axis=1, dtype=np.float64)
        known = int(np.count_nonzero(np.isfinite(total)))
        assert stated.samples.get(foot.foot.value, known) == known
        if stated.seconds is not None:
            assert foot.time_s[-1] - foot.time_s[0] == pytest.approx(
                stated.seconds, abs=1.5 / walk.sample_rate_hz
            )
        if peak := stated.peak.get(foot.foot.value):
            assert float(np.nanmax(total)) == pytest.approx(peak, rel=0.005)


def test_the_page_has_a_row_for_every_file(shared_data: Path) -> None:
    page = OUTPUT.read_text("utf-8")
    assert [name for name, _, _ in FILES if f"| `{name}` |" not in page] == []
    for name, _, _ in (row for row in FILES if row not in READ):
        with pytest.raises(FileError) as caught:
            read(shared_data / name)
        assert caught.value.problem in page
