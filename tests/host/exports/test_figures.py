"""The published table of what exports give back is what they give back."""

import re
from pathlib import Path

import pytest
from plantigrade.exports.formats import FORMATS

from tests.host.exports import figures


def without_versions(text: str) -> list[str]:
    """Versions of readers and sizes of files change without anything being wrong."""
    text = re.sub(r"\| ([a-z0-9-]+) [0-9][0-9a-z.]* \|", r"| \1 |", text)
    return [re.sub(r"\| [0-9.e+]+ MB \|", "| |", line) for line in text.splitlines()]


@pytest.mark.slow
def test_the_page_is_what_is_measured(tmp_path: Path) -> None:
    made = figures.page(tmp_path)
    published = figures.PAGE.read_text(encoding="utf-8")
    assert without_versions(published) == without_versions(made), (
        "run `python -m tests.host.exports.figures` and look at what changed"
    )
    assert "DIFFERS" not in made
    last = [line.split("|")[-2].strip() for line in made.split("Found without")[1].splitlines() if line]
    assert [cell for cell in last if cell.isdigit()] == ["0"] * len(FORMATS), (
        "a de-identified export names someone"
    )
