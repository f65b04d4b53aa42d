"""A board's files with one module that raises: when it is imported, when its parts are made, or when they are
used."""

import ast
from enum import StrEnum
from pathlib import Path

from tests.firmware.micropython_run import ROOT

FIRMWARE = ROOT / "firmware"
BESIDE_A_DRIVER = ("fake.py", "cases.py")


class When(StrEnum):
    """When the module raises; at every start, for ever."""

    IMPORT = "import"
    INIT = "init"
    RUN = "run"


def modules() -> list[str]:
    """Every module of the firmware's own folders, such as `insole/radio.py`."""
    return [
        path.relative_to(FIRMWARE).as_posix()
        for folder in ("insole", "safe_mode", "drivers")
        for path in sorted((FIRMWARE / folder).rglob("*.py"))
        if path.name not in BESIDE_A_DRIVER and "__pycache__" not in path.parts
    ]


def broken_source(module: str, when: When) -> str | None:
    """The module's source with the fault; None when it has nothing that could raise then."""
    tree = ast.parse((FIRMWARE / module).read_text(encoding="utf-8"))
    fault = ast.parse(f"raise RuntimeError('{module} at {when}')").body
    if when is When.IMPORT:
        tree.body[:0] = fault
        return ast.unparse(tree)
    found = False
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            (node.name == "__init__") == (when is When.INIT)
        ):
            found = True
            node.body = fault
            node.decorator_list = [
                one for one in node.decorator_list if "micropython" not in ast.unparse(one)
            ]
    return ast.unparse(ast.fix_missing_locations(tree)) if found else None


def lay_out(good: Path, module: str, source: str, into: Path) -> None:
    """A copy of a board's files, by links, in which one module is this source."""
    compiled = Path("lib", module).with_suffix(".mpy")
    if compiled.name == "__init__.mpy" and compiled.parts[1] == "drivers" and len(compiled.parts) == 4:
        compiled = compiled.parent.with_suffix(".mpy")  # a driver is one file on a board
    for path in good.rglob("*"):
        place = path.relative_to(good)
        if path.is_dir():
            (into / place).mkdir(parents=True, exist_ok=True)
        elif place != compiled:
            (into / place).parent.mkdir(parents=True, exist_ok=True)
            (into / place).symlink_to(path)
    (into / "lib" / module).parent.mkdir(parents=True, exist_ok=True)
    (into / "lib" / module).write_text(source, encoding="utf-8")
