"""The truth report: one part at a time, and what rests on people or on the twin."""

import json
import re
from pathlib import Path

import pytest

from tests.host.gait.walks import DATA
from tools import validate
from tools.validation import evidence
from tools.validation.report import PARTS, Figures, as_markdown

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_one_part_is_printed_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(validate, "REPORT", tmp_path / "validation.md")
    if not (DATA / "moticon").is_dir():
        pytest.skip("the vendor's walk is not at hand")
    figures = tmp_path / "figures.json"
    assert validate.main(["--data", str(DATA), "--only", "moticon", "--json", str(figures)]) == 0
    text = capsys.readouterr().out
    assert "| 230927_102114 | left | 7 | 7 | 5 |" in text and "## Standing" not in text
    assert [one["found"] for one in json.loads(figures.read_text())["moticon"]] == [7, 7]
    assert not (tmp_path / "validation.md").exists()


def test_a_folder_without_recordings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert validate.main(["--data", str(tmp_path)]) == 1
    assert "no recordings to validate with are here" in capsys.readouterr().err


def test_the_report_says_what_rests_on_whom() -> None:
    text = as_markdown(Figures(PARTS), "1")
    assert "## What rests on people, what on the twin" in text
    assert text.count("Not at hand") == len(PARTS)
    assert "## What rests" not in as_markdown(Figures(("bds",)), "1")


def test_each_claim_names_its_instrument_or_the_twin_and_its_page_exists() -> None:
    for claim, rests_on, whom, where in evidence.CLAIMS:
        assert rests_on in (evidence.PEOPLE, evidence.TWIN, evidence.BOTH), claim
        named = re.search("insole|plate|footswitch|foot sensors|virtual|drawn", whom)
        assert named, claim
        assert where == "below" or all(
            (REFERENCE / link).exists() for link in re.findall(r"\((.+?\.md)\)", where)
        ), claim
