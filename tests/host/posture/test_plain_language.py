"""What wearers read: plain enough for an ordinary adult, and no diagnosis."""

import re

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.alerts import LIMIT_AN_HOUR, SHOWN_LATELY, SNOOZED
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue

HARDEST_GRADE = 8.0
DIAGNOSES = re.compile(
    r"\b(diagnos\w*|disease\w*|syndrome\w*|patholog\w*|deform\w*|abnormal\w*|disorder\w*|arthr\w+|fasci\w+|tendin\w+)\b",
    re.IGNORECASE,
)


FRIGHTENING = re.compile(
    r"\b(\d+ (of|in|out of) \d+|\d[\d.]* ?%|per cent of (people|patients)"
    r"|(chances?|risks?|odds|rate ratio|likel\w+)\b"
    r"|danger\w*|ulcers?|amputat\w*|fall(s|ing)? more|study|studies|trial)",
    re.IGNORECASE,
)
"""Shares of people in studies, chances and the like: they frighten who is in pain and help nobody.
Clinicians' texts and sources keep them."""


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


@pytest.mark.parametrize("name", ENGLISH)
def test_no_figure_that_frightens_and_helps_nobody(name: str):
    assert not FRIGHTENING.search(ENGLISH[name])


@pytest.mark.parametrize(
    "text",
    [
        "13 of 16 people in a study felt their back within two hours.",
        "Uneven steps can go with a higher chance of falling.",
        "Longer double support has a rate ratio of 1.165.",
        "That is the danger when feeling is reduced.",
        "Alerts helped 71 % of the patients.",
    ],
)
def test_what_would_frighten_is_noticed(text: str):
    assert FRIGHTENING.search(text)


def test_clinicians_keep_the_figures():
    texts = catalogue("en")
    assert "13 of 16 people" in texts.clinician("prolonged-standing", None)
    assert "rate ratio 1.165" in texts.clinician("double-support-drift", None)


REMINDER = "This is a reminder, not a safety device. Look at your feet every day, also when nothing is shown."


def test_the_texts_of_an_alerts_life_are_plain_and_say_what_they_are():
    texts = catalogue("en").alerts
    assert texts["reminder"] == REMINDER
    assert (
        texts["not_watching"].format(since="10:30") == "Not watching since 10:30: do not rely on reminders."
    )
    for name, text in texts.items():
        assert not DIAGNOSES.search(text) and not FRIGHTENING.search(text), name


def test_every_reason_for_which_an_alert_is_not_shown_has_its_words():
    texts = catalogue("en").alerts
    for reason in (SNOOZED, SHOWN_LATELY, LIMIT_AN_HOUR):
        assert texts[f"held_back_{reason.replace(' ', '_')}"]


def test_the_measure_of_plainness_tells_hard_from_plain():
    hard = "Consider neurological evaluation of progressive unilateral cavovarus deformity and its aetiology."
    assert grade(hard) > 12 > HARDEST_GRADE
    assert DIAGNOSES.search(hard)


def test_every_wearer_is_told_that_this_is_no_diagnosis():
    assert "not a diagnosis" in catalogue("en").disclaimer
