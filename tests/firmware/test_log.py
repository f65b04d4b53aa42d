"""The insole's log on both interpreters: what it promises, what power cuts leave, what it allocates."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
for folder in ("firmware", "shared", "tests/firmware"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from log_kit import behaviour, powercut  # noqa: E402


def micropython(script: str, *arguments: str, heap: str = "1M") -> str:
    """Run a script of log_kit on MicroPython; its output."""
    interpreter = Path(sys.executable).with_name("micropython")
    path = os.pathsep.join(str(ROOT / folder) for folder in ("firmware", "shared", "tests/firmware"))
    done = subprocess.run(
        [interpreter, "-X", f"heapsize={heap}", ROOT / "tests/firmware/log_kit" / script, *arguments],
        env={**os.environ, "MICROPYPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("case", behaviour.ALL, ids=lambda case: case.__name__)
def test_the_log_promises(case) -> None:
    case()


@pytest.mark.micropython
def test_the_log_keeps_its_promises_on_micropython() -> None:
    assert f"{len(behaviour.ALL)} held" in micropython("behaviour.py", heap="2M")


@pytest.mark.micropython
def test_appending_allocates_nothing() -> None:
    assert "nothing allocated" in micropython("allocation.py")


@pytest.mark.parametrize("policy", ["overwrite", "keep"])
@pytest.mark.parametrize("kind", ["flash", "card"])
def test_power_cut_at_every_operation_of_a_minute(kind: str, policy: str) -> None:
    cuts = powercut.run(kind, 90, keep_oldest=policy == "keep").passed()
    assert cuts.points > 60


@pytest.mark.micropython
@pytest.mark.soak
@pytest.mark.parametrize("policy", ["overwrite", "keep"])
@pytest.mark.parametrize("kind", ["flash", "card"])
def test_power_cut_at_every_operation_of_an_hour(kind: str, policy: str) -> None:
    assert "failures 0" in micropython("powercut.py", kind, "3600", policy, heap="4M")


@pytest.mark.micropython
def test_power_cut_on_micropython() -> None:
    assert "failures 0" in micropython("powercut.py", "flash", "90", "overwrite")
