"""The list of findings on healthy people: none is passed over, none goes without an explanation."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.findings import RuleFinding
from plantigrade.posture.rules_engine.section import findings

from tests.host.posture.kit import columns
from tools.false_findings import WHY, group_of, main, page, print_strides


def uneven(left_s: float) -> list[RuleFinding]:
    """Findings on a walk whose right stance takes 0.65 s."""
    stances = dict(zip(Foot, (left_s, 0.65), strict=True))
    tables = [columns(foot, strides=40, noise=0.0, stance_time_s=one) for foot, one in stances.items()]
    return findings(tables, None, uncertainty=False)


def test_a_finding_is_counted_and_explained(monkeypatch: pytest.MonkeyPatch):
    group = group_of("walks", {"A": uneven(0.60), "B": uneven(0.65), "C": uneven(0.64)})
    assert (group.people, set(group.present)) == (3, {"A"})
    with pytest.raises(KeyError, match="stance-asymmetry"):
        page([group])
    monkeypatch.setitem(WHY, ("A", "stance-asymmetry"), "made so")  # type: ignore[arg-type]
    text = page([group])
    assert "| walks | 3 | `stance-asymmetry` | `stance-asymmetry` 1 (33.3%) |" in text
    assert "| A | `stance-asymmetry` | left | 8.00 | 6.00 | made so |" in text


def test_a_print_is_seen_through_the_insoles_places():
    """Load in the middle third alone is midfoot; a bare middle gives none."""
    layout = own_layout(42.0)
    entire = np.full((54, 18), 100.0)
    bare = entire.copy()
    bare[14:36] = 6.0
    for foot in Foot:
        even, high = (print_strides(one, foot, layout).of("force_arch_index")[0] for one in (entire, bare))
        assert 0.2 < even < 0.5
        assert high < 0.1
        outer = [print_strides(one, foot, layout).of("lateral_arch_index")[0] for one in (entire, bare)]
        assert 0.2 < outer[0] < 0.5
        assert outer[1] < 0.1


def test_without_recordings_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--data", str(tmp_path)]) == 1
    assert "no recordings of healthy people are here" in capsys.readouterr().err
