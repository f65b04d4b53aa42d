"""KiCad's command line and its own Python."""

import os
import shutil
import subprocess
from pathlib import Path

from hardware.board.libraries import SHARE

PYTHON = "/usr/bin/python3"  # the interpreter that KiCad's module is built for


class KicadError(Exception):
    """A command of KiCad failed."""


def available() -> bool:
    """Whether KiCad's command line and libraries are there."""
    return shutil.which("kicad-cli") is not None and (SHARE / "symbols").is_dir()


def environment() -> dict[str, str]:
    """Where KiCad finds its libraries, whoever runs it."""
    places = {
        "KICAD9_SYMBOL_DIR": "symbols",
        "KICAD9_FOOTPRINT_DIR": "footprints",
        "KICAD9_3DMODEL_DIR": "3dmodels",
    }
    return {**os.environ, **{name: str(SHARE / folder) for name, folder in places.items()}}


def kicad(*arguments: str, accept: tuple[int, ...] = (0,)) -> int:
    """Run `kicad-cli`; returns its exit code.

    Raises:
        KicadError: the code is not one of `accept`.
    """
    done = subprocess.run(
        ["kicad-cli", *arguments], capture_output=True, text=True, env=environment(), check=False
    )
    if done.returncode not in accept:
        raise KicadError(f"kicad-cli {' '.join(arguments[:3])}: {done.stderr.strip() or done.stdout.strip()}")
    return done.returncode


FILL = """
import sys, pcbnew
board = pcbnew.LoadBoard(sys.argv[1])
pcbnew.ZONE_FILLER(board).Fill(board.Zones())
board.Save(sys.argv[1])
"""


def fill_planes(board: Path) -> None:
    """Let KiCad compute the copper of the planes and write the file in its own hand.

    Raises:
        KicadError: it could not.
    """
    done = subprocess.run(
        [PYTHON, "-c", FILL, str(board)], capture_output=True, text=True, env=environment(), check=False
    )
    if done.returncode:
        raise KicadError(f"filling the planes of {board.name}: {done.stderr.strip()}")
