"""Commands of `plantigrade sessions person` on body, footwear and insoles."""

from datetime import UTC, date, datetime
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.options import ask_about
from plantigrade.library.record_commands.opening import (
    DAY,
    MOMENT,
    code_argument,
    local_text,
    moment_of,
    opened,
    put_part,
    record_options,
)
from plantigrade.library.time_zone import zone_of

if TYPE_CHECKING:
    from plantigrade.library.entries import Person


@click.command(short_help="Enter or list weights and heights.")
@code_argument
@click.option("--kg", "weight_kg", type=float, help="Weight.")
@click.option("--cm", "height_cm", type=float, help="Height.")
@click.option("--on", "day", type=DAY, metavar="DATE", help="When it was measured; today, if left out.")
@record_options
@pass_invocation
def weigh(
    invocation: Invocation,
    code: str,
    weight_kg: float | None,
    height_cm: float | None,
    day: datetime | None,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Enter a weight or height with its date, or list what was measured.

    Recordings are analysed with the weight that was right on their day.

    \b
    Examples:
      plantigrade sessions person weigh P001 --kg 71.5
      plantigrade sessions person weigh P001 --kg 74 --on 2026-01-15
      plantigrade sessions person weigh P001
    """
    from plantigrade.library.person.entries import BodyMeasure

    with opened(invocation, code, where) as (person, record):
        if weight_kg is not None or height_cm is not None:
            on = datetime.now(UTC).astimezone(zone_of(person)).date() if day is None else day.date()
            ask_about(code, weight_kg, height_cm or person.height_cm, person.weight_kg)
            record.body.add(BodyMeasure(on, weight_kg, height_cm))
        lines = [
            f"{one.measured_on}  {_number(one.weight_kg, 'kg')}  {_number(one.height_cm, 'cm')}  {one.by}"
            for one in record.body.all()
        ]
        put_part(record.body, code, json_file, lines, "nothing measured")


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:g} {unit}"


@click.command(short_help="Add or list shoes and orthotics.")
@code_argument
@click.option("--add", "name", metavar="NAME", help="Add a pair.")
@click.option(
    "--kind",
    type=click.Choice(("shoe", "orthotic")),
    default="shoe",
    show_default=True,
    help="Of the new pair.",
)
@click.option("--remark", default="", help="On the new pair.")
@record_options
@pass_invocation
def footwear(
    invocation: Invocation,
    code: str,
    name: str | None,
    kind: str,
    remark: str,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Add shoes or orthotics, or list them with their periods of wear.

    \b
    Examples:
      plantigrade sessions person footwear P001 --add trail
      plantigrade sessions person footwear P001 --add insert --kind orthotic
    """
    from plantigrade.library.person.entries import Footwear, FootwearKind

    with opened(invocation, code, where) as (person, record):
        if name is not None:
            record.footwear.add(Footwear(FootwearKind(kind), name, remark))
        periods = record.footwear.periods()
        lines: list[str] = []
        for pair in record.footwear.all():
            lines.append(f"{pair.kind.value}  {pair.name}  {pair.remark}".rstrip())
            lines += [
                f"  {_span(person, one.from_utc, one.to_utc)}"
                for one in periods
                if one.footwear.id == pair.id
            ]
        put_part(record.footwear, code, json_file, lines, "no footwear")


def _span(person: "Person", begin: datetime, end: datetime | None) -> str:
    until = "" if end is None else f" to {local_text(person, end)}"
    return f"from {local_text(person, begin)}{until}"


@click.command(short_help="Say when a pair is worn.")
@code_argument
@click.argument("name")
@click.option("--from", "begin", type=MOMENT, metavar="TIME", help="Since when; now, if left out.")
@click.option("--to", "end", type=MOMENT, metavar="TIME", help="Until when; it is still worn, if left out.")
@click.option("--stop", is_flag=True, help="It is no longer worn, from now or from --to on.")
@record_options
@pass_invocation
def wear(
    invocation: Invocation,
    code: str,
    name: str,
    begin: datetime | None,
    end: datetime | None,
    stop: bool,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Say when a pair of shoes or orthotics is worn.

    The own usual days are learned apart for each pair. Of each kind one pair is worn at a time: a new one
    ends the one before. Times are in the person's time zone.

    \b
    Examples:
      plantigrade sessions person wear P001 trail
      plantigrade sessions person wear P001 insert --from 2026-03-02T08:00
      plantigrade sessions person wear P001 insert --stop
    """
    with opened(invocation, code, where) as (person, record):
        pair = record.footwear.named(name)
        if stop:
            record.footwear.stop(pair.id, moment_of(person, end))
        else:
            until = None if end is None else moment_of(person, end)
            record.footwear.wear(pair.id, moment_of(person, begin), until)
        tag = record.footwear.tag_at(datetime.now(UTC))
        put_part(record.footwear, code, json_file, [f"{code} wears now: {tag}"], "")


@click.command(short_help="Assign, release or list insoles.")
@code_argument
@click.option("--assign", "assigned", multiple=True, metavar="SERIAL", help="This insole is the person's.")
@click.option(
    "--pair",
    nargs=2,
    metavar="LEFT RIGHT",
    help="These two are the person's, each for its foot: what one records on the other foot is nobody's.",
)
@click.option("--release", "released", multiple=True, metavar="SERIAL", help="It no longer is.")
@click.option("--at", "moment", type=MOMENT, metavar="TIME", help="Since when; now, if left out.")
@record_options
@pass_invocation
def insoles(
    invocation: Invocation,
    code: str,
    assigned: tuple[str, ...],
    pair: tuple[str, str] | None,
    released: tuple[str, ...],
    moment: datetime | None,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Assign insoles to a person, release them, or list them.

    What insoles record while they are nobody's, or on two people's feet, belongs to nobody until someone says
    whose it is.

    \b
    Examples:
      plantigrade sessions person insoles P001 --assign A1B2C3 --assign D4E5F6
      plantigrade sessions person insoles P001 --pair A1B2C3 D4E5F6
      plantigrade sessions person insoles P001 --release A1B2C3 --at 2026-03-09T18:00
    """
    with opened(invocation, code, where) as (person, record):
        at = moment_of(person, moment)
        for serial in released:
            record.insoles.release(serial, at)
        for serial in assigned:
            record.insoles.assign(serial, at)
        if pair is not None:
            record.insoles.assign_pair(*pair, at)
        lines = [
            f"{one.serial}  {_span(person, one.from_utc, one.to_utc)}{f'  {one.side}' if one.side else ''}"
            for one in record.insoles.periods()
        ]
        put_part(record.insoles, code, json_file, lines, "no insoles")


@click.command(short_help="List hours of wear, steps and standing a day.")
@code_argument
@click.option("--from", "first", type=DAY, metavar="DATE", help="First day; four weeks ago, if left out.")
@click.option("--to", "last", type=DAY, metavar="DATE", help="Last day; today, if left out.")
@record_options
@pass_invocation
def days(
    invocation: Invocation,
    code: str,
    first: datetime | None,
    last: datetime | None,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """List the days: hours of wear, steps, walking, standing.

    \b
    Example:
      plantigrade sessions person days P001 --from 2026-03-01
    """
    with opened(invocation, code, where) as (person, record):
        today: date = datetime.now(UTC).astimezone(zone_of(person)).date()
        until = today if last is None else last.date()
        found = record.days.latest(until, 28) if first is None else record.days.between(first.date(), until)
        lines = [
            f"{day}  worn {wear.worn_h:.1f} h  {wear.steps} steps  walking {wear.walking_min:.0f} min  "
            f"standing {wear.standing_min:.0f} min"
            for day, wear in found.items()
        ]
        put_part(record.days, code, json_file, lines, "nothing is known of these days")


COMMANDS = (weigh, footwear, wear, insoles, days)
