"""The questions before exercises, and why one is not shown, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plantigrade.errors import FileError
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.exercises.cautions import Caution
from plantigrade.posture.exercises.choice import ExerciseChoice, Showing

TEXT_DIR = Path(__file__).resolve().parent / "text"


@dataclass(frozen=True)
class ExerciseTexts:
    """The texts of one language."""

    conjunction: str
    questions: Mapping[Caution, str]
    cautions: Mapping[Caution, str]
    patient: Mapping[str, str]
    clinician: Mapping[str, str]

    def why(self, choice: ExerciseChoice, *, clinician: bool = False) -> str:
        """Why an exercise is hidden, or shown in spite of an answer; "" where nothing speaks against it.

        Example:
            >>> from plantigrade.posture.exercises.cautions import CautionAnswer
            >>> from plantigrade.posture.exercises.choice import allowed
            >>> answers = dict.fromkeys(Caution, CautionAnswer.NO) | {Caution.FALLEN: CautionAnswer.YES}
            >>> exercise_texts().why(allowed(["heel-raise"], answers)[0])[:62]
            'This exercise is not for you for now: a fall in the last year.'
        """
        key = choice.showing.value
        if choice.showing is Showing.HIDDEN:
            key = "hidden-yes" if choice.answered_yes else "hidden-unknown"
        elif choice.showing is Showing.PRESCRIBED and not choice.answered_yes:
            key = "prescribed-unknown"
        return (self.clinician if clinician else self.patient)[key].format(
            yes=self._listed(choice.answered_yes),
            unknown=self._listed(choice.not_known),
            reason=choice.reason,
        )

    def _listed(self, cautions: tuple[Caution, ...]) -> str:
        return self.conjunction.join(self.cautions[one] for one in cautions)


def languages() -> tuple[str, ...]:
    """Languages that have these texts."""
    return languages_in(TEXT_DIR)


@cache
def exercise_texts(language: str = "en") -> ExerciseTexts:
    """The texts of a language.

    Raises:
        FileError: there are none, or an entry is missing.
    """
    data = texts_of(TEXT_DIR, language)
    try:
        return ExerciseTexts(
            data["and"],
            {one: data["question"][one.value] for one in Caution},
            {one: data["caution"][one.value] for one in Caution},
            data["patient"],
            data["clinician"],
        )
    except (KeyError, TypeError) as error:
        raise FileError(TEXT_DIR / f"{language}.toml", f"lacks an entry: {error}") from error
