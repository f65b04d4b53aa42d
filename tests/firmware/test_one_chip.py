"""The twin, the soak and the firmware's tests run on the same chip: `firmware/sim/chip`."""

import ast
from pathlib import Path

import pytest

from tests.firmware.micropython_run import HERE, ROOT, run

CHIP = ROOT / "firmware" / "sim" / "chip"
MODULES = {"bluetooth", "esp32", "machine", "task", "ticks"}
USERS = ("firmware/sim/boot_steps.py", "firmware/sim/soak/boot.py", "tests/firmware/fakes/chip.py")
FOLDERS = ("firmware", "tests/firmware")


def imported_from_the_chip(path: Path) -> set[str]:
    """Names that a file imports from `sim.chip`."""
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "sim.chip"
        for alias in node.names
    }


@pytest.mark.parametrize("user", USERS)
def test_each_user_takes_every_module_of_the_chip(user: str) -> None:
    assert imported_from_the_chip(ROOT / user) >= MODULES


@pytest.mark.parametrize("name", ["machine", "esp32", "bluetooth"])
def test_a_module_of_the_chip_exists_once(name: str) -> None:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob(f"{name}.py")]
    assert found == [CHIP / f"{name}.py"]


@pytest.mark.micropython
def test_the_firmware_of_the_tests_sees_these_files(tmp_path: Path) -> None:
    script = tmp_path / "which.py"
    names = "machine, esp32, bluetooth, time"
    script.write_text(f"import chip, {names}\nfor one in ({names}):\n    print(one.__file__)\n")
    ended = run(script)
    files = [(HERE / line).resolve() for line in ended.stdout.split()]
    assert files == [CHIP / f"{name}.py" for name in ("machine", "esp32", "bluetooth", "ticks")], ended.stderr
