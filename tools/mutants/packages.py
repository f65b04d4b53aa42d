"""The packages that are mutated, as `packages.toml` lists them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Package:
    """One package under mutation.

    Attributes:
        name: as on the command line.
        sources: its files, relative to the project's root.
        tests: files and folders of tests that answer for it, relative to the root.
        bar_pct: share of the non-equivalent mutants that must be killed.
        micropython: its tests run it on MicroPython, where lines are not traced.
    """

    name: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]
    bar_pct: float
    micropython: bool

    def test_files(self) -> list[str]:
        """Test files that exist, relative to the root."""
        found: set[Path] = set()
        for name in self.tests:
            path = ROOT / name
            found.update(path.rglob("test_*.py") if path.is_dir() else [path] if path.exists() else [])
        return sorted(str(path.relative_to(ROOT)) for path in found)


def _files(names: list[str], skip: list[str]) -> tuple[str, ...]:
    found: list[Path] = []
    for name in names:
        path = ROOT / name
        found.extend(sorted(path.rglob("*.py")) if path.is_dir() else [path])
    return tuple(str(path.relative_to(ROOT)) for path in found if path.name not in skip)


@cache
def packages() -> dict[str, Package]:
    """Every package by name, in the order of the file."""
    rows = tomllib.loads((HERE / "packages.toml").read_text("utf-8"))
    return {
        name: Package(
            name,
            _files(row["sources"], row.get("skip", [])),
            tuple(row["tests"]),
            float(row["bar_pct"]),
            bool(row.get("micropython", False)),
        )
        for name, row in rows.items()
    }
