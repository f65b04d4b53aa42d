"""The commands of `plantigrade sessions` that change, delete and lock."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.errors import PlantigradeError
from plantigrade.library.options import (
    ask_about,
    json_option,
    library_options,
    open_library,
    put_json,
    read_moment,
)


@click.command(short_help="Tag a recording, name its wearer, its title or its start.")
@click.argument("name")
@click.argument("given", nargs=-1, metavar="KIND:VALUE...")
@click.option("--remove", is_flag=True, help="Remove the tags.")
@click.option("--person", metavar="CODE", help="Set who wore the insoles.")
@click.option("--set-aside", is_flag=True, help="Say that it is nobody's of this library.")
@click.option("--title", help="Set another title.")
@click.option(
    "--start",
    callback=read_moment,
    metavar="DATE",
    help="Set when an import began, such as 2026-03-01T14:30, by the clocks where the person lives.",
)
@library_options
@pass_invocation
def tag(
    invocation: Invocation,
    name: str,
    given: tuple[str, ...],
    remove: bool,
    person: str | None,
    set_aside: bool,
    title: str | None,
    start: datetime | None,
    **where: Any,
) -> None:
    """Tag a recording (shoe:trail, orthotic:left, terrain:grass, other:...); name wearer, title or start."""
    from plantigrade.library.entries import Tag
    from plantigrade.library.importing.take_in import set_start
    from plantigrade.library.time_zone import in_zone

    tags = [Tag(kind, value.strip()) for kind, _, value in (text.partition(":") for text in given)]
    with open_library(invocation, where) as library:
        entry = library.entry(name)
        if tags:
            entry = library.tag(entry.id, tags, remove)
        if person is not None:
            entry = library.assign(entry.id, person)
        elif set_aside:
            entry = library.assign(entry.id, None, set_aside=True)
        if title is not None:
            entry = library.rename(entry.id, title)
        zone = library.zones().get(entry.person)
        if (begun := in_zone(start, zone)) is not None:
            entry = set_start(library, entry.id, begun)
    click.echo(f"{entry.id}  {entry.person or '-'}  {entry.title}  {' '.join(map(str, entry.tags))}")


@click.command()
@click.argument("name")
@click.argument("text")
@click.option("--at", "at_s", type=float, metavar="SECONDS", help="Time in the recording.")
@library_options
@pass_invocation
def note(invocation: Invocation, name: str, text: str, at_s: float | None, **where: Any) -> None:
    """Add a note to a recording."""
    with open_library(invocation, where) as library:
        click.echo(f"note {library.note(name, text, at_s)}")


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--erase", is_flag=True, help="Erase at once; this cannot be undone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@library_options
@pass_invocation
def delete(invocation: Invocation, names: tuple[str, ...], erase: bool, yes: bool, **where: Any) -> None:
    """Delete recordings. For seven days `sessions restore` brings them back; then they are erased."""
    with open_library(invocation, where) as library:
        entries = [library.entry(name) for name in names]
        if erase and not yes:
            click.confirm(f"Erase {len(entries)} recordings for good?", abort=True, err=True)
        for entry in entries:
            if erase:
                library.erase(entry.id)
                click.echo(f"{entry.id}: erased")
            else:
                library.delete(entry.id)
                click.echo(f"{entry.id}: deleted; `plantigrade sessions restore {entry.id}` brings it back")


@click.command()
@click.argument("names", nargs=-1, required=True)
@library_options
@pass_invocation
def restore(invocation: Invocation, names: tuple[str, ...], **where: Any) -> None:
    """Restore deleted recordings."""
    with open_library(invocation, where) as library:
        for name in names:
            click.echo(f"{library.restore(name).id}: restored")


@click.command(short_help="List recordings that wait for an answer: whose are they?")
@json_option
@library_options
@pass_invocation
def unassigned(invocation: Invocation, json_file: IO[str] | None, **where: Any) -> None:
    """List recordings of insoles that could not be given to anyone, with the reason.

    They reach no baseline and raise no alert until someone says whose they are.

    \b
    Examples:
      plantigrade sessions unassigned
      plantigrade sessions tag 20260301T100000Z-00000001 --person P001
      plantigrade sessions tag 20260301T100000Z-00000001 --set-aside
    """
    from plantigrade.library.catalogue.recording_states import waiting_for_a_person
    from plantigrade.library.entry_text import duration_text

    with open_library(invocation, where) as library:
        waiting = waiting_for_a_person(library)
    if json_file is not None:
        put_json(json_file, unassigned=[{"id": one.id, "reason": one.unassigned} for one in waiting])
        return
    for one in waiting:
        click.echo(f"{one.id}  {duration_text(one.duration_s)}  {one.unassigned}")
    if not waiting:
        click.echo("no recording waits for an answer")


@click.command()
@click.option("--limit", type=click.IntRange(1), help="At most this many; all unless given.")
@click.option("--after", metavar="CODE", help="The next ones: those whose codes come after this one.")
@json_option
@library_options
@pass_invocation
def people(
    invocation: Invocation, json_file: IO[str] | None, limit: int | None, after: str | None, **where: Any
) -> None:
    """List people, by code."""
    from plantigrade.library.entry_text import person_as_json

    with open_library(invocation, where) as library:
        found = library.people(after=after, limit=None if limit is None else limit + 1)
    known = found[:limit]
    following = known[-1].code if len(found) > len(known) else None
    if json_file is not None:
        put_json(json_file, after=following, people=[person_as_json(person) for person in known])
        return
    for person in known:
        born = "" if person.birth_date is None else person.birth_date.isoformat()
        click.echo(f"{person.code}  {person.name or '-'}  {born}")
    if following is not None:
        click.echo(f"--after {following} shows the next ones")


@click.group(short_help="Add, change, export or erase a person; the person's record.")
def person() -> None:
    """Add, change, export or erase a person, and what is stored of one beside the recordings."""


def _about(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--remark", help="Free text."),
        click.option("--language", help="Of texts for the person, such as en."),
        click.option("--time-zone", help="Where the person lives, such as Europe/Berlin; days begin there."),
        click.option(
            "--shoe-size", "shoe_size_eu", type=float, help="EU size; gives lengths in millimetres."
        ),
        click.option("--weight-kg", type=float, help="Body weight."),
        click.option("--height-cm", type=float, help="Body height."),
        click.option("--sex", type=click.Choice(("female", "male", "other"))),
        click.option("--born", "birth_date", type=click.DateTime(["%Y-%m-%d"]), help="Date of birth."),
        click.option("--name", help="Name."),
    ):
        command = option(command)
    return command


def _known(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    born = given.get("birth_date")
    if isinstance(born, datetime):
        given["birth_date"] = date(born.year, born.month, born.day)
    return given


@person.command("add")
@click.argument("code", required=False, default="")
@_about
@library_options
@pass_invocation
def add_person(
    invocation: Invocation, code: str, url: str | None, key_file: Path | None, **about: Any
) -> None:
    """Add a person; without a CODE the next free one is given."""
    from plantigrade.library.entries import Person

    with open_library(invocation, {"url": url, "key_file": key_file}) as library:
        added = library.add_person(Person(code, **_known(about)))
    ask_about(added.code, added.weight_kg, added.height_cm)
    click.echo(added.code)


@person.command("change")
@click.argument("code")
@_about
@library_options
@pass_invocation
def change_person(
    invocation: Invocation, code: str, url: str | None, key_file: Path | None, **about: Any
) -> None:
    """Change the data of a person."""
    from dataclasses import replace

    with open_library(invocation, {"url": url, "key_file": key_file}) as library:
        before = library.person(code)
        changed = library.change_person(replace(before, **_known(about)))
    if changed.weight_kg != before.weight_kg or changed.height_cm != before.height_cm:
        ask_about(code, changed.weight_kg, changed.height_cm, before.weight_kg)
    click.echo(changed.code)


@person.command("export")
@click.argument("code")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="ZIP file."
)
@library_options
@pass_invocation
def export_person(invocation: Invocation, code: str, output: Path, **where: Any) -> None:
    """Write all that is stored about a person to a ZIP.

    It can be read without Plantigrade.
    """
    from plantigrade.library.catalogue.data_export import export_person as write

    with open_library(invocation, where) as library:
        count = write(library, code, output)
    click.echo(f"{output}: {count} recordings")


@person.command("erase")
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
@library_options
@pass_invocation
def erase_person(invocation: Invocation, code: str, yes: bool, **where: Any) -> None:
    """Erase a person and all recordings, for good."""
    with open_library(invocation, where) as library:
        library.person(code)
        if not yes:
            click.confirm(f"Erase {code} and all recordings of {code} for good?", abort=True, err=True)
        click.echo(f"{code}: erased with {library.erase_person(code)} recordings")


@click.group()
def keys() -> None:
    """Encrypt the library, change its key, or see which one it has."""


@keys.command("show")
@library_options
@pass_invocation
def show_key(invocation: Invocation, **where: Any) -> None:
    """Show whether the library is encrypted.

    The key is named by its number and never shown.
    """
    with open_library(invocation, where) as library:
        vault = library.vault
        state = "not encrypted" if vault is None else f"encrypted with key {vault.key_id}"
        click.echo(f"library {library.uuid}: {state}")


@keys.command("new")
@library_options
@pass_invocation
def new_key(invocation: Invocation, **where: Any) -> None:
    """Encrypt the library with a new key.

    For the first time, or instead of the current key. The key goes into --key-file, else into the keyring of
    the operating system. Keep a copy in a safe place: without it nobody can read the library.
    """
    from plantigrade.library.catalogue.key_change import change_key
    from plantigrade.library.keys.master_key import keep_keys
    from plantigrade.library.keys.vault import MasterKey

    with open_library(invocation, where) as library:
        old = () if library.vault is None else library.vault.keys
        fresh = MasterKey.new()
        place = keep_keys(library.uuid, (fresh, *old), where["key_file"])
        count = change_key(library, fresh)
        keep_keys(library.uuid, (fresh,), where["key_file"])
    click.echo(
        f"key {fresh.id} is in {place}: {count} recordings are encrypted with it; keep a copy of it safe"
    )


@keys.command("protect")
@library_options
@pass_invocation
def protect(invocation: Invocation, **where: Any) -> None:
    """Encrypt recordings that are not yet encrypted.

    Safe to repeat.
    """
    from plantigrade.library.recordings.container import find_recordings
    from plantigrade.library.recordings.encryption import encrypt_folder

    with open_library(invocation, where) as library:
        if library.vault is None:
            raise PlantigradeError("the library is not encrypted; `plantigrade sessions keys new` begins it")
        count = sum(encrypt_folder(folder, library.vault) for folder in find_recordings(library.recordings))
    click.echo(f"{count} files encrypted")


COMMANDS = (tag, note, delete, restore, unassigned, people, person, keys)
