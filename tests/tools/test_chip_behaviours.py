"""docs/reference/chip-behaviours.md is the table that the virtual chip follows."""

from pathlib import Path

import pytest

from tools import make_chip_behaviours
from tools.make_chip_behaviours import table


def test_the_page_is_the_table() -> None:
    assert make_chip_behaviours.main(["--check"]) == 0


def test_a_page_that_differs_is_refused_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_chip_behaviours, "PAGE", tmp_path / "page.md")
    assert make_chip_behaviours.main(["--check"]) == 1
    assert "run: python -m tools.make_chip_behaviours" in capsys.readouterr().err
    assert make_chip_behaviours.main([]) == make_chip_behaviours.main(["--check"]) == 0


def test_each_behaviour_has_one_row_with_its_source() -> None:
    rows = table().TABLE
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert row.source and row.what.endswith("."), row.name


def test_typical_is_never_worse_than_the_worst() -> None:
    """Values grow towards the worst, or shrink where they say how often or how much there is."""
    for row in table().TABLE:
        off, typical, worst = row.values
        assert off <= typical <= worst or off >= typical >= worst or (off == 0 and worst <= typical), row.name
