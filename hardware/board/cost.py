"""What a pair of insoles costs in parts: estimates for planning, not offers."""

from hardware.board.design import Design
from hardware.board.outputs import bill

COUNTS = (1, 10, 100)
# US dollars an insole at 1, 10 and 100 pairs: what is not on the board. All estimates.
OTHER_USD: dict[str, tuple[float, float, float]] = {
    "bare board, 4 layers, 1 mm": (12.0, 2.5, 0.9),
    "assembly of one side": (25.0, 8.0, 3.0),
    "16 film sensors and the printed tail": (60.0, 35.0, 14.0),
    "carrier sheet, cut or printed": (6.0, 4.0, 2.0),
    "battery 300 mAh with lead": (6.0, 4.5, 3.2),
    "case and lid, printed": (4.0, 3.0, 2.0),
}


def parts_usd(circuit: Design) -> tuple[float, float, float]:
    """Parts of one board at each count."""
    sums = [sum(kind.price_usd[i] * len(refs) for kind, refs, _ in bill(circuit)) for i in range(3)]
    return sums[0], sums[1], sums[2]


def table(circuit: Design) -> str:
    """Cost of a pair as Markdown."""
    rows = {"parts of the board": parts_usd(circuit)} | OTHER_USD
    lines = ["| a pair, US dollars (estimates) | 1 pair | 10 pairs | 100 pairs |", "|---|---|---|---|"]
    for name, prices in rows.items():
        lines.append(f"| 2 x {name} | " + " | ".join(f"{2 * price:.0f}" for price in prices) + " |")
    sums = [2 * sum(prices[i] for prices in rows.values()) for i in range(3)]
    return "\n".join([*lines, "| **a pair** | " + " | ".join(f"**{total:.0f}**" for total in sums) + " |"])
