"""The texts of the pages: the same in every language, none missing, none left over, none that judges."""

import re
import string
from collections.abc import Iterator

import pytest
from plantigrade.web.words import FALLBACK, languages, words_of

from tests.host.web.words.words_in_use import Named, asked_for, may_be_asked_for

OTHERS = [language for language in languages() if language != FALLBACK]
FORBIDDEN = {
    "en": r"\b(ab)?normal|\bpatient has\b|\bpathological|\bdiseased?\b",
    "de": r"\b(ab)?normal|\bpatient(in)? hat\b|\bpathologisch|\bkrankhaft",
}
"""A page shows what was measured and what to do; whether somebody is ill is not its to say."""
MOST_WORDS_ALIKE = 2
"""Longer texts that are the same in two languages were not translated."""


def placeholders(text: str) -> list[tuple[str, str]]:
    """Names of the values that a text takes, with their formats."""
    parts = string.Formatter().parse(text)
    return sorted((name, form or "") for _, name, form, _ in parts if name is not None)


def texts(language: str) -> Iterator[tuple[str, str]]:
    """All texts of a language by key."""
    words = words_of(language)
    return ((key, words(key)) for key in sorted(words.keys))


def test_there_is_another_complete_language() -> None:
    assert OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts(language: str) -> None:
    assert words_of(language).keys - words_of(FALLBACK).keys == set(), "not there in English"
    assert words_of(FALLBACK).keys - words_of(language).keys == set(), "not translated"


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_takes_the_same_values_in_every_language(language: str) -> None:
    other = dict(texts(language))
    differ = [key for key, text in texts(FALLBACK) if placeholders(text) != placeholders(other[key])]
    assert differ == []


@pytest.mark.parametrize("language", OTHERS)
def test_texts_were_translated(language: str) -> None:
    other = dict(texts(language))
    alike = [
        key
        for key, text in texts(FALLBACK)
        if other[key] == text
        and len(re.findall(r"[^\W\d_]{3,}", re.sub(r"\{.*?\}", "", text))) > MOST_WORDS_ALIKE
    ]
    assert alike == []


@pytest.mark.parametrize("language", languages())
def test_no_text_judges(language: str) -> None:
    judging = re.compile(FORBIDDEN[language], re.IGNORECASE)
    assert [key for key, text in texts(language) if judging.search(text)] == []


@pytest.mark.parametrize("language", languages())
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in texts(language) if not text.strip()] == []


@pytest.mark.parametrize("language", languages())
def test_texts_hold_no_html(language: str) -> None:
    assert [key for key, text in texts(language) if re.search(r"<[a-z/!]|&[a-z]+;", text)] == []


def missing(named: Named, keys: frozenset[str]) -> bool:
    """Whether a text that is asked for is not there."""
    if named.is_pattern:
        return not any(named.matches(key) for key in keys)
    wanted = {f"{named.key}.one", f"{named.key}.many"} if named.counted else {named.key}
    return not wanted <= keys


def test_every_text_that_is_asked_for_is_there() -> None:
    keys = words_of(FALLBACK).keys
    assert [f"{one.where}: {one.key}" for one in asked_for() if missing(one, keys)] == []


def test_every_text_is_asked_for() -> None:
    named = may_be_asked_for()
    literal = {one.key for one in named if not one.is_pattern}
    patterns = [re.compile(f"{one.key}(\\.one|\\.many)?") for one in named if one.is_pattern]
    unused = [
        key
        for key in sorted(words_of(FALLBACK).keys)
        if key not in literal
        and not (key.endswith((".one", ".many")) and key.rpartition(".")[0] in literal)
        and not any(pattern.fullmatch(key) for pattern in patterns)
    ]
    assert unused == []


def test_the_search_finds_what_is_asked_for() -> None:
    found = {one.key: one for one in asked_for()}
    assert not found["page.skip"].is_pattern
    assert found["strip.alerts-are"].counted
    assert found[r"strip\.link\-is\.[^ ]+"].matches("strip.link-is.both-short")
