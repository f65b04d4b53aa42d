"""Which exercises are shown to a person, and why others are not."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer

EXERCISES = Path(__file__).resolve().parent / "exercises.toml"


class Position(StrEnum):
    """In which an exercise is done."""

    LYING = "lying"
    SITTING = "sitting"
    KNEELING = "kneeling"
    STANDING = "standing"
    WALKING = "walking"


ON_THE_FEET = frozenset({Position.KNEELING, Position.STANDING, Position.WALKING})
"""Positions in which one can fall: the standing exercises."""


@dataclass(frozen=True)
class ExerciseDemand:
    """What an exercise asks of the body.

    Attributes:
        exercise: identifier, as in the catalogue of texts.
        position: in which it is done.
        against: answers of yes that hide it; all of them for standing exercises.
        reason: why, for clinicians.
    """

    exercise: str
    position: Position
    against: frozenset[Caution]
    reason: str

    @property
    def standing(self) -> bool:
        """Whether one can fall, so that what is not known counts as yes."""
        return self.position in ON_THE_FEET


class Showing(StrEnum):
    """Whether an exercise is shown."""

    SHOWN = "shown"
    PRESCRIBED = "prescribed"
    """Something speaks against it, and the clinician prescribed it all the same."""
    HIDDEN = "hidden"


@dataclass(frozen=True)
class ExerciseChoice:
    """One exercise for one person.

    Attributes:
        exercise: identifier.
        showing: whether it is shown.
        answered_yes, not_known: what speaks against it, in the order of the questions.
        reason: what the exercise asks of the body; "" where nothing speaks against it.
    """

    exercise: str
    showing: Showing
    answered_yes: tuple[Caution, ...] = ()
    not_known: tuple[Caution, ...] = ()
    reason: str = ""

    @property
    def shown(self) -> bool:
        """Whether the person sees it."""
        return self.showing is not Showing.HIDDEN


@cache
def exercise_demands() -> Mapping[str, ExerciseDemand]:
    """What each exercise asks of the body, by identifier.

    Raises:
        FileError: the file cannot be read, or an entry makes no sense.
    """
    try:
        data = tomllib.loads(EXERCISES.read_text(encoding="utf-8"))
        return {name: _demand(name, entry) for name, entry in data.items()}
    except OSError as error:
        raise FileError(EXERCISES, f"cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise FileError(EXERCISES, f"does not say what exercises ask of the body: {error}") from error


def _demand(name: str, entry: Mapping[str, Any]) -> ExerciseDemand:
    position = Position(entry["position"])
    against = frozenset(Caution(one) for one in entry["against"])
    return ExerciseDemand(
        name, position, frozenset(Caution) if position in ON_THE_FEET else against, str(entry["reason"])
    )


def allowed(
    exercises: Iterable[str],
    cautions: Mapping[Caution, CautionAnswer],
    prescribed: Collection[str] = (),
) -> list[ExerciseChoice]:
    """Which exercises a person is shown.

    A standing exercise is hidden by any yes and by any question that is not known to be answered with no;
    another one by a yes that speaks against it. What the clinician prescribed is shown, with what speaks
    against it.

    Args:
        exercises: identifiers.
        cautions: the newest answer to each question; a missing one is not known.
        prescribed: identifiers of exercises that a clinician prescribed for this person.

    Raises:
        PlantigradeError: an exercise is unknown.

    Example:
        >>> [one.showing.value for one in allowed(["heel-raise", "toe-spread"], {})]
        ['hidden', 'shown']
        >>> allowed(["heel-raise"], dict.fromkeys(Caution, CautionAnswer.NO))[0].shown
        True
        >>> allowed(["heel-raise"], {Caution.FALLEN: CautionAnswer.YES}, ["heel-raise"])[0].showing.value
        'prescribed'
    """
    return [_choice(_known(exercise), cautions, exercise in prescribed) for exercise in exercises]


def shown_exercises(
    cautions: Mapping[Caution, CautionAnswer], prescribed: Collection[str] = ()
) -> frozenset[str]:
    """Identifiers of all exercises that a person is shown; see `allowed`.

    Example:
        >>> sorted(shown_exercises({}))
        ['ankle-eversion', 'hip-abduction', 'plantar-stretch', 'short-foot', 'toe-spread']
    """
    choices = allowed(exercise_demands(), cautions, prescribed)
    return frozenset(one.exercise for one in choices if one.shown)


def _known(exercise: str) -> ExerciseDemand:
    demands = exercise_demands()
    if exercise not in demands:
        raise PlantigradeError(f"no exercise is called {exercise!r}; there are: {', '.join(sorted(demands))}")
    return demands[exercise]


def _choice(
    demand: ExerciseDemand, cautions: Mapping[Caution, CautionAnswer], prescribed: bool
) -> ExerciseChoice:
    answers = {one: cautions.get(one, CautionAnswer.UNKNOWN) for one in Caution if one in demand.against}
    yes = tuple(one for one, answer in answers.items() if answer is CautionAnswer.YES)
    unknown = tuple(one for one, answer in answers.items() if answer is CautionAnswer.UNKNOWN)
    if not demand.standing:
        unknown = ()
    if not yes and not unknown:
        return ExerciseChoice(demand.exercise, Showing.SHOWN)
    showing = Showing.PRESCRIBED if prescribed else Showing.HIDDEN
    return ExerciseChoice(demand.exercise, showing, yes, unknown, demand.reason)
