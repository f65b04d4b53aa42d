"""Names of months and of the halves of a day in the languages in which tables are written, from the Unicode
CLDR."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from typing import Any, Final

_CODES: Final = """
en de fr es it pt nl sv da nb fi is pl cs sk hu sl hr sr bg ro ru uk el tr et lv lt ca eu ga cy mt sq mk
he ar fa hi bn th vi id ms ja ko zh
"""
_LANGUAGES: Final = tuple(_CODES.split())
_MORE_HALVES: Final = {"am": ("am", "a.m.", "上午", "午前"), "pm": ("pm", "p.m.", "下午", "午後")}
"""What is written although CLDR has finer parts of the day, or no point or another one."""


@cache
def halves_of_day() -> dict[str, str]:
    """Words for the halves of a day in lower case, with "am" or "pm"; without those that languages see
    differently.

    Examples:
        >>> halves_of_day()["p.m."], halves_of_day()["午前"]
        ('pm', 'am')
    """
    found: dict[str, set[str]] = {}
    for half, language, width, context in product(("am", "pm"), _LANGUAGES, *_WIDTHS):
        word = str(_cldr("get_period_names")(width, context, language).get(half, "")).lower()
        for spelt in (" ".join(word.split()), "".join(word.split())):
            found.setdefault(spelt, set()).add(half)
    for half, texts in _MORE_HALVES.items():
        found |= {word: {half} for word in texts}
    return {word: next(iter(halves)) for word, halves in found.items() if len(halves) == 1 and len(word) > 1}


@cache
def months() -> dict[str, frozenset[int]]:
    """Names of months in lower case, without a point at the end, with the months that some language means
    by them.

    Examples:
        >>> sorted(months()["listopad"])  # Croatian and Czech
        [10, 11]
    """
    found: dict[str, set[int]] = {}
    for language, width, context in product(_LANGUAGES, *_WIDTHS):
        for number, name in _cldr("get_month_names")(width, context, language).items():
            word = str(name).lower().strip(". ")
            if word and not word.isdigit():
                found.setdefault(word, set()).add(int(number))
    return {word: frozenset(numbers) for word, numbers in found.items()}


_WIDTHS: Final = (("abbreviated", "wide"), ("format", "stand-alone"))


def _cldr(name: str) -> Callable[..., Mapping[Any, Any]]:
    """A table of Babel; loaded when a date has a word in it, as that takes a moment."""
    from babel import dates

    return getattr(dates, name)
