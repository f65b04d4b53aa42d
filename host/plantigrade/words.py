"""English that depends on a number."""


def counted(number: int, singular: str) -> str:
    """`1 gap`, `2 gaps`: a number with its noun, whose plural takes an s."""
    return f"{number} {singular}" if number == 1 else f"{number} {singular}s"
