"""Run ngspice on a deck and read its numbers back."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TIME_LIMIT_S = 60


class SpiceError(RuntimeError):
    """ngspice is missing, refused the deck or gave no numbers."""


def available() -> bool:
    """Whether ngspice is installed."""
    return shutil.which("ngspice") is not None


def run(deck: str, control: str, vector: str) -> NDArray[np.float64]:
    """Simulate `deck` with the commands of `control` and return `vector` of its last plot.

    Returns:
        (n, 2) float64: the sweep's axis (time in s, or the swept value) and the vector.

    Raises:
        SpiceError: see the class; the message carries ngspice's last lines.
    """
    if not available():
        raise SpiceError("ngspice is not installed; run hardware/install or your system's package manager")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [deck.strip(), ".control", "set wr_singlescale", control.strip(), f"wrdata out.txt {vector}"]
        (folder / "deck.cir").write_text("\n".join([*lines, "quit", ".endc", ".end", ""]), encoding="utf-8")
        done = subprocess.run(
            ["ngspice", "-b", "deck.cir"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        output = folder / "out.txt"
        if not output.exists():
            raise SpiceError(f"ngspice gave no numbers: {(done.stdout + done.stderr)[-500:]}")
        return np.atleast_2d(np.loadtxt(output))
