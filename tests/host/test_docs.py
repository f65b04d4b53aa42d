"""The documents keep their promises: links lead somewhere, and the commands that they show run."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "shared").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
BLOCK = re.compile(r"^```sh test\n(.*?)^```", re.MULTILINE | re.DOTALL)
STEPS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
WALKS = re.compile(r"plantigrade (?:demo|record|run|scan|twin)")  # over the virtual radio: alone
BLOCKS = [
    pytest.param(
        match.group(1),
        id=f"{page.relative_to(ROOT)}:{page.read_text().count(chr(10), 0, match.start())}",
        marks=[pytest.mark.radio] if WALKS.search(match.group(1)) else [],
    )
    for page in PAGES
    for match in BLOCK.finditer(page.read_text())
]


@pytest.mark.style
@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing, f"{page.relative_to(ROOT)} links to {missing}"


@pytest.mark.slow
@pytest.mark.parametrize("script", BLOCKS)
def test_commands_in_the_documents_run(script: str, tmp_path: Path) -> None:
    """Blocks marked `sh test` run in an empty folder that holds only the bundled walk as `walk.txt.gz`."""
    walk = next((ROOT / "host/plantigrade/twin/walks").glob("*.txt.gz"))
    shutil.copy(walk, tmp_path / "walk.txt.gz")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    runtime = tmp_path / "runtime"  # virtual boards of other tests are not in reach
    runtime.mkdir(mode=0o700)
    environment = os.environ | {
        "PATH": path,
        "PLANTIGRADE_DATA": str(tmp_path / "data"),
        "XDG_RUNTIME_DIR": str(runtime),
    }
    shown_text = tmp_path / "said.txt"
    with shown_text.open("wb") as output:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait()
        finally:  # what a script that failed has left running
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
    assert code == 0, f"{script}\n{shown_text.read_text()[-4000:]}"


def test_the_steps_of_making_an_insole_are_those_that_are_run() -> None:
    """Its commands stand at each step, and once more in the block that a test runs."""
    text = (ROOT / "docs/tutorials/make-your-first-insole.md").read_text()
    steps = [line for block in STEPS.findall(text) for line in block.splitlines()]
    (entire,) = BLOCK.findall(text)
    run = [line.removesuffix(" &") for line in entire.splitlines() if line.startswith("plantigrade")]
    assert steps == run


def test_the_index_names_every_page() -> None:
    index = set(LINK.findall((ROOT / "docs" / "README.md").read_text()))
    found = [p for ending in ("md", "ipynb") for p in (ROOT / "docs").rglob(f"*.{ending}")]
    pages = {str(p.relative_to(ROOT / "docs")) for p in found} - {"README.md"}
    assert index == pages
