"""The loop on virtual people, small: the bodies' walks through the gait engine, day by day, to what is said.

The table itself has 160 people and eight weeks before and since: `python -m tools.loop_table`.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from plantigrade.posture.plans.verdict import Outcome
from scipy.stats import binom  # pyright: ignore[reportMissingTypeStubs]

from tools.loop_table.__main__ import BETTER, NO_PLAN, WORSE, answers_on, bars, main, table
from tools.loop_table.bodies import draw_life
from tools.loop_table.people import (
    COMPLAINTS,
    FIRST,
    MDCS,
    CannotMoveError,
    Case,
    Group,
    body_that_can,
    degree_for,
    draw_case,
    plan_of,
)

PEOPLE = 3


@cache
def case(group: Group, seed: int) -> Case:
    return draw_case(group, seed, days_before=21, days_since=28)


def answers(group: Group, people: int = PEOPLE) -> list[str]:
    """What is said after four weeks; at the look of eight there is no more."""
    return [answers_on(case(group, seed))[1] for seed in range(900, 900 + people)]


def test_of_those_whose_orthotic_works_most_have_changed():
    least = int(binom.ppf(0.01, PEOPLE, 0.8))
    assert answers(Group.WORKS).count(BETTER) >= least


def test_of_those_whose_orthotic_does_not_hardly_any_is():
    most = int(binom.ppf(0.99, PEOPLE, 0.05))
    found = answers(Group.DOES_NOT)
    assert found.count(BETTER) + found.count(WORSE) <= most


def test_hardly_worn_and_without_a_plan():
    assert answers(Group.HARDLY, 1) == [Outcome.HARDLY_DONE.value]
    nobody = draw_case(Group.NO_PLAN, 900, days_before=8, days_since=2)
    assert nobody.days
    assert answers_on(nobody) == (NO_PLAN,) * 3


def test_the_same_seed_is_the_same_person():
    """The days of a case are made again, to the last bit; another seed gives others."""
    first, again, other = (draw_case(Group.DOES_NOT, seed, days_before=8, days_since=2) for seed in (5, 5, 6))
    assert first.days == again.days
    assert first.days != other.days


@pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda one: one.rule)
def test_the_effect_is_found_on_the_body(complaint):
    """A step of the degree that moves one value by twice what is detectable, within what the model knows."""
    life = draw_life(900, 10, FIRST)
    step = degree_for(life.person, plan_of(complaint, FIRST), complaint.condition, MDCS)
    assert 0 < step <= complaint.condition.degree + 3.0
    half = degree_for(life.person, plan_of(complaint, FIRST), complaint.condition, MDCS / 2)
    assert 0.3 * step < half < 0.7 * step


def test_days_resemble_each_other_and_some_are_missed():
    lives = [draw_life(seed, 56, FIRST) for seed in range(40)]
    alike = [np.corrcoef(life.deviations[:-1].ravel(), life.deviations[1:].ravel())[0, 1] for life in lives]
    assert 0.1 < float(np.median(alike)) < 0.6
    assert 0.4 < float(np.mean([life.worn.mean() for life in lives])) < 0.9


def test_the_bars_are_printed_and_fail_when_they_are_missed():
    good = [
        *[(Group.WORKS, (BETTER,))] * 4,
        (Group.WORKS, (Outcome.NOT_BEYOND_CHANCE.value,)),
        *[(Group.DOES_NOT, (Outcome.NOT_BEYOND_CHANCE.value,))] * 20,
        (Group.HARDLY, (Outcome.HARDLY_DONE.value,)),
        (Group.NO_PLAN, (NO_PLAN,)),
    ]
    assert bars(good)[1]
    for missed in (
        [(Group.WORKS, (Outcome.NOT_BEYOND_CHANCE.value,))] * 2,
        [(Group.DOES_NOT, (WORSE,))] * 2,
        [(Group.HARDLY, (BETTER,))],
        [(Group.NO_PLAN, (BETTER,))],
    ):
        printed, met = bars([*good, *missed])
        assert not met
        assert "NOT met" in printed.markdown()


def test_the_table_counts_everyone():
    answers = [(Group.WORKS, (Outcome.TOO_EARLY.value, BETTER, BETTER))] * 3
    rows = table(answers, 4).rows
    assert rows[0][:3] == (Group.WORKS.value, "3", "3")
    assert sum(map(int, rows[0][2:])) == 3


def test_the_command_runs(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--harder" in capsys.readouterr().out


def test_a_foot_with_nothing_to_take_off_gets_no_such_plan():
    """Who hardly loads the inner middle of the foot has no low arch to lose: somebody else has the plan."""
    low_arch = COMPLAINTS[0]
    plan, life = plan_of(low_arch, FIRST), draw_life(900, 10, FIRST)
    bare = life.person.log_amplitude.copy()
    bare[:, [4, 6]] -= 6.0
    unloaded = replace(life.person, log_amplitude=bare)
    with pytest.raises(CannotMoveError, match="flat-foot does not move low-arch"):
        degree_for(unloaded, plan, low_arch.condition, MDCS)
    person, step = body_that_can(replace(life, person=unloaded), plan, low_arch)
    assert person is not unloaded
    assert step == degree_for(person, plan, low_arch.condition, MDCS)
    assert body_that_can(life, plan, low_arch)[0] is life.person
