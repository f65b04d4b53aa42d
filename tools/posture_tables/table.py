"""Tables of results with intervals, as Markdown."""

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959964


@dataclass(frozen=True)
class Table:
    """A heading, some words, columns and rows of text."""

    title: str
    texts: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """As it stands in the document."""
        lines = [f"## {self.title}", "", self.texts, ""]
        lines += ["| " + " | ".join(self.columns) + " |", "|" + "---|" * len(self.columns)]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a proportion."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    middle = share + Z95**2 / (2 * of)
    reach = Z95 * sqrt(share * (1 - share) / of + Z95**2 / (4 * of * of))
    complete = 1 + Z95**2 / of
    return max((middle - reach) / complete, 0.0), min((middle + reach) / complete, 1.0)


def proportion(hits: int, of: int) -> str:
    """`0.95 (0.92-0.97)`."""
    low, high = wilson(hits, of)
    return f"{hits / of:.3f} ({low:.3f}-{high:.3f})" if of else "-"


def met(value: float, bar: float, *, at_least: bool = True) -> str:
    """`met` or `NOT met`."""
    good = value >= bar if at_least else value <= bar
    return "met" if good else "NOT met"
