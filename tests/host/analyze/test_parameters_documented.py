"""docs/reference/parameters.md is what the registry gives, and the registry has every parameter."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plantigrade.analysis import document
from plantigrade.analysis.terminal import SHOWN
from plantigrade.gait.balance import sway
from plantigrade.gait.parameters.registry import NORMS, PARAMETERS
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import STRIDE_UNITS

from tests.host.analyze.walks import analysed
from tools import parameters_page

PAGE = parameters_page.PAGE.read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z0-9_]+)`", PAGE))


def test_every_parameter_of_an_analysis_is_documented() -> None:
    found = document.document(analysed())
    names = set(STRIDE_UNITS) | set(NAMES)
    for side in ("left", "right", "both"):
        section = found[side]
        assert isinstance(section, dict)
        names |= {name for name, entry in section.items() if document.is_parameter(entry)}
    for bout in found["bouts"]:  # type: ignore[attr-defined]
        names |= set(bout["parameters"])
    assert not names - NAMED, f"not in parameters.md: {sorted(names - NAMED)}"
    assert names <= set(PARAMETERS), f"not in the registry: {sorted(names - set(PARAMETERS))}"


def test_units_of_an_analysis_are_those_of_the_registry() -> None:
    found = document.document(analysed())
    for side in ("left", "right", "both"):
        section: Any = found[side]
        units = {name: entry["unit"] for name, entry in section.items() if document.is_parameter(entry)}
        assert units == {name: PARAMETERS[name].unit for name in units}


def test_every_measure_of_standing_is_documented() -> None:
    path = np.random.default_rng(1).normal(size=(6000, 2)).cumsum(axis=0)
    names = set(document.sway_measures(sway(path, 100.0)))
    assert not names - NAMED


@pytest.mark.parametrize("name", [name for name in NORMS if name != "symmetry_index_pct"])
def test_usual_ranges_are_the_same_in_code_and_page(name: str) -> None:
    row = next(line for line in PAGE.splitlines() if f"`{name}`" in line and line.startswith("|"))
    assert re.sub(r"^from ", "", NORMS[name].text()) in row


def test_what_the_summary_shows_is_documented() -> None:
    assert set(SHOWN) <= NAMED


def test_the_page_is_what_the_registry_gives() -> None:
    assert parameters_page.main(["--check"]) == 0, "run: python -m tools.parameters_page"


def test_every_row_of_the_registry_is_in_a_table_of_the_page() -> None:
    first_cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert set(PARAMETERS) == {name for cell in first_cells for name in re.findall(r"`([a-z0-9_]+)`", cell)}


def test_text_between_the_tables_stays_and_a_changed_table_is_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "parameters.md"
    changed = PAGE.replace("| `swing_time_s` | FC to next IC |", "| `swing_time_s` | a guess |", 1)
    path.write_text(changed.replace("## Walking\n", "## Walking\n\nBy hand.\n", 1), encoding="utf-8")
    assert parameters_page.main(["--check"], path) == 1
    assert "python -m tools.parameters_page" in capsys.readouterr().err
    assert parameters_page.main([], path) == 0
    assert path.read_text(encoding="utf-8") == PAGE.replace("## Walking\n", "## Walking\n\nBy hand.\n", 1)


def test_rows_with_one_formula_share_a_line() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("| `f1_n`"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[0] == "`f1_n`, `f2_n`, `f3_n`"
    assert cells[2:4] == ["N", "newtons, two peaks of force"]
    ranges = next(line for line in PAGE.splitlines() if line.startswith("| `stride_time_cv_pct`, "))
    assert "`stride_time_cv_pct` up to 2.66 (1), `swing_time_cv_pct` up to 6.8 (1)" in ranges
