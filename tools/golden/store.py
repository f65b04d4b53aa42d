"""Trees of figures as TOML: one line a parameter, tolerances at the top."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from tools.golden.figures import Tree

FILE: Final = Path(__file__).resolve().parents[2] / "tests" / "golden" / "figures.toml"
NUMBERS_A_LINE: Final = 10
HEAD: Final = """\
# Every figure of the golden recordings (docs/reference/golden-recordings.md).
# Written by `make golden`; only the tolerances are written by hand.
"""
TOLERANCE_HEAD: Final = """\
# How far a figure may move unnoticed, by its unit: room for the rounding of another processor, far below what
# anybody can measure. A figure may move by `relative` times itself plus the number of its unit. Counts, texts
# and settings are compared exactly.
[tolerance]
"""


def read(path: Path = FILE) -> tuple[dict[str, float], Tree]:
    """Tolerances and figures."""
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    return tree.pop("tolerance"), tree


def write(tolerances: Mapping[str, float], tree: Tree, path: Path = FILE) -> None:
    """Replace the file whole."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(as_text(tolerances, tree), encoding="utf-8")
    draft.replace(path)


def as_text(tolerances: Mapping[str, float], tree: Tree) -> str:
    """The file's text."""
    lines = [HEAD, TOLERANCE_HEAD + "\n".join(f"{_key(kind)} = {size}" for kind, size in tolerances.items())]
    for recording, entries in tree.items():
        sections: Tree = {name: entry for name, entry in entries.items() if isinstance(entry, dict)}
        lines.append(f"\n[{recording}]")
        lines += _rows({name: entry for name, entry in entries.items() if name not in sections})
        for section, rows in sections.items():
            if rows:
                lines.append(f"\n[{recording}.{section}]")
                lines += _rows(cast("Tree", rows))
    return "\n".join(lines) + "\n"


def _rows(rows: Tree, prefix: str = "") -> Iterator[str]:
    for name, entry in rows.items():
        key = f"{prefix}{_key(name)}"
        if isinstance(entry, dict) and not _is_row(cast("Tree", entry)):
            yield from _rows(cast("Tree", entry), f"{key}.")
        else:
            yield f"{key} = {_value(entry)}"


def _is_row(entry: Tree) -> bool:
    """Whether an object fits into one line: a parameter, a gap, an hour."""
    return bool(entry) and not any(isinstance(member, dict | list) for member in entry.values())


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() else json.dumps(name)


def _value(entry: Any) -> str:
    if isinstance(entry, dict):
        members = cast("Tree", entry)
        return "{" + ", ".join(f"{_key(name)} = {_value(member)}" for name, member in members.items()) + "}"
    if isinstance(entry, list):
        return _list([_value(item) for item in cast("list[Any]", entry)])
    return repr(entry) if isinstance(entry, float) else json.dumps(entry, ensure_ascii=False)


def _list(items: list[str]) -> str:
    if len(items) <= NUMBERS_A_LINE:
        return f"[{', '.join(items)}]"
    starts = range(0, len(items), NUMBERS_A_LINE)
    return "[\n" + "".join(f"  {', '.join(items[at : at + NUMBERS_A_LINE])},\n" for at in starts) + "]"
