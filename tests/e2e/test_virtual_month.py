"""The service in virtual time on insoles of the twin; `python -m tools.virtual_month` runs whole months."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.virtual_month.run import MonthRun

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_two_wearings_become_recordings_that_balance_and_are_analysed(tmp_path: Path) -> None:
    found = MonthRun(1, 0, seed=5, reach_share=1.0, folder=tmp_path, short=True).run()
    assert found.passed, found.problems
    assert sum(found.recordings.values()) == 3, "the first visit, and two wearings"
    assert found.slots["requested"] == found.slots["recorded"] + found.slots["missing"]
    assert found.slots["recorded"] > 700_000 and "unexplained" not in found.slots["missing_by_reason"]
    assert found.wear_days == 1 and 1500 < found.steps < 3500
    assert json.loads(json.dumps(found.as_json()))["schema"] == "plantigrade.virtual-month/1"
    assert "passed" in found.text()
    assert all(5 < hours < 40 for hours in found.battery_h.values()) and len(found.battery_h) == 2


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_kills(tmp_path: Path) -> None:
    """A process of its own, because its lives are forks."""
    file = tmp_path / "kills.json"
    command = [sys.executable, "-m", "tools.measure_kills", "--kills", "5", "--hours", "2", "--seed", "3"]
    ended = subprocess.run(
        [*command, "--json", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads(file.read_text())
    assert found["at_times"] + found["at_operations"] == 5 and found["recordings"] >= 1
    for foot in found["insoles"].values():
        assert foot["logged"] > 400_000 and not (foot["lost"] or foot["twice"] or foot["wrong"])


@pytest.mark.micropython
@pytest.mark.soak
def test_a_month(tmp_path: Path) -> None:
    found = MonthRun(30, 2, seed=1, reach_share=1.0, folder=tmp_path).run()
    assert found.passed, found.text()
    assert found.baseline_days >= 10 and found.alerts
