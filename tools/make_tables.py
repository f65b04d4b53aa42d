"""Writes the tables in pages of docs/reference that say what the code says: `python -m tools.make_tables`.

A table stands between a line `<!-- made by python -m tools.make_tables: NAME -->` and the next
`<!-- end of table -->`. With `--check` nothing is written, and a table that is out of date is a failure.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from plantigrade.exports.formats import FORMATS, ExportFormat
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.rules import Rule, Scope, shipped_rules

REFERENCE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"
_BEGIN: Final = "<!-- made by python -m tools.make_tables: {} -->"
_END: Final = "<!-- end of table -->"


def exports() -> str:
    """Formats that a recording is exported in."""
    head = ("Name", "What is written", "Cannot hold", "Needs")
    return _table(head, ((f"`{f.name}`", f.contents, f.lacks or "-", _needs(f)) for f in FORMATS.values()))


def _needs(form: ExportFormat) -> str:
    extra = [f"`plantigrade[{form.extra}]`"] if form.extra else []
    return ", ".join([*sorted(form.needs), *extra])


def posture_rules() -> str:
    """Rules of posture as shipped, with what a wearer is told."""
    head = ("Rule", "Looks at", "Scope", "Raised", "Cleared", "Severity", "Evidence", "What the wearer reads")
    texts = catalogue("en")

    def others(rule: Rule) -> str:
        """Levels elsewhere, where they move, and the marked one."""
        found = [f"{other.on.value} {other.raise_level:g}" for other in rule.elsewhere]
        moving = [f"{one.per_unit:+g} for each unit of `{one.metric}` from {one.at:g}" for one in rule.slopes]
        if moving:
            found.append(", else ".join(moving))
        if rule.marked_level is not None:
            found.append(f"marked from {rule.marked_level:g}")
        return f" ({'; '.join(found)})" if found else ""

    def row(rule: Rule) -> Iterable[str]:
        yield f"`{rule.id}` {rule.version}: {rule.title}"
        yield "; ".join(f"{term.statistic.value} of `{term.metric}`" for term in rule.terms)
        yield rule.scope.value
        unit = f" {rule.unit}" if rule.unit else ""
        yield f"{rule.raise_level:g}{unit}{others(rule)}"
        yield f"{rule.clear_level:g}{unit}"
        yield rule.severity.value
        yield rule.evidence
        side = None if rule.scope in (Scope.BOTH, Scope.SECOND) else Foot.LEFT
        yield "nothing: for clinicians" if rule.clinician_only else texts.patient(rule.id, side)

    return _table(head, (tuple(row(rule)) for rule in shipped_rules().values()))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = tuple(head)
    lines = [columns, ("---",) * len(columns), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


TABLES: Final[Mapping[str, tuple[Path, Callable[[], str]]]] = {
    "exports": (REFERENCE / "exports.md", exports),
    "posture rules": (REFERENCE / "posture-rules.md", posture_rules),
}


def with_table(page: str, name: str, table: str) -> str:
    """The text of a page with a table put in.

    Raises:
        ValueError: the page has no place for it, or more than one.
    """
    begin = _BEGIN.format(name)
    pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(_END)}", re.DOTALL)
    made, found = pattern.subn(lambda _: f"{begin}\n\n{table}\n{_END}", page)
    if found != 1:
        raise ValueError(f"the page has {found} places for the table {name!r}")
    return made


def main(check: bool) -> int:
    """Write or compare every table; how many were out of date."""
    old = 0
    for name, (page, made) in TABLES.items():
        text = page.read_text(encoding="utf-8")
        new = with_table(text, name, made())
        if new != text:
            old += 1
            if check:
                print(f"{page.name}: the table {name!r} is out of date; run: python -m tools.make_tables")
            else:
                page.write_text(new, encoding="utf-8")
    return old


if __name__ == "__main__":
    checked = "--check" in sys.argv[1:]
    raise SystemExit(1 if main(checked) and checked else 0)
