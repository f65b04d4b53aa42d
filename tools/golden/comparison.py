"""What changed between the stored figures and those of the code as it is, and by how much."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plantigrade.text_format import counted

from tools.golden.figures import Leaf, Tree, kind_of, leaves

RELATIVE: Final = "relative"
EXACT: Final = "exact"
LONGEST_CELL: Final = 24


class UnknownKindError(Exception):
    """A figure whose unit has no tolerance in the file."""


@dataclass(frozen=True)
class Change:
    """One figure that is not as it was.

    Attributes:
        path: recording, section and figure.
        old, new: None where the figure was not there, or is there no more.
        beyond: whether it moved by more than the tolerance of its kind.
    """

    path: str
    old: Leaf | None
    new: Leaf | None
    beyond: bool

    @property
    def difference(self) -> float | None:
        """New minus old; None where one of them is no number."""
        if not _is_number(self.old) or not _is_number(self.new):
            return None
        return float(self.new) - float(self.old)  # type: ignore[arg-type]

    @property
    def relative(self) -> float | None:
        """Difference as a share of the old figure; infinite from 0, None where there is no difference."""
        if self.difference is None:
            return None
        old = abs(float(self.old))  # type: ignore[arg-type]
        return self.difference / old if old else math.copysign(math.inf, self.difference)


def changes(tolerances: Mapping[str, float], stored: Tree, computed: Tree) -> list[Change]:
    """Every figure that differs, in the order of the file; those that are gone come last.

    Raises:
        UnknownKindError: a unit has no tolerance.
    """
    old, new = dict(leaves(stored)), dict(leaves(computed))
    found = [
        Change(path, old.get(path), value, _is_beyond(tolerances, path, old.get(path), new))
        for path, value in new.items()
        if path not in old or not _same(old[path], value)
    ]
    return found + [Change(path, value, None, beyond=True) for path, value in old.items() if path not in new]


def table(found: Sequence[Change], most: int | None = None) -> str:
    """The changes for people, at most so many of them, those beyond their tolerance first."""
    shown = sorted(found, key=lambda change: not change.beyond)[:most]
    head = ("figure", "old", "new", "difference", "relative", "tolerance")
    rows = [head, *(_row(change) for change in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [_aligned(head, widths)]
    for change, row in zip(shown, rows[1:], strict=True):
        lines.append(_aligned(row, widths))
        if _is_long(change):
            lines += [f"  old: {change.old}", f"  new: {change.new}"]
    if len(shown) < len(found):
        lines.append(f"and {len(found) - len(shown)} more")
    return "\n".join(lines)


def summary(found: Sequence[Change]) -> str:
    """How many figures changed, in one line."""
    beyond = sum(change.beyond for change in found)
    if not found:
        return "no change"
    if not beyond:
        return f"no change beyond tolerance; within it: {counted(len(found), 'figure')}"
    return f"changed beyond tolerance: {counted(beyond, 'figure')}; within it: {len(found) - beyond}"


def largest(found: Sequence[Change]) -> Change:
    """The change with the greatest relative effect beyond tolerance: of a parameter's value if any changed,
    before its spread; a figure that came, went or was 0 only where nothing else changed."""
    beyond = [change for change in found if change.beyond]
    return max(beyond, key=_weight)


def _weight(change: Change) -> tuple[bool, bool, float]:
    relative = change.relative
    measured = relative is not None and math.isfinite(relative)
    return measured, change.path.endswith(".value"), abs(relative) if measured and relative else 0.0


def _row(change: Change) -> tuple[str, str, str, str, str, str]:
    difference, relative, long = change.difference, change.relative, _is_long(change)
    return (
        change.path,
        "below" if long else _text(change.old),
        "below" if long else _text(change.new),
        "" if difference is None else f"{difference:+.4g}",
        "" if relative is None else f"{100 * relative:+.3g} %",
        "beyond" if change.beyond else "within",
    )


def _is_long(change: Change) -> bool:
    """Texts that would tear the table apart are written below their row."""
    return any(isinstance(value, str) and len(value) > LONGEST_CELL for value in (change.old, change.new))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join([row[0].ljust(widths[0]), *figures]).rstrip()


def _text(value: Leaf | None) -> str:
    if value is None:
        return "not there"
    return repr(value)


def _is_number(value: Leaf | None) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(old: Leaf, new: Leaf) -> bool:
    return type(old) is type(new) and old == new


def _is_beyond(
    tolerances: Mapping[str, float], path: str, old: Leaf | None, found: Mapping[str, Leaf]
) -> bool:
    new = found[path]
    if not isinstance(new, float) or not isinstance(old, float | None):
        return True
    kind = kind_of(path, found)
    if kind == EXACT:
        return True
    if kind not in tolerances:
        raise UnknownKindError(f"no tolerance for figures in {kind!r}: add one to the head of the file")
    return old is None or not abs(new - old) <= tolerances[kind] + tolerances[RELATIVE] * abs(old)
