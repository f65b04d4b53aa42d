"""The host on systems without POSIX: nothing asks for a module that only POSIX has while it is imported, and
files are locked by Windows' own means."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import plantigrade
import pytest

PACKAGE = Path(plantigrade.__file__).resolve().parent
POSIX_ONLY = {"fcntl", "termios", "pty", "tty", "pwd", "grp", "resource", "readline"}
TWIN = "twin"  # boots firmware on a POSIX interpreter and says so


def imported(body: list[ast.stmt]) -> Iterator[str]:
    """Modules that are imported while a module loads, outside a branch that asks for the platform."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.ClassDef | ast.With):
            yield from imported(node.body)


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != TWIN)


def test_the_walk_finds_such_an_import() -> None:
    source = "import os, fcntl\nfrom termios import A\nif x:\n    import pty"
    assert list(imported(ast.parse(source).body)) == ["os", "fcntl", "termios"]
    assert len(files()) > 150


def test_no_module_needs_posix_to_be_imported() -> None:
    needing = {
        str(path.relative_to(PACKAGE)): sorted(POSIX_ONLY & set(imported(ast.parse(path.read_text()).body)))
        for path in files()
    }
    assert {name: modules for name, modules in needing.items() if modules} == {}


def locks_on_windows(monkeypatch: pytest.MonkeyPatch, locking: Any) -> ModuleType:
    """The module of locks as Windows would load it."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))  # type: ignore[arg-type]
    spec = importlib.util.spec_from_file_location("locks_on_windows", PACKAGE / "files" / "locks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_on_windows_a_byte_far_behind_the_content_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int, int]] = []

    def locking(descriptor: int, mode: int, count: int) -> None:
        asked.append((file.tell(), mode, count))

    with (tmp_path / "x").open("w+b", buffering=0) as file:
        locks_on_windows(monkeypatch, locking).lock_file(file.fileno())
        assert asked == [(1 << 40, 2, 1)], "where nobody reads, since a locked byte cannot be read there"
        assert file.tell() == 0


def test_on_windows_a_lock_of_another_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locking(descriptor: int, mode: int, count: int) -> None:
        raise PermissionError(13, "Permission denied")

    with (tmp_path / "x").open("w+b", buffering=0) as file, pytest.raises(BlockingIOError):
        locks_on_windows(monkeypatch, locking).lock_file(file.fileno())
