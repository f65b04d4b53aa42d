"""`plantigrade posture`: the rules of a patient, what they say about recordings, and comparisons."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from plantigrade.json_output import json_option
from plantigrade.posture.diary.commands import diary

_FILE = click.Path(dir_okay=False, path_type=Path)
_rules = click.option(
    "--rules",
    "book",
    type=_FILE,
    metavar="FILE",
    help="The patient's rules, as `posture edit` stores them; by default the shipped ones.",
)
_weight = click.option(
    "--body-weight-kg",
    type=click.FloatRange(2, 500),
    help="Weight of the person; else the file's, else it is taken from the strides.",
)


@click.group(short_help="Rules of a patient, findings and alerts, own baseline, diary, before and after.")
def posture() -> None:
    """Rules of a patient, findings and alerts of recordings, the own baseline, diary, before and after.

    Nothing here is a diagnosis. docs/reference/posture-rules.md explains every rule.

    \b
    Examples:
      plantigrade posture rules
      plantigrade posture edit --rules patient.json low-arch raise_level 0.18 \\
        --by clinician --reason "rigid orthotic"
      plantigrade posture alerts walk.csv --rules patient.json
    """


posture.add_command(diary)


@posture.command()
@_rules
@json_option
def rules(book: Path | None, json_file: Path | None) -> None:
    """List the rules in force, with their levels and versions.

    A version such as 2+1 is the shipped version 2 with one edit for this patient.

    \b
    Examples:
      plantigrade posture rules
      plantigrade posture rules --rules patient.json --json - | jq '.rules[] | select(.id == "low-arch")'
    """
    from plantigrade.posture import actions as entry

    entry.show_rules(book, json_file)


@posture.command(context_settings={"ignore_unknown_options": True})  # a level may be negative
@click.option("--rules", "book", type=_FILE, metavar="FILE", required=True, help="File of the edits.")
@click.argument("rule")
@click.argument("field")
@click.argument("value", type=float)
@click.option("--by", required=True, help="Who changes it.")
@click.option("--reason", required=True, help="Why, in a sentence.")
def edit(book: Path, rule: str, field: str, value: float, by: str, reason: str) -> None:
    """Change one number of a rule for a patient.

    It applies from the next stride. FIELD is raise_level, clear_level, dwell_s, min_strides, alert_strides,
    window_strides or min_interval_s. Every edit is stored with who, when, why, the old and the new number. A
    level beyond the other one is refused: change the other level first.

    \b
    Example:
      plantigrade posture edit --rules patient.json low-arch raise_level 0.18 --by clinician \\
        --reason "rigid orthotic"
    """
    from plantigrade.posture import actions as entry

    entry.edit_rule(book, rule, field, value, by, reason, datetime.now(UTC))


@posture.command()
@click.argument("book", metavar="FILE", type=_FILE)
@json_option
def history(book: Path, json_file: Path | None) -> None:
    """Show who changed which rule of a patient, when and why.

    \b
    Example:
      plantigrade posture history patient.json
    """
    from plantigrade.posture import actions as entry

    entry.show_history(book, json_file)


@posture.command()
@click.argument("recording", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@_rules
@click.option("--baseline", type=_FILE, metavar="FILE", help="The person's own days, see `posture learn`.")
@click.option("--tag", default="everyday", show_default=True, help="Shoes or orthotic that were worn.")
@_weight
@json_option
def alerts(
    recording: Path,
    book: Path | None,
    baseline: Path | None,
    tag: str,
    body_weight_kg: float | None,
    json_file: Path | None,
) -> None:
    """Show what the rules find in a recording.

    Alerts as they would have appeared live, and findings. Needs 200 strides of a foot for an alert about
    walking, 30 for a finding. Results name the rule's version and the engine's.

    \b
    Examples:
      plantigrade posture alerts walk.csv
      plantigrade posture alerts day.csv --rules patient.json --baseline own-days.json --tag trail
    """
    from plantigrade.posture import actions as entry

    entry.show_alerts(entry.Wanted(recording, book, baseline, tag, body_weight_kg), json_file)


@posture.command()
@click.argument("recording", metavar="INPUT", type=click.Path(path_type=Path, exists=True))
@click.option("--baseline", type=_FILE, metavar="FILE", required=True, help="File of the days.")
@click.option("--tag", default="everyday", show_default=True, help="Shoes or orthotic that were worn.")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day of the recording, such as 2026-03-01.",
)
@_weight
def learn(recording: Path, baseline: Path, tag: str, day: datetime, body_weight_kg: float | None) -> None:
    """Add a day to a person's own baseline.

    A baseline is of one pair of shoes or orthotic. A day needs 60 valid strides a foot, a baseline three days
    of the same tag.

    \b
    Example:
      plantigrade posture learn monday.csv --day 2026-03-02 --baseline own-days.json --tag trail
    """
    from plantigrade.posture import actions as entry

    entry.learn_day(recording, baseline, tag, day.date(), body_weight_kg)


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
