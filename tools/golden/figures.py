"""An analysis as a plain tree of figures: what `plantigrade analyze --json` writes, but for words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from plantigrade.analysis.document import document
from plantigrade.analysis.pipeline import RecordingAnalysis

Tree = dict[str, Any]
Leaf = bool | int | float | str

UNKNOWN: Final = "unknown"
"""What stands for null, which TOML does not have."""
DIGITS: Final = 7
TEXTS: Final = (
    ("schema",),
    ("input", "path"),
    ("posture", "title"),
    ("posture", "references"),
    ("posture", "patient"),
    ("posture", "clinician"),
    ("posture", "guidance"),
)
"""Left out: texts for people that hold no figure, and where the file lay."""
PICTURES: Final = (("left", "load_map"), ("right", "load_map"))
"""Left out, too: pictures of figures that are compared themselves."""
_NAMED_BY: Final = {"posture": ("rule", "foot"), "findings": ("code", "foot", "sensor")}
"""Members of lists that name an entry better than its number does: one more finding moves no other."""
_UNIT_OF_SUFFIX: Final = {
    "_pct": "%",
    "_s": "s",
    "_n": "N",
    "_hz": "Hz",
    "_per_min": "steps/min",
    "confidence": "1",
}
_IN_ITS_UNIT: Final = ("value", "sd", "median", "mad", "mean", "raise_level", "p90", "p95")


def tree_of(full_analysis: RecordingAnalysis) -> Tree:
    """Every figure of an analysis; lists of objects become objects, null becomes "unknown"."""
    return {
        name: _plain(entry, (name,))
        for name, entry in document(full_analysis).items()
        if not _is_text((name,))
    }


def leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Path and value of each figure: "virtual_standing.standing.0.to_s", "left.force_cycle.mean[37]"."""
    for name, entry in tree.items():
        here = f"{path}.{name}" if path else name
        if isinstance(entry, Mapping):
            yield from leaves(cast("Mapping[str, Any]", entry), here)
        elif isinstance(entry, list):
            yield from ((f"{here}[{i}]", value) for i, value in enumerate(cast("list[Leaf]", entry)))
        else:
            yield here, entry


def kind_of(path: str, found: Mapping[str, Leaf]) -> str:
    """What sort of figure a leaf is, which decides its tolerance: a unit, or "exact"."""
    value = found[path]
    if isinstance(value, bool | int | str) or path.split(".")[1] == "algorithm":
        return "exact"
    parent, _, name = path.partition("[")[0].rpartition(".")
    if name in _IN_ITS_UNIT:
        return str(found[f"{parent}.unit"])
    kind = next((unit for suffix, unit in _UNIT_OF_SUFFIX.items() if name.endswith(suffix)), None)
    if kind is None:
        raise KeyError(f"{path}: nothing tells the unit of this figure")
    return kind


def _plain(entry: object, path: tuple[str, ...]) -> Any:
    if entry is None:
        return UNKNOWN
    if isinstance(entry, float):
        return float(f"{entry:.{DIGITS}g}")
    if isinstance(entry, list):
        items = cast("list[Any]", entry)
        if any(isinstance(item, dict) for item in items):
            return {name: _plain(item, path) for name, item in _named(items, path).items()}
        return [_plain(item, path) for item in items]
    if isinstance(entry, dict):
        members = cast("dict[str, Any]", entry)
        return {
            name: _plain(member, (*path, name))
            for name, member in members.items()
            if not _is_text((*path, name))
        }
    return entry


def _is_text(path: tuple[str, ...]) -> bool:
    return path in TEXTS or path in PICTURES


def _named(items: list[dict[str, Any]], path: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    members = _NAMED_BY.get(path[0], ()) if len(path) == 1 else ()
    if not members:
        return {str(number): item for number, item in enumerate(items)}
    named: dict[str, dict[str, Any]] = {}
    for item in items:
        name = "_".join(str(item[member]) for member in members if item[member] is not None)
        if name in named:
            raise KeyError(f"two entries of {path[0]} are called {name}")
        named[name] = item
    return named
