"""Damages of a table whose numbers, where any are still read, must be those that were written."""

from collections.abc import Callable
from random import Random
from typing import Final

from tools.fuzz_tables.written import Written

_MULTI_LINE: Final = '"two\nlines"'
"""A cell that is cut by cutting lines."""
Damage = Callable[[Random, Written, str], str]


def cut_off(random: Random, _made: Written, text: str) -> str:
    """The end is missing."""
    return text[: random.randrange(len(text))]


def lost_separator(random: Random, made: Written, text: str) -> str:
    """Two cells became one."""
    return _without(random, text, made.separator, _outside_quotes(text))


def lost_line_end(random: Random, made: Written, text: str) -> str:
    """Two rows became one."""
    return _without(random, text, made.line_end)


def added_separator(random: Random, made: Written, text: str) -> str:
    """An empty cell was put in."""
    outside = _outside_quotes(text)
    places = [i for i, letter in enumerate(text) if letter == made.separator and outside[i]]
    if not places:
        return text
    at = random.choice(places)
    return text[:at] + made.separator + text[at:]


def other_decimal_mark(random: Random, made: Written, text: str) -> str:
    """One number, or all of one row, as another region writes it."""
    lines = text.split(made.line_end)
    at = random.randrange(len(lines))
    lines[at] = lines[at].replace(*_other_mark(made))
    return made.line_end.join(lines)


def row_of_another_region(random: Random, made: Written, text: str) -> str:
    """All numbers but the first half of the rows as another region writes them."""
    lines = text.split(made.line_end)
    half = len(lines) // 2
    marks = _other_mark(made)
    return made.line_end.join([*lines[:half], *(line.replace(*marks) for line in lines[half:])])


def _other_mark(made: Written) -> tuple[str, str]:
    """The decimal mark of the table and another one; a comma between cells stays one."""
    if made.decimal == made.separator:
        return '"', '"'
    return made.decimal, "." if made.decimal == "," else ","


def lost_quote(random: Random, _made: Written, text: str) -> str:
    """A quote is missing."""
    return _without(random, text, '"')


def added_quote(random: Random, _made: Written, text: str) -> str:
    """A quote too many."""
    at = random.randrange(len(text))
    return text[:at] + '"' + text[at:]


def row_twice(random: Random, made: Written, text: str) -> str:
    """A row was written twice."""
    if _MULTI_LINE in text:
        return text
    lines = text.split(made.line_end)
    at = random.randrange(len(lines))
    return made.line_end.join([*lines[: at + 1], *lines[at:]])


def row_lost(random: Random, made: Written, text: str) -> str:
    """A row is missing."""
    if _MULTI_LINE in text:
        return text
    lines = text.split(made.line_end)
    del lines[random.randrange(len(lines))]
    return made.line_end.join(lines)


def rows_exchanged(random: Random, made: Written, text: str) -> str:
    """Two rows changed places."""
    if _MULTI_LINE in text:
        return text
    lines = text.split(made.line_end)
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return made.line_end.join(lines)


def letter_for_digit(random: Random, _made: Written, text: str) -> str:
    """A digit became a letter or a mark of damage, as by hand or by a bad transfer."""
    places = [i for i, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return text
    at = random.choice(places)
    return text[:at] + random.choice(("O", "l", "\ufffd", "\0", "?", "#", "_", "x")) + text[at + 1 :]


def unit_in_cell(random: Random, made: Written, text: str) -> str:
    """A unit or a sign of money stands behind a number."""
    lines = text.split(made.line_end)
    at = random.choice([i for i, line in enumerate(lines) if line.strip(made.separator)])
    lines[at] += random.choice((" N", "N", " %", " kg", "€", "'", ";"))
    return made.line_end.join(lines)


def other_line_ends(random: Random, made: Written, text: str) -> str:
    """Lines end in several ways, as in files that were joined."""
    lines = text.split(made.line_end)
    return "".join(line + random.choice(("\n", "\r\n")) for line in lines)


def _outside_quotes(text: str) -> list[bool]:
    """For each character whether it stands outside quotes: a decimal comma in quotes is no separator."""
    outside, quoted = list[bool](), False
    for letter in text:
        quoted ^= letter == '"'
        outside.append(not quoted)
    return outside


def _without(random: Random, text: str, what: str, allowed: list[bool] | None = None) -> str:
    places = [i for i in range(len(text)) if text.startswith(what, i) and (allowed is None or allowed[i])]
    if not places:
        return text
    at = random.choice(places)
    return text[:at] + text[at + len(what) :]


DAMAGES: Final[tuple[Damage, ...]] = (
    cut_off,
    lost_separator,
    lost_line_end,
    added_separator,
    other_decimal_mark,
    row_of_another_region,
    lost_quote,
    added_quote,
    row_twice,
    row_lost,
    rows_exchanged,
    letter_for_digit,
    unit_in_cell,
    other_line_ends,
)
