"""Compiled kernels: a constant or a kernel that changes in another file is in force at once."""

import subprocess
import sys
from pathlib import Path

import plantigrade
import pytest
from plantigrade.compiled import cache_folder

HOST = Path(plantigrade.__file__).resolve().parent
KERNELS = sorted(path for path in HOST.rglob("*.py") if "import compiled" in path.read_text("utf-8"))

SETTINGS = "HALF_STEP: float = {}\n"
INNER = """
from plantigrade.compiled import compiled
from plantigrade.trial.settings import HALF_STEP

@compiled()
def step(x: float) -> float:
    return {} * x + 2.0 * HALF_STEP
"""
OUTER = """
from plantigrade.compiled import compiled
from plantigrade.trial.inner import step

@compiled(error_model="numpy")
def run(x: float) -> float:
    return step(x) + 1.0
"""
ASK = """
import plantigrade, sys
plantigrade.__path__.append(sys.argv[1])
from plantigrade.trial.outer import run
print(run(10.0), sum(run.stats.cache_hits.values()))
"""


def test_every_kernel_is_compiled_here() -> None:
    assert len(KERNELS) >= 8
    elsewhere = [path for path in HOST.rglob("*.py") if "import numba" in path.read_text("utf-8")]
    assert [path.name for path in elsewhere] == ["compiled.py"]


def test_a_command_that_computes_nothing_does_not_load_the_compiler() -> None:
    """It would take a third of the time of `sessions list`."""
    ask = "import plantigrade.library.catalogue.library, sys; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_change_in_a_file_behind_a_kernel_is_in_force_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """x = 10: 1 x + 2 * 0.5 + 1 = 12; with steps of 3: 17; with 2 x: 27. The second number counts uses of the
    cache."""
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    package = tmp_path / "trial"
    package.mkdir()
    for name, text in (("__init__", ""), ("settings", SETTINGS.format(0.5)), ("inner", INNER.format("1.0"))):
        (package / f"{name}.py").write_text(text)
    (package / "outer.py").write_text(OUTER)

    def asked() -> list[str]:
        command = [sys.executable, "-B", "-c", ASK, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert asked() == ["12.0", "0"]
    assert asked() == ["12.0", "1"]
    (package / "settings.py").write_text(SETTINGS.format(3.0))
    assert asked() == ["17.0", "0"]
    (package / "inner.py").write_text(INNER.format("2.0"))
    assert asked() == ["27.0", "0"]
    assert asked() == ["27.0", "1"]


def test_caches_lie_beside_the_kernel_or_where_the_user_wants_them(tmp_path: Path) -> None:
    path = KERNELS[0]
    beside, chosen = cache_folder(path), cache_folder(path, str(tmp_path))
    assert beside.parent == path.parent / "__pycache__" and chosen.parent == tmp_path
    assert beside.name == chosen.name and beside.name.startswith("kernels-")
    assert cache_folder(KERNELS[0]).name != cache_folder(KERNELS[-1]).name
