"""Worked guides: the diff beside a guide still applies, touches no more files than promised, and works.

A guide docs/how-to/NAME.md with a diff docs/how-to/diffs/NAME.diff (what `git diff` or `git show` prints) has
near its top, in a table or as lines of its own,

    Files: 3
    Folder: firmware/drivers/mpu6050
    Check: python -m tools.parameters_page --check

`Files` is how many files outside tests/ the diff touches; `Folder` (optional) a folder whose files do not
count, because everything about the new thing belongs there; `Check` (any number) a command that must succeed
in the patched copy. There the Python modules that the diff touches are imported, and its tests run.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "how-to"
DIFFS = sorted((GUIDES / "diffs").glob("*.diff"))
TOP_LINES = 20
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "build", "__pycache__", ".*_cache", ".hypothesis", "node_modules", "*.pyc"
)
PACKAGES = ("host", "shared")


@dataclass(frozen=True)
class Promise:
    """What the top of a guide says about its diff."""

    files: int
    folder: str | None
    checks: tuple[str, ...]


def promise_of(text: str) -> Promise:
    """Read the top of a guide; cells of a table and plain lines are read alike."""
    top = "\n".join(text.splitlines()[:TOP_LINES]).replace("`", "")
    message = [
        (key, value.strip(" |")) for key, value in re.findall(r"(Files|Folder|Check)\s*[:|]\s*(.+)", top)
    ]
    files = [int(re.split(r"\D", value)[0]) for key, value in message if key == "Files"]
    assert len(files) == 1, (
        "the guide must say once, near its top, how many files its diff touches: `Files: 3`"
    )
    folder = next((value.rstrip("/") + "/" for key, value in message if key == "Folder"), None)
    return Promise(files[0], folder, tuple(value for key, value in message if key == "Check"))


def touched(diff: str) -> list[str]:
    """Paths that a diff changes, adds or takes away, each once."""
    pairs = re.findall(r"^diff --git a/(\S+) b/(\S+)$", diff, re.MULTILINE)
    return list(dict.fromkeys(path for pair in pairs for path in pair))


def counted(paths: list[str], folder: str | None) -> list[str]:
    """The paths that count: outside tests/ and outside the folder."""
    return [
        path for path in paths if not path.startswith("tests/") and not (folder and path.startswith(folder))
    ]


def run(command: list[str], folder: Path) -> None:
    """Run in the copy, whose packages go before the installed ones."""
    places = os.pathsep.join(str(folder / name) for name in PACKAGES)
    environment = os.environ | {"PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def modules(paths: list[str]) -> list[str]:
    """Names of the touched Python modules that the host can import."""
    found: list[str] = []
    for path in map(Path, paths):
        if path.suffix == ".py" and path.parts[0] in PACKAGES and not path.name.endswith("_viper.py"):
            parts = path.with_suffix("").parts[1:]
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("diff", DIFFS, ids=lambda path: path.stem)
def test_the_diff_of_a_guide_applies_and_works(diff: Path, tmp_path: Path) -> None:
    promise = promise_of((GUIDES / f"{diff.stem}.md").read_text(encoding="utf-8"))
    paths = touched(diff.read_text(encoding="utf-8"))
    outside = counted(paths, promise.folder)
    assert len(outside) == promise.files, f"{diff.name} touches {len(outside)} files: {', '.join(outside)}"
    copy = tmp_path / "tree"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    run(["git", "apply", "--whitespace=nowarn", str(diff)], copy)
    there = [path for path in paths if (copy / path).exists()]
    names = modules(there)
    script = (
        "import importlib, sys\n"
        "import plantigrade\n"
        "assert plantigrade.__file__.startswith(sys.argv[1]), plantigrade.__file__\n"
        "for name in sys.argv[2:]: importlib.import_module(name)\n"
    )
    run([sys.executable, "-c", script, str(copy), *names], copy)
    tests = [path for path in there if re.fullmatch(r"tests/(.+/)?test_\w+\.py", path)]
    if tests:
        run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests], copy)
    for check in promise.checks:
        program, *rest = check.split()
        run([sys.executable if program == "python" else program, *rest], copy)


@pytest.mark.parametrize("diff", DIFFS, ids=lambda path: path.stem)
def test_a_guide_shows_hunks_of_its_diff(diff: Path) -> None:
    """Lines of the guide's ```diff blocks are lines of the diff, so that the two do not drift apart."""
    lines = set(diff.read_text(encoding="utf-8").splitlines())
    text = (GUIDES / f"{diff.stem}.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```diff\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert shown, "the guide shows nothing of its diff in a ```diff block"
    changed = [line for block in shown for line in block.splitlines() if line[:1] in ("+", "-")]
    assert not [line for line in changed if line not in lines]


def test_promises_are_read_from_tables_and_lines() -> None:
    table = "# Add a thing\n\n| | |\n|---|---|\n| Files | 4 |\n| Check | `python -m tools.x --check` |\n"
    assert promise_of(table) == Promise(4, None, ("python -m tools.x --check",))
    lines = "# Add a driver\n\nFiles: 1, besides tests\n"
    assert promise_of(lines + "Folder: `firmware/drivers/x/`\n") == Promise(1, "firmware/drivers/x/", ())
    with pytest.raises(AssertionError, match="how many files"):
        promise_of("# Add a thing\n")


def test_files_are_counted_once_without_tests_and_the_folder() -> None:
    diff = "".join(
        f"diff --git a/{path} b/{path}\n"
        for path in ("host/a.py", "tests/host/test_a.py", "drivers/x/chip.py", "docs/a.md")
    )
    assert counted(touched(diff), None) == ["host/a.py", "drivers/x/chip.py", "docs/a.md"]
    assert counted(touched(diff), "drivers/x/") == ["host/a.py", "docs/a.md"]
    assert modules(["host/plantigrade/gait/x.py", "shared/p/__init__.py", "docs/a.md"]) == [
        "plantigrade.gait.x",
        "p",
    ]


def test_a_copy_that_fails_a_check_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)
