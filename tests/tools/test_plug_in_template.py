"""The template of a plug-in, installed as a user would: its tests pass, its parts are seen everywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "docs" / "how-to" / "plug-in"
INSTALL = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
ABOUT = """
import json
from plantigrade.gait.parameters.registry import ADDED, SYMMETRY_OF, definition_of
from plantigrade.gait.results import STRIDE_UNITS
from plantigrade.imports.registry import import_formats
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook
print(json.dumps({
    "format": import_formats().files["steplab"].title,
    "parameter": [definition_of("swing_over_stance").title, "swing_over_stance" in STRIDE_UNITS],
    "rule": RuleBook().rules["steplab-short-swing"].title,
    "german": catalogue("de").clinician("steplab-short-swing", None),
    "refused": [*ADDED.refused, *import_formats().refused],
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the template is installed, beside the project."""
    target = tmp_path_factory.mktemp("installed")
    done = subprocess.run(
        [sys.executable, *INSTALL, "--target", str(target), str(TEMPLATE)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return os.environ | {"PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.slow
def test_its_own_tests_pass(installed: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(TEMPLATE)]
    command += ["-c", str(TEMPLATE / "pyproject.toml"), str(TEMPLATE / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, env=installed, cwd=tmp_path)
    assert done.returncode == 0 and "8 passed" in done.stdout, done.stdout + done.stderr


def test_its_parts_are_where_ours_are(installed: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", ABOUT], capture_output=True, text=True, env=installed)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "format": "StepLab insole (.stl)",
        "parameter": ["Swing over stance", True],
        "rule": "Short swing",
        "german": "Schwungphase durch Standphase unter 0,45 (beide Füße).",
        "refused": [],
    }


def test_without_it_nothing_of_it_is_there() -> None:
    done = subprocess.run([sys.executable, "-c", ABOUT], capture_output=True, text=True)
    assert done.returncode == 1 and "steplab" in done.stderr


def test_nothing_is_left_behind_in_the_template() -> None:
    files = {path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*") if path.is_file()}
    assert {name for name in files if "__pycache__" not in name} == {
        "pyproject.toml",
        "src/plantigrade_steplab/__init__.py",
        "src/plantigrade_steplab/file_format.py",
        "src/plantigrade_steplab/parameter.py",
        "src/plantigrade_steplab/rules/__init__.py",
        "src/plantigrade_steplab/rules/steplab.toml",
        "src/plantigrade_steplab/rules/text/de.toml",
        "src/plantigrade_steplab/rules/text/en.toml",
        "tests/test_plug_in.py",
    }
