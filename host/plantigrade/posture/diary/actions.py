"""What the commands of `plantigrade posture diary` do."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from plantigrade.json_output import write_json
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.diary.day_load import daily_values
from plantigrade.posture.diary.diary import (
    QUESTIONS,
    SCHEMA,
    BodySite,
    Entry,
    as_json,
    relations,
)
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.text_format import counted

RELATIONS_SCHEMA = "plantigrade.diary-relations/1"


def show_added(entry: Entry, count: int, place: str) -> None:
    """Say what was added, and how many entries there are."""
    click.echo(f"{place}: {_line(entry)} ({counted(count, 'entry', 'entries')})")


def show(entries: Sequence[Entry], json_file: Path | None) -> None:
    """List a diary."""
    if json_file is not None:
        write_json({"schema": SCHEMA, "entries": [as_json(entry) for entry in entries]}, json_file)
        return
    for entry in entries:
        click.echo(_line(entry))
    if not entries:
        click.echo("No entries.")


def relate(entries: Sequence[Entry], place: BodySite, days: Sequence[Day], json_file: Path | None) -> None:
    """Answer the fixed questions about a place."""
    found = relations(entries, place, daily_values(days, QUESTIONS[place]))
    if json_file is not None:
        listed = [asdict(relation) | {"place": relation.place.value} for relation in found]
        write_json({"schema": RELATIONS_SCHEMA, "relations": listed}, json_file)
        return
    for relation in found:
        click.echo(relation.words)
    click.echo(catalogue().disclaimer)


def _line(entry: Entry) -> str:
    texts: Sequence[str] = (entry.side, catalogue().places[entry.place.value], f"{entry.score} of 10")
    note = f": {entry.note}" if entry.note else ""
    return f"{entry.at:%Y-%m-%d %H:%M}  {' '.join(filter(None, texts))}{note}"


def now() -> datetime:
    """The present time with the computer's time zone."""
    return datetime.now().astimezone()
