"""The texts of rules, patterns and exercises in the reader's language; in English where there are none."""

from plantigrade.posture.exercises import sentences
from plantigrade.posture.exercises.sentences import ExerciseTexts, exercise_texts
from plantigrade.posture.rules_engine import guidance
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.web.words import FALLBACK, Words


def rule_texts(words: Words) -> Catalogue:
    """Texts about rules, patterns, exercises and the diary.

    Example:
        >>> from plantigrade.web.words import words_of
        >>> rule_texts(words_of("en")).places["lower-back"]
        'lower back'
    """
    return catalogue(words.language if words.language in guidance.languages() else FALLBACK)


def caution_texts(words: Words) -> ExerciseTexts:
    """The questions before exercises, and why an exercise is not shown."""
    return exercise_texts(words.language if words.language in sentences.languages() else FALLBACK)


def begun(text: str) -> str:
    """As at the beginning of a sentence; the letters after the first stay as they are.

    Example:
        >>> begun("unterer Rücken")
        'Unterer Rücken'
    """
    return text[:1].upper() + text[1:]


def rule_title(rule: str, stored: str, words: Words) -> str:
    """What a rule is called, for clinicians; one that this version does not know keeps its own.

    Example:
        >>> from plantigrade.web.words import words_of
        >>> rule_title("high-arch", "High arch", words_of("de")), rule_title("gone", "Gone", words_of("de"))
        ('Wenig Last unter der Mitte des Fußes', 'Gone')
    """
    key = f"rule-title.{rule}"
    return words(key) if key in words.keys else stored
