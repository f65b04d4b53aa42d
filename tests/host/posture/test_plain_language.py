"""What wearers read: plain enough for an ordinary adult, and no diagnosis."""

import re

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue

HARDEST_GRADE = 8.0
DIAGNOSES = re.compile(
    r"\b(diagnos\w*|disease\w*|syndrome\w*|patholog\w*|deform\w*|abnormal\w*|disorder\w*|arthr\w+|fasci\w+|tendin\w+)\b",
    re.IGNORECASE,
)


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(groups - (word.endswith("e") and not word.endswith("le")), 1)


def grade(text: str) -> float:
    """School years that a text asks for (Flesch and Kincaid)."""
    sentences = [part for part in re.split(r"[.!?:;]+", text) if part.strip()]
    phrases = re.findall(r"[a-z']+", text.lower())
    return 0.39 * len(phrases) / len(sentences) + 11.8 * sum(map(syllables, phrases)) / len(phrases) - 15.59


def texts(phrases: Catalogue) -> dict[str, str]:
    """Everything that a wearer may read, by what it belongs to."""
    found = {rule: phrases.patient(rule, Foot.LEFT) for rule in phrases.rules}
    for name, guide in phrases.patterns.items():
        parts = (guide.felt, guide.knee, guide.hip, guide.back, *guide.orthotics, *guide.footwear, guide.see)
        found[f"guidance of {name}"] = " ".join(parts)
        found |= {exercise.title: f"{exercise.how} {exercise.stop}" for exercise in guide.exercises}
    return found


ENGLISH = texts(catalogue("en"))


@pytest.mark.parametrize("name", ENGLISH)
def test_a_text_is_plain_and_names_no_disease(name: str):
    text = ENGLISH[name]
    if len(text.split()) >= 6:
        assert grade(text) <= HARDEST_GRADE
    assert not DIAGNOSES.search(text)


def test_the_measure_of_plainness_tells_hard_from_plain():
    hard = "Consider neurological evaluation of progressive unilateral cavovarus deformity and its aetiology."
    assert grade(hard) > 12 > HARDEST_GRADE
    assert DIAGNOSES.search(hard)


def test_every_wearer_is_told_that_this_is_no_diagnosis():
    assert "not a diagnosis" in catalogue("en").disclaimer
