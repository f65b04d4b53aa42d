"""`plantigrade posture diary`: where it hurts, how much and when, and whether it goes along with load."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.json_output import json_option
from plantigrade.library.posture_commands.stores import person_option, store_of

PLACES = ("foot", "ankle", "shin", "knee", "hip", "lower-back", "other")
_diary = click.option(
    "--diary",
    "book",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="File of the diary.",
)


@click.group(short_help="Where it hurts and how much, and whether that goes along with load.")
def diary() -> None:
    """Where it hurts, how much (0 to 10) and when, and whether that goes along with load.

    The diary is a part of a person's record in the library, or a file of yours: readable, and as private as
    the folder that holds it.

    \b
    Examples:
      plantigrade posture diary add knee 4 --side left --person P001
      plantigrade posture diary add knee 4 --side left --diary pain.json
      plantigrade posture diary relate knee --diary pain.json --baseline own-days.json
    """


@diary.command()
@_diary
@click.argument("place", type=click.Choice(PLACES))
@click.argument("score", type=click.IntRange(0, 10))
@click.option("--side", type=click.Choice(("left", "right", "both")), default=None, help="Of the body.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="When, in local time, such as 2026-03-02T18:30; now, if left out.",
)
@click.option("--note", default="", help="In your own words, up to 1000 characters.")
@person_option
@pass_invocation
def add(
    invocation: Invocation,
    book: Path | None,
    place: str,
    score: int,
    side: str | None,
    at: datetime | None,
    note: str,
    **where: Any,
) -> None:
    """Add an entry: 0 is no pain, 10 the worst that can be imagined.

    Enter days without pain too, with 0: a day without an entry counts as not known. The worst of a day is
    what `relate` looks at.

    \b
    Examples:
      plantigrade posture diary add knee 4 --side left --note "after the stairs" --diary pain.json
      plantigrade posture diary add knee 0 --at 2026-03-02T20:00 --diary pain.json
    """
    from plantigrade.posture.diary import actions as diary_entry
    from plantigrade.posture.diary.diary import BodySite, Entry

    when = at.astimezone() if at is not None else diary_entry.now()
    entry = Entry(when, BodySite(place), score, side or "", note)
    with store_of(invocation, where, diary=book, needs=("diary",)) as store:
        diary_entry.show_added(entry, store.write(entry), store.diary_place)


@diary.command("list")
@_diary
@json_option
@person_option
@pass_invocation
def listed(invocation: Invocation, book: Path | None, json_file: Path | None, **where: Any) -> None:
    """List the entries in the order of their times.

    \b
    Examples:
      plantigrade posture diary list --person P001
      plantigrade posture diary list --diary pain.json
    """
    from plantigrade.posture.diary import actions as diary_entry

    with store_of(invocation, where, diary=book, needs=("diary",)) as store:
        diary_entry.show(store.entries(), json_file)


@diary.command()
@_diary
@click.argument("place", type=click.Choice(PLACES))
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The person's own days with their loads, see `posture learn`.",
)
@json_option
@person_option
@pass_invocation
def relate(
    invocation: Invocation,
    book: Path | None,
    place: str,
    baseline: Path | None,
    json_file: Path | None,
    **where: Any,
) -> None:
    """Whether pain at a place goes along with load over the days.

    The questions are fixed for each place, and the interval holds for all of them together, so that asking
    more does not find more. Needs 14 days that have both an entry and a learned recording; with fewer, or
    when hardly anything changed, that is the answer. A relation says nothing about causes.

    \b
    Examples:
      plantigrade posture diary relate lower-back --person P001
      plantigrade posture diary relate lower-back --diary pain.json --baseline own-days.json
    """
    from plantigrade.posture.diary import actions as diary_entry
    from plantigrade.posture.diary.diary import BodySite

    with store_of(invocation, where, diary=book, baseline=baseline, needs=("diary", "baseline")) as store:
        entries, days = store.entries(), store.days().days
    diary_entry.relate(entries, BodySite(place), days, json_file)
