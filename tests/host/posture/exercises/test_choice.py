"""Which exercises a person is shown, by the answers to the six questions."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.errors import PlantigradeError
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.exercises.choice import Showing, allowed, exercise_demands
from plantigrade.posture.exercises.sentences import exercise_texts, languages
from plantigrade.posture.rules_engine.guidance import catalogue

NO, YES, UNKNOWN = CautionAnswer.NO, CautionAnswer.YES, CautionAnswer.UNKNOWN
ALL_NO = dict.fromkeys(Caution, NO)
ALL = tuple(exercise_demands())
STANDING = {
    *("heel-raise", "calf-stretch", "single-leg-balance", "hip-flexor-stretch", "sit-to-stand"),
    *("soft-steps", "weight-shift", "calf-pump"),
}
answers = st.dictionaries(st.sampled_from(Caution), st.sampled_from(CautionAnswer))


def test_every_exercise_of_the_catalogue_is_known_and_no_other():
    guides = catalogue().patterns.values()
    shown = {exercise.id for guide in guides for exercise in guide.exercises}
    assert shown == set(ALL)
    assert len(ALL) == 13


def test_the_standing_exercises():
    assert {name for name, demand in exercise_demands().items() if demand.standing} == STANDING


def test_with_every_question_answered_no_all_are_shown():
    assert all(one.showing is Showing.SHOWN for one in allowed(ALL, ALL_NO))


def test_nothing_known_hides_the_standing_ones_alone():
    assert {one.exercise for one in allowed(ALL, {}) if not one.shown} == STANDING


@pytest.mark.parametrize(("caution", "answer"), list(itertools.product(Caution, (YES, UNKNOWN))))
def test_one_yes_or_one_unknown_hides_every_standing_exercise(caution: Caution, answer: CautionAnswer):
    hidden = {one.exercise for one in allowed(ALL, ALL_NO | {caution: answer}) if not one.shown}
    assert hidden >= STANDING
    if answer is UNKNOWN:
        assert hidden == STANDING


@pytest.mark.parametrize(
    ("exercise", "caution", "shown"),
    [
        ("plantar-stretch", Caution.REDUCED_FEELING, False),
        ("plantar-stretch", Caution.FALLEN, True),
        ("toe-spread", Caution.OPEN_WOUND, False),
        ("hip-abduction", Caution.OPEN_WOUND, True),
        ("hip-abduction", Caution.RECENT_OPERATION, False),
        ("short-foot", Caution.CANNOT_STAND_ALONE, True),
        ("short-foot", Caution.STRONG_PAIN, False),
    ],
)
def test_sitting_and_lying_ones_are_hidden_by_what_concerns_them(
    exercise: str, caution: Caution, shown: bool
):
    assert allowed([exercise], ALL_NO | {caution: YES})[0].shown is shown


@given(answers, st.sets(st.sampled_from(ALL)))
def test_what_a_clinician_prescribed_is_always_shown_and_nothing_else_changes(
    given_answers: dict[Caution, CautionAnswer], prescribed: set[str]
):
    without = {one.exercise: one for one in allowed(ALL, given_answers)}
    for choice in allowed(ALL, given_answers, prescribed):
        before = without[choice.exercise]
        if choice.exercise in prescribed:
            assert choice.shown
            assert (choice.showing is Showing.SHOWN) is before.shown
        else:
            assert choice == before


@given(answers, st.sampled_from(Caution))
def test_a_no_never_hides_and_a_yes_never_shows(
    given_answers: dict[Caution, CautionAnswer], caution: Caution
):
    for no, yes in zip(
        allowed(ALL, given_answers | {caution: NO}), allowed(ALL, given_answers | {caution: YES}), strict=True
    ):
        assert no.shown or not yes.shown


@given(answers)
def test_what_is_hidden_says_why(given_answers: dict[Caution, CautionAnswer]):
    texts = exercise_texts()
    for choice in allowed(ALL, given_answers, ["heel-raise"]):
        spoken = bool(choice.answered_yes or choice.not_known)
        assert spoken is (choice.showing is not Showing.SHOWN)
        for clinician in (False, True):
            assert bool(texts.why(choice, clinician=clinician)) is spoken


def test_why_for_both_readers():
    choice = allowed(["single-leg-balance"], ALL_NO | {Caution.FALLEN: YES, Caution.REDUCED_FEELING: YES})[0]
    assert exercise_texts().why(choice) == (
        "This exercise is not for you for now: a fall in the last year, less feeling in the feet. Ask "
        "whoever looks after you whether and how you may do it."
    )
    assert exercise_texts().why(choice, clinician=True) == (
        "Hidden: a fall in the last year, less feeling in the feet. It means standing on one leg. Shown once "
        "you prescribe it."
    )


@pytest.mark.parametrize("language", languages())
def test_every_language_has_all_questions(language: str):
    texts = exercise_texts(language)
    assert set(texts.questions) == set(texts.cautions) == set(Caution)
    assert all(question.endswith("?") for question in texts.questions.values())


def test_an_unknown_exercise_is_named():
    with pytest.raises(
        PlantigradeError, match="no exercise is called 'headstand'; there are: ankle-eversion"
    ):
        allowed(["headstand"], {})
