"""Every language says what English says, with the same values in it, and names the same exercises."""

import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from plantigrade.languages import languages_in
from plantigrade.posture.exercises import sentences
from plantigrade.posture.plans import sentences as plan_sentences
from plantigrade.posture.rules_engine import guidance
from plantigrade.service.notify import messages

FOLDERS = (guidance.TEXT_DIR, sentences.TEXT_DIR, plan_sentences.TEXT_DIR, messages.TEXT_DIR)
OTHERS = [(folder, language) for folder in FOLDERS for language in languages_in(folder) if language != "en"]
FRIGHTENING = re.compile(
    r"\d+ von \d+|\d ?%|Risik|Gefahr|Wahrscheinlich|Geschwür|Amputation|Studie|Krank|Syndrom|Arthr",
    re.IGNORECASE,
)
"""As in English: no shares of people in studies, no chances, no diseases."""


def flat(texts: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in texts.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found


def texts(folder: Path, language: str) -> dict[str, Any]:
    return flat(tomllib.loads((folder / f"{language}.toml").read_text("utf-8")))


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_german_is_there() -> None:
    assert {language for _, language in OTHERS} >= {"de"}
    assert len(OTHERS) >= len(FOLDERS)


@pytest.mark.parametrize(("folder", "language"), OTHERS)
def test_nothing_is_missing_and_nothing_is_left_over(folder: Path, language: str) -> None:
    assert texts(folder, language).keys() == texts(folder, "en").keys()


@pytest.mark.parametrize(("folder", "language"), OTHERS)
def test_values_and_lists_are_those_of_english(folder: Path, language: str) -> None:
    english, other = texts(folder, "en"), texts(folder, language)
    for key, text in english.items():
        if isinstance(text, str):
            assert values_in(other[key]) == values_in(text), key
            assert bool(other[key]) == bool(text), key
        elif key.endswith((".exercises", ".sources")):
            assert other[key] == text, key
        else:
            assert len(other[key]) == len(text), key


@pytest.mark.parametrize(("folder", "language"), OTHERS)
def test_a_text_is_translated_not_copied(folder: Path, language: str) -> None:
    english, other = texts(folder, "en"), texts(folder, language)
    same = [key for key, text in english.items() if text and text == other[key] and len(str(text)) > 3]
    assert [key for key in same if key != "title" and not key.endswith((".exercises", ".sources"))] == []


def test_german_readers_are_not_frightened_either() -> None:
    patients = catalogue_texts("de")
    assert [name for name, text in patients.items() if FRIGHTENING.search(text)] == []


def catalogue_texts(language: str) -> dict[str, str]:
    """What wearers read in the catalogue."""
    found = texts(guidance.TEXT_DIR, language)
    return {
        key: str(text)
        for key, text in found.items()
        if key.endswith(".patient")
        or (key.startswith(("pattern.", "exercise.", "alert.")) and ".sources" not in key)
    }
