"""Commands of `plantigrade sessions person` on plans for findings, and on exercises."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import PlantigradeError
from plantigrade.library.options import put_json
from plantigrade.library.record_commands.opening import DAY, code_argument, opened, put_part, record_options
from plantigrade.library.time_zone import zone_of

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.person_record import PersonRecord
    from plantigrade.library.catalogue.record.plans import StoredPlan
    from plantigrade.posture.exercises.choice import ExerciseChoice
    from plantigrade.posture.plans.plan import Plan

KINDS = ("orthotic", "shoe", "exercise")
CHOOSERS = ("clinician", "person")


@click.command(short_help="Plan for a finding, and what became of it.")
@code_argument
@click.option("--for", "rule", metavar="RULE", help="Plan something for this finding.")
@click.option("--foot", type=click.Choice(("left", "right", "both")), default="both", show_default=True)
@click.option("--kind", type=click.Choice(KINDS), default="orthotic", show_default=True)
@click.option("--tag", default="", metavar="FOOTWEAR", help="Name of what is worn, as in `footwear`.")
@click.option("--exercise", default="", metavar="NAME", help="For --kind exercise, as in `exercises`.")
@click.option("--hours", type=float, help="Goal: worn for so many hours a day.")
@click.option("--times-a-week", type=float, help="Goal: done so many times a week.")
@click.option(
    "--by",
    "chosen_by",
    type=click.Choice(CHOOSERS),
    default="person",
    show_default=True,
    help="Who chose it.",
)
@click.option("--from", "begin", type=DAY, metavar="DATE", help="First day; today, if left out.")
@click.option("--note", default="", help="In free words.")
@click.option("--end", "ended", type=int, metavar="NUMBER", help="A plan ends, yesterday or on --last.")
@click.option("--last", type=DAY, metavar="DATE", help="Last day of --end.")
@click.option("--for-clinicians", is_flag=True, help="What is said of plans, with all figures.")
@record_options
@pass_invocation
def plans(
    invocation: Invocation,
    code: str,
    rule: str | None,
    ended: int | None,
    last: datetime | None,
    begin: datetime | None,
    for_clinicians: bool,
    json_file: IO[str] | None,
    url: str | None,
    key_file: Any,
    **given: Any,
) -> None:
    """Plan an orthotic, a shoe or an exercise for a finding, end a plan, or list what is said of plans.

    The service compares the days before with those since by itself, after 2, 4 and 8 weeks and then every 8
    weeks. An exercise that a clinician plans is thereby prescribed: it is shown whatever was answered to the
    questions before exercises.

    \b
    Examples:
      plantigrade sessions person plans P001 --for low-arch --foot left --tag insert --hours 6
      plantigrade sessions person plans P001 --for push-off-drift --kind exercise \\
        --exercise heel-raise --by clinician
      plantigrade sessions person plans P001 --for-clinicians
      plantigrade sessions person plans P001 --end 1
    """
    with opened(invocation, code, {"url": url, "key_file": key_file}) as (person, record):
        today = datetime.now(UTC).astimezone(zone_of(person)).date()
        if rule is not None:
            record.plans.add(_plan(record, rule, today if begin is None else begin.date(), given))
        if ended is not None:
            record.plans.end(ended, today - timedelta(days=1) if last is None else last.date())
        lines = [line for stored in record.plans.all() for line in _lines(record, stored, for_clinicians)]
        put_part(record.plans, code, json_file, lines, "no plans")


def _plan(record: "PersonRecord", rule: str, begin: date, given: dict[str, Any]) -> "Plan":
    from plantigrade.posture.exercises.choice import allowed
    from plantigrade.posture.plans.plan import (
        ChosenBy,
        GoalUnit,
        PlanGoal,
        PlanKind,
        foot_from_json,
        plan_for,
    )

    rules = record.rules.book().rules
    if rule not in rules:
        raise PlantigradeError(f"no rule is called {rule!r}; `plantigrade posture rules` lists them")
    if given["exercise"]:
        allowed([given["exercise"]], {})
    tag = record.footwear.named(given["tag"]).name if given["tag"] else ""
    goal = None
    if given["hours"] is not None:
        goal = PlanGoal(given["hours"], GoalUnit.HOURS_A_DAY)
    if given["times_a_week"] is not None:
        goal = PlanGoal(given["times_a_week"], GoalUnit.TIMES_A_WEEK)
    return plan_for(
        rules[rule],
        foot_from_json(given["foot"]),
        PlanKind(given["kind"]),
        begin,
        ChosenBy(given["chosen_by"]),
        goal=goal,
        tag=tag,
        exercise=given["exercise"],
        note=given["note"],
    )


def _lines(record: "PersonRecord", stored: "StoredPlan", for_clinicians: bool) -> list[str]:
    """A plan, and what was last said of it."""
    from plantigrade.posture.plans.sentences import Reader, sentences

    plan = stored.plan
    foot = plan.foot.value if plan.foot is not None else "both feet"
    what = " ".join(filter(None, (plan.kind.value, plan.tag or plan.exercise)))
    until = "" if plan.to_day is None else f" to {plan.to_day}"
    goal = f"{plan.goal.amount:g} {plan.goal.unit.value}"
    lines = [f"{stored.id}  {what} for {plan.rule} ({foot}) from {plan.from_day}{until}, {goal}"]
    verdicts = record.plans.verdicts.all(stored.id)
    if verdicts:
        reader = Reader.CLINICIAN if for_clinicians else Reader.PATIENT
        spoken = sentences(plan, verdicts[-1].verdict, reader)
        lines += [f"   {verdicts[-1].day}  {sentence}" for sentence in spoken]
    return lines


@click.command(short_help="List exercises, and why some are not shown.")
@code_argument
@click.option("--for-clinicians", is_flag=True, help="Why, for clinicians.")
@record_options
@pass_invocation
def exercises(
    invocation: Invocation, code: str, for_clinicians: bool, json_file: IO[str] | None, **where: Any
) -> None:
    """List the exercises that a person is shown, and why others are not.

    What is asked before is answered with `cautions`. A clinician prescribes an exercise by planning it, see
    `plans`.

    \b
    Example:
      plantigrade sessions person exercises P001
    """
    from plantigrade.library.catalogue.exercise_choices import exercise_choices
    from plantigrade.posture.exercises.sentences import exercise_texts
    from plantigrade.posture.rules_engine.guidance import catalogue

    with opened(invocation, code, where) as (person, record):
        today = datetime.now(UTC).astimezone(zone_of(person)).date()
        choices = exercise_choices(record, today)
    if json_file is not None:
        put_json(json_file, person=code, exercises=_choices_as_json(choices))
        return
    titles = {one.id: one for guide in catalogue().patterns.values() for one in guide.exercises}
    for choice in choices:
        exercise = titles[choice.exercise]
        click.echo(f"{choice.exercise}: {choice.showing.value}  {exercise.title}")
        if choice.shown and not for_clinicians:
            click.echo(f"   {exercise.how} {exercise.stop}")
        if why := exercise_texts().why(choice, clinician=for_clinicians):
            click.echo(f"   {why}")


def _choices_as_json(choices: "Sequence[ExerciseChoice]") -> list[dict[str, Any]]:
    return [
        {
            "exercise": one.exercise,
            "showing": one.showing.value,
            "answered_yes": [caution.value for caution in one.answered_yes],
            "not_known": [caution.value for caution in one.not_known],
            "reason": one.reason,
        }
        for one in choices
    ]


COMMANDS = (plans, exercises)
