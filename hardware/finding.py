"""One checked figure, whatever was checked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A check by name: the figure found beside its bound, and what breaks it."""

    check: str
    figure: float
    bound: float
    at_most: bool = True
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.figure <= self.bound if self.at_most else self.figure >= self.bound


def count(check: str, faults: list[str]) -> Finding:
    """A check whose faults are counted: none may be."""
    return Finding(check, float(len(faults)), 0.0, faults=tuple(faults))


def table(findings: list[Finding]) -> str:
    """Findings as Markdown, faults below."""
    rows = [
        f"| {f.check} | {f.figure:.4g} | {'<=' if f.at_most else '>='} {f.bound:g} "
        f"| {'ok' if f.ok else 'FAIL'} |"
        for f in findings
    ]
    faults = [f"- {f.check}: {fault}" for f in findings for fault in f.faults]
    head = ["| check | figure | bound | |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, *([""] if faults else []), *faults])
