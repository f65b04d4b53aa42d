"""Imports point one way: the linter of `make check` knows every package and notices what is turned round."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path("host/plantigrade")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The linter's verdict on the sources in a folder."""
    sources = os.pathsep.join(str(folder / name) for name in ("host", "shared"))
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as lint; lint()",
            "--no-cache",
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": sources, "PYTHONSAFEPATH": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the host and of the protocol, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in (PACKAGE, Path("shared/insole_protocol")):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.style
def test_every_package_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(one for one in contracts if one["type"] == "layers")
    assert layers["exhaustive"] is True
    named = {name for line in layers["layers"] for name in line.split(" | ")}
    inside = {path.stem for path in (ROOT / PACKAGE).iterdir() if path.suffix == ".py"}
    inside |= {path.parent.name for path in (ROOT / PACKAGE).glob("*/__init__.py")}
    assert named == inside - {"__init__"}
    assert not any("ignore_imports" in one for one in contracts), "an exception hides a way back"


@pytest.mark.style
def test_the_code_as_it_is_passes(copy: Path) -> None:
    verdict = lint(copy)
    assert verdict.returncode == 0, verdict.stdout


TURNED = {
    "gait asks posture": (
        "gait/edges.py",
        "from plantigrade.posture import json_file",
        "plantigrade.gait is not",
    ),
    "a circle inside a package": (
        "bridge/slot_ranges.py",
        "from plantigrade.bridge import backfill",
        "No circles, at any depth BROKEN",
    ),
    "a package without a layer": ("extra/__init__.py", "", "extra"),
}


@pytest.mark.style
@pytest.mark.parametrize("name", TURNED)
def test_an_import_turned_round_is_noticed(name: str, copy: Path) -> None:
    file, line, message = TURNED[name]
    spoilt = copy / PACKAGE / file
    spoilt.parent.mkdir(exist_ok=True)
    spoilt.write_text((spoilt.read_text("utf-8") if spoilt.exists() else "") + line + "\n", "utf-8")
    verdict = lint(copy)
    assert verdict.returncode == 1
    assert message in verdict.stdout, verdict.stdout
