"""Sentences of the analysis and of insoles in the reader's language.

Engine and service say them in English, with figures in them; documents hold them so. A sentence is found by
its English form among the texts `remarks`, and said anew with its values. One that is not there stays.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from plantigrade.web.texts import rule_texts
from plantigrade.web.words import FALLBACK, Words, words_of

_TABLE: Final = "remarks."
_NOT_SENTENCES: Final = f"{_TABLE}side."
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_SIDE: Final = "left|right"
_SHAPES: Final = {
    "side": _SIDE,
    "foot": _SIDE,
    "other_foot": _SIDE,
    "how": "[a-z ]+",
    "instrument": "[a-z ]+",
    "what": "[^:;]+",
}
_NUMBER: Final = r"[<>]?-?\d[\d.]*(?:e[+-]?\d+)?|nan"
_TEXTS: Final = frozenset({"reason", "remark", "measures", "shares", "count"})
_JOINED: Final = "; "


@dataclass(frozen=True)
class Remark:
    """A sentence in the reader's language; `is_translated` where it is."""

    text: str
    is_translated: bool


def remark_of(text: str, words: Words) -> Remark:
    """A sentence in the reader's language.

    Example:
        >>> remark_of("needs 20 valid strides, there are 7", words_of("de")).text
        'braucht 20 gültige Doppelschritte, es sind 7'
        >>> remark_of("a sentence of nobody", words_of("de"))
        Remark(text='a sentence of nobody', is_translated=False)
    """
    if words.language == FALLBACK:
        return Remark(text, True)
    translated = _translated(text, words)
    if translated is not None:
        return Remark(translated, True)
    parts = [_translated(part, words) for part in text.split(_JOINED)]
    if any(part is None for part in parts):
        return Remark(text, False)
    return Remark(_JOINED.join(part for part in parts if part is not None), True)


def _translated(text: str, words: Words) -> str | None:
    for name, pattern in _patterns():
        if found := pattern.fullmatch(text):
            values = {place: _value(place, value, words) for place, value in found.groupdict().items()}
            return words(f"remarks.{name}", **values)
    return None


def _value(place: str, value: str, words: Words) -> str:
    if place == "side":
        return words(f"remarks.side.{value}")
    if place in ("foot", "other_foot"):
        return words(f"side.{value}")
    if place == "measures":
        names = rule_texts(words).metrics
        return ", ".join(names.get(one, one) for one in value.split(", "))
    if re.fullmatch(_NUMBER, value):
        return value.replace(".", words("formats.decimal"))
    return remark_of(value, words).text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Names and English forms, the most particular first: of several that fit, the one with most letters."""
    english = words_of(FALLBACK)
    names = [key for key in english.keys if key.startswith(_TABLE) and not key.startswith(_NOT_SENTENCES)]
    names.sort(key=lambda key: -len(re.sub(r"\{\w+\}", "", english(key))))
    return tuple((key.removeprefix(_TABLE), _pattern(english(key))) for key in names)


def _pattern(text: str) -> re.Pattern[str]:
    def place(found: re.Match[str]) -> str:
        name = found.group(1)
        shape = _SHAPES.get(name, ".+" if name in _TEXTS else _NUMBER)
        return f"(?P<{name}>{shape})"

    return re.compile(_PLACE.sub(place, re.escape(text)))
