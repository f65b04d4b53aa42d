"""What all cuts of one story came to."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Counted over cuts.

    Attributes:
        story: what was cut.
        operations: of the flash in the story without a cut.
        points: cuts that were tried.
        after: how often each thing was found at the power-on after a cut.
        failures: of each cut that did not pass: where, and what was found.
    """

    story: str
    operations: int = 0
    points: int = 0
    after: Counter[str] = field(default_factory=Counter[str])
    failures: list[str] = field(default_factory=list[str])

    def text(self) -> str:
        """For people."""
        found = ", ".join(f"{name}: {count}" for name, count in sorted(self.after.items()))
        lines = [
            f"{self.story}: {self.operations} operations, {self.points} cut points, "
            f"{len(self.failures)} failures",
            f"  after the cut: {found}",
        ]
        return "\n".join([*lines, *(f"  {failure}" for failure in self.failures)])


def cuts(operations: int, every: int) -> list[tuple[int, bool]]:
    """(operation, torn) of the cuts to try: each operation clean and torn, or every so-manieth of these."""
    both = [(number, torn) for number in range(1, operations + 1) for torn in (False, True)]
    return both[::every]
