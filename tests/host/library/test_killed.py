"""`kill -9` in the middle of things: the library opens and proves, and the thing can be done again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.host.library.kill_points import ACTIONS

ROOT = Path(__file__).resolve().parents[3]
STRIDE = int(os.environ.get("PLANTIGRADE_KILL_STRIDE", "0"))
"""Every step is a point at which to die. 0 takes a few over the whole way, 1 tries them all."""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("action", ACTIONS)
def test_a_kill_at_any_step_leaves_a_sound_library(action: str) -> None:
    script = Path(__file__).with_name("kill_points.py")
    done = subprocess.run(
        [sys.executable, str(script), action, str(STRIDE)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    told = json.loads(done.stdout)
    print(f"{action}: killed at {told['points']} of {told['steps']} steps")
    assert told["points"] >= min(3, told["steps"])
    assert told["problems"] == []
