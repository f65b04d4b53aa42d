"""docs/reference/parameters.md names every parameter that can occur, and every usual range as the code has
it.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from plantigrade.analysis import document
from plantigrade.analysis.terminal import SHOWN
from plantigrade.gait.balance import sway
from plantigrade.gait.parameters.registry import NORMS
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import STRIDE_UNITS

from tests.host.analyze.walks import analysed

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "reference" / "parameters.md").read_text(encoding="utf-8")
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
