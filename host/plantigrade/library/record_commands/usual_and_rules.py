"""Commands of `plantigrade sessions person` on rules, the own usual days, the diary and old files."""

from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.record_commands.opening import (
    DAY,
    code_argument,
    local_text,
    opened,
    put_part,
    record_options,
)

if TYPE_CHECKING:
    from plantigrade.posture.rules_engine.rulebook import Edit


@click.command(short_help="List who changed which rule.")
@code_argument
@record_options
@pass_invocation
def rules(invocation: Invocation, code: str, json_file: IO[str] | None, **where: Any) -> None:
    """List who changed which rule of a person, when and why.

    `plantigrade posture rules --person CODE` lists the rules that hold, `posture edit --person CODE` changes
    one.

    \b
    Example:
      plantigrade sessions person rules P001
    """
    with opened(invocation, code, where) as (_, record):
        _, problems = record.rules.readable_book()
        lines = [_edit_line(edit) for edit in record.rules.history()]
        put_part(record.rules, code, json_file, lines, "no edits: the shipped rules hold")
        for problem in set(problems) - set(record.rules.problems()):
            click.echo(problem, err=True)


def _edit_line(edit: "Edit") -> str:
    return f"{edit.at}  {edit.by}: {edit.rule} {edit.field} {edit.old:g} -> {edit.new:g}: {edit.reason}"


@click.command(short_help="Switch a prescribed rule on or off.")
@code_argument
@click.argument("rule")
@click.option("--limit", type=float, help="In the unit of the rule.")
@click.option("--minutes", type=float, help="How long the limit must be passed.")
@click.option("--off", is_flag=True, help="Switch the rule off again.")
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--by", default="", help="Who decides; the account, if left out.")
@record_options
@pass_invocation
def prescribe(
    invocation: Invocation,
    code: str,
    rule: str,
    limit: float | None,
    minutes: float | None,
    off: bool,
    reason: str,
    by: str,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Switch on a rule that a clinician prescribes, with its limit and duration, or switch it off.

    Such rules are off until someone who knows the person decides otherwise. What they raise is a reminder,
    not a safety device: look at the feet every day, also when nothing is shown.

    \b
    Examples:
      plantigrade sessions person prescribe P001 sustained-pressure --limit 5 --minutes 10 \\
        --reason "reduced feeling" --by "Dr A"
      plantigrade sessions person prescribe P001 sustained-pressure --off --reason "healed"
    """
    if off == (limit is not None or minutes is not None) or (not off and None in (limit, minutes)):
        raise click.UsageError("give --limit and --minutes, or --off")
    with opened(invocation, code, where) as (_, record):
        if limit is None or minutes is None:
            made = (record.rules.switch_off(rule, reason=reason, by=by),)
        else:
            made = record.rules.switch_on(rule, limit, minutes * 60.0, reason=reason, by=by)
        put_part(record.rules, code, json_file, map(_edit_line, made), "")


@click.command(short_help="List the own usual days, or take one out.")
@code_argument
@click.option("--undo", "undone", type=DAY, metavar="DATE", help="This day no longer counts.")
@click.option("--redo", "redone", type=DAY, metavar="DATE", help="This day counts again.")
@click.option("--tag", default="everyday", show_default=True, help="Footwear of that day, as it is listed.")
@record_options
@pass_invocation
def baseline(
    invocation: Invocation,
    code: str,
    undone: datetime | None,
    redone: datetime | None,
    tag: str,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """List the person's own usual days, or take one out and in again.

    \b
    Examples:
      plantigrade sessions person baseline P001
      plantigrade sessions person baseline P001 --undo 2026-03-02 --tag trail
    """
    with opened(invocation, code, where) as (_, record):
        if undone is not None:
            record.baseline.undo(undone.date(), tag)
        if redone is not None:
            record.baseline.redo(redone.date(), tag)
        lines = [
            f"{learned.day.day}  {learned.day.tag}  {learned.day.strides} strides"
            + ("" if learned.undone_utc is None else "  (undone)")
            for learned in record.baseline.all()
        ]
        put_part(record.baseline, code, json_file, lines, "no days were learned")


@click.command(short_help="List the diary, or remove an entry.")
@code_argument
@click.option("--remove", "number", type=int, metavar="NUMBER", help="Remove an entry made by mistake.")
@record_options
@pass_invocation
def diary(
    invocation: Invocation, code: str, number: int | None, json_file: IO[str] | None, **where: Any
) -> None:
    """List the diary with the numbers of its entries, or remove one.

    `plantigrade posture diary add --person CODE` adds an entry.

    \b
    Example:
      plantigrade sessions person diary P001 --remove 3
    """
    with opened(invocation, code, where) as (_, record):
        if number is not None:
            record.diary.remove(number)
        lines = [
            f"{key}  {entry.at:%Y-%m-%d %H:%M}  {' '.join(filter(None, (entry.side, entry.place.value)))}  "
            f"{entry.score} of 10  {entry.note}".rstrip()
            for key, entry in record.diary.numbered()
        ]
        put_part(record.diary, code, json_file, lines, "no entries")


@click.command("import", short_help="Take in files of rules, own days or a diary.")
@code_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@record_options
@pass_invocation
def import_files(
    invocation: Invocation, code: str, files: tuple[Path, ...], json_file: IO[str] | None, **where: Any
) -> None:
    """Take in files that `plantigrade posture` wrote: rules, own days, diary.

    Each file says by itself what it is. Taking it in twice changes nothing; what is there already stays.

    \b
    Example:
      plantigrade sessions person import P001 rules.json baseline.json pain.json
    """
    from plantigrade.library.catalogue.record.old_files import take_in
    from plantigrade.library.options import put_json

    with opened(invocation, code, where) as (_, record):
        taken = [take_in(record, path) for path in files]
    if json_file is not None:
        listed = [
            {"file": str(one.path), "what": one.what, "found": one.found, "new": one.new} for one in taken
        ]
        put_json(json_file, person=code, files=listed)
        return
    for one in taken:
        click.echo(f"{one.path}: {one.found} {one.what}, {one.new} of them new")


@click.command(short_help="List who read or changed the record.")
@code_argument
@record_options
@pass_invocation
def accesses(invocation: Invocation, code: str, json_file: IO[str] | None, **where: Any) -> None:
    """List who read or changed the record of a person, newest first.

    \b
    Example:
      plantigrade sessions person accesses P001
    """
    from plantigrade.library.options import put_json
    from plantigrade.library.person.documents import as_document

    with opened(invocation, code, where) as (person, record):
        found = record.accesses()
        if json_file is not None:
            put_json(json_file, person=code, accesses=[as_document(access) for access in found])
            return
        for access in found:
            at = local_text(person, access.at_utc)
            click.echo(f"{at}  {access.actor}  {access.action}  {access.what}".rstrip())


COMMANDS = (rules, prescribe, baseline, diary, import_files, accesses)
