"""Which of the sixteen places is meant, as a picture of text."""

from typing import Final

from insole_protocol.layout import SENSOR_NAMES, X_PERMILLE, Y_PERMILLE

from plantigrade.device.provision.record import SIDES

ROWS: Final = 16
COLUMNS: Final = 27
_CELL: Final = 3
"""Columns of one place: its number in two digits, or marked in brackets."""


def picture(side: str, marked: int) -> str:
    """The insole from above, toes up, its places numbered from 1, one of them in brackets.

    Args:
        side: "left" or "right"; the inner edge of a left insole is on the right.
        marked: index of the place.

    >>> print(picture("left", 13))  # doctest: +ELLIPSIS, +NORMALIZE_WHITESPACE
     left
    .---------------------------.
    | ... 16 15 [14] ...
     inner edge right
    """
    lines = [[" "] * COLUMNS for _ in range(ROWS)]
    for index, (x, y) in enumerate(zip(X_PERMILLE, Y_PERMILLE, strict=True)):
        across = x if side == SIDES[1] else 1000 - x
        row = min(ROWS - 1, round((1000 - y) / 1000 * (ROWS - 1)))
        column = round(across / 1000 * (COLUMNS - 4))
        text = f"[{index + 1}]" if index == marked else f" {index + 1} "
        lines[row][column : column + len(text)] = text
    edge = "." + "-" * COLUMNS + "."
    inner = "inner edge left" if side == SIDES[1] else "inner edge right"
    body = [f"|{''.join(line)[:COLUMNS]}|" for line in lines]
    return "\n".join([f"   {side}", edge, *body, edge.replace(".", "'"), f"   {inner}"])


def place_name(index: int) -> str:
    """A place for people.

    >>> place_name(0)
    'place 1, heel posterior'
    """
    return f"place {index + 1}, {SENSOR_NAMES[index].replace('_', ' ')}"
