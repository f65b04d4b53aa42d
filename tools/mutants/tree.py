"""A private copy of the project, and processes that run in it with all imported but the project."""

import compileall
import contextlib
import importlib
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.mutants.packages import ROOT

HEAVY: Final = (
    "numpy", "scipy.signal", "scipy.stats", "numba", "pyarrow.parquet", "pyarrow.csv", "sqlalchemy.orm",
    "pytest", "rich.console", "click.testing", "cryptography.fernet", "coverage", "alembic.command",
)  # fmt: skip
KEYS: Final = {
    "NUMBA_DISABLE_JIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def prepare() -> None:
    """Import what the tests need from elsewhere, once: forks start with it. Before any kernel is imported."""
    os.environ.update(KEYS)
    sys.dont_write_bytecode = True
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def copy_project(folder: Path) -> Path:
    """The files of the work tree, compiled so that only a changed text is compiled anew."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return folder


def _enter(tree: Path, log: Path) -> None:
    """Make this fork a process of the tree."""
    os.setsid()
    os.chdir(tree)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, out), (2, out)):
        os.dup2(source, target)
    own = [str(tree / "host"), str(tree / "shared"), str(tree)]
    sys.path[:] = own + [
        p for p in sys.path if Path(p or ".").resolve() not in (ROOT, ROOT / "host", ROOT / "shared")
    ]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tools", "tests", "plantigrade")]:
        del sys.modules[name]
    os.environ["PYTHONPATH"] = os.pathsep.join(own)
    os.environ.setdefault("PLANTIGRADE_SHARED_DATA", str(ROOT.parent / "shared" / "data"))


def run_in(tree: Path, log: Path, work: Callable[[], int], timeout_s: float) -> int | None:
    """Do `work` in a fork inside a tree; its exit code, None when it was ended for its time."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            _enter(tree, log)
            code = int(work())
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    ends = time.monotonic() + timeout_s
    try:
        while time.monotonic() < ends:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what the tests left running, or all of it
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
