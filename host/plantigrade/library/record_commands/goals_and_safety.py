"""Commands of `plantigrade sessions person` on goals, cautions, consents, settings and answers to alerts."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Any

import click

from plantigrade.cli import Invocation, pass_invocation
from plantigrade.library.record_commands.opening import (
    DAY,
    code_argument,
    local_text,
    moment_of,
    opened,
    put_part,
    record_options,
)
from plantigrade.library.time_zone import zone_of

if TYPE_CHECKING:
    from plantigrade.library.person.entries import Goal, PersonSettings

DATA_KINDS = ("person", "recordings", "analyses", "alerts", "diary", "plans", "days")


@click.command(short_help="Set, tick or list goals.")
@code_argument
@click.option("--wear-hours", type=float, help="Set a goal: wear the insoles for so many hours a day.")
@click.option("--exercise", metavar="NAME", help="Set a goal: do this exercise --times a day.")
@click.option("--times", type=float, default=1.0, show_default=True, help="For --exercise.")
@click.option("--end", "ended", type=int, metavar="NUMBER", help="A goal ends yesterday.")
@click.option(
    "--done", "done", type=(int, float), metavar="NUMBER AMOUNT", help="So much of a goal was done."
)
@click.option("--on", "day", type=DAY, metavar="DATE", help="The day of --done; today, if left out.")
@record_options
@pass_invocation
def goals(
    invocation: Invocation,
    code: str,
    wear_hours: float | None,
    exercise: str | None,
    times: float,
    ended: int | None,
    done: tuple[int, float] | None,
    day: datetime | None,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Set goals of a person and tick what was done, or list them.

    \b
    Examples:
      plantigrade sessions person goals P001 --wear-hours 4.5
      plantigrade sessions person goals P001 --exercise heel-raise --times 2
      plantigrade sessions person goals P001 --done 2 1
    """
    from plantigrade.library.person.entries import Goal, GoalDone, GoalKind

    with opened(invocation, code, where) as (person, record):
        today = datetime.now(UTC).astimezone(zone_of(person)).date()
        if wear_hours is not None:
            record.goals.add(Goal(GoalKind.WEAR_HOURS, wear_hours, today))
        if exercise is not None:
            record.goals.add(Goal(GoalKind.EXERCISE, times, today, exercise=exercise))
        if ended is not None:
            record.goals.end(ended, today - timedelta(days=1))
        if done is not None:
            record.goals.done(GoalDone(done[0], today if day is None else day.date(), done[1]))
        week = record.goals.done_between(today - timedelta(days=6), today)
        lines: list[str] = []
        for goal in record.goals.all():
            lines.append(_goal_line(goal))
            lines += [
                f"   {one.day}  {one.amount:g}  {one.note}".rstrip() for one in week if one.goal_id == goal.id
            ]
        put_part(record.goals, code, json_file, lines, "no goals")


def _goal_line(goal: "Goal") -> str:
    what = f"{goal.target:g} times {goal.exercise}" if goal.exercise else f"{goal.target:g} hours of wear"
    until = "" if goal.to_day is None else f" to {goal.to_day}"
    return f"{goal.id}  {what} a day, from {goal.from_day}{until}"


def _answers(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    from plantigrade.posture.exercises.cautions import Caution, CautionAnswer

    found: list[tuple[str, str]] = []
    for value in values:
        caution, _, answer = value.partition("=")
        if caution not in list(Caution) or answer not in list(CautionAnswer):
            raise click.BadParameter(
                f"{value!r} is not QUESTION=yes, no or unknown with QUESTION one of {', '.join(Caution)}"
            )
        found.append((caution, answer))
    return tuple(found)


@click.command(short_help="Answer what is asked before exercises.")
@code_argument
@click.option(
    "--set",
    "answered",
    multiple=True,
    callback=_answers,
    metavar="QUESTION=ANSWER",
    help="yes, no or unknown.",
)
@click.option("--note", default="", help="On the answers.")
@record_options
@pass_invocation
def cautions(
    invocation: Invocation,
    code: str,
    answered: tuple[tuple[str, str], ...],
    note: str,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Answer the questions that are asked before exercises, or list the answers.

    What is unknown counts as yes: exercises that are done standing are not shown then, unless a clinician
    prescribes them.

    \b
    Examples:
      plantigrade sessions person cautions P001
      plantigrade sessions person cautions P001 --set open-wound=no --set reduced-feeling=yes
    """
    from plantigrade.posture.exercises.cautions import Caution, CautionAnswer

    with opened(invocation, code, where) as (_, record):
        for caution, answer in answered:
            record.cautions.set(Caution(caution), CautionAnswer(answer), note=note)
        lines = [f"{caution.value}: {answer.value}" for caution, answer in record.cautions.current().items()]
        put_part(record.cautions, code, json_file, lines, "")


@click.command(short_help="Give, withdraw or list consents.")
@code_argument
@click.option("--give", "recipient", metavar="RECIPIENT", help="A consent for this person or organisation.")
@click.option("--of", "kinds", multiple=True, type=click.Choice(DATA_KINDS), help="Kinds of data.")
@click.option("--purpose", default="", help="What for, as it was shown.")
@click.option("--until", type=DAY, metavar="DATE", help="Last day; until it is withdrawn, if left out.")
@click.option(
    "--text", "text_version", default="", metavar="VERSION", help="Version of the text that was shown."
)
@click.option("--by", default="", help="Who gives it; the account, if left out.")
@click.option("--withdraw", "number", type=int, metavar="NUMBER", help="Withdraw a consent.")
@record_options
@pass_invocation
def consents(
    invocation: Invocation,
    code: str,
    recipient: str | None,
    kinds: tuple[str, ...],
    purpose: str,
    until: datetime | None,
    text_version: str,
    by: str,
    number: int | None,
    json_file: IO[str] | None,
    **where: Any,
) -> None:
    """Give or withdraw a consent, or list them: who may have which data, for what, until when.

    \b
    Examples:
      plantigrade sessions person consents P001 --give "Dr A" --of recordings --of alerts \\
        --purpose "treatment" --text 2026-03
      plantigrade sessions person consents P001 --withdraw 1
    """
    from plantigrade.library.person.entries import Consent, DataKind

    with opened(invocation, code, where) as (person, record):
        if recipient is not None:
            end = None if until is None else moment_of(person, until + timedelta(days=1))
            data = tuple(DataKind(kind) for kind in kinds)
            now = datetime.now(UTC)
            record.consents.give(Consent(recipient, data, purpose, now, end, text_version, by))
        if number is not None:
            record.consents.withdraw(number)
        now = datetime.now(UTC)
        lines = [
            f"{one.id}  {one.recipient}: {', '.join(one.data)} for {one.purpose}, "
            f"from {local_text(person, one.from_utc)}"
            + ("" if one.until_utc is None else f" to {local_text(person, one.until_utc)}")
            + f", text {one.text_version}, by {one.by}"
            + ("" if one.holds(now) else "  (no longer)")
            for one in record.consents.all()
        ]
        put_part(record.consents, code, json_file, lines, "no consents")


def _quiet(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[time, time] | None:
    if value is None:
        return None
    try:
        begin, end = (time.fromisoformat(one.strip()) for one in value.split("-"))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not FROM-TO such as 22:00-07:00") from error
    return begin, end


@click.command("settings", short_help="Quiet hours, channels, retention, hints.")
@code_argument
@click.option("--quiet", callback=_quiet, metavar="FROM-TO", help="Only critical alerts then: 22:00-07:00.")
@click.option("--never-quiet", is_flag=True, help="No quiet hours.")
@click.option("--alerts-a-day", type=int, help="Notifications below critical, at most.")
@click.option(
    "--channel", "channels", multiple=True, metavar="NAME=ADDRESS", help="Add or replace a channel."
)
@click.option("--remove-channel", "removed", multiple=True, metavar="NAME", help="Remove a channel.")
@click.option("--notify/--no-notify", "notify_alerts", default=None, help="Whether alerts are sent at all.")
@click.option("--health-text/--no-health-text", default=None, help="Whether they may say what it is about.")
@click.option("--weekly-summary/--no-weekly-summary", default=None, help="Whether a week's summary is sent.")
@click.option("--raw-days", type=int, metavar="DAYS", help="Remove raw samples after so many days.")
@click.option("--keep-raw", is_flag=True, help="Keep raw samples for ever.")
@click.option("--led-hint/--no-led-hint", default=None, help="Whether the insole blinks for an alert.")
@click.option("--publish/--no-publish", default=None, help="Whether facts may go to other programs.")
@click.option("--reset", is_flag=True, help="Begin with the defaults.")
@record_options
@pass_invocation
def person_settings(
    invocation: Invocation,
    code: str,
    quiet: tuple[time, time] | None,
    never_quiet: bool,
    channels: tuple[str, ...],
    removed: tuple[str, ...],
    keep_raw: bool,
    reset: bool,
    json_file: IO[str] | None,
    **given: Any,
) -> None:
    """Set quiet hours, channels of notifications, retention and hints, or show them.

    A channel's address is written as apprise writes it, such as ntfy://host/topic; it is encrypted with the
    library.

    \b
    Examples:
      plantigrade sessions person settings P001 --quiet 22:00-07:00 --alerts-a-day 4
      plantigrade sessions person settings P001 --channel phone=ntfy://ntfy.example/feet
      plantigrade sessions person settings P001 --raw-days 90
    """
    from plantigrade.library.person.entries import PersonSettings

    where = {name: given.pop(name) for name in ("url", "key_file")}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if quiet is not None:
        changes |= {"quiet_from": quiet[0], "quiet_to": quiet[1]}
    if never_quiet:
        changes |= {"quiet_from": None, "quiet_to": None}
    if keep_raw:
        changes["raw_days"] = None
    with opened(invocation, code, where) as (_, record):
        settings = PersonSettings() if reset else record.settings.get()
        changed = _with_channels(replace(settings, **changes), channels, removed)
        if changed != settings or reset:
            record.settings.set(changed)
        put_part(record.settings, code, json_file, _setting_lines(changed), "")


def _with_channels(
    settings: "PersonSettings", added: tuple[str, ...], removed: tuple[str, ...]
) -> "PersonSettings":
    from plantigrade.library.person.entries import Channel

    fresh = [Channel(*text.partition("=")[::2]) for text in added]
    known = {channel.name: channel for channel in settings.channels if channel.name not in removed}
    return replace(settings, channels=tuple((known | {channel.name: channel for channel in fresh}).values()))


def _setting_lines(settings: "PersonSettings") -> list[str]:
    quiet = "never"
    if settings.quiet_from is not None and settings.quiet_to is not None:
        quiet = f"{settings.quiet_from:%H:%M} to {settings.quiet_to:%H:%M}"
    raw = "for ever" if settings.raw_days is None else f"{settings.raw_days} days"
    answer = {True: "yes", False: "no"}
    return [
        f"quiet hours: {quiet}",
        f"notifications a day, at most: {settings.alerts_a_day}",
        f"channels: {', '.join(channel.name for channel in settings.channels) or 'none'}",
        f"alerts are sent: {answer[settings.notify_alerts]}",
        f"they say what it is about: {answer[settings.health_text]}",
        f"weekly summary: {answer[settings.weekly_summary]}",
        f"raw samples stay: {raw}",
        f"the insole blinks: {answer[settings.led_hint]}",
        f"facts go to other programs: {answer[settings.publish]}",
    ]


@click.command(short_help="List what was answered to alerts.")
@code_argument
@click.option("--since", type=DAY, metavar="DATE", help="Since this day; all, if left out.")
@record_options
@pass_invocation
def answers(
    invocation: Invocation, code: str, since: datetime | None, json_file: IO[str] | None, **where: Any
) -> None:
    """List what was answered to alerts: seen, snoozed, helped.

    \b
    Example:
      plantigrade sessions person answers P001 --since 2026-03-01
    """
    with opened(invocation, code, where) as (person, record):
        found = record.answers.all(None if since is None else moment_of(person, since))
        lines = [
            f"{local_text(person, one.at_utc)}  {one.rule}, {one.foot}: {one.answer.value}"
            + ("" if one.until_utc is None else f" until {local_text(person, one.until_utc)}")
            + ("" if one.after_min is None else f" after {one.after_min:g} min")
            + f"  {one.by}  {one.note}".rstrip()
            for one in found
        ]
        put_part(record.answers, code, json_file, lines, "no answers")


@click.command(short_help="List notifications and what became of them.")
@code_argument
@click.option("--since", type=DAY, metavar="DATE", help="Since this day; all, if left out.")
@record_options
@pass_invocation
def deliveries(
    invocation: Invocation, code: str, since: datetime | None, json_file: IO[str] | None, **where: Any
) -> None:
    """List the notifications that were delivered, failed or were held back.

    \b
    Example:
      plantigrade sessions person deliveries P001
    """
    with opened(invocation, code, where) as (person, record):
        found = record.deliveries.all(None if since is None else moment_of(person, since))
        lines = [
            f"{local_text(person, one.at_utc)}  {one.channel}  {one.subject}: {one.outcome.value}"
            f"  {one.note}".rstrip()
            for one in found
        ]
        put_part(record.deliveries, code, json_file, lines, "no notifications")


COMMANDS = (goals, cautions, consents, person_settings, answers, deliveries)
