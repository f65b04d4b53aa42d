"""`plantigrade sessions person`: what is stored of a person beside the recordings."""

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import put_json
from plantigrade.library.record_commands import (
    body_and_footwear,
    goals_and_safety,
    plans_and_exercises,
    usual_and_rules,
    weekly,
)
from plantigrade.library.record_commands.opening import code_argument, opened, record_options
from plantigrade.library.time_zone import zone_of

if TYPE_CHECKING:
    from plantigrade.library.catalogue.record.person_record import PersonRecord
    from plantigrade.library.entries import Person

WEEK = 7


@click.command(short_help="Show what is known of a person.")
@code_argument
@record_options
@pass_invocation
def show(invocation: Invocation, code: str, json_file: IO[str] | None, **where: Any) -> None:
    """Show what is known of a person: body, footwear, insoles, rules, own days, goals, cautions.

    With --json all of the record. `plantigrade sessions person export` has the recordings too.

    \b
    Examples:
      plantigrade sessions person show P001
      plantigrade sessions person show P001 --json record.json
    """
    from plantigrade.library.entry_text import person_as_json

    with opened(invocation, code, where) as (person, record):
        if json_file is not None:
            put_json(json_file, person=person_as_json(person), record=record.as_json())
            return
        for name, text in _about(person, record):
            if text:
                click.echo(f"{name}: {text}")
        for problem in record.problems():
            click.echo(problem, err=True)


def _about(person: "Person", record: "PersonRecord") -> list[tuple[str, str]]:
    from plantigrade.posture.exercises.cautions import CautionAnswer

    now = datetime.now(UTC)
    today = now.astimezone(zone_of(person)).date()
    body = record.body.at(today)
    week = record.days.latest(today, WEEK)
    edits = record.rules.history()
    learned = [one for one in record.baseline.all() if one.undone_utc is None]
    by_answer = record.cautions.current()
    cautious = [caution.value for caution, answer in by_answer.items() if answer is CautionAnswer.YES]
    unknown = sum(answer is CautionAnswer.UNKNOWN for answer in by_answer.values())
    mine = [one.serial for one in record.insoles.periods() if one.to_utc is None]
    return [
        ("person", " ".join(filter(None, (person.code, person.name)))),
        ("time zone", person.time_zone or "of this computer"),
        ("weight", "" if body.weight_kg is None else f"{body.weight_kg:g} kg"),
        ("height", "" if body.height_cm is None else f"{body.height_cm:g} cm"),
        ("insoles", ", ".join(mine) or "none"),
        ("wears", record.footwear.tag_at(now)),
        ("rules", f"{len(edits)} edits, the last of {edits[-1].rule}" if edits else "as shipped"),
        ("own days", ", ".join(_days_by_tag([one.day.tag for one in learned])) or "none"),
        ("diary", f"{len(record.diary.entries())} entries"),
        ("goals", str(len(record.goals.on(today)))),
        ("plans", str(sum(_goes_on(one.plan.to_day, today) for one in record.plans.all()))),
        ("cautions", ", ".join([*cautious, *([f"{unknown} not answered"] if unknown else [])]) or "none"),
        ("consents", ", ".join(one.recipient for one in record.consents.current()) or "none"),
        ("last 7 days", f"{sum(day.worn_h for day in week.values()):.1f} h worn on {len(week)} days"),
    ]


def _goes_on(last: Any, today: Any) -> bool:
    return last is None or last >= today


def _days_by_tag(tags: list[str]) -> list[str]:
    return [f"{tags.count(tag)} in {tag}" for tag in dict.fromkeys(tags)]


COMMANDS = (
    show,
    *body_and_footwear.COMMANDS,
    *usual_and_rules.COMMANDS,
    *goals_and_safety.COMMANDS,
    *plans_and_exercises.COMMANDS,
    *weekly.COMMANDS,
)
