"""The tables in docs/reference say what the code says."""

from pathlib import Path

import pytest

from tools import make_tables


@pytest.mark.parametrize("name", make_tables.TABLES)
def test_a_table_is_up_to_date(name: str) -> None:
    page, made = make_tables.TABLES[name]
    text = page.read_text(encoding="utf-8")
    assert make_tables.with_table(text, name, made()) == text, "run: python -m tools.make_tables"


def test_a_stale_table_is_noticed_and_then_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A\n\n<!-- made by python -m tools.make_tables: x -->\nold\n<!-- end of table -->\n\nB\n", "utf-8"
    )
    monkeypatch.setattr(make_tables, "TABLES", {"x": (page, lambda: "| new |\n")})
    assert make_tables.main(check=True) == 1
    assert capsys.readouterr().out.startswith("page.md: the table 'x' is out of date")
    assert "old" in page.read_text("utf-8"), "nothing is written where it is only compared"
    assert make_tables.main(check=False) == 1
    assert page.read_text("utf-8") == (
        "# A\n\n<!-- made by python -m tools.make_tables: x -->\n\n| new |\n\n<!-- end of table -->\n\nB\n"
    )
    assert make_tables.main(check=True) == 0


def test_a_page_without_the_place_of_its_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 places for the table 'x'"):
        make_tables.with_table("# A\n", "x", "")
