"""The public interface: small, complete, documented with examples, and cheap to import."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import plantigrade as pg
import pytest
from plantigrade.api.arrays import AnalysisArrays, RecordingArrays

ROOT = Path(__file__).resolve().parents[3]
NAMES = ["Analysis", "FileError", "Library", "PlantigradeError", "Recording", "analyze", "read", "twin"]
TWIN_NAMES = ["Person", "Shoe", "VirtualRecording", "conditions", "example_file", "person", "stand", "walk"]
ELSEWHERE = {"FileError", "PlantigradeError", "Person", "Shoe"}
"""Values of the engine's own rooms, documented there; nobody calls them from here but `Shoe`."""


def public() -> dict[str, Any]:
    """Every public function, class, method and property by its name for users."""
    found: dict[str, Any] = {}
    for module, names in ((pg, pg.__all__), (pg.twin, pg.twin.__all__)):
        found |= {f"{module.__name__}.{name}": getattr(module, name) for name in names}
    classes = [
        one for name, one in found.items() if inspect.isclass(one) and name.rsplit(".")[-1] not in ELSEWHERE
    ]
    for one in [*classes, AnalysisArrays, RecordingArrays]:
        for name in dir(one):
            if not name.startswith("_"):
                found[f"{one.__name__}.{name}"] = inspect.getattr_static(one, name)
    return found


def test_the_names_are_these_and_no_others() -> None:
    assert pg.__all__ == NAMES
    assert pg.twin.__all__ == TWIN_NAMES
    assert set(NAMES) <= set(dir(pg))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        pg.nonsense  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


def undocumented(things: dict[str, Any]) -> list[str]:
    """Names without a docstring or without an example in it."""
    lacking: list[str] = []
    for name, thing in things.items():
        text = inspect.getdoc(thing) or ""
        needs_example = name.rsplit(".")[-1] not in ELSEWHERE
        if not text or (needs_example and ">>> " not in text):
            lacking.append(name)
    return lacking


def test_public_names_without_docstring_or_example_are_none() -> None:
    things = public()
    assert len(things) > 70
    assert undocumented(things) == []


def test_a_name_without_an_example_would_be_noticed() -> None:
    def silent() -> None:
        """Says something, shows nothing."""

    assert undocumented({"silent": silent, "mute": lambda: None}) == ["silent", "mute"]


def arguments(thing: Any) -> list[str]:
    """Names of the arguments of a function or method."""
    if not inspect.isfunction(thing):
        return []
    return [name for name in inspect.signature(thing).parameters if name != "self"]


def test_every_argument_is_explained() -> None:
    lacking = [
        f"{name}: {argument}"
        for name, thing in public().items()
        for argument in arguments(thing)
        if argument not in (inspect.getdoc(thing) or "").partition("Args:")[2].partition("Example:")[0]
    ]
    assert lacking == []


def test_types_are_seen_without_running_it() -> None:
    """What `__getattr__` gives at run time, a type checker reads in the block for it."""
    for module, names in (("__init__.py", NAMES), ("twin/__init__.py", TWIN_NAMES)):
        tree = ast.parse((ROOT / "host/plantigrade" / module).read_text())
        blocks = [node for node in tree.body if isinstance(node, ast.If)]
        nodes = [node for block in blocks for node in ast.walk(block) if isinstance(node, ast.ImportFrom)]
        seen = {alias.asname for node in nodes for alias in node.names}
        assert seen == set(names)


def test_importing_it_imports_nothing_of_weight() -> None:
    code = "import sys, plantigrade; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"numpy", "pandas", "xarray", "click", "pyarrow", "sqlalchemy", "numba", "asyncio"}
    assert not heavy & set(modules)
    assert [name for name in modules if name.startswith("plantigrade.")] == []
