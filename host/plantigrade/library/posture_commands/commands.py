"""`plantigrade posture`: the rules of a patient, what they say about recordings, and comparisons."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.json_output import json_option
from plantigrade.library.options import read_weight
from plantigrade.library.posture_commands.diary_commands import diary
from plantigrade.library.posture_commands.stores import person_option, store_of

_FILE = click.Path(dir_okay=False, path_type=Path)
_rules = click.option(
    "--rules",
    "book",
    type=_FILE,
    metavar="FILE",
    help="The patient's rules, as `posture edit` stores them; by default the shipped ones.",
)
_tag = click.option(
    "--tag",
    metavar="NAME",
    help="Shoes or orthotic that were worn [default: what the person's record says, else everyday].",
)
_weight = click.option(
    "--body-weight-kg",
    callback=read_weight,
    type=click.FloatRange(2, 500),
    help="Weight of the person; else the file's, else the record's, else it is taken from the strides.",
)


@click.group(short_help="Rules of a patient, findings and alerts, own baseline, diary, before and after.")
def posture() -> None:
    """Rules of a patient, findings and alerts of recordings, the own baseline, diary, before and after.

    With --person CODE a person's record in the library is used, else files. Nothing here is a diagnosis.
    docs/reference/posture-rules.md explains every rule.

    \b
    Examples:
      plantigrade posture rules
      plantigrade posture edit --rules patient.json low-arch raise_level 0.18 \\
        --by clinician --reason "rigid orthotic"
      plantigrade posture alerts walk.csv --rules patient.json
      plantigrade posture alerts walk.csv --person P001
    """


posture.add_command(diary)


@posture.command()
@_rules
@json_option
@person_option
@pass_invocation
def rules(invocation: Invocation, book: Path | None, json_file: Path | None, **where: Any) -> None:
    """List the rules in force, with their levels and versions.

    A version such as 2+1 is the shipped version 2 with one edit for this patient.

    \b
    Examples:
      plantigrade posture rules
      plantigrade posture rules --rules patient.json --json - | jq '.rules[] | select(.id == "low-arch")'
    """
    from plantigrade.posture import actions as entry

    with store_of(invocation, where, rules=book) as store:
        entry.show_rules(store.book(), json_file)


@posture.command(context_settings={"ignore_unknown_options": True})  # a level may be negative
@click.option("--rules", "book", type=_FILE, metavar="FILE", help="File of the edits.")
@click.argument("rule")
@click.argument("field")
@click.argument("value", type=float)
@click.option("--by", required=True, help="Who changes it.")
@click.option("--reason", required=True, help="Why, in a sentence.")
@person_option
@pass_invocation
def edit(
    invocation: Invocation,
    book: Path | None,
    rule: str,
    field: str,
    value: float,
    by: str,
    reason: str,
    **where: Any,
) -> None:
    """Change one number of a rule for a patient.

    It applies from the next stride. FIELD is raise_level, clear_level, dwell_s, min_strides, alert_strides,
    window_strides or min_interval_s. Every edit is stored with who, when, why, the old and the new number. A
    level beyond the other one is refused: change the other level first. Rules that a clinician prescribes are
    switched on with `plantigrade sessions person prescribe`.

    \b
    Examples:
      plantigrade posture edit --rules patient.json low-arch raise_level 0.18 --by clinician \\
        --reason "rigid orthotic"
      plantigrade posture edit --person P001 low-arch raise_level 0.18 --by clinician \\
        --reason "rigid orthotic"
    """
    from plantigrade.posture import actions as entry

    with store_of(invocation, where, rules=book, needs=("rules",)) as store:
        made, changed = store.edit(rule, field, value, by, reason)
        entry.show_edit(made, changed, store.rules_place)


@posture.command()
@click.argument("book", metavar="[FILE]", required=False, type=_FILE)
@json_option
@person_option
@pass_invocation
def history(invocation: Invocation, book: Path | None, json_file: Path | None, **where: Any) -> None:
    """Show who changed which rule of a patient, when and why.

    \b
    Examples:
      plantigrade posture history patient.json
      plantigrade posture history --person P001
    """
    from plantigrade.posture import actions as entry

    if book is None and where["person"] is None:
        raise click.UsageError("Missing argument 'FILE' (or option '--person').")
    with store_of(invocation, where, rules=book) as store:
        entry.show_history(store.book(), json_file)


@posture.command()
@click.argument("recording", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@_rules
@click.option(
    "--reference", "norms", type=_FILE, metavar="FILE", help="Take levels from this set of healthy people."
)
@click.option("--baseline", type=_FILE, metavar="FILE", help="The person's own days, see `posture learn`.")
@_tag
@_weight
@json_option
@person_option
@pass_invocation
def alerts(
    invocation: Invocation,
    recording: Path,
    book: Path | None,
    baseline: Path | None,
    tag: str | None,
    body_weight_kg: float | None,
    norms: Path | None,
    json_file: Path | None,
    **where: Any,
) -> None:
    """Show what the rules find in a recording.

    Alerts as they would have appeared live, and findings. Needs 200 strides of a foot for an alert about
    walking, 30 for a finding. Results name the rule's version and the engine's.

    \b
    Examples:
      plantigrade posture alerts walk.csv
      plantigrade posture alerts day.csv --rules patient.json --baseline own-days.json --tag trail
      plantigrade posture alerts day.csv --person P001
    """
    from plantigrade.posture import actions as entry

    with store_of(invocation, where, rules=book, baseline=baseline) as store:
        known_kg = store.weight_kg(None)
        wanted = entry.Wanted(recording, store.book(), store.reference(tag), body_weight_kg, known_kg, norms)
    entry.show_alerts(wanted, json_file)


@posture.command()
@click.argument("recording", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@click.option("--baseline", type=_FILE, metavar="FILE", help="File of the days.")
@_tag
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day of the recording, such as 2026-03-01.",
)
@_weight
@person_option
@pass_invocation
def learn(
    invocation: Invocation,
    recording: Path,
    baseline: Path | None,
    tag: str | None,
    day: datetime,
    body_weight_kg: float | None,
    **where: Any,
) -> None:
    """Add a day to a person's own baseline.

    A baseline is of one pair of shoes or orthotic. A day needs 60 valid strides a foot, a baseline three days
    of the same tag. `plantigrade run` learns the days of a person by itself.

    \b
    Examples:
      plantigrade posture learn monday.csv --day 2026-03-02 --baseline own-days.json --tag trail
      plantigrade posture learn monday.csv --day 2026-03-02 --person P001
    """
    from plantigrade.posture import actions as entry

    with store_of(invocation, where, baseline=baseline, needs=("baseline",)) as store:
        known_kg = store.weight_kg(day.date())
        worn = tag or store.worn_on(day.date())
        learned = store.learn(entry.day_of(recording, worn, day.date(), body_weight_kg, known_kg))
        entry.show_learned(learned, worn, store.baseline_place)


@posture.command()
@click.option("--before", multiple=True, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--after", multiple=True, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--metric", "metrics", multiple=True, help="Value of strides; by default the usual ones.")
@click.option("--paired", is_flag=True, help="The first before belongs to the first after, and so on.")
@_weight
@json_option
def compare(**options: Any) -> None:
    """Compare recordings before and after a change.

    With and without an orthotic, two shoes, two weeks. Each recording is a session and may be named several
    times over: --before a.csv --before b.csv. The interval needs two sessions a side; five say much more.

    \b
    Example:
      plantigrade posture compare --before mon.csv --before tue.csv --after thu.csv --after fri.csv
    """
    from plantigrade.posture import actions as entry

    entry.compare_recordings(**options)
