"""English that depends on a number."""


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 gap`, `2 gaps`, `3 entries`: a number with its noun, whose plural takes an s unless given."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
