"""What a run of mutants found, for the terminal, as JSON and as the page `docs/reference/mutants.md`."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.mutants.packages import ROOT, Package
from tools.mutants.run import EQUIVALENT, KILLED, SURVIVED, UNREACHED, Outcome

PAGE: Final = ROOT / "docs" / "reference" / "mutants.md"


@dataclass(frozen=True)
class Row:
    """One package: how many mutants came to what."""

    package: str
    sampled: int
    killed: int
    equivalent: int
    survived: int
    unreached: int
    bar_pct: float

    @property
    def killed_pct(self) -> float:
        """Killed in per cent of those that are not equivalent."""
        judged = self.sampled - self.equivalent
        return 100.0 * self.killed / judged if judged else 100.0

    @property
    def met(self) -> bool:
        """Whether the bar is reached."""
        return self.killed_pct >= self.bar_pct

    def cells(self) -> tuple[str, ...]:
        """For a table."""
        return (
            self.package,
            *map(str, (self.sampled, self.killed, self.equivalent, self.survived, self.unreached)),
            f"{self.killed_pct:.1f} %",
            f"{self.bar_pct:.0f} %",
            "met" if self.met else "**below**",
        )


HEAD: Final = (
    "package", "sampled", "killed", "equivalent", "survived", "not reached", "killed of the rest", "bar", "",
)  # fmt: skip


def rows(outcomes: list[Outcome], chosen: dict[str, Package]) -> list[Row]:
    """One row a package that was sampled."""
    found: list[Row] = []
    for name, package in chosen.items():
        states = Counter(one.state for one in outcomes if one.mutant.package == name)
        if states:
            killed, same, left, unreached = (states[one] for one in (KILLED, EQUIVALENT, SURVIVED, UNREACHED))
            found.append(Row(name, states.total(), killed, same, left, unreached, package.bar_pct))
    return found


def table(found: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in found)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def survivors(outcomes: list[Outcome]) -> list[Outcome]:
    """Those that no test noticed, by place."""
    left = [one for one in outcomes if one.state in (SURVIVED, UNREACHED)]
    return sorted(left, key=lambda one: (one.mutant.file, one.mutant.line, one.mutant.kind))


def write_json(path: Path, outcomes: list[Outcome], seed: int) -> None:
    """Everything, for another program."""
    listed = [
        {
            "package": one.mutant.package,
            "file": one.mutant.file,
            "line": one.mutant.line,
            "kind": one.mutant.kind,
            "change": one.mutant.change(),
            "state": one.state,
            "by": one.by,
            "tests_tried": one.tried,
        }
        for one in outcomes
    ]
    found = {"schema": "plantigrade.mutants/1", "seed": seed, "mutants": listed}
    path.write_text(json.dumps(found, indent=1), "utf-8")


def write_page(found: list[Row], outcomes: list[Outcome], by_hand: list[Outcome], seed: int) -> None:
    """The page of the documentation."""
    left = [
        f"- `{one.mutant.file}:{one.mutant.line}` {one.mutant.kind}: {one.state}"
        for one in survivors(outcomes)
    ]
    hand = [
        f"| {one.mutant.kind} | `{one.mutant.file}` | {one.state} | {f'`{one.by}`' if one.by else ''} |"
        for one in sorted(by_hand, key=lambda one: one.mutant.kind)
    ]
    command = f"make mutants SEED={seed} SIZE={sum(row.sampled for row in found)}"
    text = f"""# Mutants: faults that the tests must notice

Small deliberate faults are put into a private copy of the project, one at a time, and the tests that execute
the faulty line are run on it. A fault that no test notices is a figure or a policy that nothing specifies.
This page is written by `{command}`; another seed draws other faults.

Kernels run uncompiled. Annotations, texts and the compiler's decorators are not mutated. Firmware runs on
MicroPython. A mutant that cannot change what the program does is named, with its reason, in
`tools/mutants/equivalent.toml`.

{table(found)}

## Faults written by hand

Those of `tools/mutants/by_hand.toml`; each once passed every test.

| fault | file | outcome | noticed first by |
| --- | --- | --- | --- |
{chr(10).join(hand)}

## Not noticed in this run

{chr(10).join(left) or "None."}
"""
    PAGE.write_text(text, "utf-8")
