"""Writes the tables of docs/reference/parameters.md from the registry: `python -m tools.parameters_page`.

The text of the page is written by hand; what stands between `<!-- from the registry: NAME -->` and
`<!-- end -->` is made here. `--check` changes nothing and fails when the page is not what the registry gives.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from plantigrade.gait.parameters.definition import Needs, ParameterDefinition, ParameterGroup, View
from plantigrade.gait.parameters.registry import PARAMETERS
from plantigrade.gait.parameters.sources import SOURCES

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "parameters.md"
BLOCK: Final = re.compile(r"(<!-- from the registry: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
UNITS: Final = {"1": "1", "cm2": "cm²", "mm2": "mm²"}
FOOTNOTES: Final = {source: number for number, source in enumerate(SOURCES, start=1)}
Rows = Sequence[ParameterDefinition]


def page(text: str) -> str:
    """The page with its tables made anew.

    Raises:
        KeyError: a block has a name that no table has.
    """
    return BLOCK.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)


def lines_of(group: ParameterGroup) -> list[Rows]:
    """The rows of a section; those with the same formula and limits share a line."""
    lines: dict[tuple[str, str], list[ParameterDefinition]] = {}
    for row in PARAMETERS.values():
        if row.group is group:
            lines.setdefault((row.definition, row.limits), []).append(row)
    return list(lines.values())


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    complete = [heads, ["---"] * len(heads), *rows]
    return "".join("|" + "|".join(f" {cell} " if cell else " " for cell in row) + "|\n" for row in complete)


def _names(rows: Rows) -> str:
    return ", ".join(f"`{row.name}`" for row in rows)


def _distinct(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _unit(rows: Rows) -> str:
    return _distinct(UNITS.get(row.unit, row.page_unit or row.unit) for row in rows)


def _needs(rows: Rows) -> str:
    """What all need, then what some need; without contacts, which every figure of walking needs."""
    reported = ~Needs.CONTACTS
    shared = more = rows[0].needs
    for row in rows:
        shared &= row.needs
        more |= row.needs
    more &= ~shared
    some = f"some: {(more & reported).text}" if more & reported else ""
    return "; ".join(text for text in ((shared & reported).text, some) if text)


def _usual(rows: Rows) -> str:
    ranges = {
        row.name: f"{row.usual.text()} ({FOOTNOTES[row.usual.source]})"
        for row in rows
        if row.usual is not None
    }
    if len(ranges) == len(rows) and len(set(ranges.values())) == 1:
        return next(iter(ranges.values()))
    if ranges:
        return ", ".join(f"`{name}` {text}" for name, text in ranges.items())
    return _distinct(row.usual_text for row in rows)


def _full(group: ParameterGroup) -> str:
    heads = ("name", "formula", "unit", "needs", "usual range (source)", "limits")
    cells = (
        (_names(rows), rows[0].definition, _unit(rows), _needs(rows), _usual(rows), rows[0].limits)
        for rows in lines_of(group)
    )
    return table(heads, cells)


def _short(group: ParameterGroup) -> str:
    cells = (
        (_names(rows), rows[0].definition, _unit(rows), _filter(rows[0].low_pass_hz))
        for rows in lines_of(group)
    )
    return table(("name", "formula", "unit", "low pass"), cells)


def _filter(corner_hz: float | None) -> str:
    return "none" if corner_hz is None else f"{corner_hz:g} Hz"


def _unknowable() -> str:
    cells = ((_names(rows), rows[0].definition) for rows in lines_of(ParameterGroup.UNKNOWABLE))
    return table(("name", "why"), cells)


def _sources() -> str:
    return "".join(f"{number}. {text}\n" for number, text in enumerate(SOURCES.values(), start=1))


def _least(row: ParameterDefinition) -> str:
    strides = f"{row.min_strides} strides" if row.min_strides else ""
    return strides or (f"{row.min_seconds:g} s" if row.min_seconds else "")


def _where() -> str:
    """One line a parameter: what the tables of the sections leave out."""
    heads = ("name", "title", "at least", "decimals", "symmetry index", "shown in", "rules of posture")
    rows = (
        (
            f"`{row.name}`",
            row.title,
            _least(row),
            str(row.decimals) if row.rule_metrics else "",
            f"`{row.symmetry.name}`" if row.symmetry is not None else "",
            ", ".join(view.value for view in View if view in row.shown and view is not View.SOURCES),
            ", ".join("as it is" if name == row.name else f"`{name}`" for name in row.rule_metrics),
        )
        for row in PARAMETERS.values()
        if row.group is not ParameterGroup.UNKNOWABLE
    )
    return table(heads, rows)


_IN_SHORT: Final = (ParameterGroup.SWAY,)
TABLES: Final[dict[str, Callable[[], str]]] = {
    group.value: (lambda group=group: _short(group) if group in _IN_SHORT else _full(group))
    for group in ParameterGroup
    if group is not ParameterGroup.UNKNOWABLE
} | {"unknowable": _unknowable, "sources": _sources, "where": _where}


def main(arguments: list[str] | None = None, path: Path = PAGE) -> int:
    """Write the page, or compare it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.parameters_page", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="compare only, and fail when the page is outdated"
    )
    options = parser.parse_args(arguments)
    old = path.read_text(encoding="utf-8")
    new = page(old)
    if not options.check:
        path.write_text(new, encoding="utf-8")
    elif new != old:
        print(f"{path} is not what the registry gives; run: python -m tools.parameters_page", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
