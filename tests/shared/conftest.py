"""The protocol's tests share checks with a script for MicroPython, and start that interpreter."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
for folder in (ROOT, HERE):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

RunMicroPython = Callable[..., str]


@pytest.fixture(scope="session")
def run_micropython() -> RunMicroPython:
    """Run a script on MicroPython with the protocol package in reach; its output, unless it fails."""
    found = shutil.which("micropython", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip("no micropython interpreter: install the development requirements")

    def run(script: Path, *arguments: str, heap: str | None = None) -> str:
        environment = os.environ | {"MICROPYPATH": f"{ROOT / 'shared'}:{script.parent}:.frozen"}
        options = ["-X", f"heapsize={heap}"] if heap else []
        command = [found, *options, str(script), *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    return run
