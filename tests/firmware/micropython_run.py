"""Runs a script on the MicroPython interpreter with the firmware's folders in reach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SOURCES = (HERE / "fakes", ROOT / "firmware", ROOT / "shared", HERE)


def run(
    script: Path,
    *arguments: str,
    heap: str = "1000wK",
    folders: tuple[Path, ...] = SOURCES,
    timeout_s: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run `script`; its output and exit code."""
    command, environment = _command(script, arguments, heap, folders)
    return subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",  # a fault may send frames to the output
        timeout=timeout_s,
        check=False,
        cwd=HERE,
    )


def start(script: Path, *arguments: str, heap: str = "1000wK") -> subprocess.Popen[str]:
    """Start `script`, to talk with over its standard input and output."""
    command, environment = _command(script, arguments, heap, SOURCES)
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True, cwd=HERE)


def _command(
    script: Path, arguments: tuple[str, ...], heap: str, folders: tuple[Path, ...]
) -> tuple[list[str], dict[str, str]]:
    """Words of the command and its environment."""
    interpreter = shutil.which("micropython", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert interpreter, "the MicroPython interpreter is missing: install the extra 'twin'"
    environment = os.environ | {"MICROPYPATH": ":".join(map(str, folders)) + ":.frozen"}
    return [interpreter, "-X", f"heapsize={heap}", str(script), *arguments], environment
