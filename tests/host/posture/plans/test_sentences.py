"""What is said of plans, word for word, and verdicts as they are stored."""

import string
import tomllib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.before_after import MinimalChange
from plantigrade.posture.plans.done import Done
from plantigrade.posture.plans.measures import Measure, MeasureKind, measures_of
from plantigrade.posture.plans.plan import GoalUnit, Plan, PlanGoal, PlanKind
from plantigrade.posture.plans.sentences import TEXT_DIR, Reader, languages, plan_texts, sentences
from plantigrade.posture.plans.settings import ASSUMED, LATER_ERRORS, LOOK_ERRORS, MEASURED
from plantigrade.posture.plans.verdict import Change, Outcome, Verdict
from plantigrade.posture.plans.verdict_json import verdict_as_json, verdict_from_json
from plantigrade.posture.rules_engine.rules import shipped_rules

from tests.host.posture.plans.days_kit import BEGIN, orthotic

DONE = Done(56, 40, 5.2, PlanGoal(6.0, GoalUnit.HOURS_A_DAY), False)
ARCH = Change(
    Measure("force_arch_index", MeasureKind.MEDIAN, 1),
    Outcome.CHANGED,
    0.2,
    0.15,
    -0.05,
    -0.071,
    -0.029,
    -0.004,
    MinimalChange(0.0277, "", ASSUMED),
    22.4,
)
SPARED = replace(
    ARCH,
    measure=Measure("stance_time_s", MeasureKind.ASYMMETRY, -1),
    difference=4.0,
    low=2.5,
    high=5.5,
    minimal=MinimalChange(1.8, "%", MEASURED),
)


def verdict(outcome: Outcome, *changes: Change, **more: object) -> Verdict:
    given = Verdict(
        outcome, BEGIN + timedelta(days=56), date(2026, 4, 26), None, 41, 38, 10, 8, DONE, changes
    )
    return replace(given, **more)


def exercise() -> Plan:
    goal = PlanGoal(3, GoalUnit.TIMES_A_WEEK)
    return orthotic(kind=PlanKind.EXERCISE, exercise="short-foot", tag="", goal=goal)


@pytest.mark.parametrize(
    ("plan", "judged", "sentence"),
    [
        (
            orthotic(),
            verdict(Outcome.CHANGED, ARCH),
            "Since 2 March, the share of load on the middle of the foot (left foot) is lower by 0.05 (95 %: "
            "0.029 to 0.071). That is what was wanted. This cannot show that the orthotic did it.",
        ),
        (
            orthotic(foot=Foot.RIGHT),
            verdict(Outcome.CHANGED, SPARED),
            "Since 2 March, how much shorter the foot is on the ground than the other in per cent (right "
            "foot) is lower by 4 (95 %: 2.5 to 5.5). That is what was wanted. This cannot show that the "
            "orthotic did it.",
        ),
        (
            orthotic(),
            verdict(Outcome.CHANGED, replace(ARCH, difference=0.05, low=0.029, high=0.071)),
            "Since 2 March, the share of load on the middle of the foot (left foot) is higher by 0.05 (95 %: "
            "0.029 to 0.071). That is not what was wanted: please tell whoever looks after your feet. This "
            "cannot show that the orthotic did it.",
        ),
        (
            orthotic(foot=None),
            verdict(Outcome.ALREADY_CHANGING, replace(ARCH, outcome=Outcome.ALREADY_CHANGING)),
            "Since 2 March, the share of load on the middle of the foot (both feet) is lower by 0.05, but it "
            "was already falling before.",
        ),
        (
            orthotic(),
            verdict(Outcome.CHANGED_AT_ANOTHER_TIME, replace(ARCH, outcome=Outcome.CHANGED_AT_ANOTHER_TIME)),
            "The share of load on the middle of the foot (left foot) is lower by 0.05 than before 2 March, "
            "but the change did not begin then.",
        ),
        (
            orthotic(),
            verdict(
                Outcome.NOT_BEYOND_CHANCE,
                replace(ARCH, outcome=Outcome.NOT_BEYOND_CHANCE, difference=-0.01, low=-0.03, high=0.01),
            ),
            "Since 2 March, nothing has changed beyond chance in the share of load on the middle of the foot "
            "(left foot): -0.01, and anything from -0.03 to +0.01 fits the days.",
        ),
        (
            orthotic(),
            verdict(Outcome.HARDLY_DONE, done=replace(DONE, amount=0.42)),
            "You wore the orthotic for 0.4 hours a day on the days that are known; 6 were meant. Nothing can "
            "be said of a change yet.",
        ),
        (
            exercise(),
            verdict(Outcome.HARDLY_DONE, done=Done(56, 3, 0.4, PlanGoal(3, GoalUnit.TIMES_A_WEEK), True)),
            "You did the exercise 0.4 times a week; 3 were meant. Nothing can be said of a change yet.",
        ),
        (
            orthotic(),
            verdict(Outcome.TOO_EARLY, days_since=5, next_look=date(2026, 3, 16)),
            "It is too early to say whether anything changed with the orthotic: 5 of 8 needed days are "
            "there; the next look is on 16 March.",
        ),
        (
            orthotic(),
            verdict(Outcome.TOO_FEW_BEFORE, days_before=4),
            "Nothing can be said of a change with the orthotic: only 4 days from before it began can be "
            "compared, and 10, spread over two weeks, are needed.",
        ),
        (
            orthotic(),
            verdict(Outcome.NOT_SEPARABLE, not_apart_from=(orthotic(kind=PlanKind.SHOE, tag=""), exercise())),
            "Nothing can be said of the orthotic alone: the shoe of 2 March and the exercise of 2 March "
            "began or ended too near to it.",
        ),
    ],
    ids=lambda one: one.outcome.value if isinstance(one, Verdict) else "",
)
def test_what_the_person_reads(plan: Plan, judged: Verdict, sentence: str):
    assert sentences(plan, judged, Reader.PATIENT) == (sentence,)


def test_what_a_clinician_reads():
    (sentence,) = sentences(orthotic(), verdict(Outcome.CHANGED, ARCH), Reader.CLINICIAN)
    assert sentence == (
        "Changed (as intended): since 2 March the share of load on the middle of the foot (left foot) lower "
        "by 0.05 (95 % over all looks and values: 0.029 to 0.071); minimal detectable change 0.0277 (assumed "
        "from the usual spread between days); 41 days before, 38 since, worth 22 independent ones; trend "
        "before would have brought -0.004. Compared within the person, not controlled: this cannot show that "
        "the orthotic did it."
    )


def test_only_values_with_the_plans_outcome_are_reported():
    both = verdict(Outcome.CHANGED, replace(ARCH, outcome=Outcome.NOT_BEYOND_CHANCE), SPARED)
    spoken = sentences(orthotic(), both, Reader.PATIENT)
    assert len(spoken) == 1
    assert "on the ground" in spoken[0]


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("reader", Reader)
def test_every_answer_has_sentences_for_every_reader(outcome: Outcome, reader: Reader):
    bare = verdict(outcome, not_apart_from=(exercise(),))
    compared = outcome in (
        Outcome.CHANGED,
        Outcome.ALREADY_CHANGING,
        Outcome.CHANGED_AT_ANOTHER_TIME,
        Outcome.NOT_BEYOND_CHANCE,
    )
    judged = replace(bare, changes=(replace(ARCH, outcome=outcome),)) if compared else bare
    for plan in (orthotic(), exercise()):
        (sentence,) = sentences(plan, judged, reader)
        assert sentence.endswith(".")
        assert "{" not in sentence


def test_every_value_has_a_name_for_people():
    known = {key for language in languages() for key in plan_texts(language).measures}
    for rule in shipped_rules().values():
        if rule.scope.of_seconds:
            continue
        for measure in measures_of(rule):
            changed = replace(ARCH, measure=measure)
            (sentence,) = sentences(orthotic(), verdict(Outcome.CHANGED, changed), Reader.PATIENT)
            assert measure.metric not in sentence, f"{measure.key} has no words ({len(known)} have)"


def test_a_patient_reads_no_word_of_statistics():
    data = tomllib.loads((TEXT_DIR / "en.toml").read_text("utf-8"))
    for text in data["patient"].values():
        assert not {"significant", "detectable", "interval", "independent"} & set(text.lower().split())


def test_sentences_of_one_kind_know_the_same_names():
    """A translation can rely on the names of the English sentences."""
    texts = plan_texts("en")
    names = {
        name for text in texts.patient.values() for _, name, _, _ in string.Formatter().parse(text) if name
    }
    assert names <= {
        *("plan", "days", "needed", "next", "amount", "goal", "others", "since", "what", "What", "side"),
        *("lower", "falling", "by", "low", "high", "confidence", "wanted", "day"),
    }


def test_all_looks_for_ever_spend_less_than_what_is_shown():
    assert sum(LOOK_ERRORS) + 2 * LATER_ERRORS <= 0.05


@pytest.mark.parametrize("outcome", Outcome)
def test_a_verdict_comes_back_from_its_document(outcome: Outcome):
    judged = verdict(outcome, ARCH, SPARED, not_apart_from=(exercise(),), next_look=date(2026, 6, 22))
    assert verdict_from_json(verdict_as_json(judged)) == judged


@pytest.mark.parametrize(
    "damage", [{"outcome": "fine"}, {"day": 7}, {"changes": [{}]}, {"done": None}, {"days_before": "many"}]
)
def test_a_damaged_verdict_is_refused(damage: dict[str, object]):
    with pytest.raises(PlantigradeError, match="makes no sense"):
        verdict_from_json(verdict_as_json(verdict(Outcome.CHANGED, ARCH)) | damage)
